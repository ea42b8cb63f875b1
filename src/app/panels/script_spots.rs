//! Places in scripts as a list below the script: where something stands, or what was found and what
//! would stand there instead.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{RichText, Role, Stroke, Ui, WidgetText};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::super::widgets::{ColumnSpec, RowSource, RowsView, Width, cell_text};
use super::parts::{bar_ui, weak};
use crate::workbench::{FoundInScripts, ScriptSpot};

/// Characters shown before a place in its line: what is meant stays in sight.
const MOST_BEFORE: usize = 16;

/// A list of places.
#[derive(Default)]
pub(super) struct Spots {
    title: String,
    found: Arc<FoundInScripts>,
    selected: Option<usize>,
}

impl Spots {
    pub(super) fn new(title: String, spots: Vec<ScriptSpot>) -> Self {
        let found = FoundInScripts {
            spots,
            ..FoundInScripts::default()
        };
        Self {
            title,
            found: Arc::new(found),
            selected: None,
        }
    }

    /// Takes what was found in place of what is shown.
    pub(super) fn take(&mut self, found: &Arc<FoundInScripts>) {
        if self.found.spots != found.spots {
            self.selected = None;
        }
        let listed = found.spots.len();
        self.title = match found.count {
            1 => "1 place in the scripts of the profile".to_owned(),
            count if count > listed => {
                format!("The first {listed} of {count} places in the scripts of the profile")
            }
            count => format!("{count} places in the scripts of the profile"),
        };
        self.found = Arc::clone(found);
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
            count: self.found.spots.len(),
            selected: self.selected,
            reveal: false,
        };
        let chosen = view.ui(ui, &mut SpotRows { found: &self.found }).selected;
        if let Some(at) = chosen
            && let Some(spot) = self.found.spots.get(at)
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
    found: &'a FoundInScripts,
}

impl RowSource for SpotRows<'_> {
    fn name(&self, row: usize) -> String {
        let Some(spot) = self.found.spots.get(row) else {
            return String::new();
        };
        let parts = Parts::of(spot);
        let becomes = self.found.becomes.get(row).map_or_else(String::new, |to| {
            format!(", {} becomes {}", parts.found, in_one_line(to))
        });
        let (script, line, text) = (spot.script_name(), spot.line, spot.text.trim());
        format!("{script} line {line}: {text}{becomes}")
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let theme = Theme::of(ui);
        let Some(spot) = self.found.spots.get(row) else {
            return;
        };
        let text = match column {
            0 => RichText::new(spot.script_name())
                .color(*theme.text.body)
                .into(),
            1 => RichText::new(spot.line.to_string())
                .color(*theme.text.weak)
                .into(),
            _ => job(spot, self.found.becomes.get(row), theme),
        };
        cell_text(ui, text);
    }
}

/// A line with the place that is meant in the middle.
struct Parts {
    before: String,
    found: String,
    behind: String,
}

impl Parts {
    fn of(spot: &ScriptSpot) -> Self {
        let start = spot.column.saturating_sub(1) as usize;
        let mut letters = spot.text.chars();
        let before: String = letters.by_ref().take(start).collect();
        let found = letters.by_ref().take(spot.length as usize).collect();
        Self {
            before: before.trim_start().to_owned(),
            found,
            behind: letters.collect(),
        }
    }
}

/// The line of a place with the place marked, or with what stands there and what would.
fn job(spot: &ScriptSpot, becomes: Option<&String>, theme: &Theme) -> WidgetText {
    let parts = Parts::of(spot);
    let mut job = LayoutJob::default();
    let plain = TextFormat::simple(theme.code_font(), *theme.text.body);
    let count = parts.before.chars().count();
    if count > MOST_BEFORE {
        let near = parts.before.chars().skip(count - MOST_BEFORE);
        job.append("…", 0.0, plain.clone());
        job.append(&near.collect::<String>(), 0.0, plain.clone());
    } else {
        job.append(&parts.before, 0.0, plain.clone());
    }
    let strong = TextFormat::simple(theme.code_font(), *theme.text.strong);
    let line = |colour| Stroke::new(1.5, colour);
    if let Some(becomes) = becomes {
        let gone = TextFormat {
            strikethrough: line(*theme.severity.error),
            ..plain.clone()
        };
        let new = TextFormat {
            underline: line(*theme.severity.good),
            ..strong
        };
        job.append(&parts.found, 0.0, gone);
        job.append(&in_one_line(becomes), theme.grid(1), new);
    } else {
        let marked = TextFormat {
            background: *theme.surface.mark,
            ..strong
        };
        job.append(&parts.found, 0.0, marked);
    }
    job.append(&parts.behind, 0.0, plain);
    job.into()
}

fn in_one_line(text: &str) -> String {
    text.replace(|c: char| c.is_control(), "·")
}
