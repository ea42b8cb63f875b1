//! What flows into a write, and what the write makes of the message.

use std::ops::Range;

use super::code::Kind;
use super::lineage::{SegmentFlow, What};
use super::lineage_state::{Held, Walk};
use super::recording::{Event, OutChange, Written};
use crate::hl7::FieldPath;

impl<'r> Walk<'r> {
    /// What flows into a write of the innermost open step, and what decides on it.
    pub(super) fn flow_of_write(&self, methods: &[&str]) -> (Vec<usize>, Vec<usize>) {
        let Some((at, open)) = self
            .open
            .len()
            .checked_sub(1)
            .and_then(|at| Some((at, self.open.get(at)?)))
        else {
            return (Vec::new(), Vec::new());
        };
        let mut control = self.control(open.frame);
        let Some((code, piece)) = open
            .piece
            .and_then(|(number, piece)| Some((self.code(number)?, piece)))
        else {
            return (Vec::new(), control);
        };
        let data = match &code.pieces[piece].kind {
            Kind::Assign { adds } => {
                let mut inner = code.inner(piece);
                let (place, value) = (inner.next(), inner.next());
                let place = place
                    .map(|place| self.value_of(code, place, Some(at)))
                    .unwrap_or_default();
                let mut data = value
                    .map(|value| self.value_of(code, value, Some(at)))
                    .unwrap_or_default();
                if *adds {
                    data.extend(&place);
                }
                control.extend(place);
                data
            }
            _ => self.value_of_call(open.own.last().map_or(piece, |(piece, _)| *piece), methods),
        };
        (data, control)
    }

    pub(super) fn wrote(&mut self, at: usize, event: &'r Event, written: &'r Written) {
        let (mut data, mut control) =
            self.flow_of_write(&["set_raw", "append", "copy", "clear", "remove"]);
        if written.copied.is_some() {
            // The text comes from the input; the arguments say which.
            control.append(&mut data);
        } else if written.path.is_some() && !self.is_assignment() {
            data.extend(self.value_of_call(event.piece, &["set_raw", "copy", "clear", "remove"]));
        }
        let old = self.made.segments.get(&written.key);
        let is_moved = written.path.is_none() && written.copied.is_none() && old.is_some();
        let node = self.made.add(What::Event(at), data, control);
        if matches!(written.change, OutChange::Removed(_)) {
            self.made.segments.remove(&written.key);
            return;
        }
        let is_copy = written.copied.is_some();
        let flow = self.made.segments.entry(written.key).or_default();
        match (&written.path, &written.copied) {
            (None, Some(base)) => {
                *flow = SegmentFlow {
                    base: Some(base.clone()),
                    whole: vec![node],
                    places: Vec::new(),
                };
            }
            (None, None) if is_moved => flow.whole.push(node),
            (None, None) => flow.whole = vec![node],
            (Some(path), _) => {
                if flow.base.is_none() && flow.whole.is_empty() {
                    // The write made the segment too.
                    flow.whole.push(node);
                }
                flow.places.push((path.clone(), node));
            }
        }
        if let Some(open) = self.open.last_mut()
            && (is_copy || matches!(written.change, OutChange::Inserted(..)))
        {
            open.held = Held::Segment(written.key);
        }
    }

    fn is_assignment(&self) -> bool {
        let open = self.open.last().and_then(|open| open.piece);
        open.and_then(|(number, piece)| Some(&self.code(number)?.pieces.get(piece)?.kind))
            .is_some_and(|kind| matches!(kind, Kind::Assign { .. }))
    }

    /// Where a part of a copied segment stands in the input.
    pub(super) fn copied_part(
        &self,
        base: &Range<usize>,
        path: Option<&FieldPath>,
    ) -> Range<usize> {
        let mut segments = self.recording.message.segments();
        let segment = segments.find(|segment| segment.span() == *base);
        let part = path
            .zip(segment)
            .and_then(|(path, segment)| segment.find(path));
        part.map_or_else(|| base.clone(), |part| part.span())
    }
}
