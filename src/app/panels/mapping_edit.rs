//! The edits of a mapping: each is one step with a name, whether it comes from a field, a drop or a key.

use std::sync::Arc;

use super::super::drag::Dragged;
use crate::grammar::PlaceNames;
use crate::hl7::{Location, Pick};
use crate::mapping::{column_for, reading_at};
use crate::profile::{
    Column, ColumnSource, Edit, MessageDefinition, Profile, Reading, Root, Rows, Table,
};
use crate::workbench::Preview;

/// One entry of the rows of a message definition.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) definition: &'a MessageDefinition,
    pub(crate) index: usize,
    pub(crate) rows: &'a Rows,
}

impl<'a> Entry<'a> {
    /// All entries of a definition.
    pub(crate) fn all(
        profile: &'a Profile,
        definition: &'a MessageDefinition,
    ) -> impl Iterator<Item = Self> {
        let entries = definition.rows.iter().enumerate();
        entries.map(move |(index, rows)| Self {
            profile,
            definition,
            index,
            rows,
        })
    }

    pub(crate) fn table(&self) -> Option<&'a Table> {
        self.profile
            .tables
            .get(&self.rows.table)
            .map(|table| &**table)
    }

    /// The table whose rows own these.
    pub(crate) fn owner(&self) -> Option<&'a Arc<str>> {
        let earlier = self.definition.rows.get(..self.index).unwrap_or_default();
        self.rows.owner(self.table(), earlier)
    }

    /// The columns in the table's order, then those that it does not have.
    pub(crate) fn columns(&self) -> Vec<Arc<str>> {
        let known = self.table().into_iter().flat_map(|table| &table.columns);
        let mut names: Vec<Arc<str>> = known.map(|column| Arc::clone(&column.name)).collect();
        for name in self.rows.columns.keys() {
            if !names.contains(name) {
                names.push(Arc::clone(name));
            }
        }
        names
    }

    /// The edit that changes these rows.
    pub(crate) fn change(&self, name: String, change: impl FnOnce(&mut Rows)) -> Edit {
        let mut all = self.definition.rows.clone();
        if let Some(rows) = all.get_mut(self.index) {
            change(rows);
        }
        named(name, vec![self.set(all)])
    }

    fn set(&self, rows: Vec<Rows>) -> Edit {
        Edit::SetRows {
            message: Arc::clone(&self.definition.name),
            rows,
        }
    }

    /// Gives a column another source, or none.
    pub(crate) fn set_source(&self, column: &Arc<str>, source: Option<ColumnSource>) -> Edit {
        let at = format!("{}.{column}", self.rows.table);
        let name = match &source {
            Some(_) => format!("map {at}"),
            None => format!("unmap {at}"),
        };
        self.change(name, |rows| match source {
            Some(source) => drop(rows.columns.insert(Arc::clone(column), source)),
            None => drop(rows.columns.remove(column)),
        })
    }

    /// Reads a column from another place; what becomes of the value stays.
    pub(crate) fn read_from(&self, column: &Arc<str>, place: Reading) -> ColumnSource {
        let old = self
            .rows
            .columns
            .get(column)
            .and_then(ColumnSource::reading);
        ColumnSource::From(match old {
            Some(old) => Reading {
                origin: place.origin,
                at: place.at,
                ..old.clone()
            },
            None => place,
        })
    }

    /// Takes the entry away, or moves it.
    pub(crate) fn remove(&self) -> Edit {
        let mut all = self.definition.rows.clone();
        all.remove(self.index);
        named(
            format!("remove rows of {}", self.rows.table),
            vec![self.set(all)],
        )
    }

    pub(crate) fn move_to(&self, to: usize) -> Edit {
        let mut all = self.definition.rows.clone();
        let rows = all.remove(self.index);
        all.insert(to.min(all.len()), rows);
        named(
            format!("move rows of {}", self.rows.table),
            vec![self.set(all)],
        )
    }

    /// How a column of these rows reads a place of the message at hand.
    pub(crate) fn reading(&self, preview: &Preview, at: &Location) -> Option<Reading> {
        let root = self.rows.root.as_ref()?;
        reading_at(&preview.message, &preview.tree, &preview.grammar, root, at)
    }

    /// What dropping something on a column does, and in which words.
    pub(crate) fn drop_on_column(&self, reading: &Reading, column: &Arc<str>) -> (String, Edit) {
        let words = format!("{}.{column} ← {}", self.rows.table, reading.location_text());
        let source = self.read_from(column, reading.clone());
        (words, self.set_source(column, Some(source)))
    }

    /// What dropping something on the line for a new column does.
    pub(crate) fn drop_as_column(&self, preview: &Preview, reading: &Reading) -> (String, Edit) {
        let column = column_for(&reading.at, &preview.grammar, self.table());
        let (table, name) = (&self.rows.table, Arc::clone(&column.name));
        let at = reading.location_text();
        let words = format!("New column {table}.{name}: {} ← {at}", column.column_type);
        let add = add_column(self.profile, table, column);
        let mut all = self.definition.rows.clone();
        if let Some(rows) = all.get_mut(self.index) {
            rows.columns
                .insert(Arc::clone(&name), ColumnSource::From(reading.clone()));
        }
        let edit = named(
            format!("add column {table}.{name}"),
            vec![add, self.set(all)],
        );
        (words, edit)
    }

    /// What dropping something on the head of the rows does: it says what one row stands for.
    pub(crate) fn drop_as_root(&self, dragged: &Dragged) -> Option<(String, Edit)> {
        let root = root_of(dragged)?;
        let table = &self.rows.table;
        let words = format!("One row of {table} for each {root}");
        let name = format!("change root of {table}");
        Some((words, self.change(name, |rows| rows.root = Some(root))))
    }
}

