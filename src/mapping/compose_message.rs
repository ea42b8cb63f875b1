//! A message being made of rows: its groups are made as rows ask for them, and stand in the structure's
//! order when it is done.

use super::compose_shape::{ItemShape, Shape};
use crate::hl7::{Delimiters, Draft, EditError, FieldPath, Message, SegmentId, parse};
use crate::profile::SegmentGrammar;

/// The message so far.
pub(super) struct Composed {
    shape: Shape,
    draft: Draft,
    /// The groups so far; the first is the message itself.
    groups: Vec<Made>,
    /// By segment of the draft: whether a row stands for it.
    taken: Vec<bool>,
}

/// A group that was made.
struct Made {
    group: usize,
    parent: usize,
    segments: Vec<(SegmentId, usize)>,
    inner: Vec<usize>,
    /// Whether a row stands for it.
    is_taken: bool,
}

impl Composed {
    /// The template, its segments put where the structure has them.
    pub(super) fn of_template(template: &Message, grammar: Option<&SegmentGrammar>) -> Self {
        let delimiters = match template.segment(0) {
            Some(first) if first.carries_delimiters() => *template.delimiters(),
            _ => Delimiters::default(),
        };
        let mut composed = Self {
            shape: Shape::of(grammar),
            draft: Draft::new(delimiters),
            groups: vec![Made {
                group: 0,
                parent: 0,
                segments: Vec::new(),
                inner: Vec::new(),
                is_taken: true,
            }],
            taken: Vec::new(),
        };
        for segment in template.segments() {
            if let Some(id) = segment.segment_id() {
                let index = composed.draft.append(segment);
                composed.taken.push(false);
                composed.put(0, id, index);
            }
        }
        composed
    }

    pub(super) fn draft(&self) -> &Draft {
        &self.draft
    }

    pub(super) fn set(
        &mut self,
        segment: usize,
        path: &FieldPath,
        text: &str,
    ) -> Result<(), EditError> {
        self.draft.set_in(segment, path, text)
    }

    /// A segment of its own for a row that stands in a group.
    pub(super) fn segment_for_row(&mut self, within: usize, id: SegmentId) -> (usize, usize) {
        let (at, way) = self.way_to_segment(within, id);
        // What was made on the way and no row stands for yet is this row's.
        if let Some(found) = self.free(at, id) {
            self.take(found.1);
            return found;
        }
        let index = self.draft.append_named(id);
        self.taken.push(true);
        (self.put_anew(at, &way, id, index), index)
    }

    /// A group of its own for a row that stands in another.
    pub(super) fn group_for_row(&mut self, within: usize, name: &str) -> Option<usize> {
        let mut at = within;
        loop {
            if let Some(way) = self.shape.way_to_group(self.shape_of(at), name) {
                let last = *way.last()?;
                let found = self.free_group(at, last).unwrap_or_else(|| {
                    let repeats = self.repeats(last);
                    let around = self.descend(
                        at,
                        way.get(..way.len() - 1).unwrap_or_default(),
                        |own, around| repeats || own.last_inner(around, last).is_none(),
                    );
                    self.open(around, last)
                });
                if let Some(made) = self.groups.get_mut(found) {
                    made.is_taken = true;
                }
                return Some(found);
            }
            if at == 0 {
                return None;
            }
            at = self.groups.get(at)?.parent;
        }
    }

    /// The group in which a row stands whose columns read these values from a segment around it: one
    /// that holds them, else a new one.
    pub(super) fn group_with(
        &mut self,
        within: usize,
        id: SegmentId,
        values: &[(FieldPath, String)],
    ) -> usize {
        let (at, way) = self.way_to_segment(within, id);
        if !way.iter().any(|group| self.repeats(*group)) {
            return within;
        }
        let holds = |own: &Self, group: usize| {
            own.own(group, id).is_some_and(|segment| {
                values.iter().all(|(path, text)| {
                    own.draft.read_in(segment, path).unwrap_or_default() == *text
                })
            })
        };
        let last = way.last().copied().unwrap_or_default();
        let known = (0..self.groups.len()).rev().find(|group| {
            self.shape_of(*group) == last && self.is_inside(*group, at) && holds(self, *group)
        });
        let found = known
            .unwrap_or_else(|| self.descend(at, &way, |own, around| own.own(around, id).is_none()));
        // What stands once in the group around it stands beside the segment.
        let mut reach = found;
        while reach != at && !self.repeats(self.shape_of(reach)) {
            reach = self.groups.get(reach).map_or(at, |made| made.parent);
        }
        reach
    }

