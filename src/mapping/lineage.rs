//! Where the values of an output come from, and where those of the input go: worked out of a recording.
//!
//! The graph has a node for each read, look-up, assignment, condition and write. Edges say which values
//! flowed into it, and which conditions decided that it happened. A branch that was not taken decides too.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::maybes::{CellKey, Maybes, touch};
use super::recording::{Happening, Recording};
use crate::hl7::{FieldPath, Location, Pick, Segment};

/// What a recorded run did with its values.
///
/// A value names all of the input that could make it another, and sometimes more: what functions and
/// closures write that were not called may go anywhere, so may a write whose place a condition chose, all
/// that a `try` came to may have failed, and a closure may mean any variable of its name that was there
/// before. Of what a run did after its recording was full it knows nothing.
#[derive(Debug, Default)]
pub struct Lineage {
    pub(super) nodes: Vec<Node>,
    /// The segments of the message made, by their handles.
    pub(super) segments: HashMap<u32, SegmentFlow>,
    pub(super) cells: HashMap<CellKey, usize>,
    pub(super) rows: HashMap<(Arc<str>, usize), usize>,
    /// Conditions under which the message might have been skipped or rejected: all that came out hangs on them.
    pub(super) ends: Option<usize>,
    /// The same for the rows: the site's last script might have left out the message only.
    pub(super) ends_of_rows: Option<usize>,
    /// What the site's last script did.
    pub(super) finished: Option<Finished>,
    /// What was not written and might have been.
    pub(super) maybes: Maybes,
    /// The handles of the segments of the message made, in their order.
    pub(super) made: Vec<u32>,
}

/// Something that happened, and what it came from.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) what: What,
    /// The nodes whose values flowed into it.
    pub(super) data: Vec<usize>,
    /// The nodes that decided whether and where it happened.
    pub(super) control: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// An event of the recording: a read, a look-up, a write.
    Event(usize),
    /// A part of the input that was copied with its segment.
    Copied(Range<usize>),
    /// The value that a step gave a variable, or that a function returned.
    Value(usize),
    /// The condition of a step.
    Condition(usize),
    /// Several conditions, any of which may have decided.
    Any,
}

/// How one segment of the message made came about.
#[derive(Clone, Debug, Default)]
pub(super) struct SegmentFlow {
    /// The segment of the input that it is a copy of.
    pub(super) base: Option<Range<usize>>,
    /// What made it, and what concerns all of it.
    pub(super) whole: Vec<usize>,
    /// What was written to its places, in order.
    pub(super) places: Vec<(FieldPath, usize)>,
}

/// What the site's last script did with the text.
#[derive(Debug)]
pub(super) struct Finished {
    /// What decided on the text that came out; nothing where each value stayed in its place.
    pub(super) decided: Option<usize>,
    /// The steps that changed the text.
    pub(super) writers: Vec<usize>,
}

/// A place of the input that a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where its bytes stand; empty where the message has nothing there.
    pub span: Range<usize>,
    /// The place in words: `PID-8`.
    pub place: String,
}

impl Source {
    /// Whether a part of the input is, or has, something of it.
    pub fn touches(&self, part: &Range<usize>) -> bool {
        overlap(&self.span, part)
    }

    /// Whether the message has nothing there.
    pub fn is_missing(&self) -> bool {
        self.span.end == 0
    }
}

/// In the order of the message; what is missing comes first.
impl Ord for Source {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |source: &Self| (source.span.start, source.span.end);
        key(self)
            .cmp(&key(other))
            .then_with(|| self.place.cmp(&other.place))
    }
}

impl PartialOrd for Source {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A condition that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// The step that asked.
    pub step: usize,
    /// What it asked of the input.
    pub sources: Vec<Source>,
}

/// Where one output value comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The steps that wrote it.
    pub writers: Vec<usize>,
    /// The steps whose values flowed into it, in their order.
    pub through: Vec<usize>,
    /// The look-ups in code tables, as events of the recording.
    pub lookups: Vec<usize>,
    /// The parts of the input whose values flowed into it.
    pub sources: Vec<Source>,
    /// The conditions that decided, in their order.
    pub because: Vec<Because>,
}

impl Provenance {
    /// Whether a part of the input has a say in the value, by flowing into it or by deciding.
    pub fn names(&self, part: &Range<usize>) -> bool {
        let decided = self.because.iter().flat_map(|because| &because.sources);
        self.sources
            .iter()
            .chain(decided)
            .any(|source| source.touches(part))
    }

    /// Whether nothing is known of it: no step wrote it.
    pub fn is_empty(&self) -> bool {
        self.writers.is_empty() && self.sources.is_empty() && self.because.is_empty()
    }
}

/// Nodes of one question that are told apart by what asked; beyond these each is followed once.
const MOST_ASKED: usize = 20_000;

