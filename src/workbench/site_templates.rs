//! The templates that a site profile extends, read level by level.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{Stamp, read_text, real_path};
use super::site_error::SiteError;
use crate::profile::{Profile, Template, beside as path_beside, read};

/// Templates, the nearest first, and what their files looked like.
type Found = (Vec<Template>, BTreeMap<Arc<str>, Stamp>);

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
            let files = chain.iter().map(|(path, _)| path.display().to_string());
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
        });
    }
    Ok((templates, stamps))
}

/// A path as a profile writes it, which is relative to the profile.
pub(super) fn beside(profile: &Path, name: &str) -> PathBuf {
    profile.parent().unwrap_or_else(|| Path::new("")).join(name)
}
