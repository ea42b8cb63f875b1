//! A diagnostic: a place, what is wrong there and what would be right.
//!
//! What a user wrote can be wrong and is no error of the program: functions return diagnostics beside
//! their value and go on. Messages are written by us and hold no patient data.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::hl7::Location;

/// How much a diagnostic matters; ordered, the gravest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing, nothing is wrong.
    Info,
    /// The result stands but may not be what is meant.
    Warning,
    /// The result is not to be used.
    Error,
}

impl Severity {
    /// All severities, the mildest first.
    pub const ALL: [Severity; 3] = [Severity::Info, Severity::Warning, Severity::Error];

    /// The word shown to people and written to files: `info`, `warning`, `error`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a diagnostic speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub enum Place {
    /// Nothing that can be pointed at.
    #[default]
    Nowhere,
    /// A file as a whole, by its path as the user wrote it.
    File(Arc<str>),
    /// A stretch of a message's text.
    Message {
        /// In bytes of the text.
        span: Range<usize>,
        /// The element that holds it, where it has a name.
        location: Option<Location>,
    },
    /// A location in whatever message is at hand.
    Location(Location),
    /// A line of a script.
    Script {
        /// The script's name: its file or the message definition that holds it.
        name: Arc<str>,
        /// Counted from 1.
        line: u32,
        /// Counted from 1, in characters.
        column: u32,
        /// The same place in the profile's text, for a script that stands in it.
        profile: Option<Box<ProfileLine>>,
    },
    /// A line of the profile's text, or of a template's.
    Profile {
        /// The template's file, or that of a profile that is not the one at hand.
        file: Option<Arc<str>>,
        /// Counted from 1.
        line: u32,
        /// Counted from 1, in characters.
        column: u32,
    },
}

/// A line of the profile's text, or of a template's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProfileLine {
    /// The template's file, or that of a profile that is not the one at hand.
    pub file: Option<Arc<str>>,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
}

/// One finding about what a user wrote or loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// A short stable name, such as `segment-unknown`, for filters, waivers and tests.
    pub code: &'static str,
    /// What is wrong: one sentence without a final stop and without patient data.
    pub message: String,
    /// What it speaks of.
    pub place: Place,
    /// What would be right.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A diagnostic of the given severity that points nowhere yet.
    pub fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity,
            code,
            message: message.into(),
            place: Place::Nowhere,
            help: None,
        }
    }

    /// Worth knowing, nothing is wrong.
    pub fn info(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Info, code, message)
    }

    /// The result stands but may not be what is meant.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// The result is not to be used.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// The same diagnostic about `place`.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// The same diagnostic with what would be right.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The gravest severity among `diagnostics`; `None` when there are none.
pub fn gravest<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>) -> Option<Severity> {
    diagnostics
        .into_iter()
        .map(|diagnostic| diagnostic.severity)
        .max()
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Nowhere => Ok(()),
            Place::File(path) => f.write_str(path),
            Place::Message {
                location: Some(location),
                ..
            }
            | Place::Location(location) => write!(f, "{location}"),
            Place::Message {
                span,
                location: None,
            } => write!(f, "byte {}", span.start),
            Place::Script {
                name,
                line,
                column,
                profile,
            } => {
                write!(f, "{name}:{line}:{column}")?;
                match profile {
                    Some(place) => write!(f, " ({place})"),
                    None => Ok(()),
                }
            }
            Place::Profile { file, line, column } => {
                let file = file.as_deref().unwrap_or("profile");
                write!(f, "{file}:{line}:{column}")
            }
        }
    }
}

impl fmt::Display for ProfileLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.as_deref().unwrap_or("profile");
        write!(f, "{file}:{}:{}", self.line, self.column)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.severity, self.code)?;
        if self.place != Place::Nowhere {
            write!(f, " {}", self.place)?;
        }
        write!(f, ": {}", self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(diagnostic: &Diagnostic, expect: &str) {
        assert_eq!(diagnostic.to_string(), expect);
    }

    #[test]
    fn a_diagnostic_reads_as_place_fault_and_help() {
        check(
            &Diagnostic::info("nothing", "nothing is wrong"),
            "info[nothing]: nothing is wrong",
        );
        check(
            &Diagnostic::error("script-syntax", "a semicolon is missing")
                .at(Place::Script {
                    name: "adt.rhai".into(),
                    line: 3,
                    column: 14,
                    profile: None,
                })
                .with_help("end the statement with ;"),
            "error[script-syntax] adt.rhai:3:14: a semicolon is missing (end the statement with ;)",
        );
        check(
            &Diagnostic::error("script-syntax", "a semicolon is missing").at(Place::Script {
                name: "ADT".into(),
                line: 3,
                column: 14,
                profile: Some(Box::new(ProfileLine {
                    file: None,
                    line: 40,
                    column: 14,
                })),
            }),
            "error[script-syntax] ADT:3:14 (profile:40:14): a semicolon is missing",
        );
        check(
            &Diagnostic::warning("profile-field", "no such field").at(Place::Profile {
                file: None,
                line: 2,
                column: 5,
            }),
            "warning[profile-field] profile:2:5: no such field",
        );
        check(
            &Diagnostic::warning("profile-field", "no such field").at(Place::Profile {
                file: Some("index.ron".into()),
                line: 2,
                column: 5,
            }),
            "warning[profile-field] index.ron:2:5: no such field",
        );
        check(
            &Diagnostic::warning("value", "not a date")
                .at(Place::Location("PID-7".parse().unwrap())),
            "warning[value] PID-7: not a date",
        );
        check(
            &Diagnostic::warning("line", "no segment").at(Place::Message {
                span: 7..9,
                location: None,
            }),
            "warning[line] byte 7: no segment",
        );
        check(
            &Diagnostic::error("file-read", "the file is empty").at(Place::File("a.hl7".into())),
            "error[file-read] a.hl7: the file is empty",
        );
    }

    #[test]
    fn the_gravest_severity_wins() {
        let all = [
            Diagnostic::info("a", "a"),
            Diagnostic::error("b", "b"),
            Diagnostic::warning("c", "c"),
        ];
        assert_eq!(gravest(&all), Some(Severity::Error));
        assert_eq!(gravest(&[]), None);
        assert_eq!(Severity::ALL.iter().max(), Some(&Severity::Error));
    }
}
