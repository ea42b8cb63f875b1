//! A profile's tables and rows, prepared once: columns by number instead of by name.

use std::cell::RefCell;
use std::sync::Arc;

use super::codes;
use super::convert::convert;
use super::expression::Expression;
use super::masks::{SiteMask, has_masks, takes_mask};
use super::outcome::Cell;
use super::suggest::help;
use crate::diagnostic::Diagnostic;
use crate::hl7::{FieldPath, Location, SegmentId};
use crate::profile::{
    Codes, ColumnSource, ColumnType, MessageDefinition, Origin, Profile, Reading, Root, Rows,
};

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
    has_masks: bool,
}

/// A table and its columns.
pub(super) struct TableLayout {
    pub(super) name: Arc<str>,
    pub(super) columns: Arc<[Arc<str>]>,
    pub(super) types: Vec<ColumnType>,
    /// The most characters that each column stores, where that is known.
    pub(super) sizes: Vec<Option<u32>>,
    /// The columns that tell two rows apart.
    pub(super) keys: Vec<usize>,
}

/// The rows that one message definition makes.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) rows: Vec<RowsPlan>,
    /// Whether a column is made by an expression.
    pub(super) has_expressions: bool,
    /// Tables, columns and code tables that the profile does not have.
    pub(super) problems: Vec<Diagnostic>,
}

/// How rows of one table are made.
pub(super) struct RowsPlan {
    /// Which entry of the definition's rows it is.
    pub(super) entry: usize,
    pub(super) table: usize,
    pub(super) root: Root,
    /// Columns that come from the message.
    pub(super) cells: Vec<CellPlan>,
    /// Columns that are always the same.
    pub(super) constants: Vec<(usize, Cell)>,
    /// The rows that own these.
    pub(super) parent: Option<ParentPlan>,
    /// Whether other rows belong to these.
    pub(super) is_owner: bool,
}

/// The table whose rows own others, and what these take from them.
pub(super) struct ParentPlan {
    pub(super) table: usize,
    /// The column, and the column of the owner that fills it.
    pub(super) cells: Vec<(usize, usize)>,
}

