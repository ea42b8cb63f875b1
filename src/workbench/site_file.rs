//! A site profile as it stands on disk: its text, the scripts beside it, and how to save both.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{FileError, Guard, Stamp, is_changed, read_text, save};
use crate::diagnostic::{Diagnostic, Place};
use crate::mapping::check_expressions;
use crate::profile::{
    Profile, ProfileError, ScriptTexts, has_comments, place_of_value, print, read, validate_text,
};

/// A profile with everything that was read for it.
#[derive(Clone, Debug)]
pub struct SiteFile {
    /// The profile's file.
    pub path: PathBuf,
    /// What the file says.
    pub profile: Arc<Profile>,
    /// The scripts that stand in files beside it.
    pub scripts: Arc<ScriptTexts>,
    /// What does not fit together in the text that was read, with lines and columns.
    pub findings: Vec<Diagnostic>,
    /// Scripts that could not be read.
    pub problems: Vec<Diagnostic>,
    /// Whether the file has comments, which a save loses (the backup keeps them).
    pub has_comments: bool,
    /// What the files looked like.
    pub stamps: SiteStamps,
}

/// What the files of a profile looked like when they were read or written.
#[derive(Clone, Debug, Default)]
pub struct SiteStamps {
    profile: Option<Stamp>,
    scripts: BTreeMap<Arc<str>, Stamp>,
}

/// Why a profile could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The file refused.
    #[error(transparent)]
    File(#[from] FileError),
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
            Self::Profile { path, error } => {
                let place = Place::Profile {
                    line: error.line,
                    column: error.column,
                };
                let message = format!("{}: {}", path.display(), error.message);
                Diagnostic::error("profile", message)
                    .at(place)
                    .with_help(error.help.clone())
            }
        }
    }
}

/// What a save should write.
#[derive(Clone, Debug)]
pub struct SiteDraft {
    /// Where to.
    pub path: PathBuf,
    /// The profile.
    pub profile: Arc<Profile>,
    /// The texts of the scripts that stand in files.
    pub scripts: Arc<ScriptTexts>,
    /// The scripts as they stand on disk: those that differ are written.
    pub scripts_on_disk: Arc<ScriptTexts>,
    /// What may be replaced.
    pub replace: Replace,
}

/// What a save of a profile may replace.
#[derive(Clone, Debug)]
pub enum Replace {
    /// The files as they were read.
    Known(SiteStamps),
    /// Nothing.
    Nothing,
    /// Whatever is there: the person said so.
    Anything,
}

impl SiteFile {
    /// Reads a profile and the scripts that it names, relative to itself.
    pub fn open(path: &Path) -> Result<Self, SiteError> {
        let (text, stamp) = read_text(path)?;
        let profile = read(&text).map_err(|error| SiteError::Profile {
            path: path.to_owned(),
            error,
        })?;
        let mut findings = validate_text(&profile, &text);
        findings.extend(in_expressions(&profile, &text));
        let mut problems = Vec::new();
        let mut scripts = ScriptTexts::new();
        let mut stamps = SiteStamps {
            profile: Some(stamp),
            scripts: BTreeMap::new(),
        };
        for name in profile.script_files() {
            match read_text(&beside(path, name)) {
                Ok((text, stamp)) => {
                    scripts.insert(Arc::clone(name), text.into());
                    stamps.scripts.insert(Arc::clone(name), stamp);
                }
                Err(error) => problems.push(
                    Diagnostic::error("script-file", error.to_string())
                        .at(Place::File(Arc::clone(name))),
                ),
            }
        }
        Ok(Self {
            path: path.to_owned(),
            has_comments: has_comments(&text),
            profile: Arc::new(profile),
            scripts: Arc::new(scripts),
            findings,
            problems,
            stamps,
        })
    }
}

impl SiteDraft {
    /// Writes scripts first, then the profile that names them; gives what the files look like now.
    pub fn save(&self) -> Result<SiteStamps, FileError> {
        let mut stamps = match &self.replace {
            Replace::Known(stamps) => stamps.clone(),
            Replace::Nothing | Replace::Anything => SiteStamps::default(),
        };
        if let (Replace::Known(_), Some(stamp)) = (&self.replace, &stamps.profile)
            && self.path.exists()
            && is_changed(&self.path, stamp)
        {
            // Asked before any script is written, so that a refusal changes nothing at all.
            return Err(FileError::ChangedOnDisk(self.path.clone()));
        }
        for (name, text) in self.scripts.iter() {
            let path = beside(&self.path, name);
            if self.scripts_on_disk.get(name) == Some(text) && path.exists() {
                continue;
            }
            let guard = self.guard(stamps.scripts.get(name));
            let stamp = save(&path, text.as_bytes(), guard)?;
            stamps.scripts.insert(Arc::clone(name), stamp);
        }
        let text = print(&self.profile);
        stamps.profile = Some(save(
            &self.path,
            text.as_bytes(),
            self.guard(stamps.profile.as_ref()),
        )?);
        Ok(stamps)
    }

    fn guard<'a>(&self, stamp: Option<&'a Stamp>) -> Guard<'a> {
        match (&self.replace, stamp) {
            (Replace::Anything, _) => Guard::Overwrite,
            (Replace::Known(_), Some(stamp)) => Guard::Unchanged(stamp),
            (Replace::Known(_) | Replace::Nothing, _) => Guard::New,
        }
    }
}

impl SiteStamps {
    /// The files that are no longer what they were, or gone.
    pub fn changed(&self, path: &Path) -> Vec<PathBuf> {
        let own = self.profile.iter().map(|stamp| (path.to_owned(), stamp));
        let scripts = self
            .scripts
            .iter()
            .map(|(name, stamp)| (beside(path, name), stamp));
        own.chain(scripts)
            .filter(|(path, stamp)| is_changed(path, stamp))
            .map(|(path, _)| path)
            .collect()
    }
}

/// What is wrong with the expressions of columns, at their places in the profile.
fn in_expressions(profile: &Profile, text: &str) -> impl Iterator<Item = Diagnostic> {
    check_expressions(profile).into_iter().map(|finding| {
        let mut diagnostic = finding.diagnostic;
        if let Place::Script { line, column, .. } = diagnostic.place {
            let at = match line {
                1 => format!("at its character {column}"),
                _ => format!("at its line {line}, character {column}"),
            };
            diagnostic.message = format!("{} ({at})", diagnostic.message);
        }
        diagnostic.at(place_of_value(text, &finding.path))
    })
}

/// A path as a profile writes it, which is relative to the profile.
fn beside(profile: &Path, name: &str) -> PathBuf {
    profile.parent().unwrap_or_else(|| Path::new("")).join(name)
}
