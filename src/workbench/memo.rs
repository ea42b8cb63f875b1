//! What derivations keep from one to the next, found again by content.
//!
//! Five memos: grammars and programs (many, a corpus has several kinds of messages), the bound tree,
//! what a grammar's editor shows and the outcome (the last one: a keystroke elsewhere leaves them as they are).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::checking::{CheckInputs, Checked, Checking};
use super::grammar_sheet::GrammarSheet;
use super::inputs::Snapshot;
use super::site_problems::site_problems;
use crate::cancel::{Cancel, Stale};
use crate::diagnostic::{Diagnostic, Place, ProfileLine};
use crate::grammar::{Grammar, Identities, Node, resolve};
use crate::hl7::{Delimiters, Location, Message, SegmentId, Timestamp};
use crate::mapping::{
    ComposeJob, Composition, Engine, Job, Outcome, Program, RanScript, Recording, RowsLook,
    StageKind, TextOutcome, TextProgram, compile, compile_text, compose, run, run_and_look,
    run_counted, run_recorded, run_text, run_text_counted, run_text_recorded,
};
use crate::profile::{
    GrammarSource, MessageDefinition, PartProblem, Profile, SegmentOrder, SegmentOverlay, Sources,
    TypeOverlay, UnknownSegments,
};
use crate::standard::Version;

/// More kinds of messages, or more scripts, than this are not kept: the memory is bounded.
const KEPT: usize = 64;

/// More lines of scripts than this are looked up anew each time.
const MOST_LINES: usize = 10_000;

/// The memory of one thread that derives.
pub struct Memo {
    engine: Engine,
    message_type: Location,
    site: Option<Site>,
    resolved: Option<Resolved>,
    programs: Vec<Compiled>,
    checking: Checking,
    text_programs: Vec<CompiledText>,
    pub(super) sheet: Option<KeptSheet>,
    mapped: Option<Mapped>,
    /// What scripts came to since somebody counts that.
    ran: Option<Vec<RanScript>>,
}

/// What is known of a profile as a whole.
struct Site {
    profile: Arc<Profile>,
    sources: Option<Arc<Sources>>,
    identities: Identities,
    problems: Arc<[Diagnostic]>,
    /// Those of them that speak of a part of it.
    parts: Arc<[PartProblem]>,
    /// Where lines and columns of scripts stand in it that were asked for.
    lines: BTreeMap<(Arc<str>, u32, u32), Option<ProfileLine>>,
}

/// The grammars under one standard with one set of site segments.
struct Resolved {
    standard: Version,
    segments: BTreeMap<SegmentId, Arc<SegmentOverlay>>,
    types: BTreeMap<Arc<str>, Arc<TypeOverlay>>,
    grammars: Vec<(GrammarKey, Found<Grammar>)>,
}

/// A value with what was found on the way to it.
pub(super) type Found<T> = (Arc<T>, Arc<[Diagnostic]>);

/// What of a definition and a message decides which grammar it has.
#[derive(PartialEq, Eq)]
struct GrammarKey {
    /// The definition's name, where the grammar is its own.
    name: Option<Arc<str>>,
    structure: Option<Arc<str>>,
    unknown_segments: UnknownSegments,
    order: SegmentOrder,
    kind: Box<str>,
    delimiters: Delimiters,
}

struct Compiled {
    name: Arc<str>,
    text: Arc<str>,
    grammar: Option<Arc<Grammar>>,
    program: Option<Arc<Program>>,
    problems: Arc<[Diagnostic]>,
}

struct CompiledText {
    name: Arc<str>,
    text: Arc<str>,
    program: Option<Arc<TextProgram>>,
    problems: Arc<[Diagnostic]>,
}

/// The last sheet, and what it was made from besides its focus.
pub(super) struct KeptSheet {
    pub(super) message: Message,
    pub(super) profile: Arc<Profile>,
    pub(super) sheet: Arc<GrammarSheet>,
}

