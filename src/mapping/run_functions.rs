//! Functions of the mapping language that ask the run: for the time, a code table, a row.

use std::sync::Arc;

use rhai::{Dynamic, ImmutableString};

use super::codes as code_tables;
use super::dates::Date;
use super::fault::{Fallible, ScriptFault};
use super::handles::RowHandle;
use super::layout::table_unknown;
use super::outcome::{Cell, Row, UnmappedCode};
use super::running::with;
use super::write::text_of;
use crate::profile::{Codes, Profile};

/// `now()`.
pub(super) fn now() -> Fallible<Date> {
    with(|run| Ok::<_, ScriptFault>(Date(Some(run.now))))
}

/// `codes(table, text)`.
pub(super) fn codes(table: &str, text: &str) -> Fallible<ImmutableString> {
    with(|run| {
        let (name, known) = code_table(&run.profile, table)?;
        UnmappedCode::note(&mut run.unmapped, (name, known), text, || "script".into());
        code_tables::translate(known, table, text).map(Into::into)
    })
}

/// `codes_back(table, text)`.
pub(super) fn codes_back(table: &str, text: &str) -> Fallible<ImmutableString> {
    with(|run| {
        let (_, known) = code_table(&run.profile, table)?;
        code_tables::translate_back(known, table, text).map(Into::into)
    })
}

fn code_table<'p>(
    profile: &'p Profile,
    name: &str,
) -> Result<(&'p Arc<str>, &'p Codes), ScriptFault> {
    let known = profile.codes.get_key_value(name);
    known
        .map(|(name, codes)| (name, &**codes))
        .ok_or_else(|| code_tables::unknown(profile, name))
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
