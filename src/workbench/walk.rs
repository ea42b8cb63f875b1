//! Walking through a recorded run: into, over, out, to a line, each forwards and backwards.
//!
//! A walk is a number; nothing runs again, and the same move gives the same place each time.

use std::sync::Arc;

use super::state_at::StateAt;
use super::timeline::Stop;
use super::track::Track;
use crate::mapping::Step;

/// A place in a recorded run, and the moves from there.
#[derive(Clone, Debug)]
pub struct Walk {
    track: Arc<Track>,
    at: usize,
}

/// A move from place to place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// To the next place, also where it is part of this one.
    Into,
    /// To the next place that is no part of this one: what is called here is done then.
    Over,
    /// To where the call around this place goes on; outside of calls, behind the loop or block around it.
    Out,
    /// To the place before, also where it is part of another.
    BackInto,
    /// To the place before that is no part of another one beside this.
    BackOver,
    /// To where the call around this place began; outside of calls, the loop or block around it.
    BackOut,
    /// To the first place.
    Start,
    /// To the last place.
    End,
}

/// Which way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To what happened later.
    Forwards,
    /// To what happened before.
    Backwards,
}

impl Walk {
    /// A walk that stands at the first place.
    pub fn new(track: Arc<Track>) -> Self {
        Self { track, at: 0 }
    }

    /// The run.
    pub fn track(&self) -> &Arc<Track> {
        &self.track
    }

    /// Where it stands: a number of the time line, counted from 0.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The place where it stands; nothing where nothing was recorded.
    pub fn stop(&self) -> Option<Stop> {
        self.track.timeline.stop(self.at)
    }

    /// What there is where it stands.
    pub fn state(&self) -> StateAt<'_> {
        StateAt::of(&self.track, self.at)
    }

    /// Goes to a place of the time line, the last one where there are fewer.
    pub fn go_to(&mut self, at: usize) {
        self.at = at.min(self.last());
    }

    /// Goes to where a step begins.
    pub fn go_to_step(&mut self, step: usize) {
        if let Some(at) = self.track.timeline.first_of(step) {
            self.at = at;
        }
    }

    /// Makes a move; whether it stands somewhere else then.
    pub fn go(&mut self, movement: Move) -> bool {
        let before = self.at;
        let found = match movement {
            Move::Into => Some((self.at + 1).min(self.last())),
            Move::BackInto => Some(self.at.saturating_sub(1)),
            Move::Over => self.over(),
            Move::BackOver => self.back_over(),
            Move::Out => self.out(),
            Move::BackOut => self.back_out(),
            Move::Start => Some(0),
            Move::End => Some(self.last()),
        };
        self.at = found.unwrap_or(before);
        self.at != before
    }

    /// Goes to the next place on a line of a script; whether there is one. A loop is come to with each
    /// of its passes.
    pub fn to_line(&mut self, code: &str, line: u32, direction: Direction) -> bool {
        let found = self
            .ahead(direction)
            .find(|at| self.is_on_line(*at, code, line));
        self.at = found.unwrap_or(self.at);
        found.is_some()
    }

    /// The same walk in another recording, as after an edit: at the place of the same line that is
    /// nearest, else as far from the start.
    #[must_use]
    pub fn onto(&self, track: Arc<Track>) -> Self {
        let old = self.line_at(self.at);
        let mut walk = Self { track, at: self.at };
        walk.go_to(self.at);
        let from = walk.at;
        let places = 0..walk.track.timeline.len();
        let same = places.filter(|at| old.is_some() && walk.line_at(*at) == old);
        if let Some(nearest) = same.min_by_key(|at| at.abs_diff(from)) {
            walk.at = nearest;
        }
        walk
    }

    /// The places ahead in a direction, the nearest first.
    pub(super) fn ahead(&self, direction: Direction) -> Box<dyn Iterator<Item = usize>> {
        match direction {
            Direction::Forwards => Box::new(self.at + 1..self.track.timeline.len()),
            Direction::Backwards => Box::new((0..self.at).rev()),
        }
    }

    /// Whether a place begins a line: not again what it went on from, nor a part of a statement on the
    /// same line; of a loop its passes.
    pub(super) fn is_on_line(&self, at: usize, code: &str, line: u32) -> bool {
        let recording = &self.track.recording;
        let Some(place) = self.track.timeline.stop(at).filter(|stop| !stop.is_again) else {
            return false;
        };
        let Some(step) = recording.steps.get(place.step) else {
            return false;
        };
        let is_here = step.line() == Some(line)
            && recording
                .code_of(place.step)
                .is_some_and(|known| **known.name() == *code);
        if !is_here {
            return false;
        }
        if recording.is_loop(place.step) {
            // Its first pass, if there is one, comes right behind what it goes through.
            return step.end == place.step + 1;
        }
        let around = step.parent.filter(|parent| {
            let line_of = recording.steps.get(*parent).and_then(Step::line);
            line_of == Some(line) && recording.caller_of(place.step) != Some(*parent)
        });
        around.is_none_or(|parent| recording.is_loop(parent))
    }

    fn line_at(&self, at: usize) -> Option<(Arc<str>, u32)> {
        let step = self.track.timeline.stop(at)?.step;
        let line = self.track.recording.steps.get(step)?.line()?;
        Some((Arc::clone(self.track.recording.code_of(step)?.name()), line))
    }

    fn last(&self) -> usize {
        self.track.timeline.len().saturating_sub(1)
    }

    fn step_at(&self, at: usize) -> Option<usize> {
        self.track.timeline.stop(at).map(|stop| stop.step)
    }

    fn parent(&self, step: usize) -> Option<usize> {
        self.track.recording.steps.get(step)?.parent
    }

    /// Whether a step is part of another.
    fn is_part(&self, step: usize, of: usize) -> bool {
        let end = self.track.recording.steps.get(of).map_or(of, |of| of.end);
        of < step && step < end
    }

    fn over(&self) -> Option<usize> {
        Some(self.first_not_in(self.step_at(self.at)?))
    }

    /// The next place that is not part of a step; the end of the run where all are.
    fn first_not_in(&self, step: usize) -> usize {
        let mut later = self.at + 1..self.track.timeline.len();
        let found = later.find(|at| {
            self.step_at(*at)
                .is_some_and(|next| !self.is_part(next, step))
        });
        found.unwrap_or(self.last())
    }

    fn back_over(&self) -> Option<usize> {
        let step = self.step_at(self.at)?;
        let parent = self.parent(step);
        let is_beside = |before: usize| {
            before == step || self.is_part(step, before) || self.parent(before) == parent
        };
        (0..self.at)
            .rev()
            .find(|at| self.step_at(*at).is_some_and(is_beside))
    }

    /// The call around a step; outside of calls the loop, else the block.
    fn around(&self, step: usize) -> Option<usize> {
        let recording = &self.track.recording;
        recording.caller_of(step).or_else(|| {
            let mut outer = self.parent(step);
            while let Some(at) = outer.filter(|at| !recording.is_loop(*at)) {
                outer = self.parent(at);
            }
            outer.or(self.parent(step))
        })
    }

    fn out(&self) -> Option<usize> {
        match self.around(self.step_at(self.at)?) {
            Some(around) => Some(self.first_not_in(around)),
            None => Some(self.last()),
        }
    }

    fn back_out(&self) -> Option<usize> {
        match self.around(self.step_at(self.at)?) {
            Some(around) => self.track.timeline.first_of(around),
            None => Some(0),
        }
    }
}
