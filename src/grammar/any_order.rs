//! Where a segment stands when the order of segments is free: the nearest place that can hold it and
//! is not taken yet, in the groups that are open, then in new ones.

use super::shape::{PlaceKind, Shape, Symbol};
use super::steps::{REQUIRED, Standpoint, Step, find_step_with_cost};

/// The places that each open group has taken, with how often.
type Taken<'a> = [&'a [(usize, u32)]];

/// Finds the place of a segment, seen from the open groups, the innermost last.
pub(super) fn find_place(
    shape: &Shape,
    open: &[Standpoint],
    taken: &Taken<'_>,
    symbol: Symbol,
) -> Option<Step> {
    let places = Places {
        shape,
        open,
        taken,
        symbol,
    };
    places
        .missing_here()
        .or_else(|| places.in_order())
        .or_else(|| places.anywhere())
}

struct Places<'a> {
    shape: &'a Shape,
    open: &'a [Standpoint],
    taken: &'a Taken<'a>,
    symbol: Symbol,
}

impl Places<'_> {
    /// What an open group still needs belongs to it, rather than to a new one.
    fn missing_here(&self) -> Option<Step> {
        self.groups().find_map(|(level, base)| {
            self.shape
                .children(base)
                .filter(|item| !self.shape.place(*item).optional)
                .find_map(|item| {
                    let leaf = self.own_leaf(item)?;
                    let is_free = self.count(level, item) == 0;
                    is_free.then_some(Step { base, item, leaf })
                })
        })
    }

    /// Where a strict reader has it, with nothing missing before it.
    fn in_order(&self) -> Option<Step> {
        let (cost, step) = find_step_with_cost(self.shape, self.open, self.symbol, |_| false)?;
        let level = self.open.iter().position(|open| open.group == step.base)?;
        let may = self
            .shape
            .place(step.item)
            .may_repeat(self.count(level, step.item));
        (cost < REQUIRED && may).then_some(step)
    }

    /// The first place that can be taken, the innermost group first. A group is not begun anew for a
    /// segment that does not begin it.
    fn anywhere(&self) -> Option<Step> {
        self.groups().find_map(|(level, base)| {
            self.shape.children(base).find_map(|item| {
                let leaf = self.leaf_in(item)?;
                let count = self.count(level, item);
                let is_own = self.own_leaf(item).is_some();
                let may = count == 0 || (is_own && self.shape.place(item).may_repeat(count));
                may.then_some(Step { base, item, leaf })
            })
        })
    }

    /// The open groups with their level, the innermost first.
    fn groups(&self) -> impl Iterator<Item = (usize, usize)> {
        let levels = self.open.iter().enumerate().rev();
        levels.map(|(level, standpoint)| (level, standpoint.group))
    }

    fn count(&self, level: usize, item: usize) -> u32 {
        let taken = self.taken.get(level).copied().unwrap_or_default();
        taken
            .iter()
            .find(|(place, _)| *place == item)
            .map_or(0, |(_, count)| *count)
    }

    /// The place itself, or the option of the choice that it is.
    fn own_leaf(&self, item: usize) -> Option<usize> {
        match &self.shape.place(item).kind {
            PlaceKind::Segment(id) => (*id == self.symbol.id).then_some(item),
            PlaceKind::Choice => self
                .shape
                .children(item)
                .find_map(|option| self.own_leaf(option)),
            PlaceKind::Message | PlaceKind::Group(_) | PlaceKind::Sequence | PlaceKind::Any => None,
        }
    }

    /// The first place of the segment in an item, however deep.
    fn leaf_in(&self, item: usize) -> Option<usize> {
        if !self.shape.holds(item, self.symbol) {
            return None;
        }
        match &self.shape.place(item).kind {
            PlaceKind::Segment(id) => (*id == self.symbol.id).then_some(item),
            PlaceKind::Any => Some(item),
            PlaceKind::Message | PlaceKind::Group(_) | PlaceKind::Choice | PlaceKind::Sequence => {
                self.shape
                    .children(item)
                    .find_map(|child| self.leaf_in(child))
            }
        }
    }
}
