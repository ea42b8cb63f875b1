//! Why a profile could not be opened.

use std::path::PathBuf;

use super::files::FileError;
use crate::diagnostic::{Diagnostic, Place};
use crate::profile::ProfileError;

/// Why a profile could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The file refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// A template that a profile extends refused.
    #[error("{} extends {}, which cannot be used: {error}", .by.display(), .path.display())]
    Template {
        /// The template.
        path: PathBuf,
        /// Who extends it.
        by: PathBuf,
        /// Why.
        error: FileError,
    },
    /// A profile extends itself by its templates.
    #[error("{chain}: a profile cannot extend itself; take extends out of one of them")]
    Circle {
        /// Who extends whom.
        chain: String,
    },
    /// The text is no profile that this program reads.
    #[error("{}: {error}", .path.display())]
    Profile {
        /// The file.
        path: PathBuf,
        /// Where and what.
        error: ProfileError,
    },
}

impl SiteError {
    /// The same as a diagnostic of the problems list.
    pub fn to_diagnostic(&self) -> Diagnostic {
        match self {
            Self::File(error) => Diagnostic::error("file", error.to_string()),
            Self::Template { .. } | Self::Circle { .. } => {
                Diagnostic::error("template", self.to_string())
            }
            Self::Profile { path, error } => {
                let place = Place::Profile {
                    file: Some(path.display().to_string().into()),
                    line: error.line,
                    column: error.column,
                };
                Diagnostic::error("profile", error.message.clone())
                    .at(place)
                    .with_help(error.help.clone())
            }
        }
    }
}
