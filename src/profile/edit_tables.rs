//! Names of tables and columns that change: everything that names them follows.

use std::sync::Arc;

use super::column_source::ColumnSource;
use super::document::Profile;
use super::edit::EditError;
use super::edit_find::{missing, present, require_name, taken};
use super::rows::Rows;

const COLUMN: &str = "column";

/// Follows a table to its new name: in rows, their owners and the tables that it owns.
pub(super) fn rename_table_uses(profile: &mut Profile, name: &Arc<str>, to: &Arc<str>) {
    profile.change_rows(
        |rows| rows.table == *name || rows.parent.as_ref() == Some(name),
        |rows| {
            for used in std::iter::once(&mut rows.table).chain(&mut rows.parent) {
                if used == name {
                    *used = Arc::clone(to);
                }
            }
        },
    );
    for table in profile.tables.values_mut() {
        if table.parent.as_ref() == Some(name) {
            Arc::make_mut(table).parent = Some(Arc::clone(to));
        }
    }
}

/// Gives a column another name, in its table, in rows that fill it and in rows that take it from
/// their owner.
pub(super) fn rename_column(
    profile: &mut Profile,
    table: &Arc<str>,
    column: &Arc<str>,
    to: &Arc<str>,
) -> Result<(), EditError> {
    require_name(COLUMN, to)?;
    let known = present("table", &mut profile.tables, table)?;
    if column != to && known.column(to).is_some() {
        return Err(taken(COLUMN, to));
    }
    let place = Arc::make_mut(known)
        .columns
        .iter_mut()
        .find(|known| known.name == *column)
        .ok_or_else(|| missing(COLUMN, column))?;
    place.name = Arc::clone(to);
    let owned: Vec<Arc<str>> = profile
        .tables
        .iter()
        .filter(|(_, other)| other.parent.as_ref() == Some(table))
        .map(|(name, _)| Arc::clone(name))
        .collect();
    let is_owned = |rows: &Rows| match &rows.parent {
        Some(parent) => parent == table,
        None => owned.contains(&rows.table),
    };
    profile.change_rows(
        |rows| rows.table == *table || is_owned(rows),
        |rows| {
            if rows.table == *table
                && let Some(source) = rows.columns.remove(column)
            {
                rows.columns.insert(Arc::clone(to), source);
            }
            if is_owned(rows) {
                for source in rows.columns.values_mut() {
                    if let ColumnSource::Parent(owner) = source
                        && owner == column
                    {
                        *owner = Arc::clone(to);
                    }
                }
            }
        },
    );
    Ok(())
}
