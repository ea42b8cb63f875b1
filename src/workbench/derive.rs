//! From a snapshot to its preview, stage by stage: a pure function that can be given up between any
//! two stages.
//!
//! decode → parse → match → resolve → bind → check → rows and script → output → difference.

use std::sync::Arc;
use std::time::Duration;

use super::corpus::Sample;
use super::grammar_look::sheet;
use super::inputs::{Snapshot, message_seed};
use super::memo::{Found, MapInputs, Memo};
use super::preview::{Preview, Reading};
use crate::cancel::{Cancel, Stale};
use crate::diagnostic::{Diagnostic, Place};
use crate::grammar::{Finding, Findings, Grammar, Judgement, Node};
use crate::hl7::{Decoded, Difference, Fault, Message, compare, parse, parse_shared};
use crate::mapping::{Outcome, Program};
use crate::profile::{MessageDefinition, Script, SiteCharset};

/// Makes the preview of a snapshot. Equal snapshots have equal previews.
pub fn derive(snapshot: &Snapshot, memo: &mut Memo, cancel: &Cancel) -> Result<Preview, Stale> {
    cancel.check()?;
    let read = Read::of(snapshot.sample.as_ref(), snapshot.profile.charset());
    cancel.check()?;
    let mut placed = place(snapshot, &read.message, memo);
    let definition = placed.definition;
    let mut site_problems = placed.profile_problems.to_vec();
    other_scripts(snapshot, definition, memo, &mut site_problems);
    site_problems.append(&mut placed.script_problems);
    let mut findings = of_text(snapshot, &read, &placed);
    cancel.check()?;
    let grammar = Arc::clone(&placed.grammar.0);
    let (tree, of_grammar) = memo.checked_tree(&read.message, &grammar, &snapshot.profile);
    findings.extend(of_grammar.iter().cloned());
    cancel.check()?;
    let sheet = sheet(snapshot, &read.message, memo);
    cancel.check()?;
    let outcome = match placed.to_map(snapshot, &read.message, Some(&tree)) {
        Some(inputs) if snapshot.sample.is_some() => Some(memo.outcome(&inputs, cancel)?),
        Some(_) | None => None,
    };
    cancel.check()?;
    let differences = differences(snapshot, &read.message, outcome.as_ref());
    let counted = findings.iter().filter(|finding| finding.waived.is_none());
    let counted = counted.map(|finding| &finding.diagnostic);
    let mapped = outcome.iter().flat_map(|outcome| &outcome.diagnostics);
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
        faults: read.faults,
        reading: read.decoded.map(|decoded| Reading {
            charset: decoded.charset,
            undecodable: decoded.undecodable,
        }),
        definition,
        grammar,
        tree,
        sheet,
        outcome,
        differences,
        site_problems,
        findings,
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
    cancel.check()?;
    let read = Read::of(Some(sample), snapshot.profile.charset());
    let placed = place(snapshot, &read.message, memo);
    // Many mappings never ask for the tree, and binding takes longer than parsing.
    let outcome = match placed.to_map(snapshot, &read.message, None) {
        Some(mut inputs) => {
            inputs.seed = message_seed(snapshot.seed, position);
            Some(memo.run(&inputs, cancel)?)
        }
        None => None,
    };
    Ok(Transformed {
        definition: placed.definition,
        outcome,
        script: placed.script_problems,
        reading: read.oddities(),
        message: read.message,
        decoded: read.decoded,
        faults: read.faults,
    })
}

/// A message as text, with how it came to be that.
struct Read {
    message: Message,
    faults: Vec<Fault>,
    decoded: Option<Decoded>,
}

impl Read {
    fn of(sample: Option<&Sample>, charset: SiteCharset) -> Self {
        let Some(sample) = sample else {
            return Self {
                message: parse("").0,
                faults: Vec::new(),
                decoded: None,
            };
        };
        let decoded = sample.edited().is_none().then(|| sample.decode(charset));
        let (message, faults) = match (&decoded, sample.edited()) {
            (Some(decoded), _) => parse_shared(Arc::clone(&decoded.text)),
            (None, Some(text)) => parse_shared(Arc::clone(text)),
            (None, None) => parse(""),
        };
        Self {
            message,
            faults,
            decoded,
        }
    }

    /// What is odd about how bytes became text.
    fn oddities(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if let Some(decoded) = &self.decoded {
            if let Some(conflict) = &decoded.conflict {
                let location = "MSH-18".parse().map_or(Place::Nowhere, Place::Location);
                found.push(Diagnostic::warning("charset", conflict.to_string()).at(location));
            }
            if let Some(first) = decoded.undecodable.first() {
                let count: usize = decoded.undecodable.iter().map(|bytes| bytes.length).sum();
                let message = format!(
                    "{count} bytes are no characters of {}",
                    decoded.charset.name()
                );
                let start = first.text_offset;
                let place = self.place(start..start + 1);
                found.push(
                    Diagnostic::warning("undecodable", message)
                        .at(place)
                        .with_help("say in the profile in which charset the site sends: syntax: (charset: Always(\"…\"))"),
                );
            }
        }
        found
    }

    fn place(&self, span: std::ops::Range<usize>) -> Place {
        let location = self.message.location_at(span.start);
        Place::Message { span, location }
    }
}

/// What is odd about the text of a message, its reading and its type.
fn of_text(snapshot: &Snapshot, read: &Read, placed: &Placed) -> Vec<Finding> {
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
    let (matching, profile_problems) = memo.matching(profile, message);
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
            Some(text) => diagnostics.extend(memo.program(&name, text, None).1.iter().cloned()),
            None => diagnostics.push(missing_script(&name)),
        }
    }
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

fn missing_script(name: &Arc<str>) -> Diagnostic {
    Diagnostic::error("script-file", format!("the script {name} could not be read"))
        .at(Place::File(Arc::clone(name)))
        .with_help("a script's path is relative to the profile: put it there, or keep the script in the profile")
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