    /// Whether a row that stands for a segment finds another one only in the groups around it.
    pub(super) fn is_around(&self, own: SegmentId, id: SegmentId) -> bool {
        let way = self.shape.way_to_segment(0, own).unwrap_or_default();
        let group = way.last().copied().unwrap_or_default();
        self.shape.way_to_segment(group, id).is_none()
    }

    /// How many groups there are around a segment.
    pub(super) fn depth_of(&self, id: SegmentId) -> usize {
        self.shape.way_to_segment(0, id).map_or(0, |way| way.len())
    }

    /// The group of this name around another, itself counted.
    pub(super) fn around(&self, within: usize, name: &str) -> Option<usize> {
        let mut at = within;
        while at != 0 {
            if self.shape.is_named(self.shape_of(at), name) {
                return Some(at);
            }
            at = self.groups.get(at)?.parent;
        }
        None
    }

    /// The segment that a name means to a row that stands in a group, made where it is missing.
    pub(super) fn segment_near(&mut self, within: usize, id: SegmentId) -> usize {
        let (at, way) = self.way_to_segment(within, id);
        let mut around = Some(at);
        for group in &way {
            around = around.and_then(|at| self.last_inner(at, *group));
        }
        if let Some(found) = around.and_then(|at| self.own(at, id)) {
            return found;
        }
        let index = self.draft.append_named(id);
        self.taken.push(false);
        self.put(at, id, index);
        index
    }

    /// The first segment of a name in the whole message, made where it is missing.
    pub(super) fn first_segment(&mut self, id: SegmentId) -> usize {
        let mut order = Vec::new();
        self.walk(0, &mut order);
        let mut named = order.into_iter();
        let found = named.find(|index| self.draft.segment_id(*index) == id.as_str());
        found.unwrap_or_else(|| self.segment_near(0, id))
    }

    /// The message, its segments in the structure's order.
    pub(super) fn finish(&self) -> Message {
        let mut order = Vec::new();
        self.walk(0, &mut order);
        let mut text = String::new();
        for index in order {
            text.push_str(self.draft.segment_text(index));
            text.push('\r');
        }
        parse(&text).0
    }

    fn walk(&self, at: usize, order: &mut Vec<usize>) {
        let Some(made) = self.groups.get(at) else {
            return;
        };
        let shape = self.shape.group(made.group);
        let mut seen: Vec<SegmentId> = Vec::new();
        for item in shape.map_or(&[][..], |shape| &shape.items) {
            match item {
                ItemShape::Segment { id, .. } if !seen.contains(id) => {
                    seen.push(*id);
                    order.extend(made.named(*id));
                }
                ItemShape::Segment { .. } => {}
                ItemShape::Group(group) => {
                    for inner in &made.inner {
                        if self.shape_of(*inner) == *group {
                            self.walk(*inner, order);
                        }
                    }
                }
            }
        }
        // What the structure does not know stands behind the rest.
        let unknown = made.segments.iter().filter(|(id, _)| !seen.contains(id));
        order.extend(unknown.map(|(_, index)| *index));
    }

    /// The group, of those around a row, from which a segment is reached, and the way down from there.
    fn way_to_segment(&self, within: usize, id: SegmentId) -> (usize, Vec<usize>) {
        let mut at = within;
        loop {
            if let Some(way) = self.shape.way_to_segment(self.shape_of(at), id) {
                return (at, way);
            }
            match self.groups.get(at) {
                Some(made) if at != 0 => at = made.parent,
                _ => return (within, Vec::new()),
            }
        }
    }

    /// A segment that no row stands for, with the group that holds it, where the way leads by groups
    /// that are there.
    fn free(&self, within: usize, id: SegmentId) -> Option<(usize, usize)> {
        let mut stack = vec![within];
        while let Some(at) = stack.pop() {
            let made = self.groups.get(at)?;
            let is_free = |index: &usize| self.taken.get(*index) == Some(&false);
            if let Some(index) = made.named(id).find(is_free) {
                return Some((at, index));
            }
            stack.extend(made.inner.iter().rev());
        }
        None
    }

