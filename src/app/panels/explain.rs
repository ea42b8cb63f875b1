//! What stands under the pointer, in words: the way down from the segment, and all that is known of
//! the last step.

use egui::{RichText, Ui};

use super::super::theme::Theme;
use super::super::widgets::Pointed;
use super::outline::{Source, rows_at};
use super::tree_cell::facts_ui;
use super::tree_row::{RowKind, TreeRow, Value};
use crate::hl7::Level;

/// Explains what the pointer is on, in a tip beside it.
pub(super) fn explain_ui(pointed: Option<Pointed>, source: &Source<'_>) {
    let Some(Pointed { byte, response }) = pointed else {
        return;
    };
    response.on_hover_ui_at_pointer(|ui| {
        let rows = rows_at(source, byte);
        match rows.split_last() {
            Some((last, above)) => words_ui(ui, above, last),
            None => {
                ui.label("This text belongs to no segment");
            }
        }
    });
}

fn words_ui(ui: &mut Ui, above: &[TreeRow], last: &TreeRow) {
    let theme = Theme::of(ui);
    ui.set_max_width(theme.grid(90));
    let way: Vec<&str> = above
        .iter()
        .map(|row| row.name.as_str())
        .filter(|name| !name.is_empty())
        .collect();
    if !way.is_empty() {
        let way = RichText::new(way.join(" › "))
            .small()
            .color(*theme.text.weak);
        ui.add(egui::Label::new(way).wrap());
    }
    facts_ui(ui, last);
    // What the field says holds for each of its repetitions.
    let field = above
        .iter()
        .rfind(|row| row.kind == RowKind::Element(Level::Field))
        .filter(|_| last.kind == RowKind::Element(Level::Repetition));
    if let Some(field) = field {
        facts_ui(ui, field);
    }
    let value = match last.value {
        Value::Null => "null: the receiver deletes what it has",
        Value::Empty => "empty: nothing is said about it",
        Value::Text(_) | Value::Absent | Value::None => return,
    };
    ui.label(RichText::new(value).small().color(*theme.text.weak));
}
