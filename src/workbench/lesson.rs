//! A lesson: a message, what a site makes of it, and notes on places of the message and steps of the run.
//!
//! It is one RON file that holds everything that it shows, so that a class gets it whole.

use std::fmt::{self, Write};
use std::str::FromStr;
use std::sync::Arc;

use ron::Options;
use ron::extensions::Extensions;
use serde::Deserialize;

use super::lesson_anchor::Anchor;
use crate::hl7::{Location, Timestamp};
use crate::profile::{self, MAX_LENGTH_BYTES, Profile, Quoted, Script, ScriptTexts};

/// The number of the file format that this program writes.
const FORMAT: u32 = 1;

/// What the names of the files of lessons end in.
pub const LESSON_ENDING: &str = ".lesson.ron";

/// A lesson.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    format: u32,
    /// What it is called.
    pub title: String,
    /// What is learned, in a sentence or two.
    #[serde(default)]
    pub about: String,
    /// What scripts get from `now()`, so that each class sees the same run.
    #[serde(default, deserialize_with = "from_words")]
    now: Option<Timestamp>,
    /// The message, cut into its segments with their ends.
    message: Vec<String>,
    /// The profile, a RON text in itself; the standard alone where it is empty.
    #[serde(default)]
    profile: String,
    /// What is shown, one after the other.
    pub pages: Vec<Page>,
}

/// One note, and what is shown with it.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Its heading.
    pub title: String,
    /// The note; what stands between back quotes is shown as code.
    #[serde(default)]
    pub text: String,
    /// What is shown once the class has thought about it.
    #[serde(default)]
    pub answer: String,
    /// The panel that is brought to the front.
    #[serde(default)]
    pub show: Option<View>,
    /// The place of the message that is shown.
    #[serde(default)]
    pub at: Option<Location>,
    /// The step of the run that is gone to.
    #[serde(default)]
    pub step: Option<Anchor>,
}

/// What a page can bring to the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum View {
    /// The message as text.
    Message,
    /// The message as a tree.
    Tree,
    /// The script.
    Script,
    /// Tables and columns.
    Mapping,
    /// The profile.
    Profile,
    /// What was made of the message.
    Output,
    /// The steps of the run.
    Stepper,
    /// What came from what.
    Links,
}

/// Why a text is no lesson: where, what is wrong and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LessonError {
    /// The RON text.
    #[error("line {line}, column {column}: {message}")]
    Text {
        /// Counted from 1.
        line: usize,
        /// Counted from 1, in characters.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// It is longer than a lesson can be.
    #[error(
        "the text has {0} bytes, a lesson at most {MAX_LENGTH_BYTES}: choose a shorter message"
    )]
    Long(usize),
    /// A newer program wrote it, or nobody did.
    #[error("the lesson is of format {0}, this program reads format {FORMAT}: update Pipehat")]
    Format(u32),
    /// The profile in it.
    #[error("the profile in the lesson, {0}")]
    Profile(profile::ProfileError),
    /// The profile leans on a file that the lesson does not have.
    #[error(
        "the profile in the lesson names the file {0}: a lesson holds all that it shows, so write the script or the template into it"
    )]
    Outside(Arc<str>),
    /// Nothing to show.
    #[error("the lesson has no {0}: it needs a message and a page at least")]
    Empty(&'static str),
}

impl Lesson {
    /// A lesson on a message and what a profile makes of it, without pages.
    pub fn new(
        title: &str,
        message: &str,
        profile: &Profile,
        scripts: &ScriptTexts,
        now: Timestamp,
    ) -> Self {
        Self {
            format: FORMAT,
            title: title.to_owned(),
            about: String::new(),
            now: Some(now),
            message: segments(message),
            profile: profile::print(&whole(profile, scripts)),
            pages: Vec::new(),
        }
    }