/// What dropping something beside all rows does: it begins rows of a table.
pub(crate) fn drop_as_rows(
    profile: &Profile,
    definition: &MessageDefinition,
    preview: &Preview,
    table: Option<&Arc<str>>,
    dragged: &Dragged,
) -> Option<(String, Edit)> {
    let root = match dragged {
        Dragged::Group(name) => Root::Group(Arc::clone(name)),
        Dragged::Place(at) => Root::Segment(at.segment),
    };
    let table = table
        .cloned()
        .unwrap_or_else(|| free_table(profile, preview, &root));
    let mut rows = Rows::new(Arc::clone(&table), root.clone());
    let mut edits = Vec::new();
    let mut words = format!("Rows of {table}, one for each {root}");
    let known = profile.tables.get(&table);
    let mut columns = known.map(|known| Table::clone(known)).unwrap_or_default();
    if let Dragged::Place(at) = dragged
        && at.path.is_some()
    {
        let (message, tree) = (&preview.message, &preview.tree);
        let reading = reading_at(message, tree, &preview.grammar, &root, at)?;
        let column = column_for(&reading.at, &preview.grammar, Some(&columns));
        words.extend(["; ", &column.name, " ← ", &reading.location_text()]);
        rows.columns
            .insert(Arc::clone(&column.name), ColumnSource::From(reading));
        columns.columns.push(column);
    }
    let declared = Arc::new(columns);
    match known {
        None => edits.push(Edit::AddTable {
            name: Arc::clone(&table),
            table: declared,
        }),
        Some(known) if **known != *declared => edits.push(Edit::ChangeTable {
            name: Arc::clone(&table),
            table: declared,
        }),
        Some(_) => {}
    }
    let mut all = definition.rows.clone();
    all.push(rows);
    edits.push(Edit::SetRows {
        message: Arc::clone(&definition.name),
        rows: all,
    });
    Some((words, named(format!("add rows of {table}"), edits)))
}

/// Rows of a table with nothing in them yet, for the whole message.
pub(crate) fn add_rows(definition: &MessageDefinition, table: &Arc<str>) -> Edit {
    let mut all = definition.rows.clone();
    all.push(Rows::new(Arc::clone(table), Root::Message));
    let set = Edit::SetRows {
        message: Arc::clone(&definition.name),
        rows: all,
    };
    named(format!("add rows of {table}"), vec![set])
}

/// The edit that adds a column to a table, which it makes where it is not there.
pub(crate) fn add_column(profile: &Profile, table: &Arc<str>, column: Column) -> Edit {
    let known = profile.tables.get(table);
    let mut changed = known.map(|known| Table::clone(known)).unwrap_or_default();
    changed.columns.push(column);
    let changed = Arc::new(changed);
    let name = Arc::clone(table);
    match known {
        Some(_) => Edit::ChangeTable {
            name,
            table: changed,
        },
        None => Edit::AddTable {
            name,
            table: changed,
        },
    }
}

/// Edits that are one step.
pub(crate) fn named(name: String, edits: Vec<Edit>) -> Edit {
    Edit::Named {
        name: name.into(),
        edits,
    }
}

fn root_of(dragged: &Dragged) -> Option<Root> {
    match dragged {
        Dragged::Group(name) => Some(Root::Group(Arc::clone(name))),
        Dragged::Place(at) => match &at.path {
            None => Some(Root::Segment(at.segment)),
            Some(path) if path.component.is_none() => Some(Root::Field(at.segment, path.field)),
            Some(_) => None,
        },
    }
}

