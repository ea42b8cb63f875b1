//! Which places of a message a run looked at, copied or tested: what it used.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::hl7::{Element, FieldPath, Location, Message, Pick, Segment};
use crate::profile::Codes;

/// The bytes of a message's text that its mapping used.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// Where stretches begin, and one past where they end; no two of them touch.
    stretches: BTreeMap<usize, usize>,
    /// How often code tables were asked for codes that they hold, by table and code.
    listed: BTreeMap<(Arc<str>, Arc<str>), u64>,
    /// Every use in its order, where a recording asks for it.
    log: Option<Vec<Use>>,
}

/// One use of a place.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Use {
    Read(Range<usize>),
    /// Nothing stands there.
    Missed(Location),
}

impl Reads {
    /// From now on uses are kept in their order too.
    pub(super) fn log_from_now(&mut self) {
        self.log = Some(Vec::new());
    }

    /// The uses since this was last asked.
    pub(super) fn take_log(&mut self) -> Vec<Use> {
        self.log.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// A place was asked for and the message has nothing there.
    pub(super) fn note_missing(&mut self, location: impl FnOnce() -> Option<Location>) {
        if let Some(log) = &mut self.log {
            log.extend(location().map(Use::Missed));
        }
    }

    /// Whether something in a part of the message was used.
    pub fn touches(&self, part: &Range<usize>) -> bool {
        let before = self.stretches.range(..part.end).next_back();
        before.is_some_and(|(_, end)| *end > part.start)
    }

    /// Counts a location of the message as used, with what its conditions compare.
    pub fn add_location(&mut self, message: &Message, location: &Location) {
        self.note_conditions(message, location);
        for element in message.find_all(location) {
            self.note(element.span());
        }
    }

    pub(super) fn note(&mut self, span: Range<usize>) {
        if let Some(log) = &mut self.log {
            log.push(Use::Read(span.clone()));
        }
        let Range { mut start, mut end } = span;
        if start >= end {
            return;
        }
        // A loop reads the same place again and again.
        while let Some((from, to)) = self.stretches.range(..=end).next_back() {
            let (from, to) = (*from, *to);
            if from <= start && end <= to {
                return;
            }
            if to < start {
                break;
            }
            self.stretches.remove(&from);
            (start, end) = (start.min(from), end.max(to));
        }
        self.stretches.insert(start, end);
    }

    /// How often code tables were asked for codes that they hold, by table and code.
    pub fn listed(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>, u64)> {
        let listed = self.listed.iter();
        listed.map(|((table, code), count)| (table, code, *count))
    }

    /// Counts a code that a code table was asked for, where the table holds it.
    pub(super) fn note_code(&mut self, table: &Arc<str>, codes: &Codes, code: &str) {
        if codes.holds(code) {
            let key = (Arc::clone(table), code.into());
            *self.listed.entry(key).or_default() += 1;
        }
    }

    pub(super) fn append(&mut self, other: Reads) {
        for (key, count) in other.listed {
            *self.listed.entry(key).or_default() += count;
        }
        for (start, end) in other.stretches {
            self.note(start..end);
        }
    }

    /// What a location's conditions compare: of `PID-3[?5=MR].1` component 5 of each repetition.
    pub(super) fn note_conditions(&mut self, message: &Message, location: &Location) {
        if let Pick::Where {
            component,
            subcomponent,
            ..
        } = &location.occurrence
        {
            for segment in message.segments_named(location.segment) {
                let field = segment.field(usize::from(*component));
                let part = match subcomponent {
                    Some(number) => field.and_then(|field| field.component((*number).into())),
                    None => field,
                };
                self.note_element(part);
            }
        }
        if let Some(path) = &location.path {
            for segment in message.segments_named(location.segment) {
                self.note_condition(segment, path);
            }
        }
    }

    /// The same for a place in a segment that is at hand.
    pub(super) fn note_condition(&mut self, segment: Segment<'_>, path: &FieldPath) {
        let Pick::Where {
            component,
            subcomponent,
            ..
        } = &path.repetition
        else {
            return;
        };
        let field = segment.field(usize::from(path.field));
        for repetition in field.iter().flat_map(Element::repetitions) {
            let component = repetition.component(usize::from(*component));
            let part = match subcomponent {
                Some(number) => component.and_then(|part| part.subcomponent((*number).into())),
                None => component,
            };
            self.note_element(part);
        }
    }

    pub(super) fn note_element(&mut self, element: Option<Element<'_>>) {
        if let Some(element) = element {
            self.note(element.span());
        }
    }
}

impl fmt::Debug for Reads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reads({} stretches)", self.stretches.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_noted_is_touched_and_nothing_else(
            spans in proptest::collection::vec((0_usize..40, 0_usize..8), 0..12),
            part in (0_usize..40, 1_usize..8),
        ) {
            let mut reads = Reads::default();
            for (start, length) in &spans {
                reads.note(*start..start + length);
            }
            let part = part.0..part.0 + part.1;
            let is_in = |at: usize| spans.iter().any(|(start, length)| (*start..start + length).contains(&at));
            prop_assert_eq!(reads.touches(&part), part.clone().any(is_in));
            let ends: Vec<_> = reads.stretches.iter().collect();
            prop_assert!(ends.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
    }
}
