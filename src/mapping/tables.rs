//! Declarative rows: what the profile's `rows` make of a message.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::codes::translate;
use super::convert::{convert, misfit};
use super::engine::Engine;
use super::evaluate::evaluate;
use super::layout::{CellPlan, Layout, ParentPlan, Plan, RowsPlan, TableLayout};
use super::look::Look;
use super::outcome::{Cell, Row, UnmappedCode};
use super::owners::Owners;
use super::row_record::{RowRecord, record_lookup, record_owner};
use super::row_store::RowStore;
use super::running::note_read;
use super::stand::{Bound, Stand};
use super::value_fault::ValueFault;
use crate::diagnostic::{Diagnostic, Place};
use crate::grammar::Finding;
use crate::hl7::{Delimiters, Element};
use crate::profile::Root;

/// What is made of a message's rows.
pub(super) struct Made {
    pub(super) store: RowStore,
    pub(super) findings: Vec<Finding>,
    pub(super) unmapped: Vec<UnmappedCode>,
}

/// Makes the rows of a plan.
pub(super) fn fill(
    plan: &Plan,
    layout: &Arc<Layout>,
    bound: &mut Bound<'_>,
    engine: &Engine,
    look: Option<&mut Look>,
    records: bool,
) -> Made {
    let mut filling = Filling {
        engine,
        look,
        records,
        owners: Owners::default(),
        made: Made {
            store: RowStore::new(Arc::clone(layout)),
            findings: plan.problems.iter().cloned().map(Finding::of).collect(),
            unmapped: Vec::new(),
        },
    };
    for rows in &plan.rows {
        if let Some(table) = layout.tables.get(rows.table) {
            filling.table(rows, table, bound);
        }
    }
    filling.made
}

struct Filling<'e> {
    engine: &'e Engine,
    /// Who wants to know how each cell came about.
    look: Option<&'e mut Look>,
    /// Whether the run of this thread is recorded.
    records: bool,
    owners: Owners,
    made: Made,
}

