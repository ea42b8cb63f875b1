//! All segments: those of the site, those that nobody describes, and those of the standard.

use egui::{RichText, Role, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::part::Part;
use super::super::theme::Theme;
use super::super::widgets::{ColumnSpec, RowSource, RowsView, Width, cell_text};
use super::origin;
use super::parts::weak;
use crate::hl7::SegmentId;
use crate::profile::{PartOrigin, PartPath};
use crate::standard;

/// The view of the page.
#[derive(Default)]
pub(super) struct State {
    filter: String,
    selected: Option<SegmentId>,
}

/// A segment in the list.
struct Row {
    id: SegmentId,
    name: String,
    /// Who says something of it; `None` where nobody describes it.
    origin: Option<PartOrigin>,
    /// How many fields a profile says something of.
    said: usize,
    here: usize,
}

/// Shows the page.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let theme = Theme::of(ui);
    egui::Frame::new().inner_margin(theme.margin(4, 2)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme.grid(1);
        weak(ui, "Any segment can be described: what the site has otherwise than the standard, and Z-segments");
        ui.horizontal_wrapped(|ui| {
            let field = egui::TextEdit::singleline(&mut state.filter)
                .hint_text("Find a segment")
                .desired_width(theme.grid(40));
            let field = ui.add(field);
            field.ctx.accesskit_node_builder(field.id, |node| node.set_label("Find a segment"));
            let command = Command::AddSegment;
            let tip = command.words().tip;
            if ui.button(command.words().name).on_hover_text(tip).clicked() {
                cx.run(command);
            }
        });
    });
    let rows = rows(cx, &state.filter);
    let columns = [
        ColumnSpec::new("Segment", Width::Points(72.0)),
        ColumnSpec::new("In this message", Width::Points(96.0)),
        ColumnSpec::new("Fields changed", Width::Points(96.0)),
        ColumnSpec::new("Name", Width::Rest),
    ];
    let view = RowsView {
        name: "Segments",
        role: Role::Grid,
        columns: &columns,
        count: rows.len(),
        selected: rows.iter().position(|row| Some(row.id) == state.selected),
        reveal: false,
    };
    let response = view.ui(ui, &mut Rows { cx, shown: &rows });
    let row = |index: usize| rows.get(index);
    if let Some(row) = response.selected.and_then(row) {
        state.selected = Some(row.id);
    }
    if let Some(row) = response.activated.and_then(row) {
        open(cx, row);
    }
}

/// Goes to a segment's page; one that nobody describes is described first.
fn open(cx: &Cx<'_>, row: &Row) {
    cx.send(match row.origin {
        Some(_) => Action::ShowPart(Part::Segment(row.id)),
        None => Action::DescribeSegment(row.id),
    });
}

/// What nobody describes first, then what profiles describe, then the standard.
fn rows(cx: &Cx<'_>, filter: &str) -> Vec<Row> {
    let profile = cx.session.profile();
    let dictionary = standard::dictionary(profile.version());
    let sought = filter.trim().to_lowercase();
    let in_message = |id: SegmentId| {
        let preview = cx.preview();
        preview.map_or(0, |preview| preview.message.segments_named(id).count())
    };
    let mut rows: Vec<Row> = unknown(cx)
        .into_iter()
        .map(|id| Row {
            id,
            name: "Nobody describes this segment".to_owned(),
            origin: None,
            said: 0,
            here: in_message(id),
        })
        .collect();
    rows.extend(profile.segments.iter().map(|(&id, overlay)| {
        let found = dictionary.segment(id.as_str()).map(|found| found.name);
        let said = Some(&*overlay.description).filter(|text| !text.is_empty());
        Row {
            id,
            name: said.or(found).unwrap_or_default().to_owned(),
            origin: Some(
                cx.session
                    .origins()
                    .of(&PartPath::new(["segments", id.as_str()])),
            ),
            said: overlay.fields.len(),
            here: in_message(id),
        }
    }));
    let others = dictionary.segments().filter_map(|found| {
        let id = SegmentId::new(found.id)?;
        (!profile.segments.contains_key(&id)).then(|| Row {
            id,
            name: found.name.to_owned(),
            origin: Some(PartOrigin::Standard(profile.version())),
            said: 0,
            here: in_message(id),
        })
    });
    rows.extend(others);
    rows.retain(|row| {
        sought.is_empty()
            || row.id.as_str().to_lowercase().contains(&sought)
            || row.name.to_lowercase().contains(&sought)
    });
    rows
}

/// The segments of the message at hand that neither the standard nor the profile describes.
fn unknown(cx: &Cx<'_>) -> Vec<SegmentId> {
    let Some(preview) = cx.preview() else {
        return Vec::new();
    };
    let known = &cx.session.profile().segments;
    let mut found: Vec<SegmentId> = preview
        .message
        .segments()
        .filter_map(|segment| segment.segment_id())
        .filter(|id| !known.contains_key(id) && !preview.grammar.knows(*id))
        .collect();
    found.sort();
    found.dedup();
    found
}

struct Rows<'a, 'c> {
    cx: &'a Cx<'c>,
    shown: &'a [Row],
}

impl RowSource for Rows<'_, '_> {
    fn name(&self, row: usize) -> String {
        let row = self.shown.get(row);
        row.map(|row| format!("{} {}", row.id, row.name))
            .unwrap_or_default()
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu_ui(&mut self, ui: &mut Ui, row: usize) {
        if let Some(row) = self.shown.get(row) {
            let name = match row.origin {
                Some(_) => format!("Open {}", row.id),
                None => format!("Describe {}…", row.id),
            };
            if ui.button(name).clicked() {
                open(self.cx, row);
                ui.close();
            }
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let Some(row) = self.shown.get(row) else {
            return;
        };
        let theme = Theme::of(ui);
        let count = |count: usize| {
            if count == 0 {
                String::new()
            } else {
                count.to_string()
            }
        };
        match column {
            0 => {
                if let Some(found) = &row.origin {
                    origin::mark_ui(ui, found);
                } else {
                    let sign = RichText::new("!").color(*theme.severity.warning);
                    ui.label(sign);
                    ui.add_space(theme.grid(1));
                }
                let text = RichText::new(row.id.as_str()).font(theme.code_font());
                cell_text(ui, text.color(*theme.level.segment));
            }
            1 => drop(cell_text(
                ui,
                RichText::new(count(row.here)).color(*theme.text.weak),
            )),
            2 => drop(cell_text(
                ui,
                RichText::new(count(row.said)).color(*theme.text.weak),
            )),
            _ if row.origin.is_none() => {
                if ui.small_button(format!("Describe {}…", row.id)).clicked() {
                    open(self.cx, row);
                }
                cell_text(ui, RichText::new(&row.name).color(*theme.severity.warning));
            }
            _ => drop(cell_text(ui, RichText::new(&row.name))),
        }
    }
}
