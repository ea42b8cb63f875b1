//! A message structure laid out flat, so that binding can move about in it without searching.

use std::sync::Arc;

use crate::hl7::SegmentId;
use crate::standard::{Structure, StructureItem};

/// The places of a structure; place 0 is the message itself.
#[derive(Debug)]
pub(super) struct Shape {
    places: Vec<Place>,
    /// Sorted, each once.
    ids: Vec<SegmentId>,
    has_open_place: bool,
}

/// A place of the structure.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) kind: PlaceKind,
    pub(super) optional: bool,
    pub(super) repeating: bool,
    /// Whether it or something around it may stand there more than once.
    pub(super) inside_repeating: bool,
    /// The group or choice around it; the message has itself.
    pub(super) parent: usize,
    pub(super) first_child: Option<usize>,
    pub(super) next_sibling: Option<usize>,
    /// Which segments it may hold, by [`Symbol::bit`].
    holds: u128,
}

#[derive(Debug)]
pub(super) enum PlaceKind {
    Message,
    Segment(SegmentId),
    Group(Arc<str>),
    Choice,
    /// Any segment at all.
    Any,
}

/// A segment's id as the shape numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Symbol {
    pub(super) id: SegmentId,
    /// Its place among the structure's ids; `None` when the structure does not name it.
    pub(super) index: Option<usize>,
}

impl Symbol {
    /// Ids beyond the last bit share it: the masks only spare searches, they decide nothing.
    fn bit(self) -> u128 {
        1 << self.index.map_or(LAST_BIT, |index| index.min(LAST_BIT))
    }
}

const LAST_BIT: usize = 127;

/// The place of the whole message.
pub(super) const MESSAGE: usize = 0;

impl Shape {
    pub(super) fn new(structure: &Structure) -> Self {
        let mut ids: Vec<_> = structure
            .segment_ids()
            .into_iter()
            .filter_map(SegmentId::new)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let mut shape = Shape {
            places: Vec::new(),
            ids,
            has_open_place: false,
        };
        shape.add(PlaceKind::Message, (false, false), (MESSAGE, false));
        shape.add_items(&structure.items, MESSAGE);
        shape
    }

    fn add(
        &mut self,
        kind: PlaceKind,
        (optional, repeating): (bool, bool),
        (parent, parent_repeats): (usize, bool),
    ) -> usize {
        self.places.push(Place {
            kind,
            optional,
            repeating,
            inside_repeating: repeating || parent_repeats,
            parent,
            first_child: None,
            next_sibling: None,
            holds: 0,
        });
        self.places.len() - 1
    }

    fn add_items(&mut self, items: &[StructureItem], parent: usize) {
        let parent_repeats = self.places[parent].inside_repeating;
        let mut previous = None;
        for item in items {
            let kind = match item {
                StructureItem::Segment { id, .. } => match SegmentId::new(id) {
                    Some(id) => PlaceKind::Segment(id),
                    None => continue,
                },
                StructureItem::Group { name, .. } => PlaceKind::Group((*name).into()),
                StructureItem::Choice { .. } => PlaceKind::Choice,
                StructureItem::Any { .. } => PlaceKind::Any,
            };
            let cardinality = (item.is_optional(), item.is_repeating());
            let own = self.add(kind, cardinality, (parent, parent_repeats));
            self.add_items(item.items(), own);
            self.places[own].holds |= match &self.places[own].kind {
                PlaceKind::Segment(id) => self.symbol(*id).bit(),
                PlaceKind::Any => u128::MAX,
                PlaceKind::Message | PlaceKind::Group(_) | PlaceKind::Choice => 0,
            };
            self.has_open_place |= matches!(self.places[own].kind, PlaceKind::Any);
            self.places[parent].holds |= self.places[own].holds;
            match previous {
                None => self.places[parent].first_child = Some(own),
                Some(previous) => {
                    let previous: &mut Place = &mut self.places[previous];
                    previous.next_sibling = Some(own);
                }
            }
            previous = Some(own);
        }
    }

    /// The place of this number; every number comes from the shape itself.
    pub(super) fn place(&self, place: usize) -> &Place {
        &self.places[place]
    }

    pub(super) fn symbol(&self, id: SegmentId) -> Symbol {
        let index = self.ids.binary_search(&id).ok();
        Symbol { id, index }
    }

    /// How many ids the structure names.
    pub(super) fn symbol_count(&self) -> usize {
        self.ids.len()
    }

    /// Whether the structure may have the segment at all.
    pub(super) fn may_hold(&self, symbol: Symbol) -> bool {
        symbol.index.is_some() || self.has_open_place
    }

    /// Whether a place may have the segment in it.
    pub(super) fn holds(&self, place: usize, symbol: Symbol) -> bool {
        self.places[place].holds & symbol.bit() != 0
    }

    /// The children of a group, the message or a choice, in order.
    pub(super) fn children(&self, place: usize) -> impl Iterator<Item = usize> {
        self.chain(self.places[place].first_child)
    }

    /// The places behind one in its group, or all of the group's when `item` is `None`.
    pub(super) fn after(&self, group: usize, item: Option<usize>) -> impl Iterator<Item = usize> {
        self.chain(match item {
            Some(item) => self.places[item].next_sibling,
            None => self.places[group].first_child,
        })
    }

    fn chain(&self, first: Option<usize>) -> impl Iterator<Item = usize> {
        std::iter::successors(first, |place| self.places[*place].next_sibling)
    }

    /// The first segment that a place names.
    pub(super) fn lead(&self, place: usize) -> Option<SegmentId> {
        match &self.places[place].kind {
            PlaceKind::Segment(id) => Some(*id),
            PlaceKind::Any => None,
            PlaceKind::Message | PlaceKind::Group(_) | PlaceKind::Choice => {
                self.children(place).find_map(|child| self.lead(child))
            }
        }
    }
}
