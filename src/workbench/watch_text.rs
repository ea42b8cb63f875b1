//! How a watch-point is written: `PID-8`, `out["PV1-3"]`, `patient.sex`, `last`; and what it sees.

use std::collections::BTreeSet;
use std::str::FromStr;

use super::output_history::value_in;
use super::state_at::StateAt;
use super::track::Track;
use super::walk_condition::{ConditionProblem, Subject, location, subject};
use super::walk_stops::Watch;
use crate::hl7::SegmentId;
use crate::mapping::{Cell, Happening, nearest};
use crate::profile::Profile;

/// Characters shown of the value of a variable.
const MOST_SHOWN: usize = 120;

/// Why a text is no watch-point, and where in it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("column {column}: {problem}")]
pub struct WatchError {
    /// Counted from 1, in characters.
    pub column: usize,
    /// What is wrong there, and what would be right.
    pub problem: WatchProblem,
}

/// What can be wrong with a watch-point.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WatchProblem {
    /// Neither a place nor a name.
    #[error(
        "a place is expected: PID-8 of the message, out[\"PID-8\"], a column such as patient.sex, or a variable"
    )]
    Subject,
    /// A place that cannot be read.
    #[error("{0}")]
    Place(ConditionProblem),
}

impl FromStr for Watch {
    type Err = WatchError;

    fn from_str(text: &str) -> Result<Self, WatchError> {
        let start = text.len() - text.trim_start().len();
        let named = text.trim();
        let fail = |at: usize, problem| {
            let before = text.get(..start + at).unwrap_or(text);
            Err(WatchError {
                column: before.chars().count() + 1,
                problem,
            })
        };
        if let Some((table, column)) = named.split_once('.').filter(|(table, _)| is_name(table)) {
            if is_name(column) {
                return Ok(Watch::Column {
                    table: table.into(),
                    column: column.into(),
                });
            }
            return fail(table.len() + 1, WatchProblem::Subject);
        }
        if SegmentId::new(named).is_some()
            && let Ok(whole) = location(named)
        {
            return Ok(Watch::Input(whole));
        }
        match subject(named) {
            Ok(Subject::Input(place)) => Ok(Watch::Input(place)),
            Ok(Subject::Output(place)) => Ok(Watch::Output(place)),
            Ok(Subject::Variable(name)) => Ok(Watch::Variable(name)),
            Ok(Subject::Pass) | Err((_, ConditionProblem::Name | ConditionProblem::Subject)) => {
                fail(0, WatchProblem::Subject)
            }
            Err((at, problem)) => fail(at, WatchProblem::Place(problem)),
        }
    }
}

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    let begins = letters
        .next()
        .is_some_and(|c| c.is_alphabetic() || c == '_');
    begins && letters.all(|c| c.is_alphanumeric() || c == '_')
}

impl Watch {
    /// As it is written: what is read gives the same watch-point again.
    pub fn written(&self) -> String {
        match self {
            Watch::Input(location) => location.to_string(),
            Watch::Output(location) => format!("out[\"{location}\"]"),
            Watch::Column { table, column } => format!("{table}.{column}"),
            Watch::Variable(name) => name.to_string(),
        }
    }

    /// Whether it names places only, and no value by which one of them is picked.
    pub fn names_no_value(&self) -> bool {
        match self {
            Watch::Input(location) | Watch::Output(location) => {
                location.without_values() == *location
            }
            Watch::Column { .. } | Watch::Variable(_) => true,
        }
    }

    /// What stands there at a place of a run: of a column in the newest row that has a value.
    pub fn value_at(&self, track: &Track, at: usize) -> Option<String> {
        let state = StateAt::of(track, at);
        let message = &track.recording.message;
        match self {
            Watch::Input(location) => Some(message.find(location)?.text().into_owned()),
            Watch::Output(location) => value_in(&state.output(), message.delimiters(), location),
            Watch::Column { table, column } => {
                let table = state.tables().find(|known| known.name() == table)?;
                let mut rows = (0..table.row_count()).rev();
                rows.find_map(|row| match table.cell(row, column) {
                    Cell::Absent => None,
                    Cell::Null => Some("null".to_owned()),
                    cell => Some(cell.to_string()),
                })
            }
            Watch::Variable(name) => {
                let calls = state.calls();
                let known = calls.last()?.variables.iter().find(|v| *v.name == **name)?;
                Some(known.value.shown(MOST_SHOWN))
            }
        }
    }

    /// What is likely meant instead, where there is no such column or variable: as it is written.
    pub fn meant(&self, profile: &Profile, track: &Track) -> Option<String> {
        match self {
            Watch::Column { table, column } => {
                let Some((name, known)) = profile.tables.get_key_value(table) else {
                    let names = profile.tables.keys().map(|name| &**name);
                    return Some(format!("{}.{column}", nearest(table, names)?));
                };
                let mut names = known.columns.iter().map(|known| &*known.name);
                if names.clone().any(|known| *known == **column) {
                    return None;
                }
                let near = nearest(column, names.by_ref())?;
                Some(format!("{name}.{near}"))
            }
            Watch::Variable(name) => {
                let events = track.recording.events.iter();
                let names: BTreeSet<&str> = events
                    .filter_map(|event| match &event.what {
                        Happening::Variable { name, .. } => Some(&**name),
                        _ => None,
                    })
                    .collect();
                if names.contains(&**name) {
                    return None;
                }
                let near = nearest(name, names.iter().copied())?;
                Some(near.to_owned())
            }
            Watch::Input(_) | Watch::Output(_) => None,
        }
    }
}
