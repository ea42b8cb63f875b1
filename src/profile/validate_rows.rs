//! What in the rows of a message definition does not fit together: tables, columns and owners that are not
//! there, columns that stand outside what they belong to.

use std::sync::Arc;

use super::column_source::ColumnSource;
use super::document::{MessageDefinition, Profile};
use super::finding::{Finding, at_name, at_value, knows_codes, listed, unknown_codes};
use super::rows::Rows;
use crate::diagnostic::Diagnostic;

/// Checks the rows of one message definition, which stands at `path`.
pub(super) fn check_rows(
    profile: &Profile,
    definition: &MessageDefinition,
    path: &str,
    found: &mut Vec<Finding>,
) {
    for (number, rows) in definition.rows.iter().enumerate() {
        let path = format!("{path}.rows[{number}]");
        let earlier = definition.rows.get(..number).unwrap_or_default();
        let message = &definition.name;
        if rows.root.is_none() && profile.extends.is_none() {
            found.push(without_root(message, rows, &path));
        }
        if let Some(parent) = &rows.parent {
            check_parent(message, rows, parent, earlier, &path, found);
        }
        check_columns(profile, message, rows, earlier, &path, found);
    }
}

fn without_root(message: &str, rows: &Rows, path: &str) -> Finding {
    let words = format!(
        "message \"{message}\", rows of \"{}\": what one row stands for is not said",
        rows.table
    );
    at_value(
        path.to_owned(),
        Diagnostic::error("rows-root", words)
            .with_help("write root: \"/\" for the message, or a segment or group such as \"PID\""),
    )
}

fn check_parent(
    message: &str,
    rows: &Rows,
    parent: &Arc<str>,
    earlier: &[Rows],
    path: &str,
    found: &mut Vec<Finding>,
) {
    if parent == &rows.table || !earlier.iter().any(|other| other.table == *parent) {
        let words = format!(
            "message \"{message}\": rows of \"{}\" belong to \"{parent}\", of which no rows are made before them",
            rows.table
        );
        let mut known: Vec<_> = earlier.iter().map(|other| &other.table).collect();
        known.retain(|table| **table != rows.table);
        known.dedup();
        let help = if known.is_empty() {
            "put the rows of the owner before those that belong to it".to_owned()
        } else {
            listed("made before", known.into_iter())
        };
        found.push(at_value(
            format!("{path}.parent"),
            Diagnostic::error("rows-parent", words).with_help(help),
        ));
    }
}

fn check_columns(
    profile: &Profile,
    message: &str,
    rows: &Rows,
    earlier: &[Rows],
    path: &str,
    found: &mut Vec<Finding>,
) {
    let table = profile.tables.get(&rows.table);
    if table.is_none() {
        found.push(at_value(
            format!("{path}.table"),
            Diagnostic::error(
                "table-unknown",
                format!(
                    "message \"{message}\" makes rows of \"{}\", which is no table",
                    rows.table
                ),
            )
            .with_help(listed("tables", profile.tables.keys())),
        ));
    }
    let owner = rows.owner(table.map(|table| &**table), earlier);
    let parent = owner.map(|name| profile.tables.get(name));
    for (column, source) in &rows.columns {
        let path = format!("{path}.columns{{{column}}}");
        if let Some(table) = table
            && table.column(column).is_none()
        {
            found.push(at_name(
                path.clone(),
                Diagnostic::error(
                    "column-unknown",
                    format!(
                        "message \"{message}\" fills \"{column}\", which is no column of \"{}\"",
                        rows.table
                    ),
                )
                .with_help(listed(
                    "columns",
                    table.columns.iter().map(|column| &column.name),
                )),
            ));
        }
        let place = format!("message \"{message}\", column \"{column}\"");
        match source {
            ColumnSource::Constant(_) => {}
            ColumnSource::From(reading) => {
                if let Some(codes) = &reading.codes
                    && !knows_codes(profile, codes)
                {
                    let path = format!("{path}.codes");
                    found.push(unknown_codes(profile, path, &place, codes));
                }
            }
            ColumnSource::Parent(name) => {
                let (wrong, help) = match parent {
                    None => (
                        "the rows belong to no others".to_owned(),
                        "name the table that owns them: parent: \"…\"".to_owned(),
                    ),
                    Some(Some(table)) if table.column(name).is_none() => (
                        format!("the owner has no column \"{name}\""),
                        listed("columns", table.columns.iter().map(|column| &column.name)),
                    ),
                    // An owner that is no table is told of once.
                    Some(_) => continue,
                };
                found.push(at_value(
                    path,
                    Diagnostic::error("column-parent", format!("{place}: {wrong}")).with_help(help),
                ));
            }
        }
    }
}
