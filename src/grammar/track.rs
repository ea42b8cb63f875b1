//! The best way of a whole message through its structure, where one look ahead is not enough.
//!
//! All ways are followed side by side, segment by segment, and of those that meet only the best goes
//! on (Thompson 1968 for the states, Viterbi 1967 for the best of them), so that the time is in
//! proportion to the segments times the places of the structure, whatever brackets it has. A repeat
//! with a maximum is written out as that many copies.

use super::shape::{MESSAGE, PlaceKind, Shape, Symbol};
use super::steps::{ANY, OPTIONAL, REQUIRED, Step};
use crate::hl7::SegmentId;

/// What leaving a segment out of the structure costs: as much as a required segment that is missing.
const SKIPPED: u32 = REQUIRED;

/// More copies are not written out: such a maximum is left to whoever takes the way.
const MAX_NODES: usize = 4_096;

/// Nodes times segments beyond which no way is sought, to bound the time: half a second.
const MAX_WORK: usize = 50_000_000;

/// Where each segment of a message stands best.
pub(super) struct Track {
    /// By segment: the step to its place, none where it is left out.
    pub(super) steps: Vec<Option<Step>>,
    /// How many segments are left out or missing.
    pub(super) problems: usize,
}

/// A place, or one of its copies.
struct Node {
    place: usize,
    /// Which copy of its place it is, from 0.
    copy: u32,
    /// The last copy may be followed by itself.
    repeats: bool,
    /// The one before it in its group, or the place's earlier copy.
    previous: Option<usize>,
    children: Vec<usize>,
    /// What the required places behind it in its group cost when none of them is there.
    rest: u32,
}

/// A way so far: what it costs and its last step.
#[derive(Clone, Copy)]
struct Way {
    cost: u32,
    link: u32,
}

/// A way that comes to a node from outside: where it turned off and what it passed by inside.
#[derive(Clone, Copy)]
struct Arrival {
    way: Way,
    base: usize,
    item: usize,
    skips_required: bool,
}

/// A step and the one before it.
struct Link {
    before: u32,
    segment: u32,
    /// Base, item and leaf: places fit, for grammars are bounded.
    step: [u16; 3],
}

/// More steps than this are not kept, to bound the memory.
const MAX_LINKS: usize = 4_000_000;

/// No step yet.
const NO_LINK: u32 = u32::MAX;

/// The best way of segments with these symbols; those of which `None` is known stand outside. Of ways
/// that are equally good, the one that stays longest in a group and takes the first option.
pub(super) fn track(shape: &Shape, symbols: &[Option<Symbol>]) -> Option<Track> {
    let nodes = Nodes::new(shape);
    if nodes.0.len().saturating_mul(symbols.len()) > MAX_WORK {
        return None;
    }
    let mut tracker = Tracker::new(shape, nodes);
    for (segment, symbol) in symbols.iter().enumerate() {
        if let Some(symbol) = symbol {
            tracker.advance(segment, *symbol);
        }
        if tracker.links.len() > MAX_LINKS {
            return None;
        }
    }
    let best = tracker.finish()?;
    let mut steps = vec![None; symbols.len()];
    let mut at = best.link;
    while let Some(link) = tracker.links.get(at as usize) {
        if let Some(step) = steps.get_mut(link.segment as usize) {
            let [base, item, leaf] = link.step.map(usize::from);
            *step = Some(Step { base, item, leaf });
        }
        at = link.before;
    }
    Some(Track {
        steps,
        problems: (best.cost / REQUIRED) as usize,
    })
}

/// Whether the same segment may stand at two places after some segment, with nothing missing.
pub(super) fn is_ambiguous(shape: &Shape) -> bool {
    let has_inner_bound = shape.places().iter().any(|place| {
        place.most.is_some_and(|most| most > 1)
            && (place.first_child.is_some() || shape.place(place.parent).inside_repeating)
    });
    if has_inner_bound {
        return true;
    }
    let nodes = Nodes::new(shape);
    let mut tracker = Tracker::new(shape, nodes);
    let leaves: Vec<Option<usize>> = (0..tracker.nodes.0.len())
        .filter(|node| tracker.nodes.0[*node].children.is_empty())
        .map(Some)
        .chain([None])
        .collect();
    for from in leaves {
        tracker.stand_at(from);
        let mut seen: Vec<(SegmentId, usize)> = Vec::new();
        for node in 0..tracker.nodes.0.len() {
            let place = tracker.nodes.0[node].place;
            let is_reached = tracker.arrivals[node].is_some_and(|found| found.way.cost < REQUIRED);
            match shape.place(place).kind {
                _ if !is_reached => {}
                PlaceKind::Segment(id) => {
                    if seen.iter().any(|(other, at)| *other == id && *at != place) {
                        return true;
                    }
                    seen.push((id, place));
                }
                // Whatever else stands there, this takes it too.
                PlaceKind::Any => return true,
                PlaceKind::Message
                | PlaceKind::Group(_)
                | PlaceKind::Choice
                | PlaceKind::Sequence => {}
            }
        }
    }
    false
}

