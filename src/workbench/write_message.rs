//! Changing the sample at hand by a step that undo takes back: a fix, a value, its own bytes again.

use std::sync::Arc;

use super::message_steps::{MessageStep, Way};
use super::session::Session;

impl Session {
    /// Replaces the text of the sample at hand in memory, as one step to undo by this name; `None`
    /// takes the source's bytes again.
    pub fn change_message(&mut self, name: &str, text: Option<&str>) {
        let Some(sample) = self.selected else { return };
        let before = self.edited.get(&sample).cloned();
        self.edit_message(text);
        let after = self.edited.get(&sample).cloned();
        if before != after {
            self.messages.add(MessageStep {
                name: name.into(),
                sample,
                before,
                after,
                at: Arc::clone(self.site.own()),
                scripts: Arc::clone(self.site.scripts()),
            });
        }
    }

    /// Whether a step can be gone: the sample, the profile and the scripts stand as it left them, or
    /// as they stood before it.
    fn is_here(&self, way: Way, step: &MessageStep) -> bool {
        let stands = match way {
            Way::Back => &step.after,
            Way::Forth => &step.before,
        };
        self.edited.get(&step.sample) == stands.as_ref()
            && self.corpus.position(step.sample).is_some()
            && Arc::ptr_eq(&step.at, self.site.own())
            && step.scripts == *self.site.scripts()
    }

    pub(super) fn message_to(&self, way: Way) -> Option<String> {
        let step = self.messages.next(way, |step| self.is_here(way, step))?;
        Some(step.name.to_string())
    }

    /// Goes a step of a message and shows its sample; gives its name.
    pub(super) fn go_message(&mut self, way: Way) -> Option<String> {
        let mut messages = std::mem::take(&mut self.messages);
        let gone = messages.go(way, |step| self.is_here(way, step));
        self.messages = messages;
        let step = gone?;
        self.select(Some(step.sample));
        let text = match way {
            Way::Back => &step.before,
            Way::Forth => &step.after,
        };
        self.edit_message(text.as_deref());
        Some(step.name.to_string())
    }
}
