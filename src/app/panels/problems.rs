//! Everything that was found, the gravest first; a click leads to the place.

use std::fmt::Write as _;

use egui::{Button, RichText, Role, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::pane::Pane;
use super::super::part::Part;
use super::super::theme::{Colour, Theme};
use super::super::widgets::{ColumnSpec, RowSource, RowsView, Width, cell_text, dot};
use super::parts::{bar_ui, describe_ui, empty_ui, without_message_ui};
use super::problem_detail::{self, Problem, placed};
use super::script::script_named;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::grammar::Finding;
use crate::workbench::Preview;

/// The view of the list.
#[derive(Default)]
pub(crate) struct State {
    selected: Option<usize>,
    hidden: [bool; 3],
    shows_waived: bool,
    detail: problem_detail::State,
}

/// Shows the list.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let mut all = problems(cx);
    let waived = waived(cx);
    if all.is_empty() && waived.is_empty() {
        if cx.preview().is_some() {
            let text = "Nothing is wrong with this message, the profile and its scripts";
            return empty_ui(ui, cx, "No problems", text, &[]);
        }
        let text = "What is wrong with a message, the profile or a script is listed here";
        return without_message_ui(ui, cx, "Nothing to check yet", text, &[]);
    }
    all.sort_by_key(|problem| std::cmp::Reverse(problem.diagnostic.severity));
    bar_ui(ui, |ui| {
        filter_ui(ui, state, &all);
        waived_ui(ui, state, waived.len());
    });
    all.retain(|problem| {
        let index = index_of(problem.diagnostic.severity);
        !state.hidden.get(index).copied().unwrap_or_default()
    });
    if state.shows_waived {
        all.extend(waived);
    }
    let columns = [
        ColumnSpec::new(
            "Place",
            Width::Points((ui.available_width() * 0.2).clamp(96.0, 220.0)),
        ),
        ColumnSpec::new(
            "Rule",
            Width::Points((ui.available_width() * 0.16).clamp(72.0, 170.0)),
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
    let chosen = view.selected.and_then(|row| all.get(row));
    let detail = chosen.map_or(0.0, |problem| problem_detail::height(ui, problem));
    let height = (ui.available_height() - detail).max(0.0);
    let mut rows = Rows {
        cx,
        found: &all,
        asked: None,
    };
    let response = ui
        .allocate_ui(egui::vec2(ui.available_width(), height), |ui| {
            view.ui(ui, &mut rows)
        })
        .inner;
    let asked = rows.asked;
    if let Some(row) = response.selected {
        state.selected = Some(row);
        state.detail.close();
        if let Some(problem) = all.get(row) {
            go(cx, problem.diagnostic);
        }
    }
    match asked {
        Some((row, Ask::Fix)) => {
            let problem = all.get(row);
            if let Some((problem, fix)) = problem.and_then(|known| Some((known, known.fix(cx)?))) {
                state.detail.mend(cx, problem, fix);
            }
        }
        Some((row, Ask::Waive)) => {
            if let Some(problem) = all.get(row) {
                state.selected = Some(row);
                state.detail.waive(problem);
            }
        }
        None => {}
    }
    if let Some(problem) = chosen {
        problem_detail::ui(ui, cx, &mut state.detail, problem);
    }
}

/// What counts: of the profile, of the message by rules, by the mapping, of files.
fn problems<'a>(cx: &'a Cx<'_>) -> Vec<Problem<'a>> {
    let mut all = Vec::new();
    if let Some(preview) = cx.preview() {
        all.extend(preview.site_problems.iter().map(Problem::of));
        let counted = found_in(preview).filter(|found| found.waived.is_none());
        all.extend(counted.map(Problem::of_rule));
    }
    all.extend(cx.session.file_problems().map(Problem::of));
    all
}

/// By the rules, then by the mapping.
fn found_in(preview: &Preview) -> impl Iterator<Item = &Finding> {
    let mapped = preview.outcome.iter().flat_map(|outcome| &outcome.findings);
    preview.findings.iter().chain(mapped)
}

fn waived<'a>(cx: &'a Cx<'_>) -> Vec<Problem<'a>> {
    let found = cx
        .preview()
        .into_iter()
        .flat_map(|preview| found_in(preview));
    let waived = found.filter(|found| found.waived.is_some());
    waived.map(Problem::of_rule).collect()
}

fn waived_ui(ui: &mut Ui, state: &mut State, count: usize) {
    if count == 0 {
        state.shows_waived = false;
        return;
    }
    let text = RichText::new(format!("{count} waived")).small();
    let tip = if state.shows_waived {
        "Hide what is waived"
    } else {
        "Show what is waived, with the reasons"
    };
    let button = ui.add(Button::selectable(state.shows_waived, text));
    if button.on_hover_text(tip).clicked() {
        state.shows_waived = !state.shows_waived;
    }
}

fn index_of(severity: Severity) -> usize {
    match severity {
        Severity::Info => 0,
        Severity::Warning => 1,
        Severity::Error => 2,
    }
}

fn filter_ui(ui: &mut Ui, state: &mut State, all: &[Problem<'_>]) {
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let count = all
            .iter()
            .filter(|problem| problem.diagnostic.severity == severity)
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
fn go(cx: &Cx<'_>, found: &Diagnostic) {
    match &found.place {
        Place::Nowhere | Place::File(_) => {}
        Place::Message { span, location } => {
            let message = cx.preview().map(|preview| &preview.message);
            let location = location
                .clone()
                .or_else(|| message?.location_at(span.start));
            cx.choose(location, Pane::Problems);
        }
        Place::Location(location) => cx.choose(Some(location.clone()), Pane::Problems),
        Place::Script {
            name, line, column, ..
        } => {
            if let Some(place) = script_named(cx.session.profile(), name) {
                cx.send(Action::GotoScript {
                    place,
                    line: *line,
                    column: *column,
                });
            }
        }
        Place::Profile { .. } => {
            cx.run(Command::ShowProfile);
            let parts = cx.preview().map(|preview| &preview.part_problems);
            let known = parts.and_then(|parts| parts.iter().find(|part| part.diagnostic == *found));
            if let Some(known) = known {
                cx.send(Action::ShowPlace(known.part.clone()));
            }
        }
    }
}

/// The profile's file, as it is named beside lines of it.
fn profile_file(cx: &Cx<'_>) -> Option<String> {
    let name = cx.session.profile_path()?.file_name()?;
    Some(name.to_string_lossy().into_owned())
}

fn place_text(place: &Place, own: Option<&str>) -> String {
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
        Place::Script {
            name,
            line,
            profile: None,
            ..
        } => format!("{name}, line {line}"),
        Place::Script {
            name,
            line,
            profile: Some(place),
            ..
        } => {
            let file = place.file.as_deref();
            let file = file.and_then(|file| file.rsplit(['/', '\\']).next());
            let file = file.or(own).unwrap_or("profile");
            format!("{name}, line {line} ({file}, line {})", place.line)
        }
        Place::Profile { file, line, .. } => {
            let file = file
                .as_deref()
                .and_then(|file| file.rsplit(['/', '\\']).next());
            format!("{}, line {line}", file.or(own).unwrap_or("profile"))
        }
    }
}

struct Rows<'a, 'c> {
    cx: &'a Cx<'c>,
    found: &'a [Problem<'a>],
    asked: Option<(usize, Ask)>,
}

/// What is asked of a row.
#[derive(Clone, Copy)]
enum Ask {
    Fix,
    Waive,
}

impl RowSource for Rows<'_, '_> {
    fn name(&self, row: usize) -> String {
        let file = profile_file(self.cx);
        let problem = self.found.get(row);
        problem.map_or_else(String::new, |problem| problem.name(file.as_deref()))
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu_ui(&mut self, ui: &mut Ui, row: usize) {
        let Some(problem) = self.found.get(row) else {
            return;
        };
        if let Some(fix) = problem.fix(self.cx)
            && ui.button(&fix.label).clicked()
        {
            self.asked = Some((row, Ask::Fix));
            ui.close();
        }
        if let Some(segment) = problem.undescribed()
            && describe_ui(ui, self.cx, segment)
        {
            ui.close();
        }
        if problem.can_be_waived() && ui.button("Waive…").clicked() {
            self.asked = Some((row, Ask::Waive));
            ui.close();
        }
        if problem.finding.is_some() && ui.button("Severities and waivers").clicked() {
            self.cx.send(Action::ShowPart(Part::Rules));
            ui.close();
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let Some(problem) = self.found.get(row) else {
            return;
        };
        let found = problem.diagnostic;
        let theme = Theme::of(ui);
        match column {
            0 => {
                let is_waived = problem.waived().is_some();
                if is_waived {
                    dot(ui, *theme.text.weak);
                } else {
                    dot(ui, *colour(theme, found.severity));
                }
                let file = profile_file(self.cx);
                let place = place_text(&found.place, file.as_deref());
                let cell = cell_text(ui, RichText::new(place).color(*theme.text.weak));
                if found.place != Place::Nowhere {
                    cell.on_hover_text(placed(found, file.as_deref()).place.to_string());
                }
            }
            1 => {
                let rule = RichText::new(problem.rule()).color(*theme.text.weak);
                cell_text(ui, rule);
            }
            _ => {
                let mut text = found.message.clone();
                if let Some(help) = &found.help {
                    let _ = write!(text, " · {help}");
                }
                if let Some(reason) = problem.waived() {
                    let _ = write!(text, " · waived: {reason}");
                }
                cell_text(ui, RichText::new(&text)).on_hover_text(text);
            }
        }
    }
}
