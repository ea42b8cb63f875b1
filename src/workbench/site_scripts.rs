//! The scripts of the whole site in a derivation: the text before it is parsed, the message that was
//! made before it goes out.

use std::sync::Arc;

use super::inputs::{Snapshot, message_seed};
use super::memo::{MapInputs, Memo};
use crate::cancel::{Cancel, Stale};
use crate::diagnostic::{Diagnostic, Place};
use crate::grammar::Finding;
use crate::hl7::{parse, parse_shared};
use crate::mapping::{
    CountedScript, Engine, Outcome, Recording, StageKind, TextOutcome, TextProgram, Verdict,
};
use crate::profile::{Hook, MessageDefinition, Script};

/// A site script that is there: compiled, or why it cannot be.
pub(super) struct SiteScript {
    hook: Hook,
    program: Option<Arc<TextProgram>>,
    problems: Arc<[Diagnostic]>,
}

impl SiteScript {
    /// The script of a hook; `None` where the profile has none.
    pub(super) fn of(snapshot: &Snapshot, hook: Hook, memo: &mut Memo) -> Option<Self> {
        let script = snapshot.profile.scripts.get(hook)?;
        let name: Arc<str> = match script {
            Script::Inline(_) => hook.script_name().into(),
            Script::File(path) => Arc::clone(path),
        };
        Some(match script.text(&snapshot.scripts) {
            Some(text) => {
                let (program, problems) = memo.text_program(&name, text);
                Self {
                    hook,
                    program,
                    problems,
                }
            }
            None => Self {
                hook,
                program: None,
                problems: Arc::new([missing_script(&name)]),
            },
        })
    }

    /// Sets its ids apart from those of the message's own script.
    fn salt(&self) -> u64 {
        match self.hook {
            Hook::Prepare => 1 << 62,
            Hook::Finish => 1 << 63,
        }
    }

    /// What is wrong with it before any message comes.
    pub(super) fn problems(&self) -> &Arc<[Diagnostic]> {
        &self.problems
    }

    /// Its statements and branches; nothing where it cannot run.
    pub(super) fn counted(&self, engine: &Engine) -> Option<Arc<CountedScript>> {
        self.program.as_ref()?.counted(engine).cloned()
    }

    /// What it makes of a text.
    fn run(
        &self,
        snapshot: &Snapshot,
        position: u64,
        text: &Arc<str>,
        memo: &mut Memo,
        cancel: &Cancel,
    ) -> Result<TextOutcome, Stale> {
        let Some(program) = &self.program else {
            return Ok(TextOutcome::failed(
                text,
                self.problems.iter().cloned().map(Finding::of).collect(),
            ));
        };
        self.with_inputs(snapshot, position, memo, |memo, inputs| {
            memo.run_text(program, text, inputs, cancel)
        })
    }

    /// Each step in which it makes another text of one; nothing where it cannot run.
    pub(super) fn record(
        &self,
        snapshot: &Snapshot,
        text: &Arc<str>,
        kind: StageKind,
        memo: &mut Memo,
        cancel: &Cancel,
    ) -> Result<Option<Recording>, Stale> {
        let Some(program) = &self.program else {
            return Ok(None);
        };
        self.with_inputs(snapshot, snapshot.position, memo, |memo, inputs| {
            memo.recorded_text(program, text, inputs, kind, cancel)
                .map(Some)
        })
    }

    /// Does something with what such a script may ask for: no message is shown to it.
    fn with_inputs<T>(
        &self,
        snapshot: &Snapshot,
        position: u64,
        memo: &mut Memo,
        action: impl FnOnce(&mut Memo, &MapInputs<'_>) -> T,
    ) -> T {
        let message = parse("").0;
        let grammar = memo.grammar(&snapshot.profile, None, &message).0;
        let definition = Arc::new(MessageDefinition::new(""));
        let inputs = MapInputs {
            message: &message,
            tree: None,
            grammar: &grammar,
            program: None,
            profile: &snapshot.profile,
            definition: &definition,
            now: &snapshot.now,
            seed: message_seed(snapshot.seed ^ self.salt(), position),
            records_reads: false,
            begun: None,
        };
        action(memo, &inputs)
    }
}

/// What `prepare` makes of a text that came; `None` where the profile has no such script.
pub(super) fn prepare(
    snapshot: &Snapshot,
    position: u64,
    text: &Arc<str>,
    memo: &mut Memo,
    cancel: &Cancel,
) -> Result<Option<TextOutcome>, Stale> {
    SiteScript::of(snapshot, Hook::Prepare, memo)
        .map(|script| script.run(snapshot, position, text, memo, cancel))
        .transpose()
}

/// The outcome of a message that goes no further after `prepare`; `None` where it goes on.
pub(super) fn ended(prepared: &TextOutcome) -> Option<Outcome> {
    let goes_on = prepared.verdict == Verdict::Accepted && !prepared.script_failed;
    (!goes_on).then(|| Outcome {
        output: None,
        rows: Vec::new(),
        findings: prepared.findings.clone(),
        unmapped: prepared.unmapped.clone(),
        reads: None,
        verdict: prepared.verdict.clone(),
        script_failed: prepared.script_failed,
    })
}

/// Lays what `prepare` found before what the mapping found.
pub(super) fn with_prepared(mut outcome: Outcome, prepared: Option<&TextOutcome>) -> Outcome {
    if let Some(prepared) = prepared {
        outcome
            .findings
            .splice(0..0, prepared.findings.iter().cloned());
        outcome
            .unmapped
            .splice(0..0, prepared.unmapped.iter().cloned());
    }
    outcome
}

/// Has `finish` change the message that was made. Where it fails, or does not want the message, none
/// goes out; the rows are there all the same.
pub(super) fn finish(
    snapshot: &Snapshot,
    position: u64,
    mut outcome: Outcome,
    memo: &mut Memo,
    cancel: &Cancel,
) -> Result<Outcome, Stale> {
    let Some(output) = &outcome.output else {
        return Ok(outcome);
    };
    let Some(script) = SiteScript::of(snapshot, Hook::Finish, memo) else {
        return Ok(outcome);
    };
    let text: Arc<str> = output.text().into();
    let finished = script.run(snapshot, position, &text, memo, cancel)?;
    outcome.findings.extend(finished.findings);
    outcome.unmapped.extend(finished.unmapped);
    if finished.script_failed || finished.verdict != Verdict::Accepted {
        outcome.output = None;
        outcome.script_failed |= finished.script_failed;
        outcome.verdict = finished.verdict;
    } else if !Arc::ptr_eq(&finished.text, &text) {
        outcome.output = Some(parse_shared(finished.text).0);
    }
    Ok(outcome)
}

/// A script whose file is not there.
pub(super) fn missing_script(name: &Arc<str>) -> Diagnostic {
    Diagnostic::error("script-file", format!("the script {name} could not be read"))
        .at(Place::File(Arc::clone(name)))
        .with_help("a script's path is relative to the profile: put it there, or keep the script in the profile")
}
