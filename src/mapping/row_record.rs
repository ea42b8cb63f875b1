//! Tells the recording of a run how declared rows come about.

use std::sync::Arc;

use super::handles::RowHandle;
use super::layout::{CellPlan, Layout, ParentPlan, TableLayout};
use super::outcome::Cell;
use super::reads::{Reads, Use};
use super::recorder::Recorder;
use super::recording::{Happening, StepPlace};
use super::row_store::RowStore;
use super::running::recording;
use super::stand::{Bound, Stand};
use crate::hl7::Element;

/// One row being made, where the run is recorded; else nothing is done.
pub(super) struct RowRecord {
    is_on: bool,
    /// The columns of the row and their steps.
    columns: Vec<(usize, Option<usize>)>,
}

fn record(action: impl FnOnce(&mut Recorder)) {
    recording(|_, recorder| action(recorder));
}

impl RowRecord {
    /// A row begins; without a name nobody wants to know.
    pub(super) fn begin(
        name: Option<String>,
        entry: usize,
        table: &TableLayout,
        stand: Stand<'_>,
    ) -> Self {
        let is_on = name.is_some();
        if let Some(name) = name {
            record(|recorder| {
                recorder.begin_rule(StepPlace::Row {
                    entry,
                    table: Arc::clone(&table.name),
                    name: name.into(),
                });
                if let Stand::Field { element, .. } = stand {
                    recorder.read(element.span());
                }
            });
        }
        Self {
            is_on,
            columns: Vec::new(),
        }
    }

    /// A column has found its place.
    pub(super) fn begin_column(
        &mut self,
        table: &TableLayout,
        plan: &CellPlan,
        bound: &mut Bound<'_>,
        element: Option<Element<'_>>,
    ) {
        if !self.is_on {
            return;
        }
        let name = table.columns.get(plan.column).cloned().unwrap_or_default();
        let uses = bound.reads.as_mut().map(Reads::take_log);
        record(|recorder| {
            recorder.begin_rule(StepPlace::Column {
                table: Arc::clone(&table.name),
                column: name,
            });
            self.columns.push((plan.column, recorder.step()));
            for used in uses.into_iter().flatten() {
                match used {
                    Use::Read(span) => recorder.read(span),
                    Use::Missed(location) => recorder.missed(location),
                }
            }
            if element.is_none() {
                recorder.missed(plan.at.clone());
            }
        });
    }

    pub(super) fn end_column(&self) {
        if self.is_on {
            record(Recorder::end_rule);
        }
    }

    /// The row is made.
    pub(super) fn end_row(&self, table: &TableLayout, store: &RowStore, handle: RowHandle) {
        let Some(row) = store.row(handle).filter(|_| self.is_on) else {
            return;
        };
        record(|recorder| {
            recorder.row(&table.name, handle.row, table.columns.len());
            for (column, (name, cell)) in table.columns.iter().zip(&row.cells).enumerate() {
                let known = self.columns.iter().find(|(known, _)| *known == column);
                if *cell != Cell::Absent || known.is_some() {
                    let step = known.and_then(|(_, step)| *step);
                    recorder.cell(step, (&table.name, handle.row, name), cell.clone());
                }
            }
        });
    }
}

/// A row that says nothing is none; either way its step ends.
impl Drop for RowRecord {
    fn drop(&mut self) {
        if self.is_on {
            record(Recorder::end_rule);
        }
    }
}

/// A code was translated for a column.
pub(super) fn record_lookup(table: &Arc<str>, from: &str, to: &str) {
    record(|recorder| {
        recorder.happened(Happening::Lookup {
            table: Arc::clone(table),
            from: from.into(),
            to: to.into(),
        });
    });
}

/// Columns were taken from the row that owns this one.
pub(super) fn record_owner(
    layout: &Layout,
    parent: &ParentPlan,
    table: &TableLayout,
    owner: RowHandle,
) {
    let Some(from) = layout.tables.get(parent.table) else {
        return;
    };
    record(|recorder| {
        for (column, taken) in &parent.cells {
            if let (Some(column), Some(taken)) =
                (table.columns.get(*column), from.columns.get(*taken))
            {
                recorder.happened(Happening::Taken {
                    column: Arc::clone(column),
                    table: Arc::clone(&from.name),
                    row: owner.row,
                    from: Arc::clone(taken),
                });
            }
        }
    });
}
