//! The page of one segment: what it holds, and a grid of its fields.

use std::sync::Arc;

use egui::{Button, ComboBox, Frame, RichText, Ui};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::status::plural;
use super::super::theme::Theme;
use super::super::widgets::GridState;
use super::attribute::{Attr, OF_FIELD};
use super::attribute_grid::{Act, Row, Sheet};
use super::explorer_entries::problems_in;
use super::fields::{anything, label_ui, text_ui};
use super::origin;
use super::parts::weak;
use super::problems::colour;
use super::rules_form;
use crate::grammar::{Origin, SegmentView, describe_segment};
use crate::hl7::{Location, Message, SegmentId};
use crate::profile::{Edit, FieldOverlay, PartPath, SegmentOverlay};
use crate::standard::Version;

/// The view of a segment's page.
#[derive(Default)]
pub(super) struct State {
    segment: Option<SegmentId>,
    grid: GridState,
    filter: String,
    only_own: bool,
    rows: Vec<Row>,
    made_from: Option<MadeFrom>,
    /// The field to go to in the next frame.
    sought: Option<u16>,
}

/// What the rows were made from: they are made anew when it changed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct MadeFrom {
    profile: usize,
    message: usize,
    occurrence: Option<Location>,
    filter: String,
    only_own: bool,
}

impl State {
    /// Puts the caret where the first field is named.
    pub(super) fn name_first(&mut self, segment: SegmentId) {
        *self = Self {
            segment: Some(segment),
            ..Self::default()
        };
        self.grid.go(0, 1);
    }

    /// Goes to a field; what hides it is taken away.
    pub(super) fn seek(&mut self, segment: SegmentId, number: u16) {
        *self = Self {
            segment: Some(segment),
            sought: Some(number),
            ..Self::default()
        };
    }

    fn follow(&mut self, segment: SegmentId) {
        if self.segment != Some(segment) {
            *self = Self {
                segment: Some(segment),
                only_own: self.only_own,
                ..Self::default()
            };
        }
    }
}

/// Shows the page; the name that the segment got.
pub(super) fn ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    segment: SegmentId,
) -> Option<SegmentId> {
    let theme = Theme::of(ui);
    state.follow(segment);
    let profile = Arc::clone(cx.session.profile());
    let overlay = profile.segments.get(&segment).map(|overlay| &**overlay);
    let Some(view) = describe_segment(&profile, segment) else {
        unknown_ui(ui, cx, segment);
        return None;
    };
    let mut renamed = None;
    let frame = Frame::new().inner_margin(theme.margin(4, 1));
    frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme.grid(1);
        head_ui(ui, cx, segment, &view, overlay);
        renamed = form_ui(ui, cx, segment, &view, overlay);
        problems_ui(ui, cx, segment);
        sought_ui(ui, state, &view);
    });
    make_rows(cx, state, segment, &view);
    let sought = state.sought.take();
    let row = sought.and_then(|number| state.rows.iter().position(|row| row.number == number));
    if let Some(row) = row {
        state.grid.go(row, 1);
    }
    let name = format!("Fields of {segment}");
    let place = format!("{segment}-");
    let is_own = segment.is_site_defined();
    let sheet = Sheet {
        cx,
        name: &name,
        place: &place,
        list: PartPath::new(["segments", segment.as_str(), "fields"]),
        attrs: &OF_FIELD,
        rows: &state.rows,
        has_here: true,
        grows: is_own && state.filter.trim().is_empty() && !state.only_own,
        check: &|_, _, _| Ok(()),
    };
    for act in sheet.with_foot_ui(ui, &mut state.grid) {
        perform(cx, segment, overlay, act);
    }
    renamed
}

