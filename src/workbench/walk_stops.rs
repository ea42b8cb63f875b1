//! Where a walk stops by itself: at breakpoints on lines, and where something that is watched happens.

use std::fmt;
use std::sync::Arc;

use super::output_history::{apply, value_in};
use super::state_at::StateAt;
use super::track::Track;
use super::walk::{Direction, Walk};
use super::walk_condition::Condition;
use crate::hl7::{Element, Location, Message};
use crate::mapping::{Happening, OutChange, Recording, Written};

/// A line on which a walk stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breakpoint {
    /// The script's name, as diagnostics show it.
    pub code: Arc<str>,
    /// The line, counted from 1.
    pub line: u32,
    /// It stops only where this holds, once the line has done its work.
    pub condition: Option<Condition>,
}

/// Something at which a walk stops wherever it happens.
#[derive(Clone, PartialEq, Eq)]
pub enum Watch {
    /// The value at a location of the message being made becomes another one.
    Output(Location),
    /// A column of a table gets a value.
    Column {
        /// The table.
        table: Arc<str>,
        /// The column.
        column: Arc<str>,
    },
    /// A variable gets another value than it had.
    Variable(Arc<str>),
    /// A location of the input is read, or asked for in vain.
    Input(Location),
}

/// All that a walk stops at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stops {
    /// Lines.
    pub breakpoints: Vec<Breakpoint>,
    /// What happens anywhere.
    pub watches: Vec<Watch>,
}

/// Why a walk stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A breakpoint, an index into the stops'.
    Breakpoint(usize),
    /// A watch-point, an index into the stops'.
    Watch(usize),
    /// The run has no further place in this direction.
    End,
}

impl Walk {
    /// Goes on until something is to be stopped at, else to the end of the run or to its start.
    pub fn run(&mut self, direction: Direction, stops: &Stops) -> Reason {
        let watches = stops.watches.iter();
        let hits: Vec<Arc<[usize]>> = watches
            .map(|watch| watch.hits(self.track()).into())
            .collect();
        self.run_knowing(direction, &stops.breakpoints, &hits)
    }

    /// The same where somebody knows at which places each watch-point happens.
    pub fn run_knowing(
        &mut self,
        direction: Direction,
        breakpoints: &[Breakpoint],
        hits: &[Arc<[usize]>],
    ) -> Reason {
        for at in self.ahead(direction) {
            let breakpoint = breakpoints
                .iter()
                .position(|breakpoint| self.is_at(at, breakpoint));
            let watch = || hits.iter().position(|hits| hits.binary_search(&at).is_ok());
            let reason = breakpoint
                .map(Reason::Breakpoint)
                .or_else(|| watch().map(Reason::Watch));
            if let Some(reason) = reason {
                self.go_to(at);
                return reason;
            }
        }
        self.go_to(match direction {
            Direction::Forwards => usize::MAX,
            Direction::Backwards => 0,
        });
        Reason::End
    }

    /// Goes to the next place at which something that is watched happens; whether there is one.
    pub fn to_next(&mut self, watch: &Watch, direction: Direction) -> bool {
        let hits = watch.hits(self.track());
        self.to_next_of(&hits, direction)
    }

    /// Goes to the next of these places; whether there is one.
    pub fn to_next_of(&mut self, places: &[usize], direction: Direction) -> bool {
        let mut places = places.iter().copied();
        let found = match direction {
            Direction::Forwards => places.find(|at| *at > self.at()),
            Direction::Backwards => places.rfind(|at| *at < self.at()),
        };
        if let Some(at) = found {
            self.go_to(at);
        }
        found.is_some()
    }

    fn is_at(&self, at: usize, breakpoint: &Breakpoint) -> bool {
        let Breakpoint {
            code,
            line,
            condition,
        } = breakpoint;
        self.is_on_line(at, code, *line)
            && condition
                .as_ref()
                .is_none_or(|condition| condition.holds(self.track(), at))
    }
}

