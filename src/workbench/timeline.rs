//! The places of a recorded run at which a walk can stand, in order of time.
//!
//! Each step is a place once it begins. Where something happens in a step after others that are part of
//! it, as when a function has returned, the step is a place again. So each place shows what its own line
//! did, and walking from place to place never goes back in time.

use std::fmt;

use crate::mapping::{Recording, StepPlace};

/// A place at which a walk can stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The step of the recording.
    pub step: usize,
    /// Whether it goes on here, after steps that are part of it.
    pub is_again: bool,
}

/// The places of a recording, and what happened at each.
pub struct Timeline {
    stops: Vec<Stop>,
    /// The first place of each step.
    first: Vec<usize>,
    /// The events of the recording, place by place.
    order: Vec<usize>,
    /// How many of them have happened after each place.
    until: Vec<usize>,
}

impl Timeline {
    /// The places of a recording.
    pub fn of(recording: &Recording) -> Self {
        let mut places: Vec<Stop> = Vec::with_capacity(recording.steps.len());
        let mut first = Vec::with_capacity(recording.steps.len());
        let mut buckets: Vec<Vec<usize>> = Vec::with_capacity(recording.steps.len());
        let mut steps = recording.steps.iter().peekable();
        let events = recording.events.iter().map(Some).enumerate();
        for (number, event) in events.chain([(recording.events.len(), None)]) {
            while steps.next_if(|step| step.began() <= number).is_some() {
                places.push(Stop {
                    step: first.len(),
                    is_again: false,
                });
                first.push(places.len() - 1);
                buckets.push(Vec::new());
            }
            let Some(event) = event else { break };
            let last = places.last().map(|stop| stop.step);
            let at = if last == Some(event.step) {
                places.len() - 1
            } else if is_rule(recording, event.step) {
                // The cells of a row are told together once the row is made.
                first.get(event.step).copied().unwrap_or(0)
            } else {
                places.push(Stop {
                    step: event.step,
                    is_again: true,
                });
                buckets.push(Vec::new());
                places.len() - 1
            };
            if let Some(bucket) = buckets.get_mut(at) {
                bucket.push(number);
            }
        }
        let mut order = Vec::with_capacity(recording.events.len());
        let mut until = Vec::with_capacity(places.len());
        for bucket in buckets {
            order.extend(bucket);
            until.push(order.len());
        }
        Self {
            stops: places,
            first,
            order,
            until,
        }
    }

    /// How many places there are.
    pub fn len(&self) -> usize {
        self.stops.len()
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.stops.is_empty()
    }

    /// The place of a number, counted from 0.
    pub fn stop(&self, at: usize) -> Option<Stop> {
        self.stops.get(at).copied()
    }

    /// The places in order.
    pub fn stops(&self) -> &[Stop] {
        &self.stops
    }

    /// The place at which a step begins.
    pub fn first_of(&self, step: usize) -> Option<usize> {
        self.first.get(step).copied()
    }

    /// What happened at a place: indexes of the recording's events.
    pub fn events_at(&self, at: usize) -> &[usize] {
        let start = at.checked_sub(1).map_or(0, |before| self.happened(before));
        self.order.get(start..self.happened(at)).unwrap_or_default()
    }

    /// How many events have happened once a place is done.
    pub(super) fn happened(&self, at: usize) -> usize {
        self.until.get(at).copied().unwrap_or(self.order.len())
    }

    /// The events in the order of the places.
    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }
}

fn is_rule(recording: &Recording, step: usize) -> bool {
    recording
        .steps
        .get(step)
        .is_some_and(|step| matches!(step.place, StepPlace::Row { .. } | StepPlace::Column { .. }))
}

impl fmt::Debug for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timeline({} places)", self.stops.len())
    }
}
