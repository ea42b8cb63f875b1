//! From a snapshot to its preview, stage by stage: a pure function that can be given up between any
//! two stages.
//!
//! decode → parse → match → resolve → bind → check → rows and script → output → difference.

use std::sync::Arc;
use std::time::Duration;

use super::checking::CheckInputs;
use super::corpus::Sample;
use super::grammar_look::sheet;
use super::inputs::{Records, Snapshot, message_seed};
use super::memo::{Found, MapInputs, Memo};
use super::preview::{Preview, Reading};
use super::received::Received;
use super::recorded::record;
use super::rows_back::rows_back;
use super::site_scripts::{SiteScript, missing_script};
use crate::cancel::{Cancel, Stale};
use crate::diagnostic::{Diagnostic, Place};
use crate::grammar::{Finding, Findings, Grammar, Judgement, Node};
use crate::hl7::{Decoded, Difference, Fault, Message, compare, parse_shared};
use crate::mapping::{CountedScript, Outcome, Program};
use crate::profile::{Hook, MessageDefinition, Script};

/// Makes the preview of a snapshot. Equal snapshots have equal previews.
pub fn derive(snapshot: &Snapshot, memo: &mut Memo, cancel: &Cancel) -> Result<Preview, Stale> {
    cancel.check()?;
    let sample = snapshot.sample.as_ref();
    let read = Received::of(snapshot, sample, snapshot.position, memo, cancel)?;
    cancel.check()?;
    let mut placed = place(snapshot, &read.message, memo);
    let definition = placed.definition;
    let mut site_problems = placed.profile_problems.to_vec();
    other_scripts(snapshot, definition, memo, &mut site_problems);
    site_problems.append(&mut placed.script_problems);
    site_problems.extend(names_unknown(placed.program.as_ref(), snapshot));
    site_problems.extend(site_script_problems(snapshot, memo));
    name_profile_lines(snapshot, memo, &mut site_problems);
    let mut findings = of_text(snapshot, &read, &placed);
    cancel.check()?;
    let grammar = Arc::clone(&placed.grammar.0);
    let inputs = CheckInputs {
        message: &read.message,
        grammar: &grammar,
        profile: &snapshot.profile,
        definition: placed.chosen.as_deref(),
        now: &snapshot.now,
        seed: message_seed(snapshot.seed, snapshot.position),
    };
    let (tree, of_grammar) = memo.checked_tree(&inputs, cancel)?;
    findings.extend(of_grammar.iter().cloned());
    cancel.check()?;
    let sheet = sheet(snapshot, &read.message, memo);
    cancel.check()?;
    let (outcome, looks) = match (
        read.ended(),
        placed.to_map(snapshot, &read.message, Some(&tree)),
    ) {
        (Some(ended), _) => (
            Some(with_profile_lines(snapshot, memo, ended)),
            Arc::default(),
        ),
        (None, Some(mut inputs)) if snapshot.sample.is_some() => {
            inputs.records_reads = true;
            let (outcome, looks) = memo.outcome(&inputs, cancel)?;
            let position = snapshot.position;
            let outcome = read.finished(snapshot, position, outcome, memo, cancel)?;
            (Some(with_profile_lines(snapshot, memo, outcome)), looks)
        }
        (None, _) => (None, Arc::default()),
    };
    cancel.check()?;
    let rows_back = rows_back(snapshot, definition, outcome.as_ref(), memo, cancel)?;
    let recorded = match &snapshot.sample {
        Some(_) if snapshot.records > Records::Nothing => {
            let inputs = placed.to_map(snapshot, &read.message, Some(&tree));
            record(
                snapshot,
                &read,
                inputs.as_ref(),
                outcome.as_ref(),
                memo,
                cancel,
            )?
        }
        _ => None,
    };
    cancel.check()?;
    let differences = differences(snapshot, &read.message, outcome.as_ref());
    let counted = findings.iter().filter(|finding| finding.waived.is_none());
    let counted = counted.map(|finding| &finding.diagnostic);
    // What is wrong with a script fails each message with what was said already.
    let mapped = outcome
        .iter()
        .flat_map(Outcome::diagnostics)
        .filter(|found| {
            !site_problems
                .iter()
                .any(|known| is_same_fault(known, found))
        });
    let diagnostics = site_problems
        .iter()
        .chain(counted)
        .chain(mapped)
        .cloned()
        .collect();
    Ok(Preview {
        revision: snapshot.revision,
        sample: snapshot.sample.as_ref().map(Sample::id),
        message: read.message,
        received: read.unprepared,
        faults: read.faults,
        reading: read.decoded.map(|decoded| Reading {
            charset: decoded.charset,
            undecodable: decoded.undecodable,
        }),
        definition,
        grammar,
        tree,
        sheet,
        rows_back,
        outcome,
        looks,
        recorded,
        differences,
        site_problems,
        findings,
        part_problems: memo.part_problems(snapshot),
        diagnostics,
        took: Duration::ZERO,
    })
}

