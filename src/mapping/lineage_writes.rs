//! What flows into a write, and what the write makes of the message.

use std::ops::Range;

use super::code::Kind;
use super::lineage::{SegmentFlow, What};
use super::lineage_state::{Held, Walk};
use super::recording::{Event, OutChange, Written};
use crate::hl7::FieldPath;

/// A write as it happens.
#[derive(Default)]
pub(super) struct Writing {
    /// The nodes whose values are written.
    pub(super) data: Vec<usize>,
    /// The nodes that decided whether and where.
    pub(super) control: Vec<usize>,
    /// Those of them that chose the place: it might have been another.
    pub(super) chosen: Vec<usize>,
}

impl<'r> Walk<'r> {
    /// What flows into a write of the innermost open step, what decides on it, and what chose its place.
    pub(super) fn flow_of_write(&mut self, piece: usize, methods: &[&str]) -> Writing {
        let mut writing = Writing::default();
        let Some(at) = self.open.len().checked_sub(1) else {
            return writing;
        };
        let frame = self.open[at].frame;
        writing.control = self.control(frame);
        let Some((code, statement)) = self.open[at]
            .piece
            .and_then(|(number, piece)| Some((self.code(number)?, piece)))
        else {
            return writing;
        };
        let asked = self.asked_before(code, statement, at, Some(piece));
        writing.control.extend(asked);
        let is_chain = |inner: &usize| code.is_chain(*inner);
        if let Kind::Assign { adds } = &code.pieces[statement].kind
            && let Some(place) = code.inner(statement).next().filter(is_chain)
        {
            let value = code.inner(statement).nth(1);
            writing.data = self.value_of(code, value.unwrap_or(statement), Some(at));
            let where_to = self.value_of(code, place, Some(at));
            if *adds {
                writing.data.extend(&where_to);
            }
            writing.control.extend(where_to);
            writing.chosen = self.chosen(code, place, at);
            let chosen = self.asked_for(writing.chosen.clone(), at);
            writing.control.extend(chosen);
            return writing;
        }
        let method = code.call_around(piece, statement, methods);
        writing.data = self.value_of(code, method.unwrap_or(statement), Some(at));
        if let Some(method) = method {
            let chain = code.pieces[method].parent;
            let before = code.inner(chain).next().filter(|before| *before != method);
            let where_to = before.map(|before| self.value_of(code, before, Some(at)));
            writing.control.extend(where_to.into_iter().flatten());
            writing.chosen = self.chosen_by_method(code, method, at);
            let chosen = self.asked_for(writing.chosen.clone(), at);
            writing.control.extend(chosen);
        }
        writing
    }

    /// Values that decide about an open step, as one node.
    pub(super) fn asked_for(&mut self, nodes: Vec<usize>, at: usize) -> Option<usize> {
        let step = What::Condition(self.open[at].step);
        (!nodes.is_empty()).then(|| self.made.add(step, nodes, Vec::new()))
    }

    pub(super) fn wrote(&mut self, at: usize, event: &'r Event, written: &'r Written) {
        let methods = ["set_raw", "append", "copy", "clear", "remove"];
        let Writing {
            mut data,
            mut control,
            chosen,
        } = self.flow_of_write(event.piece, &methods);
        self.might_have_meant(&chosen, None);
        if written.copied.is_some() {
            // The text comes from the input; the arguments say which.
            control.append(&mut data);
        }
        let old = self.made.segments.get(&written.key);
        let is_moved = written.path.is_none() && written.copied.is_none() && old.is_some();
        if let Some(old) = old.filter(|_| is_moved) {
            // What stood in it may stand anywhere in it now.
            data.extend(old.places.iter().map(|(_, node)| *node));
            if let Some(base) = old.base.clone() {
                data.push(self.made.add(What::Copied(base), Vec::new(), Vec::new()));
            }
        }
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
