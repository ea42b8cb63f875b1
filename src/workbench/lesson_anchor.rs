//! Which step of a run a note is about, in words that outlive small changes of the script.

use std::fmt;

use serde::Deserialize;

use crate::mapping::Recording;
use crate::profile::Quoted;

/// A step by the place where it stands: `Step(at: "adt:12", pass: 2)`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename = "Step", deny_unknown_fields)]
pub struct Anchor {
    /// The place as the stepper tells it: `adt:12` is line 12 of the script adt, `patient.sex` a column.
    at: String,
    /// Which of the steps there, counted from 1.
    #[serde(default = "first")]
    pass: usize,
}

/// Where an anchor leads in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchored {
    /// To this step.
    Step(usize),
    /// To the last step of the place: it is come to less often than that.
    Fewer(usize),
    /// Nowhere: the run does not come to the place.
    Gone,
}

fn first() -> usize {
    1
}

impl Anchor {
    /// The anchor of a place and the number of the step there.
    pub fn at(place: &str, pass: usize) -> Self {
        Self {
            at: place.to_owned(),
            pass,
        }
    }

    /// The anchor of a step of a run.
    pub fn of(recording: &Recording, step: usize) -> Option<Self> {
        recording.steps.get(step)?;
        let at = recording.place_of(step);
        let before = (0..step).filter(|other| recording.place_of(*other) == at);
        let pass = before.count() + 1;
        Some(Self { at, pass })
    }

    /// Where it leads in a run.
    pub fn find(&self, recording: &Recording) -> Anchored {
        let steps = 0..recording.steps.len();
        let mut here = steps.filter(|step| recording.place_of(*step) == self.at);
        let mut last = None;
        for pass in 1..=self.pass.max(1) {
            match here.next() {
                Some(step) if pass == self.pass => return Anchored::Step(step),
                Some(step) => last = Some(step),
                None => break,
            }
        }
        last.map_or(Anchored::Gone, Anchored::Fewer)
    }

    /// The place in words.
    pub fn place(&self) -> &str {
        &self.at
    }

    /// Which of the steps there, counted from 1.
    pub fn pass(&self) -> usize {
        self.pass
    }
}

/// As a lesson writes it.
impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Step(at: {}", Quoted(&self.at))?;
        if self.pass != 1 {
            write!(f, ", pass: {}", self.pass)?;
        }
        f.write_str(")")
    }
}
