//! A recorded run, made ready to be walked through: its places, and what there was at each.

use std::fmt;
use std::sync::Arc;

use super::output_history::OutputHistory;
use super::table_history::TableHistory;
use super::timeline::Timeline;
use super::variable_history::VariableHistory;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::mapping::{Decision, Happening, Outcome, Recording, Step, Verdict};

/// What a place of a run does to what comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// It writes to the message being made, or to a row.
    Writes,
    /// It tells a warning.
    Warns,
    /// It tells an error, or the script breaks off at it.
    Fails,
}

/// A recorded run with what is worked out of it once, so that moving in it is fast.
pub struct Track {
    pub(super) recording: Arc<Recording>,
    pub(super) timeline: Timeline,
    pub(super) variables: VariableHistory,
    pub(super) output: OutputHistory,
    pub(super) tables: TableHistory,
    /// How many events had happened, and which told a finding.
    pub(super) findings: Vec<(usize, usize)>,
    marks: Vec<(usize, Mark)>,
    verdict: Verdict,
    /// Why the script broke off, and where it did.
    failure: Option<(usize, Diagnostic)>,
}

impl Track {
    /// The recorded run that had this outcome; without one nothing became of it.
    pub fn new(recording: Arc<Recording>, outcome: Option<&Outcome>) -> Self {
        let timeline = Timeline::of(&recording);
        let order = timeline.order();
        let failed = outcome.filter(|outcome| outcome.script_failed);
        let failure = failed.and_then(|outcome| {
            let mut latest = outcome.diagnostics().rev();
            let why = latest.find(|found| found.severity == Severity::Error)?;
            Some((broke_off(&recording, &timeline, why)?, why.clone()))
        });
        Self {
            variables: VariableHistory::of(&recording, order),
            output: OutputHistory::of(&recording, order),
            tables: TableHistory::of(&recording, order),
            marks: marks(&recording, &timeline, failure.as_ref().map(|(at, _)| *at)),
            findings: findings(&recording, order),
            verdict: outcome.map_or_else(Verdict::default, |outcome| outcome.verdict.clone()),
            failure,
            timeline,
            recording,
        }
    }

    /// The recording.
    pub fn recording(&self) -> &Arc<Recording> {
        &self.recording
    }

    /// The places of the run.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The places that do more than go on, in order, each with the gravest of what it does.
    pub fn marks(&self) -> &[(usize, Mark)] {
        &self.marks
    }

    /// What the condition of a step came to, as far as it can be told; an error in the condition says
    /// nothing of it.
    pub fn decision(&self, step: usize) -> Option<Decision> {
        let broken = self.failure().and_then(|(at, _)| self.timeline.stop(at));
        let is_broken = broken.is_some_and(|stop| stop.step == step);
        let decision = (!is_broken).then(|| self.recording.decision(step));
        decision.flatten()
    }

    /// What the script decided.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The place at which the script broke off, and why.
    pub fn failure(&self) -> Option<(usize, &Diagnostic)> {
        self.failure.as_ref().map(|(at, why)| (*at, why))
    }
}

/// The last place on the line that a failure names; else the last of all.
fn broke_off(recording: &Recording, timeline: &Timeline, why: &Diagnostic) -> Option<usize> {
    let last = timeline.len().checked_sub(1)?;
    let Place::Script { name, line, .. } = &why.place else {
        return Some(last);
    };
    let is_there = |step: usize| {
        let code = recording.code_of(step);
        let at = recording.steps.get(step).and_then(Step::line);
        at == Some(*line) && code.is_some_and(|code| code.name() == name)
    };
    let found = timeline
        .stops()
        .iter()
        .rposition(|stop| is_there(stop.step));
    Some(found.unwrap_or(last))
}

fn findings(recording: &Recording, order: &[usize]) -> Vec<(usize, usize)> {
    let is_finding = |number: usize| {
        let event = recording.events.get(number);
        event.is_some_and(|event| matches!(event.what, Happening::Found(_)))
    };
    let told = order.iter().enumerate();
    told.filter(|(_, number)| is_finding(**number))
        .map(|(happened, number)| (happened + 1, *number))
        .collect()
}

fn marks(recording: &Recording, timeline: &Timeline, failure: Option<usize>) -> Vec<(usize, Mark)> {
    let mark_at = |at: usize| {
        let events = timeline.events_at(at).iter();
        let of_events = events.filter_map(|number| match &recording.events.get(*number)?.what {
            Happening::Wrote(_) | Happening::RowAdded { .. } | Happening::CellSet { .. } => {
                Some(Mark::Writes)
            }
            Happening::Found(found) => match found.severity {
                Severity::Info => None,
                Severity::Warning => Some(Mark::Warns),
                Severity::Error => Some(Mark::Fails),
            },
            Happening::Read { .. }
            | Happening::Missed { .. }
            | Happening::ReadBack { .. }
            | Happening::CellRead { .. }
            | Happening::Lookup { .. }
            | Happening::Variable { .. }
            | Happening::Returned { .. }
            | Happening::Gave { .. }
            | Happening::Taken { .. } => None,
        });
        let own = (failure == Some(at)).then_some(Mark::Fails);
        Some((at, of_events.chain(own).max()?))
    };
    (0..timeline.len()).filter_map(mark_at).collect()
}

/// Shows the shape only.
impl fmt::Debug for Track {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Track")
            .field("places", &self.timeline.len())
            .field("marks", &self.marks.len())
            .finish_non_exhaustive()
    }
}
