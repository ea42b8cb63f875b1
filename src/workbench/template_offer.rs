//! A template that somebody changed on disk: what taking it would change, before it is taken.

use std::path::PathBuf;
use std::sync::Arc;

use super::site_templates::TemplateFiles;
use crate::profile::{PartChange, Profile, Resolved, Template, difference, resolve};

/// A changed template, read and not yet taken.
#[derive(Debug)]
pub struct TemplateOffer {
    /// The files that changed.
    pub files: Vec<PathBuf>,
    /// What becomes different for the site.
    pub changes: Vec<PartChange>,
    /// What the template changed and the site says itself: the site's stays, and may be out of date.
    pub kept: Vec<PartChange>,
    pub(super) own: Arc<Profile>,
    pub(super) read: TemplateFiles,
}

impl TemplateOffer {
    pub(super) fn new(
        files: Vec<PathBuf>,
        own: &Arc<Profile>,
        before: &Resolved,
        templates: &[Template],
        read: TemplateFiles,
    ) -> Self {
        let after = resolve(own, &read.templates);
        let of_template = difference(&alone(templates), &alone(&read.templates));
        // A site has a name of its own, whatever its template is called.
        let is_own = |change: &PartChange| {
            change.path.steps().len() > 1 && before.origins.is_own(&change.path)
        };
        Self {
            files,
            changes: difference(&before.profile, &after.profile),
            kept: of_template.into_iter().filter(is_own).collect(),
            own: Arc::clone(own),
            read,
        }
    }
}

/// What templates come to without a site.
fn alone(templates: &[Template]) -> Profile {
    match templates.split_first() {
        None => Profile::new(""),
        Some((nearest, further)) => Profile::clone(&resolve(&nearest.profile, further).profile),
    }
}