struct Mapped {
    message: Message,
    grammar: Arc<Grammar>,
    program: Option<Arc<Program>>,
    profile: Arc<Profile>,
    definition: Arc<MessageDefinition>,
    now: Timestamp,
    seed: u64,
    outcome: Outcome,
    looks: Arc<[RowsLook]>,
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memo")
            .field("programs", &self.programs.len())
            .finish_non_exhaustive()
    }
}

impl Default for Memo {
    fn default() -> Self {
        Self {
            engine: Engine::new(),
            message_type: "MSH-9".parse().expect("a location of the header"),
            site: None,
            resolved: None,
            programs: Vec::new(),
            checking: Checking::default(),
            text_programs: Vec::new(),
            sheet: None,
            mapped: None,
            ran: None,
        }
    }
}

impl Memo {
    /// The index of the first definition that the message falls under, and what is wrong with the
    /// profile.
    pub(super) fn matching(
        &mut self,
        snapshot: &Snapshot,
        message: &Message,
    ) -> (Option<usize>, Arc<[Diagnostic]>) {
        let site = self.site(snapshot);
        (site.identities.find(message), Arc::clone(&site.problems))
    }

    /// What is wrong with the parts of the profile.
    pub(super) fn part_problems(&mut self, snapshot: &Snapshot) -> Arc<[PartProblem]> {
        Arc::clone(&self.site(snapshot).parts)
    }

    /// The indexes of all definitions that the message would fall under if they stood first.
    pub(super) fn all_matching(&mut self, snapshot: &Snapshot, message: &Message) -> Vec<usize> {
        self.site(snapshot).identities.all(message)
    }

    /// Where a line and column of a script stand in the profile, if the script is written there.
    pub(super) fn script_line(
        &mut self,
        snapshot: &Snapshot,
        at: (&Arc<str>, u32, u32),
    ) -> Option<ProfileLine> {
        let site = self.site(snapshot);
        let (name, line, column) = at;
        let key = (Arc::clone(name), line, column);
        if let Some(known) = site.lines.get(&key) {
            return known.clone();
        }
        let found = site.sources.as_ref()?.script_line(name, line, column);
        if site.lines.len() < MOST_LINES {
            site.lines.insert(key, found.clone());
        }
        found
    }

    fn site(&mut self, snapshot: &Snapshot) -> &mut Site {
        let profile = &snapshot.profile;
        let sources = snapshot.sources.as_ref();
        let sources = sources.filter(|sources| Arc::ptr_eq(sources.profile(), profile));
        let old = self.site.take().filter(|site| {
            Arc::ptr_eq(&site.profile, profile)
                && site.sources.as_ref().map(Arc::as_ptr) == sources.map(Arc::as_ptr)
        });
        self.site.insert(old.unwrap_or_else(|| {
            let parts = match sources {
                Some(sources) => site_problems(sources, &self.engine),
                None => site_problems(&Sources::unsaved(profile), &self.engine),
            };
            Site {
                profile: Arc::clone(profile),
                sources: sources.cloned(),
                identities: Identities::new(profile).0,
                problems: parts.iter().map(|one| one.diagnostic.clone()).collect(),
                parts: parts.into(),
                lines: BTreeMap::new(),
            }
        }))
    }

