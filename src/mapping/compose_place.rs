//! Where a row and its columns are written: the way back from what reading looks up.

use super::compose_message::Composed;
use super::layout::{CellPlan, RowsPlan};
use super::outcome::{Cell, Row};
use crate::diagnostic::{Diagnostic, Place};
use crate::hl7::{FieldPath, Location, Pick, SegmentId};
use crate::profile::{Origin, Root};

/// What was made for a row.
#[derive(Clone, Copy)]
pub(super) struct Placed {
    /// The group that it stands in.
    pub(super) group: usize,
    /// The segment that it stands for, or whose field it stands for.
    pub(super) segment: Option<usize>,
    /// The field and repetition that it stands for.
    repetition: Option<(u16, u32)>,
}

/// The message so far, and what was written to it.
pub(super) struct Writing {
    pub(super) message: Composed,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The places that columns wrote, with their texts.
    written: Vec<(usize, FieldPath, String)>,
}

impl Writing {
    pub(super) fn new(message: Composed) -> Self {
        Self {
            message,
            diagnostics: Vec::new(),
            written: Vec::new(),
        }
    }

    /// The group for a row without owner: the one whose segments hold what its columns say of them.
    pub(super) fn group_around(&mut self, rows: &RowsPlan, row: &Row) -> usize {
        let own = match &rows.root {
            Root::Message | Root::Group(_) => return 0,
            Root::Segment(id) | Root::Field(id, _) => *id,
        };
        let is_around = |plan: &&CellPlan| {
            plan.origin != Origin::Message && self.message.is_around(own, plan.at.segment)
        };
        let mut wanted: Vec<(SegmentId, Vec<(FieldPath, String)>)> = Vec::new();
        for plan in rows.cells.iter().filter(is_around) {
            let (Some(path), Some(cell)) = (&plan.at.path, row.cells.get(plan.column)) else {
                continue;
            };
            // What codes and expressions make of it cannot be compared.
            if plan.codes.is_some() || plan.then.is_some() || *cell == Cell::Absent {
                continue;
            }
            let value = (path.clone(), cell.hl7_text());
            match wanted.iter_mut().find(|(id, _)| *id == plan.at.segment) {
                Some((_, values)) => values.push(value),
                None => wanted.push((plan.at.segment, vec![value])),
            }
        }
        wanted.sort_by_key(|(id, _)| self.message.depth_of(*id));
        wanted.iter().fold(0, |within, (id, values)| {
            self.message.group_with(within, *id, values)
        })
    }

    /// Makes what a row stands for; `None` where the structure has no such group.
    pub(super) fn root(
        &mut self,
        root: &Root,
        within: usize,
        owner_segment: Option<usize>,
    ) -> Option<Placed> {
        let mut placed = Placed {
            group: within,
            segment: None,
            repetition: None,
        };
        match root {
            Root::Message => placed.group = 0,
            Root::Segment(id) => {
                let (group, segment) = self.message.segment_for_row(within, *id);
                placed.group = group;
                placed.segment = Some(segment);
            }
            Root::Group(name) => placed.group = self.message.group_for_row(within, name)?,
            Root::Field(id, number) => {
                let draft = self.message.draft();
                let own = owner_segment.filter(|at| draft.segment_id(*at) == id.as_str());
                let segment = own.unwrap_or_else(|| self.message.segment_near(within, *id));
                let mut path = FieldPath::field(*number);
                let mut repetition = 0;
                loop {
                    repetition += 1;
                    path.repetition = Pick::Nth(repetition);
                    let raw = self.message.draft().raw_in(segment, &path);
                    if raw.is_none_or(str::is_empty) {
                        break;
                    }
                }
                placed.segment = Some(segment);
                placed.repetition = Some((*number, repetition));
            }
        }
        Some(placed)
    }

    /// Writes the value of a column.
    pub(super) fn cell(
        &mut self,
        plan: &CellPlan,
        placed: Placed,
        text: &str,
        name: &dyn Fn() -> String,
    ) {
        let location = &plan.at;
        let (Some(path), Pick::First) = (&location.path, &location.occurrence) else {
            let message = format!("{}: {location} has no way back; it is not written", name());
            let help = "read it from the first segment of its name in a group";
            self.diagnostics
                .push(Diagnostic::warning("out-location", message).with_help(help));
            return;
        };
        let Some((segment, path)) = self.target(plan, path, placed) else {
            let message = format!("{}: no group of that name is around the row", name());
            self.diagnostics.push(
                Diagnostic::error("out-group", message).at(Place::Location(location.clone())),
            );
            return;
        };
        let before = self.written.iter().rev();
        let before = before
            .into_iter()
            .find(|(at, known, _)| *at == segment && *known == path);
        match before {
            Some((_, _, known)) if known == text => return,
            Some(_) => {
                let message = format!(
                    "{}: another row or column wrote another value to the same place",
                    name()
                );
                let help = "the value that came first stays";
                self.diagnostics.push(
                    Diagnostic::error("out-conflict", message)
                        .at(Place::Location(location.clone()))
                        .with_help(help),
                );
                return;
            }
            None => {}
        }
        // The delimiters of the message say themselves what they are.
        let is_delimiters = location.segment == SegmentId::MSH && path.field <= 2;
        if !is_delimiters && let Err(error) = self.message.set(segment, &path, text) {
            let message = format!("{}: {error}", name());
            self.diagnostics
                .push(Diagnostic::error("out-location", message));
        }
        // Only places that several rows share can be written twice.
        if placed.segment != Some(segment) || placed.repetition.is_some() {
            self.written.push((segment, path, text.to_owned()));
        }
    }

    /// Writes to a place of the header that is empty.
    pub(super) fn fill_empty(&mut self, location: &Location, text: &str) {
        if let Some(path) = &location.path {
            let segment = self.message.first_segment(location.segment);
            let known = self.message.draft().read_in(segment, path);
            if known.is_none_or(|known| known.is_empty()) {
                // The header takes every field but its delimiters.
                drop(self.message.set(segment, path, text));
            }
        }
    }

    fn target(
        &mut self,
        plan: &CellPlan,
        path: &FieldPath,
        placed: Placed,
    ) -> Option<(usize, FieldPath)> {
        let id = plan.at.segment;
        let mut path = path.clone();
        let mut within = placed.group;
        match &plan.origin {
            Origin::Message => return Some((self.message.first_segment(id), path)),
            Origin::Group(name) => within = self.message.around(within, name)?,
            Origin::Row => {
                if let Some(segment) = placed.segment
                    && self.message.draft().segment_id(segment) == id.as_str()
                {
                    if let Some((field, repetition)) = placed.repetition
                        && field == path.field
                        && path.repetition == Pick::First
                    {
                        path.repetition = Pick::Nth(repetition);
                    }
                    return Some((segment, path));
                }
                if within == 0 && placed.segment.is_none() {
                    return Some((self.message.first_segment(id), path));
                }
            }
        }
        Some((self.message.segment_near(within, id), path))
    }
}
