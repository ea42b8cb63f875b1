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
        cells.taken_back = None;
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
        let name = cell_name(&part);
        if let Some(text) = self.drafts.cells.texts.remove(&part) {
            let at = Arc::clone(self.site.own());
            self.drafts.cells.taken_back = Some((part, text, at));
        }
        Some(name)
    }

    /// What of this kind redo would bring back: only where the profile stands as it did.
    pub(super) fn cell_to_redo(&self) -> Option<String> {
        let (part, _, at) = self.drafts.cells.taken_back.as_ref()?;
        Arc::ptr_eq(at, self.site.own()).then(|| cell_name(part))
    }

    pub(super) fn redo_cell(&mut self) -> Option<String> {
        let name = self.cell_to_redo()?;
        let cells = &mut self.drafts.cells;
        let (part, text, _) = cells.taken_back.take()?;
        cells.texts.insert(part.clone(), text);
        cells.last = Some(part);
        Some(name)
    }
}

fn cell_name(part: &PartPath) -> String {
    format!("typing in {part}")
}
