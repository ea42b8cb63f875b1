//! Rows that come from outside, as texts: each value is read as what its column holds.

use std::sync::Arc;

use super::convert::convert;
use super::layout::{Layout, table_unknown};
use super::outcome::{Cell, Row, TableRows};
use crate::diagnostic::Diagnostic;
use crate::profile::Profile;

/// The rows of one message, gathered.
pub struct GivenRows {
    profile: Arc<Profile>,
    layout: Arc<Layout>,
    tables: Vec<TableRows>,
}

impl GivenRows {
    /// No rows yet, for the tables of a profile.
    pub fn new(profile: &Arc<Profile>) -> Self {
        Self {
            profile: Arc::clone(profile),
            layout: Layout::of(profile),
            tables: Vec::new(),
        }
    }

    /// Whether there is no row yet.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Adds a row: column and text, `None` for HL7's null; columns that are not named stay absent.
    ///
    /// # Errors
    /// A table or column that the profile does not have, a text that is not what the column holds. Then
    /// the row is not added.
    pub fn add<'a>(
        &mut self,
        table: &str,
        values: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
    ) -> Result<(), Box<Diagnostic>> {
        let (at, row) =
            row_of(&self.layout, &self.profile, table, values).map_err(|(_, found)| found)?;
        let Some(layout) = self.layout.tables.get(at) else {
            return Ok(());
        };
        let known = TableRows::of(&mut self.tables, &layout.name, &layout.columns);
        known.rows.push(row);
        Ok(())
    }

    /// The rows, table by table; none are left.
    pub fn take(&mut self) -> Vec<TableRows> {
        std::mem::take(&mut self.tables)
    }
}

/// A row and its table's number; `Err` has the number of the value, counted from 0, that it is about.
pub(super) fn row_of<'a>(
    layout: &Layout,
    profile: &Profile,
    table: &str,
    values: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
) -> Result<(usize, Row), (usize, Box<Diagnostic>)> {
    let at = layout.table(table);
    let Some((at, own)) = at.and_then(|at| Some((at, layout.tables.get(at)?))) else {
        return Err((0, Box::new(table_unknown(profile, table))));
    };
    let mut cells = vec![Cell::Absent; own.columns.len()];
    for (number, (name, text)) in values.into_iter().enumerate() {
        let Some(column) = own.column(name) else {
            return Err((number, Box::new(own.column_unknown(name))));
        };
        let column_type = own.column_type(column);
        let cell = match text {
            None => Cell::Null,
            Some(text) => convert(text, column_type).map_err(|wrong| {
                let message = format!("{table}.{name}: {wrong}");
                let help = format!("the column holds {column_type}");
                (
                    number,
                    Box::new(Diagnostic::error("row-value", message).with_help(help)),
                )
            })?,
        };
        if let Some(place) = cells.get_mut(column) {
            *place = cell;
        }
    }
    Ok((at, Row { cells }))
}
