//! A profile's tables and rows, prepared once: columns by number instead of by name.

use std::cell::RefCell;
use std::sync::Arc;

use super::codes;
use super::suggest::help;
use crate::diagnostic::Diagnostic;
use crate::hl7::Location;
use crate::profile::{Codes, ColumnType, MessageDefinition, Origin, Profile, Root, Rows};

thread_local! {
    // A thread maps many messages with one profile; preparing it takes longer than mapping one.
    static LAST: RefCell<Option<Arc<Layout>>> = const { RefCell::new(None) };
}

/// The tables of a profile and the rows that its message definitions make.
pub(super) struct Layout {
    profile: Arc<Profile>,
    pub(super) tables: Vec<TableLayout>,
    /// One entry for each message definition.
    plans: Vec<Arc<Plan>>,
}

/// A table and its columns.
pub(super) struct TableLayout {
    pub(super) name: Arc<str>,
    pub(super) columns: Arc<[Arc<str>]>,
    pub(super) types: Vec<ColumnType>,
}

/// The rows that one message definition makes.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) rows: Vec<RowsPlan>,
    /// Tables, columns and code tables that the profile does not have.
    pub(super) problems: Vec<Diagnostic>,
}

/// How rows of one table are made.
pub(super) struct RowsPlan {
    pub(super) table: usize,
    pub(super) root: Root,
    pub(super) cells: Vec<CellPlan>,
}

/// How one cell is made.
pub(super) struct CellPlan {
    pub(super) column: usize,
    pub(super) origin: Origin,
    pub(super) at: Location,
    pub(super) codes: Option<(Arc<str>, Arc<Codes>)>,
    pub(super) read_as: ColumnType,
}

impl Layout {
    /// The layout of a profile; the last one is kept for the thread.
    pub(super) fn of(profile: &Arc<Profile>) -> Arc<Self> {
        LAST.with_borrow_mut(|last| match last {
            Some(layout) if Arc::ptr_eq(&layout.profile, profile) => Arc::clone(layout),
            _ => Arc::clone(last.insert(Arc::new(Self::new(profile)))),
        })
    }

    fn new(profile: &Arc<Profile>) -> Self {
        let tables = profile.tables.iter().map(|(name, table)| TableLayout {
            name: Arc::clone(name),
            columns: table
                .columns
                .iter()
                .map(|column| Arc::clone(&column.name))
                .collect(),
            types: table
                .columns
                .iter()
                .map(|column| column.column_type)
                .collect(),
        });
        let mut layout = Self {
            profile: Arc::clone(profile),
            tables: tables.collect(),
            plans: Vec::new(),
        };
        layout.plans = profile
            .messages
            .iter()
            .map(|definition| Arc::new(layout.prepare(definition)))
            .collect();
        layout
    }

    /// The plan of a message definition.
    pub(super) fn plan(&self, definition: &MessageDefinition) -> Arc<Plan> {
        self.profile
            .messages
            .iter()
            .position(|known| std::ptr::eq(&raw const **known, definition))
            .and_then(|at| self.plans.get(at).map(Arc::clone))
            // A definition that is not in the profile: somebody tries one out.
            .unwrap_or_else(|| Arc::new(self.prepare(definition)))
    }

    /// The table of this name, by number.
    pub(super) fn table(&self, name: &str) -> Option<usize> {
        self.tables.iter().position(|table| &*table.name == name)
    }

    fn prepare(&self, definition: &MessageDefinition) -> Plan {
        let mut plan = Plan::default();
        for rows in &definition.rows {
            let Some(at) = self.table(&rows.table) else {
                plan.problems
                    .push(table_unknown(&self.profile, &rows.table));
                continue;
            };
            let cells = self.cells(rows, at, &mut plan.problems);
            plan.rows.push(RowsPlan {
                table: at,
                root: rows.root.clone(),
                cells,
            });
        }
        plan
    }

    fn cells(&self, rows: &Rows, table: usize, problems: &mut Vec<Diagnostic>) -> Vec<CellPlan> {
        let Some(layout) = self.tables.get(table) else {
            return Vec::new();
        };
        let mut cells = Vec::new();
        for (name, source) in &rows.columns {
            let Some(column) = layout.column(name) else {
                problems.push(layout.column_unknown(name));
                continue;
            };
            let codes = match &source.codes {
                None => None,
                Some(name) => {
                    if let Some(codes) = self.profile.codes.get(name) {
                        Some((Arc::clone(name), Arc::clone(codes)))
                    } else {
                        problems.push(codes::unknown(&self.profile, name).diagnostic());
                        continue;
                    }
                }
            };
            cells.push(CellPlan {
                column,
                origin: source.origin,
                at: source.at.clone(),
                codes,
                read_as: source.read_as.unwrap_or_else(|| layout.column_type(column)),
            });
        }
        cells
    }
}

impl TableLayout {
    /// The column of this name, by number.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| &**column == name)
    }

    pub(super) fn column_type(&self, column: usize) -> ColumnType {
        self.types.get(column).copied().unwrap_or_default()
    }

    /// A column that the table does not have.
    pub(super) fn column_unknown(&self, name: &str) -> Diagnostic {
        Diagnostic::error(
            "column-unknown",
            format!("the table \"{}\" has no column \"{name}\"", self.name),
        )
        .with_help(help(
            name,
            "columns",
            self.columns.iter().map(|column| &**column),
        ))
    }
}

/// A table that the profile does not have.
pub(super) fn table_unknown(profile: &Profile, name: &str) -> Diagnostic {
    Diagnostic::error(
        "table-unknown",
        format!("the profile has no table \"{name}\""),
    )
    .with_help(help(
        name,
        "tables",
        profile.tables.keys().map(|key| &**key),
    ))
}
