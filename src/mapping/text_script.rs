//! A script of the whole site: it changes the text that came before it is parsed, or the text that was
//! made before it goes out.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rhai::{AST, Dynamic, ImmutableString, OptimizationLevel, ParseError, ParseErrorType, Scope};

use super::check::inspect;
use super::engine::Engine;
use super::errors::{of_parsing, of_run};
use super::fault::{ScriptFault, place};
use super::layout::Layout;
use super::outcome::{UnmappedCode, Verdict};
use super::program::Recorded;
use super::ran::{CountedScript, Ran, RanScript};
use super::recorder::Recorder;
use super::recording::{Recording, Stage, StageKind};
use super::row_store::RowStore;
use super::run::{Job, Watching, started};
use super::running::{Running, recording};
use super::trace::sight;
use super::value_fault::judged;
use crate::cancel::{Cancel, Stale};
use crate::diagnostic::Diagnostic;
use crate::grammar::Finding;
use crate::hl7::parse_shared;

/// The one variable that such a script finds: the text, to be read and replaced.
const TEXT: &str = "text";

/// A script that changes a text, compiled.
pub struct TextProgram {
    name: Arc<str>,
    source: Box<str>,
    ast: AST,
    recorded: OnceLock<Option<Recorded>>,
}

/// What such a script made of a text.
#[derive(Clone)]
pub struct TextOutcome {
    /// The text as it goes on; where the script failed, as it came.
    pub text: Arc<str>,
    /// What was found on the way.
    pub findings: Vec<Finding>,
    /// Codes that a code table was asked for and does not hold.
    pub unmapped: Vec<UnmappedCode>,
    /// What the script decided about the message.
    pub verdict: Verdict,
    /// Whether it broke off.
    pub script_failed: bool,
}

/// Compiles a script whose `text` is the text it changes.
pub fn compile_text(
    engine: &Engine,
    name: &str,
    source: &str,
) -> (Option<TextProgram>, Vec<Diagnostic>) {
    let name: Arc<str> = name.into();
    let scope = scope(ImmutableString::new());
    let ast = match engine.rhai().compile_with_scope(&scope, source) {
        Ok(ast) => ast,
        Err(error) => return (None, vec![unreadable(&error, &name)]),
    };
    let diagnostics = inspect(&ast, engine, &name, None).diagnostics;
    let program = TextProgram {
        name,
        source: source.into(),
        ast: engine
            .rhai()
            .optimize_ast(&scope, ast, OptimizationLevel::Simple),
        recorded: OnceLock::new(),
    };
    (Some(program), diagnostics)
}

/// What is wrong with a script that cannot be read.
fn unreadable(error: &ParseError, name: &Arc<str>) -> Diagnostic {
    match &*error.0 {
        ParseErrorType::VariableUndefined(variable)
            if matches!(variable.as_str(), "msg" | "out" | "rows") =>
        {
            Diagnostic::error(
                "script-variable",
                format!("there is no {variable} in this script: it changes a text"),
            )
            .with_help("read and replace text, or write the script of a message definition")
            .at(place(name, error.1))
        }
        _ => of_parsing(error, name),
    }
}

fn scope(text: ImmutableString) -> Scope<'static> {
    let mut scope = Scope::new();
    scope.push(TEXT, text);
    scope
}

/// Runs a script over a text. The job says what else it may ask for: the profile's code tables, the
/// time, ids; its message is not shown to the script.
///
/// `Err(Stale)` means that nobody waits any more.
pub fn run_text(
    engine: &Engine,
    program: &TextProgram,
    text: &Arc<str>,
    job: &Job<'_>,
    cancel: &Cancel,
) -> Result<TextOutcome, Stale> {
    run_text_with(engine, program, text, job, cancel, Watching::No).map(|(outcome, _)| outcome)
}

/// The same run, and which statements and branches of the script it came to.
pub fn run_text_counted(
    engine: &Engine,
    program: &TextProgram,
    text: &Arc<str>,
    job: &Job<'_>,
    cancel: &Cancel,
) -> Result<(TextOutcome, Option<RanScript>), Stale> {
    let (outcome, watched) = run_text_with(engine, program, text, job, cancel, Watching::Counts)?;
    Ok((outcome, watched.ran))
}

/// The same run, and each step of it, as the stage of a message's way that it is.
pub fn run_text_recorded(
    engine: &Engine,
    program: &TextProgram,
    text: &Arc<str>,
    job: &Job<'_>,
    kind: StageKind,
    cancel: &Cancel,
) -> Result<(TextOutcome, Recording), Stale> {
    let (outcome, watched) = run_text_with(engine, program, text, job, cancel, Watching::Records)?;
    let recorder = watched.recorder.unwrap_or_default();
    let stage = Stage {
        kind,
        steps: 0..recorder.count(),
        before: Some(Arc::clone(text)),
        after: Some(Arc::clone(&outcome.text)),
    };
    let mut recording = recorder.finish(job.message, vec![stage]);
    recording.note_end(outcome.script_failed, &outcome.verdict);
    let goes_out = !outcome.script_failed && outcome.verdict == Verdict::Accepted;
    if kind == StageKind::Finish && goes_out {
        recording.sent = Some(parse_shared(Arc::clone(&outcome.text)).0);
    }
    Ok((outcome, recording))
}

