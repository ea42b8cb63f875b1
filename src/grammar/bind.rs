//! A message bound to its structure: each segment once, in message order, in the groups it is part of.

use std::sync::Arc;

use super::any_order::find_place;
use super::node::{Node, NodeKind, Standing};
use super::resolve::Grammar;
use super::shape::{MESSAGE, PlaceKind, Shape, Symbol};
use super::steps::{Standpoint, Step, find_step, way_down};
use super::track;
use crate::hl7::{Message, Segment};
use crate::profile::SegmentOrder;

/// Builds the message's tree. Nothing is lost: what the structure does not have stays where it is, in
/// the group that is open there. What the structure has and the message does not is marked by
/// [`NodeKind::Missing`].
pub fn bind(message: &Message, grammar: &Grammar) -> Node {
    let kind = NodeKind::Message {
        structure: grammar.structure_name().cloned(),
    };
    let children = match grammar.shape() {
        Some(shape) => walk(message, grammar, shape).nodes,
        None => message
            .segments()
            .map(|segment| Node::segment(segment.index(), standing_alone(segment, grammar)))
            .collect(),
    };
    Node { kind, children }
}

/// A message bound to a structure.
pub(super) struct Walk {
    pub(super) nodes: Vec<Node>,
    /// By segment: the step to its place, none where it has none.
    pub(super) steps: Vec<Option<Step>>,
    /// By segment: how it fits.
    pub(super) standings: Vec<Standing>,
    /// How many segments have no place, and how many required places were passed by.
    problems: usize,
}

/// Goes through the message, place by place.
///
/// Most messages need no look ahead. Where one does not fit the structure and the structure lets a
/// segment stand at several places, all ways are tried, and the best taken if it is better.
pub(super) fn walk(message: &Message, grammar: &Grammar, shape: &Shape) -> Walk {
    if grammar.segment_order() == SegmentOrder::Any {
        return Binder::new(shape, message, Way::AnyOrder).bind(message, grammar);
    }
    let near = Binder::new(shape, message, Way::Nearest).bind(message, grammar);
    if near.problems == 0 || !shape.is_ambiguous(track::is_ambiguous) {
        return near;
    }
    let symbols: Vec<Option<Symbol>> = message
        .segments()
        .map(|segment| {
            let symbol = shape.symbol(segment.segment_id()?);
            shape.may_hold(symbol).then_some(symbol)
        })
        .collect();
    match track::track(shape, &symbols) {
        Some(best) if best.problems < near.problems => {
            let best = Binder::new(shape, message, Way::Given(best.steps)).bind(message, grammar);
            // A maximum that is too large to be written out may have stopped it.
            if best.problems < near.problems {
                best
            } else {
                near
            }
        }
        Some(_) | None => near,
    }
}

/// How a segment stands where no structure says what is expected.
fn standing_alone(segment: Segment<'_>, grammar: &Grammar) -> Standing {
    match segment.segment_id() {
        None => Standing::NotASegment,
        Some(id) if grammar.knows(id) => Standing::Expected,
        Some(_) => Standing::Unknown,
    }
}

/// How a segment stands that the structure does not have.
fn standing_outside(symbol: Symbol, grammar: &Grammar) -> Standing {
    let id = symbol.id;
    if id.is_site_defined() && grammar.is_described_by_site(id) {
        Standing::Expected
    } else if grammar.knows(id) {
        Standing::NotInStructure
    } else {
        Standing::Unknown
    }
}

/// How the place of a segment is found.
enum Way {
    /// The nearest one.
    Nearest,
    /// The one that was found before, by segment.
    Given(Vec<Option<Step>>),
    /// Any that can still be taken.
    AnyOrder,
}

struct Binder<'s> {
    way: Way,
    shape: &'s Shape,
    /// The groups that are open, the message first; never empty while segments are placed.
    open: Vec<Standpoint>,
    /// What each of them holds so far.
    held: Vec<Held>,
    /// By symbol: the index after the last segment of that id, 0 for none.
    last: Vec<usize>,
    steps: Vec<Option<Step>>,
    standings: Vec<Standing>,
    problems: usize,
    /// The places of segments that were taken, where the order is free.
    filled: Vec<usize>,
}

