//! The rows being made in one run, within bounds.

use std::sync::Arc;

use super::convert::{convert, misfit};
use super::fault::ScriptFault;
use super::handles::RowHandle;
use super::layout::Layout;
use super::outcome::{Cell, Row, TableRows};
use super::recording::Happening;

/// Cells that one message may make.
const MOST_CELLS: usize = 2_000_000;

/// Bytes that the cells of one message may hold.
const MOST_BYTES: usize = 256 << 20;

/// The rows so far, table by table in the order in which the tables were first used.
pub(super) struct RowStore {
    layout: Arc<Layout>,
    /// The number of the table in the layout, and its rows.
    tables: Vec<(usize, Vec<Row>)>,
    cells: usize,
    bytes: usize,
    /// What happened, where a recording asks for it.
    notes: Option<Vec<RowNote>>,
}

/// Something that happened to the rows.
pub(super) enum RowNote {
    Added(RowHandle),
    /// The cell of a column, by its number, as it was and as it is.
    Set(RowHandle, usize, Cell, Cell),
    /// The cell of a column was read again.
    Read(RowHandle, Box<str>),
}

impl RowStore {
    pub(super) fn new(layout: Arc<Layout>) -> Self {
        Self {
            layout,
            tables: Vec::new(),
            cells: 0,
            bytes: 0,
            notes: None,
        }
    }

    /// From now on what happens is noted.
    pub(super) fn take_notes_from_now(&mut self) {
        self.notes = Some(Vec::new());
    }

    /// What happened since this was last asked.
    pub(super) fn take_notes(&mut self) -> Vec<RowNote> {
        self.notes.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Notes that a cell is read again.
    pub(super) fn note_read(&mut self, handle: RowHandle, column: &str) {
        if let Some(notes) = &mut self.notes {
            notes.push(RowNote::Read(handle, column.into()));
        }
    }

    /// The name of the table that a row is in.
    pub(super) fn table_name(&self, handle: RowHandle) -> Arc<str> {
        let number = self.tables.get(handle.table).map(|(table, _)| *table);
        let table = number.and_then(|number| self.layout.tables.get(number));
        table
            .map(|table| Arc::clone(&table.name))
            .unwrap_or_default()
    }

    /// A note with the names of the tables and columns.
    pub(super) fn told(&self, note: RowNote) -> Happening {
        let (RowNote::Added(handle) | RowNote::Set(handle, ..) | RowNote::Read(handle, _)) = &note;
        let number = self.tables.get(handle.table).map(|(table, _)| *table);
        let table = number.and_then(|number| self.layout.tables.get(number));
        let name = table
            .map(|table| Arc::clone(&table.name))
            .unwrap_or_default();
        match note {
            RowNote::Added(handle) => Happening::RowAdded {
                table: name,
                row: handle.row,
                columns: table.map_or(0, |table| table.columns.len()),
            },
            RowNote::Read(handle, column) => Happening::CellRead {
                table: name,
                row: handle.row,
                column: column.into(),
            },
            RowNote::Set(handle, column, before, after) => Happening::CellSet {
                table: name,
                row: handle.row,
                column: table
                    .and_then(|table| table.columns.get(column).map(Arc::clone))
                    .unwrap_or_default(),
                before,
                after,
            },
        }
    }

    pub(super) fn layout(&self) -> &Arc<Layout> {
        &self.layout
    }

    /// Adds a row to a table of the layout.
    pub(super) fn push(&mut self, table: usize, row: Row) -> Result<RowHandle, ScriptFault> {
        self.cells += row.cells.len();
        self.bytes += row.cells.iter().map(size).sum::<usize>();
        self.check()?;
        let at = if let Some(at) = self.tables.iter().position(|(known, _)| *known == table) {
            at
        } else {
            self.tables.push((table, Vec::new()));
            self.tables.len() - 1
        };
        let Some((_, rows)) = self.tables.get_mut(at) else {
            return Err(lost());
        };
        rows.push(row);
        let handle = RowHandle {
            table: at,
            row: rows.len() - 1,
        };
        if let Some(notes) = &mut self.notes {
            notes.push(RowNote::Added(handle));
        }
        Ok(handle)
    }

    /// A row that was made.
    pub(super) fn row(&self, handle: RowHandle) -> Option<&Row> {
        self.tables.get(handle.table)?.1.get(handle.row)
    }

    /// How many rows each table has, to come back to.
    pub(super) fn mark(&self) -> Vec<usize> {
        self.tables.iter().map(|(_, rows)| rows.len()).collect()
    }

    /// Drops the rows that came after the mark.
    pub(super) fn back_to(&mut self, mark: &[usize]) {
        self.tables.truncate(mark.len());
        for ((_, rows), length) in self.tables.iter_mut().zip(mark) {
            rows.truncate(*length);
        }
    }

    /// The rows, table by table.
    pub(super) fn finish(self) -> Vec<TableRows> {
        let layout = self.layout;
        self.tables
            .into_iter()
            .filter_map(|(table, rows)| {
                let table = layout.tables.get(table)?;
                Some(TableRows {
                    table: Arc::clone(&table.name),
                    columns: Arc::clone(&table.columns),
                    rows,
                })
            })
            .collect()
    }

    pub(super) fn cell(&self, handle: RowHandle, name: &str) -> Result<&Cell, ScriptFault> {
        let (table, rows) = self.tables.get(handle.table).ok_or_else(lost)?;
        let layout = self.layout.tables.get(*table).ok_or_else(lost)?;
        let column = layout
            .column(name)
            .ok_or_else(|| ScriptFault::from(layout.column_unknown(name)))?;
        rows.get(handle.row)
            .and_then(|row| row.cells.get(column))
            .ok_or_else(lost)
    }

    pub(super) fn set(
        &mut self,
        handle: RowHandle,
        name: &str,
        text: &str,
    ) -> Result<(), ScriptFault> {
        let (table, rows) = self.tables.get_mut(handle.table).ok_or_else(lost)?;
        let layout = self.layout.tables.get(*table).ok_or_else(lost)?;
        let column = layout
            .column(name)
            .ok_or_else(|| ScriptFault::from(layout.column_unknown(name)))?;
        let column_type = layout.column_type(column);
        let cell = convert(text, column_type).map_err(|wrong| {
            ScriptFault::new("row-value", format!("{}.{name}: {wrong}", layout.name))
                .with_help(format!("the column holds {column_type}"))
                .about(misfit(text, column_type, None))
        })?;
        self.bytes += size(&cell);
        let place = rows
            .get_mut(handle.row)
            .and_then(|row| row.cells.get_mut(column))
            .ok_or_else(lost)?;
        let after = self.notes.is_some().then(|| cell.clone());
        let before = std::mem::replace(place, cell);
        if let (Some(notes), Some(after)) = (&mut self.notes, after) {
            notes.push(RowNote::Set(handle, column, before, after));
        }
        self.check()
    }

    fn check(&self) -> Result<(), ScriptFault> {
        if self.cells > MOST_CELLS || self.bytes > MOST_BYTES {
            return Err(ScriptFault::new(
                "script-limit",
                "one message makes more rows than memory should hold",
            )
            .with_help("2 million cells and 256 MiB are the limit"));
        }
        Ok(())
    }
}

fn size(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) | Cell::Decimal(text) | Cell::Time(text) => text.len(),
        Cell::Absent | Cell::Null | Cell::Integer(_) | Cell::Date(_) | Cell::Timestamp(_) => 0,
    }
}

fn lost() -> ScriptFault {
    ScriptFault::new("script-write", "this row is no more")
}
