//! The profile: its parts at the left, the page of the chosen one at the right.

use std::sync::Arc;

use egui::{CentralPanel, Frame, Key, Panel, ScrollArea, Ui};

use super::super::action::Command;
use super::super::cx::Cx;
use super::super::part::Part;
use super::super::theme::Theme;
use super::parts::{bar_ui, weak};
use super::{
    explorer, profile_codes, profile_messages, profile_page, profile_rules, profile_segment,
    profile_segments, profile_tables, profile_type, profile_types,
};
use crate::hl7::SegmentId;
use crate::profile::PartPath;

/// Narrower than this, parts and page stand in each other's place, in steps of the grid.
const SIDE_BY_SIDE: i16 = 132;

/// The view of the profile.
#[derive(Default)]
pub(crate) struct State {
    explorer: explorer::State,
    /// In a narrow panel: the parts are shown, not the page.
    lists_parts: bool,
    messages: profile_messages::State,
    segments: profile_segments::State,
    segment: profile_segment::State,
    types: profile_types::State,
    codes: profile_codes::State,
    data_type: profile_type::State,
    tables: profile_tables::State,
    rules: profile_rules::State,
}

impl State {
    /// Shows the page of a part.
    pub(crate) fn choose(&mut self, part: Part) {
        self.explorer.choose(part);
        self.lists_parts = false;
    }

    /// Goes to a field or a column on the page that is shown.
    pub(crate) fn seek(&mut self, path: &PartPath) {
        let steps: Vec<&str> = path.steps().iter().map(|step| &**step).collect();
        match steps[..] {
            ["segments", segment, "fields", number, ..] => {
                if let (Some(segment), Ok(number)) = (SegmentId::new(segment), number.parse()) {
                    self.segment.seek(segment, number);
                }
            }
            ["tables", _, "columns", column, ..] => self.tables.seek(column),
            _ => {}
        }
    }

    /// Shows the page of a data type, where its first component is named.
    pub(crate) fn name_components(&mut self, name: &Arc<str>) {
        self.choose(Part::Type(Arc::clone(name)));
        self.data_type.name_first(name);
    }

    /// Shows the page of a segment, where its first field is named.
    pub(crate) fn name_fields(&mut self, segment: SegmentId) {
        self.choose(Part::Segment(segment));
        self.segment.name_first(segment);
    }
}

/// Shows the panel; `definition` is the message definition that is chosen everywhere.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, definition: usize) {
    let theme = Theme::of(ui);
    if let Part::Message(index) = &mut state.explorer.chosen {
        *index = definition;
    }
    if let Some(definition) = cx.session.profile().messages.get(definition) {
        // The samples are counted as long as somebody looks.
        cx.sheet(&definition.name);
    }
    let is_wide = ui.available_width() >= theme.grid(SIDE_BY_SIDE);
    bar_ui(ui, |ui| head_ui(ui, cx, state, is_wide));
    if is_wide {
        let width = (ui.available_width() * 0.3).clamp(theme.grid(40), theme.grid(64));
        let line = egui::Stroke::new(1.0, *theme.surface.border);
        ui.visuals_mut().widgets.noninteractive.bg_stroke = line;
        Panel::left("parts of the profile")
            .frame(Frame::new())
            .resizable(true)
            .default_size(width)
            .size_range(theme.grid(32)..=ui.available_width() * 0.6)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                explorer::ui(ui, cx, &mut state.explorer)
            });
        CentralPanel::no_frame().show(ui, |ui| page_ui(ui, cx, state));
    } else if state.lists_parts {
        if explorer::ui(ui, cx, &mut state.explorer) {
            state.lists_parts = false;
        }
    } else {
        page_ui(ui, cx, state);
    }
}

/// Where the profile stands, and in a narrow panel the way back to its parts.
fn head_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, is_wide: bool) {
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        let save = egui::Button::new("Save");
        let can = cx.session.is_modified() || cx.session.profile_path().is_none();
        if ui
            .add_enabled(can, save)
            .on_hover_text(Command::SaveProfile.words().tip)
            .clicked()
        {
            cx.run(Command::SaveProfile);
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            if !is_wide {
                let name = if state.lists_parts {
                    "Back"
                } else {
                    "All parts"
                };
                let escapes = state.lists_parts && ui.input(|input| input.key_pressed(Key::Escape));
                if ui.button(name).clicked() || escapes {
                    state.lists_parts = !state.lists_parts;
                    if state.lists_parts {
                        state.explorer.take_focus = true;
                    }
                }
            }
            let path = cx.session.profile_path();
            let text = path.map_or_else(
                || "In no file yet".to_owned(),
                |path| path.display().to_string(),
            );
            weak(ui, text);
        });
    });
}

fn page_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let part = state.explorer.chosen.clone();
    match &part {
        Part::Profile => scrolled_ui(ui, &part, |ui| profile_page::ui(ui, cx)),
        Part::Rules => scrolled_ui(ui, &part, |ui| {
            profile_rules::ui(ui, cx, &mut state.rules);
        }),
        Part::Messages => scrolled_ui(ui, &part, |ui| profile_messages::ui(ui, cx)),
        Part::Message(index) => scrolled_ui(ui, &part, |ui| {
            profile_messages::definition_ui(ui, cx, &mut state.messages, *index);
        }),
        Part::Tables => scrolled_ui(ui, &part, |ui| {
            if let Some(name) = profile_tables::tables_ui(ui, cx, &mut state.tables) {
                state.explorer.chosen = Part::Table(name);
            }
        }),
        Part::Table(name) => scrolled_ui(ui, &part, |ui| {
            if let Some(to) = profile_tables::table_ui(ui, cx, &mut state.tables, name) {
                state.explorer.chosen = Part::Table(to);
            }
        }),
        Part::Segments => profile_segments::ui(ui, cx, &mut state.segments),
        Part::Segment(segment) => {
            if let Some(to) = profile_segment::ui(ui, cx, &mut state.segment, *segment) {
                state.explorer.chosen = Part::Segment(to);
            }
        }
        Part::CodeTables => scrolled_ui(ui, &part, |ui| profile_codes::list_ui(ui, cx)),
        Part::Codes(name) => {
            if let Some(to) = profile_codes::ui(ui, cx, &mut state.codes, name) {
                state.explorer.chosen = Part::Codes(to);
            }
        }
        Part::Types => profile_types::ui(ui, cx, &mut state.types),
        Part::Type(name) => {
            if let Some(to) = profile_type::ui(ui, cx, &mut state.data_type, name) {
                state.explorer.chosen = Part::Type(to);
            }
        }
    }
}

/// A page that scrolls as a whole; each part keeps its own place.
fn scrolled_ui(ui: &mut Ui, part: &Part, add: impl FnOnce(&mut Ui)) {
    let theme = Theme::of(ui);
    let kept = match part {
        // All definitions are looked at alike, as one steps from one to the next.
        Part::Message(_) => "message".to_owned(),
        part => format!("{part:?}"),
    };
    ScrollArea::vertical()
        .id_salt(("profile", kept))
        .auto_shrink(false)
        .show(ui, |ui| {
            Frame::new()
                .inner_margin(theme.margin(4, 1))
                .show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = theme.grid(1);
                    ui.set_width(ui.available_width().min(theme.grid(220)));
                    add(ui);
                    ui.add_space(theme.grid(8));
                });
        });
}
