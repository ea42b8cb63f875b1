//! Rows out: the tables of a message definition read back into a message.
//!
//! Each row gets the segment, repetition or group that it stands for, and its columns are written where
//! they are read from. The message is then read again: what does not come back is told by its column.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::codes::translate_back;
use super::compose_message::Composed;
use super::compose_place::{Placed, Writing};
use super::engine::Engine;
use super::layout::{Layout, Plan, RowsPlan, TableLayout};
use super::outcome::{Cell, Row, TableRows};
use super::run::{Job, run};
use crate::cancel::{Cancel, Stale};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::grammar::{Grammar, resolve};
use crate::hl7::{Location, Message, Timestamp, parse};
use crate::profile::{MessageDefinition, Profile};

/// The rows of one message, and what they are made a message by.
#[derive(Clone, Copy)]
pub struct ComposeJob<'a> {
    /// The rows, table by table.
    pub rows: &'a [TableRows],
    /// The message definition whose `rows` and `out` are taken.
    pub definition: &'a MessageDefinition,
    /// The profile.
    pub profile: &'a Arc<Profile>,
    /// What MSH-7 gets where nobody says it.
    pub now: &'a Timestamp,
    /// What MSH-10 is made of where nobody says it.
    pub seed: u64,
}

/// The message that rows made, and what was found on the way.
#[derive(Clone, Debug, Default)]
pub struct Composition {
    /// The message; `None` when there were no rows.
    pub message: Option<Message>,
    /// What could not be written, by table and column.
    pub diagnostics: Vec<Diagnostic>,
}

/// Makes a message of rows.
pub fn compose(
    engine: &Engine,
    job: &ComposeJob<'_>,
    cancel: &Cancel,
) -> Result<Composition, Stale> {
    cancel.check()?;
    let layout = Layout::of(job.profile);
    let plan = layout.plan(job.definition);
    let mut diagnostics = plan.problems.clone();
    let template = template(job, &mut diagnostics);
    let (grammar, found) = resolve(
        job.profile.version(),
        job.profile,
        Some(job.definition),
        &template,
    );
    diagnostics.extend(found.into_iter().filter(|d| d.severity > Severity::Info));
    let mut composing = Composing {
        layout: &layout,
        placed: BTreeMap::new(),
        writing: Writing::new(Composed::of_template(&template, grammar.segment_grammar())),
        diagnostics,
    };
    composing.places(job, &plan);
    composing.header(job, &plan);
    let Composing {
        writing,
        mut diagnostics,
        ..
    } = composing;
    let message = writing.message.finish();
    diagnostics.extend(writing.diagnostics);
    diagnostics.extend(lost(engine, job, &message, grammar, cancel)?);
    Ok(Composition {
        message: (!job.rows.is_empty()).then_some(message),
        diagnostics,
    })
}

/// The message that the definition begins with.
fn template(job: &ComposeJob<'_>, diagnostics: &mut Vec<Diagnostic>) -> Message {
    let text = job.definition.out.as_ref().map_or("", |out| &*out.template);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let has_header = lines.first().is_some_and(|line| line.starts_with("MSH"));
    if !has_header {
        let message = format!(
            "\"{}\" has no template that begins with MSH",
            job.definition.name
        );
        diagnostics.push(Diagnostic::warning("out-template", message).with_help(
            "write one: out: Out(template: r\"MSH|^~\\&|PIPEHAT||||||ADT^A01^ADT_A01||P|2.5.1\")",
        ));
    }
    let header = if has_header { "" } else { "MSH|^~\\&|\r" };
    parse(&format!("{header}{}\r", lines.join("\r"))).0
}

struct Composing<'j> {
    layout: &'j Layout,
    /// The rows that were placed, by table.
    placed: BTreeMap<usize, Vec<(&'j Row, Placed)>>,
    writing: Writing,
    diagnostics: Vec<Diagnostic>,
}

