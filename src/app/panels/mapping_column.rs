//! One column of a mapping: a line of the grid, and below the chosen one a form with all it says.

use std::sync::Arc;

use egui::{Button, Rect, RichText, Ui, UiBuilder, Vec2, WidgetInfo};

use super::super::cx::Cx;
use super::super::pane::Pane;
use super::super::theme::Theme;
use super::super::widgets::cell_text;
use super::mapping_cells::{
    Attribute, Shown, as_ui, codes_ui, fault_ui, path, source_ui, text_of_reading_ui,
};
use super::mapping_edit::Entry;
use super::mapping_form;
use super::mapping_view::State;
use crate::diagnostic::Severity;
use crate::mapping::{Cell, CellLook, RowLook};
use crate::profile::{ColumnSource, PartOrigin};

/// What stands in a column of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Name,
    Type,
    Source,
    Codes,
    Then,
    As,
    Default,
    Value,
    Origin,
}

/// The columns of the grid with their widths: as many as there is room for.
pub(super) struct Grid {
    columns: Vec<(What, f32)>,
}

impl Grid {
    pub(super) fn new(width: f32, theme: &Theme) -> Self {
        let unit = |steps: i16| theme.grid(steps);
        let has_origin = width >= unit(174);
        let (name, source) = if has_origin {
            (0.18, 0.26)
        } else {
            (0.22, 0.32)
        };
        let mut columns = vec![
            (What::Name, (width * name).clamp(unit(18), unit(40))),
            (What::Source, (width * source).clamp(unit(28), unit(58))),
        ];
        if width >= unit(150) {
            columns.insert(1, (What::Type, unit(22)));
        }
        if width >= unit(174) {
            columns.push((What::Codes, unit(28)));
        }
        if width >= unit(216) {
            columns.push((What::As, unit(28)));
        }
        if width >= unit(240) {
            columns.push((What::Default, unit(24)));
        }
        if width >= unit(290) {
            columns.push((What::Then, unit(48)));
        }
        let origin = has_origin.then_some((What::Origin, unit(24)));
        let used: f32 = columns.iter().map(|(_, width)| width).sum();
        let rest = width - used - origin.map_or(0.0, |(_, width)| width) - unit(2);
        columns.push((What::Value, rest.max(unit(20))));
        columns.extend(origin);
        Self { columns }
    }

    /// The line of titles.
    pub(super) fn titles_ui(&self, ui: &mut Ui, theme: &Theme) {
        let height = theme.size.row;
        self.line_ui(ui, theme, height, |ui, what| {
            let title = match what {
                What::Name => "Column",
                What::Type => "Type",
                What::Source => "Source",
                What::Codes => "Code table",
                What::Then => "Expression",
                What::As => "Read as",
                What::Default => "Where absent",
                What::Value => "Value",
                What::Origin => "Described by",
            };
            cell_text(ui, RichText::new(title).small().color(*theme.text.weak));
        });
        let line = egui::Stroke::new(1.0, *theme.surface.line);
        let y = ui.cursor().top();
        ui.painter().hline(ui.max_rect().x_range(), y, line);
    }

    /// Draws one line, cell by cell; where it stands.
    fn line_ui(
        &self,
        ui: &mut Ui,
        theme: &Theme,
        height: f32,
        mut cell: impl FnMut(&mut Ui, What),
    ) -> Rect {
        let size = Vec2::new(ui.available_width(), height);
        let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
        let mut left = rect.left() + theme.grid(2);
        for (what, width) in &self.columns {
            let place = Rect::from_min_size(
                egui::Pos2::new(left, rect.top()),
                Vec2::new(*width - theme.grid(1), height),
            );
            left += width;
            let layout = egui::Layout::left_to_right(egui::Align::Center);
            let mut child = ui.new_child(UiBuilder::new().max_rect(place).layout(layout));
            child.set_clip_rect(place.intersect(ui.clip_rect()));
            cell(&mut child, *what);
        }
        rect
    }

    fn shows(&self, wanted: What) -> bool {
        self.columns.iter().any(|(what, _)| *what == wanted)
    }
}

/// A column at work: the row that is shown and its cell.
type Live<'a> = (Option<&'a RowLook>, Option<&'a CellLook>);