struct Held {
    nodes: Vec<Node>,
    /// The places that were taken, where the order is free.
    taken: Vec<(usize, u32)>,
    /// Which group of its name this is in the one around it.
    occurrence: u32,
    /// Which one of its place the last group in it was.
    inner_occurrence: u32,
}

impl<'s> Binder<'s> {
    fn new(shape: &'s Shape, message: &Message, way: Way) -> Self {
        let mut last = vec![0; shape.symbol_count()];
        for segment in message.segments() {
            let index = segment.segment_id().and_then(|id| shape.symbol(id).index);
            if let Some(last) = index.and_then(|index| last.get_mut(index)) {
                *last = segment.index() + 1;
            }
        }
        let mut binder = Self {
            way,
            shape,
            open: Vec::new(),
            held: Vec::new(),
            last,
            steps: Vec::with_capacity(message.segment_count()),
            standings: Vec::with_capacity(message.segment_count()),
            problems: 0,
            filled: Vec::new(),
        };
        binder.open(MESSAGE, 1);
        binder
    }

    fn bind(mut self, message: &Message, grammar: &Grammar) -> Walk {
        for segment in message.segments() {
            let standing = self.place(segment, grammar);
            self.standings.push(standing);
            self.add(Node::segment(segment.index(), standing));
        }
        let mut nodes = Vec::new();
        while !self.open.is_empty() {
            nodes = self.close();
        }
        Walk {
            nodes,
            steps: self.steps,
            standings: self.standings,
            problems: self.problems,
        }
    }

    /// Moves to the segment's place, if it has one, and says how it stands there.
    fn place(&mut self, segment: Segment<'_>, grammar: &Grammar) -> Standing {
        let Some(id) = segment.segment_id() else {
            self.steps.push(None);
            return Standing::NotASegment;
        };
        let symbol = self.shape.symbol(id);
        if !self.shape.may_hold(symbol) {
            self.steps.push(None);
            return standing_outside(symbol, grammar);
        }
        let step = self.step(symbol, segment.index());
        self.steps.push(step);
        if let Some(step) = step {
            self.go(step);
            if matches!(self.way, Way::AnyOrder) && !self.filled.contains(&step.leaf) {
                self.filled.push(step.leaf);
            }
            // A place for any segment takes also what nobody describes.
            return if symbol.index.is_some() || grammar.knows(id) {
                Standing::Expected
            } else {
                Standing::Unknown
            };
        }
        let is_late = matches!(self.way, Way::AnyOrder) && self.is_late(symbol);
        self.problems += usize::from(!is_late);
        match symbol.index {
            Some(_) if is_late => Standing::Expected,
            Some(_) => Standing::OutOfOrder,
            None => standing_outside(symbol, grammar),
        }
    }

    /// Whether a group that is closed by now could have held the segment: it comes late, and stays
    /// where it is.
    fn is_late(&self, symbol: Symbol) -> bool {
        let places = self.shape.places().iter().enumerate();
        let mut own = places
            .filter(|(_, place)| matches!(&place.kind, PlaceKind::Segment(id) if *id == symbol.id));
        own.any(|(at, place)| {
            let is_open = self.open.iter().any(|open| open.group == place.parent);
            !is_open && (place.inside_repeating || !self.filled.contains(&at))
        })
    }

    fn step(&self, symbol: Symbol, segment: usize) -> Option<Step> {
        let comes_later = |other: Symbol| {
            let last = other.index.and_then(|index| self.last.get(index));
            last.is_some_and(|last| *last > segment + 1)
        };
        match &self.way {
            Way::Nearest => find_step(self.shape, &self.open, symbol, comes_later),
            Way::Given(steps) => {
                let step = steps.get(segment).copied().flatten()?;
                let base = self.open.iter().find(|open| open.group == step.base)?;
                let is_again = base.item == Some(step.item);
                let may = !is_again || self.shape.place(step.item).may_repeat(base.count);
                may.then_some(step)
            }
            Way::AnyOrder => {
                let taken: Vec<&[(usize, u32)]> =
                    self.held.iter().map(|held| &held.taken[..]).collect();
                find_place(self.shape, &self.open, &taken, symbol)
            }
        }
    }

    fn go(&mut self, step: Step) {
        while self
            .open
            .last()
            .is_some_and(|standpoint| standpoint.group != step.base)
        {
            let _ = self.close();
        }
        self.take(step.item);
        for standpoint in way_down(self.shape, step) {
            let occurrence = self.held.last().map_or(1, |held| held.inner_occurrence);
            self.open(standpoint.group, occurrence);
            if let Some(item) = standpoint.item {
                self.take(item);
            }
        }
    }

