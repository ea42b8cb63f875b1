//! A three-way merge of profiles by meaning: what one side changed and the other did not is taken,
//! what both changed differently is a conflict of that one part.

use std::collections::BTreeMap;
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

/// Whose part it is to be where both sides changed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeSide {
    /// What it is in our profile, also where ours took it away.
    Ours,
    /// What it is in theirs.
    Theirs,
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
    merge_choosing(base, ours, theirs, &BTreeMap::new())
}

/// The same, where somebody chose already: a part in `choices` is what the chosen side has, and no
/// conflict.
///
/// # Errors
/// When the merged parts are no profile.
pub fn merge_choosing(
    base: &Profile,
    ours: &Profile,
    theirs: &Profile,
    choices: &BTreeMap<PartPath, MergeSide>,
) -> Result<(Profile, Vec<MergeConflict>), ProfileError> {
    let [base, ours, theirs] = [base, ours, theirs].map(Tree::of);
    let mut merge = Merge {
        choices,
        conflicts: Vec::new(),
    };
    let root = PartPath::default();
    let merged = merge.part(&root, Some(&base), Some(&ours), Some(&theirs));
    Ok((merged.unwrap_or(ours).to_profile()?, merge.conflicts))
}

struct Merge<'c> {
    choices: &'c BTreeMap<PartPath, MergeSide>,
    conflicts: Vec<MergeConflict>,
}

impl Merge<'_> {
    fn part(
        &mut self,
        path: &PartPath,
        base: Option<&Tree>,
        ours: Option<&Tree>,
        theirs: Option<&Tree>,
    ) -> Option<Tree> {
        // A map or a list is its items, also where there are none: they are chosen one by one, and
        // beside them the order of a list.
        let either = ours.or(theirs).and_then(Tree::parts);
        let none = either.filter(|parts| parts.is_collection());
        let none = none.map(|parts| Tree::Parts(parts.emptied(None)));
        if none.is_none() {
            match self.choices.get(path) {
                Some(MergeSide::Ours) => return ours.cloned(),
                Some(MergeSide::Theirs) => return theirs.cloned(),
                None => {}
            }
        }
        let agreed = match () {
            () if ours == theirs || base == theirs => Some(ours),
            () if base == ours => Some(theirs),
            () => None,
        };
        let is_chosen_inside = self.choices.keys().any(|chosen| chosen.is_in(path));
        if let Some(agreed) = agreed.filter(|_| !is_chosen_inside) {
            return agreed.cloned();
        }
        if let (Some(Tree::Parts(ours)), Some(Tree::Parts(theirs))) =
            (ours.or(none.as_ref()), theirs.or(none.as_ref()))
            && ours.shape == theirs.shape
        {
            let base = base
                .and_then(Tree::parts)
                .filter(|base| base.shape == ours.shape);
            return Some(Tree::Parts(self.parts(path, base, ours, theirs)));
        }
        if let Some(agreed) = agreed {
            return agreed.cloned();
        }
        self.conflicts.push(MergeConflict {
            path: path.clone(),
            base: base.map(Tree::text),
            ours: ours.map(Tree::text),
            theirs: theirs.map(Tree::text),
        });
        ours.or(theirs).cloned()
    }

    fn parts(
        &mut self,
        path: &PartPath,
        base: Option<&Parts>,
        ours: &Parts,
        theirs: &Parts,
    ) -> Parts {
        let mut merged = ours.emptied(None);
        let names = self.order(path, base, ours, theirs);
        for name in names {
            let part = self.part(
                &path.child(Arc::clone(&name)),
                base.and_then(|base| base.get(&name)),
                ours.get(&name),
                theirs.get(&name),
            );
            if let Some(part) = part {
                merged.put(&name, part);
            }
        }
        merged
    }

    /// All names of both sides: in the order of the side that changed it, what only the other has behind
    /// what it follows there.
    fn order(
        &mut self,
        path: &PartPath,
        base: Option<&Parts>,
        ours: &Parts,
        theirs: &Parts,
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
        let chosen = self.choices.get(path);
        let takes_theirs = match chosen {
            Some(side) => *side == MergeSide::Theirs,
            None => in_ours == in_base,
        };
        let (first, second) = if takes_theirs {
            (theirs, ours)
        } else {
            (ours, theirs)
        };
        if let Shape::List(_) = ours.shape
            && chosen.is_none()
            && in_ours != in_theirs
            && in_ours != in_base
            && in_theirs != in_base
        {
            let text = |names: Vec<Arc<str>>| Some(format!("in the order {}", names.join(", ")));
            self.conflicts.push(MergeConflict {
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
