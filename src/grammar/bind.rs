//! A message bound to its structure: each segment once, in message order, in the groups it is part of.

use std::sync::Arc;

use super::node::{Node, NodeKind, Standing};
use super::resolve::Grammar;
use super::shape::{MESSAGE, PlaceKind, Shape, Symbol};
use super::steps::{Standpoint, Step, find_step, way_down};
use crate::hl7::{Message, Segment};

/// Builds the message's tree. Nothing is lost: what the structure does not have stays where it is, in
/// the group that is open there. What the structure has and the message does not is marked by
/// [`NodeKind::Missing`].
pub fn bind(message: &Message, grammar: &Grammar) -> Node {
    let kind = NodeKind::Message {
        structure: grammar.structure_name().cloned(),
    };
    let children = match grammar.shape() {
        Some(shape) => Binder::new(shape, message).bind(message, grammar),
        None => message
            .segments()
            .map(|segment| Node::segment(segment.index(), standing_alone(segment, grammar)))
            .collect(),
    };
    Node { kind, children }
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

struct Binder<'s> {
    shape: &'s Shape,
    /// The groups that are open, the message first; never empty while segments are placed.
    open: Vec<Standpoint>,
    /// What each of them holds so far.
    held: Vec<Held>,
    /// By symbol: the index after the last segment of that id, 0 for none.
    last: Vec<usize>,
}

struct Held {
    nodes: Vec<Node>,
    /// Which group of its name this is in the one around it.
    occurrence: u32,
    /// Which one of its place the last group in it was.
    inner_occurrence: u32,
}

impl<'s> Binder<'s> {
    fn new(shape: &'s Shape, message: &Message) -> Self {
        let mut last = vec![0; shape.symbol_count()];
        for segment in message.segments() {
            let index = segment.segment_id().and_then(|id| shape.symbol(id).index);
            if let Some(last) = index.and_then(|index| last.get_mut(index)) {
                *last = segment.index() + 1;
            }
        }
        let mut binder = Self {
            shape,
            open: Vec::new(),
            held: Vec::new(),
            last,
        };
        binder.open(MESSAGE, 1);
        binder
    }

    fn bind(mut self, message: &Message, grammar: &Grammar) -> Vec<Node> {
        for segment in message.segments() {
            let standing = self.place(segment, grammar);
            self.add(Node::segment(segment.index(), standing));
        }
        let mut nodes = Vec::new();
        while !self.open.is_empty() {
            nodes = self.close();
        }
        nodes
    }

    /// Moves to the segment's place, if it has one, and says how it stands there.
    fn place(&mut self, segment: Segment<'_>, grammar: &Grammar) -> Standing {
        let Some(id) = segment.segment_id() else {
            return Standing::NotASegment;
        };
        let symbol = self.shape.symbol(id);
        if !self.shape.may_hold(symbol) {
            return standing_outside(symbol, grammar);
        }
        let comes_later = |other: Symbol| {
            let last = other.index.and_then(|index| self.last.get(index));
            last.is_some_and(|last| *last > segment.index() + 1)
        };
        match find_step(self.shape, &self.open, symbol, comes_later) {
            Some(step) => {
                self.go(step);
                // A place for any segment takes also what nobody describes.
                if symbol.index.is_some() || grammar.knows(id) {
                    Standing::Expected
                } else {
                    Standing::Unknown
                }
            }
            None if symbol.index.is_some() => Standing::OutOfOrder,
            None => standing_outside(symbol, grammar),
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
        if !is_again {
            for passed in self
                .shape
                .after(standpoint.group, standpoint.item)
                .take_while(|place| *place != item)
            {
                self.mark_missing(passed);
            }
        }
        if let Some(standpoint) = self.open.last_mut() {
            standpoint.item = Some(item);
        }
        if let Some(held) = self.held.last_mut() {
            held.inner_occurrence = if is_again {
                held.inner_occurrence + 1
            } else {
                1
            };
        }
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
        self.open.push(Standpoint { group, item: None });
        self.held.push(Held {
            nodes: Vec::new(),
            occurrence,
            inner_occurrence: 0,
        });
    }

    /// Closes the innermost group; of the message itself, its nodes come back.
    fn close(&mut self) -> Vec<Node> {
        if let Some(standpoint) = self.open.last().copied() {
            for passed in self.shape.after(standpoint.group, standpoint.item) {
                self.mark_missing(passed);
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
            PlaceKind::Message | PlaceKind::Segment(_) | PlaceKind::Choice | PlaceKind::Any => {
                held.nodes
            }
        }
    }
}