/// Shows a column; where its line stands.
pub(super) fn ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    grid: &Grid,
    entry: &Entry<'_>,
    column: &Arc<str>,
    (row, cell): Live<'_>,
) -> Rect {
    let theme = Theme::of(ui);
    let table = &entry.rows.table;
    let is_chosen = state
        .chosen
        .as_ref()
        .is_some_and(|(known, name)| known == table && name == column);
    let source = entry.rows.columns.get(column);
    let mut faults: Vec<String> = static_fault(cx, entry, column).into_iter().collect();
    let mut toggled = false;
    let height = theme.size.row + theme.grid(1);
    if is_chosen {
        let top = ui.cursor().left_top();
        let all = Rect::from_min_size(top, Vec2::new(ui.available_width(), height));
        ui.painter().rect_filled(all, 0.0, *theme.surface.selected);
        if std::mem::take(&mut state.reveals) {
            ui.scroll_to_rect(all, Some(egui::Align::Center));
        }
    }
    let rect = grid.line_ui(ui, theme, height, |ui, what| match what {
        What::Name => toggled = name_ui(ui, entry, column, is_chosen),
        What::Type => {
            let known = entry.table().and_then(|table| table.column(column));
            let text = known.map_or_else(String::new, |column| {
                let key = if column.key { " key" } else { "" };
                format!("{}{key}", column.column_type)
            });
            cell_text(ui, RichText::new(text).small().color(*theme.text.weak));
        }
        What::Source => faults.extend(source_ui(ui, cx, entry, column, source)),
        What::Codes => codes_ui(ui, cx, entry, column, source),
        What::Then => faults.extend(text_of_reading_ui(ui, cx, entry, column, Attribute::Then)),
        What::As => as_ui(ui, cx, entry, column, source),
        What::Default => {
            faults.extend(text_of_reading_ui(
                ui,
                cx,
                entry,
                column,
                Attribute::Default,
            ));
        }
        What::Value => value_ui(ui, cx, row, cell),
        What::Origin => {
            let origin = cx.session.origins().of(&path(entry, column));
            let text = match (&origin, source) {
                (_, None) => String::new(),
                (PartOrigin::Site, _) => "site".to_owned(),
                (other, _) => other.to_string(),
            };
            cell_text(ui, RichText::new(text).small().color(*theme.text.weak));
        }
    });
    if toggled {
        state.chosen = (!is_chosen).then(|| (Arc::clone(table), Arc::clone(column)));
    }
    let fault = cell.and_then(|cell| cell.fault.as_ref());
    faults.extend(fault.map(|fault| match &fault.help {
        Some(help) => format!("{}; {help}", fault.message),
        None => fault.message.clone(),
    }));
    for fault in &faults {
        fault_ui(ui, fault);
    }
    if is_chosen {
        let shown = Shown {
            codes: grid.shows(What::Codes),
            then: grid.shows(What::Then),
            read_as: grid.shows(What::As),
            default: grid.shows(What::Default),
        };
        mapping_form::ui(ui, cx, state, entry, column, &shown);
    }
    rect
}

/// What is wrong with a column whatever the message is.
fn static_fault(cx: &Cx<'_>, entry: &Entry<'_>, column: &str) -> Option<String> {
    let profile = cx.session.profile();
    let source = entry.rows.columns.get(column)?;
    if entry
        .table()
        .is_some_and(|table| table.column(column).is_none())
    {
        let table = &entry.rows.table;
        return Some(format!(
            "{table} has no column {column}: add it to the table, or remove this source"
        ));
    }
    match source {
        ColumnSource::From(reading) => {
            let codes = reading.codes.as_ref()?;
            (!profile.codes.contains_key(codes))
                .then(|| format!("The profile has no code table {codes}"))
        }
        ColumnSource::Parent(_) if entry.owner().is_none() => {
            Some("The rows belong to no others: choose their owner above".to_owned())
        }
        ColumnSource::Constant(_) | ColumnSource::Parent(_) => None,
    }
}

fn name_ui(ui: &mut Ui, entry: &Entry<'_>, column: &Arc<str>, is_chosen: bool) -> bool {
    let theme = Theme::of(ui);
    let known = entry.table().and_then(|table| table.column(column));
    let is_filled = entry.rows.columns.contains_key(column);
    let colour = match (known, is_filled) {
        (None, _) => theme.severity.error,
        (Some(_), true) => theme.text.strong,
        (Some(_), false) => theme.text.weak,
    };
    let sign = if is_chosen { "▾ " } else { "▸ " };
    let key = known.is_some_and(|column| column.key);
    let mut text = RichText::new(format!("{sign}{column}")).color(*colour);
    if key {
        text = text.font(theme.strong_font());
    }
    let button = ui.add(Button::new(text).frame(false).truncate());
    let words = format!("Column {}.{column}", entry.rows.table);
    button.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, is_chosen, words.clone()));
    if button.has_focus() {
        let edge = egui::Stroke::new(1.0, *theme.accent.line);
        let inside = egui::StrokeKind::Inside;
        ui.painter()
            .rect_stroke(button.rect, theme.size.corner, edge, inside);
    }
    let tip = match known {
        None => "The table has no such column",
        Some(_) if key => "Part of the key; click for all that is said of the column",
        Some(_) => "Click for all that is said of the column",
    };
    button.on_hover_text(tip).clicked()
}

/// What the sample gives; a click shows where it is from.
fn value_ui(ui: &mut Ui, cx: &Cx<'_>, row: Option<&RowLook>, cell: Option<&CellLook>) {
    let theme = Theme::of(ui);
    let Some(row) = row else { return };
    let is_fault = cell
        .and_then(|cell| cell.fault.as_ref())
        .is_some_and(|fault| fault.severity == Severity::Error);
    let text = match cell.map(|cell| &cell.cell) {
        _ if is_fault => RichText::new("no value").color(*theme.severity.error),
        None if !row.is_made => RichText::new(""),
        None | Some(Cell::Absent) => RichText::new("absent").italics().color(*theme.text.weak),
        Some(Cell::Null) => RichText::new("null: delete").color(*theme.level.null),
        Some(cell) => RichText::new(cell.to_string())
            .font(theme.code_font())
            .color(*theme.text.strong),
    };
    let source = cell.and_then(|cell| cell.source.clone());
    let label = egui::Label::new(text).truncate();
    match source {
        Some(at) => {
            let label = ui.add(label.sense(egui::Sense::click()));
            if label
                .on_hover_text(format!("From {at}; click to show it"))
                .clicked()
            {
                cx.choose(Some(at), Pane::Mapping);
            }
        }
        None => drop(ui.add(label)),
    }
}
