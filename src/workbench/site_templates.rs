//! The templates that a site profile extends, read level by level.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{Stamp, read_text, real_path};
use super::site_error::{SiteError, tidied};
use crate::profile::{Profile, Template, beside as path_beside, read, resolve};

/// Templates, the nearest first, and what their files looked like.
type Found = (Vec<Template>, BTreeMap<Arc<str>, Stamp>);

/// What was read anew for a profile that extends other templates than before.
#[derive(Debug)]
pub(super) struct TemplateFiles {
    pub(super) templates: Arc<[Template]>,
    pub(super) stamps: BTreeMap<Arc<str>, Stamp>,
    /// The scripts of the resolved profile that could be read.
    pub(super) scripts: Vec<(Arc<str>, Arc<str>, Stamp)>,
}

/// Reads the templates of a profile at `site`, and their scripts.
pub(super) fn read_anew(site: &Path, own: &Arc<Profile>) -> Result<TemplateFiles, SiteError> {
    let (templates, stamps) = load(site, own)?;
    let resolved = resolve(own, &templates);
    let files = resolved.profile.script_files().into_iter();
    let scripts = files.filter_map(|name| {
        // One that cannot be read is told where it is to run.
        let (text, stamp) = read_text(&beside(site, name)).ok()?;
        Some((Arc::clone(name), text.into(), stamp))
    });
    Ok(TemplateFiles {
        scripts: scripts.collect(),
        templates: templates.into(),
        stamps,
    })
}

/// A relative path in the file at `from`, as a file at `to` has to write it.
pub(super) fn moved(path: &str, from: &Path, to: &Path) -> Arc<str> {
    let target = beside(from, path);
    if Path::new(path).is_absolute() {
        return path.into();
    }
    let folder = |file: &Path| {
        real_path(
            file.parent()
                .filter(|path| *path != Path::new(""))
                .unwrap_or_else(|| Path::new(".")),
        )
    };
    let (target, folder) = (
        folder(&target).join(target.file_name().unwrap_or_default()),
        folder(to),
    );
    let steps = |path: &Path| {
        path.components()
            .map(|step| step.as_os_str().to_string_lossy().into_owned())
            .collect::<Vec<_>>()
    };
    let (target, folder) = (steps(&target), steps(&folder));
    let common = target
        .iter()
        .zip(&folder)
        .take_while(|(a, b)| a == b)
        .count();
    // Another drive: nothing leads there but the whole path.
    if common == 0 {
        return target.join("/").into();
    }
    let up = folder.iter().skip(common).map(|_| "..");
    let down = target.iter().skip(common).map(String::as_str);
    up.chain(down).collect::<Vec<_>>().join("/").into()
}

/// The templates, the nearest first, and what their files looked like.
pub(super) fn load(site: &Path, profile: &Profile) -> Result<Found, SiteError> {
    let mut templates: Vec<Template> = Vec::new();
    let mut stamps = BTreeMap::new();
    let mut chain: Vec<(PathBuf, PathBuf)> = vec![(site.to_owned(), real_path(site))];
    let mut next = profile.extends.as_ref().map(|path| path_beside("", path));
    while let Some(name) = next {
        let name: Arc<str> = name.into();
        let path = beside(site, &name);
        let real = real_path(&path);
        let by = chain.last().map_or(site, |(path, _)| path).to_owned();
        let is_known = chain.iter().any(|(_, known)| *known == real);
        chain.push((path.clone(), real));
        if is_known {
            let files = chain.iter().map(|(path, _)| tidied(path));
            let chain = files.collect::<Vec<_>>().join(" extends ");
            return Err(SiteError::Circle { chain });
        }
        let (text, stamp) = read_text(&path).map_err(|error| SiteError::Template {
            path: path.clone(),
            by,
            error,
        })?;
        let profile = read(&text).map_err(|error| SiteError::Profile { path, error })?;
        next = profile
            .extends
            .as_ref()
            .map(|further| path_beside(&name, further));
        stamps.insert(Arc::clone(&name), stamp);
        templates.push(Template {
            path: name,
            profile: Arc::new(profile),
            text: text.into(),
        });
    }
    Ok((templates, stamps))
}

/// A path as a profile writes it, which is relative to the profile.
pub(super) fn beside(profile: &Path, name: &str) -> PathBuf {
    profile.parent().unwrap_or_else(|| Path::new("")).join(name)
}