/// What was seen of a run.
#[derive(Default)]
struct Watched {
    recorder: Option<Box<Recorder>>,
    ran: Option<RanScript>,
}

fn run_text_with(
    engine: &Engine,
    program: &TextProgram,
    text: &Arc<str>,
    job: &Job<'_>,
    cancel: &Cancel,
    watching: Watching,
) -> Result<(TextOutcome, Watched), Stale> {
    cancel.check()?;
    let limit = engine.limits().text_bytes;
    if text.len() > limit {
        let diagnostic = Diagnostic::error(
            "script-limit",
            format!("the text is longer than the {limit} bytes that a script takes"),
        )
        .with_help("leave such messages out, or take the script out of the profile");
        let diagnostic = diagnostic.at(place(&program.name, rhai::Position::NONE));
        return Ok((
            TextOutcome::failed(text, vec![Finding::of(diagnostic)]),
            Watched::default(),
        ));
    }
    let rows = RowStore::new(Layout::of(job.profile));
    let mut run = started(engine, &job.given(), cancel, &program.name, rows);
    let mut scope = scope(ImmutableString::from(&**text));
    let watched = (watching != Watching::No)
        .then(|| program.recorded(engine))
        .flatten();
    let (running, result);
    if let Some(script) = watched {
        if watching == Watching::Counts {
            run.ran = Some(Box::new(Ran::new(script.counted())));
        } else {
            let mut recorder = Box::new(Recorder::new());
            recorder.begin_script(&script.code);
            run.record_with(recorder);
        }
        running = Running::start(run);
        result = engine
            .recording()
            .run_ast_with_scope(&mut scope, &script.ast);
        recording(|run, recorder| recorder.end_script(&sight(run, &scope)));
    } else {
        running = Running::start(run);
        result = engine.rhai().run_ast_with_scope(&mut scope, &program.ast);
    }
    let Some(mut run) = Running::finish(running) else {
        return Ok((TextOutcome::failed(text, Vec::new()), Watched::default()));
    };
    let watched = Watched {
        recorder: run.recorder.take(),
        ran: run.ran.take().map(|ran| ran.finish()),
    };
    if run.is_stale {
        return Err(Stale);
    }
    let mut outcome = TextOutcome {
        text: Arc::clone(text),
        findings: judged(run.findings, job.profile, job.message),
        unmapped: run.unmapped,
        script_failed: false,
        verdict: run.verdict,
    };
    if outcome.verdict != Verdict::Accepted {
        return Ok((outcome, watched));
    }
    let made = result.and_then(|()| {
        let made = scope.get_value::<Dynamic>(TEXT).unwrap_or_default();
        let kind = made.type_name();
        made.into_immutable_string().map_err(|_| {
            let words = format!("text is {} at the end of the script", article(kind));
            ScriptFault::new("script-write", words).into()
        })
    });
    match made {
        Ok(made) if *made == **text => {}
        Ok(made) => outcome.text = made.as_str().into(),
        Err(error) => {
            let found = of_run(error, engine, &program.name, &program.source);
            outcome.findings.push(found);
            outcome.script_failed = true;
        }
    }
    Ok((outcome, watched))
}

fn article(kind: &str) -> String {
    match kind {
        "()" => "nothing".to_owned(),
        "i64" | "f64" => "a number".to_owned(),
        "bool" => "true or false".to_owned(),
        "array" => "an array".to_owned(),
        "map" => "a map".to_owned(),
        _ => "no text".to_owned(),
    }
}

impl TextOutcome {
    /// That of a script that could not be run: the text stays as it came.
    pub fn failed(text: &Arc<str>, findings: Vec<Finding>) -> Self {
        Self {
            text: Arc::clone(text),
            findings,
            unmapped: Vec::new(),
            verdict: Verdict::Accepted,
            script_failed: true,
        }
    }
}

impl TextProgram {
    /// The script's name, as diagnostics show it.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Its statements and branches, to be counted in many runs.
    pub fn counted(&self, engine: &Engine) -> Option<&Arc<CountedScript>> {
        self.recorded(engine).map(Recorded::counted)
    }

    /// The script as it is recorded; made when it first is.
    fn recorded(&self, engine: &Engine) -> Option<&Recorded> {
        let made = || {
            let scope = scope(ImmutableString::new());
            Recorded::of(engine.recording(), &scope, &self.name, &self.source)
        };
        self.recorded.get_or_init(made).as_ref()
    }
}

impl fmt::Debug for TextProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextProgram")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Shows no text: it is a patient's.
impl fmt::Debug for TextOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextOutcome")
            .field("script_failed", &self.script_failed)
            .field("findings", &self.findings.len())
            .finish_non_exhaustive()
    }
}
