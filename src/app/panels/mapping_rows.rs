//! One entry of a mapping: what a row stands for, and a grid of its columns.

use std::sync::Arc;

use egui::{Button, ComboBox, RichText, Ui, WidgetInfo};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::drag::{self, Dragged};
use super::super::links_drawn::Knot;
use super::super::status::plural;
use super::super::theme::Theme;
use super::super::widgets::{self, EntryResponse, Proposal, Proposals};
use super::mapping_cells::fault_ui;
use super::mapping_column::{self, Grid};
use super::mapping_edit::{Entry, add_column, named};
use super::mapping_view::State;
use super::parts::weak;
use super::proposals::{element_rows, groups};
use super::tree_row::RowKind;
use crate::mapping::{End, RowLook, RowsLook};
use crate::profile::{Column, Root};

/// Shows the entry; `is_live` says that the selected sample falls under its definition.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, entry: &Entry<'_>, is_live: bool) {
    let theme = Theme::of(ui);
    let look = cx
        .preview()
        .filter(|_| is_live)
        .and_then(|preview| preview.looks.get(entry.index));
    let head = egui::Frame::new()
        .fill(*theme.surface.window)
        .inner_margin(theme.margin(2, 1));
    let head = head.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        head_ui(ui, cx, entry);
        row_chooser_ui(ui, state, entry, look);
    });
    let plan = |dragged: &Dragged| entry.drop_as_root(dragged);
    if let Some(edit) = drag::target(ui, head.response.rect, plan) {
        cx.send(Action::Edit(edit));
    }
    let row = look.and_then(|look| shown_row(state, entry.index, look));
    let grid = Grid::new(ui.available_width(), theme);
    grid.titles_ui(ui, theme);
    // What is held is looked up once for all columns: their root is the same.
    let dragged = drag::held(ui.ctx());
    let reading = dragged.as_deref().and_then(|dragged| match dragged {
        Dragged::Place(at) => entry.reading(cx.preview()?, at),
        Dragged::Group(_) => None,
    });
    for column in entry.columns() {
        let cell = row.and_then(|row| row.cells.get(&column));
        let rect = mapping_column::ui(ui, cx, state, &grid, entry, &column, (row, cell));
        if is_live && is_linked(cx, &entry.rows.table, &column) {
            let knot = Knot::Column(Arc::clone(&entry.rows.table), Arc::clone(&column));
            cx.knots.put(knot, rect, ui.clip_rect());
        }
        let plan = |_: &Dragged| Some(entry.drop_on_column(reading.as_ref()?, &column));
        if let Some(edit) = drag::target(ui, rect, plan) {
            state.choose(Arc::clone(&entry.rows.table), Arc::clone(&column));
            cx.send(Action::Edit(edit));
        }
    }
    let rect = new_column_ui(ui, cx, state, entry);
    let plan = |_: &Dragged| Some(entry.drop_as_column(cx.preview()?, reading.as_ref()?));
    if let Some(edit) = drag::target(ui, rect, plan) {
        cx.send(Action::Edit(edit));
    }
    ui.add_space(theme.grid(2));
}

/// Whether a link that is drawn leads over a column.
fn is_linked(cx: &Cx<'_>, of: &Arc<str>, wanted: &Arc<str>) -> bool {
    cx.threads.iter().any(|thread| match &thread.end {
        End::Cell { table, column, .. } => (table, column) == (of, wanted),
        End::Output(_) => false,
    })
}

fn shown_row<'l>(state: &State, entry: usize, look: &'l RowsLook) -> Option<&'l RowLook> {
    let at = state.shown.get(&entry).copied().unwrap_or(0);
    look.rows.get(at).or(look.rows.first())
}

/// The table, what one row stands for, who owns it, and the buttons that move or remove it.
fn head_ui(ui: &mut Ui, cx: &Cx<'_>, entry: &Entry<'_>) {
    let theme = Theme::of(ui);
    let table = &entry.rows.table;
    let mut fault = None;
    ui.horizontal(|ui| {
        ui.set_min_height(theme.size.row + theme.grid(1));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = theme.grid(1);
            order_ui(ui, cx, entry);
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = theme.grid(2);
                let known = entry.table().is_some();
                let name = RichText::new(&**table)
                    .font(theme.strong_font())
                    .color(if known {
                        *theme.text.strong
                    } else {
                        *theme.severity.error
                    });
                let tip = if known {
                    "A table of the application"
                } else {
                    "No table of the profile is called so: add a column and it is there"
                };
                ui.add(egui::Label::new(name).truncate()).on_hover_text(tip);
                weak(ui, "one for each");
                let width = (ui.available_width() * 0.42).clamp(theme.grid(20), theme.grid(44));
                fault = root_ui(ui, cx, entry, width).fault;
                owner_ui(ui, cx, entry);
            });
        });
    });
    if let Some(fault) = fault {
        fault_ui(ui, &fault);
    }
}

