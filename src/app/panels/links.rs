//! Where a value of the output comes from, and where one of the message ends.

use std::sync::Arc;

use egui::{Button, Label, RichText, ScrollArea, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::pane::Pane;
use super::super::theme::Theme;
use super::parts::{bar_ui, empty_ui, weak, without_message_ui};
use crate::hl7::Location;
use crate::mapping::{
    End, Happening, Influence, Provenance, Recording, Source, StageKind, StepPlace,
};
use crate::profile::{Hook, ScriptPlace};
use crate::workbench::{Links, Preview};

/// Ends that are listed; the rest is counted.
const MOST_LISTED: usize = 200;

/// What is chosen.
#[derive(Clone, PartialEq)]
enum Subject {
    Output(End),
    Input(Location),
}

/// The view of the panel.
#[derive(Default)]
pub(crate) struct State {
    shown: Option<Shown>,
}

/// What was looked up, for as long as the run and the choice are the same.
struct Shown {
    preview: Arc<Preview>,
    subject: Subject,
    value: Option<String>,
    found: Found,
}

enum Found {
    /// Where a value of the output comes from.
    Origin(Provenance),
    /// Which of the links a value of the message has a say in.
    Ends {
        flows: Vec<usize>,
        decides: Vec<usize>,
    },
    /// The message has nothing there.
    Nothing,
}

/// Shows the panel.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let Some(preview) = cx.preview().filter(|preview| preview.sample.is_some()) else {
        let text = "Choose a value of the output and its origin stands here; choose one of the message, and where it ends";
        let steps = [Command::OpenSamples, Command::TryExample];
        return without_message_ui(ui, cx, "Nothing to follow yet", text, &steps);
    };
    let recorded = cx.linked();
    let Some((recorded, links)) =
        recorded.and_then(|recorded| Some((recorded, recorded.links.as_ref()?)))
    else {
        if preview.outcome.is_some() {
            weak(ui, "Recording the run …");
        } else {
            let text = "Nothing is made of this message, so nothing can be followed";
            let steps = [Command::ShowOutput, Command::ShowProblems];
            empty_ui(ui, cx, "No output", text, &steps);
        }
        return;
    };
    let location = cx.session.location().cloned();
    let output = cx.end.clone().or_else(|| {
        let of_output = cx.chosen.from == Some(Pane::Output);
        location.clone().filter(|_| of_output).map(End::Output)
    });
    let Some(subject) = output
        .map(Subject::Output)
        .or_else(|| location.map(Subject::Input))
    else {
        let text = "Choose a value in Output to see which fields, code tables and conditions made it; choose a field of the message to see every place where it ends";
        let steps = [Command::ShowOutput];
        return empty_ui(ui, cx, "Nothing is chosen", text, &steps);
    };
    let shown = state.look_up(preview, &recorded.recording, links, subject);
    ui.push_id("links", |ui| match &shown.found {
        Found::Origin(found) => origin_ui(ui, cx, &recorded.recording, shown, found),
        Found::Ends { flows, decides } => ends_ui(ui, cx, links, shown, flows, decides),
        Found::Nothing => {
            head_ui(ui, &shown.title(), None, |_| {});
            body(ui, |ui| line_ui(ui, "The message has nothing there"));
        }
    });
}

impl State {
    fn look_up(
        &mut self,
        preview: &Arc<Preview>,
        recording: &Recording,
        links: &Links,
        subject: Subject,
    ) -> &Shown {
        let known = self
            .shown
            .take()
            .filter(|shown| Arc::ptr_eq(&shown.preview, preview) && shown.subject == subject);
        self.shown.insert(
            known.unwrap_or_else(|| Shown::of(Arc::clone(preview), recording, links, subject)),
        )
    }
}

impl Shown {
    fn of(preview: Arc<Preview>, recording: &Recording, links: &Links, subject: Subject) -> Self {
        let (value, found) = match &subject {
            Subject::Output(end) => {
                let listed = links.values.iter().find(|link| link.end == *end);
                let found = listed.map_or_else(
                    || links.lineage.of_end(recording, end),
                    |link| link.from.clone(),
                );
                (value_of(&preview, end), Found::Origin(found))
            }
            Subject::Input(location) => match preview.message.find(location) {
                Some(element) => {
                    let span = element.span();
                    let of = |influence: Influence| {
                        let all = links.values.iter().enumerate();
                        all.filter(|(_, link)| link.influence(&span) == Some(influence))
                            .map(|(at, _)| at)
                            .collect()
                    };
                    let ends = Found::Ends {
                        flows: of(Influence::Flows),
                        decides: of(Influence::Decides),
                    };
                    (Some(element.raw().to_owned()), ends)
                }
                None => (None, Found::Nothing),
            },
        };
        Self {
            preview,
            subject,
            value,
            found,
        }
    }

