//! What the mapping panel keeps from frame to frame.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::mapping_unused;
use super::script::Followed;

/// The view of a mapping.
#[derive(Default)]
pub(crate) struct State {
    pub(super) followed: Followed,
    /// The column whose form is open: table and column.
    pub(super) chosen: Option<(Arc<str>, Arc<str>)>,
    /// The row that is shown of each entry, counted from 0.
    pub(super) shown: BTreeMap<usize, usize>,
    /// The name of a new column, by entry.
    pub(super) new_columns: BTreeMap<usize, String>,
    /// Scroll to the chosen column in the next frame.
    pub(super) reveals: bool,
    pub(super) unused: mapping_unused::State,
}

impl State {
    /// Opens the form of a column.
    pub(crate) fn choose(&mut self, table: Arc<str>, column: Arc<str>) {
        self.chosen = Some((table, column));
    }

    /// Opens the form of a column and scrolls there.
    pub(crate) fn reveal(&mut self, table: Arc<str>, column: Arc<str>) {
        self.choose(table, column);
        self.reveals = true;
    }
}
