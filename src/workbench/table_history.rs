//! The rows of a recorded run: when each came, and what its cells held when.

use std::collections::HashMap;
use std::sync::Arc;

use crate::mapping::{Cell, Happening, Recording};

/// All tables of a recording, in the order in which they got their first row.
pub(super) struct TableHistory {
    tables: Vec<Table>,
}

struct Table {
    name: Arc<str>,
    /// In the order in which they got their first value.
    columns: Vec<Arc<str>>,
    /// How many events had happened when each row came.
    rows: Vec<usize>,
    /// By row and column: how many events had happened, and which set the cell.
    cells: HashMap<(usize, usize), Vec<(usize, usize)>>,
}

/// A table at a place of a recorded run.
#[derive(Clone, Copy)]
pub struct TableAt<'w> {
    recording: &'w Recording,
    table: &'w Table,
    happened: usize,
}

impl TableHistory {
    /// The rows and cells that the events, in their order, make and set.
    pub(super) fn of(recording: &Recording, order: &[usize]) -> Self {
        let mut history = Self { tables: Vec::new() };
        for (happened, number) in order.iter().enumerate() {
            let happened = happened + 1;
            match recording.events.get(*number).map(|event| &event.what) {
                Some(Happening::RowAdded { table, .. }) => {
                    history.table(table).rows.push(happened);
                }
                Some(Happening::CellSet {
                    table, row, column, ..
                }) => {
                    let table = history.table(table);
                    let at = table.column(column);
                    let cell = table.cells.entry((*row, at)).or_default();
                    cell.push((happened, *number));
                }
                _ => {}
            }
        }
        history
    }

    fn table(&mut self, name: &Arc<str>) -> &mut Table {
        let at = self.tables.iter().position(|table| table.name == *name);
        let at = at.unwrap_or_else(|| {
            self.tables.push(Table {
                name: Arc::clone(name),
                columns: Vec::new(),
                rows: Vec::new(),
                cells: HashMap::new(),
            });
            self.tables.len() - 1
        });
        &mut self.tables[at]
    }

    /// The tables that have rows once so many events have happened.
    pub(super) fn at<'w>(
        &'w self,
        recording: &'w Recording,
        happened: usize,
    ) -> impl Iterator<Item = TableAt<'w>> + use<'w> {
        let tables = self.tables.iter().map(move |table| TableAt {
            recording,
            table,
            happened,
        });
        tables.filter(|table| table.row_count() > 0)
    }
}

impl Table {
    fn column(&mut self, name: &Arc<str>) -> usize {
        let known = self.columns.iter().position(|column| column == name);
        known.unwrap_or_else(|| {
            self.columns.push(Arc::clone(name));
            self.columns.len() - 1
        })
    }
}

impl<'w> TableAt<'w> {
    /// Its name.
    pub fn name(&self) -> &'w Arc<str> {
        &self.table.name
    }

    /// The columns that get a value in the run, in the order in which they do.
    pub fn columns(&self) -> &'w [Arc<str>] {
        &self.table.columns
    }

    /// How many rows it has by now.
    pub fn row_count(&self) -> usize {
        let rows = &self.table.rows;
        rows.partition_point(|when| *when <= self.happened)
    }

    /// What a cell holds by now.
    pub fn cell(&self, row: usize, column: &str) -> &'w Cell {
        self.set_by(row, column)
            .map_or(&Cell::Absent, |(_, cell)| cell)
    }

    /// The event that set a cell last, and what it set.
    pub fn set_by(&self, row: usize, column: &str) -> Option<(usize, &'w Cell)> {
        let columns = &self.table.columns;
        let at = columns.iter().position(|known| &**known == column)?;
        let cell = self.table.cells.get(&(row, at))?;
        let count = cell.partition_point(|(when, _)| *when <= self.happened);
        let (_, number) = cell.get(count.checked_sub(1)?)?;
        match &self.recording.events.get(*number)?.what {
            Happening::CellSet { after, .. } => Some((*number, after)),
            _ => None,
        }
    }
}
