//! The way of the selected message through everything that is done with it, stage by stage, with the value
//! that goes into each and the one that comes out.

use std::sync::Arc;

use egui::{Button, Key, Modifiers, Rect, RichText, Role, TextEdit, Ui, UiBuilder};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::part::Part;
use super::super::status::plural;
use super::super::theme::Theme;
use super::super::widgets::{ColumnSpec, RowSource, RowsView, Width, cell_text, dot};
use super::parts::{bar_ui, weak, without_message_ui};
use super::pipeline_text::{Lines, lines_ui};
use super::script::script_named;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::profile::{Hook, ScriptPlace};
use crate::workbench::{
    Fate, PipelineKind, PipelineStage, Preview, SampleId, pipeline, text_changes, text_lines,
};

/// Narrower than this the value stands below the stages, in steps of the grid.
const SIDE_BY_SIDE: i16 = 240;

/// Findings of a stage that are listed above its value.
const MOST_FINDINGS: usize = 3;

/// The view of the pipeline.
#[derive(Default)]
pub(crate) struct State {
    /// The preview that it is of, by its address.
    made_of: Option<usize>,
    sample: Option<SampleId>,
    stages: Vec<Shown>,
    chosen: usize,
    face: Face,
    lines: Option<(usize, Face, Lines)>,
    find: Find,
}

/// A stage, and the last value that came out of it.
struct Shown {
    stage: PipelineStage,
    /// Where nothing comes out now.
    last: Option<Arc<str>>,
}

impl Shown {
    fn out(&self) -> Option<&Arc<str>> {
        self.stage.after.as_ref().or(self.last.as_ref())
    }
}

/// What is shown of a stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Face {
    #[default]
    Changes,
    In,
    Out,
}

/// What is searched for in all values.
#[derive(Default)]
struct Find {
    query: String,
    /// Stage and line of each hit.
    hits: Vec<(usize, usize)>,
    at: usize,
    /// The line to scroll to.
    reveal: Option<usize>,
}

impl State {
    fn update(&mut self, cx: &Cx<'_>, preview: &Arc<Preview>) {
        let made_of = Some(Arc::as_ptr(preview) as usize);
        if self.made_of == made_of {
            return;
        }
        self.made_of = made_of;
        self.lines = None;
        let is_same = self.sample == preview.sample;
        self.sample = preview.sample;
        let before = std::mem::take(&mut self.stages);
        let stages = pipeline(preview, cx.session.profile()).into_iter();
        self.stages = stages
            .map(|stage| {
                let known = before.iter().find(|known| known.stage.kind == stage.kind);
                let is_lost = matches!(stage.fate, Fate::Failed | Fate::NotReached);
                let last = known.filter(|_| is_same && is_lost);
                Shown {
                    last: last.and_then(|known| known.out().cloned()),
                    stage,
                }
            })
            .collect();
        self.find.update(&self.stages);
    }
}

impl Find {
    fn update(&mut self, stages: &[Shown]) {
        let query = self.query.to_lowercase();
        self.hits.clear();
        if !query.is_empty() {
            for (number, shown) in stages.iter().enumerate() {
                let text = shown.out().map_or("", |text| text);
                let lines = text_lines(text).into_iter().enumerate();
                let hits = lines.filter(|(_, line)| line.to_lowercase().contains(&query));
                self.hits.extend(hits.map(|(line, _)| (number, line)));
            }
        }
        self.at = self.at.min(self.hits.len().saturating_sub(1));
    }

    fn count(&self, stage: usize) -> usize {
        self.hits.iter().filter(|(at, _)| *at == stage).count()
    }
}

