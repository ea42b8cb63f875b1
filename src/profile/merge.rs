//! A three-way merge of profiles by meaning: what one side changed and the other did not is taken,
//! what both changed differently is a conflict of that one part.

use std::fmt;
use std::sync::Arc;

use super::document::Profile;
use super::part_path::PartPath;
use super::read::ProfileError;
use super::tree::{Parts, Shape, Tree};

/// A part that both sides changed, each in its own way; values are RON texts, `None` where the part is
/// not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeConflict {
    /// Which part.
    pub path: PartPath,
    /// What it was before both changes.
    pub base: Option<String>,
    /// What it is in our profile; the merged profile has this, unless ours took it away.
    pub ours: Option<String>,
    /// What it is in theirs.
    pub theirs: Option<String>,
}

/// Merges what `ours` and `theirs` made of `base`.
///
/// The merged profile has all that does not collide. Where both sides changed a part differently it
/// has ours, or theirs where ours took the part away, so that nothing is lost.
///
/// # Errors
/// When the merged parts are no profile.
pub fn merge(
    base: &Profile,
    ours: &Profile,
    theirs: &Profile,
) -> Result<(Profile, Vec<MergeConflict>), ProfileError> {
    let [base, ours, theirs] = [base, ours, theirs].map(Tree::of);
    let mut conflicts = Vec::new();
    let merged = merge_part(
        &PartPath::default(),
        Some(&base),
        Some(&ours),
        Some(&theirs),
        &mut conflicts,
    );
    Ok((merged.unwrap_or(ours).to_profile()?, conflicts))
}

fn merge_part(
    path: &PartPath,
    base: Option<&Tree>,
    ours: Option<&Tree>,
    theirs: Option<&Tree>,
    conflicts: &mut Vec<MergeConflict>,
) -> Option<Tree> {
    if ours == theirs || base == theirs {
        return ours.cloned();
    }
    if base == ours {
        return theirs.cloned();
    }
    if let (Some(Tree::Parts(ours)), Some(Tree::Parts(theirs))) = (ours, theirs)
        && ours.shape == theirs.shape
    {
        let base = base
            .and_then(Tree::parts)
            .filter(|base| base.shape == ours.shape);
        return Some(Tree::Parts(merge_parts(
            path, base, ours, theirs, conflicts,
        )));
    }
    conflicts.push(MergeConflict {
        path: path.clone(),
        base: base.map(Tree::text),
        ours: ours.map(Tree::text),
        theirs: theirs.map(Tree::text),
    });
    ours.or(theirs).cloned()
}

fn merge_parts(
    path: &PartPath,
    base: Option<&Parts>,
    ours: &Parts,
    theirs: &Parts,
    conflicts: &mut Vec<MergeConflict>,
) -> Parts {
    let mut merged = ours.emptied(None);
    let names = merged_order(path, base, ours, theirs, conflicts);
    for name in names {
        let part = merge_part(
            &path.child(Arc::clone(&name)),
            base.and_then(|base| base.get(&name)),
            ours.get(&name),
            theirs.get(&name),
            conflicts,
        );
        if let Some(part) = part {
            merged.put(&name, part);
        }
    }
    merged
}

/// All names of both sides: in the order of the side that changed it, what only the other has behind
/// what it follows there.
fn merged_order(
    path: &PartPath,
    base: Option<&Parts>,
    ours: &Parts,
    theirs: &Parts,
    conflicts: &mut Vec<MergeConflict>,
) -> Vec<Arc<str>> {
    let is_in_all = |name: &Arc<str>| {
        let in_base = base.is_none_or(|base| base.get(name).is_some());
        in_base && ours.get(name).is_some() && theirs.get(name).is_some()
    };
    let common = |parts: &Parts| -> Vec<Arc<str>> {
        let names = parts.names().into_iter();
        names.filter(|name| is_in_all(name)).cloned().collect()
    };
    let [in_ours, in_theirs] = [common(ours), common(theirs)];
    let in_base = base.map_or_else(|| in_ours.clone(), common);
    let (first, second) = if in_ours == in_base {
        (theirs, ours)
    } else {
        (ours, theirs)
    };
    if let Shape::List(_) = ours.shape
        && in_ours != in_theirs
        && in_ours != in_base
        && in_theirs != in_base
    {
        let text = |names: Vec<Arc<str>>| Some(format!("in the order {}", names.join(", ")));
        conflicts.push(MergeConflict {
            path: path.clone(),
            base: text(in_base),
            ours: text(in_ours),
            theirs: text(in_theirs),
        });
    }
    let mut names: Vec<Arc<str>> = first.names().into_iter().cloned().collect();
    let mut before: Option<&Arc<str>> = None;
    for name in second.names() {
        if !names.contains(name) {
            let at = before.and_then(|before| names.iter().position(|known| known == before));
            names.insert(at.map_or(0, |at| at + 1), Arc::clone(name));
        }
        before = Some(name);
    }
    names
}

impl fmt::Display for MergeConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "conflict  {}", self.path)?;
        for (side, value) in [
            ("base", &self.base),
            ("ours", &self.ours),
            ("theirs", &self.theirs),
        ] {
            let value = value.as_deref().map_or("not there", str::trim_end);
            writeln!(f, "  {side}: {}", value.replace('\n', "\n    "))?;
        }
        Ok(())
    }
}
