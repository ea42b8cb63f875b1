//! The way of one message through everything that is done with it, stage by stage, with the value that
//! goes into each stage and the one that comes out.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use super::preview::Preview;
use super::state_at::StateAt;
use super::track::Track;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::hl7::{Location, Message};
use crate::mapping::{Cell, Stage, StageKind, Verdict};
use crate::profile::{Hook, Profile, Script};

/// A stage of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PipelineKind {
    /// The bytes are read as text.
    Received,
    /// The site's script changes the text before it is parsed.
    Prepare,
    /// A message definition is found, and the message bound to its structure and checked.
    Definition,
    /// The columns of the definition make rows.
    Rows,
    /// The definition's script makes a message, or more rows.
    Script,
    /// The message that was made is written as text.
    Encoding,
    /// The site's script changes that text before it goes out.
    Finish,
}

/// How a stage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It did its work.
    Done,
    /// There was nothing to be done.
    Idle,
    /// The message goes no further, as a script decided.
    Ended,
    /// It could not do its work.
    Failed,
    /// The message did not come so far.
    NotReached,
}

/// A stage of the way of one message.
#[derive(Clone)]
pub struct PipelineStage {
    /// Which.
    pub kind: PipelineKind,
    /// How it ended.
    pub fate: Fate,
    /// What became of the message in it, in words.
    pub told: String,
    /// The text that went in; nothing where none did.
    pub before: Option<Arc<str>>,
    /// The text that came out; nothing where none did.
    pub after: Option<Arc<str>>,
    /// How many steps were recorded of it; nothing for stages without steps.
    pub steps: Option<usize>,
    /// What was found in it.
    pub findings: Vec<Diagnostic>,
}

impl PipelineKind {
    /// All stages, in their order.
    pub const ALL: [Self; 7] = [
        Self::Received,
        Self::Prepare,
        Self::Definition,
        Self::Rows,
        Self::Script,
        Self::Encoding,
        Self::Finish,
    ];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Prepare => "prepare",
            Self::Definition => "definition",
            Self::Rows => "rows",
            Self::Script => "script",
            Self::Encoding => "encoding",
            Self::Finish => "finish",
        }
    }
}

/// The stages of the message of a preview, in their order. What scripts made of it is told as far as its
/// run is recorded.
pub fn pipeline(preview: &Preview, profile: &Profile) -> Vec<PipelineStage> {
    let way = Way {
        preview,
        profile,
        track: preview.recorded.as_ref().map(|recorded| &*recorded.track),
    };
    let mut stages: Vec<PipelineStage> = PipelineKind::ALL
        .into_iter()
        .map(|kind| way.stage(kind))
        .collect();
    // Nothing goes on behind a stage that failed or ended the way; rows stay what they are.
    let mut is_over = false;
    for stage in &mut stages {
        if is_over {
            stage.fate = Fate::NotReached;
            stage.told = "the message did not come so far".into();
            (stage.before, stage.after, stage.steps) = (None, None, None);
        }
        is_over |= matches!(stage.fate, Fate::Failed | Fate::Ended);
    }
    stages
}

/// What the stages are worked out of.
struct Way<'p> {
    preview: &'p Preview,
    profile: &'p Profile,
    track: Option<&'p Track>,
}