impl Lineage {
    /// The conditions so far and one more, as one node: what hangs on them need not list them all.
    pub(super) fn any(&mut self, known: Option<usize>, node: usize) -> usize {
        match known {
            Some(known) => self.add(What::Any, vec![known, node], Vec::new()),
            None => node,
        }
    }

    pub(super) fn add(
        &mut self,
        what: What,
        mut data: Vec<usize>,
        mut control: Vec<usize>,
    ) -> usize {
        data.sort_unstable();
        data.dedup();
        control.sort_unstable();
        control.dedup();
        self.nodes.push(Node {
            what,
            data,
            control,
        });
        self.nodes.len() - 1
    }

    /// Where the value at a place of the message that goes out comes from.
    pub fn of_output(&self, recording: &Recording, location: &Location) -> Provenance {
        let mut query = Query::new(self, recording);
        if self.follow_sent(&mut query, location) {
            query.finish(self.ends)
        } else {
            Provenance::default()
        }
    }

    /// Follows the value at a place of the message made; says whether anything is known of it.
    pub(super) fn follow_output(&self, query: &mut Query<'_>, location: &Location) -> bool {
        let recording = query.recording;
        let Some(output) = &recording.output else {
            return false;
        };
        let named = output.segments_named(location.segment);
        let found = location.occurrence.choose(named, Segment::has_value);
        let key = found
            .first()
            .and_then(|segment| self.made.get(segment.index()));
        let Some((key, flow)) = key.and_then(|key| Some((*key, self.segments.get(key)?))) else {
            return false;
        };
        for node in &flow.whole {
            query.decided_by(*node);
        }
        let mut is_covered = false;
        if let Some(path) = &location.path {
            for (written, node) in flow.places.iter().rev() {
                if is_covered || !touch(written, path) {
                    continue;
                }
                query.written_by(*node);
                is_covered = covers(written, path);
            }
        } else {
            for (_, node) in &flow.places {
                query.written_by(*node);
            }
        }
        if let (Some(base), false) = (&flow.base, is_covered) {
            let mut segments = recording.message.segments();
            let segment = segments.find(|segment| segment.span() == *base);
            let span = match (&location.path, segment) {
                (Some(path), Some(segment)) => segment.find(path).map(|element| element.span()),
                (None, _) => Some(base.clone()),
                (Some(_), None) => None,
            };
            if let Some(span) = span {
                query.source(span);
            }
            for node in &flow.whole {
                query.written_by(*node);
            }
        }
        for node in self
            .maybes
            .of_place(location.segment, key, location.path.as_ref())
        {
            query.decided_by(node);
        }
        true
    }

    /// Where the value of a cell comes from.
    pub fn of_cell(
        &self,
        recording: &Recording,
        table: &str,
        row: usize,
        column: &str,
    ) -> Provenance {
        let mut query = Query::new(self, recording);
        let key = (table.into(), row, column.into());
        if let Some(node) = self.cells.get(&key) {
            query.written_by(*node);
        }
        if let Some(node) = self.rows.get(&(table.into(), row)) {
            query.decided_by(*node);
        }
        for node in self.maybes.of_cell(&key) {
            query.decided_by(node);
        }
        query.finish(self.ends_of_rows)
    }
}

/// One question to the graph.
pub(super) struct Query<'l> {
    lineage: &'l Lineage,
    pub(super) recording: &'l Recording,
    pub(super) writers: BTreeSet<usize>,
    through: BTreeSet<usize>,
    lookups: BTreeSet<usize>,
    sources: BTreeSet<Source>,
    because: BTreeMap<usize, BTreeSet<Source>>,
    seen: HashSet<usize>,
    /// Nodes, with the decision that asked.
    asked: HashSet<(usize, Option<usize>)>,
}

impl<'l> Query<'l> {
    fn new(lineage: &'l Lineage, recording: &'l Recording) -> Self {
        Self {
            lineage,
            recording,
            writers: BTreeSet::new(),
            through: BTreeSet::new(),
            lookups: BTreeSet::new(),
            sources: BTreeSet::new(),
            because: BTreeMap::new(),
            seen: HashSet::new(),
            asked: HashSet::new(),
        }
    }

    /// The value was written by a node.
    fn written_by(&mut self, node: usize) {
        if let Some(Node {
            what: What::Event(event),
            ..
        }) = self.lineage.nodes.get(node)
            && let Some(event) = self.recording.events.get(*event)
        {
            self.writers.insert(event.step);
        }
        self.follow(node);
    }

    /// Follows what flowed into a node.
    fn follow(&mut self, node: usize) {
        let mut left = vec![node];
        while let Some(at) = left.pop() {
            let Some(node) = self.lineage.nodes.get(at).filter(|_| self.seen.insert(at)) else {
                continue;
            };
            self.note(&node.what);
            left.extend(&node.data);
            for control in &node.control {
                self.decided_by(*control);
            }
        }
    }

