//! What there is at a place of a recorded run: variables, the message so far, rows so far, findings; and
//! what changed there.

use std::ops::Range;
use std::sync::Arc;

use super::table_history::TableAt;
use super::timeline::Stop;
use super::track::Track;
use super::variable_history::CallAt;
use crate::diagnostic::Diagnostic;
use crate::hl7::{FieldPath, Location, Message, parse};
use crate::mapping::{Event, Happening, OutChange, Recording, Verdict};

/// Bytes of a message being made up to which it is read for its fields.
const MOST_READ: usize = 200_000;

/// A place of a recorded run, once its line has done its work.
#[derive(Clone, Copy)]
pub struct StateAt<'w> {
    track: &'w Track,
    at: usize,
    happened: usize,
}

/// What changed, and what was read, at one place of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Variables by call and name.
    pub variables: Vec<(usize, Arc<str>)>,
    /// Segments of the message being made, by their index now, and the place in each.
    pub output: Vec<(usize, Option<FieldPath>)>,
    /// Rows that came, by table and index.
    pub rows: Vec<(Arc<str>, usize)>,
    /// Cells by table, row and column.
    pub cells: Vec<(Arc<str>, usize, Arc<str>)>,
    /// The bytes of the input that were read.
    pub reads: Vec<Range<usize>>,
    /// The places of the input that were asked for and are not there.
    pub missed: Vec<Location>,
}

impl<'w> StateAt<'w> {
    /// What there is at a place of a run, once its line has done its work.
    pub fn of(track: &'w Track, at: usize) -> Self {
        Self {
            track,
            at,
            happened: track.timeline.happened(at),
        }
    }

    fn recording(&self) -> &'w Recording {
        &self.track.recording
    }

    /// The place; nothing where nothing was recorded.
    pub fn stop(&self) -> Option<Stop> {
        self.track.timeline.stop(self.at)
    }

    /// What the line is, in words, with its name and number.
    pub fn title(&self) -> String {
        let Some(place) = self.stop() else {
            return "nothing was recorded".to_owned();
        };
        let step = self.recording().steps.get(place.step);
        let title = step.map(|step| self.recording().title(step));
        let again = if place.is_again { "  (goes on)" } else { "" };
        format!("{}{again}", title.unwrap_or_default())
    }

    /// The calls that are open with their variables, the script itself first; none at a rule.
    pub fn calls(&self) -> Vec<CallAt<'w>> {
        let Some(stop) = self.stop() else {
            return Vec::new();
        };
        let variables = &self.track.variables;
        variables.at(self.recording(), stop.step, self.happened)
    }

    /// The segments of the message made so far, raw and in order.
    pub fn output(&self) -> Vec<Arc<str>> {
        self.track.output.at(self.recording(), self.happened)
    }

    /// The same read as a message; nothing of one that is too long to be read while somebody looks.
    pub fn output_read(segments: &[Arc<str>]) -> Option<Message> {
        let length: usize = segments.iter().map(|segment| segment.len() + 1).sum();
        (length <= MOST_READ).then(|| {
            let text: String = segments.iter().flat_map(|text| [text, "\r"]).collect();
            parse(&text).0
        })
    }

    /// The tables that have rows so far.
    pub fn tables(&self) -> impl Iterator<Item = TableAt<'w>> + use<'w> {
        self.track.tables.at(self.recording(), self.happened)
    }

    /// What was told so far, in order; at the last place also why the script broke off.
    pub fn findings(&self) -> Vec<&'w Diagnostic> {
        let so_far = self.track.findings.iter();
        let so_far = so_far.take_while(|(when, _)| *when <= self.happened);
        let told =
            so_far.filter_map(
                |(_, number)| match &self.recording().events.get(*number)?.what {
                    Happening::Found(found) => Some(&**found),
                    _ => None,
                },
            );
        let failure = self.track.failure();
        let failure = failure.filter(|(at, _)| *at <= self.at).map(|(_, why)| why);
        told.chain(failure).collect()
    }

    /// What the script decided, at the end of the run only.
    pub fn verdict(&self) -> Option<&'w Verdict> {
        let is_end = self.at + 1 >= self.track.timeline.len();
        is_end.then(|| self.track.verdict())
    }

    /// What happened at this place, in order.
    pub fn events(&self) -> impl Iterator<Item = &'w Event> + use<'w> {
        let events = self.track.timeline.events_at(self.at).iter();
        let recording = self.recording();
        events.filter_map(|number| recording.events.get(*number))
    }

    /// What changed and was read at this place.
    pub fn changes(&self) -> Changes {
        let mut changes = Changes::default();
        for event in self.events() {
            match &event.what {
                Happening::Variable { name, .. } => {
                    let call = self.recording().call_of(event.step);
                    let number = call.map_or(0, |call| call.number);
                    changes.variables.push((number, Arc::clone(name)));
                }
                Happening::Wrote(written) => {
                    changes.wrote(&written.change, written.path.as_ref());
                }
                Happening::RowAdded { table, row, .. } => {
                    changes.rows.push((Arc::clone(table), *row));
                }
                Happening::CellSet {
                    table, row, column, ..
                } => {
                    let cell = (Arc::clone(table), *row, Arc::clone(column));
                    changes.cells.push(cell);
                }
                Happening::Read { span } => changes.reads.push(span.clone()),
                Happening::Missed { location } => changes.missed.push(location.clone()),
                Happening::ReadBack { .. }
                | Happening::CellRead { .. }
                | Happening::Lookup { .. }
                | Happening::Returned { .. }
                | Happening::Gave { .. }
                | Happening::Taken { .. }
                | Happening::Found(_) => {}
            }
        }
        changes
    }
}

impl Changes {
    /// Notes a change of the message; what was noted before keeps to its segments.
    fn wrote(&mut self, change: &OutChange, path: Option<&FieldPath>) {
        match change {
            OutChange::Text(at, _) => self.output.push((*at, path.cloned())),
            OutChange::Inserted(at, _) => {
                for (known, _) in &mut self.output {
                    *known += usize::from(*known >= *at);
                }
                self.output.push((*at, path.cloned()));
            }
            OutChange::Removed(at) => {
                self.output.retain(|(known, _)| known != at);
                for (known, _) in &mut self.output {
                    *known -= usize::from(*known > *at);
                }
            }
            OutChange::All(all) => {
                self.output = (0..all.len()).map(|at| (at, None)).collect();
            }
        }
    }
}