/// How one cell is made from the message.
pub(super) struct CellPlan {
    pub(super) column: usize,
    pub(super) origin: Origin,
    pub(super) at: Location,
    pub(super) codes: Option<(Arc<str>, Arc<Codes>)>,
    pub(super) then: Option<Box<Expression>>,
    /// How the site writes dates there.
    pub(super) mask: Option<SiteMask>,
    /// What an absent value becomes.
    pub(super) default: Cell,
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
            sizes: table.columns.iter().map(|column| column.size).collect(),
            keys: (0..table.columns.len())
                .filter(|at| table.columns.get(*at).is_some_and(|column| column.key))
                .collect(),
        });
        let mut layout = Self {
            profile: Arc::clone(profile),
            tables: tables.collect(),
            plans: Vec::new(),
            has_masks: has_masks(profile),
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

    /// Whether the site writes dates otherwise than HL7 anywhere.
    pub(super) fn has_masks(&self) -> bool {
        self.has_masks
    }

    /// How the site writes dates in a place.
    pub(super) fn mask_at(&self, segment: SegmentId, path: &FieldPath) -> Option<SiteMask> {
        self.has_masks
            .then(|| SiteMask::at(&self.profile, segment, path))?
    }

    /// The table of this name, by number.
    pub(super) fn table(&self, name: &str) -> Option<usize> {
        self.tables.iter().position(|table| &*table.name == name)
    }

    fn prepare(&self, definition: &MessageDefinition) -> Plan {
        let mut plan = Plan::default();
        for (entry, rows) in definition.rows.iter().enumerate() {
            let Some(at) = self.table(&rows.table) else {
                plan.problems
                    .push(table_unknown(&self.profile, &rows.table));
                continue;
            };
            // Told by the profile's check.
            let Some(root) = &rows.root else { continue };
            let which = (entry, rows, root);
            let prepared = self.prepare_rows(definition, which, at, &mut plan.problems);
            plan.has_expressions |= prepared.cells.iter().any(|cell| cell.then.is_some());
            if let Some(parent) = &prepared.parent {
                for owner in plan
                    .rows
                    .iter_mut()
                    .filter(|owner| owner.table == parent.table)
                {
                    owner.is_owner = true;
                }
            }
            plan.rows.push(prepared);
        }
        plan
    }

    fn prepare_rows(
        &self,
        definition: &MessageDefinition,
        (entry, rows, root): (usize, &Rows, &Root),
        table: usize,
        problems: &mut Vec<Diagnostic>,
    ) -> RowsPlan {
        let mut plan = RowsPlan {
            entry,
            table,
            root: root.clone(),
            cells: Vec::new(),
            constants: Vec::new(),
            parent: None,
            is_owner: false,
        };
        let Some(layout) = self.tables.get(table) else {
            return plan;
        };
        let mut from_parent = Vec::new();
        for (name, source) in &rows.columns {
            let Some(column) = layout.column(name) else {
                problems.push(layout.column_unknown(name));
                continue;
            };
            match source {
                ColumnSource::From(reading) => {
                    let script = format!("{} {}.{name}", definition.name, layout.name);
                    plan.cells
                        .extend(self.cell(reading, layout, column, &script, problems));
                }
                ColumnSource::Constant(text) => {
                    let cell = layout.fixed(column, text, layout.column_type(column), problems);
                    plan.constants.push((column, cell));
                }
                ColumnSource::Parent(owner) => from_parent.push((column, owner)),
            }
        }
        let declared = self.profile.tables.get(&rows.table);
        let earlier = definition.rows.get(..entry).unwrap_or_default();
        let owner = rows.owner(declared.map(|table| &**table), earlier);
        plan.parent =
            owner.and_then(|owner| self.parent((rows, owner), layout, from_parent, problems));
        plan
    }

    /// The owner of rows: columns that ask for one of its columns, and its keys.
    fn parent(
        &self,
        (rows, name): (&Rows, &Arc<str>),
        layout: &TableLayout,
        asked: Vec<(usize, &Arc<str>)>,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<ParentPlan> {
        let Some(table) = self.table(name) else {
            problems.push(table_unknown(&self.profile, name));
            return None;
        };
        let owner = self.tables.get(table)?;
        let mut cells = Vec::new();
        for (column, name) in asked {
            match owner.column(name) {
                Some(at) => cells.push((column, at)),
                None => problems.push(owner.column_unknown(name)),
            }
        }
        let keys = owner.columns.iter().enumerate();
        for (at, name) in keys.filter(|(at, _)| owner.keys.contains(at)) {
            if !rows.columns.contains_key(name)
                && let Some(column) = layout.column(name)
            {
                cells.push((column, at));
            }
        }
        Some(ParentPlan { table, cells })
    }

    fn cell(
        &self,
        reading: &Reading,
        layout: &TableLayout,
        column: usize,
        script: &str,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<CellPlan> {
        let codes = match &reading.codes {
            None => None,
            Some(name) => {
                if let Some(known) = codes::find(&self.profile, name) {
                    Some(known)
                } else {
                    problems.push(codes::unknown(&self.profile, name).diagnostic());
                    return None;
                }
            }
        };
        let read_as = reading
            .read_as
            .unwrap_or_else(|| layout.column_type(column));
        let default = reading.default.as_ref();
        let mask = reading.at.path.as_ref().filter(|_| takes_mask(read_as));
        let mask = mask.and_then(|path| self.mask_at(reading.at.segment, path));
        Some(CellPlan {
            mask,
            column,
            origin: reading.origin.clone(),
            at: reading.at.clone(),
            codes,
            then: (reading.then.as_ref()).map(|source| Box::new(Expression::new(script, source))),
            default: default.map_or(Cell::Absent, |text| {
                layout.fixed(column, text, read_as, problems)
            }),
            read_as,
        })
    }
}

impl TableLayout {
    /// A value that the profile gives.
    fn fixed(
        &self,
        column: usize,
        text: &str,
        column_type: ColumnType,
        problems: &mut Vec<Diagnostic>,
    ) -> Cell {
        convert(text, column_type).unwrap_or_else(|wrong| {
            let name = self.columns.get(column).map_or("", |name| &**name);
            let message = format!("{}.{name}: {wrong} that the profile gives", self.name);
            problems.push(
                Diagnostic::error("row-value", message)
                    .with_help(format!("the column holds {column_type}")),
            );
            Cell::Absent
        })
    }

    /// The column of this name, by number.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| &**column == name)
    }

    pub(super) fn column_type(&self, column: usize) -> ColumnType {
        self.types.get(column).copied().unwrap_or_default()
    }

    /// How many characters a text is too long for a column; `None` when it fits.
    pub(super) fn excess(&self, column: usize, cell: &Cell) -> Option<(usize, u32)> {
        let size = self.sizes.get(column).copied().flatten()?;
        let Cell::Text(text) = cell else { return None };
        let length = text.chars().count();
        (length > size as usize).then_some((length, size))
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
