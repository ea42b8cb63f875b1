//! Changes of samples in memory, made one by one, with what it takes to undo and redo them.

use std::fmt;
use std::sync::Arc;

use super::corpus::SampleId;
use crate::profile::{Profile, ScriptTexts};

/// The changes, the newest last, and those that were taken back.
#[derive(Debug, Default)]
pub(super) struct MessageSteps {
    done: Vec<MessageStep>,
    undone: Vec<MessageStep>,
}

/// A change of a sample, made while profile and scripts stood as here.
#[derive(Clone)]
pub(super) struct MessageStep {
    pub(super) name: Arc<str>,
    pub(super) sample: SampleId,
    /// The text that a person had given it before; `None` for the source's own bytes.
    pub(super) before: Option<Arc<str>>,
    pub(super) after: Option<Arc<str>>,
    pub(super) at: Arc<Profile>,
    pub(super) scripts: Arc<ScriptTexts>,
}

/// Which way a step is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Back,
    Forth,
}

impl MessageSteps {
    /// Takes a change; what was taken back before is forgotten.
    pub(super) fn add(&mut self, step: MessageStep) {
        self.undone.clear();
        self.done.push(step);
    }

    /// The profile was changed: what was taken back before stays so.
    pub(super) fn forget_undone(&mut self) {
        self.undone.clear();
    }

    /// The step that is next this way, of those that can be gone from here.
    pub(super) fn next(
        &self,
        way: Way,
        is_here: impl Fn(&MessageStep) -> bool,
    ) -> Option<&MessageStep> {
        let steps = match way {
            Way::Back => &self.done,
            Way::Forth => &self.undone,
        };
        steps.iter().rfind(|step| is_here(step))
    }

    /// Goes the step that is next this way.
    pub(super) fn go(
        &mut self,
        way: Way,
        is_here: impl Fn(&MessageStep) -> bool,
    ) -> Option<MessageStep> {
        let (from, to) = match way {
            Way::Back => (&mut self.done, &mut self.undone),
            Way::Forth => (&mut self.undone, &mut self.done),
        };
        let at = from.iter().rposition(is_here)?;
        let step = from.remove(at);
        to.push(step.clone());
        Some(step)
    }
}

/// Shows no text: it is a patient's.
impl fmt::Debug for MessageStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageStep")
            .field("sample", &self.sample)
            .finish_non_exhaustive()
    }
}
