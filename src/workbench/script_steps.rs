//! Changes of scripts that stand in files, with what it takes to undo and redo them.

use std::sync::Arc;
use std::time::Duration;

use crate::profile::{Moment, Profile, ScriptTexts};

/// Keystrokes in one script with no more than this between them are one step.
const QUIET: Duration = Duration::from_secs(1);

/// The steps that were made and those that were undone, each the newest last.
#[derive(Debug, Default)]
pub(super) struct ScriptSteps {
    done: Vec<ScriptStep>,
    undone: Vec<ScriptStep>,
}

/// A change of scripts that stand in files, made while `at` was the profile.
#[derive(Debug)]
pub(super) struct ScriptStep {
    pub(super) changes: Vec<FileChange>,
    /// What undo calls it, where it has a name of its own.
    pub(super) called: Option<Arc<str>>,
    /// Whether the edit that led to the profile `at` is part of the step.
    pub(super) is_with_edit: bool,
    pub(super) at: Arc<Profile>,
    pub(super) when: Moment,
}

/// The text of a script's file before and after.
#[derive(Debug)]
pub(super) struct FileChange {
    pub(super) file: Arc<str>,
    pub(super) before: Arc<str>,
    pub(super) after: Arc<str>,
}

impl ScriptSteps {
    /// Forgets what was undone: something else was done instead.
    pub(super) fn forget_undone(&mut self) {
        self.undone.clear();
    }

    /// Takes a step that was made; keystrokes join those right before them.
    pub(super) fn record(&mut self, step: ScriptStep) {
        self.undone.clear();
        match (self.done.last_mut(), &step.changes[..]) {
            (Some(last), [change]) if last.is_joined_by(&step, &change.file) => {
                if let Some(known) = last.changes.last_mut() {
                    known.after = Arc::clone(&change.after);
                }
                last.when = step.when;
            }
            _ => self.done.push(step),
        }
    }

    /// Takes back the last step that was made while this was the profile.
    pub(super) fn back(&mut self, at: &Arc<Profile>) -> Option<&ScriptStep> {
        let step = self.done.pop_if(|step| Arc::ptr_eq(&step.at, at))?;
        self.undone.push(step);
        self.undone.last()
    }

    /// Makes the last undone step again that was made while this was the profile.
    pub(super) fn forth(&mut self, at: &Arc<Profile>) -> Option<&ScriptStep> {
        let step = self.undone.pop_if(|step| Arc::ptr_eq(&step.at, at))?;
        self.done.push(step);
        self.done.last()
    }

    /// What was undone together with the edit that led to this profile, made again.
    pub(super) fn forth_with_edit(&mut self, at: &Arc<Profile>) -> Option<&ScriptStep> {
        self.undone
            .last()
            .is_some_and(|step| step.is_with_edit)
            .then(|| self.forth(at))?
    }

    /// The name of the step that [`ScriptSteps::back`] takes.
    pub(super) fn name_back(&self, at: &Arc<Profile>) -> Option<String> {
        named(&self.done, at)
    }

    /// The name of the step that [`ScriptSteps::forth`] takes.
    pub(super) fn name_forth(&self, at: &Arc<Profile>) -> Option<String> {
        named(&self.undone, at)
    }
}

fn named(steps: &[ScriptStep], at: &Arc<Profile>) -> Option<String> {
    let here = |step: &&ScriptStep| Arc::ptr_eq(&step.at, at);
    steps.last().filter(here).map(ScriptStep::name)
}

impl ScriptStep {
    /// What undo calls it.
    pub(super) fn name(&self) -> String {
        match (&self.called, &self.changes[..]) {
            (Some(called), _) => called.to_string(),
            (None, [change]) => format!("change {}", change.file),
            (None, _) => "change scripts".to_owned(),
        }
    }

    /// Puts the texts from before the step among the texts of files.
    pub(super) fn take_back(&self, texts: &mut ScriptTexts) {
        for change in &self.changes {
            texts.insert(Arc::clone(&change.file), Arc::clone(&change.before));
        }
    }

    /// Puts the texts that the step made among the texts of files.
    pub(super) fn make(&self, texts: &mut ScriptTexts) {
        for change in &self.changes {
            texts.insert(Arc::clone(&change.file), Arc::clone(&change.after));
        }
    }

    fn is_joined_by(&self, next: &Self, file: &Arc<str>) -> bool {
        let is_of_file = matches!(&self.changes[..], [known] if known.file == *file);
        is_of_file
            && self.called.is_none()
            && next.called.is_none()
            && Arc::ptr_eq(&self.at, &next.at)
            && next.when.saturating_sub(self.when) <= QUIET
    }
}
