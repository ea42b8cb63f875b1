//! The cells of a row of a tree, and all that is known of the row.

use egui::{RichText, Ui};

use super::super::theme::{Colour, Theme};
use super::super::widgets::cell_text;
use super::tree_row::{Facts, RowKind, TreeRow, Value, standing_words};
use crate::grammar::Standing;
use crate::hl7::Level;

/// One cell of a tree row, also of the output's tree.
pub(super) fn tree_cell_ui(ui: &mut Ui, row: &TreeRow, column: usize) {
    let theme = Theme::of(ui);
    let text = |text: &str| RichText::new(text);
    match column {
        0 => {
            let styled = |part: &str| {
                text(part)
                    .font(theme.code_font())
                    .color(*place_colour(theme, row))
            };
            // Where there is no room for both, the number tells a group from the next one.
            let number = row.place.rfind('[').filter(|_| row.kind == RowKind::Group);
            let (name, number) = row.place.split_at(number.unwrap_or(row.place.len()));
            let digit = ui.fonts_mut(|fonts| fonts.glyph_width(&theme.code_font(), '0'));
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.scope(|ui| {
                ui.set_max_width(ui.available_width() - digit * number.len() as f32);
                cell_text(ui, styled(name));
            });
            if !number.is_empty() {
                ui.label(styled(number));
            }
        }
        1 => {
            let (colour, words) = match row.kind {
                RowKind::Segment(Standing::Expected) => (theme.text.strong, row.name.clone()),
                RowKind::Segment(standing) => {
                    (theme.severity.warning, segment_words(row, standing))
                }
                RowKind::Group | RowKind::Ghost { .. } => (theme.text.weak, row.name.clone()),
                RowKind::Element(_) if row.value == Value::Absent => {
                    (theme.text.weak, row.name.clone())
                }
                RowKind::Element(_) => (theme.text.body, row.name.clone()),
            };
            let name = if matches!(row.kind, RowKind::Segment(_)) {
                text(&words).font(theme.strong_font())
            } else {
                text(&words)
            };
            cell_text(ui, name.color(*colour)).on_hover_ui(|ui| facts_ui(ui, row));
        }
        2 => value_ui(ui, theme, row),
        3 => {
            cell_text(ui, text(&row.meaning).color(*theme.text.weak));
        }
        4 => {
            cell_text(
                ui,
                text(&row.facts.data_type).small().color(*theme.text.weak),
            );
        }
        5 => {
            cell_text(ui, text(&row.facts.usage).small().color(*theme.text.weak));
        }
        6 => {
            cell_text(ui, text(&row.facts.repeats).small().color(*theme.text.weak));
        }
        _ => {
            cell_text(ui, text(&row.facts.origin).small().color(*theme.text.weak));
        }
    }
}

fn segment_words(row: &TreeRow, standing: Standing) -> String {
    let words = standing_words(standing);
    if row.name.is_empty() || row.name == words {
        words.to_owned()
    } else {
        format!("{} ({})", row.name, words.to_lowercase())
    }
}

fn place_colour(theme: &Theme, row: &TreeRow) -> Colour {
    match row.kind {
        RowKind::Group => theme.text.body,
        RowKind::Ghost { .. } => theme.text.weak,
        RowKind::Segment(_) => theme.level.segment,
        RowKind::Element(_) if row.value == Value::Absent => theme.text.weak,
        RowKind::Element(Level::Segment | Level::Field) => theme.level.field,
        RowKind::Element(Level::Repetition) => theme.level.repetition,
        RowKind::Element(Level::Component) => theme.level.component,
        RowKind::Element(Level::Subcomponent) => theme.level.subcomponent,
    }
}

fn value_ui(ui: &mut Ui, theme: &Theme, row: &TreeRow) {
    let weak = |words: &str| RichText::new(words).italics().color(*theme.text.weak);
    let required = matches!(row.kind, RowKind::Ghost { required: true });
    let text = match &row.value {
        Value::None => return,
        Value::Text(text) => RichText::new(text)
            .font(theme.code_font())
            .color(*theme.text.strong),
        Value::Null => RichText::new("null: delete")
            .font(theme.code_font())
            .color(*theme.level.null),
        Value::Empty => weak("empty"),
        Value::Absent if required => weak("absent, required").color(*theme.severity.warning),
        Value::Absent => weak("absent"),
    };
    cell_text(ui, text);
}

/// All that is known of a row.
pub(super) fn facts_ui(ui: &mut Ui, row: &TreeRow) {
    let theme = Theme::of(ui);
    ui.set_max_width(theme.grid(80));
    ui.label(
        RichText::new(&row.place)
            .font(theme.code_font())
            .color(*theme.text.accent),
    );
    ui.label(RichText::new(&row.name).color(*theme.text.strong));
    let Facts {
        data_type,
        usage,
        repeats,
        length,
        table,
        origin,
    } = &row.facts;
    let facts = [
        ("Type", data_type),
        ("Usage", usage),
        ("Repetitions", repeats),
        ("Length", length),
        ("Table", table),
        ("Described by", origin),
        ("Means", &row.meaning),
    ];
    for (name, fact) in facts.into_iter().filter(|(_, fact)| !fact.is_empty()) {
        ui.label(
            RichText::new(format!("{name}: {fact}"))
                .small()
                .color(*theme.text.weak),
        );
    }
}
