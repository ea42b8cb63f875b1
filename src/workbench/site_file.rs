//! A site profile as it stands on disk: its text, the scripts beside it, and how to save both.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::conflict::ChangedFile;
use super::files::{FileError, Guard, Stamp, is_changed, read_text, save, stamp};
use super::site_error::SiteError;
use super::site_problems::site_problems;
use super::site_templates::{self, beside};
use crate::diagnostic::{Diagnostic, Place};
use crate::mapping::Engine;
use crate::profile::{
    Origins, Profile, ScriptTexts, Sources, Template, has_comments, print, read, resolve,
};

/// A profile with everything that was read for it.
#[derive(Clone, Debug)]
pub struct SiteFile {
    /// The profile's file.
    pub path: PathBuf,
    /// What the file says, with all that it inherits.
    pub profile: Arc<Profile>,
    /// What the file itself says: all that a save writes.
    pub own: Arc<Profile>,
    /// The templates that it extends, the nearest first.
    pub templates: Arc<[Template]>,
    /// Where each part is from.
    pub origins: Arc<Origins>,
    /// Where each part stands in its file.
    pub sources: Arc<Sources>,
    /// The text of the file.
    pub text: Arc<str>,
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
    templates: BTreeMap<Arc<str>, Stamp>,
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

impl SiteDraft {
    /// The same profile for a file in another folder, whence its template is elsewhere.
    pub(super) fn moved_from(mut self, before: &Path) -> Self {
        if let Some(extends) = &self.profile.extends {
            let extends = site_templates::moved(extends, before, &self.path);
            self.profile = Arc::new(Profile {
                extends: Some(extends),
                ..Profile::clone(&self.profile)
            });
        }
        self
    }
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
        let own = read(&text).map_err(|error| SiteError::Profile {
            path: path.to_owned(),
            error,
        })?;
        let own = Arc::new(own);
        let (templates, template_stamps) = site_templates::load(path, &own)?;
        let templates: Arc<[Template]> = templates.into();
        let resolved = resolve(&own, &templates);
        let text: Arc<str> = text.into();
        let file = path.to_string_lossy();
        let read = Some(Arc::clone(&text));
        let sources = Arc::new(Sources::new(file, &own, read, &templates, &resolved));
        let findings = site_problems(&sources, &Engine::new());
        let profile = resolved.profile;
        let mut problems = Vec::new();
        let mut scripts = ScriptTexts::new();
        let mut stamps = SiteStamps {
            profile: Some(stamp),
            scripts: BTreeMap::new(),
            templates: template_stamps,
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
            profile,
            own,
            templates,
            sources,
            text,
            origins: resolved.origins,
            scripts: Arc::new(scripts),
            findings: findings.into_iter().map(|one| one.diagnostic).collect(),
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
        // The scripts of templates are the templates'.
        let own = self.profile.script_files();
        for (name, text) in self.scripts.iter().filter(|(name, _)| own.contains(name)) {
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
    /// The files that are no longer what they were, or gone, and what they look like now.
    pub(super) fn changed(&self, path: &Path) -> Vec<ChangedFile> {
        let own = self.profile.iter().map(|stamp| (path.to_owned(), stamp));
        let scripts = self
            .scripts
            .iter()
            .chain(&self.templates)
            .map(|(name, stamp)| (beside(path, name), stamp));
        own.chain(scripts)
            .filter(|(path, stamp)| is_changed(path, stamp))
            .map(|(path, _)| {
                let now = stamp(&path);
                (path, now)
            })
            .collect()
    }
}

impl SiteStamps {
    /// Whether a file is a template of the profile at `path`.
    pub fn is_template(&self, path: &Path, file: &Path) -> bool {
        self.templates
            .keys()
            .any(|name| beside(path, name) == *file)
    }
}

impl SiteStamps {
    /// Takes what the files of templates look like now.
    pub(super) fn take_templates(
        &mut self,
        templates: BTreeMap<Arc<str>, Stamp>,
        scripts: impl IntoIterator<Item = (Arc<str>, Stamp)>,
    ) {
        self.templates = templates;
        for (name, stamp) in scripts {
            self.scripts.entry(name).or_insert(stamp);
        }
    }
}
