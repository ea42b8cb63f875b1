//! What a breakpoint may ask: `sex == "F"`, `n > 2`, `PID-8 = F`, `out["PV1-3"] != ICU`, `pass == 3`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::output_history::value_in;
use super::state_at::StateAt;
use super::track::Track;
use crate::hl7::{Location, LocationError};

/// A comparison that holds or does not hold at a place of a recorded run.
#[derive(Clone, PartialEq, Eq)]
pub struct Condition {
    subject: Subject,
    comparison: Comparison,
    wanted: Arc<str>,
    /// The value stands in quotes: it is a text, also where it looks like a number.
    is_text: bool,
    /// As it was written.
    text: Arc<str>,
}

/// What is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// The pass of the innermost loop.
    Pass,
    Variable(Arc<str>),
    Input(Location),
    Output(Location),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// The signs, the longer ones first.
const SIGNS: [(&str, Comparison); 7] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::Unequal),
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("=", Comparison::Equal),
    ("<", Comparison::Less),
    (">", Comparison::More),
];

/// Why a text is no condition, and where in it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("column {column}: {problem}")]
pub struct ConditionError {
    /// Counted from 1, in characters.
    pub column: usize,
    /// What is wrong there, and what would be right.
    pub problem: ConditionProblem,
}

/// What can be wrong with a condition.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ConditionProblem {
    /// Nothing stands where a name or location should.
    #[error("a variable, a location such as PID-8, or pass is expected")]
    Subject,
    /// What stands there is no name.
    #[error("this is no name of a variable and no location such as PID-8")]
    Name,
    /// A location that is none.
    #[error("this is no location: {0}")]
    Location(LocationError),
    /// There is no comparison.
    #[error("a comparison is expected: ==, !=, <, <=, > or >=")]
    Comparison,
    /// Nothing is compared with.
    #[error("a value is expected, such as \"F\" or 2")]
    Value,
    /// A quote is not closed.
    #[error("the text has no closing quote")]
    Quote,
    /// Something stands behind the value.
    #[error("nothing is expected behind the value")]
    Trailing,
}

impl Condition {
    /// Whether it holds at a place; what is not there equals nothing and is unlike everything.
    pub fn holds(&self, track: &Track, at: usize) -> bool {
        let value = self.subject.value(track, &StateAt::of(track, at));
        let Some(value) = value else {
            return self.comparison == Comparison::Unequal;
        };
        let order = self.compare(&value);
        match self.comparison {
            Comparison::Equal => order == Ordering::Equal,
            Comparison::Unequal => order != Ordering::Equal,
            Comparison::Less => order == Ordering::Less,
            Comparison::AtMost => order != Ordering::Greater,
            Comparison::More => order == Ordering::Greater,
            Comparison::AtLeast => order != Ordering::Less,
        }
    }

    /// Whether nothing in it can be what a message holds: it counts passes, or asks whether there is
    /// something at all, or whether it is true.
    pub fn names_no_value(&self) -> bool {
        let is_place_only = match &self.subject {
            Subject::Pass => return self.wanted.parse::<u32>().is_ok(),
            Subject::Variable(_) => true,
            Subject::Input(location) | Subject::Output(location) => {
                location.without_values() == *location
            }
        };
        is_place_only && matches!(&*self.wanted, "" | "true" | "false")
    }

    /// As numbers where both are, else as texts.
    fn compare(&self, value: &str) -> Ordering {
        let numbers = (value.parse::<f64>(), self.wanted.parse::<f64>());
        if let ((Ok(value), Ok(wanted)), false) = (numbers, self.is_text) {
            return value.total_cmp(&wanted);
        }
        value.cmp(&self.wanted)
    }
}