impl Filling<'_> {
    fn table(&mut self, rows: &RowsPlan, table: &TableLayout, bound: &mut Bound<'_>) {
        let message = bound.message;
        match &rows.root {
            Root::Message => self.row(rows, table, bound, Stand::Message),
            Root::Segment(id) => {
                for segment in message.segments_named(*id) {
                    self.row(rows, table, bound, Stand::Segment(segment));
                }
            }
            Root::Field(id, number) => {
                for segment in message.segments_named(*id) {
                    let field = segment.field(usize::from(*number));
                    let repetitions = field.iter().flat_map(Element::repetitions).enumerate();
                    for (at, element) in repetitions.filter(|(_, element)| !element.is_empty()) {
                        let stand = Stand::Field {
                            segment,
                            number: *number,
                            repetition: at + 1,
                            element,
                        };
                        self.row(rows, table, bound, stand);
                    }
                }
            }
            Root::Group(name) => {
                let found: Vec<usize> = bound.scopes().groups.named(0, name).collect();
                for at in found {
                    self.row(rows, table, bound, Stand::Group(at));
                }
            }
        }
    }

    fn row<'m>(
        &mut self,
        rows: &RowsPlan,
        table: &TableLayout,
        bound: &mut Bound<'m>,
        stand: Stand<'m>,
    ) {
        let message = bound.message;
        let mut row = Row {
            cells: vec![Cell::Absent; table.columns.len()],
        };
        // A row of which the message says nothing says nothing.
        let mut says_something = rows.cells.is_empty() && !rows.constants.is_empty();
        if let Some(look) = &mut self.look {
            look.begin(rows.entry, &table.columns, bound, stand);
        }
        let name = self.records.then(|| bound.name(stand));
        let mut record = RowRecord::begin(name, rows.entry, table, stand);
        for plan in &rows.cells {
            let element = bound.find(stand, plan);
            record.begin_column(table, plan, bound, element);
            if let Some(look) = &mut self.look {
                look.source(plan.column, element.map(|element| element.span()));
            }
            let text = element.map_or(Cow::Borrowed(""), |element| element.text());
            if let (Some((name, codes)), Some(reads)) = (&plan.codes, &mut bound.reads) {
                reads.note_code(name, codes, &text);
            }
            let at = element.map(|element| (element.span(), message.delimiters()));
            match self.cell(plan, &text, at.clone(), table) {
                Ok(Cell::Absent) => set(&mut row, plan.column, plan.default.clone()),
                Ok(cell) => {
                    says_something = true;
                    if let Some(excess) = table.excess(plan.column, &cell) {
                        let found = too_long(table, plan, excess, (&text, at));
                        self.tell(found, element, plan, (bound, stand));
                    }
                    set(&mut row, plan.column, cell);
                }
                Err(found) => self.tell(found, element, plan, (bound, stand)),
            }
            record.end_column();
        }
        if !says_something {
            return;
        }
        for (column, cell) in &rows.constants {
            set(&mut row, *column, cell.clone());
        }
        if let Some(parent) = &rows.parent {
            self.take_from_owner(parent, table, bound, stand, &mut row);
        }
        if let Some(look) = &mut self.look {
            look.end(table, &row);
        }
        match self.made.store.push(rows.table, row) {
            Ok(handle) => {
                record.end_row(table, &self.made.store, handle);
                if rows.is_owner {
                    self.owners.add(rows.table, bound, stand, handle);
                }
            }
            Err(fault) => self.made.findings.push(fault.finding()),
        }
    }

    /// Keeps a finding about a cell, with the row and the byte that it is about.
    fn tell<'m>(
        &mut self,
        mut finding: Box<Finding>,
        element: Option<Element<'m>>,
        plan: &CellPlan,
        (bound, stand): (&mut Bound<'m>, Stand<'m>),
    ) {
        if let Some(look) = &mut self.look {
            look.fault(plan.column, &finding.diagnostic);
        }
        if let Some(element) = element {
            bound.place(stand, &element, plan, &mut finding);
        }
        self.made.findings.push(*finding);
    }

    fn take_from_owner(
        &mut self,
        parent: &ParentPlan,
        table: &TableLayout,
        bound: &mut Bound<'_>,
        stand: Stand<'_>,
        row: &mut Row,
    ) {
        let Some(handle) = self.owners.of(parent.table, bound, stand) else {
            let name = self.made.store.layout().tables.get(parent.table);
            let name = name.map_or("", |table| &*table.name);
            let message = format!(
                "{}: no row of {name} owns the row of {}",
                table.name,
                bound.name(stand)
            );
            let found = Diagnostic::warning("row-owner", message)
                .with_help(format!("its columns that come from {name} stay absent"))
                .at(bound.row_place(stand));
            let expected = format!("a row of {name} above it");
            self.made
                .findings
                .push(Finding::of(found).with(expected, "none"));
            return;
        };
        let Some(owner) = self.made.store.row(handle) else {
            return;
        };
        if self.records {
            record_owner(self.made.store.layout(), parent, table, handle);
        }
        for (column, from) in &parent.cells {
            let Some(cell) = owner.cells.get(*from) else {
                continue;
            };
            match cell.as_type(table.column_type(*column)) {
                Ok(cell) => set(row, *column, cell),
                Err(wrong) => {
                    let found = refused(table, *column, &wrong).at(bound.row_place(stand));
                    let fault = misfit(&cell.to_string(), table.column_type(*column), None);
                    self.made.findings.push(fault.finding(found, None));
                }
            }
        }
    }

    fn cell(
        &mut self,
        plan: &CellPlan,
        text: &str,
        at: Option<(Range<usize>, &Delimiters)>,
        table: &TableLayout,
    ) -> Result<Cell, Box<Finding>> {
        let mut is_as_sent = true;
        let mut text = Cow::Borrowed(text);
        if let Some((name, codes)) = &plan.codes {
            let asked = || {
                let column = format!("{}.{}", table.name, name_of(table, plan.column));
                (column.into(), Some(plan.at.clone()))
            };
            UnmappedCode::note(&mut self.made.unmapped, (name, codes), &text, asked);
            let made = translate(codes, name, &text);
            if self.records
                && let Ok(code) = &made
            {
                record_lookup(name, &text, code);
            }
            match made {
                Ok(code) if *code == *text => {}
                Ok(code) => {
                    text = Cow::Owned(code.to_owned());
                    is_as_sent = false;
                }
                Err(fault) => {
                    let fault = match at {
                        Some((span, delimiters)) => fault.read_at(Some(span), delimiters),
                        None => fault,
                    };
                    return Err(in_column(fault.finding(), table, plan));
                }
            }
        }
        if let Some(then) = &plan.then
            && !text.is_empty()
            && text != "\"\""
        {
            if let Some((span, _)) = &at {
                note_read(span.clone());
            }
            let made = evaluate(then, self.engine, &text)
                .map_err(|found| in_column(*found, table, plan))?;
            text = Cow::Owned(made);
            is_as_sent = false;
        } else if let Some(written) = plan.mask.as_ref().and_then(|mask| mask.to_hl7(&text)) {
            text = Cow::Owned(written);
        }
        convert(&text, plan.read_as).map_err(|wrong| {
            let mask = plan.mask.as_ref().filter(|_| plan.then.is_none());
            let pattern = mask.map(|mask| &*mask.pattern);
            let mut fault = misfit(&text, plan.read_as, pattern);
            if !is_as_sent {
                fault = fault.without_fix();
            }
            let mut diagnostic = refused(table, plan.column, &wrong);
            diagnostic.place = Place::Location(plan.at.clone());
            diagnostic.help = Some(match mask {
                None => format!("the column holds {}", plan.read_as),
                Some(mask) => format!(
                    "the column holds {}, and the site writes it as {}",
                    plan.read_as, mask.pattern
                ),
            });
            Box::new(fault.finding(diagnostic, at))
        })
    }
}

