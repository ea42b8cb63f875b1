//! Writing a grammar as text: what cannot be read is kept beside the profile, what can be read is
//! applied when the worker has read it.

use std::sync::Arc;

use super::grammar_sheet::GrammarSheet;
use super::inputs::GrammarFocus;
use super::match_counts::{CountJob, MatchCounts};
use super::session::Session;
use crate::profile::Edit;

impl Session {
    /// Asks that previews tell about the grammar of a message definition, or no longer.
    pub fn look_at_grammar(&mut self, message: Option<Arc<str>>) {
        if self.drafts.shown != message {
            self.drafts.shown = message;
            self.refresh();
        }
    }

    /// The message definition whose grammar previews tell about.
    pub fn looked_at_grammar(&self) -> Option<&Arc<str>> {
        self.drafts.shown.as_ref()
    }

    /// The text of a definition's grammar that is not in the profile, because it cannot be read yet.
    pub fn grammar_draft(&self, message: &str) -> Option<&Arc<str>> {
        self.drafts.texts.get(message)
    }

    /// Takes what a person writes as a definition's grammar: it comes into the profile as soon as it
    /// is read and nothing in it is in doubt.
    pub fn write_grammar(&mut self, message: &Arc<str>, text: &str) {
        self.drafts.taken_back = None;
        self.drafts.shown = Some(Arc::clone(message));
        self.drafts.texts.insert(Arc::clone(message), text.into());
        self.refresh();
    }

    /// How the samples fall under the message definitions, as far as they are counted.
    pub fn match_counts(&self) -> Option<&MatchCounts> {
        self.match_counts.as_ref()
    }

    /// Applies a draft that was read without errors.
    pub(super) fn take_draft(&mut self, sheet: &GrammarSheet) {
        let GrammarFocus { message, draft } = &sheet.focus;
        let Some(text) = draft.clone().filter(|_| sheet.is_sound()) else {
            return;
        };
        if self.drafts.texts.get(message) != Some(&text) {
            return;
        }
        self.drafts.texts.remove(message);
        let edit = Edit::SetGrammar {
            message: Arc::clone(message),
            grammar: Some(text),
        };
        let now = self.moment();
        // A definition that is gone meanwhile has no grammar to change.
        if self.site.apply(&edit, now).is_ok() {
            self.refresh();
        }
    }

    /// Takes the draft on the screen away, to be had again by [`Session::redo`].
    pub(super) fn undo_draft(&mut self) -> Option<String> {
        let message = self.drafts.shown.clone()?;
        let text = self.drafts.texts.remove(&message)?;
        let name = draft_name(&message);
        self.drafts.taken_back = Some((message, text));
        self.refresh();
        Some(name)
    }

    pub(super) fn redo_draft(&mut self) -> Option<String> {
        let (message, text) = self.drafts.taken_back.take()?;
        let name = draft_name(&message);
        self.drafts.texts.insert(message, text);
        self.refresh();
        Some(name)
    }

    /// What undo would take away before any step of the profile.
    pub(super) fn draft_to_undo(&self) -> Option<String> {
        let message = self.drafts.shown.as_ref()?;
        self.drafts.texts.get(message).map(|_| draft_name(message))
    }

    pub(super) fn draft_to_redo(&self) -> Option<String> {
        let (message, _) = self.drafts.taken_back.as_ref()?;
        Some(draft_name(message))
    }

    /// Counts anew when samples or identities changed and somebody looks.
    pub(super) fn count_matches(&mut self) {
        if self.drafts.shown.is_none() {
            return;
        }
        let job = CountJob {
            profile: Arc::clone(self.site.profile()),
            scripts: Arc::clone(self.site.scripts()),
            now: self.now,
            corpus: self.corpus.clone(),
        };
        if self.counting.as_ref().is_some_and(|old| old.is_same(&job)) {
            return;
        }
        self.counting = Some(job.clone());
        self.counts.submit(job);
    }

    /// Takes the newest counts; `true` when there are any.
    pub(super) fn poll_counts(&mut self) -> bool {
        let mut changed = false;
        while let Some(counts) = self.counts.try_next() {
            self.match_counts = counts.ok();
            changed = true;
        }
        changed
    }
}

fn draft_name(message: &str) -> String {
    format!("typing in the grammar of {message}")
}
