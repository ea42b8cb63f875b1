//! All that is said of one column of a mapping, below its line: what the line has no room for, its
//! sentence, and what the table says of it.

use std::sync::Arc;

use egui::{Button, ComboBox, RichText, Ui};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::super::widgets::{self, no_proposals};
use super::mapping_cells::{
    Attribute, Shown, as_ui, codes_ui, entry_name, fault_ui, path, text_of_reading_ui,
};
use super::mapping_edit::{Entry, named};
use super::mapping_view::State;
use crate::mapping::column_sentence;
use crate::profile::{Column, ColumnSource, ColumnType, Edit, PartOrigin, Table};

/// Shows the form.
pub(super) fn ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    entry: &Entry<'_>,
    column: &Arc<str>,
    shown: &Shown,
) {
    let theme = Theme::of(ui);
    let frame = egui::Frame::new()
        .fill(*theme.surface.line)
        .inner_margin(theme.margin(4, 2));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = theme.grid(1);
        let source = entry.rows.columns.get(column);
        if let Some(preview) = cx.preview() {
            let sentence = column_sentence(column, source, entry.table(), &preview.grammar);
            let text = RichText::new(sentence).color(*theme.text.body);
            ui.add(egui::Label::new(text).wrap());
        }
        let reading = source.and_then(ColumnSource::reading);
        if reading.is_some() {
            if !shown.codes {
                line_ui(ui, "Code table", |ui| {
                    codes_ui(ui, cx, entry, column, source);
                });
            }
            if !shown.then {
                let fault = line_ui(ui, "Expression", |ui| {
                    text_of_reading_ui(ui, cx, entry, column, Attribute::Then)
                });
                if let Some(fault) = fault {
                    fault_ui(ui, &fault);
                }
            }
            if !shown.read_as {
                line_ui(ui, "Read as", |ui| as_ui(ui, cx, entry, column, source));
            }
            if !shown.default {
                line_ui(ui, "Where absent", |ui| {
                    text_of_reading_ui(ui, cx, entry, column, Attribute::Default)
                });
            }
        }
        column_ui(ui, cx, state, entry, column);
        buttons_ui(ui, cx, entry, column);
    });
}

fn line_ui<R>(ui: &mut Ui, label: &str, add: impl FnOnce(&mut Ui) -> R) -> R {
    let theme = Theme::of(ui);
    let shown = ui.horizontal(|ui| {
        super::fields::label_ui(ui, label);
        let width = ui.available_width().min(theme.grid(70));
        let size = egui::Vec2::new(width, theme.size.row);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(size, layout, |ui| {
            ui.set_max_width(width);
            add(ui)
        })
        .inner
    });
    shown.inner
}

/// What the table says of the column: its name, its type, whether it is part of the key.
fn column_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, entry: &Entry<'_>, column: &Arc<str>) {
    let theme = Theme::of(ui);
    let (table, name) = (&entry.rows.table, entry_name(entry));
    let Some((declared, known)) = entry
        .table()
        .and_then(|table| Some((table, table.column(column)?)))
    else {
        return;
    };
    let change = |what: &str, change: &dyn Fn(&mut Column)| {
        let mut changed = Table::clone(declared);
        if let Some(place) = changed
            .columns
            .iter_mut()
            .find(|known| known.name == *column)
        {
            change(place);
        }
        let edit = Edit::ChangeTable {
            name: Arc::clone(table),
            table: Arc::new(changed),
        };
        cx.send(Action::Edit(named(
            format!("{what} {table}.{column}"),
            vec![edit],
        )));
    };
    let mut fault = None;
    ui.horizontal(|ui| {
        super::fields::label_ui(ui, "Column");
        let check = |text: &str| {
            let text = text.trim();
            if text.is_empty() {
                Err("A column needs a name".to_owned())
            } else if *text != **column && declared.column(text).is_some() {
                Err(format!("{table} has a column {text} already"))
            } else {
                Ok(())
            }
        };
        let field = widgets::Entry {
            name: &format!("Name of {name}.{column}"),
            scope: &entry.definition.name,
            value: column,
            hint: "name",
            width: theme.grid(32),
            is_code: false,
            check: &check,
            propose: &no_proposals,
        };
        let response = field.name_ui(ui);
        fault = response.fault;
        if let Some(to) = response.changed {
            let to: Arc<str> = to.trim().into();
            state.choose(Arc::clone(table), Arc::clone(&to));
            cx.send(Action::Edit(Edit::RenameColumn {
                table: Arc::clone(table),
                column: Arc::clone(column),
                to,
            }));
        }
        let combo = ComboBox::from_id_salt(("type", entry.index, Arc::clone(column)))
            .width(theme.grid(24))
            .selected_text(known.column_type.name());
        let mut chosen = None;
        let shown = combo.show_ui(ui, |ui| {
            for each in ColumnType::ALL {
                let is_on = known.column_type == each;
                if ui.selectable_label(is_on, each.name()).clicked() {
                    chosen = Some(each);
                }
            }
        });
        let id = shown.response.id;
        let words = format!("Type of {name}.{column}");
        ui.ctx()
            .accesskit_node_builder(id, |node| node.set_label(words));
        if let Some(column_type) = chosen {
            change("change type of", &|column| column.column_type = column_type);
        }
        let mut key = known.key;
        let tip = "Part of what tells two rows apart";
        if ui.checkbox(&mut key, "Key").on_hover_text(tip).changed() {
            change("change key of", &|column| column.key = key);
        }
    });
    if let Some(fault) = fault {
        fault_ui(ui, &fault);
    }
}

fn buttons_ui(ui: &mut Ui, cx: &Cx<'_>, entry: &Entry<'_>, column: &Arc<str>) {
    let table = &entry.rows.table;
    let is_filled = entry.rows.columns.contains_key(column);
    ui.horizontal(|ui| {
        let tip = "Fill the column from nowhere; Ctrl+Z brings the source back";
        let button = ui.add_enabled(is_filled, Button::new("Remove source"));
        if button.on_hover_text(tip).clicked() {
            cx.send(Action::Edit(entry.set_source(column, None)));
        }
        if let Some(declared) = entry.table().filter(|table| table.column(column).is_some()) {
            let tip = "Take the column out of the table and its source out of these rows";
            if ui.button("Remove column").on_hover_text(tip).clicked() {
                let mut changed = Table::clone(declared);
                changed.columns.retain(|known| known.name != *column);
                let change = Edit::ChangeTable {
                    name: Arc::clone(table),
                    table: Arc::new(changed),
                };
                let unmap = entry.set_source(column, None);
                let name = format!("remove column {table}.{column}");
                cx.send(Action::Edit(named(name, vec![change, unmap])));
            }
        }
        let part = path(entry, column);
        let has_template = cx.session.own_profile().extends.is_some();
        if has_template && cx.session.origins().of(&part) == PartOrigin::Site {
            let tip = "Forget what the site says of this source: the template's holds again";
            if ui
                .button("Revert to inherited")
                .on_hover_text(tip)
                .clicked()
            {
                cx.send(Action::Edit(Edit::Revert { part }));
            }
        }
    });
}
