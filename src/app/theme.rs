//! The two themes: every colour and size of the window, read from `assets/theme/*.ron`.

use std::sync::{Arc, LazyLock};

use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Stroke, TextStyle, Vec2};
use serde::{Deserialize, Deserializer, de::Error as _};

const INVARIANT: &str = "the theme files are part of the program and a test reads them";

static DARK: LazyLock<Theme> =
    LazyLock::new(|| ron::from_str(include_str!("../../assets/theme/dark.ron")).expect(INVARIANT));
static LIGHT: LazyLock<Theme> =
    LazyLock::new(|| ron::from_str(include_str!("../../assets/theme/light.ron")).expect(INVARIANT));

/// A colour written as `"#rrggbb"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(Color32);

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        Color32::from_hex(&text)
            .map(Self)
            .map_err(|_| D::Error::custom("a colour is written #rrggbb"))
    }
}

impl std::ops::Deref for Colour {
    type Target = Color32;
    fn deref(&self) -> &Color32 {
        &self.0
    }
}

impl From<Colour> for Color32 {
    fn from(colour: Colour) -> Self {
        colour.0
    }
}

/// All colours and sizes of one theme.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Theme {
    pub(super) dark: bool,
    pub(super) surface: Surface,
    pub(super) text: Text,
    pub(super) accent: Accent,
    pub(super) level: Levels,
    pub(super) syntax: Syntax,
    pub(super) severity: Severities,
    pub(super) origin: OriginColours,
    pub(super) size: Sizes,
}

/// What things stand on, from the frame of the window to a marked value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Surface {
    pub(super) window: Colour,
    pub(super) panel: Colour,
    pub(super) sunken: Colour,
    pub(super) raised: Colour,
    pub(super) hovered: Colour,
    pub(super) pressed: Colour,
    pub(super) selected: Colour,
    pub(super) mark: Colour,
    pub(super) changed: Colour,
    pub(super) line: Colour,
    pub(super) border: Colour,
    pub(super) outline: Colour,
}

/// The colours of words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    pub(super) body: Colour,
    pub(super) strong: Colour,
    pub(super) weak: Colour,
    pub(super) accent: Colour,
    pub(super) on_accent: Colour,
}

/// The one accent: what is chosen, focused, or the next step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Accent {
    pub(super) fill: Colour,
    pub(super) line: Colour,
}

/// The levels of an HL7 message.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Levels {
    pub(super) segment: Colour,
    pub(super) field: Colour,
    pub(super) repetition: Colour,
    pub(super) component: Colour,
    pub(super) subcomponent: Colour,
    pub(super) escape: Colour,
    pub(super) null: Colour,
    pub(super) separator: Colour,
    pub(super) control: Colour,
    pub(super) folded: Colour,
}

/// The parts of a script.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Syntax {
    pub(super) plain: Colour,
    pub(super) keyword: Colour,
    pub(super) string: Colour,
    pub(super) path: Colour,
    pub(super) number: Colour,
    pub(super) comment: Colour,
    pub(super) function: Colour,
    pub(super) operator: Colour,
    pub(super) constant: Colour,
}

/// How grave a finding is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Severities {
    pub(super) info: Colour,
    pub(super) warning: Colour,
    pub(super) error: Colour,
    pub(super) good: Colour,
}

/// Who says something: the standard, a template, the site; a sign says it, too.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OriginColours {
    pub(super) standard: Colour,
    pub(super) template: Colour,
    pub(super) site: Colour,
}

/// Sizes in points; distances are multiples of `unit`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sizes {
    pub(super) unit: i8,
    pub(super) row: f32,
    pub(super) header: f32,
    pub(super) small: f32,
    pub(super) body: f32,
    pub(super) code: f32,
    pub(super) heading: f32,
    pub(super) title: f32,
    pub(super) corner: u8,
}

impl Theme {
    /// The theme in force.
    pub(super) fn of(ui: &egui::Ui) -> &'static Self {
        Self::pick(ui.visuals().dark_mode)
    }

    /// The dark theme or the light one.
    pub(super) fn pick(dark: bool) -> &'static Self {
        if dark { &DARK } else { &LIGHT }
    }

    /// `steps` on the grid, in points.
    pub(super) fn grid(&self, steps: i16) -> f32 {
        f32::from(i16::from(self.size.unit) * steps)
    }

    /// The margin inside panels and dialogs.
    pub(super) fn margin(&self, across: i8, down: i8) -> Margin {
        Margin::symmetric(self.size.unit * across, self.size.unit * down)
    }

    /// The face for emphasis, in the size of body text.
    pub(super) fn strong_font(&self) -> FontId {
        FontId::new(self.size.body, strong_family())
    }

    /// The face for code and message text.
    pub(super) fn code_font(&self) -> FontId {
        FontId::new(self.size.code, FontFamily::Monospace)
    }
}

/// The frame of a dialog.
pub(super) fn dialog_frame(ctx: &egui::Context) -> egui::Frame {
    let style = ctx.global_style();
    let theme = Theme::pick(style.visuals.dark_mode);
    egui::Frame::window(&style).inner_margin(theme.margin(5, 4))
}

/// The family of the semi-bold text face.
pub(super) fn strong_family() -> FontFamily {
    FontFamily::Name("strong".into())
}

/// The text style of the start page's title.
pub(super) fn title_style() -> TextStyle {
    TextStyle::Name("title".into())
}

/// Gives `ctx` both themes; which one shows is egui's theme preference.
pub(super) fn install(ctx: &egui::Context) {
    for (which, theme) in [(egui::Theme::Dark, &*DARK), (egui::Theme::Light, &*LIGHT)] {
        ctx.set_style_of(which, style(theme));
    }
}

