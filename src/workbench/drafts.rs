//! Texts of grammars that are being written and cannot be read yet: they are kept beside the profile.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cell_drafts::CellDrafts;
use super::inputs::GrammarFocus;
use crate::profile::{Edit, GrammarSource};

/// Texts of grammars by message definition that are not in the profile, because they cannot be read.
#[derive(Default)]
pub(super) struct Drafts {
    pub(super) texts: BTreeMap<Arc<str>, Arc<str>>,
    /// What undo took from the editor, for redo.
    pub(super) taken_back: Option<(Arc<str>, Arc<str>)>,
    /// The definition whose grammar is on the screen.
    pub(super) shown: Option<Arc<str>>,
    /// What was written in cells.
    pub(super) cells: CellDrafts,
}

impl Drafts {
    /// What a preview is to say of grammars.
    pub(super) fn focus(&self) -> Option<GrammarFocus> {
        let message = Arc::clone(self.shown.as_ref()?);
        let draft = self.texts.get(&message).cloned();
        Some(GrammarFocus { message, draft })
    }

    /// Follows an edit of the profile.
    pub(super) fn follow(&mut self, edit: &Edit) {
        self.taken_back = None;
        self.cells.follow(edit);
        match edit {
            Edit::RenameMessage { message, to } => {
                if let Some(text) = self.texts.remove(message) {
                    self.texts.insert(Arc::clone(to), text);
                }
                if self.shown.as_ref() == Some(message) {
                    self.shown = Some(Arc::clone(to));
                }
            }
            Edit::SetGrammar {
                message,
                grammar: Some(text),
            } if matches!(GrammarSource::of(text), GrammarSource::Notation(_)) => {
                self.texts.remove(message);
            }
            _ => {}
        }
    }
}
