//! Why a profile could not be opened.

use std::path::{Path, PathBuf};

use super::files::FileError;
use crate::diagnostic::{Diagnostic, Place};
use crate::profile::{ProfileError, beside};

/// A path for people: what `..` takes back is left out. Where a folder is a link it may lead elsewhere, so
/// that no file is opened by it.
pub(super) fn tidied(path: &Path) -> String {
    let text = path.to_string_lossy();
    beside(&text, text.rsplit('/').next().unwrap_or_default())
}

/// Why a profile could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The file refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// A template that a profile extends refused.
    #[error("{} extends {}, which cannot be used: {error}", tidied(.by), tidied(.path))]
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
    #[error("{}: {error}", tidied(.path))]
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
                    file: Some(tidied(path).into()),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expect: &str) {
        assert_eq!(tidied(Path::new(path)), expect);
    }

    #[test]
    fn a_path_is_shown_without_its_detours() {
        check("harbour/../templates/adt.ron", "templates/adt.ron");
        check(
            "/sites/harbour/../templates/./adt.ron",
            "/sites/templates/adt.ron",
        );
        check("../adt.ron", "../adt.ron");
        check("adt.ron", "adt.ron");
    }
}