struct Nodes(Vec<Node>);

impl Nodes {
    fn new(shape: &Shape) -> Self {
        let mut nodes = Self(Vec::new());
        nodes.add(shape, MESSAGE, 0, None);
        nodes
    }

    fn add(&mut self, shape: &Shape, place: usize, copy: u32, previous: Option<usize>) -> usize {
        let own = self.0.len();
        self.0.push(Node {
            place,
            copy,
            repeats: false,
            previous,
            children: Vec::new(),
            rest: 0,
        });
        let mut children = Vec::new();
        for child in shape.children(place) {
            let copies = match shape.place(child).most {
                Some(most) if (most as usize) <= MAX_NODES.saturating_sub(self.0.len()) => most,
                Some(_) | None => 1,
            };
            let before = self.0.len();
            for copy in 0..copies.max(1) {
                // Copies of a large group are not written out beyond the bound.
                if copy > 0 && self.0.len() > MAX_NODES {
                    break;
                }
                let previous = children.last().copied();
                children.push(self.add(shape, child, copy, previous));
            }
            let written = children.iter().filter(|node| **node >= before).count() as u32;
            if shape.place(child).most.is_none_or(|most| written < most)
                && let Some(last) = children.last()
            {
                self.0[*last].repeats = true;
            }
        }
        if !matches!(shape.place(place).kind, PlaceKind::Choice) {
            let mut rest: u32 = 0;
            for child in children.iter().rev() {
                let (place, copy) = (self.0[*child].place, self.0[*child].copy);
                self.0[*child].rest = rest;
                if copy == 0 && !shape.place(place).optional {
                    rest = rest.saturating_add(REQUIRED);
                }
            }
        }
        self.0[own].children = children;
        own
    }
}

struct Tracker<'s> {
    shape: &'s Shape,
    nodes: Nodes,
    /// The way that has taken nothing yet.
    start: Option<Way>,
    /// By leaf: the best way that stands there.
    standing: Vec<Option<Way>>,
    /// By node: the best way that is done with it.
    done: Vec<Option<Way>>,
    /// By node: the best way that comes to it.
    arrivals: Vec<Option<Arrival>>,
    links: Vec<Link>,
}

impl<'s> Tracker<'s> {
    fn new(shape: &'s Shape, nodes: Nodes) -> Self {
        let count = nodes.0.len();
        Self {
            shape,
            nodes,
            start: Some(Way {
                cost: 0,
                link: NO_LINK,
            }),
            standing: vec![None; count],
            done: vec![None; count],
            arrivals: vec![None; count],
            links: Vec::new(),
        }
    }

    /// Only the way that stands at one leaf, or the one that has taken nothing.
    fn stand_at(&mut self, leaf: Option<usize>) {
        let way = Way {
            cost: 0,
            link: NO_LINK,
        };
        self.start = leaf.is_none().then_some(way);
        self.standing.fill(None);
        if let Some(leaf) = leaf {
            self.standing[leaf] = Some(way);
        }
        self.leave();
        self.arrive();
    }

