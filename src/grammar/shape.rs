//! A segment grammar laid out flat, so that binding can move about in it without searching.

use std::sync::{Arc, OnceLock};

use crate::hl7::SegmentId;
use crate::profile::{GrammarItem, GrammarKind, SegmentGrammar};

/// The places of a structure; place 0 is the message itself.
#[derive(Debug)]
pub(super) struct Shape {
    places: Vec<Place>,
    /// The place of each item of the grammar, those around others first.
    item_places: Vec<usize>,
    /// Sorted, each once.
    ids: Vec<SegmentId>,
    has_open_place: bool,
    /// See [`Shape::is_ambiguous`].
    ambiguous: OnceLock<bool>,
}

/// A place of the structure.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) kind: PlaceKind,
    pub(super) optional: bool,
    /// The most times that it may stand there in a row; `None` when there is no bound.
    pub(super) most: Option<u32>,
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
    /// An option of a choice that is a sequence or repeats: a group that the tree does not show.
    Sequence,
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
    pub(super) fn new(grammar: &SegmentGrammar) -> Self {
        let mut ids = grammar.segment_ids();
        ids.sort_unstable();
        ids.dedup();
        let mut shape = Shape {
            places: Vec::new(),
            item_places: Vec::new(),
            ids,
            has_open_place: false,
            ambiguous: OnceLock::new(),
        };
        shape.add(PlaceKind::Message, (false, Some(1)), (MESSAGE, false));
        shape.add_items(&grammar.items, MESSAGE);
        shape
    }

    fn add(
        &mut self,
        kind: PlaceKind,
        (optional, most): (bool, Option<u32>),
        (parent, parent_repeats): (usize, bool),
    ) -> usize {
        self.places.push(Place {
            kind,
            optional,
            most,
            inside_repeating: most != Some(1) || parent_repeats,
            parent,
            first_child: None,
            next_sibling: None,
            holds: 0,
        });
        self.places.len() - 1
    }

    fn add_items(&mut self, items: &[GrammarItem], parent: usize) {
        let parent_repeats = self.places[parent].inside_repeating;
        let mut previous = None;
        let is_choice = matches!(self.places[parent].kind, PlaceKind::Choice);
        for item in items {
            let is_plain = !item.optional && item.repeat.max() == Some(1);
            let is_bare = matches!(item.kind, GrammarKind::Group { name: None, .. });
            let is_sequence = is_choice && (!is_plain || is_bare);
            let kind = match &item.kind {
                _ if is_sequence => PlaceKind::Sequence,
                GrammarKind::Segment(id) => PlaceKind::Segment(*id),
                GrammarKind::Group { .. } => PlaceKind::Group(group_name(item)),
                GrammarKind::Choice { .. } => PlaceKind::Choice,
                GrammarKind::Any => PlaceKind::Any,
            };
            let cardinality = if is_sequence {
                (false, Some(1))
            } else {
                (item.optional, item.repeat.max())
            };
            let own = self.add(kind, cardinality, (parent, parent_repeats));
            let is_wrapped = is_sequence && !is_plain;
            if !is_wrapped {
                self.item_places.push(own);
            }
            if is_wrapped {
                self.add_items(std::slice::from_ref(item), own);
            } else {
                self.add_items(item.items(), own);
            }
            self.places[own].optional |= self.may_be_empty(own);
            self.places[own].holds |= match &self.places[own].kind {
                PlaceKind::Segment(id) => self.symbol(*id).bit(),
                PlaceKind::Any => u128::MAX,
                PlaceKind::Message
                | PlaceKind::Group(_)
                | PlaceKind::Choice
                | PlaceKind::Sequence => 0,
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

    /// All places; the message is the first, what is around others stands before them.
    pub(super) fn places(&self) -> &[Place] {
        &self.places
    }

    /// The place of each item of the grammar, in the order of [`SegmentGrammar::visit`].
    pub(super) fn item_places(&self) -> &[usize] {
        &self.item_places
    }

    /// The names of the groups in order, each with whether it may stand there more than once.
    pub(super) fn groups(&self) -> impl Iterator<Item = (&Arc<str>, bool)> {
        self.places.iter().filter_map(|place| match &place.kind {
            PlaceKind::Group(name) => Some((name, place.may_repeat(1))),
            PlaceKind::Message
            | PlaceKind::Segment(_)
            | PlaceKind::Choice
            | PlaceKind::Sequence
            | PlaceKind::Any => None,
        })
    }

    /// Whether nothing in it needs to be there.
    fn may_be_empty(&self, place: usize) -> bool {
        let mut optional = self
            .children(place)
            .map(|child| self.places[child].optional);
        match self.places[place].kind {
            PlaceKind::Segment(_) | PlaceKind::Any => false,
            PlaceKind::Choice => optional.any(|optional| optional),
            PlaceKind::Message | PlaceKind::Group(_) | PlaceKind::Sequence => {
                optional.all(|optional| optional)
            }
        }
    }

    /// Whether a segment can stand at more than one place next, so that only later ones tell which;
    /// found out by `find` when it is first asked for.
    pub(super) fn is_ambiguous(&self, find: impl FnOnce(&Self) -> bool) -> bool {
        *self.ambiguous.get_or_init(|| find(self))
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
            PlaceKind::Message | PlaceKind::Group(_) | PlaceKind::Choice | PlaceKind::Sequence => {
                self.children(place).find_map(|child| self.lead(child))
            }
        }
    }
}

impl Place {
    /// Whether it may stand there once more where it stands `count` times in a row.
    pub(super) fn may_repeat(&self, count: u32) -> bool {
        self.most.is_none_or(|most| count < most)
    }
}

/// The name of a group; one without is called after its first segment, so that rows and scripts can
/// name it too.
fn group_name(item: &GrammarItem) -> Arc<str> {
    fn lead(item: &GrammarItem) -> Option<SegmentId> {
        match &item.kind {
            GrammarKind::Segment(id) => Some(*id),
            GrammarKind::Any => None,
            GrammarKind::Group { .. } | GrammarKind::Choice { .. } => {
                item.items().iter().find_map(lead)
            }
        }
    }
    match (item.name(), lead(item)) {
        (Some(name), _) => Arc::clone(name),
        (None, Some(id)) => format!("{id}_GROUP").into(),
        (None, None) => "GROUP".into(),
    }
}
