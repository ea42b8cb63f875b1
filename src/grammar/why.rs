//! Why each segment stands where it stands: the place that the grammar has for it, or what it has there
//! instead. Made when somebody asks, from the same walk that binds.

use std::fmt::Write as _;
use std::sync::Arc;

use super::bind::walk;
use super::node::Standing;
use super::notation::place_text;
use super::resolve::Grammar;
use super::shape::{MESSAGE, PlaceKind, Shape};
use super::steps::{REQUIRED, Standpoint, Step, find_step_with_cost, way_down};
use super::view::Origin;
use crate::hl7::{Message, SegmentId};
use crate::profile::SegmentOrder;

/// Why a segment stands where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// The segment's index in the message, counted from 0.
    pub index: usize,
    /// How it fits.
    pub standing: Standing,
    /// The groups around it, the outermost first, each with which one of its name it is.
    pub groups: Vec<(Arc<str>, u32)>,
    /// The place that the grammar has for it, as it is written there: `[{OBX}]`; `None` where it has
    /// none.
    pub place: Option<String>,
    /// What is required before it and missing.
    pub missing: Vec<SegmentId>,
    /// What the grammar has at this place, in its order.
    pub expected: Vec<SegmentId>,
    /// All of it as a sentence without a final stop.
    pub sentence: String,
}

/// Why each segment of the message stands where it stands; empty where no structure is known.
pub fn why(message: &Message, grammar: &Grammar) -> Vec<Why> {
    let Some(shape) = grammar.shape() else {
        return Vec::new();
    };
    let walk = walk(message, grammar, shape);
    let mut trail = Trail::new(shape);
    let mut told = Vec::with_capacity(walk.steps.len());
    let mut seen: Vec<SegmentId> = Vec::new();
    for (segment, step) in message.segments().zip(&walk.steps) {
        let standing = walk
            .standings
            .get(segment.index())
            .copied()
            .unwrap_or(Standing::NotASegment);
        let expected = trail.expected(grammar, &seen);
        let missing = step.map_or_else(Vec::new, |step| trail.missing_before(step, grammar));
        if let Some(step) = step {
            trail.go(*step);
        }
        let mut why = Why {
            index: segment.index(),
            standing,
            groups: trail.groups(),
            place: step.map(|step| place_text(shape, step.leaf)),
            missing,
            expected,
            sentence: String::new(),
        };
        why.sentence = match step {
            Some(step) => trail.sentence(&why, *step, grammar),
            None => outside(&why, segment.segment_id(), &seen, grammar),
        };
        told.push(why);
        seen.extend(segment.segment_id());
    }
    told
}

/// What a sentence about one segment calls the structure.
fn words(grammar: &Grammar) -> String {
    match grammar.structure_origin() {
        Some(Origin::Site) => "the grammar".to_owned(),
        Some(_) | None => grammar.structure_words(),
    }
}

/// Why a segment has no place where it stands.
fn outside(why: &Why, id: Option<SegmentId>, seen: &[SegmentId], grammar: &Grammar) -> String {
    let words = words(grammar);
    let has = match (&why.expected[..], seen.last()) {
        ([], Some(behind)) => format!("after {behind} nothing more is expected"),
        ([], None) => "nothing is expected".to_owned(),
        (ids, Some(behind)) => format!("after {behind} it has {}", listed(ids)),
        (ids, None) => format!("it begins with {}", listed(ids)),
    };
    match (why.standing, id) {
        (Standing::NotASegment, _) | (_, None) => "the line has no segment id".to_owned(),
        (Standing::Unknown, _) => {
            format!("nobody describes it, and {words} has no place for it")
        }
        (Standing::NotInStructure, Some(id)) => format!("{words} has no {id}; {has}"),
        (Standing::OutOfOrder, Some(id)) if seen.contains(&id) => {
            format!("{words} does not have it here again; {has}")
        }
        (Standing::OutOfOrder, Some(_)) => format!("{words} has it elsewhere; {has}"),
        (Standing::Expected, Some(_)) if grammar.segment_order() == SegmentOrder::Any => {
            "its group is closed by now; the order is free, so it stays here".to_owned()
        }
        (Standing::Expected, Some(_)) => {
            format!("the profile describes it, and {words} has no place for it: it stays here")
        }
    }
}

/// The first ids of a list as a sentence has them.
pub(super) fn listed(ids: &[SegmentId]) -> String {
    const SHOWN: usize = 8;
    let mut text = String::new();
    let last = ids.len().min(SHOWN) - 1;
    for (index, id) in ids.iter().take(SHOWN).enumerate() {
        let before = match index {
            0 => "",
            _ if index == last && ids.len() <= SHOWN => " or ",
            _ => ", ",
        };
        // Writing to a string cannot fail.
        let _ = write!(text, "{before}{id}");
    }
    if ids.len() > SHOWN {
        text.push_str(" …");
    }
    text
}

/// The groups that are open on the way through a message.
pub(super) struct Trail<'s> {
    shape: &'s Shape,
    /// Each with which one of its name it is.
    open: Vec<Standpoint>,
    occurrences: Vec<u32>,
}

