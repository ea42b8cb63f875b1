//! A sheet of codes that was read for a code table: what taking it comes to, before it is taken.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{FileError, read_bytes};
use super::sheet_text::SheetText;
use crate::profile::{CodesImport, ImportMode, Profile, SheetFault, import_codes};

/// A sheet, read and not yet taken.
#[derive(Debug)]
pub struct SheetOffer {
    /// The code table.
    pub table: Arc<str>,
    /// The sheet's file.
    pub path: PathBuf,
    /// What it comes to where codes that the sheet does not have stay.
    pub merged: CodesImport,
    /// What it comes to where they are removed.
    pub replaced: CodesImport,
    /// What a person should know of how the bytes were read, as a sentence.
    pub note: Option<String>,
    /// The profile that it was compared with.
    pub(super) profile: Arc<Profile>,
}

/// Why a sheet was not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum SheetError {
    /// The file system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// Something in the sheet is wrong.
    #[error("{}: {fault}; nothing was changed", .path.display())]
    Fault {
        path: PathBuf,
        fault: Box<SheetFault>,
    },
}

impl SheetOffer {
    /// Reads a sheet and compares it with a code table, which need not be there yet.
    pub(super) fn read(
        table: Arc<str>,
        path: &Path,
        profile: Arc<Profile>,
    ) -> Result<Self, SheetError> {
        let SheetText { text, note } = SheetText::of(&read_bytes(path)?);
        let import = |mode| {
            import_codes(&profile, &table, &text, mode).map_err(|fault| SheetError::Fault {
                path: path.to_owned(),
                fault: Box::new(fault),
            })
        };
        Ok(Self {
            merged: import(ImportMode::Merge)?,
            replaced: import(ImportMode::Replace)?,
            path: path.to_owned(),
            table,
            note,
            profile,
        })
    }

    /// Whether the table would change by either way of taking it.
    pub fn changes_anything(&self) -> bool {
        self.merged.edit.is_some() || self.replaced.edit.is_some()
    }
}
