//! What a recorded run says of the lines of one script: values, passes of loops, lines that did not run.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::passes::Passes;
use super::super::stepping::Walked;
use super::super::widgets::LineNote;
use crate::mapping::{Recording, StepPlace};
use crate::workbench::{LineValues, LoopRun, ShownValue};

/// The notes beside a script, kept until the run or the passes are others.
#[derive(Default)]
pub(super) struct Values {
    made_of: Option<(usize, Arc<str>)>,
    shown_by: Option<Passes>,
    lines: LineValues,
    pub(super) notes: Vec<LineNote>,
    /// The steps that each line shows.
    steps: BTreeMap<u32, Vec<usize>>,
    /// The loops that are shown, by line.
    loops: BTreeMap<u32, usize>,
}

impl Values {
    /// Brings the notes up to date for the script of that name.
    pub(super) fn update(&mut self, walked: &Walked, name: &Arc<str>, passes: &Passes) {
        let address = Arc::as_ptr(&walked.recorded) as usize;
        let recording = walked.recording();
        let Some(code) = recording.codes.iter().position(|code| code.name() == name) else {
            *self = Self::default();
            return;
        };
        let made_of = Some((address, Arc::clone(name)));
        if self.made_of != made_of {
            *self = Self {
                made_of,
                lines: LineValues::of(walked.track(), code),
                ..Self::default()
            };
        }
        if self.shown_by.as_ref() == Some(passes) {
            return;
        }
        self.shown_by = Some(passes.clone());
        self.steps.clear();
        self.loops.clear();
        self.choose(recording, code, name, passes);
        let lines = self.steps.iter();
        let notes = lines.map(|(line, steps)| {
            let shown: Vec<String> = self.shown(*line).map(ShownValue::text).collect();
            let passes = self.ran(*line).map(|ran| {
                let count = count_of(ran);
                (passes.of(name, *line, count), count)
            });
            LineNote {
                line: *line,
                text: shown.join(" · "),
                passes,
                is_now: steps.contains(&walked.step()),
            }
        });
        self.notes = notes.collect();
    }

    /// The lines that did not run, in order; none where the recording does not reach the end.
    pub(super) fn idle<'a>(&'a self, walked: Option<&Walked>) -> &'a [u32] {
        let is_whole = walked.is_some_and(|walked| !walked.recording().is_full);
        if is_whole { &self.lines.idle } else { &[] }
    }

    /// What a line shows, of the passes that are chosen.
    pub(super) fn shown(&self, line: u32) -> impl Iterator<Item = &ShownValue> {
        let steps = self.steps.get(&line).map_or(&[][..], Vec::as_slice);
        let run = self.lines.lines.get(&line);
        let shown = run.into_iter().flat_map(|run| &run.shown);
        shown.filter(|value| steps.contains(&value.step))
    }

    /// The run of the loop on a line that is shown.
    pub(super) fn ran(&self, line: u32) -> Option<&LoopRun> {
        let step = *self.loops.get(&line)?;
        self.lines.loops_on(line).find(|ran| ran.step == step)
    }

    /// Finds the steps that each line shows: those of the chosen passes; of a function that is called
    /// more than once those of the call with the current step, else of the last one.
    fn choose(&mut self, recording: &Recording, code: usize, name: &Arc<str>, passes: &Passes) {
        let mut counts: BTreeMap<usize, u32> = BTreeMap::new();
        for step in &recording.steps {
            if let (StepPlace::Pass { .. }, Some(parent)) = (&step.place, step.parent) {
                *counts.entry(parent).or_default() += 1;
            }
        }
        let beside = recording.steps.get(passes.at).and_then(|step| step.parent);
        let mut last: BTreeMap<u32, (Option<usize>, bool)> = BTreeMap::new();
        let mut at = 0;
        while let Some(step) = recording.steps.get(at) {
            let next = at + 1;
            let (own, line) = match step.place {
                StepPlace::Statement {
                    code: own, line, ..
                } => (own, line),
                StepPlace::Pass {
                    code: own, line, ..
                } => {
                    let count = step.parent.and_then(|parent| counts.get(&parent));
                    let count = count.copied().unwrap_or(1);
                    if own == code && step.pass != passes.of(name, line, count) {
                        at = step.end.max(next);
                        continue;
                    }
                    (own, line)
                }
                StepPlace::Row { .. } | StepPlace::Column { .. } => {
                    at = next;
                    continue;
                }
            };
            if own == code {
                let is_pinned = step.parent == beside;
                let is_pass = matches!(step.place, StepPlace::Pass { .. });
                let known = last.get(&line).copied();
                let here = self.steps.get(&line).map_or(&[][..], Vec::as_slice);
                // Part of a statement on the same line, such as `if done { n = 1; }`.
                let is_inside = step.parent.is_some_and(|parent| here.contains(&parent));
                let is_same_visit =
                    is_pass || is_inside || known.is_some_and(|(of, _)| of == step.parent);
                match known {
                    _ if is_inside => self.steps.entry(line).or_default().push(at),
                    Some((_, true)) if !is_pinned && !is_same_visit => {}
                    _ => {
                        let steps = self.steps.entry(line).or_default();
                        if !is_same_visit {
                            steps.clear();
                        }
                        steps.push(at);
                        last.insert(line, (step.parent, is_pinned));
                        if counts.contains_key(&at) {
                            self.loops.insert(line, at);
                        }
                    }
                }
            }
            at = next;
        }
    }
}

/// How many passes a loop made.
fn count_of(ran: &LoopRun) -> u32 {
    u32::try_from(ran.passes.len()).unwrap_or(u32::MAX)
}
