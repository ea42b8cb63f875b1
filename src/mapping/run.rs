//! One message through its rows and its script.

use std::sync::Arc;

use rhai::EvalAltResult;

use super::engine::Engine;
use super::errors::of_run;
use super::layout::Layout;
use super::look::{Look, RowsLook};
use super::outcome::{Outcome, Verdict};
use super::output::Output;
use super::paths::Paths;
use super::program::{Program, scope};
use super::ran::{Ran, RanScript};
use super::reads::Reads;
use super::recorder::Recorder;
use super::recording::{Recording, Stage, StageKind};
use super::row_store::RowStore;
use super::running::{Run, Running, recording};
use super::stand::Bound;
use super::tables::{self, Made};
use super::trace::sight;
use super::value_fault::{judged, with_value_place};
use crate::cancel::{Cancel, Stale};
use crate::diagnostic::Diagnostic;
use crate::grammar::{Finding, Grammar, Node};
use crate::hl7::{Message, SegmentId, Timestamp};
use crate::profile::{MessageDefinition, Profile};

/// One message and all that its mapping depends on: equal jobs have equal outcomes.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The message.
    pub message: &'a Message,
    /// The message bound to its grammar; where it is not at hand it is bound once something asks for it.
    pub tree: Option<&'a Arc<Node>>,
    /// What its segments may be, and in which order new ones are put.
    pub grammar: &'a Arc<Grammar>,
    /// The message definition that it falls under.
    pub definition: &'a MessageDefinition,
    /// The profile; what is prepared for one is used again while the same `Arc` comes.
    pub profile: &'a Arc<Profile>,
    /// The definition's script, if it has one that could be read.
    pub program: Option<&'a Program>,
    /// What `now()` gives.
    pub now: &'a Timestamp,
    /// What `next_id()` starts from.
    pub seed: u64,
    /// Whether the outcome says what of the message was used.
    pub records_reads: bool,
    /// What `out` is when the script starts; nothing where it makes a message of its own.
    pub begun: Option<&'a Message>,
}

/// One message and what scripts can ask about it.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// The message.
    pub message: &'a Message,
    /// The message bound to its grammar; where it is not at hand it is bound once something asks for it.
    pub tree: Option<&'a Arc<Node>>,
    /// What its segments may be.
    pub grammar: &'a Arc<Grammar>,
    /// The profile.
    pub profile: &'a Arc<Profile>,
    /// What `now()` gives.
    pub now: &'a Timestamp,
    /// What `next_id()` starts from.
    pub seed: u64,
    /// Whether the run says what of the message it used.
    pub records_reads: bool,
}

impl<'a> Job<'a> {
    pub(super) fn given(&self) -> Given<'a> {
        Given {
            message: self.message,
            tree: self.tree,
            grammar: self.grammar,
            profile: self.profile,
            now: self.now,
            seed: self.seed,
            records_reads: self.records_reads,
        }
    }
}

/// Makes the rows of the definition, then runs its script.
///
/// A script that fails gives neither message nor rows, only why; the definition's own rows stay. A
/// message that is skipped or rejected gives nothing. `Err(Stale)` means that nobody waits any more.
pub fn run(engine: &Engine, job: &Job<'_>, cancel: &Cancel) -> Result<Outcome, Stale> {
    run_looking(engine, job, cancel, None, Watching::No).map(|(outcome, _)| outcome)
}

/// The same, and how the cells of the first rows came about.
pub fn run_and_look(
    engine: &Engine,
    job: &Job<'_>,
    cancel: &Cancel,
) -> Result<(Outcome, Vec<RowsLook>), Stale> {
    let mut look = Look::new(job.definition.rows.len());
    let (outcome, _) = run_looking(engine, job, cancel, Some(&mut look), Watching::No)?;
    Ok((outcome, look.finish(job.message)))
}

/// The same run, and which statements and branches of its script it came to; nothing where it has none.
pub fn run_counted(
    engine: &Engine,
    job: &Job<'_>,
    cancel: &Cancel,
) -> Result<(Outcome, Option<RanScript>), Stale> {
    let (outcome, watched) = run_looking(engine, job, cancel, None, Watching::Counts)?;
    Ok((outcome, watched.ran))
}