impl<'j> Composing<'j> {
    fn places(&mut self, job: &ComposeJob<'j>, plan: &Plan) {
        let mut done: Vec<usize> = Vec::new();
        for rows in &plan.rows {
            let Some(table) = self.layout.tables.get(rows.table) else {
                continue;
            };
            let given = job.rows.iter().filter(|given| given.table == table.name);
            let given: Vec<&Row> = given.flat_map(|given| &given.rows).collect();
            if done.contains(&rows.table) {
                if !given.is_empty() {
                    let message = format!(
                        "rows of {} come from more than one root; they are written to the first of them",
                        table.name
                    );
                    self.diagnostics
                        .push(Diagnostic::warning("out-ambiguous", message));
                }
                continue;
            }
            done.push(rows.table);
            self.tell_columns(rows, table, &given);
            for row in given {
                let Some(placed) = self.place(rows, table, row) else {
                    continue;
                };
                self.write(rows, table, row, placed);
                self.placed
                    .entry(rows.table)
                    .or_default()
                    .push((row, placed));
            }
        }
        for given in job.rows.iter().filter(|given| !given.rows.is_empty()) {
            if !self
                .layout
                .table(&given.table)
                .is_some_and(|at| done.contains(&at))
            {
                let message = format!("\"{}\" has no rows of {}", job.definition.name, given.table);
                self.diagnostics.push(
                    Diagnostic::error("out-table", message)
                        .with_help("its rows are not written; say in rows where they come from"),
                );
            }
        }
    }

    /// Says which columns have no way back.
    fn tell_columns(&mut self, rows: &RowsPlan, table: &TableLayout, given: &[&Row]) {
        for cell in &rows.cells {
            let is_filled = |row: &&&Row| row.cells.get(cell.column) != Some(&Cell::Absent);
            if cell.then.is_some() && given.iter().any(|row| is_filled(&row)) {
                let column = table.columns.get(cell.column).map_or("", |name| &**name);
                let message = format!(
                    "{}.{column}: an expression makes it, which has no way back; it is not written",
                    table.name
                );
                self.diagnostics.push(
                    Diagnostic::warning("out-expression", message)
                        .with_help("write it in the template, or read the column without then"),
                );
            }
        }
    }

    /// Makes what a row stands for.
    fn place(&mut self, rows: &RowsPlan, table: &TableLayout, row: &Row) -> Option<Placed> {
        let mut within = 0;
        let mut owner_segment = None;
        match &rows.parent {
            None => within = self.writing.group_around(rows, row),
            Some(parent) => {
                let owners = self
                    .placed
                    .get(&parent.table)
                    .map_or(&[][..], Vec::as_slice);
                let owner = owners.iter().rfind(|(owner, _)| {
                    parent.cells.iter().all(|(column, from)| {
                        let known = owner.cells.get(*from).unwrap_or(&Cell::Absent);
                        let known = known.as_type(table.column_type(*column));
                        known.ok().as_ref() == row.cells.get(*column)
                    })
                });
                if let Some((_, owner)) = owner {
                    within = owner.group;
                    owner_segment = owner.segment;
                } else {
                    let name = self.layout.tables.get(parent.table);
                    let name = name.map_or("", |table| &*table.name);
                    let message = format!(
                        "{}: no row of {name} has the keys of a row that belongs to it",
                        table.name
                    );
                    self.diagnostics.push(
                        Diagnostic::error("row-owner", message)
                            .with_help(format!("put its row of {name} before it")),
                    );
                }
            }
        }
        let placed = self.writing.root(&rows.root, within, owner_segment);
        if placed.is_none() {
            let message = format!(
                "{}: the message's structure has no group {}",
                table.name, rows.root
            );
            self.diagnostics.push(
                Diagnostic::error("out-group", message)
                    .with_help("name the structure in the definition's grammar, or another root"),
            );
        }
        placed
    }

    fn write(&mut self, rows: &RowsPlan, table: &TableLayout, row: &Row, placed: Placed) {
        for plan in rows.cells.iter().filter(|plan| plan.then.is_none()) {
            let text = match row.cells.get(plan.column) {
                None | Some(Cell::Absent) => continue,
                Some(cell) => match plan.mask.as_ref().map(|mask| mask.site_text(cell)) {
                    None => cell.hl7_text(),
                    Some(Ok(text)) => text,
                    Some(Err(wrong)) => {
                        let column = table.columns.get(plan.column).map_or("", |name| &**name);
                        let message = format!("{}.{column}: {wrong}", table.name);
                        self.diagnostics.push(
                            Diagnostic::error("out-mask", message)
                                .at(Place::Location(plan.at.clone()))
                                .with_help(
                                    "give a value as precise as the mask, or shorten the mask",
                                ),
                        );
                        continue;
                    }
                },
            };
            let column = table.columns.get(plan.column).map_or("", |name| &**name);
            let name = || format!("{}.{column}", table.name);
            let text = match &plan.codes {
                None => text,
                Some((codes_name, codes)) => match translate_back(codes, codes_name, &text) {
                    Ok(code) => code.to_owned(),
                    Err(fault) => {
                        let mut diagnostic = fault.diagnostic();
                        diagnostic.message = format!("{}: {}", name(), diagnostic.message);
                        self.diagnostics.push(diagnostic);
                        continue;
                    }
                },
            };
            self.writing.cell(plan, placed, &text, &name);
        }
    }