/// What became of one message of many.
#[derive(Debug)]
pub struct Transformed {
    /// The message that came in.
    pub message: Message,
    /// The definition that it falls under: an index into the profile's.
    pub definition: Option<usize>,
    /// What the mapping made; `None` when no definition matches or its script cannot be compiled.
    pub outcome: Option<Outcome>,
    /// What compiling its script found: the same for all messages that it is for.
    pub script: Vec<Diagnostic>,
    /// How the message was read from bytes; `None` where a person gave it as text.
    pub decoded: Option<Decoded>,
    /// What is odd about that: another charset than MSH-18 says, bytes that are no characters.
    pub reading: Vec<Diagnostic>,
    /// What of its text is no syntax of HL7.
    pub faults: Vec<Fault>,
}

/// The way of `derive` through the mapping without what only a screen shows: for runs over many
/// messages. `snapshot` says all but the sample and its `position` in the run.
pub fn transform(
    snapshot: &Snapshot,
    sample: &Sample,
    position: u64,
    memo: &mut Memo,
    cancel: &Cancel,
) -> Result<Transformed, Stale> {
    transformed(snapshot, sample, position, memo, cancel, false, None)
}

/// The same, and `out` is `begun` when the script starts.
pub(super) fn transform_begun(
    snapshot: &Snapshot,
    sample: &Sample,
    position: u64,
    memo: &mut Memo,
    begun: &Message,
) -> Result<Transformed, Stale> {
    let cancel = Cancel::never();
    transformed(
        snapshot,
        sample,
        position,
        memo,
        &cancel,
        false,
        Some(begun),
    )
}

/// The same, and the outcome says what of the message was used.
pub(super) fn transform_recorded(
    snapshot: &Snapshot,
    sample: &Sample,
    position: u64,
    memo: &mut Memo,
    cancel: &Cancel,
) -> Result<Transformed, Stale> {
    transformed(snapshot, sample, position, memo, cancel, true, None)
}

fn transformed(
    snapshot: &Snapshot,
    sample: &Sample,
    position: u64,
    memo: &mut Memo,
    cancel: &Cancel,
    records_reads: bool,
    begun: Option<&Message>,
) -> Result<Transformed, Stale> {
    cancel.check()?;
    let read = Received::of(snapshot, Some(sample), position, memo, cancel)?;
    let placed = place(snapshot, &read.message, memo);
    // Many mappings never ask for the tree, and binding takes longer than parsing.
    let outcome = match (read.ended(), placed.to_map(snapshot, &read.message, None)) {
        (Some(ended), _) => Some(ended),
        (None, Some(mut inputs)) => {
            inputs.seed = message_seed(snapshot.seed, position);
            inputs.records_reads = records_reads;
            inputs.begun = begun;
            let outcome = memo.run(&inputs, cancel)?;
            Some(read.finished(snapshot, position, outcome, memo, cancel)?)
        }
        (None, None) => None,
    };
    let mut script = placed.script_problems;
    script.extend(site_script_problems(snapshot, memo));
    name_profile_lines(snapshot, memo, &mut script);
    Ok(Transformed {
        definition: placed.definition,
        outcome: outcome.map(|outcome| with_profile_lines(snapshot, memo, outcome)),
        script,
        reading: read.oddities(),
        message: read.message,
        decoded: read.decoded,
        faults: read.faults,
    })
}