    /// The grammar of a message under its definition; what is wrong with it is placed by location
    /// only, for messages alike share it.
    pub(super) fn grammar(
        &mut self,
        profile: &Profile,
        definition: Option<&MessageDefinition>,
        message: &Message,
    ) -> Found<Grammar> {
        let kind = message
            .find(&self.message_type)
            .map_or("", |element| element.raw());
        let structure = definition.and_then(|d| d.grammar.as_ref());
        let is_own = structure
            .is_some_and(|text| matches!(GrammarSource::of(text), GrammarSource::Notation(_)));
        let name = definition.filter(|_| is_own).map(|d| &d.name);
        let unknown_segments = definition
            .and_then(|d| d.unknown_segments)
            .unwrap_or_default();
        let order = definition.and_then(|d| d.order).unwrap_or_default();
        let resolved = self.resolved.take().filter(|old| {
            old.standard == profile.version()
                && old.segments == profile.segments
                && old.types == profile.types
        });
        let resolved = self.resolved.insert(resolved.unwrap_or_else(|| Resolved {
            standard: profile.version(),
            segments: profile.segments.clone(),
            types: profile.types.clone(),
            grammars: Vec::new(),
        }));
        let known = resolved.grammars.iter().find(|(key, _)| {
            key.structure.as_ref() == structure
                && key.name.as_ref() == name
                && (key.unknown_segments, key.order) == (unknown_segments, order)
                && *key.kind == *kind
                && key.delimiters == *message.delimiters()
        });
        if let Some((_, found)) = known {
            return found.clone();
        }
        let key = GrammarKey {
            name: name.cloned(),
            structure: structure.cloned(),
            unknown_segments,
            order,
            kind: kind.into(),
            delimiters: *message.delimiters(),
        };
        let (grammar, mut problems) = resolve(profile.version(), profile, definition, message);
        problems.iter_mut().for_each(forget_span);
        let found: Found<Grammar> = (Arc::new(grammar), problems.into());
        make_room(&mut resolved.grammars);
        resolved.grammars.push((key, found.clone()));
        found
    }

    /// A script compiled against a grammar, or alone.
    pub(super) fn program(
        &mut self,
        name: &Arc<str>,
        text: &Arc<str>,
        grammar: Option<&Arc<Grammar>>,
    ) -> (Option<Arc<Program>>, Arc<[Diagnostic]>) {
        let known = self.programs.iter().find(|compiled| {
            let same_grammar = match (&compiled.grammar, grammar) {
                (Some(a), Some(b)) => Arc::ptr_eq(a, b),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            };
            same_grammar && same_text(&compiled.text, text) && same_text(&compiled.name, name)
        });
        if let Some(compiled) = known {
            return (compiled.program.clone(), Arc::clone(&compiled.problems));
        }
        let (program, problems) = compile(&self.engine, name, text, grammar.map(|g| &**g));
        let (program, problems): (_, Arc<[Diagnostic]>) = (program.map(Arc::new), problems.into());
        make_room(&mut self.programs);
        self.programs.push(Compiled {
            name: Arc::clone(name),
            text: Arc::clone(text),
            grammar: grammar.cloned(),
            program: program.clone(),
            problems: Arc::clone(&problems),
        });
        (program, problems)
    }

    /// A script of the whole site, compiled.
    pub(super) fn text_program(
        &mut self,
        name: &Arc<str>,
        text: &Arc<str>,
    ) -> (Option<Arc<TextProgram>>, Arc<[Diagnostic]>) {
        let mut known = self.text_programs.iter();
        if let Some(known) =
            known.find(|known| same_text(&known.text, text) && same_text(&known.name, name))
        {
            return (known.program.clone(), Arc::clone(&known.problems));
        }
        let (program, problems) = compile_text(&self.engine, name, text);
        let (program, problems): (_, Arc<[Diagnostic]>) = (program.map(Arc::new), problems.into());
        make_room(&mut self.text_programs);
        self.text_programs.push(CompiledText {
            name: Arc::clone(name),
            text: Arc::clone(text),
            program: program.clone(),
            problems: Arc::clone(&problems),
        });
        (program, problems)
    }

    /// What a script of the whole site makes of a text.
    pub(super) fn run_text(
        &mut self,
        program: &TextProgram,
        text: &Arc<str>,
        inputs: &MapInputs<'_>,
        cancel: &Cancel,
    ) -> Result<TextOutcome, Stale> {
        let Some(ran) = &mut self.ran else {
            return run_text(&self.engine, program, text, &inputs.job(), cancel);
        };
        let counted = run_text_counted(&self.engine, program, text, &inputs.job(), cancel);
        let (outcome, script) = counted?;
        ran.extend(script);
        Ok(outcome)
    }

