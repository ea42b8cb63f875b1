//! The groups of a message's structure, flat: where a segment or group that is made belongs.

use crate::hl7::SegmentId;
use crate::profile::{GrammarItem, GrammarKind, Repeat, SegmentGrammar};

/// The groups of a structure; the first is the message itself.
pub(super) struct Shape(Vec<GroupShape>);

pub(super) struct GroupShape {
    name: String,
    pub(super) is_repeating: bool,
    pub(super) items: Vec<ItemShape>,
}

/// What has a place in a group, in order; the options of a choice stand one after the other.
pub(super) enum ItemShape {
    Segment { id: SegmentId, is_repeating: bool },
    Group(usize),
}

impl Shape {
    pub(super) fn of(grammar: Option<&SegmentGrammar>) -> Self {
        let mut shape = Self(vec![GroupShape {
            name: String::new(),
            is_repeating: false,
            items: Vec::new(),
        }]);
        if let Some(grammar) = grammar {
            shape.add(&grammar.items, 0, false);
        }
        shape
    }

    fn add(&mut self, items: &[GrammarItem], at: usize, choice_repeats: bool) {
        for item in items {
            let is_repeating = item.repeat != Repeat::Once || choice_repeats;
            let shape = match &item.kind {
                GrammarKind::Segment(id) => ItemShape::Segment {
                    id: *id,
                    is_repeating,
                },
                GrammarKind::Choice { options, .. } => {
                    self.add(options, at, is_repeating);
                    continue;
                }
                GrammarKind::Any => continue,
                GrammarKind::Group { name, items } => {
                    let inner = self.0.len();
                    self.0.push(GroupShape {
                        name: name.as_ref().map_or_else(String::new, ToString::to_string),
                        is_repeating,
                        items: Vec::new(),
                    });
                    self.add(items, inner, false);
                    ItemShape::Group(inner)
                }
            };
            if let Some(group) = self.0.get_mut(at) {
                group.items.push(shape);
            }
        }
    }

    pub(super) fn group(&self, at: usize) -> Option<&GroupShape> {
        self.0.get(at)
    }

    /// Whether a group has a place for a segment of its own: and whether for more than one.
    pub(super) fn place_in(&self, at: usize, id: SegmentId) -> Option<bool> {
        self.0.get(at)?.items.iter().find_map(|item| match item {
            ItemShape::Segment {
                id: own,
                is_repeating,
            } if *own == id => Some(*is_repeating),
            ItemShape::Segment { .. } | ItemShape::Group(_) => None,
        })
    }

    /// The groups to go through from `from` down to the one that has a place for a segment; empty
    /// where `from` itself has.
    pub(super) fn way_to_segment(&self, from: usize, id: SegmentId) -> Option<Vec<usize>> {
        self.way(from, &|at| self.place_in(at, id).is_some())
    }

    /// The groups to go through from `from` down to one of this name, itself counted.
    pub(super) fn way_to_group(&self, from: usize, name: &str) -> Option<Vec<usize>> {
        let is_named = |at: usize| at != from && self.is_named(at, name);
        self.way(from, &is_named)
    }

    /// Whether a group has this name.
    pub(super) fn is_named(&self, at: usize, name: &str) -> bool {
        self.0.get(at).is_some_and(|group| {
            let own = &group.name;
            own == name || own.rsplit_once('.').is_some_and(|(_, last)| last == name)
        })
    }

    fn way(&self, from: usize, is_there: &dyn Fn(usize) -> bool) -> Option<Vec<usize>> {
        if is_there(from) {
            return Some(Vec::new());
        }
        self.0.get(from)?.items.iter().find_map(|item| match item {
            ItemShape::Segment { .. } => None,
            ItemShape::Group(inner) => {
                let mut way = vec![*inner];
                way.extend(self.way(*inner, is_there)?);
                Some(way)
            }
        })
    }
}