/// Says of lines of scripts that are written in the profile where they stand there.
fn name_profile_lines<'d>(
    snapshot: &Snapshot,
    memo: &mut Memo,
    found: impl IntoIterator<Item = &'d mut Diagnostic>,
) {
    for diagnostic in found {
        if let Place::Script {
            name,
            line,
            column,
            profile,
        } = &mut diagnostic.place
        {
            let at = memo.script_line(snapshot, (name, *line, *column));
            *profile = at.map(Box::new);
        }
    }
}

/// The outcome, its findings with the lines of the profile.
fn with_profile_lines(snapshot: &Snapshot, memo: &mut Memo, mut outcome: Outcome) -> Outcome {
    let found = outcome.findings.iter_mut();
    name_profile_lines(snapshot, memo, found.map(|found| &mut found.diagnostic));
    outcome
}

/// What is odd about the text of a message, its reading and its type.
fn of_text(snapshot: &Snapshot, read: &Received, placed: &Placed) -> Vec<Finding> {
    let judgement = Judgement::of(&snapshot.profile);
    let mut findings = Findings::new(&judgement, &read.message);
    for diagnostic in read.oddities() {
        findings.judge(Finding::of(diagnostic));
    }
    for fault in &read.faults {
        if let Some(severity) = judgement.severity(fault.kind.code(), false) {
            let diagnostic = Diagnostic::new(severity, fault.kind.code(), fault.kind.to_string())
                .at(read.place(fault.span.clone()))
                .with_help(fault.kind.help());
            findings.put(Finding::of(diagnostic));
        }
    }
    for found in placed.grammar.1.iter() {
        findings.judge(Finding::of(placed_in(&read.message, found)));
    }
    let has_definitions = !snapshot.profile.messages.is_empty();
    if placed.definition.is_none() && snapshot.sample.is_some() && has_definitions {
        findings.judge(Finding::of(unmatched()));
    }
    findings.finish()
}

/// What is known of a grammar by location, where it stands in this message.
fn placed_in(message: &Message, found: &Diagnostic) -> Diagnostic {
    let Place::Location(location) = &found.place else {
        return found.clone();
    };
    let element = message.find(location).map(|element| element.span());
    let span = element.or_else(|| Some(message.segments_named(location.segment).next()?.span()));
    match span {
        Some(span) => found.clone().at(Place::Message {
            span,
            location: Some(location.clone()),
        }),
        None => found.clone(),
    }
}

/// A message in its definition and grammar.
struct Placed {
    definition: Option<usize>,
    profile_problems: Arc<[Diagnostic]>,
    grammar: Found<Grammar>,
    chosen: Option<Arc<MessageDefinition>>,
    program: Option<Arc<Program>>,
    script_problems: Vec<Diagnostic>,
    /// Whether the definition's script, if it has one, can run.
    is_runnable: bool,
}

fn place(snapshot: &Snapshot, message: &Message, memo: &mut Memo) -> Placed {
    let profile = &snapshot.profile;
    let (matching, profile_problems) = memo.matching(snapshot, message);
    let definition = match &snapshot.definition {
        Some(name) => profile.message(name).map(|(index, _)| index),
        None => matching,
    };
    let chosen = definition
        .and_then(|index| profile.messages.get(index))
        .cloned();
    let grammar = memo.grammar(profile, chosen.as_deref(), message);
    let mut placed = Placed {
        definition,
        profile_problems,
        grammar,
        program: None,
        script_problems: Vec::new(),
        is_runnable: true,
        chosen,
    };
    let chosen = placed.chosen.clone();
    if let Some(script) = chosen
        .as_ref()
        .and_then(|definition| definition.script.as_ref())
    {
        let name = script_name(chosen.as_deref(), script);
        if let Some(text) = script.text(&snapshot.scripts) {
            let (program, problems) = memo.program(&name, text, Some(&placed.grammar.0));
            placed.is_runnable = program.is_some();
            placed.program = program;
            placed.script_problems = problems.to_vec();
        } else {
            placed.is_runnable = false;
            placed.script_problems.push(missing_script(&name));
        }
    }
    placed
}

