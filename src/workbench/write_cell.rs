//! Writing in a cell of the profile's editors what cannot stand in the profile yet.

use std::sync::Arc;

use super::session::Session;
use crate::profile::PartPath;

impl Session {
    /// What was written for a part of the profile and cannot stand in it.
    pub fn cell_draft(&self, part: &PartPath) -> Option<&Arc<str>> {
        self.drafts.cells.texts.get(part)
    }

    /// How many such texts a part of the profile has, with all that is in it.
    pub fn cell_drafts_in(&self, part: &PartPath) -> usize {
        let from = self.drafts.cells.texts.range(part.clone()..);
        from.take_while(|(known, _)| known.is_in(part)).count()
    }

    /// Keeps what was written for a part and cannot stand in the profile; `None` forgets it.
    pub fn write_cell(&mut self, part: PartPath, text: Option<Arc<str>>) {
        let cells = &mut self.drafts.cells;
        if let Some(text) = text {
            cells.texts.insert(part.clone(), text);
            cells.last = Some(part);
        } else {
            cells.texts.remove(&part);
            cells.last = None;
        }
    }

    /// Whether something was written that cannot stand in the profile, and so is not saved with it.
    pub fn has_drafts(&self) -> bool {
        !self.drafts.cells.texts.is_empty() || !self.drafts.texts.is_empty()
    }

    /// What of this kind undo would take away before any step of the profile.
    pub(super) fn cell_to_undo(&self) -> Option<String> {
        Some(cell_name(self.drafts.cells.last.as_ref()?))
    }

    pub(super) fn undo_cell(&mut self) -> Option<String> {
        let part = self.drafts.cells.last.take()?;
        self.drafts.cells.texts.remove(&part);
        Some(cell_name(&part))
    }
}

fn cell_name(part: &PartPath) -> String {
    format!("typing in {part}")
}
