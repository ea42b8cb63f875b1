//! Rows that own others: which order a result belongs to.

use std::collections::BTreeMap;

use super::groups::Group;
use super::handles::RowHandle;
use super::stand::{Bound, Stand};

/// The rows so far that may own others, by table.
#[derive(Default)]
pub(super) struct Owners(BTreeMap<usize, Vec<Owner>>);

struct Owner {
    /// How far it reaches: the outermost group that stands once in the one around it.
    reach: usize,
    /// The segment that it begins with.
    first_segment: usize,
    row: RowHandle,
}

impl Owners {
    /// Takes a row that may own others.
    pub(super) fn add(
        &mut self,
        table: usize,
        bound: &mut Bound<'_>,
        stand: Stand<'_>,
        row: RowHandle,
    ) {
        let group = bound.group(stand);
        let owner = Owner {
            reach: bound.scopes().reach(group),
            first_segment: bound.first_segment(stand),
            row,
        };
        self.0.entry(table).or_default().push(owner);
    }

    /// The row of a table that owns a row: of those in the nearest group around it the last before it,
    /// else the first.
    pub(super) fn of(
        &self,
        table: usize,
        bound: &mut Bound<'_>,
        stand: Stand<'_>,
    ) -> Option<RowHandle> {
        let owners = self.0.get(&table)?;
        if let [only] = owners.as_slice() {
            return Some(only.row);
        }
        let first_segment = bound.first_segment(stand);
        let mut at = bound.group(stand);
        let groups = &bound.scopes().groups;
        loop {
            // Sorted by the message's order, as they were made.
            let near = || owners.iter().filter(|owner| owner.reach == at);
            let before = near().rfind(|owner| owner.first_segment <= first_segment);
            if let Some(owner) = before.or_else(|| near().next()) {
                return Some(owner.row);
            }
            if at == 0 {
                break;
            }
            at = groups.get(at).map_or(0, Group::parent);
        }
        let before = |owner: &&Owner| owner.first_segment <= first_segment;
        owners.iter().rfind(before).map(|owner| owner.row)
    }
}
