//! The groups of a bound message, flat: which segments each one holds.

use std::ops::Range;
use std::sync::Arc;

use crate::grammar::{Node, NodeKind};

/// The groups of a message in the order in which they open; the first is the message itself.
///
/// Binding keeps the message's order and takes each segment once, so a group holds a range of segments.
pub(super) struct Groups(Vec<Group>);

pub(super) struct Group {
    name: Option<Arc<str>>,
    /// The segments in it and in the groups below it, by index counted from 0.
    pub(super) segments: Range<usize>,
    /// One past the last group below it.
    end: usize,
    parent: usize,
}

impl Groups {
    pub(super) fn of(tree: &Node) -> Self {
        let mut groups = Self(vec![Group {
            name: None,
            segments: 0..0,
            end: 1,
            parent: 0,
        }]);
        groups.fill(tree, 0);
        groups
    }

    fn fill(&mut self, node: &Node, at: usize) {
        for child in &node.children {
            match &child.kind {
                NodeKind::Segment { index, .. } => self.widen(at, *index..*index + 1),
                NodeKind::Missing { .. } => {}
                NodeKind::Message { .. } => self.fill(child, at),
                NodeKind::Group { name, .. } => {
                    let inner = self.0.len();
                    self.0.push(Group {
                        name: Some(Arc::clone(name)),
                        segments: 0..0,
                        end: inner + 1,
                        parent: at,
                    });
                    self.fill(child, inner);
                    let end = self.0.len();
                    if let Some(group) = self.0.get_mut(inner) {
                        group.end = end;
                        let segments = group.segments.clone();
                        self.widen(at, segments);
                    }
                }
            }
        }
        let end = self.0.len();
        if let Some(group) = self.0.get_mut(at) {
            group.end = end;
        }
    }

    fn widen(&mut self, at: usize, by: Range<usize>) {
        if let Some(group) = self.0.get_mut(at)
            && !by.is_empty()
        {
            group.segments = if group.segments.is_empty() {
                by
            } else {
                group.segments.start.min(by.start)..group.segments.end.max(by.end)
            };
        }
    }

    /// How many there are, the message itself counted.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Group> {
        self.0.get(at)
    }

    /// The nearest group of this name around a group, itself counted.
    pub(super) fn around(&self, at: usize, name: &str) -> Option<usize> {
        let mut at = at;
        while at != 0 {
            let group = self.0.get(at)?;
            if group.is_named(name) {
                return Some(at);
            }
            at = group.parent;
        }
        None
    }

    /// The groups of this name below the group at `at`, however deep.
    pub(super) fn named(&self, at: usize, name: &str) -> impl Iterator<Item = usize> {
        let end = self.0.get(at).map_or(0, |group| group.end);
        (at + 1..end)
            .filter(move |inner| self.0.get(*inner).is_some_and(|group| group.is_named(name)))
    }
}

impl Group {
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The group around it.
    pub(super) fn parent(&self) -> usize {
        self.parent
    }

    /// The standard writes some names with their structure: `ORU_R01.OBSERVATION`.
    fn is_named(&self, name: &str) -> bool {
        self.name.as_deref().is_some_and(|own| {
            own == name || own.rsplit_once('.').is_some_and(|(_, last)| last == name)
        })
    }
}