    fn title(&self) -> String {
        match &self.subject {
            Subject::Output(end) => format!("{end} of the output"),
            Subject::Input(location) => format!("{location} of the message"),
        }
    }
}

/// What stands at an end, if anything does.
fn value_of(preview: &Preview, end: &End) -> Option<String> {
    let outcome = preview.outcome.as_ref()?;
    match end {
        End::Output(location) => {
            let found = outcome.output.as_ref()?.find(location)?;
            Some(found.raw().to_owned())
        }
        End::Cell { table, row, column } => {
            let table = outcome.rows.iter().find(|known| known.table == *table)?;
            let column = table.columns.iter().position(|known| known == column)?;
            Some(table.rows.get(*row)?.cells.get(column)?.to_string())
        }
    }
}

fn origin_ui(ui: &mut Ui, cx: &Cx<'_>, recording: &Recording, shown: &Shown, found: &Provenance) {
    let value = shown.value.as_deref();
    head_ui(ui, &shown.title(), value, |ui| {
        if ui
            .button("Copy")
            .on_hover_text("Copy where it comes from, as a sentence")
            .clicked()
            && let Subject::Output(end) = &shown.subject
        {
            let value = value.unwrap_or_default();
            ui.ctx()
                .copy_text(format!("{end} \"{value}\": {}", recording.sentence(found)));
        }
    });
    body(ui, |ui| {
        if value.is_none() {
            line_ui(ui, "The output has nothing there");
        }
        found_ui(ui, cx, recording, found);
    });
}

fn found_ui(ui: &mut Ui, cx: &Cx<'_>, recording: &Recording, found: &Provenance) {
    section_ui(ui, "Comes from");
    if found.sources.is_empty() {
        line_ui(
            ui,
            if found.writers.is_empty() {
                "nothing: no step wrote it"
            } else {
                "no value of the message: a constant"
            },
        );
    }
    for source in &found.sources {
        source_ui(ui, cx, recording, source);
    }
    if !found.lookups.is_empty() {
        section_ui(ui, "By code tables");
        for event in &found.lookups {
            if let Some(Happening::Lookup { table, from, to }) =
                recording.events.get(*event).map(|event| &event.what)
            {
                line_ui(ui, format!("{table}: \"{from}\" → \"{to}\""));
            }
        }
    }
    let through: Vec<usize> = found
        .through
        .iter()
        .copied()
        .filter(|step| !found.writers.contains(step))
        .collect();
    if !through.is_empty() {
        section_ui(ui, "Through");
        steps_ui(ui, cx, recording, &through);
    }
    if !found.writers.is_empty() {
        section_ui(ui, "Written by");
        steps_ui(ui, cx, recording, &found.writers);
    }
    if !found.because.is_empty() {
        section_ui(ui, "Because");
        for because in found.because.iter().take(MOST_LISTED) {
            steps_ui(ui, cx, recording, &[because.step]);
            if is_row(recording, because.step) {
                // Which of its columns have a value says little of this one.
                line_ui(
                    ui,
                    "The row stands, as the message has a value for one of its columns at least",
                );
                continue;
            }
            for source in &because.sources {
                ui.horizontal(|ui| {
                    ui.add_space(Theme::of(ui).grid(4));
                    ui.vertical(|ui| source_ui(ui, cx, recording, source));
                });
            }
        }
        more_ui(ui, found.because.len());
    }
}

fn ends_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    links: &Links,
    shown: &Shown,
    flows: &[usize],
    decides: &[usize],
) {
    head_ui(ui, &shown.title(), shown.value.as_deref(), |_| {});
    body(ui, |ui| {
        if links.is_cut {
            line_ui(
                ui,
                format!(
                    "More than {} values came out: only the first of them are followed here",
                    links.values.len()
                ),
            );
        } else if flows.is_empty() && decides.is_empty() {
            section_ui(ui, "Ends");
            line_ui(ui, "used nowhere: no value of the output depends on it");
        }
        for (title, ends) in [("Ends in", flows), ("Decides about", decides)] {
            if ends.is_empty() {
                continue;
            }
            section_ui(ui, title);
            for at in ends.iter().take(MOST_LISTED) {
                if let Some(link) = links.values.get(*at) {
                    end_ui(ui, cx, &shown.preview, &link.end);
                }
            }
            more_ui(ui, ends.len());
        }
    });
}

fn end_ui(ui: &mut Ui, cx: &Cx<'_>, preview: &Preview, end: &End) {
    let place = match end {
        End::Output(location) => format!("out {location}"),
        cell @ End::Cell { .. } => cell.to_string(),
    };
    let value = value_of(preview, end);
    if row_ui(ui, &place, value.as_deref(), "Show where it comes from") {
        cx.send(Action::ChooseEnd(end.clone()));
    }
}

