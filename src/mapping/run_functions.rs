//! Functions of the mapping language that ask the run: for the time, a code table, a row.

use rhai::{Dynamic, ImmutableString};

use super::codes as code_tables;
use super::dates::Date;
use super::fault::{Fallible, ScriptFault};
use super::handles::RowHandle;
use super::layout::table_unknown;
use super::outcome::{Cell, Row};
use super::running::with;
use super::write::text_of;

/// `now()`.
pub(super) fn now() -> Fallible<Date> {
    with(|run| Ok::<_, ScriptFault>(Date(Some(run.now))))
}

/// `codes(table, text)`.
pub(super) fn codes(table: &str, text: &str) -> Fallible<ImmutableString> {
    with(|run| {
        let known = run
            .profile
            .codes
            .get(table)
            .ok_or_else(|| code_tables::unknown(&run.profile, table))?;
        code_tables::translate(known, table, text).map(Into::into)
    })
}

/// `rows.add(table)`.
pub(super) fn add_row(name: &str) -> Fallible<RowHandle> {
    with(|run| {
        let layout = run.rows.layout();
        let Some(table) = layout.table(name) else {
            return Err(ScriptFault::from(table_unknown(&run.profile, name)));
        };
        let width = layout
            .tables
            .get(table)
            .map_or(0, |table| table.columns.len());
        run.rows.push(
            table,
            Row {
                cells: vec![Cell::Absent; width],
            },
        )
    })
}

/// `row.column = value`.
pub(super) fn set_cell(row: RowHandle, column: &str, value: Dynamic) -> Fallible<()> {
    let text = text_of(value, || format!("the column \"{column}\""))?;
    set_cell_text(row, column, &text)
}

/// `row.column = text`.
pub(super) fn set_cell_text(row: RowHandle, column: &str, text: &str) -> Fallible<()> {
    with(|run| run.rows.set(row, column, text))
}

/// `row.column`: the cell as text.
pub(super) fn cell(row: RowHandle, column: &str) -> Fallible<ImmutableString> {
    with(|run| {
        run.rows
            .cell(row, column)
            .map(|cell| cell.to_string().into())
    })
}
