//! Undo and redo over all that a person writes: cells, grammars, messages, the profile and its scripts.

use super::message_steps::Way;
use super::session::Session;

impl Session {
    /// Takes the last step back; gives its name.
    pub fn undo(&mut self) -> Option<String> {
        let own = self.undo_cell().or_else(|| self.undo_draft());
        if let Some(name) = own.or_else(|| self.go_message(Way::Back)) {
            return Some(name);
        }
        let name = self.site.undo();
        if name.is_some() {
            self.refresh();
        }
        name
    }

    /// Makes the last undone step again; gives its name.
    pub fn redo(&mut self) -> Option<String> {
        let own = self.redo_cell().or_else(|| self.redo_draft());
        if let Some(name) = own.or_else(|| self.go_message(Way::Forth)) {
            return Some(name);
        }
        let name = self.site.redo();
        if name.is_some() {
            self.refresh();
        }
        name
    }

    /// The name of the step that undo takes back: `rename ZPI-3`.
    pub fn undo_name(&self) -> Option<String> {
        self.cell_to_undo()
            .or_else(|| self.draft_to_undo())
            .or_else(|| self.message_to(Way::Back))
            .or_else(|| self.site.undo_name())
    }

    /// The name of the step that redo makes again.
    pub fn redo_name(&self) -> Option<String> {
        self.cell_to_redo()
            .or_else(|| self.draft_to_redo())
            .or_else(|| self.message_to(Way::Forth))
            .or_else(|| self.site.redo_name())
    }
}