fn unknown_ui(ui: &mut Ui, cx: &Cx<'_>, segment: SegmentId) {
    let theme = Theme::of(ui);
    Frame::new()
        .inner_margin(theme.margin(4, 3))
        .show(ui, |ui| {
            ui.heading(segment.to_string());
            weak(
                ui,
                "Neither the standard nor the profile describes this segment",
            );
            ui.add_space(theme.grid(2));
            if ui.button(format!("Describe {segment}…")).clicked() {
                cx.send(Action::DescribeSegment(segment));
            }
        });
}

/// The segment's name, who describes it, and what can be done with it as a whole.
fn head_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    segment: SegmentId,
    view: &SegmentView<'_>,
    overlay: Option<&SegmentOverlay>,
) {
    let theme = Theme::of(ui);
    let path = PartPath::new(["segments", segment.as_str()]);
    let size = egui::vec2(ui.available_width(), theme.size.header);
    let from_right = egui::Layout::right_to_left(egui::Align::Center);
    ui.allocate_ui_with_layout(size, from_right, |ui| {
        ui.spacing_mut().item_spacing.x = theme.grid(2);
        let is_own = overlay.is_some() && cx.session.origins().is_own(&path);
        let is_inherited = cx.session.inherited().says(&path) || !segment.is_site_defined();
        if is_own && is_inherited {
            let tip = "Forget all that the site says of this segment; Ctrl+Z brings it back";
            let revert = ui.button("Revert to inherited").on_hover_text(tip);
            if revert.clicked() {
                cx.send(Action::Edit(Edit::Revert { part: path.clone() }));
            }
        } else if is_own {
            let tip = "Forget this segment; Ctrl+Z brings it back";
            if ui.button("Remove").on_hover_text(tip).clicked() {
                cx.send(Action::Edit(Edit::RemoveSegment { segment }));
            }
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            let title = RichText::new(segment.to_string()).heading();
            ui.label(title.color(*theme.text.strong));
            let name = RichText::new(view.name).color(*theme.text.body);
            ui.add(egui::Label::new(name).truncate());
            origin::named_ui(ui, &cx.session.origins().of(&path));
        });
    });
}

fn form_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    segment: SegmentId,
    view: &SegmentView<'_>,
    overlay: Option<&SegmentOverlay>,
) -> Option<SegmentId> {
    let theme = Theme::of(ui);
    let mut renamed = None;
    if segment.is_site_defined() && overlay.is_some() {
        ui.horizontal(|ui| {
            label_ui(ui, "Segment ID");
            renamed = id_ui(ui, cx, segment);
        });
    }
    let said = overlay
        .map(|overlay| &*overlay.description)
        .unwrap_or_default();
    ui.horizontal(|ui| {
        label_ui(ui, "Description");
        let width = (ui.available_width() - theme.grid(2)).clamp(theme.grid(20), theme.grid(120));
        let hint = if view.name.is_empty() {
            "What it holds"
        } else {
            view.name
        };
        let text = text_ui(ui, "Segment description", said, width, hint, anything);
        if let Some(text) = text {
            describe(cx, segment, overlay, &text);
        }
    });
    ui.horizontal_wrapped(|ui| {
        label_ui(ui, "Standard");
        version_ui(ui, cx, segment, overlay);
    });
    rules_ui(ui, cx, segment, overlay);
    renamed
}

/// What the site asks of each such segment.
fn rules_ui(ui: &mut Ui, cx: &Cx<'_>, segment: SegmentId, overlay: Option<&SegmentOverlay>) {
    let said = overlay.map_or(&[][..], |overlay| &overlay.rules);
    let path = PartPath::new(["segments", segment.as_str(), "rules"]);
    let title = match said.len() {
        0 => "Rules".to_owned(),
        count => format!("Rules: {count}"),
    };
    let header = egui::CollapsingHeader::new(title).id_salt(("rules", segment));
    header.show(ui, |ui| {
        egui::ScrollArea::vertical()
            .id_salt("rules of the segment")
            .max_height(Theme::of(ui).grid(60))
            .show(ui, |ui| {
                let Some(rules) = rules_form::ui(ui, cx, &path, said) else {
                    return;
                };
                let edit = match overlay {
                    Some(_) => Edit::SetSegmentRules { segment, rules },
                    None => Edit::AddSegment {
                        segment,
                        overlay: Arc::new(SegmentOverlay {
                            rules,
                            ..SegmentOverlay::default()
                        }),
                    },
                };
                cx.send(Action::Edit(edit));
            });
    });
}