/// The same run, and each step of it: slower, and with the same outcome.
pub fn run_recorded(
    engine: &Engine,
    job: &Job<'_>,
    cancel: &Cancel,
) -> Result<(Outcome, Recording), Stale> {
    let (mut outcome, watched) = run_looking(engine, job, cancel, None, Watching::Records)?;
    outcome.reads = outcome.reads.filter(|_| job.records_reads);
    let (recorder, rows) = watched.recorder.unwrap_or_default();
    let stage = |kind, steps| Stage {
        kind,
        steps,
        before: None,
        after: None,
    };
    let mut stages = Vec::new();
    if !job.definition.rows.is_empty() {
        stages.push(stage(StageKind::Rows, 0..rows));
    }
    if job.program.is_some() {
        stages.push(stage(StageKind::Script, rows..recorder.count()));
    }
    let mut recording = recorder.finish(job.message, stages);
    recording.note_end(outcome.script_failed, &outcome.verdict);
    recording.output.clone_from(&outcome.output);
    Ok((outcome, recording))
}

/// Who looks at a run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Watching {
    /// Nobody.
    No,
    /// Who counts what of the script it comes to.
    Counts,
    /// A recorder.
    Records,
}

/// What was seen of a run.
#[derive(Default)]
struct Watched {
    /// Who recorded it, and how many of its steps are of declared rows.
    recorder: Option<(Box<Recorder>, usize)>,
    ran: Option<RanScript>,
}

fn run_looking(
    engine: &Engine,
    job: &Job<'_>,
    cancel: &Cancel,
    look: Option<&mut Look>,
    watching: Watching,
) -> Result<(Outcome, Watched), Stale> {
    cancel.check()?;
    let records = watching == Watching::Records;
    let layout = Layout::of(job.profile);
    let plan = layout.plan(job.definition);
    let mut bound = Bound::new(job.message, job.tree.map(|tree| &**tree), job.grammar);
    bound.reads = (job.records_reads || records).then(Reads::default);
    if let Some(reads) = bound.reads.as_mut().filter(|_| records) {
        reads.log_from_now();
    }
    let mut expressions = Vec::new();
    let mut recorder: Option<Box<Recorder>> = None;
    let made = if plan.has_expressions || records {
        // They may read the message, ask for codes and tell findings.
        let empty = RowStore::new(Arc::clone(&layout));
        let mut rows_run = started(engine, &job.given(), cancel, &"rows".into(), empty);
        if records {
            rows_run.record_with(Box::new(Recorder::new()));
        }
        let running = Running::start(rows_run);
        let made = tables::fill(&plan, &layout, &mut bound, engine, look, records);
        if let Some(run) = Running::finish(running) {
            if run.is_stale {
                return Err(Stale);
            }
            expressions = run.findings;
            recorder = run.recorder;
            if let (Some(reads), Some(of_expressions)) = (&mut bound.reads, run.reads) {
                reads.append(of_expressions);
            }
        }
        made
    } else {
        tables::fill(&plan, &layout, &mut bound, engine, look, false)
    };
    let Made {
        store: rows,
        mut findings,
        unmapped,
    } = made;
    findings.append(&mut expressions);
    let row_steps = recorder.as_ref().map_or(0, |recorder| recorder.count());
    let Some(program) = job.program else {
        let outcome = Outcome {
            output: None,
            rows: rows.finish(),
            findings: judged(findings, job.profile, job.message),
            unmapped,
            reads: bound.reads,
            verdict: Verdict::Accepted,
            script_failed: false,
        };
        let watched = Watched {
            recorder: recorder.map(|recorder| (recorder, row_steps)),
            ran: None,
        };
        return Ok((outcome, watched));
    };
    let own_rows = rows.mark();
    let mut run = started(engine, &job.given(), cancel, &program.name, rows);
    run.paths = Paths::new(Arc::clone(&program.paths));
    run.findings = findings;
    run.unmapped = unmapped;
    if let Some(begun) = job.begun {
        // What was made for the script is within its limits, which are there for what it makes itself.
        let _ = run.out.copy_from(begun);
    }
    if let (Some(reads), Some(of_rows)) = (&mut run.reads, bound.reads) {
        reads.append(of_rows);
    }
    let result;
    let watched = (watching != Watching::No)
        .then(|| program.recorded(engine))
        .flatten();
    let script = recorder.take().zip(watched);
    let running;
    if let Some(script) = watched.filter(|_| watching == Watching::Counts) {
        run.ran = Some(Box::new(Ran::new(script.counted())));
        running = Running::start(run);
        let mut scope = scope();
        result = engine
            .recording()
            .run_ast_with_scope(&mut scope, &script.ast);
    } else if let Some((mut recorder, script)) = script {
        recorder.begin_script(&script.code);
        run.record_with(recorder);
        running = Running::start(run);
        let mut scope = scope();
        result = engine
            .recording()
            .run_ast_with_scope(&mut scope, &script.ast);
        recording(|run, recorder| recorder.end_script(&sight(run, &scope)));
    } else {
        running = Running::start(run);
        result = engine.rhai().run_ast_with_scope(&mut scope(), &program.ast);
    }
    let Some(mut run) = Running::finish(running) else {
        return Ok((Outcome::default(), Watched::default()));
    };
    let recorder = run.recorder.take();
    let watched = Watched {
        recorder: recorder.map(|recorder| (recorder, row_steps)),
        ran: run.ran.take().map(|ran| ran.finish()),
    };
    conclude(run, result, &own_rows, engine, program).map(|outcome| (outcome, watched))
}