    /// The message's segments in their groups, with what breaks a rule.
    pub(super) fn checked_tree(
        &mut self,
        inputs: &CheckInputs<'_>,
        cancel: &Cancel,
    ) -> Result<Checked, Stale> {
        self.checking.check(inputs, &self.engine, cancel)
    }

    /// What the mapping makes of a message, or made of the same inputs the last time.
    pub(super) fn outcome(
        &mut self,
        inputs: &MapInputs<'_>,
        cancel: &Cancel,
    ) -> Result<(Outcome, Arc<[RowsLook]>), Stale> {
        if let Some(mapped) = &self.mapped
            && mapped.is_of(inputs)
        {
            return Ok((mapped.outcome.clone(), Arc::clone(&mapped.looks)));
        }
        let (outcome, looks) = run_and_look(&self.engine, &inputs.job(), cancel)?;
        let looks: Arc<[RowsLook]> = looks.into();
        self.mapped = Some(Mapped {
            message: inputs.message.clone(),
            grammar: Arc::clone(inputs.grammar),
            program: inputs.program.cloned(),
            profile: Arc::clone(inputs.profile),
            definition: Arc::clone(inputs.definition),
            now: *inputs.now,
            seed: inputs.seed,
            outcome: outcome.clone(),
            looks: Arc::clone(&looks),
        });
        Ok((outcome, looks))
    }

    /// What the mapping makes of a message, not kept: for runs over many messages.
    pub(super) fn run(
        &mut self,
        inputs: &MapInputs<'_>,
        cancel: &Cancel,
    ) -> Result<Outcome, Stale> {
        let Some(ran) = &mut self.ran else {
            return run(&self.engine, &inputs.job(), cancel);
        };
        let (outcome, script) = run_counted(&self.engine, &inputs.job(), cancel)?;
        ran.extend(script);
        Ok(outcome)
    }

    /// From now on it is counted what scripts come to, which takes longer.
    pub(super) fn count_lines(&mut self) {
        self.ran = Some(Vec::new());
    }

    /// What scripts came to since; it is counted no longer.
    pub(super) fn take_ran(&mut self) -> Vec<RanScript> {
        self.ran.take().unwrap_or_default()
    }

    /// What runs scripts.
    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }
}

impl Memo {
    /// Each step of what the mapping makes of a message, and what it made. Not kept: what is edited is
    /// recorded anew, and what is not has its preview.
    pub(super) fn recorded(
        &self,
        inputs: &MapInputs<'_>,
        cancel: &Cancel,
    ) -> Result<(Outcome, Recording), Stale> {
        run_recorded(&self.engine, &inputs.job(), cancel)
    }

    /// Each step of what a script of the whole site makes of a text.
    pub(super) fn recorded_text(
        &self,
        program: &TextProgram,
        text: &Arc<str>,
        inputs: &MapInputs<'_>,
        kind: StageKind,
        cancel: &Cancel,
    ) -> Result<Recording, Stale> {
        run_text_recorded(&self.engine, program, text, &inputs.job(), kind, cancel)
            .map(|(_, recording)| recording)
    }

    /// The message that rows make.
    pub(super) fn compose(
        &self,
        job: &ComposeJob<'_>,
        cancel: &Cancel,
    ) -> Result<Composition, Stale> {
        compose(&self.engine, job, cancel)
    }
}

/// Everything that an outcome depends on.
pub(super) struct MapInputs<'a> {
    pub(super) message: &'a Message,
    pub(super) tree: Option<&'a Arc<Node>>,
    pub(super) grammar: &'a Arc<Grammar>,
    pub(super) program: Option<&'a Arc<Program>>,
    pub(super) profile: &'a Arc<Profile>,
    pub(super) definition: &'a Arc<MessageDefinition>,
    pub(super) now: &'a Timestamp,
    pub(super) seed: u64,
    pub(super) records_reads: bool,
    /// What `out` is when the script starts.
    pub(super) begun: Option<&'a Message>,
}