/// Shows the pipeline.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let Some(preview) = cx.preview().filter(|preview| preview.sample.is_some()) else {
        let text = "Each stage of the way of a message stands here, from its bytes to what goes out, with what goes in and comes out: open a sample first";
        let steps = [Command::OpenSamples, Command::TryExample];
        return without_message_ui(ui, cx, "Nothing is on its way", text, &steps);
    };
    cx.record_steps();
    state.update(cx, preview);
    bar_ui(ui, |ui| {
        head_ui(ui, cx, state);
        if !preview.took.is_zero() {
            let took = format!("{:.1} ms", preview.took.as_secs_f64() * 1e3);
            let tip = "How long the last change took through all stages, with all checks and the recording; what stayed the same is not done again";
            weak(ui, took).on_hover_text(tip);
        }
    });
    let theme = Theme::of(ui);
    let all = ui.available_rect_before_wrap();
    let is_wide = all.width() > theme.grid(SIDE_BY_SIDE);
    let (left, right) = if is_wide {
        all.split_left_right_at_fraction(0.42)
    } else {
        let most = theme.size.row * 9.0 + theme.grid(4);
        all.split_top_bottom_at_y(all.top() + most.min(all.height() * 0.56))
    };
    part_ui(ui, "stages", left, |ui| stages_ui(ui, cx, state));
    let line = egui::Stroke::new(1.0, *theme.surface.border);
    if is_wide {
        ui.painter().vline(right.left(), right.y_range(), line);
    } else {
        ui.painter().hline(right.x_range(), right.top(), line);
    }
    part_ui(ui, "value", right, |ui| value_ui(ui, cx, state));
    ui.advance_cursor_after_rect(all);
}

fn part_ui(ui: &mut Ui, name: &str, rect: Rect, add: impl FnOnce(&mut Ui)) {
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect.shrink(1.0)).id_salt(name));
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    add(&mut child);
}

/// The field that finds in all values.
fn head_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let theme = Theme::of(ui);
    let field = TextEdit::singleline(&mut state.find.query)
        .hint_text("Find in all values")
        .font(theme.code_font())
        .desired_width(theme.grid(50));
    let field = ui.add(field);
    field
        .ctx
        .accesskit_node_builder(field.id, |node| node.set_label("Find in all values"));
    cx.keeps_own_undo(field.has_focus());
    if field.changed() {
        state.find.at = 0;
        state.find.update(&state.stages);
        reveal(state);
    }
    let count = state.find.hits.len();
    let has_key = |key, modifiers| ui.input_mut(|input| input.consume_key(modifiers, key));
    let is_here = field.has_focus() || field.lost_focus();
    let back = is_here && has_key(Key::Enter, Modifiers::SHIFT);
    let on = is_here && has_key(Key::Enter, Modifiers::NONE);
    if count > 0 {
        let back = ui.button("Previous").clicked() || back;
        let on = ui.button("Next").clicked() || on;
        if on || back {
            let by = if on { 1 } else { count - 1 };
            state.find.at = (state.find.at + by) % count;
            reveal(state);
            field.request_focus();
        }
        weak(ui, format!("{} of {count}", state.find.at + 1));
    } else if !state.find.query.is_empty() {
        weak(ui, "Found in no value");
    }
}

/// Shows the hit at hand.
fn reveal(state: &mut State) {
    if let Some((stage, line)) = state.find.hits.get(state.find.at).copied() {
        state.chosen = stage;
        state.face = Face::Out;
        state.find.reveal = Some(line);
    }
}

fn stages_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let theme = Theme::of(ui);
    let mut columns = vec![
        ColumnSpec::new("Stage", Width::Points(theme.grid(28))),
        ColumnSpec::new("What became of it", Width::Rest),
        ColumnSpec::new("Steps", Width::Points(theme.grid(12))),
    ];
    if !state.find.query.is_empty() {
        columns.push(ColumnSpec::new("Found", Width::Points(theme.grid(13))));
    }
    let view = RowsView {
        name: "Stages",
        role: Role::List,
        columns: &columns,
        count: state.stages.len(),
        selected: Some(state.chosen),
        reveal: false,
    };
    let mut rows = Stages {
        stages: &state.stages,
        find: &state.find,
    };
    let response = view.ui(ui, &mut rows);
    if let Some(chosen) = response.selected {
        state.chosen = chosen;
    }
    let opened = response.activated.and_then(|at| state.stages.get(at));
    if let Some(shown) = opened {
        goto(cx, &shown.stage);
    }
}

struct Stages<'a> {
    stages: &'a [Shown],
    find: &'a Find,
}