impl Watch {
    /// The places of a run at which it happens, in order.
    pub fn hits(&self, track: &Track) -> Vec<usize> {
        let places = 0..track.timeline.len();
        match self {
            Watch::Output(location) => output_hits(track, location),
            Watch::Column { table, column } => places
                .filter(|at| {
                    StateAt::of(track, *at).events().any(|event| {
                        matches!(&event.what, Happening::CellSet { table: known, column: set, .. }
                            if known == table && set == column)
                    })
                })
                .collect(),
            Watch::Variable(name) => places.filter(|at| is_changed(track, *at, name)).collect(),
            Watch::Input(location) => {
                let message = &track.recording.message;
                let found = message.find_all(location);
                let spans: Vec<_> = found.iter().map(Element::span).collect();
                places
                    .filter(|at| {
                        let mut events = StateAt::of(track, *at).events();
                        events.any(|event| is_read(&event.what, location, &spans, message))
                    })
                    .collect()
            }
        }
    }
}

/// Whether something is read of places, or asked for in vain where it should stand.
fn is_read(
    what: &Happening,
    location: &Location,
    spans: &[std::ops::Range<usize>],
    message: &Message,
) -> bool {
    match what {
        Happening::Read { span } => spans
            .iter()
            .any(|watched| watched.start < span.end && span.start < watched.end || watched == span),
        Happening::Missed { location: missed } => {
            missed == location
                || missed.segment == location.segment
                    && missed.path == location.path
                    && message.find(location).is_none()
        }
        _ => false,
    }
}

/// Whether a variable has another value after a place than before it.
fn is_changed(track: &Track, at: usize, name: &str) -> bool {
    let recording: &Recording = &track.recording;
    let sets = |event: usize| {
        let event = recording.events.get(event).map(|event| &event.what);
        matches!(event, Some(Happening::Variable { name: set, .. }) if **set == *name)
    };
    if !track
        .timeline
        .events_at(at)
        .iter()
        .any(|number| sets(*number))
    {
        return false;
    }
    let before = at.checked_sub(1).map(|before| StateAt::of(track, before));
    let held = |state: &StateAt<'_>| {
        let calls = state.calls();
        let variables = calls.last().into_iter().flat_map(|call| &call.variables);
        let mut named = variables.filter(|variable| variable.name == name);
        named.next().map(|variable| variable.value.clone())
    };
    held(&StateAt::of(track, at)) != before.as_ref().and_then(held)
}

/// The places after which another value stands at a location of the message being made.
fn output_hits(track: &Track, location: &Location) -> Vec<usize> {
    let delimiters = track.recording.message.delimiters();
    let mut segments = Vec::new();
    let mut value = None;
    let mut hits = Vec::new();
    for at in 0..track.timeline.len() {
        let mut may_differ = false;
        for event in StateAt::of(track, at).events() {
            if let Happening::Wrote(Written { change, .. }) = &event.what {
                may_differ |= concerns(change, &segments, location);
                apply(&mut segments, change);
            }
        }
        if may_differ {
            let now = value_in(&segments, delimiters, location);
            if now != value {
                hits.push(at);
            }
            value = now;
        }
    }
    hits
}

/// Whether a change is of a segment of the location's name.
fn concerns(change: &OutChange, segments: &[Arc<str>], location: &Location) -> bool {
    let is_named = |text: &str| text.starts_with(location.segment.as_str());
    match change {
        OutChange::Text(_, text) | OutChange::Inserted(_, text) => {
            // Another header has other delimiters.
            is_named(text) || text.starts_with("MSH")
        }
        OutChange::Removed(at) => segments
            .get(*at)
            .is_some_and(|text| is_named(text) || text.starts_with("MSH")),
        OutChange::All(_) => true,
    }
}

/// What it is, in words.
impl fmt::Display for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Watch::Output(location) => write!(f, "{location} of the output changes"),
            Watch::Column { table, column } => write!(f, "{table}.{column} gets a value"),
            Watch::Variable(name) => write!(f, "{name} changes"),
            Watch::Input(location) => write!(f, "{location} is read"),
        }
    }
}

/// Shows no value: a location may pick by one.
impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Watch::Output(location) => write!(f, "Output({})", location.without_values()),
            Watch::Column { table, column } => write!(f, "Column({table}.{column})"),
            Watch::Variable(name) => write!(f, "Variable({name})"),
            Watch::Input(location) => write!(f, "Input({})", location.without_values()),
        }
    }
}
