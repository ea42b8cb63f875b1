//! Rows of many messages, table by table, as databases give them: keys say which rows are of one message.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::given_rows::row_of;
use super::layout::{Layout, Plan, RowsPlan, table_unknown};
use super::outcome::{Cell, Row, TableRows};
use crate::diagnostic::Diagnostic;
use crate::profile::{MessageDefinition, Profile};

/// Rows of many messages, gathered table by table.
///
/// The first rows of the definition without a parent lead: each of them begins a message. Rows with a parent are
/// of the message of their parent's row; other rows are of the message whose leading row has the same
/// keys. Where an index stands with each row instead, rows of one index are of one message.
pub struct RowSheets {
    profile: Arc<Profile>,
    layout: Arc<Layout>,
    plan: Arc<Plan>,
    rows: Vec<GivenRow>,
}

struct GivenRow {
    table: usize,
    row: Row,
    index: Option<Box<str>>,
    origin: RowOrigin,
}

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowOrigin {
    /// The file.
    pub file: Arc<str>,
    /// The line on which it begins, counted from 1.
    pub line: u32,
}

/// The rows of one message.
#[derive(Clone, Debug)]
pub struct SheetMessage {
    /// Where its leading row stands.
    pub origin: RowOrigin,
    /// Its rows, table by table.
    pub rows: Vec<TableRows>,
}

/// What is wrong with one row.
#[derive(Clone, Debug, PartialEq)]
pub struct RowFault {
    /// Where it stands.
    pub origin: RowOrigin,
    /// What is wrong, and what would be right.
    pub diagnostic: Diagnostic,
}

impl RowSheets {
    /// No rows yet, for messages of a definition.
    pub fn new(profile: &Arc<Profile>, definition: &MessageDefinition) -> Self {
        let layout = Layout::of(profile);
        Self {
            profile: Arc::clone(profile),
            plan: layout.plan(definition),
            layout,
            rows: Vec::new(),
        }
    }

    /// Whether a table has these columns; `Err` is which of them, counted from 0, it does not have.
    pub fn check_columns<'a>(
        &self,
        table: &str,
        columns: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), (usize, Box<Diagnostic>)> {
        let at = self.layout.table(table);
        let Some(layout) = at.and_then(|at| self.layout.tables.get(at)) else {
            return Err((0, Box::new(table_unknown(&self.profile, table))));
        };
        for (at, column) in columns.into_iter().enumerate() {
            if layout.column(column).is_none() {
                return Err((at, Box::new(layout.column_unknown(column))));
            }
        }
        Ok(())
    }

    /// Adds a row: columns and texts, empty for absent and two quotes for HL7's null.
    ///
    /// # Errors
    /// A table or column that the profile does not have, a text that is not what the column holds; with the
    /// number of the value, counted from 0. Then the row is not added.
    pub fn add<'a>(
        &mut self,
        table: &str,
        values: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
        index: Option<&str>,
        origin: RowOrigin,
    ) -> Result<(), (usize, Box<Diagnostic>)> {
        let (table, row) = row_of(&self.layout, &self.profile, table, values)?;
        self.rows.push(GivenRow {
            table,
            row,
            index: index.map(Into::into),
            origin,
        });
        Ok(())
    }

    /// How many rows were added.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row was added.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows of each message, in the order of the leading rows, and those that belong to none.
    pub fn messages(self) -> (Vec<SheetMessage>, Vec<RowFault>) {
        let Self {
            layout, plan, rows, ..
        } = self;
        let mut joining = Joining {
            layout: &layout,
            plan: &plan,
            messages: Vec::new(),
            by_index: BTreeMap::new(),
            placed: BTreeMap::new(),
            faults: Vec::new(),
        };
        let (with_index, by_keys): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|given| given.index.is_some());
        for given in with_index {
            joining.by_index(given);
        }
        joining.by_keys(by_keys);
        (joining.messages, joining.faults)
    }
}

struct Joining<'l> {
    layout: &'l Layout,
    plan: &'l Plan,
    messages: Vec<SheetMessage>,
    by_index: BTreeMap<Box<str>, usize>,
    /// The messages that have a row of a table with these keys.
    placed: BTreeMap<(usize, Vec<String>), Vec<usize>>,
    faults: Vec<RowFault>,
}