impl Placed {
    fn to_map<'a>(
        &'a self,
        snapshot: &'a Snapshot,
        message: &'a Message,
        tree: Option<&'a Arc<Node>>,
    ) -> Option<MapInputs<'a>> {
        let definition = self.chosen.as_ref().filter(|_| self.is_runnable)?;
        Some(MapInputs {
            message,
            tree,
            grammar: &self.grammar.0,
            program: self.program.as_ref(),
            profile: &snapshot.profile,
            definition,
            now: &snapshot.now,
            seed: message_seed(snapshot.seed, snapshot.position),
            records_reads: false,
            begun: None,
        })
    }
}

/// The scripts of the other definitions are compiled too: a fault in them is shown before a message
/// that they are for comes up.
fn other_scripts(
    snapshot: &Snapshot,
    chosen: Option<usize>,
    memo: &mut Memo,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (index, definition) in snapshot.profile.messages.iter().enumerate() {
        if Some(index) == chosen {
            continue;
        }
        let Some(script) = &definition.script else {
            continue;
        };
        let name = script_name(Some(definition), script);
        match script.text(&snapshot.scripts) {
            Some(text) => {
                let (program, problems) = memo.program(&name, text, None);
                diagnostics.extend(problems.iter().cloned());
                diagnostics.extend(names_unknown(program.as_ref(), snapshot));
            }
            None => diagnostics.push(missing_script(&name)),
        }
    }
}

/// Whether both tell the same fault of the same line.
fn is_same_fault(one: &Diagnostic, other: &Diagnostic) -> bool {
    let line = |found: &Diagnostic| match &found.place {
        Place::Script { name, line, .. } => Some((Arc::clone(name), *line)),
        _ => None,
    };
    (one.code, &one.message) == (other.code, &other.message) && line(one) == line(other)
}

/// Tables, columns and code tables that a script names and the profile does not have.
fn names_unknown(program: Option<&Arc<Program>>, snapshot: &Snapshot) -> Vec<Diagnostic> {
    program.map_or_else(Vec::new, |program| program.check(&snapshot.profile))
}

/// What is wrong with the scripts of the whole site.
fn site_script_problems(snapshot: &Snapshot, memo: &mut Memo) -> Vec<Diagnostic> {
    let script = |hook| SiteScript::of(snapshot, hook, memo);
    let scripts: Vec<_> = Hook::ALL.into_iter().filter_map(script).collect();
    let problems = scripts.iter().flat_map(|script| script.problems().iter());
    problems.cloned().collect()
}

/// The statements and branches of all scripts that can run, whether a message comes to them or not.
pub(super) fn counted_scripts(snapshot: &Snapshot, memo: &mut Memo) -> Vec<Arc<CountedScript>> {
    let hooks = Hook::ALL.into_iter();
    let mut counted: Vec<_> = hooks
        .filter_map(|hook| SiteScript::of(snapshot, hook, memo)?.counted(memo.engine()))
        .collect();
    for definition in &snapshot.profile.messages {
        let script = definition.script.as_ref();
        let text = script.and_then(|script| Some((script, script.text(&snapshot.scripts)?)));
        if let Some((script, text)) = text {
            let name = script_name(Some(definition), script);
            let (program, _) = memo.program(&name, text, None);
            counted.extend(program.and_then(|program| program.counted(memo.engine()).cloned()));
        }
    }
    counted
}

fn script_name(definition: Option<&MessageDefinition>, script: &Script) -> Arc<str> {
    match script {
        Script::Inline(_) => definition.map(|d| Arc::clone(&d.name)).unwrap_or_default(),
        Script::File(path) => Arc::clone(path),
    }
}

fn unmatched() -> Diagnostic {
    Diagnostic::warning(
        "message-unmatched",
        "no message definition of the profile fits this message",
    )
    .with_help("widen the identity of a definition, or add one")
}

fn differences(snapshot: &Snapshot, input: &Message, outcome: Option<&Outcome>) -> Vec<Difference> {
    let Some(output) = outcome.and_then(|outcome| outcome.output.as_ref()) else {
        return Vec::new();
    };
    match &snapshot.expected {
        Some(expected) => compare(&parse_shared(Arc::clone(expected)).0, output, &[]),
        None => compare(input, output, &[]),
    }
}