impl Subject {
    fn value(&self, track: &Track, state: &StateAt<'_>) -> Option<String> {
        let recording = track.recording();
        match self {
            Subject::Pass => {
                let step = recording.steps.get(state.stop()?.step)?;
                (step.pass > 0).then(|| step.pass.to_string())
            }
            Subject::Variable(name) => {
                let calls = state.calls();
                let variables = &calls.last()?.variables;
                let found = variables.iter().find(|known| *known.name == **name)?;
                Some(found.value.plain(1_000))
            }
            Subject::Input(location) => {
                let found = recording.message.find(location)?;
                Some(found.text().into_owned())
            }
            Subject::Output(location) => {
                value_in(&state.output(), recording.message.delimiters(), location)
            }
        }
    }
}

impl FromStr for Condition {
    type Err = ConditionError;

    fn from_str(text: &str) -> Result<Self, ConditionError> {
        let fail = |at: usize, problem| {
            let before = text.get(..at).unwrap_or(text);
            Err(ConditionError {
                column: before.chars().count() + 1,
                problem,
            })
        };
        let start = text.len() - text.trim_start().len();
        let sign = first_sign(text);
        let end = sign.map_or(text.len(), |(at, ..)| at);
        let named = text.get(start..end).unwrap_or_default().trim_end();
        if named.is_empty() {
            return fail(start, ConditionProblem::Subject);
        }
        let subject = match subject(named) {
            Ok(subject) => subject,
            Err((at, problem)) => return fail(start + at, problem),
        };
        let Some((at, sign, comparison)) = sign else {
            return fail(start + named.len(), ConditionProblem::Comparison);
        };
        let behind = at + sign.len();
        let rest = text.get(behind..).unwrap_or_default();
        let value_at = behind + (rest.len() - rest.trim_start().len());
        let value = rest.trim();
        let (wanted, is_text) = match value.strip_prefix('"') {
            Some(quoted) => match quoted.split_once('"') {
                Some((inner, "")) => (inner, true),
                Some((inner, _)) => {
                    return fail(value_at + inner.len() + 2, ConditionProblem::Trailing);
                }
                None => return fail(value_at, ConditionProblem::Quote),
            },
            None if value.is_empty() => return fail(value_at, ConditionProblem::Value),
            None => (value, false),
        };
        Ok(Self {
            subject,
            comparison,
            wanted: wanted.into(),
            is_text,
            text: text.trim().into(),
        })
    }
}

/// The first comparison that does not stand in brackets, as that of `PID-3[?5=MR]` does.
fn first_sign(text: &str) -> Option<(usize, &'static str, Comparison)> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let rest = text.get(at..).unwrap_or_default();
        let found = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign));
        if let Some((sign, comparison)) = found.filter(|_| depth == 0) {
            return Some((at, sign, *comparison));
        }
    }
    None
}

/// What a name means; or what is wrong with it and at which byte.
pub(super) fn subject(named: &str) -> Result<Subject, (usize, ConditionProblem)> {
    for (root, is_output) in [("msg[\"", false), ("out[\"", true)] {
        if let Some(inner) = named.strip_prefix(root) {
            let Some(place) = inner.strip_suffix("\"]") else {
                return Err((named.len(), ConditionProblem::Quote));
            };
            let place = location(place).map_err(|(at, problem)| (at + root.len(), problem))?;
            return Ok(if is_output {
                Subject::Output(place)
            } else {
                Subject::Input(place)
            });
        }
    }
    if named == "pass" {
        return Ok(Subject::Pass);
    }
    let mut letters = named.chars();
    let begins = letters
        .next()
        .is_some_and(|c| c.is_alphabetic() || c == '_');
    if begins && letters.all(|c| c.is_alphanumeric() || c == '_') {
        return Ok(Subject::Variable(named.into()));
    }
    let is_location = named.get(..3).is_some_and(|id| {
        id.bytes()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    });
    if is_location {
        return location(named).map(Subject::Input);
    }
    Err((0, ConditionProblem::Name))
}

/// The location that a text is; or what is wrong with it and at which byte.
pub(super) fn location(text: &str) -> Result<Location, (usize, ConditionProblem)> {
    text.parse()
        .map_err(|error: LocationError| (error.offset, ConditionProblem::Location(error)))
}

/// As it was written.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// Shows no value: what is compared with may be a patient's.
impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({:?})", self.comparison)
    }
}