impl<'s> Trail<'s> {
    pub(super) fn new(shape: &'s Shape) -> Self {
        Self {
            shape,
            open: vec![standpoint(MESSAGE)],
            occurrences: vec![1],
        }
    }

    pub(super) fn go(&mut self, step: Step) {
        while self.open.len() > 1
            && self
                .open
                .last()
                .is_some_and(|standpoint| standpoint.group != step.base)
        {
            self.open.pop();
            self.occurrences.pop();
        }
        let mut occurrence = 1;
        if let Some(base) = self.open.last_mut() {
            base.count = if base.item == Some(step.item) {
                base.count + 1
            } else {
                1
            };
            base.item = Some(step.item);
            occurrence = base.count;
        }
        for inner in way_down(self.shape, step) {
            self.open.push(inner);
            self.occurrences.push(occurrence);
            occurrence = 1;
        }
    }

    /// The segments that may stand next with nothing missing, in the grammar's order; where the order
    /// is free, those that are not `seen` yet or may be there again.
    pub(super) fn expected(&self, grammar: &Grammar, seen: &[SegmentId]) -> Vec<SegmentId> {
        let is_free = grammar.segment_order() == SegmentOrder::Any;
        let mut ids = Vec::new();
        for place in self.shape.places() {
            let PlaceKind::Segment(id) = place.kind else {
                continue;
            };
            if ids.contains(&id) {
                continue;
            }
            let symbol = self.shape.symbol(id);
            let may = if is_free {
                place.inside_repeating || !seen.contains(&id)
            } else {
                find_step_with_cost(self.shape, &self.open, symbol, |_| false).is_some_and(
                    |(cost, step)| {
                        let leaf = &self.shape.place(step.leaf).kind;
                        cost < REQUIRED && matches!(leaf, PlaceKind::Segment(_))
                    },
                )
            };
            if may {
                ids.push(id);
            }
        }
        ids
    }

    /// The required segments that a step passes by; where the order is free, they may still come.
    pub(super) fn missing_before(&self, step: Step, grammar: &Grammar) -> Vec<SegmentId> {
        let mut passed = Vec::new();
        if grammar.segment_order() == SegmentOrder::Any {
            return Vec::new();
        }
        for standpoint in self.open.iter().rev() {
            let is_base = standpoint.group == step.base;
            if is_base && standpoint.item == Some(step.item) {
                break;
            }
            let after = self.shape.after(standpoint.group, standpoint.item);
            passed.extend(after.take_while(|place| !is_base || *place != step.item));
            if is_base {
                break;
            }
        }
        for inner in way_down(self.shape, step) {
            let children = self.shape.children(inner.group);
            passed.extend(children.take_while(|place| Some(*place) != inner.item));
        }
        passed
            .into_iter()
            .filter(|place| !self.shape.place(*place).optional)
            .filter_map(|place| self.shape.lead(place))
            .collect()
    }

    fn groups(&self) -> Vec<(Arc<str>, u32)> {
        let open = self.open.iter().zip(&self.occurrences);
        open.filter_map(
            |(standpoint, occurrence)| match &self.shape.place(standpoint.group).kind {
                PlaceKind::Group(name) => Some((Arc::clone(name), *occurrence)),
                PlaceKind::Message
                | PlaceKind::Segment(_)
                | PlaceKind::Choice
                | PlaceKind::Sequence
                | PlaceKind::Any => None,
            },
        )
        .collect()
    }

    /// Why a segment stands at the place that the last step led to.
    fn sentence(&self, why: &Why, step: Step, grammar: &Grammar) -> String {
        let place = why.place.as_deref().unwrap_or_default();
        let count = self.open.last().map_or(1, |standpoint| standpoint.count);
        let around = match why.groups.last() {
            Some((name, 1)) => name.to_string(),
            Some((name, occurrence)) => format!("{name} {occurrence}"),
            None => words(grammar),
        };
        let item = self.shape.place(step.item);
        let mut text = match (&item.kind, &self.shape.place(step.leaf).kind) {
            (_, PlaceKind::Any) => format!("{place} in {around} takes any segment"),
            (PlaceKind::Group(_), _) => format!(
                "begins {around}; {} has {} here",
                self.base_words(step, grammar),
                place_text(self.shape, step.item)
            ),
            (PlaceKind::Choice, _) => format!(
                "an option of {} in {around}",
                place_text(self.shape, step.item)
            ),
            (_, _) if count > 1 => format!("number {count} of {place} in {around}"),
            (_, _) => format!("{around} has {place} here"),
        };
        if !why.missing.is_empty() {
            let ids: Vec<String> = why.missing.iter().map(ToString::to_string).collect();
            let _ = write!(text, "; missing before it: {}", ids.join(", "));
        }
        text
    }

    /// What a sentence calls the group that a step starts from.
    fn base_words(&self, step: Step, grammar: &Grammar) -> String {
        match &self.shape.place(step.base).kind {
            PlaceKind::Group(name) => name.to_string(),
            PlaceKind::Message
            | PlaceKind::Segment(_)
            | PlaceKind::Choice
            | PlaceKind::Sequence
            | PlaceKind::Any => words(grammar),
        }
    }
}

fn standpoint(group: usize) -> Standpoint {
    Standpoint {
        group,
        item: None,
        count: 0,
    }
}
