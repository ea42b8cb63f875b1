//! The run that a thread is at: what the functions of the mapping language read and write.
//!
//! Rhai hands its functions nothing but their arguments, and its progress hook nothing but a number.
//! A thread runs one script at a time, so what a run knows stands with its thread: no lock is taken, and
//! the handles that scripts hold (`msg`, `out`, a segment) are plain numbers that mean nothing without it.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rhai::{Dynamic, Position};

use super::fault::{Fallible, ScriptFault, place};
use super::groups::Groups;
use super::handles::{OutSegmentHandle, SegmentHandle};
use super::outcome::{UnmappedCode, Verdict};
use super::output::Output;
use super::paths::Paths;
use super::ran::Ran;
use super::reads::{Reads, Use};
use super::recorder::Recorder;
use super::recording::Happening;
use super::row_store::RowStore;
use crate::cancel::Cancel;
use crate::diagnostic::Diagnostic;
use crate::grammar::{Finding, Grammar, Node, bind};
use crate::hl7::{Message, Timestamp};
use crate::profile::Profile;

thread_local! {
    static RUNNING: RefCell<Option<Run>> = const { RefCell::new(None) };
}

/// Findings of one run beyond this are counted only.
const MOST_FINDINGS: usize = 1_000;

/// Operations between two looks at the clock and at newer revisions.
///
/// One operation on a text as long as the limits allow takes some milliseconds; a look takes 30 ns.
const OPERATIONS_PER_LOOK: u64 = 32;

/// What one run of a script knows.
pub(super) struct Run {
    pub(super) script: Arc<str>,
    pub(super) message: Message,
    pub(super) profile: Arc<Profile>,
    pub(super) paths: Paths,
    pub(super) out: Output,
    pub(super) rows: RowStore,
    pub(super) now: Timestamp,
    pub(super) verdict: Verdict,
    pub(super) ids: u64,
    pub(super) seed: u64,
    pub(super) composite_noted: bool,
    pub(super) findings: Vec<Finding>,
    pub(super) unlisted: usize,
    pub(super) unmapped: Vec<UnmappedCode>,
    /// Codes translated since the recorder was last told: table, code, what it became.
    pub(super) lookups: Vec<(Arc<str>, Arc<str>, Arc<str>)>,
    /// Where the text that was read last stands.
    pub(super) last_read: Range<usize>,
    /// What of the message was used, where somebody asks for it.
    pub(super) reads: Option<Reads>,
    pub(super) grammar: Arc<Grammar>,
    pub(super) tree: Option<Arc<Node>>,
    pub(super) groups: Option<Groups>,
    /// Who records the run, if anybody.
    pub(super) recorder: Option<Box<Recorder>>,
    /// What of its script it has come to, where somebody counts that.
    pub(super) ran: Option<Box<Ran>>,
    pub(super) cancel: Cancel,
    pub(super) is_stale: bool,
    pub(super) time_ms: u64,
    pub(super) deadline: Option<Instant>,
}

/// Keeps a run with its thread; dropped, also by a panic, it takes the run away.
pub(super) struct Running(());

impl Running {
    pub(super) fn start(run: Run) -> Self {
        RUNNING.set(Some(run));
        Self(())
    }

    /// The run as the script left it.
    pub(super) fn finish(running: Self) -> Option<Run> {
        let run = RUNNING.take();
        drop(running);
        run
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.set(None);
    }
}

/// Does something with the run of this thread.
pub(super) fn with<T, E: Into<Box<rhai::EvalAltResult>>>(
    action: impl FnOnce(&mut Run) -> Result<T, E>,
) -> Fallible<T> {
    RUNNING.with_borrow_mut(|run| match run {
        Some(run) => {
            let found = run.findings.len();
            let result = action(run).map_err(Into::into);
            if run.recorder.is_some() {
                run.record(found);
            }
            result
        }
        None => Err(ScriptFault::new("script-error", "no message is being mapped").into()),
    })
}

/// Does something with the recorder of this thread's run, if it has one.
pub(super) fn recording(action: impl FnOnce(&Run, &mut Recorder)) {
    RUNNING.with_borrow_mut(|run| {
        if let Some(run) = run
            && let Some(mut recorder) = run.recorder.take()
        {
            action(run, &mut recorder);
            run.recorder = Some(recorder);
        }
    });
}

