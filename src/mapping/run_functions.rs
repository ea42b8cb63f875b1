//! Functions of the mapping language that ask the run: for the time, a code table, a row.

use std::ops::Range;
use std::sync::Arc;

use rhai::{Dynamic, ImmutableString};

use super::codes as code_tables;
use super::convert::misfit;
use super::dates::{self, Date};
use super::fault::{Fallible, ScriptFault};
use super::handles::RowHandle;
use super::layout::table_unknown;
use super::outcome::{Cell, Row, UnmappedCode};
use super::running::{Run, with};
use super::value_fault::read_last;
use super::write::text_of;
use crate::hl7::{Location, Message, Pick};
use crate::profile::{ColumnType, Profile};

/// `now()`.
pub(super) fn now() -> Fallible<Date> {
    with(|run| Ok::<_, ScriptFault>(Date(Some(run.now))))
}

/// `date(text)`; a text that was just read from the message is read as the site writes dates there.
pub(super) fn date(text: &str) -> Fallible<Date> {
    with(|run| {
        let layout = run.rows.layout();
        let at = layout
            .has_masks()
            .then(|| place_of(&run.message, &run.last_read, text))
            .flatten();
        let mask = at.and_then(|at| layout.mask_at(at.segment, at.path.as_ref()?));
        let written = mask.as_ref().and_then(|mask| mask.to_hl7(text));
        dates::date(written.as_deref().unwrap_or(text)).map_err(|fault| {
            let mask = mask.as_ref().map(|mask| &*mask.pattern);
            let value = misfit(text, ColumnType::Timestamp, mask);
            read_last_at(run, text, fault.about(value))
        })
    })
}

/// The fault with the place of its value, if that is what was read last.
fn read_last_at(run: &Run, text: &str, fault: ScriptFault) -> ScriptFault {
    let span = read_last(&run.message, &run.last_read, text);
    fault.read_at(span, run.message.delimiters())
}

/// `codes(table, text)`.
pub(super) fn codes(table: &str, text: &str) -> Fallible<ImmutableString> {
    with(|run| {
        let (name, known) = code_table(&run.profile, table)?;
        let asked = || {
            (
                "script".into(),
                place_of(&run.message, &run.last_read, text),
            )
        };
        if let Some(reads) = &mut run.reads {
            reads.note_code(&name, &known, text);
        }
        UnmappedCode::note(&mut run.unmapped, (&name, &known), text, asked);
        let made = code_tables::translate(&known, table, text);
        note_lookup(run, &name, text, made.as_deref().ok());
        made.map(Into::into)
            .map_err(|fault| read_last_at(run, text, fault))
    })
}

/// Where a text stands, if it is what was read last.
fn place_of(message: &Message, last_read: &Range<usize>, text: &str) -> Option<Location> {
    let span = read_last(message, last_read, text)?;
    let mut location = message.location_at(span.start)?;
    // Codes of all occurrences are counted together.
    location.occurrence = Pick::First;
    if let Some(path) = &mut location.path {
        path.repetition = Pick::First;
    }
    Some(location)
}

/// `codes_back(table, text)`.
pub(super) fn codes_back(table: &str, text: &str) -> Fallible<ImmutableString> {
    with(|run| {
        let (name, known) = code_table(&run.profile, table)?;
        let made = code_tables::translate_back(&known, table, text);
        note_lookup(run, &name, text, made.as_deref().ok());
        made.map(Into::into)
    })
}

/// Tells a recording what a code became.
fn note_lookup(run: &mut Run, table: &Arc<str>, from: &str, to: Option<&str>) {
    if run.recorder.is_some()
        && let Some(to) = to
    {
        run.lookups
            .push((Arc::clone(table), from.into(), to.into()));
    }
}

fn code_table(profile: &Profile, name: &str) -> Result<code_tables::Known, ScriptFault> {
    code_tables::find(profile, name).ok_or_else(|| code_tables::unknown(profile, name))
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
    with(|run| {
        let set = run.rows.set(row, column, text);
        set.map_err(|fault| read_last_at(run, text, fault))
    })
}

/// `row.column`: the cell as text.
pub(super) fn cell(row: RowHandle, column: &str) -> Fallible<ImmutableString> {
    with(|run| {
        if run.recorder.is_some() {
            run.rows.note_read(row, column);
        }
        run.rows
            .cell(row, column)
            .map(|cell| cell.to_string().into())
    })
}