    fn note(&mut self, what: &What) {
        match what {
            What::Event(at) => match self.recording.events.get(*at).map(|event| &event.what) {
                Some(Happening::Read { span }) => self.source(span.clone()),
                Some(Happening::Missed { location }) => {
                    self.sources.insert(missed(location));
                }
                Some(Happening::Lookup { .. }) => drop(self.lookups.insert(*at)),
                _ => {}
            },
            What::Copied(span) => self.source(span.clone()),
            What::Value(step) => drop(self.through.insert(*step)),
            What::Condition(_) | What::Any => {}
        }
    }

    fn source(&mut self, span: Range<usize>) {
        let source = source_of(self.recording, span);
        self.sources.insert(source);
    }

    /// Follows all that stands behind a decision.
    pub(super) fn decided_by(&mut self, node: usize) {
        let mut left = vec![(node, None)];
        while let Some((at, around)) = left.pop() {
            let Some(node) = self.lineage.nodes.get(at) else {
                continue;
            };
            let step = self.step_of(at).or(around);
            // In a long run what one decision asked is not told again for those that hang on it.
            let asker = step.filter(|_| self.asked.len() < MOST_ASKED);
            if !self.asked.insert((at, asker)) {
                continue;
            }
            if let Some(step) = step {
                self.note_asked(&node.what, step);
            }
            left.extend(node.data.iter().map(|next| (*next, step)));
            left.extend(node.control.iter().map(|next| (*next, None)));
        }
    }

    /// Notes what of the input a decision asked.
    fn note_asked(&mut self, what: &What, step: usize) {
        let source = match what {
            What::Event(at) => match self.recording.events.get(*at).map(|event| &event.what) {
                Some(Happening::Read { span }) => source_of(self.recording, span.clone()),
                Some(Happening::Missed { location }) => missed(location),
                _ => return,
            },
            What::Copied(span) => source_of(self.recording, span.clone()),
            What::Value(_) | What::Condition(_) | What::Any => return,
        };
        self.because.entry(step).or_default().insert(source);
    }

    /// The step that a decision is of.
    fn step_of(&self, node: usize) -> Option<usize> {
        match self.lineage.nodes.get(node)?.what {
            What::Condition(step) => Some(step),
            What::Event(event) => {
                let event = self.recording.events.get(event)?;
                matches!(event.what, Happening::Wrote(_) | Happening::RowAdded { .. })
                    .then_some(event.step)
            }
            What::Value(_) | What::Copied(_) | What::Any => None,
        }
    }

    /// What was found; `ends` decides on all that comes out.
    fn finish(mut self, ends: Option<usize>) -> Provenance {
        if let Some(node) = ends {
            self.decided_by(node);
        }
        // That a write happened because of the value that it wrote says nothing more.
        let is_said = |step: &usize, found: &BTreeSet<Source>| {
            found.is_empty() || self.writers.contains(step) && found.is_subset(&self.sources)
        };
        let because: Vec<_> = self
            .because
            .into_iter()
            .filter(|(step, found)| !is_said(step, found))
            .collect();
        Provenance {
            writers: self.writers.into_iter().collect(),
            through: self.through.into_iter().collect(),
            lookups: self.lookups.into_iter().collect(),
            sources: self.sources.into_iter().collect(),
            because: because
                .into_iter()
                .map(|(step, sources)| Because {
                    step,
                    sources: sources.into_iter().collect(),
                })
                .collect(),
        }
    }
}

fn source_of(recording: &Recording, span: Range<usize>) -> Source {
    let place = recording.message.location_of(&span);
    Source {
        place: place.map_or_else(|| "the message".to_owned(), |place| place.to_string()),
        span,
    }
}

fn missed(location: &Location) -> Source {
    Source {
        span: 0..0,
        place: location.to_string(),
    }
}

/// Whether two parts have bytes in common; a part without bytes lies in those around it.
fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    if one.is_empty() || other.is_empty() {
        // What is missing stands nowhere.
        let is_somewhere = |part: &Range<usize>| part.end > 0;
        return is_somewhere(one)
            && is_somewhere(other)
            && one.start <= other.end
            && other.start <= one.end;
    }
    one.start < other.end && other.start < one.end
}

/// Whether what was written to the first path leaves nothing of what stood at the second.
fn covers(written: &FieldPath, path: &FieldPath) -> bool {
    if !touch(written, path) {
        return false;
    }
    // A component without a repetition is one of the first.
    let number = |path: &FieldPath| match (&path.repetition, path.component) {
        (Pick::First, Some(_)) => Pick::Nth(1),
        (other, _) => other.clone(),
    };
    let is_whole_field = written.component.is_none() && written.repetition == Pick::First;
    let is_same_repetition = number(written) == number(path) || is_whole_field;
    let part = |written: Option<u16>, path: Option<u16>| written.is_none() || written == path;
    is_same_repetition
        && part(written.component, path.component)
        && part(written.subcomponent, path.subcomponent)
}