    /// Reads a lesson from its RON text.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn read(text: &str) -> Result<Self, LessonError> {
        if text.len() > MAX_LENGTH_BYTES {
            return Err(LessonError::Long(text.len()));
        }
        // A checkout under Windows must not change the scripts.
        let text = text.replace("\r\n", "\n");
        let lesson: Self = Options::default()
            .with_default_extension(Extensions::IMPLICIT_SOME)
            .from_str(&text)
            .map_err(|error| LessonError::Text {
                line: error.span.start.line,
                column: error.span.start.col,
                message: error.code.to_string(),
            })?;
        if lesson.format != FORMAT {
            return Err(LessonError::Format(lesson.format));
        }
        if lesson.message.iter().all(String::is_empty) {
            return Err(LessonError::Empty("message"));
        }
        if lesson.pages.is_empty() {
            return Err(LessonError::Empty("page"));
        }
        lesson.profile()?;
        Ok(lesson)
    }

    /// The RON text of the lesson: read again it is the same.
    pub fn print(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "Lesson(\n    format: {FORMAT},")?;
        writeln!(out, "    title: {},", Quoted(&self.title))?;
        entry(out, 1, "about", &self.about)?;
        if let Some(now) = &self.now {
            writeln!(out, "    now: \"{now}\",")?;
        }
        writeln!(out, "    message: [")?;
        for segment in &self.message {
            writeln!(out, "        {},", Quoted(segment))?;
        }
        writeln!(out, "    ],")?;
        entry(out, 1, "profile", &self.profile)?;
        writeln!(out, "    pages: [")?;
        for page in &self.pages {
            writeln!(out, "        Page(")?;
            writeln!(out, "            title: {},", Quoted(&page.title))?;
            entry(out, 3, "text", &page.text)?;
            entry(out, 3, "answer", &page.answer)?;
            if let Some(view) = page.show {
                writeln!(out, "            show: {view:?},")?;
            }
            if let Some(at) = &page.at {
                writeln!(out, "            at: {},", Quoted(&at.to_string()))?;
            }
            if let Some(step) = &page.step {
                writeln!(out, "            step: {step},")?;
            }
            writeln!(out, "        ),")?;
        }
        writeln!(out, "    ],\n)")
    }

    /// The text of the message.
    pub fn message(&self) -> String {
        self.message.concat()
    }

    /// What scripts get from `now()`.
    pub fn now(&self) -> Option<Timestamp> {
        self.now
    }

    /// Whether it shows what becomes of the message, beside the message itself.
    pub fn has_profile(&self) -> bool {
        !self.profile.trim().is_empty()
    }

    /// The profile.
    ///
    /// # Errors
    /// The text is none, or it leans on files.
    pub fn profile(&self) -> Result<Profile, LessonError> {
        if !self.has_profile() {
            return Ok(Profile::new("Lesson"));
        }
        let profile = profile::read(&self.profile).map_err(LessonError::Profile)?;
        let definitions = profile.messages.iter();
        let own = definitions.filter_map(|definition| definition.script.as_ref());
        let site = profile.scripts.iter().map(|(_, script)| script);
        let files = own.chain(site).filter_map(|script| match script {
            Script::File(path) => Some(path),
            Script::Inline(_) => None,
        });
        let outside = profile.extends.iter().chain(files).next().cloned();
        match outside {
            Some(outside) => Err(LessonError::Outside(outside)),
            None => Ok(profile),
        }
    }
}

/// Shows no text: it can quote a message.
impl fmt::Debug for Lesson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lesson")
            .field("pages", &self.pages.len())
            .finish_non_exhaustive()
    }
}

/// Shows no text: it can quote a message.
impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("at", &self.at)
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}

fn entry(out: &mut String, depth: usize, name: &str, text: &str) -> fmt::Result {
    if text.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}{name}: {},", "    ".repeat(depth), Quoted(text))
}

/// The pieces of a text, each with the line end that closes it.
fn segments(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut ended = true;
    for c in text.chars() {
        // A line feed belongs to the carriage return before it.
        let joins = c == '\n' && pieces.last().is_some_and(|last| last.ends_with('\r'));
        if ended && !joins {
            pieces.push(String::new());
        }
        if let Some(last) = pieces.last_mut() {
            last.push(c);
        }
        ended = matches!(c, '\r' | '\n');
    }
    pieces
}

