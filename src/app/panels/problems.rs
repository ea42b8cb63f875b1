//! Everything that was found, the gravest first; a click leads to the place.

use std::fmt::Write as _;

use egui::{Button, RichText, Role, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::pane::Pane;
use super::super::theme::{Colour, Theme};
use super::super::widgets::{ColumnSpec, RowSource, RowsView, Width, cell_text, dot};
use super::parts::{bar_ui, empty_ui};
use super::script::script_named;
use crate::diagnostic::{Diagnostic, Place, Severity};

/// The view of the list.
#[derive(Default)]
pub(crate) struct State {
    selected: Option<usize>,
    hidden: [bool; 3],
}

/// Shows the list.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let found = cx
        .preview()
        .map_or(&[][..], |preview| &preview.diagnostics[..]);
    let mut all: Vec<&Diagnostic> = found.iter().chain(cx.session.file_problems()).collect();
    if all.is_empty() {
        let (title, text) = if cx.preview().is_some() {
            (
                "No problems",
                "Nothing is wrong with this message, the profile and its scripts",
            )
        } else {
            (
                "Nothing to check yet",
                "What is wrong with a message, the profile or a script is listed here",
            )
        };
        return empty_ui(ui, cx, title, text, &[]);
    }
    all.sort_by_key(|found| std::cmp::Reverse(found.severity));
    bar_ui(ui, |ui| filter_ui(ui, state, &all));
    all.retain(|found| {
        !state
            .hidden
            .get(index_of(found.severity))
            .copied()
            .unwrap_or_default()
    });
    let columns = [
        ColumnSpec::new(
            "Place",
            Width::Points((ui.available_width() * 0.3).clamp(96.0, 220.0)),
        ),
        ColumnSpec::new("What is wrong, and what would be right", Width::Rest),
    ];
    let view = RowsView {
        name: "Problems",
        role: Role::Grid,
        columns: &columns,
        count: all.len(),
        selected: state.selected.filter(|row| *row < all.len()),
        reveal: false,
    };
    let response = view.ui(ui, &mut Rows { found: &all });
    if let Some(row) = response.selected {
        state.selected = Some(row);
        if let Some(found) = all.get(row) {
            go(cx, &found.place);
        }
    }
}

fn index_of(severity: Severity) -> usize {
    match severity {
        Severity::Info => 0,
        Severity::Warning => 1,
        Severity::Error => 2,
    }
}

fn filter_ui(ui: &mut Ui, state: &mut State, all: &[&Diagnostic]) {
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let count = all
            .iter()
            .filter(|found| found.severity == severity)
            .count();
        if count == 0 {
            continue;
        }
        let Some(hidden) = state.hidden.get_mut(index_of(severity)) else {
            continue;
        };
        let word = if severity == Severity::Info {
            "note"
        } else {
            severity.name()
        };
        dot(ui, *colour(Theme::of(ui), severity));
        let text = RichText::new(super::super::status::plural(count, word)).small();
        let tip = if *hidden { "Show them" } else { "Hide them" };
        if ui
            .add(Button::selectable(!*hidden, text))
            .on_hover_text(tip)
            .clicked()
        {
            *hidden = !*hidden;
        }
    }
}

/// The colour of a severity.
pub(super) fn colour(theme: &Theme, severity: Severity) -> Colour {
    match severity {
        Severity::Info => theme.severity.info,
        Severity::Warning => theme.severity.warning,
        Severity::Error => theme.severity.error,
    }
}

/// Leads to the place of a finding.
fn go(cx: &Cx<'_>, place: &Place) {
    match place {
        Place::Nowhere | Place::File(_) => {}
        Place::Message { span, location } => {
            let message = cx.preview().map(|preview| &preview.message);
            let location = location
                .clone()
                .or_else(|| message?.location_at(span.start));
            cx.choose(location, Pane::Problems);
        }
        Place::Location(location) => cx.choose(Some(location.clone()), Pane::Problems),
        Place::Script { name, line, column } => {
            if let Some(place) = script_named(cx.session.profile(), name) {
                cx.send(Action::GotoScript {
                    place,
                    line: *line,
                    column: *column,
                });
            }
        }
        Place::Profile { .. } => cx.run(Command::ShowProfile),
    }
}

fn place_text(place: &Place) -> String {
    match place {
        Place::Nowhere => String::new(),
        Place::File(path) => path
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or_default()
            .to_owned(),
        Place::Message {
            location: Some(location),
            ..
        }
        | Place::Location(location) => location.to_string(),
        Place::Message {
            span,
            location: None,
        } => format!("byte {}", span.start),
        Place::Script { name, line, .. } => format!("{name}, line {line}"),
        Place::Profile { line, .. } => format!("profile, line {line}"),
    }
}

struct Rows<'a> {
    found: &'a [&'a Diagnostic],
}

impl RowSource for Rows<'_> {
    fn name(&self, row: usize) -> String {
        self.found
            .get(row)
            .map(std::string::ToString::to_string)
            .unwrap_or_default()
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let Some(found) = self.found.get(row) else {
            return;
        };
        let theme = Theme::of(ui);
        if column == 0 {
            dot(ui, *colour(theme, found.severity));
            let place = RichText::new(place_text(&found.place)).color(*theme.text.weak);
            let cell = cell_text(ui, place);
            if found.place != Place::Nowhere {
                cell.on_hover_text(found.place.to_string());
            }
        } else {
            let mut text = found.message.clone();
            if let Some(help) = &found.help {
                let _ = write!(text, " · {help}");
            }
            let tip = format!("{text}\n{}", found.code);
            cell_text(ui, RichText::new(text)).on_hover_text(tip);
        }
    }
}
