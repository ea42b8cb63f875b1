//! The mapping of a message definition: its rows, the columns of each with their sources, and what the
//! selected sample gives them.

use std::sync::Arc;

use egui::{Button, ComboBox, RichText, ScrollArea, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::drag::{self, Dragged};
use super::super::theme::Theme;
use super::mapping_edit::{Entry, add_rows, drop_as_rows};
use super::mapping_rows;
use super::mapping_unused;
pub(crate) use super::mapping_view::State;
use super::parts::{bar_ui, empty_ui, weak};
use super::script::{definitions_ui, follow};
use crate::grammar::Grammar;
use crate::mapping::{column_sentence, rows_sentence};
use crate::profile::{Edit, MessageDefinition, Profile, Table};
use crate::workbench::Preview;

/// Shows the mapping of the chosen definition.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, chosen: usize) {
    let profile = cx.session.profile();
    if profile.messages.is_empty() {
        let text = "A message definition says which messages are meant; its mapping says which rows of which tables are made of them";
        let steps = [
            Command::DefineFromSample,
            Command::AddDefinition,
            Command::TryExample,
        ];
        let title = "The profile has no message definition";
        return empty_ui(ui, cx, title, text, &steps);
    }
    let chosen = chosen.min(profile.messages.len() - 1);
    follow(cx, &mut state.followed, chosen);
    bar_ui(ui, |ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let words = Command::CopyMapping.words();
            let copy = ui.add(Button::new("Copy as text")).on_hover_text(words.tip);
            if copy.clicked() {
                cx.run(Command::CopyMapping);
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                definitions_ui(ui, cx, Some(chosen));
            });
        });
    });
    let Some(definition) = profile.messages.get(chosen) else {
        return;
    };
    let preview = cx.preview().filter(|preview| preview.sample.is_some());
    let is_its = preview.is_some_and(|preview| preview.definition == Some(chosen));
    ScrollArea::vertical()
        .id_salt("mapping")
        .auto_shrink(false)
        .show(ui, |ui| {
            if let Some(preview) = preview.filter(|_| !is_its) {
                elsewhere_ui(ui, cx, preview);
            }
            for entry in Entry::all(profile, definition) {
                mapping_rows::ui(ui, cx, state, &entry, is_its);
            }
            new_rows_ui(ui, cx, definition);
            if let Some(preview) = preview.filter(|_| is_its) {
                mapping_unused::ui(ui, cx, &mut state.unused, definition, preview);
            }
            ui.add_space(Theme::of(ui).grid(6));
        });
    // A column that is not there is not waited for.
    state.reveals = false;
}

/// The sample at hand falls under another definition: there are no values to show.
fn elsewhere_ui(ui: &mut Ui, cx: &Cx<'_>, preview: &Preview) {
    let theme = Theme::of(ui);
    let frame = egui::Frame::new()
        .fill(*theme.surface.line)
        .inner_margin(theme.margin(2, 1));
    frame.show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.set_min_width(ui.available_width());
            let own = preview.definition.and_then(|index| {
                let definition = cx.session.profile().messages.get(index)?;
                Some((index, &definition.name))
            });
            if let Some((index, name)) = own {
                weak(ui, format!("The selected sample falls under {name}"));
                if ui.button("Show that").clicked() {
                    cx.send(Action::SelectDefinition(index));
                }
            } else {
                weak(ui, "The selected sample falls under no definition");
                let words = Command::DefineFromSample.words();
                if ui.button(words.name).on_hover_text(words.tip).clicked() {
                    cx.run(Command::DefineFromSample);
                }
            }
        });
    });
}

/// The line below all rows: more rows, of a table that is there or of a new one.
fn new_rows_ui(ui: &mut Ui, cx: &Cx<'_>, definition: &MessageDefinition) {
    let theme = Theme::of(ui);
    let profile = cx.session.profile();
    let frame = egui::Frame::new().inner_margin(theme.margin(2, 2));
    let shown = frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        if definition.rows.is_empty() {
            let text = "No rows are made by columns yet: drop a segment or a field of the message tree here, or choose a table";
            ui.add(egui::Label::new(RichText::new(text).color(*theme.text.weak)).wrap());
        }
        ui.horizontal(|ui| {
            let combo = ComboBox::from_id_salt("rows of").selected_text("Make rows of…");
            let shown = combo.show_ui(ui, |ui| {
                for name in profile.tables.keys() {
                    if ui.selectable_label(false, &**name).clicked() {
                        cx.send(Action::Edit(add_rows(definition, name)));
                    }
                }
                if ui.selectable_label(false, "A new table").clicked() {
                    let name: Arc<str> = free_table(profile).into();
                    let edits = vec![
                        Edit::AddTable {
                            name: Arc::clone(&name),
                            table: Arc::new(Table::default()),
                        },
                        add_rows(definition, &name),
                    ];
                    let name = format!("add rows of {name}").into();
                    cx.send(Action::Edit(Edit::Named { name, edits }));
                }
            });
            let id = shown.response.id;
            ui.ctx()
                .accesskit_node_builder(id, |node| node.set_label("Make rows of"));
            weak(ui, "or drop a segment, a group or a field here");
        });
    });
    let Some(preview) = cx.preview() else { return };
    let plan = |dragged: &Dragged| drop_as_rows(profile, definition, preview, None, dragged);
    if let Some(edit) = drag::target(ui, shown.response.rect, plan) {
        cx.send(Action::Edit(edit));
    }
}

fn free_table(profile: &Profile) -> String {
    let names = (1..1_000).map(|number| match number {
        1 => "new_table".to_owned(),
        _ => format!("new_table_{number}"),
    });
    names
        .into_iter()
        .find(|name| !profile.tables.contains_key(name.as_str()))
        .unwrap_or_default()
}

/// The mapping of a definition as sentences, for whoever delivers the messages.
pub(crate) fn sentences(
    profile: &Profile,
    definition: &MessageDefinition,
    grammar: &Grammar,
) -> String {
    let mut lines = vec![format!("{}: {}", profile.name, definition.name)];
    for entry in Entry::all(profile, definition) {
        let owner = entry.owner().map(|owner| &**owner);
        lines.push(String::new());
        lines.push(rows_sentence(entry.rows, owner, grammar));
        for name in entry.columns() {
            let source = entry.rows.columns.get(&name);
            let sentence = column_sentence(&name, source, entry.table(), grammar);
            lines.push(format!("- {sentence}"));
        }
    }
    if definition.script.is_some() {
        lines.push(String::new());
        lines.push("A script makes more of these messages.".to_owned());
    }
    lines.push(String::new());
    lines.join("\n")
}