/// The profile with its scripts in it, and without a template: what it inherits stands in it already.
fn whole(profile: &Profile, scripts: &ScriptTexts) -> Profile {
    let mut whole = profile.clone();
    whole.extends = None;
    whole.remove.clear();
    whole.standard = Some(profile.version());
    let inline = |script: &mut Script| {
        if let Some(text) = script.text(scripts) {
            *script = Script::Inline(Arc::clone(text));
        }
    };
    for definition in &mut whole.messages {
        if matches!(definition.script, Some(Script::File(_)))
            && let Some(script) = &mut Arc::make_mut(definition).script
        {
            inline(script);
        }
    }
    for hook in profile::Hook::ALL {
        whole.scripts.get_mut(hook).iter_mut().for_each(inline);
    }
    whole
}

fn from_words<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    let words = Option::<String>::deserialize(deserializer)?;
    let read = words.map(|words| words.parse().map_err(serde::de::Error::custom));
    read.transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson() -> Lesson {
        let text = include_str!("../../examples/lessons/adt-step-by-step.lesson.ron");
        Lesson::read(text).expect("a lesson")
    }

    #[test]
    fn a_lesson_printed_and_read_is_the_same() {
        let mut lesson = lesson();
        assert_eq!(Lesson::read(&lesson.print()).expect("read"), lesson);
        lesson.pages.push(Page {
            title: "\"#\\ \t".to_owned(),
            text: "two\nlines \"#".to_owned(),
            answer: "\u{feff}".to_owned(),
            show: Some(View::Links),
            at: "PID-3[2].1".parse().ok(),
            step: Some(Anchor::at("adt:3", 2)),
        });
        assert_eq!(Lesson::read(&lesson.print()).expect("read"), lesson);
    }

    #[test]
    fn the_text_of_the_message_is_kept_to_the_last_line_end() {
        for text in [
            "MSH|a\rPID|b\r",
            "MSH|a\r\nPID|b",
            "MSH|a\nPID|b\n\n",
            "\rMSH|\n\r",
        ] {
            let pieces = segments(text);
            assert_eq!(pieces.concat(), text);
            assert!(pieces.iter().all(|piece| !piece.is_empty()));
        }
        assert_eq!(segments("MSH|a\r\nPID|b"), ["MSH|a\r\n", "PID|b"]);
    }

    #[test]
    fn what_is_no_lesson_is_refused_with_its_place_and_what_is_missing() {
        for (text, expect) in [
            (
                "Lesson(format: 1, titel: \"a\")",
                "line 1, column 19: Unexpected field named `titel`",
            ),
            (
                "Lesson(format: 2, title: \"a\", message: [\"MSH\"], pages: [])",
                "format 2, this program reads format 1",
            ),
            (
                "Lesson(format: 1, title: \"a\", message: [], pages: [])",
                "the lesson has no message",
            ),
            (
                "Lesson(format: 1, title: \"a\", message: [\"MSH\"], pages: [])",
                "the lesson has no page",
            ),
            (
                "Lesson(format: 1, title: \"a\", message: [\"MSH\"], pages: [Page(title: \"b\", at: \"PID-\")])",
                "line 1, column ",
            ),
            (
                "Lesson(format: 1, title: \"a\", message: [\"MSH\"], pages: [Page(title: \"b\")], profile: \"Profile(format: 9\")",
                "the profile in the lesson, line 1, column 17: this profile is of format 9",
            ),
            (
                "Lesson(format: 1, title: \"a\", message: [\"MSH\"], pages: [Page(title: \"b\")], profile: \"Profile(format: 1, name: \\\"x\\\", extends: \\\"up.ron\\\")\")",
                "names the file up.ron",
            ),
        ] {
            let error = Lesson::read(text).expect_err("refused").to_string();
            assert!(error.contains(expect), "{error}");
        }
    }

    #[test]
    fn a_lesson_holds_the_scripts_that_stand_in_files() {
        let mut profile = Profile::new("Ward");
        profile.scripts.finish = Some(Script::File("finish.rhai".into()));
        let scripts = ScriptTexts::from([("finish.rhai".into(), "text".into())]);
        let now = "20260301".parse().expect("a time");
        let lesson = Lesson::new("One", "MSH|^~\\&|\r", &profile, &scripts, now);
        let profile = lesson.profile().expect("a profile");
        assert_eq!(profile.scripts.finish, Some(Script::Inline("text".into())));
    }
}