impl Joining<'_> {
    fn by_index(&mut self, given: GivenRow) {
        let index = given.index.clone().unwrap_or_default();
        let next = self.messages.len();
        let message = *self.by_index.entry(index).or_insert(next);
        if message == next {
            self.begin(given.origin.clone());
        }
        self.put(message, given);
    }

    fn begin(&mut self, origin: RowOrigin) {
        self.messages.push(SheetMessage {
            origin,
            rows: Vec::new(),
        });
    }

    /// Parents come before their children in a definition, so that one walk over it will do.
    fn by_keys(&mut self, mut rows: Vec<GivenRow>) {
        let mut leader: Option<usize> = None;
        let mut done: Vec<usize> = Vec::new();
        for entry in &self.plan.rows {
            if done.contains(&entry.table) {
                continue;
            }
            done.push(entry.table);
            let (own, others): (Vec<_>, Vec<_>) = rows
                .into_iter()
                .partition(|given| given.table == entry.table);
            rows = others;
            for given in own {
                match (leader, &entry.parent) {
                    (None, None) => {
                        self.begin(given.origin.clone());
                        self.put(self.messages.len() - 1, given);
                    }
                    _ => self.join(entry, leader, given),
                }
            }
            if leader.is_none() && entry.parent.is_none() {
                leader = Some(entry.table);
            }
        }
        for given in rows {
            let message = format!(
                "the message definition has no rows of {}",
                self.name(given.table)
            );
            let help = "say in its rows where they come from";
            self.fault(given, "out-table", message, help);
        }
    }

    fn join(&mut self, entry: &RowsPlan, leader: Option<usize>, given: GivenRow) {
        let (owner, pairs) = match (&entry.parent, leader) {
            (Some(parent), _) => (parent.table, parent.cells.clone()),
            (None, Some(leader)) => (leader, self.shared_keys(entry.table, leader)),
            // Only rows with a parent come before the leading ones.
            (None, None) => return,
        };
        if pairs.is_empty() && self.messages.len() == 1 {
            return self.put(0, given);
        }
        let owner_name = self.name(owner).to_owned();
        if pairs.is_empty() {
            let keys = self.layout.tables.get(owner).map(|table| {
                let names = table.keys.iter().filter_map(|at| table.columns.get(*at));
                names.map(|name| &**name).collect::<Vec<_>>().join(", ")
            });
            let help = match keys.filter(|keys| !keys.is_empty()) {
                Some(keys) => format!("add the columns of its keys: {keys}"),
                None => format!(
                    "say in the profile which columns are keys of {owner_name}, or add a column index"
                ),
            };
            let message = format!("nothing says to which row of {owner_name} the row belongs");
            return self.fault(given, "row-owner", message, help);
        }
        match self.with_keys(owner, &pairs, &given.row).as_slice() {
            [message] => self.put(*message, given),
            [] => {
                let message = format!("no row of {owner_name} has the keys of the row");
                self.fault(
                    given,
                    "row-owner",
                    message,
                    format!("add that row to {owner_name}"),
                );
            }
            several => {
                let message = format!(
                    "rows of {owner_name} in {} messages have the keys of the row",
                    several.len()
                );
                let help =
                    "number the messages in a column index: transform --to csv --index writes it";
                self.fault(given, "row-owner", message, help);
            }
        }
    }

    /// The columns of a table that are named as keys of another, each with that key's number.
    fn shared_keys(&self, table: usize, owner: usize) -> Vec<(usize, usize)> {
        let (Some(own), Some(owner)) =
            (self.layout.tables.get(table), self.layout.tables.get(owner))
        else {
            return Vec::new();
        };
        let keys = owner.keys.iter().filter_map(|at| {
            let name = owner.columns.get(*at)?;
            Some((own.column(name)?, *at))
        });
        keys.collect()
    }

    /// The messages in which a row of the owner has the keys that the row has.
    fn with_keys(&self, owner: usize, pairs: &[(usize, usize)], row: &Row) -> Vec<usize> {
        let Some(table) = self.layout.tables.get(owner) else {
            return Vec::new();
        };
        let key = |key: &usize| {
            let (column, _) = pairs.iter().find(|(_, from)| from == key)?;
            let cell = row
                .cells
                .get(*column)?
                .as_type(table.column_type(*key))
                .ok()?;
            Some(key_text(&cell))
        };
        let keys: Vec<Option<String>> = table.keys.iter().map(key).collect();
        if let Some(keys) = keys.iter().cloned().collect::<Option<Vec<String>>>() {
            return self.placed.get(&(owner, keys)).cloned().unwrap_or_default();
        }
        // The row lacks some of the keys: all that agree in the others.
        let of_owner = self.placed.range((owner, Vec::new())..);
        let of_owner = of_owner.take_while(|((table, _), _)| *table == owner);
        let agree = of_owner.filter(|((_, known), _)| {
            let mut both = keys.iter().zip(known);
            both.all(|(own, known)| own.as_ref().is_none_or(|own| own == known))
        });
        let mut found: Vec<usize> = agree.flat_map(|(_, messages)| messages.clone()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn put(&mut self, message: usize, given: GivenRow) {
        let Some(layout) = self.layout.tables.get(given.table) else {
            return;
        };
        let keys = layout
            .keys
            .iter()
            .filter_map(|key| given.row.cells.get(*key))
            .map(key_text);
        let places = self
            .placed
            .entry((given.table, keys.collect()))
            .or_default();
        if places.last() != Some(&message) {
            places.push(message);
        }
        let Some(known) = self.messages.get_mut(message) else {
            return;
        };
        let table = TableRows::of(&mut known.rows, &layout.name, &layout.columns);
        table.rows.push(given.row);
    }

    fn name(&self, table: usize) -> &str {
        self.layout
            .tables
            .get(table)
            .map_or("", |table| &*table.name)
    }

    fn fault(
        &mut self,
        given: GivenRow,
        code: &'static str,
        message: String,
        help: impl Into<String>,
    ) {
        self.faults.push(RowFault {
            origin: given.origin,
            diagnostic: Diagnostic::error(code, message).with_help(help),
        });
    }
}

/// A key that tells null from absent.
fn key_text(cell: &Cell) -> String {
    match cell {
        Cell::Null => "\"\"".to_owned(),
        Cell::Absent
        | Cell::Text(_)
        | Cell::Integer(_)
        | Cell::Decimal(_)
        | Cell::Date(_)
        | Cell::Time(_)
        | Cell::Timestamp(_) => cell.to_string(),
    }
}
