//! Declarative rows: what the profile's `rows` make of a message, without any script.

use std::borrow::Cow;

use super::codes::translate;
use super::convert::convert;
use super::layout::{CellPlan, Plan, RowsPlan, TableLayout};
use super::outcome::{Cell, Row};
use super::read::find_in;
use super::row_store::RowStore;
use super::scopes::Scopes;
use crate::diagnostic::{Diagnostic, Place};
use crate::grammar::{Grammar, Node, bind};
use crate::hl7::{Element, Message, Pick, Segment};
use crate::profile::{Origin, Root};

/// What one row stands for.
#[derive(Clone, Copy)]
enum Stand<'m> {
    Message,
    Segment(Segment<'m>),
    Group(usize),
}

/// The message, and where its segments stand once that is asked for.
struct Bound<'m> {
    message: &'m Message,
    tree: Option<&'m Node>,
    grammar: &'m Grammar,
    scopes: Option<Scopes>,
}

/// Makes the rows of a plan.
pub(super) fn fill(
    plan: &Plan,
    message: &Message,
    tree: Option<&Node>,
    grammar: &Grammar,
    store: &mut RowStore,
    diagnostics: &mut Vec<Diagnostic>,
) {
    diagnostics.extend(plan.problems.iter().cloned());
    let mut bound = Bound {
        message,
        tree,
        grammar,
        scopes: None,
    };
    for rows in &plan.rows {
        fill_table(rows, &mut bound, store, diagnostics);
    }
}

fn fill_table<'m>(
    rows: &RowsPlan,
    bound: &mut Bound<'m>,
    store: &mut RowStore,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let message = bound.message;
    let mut make =
        |bound: &mut Bound<'m>, stand: Stand<'m>| fill_row(rows, bound, stand, store, diagnostics);
    match &rows.root {
        Root::Message => make(bound, Stand::Message),
        Root::Segment(id) => {
            for segment in message.segments_named(*id) {
                make(bound, Stand::Segment(segment));
            }
        }
        Root::Group(name) => {
            let found: Vec<usize> = bound.scopes().groups.named(0, name).collect();
            for at in found {
                make(bound, Stand::Group(at));
            }
        }
    }
}

fn fill_row<'m>(
    rows: &RowsPlan,
    bound: &mut Bound<'m>,
    stand: Stand<'m>,
    store: &mut RowStore,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let layout = std::sync::Arc::clone(store.layout());
    let Some(table) = layout.tables.get(rows.table) else {
        return;
    };
    let mut row = Row {
        cells: vec![Cell::Absent; table.columns.len()],
    };
    for plan in &rows.cells {
        let text = bound
            .find(stand, plan)
            .map_or(Cow::Borrowed(""), |element| element.text());
        match cell(plan, &text, table) {
            Ok(made) => {
                if let Some(place) = row.cells.get_mut(plan.column) {
                    *place = made;
                }
            }
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    // A row of which nothing is known says nothing.
    if row.cells.iter().all(|cell| *cell == Cell::Absent) {
        return;
    }
    if let Err(fault) = store.push(rows.table, row) {
        diagnostics.push(fault.diagnostic());
    }
}

fn cell(plan: &CellPlan, text: &str, table: &TableLayout) -> Result<Cell, Box<Diagnostic>> {
    let name = || table.columns.get(plan.column).map_or("", |name| &**name);
    let text = match &plan.codes {
        None => text,
        Some((codes_name, codes)) => match translate(codes, codes_name, text) {
            Ok(code) => code,
            Err(fault) => {
                let mut diagnostic = fault.diagnostic();
                diagnostic.message = format!("{}.{}: {}", table.name, name(), diagnostic.message);
                return Err(Box::new(diagnostic.at(Place::Location(plan.at.clone()))));
            }
        },
    };
    convert(text, plan.read_as).map_err(|wrong| {
        Box::new(
            Diagnostic::error("row-value", format!("{}.{}: {wrong}", table.name, name()))
                .at(Place::Location(plan.at.clone()))
                .with_help(format!("the column holds {}", plan.read_as)),
        )
    })
}

impl<'m> Bound<'m> {
    fn scopes(&mut self) -> &Scopes {
        self.scopes.get_or_insert_with(|| match self.tree {
            Some(tree) => Scopes::of(self.message, tree, self.grammar),
            None => Scopes::of(
                self.message,
                &bind(self.message, self.grammar),
                self.grammar,
            ),
        })
    }

    /// The first element that a cell comes from.
    fn find(&mut self, stand: Stand<'m>, plan: &CellPlan) -> Option<Element<'m>> {
        let message = self.message;
        let location = &plan.at;
        let path = location.path.as_ref();
        let own_segment = |segment: &Segment<'_>| {
            location.occurrence == Pick::First && segment.segment_id() == Some(location.segment)
        };
        let scopes = match stand {
            Stand::Message => return message.find(location),
            _ if plan.origin == Origin::Message => return message.find(location),
            Stand::Segment(segment) if own_segment(&segment) => return find_in(segment, path),
            Stand::Segment(_) | Stand::Group(_) => self.scopes(),
        };
        let at = match stand {
            Stand::Segment(segment) => scopes.around(segment.index()),
            Stand::Group(at) => at,
            Stand::Message => 0,
        };
        let named = scopes.find(at, location.segment).into_iter();
        let named = named.filter_map(|index| message.segment(index));
        let meant = location.occurrence.choose(named, Segment::has_value);
        meant.into_iter().find_map(|segment| find_in(segment, path))
    }
}