fn set(row: &mut Row, column: usize, cell: Cell) {
    if let Some(place) = row.cells.get_mut(column) {
        *place = cell;
    }
}

fn name_of(table: &TableLayout, column: usize) -> &str {
    table.columns.get(column).map_or("", |name| &**name)
}

fn too_long(
    table: &TableLayout,
    plan: &CellPlan,
    (length, size): (usize, u32),
    (text, at): (&str, Option<(Range<usize>, &Delimiters)>),
) -> Box<Finding> {
    let column = name_of(table, plan.column);
    let message = format!("{}.{column}: the text has {length} characters", table.name);
    let help = format!("the column stores {size}: shorten it with an expression");
    let diagnostic = Diagnostic::warning("row-size", message)
        .with_help(help)
        .at(Place::Location(plan.at.clone()));
    let mut fault = ValueFault::of_size(size, length, text);
    if plan.codes.is_some() || plan.then.is_some() {
        fault = fault.without_fix();
    }
    Box::new(fault.finding(diagnostic, at))
}

fn refused(table: &TableLayout, column: usize, wrong: &str) -> Diagnostic {
    let message = format!("{}.{}: {wrong}", table.name, name_of(table, column));
    let help = format!("the column holds {}", table.column_type(column));
    Diagnostic::error("row-value", message).with_help(help)
}

fn in_column(mut finding: Finding, table: &TableLayout, plan: &CellPlan) -> Box<Finding> {
    let diagnostic = &mut finding.diagnostic;
    let column = name_of(table, plan.column);
    diagnostic.message = format!("{}.{column}: {}", table.name, diagnostic.message);
    if diagnostic.place == Place::Nowhere {
        diagnostic.place = Place::Location(plan.at.clone());
    }
    Box::new(finding)
}
