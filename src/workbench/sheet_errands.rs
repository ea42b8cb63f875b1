//! Code tables from sheets and as sheets, in a session: an import is offered before it is taken.

use std::path::PathBuf;
use std::sync::Arc;

use super::desk::{Errand, SaveGuard};
use super::notice::Notice;
use super::session::Session;
use super::sheet_offer::{SheetError, SheetOffer};
use crate::diagnostic::Diagnostic;
use crate::profile::{Edit, EditError, ImportMode, write_code_sheet};

impl Session {
    /// Reads a sheet for a code table; what it comes to is offered by a later poll.
    pub fn read_sheet(&mut self, table: Arc<str>, path: PathBuf) {
        let profile = Arc::clone(self.site.profile());
        self.send(Errand::ReadSheet {
            table,
            path,
            profile,
        });
    }

    /// A sheet that was read, and the person has not chosen yet.
    pub fn sheet_offer(&self) -> Option<&SheetOffer> {
        self.sheet.as_ref()
    }

    /// Takes the sheet that was offered into its code table, as one step to undo.
    ///
    /// # Errors
    /// The edit no longer fits the profile.
    pub fn take_sheet(&mut self, mode: ImportMode) -> Result<(), EditError> {
        let Some(offer) = self.sheet.take() else {
            return Ok(());
        };
        let import = match mode {
            ImportMode::Merge => offer.merged,
            ImportMode::Replace => offer.replaced,
        };
        let Some(edit) = import.edit else {
            return Ok(());
        };
        self.apply(&Edit::Named {
            name: format!("import codes {}", offer.table).into(),
            edits: vec![edit],
        })
    }

    /// Leaves the code table as it is.
    pub fn dismiss_sheet(&mut self) {
        self.sheet = None;
    }

    /// Saves a code table as a sheet, for Excel with semicolons and a byte order mark; says whether
    /// there is such a table.
    pub fn save_sheet(
        &mut self,
        table: &str,
        is_for_excel: bool,
        path: PathBuf,
        guard: SaveGuard,
    ) -> bool {
        let Some(codes) = self.profile().codes.get(table) else {
            return false;
        };
        let text = if is_for_excel {
            format!("\u{feff}{}", write_code_sheet(codes, ';'))
        } else {
            write_code_sheet(codes, ',')
        };
        self.send(Errand::SaveSheet { path, text, guard });
        true
    }

    pub(super) fn receive_sheet(&mut self, read: Result<SheetOffer, SheetError>) {
        match read {
            Err(error) => {
                let fault = Diagnostic::error("sheet", error.to_string());
                self.notices.push(Notice::Failed(fault));
            }
            // What it comes to is of a profile that has changed meanwhile.
            Ok(offer) if !Arc::ptr_eq(&offer.profile, self.site.profile()) => {
                self.read_sheet(offer.table, offer.path);
            }
            Ok(offer) if !offer.changes_anything() => {
                let words = format!("the code table {} is like the sheet already", offer.table);
                let told = Diagnostic::info("sheet", words);
                self.notices.push(Notice::Failed(told));
            }
            Ok(offer) => self.sheet = Some(offer),
        }
    }
}
