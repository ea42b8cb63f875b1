//! What was not written and might have been: kept by where it would have gone.

use std::collections::HashMap;
use std::sync::Arc;

use crate::hl7::{FieldPath, Location, Pick, SegmentId};

/// Table, row and column.
pub(super) type CellKey = (Arc<str>, usize, Arc<str>);

/// What a write that did not happen would have written to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    Anything,
    Place(Location),
    Segment(u32, Option<FieldPath>),
    Cell(Arc<str>, usize, Arc<str>),
    Column(Box<str>),
}

/// Conditions, by what they might have had written.
#[derive(Debug, Default)]
pub(super) struct Maybes {
    anything: Vec<usize>,
    places: HashMap<SegmentId, Vec<Place>>,
    segments: HashMap<u32, Vec<Place>>,
    cells: HashMap<CellKey, Vec<usize>>,
    columns: HashMap<Box<str>, Vec<usize>>,
}

type Place = (Option<FieldPath>, usize);

impl Maybes {
    /// The condition of a node might have had something written to a target.
    pub(super) fn add(&mut self, target: Target, node: usize) {
        match target {
            Target::Anything => once(&mut self.anything, node),
            Target::Place(place) => {
                let known = self.places.entry(place.segment).or_default();
                once(known, (place.path, node));
            }
            Target::Segment(key, path) => once(self.segments.entry(key).or_default(), (path, node)),
            Target::Cell(table, row, column) => {
                once(self.cells.entry((table, row, column)).or_default(), node);
            }
            Target::Column(name) => once(self.columns.entry(name).or_default(), node),
        }
    }

    /// What concerns a place of a segment of the message made.
    pub(super) fn of_place(&self, id: SegmentId, key: u32, path: Option<&FieldPath>) -> Vec<usize> {
        let by_name = self.places.get(&id).into_iter().flatten();
        let by_handle = self.segments.get(&key).into_iter().flatten();
        let meant = by_name.chain(by_handle).filter(|(written, _)| {
            written
                .as_ref()
                .zip(path)
                .is_none_or(|(written, path)| touch(written, path))
        });
        self.anything
            .iter()
            .copied()
            .chain(meant.map(|(_, node)| *node))
            .collect()
    }

    /// What concerns the message made at all.
    pub(super) fn of_message(&self) -> Vec<usize> {
        let places = self.places.values().chain(self.segments.values()).flatten();
        self.anything
            .iter()
            .copied()
            .chain(places.map(|(_, node)| *node))
            .collect()
    }

    /// What concerns a cell.
    pub(super) fn of_cell(&self, key: &CellKey) -> Vec<usize> {
        let own = self.cells.get(key).into_iter().flatten();
        let column = self.columns.get(&*key.2).into_iter().flatten();
        self.anything
            .iter()
            .chain(own)
            .chain(column)
            .copied()
            .collect()
    }
}

/// Adds what is not the last one already: one condition concerns a place once.
fn once<T: PartialEq>(known: &mut Vec<T>, new: T) {
    if known.last() != Some(&new) {
        known.push(new);
    }
}

/// Whether two paths of a segment have something in common.
pub(super) fn touch(one: &FieldPath, other: &FieldPath) -> bool {
    let parts = |one: Option<u16>, other: Option<u16>| match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    one.field == other.field
        && repetitions_touch(
            &one.repetition,
            &other.repetition,
            one.component.is_none() || other.component.is_none(),
        )
        && parts(one.component, other.component)
        && parts(one.subcomponent, other.subcomponent)
}

fn repetitions_touch(one: &Pick, other: &Pick, is_field: bool) -> bool {
    let number = |pick: &Pick| match pick {
        Pick::First => Some(1),
        Pick::Nth(number) => Some(*number),
        Pick::Every | Pick::Where { .. } => None,
    };
    // A field without a repetition means all of them.
    if is_field && (*one == Pick::First || *other == Pick::First) {
        return true;
    }
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}