fn style(theme: &Theme) -> Arc<egui::Style> {
    let base = if theme.dark {
        egui::Visuals::dark()
    } else {
        egui::Visuals::light()
    };
    let mut style = egui::Style {
        visuals: visuals(theme, base),
        ..Default::default()
    };
    let size = &theme.size;
    style.text_styles = [
        (TextStyle::Small, FontId::proportional(size.small)),
        (TextStyle::Body, FontId::proportional(size.body)),
        (TextStyle::Button, FontId::proportional(size.body)),
        (TextStyle::Monospace, theme.code_font()),
        (
            TextStyle::Heading,
            FontId::new(size.heading, strong_family()),
        ),
        (title_style(), FontId::new(size.title, strong_family())),
    ]
    .into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::new(theme.grid(2), theme.grid(1));
    spacing.button_padding = Vec2::new(theme.grid(2), theme.grid(1));
    spacing.interact_size = Vec2::new(theme.grid(10), size.row);
    spacing.menu_margin = theme.margin(1, 1);
    spacing.window_margin = theme.margin(4, 3);
    spacing.indent = theme.grid(4);
    spacing.icon_width = theme.grid(4);
    spacing.scroll = egui::style::ScrollStyle {
        bar_width: theme.grid(2),
        ..egui::style::ScrollStyle::solid()
    };
    style.interaction.selectable_labels = false;
    style.animation_time = 0.08;
    Arc::new(style)
}

fn visuals(theme: &Theme, base: egui::Visuals) -> egui::Visuals {
    let (surface, text) = (&theme.surface, &theme.text);
    let mut visuals = base;
    let corner = CornerRadius::same(theme.size.corner);
    let border = Stroke::new(1.0, surface.border.0);
    visuals.panel_fill = surface.panel.0;
    visuals.window_fill = surface.raised.0;
    visuals.window_stroke = border;
    visuals.window_corner_radius = CornerRadius::same(theme.size.corner * 2);
    visuals.menu_corner_radius = CornerRadius::same(theme.size.corner + 2);
    visuals.extreme_bg_color = surface.sunken.0;
    visuals.text_edit_bg_color = Some(surface.sunken.0);
    visuals.faint_bg_color = surface.line.0;
    visuals.code_bg_color = surface.line.0;
    visuals.weak_text_color = Some(text.weak.0);
    visuals.hyperlink_color = text.accent.0;
    visuals.warn_fg_color = theme.severity.warning.0;
    visuals.error_fg_color = theme.severity.error.0;
    visuals.selection.bg_fill = surface.selected.0;
    visuals.selection.stroke = Stroke::new(1.0, text.accent.0);
    visuals.text_cursor.stroke = Stroke::new(2.0, text.accent.0);
    visuals.striped = false;
    visuals.indent_has_left_vline = false;
    let state = |fill: Colour, edge: Color32, ink: Colour| egui::style::WidgetVisuals {
        bg_fill: fill.0,
        weak_bg_fill: fill.0,
        bg_stroke: Stroke::new(1.0, edge),
        fg_stroke: Stroke::new(1.0, ink.0),
        corner_radius: corner,
        expansion: 0.0,
    };
    let widgets = &mut visuals.widgets;
    widgets.noninteractive = state(surface.panel, surface.border.0, text.body);
    widgets.inactive = state(surface.raised, surface.outline.0, text.body);
    widgets.hovered = state(surface.hovered, surface.outline.0, text.strong);
    widgets.active = state(surface.pressed, theme.accent.line.0, text.strong);
    widgets.open = state(surface.hovered, surface.outline.0, text.strong);
    visuals
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, WCAG 2.1.
    fn luminance(colour: Color32) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(colour.r()) + 0.7152 * channel(colour.g()) + 0.0722 * channel(colour.b())
    }

    fn contrast(one: Colour, other: Colour) -> f64 {
        let (one, other) = (luminance(one.0), luminance(other.0));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn check(theme: &Theme) {
        let Surface {
            window,
            panel,
            sunken,
            raised,
            hovered,
            selected,
            mark,
            changed,
            line,
            ..
        } = theme.surface;
        let surfaces = [
            window, panel, sunken, raised, hovered, selected, mark, changed, line,
        ];
        let (text, level, syntax) = (&theme.text, &theme.level, &theme.syntax);
        let severity = &theme.severity;
        let inks = [
            text.body,
            text.strong,
            text.weak,
            text.accent,
            level.segment,
            level.field,
            level.repetition,
            level.component,
            level.subcomponent,
            level.escape,
            level.null,
            level.separator,
            level.control,
            level.folded,
            syntax.plain,
            syntax.keyword,
            syntax.string,
            syntax.path,
            syntax.number,
            syntax.comment,
            syntax.function,
            syntax.operator,
            syntax.constant,
            severity.info,
            severity.warning,
            severity.error,
            severity.good,
            theme.origin.standard,
            theme.origin.template,
            theme.origin.site,
        ];
        for surface in surfaces {
            for ink in inks {
                let ratio = contrast(ink, surface);
                assert!(ratio >= 4.5, "{ink:?} on {surface:?} has {ratio:.2}");
            }
        }
        assert!(contrast(text.on_accent, theme.accent.fill) >= 4.5);
        assert!(contrast(text.strong, theme.surface.pressed) >= 4.5);
    }

    #[test]
    fn each_text_colour_can_be_read_on_each_surface() {
        check(Theme::pick(true));
        check(Theme::pick(false));
    }

    #[test]
    fn each_theme_says_which_it_is() {
        assert!(Theme::pick(true).dark && !Theme::pick(false).dark);
    }
}
