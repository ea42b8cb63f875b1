//! A template that somebody changed on disk: what taking it would change, before it is taken.
//!
//! It is the three-way merge of [`merge`](crate::profile::merge): the base is the template as it was,
//! ours is the site, theirs the template as it is now.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::site_templates::TemplateFiles;
use crate::profile::{
    MergeConflict, MergeSide, Origins, PartChange, PartChangeKind, PartPath, Profile, ProfileError,
    Template, difference, merge_choosing, resolve,
};

/// A changed template, read and not yet taken.
#[derive(Debug)]
pub struct TemplateOffer {
    /// The files that changed.
    pub files: Vec<PathBuf>,
    /// What becomes different for the site whatever is chosen: it says nothing else of these.
    pub changes: Vec<PartChange>,
    /// What the template changed and the site says otherwise: the site's stays, unless the template's
    /// is chosen.
    pub conflicts: Vec<MergeConflict>,
    base: Profile,
    theirs: Profile,
    pub(super) own: Arc<Profile>,
    pub(super) read: TemplateFiles,
}

impl TemplateOffer {
    pub(super) fn new(
        files: Vec<PathBuf>,
        own: &Arc<Profile>,
        ours: &Profile,
        origins: &Origins,
        templates: &[Template],
        read: TemplateFiles,
    ) -> Self {
        let [base, theirs] = [templates, &read.templates].map(|templates| alone(own, templates));
        let mut offer = Self {
            files,
            changes: Vec::new(),
            conflicts: said_again([&base, ours, &theirs], origins),
            base,
            theirs,
            own: Arc::clone(own),
            read,
        };
        if let Ok((_, conflicts)) = offer.merged(ours, &BTreeSet::new()) {
            offer.conflicts.extend(conflicts);
        }
        if let Ok((kept, _)) = offer.merged(ours, &BTreeSet::new()) {
            offer.changes = difference(ours, &kept);
        }
        offer
    }

    /// What the site's own profile has to say so that, over the new templates, the site is what it
    /// was but for what the template changed: of the conflicts, those in `taken`.
    pub(super) fn own_after(
        &self,
        own: &Arc<Profile>,
        ours: &Profile,
        taken: &BTreeSet<PartPath>,
    ) -> Option<Profile> {
        let (goal, _) = self.merged(ours, taken).ok()?;
        let over_new = resolve(own, &self.read.templates).profile;
        own.with_changes(&self.read.templates, &over_new, &goal)
    }

    fn merged(
        &self,
        ours: &Profile,
        taken: &BTreeSet<PartPath>,
    ) -> Result<(Profile, Vec<MergeConflict>), ProfileError> {
        let known = self.conflicts.iter().map(|conflict| {
            let side = if taken.contains(&conflict.path) {
                MergeSide::Theirs
            } else {
                MergeSide::Ours
            };
            (conflict.path.clone(), side)
        });
        let choices: BTreeMap<PartPath, MergeSide> = known.collect();
        merge_choosing(&self.base, ours, &self.theirs, &choices)
    }
}

/// What the template changed and the site's own file says as the template did before.
fn said_again([base, ours, theirs]: [&Profile; 3], origins: &Origins) -> Vec<MergeConflict> {
    let own = difference(base, ours);
    let is_changed = |path: &PartPath| own.iter().any(|change| change.path == *path);
    let changes = difference(base, theirs).into_iter();
    let said = changes.filter(|change| {
        let path = &change.path;
        origins.says(path) && origins.is_own(path) && !is_changed(path)
    });
    said.filter_map(|change| match change.kind {
        PartChangeKind::Changed { before, after } => Some(MergeConflict {
            path: change.path,
            base: Some(before.to_string()),
            ours: Some(before.to_string()),
            theirs: Some(after.to_string()),
        }),
        PartChangeKind::Added(_)
        | PartChangeKind::Removed(_)
        | PartChangeKind::Reordered { .. } => None,
    })
    .collect()
}

/// What a site that says nothing has of templates.
fn alone(own: &Profile, templates: &[Template]) -> Profile {
    let site = Profile {
        extends: own.extends.clone(),
        standard: None,
        ..Profile::new("")
    };
    Profile::clone(&resolve(&Arc::new(site), templates).profile)
}
