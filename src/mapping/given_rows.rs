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
        let at = self.layout.table(table);
        let Some(layout) = at.and_then(|at| self.layout.tables.get(at)) else {
            return Err(Box::new(table_unknown(&self.profile, table)));
        };
        let mut cells = vec![Cell::Absent; layout.columns.len()];
        for (name, text) in values {
            let Some(column) = layout.column(name) else {
                return Err(Box::new(layout.column_unknown(name)));
            };
            let column_type = layout.column_type(column);
            let cell = match text {
                None => Cell::Null,
                Some(text) => convert(text, column_type).map_err(|wrong| {
                    let message = format!("{table}.{name}: {wrong}");
                    let help = format!("the column holds {column_type}");
                    Box::new(Diagnostic::error("row-value", message).with_help(help))
                })?,
            };
            if let Some(place) = cells.get_mut(column) {
                *place = cell;
            }
        }
        let known = self
            .tables
            .iter()
            .position(|known| known.table == layout.name);
        let known = known.unwrap_or_else(|| {
            self.tables.push(TableRows {
                table: Arc::clone(&layout.name),
                columns: Arc::clone(&layout.columns),
                rows: Vec::new(),
            });
            self.tables.len() - 1
        });
        if let Some(known) = self.tables.get_mut(known) {
            known.rows.push(Row { cells });
        }
        Ok(())
    }

    /// The rows, table by table; none are left.
    pub fn take(&mut self) -> Vec<TableRows> {
        std::mem::take(&mut self.tables)
    }
}
