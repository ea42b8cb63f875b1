//! How two profiles differ by meaning: part by part, whatever the order of maps and the comments.

use std::fmt;
use std::sync::Arc;

use super::document::Profile;
use super::part_path::PartPath;
use super::tree::{Parts, Shape, Tree};

/// A part in which two profiles differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartChange {
    /// Which part.
    pub path: PartPath,
    /// How.
    pub kind: PartChangeKind,
}

/// How a part differs; values are RON texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartChangeKind {
    /// Only the second profile has it; its value, where it is one value.
    Added(Option<Arc<str>>),
    /// Only the first profile has it; its value, where it is one value.
    Removed(Option<Arc<str>>),
    /// Its value is another.
    Changed {
        /// In the first profile.
        before: Arc<str>,
        /// In the second profile.
        after: Arc<str>,
    },
    /// A list whose order means something has another order; the names of its items.
    Reordered {
        /// In the first profile.
        before: Vec<Arc<str>>,
        /// In the second profile.
        after: Vec<Arc<str>>,
    },
}

/// In what the second profile differs from the first, in the order of the first.
pub fn difference(first: &Profile, second: &Profile) -> Vec<PartChange> {
    let mut found = Vec::new();
    compare(
        &PartPath::default(),
        Some(&Tree::of(first)),
        Some(&Tree::of(second)),
        &mut found,
    );
    found
}

fn compare(
    path: &PartPath,
    first: Option<&Tree>,
    second: Option<&Tree>,
    found: &mut Vec<PartChange>,
) {
    let kind = match (first, second) {
        (None, None) => return,
        (first, second) if first == second => return,
        (Some(Tree::Parts(first)), Some(Tree::Parts(second))) if first.shape == second.shape => {
            return compare_parts(path, first, second, found);
        }
        // A map or list that was empty is no part of its own: its items are.
        (None, Some(Tree::Parts(parts))) if parts.is_collection() => {
            return compare_parts(path, &parts.emptied(None), parts, found);
        }
        (Some(Tree::Parts(parts)), None) if parts.is_collection() => {
            return compare_parts(path, parts, &parts.emptied(None), found);
        }
        (None, Some(tree)) => PartChangeKind::Added(value(tree)),
        (Some(tree), None) => PartChangeKind::Removed(value(tree)),
        (Some(first), Some(second)) => PartChangeKind::Changed {
            before: value(first).unwrap_or_else(|| "parts".into()),
            after: value(second).unwrap_or_else(|| "parts".into()),
        },
    };
    let path = path.clone();
    found.push(PartChange { path, kind });
}

fn value(tree: &Tree) -> Option<Arc<str>> {
    match tree {
        Tree::Leaf(text) => Some(Arc::clone(text)),
        Tree::Parts(_) => None,
    }
}

fn compare_parts(path: &PartPath, first: &Parts, second: &Parts, found: &mut Vec<PartChange>) {
    if let Shape::List(_) = first.shape {
        let common = |these: &Parts, those: &Parts| -> Vec<Arc<str>> {
            let names = these.names().into_iter();
            names
                .filter(|name| those.get(name).is_some())
                .cloned()
                .collect()
        };
        let (before, after) = (common(first, second), common(second, first));
        if before != after {
            found.push(PartChange {
                path: path.clone(),
                kind: PartChangeKind::Reordered { before, after },
            });
        }
    }
    for (name, tree) in &first.entries {
        let child = path.child(Arc::clone(name));
        compare(&child, Some(tree), second.get(name), found);
    }
    for (name, tree) in &second.entries {
        if first.get(name).is_none() {
            compare(&path.child(Arc::clone(name)), None, Some(tree), found);
        }
    }
}

impl PartChangeKind {
    /// `added`, `removed`, `changed` or `reordered`.
    pub fn name(&self) -> &'static str {
        match self {
            PartChangeKind::Added(_) => "added",
            PartChangeKind::Removed(_) => "removed",
            PartChangeKind::Changed { .. } => "changed",
            PartChangeKind::Reordered { .. } => "reordered",
        }
    }
}

impl fmt::Display for PartChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PartChange { path, kind } = self;
        write!(f, "{:<9} {path}", kind.name())?;
        match kind {
            PartChangeKind::Added(None) | PartChangeKind::Removed(None) => Ok(()),
            PartChangeKind::Added(Some(value)) | PartChangeKind::Removed(Some(value)) => {
                write!(f, ": {value}")
            }
            PartChangeKind::Changed { before, after } => write!(f, ": {before} -> {after}"),
            PartChangeKind::Reordered { before, after } => {
                write!(f, ": {} -> {}", before.join(", "), after.join(", "))
            }
        }
    }
}
