//! How the cells of declared rows came about: for whoever edits a mapping and wants to see each column
//! at work.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::layout::TableLayout;
use super::outcome::{Cell, Row};
use super::stand::{Bound, Stand};
use crate::diagnostic::Diagnostic;
use crate::hl7::{Location, Message};

/// So many rows of one entry are told in full; the rest is counted.
const TOLD: usize = 200;

/// What one entry of a definition's rows makes of a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowsLook {
    /// The first rows, in the message's order.
    pub rows: Vec<RowLook>,
    /// How many places of the message the root names, rows or not.
    pub count: usize,
}

/// One row of an entry, or the place of one of which the message says nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowLook {
    /// What it stands for: `OBX[2]`.
    pub name: String,
    /// Whether there is a row: the message says something of it.
    pub is_made: bool,
    /// By column.
    pub cells: BTreeMap<Arc<str>, CellLook>,
}

/// One cell and where it is from.
#[derive(Clone, Default, PartialEq)]
pub struct CellLook {
    /// The place of the message that was read; `None` where nothing stands there, or nothing is read.
    pub source: Option<Location>,
    /// What the row holds before any script.
    pub cell: Cell,
    /// Why there is no value, or what is wrong with it.
    pub fault: Option<Diagnostic>,
}

/// Shows the kind only: a cell holds patient data.
impl fmt::Debug for CellLook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} from {:?}", self.cell, self.source)
    }
}

/// Takes notes while rows are made.
pub(super) struct Look {
    entries: Vec<Entry>,
    /// The entry whose row is being made; `None` when its rows are only counted.
    current: Option<usize>,
}

#[derive(Default)]
struct Entry {
    count: usize,
    rows: Vec<Noted>,
}

struct Noted {
    name: String,
    /// By number of the column.
    cells: BTreeMap<usize, NotedCell>,
    made: Option<Vec<(Arc<str>, Cell)>>,
    columns: Arc<[Arc<str>]>,
}

#[derive(Default)]
struct NotedCell {
    span: Option<Range<usize>>,
    fault: Option<Diagnostic>,
}

impl Look {
    pub(super) fn new(entries: usize) -> Self {
        Self {
            entries: (0..entries).map(|_| Entry::default()).collect(),
            current: None,
        }
    }

    /// A row of an entry begins.
    pub(super) fn begin(
        &mut self,
        entry: usize,
        columns: &Arc<[Arc<str>]>,
        bound: &mut Bound<'_>,
        stand: Stand<'_>,
    ) {
        self.current = None;
        let Some(noted) = self.entries.get_mut(entry) else {
            return;
        };
        noted.count += 1;
        if noted.rows.len() < TOLD {
            noted.rows.push(Noted {
                name: bound.name(stand),
                cells: BTreeMap::new(),
                made: None,
                columns: Arc::clone(columns),
            });
            self.current = Some(entry);
        }
    }

    fn cell(&mut self, column: usize) -> Option<&mut NotedCell> {
        let row = self.entries.get_mut(self.current?)?.rows.last_mut()?;
        Some(row.cells.entry(column).or_default())
    }

    /// Where the value of a column was read.
    pub(super) fn source(&mut self, column: usize, span: Option<Range<usize>>) {
        if let Some(cell) = self.cell(column) {
            cell.span = span;
        }
    }

    /// What is wrong with the value of a column.
    pub(super) fn fault(&mut self, column: usize, diagnostic: &Diagnostic) {
        if let Some(cell) = self.cell(column) {
            cell.fault = Some(diagnostic.clone());
        }
    }

    /// The row is made.
    pub(super) fn end(&mut self, table: &TableLayout, row: &Row) {
        let entry = self.current.and_then(|at| self.entries.get_mut(at));
        if let Some(noted) = entry.and_then(|entry| entry.rows.last_mut()) {
            let cells = table.columns.iter().cloned().zip(row.cells.iter().cloned());
            noted.made = Some(cells.collect());
        }
    }

    /// What was noted, with places of the message instead of bytes.
    pub(super) fn finish(self, message: &Message) -> Vec<RowsLook> {
        let row = |noted: Noted| {
            let mut cells: BTreeMap<Arc<str>, CellLook> = BTreeMap::new();
            let is_made = noted.made.is_some();
            for (name, cell) in noted.made.into_iter().flatten() {
                cells.entry(name).or_default().cell = cell;
            }
            for (column, seen) in noted.cells {
                let Some(name) = noted.columns.get(column) else {
                    continue;
                };
                let cell = cells.entry(Arc::clone(name)).or_default();
                let start = seen.span.map(|span| span.start);
                cell.source = start.and_then(|start| message.location_at(start));
                cell.fault = seen.fault;
            }
            RowLook {
                name: noted.name,
                is_made,
                cells,
            }
        };
        let entries = self.entries.into_iter();
        entries
            .map(|entry| RowsLook {
                rows: entry.rows.into_iter().map(row).collect(),
                count: entry.count,
            })
            .collect()
    }
}