    /// Marks a place of the innermost group as taken, and what was passed by as missing.
    fn take(&mut self, item: usize) {
        let Some(standpoint) = self.open.last().copied() else {
            return;
        };
        let is_again = standpoint.item == Some(item);
        let count = if is_again { standpoint.count + 1 } else { 1 };
        if matches!(self.way, Way::AnyOrder) {
            self.take_in_any_order(item);
            return;
        }
        if !is_again {
            for passed in self
                .shape
                .after(standpoint.group, standpoint.item)
                .take_while(|place| *place != item)
            {
                self.pass(passed);
            }
        }
        if let Some(standpoint) = self.open.last_mut() {
            standpoint.item = Some(item);
            standpoint.count = count;
        }
        if let Some(held) = self.held.last_mut() {
            held.inner_occurrence = count;
        }
    }

    /// What was passed by may still come: what is missing is known when the group is closed.
    fn take_in_any_order(&mut self, item: usize) {
        let Some(held) = self.held.last_mut() else {
            return;
        };
        let known = held.taken.iter_mut().find(|(place, _)| *place == item);
        let count = if let Some((_, count)) = known {
            *count += 1;
            *count
        } else {
            held.taken.push((item, 1));
            1
        };
        held.inner_occurrence = count;
        if let Some(standpoint) = self.open.last_mut() {
            standpoint.item = Some(item);
            standpoint.count = count;
        }
    }

    fn pass(&mut self, place: usize) {
        self.problems += usize::from(!self.shape.place(place).optional);
        self.mark_missing(place);
    }

    /// One ghost for what need not be there; every required segment of what must.
    fn mark_missing(&mut self, place: usize) {
        let found = self.shape.place(place);
        let is_required = !found.optional;
        match &found.kind {
            PlaceKind::Group(_) if is_required => {
                let required: Vec<_> = self
                    .shape
                    .children(place)
                    .filter(|child| !self.shape.place(*child).optional)
                    .collect();
                for child in required {
                    self.mark_missing(child);
                }
            }
            PlaceKind::Message
            | PlaceKind::Segment(_)
            | PlaceKind::Group(_)
            | PlaceKind::Choice
            | PlaceKind::Sequence
            | PlaceKind::Any => {
                if let Some(id) = self.shape.lead(place) {
                    self.add(Node::missing(id, is_required));
                }
            }
        }
    }

    fn add(&mut self, node: Node) {
        if let Some(held) = self.held.last_mut() {
            held.nodes.push(node);
        }
    }

    fn open(&mut self, group: usize, occurrence: u32) {
        self.open.push(Standpoint {
            group,
            item: None,
            count: 0,
        });
        self.held.push(Held {
            nodes: Vec::new(),
            taken: Vec::new(),
            occurrence,
            inner_occurrence: 0,
        });
    }

    /// Closes the innermost group; of the message itself, its nodes come back.
    fn close(&mut self) -> Vec<Node> {
        if let Some(standpoint) = self.open.last().copied() {
            let from = match self.way {
                Way::Nearest | Way::Given(_) => standpoint.item,
                Way::AnyOrder => None,
            };
            for passed in self.shape.after(standpoint.group, from) {
                let is_taken = self
                    .held
                    .last()
                    .is_some_and(|held| held.taken.iter().any(|(place, _)| *place == passed));
                if !is_taken {
                    self.pass(passed);
                }
            }
        }
        let (Some(standpoint), Some(held)) = (self.open.pop(), self.held.pop()) else {
            return Vec::new();
        };
        match &self.shape.place(standpoint.group).kind {
            PlaceKind::Group(name) => {
                let kind = NodeKind::Group {
                    name: Arc::clone(name),
                    occurrence: held.occurrence,
                };
                self.add(Node {
                    kind,
                    children: held.nodes,
                });
                Vec::new()
            }
            PlaceKind::Sequence => {
                if let Some(around) = self.held.last_mut() {
                    around.nodes.extend(held.nodes);
                }
                Vec::new()
            }
            PlaceKind::Message | PlaceKind::Segment(_) | PlaceKind::Choice | PlaceKind::Any => {
                held.nodes
            }
        }
    }
}