fn id_ui(ui: &mut Ui, cx: &Cx<'_>, segment: SegmentId) -> Option<SegmentId> {
    let name = |text: &str| match SegmentId::new(text) {
        None => Err("Three characters, the first a letter, all upper case".to_owned()),
        Some(id) if id != segment && cx.session.profile().segments.contains_key(&id) => {
            Err("This segment is described already".to_owned())
        }
        Some(_) => Ok(()),
    };
    let width = Theme::of(ui).grid(14);
    let id = text_ui(ui, "Segment ID", segment.as_str(), width, "ZPI", name);
    let to = id
        .and_then(|text| SegmentId::new(&text))
        .filter(|to| *to != segment)?;
    cx.send(Action::Edit(Edit::RenameSegment { segment, to }));
    Some(to)
}

/// Describes the segment, also where the site said nothing of it before.
fn describe(cx: &Cx<'_>, segment: SegmentId, overlay: Option<&SegmentOverlay>, text: &str) {
    let edit = match overlay {
        Some(_) => Edit::DescribeSegment {
            segment,
            description: text.into(),
        },
        None => Edit::AddSegment {
            segment,
            overlay: Arc::new(SegmentOverlay {
                description: text.into(),
                ..SegmentOverlay::default()
            }),
        },
    };
    cx.send(Action::Edit(edit));
}

fn version_ui(ui: &mut Ui, cx: &Cx<'_>, segment: SegmentId, overlay: Option<&SegmentOverlay>) {
    let of_profile = cx.session.profile().version();
    let said = overlay.and_then(|overlay| overlay.standard);
    let mut version = said;
    let words = |version: Option<Version>| {
        version.map_or_else(
            || format!("As the profile: HL7 {of_profile}"),
            |version| format!("HL7 {version}"),
        )
    };
    let combo = ComboBox::from_id_salt("version of the segment").selected_text(words(said));
    let shown = combo.width(Theme::of(ui).grid(46)).show_ui(ui, |ui| {
        ui.selectable_value(&mut version, None, words(None));
        for each in Version::ALL {
            ui.selectable_value(&mut version, Some(each), words(Some(each)));
        }
    });
    ui.ctx().accesskit_node_builder(shown.response.id, |node| {
        node.set_label("Version of the standard for the segment");
    });
    if version == said {
        return;
    }
    let edit = match overlay {
        Some(_) => Edit::SetSegmentStandard { segment, version },
        None => Edit::AddSegment {
            segment,
            overlay: Arc::new(SegmentOverlay {
                standard: version,
                ..SegmentOverlay::default()
            }),
        },
    };
    cx.send(Action::Edit(edit));
}

/// How many problems its fields have; each is told at its place.
fn problems_ui(ui: &mut Ui, cx: &Cx<'_>, segment: SegmentId) {
    let path = PartPath::new(["segments", segment.as_str()]);
    let drafts = cx.session.cell_drafts_in(&path);
    let worst = problems_in(cx, &path)
        .map(|found| found.diagnostic.severity)
        .max();
    let count = problems_in(cx, &path).count() + drafts;
    let worst = worst.or((drafts > 0).then_some(crate::diagnostic::Severity::Error));
    if let Some(worst) = worst {
        let text = format!("{} below, each at its place", plural(count, "problem"));
        let text = RichText::new(text).small();
        ui.label(text.color(*colour(Theme::of(ui), worst)));
    }
}