impl RowSource for Stages<'_> {
    fn name(&self, row: usize) -> String {
        let Some(Shown { stage, .. }) = self.stages.get(row) else {
            return String::new();
        };
        let steps = stage
            .steps
            .map(|steps| format!(", {}", plural(steps, "step")));
        format!(
            "{} {}: {}{}",
            row + 1,
            stage.kind.name(),
            fate_words(stage),
            steps.unwrap_or_default()
        )
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let theme = Theme::of(ui);
        let Some(Shown { stage, .. }) = self.stages.get(row) else {
            return;
        };
        let is_reached = !matches!(stage.fate, Fate::Idle | Fate::NotReached);
        let ink = if is_reached {
            *theme.text.body
        } else {
            *theme.text.weak
        };
        match column {
            0 => {
                dot(ui, colour(theme, stage));
                let name = RichText::new(format!("{} {}", row + 1, stage.kind.name()));
                cell_text(
                    ui,
                    name.color(if is_reached { *theme.text.strong } else { ink }),
                );
            }
            1 => {
                let ink = match stage.fate {
                    Fate::Failed => *theme.severity.error,
                    _ => ink,
                };
                cell_text(ui, RichText::new(fate_words(stage)).color(ink));
            }
            2 => {
                let steps = stage.steps.map(|steps| steps.to_string());
                let steps = RichText::new(steps.unwrap_or_default()).font(theme.code_font());
                cell_text(ui, steps.color(*theme.text.weak));
            }
            _ => {
                let count = self.find.count(row);
                if count > 0 {
                    let text = RichText::new(count.to_string()).font(theme.code_font());
                    cell_text(ui, text.color(*theme.text.accent));
                }
            }
        }
    }
}

fn fate_words(stage: &PipelineStage) -> String {
    match stage.fate {
        Fate::Failed => format!("failed: {}", stage.told),
        Fate::Done | Fate::Idle | Fate::Ended | Fate::NotReached => stage.told.clone(),
    }
}

fn colour(theme: &Theme, stage: &PipelineStage) -> egui::Color32 {
    let has = |severity| {
        stage
            .findings
            .iter()
            .any(|found| found.severity == severity)
    };
    match stage.fate {
        Fate::Failed => *theme.severity.error,
        Fate::Ended => *theme.severity.warning,
        Fate::Idle | Fate::NotReached => *theme.surface.outline,
        Fate::Done if has(Severity::Error) => *theme.severity.error,
        Fate::Done if has(Severity::Warning) => *theme.severity.warning,
        Fate::Done => *theme.severity.good,
    }
}

/// The value of the chosen stage.
fn value_ui(ui: &mut Ui, cx: &Cx<'_>, view: &mut State) {
    let Some(shown) = view.stages.get(view.chosen) else {
        return;
    };
    let stage = &shown.stage;
    let has_both = stage.before.is_some() && shown.out().is_some();
    let mut face = match view.face {
        Face::Changes if !has_both => Face::Out,
        Face::In if stage.before.is_none() => Face::Out,
        Face::Out if shown.out().is_none() && stage.before.is_some() => Face::In,
        face => face,
    };
    bar_ui(ui, |ui| {
        let theme = Theme::of(ui);
        let title = RichText::new(stage.kind.name()).font(theme.strong_font());
        ui.label(title.color(*theme.text.strong));
        for (one, name, can) in [
            (Face::Changes, "Changes", has_both),
            (Face::In, "Goes in", stage.before.is_some()),
            (Face::Out, "Comes out", shown.out().is_some()),
        ] {
            let button = Button::selectable(face == one, name);
            if ui.add_enabled(can, button).clicked() {
                face = one;
                view.face = one;
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let (name, tip) = goto_words(stage.kind);
            if ui.button(name).on_hover_text(tip).clicked() {
                goto(cx, stage);
            }
        });
    });
    for found in stage.findings.iter().take(MOST_FINDINGS) {
        finding_ui(ui, cx, found);
    }
    if stage.findings.len() > MOST_FINDINGS {
        let more = stage.findings.len() - MOST_FINDINGS;
        if ui.button(format!("{more} more in Problems")).clicked() {
            cx.run(Command::ShowProblems);
        }
    }
    let is_last = stage.after.is_none() && shown.last.is_some() && face != Face::In;
    if is_last {
        weak(ui, "The last value: nothing comes out now");
        ui.multiply_opacity(0.7);
    }
    let (in_text, out_text) = (stage.before.as_deref(), shown.out().map(|text| &**text));
    let known = view
        .lines
        .take()
        .filter(|(at, of, _)| (*at, *of) == (view.chosen, face));
    let (.., lines) = known.unwrap_or_else(|| {
        let lines = match (face, in_text, out_text) {
            (Face::Changes, Some(before), Some(after)) => {
                Lines::of_changes(text_changes(before, after))
            }
            (Face::In, Some(text), _) | (_, _, Some(text)) => Lines::of_text(text),
            _ => Lines::default(),
        };
        (view.chosen, face, lines)
    });
    let reveal = view.find.reveal.take().filter(|_| face == Face::Out);
    lines_ui(ui, &lines, &view.find.query, reveal);
    view.lines = Some((view.chosen, face, lines));
}