    /// Fills the time and the id of the message where nobody says them.
    fn header(&mut self, job: &ComposeJob<'_>, plan: &Plan) {
        let mut seed = job.seed;
        // One round of SplitMix64: ids of neighbouring seeds do not look alike.
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        seed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let id = format!("{:016X}", seed ^ (seed >> 27));
        for (at, text) in [("MSH-7", job.now.to_string()), ("MSH-10", id)] {
            let Ok(location) = at.parse::<Location>() else {
                continue;
            };
            let cells = plan.rows.iter().flat_map(|rows| &rows.cells);
            let is_told = cells.into_iter().any(|cell| {
                cell.at.segment == location.segment
                    && cell.at.path.as_ref().map(|path| path.field)
                        == location.path.as_ref().map(|path| path.field)
            });
            if !is_told {
                self.writing.fill_empty(&location, &text);
            }
        }
    }
}

/// Reads the message again and tells which columns do not come back as they were.
fn lost(
    engine: &Engine,
    job: &ComposeJob<'_>,
    message: &Message,
    grammar: Grammar,
    cancel: &Cancel,
) -> Result<Vec<Diagnostic>, Stale> {
    let job_again = Job {
        message,
        tree: None,
        grammar: &Arc::new(grammar),
        definition: job.definition,
        profile: job.profile,
        program: None,
        now: job.now,
        seed: job.seed,
        records_reads: false,
        begun: None,
    };
    let again = run(engine, &job_again, cancel)?;
    let mut found = Vec::new();
    for given in job.rows {
        let read = again.rows.iter().find(|read| read.table == given.table);
        let (given_rows, read_rows) =
            unpaired(&given.rows, read.map_or(&[][..], |read| &read.rows));
        if given_rows.len() != read_rows.len() {
            let difference = read.map_or(0, |read| read.rows.len());
            let message = format!(
                "{}: {} rows were given, {difference} come back from the message",
                given.table,
                given.rows.len()
            );
            found.push(Diagnostic::error("out-lost", message));
        }
        for (at, column) in given.columns.iter().enumerate() {
            let pairs = given_rows.iter().zip(&read_rows);
            let differ = pairs.filter(|(given, read)| given.cells.get(at) != read.cells.get(at));
            let count = differ.count();
            if count > 0 {
                let message = format!(
                    "{}.{column}: {count} of {} values do not come back from the message",
                    given.table,
                    given.rows.len()
                );
                found.push(Diagnostic::error("out-lost", message).with_help(
                    "nothing in rows writes them, or another row writes to the same place",
                ));
            }
        }
    }
    Ok(found)
}

/// The rows on either side that have no equal on the other, whatever their order: groups may put them
/// in another one.
fn unpaired<'r>(given: &'r [Row], read: &'r [Row]) -> (Vec<&'r Row>, Vec<&'r Row>) {
    if given == read {
        return (Vec::new(), Vec::new());
    }
    let key = |row: &Row| {
        let cells = row
            .cells
            .iter()
            .map(|cell| format!("{cell:?} {cell}\u{1f}"));
        cells.collect::<String>()
    };
    let mut waiting: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in read {
        waiting.entry(key(row)).or_default().push(row);
    }
    let mut alone = |row: &&Row| waiting.get_mut(&key(row)).and_then(Vec::pop).is_none();
    let given: Vec<&Row> = given.iter().filter(|row| alone(row)).collect();
    (given, waiting.into_values().flatten().collect())
}

impl Cell {
    /// The value as HL7 writes it.
    pub(super) fn hl7_text(&self) -> String {
        match self {
            Cell::Absent => String::new(),
            Cell::Null => "\"\"".to_owned(),
            Cell::Text(text) | Cell::Decimal(text) => text.to_string(),
            Cell::Integer(number) => number.to_string(),
            Cell::Date(time) | Cell::Timestamp(time) => time.to_string(),
            Cell::Time(text) => text.replace(':', ""),
        }
    }
}