/// Counts what this thread's run comes to; `false` where nobody counts.
pub(super) fn counting(action: impl FnOnce(&mut Ran)) -> bool {
    RUNNING.with_borrow_mut(|run| {
        let ran = run.as_mut().and_then(|run| run.ran.as_mut());
        let is_counted = ran.is_some();
        if let Some(ran) = ran {
            action(ran);
        }
        is_counted
    })
}

/// Says where the text stands that an expression is about to work on.
pub(super) fn note_read(span: Range<usize>) {
    RUNNING.with_borrow_mut(|run| {
        if let Some(run) = run {
            run.last_read = span;
        }
    });
}

/// Called by Rhai at each operation; ends the script when nobody waits for it or its time is over.
#[allow(clippy::needless_pass_by_value)]
pub(super) fn progress(operations: u64) -> Option<Dynamic> {
    if !operations.is_multiple_of(OPERATIONS_PER_LOOK) {
        return None;
    }
    RUNNING.with_borrow_mut(|run| {
        let run = run.as_mut()?;
        run.is_stale = run.cancel.is_stale();
        // Short scripts, nearly all, never ask the clock.
        let deadline = *run
            .deadline
            .get_or_insert_with(|| Instant::now() + Duration::from_millis(run.time_ms));
        (run.is_stale || Instant::now() > deadline).then_some(Dynamic::UNIT)
    })
}

impl Run {
    /// Adds a finding, within bounds.
    pub(super) fn report(&mut self, finding: Finding) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(finding);
        } else {
            self.unlisted += 1;
        }
    }

    /// Adds a finding about a place in the script.
    pub(super) fn report_at(&mut self, diagnostic: Diagnostic, position: Position) {
        let place = place(&self.script, position);
        self.report(Finding::of(diagnostic.at(place)));
    }

    /// From now on a recorder is told of all that happens.
    pub(super) fn record_with(&mut self, recorder: Box<Recorder>) {
        self.recorder = Some(recorder);
        self.reads.get_or_insert_default().log_from_now();
        self.out.take_notes_from_now();
        self.rows.take_notes_from_now();
    }

    /// Hands what a function of the mapping language did to the recorder.
    fn record(&mut self, found: usize) {
        let Some(mut recorder) = self.recorder.take() else {
            return;
        };
        for used in self.reads.as_mut().map(Reads::take_log).unwrap_or_default() {
            match used {
                Use::Read(span) => recorder.read(span),
                Use::Missed(location) => recorder.missed(location),
            }
        }
        for (table, from, to) in std::mem::take(&mut self.lookups) {
            recorder.happened(Happening::Lookup { table, from, to });
        }
        for note in self.out.take_notes() {
            recorder.wrote(note, &|| self.out.segments());
        }
        for note in self.rows.take_notes() {
            recorder.happened(self.rows.told(note));
        }
        for told in self.findings.iter().skip(found) {
            recorder.happened(Happening::Found(Arc::new(told.diagnostic.clone())));
        }
        self.recorder = Some(recorder);
    }

    /// What a segment of the message is called: `OBX[2]`.
    pub(super) fn segment_name(&self, handle: SegmentHandle) -> String {
        let occurrence = handle
            .segment(&self.message)
            .map_or(1, |segment| segment.occurrence());
        match occurrence {
            0 | 1 => handle.name().to_owned(),
            number => format!("{}[{number}]", handle.name()),
        }
    }

    /// What people call a segment of the message being made: `OBX[2] of out`.
    pub(super) fn out_segment_name(&self, handle: OutSegmentHandle) -> String {
        let Some(index) = self.out.index_of(handle.0) else {
            return "a segment that was removed".to_owned();
        };
        let draft = self.out.draft();
        let id = draft.segment_id(index);
        match (0..index).filter(|at| draft.segment_id(*at) == id).count() {
            0 => format!("{id} of out"),
            before => format!("{id}[{}] of out", before + 1),
        }
    }

    /// The groups of the message, made flat when a script first asks for one.
    pub(super) fn groups(&mut self) -> &Groups {
        self.groups.get_or_insert_with(|| match &self.tree {
            Some(tree) => Groups::of(tree),
            None => Groups::of(&bind(&self.message, &self.grammar)),
        })
    }
}