fn finding_ui(ui: &mut Ui, cx: &Cx<'_>, found: &Diagnostic) {
    let theme = Theme::of(ui);
    let frame = egui::Frame::new().inner_margin(theme.margin(2, 0));
    frame.show(ui, |ui| {
        ui.horizontal(|ui| {
            let colour = match found.severity {
                Severity::Error => *theme.severity.error,
                Severity::Warning => *theme.severity.warning,
                Severity::Info => *theme.severity.info,
            };
            dot(ui, colour);
            let line = match &found.place {
                Place::Script { line, .. } => format!("Line {line}: "),
                _ => String::new(),
            };
            let text = RichText::new(format!("{line}{}", found.message)).color(*theme.text.body);
            let button = ui.add(Button::new(text).frame(false).truncate());
            if button.on_hover_text("Go to it").clicked() {
                goto_finding(cx, found);
            }
        });
    });
}

fn goto_finding(cx: &Cx<'_>, found: &Diagnostic) {
    match &found.place {
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
        _ => cx.run(Command::ShowProblems),
    }
}

fn goto_words(kind: PipelineKind) -> (&'static str, &'static str) {
    match kind {
        PipelineKind::Received => ("Go to message", "Show the text of the message"),
        PipelineKind::Prepare | PipelineKind::Script | PipelineKind::Finish => {
            ("Go to script", "Show the script of this stage")
        }
        PipelineKind::Definition => ("Go to definition", "Show the message definition"),
        PipelineKind::Rows => ("Go to mapping", "Show the columns and their sources"),
        PipelineKind::Encoding => ("Go to output", "Show what the mapping made"),
    }
}

fn goto(cx: &Cx<'_>, stage: &PipelineStage) {
    let index = cx.preview().and_then(|preview| preview.definition);
    let definition = index.and_then(|index| cx.session.profile().messages.get(index));
    let place = match stage.kind {
        PipelineKind::Received => return cx.run(Command::ShowRaw),
        PipelineKind::Rows => return cx.run(Command::ShowMapping),
        PipelineKind::Encoding => return cx.run(Command::ShowOutput),
        PipelineKind::Definition => {
            return cx.send(Action::ShowPart(
                index.map_or(Part::Messages, Part::Message),
            ));
        }
        PipelineKind::Prepare => ScriptPlace::Hook(Hook::Prepare),
        PipelineKind::Finish => ScriptPlace::Hook(Hook::Finish),
        PipelineKind::Script => match definition {
            Some(definition) => ScriptPlace::Message(Arc::clone(&definition.name)),
            None => return cx.run(Command::ShowScript),
        },
    };
    // To what went wrong, where anything did.
    let errors = stage.findings.iter();
    let mut errors = errors.filter(|found| found.severity == Severity::Error);
    let at = errors.find_map(|found| match &found.place {
        Place::Script { line, column, .. } => Some((*line, *column)),
        _ => None,
    });
    let (line, column) = at.unwrap_or((1, 1));
    cx.send(Action::GotoScript {
        place,
        line,
        column,
    });
}