    /// Takes one segment.
    fn advance(&mut self, segment: usize, symbol: Symbol) {
        self.leave();
        self.arrive();
        let skipped = |way: Way| Way {
            cost: way.cost.saturating_add(SKIPPED),
            ..way
        };
        self.start = self.start.map(skipped);
        for node in 0..self.nodes.0.len() {
            self.standing[node] = self.standing[node].map(skipped);
            let place = self.nodes.0[node].place;
            let cost = match self.shape.place(place).kind {
                PlaceKind::Segment(id) if id == symbol.id => 0,
                PlaceKind::Any => ANY,
                PlaceKind::Segment(_)
                | PlaceKind::Message
                | PlaceKind::Group(_)
                | PlaceKind::Choice
                | PlaceKind::Sequence => continue,
            };
            let Some(arrival) = self.arrivals[node] else {
                continue;
            };
            // An optional segment alone does not make a group whose required ones are missing.
            if arrival.skips_required && (cost == ANY || self.shape.place(place).optional) {
                continue;
            }
            let cost = arrival.way.cost.saturating_add(cost);
            if self.standing[node].is_none_or(|other| cost <= other.cost) {
                let link = self.links.len() as u32;
                self.links.push(Link {
                    before: arrival.way.link,
                    segment: segment as u32,
                    step: [arrival.base, arrival.item, place].map(|place| place as u16),
                });
                self.standing[node] = Some(Way { cost, link });
            }
        }
    }

    /// The best way at the end of the message.
    fn finish(&mut self) -> Option<Way> {
        self.leave();
        let nothing = self.start.map(|way| Way {
            cost: way.cost.saturating_add(
                self.nodes.0[0]
                    .children
                    .iter()
                    .filter(|child| {
                        let node = &self.nodes.0[**child];
                        node.copy == 0 && !self.shape.place(node.place).optional
                    })
                    .count() as u32
                    * REQUIRED,
            ),
            ..way
        });
        better(self.done[0], nothing)
    }

    /// From the inside out: who is done with each node.
    fn leave(&mut self) {
        for node in (0..self.nodes.0.len()).rev() {
            let mut best = self.standing[node];
            for child in &self.nodes.0[node].children {
                let rest = self.nodes.0[*child].rest;
                let way = self.done[*child].map(|way| Way {
                    cost: way.cost.saturating_add(rest),
                    ..way
                });
                best = better(best, way);
            }
            self.done[node] = best;
        }
    }

    /// From the outside in: who comes to each node.
    fn arrive(&mut self) {
        self.arrivals.fill(None);
        for node in 0..self.nodes.0.len() {
            if self.nodes.0[node].children.is_empty() {
                continue;
            }
            let base = self.nodes.0[node].place;
            let is_choice = matches!(self.shape.place(base).kind, PlaceKind::Choice);
            let mut from_outside = self.arrivals[node];
            // Ways that have taken something in this group and go on in it.
            let mut inside: Option<Way> = if node == 0 { self.start } else { None };
            for index in 0..self.nodes.0[node].children.len() {
                let child = self.nodes.0[node].children[index];
                let Node {
                    place: item,
                    copy,
                    repeats,
                    previous,
                    ..
                } = self.nodes.0[child];
                let turn = |way: Way| Arrival {
                    way,
                    base,
                    item,
                    skips_required: false,
                };
                // In a choice, what repeats is the option itself.
                let again = if repeats { self.done[child] } else { None };
                let mut best = again.map(turn);
                if copy == 0 {
                    if !is_choice {
                        best = sooner(best, inside.map(turn));
                    }
                    best = sooner(best, from_outside);
                } else {
                    let earlier = previous.and_then(|previous| self.done[previous]);
                    best = sooner(best, earlier.map(turn));
                }
                self.arrivals[child] = best;
                if is_choice {
                    continue;
                }
                if copy == 0 {
                    let is_optional = self.shape.place(item).optional;
                    let cost = if is_optional { 0 } else { REQUIRED };
                    inside = inside.map(|way| Way {
                        cost: way.cost.saturating_add(cost),
                        ..way
                    });
                    from_outside = from_outside.map(|arrival| Arrival {
                        way: Way {
                            cost: arrival.way.cost.saturating_add(cost.max(OPTIONAL)),
                            ..arrival.way
                        },
                        skips_required: arrival.skips_required || !is_optional,
                        ..arrival
                    });
                }
                inside = better(self.done[child], inside);
            }
        }
    }
}

/// The cheaper of two ways; the first of two alike.
fn better(first: Option<Way>, second: Option<Way>) -> Option<Way> {
    match (first, second) {
        (Some(a), Some(b)) if b.cost < a.cost => Some(b),
        (Some(a), _) => Some(a),
        (None, b) => b,
    }
}

fn sooner(first: Option<Arrival>, second: Option<Arrival>) -> Option<Arrival> {
    match (first, second) {
        (Some(a), Some(b)) if b.way.cost < a.way.cost => Some(b),
        (Some(a), _) => Some(a),
        (None, b) => b,
    }
}