/// A name for a table that has none yet.
fn free_table(profile: &Profile, preview: &Preview, root: &Root) -> Arc<str> {
    let base = match root {
        Root::Segment(id) => {
            let names = PlaceNames::of(&preview.grammar, &Location::segment(*id));
            let words = names
                .segment
                .split(['(', '/', '-'])
                .next()
                .unwrap_or_default();
            let name = words.trim().to_lowercase().replace([' ', '\''], "_");
            if name.is_empty() {
                id.as_str().to_lowercase()
            } else {
                name
            }
        }
        Root::Group(name) => name.to_lowercase(),
        Root::Message => "message".to_owned(),
        Root::Field(id, number) => format!("{}_{number}", id.as_str().to_lowercase()),
    };
    let numbered = (2..1_000).map(|number| format!("{base}_{number}"));
    std::iter::once(base.clone())
        .chain(numbered)
        .find(|name| !profile.tables.contains_key(name.as_str()))
        .unwrap_or(base)
        .into()
}

/// A source as it is written in one field: a location, `"a constant"`, or `owner.column`.
pub(crate) fn source_text(source: Option<&ColumnSource>, owner: Option<&Arc<str>>) -> String {
    match source {
        None => String::new(),
        Some(ColumnSource::From(reading)) => reading.location_text(),
        Some(ColumnSource::Constant(text)) => format!("\"{text}\""),
        Some(ColumnSource::Parent(column)) => {
            format!("{}.{column}", owner.map_or("owner", |owner| &**owner))
        }
    }
}

/// What a text in the field of a source means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Nothing,
    Place(Reading),
    Constant(Arc<str>),
    Owner(Arc<str>),
}

/// Reads the field of a source.
pub(crate) fn read_source(
    text: &str,
    owner: Option<(&Arc<str>, Option<&Table>)>,
) -> Result<Written, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Written::Nothing);
    }
    if let Some(rest) = text.strip_prefix('"') {
        return match rest.strip_suffix('"') {
            Some(constant) => Ok(Written::Constant(constant.into())),
            None => Err("A constant ends with a quote: \"ADT\"".to_owned()),
        };
    }
    if let Some((name, table)) = owner
        && let Some(column) = text.strip_prefix(&format!("{name}."))
    {
        return if table.is_none_or(|table| table.column(column).is_some()) {
            Ok(Written::Owner(column.into()))
        } else {
            Err(format!("{name} has no column {column}"))
        };
    }
    match Reading::parse_location(text) {
        Ok((origin, at)) => Ok(Written::Place(Reading {
            origin,
            ..Reading::new(at)
        })),
        Err(error) => Err(format!("{error}; a constant stands in quotes: \"ADT\"")),
    }
}

/// A location without the number of its segment where that is the first: as a person would write it.
pub(crate) fn plain(location: &Location) -> Location {
    let mut plain = location.clone();
    if plain.occurrence == Pick::Nth(1) {
        plain.occurrence = Pick::First;
    }
    if let Some(path) = &mut plain.path
        && path.repetition == Pick::Nth(1)
    {
        path.repetition = Pick::First;
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_written_in_one_field_and_read_back() {
        let owner: Arc<str> = "patient".into();
        let table = Table {
            columns: vec![Column::new("mrn")],
            ..Table::default()
        };
        let check = |text: &str, expect: &str| {
            let read = match read_source(text, Some((&owner, Some(&table)))) {
                Ok(written) => {
                    let source = match &written {
                        Written::Nothing => None,
                        Written::Place(reading) => Some(ColumnSource::From(reading.clone())),
                        Written::Constant(text) => Some(ColumnSource::Constant(Arc::clone(text))),
                        Written::Owner(column) => Some(ColumnSource::Parent(Arc::clone(column))),
                    };
                    assert_eq!(source_text(source.as_ref(), Some(&owner)), text);
                    format!("{written:?}")
                }
                Err(error) => error,
            };
            assert!(read.starts_with(expect), "{text:?} was read as {read}");
        };
        check("", "Nothing");
        check("PID-3.1", "Place(");
        check("/PID-3[?5=MR].1", "Place(");
        check("ORDER/OBR-3", "Place(");
        check("\"ADT\"", "Constant(\"ADT\")");
        check("\"\"", "Constant(\"\")");
        check("patient.mrn", "Owner(\"mrn\")");
        check("patient.born", "patient has no column born");
        check("\"ADT", "A constant ends with a quote");
        check("PID-", "at character 5");
    }
}
