//! Places in scripts as a list below the script: where something stands, or what was found.

use egui::{RichText, Role, Ui};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::super::widgets::{ColumnSpec, RowSource, RowsView, Width, cell_text};
use super::parts::{bar_ui, weak};
use crate::workbench::ScriptSpot;

/// A list of places.
pub(super) struct Spots {
    title: String,
    list: Vec<ScriptSpot>,
    selected: Option<usize>,
}

impl Spots {
    pub(super) fn new(title: String, spots: Vec<ScriptSpot>) -> Self {
        Self {
            title,
            list: spots,
            selected: None,
        }
    }

    /// Takes another list in place of the one that is shown.
    pub(super) fn take(&mut self, title: String, spots: Vec<ScriptSpot>) {
        if self.list != spots {
            self.selected = None;
        }
        (self.title, self.list) = (title, spots);
    }

    /// Shows the list; whether it stays.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &Cx<'_>, can_close: bool) -> bool {
        let theme = Theme::of(ui);
        let mut stays = true;
        bar_ui(ui, |ui| {
            weak(ui, &self.title);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if can_close && ui.button("Close the list").clicked() {
                    stays = false;
                }
            });
        });
        let columns = [
            ColumnSpec::new("Script", Width::Points(theme.grid(28))),
            ColumnSpec::new("Line", Width::Points(theme.grid(10))),
            ColumnSpec::new("Text", Width::Rest),
        ];
        let view = RowsView {
            name: "Places in scripts",
            role: Role::Grid,
            columns: &columns,
            count: self.list.len(),
            selected: self.selected,
            reveal: false,
        };
        let chosen = view.ui(ui, &mut SpotRows { spots: &self.list }).selected;
        if let Some(at) = chosen
            && let Some(spot) = self.list.get(at)
        {
            self.selected = Some(at);
            cx.send(Action::GotoScript {
                place: spot.place.clone(),
                line: spot.line,
                column: spot.column,
            });
        }
        stays
    }
}

struct SpotRows<'a> {
    spots: &'a [ScriptSpot],
}

impl RowSource for SpotRows<'_> {
    fn name(&self, row: usize) -> String {
        self.spots.get(row).map_or_else(String::new, |spot| {
            format!(
                "{} line {}: {}",
                spot.script_name(),
                spot.line,
                spot.text.trim()
            )
        })
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let theme = Theme::of(ui);
        let Some(spot) = self.spots.get(row) else {
            return;
        };
        let text = match column {
            0 => RichText::new(spot.script_name()).color(*theme.text.body),
            1 => RichText::new(spot.line.to_string()).color(*theme.text.weak),
            _ => RichText::new(spot.text.trim())
                .font(theme.code_font())
                .color(*theme.text.strong),
        };
        cell_text(ui, text);
    }
}
