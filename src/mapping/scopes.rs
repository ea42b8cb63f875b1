//! Where a column looks for its segment: in the row's own group, then in those around it.

use std::collections::BTreeMap;

use super::groups::{Group, Groups};
use crate::grammar::{Grammar, Node, NodeKind};
use crate::hl7::{Message, SegmentId};

/// The segments of a bound message by name and by the group that they stand in.
pub(super) struct Scopes {
    pub(super) groups: Groups,
    /// By segment: the innermost group around it.
    innermost: Vec<usize>,
    /// Name and index of every segment, sorted.
    named: Vec<(SegmentId, usize)>,
    /// Group, name and index of every segment that stands in the group itself, sorted.
    direct: Vec<(usize, SegmentId, usize)>,
    /// Group and name of what has a place in the group itself and is missing, sorted.
    missing: Vec<(usize, SegmentId)>,
    /// By group: the groups in it that the structure has there at most once.
    single: Vec<Vec<usize>>,
}

/// What a group says of a segment name.
enum Answer {
    /// These segments, by index.
    Found(Vec<usize>),
    /// It has a place for the name, and nothing stands there.
    Missing,
    /// The name means nothing in it.
    Unknown,
}

impl Scopes {
    pub(super) fn of(message: &Message, tree: &Node, grammar: &Grammar) -> Self {
        let mut walk = Walk {
            ids: message
                .segments()
                .map(|segment| segment.segment_id())
                .collect(),
            innermost: vec![0; message.segment_count()],
            direct: Vec::new(),
            missing: Vec::new(),
            groups: 1,
        };
        walk.node(tree, 0);
        walk.direct.sort_unstable();
        walk.missing.sort_unstable();
        let ids = walk.ids.iter().enumerate();
        let mut named: Vec<_> = ids.filter_map(|(at, id)| Some(((*id)?, at))).collect();
        named.sort_unstable();
        let groups = Groups::of(tree);
        // Of a name that is used twice, whether one of the two repeats.
        let mut repeats: BTreeMap<&str, bool> = BTreeMap::new();
        for (name, is_repeating) in grammar.groups() {
            *repeats.entry(name).or_default() |= is_repeating;
        }
        let mut single = vec![Vec::new(); groups.count()];
        for at in 1..groups.count() {
            if let Some(group) = groups.get(at)
                && group
                    .name()
                    .is_some_and(|name| repeats.get(name) == Some(&false))
                && let Some(inner) = single.get_mut(group.parent())
            {
                inner.push(at);
            }
        }
        Self {
            groups,
            innermost: walk.innermost,
            named,
            direct: walk.direct,
            missing: walk.missing,
            single,
        }
    }

    /// The innermost group around a segment.
    pub(super) fn around(&self, segment: usize) -> usize {
        self.innermost.get(segment).copied().unwrap_or(0)
    }

    /// The outermost group around a group in which it stands at most once, however deep: what stands
    /// there stands beside it.
    pub(super) fn reach(&self, group: usize) -> usize {
        let mut at = group;
        while at != 0 {
            let parent = self.groups.get(at).map_or(0, Group::parent);
            if !self
                .single
                .get(parent)
                .is_some_and(|inner| inner.contains(&at))
            {
                break;
            }
            at = parent;
        }
        at
    }

    /// The segments that a name means to a row that stands in a group.
    ///
    /// The nearest group that has a place for the name decides, also where nothing stands there: the note
    /// of another result is never this result's. The row's own group offers all it holds; those around it
    /// offer what stands in them, but nothing of the repeating groups beside the row's.
    pub(super) fn find(&self, own: usize, id: SegmentId) -> Vec<usize> {
        match self.standing_in(own, id) {
            Answer::Found(found) => return found,
            Answer::Missing => return Vec::new(),
            Answer::Unknown => {}
        }
        let within = self
            .groups
            .get(own)
            .map_or(0..0, |group| group.segments.clone());
        let from = self
            .named
            .partition_point(|known| *known < (id, within.start));
        let to = self
            .named
            .partition_point(|known| *known < (id, within.end));
        let held = self.named.get(from..to).unwrap_or_default();
        if !held.is_empty() {
            return held.iter().map(|(_, index)| *index).collect();
        }
        let mut at = own;
        while at != 0 {
            at = self.groups.get(at).map_or(0, Group::parent);
            match self.offered_by(at, id) {
                Answer::Found(found) => return found,
                Answer::Missing => break,
                Answer::Unknown => {}
            }
        }
        Vec::new()
    }

    fn standing_in(&self, group: usize, id: SegmentId) -> Answer {
        let from = self.direct.partition_point(|known| *known < (group, id, 0));
        let found: Vec<usize> = self
            .direct
            .iter()
            .skip(from)
            .take_while(|known| (known.0, known.1) == (group, id))
            .map(|known| known.2)
            .collect();
        if !found.is_empty() {
            Answer::Found(found)
        } else if self.missing.binary_search(&(group, id)).is_ok() {
            Answer::Missing
        } else {
            Answer::Unknown
        }
    }

    /// What stands in a group, and in the groups in it that do not repeat.
    fn offered_by(&self, group: usize, id: SegmentId) -> Answer {
        match self.standing_in(group, id) {
            Answer::Unknown => {}
            known => return known,
        }
        let inner = self.single.get(group).into_iter().flatten();
        inner
            .map(|inner| self.offered_by(*inner, id))
            .find(|answer| !matches!(answer, Answer::Unknown))
            .unwrap_or(Answer::Unknown)
    }
}

struct Walk {
    ids: Vec<Option<SegmentId>>,
    innermost: Vec<usize>,
    direct: Vec<(usize, SegmentId, usize)>,
    missing: Vec<(usize, SegmentId)>,
    /// Groups so far, counted as [`Groups`] does.
    groups: usize,
}

impl Walk {
    fn node(&mut self, node: &Node, group: usize) {
        for child in &node.children {
            match &child.kind {
                NodeKind::Segment { index, .. } => {
                    if let Some(innermost) = self.innermost.get_mut(*index) {
                        *innermost = group;
                    }
                    if let Some(id) = self.ids.get(*index).copied().flatten() {
                        self.direct.push((group, id, *index));
                    }
                }
                NodeKind::Missing { id, .. } => self.missing.push((group, *id)),
                NodeKind::Message { .. } => self.node(child, group),
                NodeKind::Group { .. } => {
                    let inner = self.groups;
                    self.groups += 1;
                    self.node(child, inner);
                }
            }
        }
    }
}