impl Way<'_> {
    fn stage(&self, kind: PipelineKind) -> PipelineStage {
        let findings = self.findings(kind);
        let mut stage = PipelineStage {
            kind,
            fate: Fate::Done,
            told: String::new(),
            before: None,
            after: None,
            steps: None,
            findings,
        };
        match kind {
            PipelineKind::Received => self.received(&mut stage),
            PipelineKind::Prepare => self.site_script(&mut stage, Hook::Prepare),
            PipelineKind::Definition => self.definition(&mut stage),
            PipelineKind::Rows => self.rows(&mut stage),
            PipelineKind::Script => self.script(&mut stage),
            PipelineKind::Encoding => self.encoding(&mut stage),
            PipelineKind::Finish => self.site_script(&mut stage, Hook::Finish),
        }
        if self.failed_in(kind) {
            stage.fate = Fate::Failed;
            stage.after = None;
            let mut why = stage.findings.iter();
            let why = why.rfind(|found| found.severity == Severity::Error);
            stage.told = why.map_or_else(|| "failed".to_owned(), |why| why.message.clone());
        } else if let Some(told) = self.ended_in(kind) {
            stage.fate = Fate::Ended;
            stage.told = told;
        }
        stage
    }

    fn came(&self) -> &Message {
        let received = self.preview.received.as_ref();
        received.unwrap_or(&self.preview.message)
    }

    fn received(&self, stage: &mut PipelineStage) {
        let text = self.came().text();
        let reading = self.preview.reading.as_ref();
        let charset = reading.map(|reading| format!(" as {}", reading.charset));
        stage.told = format!(
            "{} read{}: {}",
            count(text.len(), "byte"),
            charset.unwrap_or_else(|| ", as they were edited".to_owned()),
            count(self.came().segments().count(), "segment")
        );
        stage.after = Some(text.into());
    }

    fn site_script(&self, stage: &mut PipelineStage, hook: Hook) {
        let kind = match hook {
            Hook::Prepare => StageKind::Prepare,
            Hook::Finish => StageKind::Finish,
        };
        if self.profile.scripts.get(hook).is_none() {
            stage.fate = Fate::Idle;
            stage.told = format!("the site has no {} script", hook.name());
            return;
        }
        let Some(recorded) = self.recorded(kind) else {
            stage.fate = Fate::Idle;
            stage.told = "there is no text to change".into();
            return;
        };
        stage.steps = Some(recorded.steps.len());
        stage.before.clone_from(&recorded.before);
        stage.after.clone_from(&recorded.after);
        stage.told = match (&stage.before, &stage.after) {
            (Some(before), Some(after)) if before == after => "leaves the text as it is".to_owned(),
            (Some(before), Some(after)) => format!(
                "changes the text: {} in, {} out",
                count(before.len(), "byte"),
                count(after.len(), "byte")
            ),
            _ => String::new(),
        };
    }

    fn definition(&self, stage: &mut PipelineStage) {
        let message = &self.preview.message;
        stage.before = Some(message.text().into());
        let index = self.preview.definition;
        let Some(definition) = index.and_then(|index| self.profile.messages.get(index)) else {
            stage.fate = Fate::Ended;
            stage.told = "no message definition fits".into();
            return;
        };
        let grammar = &self.preview.grammar;
        let structure = grammar
            .structure_name()
            .map_or("no structure", |name| &**name);
        let problems = stage.findings.len();
        stage.told = format!("{}, {structure}", definition.name);
        if problems > 0 {
            let _ = write!(stage.told, ": {}", count(problems, "finding"));
        }
        stage.after = Some(message.text().into());
    }

    fn rows(&self, stage: &mut PipelineStage) {
        let definition = self.preview.definition;
        let definition = definition.and_then(|index| self.profile.messages.get(index));
        if definition.is_none_or(|definition| definition.rows.is_empty()) {
            stage.fate = Fate::Idle;
            stage.told = "the definition has no columns".into();
            return;
        }
        stage.before = Some(self.preview.message.text().into());
        if self.preview.outcome.is_none() {
            stage.fate = Fate::NotReached;
            stage.told = "not made: the script cannot be read".into();
            return;
        }
        let Some(recorded) = self.recorded(StageKind::Rows) else {
            stage.told = "recording …".into();
            return;
        };
        stage.steps = Some(recorded.steps.len());
        if let Some(state) = self.at_end(recorded) {
            let (rows, text) = rows_text(&state);
            stage.told = format!("{} of {}", count(rows.0, "row"), count(rows.1, "table"));
            stage.after = Some(text.into());
        } else {
            stage.told = "0 rows".into();
            stage.after = Some("".into());
        }
    }

    fn script(&self, stage: &mut PipelineStage) {
        let definition = self.preview.definition;
        let definition = definition.and_then(|index| self.profile.messages.get(index));
        if definition.is_none_or(|definition| definition.script.is_none()) {
            stage.fate = Fate::Idle;
            stage.told = "the definition has no script".into();
            return;
        }
        stage.before = Some(self.preview.message.text().into());
        let Some(recorded) = self.recorded(StageKind::Script) else {
            stage.told = "recording …".into();
            return;
        };
        stage.steps = Some(recorded.steps.len());
        let Some(end) = self.at_end(recorded) else {
            stage.told = "does nothing with this message".into();
            return;
        };
        let segments = end.output();
        let ((rows, _), text) = rows_text(&end);
        stage.told = format!(
            "{}, {} by now",
            count(segments.len(), "segment"),
            count(rows, "row")
        );
        let mut out = segments.join("\r");
        if !text.is_empty() {
            if !out.is_empty() {
                out.push('\r');
            }
            out.push_str(&text);
        }
        stage.after = Some(out.into());
    }

    fn encoding(&self, stage: &mut PipelineStage) {
        let track = self.track;
        let Some(output) = track.and_then(|track| track.recording().output.as_ref()) else {
            stage.fate = Fate::Idle;
            stage.told = "no message was made".into();
            return;
        };
        let text = output.text();
        let delimiters = output.delimiters();
        let version = "MSH-12".parse::<Location>().ok();
        let version = version.and_then(|version| output.find(&version));
        let version = version.map(|version| version.raw().to_owned());
        stage.told = format!(
            "{}, {}, {}{}{}",
            count(output.segments().count(), "segment"),
            count(text.len(), "byte"),
            delimiters.field,
            delimiters.encoding_characters(),
            version.map_or_else(String::new, |version| format!(", version {version}"))
        );
        let recorded = self.recorded(StageKind::Script);
        let made = recorded.and_then(|recorded| self.at_end(recorded));
        stage.before = made.map(|state| state.output().join("\r").into());
        stage.after = Some(text.into());
    }

    fn recorded(&self, kind: StageKind) -> Option<&Stage> {
        let mut stages = self.track?.recording().stages.iter();
        stages.find(|stage| stage.kind == kind)
    }

    /// What there was at the end of a stage; nothing where it made no step.
    fn at_end(&self, stage: &Stage) -> Option<StateAt<'_>> {
        let track = self.track?;
        let timeline = track.timeline();
        let last = stage.steps.end.checked_sub(1)?;
        let stops = timeline.stops();
        let at = stops.iter().rposition(|stop| stop.step <= last)?;
        (!stage.steps.is_empty()).then(|| StateAt::of(track, at))
    }

    /// The stage of the script that diagnostics call so; nothing for scripts of other definitions.
    fn of_script(&self, name: &str) -> Option<PipelineKind> {
        let named = |script: &Script, inline: &str| match script {
            Script::File(path) => **path == *name,
            Script::Inline(_) => *inline == *name,
        };
        for (hook, kind) in [
            (Hook::Prepare, PipelineKind::Prepare),
            (Hook::Finish, PipelineKind::Finish),
        ] {
            let script = self.profile.scripts.get(hook);
            if script.is_some_and(|script| named(script, hook.script_name())) {
                return Some(kind);
            }
        }
        let definition = self.profile.messages.get(self.preview.definition?)?;
        let script = definition.script.as_ref()?;
        let is_own = named(script, &definition.name) || *definition.name == *name;
        is_own.then_some(PipelineKind::Script)
    }

    fn findings(&self, wanted: PipelineKind) -> Vec<Diagnostic> {
        let mapped = self.preview.outcome.as_ref();
        let mapped: Vec<&Diagnostic> =
            mapped.map_or_else(Vec::new, |outcome| outcome.diagnostics().collect());
        let kind_of = |found: &Diagnostic| match &found.place {
            Place::Script { name, .. } => self.of_script(name),
            _ if mapped.contains(&found) => Some(PipelineKind::Rows),
            Place::Message { .. } | Place::Location(_)
                if matches!(found.code, "charset" | "undecodable") =>
            {
                Some(PipelineKind::Received)
            }
            Place::Message { .. } | Place::Location(_) => Some(PipelineKind::Definition),
            Place::Nowhere if found.code == "message-unmatched" => Some(PipelineKind::Definition),
            Place::Nowhere | Place::Profile { .. } | Place::File(_) => None,
        };
        let all = self.preview.diagnostics.iter();
        all.filter(|found| kind_of(found) == Some(wanted))
            .cloned()
            .collect()
    }

    fn failed_in(&self, kind: PipelineKind) -> bool {
        let outcome = self.preview.outcome.as_ref();
        let has_failed = match outcome {
            Some(outcome) => outcome.script_failed,
            // It could not be compiled.
            None => self.preview.definition.is_some(),
        };
        let is_script = matches!(
            kind,
            PipelineKind::Prepare | PipelineKind::Script | PipelineKind::Finish
        );
        let has_error = self.findings(kind);
        let mut has_error = has_error.iter();
        has_failed && is_script && has_error.any(|found| found.severity == Severity::Error)
    }

    /// What is told of a stage at which a script decided that the message goes no further.
    fn ended_in(&self, kind: PipelineKind) -> Option<String> {
        let outcome = self.preview.outcome.as_ref()?;
        let told = match &outcome.verdict {
            Verdict::Accepted => return None,
            Verdict::Skipped(why) => format!("skipped: {why}"),
            Verdict::Rejected(why) => format!("rejected: {why}"),
        };
        let has = |kind| self.recorded(kind).is_some();
        let at = if !has(StageKind::Script) && !has(StageKind::Rows) {
            PipelineKind::Prepare
        } else if has(StageKind::Finish) {
            PipelineKind::Finish
        } else {
            PipelineKind::Script
        };
        (at == kind).then_some(told)
    }
}

/// How many rows of how many tables there are, and each with its cells, as text.
fn rows_text(state: &StateAt<'_>) -> ((usize, usize), String) {
    let (mut rows, mut tables) = (0, 0);
    let mut text = String::new();
    for table in state.tables() {
        tables += 1;
        for row in 0..table.row_count() {
            rows += 1;
            if !text.is_empty() {
                text.push('\r');
            }
            let _ = write!(text, "{}[{}]", table.name(), row + 1);
            for column in table.columns() {
                match table.cell(row, column) {
                    Cell::Absent => {}
                    Cell::Null => {
                        let _ = write!(text, "  {column}: null");
                    }
                    cell => {
                        let _ = write!(text, "  {column}: {cell}");
                    }
                }
            }
        }
    }
    ((rows, tables), text)
}

fn count(number: usize, what: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {what}{ending}")
}

/// Shows shapes only: values are a patient's.
impl fmt::Debug for PipelineStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?}({:?}, {:?} steps)",
            self.kind, self.fate, self.steps
        )
    }
}