fn sought_ui(ui: &mut Ui, state: &mut State, view: &SegmentView<'_>) {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        let field = egui::TextEdit::singleline(&mut state.filter)
            .hint_text("Find a field")
            .desired_width(theme.grid(40));
        let field = ui.add(field);
        field
            .ctx
            .accesskit_node_builder(field.id, |node| node.set_label("Find a field"));
        let switch = Button::selectable(state.only_own, "Only what profiles say");
        let tip = "Show only fields of which the template or the site says something";
        if ui.add(switch).on_hover_text(tip).clicked() {
            state.only_own = !state.only_own;
        }
        weak(ui, plural(view.fields.len(), "field"));
    });
}

fn make_rows(cx: &Cx<'_>, state: &mut State, segment: SegmentId, view: &SegmentView<'_>) {
    let preview = cx.preview();
    let location = cx
        .session
        .location()
        .filter(|location| location.segment == segment);
    let made_from = MadeFrom {
        profile: Arc::as_ptr(cx.session.profile()) as usize,
        message: preview.map_or(0, |preview| Arc::as_ptr(preview) as usize),
        occurrence: location.cloned(),
        filter: state.filter.trim().to_lowercase(),
        only_own: state.only_own,
    };
    if state.made_from.as_ref() == Some(&made_from) {
        return;
    }
    let occurrence = location.map(|location| location.occurrence.clone());
    let message = preview.map(|preview| &preview.message);
    let rows = view.fields.iter().map(|field| {
        let standard = OF_FIELD.map(|attr| match field.origin_of(attr.attribute()) {
            Origin::Standard(version)
            | Origin::LaterVersion(version)
            | Origin::EarlierVersion(version) => Some(*version),
            Origin::Template(_) | Origin::Site => None,
        });
        let here = message.map(|message| {
            let mut at = Location::new(segment, crate::hl7::FieldPath::field(field.number));
            if let Some(occurrence) = &occurrence {
                at.occurrence = occurrence.clone();
            }
            value(message, &at)
        });
        Row {
            number: field.number,
            texts: OF_FIELD.iter().map(|attr| attr.of_field(field)).collect(),
            standard: standard.to_vec(),
            here: here.unwrap_or_default(),
        }
    });
    let sought = &made_from.filter;
    state.rows = rows
        .filter(|row| !state.only_own || row.standard.iter().any(Option::is_none))
        .filter(|row| {
            sought.is_empty()
                || format!("{segment}-{}", row.number)
                    .to_lowercase()
                    .contains(sought)
                || row
                    .texts
                    .iter()
                    .any(|text| text.to_lowercase().contains(sought))
        })
        .collect();
    state.made_from = Some(made_from);
}

/// What a cell shows of a value: its beginning, in one line.
fn value(message: &Message, at: &Location) -> String {
    let text = message.text_at(at);
    let short = text.chars().take(120);
    short
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

fn perform(cx: &Cx<'_>, segment: SegmentId, overlay: Option<&SegmentOverlay>, act: Act) {
    let edit = |edit| cx.send(Action::Edit(edit));
    match act {
        Act::Set(number, attr, text) => {
            let mut field = overlay
                .and_then(|overlay| overlay.field(number))
                .cloned()
                .unwrap_or_default();
            if attr.set_field(&mut field, &text).is_err() {
                return;
            }
            if attr == Attr::When && field.usage.is_none() {
                field.usage = Some(crate::profile::Usage::Conditional);
            }
            let field = Some(field);
            edit(Edit::OverlayField {
                segment,
                number,
                field,
            });
        }
        Act::Insert(number) => edit(Edit::AddField {
            segment,
            before: Some(number),
            field: FieldOverlay::new(""),
        }),
        Act::Remove(number) => edit(Edit::RemoveField { segment, number }),
        Act::Move(number, to) => edit(Edit::MoveField {
            segment,
            number,
            to,
        }),
    }
}
