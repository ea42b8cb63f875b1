//! The gutter of the script editor: line numbers, what is wrong, what did not run, where runs stop.

use std::ops::Range;

use egui::{Align2, Id, Pos2, Rect, Role, Sense, Stroke, Ui, WidgetInfo};

use super::super::theme::Theme;
use super::code_beside::{Beside, BesideClick, triangle};
use super::code_painted::{Painted, lines};

/// Something to point at in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Counted from 1.
    pub(crate) line: u32,
    /// Counted from 1, in characters.
    pub(crate) column: u32,
    pub(crate) message: String,
    pub(crate) error: bool,
    /// What would mend it.
    pub(crate) fix: Option<CodeFix>,
}

/// A change that mends something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CodeFix {
    /// What it does.
    pub(crate) title: String,
    /// What it replaces: bytes.
    pub(crate) span: Range<usize>,
    pub(crate) text: String,
}

/// The gutter in one frame.
pub(super) struct Gutter<'a> {
    pub(super) rect: Rect,
    pub(super) marks: &'a [Mark],
    pub(super) caret: Option<(u32, u32)>,
    pub(super) beside: Option<Beside<'a>>,
}

/// How wide the gutter is; with room for the marks of a run where there are any.
pub(super) fn gutter_width(ui: &Ui, theme: &Theme, text: &str, has_run: bool) -> f32 {
    let digits = text.lines().count().max(1).to_string().len().max(3);
    let digit = ui.fonts_mut(|fonts| fonts.glyph_width(&theme.code_font(), '0'));
    digit * digits as f32 + theme.grid(if has_run { 8 } else { 5 })
}

impl Gutter<'_> {
    /// Draws the gutter; what was clicked in it.
    pub(super) fn ui(
        &self,
        ui: &Ui,
        theme: &Theme,
        painted: &Painted,
        name: &str,
    ) -> Option<BesideClick> {
        let gutter = self.rect;
        let brush = ui
            .painter()
            .with_clip_rect(gutter.intersect(ui.clip_rect()));
        let edge = Stroke::new(1.0, *theme.surface.border);
        brush.vline(gutter.right(), gutter.y_range(), edge);
        let mut clicked = None;
        for (number, row) in lines(painted) {
            if !row.y_range().intersects(gutter.y_range()) {
                continue;
            }
            let across = Rect::from_x_y_ranges(gutter.x_range(), row.y_range());
            self.number_ui(&brush, theme, number, across);
            let Some(beside) = self.beside else { continue };
            let stop = beside.stop_at(number);
            let id = Id::unique((name, "line", number));
            let visible = across.intersect(gutter);
            let response = ui.interact(visible, id, Sense::click());
            let idle = match (beside.is_idle(number), beside.is_unreached(number)) {
                (_, true) => ", to which no sample came in full",
                (true, false) => ", which did not run",
                (false, false) => "",
            };
            let label = match stop {
                None => format!("Stop at line {number}{idle}"),
                Some(_) => format!("Breakpoint at line {number}{idle}"),
            };
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
            let centre = Pos2::new(gutter.left() + theme.grid(3), row.center().y);
            match stop {
                Some(has_condition) => {
                    brush.circle_filled(centre, 5.0, *theme.accent.fill);
                    if has_condition {
                        let ink = *theme.text.on_accent;
                        let font = egui::FontId::monospace(theme.size.small);
                        brush.text(centre, Align2::CENTER_CENTER, "?", font, ink);
                    }
                }
                None if response.hovered() => {
                    brush.circle_stroke(centre, 4.5, Stroke::new(1.0, *theme.text.weak));
                }
                None => {}
            }
            if response.secondary_clicked() {
                clicked = Some(BesideClick::Menu(number, across.right_bottom()));
            }
            let tip = match stop {
                None => {
                    "Stop here when the run goes on (F9). The right button runs to the line, or sets a condition"
                }
                Some(_) => {
                    "Runs stop here; a click takes the breakpoint away (F9). The right button shows its condition"
                }
            };
            if response.on_hover_text(tip).clicked() {
                clicked = Some(BesideClick::Stop(number));
            }
        }
        clicked
    }

    fn number_ui(&self, brush: &egui::Painter, theme: &Theme, number: u32, row: Rect) {
        let here = self.caret.is_some_and(|(line, _)| line == number);
        let colour = if here {
            theme.text.strong
        } else {
            theme.text.weak
        };
        let run = if self.beside.is_some() { 3 } else { 0 };
        let at = Pos2::new(row.right() - theme.grid(2 + run), row.center().y);
        let text = number.to_string();
        brush.text(at, Align2::RIGHT_CENTER, text, theme.code_font(), *colour);
        let side = Pos2::new(row.right() - theme.grid(2), row.center().y);
        if let Some(beside) = self.beside {
            if beside.current == Some(number) {
                triangle(brush, side, 4.5, 1.0, *theme.text.accent);
            } else if beside.is_unreached(number) {
                brush.circle_stroke(side, 3.0, Stroke::new(1.5, *theme.severity.warning));
            } else if beside.is_idle(number) {
                brush.circle_stroke(side, 3.0, Stroke::new(1.0, *theme.text.weak));
            }
        }
        if let Some(mark) = self.marks.iter().find(|mark| mark.line == number) {
            let colour = if mark.error {
                theme.severity.error
            } else {
                theme.severity.warning
            };
            let at = Pos2::new(row.left() + theme.grid(2), row.center().y);
            brush.circle_filled(at, 3.5, *colour);
        }
    }
}