fn root_ui(ui: &mut Ui, cx: &Cx<'_>, entry: &Entry<'_>, width: f32) -> EntryResponse {
    let table = &entry.rows.table;
    let value = entry.rows.root.as_ref().map(ToString::to_string);
    let check = |text: &str| {
        text.trim()
            .parse::<Root>()
            .map(drop)
            .map_err(|error| error.to_string())
    };
    let propose = |typed: &str| roots(cx, typed);
    let field = widgets::Entry {
        name: &format!("Rows {} of {table}: one for each", entry.index + 1),
        scope: &entry.definition.name,
        value: value.as_deref().unwrap_or_default(),
        hint: "PID, PID-3, a group or /",
        width,
        is_code: true,
        check: &check,
        propose: &propose,
    };
    let response = field.ui(ui);
    if let Some(root) = response
        .changed
        .as_ref()
        .and_then(|text| text.trim().parse().ok())
    {
        let edit = entry.change(format!("change root of {table}"), |rows| {
            rows.root = Some(root);
        });
        cx.send(Action::Edit(edit));
    }
    response
}

/// What one row can stand for, by the message at hand.
fn roots(cx: &Cx<'_>, typed: &str) -> Proposals {
    let mut list = vec![Proposal {
        text: "/".to_owned(),
        detail: "the whole message".to_owned(),
        help: String::new(),
        goes_on: false,
    }];
    list.extend(groups(cx));
    for row in element_rows(cx) {
        let is_root = match row.kind {
            RowKind::Segment(_) => true,
            RowKind::Element(level) => {
                level == crate::hl7::Level::Field && row.facts.repeats != "1"
            }
            RowKind::Group | RowKind::Ghost { .. } => false,
        };
        // One root for all segments of a name.
        if is_root && !row.place.contains('[') {
            list.push(Proposal {
                text: row.place.clone(),
                detail: row.name.clone(),
                help: String::new(),
                goes_on: false,
            });
        }
    }
    let upper = typed.to_uppercase();
    list.retain(|proposal| proposal.text.to_uppercase().starts_with(&upper));
    Proposals {
        typed: typed.chars().count(),
        list,
        closing: "",
        eager: true,
    }
}

fn owner_ui(ui: &mut Ui, cx: &Cx<'_>, entry: &Entry<'_>) {
    let earlier = entry.definition.rows.get(..entry.index).unwrap_or_default();
    let table = &entry.rows.table;
    let mut owners: Vec<&Arc<str>> = earlier.iter().map(|rows| &rows.table).collect();
    owners.retain(|owner| *owner != table);
    owners.dedup();
    if owners.is_empty() && entry.rows.parent.is_none() {
        return;
    }
    let said = &entry.rows.parent;
    let text = match (said, entry.owner()) {
        (Some(owner), _) => format!("owned by {owner}"),
        (None, Some(owner)) => format!("owned by {owner} (table)"),
        (None, None) => "owned by none".to_owned(),
    };
    let combo = ComboBox::from_id_salt(("owner", entry.index))
        .width(ui.available_width().min(Theme::of(ui).grid(36)))
        .truncate()
        .selected_text(text);
    let mut set = None;
    let shown = combo.show_ui(ui, |ui| {
        if ui
            .selectable_label(said.is_none(), "As the table says")
            .clicked()
        {
            set = Some(None);
        }
        for owner in owners {
            if ui
                .selectable_label(said.as_ref() == Some(owner), &**owner)
                .clicked()
            {
                set = Some(Some(Arc::clone(owner)));
            }
        }
    });
    let id = shown.response.id;
    ui.ctx()
        .accesskit_node_builder(id, |node| node.set_label(format!("Owner of {table}")));
    if let Some(owner) = set {
        let edit = entry.change(format!("change owner of {table}"), |rows| {
            rows.parent = owner;
        });
        cx.send(Action::Edit(edit));
    }
}

