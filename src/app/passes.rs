//! Which pass of each loop the scripts show their values of.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::mapping::{Recording, StepPlace};

/// The passes that are shown, by the script's name and the loop's line; the first where none is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Passes {
    chosen: BTreeMap<(Arc<str>, u32), u32>,
    /// The step from which calls of functions are looked at.
    pub(super) at: usize,
}

impl Passes {
    /// Chooses a pass.
    pub(super) fn choose(&mut self, script: Arc<str>, line: u32, pass: u32) {
        self.chosen.insert((script, line), pass);
    }

    /// The pass that is shown of a loop with so many.
    pub(super) fn of(&self, script: &Arc<str>, line: u32, passes: u32) -> u32 {
        let chosen = self.chosen.get(&(Arc::clone(script), line)).copied();
        chosen.unwrap_or(1).clamp(1, passes.max(1))
    }

    /// Chooses the passes that a step is part of.
    pub(super) fn reveal(&mut self, recording: &Recording, step: usize) {
        self.at = step;
        let mut next = Some(step);
        while let Some(at) = next
            && let Some(step) = recording.steps.get(at)
        {
            if let StepPlace::Pass { line, .. } = step.place
                && let Some(code) = recording.code_of(at)
            {
                self.choose(Arc::clone(code.name()), line, step.pass);
            }
            next = step.parent;
        }
    }
}