impl MapInputs<'_> {
    fn job(&self) -> Job<'_> {
        Job {
            message: self.message,
            tree: self.tree,
            grammar: self.grammar,
            definition: self.definition,
            profile: self.profile,
            program: self.program.map(|program| &**program),
            now: self.now,
            seed: self.seed,
            records_reads: self.records_reads,
            begun: self.begun,
        }
    }
}

impl Mapped {
    fn is_of(&self, inputs: &MapInputs<'_>) -> bool {
        let same_program = match (&self.program, inputs.program) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        same_program
            && Arc::ptr_eq(&self.grammar, inputs.grammar)
            && self.message == *inputs.message
            && self.definition == *inputs.definition
            && self.profile.codes == inputs.profile.codes
            && self.profile.tables == inputs.profile.tables
            && self.profile.severity == inputs.profile.severity
            && self.profile.waivers == inputs.profile.waivers
            && (self.now, self.seed) == (*inputs.now, inputs.seed)
    }
}

/// Where in one message it stands is not so in the next.
fn forget_span(found: &mut Diagnostic) {
    if let Place::Message { location, .. } = &mut found.place {
        found.place = location.take().map_or(Place::Nowhere, Place::Location);
    }
}

fn same_text(a: &Arc<str>, b: &Arc<str>) -> bool {
    Arc::ptr_eq(a, b) || a == b
}

/// The oldest goes when there are too many.
fn make_room<T>(kept: &mut Vec<T>) {
    if kept.len() >= KEPT {
        kept.remove(0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::corpus::Corpus;
    use super::super::derive::derive;
    use super::super::source::{Origin, Source};
    use super::*;

    /// Derives the messages one after the other; gives what MSH-9 each finding is about.
    fn check(texts: &[&str], code: &str, expect: &[&str]) {
        let mut memo = Memo::default();
        let now = "20260301".parse().unwrap();
        let snapshot = Snapshot::new(Arc::new(Profile::new("Site")), Arc::default(), now);
        let mut found = Vec::new();
        for text in texts {
            let source = Source::from_bytes(Origin::Paste(1), text.as_bytes().to_vec()).unwrap();
            let sample = Corpus::default().with(Arc::new(source)).sample(0).unwrap();
            let sample = sample.with_text(Some((*text).into()));
            let snapshot = snapshot.clone().with_sample(sample);
            let preview = derive(&snapshot, &mut memo, &Cancel::never()).unwrap();
            for diagnostic in preview.diagnostics.iter().filter(|d| d.code == code) {
                match &diagnostic.place {
                    Place::Message { span, .. } => found.push(text[span.clone()].to_owned()),
                    other => panic!("{other:?}"),
                }
            }
        }
        assert_eq!(found, expect, "{code}");
    }

    #[test]
    fn what_messages_share_is_placed_in_each() {
        check(
            &[
                "MSH|^~\\&|A|B|C|D|||XYZ^X99|1|P|2.5.1\r",
                "MSH|^~\\&|LONGER|B|C|D|20260301||XYZ^X99|1|P|2.4\r",
                "MSH|&~\\^|A|B|C|D|||XYZ^X99|1|P|2.5.1\r",
            ],
            "message-type-unknown",
            &["XYZ^X99", "XYZ^X99", "XYZ^X99"],
        );
    }

    #[test]
    fn the_type_is_that_of_the_first_header() {
        let admit = "MSH|^~\\&|A|B|C|D|||ADT^A01|1|P|2.5.1\rEVN||1\rPID|1\rPV1|1|I\r";
        let stray = format!("ZZZ|1\r{admit}");
        let batch = format!("BHS|^~\\&|||||||XYZ\r{admit}");
        check(&[&stray, &batch, admit], "message-type-unknown", &[]);
    }

    #[test]
    fn a_glued_segment_weighs_the_same_wherever_it_is_told() {
        let admit = "MSH|^~\\&|A|B|C|D|||ADT^A01|1|P|2.5.1PID|1||7\r";
        check(&[admit], "segment-glued", &["PID"]);
    }
}