/// The buttons that move or remove the entry, from the right.
fn order_ui(ui: &mut Ui, cx: &Cx<'_>, entry: &Entry<'_>) {
    let table = &entry.rows.table;
    let last = entry.definition.rows.len().saturating_sub(1);
    let steps = [
        ("×", "Remove rows of", Some(usize::MAX)),
        (
            "↓",
            "Move down rows of",
            (entry.index < last).then_some(entry.index + 1),
        ),
        ("↑", "Move up rows of", entry.index.checked_sub(1)),
    ];
    for (sign, tip, to) in steps {
        let button = ui.add_enabled(to.is_some(), Button::new(sign).small());
        let button = button.on_hover_text(format!("{tip} {table}"));
        button.widget_info(|| {
            let name = format!("{tip} {table}");
            WidgetInfo::labeled(egui::Role::Button, to.is_some(), name)
        });
        if let Some(to) = to.filter(|_| button.clicked()) {
            let edit = if to == usize::MAX {
                entry.remove()
            } else {
                entry.move_to(to)
            };
            cx.send(Action::Edit(edit));
        }
    }
}

/// Which row of the sample is shown, where there are several.
fn row_chooser_ui(ui: &mut Ui, state: &mut State, entry: &Entry<'_>, look: Option<&RowsLook>) {
    let Some(look) = look else { return };
    let theme = Theme::of(ui);
    let table = &entry.rows.table;
    let count = look.rows.len();
    let shown = state.shown.entry(entry.index).or_default();
    *shown = (*shown).min(count.saturating_sub(1));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme.grid(1);
        let Some(row) = look.rows.get(*shown) else {
            let root = entry.rows.root.as_ref().map(ToString::to_string);
            let root = root.unwrap_or_default();
            weak(ui, format!("No row: this message has no {root}"));
            return;
        };
        if count > 1 {
            let steps = [
                ("‹", "Previous row of", shown.checked_sub(1)),
                (
                    "›",
                    "Next row of",
                    (*shown + 1 < count).then_some(*shown + 1),
                ),
            ];
            for (sign, tip, to) in steps {
                let button = ui.add_enabled(to.is_some(), Button::new(sign).small());
                let button = button.on_hover_text(format!("{tip} {table}"));
                button.widget_info(|| {
                    let name = format!("{tip} {table}");
                    WidgetInfo::labeled(egui::Role::Button, to.is_some(), name)
                });
                if let Some(to) = to.filter(|_| button.clicked()) {
                    *shown = to;
                }
            }
            let of = if look.count > count {
                format!(
                    "{} of {}, the first {count} can be shown",
                    *shown + 1,
                    look.count
                )
            } else {
                format!("{} of {count}", *shown + 1)
            };
            weak(ui, of);
        } else {
            weak(ui, plural(count, "row"));
        }
        let name = RichText::new(&row.name)
            .small()
            .font(theme.code_font())
            .color(*theme.level.segment);
        ui.label(name);
        if !row.is_made {
            weak(ui, "makes no row: the message says nothing of it");
        }
    });
}

/// The last line of the grid: a name for one more column, or a place to drop a field.
fn new_column_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, entry: &Entry<'_>) -> egui::Rect {
    let theme = Theme::of(ui);
    let table = &entry.rows.table;
    let text = state.new_columns.entry(entry.index).or_default();
    let taken = entry
        .table()
        .is_some_and(|known| known.column(text.trim()).is_some());
    let mut add = false;
    let shown = ui.horizontal(|ui| {
        ui.add_space(theme.grid(2));
        ui.set_min_height(theme.size.row + theme.grid(1));
        let field = egui::TextEdit::singleline(text)
            .hint_text("new column")
            .desired_width(theme.grid(28))
            .margin(theme.margin(1, 0))
            .align(egui::Align2::LEFT_CENTER)
            .min_size(egui::Vec2::new(0.0, theme.size.row));
        let field = ui.add(field);
        let name = format!("New column of {table}");
        field
            .ctx
            .accesskit_node_builder(field.id, |node| node.set_label(name));
        cx.keeps_own_undo(field.has_focus());
        add = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if taken {
            let text = format!("{table} has this column");
            ui.label(RichText::new(text).small().color(*theme.severity.error));
        } else {
            weak(ui, "Enter adds it; or drop a field here");
        }
        ui.set_min_width(ui.available_width());
    });
    let name = text.trim().to_owned();
    if add && !taken && !name.is_empty() {
        text.clear();
        let add = add_column(entry.profile, table, Column::new(name.as_str()));
        let edit = named(format!("add column {table}.{name}"), vec![add]);
        cx.send(Action::Edit(edit));
        state.choose(Arc::clone(table), name.into());
    }
    shown.response.rect
}