/// What a script or an expression finds when it starts.
pub(super) fn started(
    engine: &Engine,
    given: &Given<'_>,
    cancel: &Cancel,
    name: &Arc<str>,
    rows: RowStore,
) -> Run {
    Run {
        script: Arc::clone(name),
        message: given.message.clone(),
        profile: Arc::clone(given.profile),
        paths: Paths::new(Arc::default()),
        out: Output::new(given.message, given.grammar),
        grammar: Arc::clone(given.grammar),
        rows,
        now: *given.now,
        verdict: Verdict::Accepted,
        ids: 0,
        seed: given.seed,
        composite_noted: false,
        findings: Vec::new(),
        unlisted: 0,
        unmapped: Vec::new(),
        lookups: Vec::new(),
        recorder: None,
        ran: None,
        last_read: 0..0,
        reads: given.records_reads.then(Reads::default),
        tree: given.tree.cloned(),
        groups: None,
        cancel: cancel.clone(),
        is_stale: false,
        time_ms: engine.limits().time_ms,
        deadline: None,
    }
}

fn conclude(
    mut run: Run,
    result: Result<(), Box<EvalAltResult>>,
    own_rows: &[usize],
    engine: &Engine,
    program: &Program,
) -> Result<Outcome, Stale> {
    if run.is_stale {
        return Err(Stale);
    }
    let ended = run.verdict != Verdict::Accepted;
    let mut output = None;
    let script_failed = result.is_err() && !ended;
    let mut findings = judged(
        std::mem::take(&mut run.findings),
        &run.profile,
        &run.message,
    );
    match result {
        Err(error) if !ended => {
            run.rows.back_to(own_rows);
            // That a script breaks off is a fact: no severity and no waiver of the profile changes it.
            let found = of_run(error, engine, &program.name, &program.source);
            findings.push(with_value_place(found, &run.message));
        }
        Ok(()) if !ended => {
            output = run.out.finish();
            if output.is_some() && run.out.draft().segment_id(0) != SegmentId::MSH.as_str() {
                let found = Diagnostic::warning(
                    "output-header",
                    "the message made has no MSH segment in front",
                )
                .with_help("copy one first: out.copy(msg, [\"MSH\"])");
                findings.push(Finding::of(found));
            }
        }
        // Skipped or rejected: what was made so far is not wanted.
        Ok(()) | Err(_) => run.rows.back_to(&[]),
    }
    if run.unlisted > 0 {
        let more = format!("{} more findings are not listed", run.unlisted);
        findings.push(Finding::of(Diagnostic::info("script-limit", more)));
    }
    Ok(Outcome {
        output,
        rows: run.rows.finish(),
        findings,
        unmapped: run.unmapped,
        reads: run.reads,
        verdict: run.verdict,
        script_failed,
    })
}
