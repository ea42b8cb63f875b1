//! Undo and redo: the states of a profile with the names of the edits between them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::document::Profile;
use super::edit::{Edit, EditError, EditKind};

/// A moment in time, as time passed since any fixed start: this room has no clock.
pub type Moment = Duration;

/// Edits of one kind with no more than this between them are one step.
const QUIET: Duration = Duration::from_secs(1);

/// How many steps are kept unless told otherwise.
const STEPS: usize = 500;

/// The states of a profile, where we stand among them and which one is saved.
#[derive(Clone, Debug)]
pub struct History {
    steps: VecDeque<Step>,
    /// The step where we stand; always that of a step that is there.
    current: usize,
    saved: Option<Arc<Profile>>,
    /// The edit that the next one may join, and when it was made.
    joining: Option<(EditKind, Moment)>,
    limit: usize,
}

/// A state and the name of the edit that led to it; the first has none.
#[derive(Clone, Debug)]
struct Step {
    name: String,
    profile: Arc<Profile>,
}

impl History {
    /// A history that begins with a profile as it was read from its file.
    pub fn opened(profile: Arc<Profile>) -> Self {
        let saved = Some(Arc::clone(&profile));
        Self {
            saved,
            ..Self::unsaved(profile)
        }
    }

    /// A history that begins with a profile that stands in no file yet.
    pub fn unsaved(profile: Arc<Profile>) -> Self {
        Self {
            steps: VecDeque::from([Step {
                name: String::new(),
                profile,
            }]),
            current: 0,
            saved: None,
            joining: None,
            limit: STEPS,
        }
    }

    /// The same history that keeps at most this many steps to undo.
    #[must_use]
    pub fn with_limit(mut self, steps: usize) -> Self {
        self.limit = steps.max(1);
        self.forget_oldest();
        self
    }

    /// The profile where we stand.
    pub fn profile(&self) -> &Arc<Profile> {
        &self.steps[self.current].profile
    }

    /// Applies an edit to the profile where we stand; what was undone before is forgotten.
    /// An edit that changes nothing is no step.
    ///
    /// # Errors
    /// When the edit does not fit; nothing is changed then.
    pub fn apply(&mut self, edit: &Edit, now: Moment) -> Result<(), EditError> {
        let profile = self.profile().apply(edit)?;
        self.record(edit.name(), edit.kind(), Arc::new(profile), now);
        Ok(())
    }

    /// Takes a profile that was changed elsewhere, such as in its text, as the next step.
    pub fn record(
        &mut self,
        name: String,
        kind: Option<EditKind>,
        profile: Arc<Profile>,
        now: Moment,
    ) {
        if profile == *self.profile() {
            return;
        }
        let joins = kind.is_some()
            && self.joining.as_ref().is_some_and(|(last, at)| {
                Some(last) == kind.as_ref() && now.saturating_sub(*at) <= QUIET
            });
        self.steps.truncate(self.current + 1);
        match self.steps.back_mut() {
            Some(step) if joins => step.profile = profile,
            _ => {
                self.steps.push_back(Step { name, profile });
                self.current += 1;
                self.forget_oldest();
            }
        }
        self.joining = kind.map(|kind| (kind, now));
    }

    /// Goes one step back; the name of the edit that is undone.
    pub fn undo(&mut self) -> Option<&str> {
        self.joining = None;
        let undone = self.current;
        self.current = undone.checked_sub(1)?;
        self.steps.get(undone).map(|step| step.name.as_str())
    }

    /// Goes one step forward again; the name of the edit that is redone.
    pub fn redo(&mut self) -> Option<&str> {
        self.joining = None;
        let step = self.steps.get(self.current + 1)?;
        self.current += 1;
        Some(&step.name)
    }

    /// The name of the edit that undo takes back: "Undo rename ZPI-3".
    pub fn undo_name(&self) -> Option<&str> {
        self.current.checked_sub(1)?;
        self.steps.get(self.current).map(|step| step.name.as_str())
    }

    /// The name of the edit that redo makes again.
    pub fn redo_name(&self) -> Option<&str> {
        self.steps
            .get(self.current + 1)
            .map(|step| step.name.as_str())
    }

    /// The profile where we stand is now what its file holds.
    pub fn mark_saved(&mut self) {
        self.saved = Some(Arc::clone(self.profile()));
        // What is typed next is not joined to what was saved: undo must lead back to it.
        self.joining = None;
    }

    /// The profile no longer stands in its file: it was deleted or changed by someone else.
    pub fn mark_unsaved(&mut self) {
        self.saved = None;
    }

    /// Whether the profile differs from what its file holds.
    pub fn is_modified(&self) -> bool {
        // Parts are shared, so that most of the comparison is of pointers.
        self.saved.as_ref() != Some(self.profile())
    }

    fn forget_oldest(&mut self) {
        while self.current > self.limit {
            self.steps.pop_front();
            self.current -= 1;
        }
    }
}
