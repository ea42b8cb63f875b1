//! Where in the structure the next segment stands: the nearest place that asks for the fewest missing
//! segments.
//!
//! Each segment looks once over the structure at most, so binding takes time in proportion to the
//! message for a given structure. Nothing is taken back: where a later segment shows a choice to be
//! wrong, [`super::track`] looks at all of them.

use super::shape::{MESSAGE, PlaceKind, Shape, Symbol};

/// How bad it is to pass a required segment or group by; worse than any number of the others.
pub(super) const REQUIRED: u32 = 10_000;
/// How bad it is to enter a group behind one of its optional parts: `ORC` after an order is rather
/// the next order's first than one in a group of prior results that might start with a `PID`.
pub(super) const OPTIONAL: u32 = 1;
/// How bad it is to take a place for any segment.
pub(super) const ANY: u32 = 5;

/// A move in the structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// The open group to go back to.
    pub(super) base: usize,
    /// The place in it to enter (again, where it is the one last taken).
    pub(super) item: usize,
    /// The place of the segment, in or at that place.
    pub(super) leaf: usize,
}

/// An open group and the place in it that was last taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standpoint {
    pub(super) group: usize,
    pub(super) item: Option<usize>,
    /// How often it was taken in a row.
    pub(super) count: u32,
}

/// The way from a place down to a segment.
#[derive(Clone, Copy)]
struct Entry {
    leaf: usize,
    cost: u32,
    /// A required part of an entered group is passed by.
    skips_required: bool,
    /// The same in a group that itself need not be there.
    skips_in_optional: bool,
}

/// Finds the place of a segment, seen from the open groups, the innermost last. `comes_later` tells
/// whether a segment of that symbol follows in the message.
pub(super) fn find_step(
    shape: &Shape,
    open: &[Standpoint],
    symbol: Symbol,
    comes_later: impl Fn(Symbol) -> bool,
) -> Option<Step> {
    find_step_with_cost(shape, open, symbol, comes_later).map(|(_, step)| step)
}

/// The same with what the step costs: [`REQUIRED`] and more where something required is passed by.
pub(super) fn find_step_with_cost(
    shape: &Shape,
    open: &[Standpoint],
    symbol: Symbol,
    comes_later: impl Fn(Symbol) -> bool,
) -> Option<(u32, Step)> {
    let mut best: Option<(u32, Step)> = None;
    let mut passed = 0;
    for standpoint in open.iter().rev() {
        let base = standpoint.group;
        if let Some(item) = standpoint.item
            && shape.place(item).may_repeat(standpoint.count)
            && let Some(entry) = enter(shape, item, symbol, true)
            && may_repeat(shape, item, &entry)
        {
            best = nearer(
                best,
                passed + entry.cost,
                Step {
                    base,
                    item,
                    leaf: entry.leaf,
                },
            );
        }
        for item in shape.after(base, standpoint.item) {
            if let Some(entry) = enter(shape, item, symbol, true)
                && may_go_on(shape, &entry, passed)
            {
                best = nearer(
                    best,
                    passed + entry.cost,
                    Step {
                        base,
                        item,
                        leaf: entry.leaf,
                    },
                );
            }
            let place = shape.place(item);
            if !place.optional {
                passed += REQUIRED;
                // A segment that has to stand before this one, and does stand after it: this one
                // is too early, rather than that one missing.
                let is_ahead = match place.kind {
                    PlaceKind::Segment(id) => {
                        !place.inside_repeating && comes_later(shape.symbol(id))
                    }
                    PlaceKind::Message
                    | PlaceKind::Group(_)
                    | PlaceKind::Choice
                    | PlaceKind::Sequence
                    | PlaceKind::Any => false,
                };
                if is_ahead {
                    return best;
                }
            }
        }
        if best.is_some_and(|(least, _)| least <= passed) {
            break;
        }
    }
    best
}

/// The better of two steps; of two alike, the one found first.
fn nearer(best: Option<(u32, Step)>, cost: u32, step: Step) -> Option<(u32, Step)> {
    match best {
        Some((least, _)) if least <= cost => best,
        _ => Some((cost, step)),
    }
}

/// Whether a place may be entered again this way.
fn may_repeat(shape: &Shape, item: usize, entry: &Entry) -> bool {
    let leaf = shape.place(entry.leaf);
    let is_group = !matches!(
        shape.place(item).kind,
        PlaceKind::Segment(_) | PlaceKind::Any
    );
    // An optional segment alone (NTE) does not make a new group whose first segment is missing; nor
    // does a part of the group that has a head of its own (PV1 without PID).
    !is_group || !entry.skips_required || (!leaf.optional && !entry.skips_in_optional)
}

/// Whether a place behind may be entered this way.
fn may_go_on(shape: &Shape, entry: &Entry, passed: u32) -> bool {
    let leaf = shape.place(entry.leaf);
    match leaf.kind {
        PlaceKind::Any => passed == 0 && !entry.skips_required,
        _ => !entry.skips_required || !leaf.optional,
    }
}

/// The best way into a place from its start; `is_outermost` when nothing around it is entered too.
fn enter(shape: &Shape, item: usize, symbol: Symbol, is_outermost: bool) -> Option<Entry> {
    if !shape.holds(item, symbol) {
        return None;
    }
    let found = |cost| Entry {
        leaf: item,
        cost,
        skips_required: false,
        skips_in_optional: false,
    };
    let place = shape.place(item);
    match &place.kind {
        PlaceKind::Segment(id) => (*id == symbol.id).then(|| found(0)),
        PlaceKind::Any => Some(found(ANY)),
        PlaceKind::Choice => {
            let ways = shape
                .children(item)
                .filter_map(|option| enter(shape, option, symbol, is_outermost));
            ways.min_by_key(|entry| entry.cost)
        }
        PlaceKind::Message | PlaceKind::Group(_) | PlaceKind::Sequence => {
            let mut best: Option<Entry> = None;
            let mut passed = 0;
            let mut skips_required = false;
            for child in shape.children(item) {
                if let Some(mut entry) = enter(shape, child, symbol, false) {
                    entry.cost += passed;
                    entry.skips_in_optional |= skips_required && place.optional && !is_outermost;
                    entry.skips_required |= skips_required;
                    if best.is_none_or(|best| entry.cost < best.cost) {
                        best = Some(entry);
                    }
                }
                let is_optional = shape.place(child).optional;
                skips_required |= !is_optional;
                passed += if is_optional { OPTIONAL } else { REQUIRED };
            }
            best
        }
    }
}

/// The groups between an open group and a place, the outermost first, each with the child that leads
/// on; the last child is the place itself or the choice around it.
pub(super) fn way_down(shape: &Shape, step: Step) -> Vec<Standpoint> {
    let mut way = Vec::new();
    let mut item = level(shape, step.leaf);
    while shape.place(item).parent != step.base {
        let group = shape.place(item).parent;
        if group == MESSAGE {
            break;
        }
        way.push(Standpoint {
            group,
            item: Some(item),
            count: 1,
        });
        item = level(shape, group);
    }
    way.reverse();
    way
}

/// The place itself, or the outermost choice that it is an option of.
fn level(shape: &Shape, place: usize) -> usize {
    let parent = shape.place(place).parent;
    match shape.place(parent).kind {
        PlaceKind::Choice => level(shape, parent),
        PlaceKind::Message
        | PlaceKind::Segment(_)
        | PlaceKind::Group(_)
        | PlaceKind::Sequence
        | PlaceKind::Any => place,
    }
}