fn source_ui(ui: &mut Ui, cx: &Cx<'_>, recording: &Recording, source: &Source) {
    if source.is_missing() {
        return line_ui(
            ui,
            format!("{}: the message has nothing there", source.place),
        );
    }
    let value = recording.value_at(source);
    let is_chosen = row_ui(ui, &source.place, Some(value), "Show it in the message");
    if let Some(location) = recording
        .message
        .location_of(&source.span)
        .filter(|_| is_chosen)
    {
        cx.choose(Some(location), Pane::Links);
    }
}

fn steps_ui(ui: &mut Ui, cx: &Cx<'_>, recording: &Recording, steps: &[usize]) {
    let mut told: Vec<String> = Vec::new();
    for number in steps.iter().copied() {
        let Some(step) = recording.steps.get(number) else {
            continue;
        };
        // Passes of a loop stand on one line.
        let title = recording.title(step);
        if told.contains(&title) || told.len() >= MOST_LISTED {
            continue;
        }
        let place = recording.place_of(number);
        let text = title.strip_prefix(&place).map_or(title.as_str(), str::trim);
        let is_chosen = row_ui(ui, &place, Some(text), "Go to it");
        told.push(title.clone());
        if !is_chosen {
            continue;
        }
        match &step.place {
            StepPlace::Statement { line, column, .. } => {
                goto(cx, recording, number, *line, *column);
            }
            StepPlace::Pass { line, .. } => goto(cx, recording, number, *line, 1),
            StepPlace::Row { .. } | StepPlace::Column { .. } => cx.run(Command::ShowMapping),
        }
    }
}

fn is_row(recording: &Recording, step: usize) -> bool {
    let place = recording.steps.get(step).map(|step| &step.place);
    matches!(place, Some(StepPlace::Row { .. }))
}

fn goto(cx: &Cx<'_>, recording: &Recording, step: usize, line: u32, column: u32) {
    let stage = recording
        .stages
        .iter()
        .find(|stage| stage.steps.contains(&step));
    let place = match stage.map(|stage| stage.kind) {
        Some(StageKind::Prepare) => ScriptPlace::Hook(Hook::Prepare),
        Some(StageKind::Finish) => ScriptPlace::Hook(Hook::Finish),
        Some(StageKind::Rows | StageKind::Script) | None => {
            let definition = cx.preview().and_then(|preview| preview.definition);
            let definition = definition.and_then(|at| cx.session.profile().messages.get(at));
            let Some(definition) = definition else { return };
            ScriptPlace::Message(definition.name.clone())
        }
    };
    cx.send(Action::GotoScript {
        place,
        line,
        column,
    });
}

/// The title of what is chosen, with its value.
fn head_ui(ui: &mut Ui, title: &str, value: Option<&str>, more: impl FnOnce(&mut Ui)) {
    bar_ui(ui, |ui| {
        let theme = Theme::of(ui);
        ui.label(
            RichText::new(title)
                .font(theme.strong_font())
                .color(*theme.text.strong),
        );
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            more(ui);
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                if let Some(value) = value {
                    value_ui(ui, value);
                }
            });
        });
    });
}

fn body(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    let theme = Theme::of(ui);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        egui::Frame::new()
            .inner_margin(theme.margin(2, 1))
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = theme.grid(1);
                ui.set_min_width(ui.available_width());
                add(ui);
            });
    });
}

fn section_ui(ui: &mut Ui, title: &str) {
    let theme = Theme::of(ui);
    ui.add_space(theme.grid(1));
    ui.label(
        RichText::new(title)
            .font(theme.strong_font())
            .color(*theme.text.body),
    );
}

fn line_ui(ui: &mut Ui, text: impl Into<String>) {
    let colour = *Theme::of(ui).text.weak;
    ui.add(Label::new(RichText::new(text).color(colour)).wrap());
}

fn more_ui(ui: &mut Ui, count: usize) {
    if count > MOST_LISTED {
        line_ui(ui, format!("and {} more", count - MOST_LISTED));
    }
}

fn value_ui(ui: &mut Ui, value: &str) {
    let theme = Theme::of(ui);
    let text = RichText::new(value).monospace().color(*theme.text.body);
    ui.add(Label::new(text).truncate()).on_hover_text(value);
}

/// A place that can be gone to, with what stands there.
fn row_ui(ui: &mut Ui, place: &str, value: Option<&str>, tip: &str) -> bool {
    let mut is_chosen = false;
    ui.horizontal(|ui| {
        let theme = Theme::of(ui);
        let text = RichText::new(place).monospace().color(*theme.text.accent);
        is_chosen = ui
            .add(Button::new(text).frame(false))
            .on_hover_text(tip)
            .clicked();
        if let Some(value) = value {
            value_ui(ui, value);
        }
    });
    is_chosen
}