    fn take(&mut self, index: usize) {
        if let Some(taken) = self.taken.get_mut(index) {
            *taken = true;
        }
    }

    /// Puts a segment where the structure has it, in the last groups that are there.
    fn put(&mut self, within: usize, id: SegmentId, index: usize) -> usize {
        let (at, way) = self.way_to_segment(within, id);
        let mut around = at;
        for group in way {
            around = match self.last_inner(around, group) {
                Some(known) => known,
                None => self.open(around, group),
            };
        }
        self.hold(around, id, index);
        around
    }

    /// Puts a segment where there is room for another one of its name, in new groups where need be.
    fn put_anew(&mut self, at: usize, way: &[usize], id: SegmentId, index: usize) -> usize {
        let around = self.descend(at, way, |own, group| {
            let place = own.shape.place_in(own.shape_of(group), id);
            place != Some(false) || own.own(group, id).is_none()
        });
        self.hold(around, id, index);
        around
    }

    /// Goes down by the last groups that are there, and makes those that are missing. Where there is no
    /// room in the last one, the deepest group that may repeat is made again.
    fn descend(
        &mut self,
        at: usize,
        way: &[usize],
        has_room: impl Fn(&Self, usize) -> bool,
    ) -> usize {
        let mut chain = vec![at];
        for group in way {
            match chain
                .last()
                .and_then(|around| self.last_inner(*around, *group))
            {
                Some(known) => chain.push(known),
                None => break,
            }
        }
        let is_whole = chain.len() == way.len() + 1;
        if is_whole
            && !chain.last().is_some_and(|last| has_room(self, *last))
            && let Some(depth) = way.iter().rposition(|group| self.repeats(*group))
        {
            chain.truncate(depth + 1);
        }
        let mut around = chain.last().copied().unwrap_or(at);
        for group in way.iter().skip(chain.len() - 1) {
            around = self.open(around, *group);
        }
        around
    }

    /// A group that no row stands for yet, inside another.
    fn free_group(&self, within: usize, group: usize) -> Option<usize> {
        (0..self.groups.len()).find(|at| {
            self.shape_of(*at) == group
                && self.is_inside(*at, within)
                && self.groups.get(*at).is_some_and(|made| !made.is_taken)
        })
    }

    fn is_inside(&self, group: usize, around: usize) -> bool {
        let mut at = group;
        loop {
            if at == around {
                return true;
            }
            match self.groups.get(at) {
                Some(made) if at != 0 => at = made.parent,
                _ => return false,
            }
        }
    }

    fn hold(&mut self, at: usize, id: SegmentId, index: usize) {
        if let Some(made) = self.groups.get_mut(at) {
            made.segments.push((id, index));
        }
    }

    fn open(&mut self, around: usize, group: usize) -> usize {
        let at = self.groups.len();
        self.groups.push(Made {
            group,
            parent: around,
            segments: Vec::new(),
            inner: Vec::new(),
            is_taken: false,
        });
        if let Some(made) = self.groups.get_mut(around) {
            made.inner.push(at);
        }
        at
    }

    fn own(&self, at: usize, id: SegmentId) -> Option<usize> {
        self.groups.get(at)?.named(id).next()
    }

    fn last_inner(&self, at: usize, group: usize) -> Option<usize> {
        let inner = self.groups.get(at)?.inner.iter();
        inner
            .rev()
            .copied()
            .find(|inner| self.shape_of(*inner) == group)
    }

    fn shape_of(&self, at: usize) -> usize {
        self.groups.get(at).map_or(0, |made| made.group)
    }

    fn repeats(&self, group: usize) -> bool {
        self.shape
            .group(group)
            .is_some_and(|shape| shape.is_repeating)
    }
}

impl Made {
    fn named(&self, id: SegmentId) -> impl DoubleEndedIterator<Item = usize> {
        let named = self.segments.iter().filter(move |(own, _)| *own == id);
        named.map(|(_, index)| *index)
    }
}
