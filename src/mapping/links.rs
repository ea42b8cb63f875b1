//! Every value that came out, and where it comes from: what links the panels of input and output.

use std::ops::Range;
use std::sync::Arc;

use super::lineage::{Lineage, Provenance, Source};
use super::outcome::{Cell, TableRows};
use super::recorded_value::Value;
use super::recording::{Happening, Recording};
use crate::hl7::{Element, Location, Message};

/// Characters shown of one value.
const MOST_SHOWN: usize = 40;

/// A value that came out.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// A place of the message made.
    Output(Location),
    /// A cell.
    Cell {
        /// The table.
        table: Arc<str>,
        /// Which of its rows, counted from 0.
        row: usize,
        /// The column.
        column: Arc<str>,
    },
}

/// A value that came out, and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The value.
    pub end: End,
    /// Where it comes from.
    pub from: Provenance,
}

/// What becomes of a part of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Influence {
    /// Its value flows into what came out.
    Flows,
    /// It is asked by a condition that decided.
    Decides,
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            End::Output(location) => write!(f, "{location}"),
            End::Cell { table, row, column } => write!(f, "{table}[{}].{column}", row + 1),
        }
    }
}

impl Link {
    /// Whether and how a part of the input has a say in the value.
    pub fn influence(&self, span: &Range<usize>) -> Option<Influence> {
        let of = |sources: &[Source]| sources.iter().any(|source| source.touches(span));
        if of(&self.from.sources) {
            return Some(Influence::Flows);
        }
        let decides = self.from.because.iter().any(|because| of(&because.sources));
        decides.then_some(Influence::Decides)
    }
}

impl Lineage {
    /// Where a value that came out comes from.
    pub fn of_end(&self, recording: &Recording, end: &End) -> Provenance {
        match end {
            End::Output(location) => self.of_output(recording, location),
            End::Cell { table, row, column } => self.of_cell(recording, table, *row, column),
        }
    }

    /// The values that came out, in their order: the message made, then the rows; `most` of them.
    pub fn links(&self, recording: &Recording, rows: &[TableRows], most: usize) -> Vec<Link> {
        let mut places = Vec::new();
        if let Some(output) = recording.sent() {
            for segment in output.segments() {
                for field in segment.fields() {
                    add_leaves(output, field, &mut places);
                }
            }
        }
        let of_output = places.into_iter().map(End::Output);
        let cells = rows.iter().flat_map(|table| {
            table.rows.iter().enumerate().flat_map(move |(row, cells)| {
                let filled = table.columns.iter().zip(&cells.cells);
                filled
                    .filter(|(_, cell)| **cell != Cell::Absent)
                    .map(move |(column, _)| (Arc::clone(&table.table), row, Arc::clone(column)))
            })
        });
        let of_cells = cells.map(|(table, row, column)| End::Cell { table, row, column });
        let ends = of_output.chain(of_cells).take(most);
        let link = |end: End| Link {
            from: self.of_end(recording, &end),
            end,
        };
        ends.map(link).collect()
    }
}

fn add_leaves(message: &Message, element: Element<'_>, places: &mut Vec<Location>) {
    if element.is_composite() {
        for child in element.children() {
            add_leaves(message, child, places);
        }
    } else if !element.is_empty() {
        places.extend(message.location_at(element.span().start));
    }
}

impl Recording {
    /// Where a value comes from, in a sentence: `PID-8 "U" → codes sex → "O", adt:12, because adt:10 asked
    /// MSH-3 "LAB"`.
    pub fn sentence(&self, found: &Provenance) -> String {
        let mut text = match found.sources.as_slice() {
            [] => "a constant".to_owned(),
            sources => self.listed(sources),
        };
        for lookup in &found.lookups {
            if let Some(Happening::Lookup { table, to, .. }) =
                self.events.get(*lookup).map(|event| &event.what)
            {
                text = format!("{text} → codes {table} → {}", quoted(to));
            }
        }
        let writers: Vec<String> = found
            .writers
            .iter()
            .map(|step| self.place_of(*step))
            .collect();
        if !writers.is_empty() {
            text = format!("{text}, written by {}", writers.join(", "));
        }
        for because in &found.because {
            let (place, asked) = (self.place_of(because.step), self.listed(&because.sources));
            text = format!("{text}, because {place} asked {asked}");
        }
        text
    }

    /// Where a step stands: `adt:12`, `patient.sex`.
    pub fn place_of(&self, step: usize) -> String {
        let Some(found) = self.steps.get(step) else {
            return String::new();
        };
        match (self.code_of(step), found.line()) {
            (Some(code), Some(line)) => format!("{}:{line}", code.name()),
            _ => self.title(found),
        }
    }

    /// The value at a source, raw.
    pub fn value_at(&self, source: &Source) -> &str {
        self.message
            .text()
            .get(source.span.clone())
            .unwrap_or_default()
    }

    fn listed(&self, sources: &[Source]) -> String {
        let told = sources.iter().map(|source| {
            if source.is_missing() {
                format!("{} (nothing there)", source.place)
            } else {
                format!("{} {}", source.place, quoted(self.value_at(source)))
            }
        });
        told.collect::<Vec<_>>().join(" and ")
    }
}

fn quoted(text: &str) -> String {
    Value::Text(text.into()).shown(MOST_SHOWN)
}
