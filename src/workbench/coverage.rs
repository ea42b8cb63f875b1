//! What is lost between many messages and their mapping: values that nothing uses, columns that nothing
//! fills, codes that nobody lists, definitions that nothing reaches. Grows message by message.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::corpus::{Sample, SampleId};
use super::coverage_lines::LineCoverage;
use super::derive::{Transformed, counted_scripts, transform_recorded};
use super::inputs::Snapshot;
use super::listed::ListedCounts;
use super::memo::Memo;
use super::unmapped::UnmappedCounts;
use crate::cancel::{Cancel, Stale};
use crate::hl7::{Element, FieldPath, Location, Message, Pick, SegmentId};
use crate::mapping::{Cell, Outcome, Reads, TableRows, Verdict};
use crate::profile::{Profile, unreachable};

/// What becomes of the values of many messages.
#[derive(Debug)]
pub struct Coverage {
    profile: Arc<Profile>,
    /// How many messages there were, and what became of them.
    pub counts: CoverageCounts,
    places: BTreeMap<PlaceKey, PlaceCount>,
    columns: BTreeMap<Arc<str>, ColumnCounts>,
    /// Codes that no table holds.
    pub unmapped: UnmappedCounts,
    /// Codes that a table holds.
    pub listed: ListedCounts,
    /// Statements and branches of scripts.
    pub lines: LineCoverage,
    definitions: Vec<DefinitionCount>,
}

/// What became of the messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CoverageCounts {
    /// All.
    pub messages: u64,
    /// Mapped: the values of these are looked at.
    pub mapped: u64,
    /// Skipped or rejected by their scripts.
    pub refused: u64,
    /// Under no message definition.
    pub unmatched: u64,
    /// Whose script failed or cannot be used.
    pub failed: u64,
}

/// A place that holds values; occurrences of a segment and repetitions of a field are one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct PlaceKey {
    segment: SegmentId,
    field: u16,
    /// 0 for a field without components.
    component: u16,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct PlaceCount {
    messages: u64,
    /// Messages in which some value there was used.
    used: u64,
    /// Messages in which some value there was not used.
    unused: u64,
    /// The first of these, and the index of the definition that it falls under.
    first: Option<(SampleId, usize)>,
}

/// A place of the input whose values are used nowhere, or not all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostPlace {
    /// Where; occurrences and repetitions are counted together.
    pub location: Location,
    /// How many messages have a value there.
    pub messages: u64,
    /// In how many of them a value there is not used.
    pub unused: u64,
    /// Whether no message's value there is used.
    pub is_used_nowhere: bool,
    /// The first message that has a value there which is not used, and the index of the definition
    /// that it falls under.
    pub first: Option<(SampleId, usize)>,
}

#[derive(Debug)]
struct ColumnCounts {
    names: Arc<[Arc<str>]>,
    filled: Vec<u64>,
    rows: u64,
}

/// A column, and how many of its table's rows fill it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnCount {
    /// The table.
    pub table: Arc<str>,
    /// The column.
    pub column: Arc<str>,
    /// In how many rows it holds a value or HL7's null.
    pub filled: u64,
    /// How many rows there are.
    pub rows: u64,
}

/// How a message definition is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionCount {
    /// The definition.
    pub name: Arc<str>,
    /// How many messages fall under it.
    pub messages: u64,
    /// How many would, but fell under one before it.
    pub taken: u64,
    /// The definition that takes all that it would, whatever comes: it can never be reached.
    pub unreachable_by: Option<Arc<str>>,
}

impl Coverage {
    /// Nothing yet, for a profile with all that it inherits.
    pub fn new(profile: &Arc<Profile>) -> Self {
        let shadowed = unreachable(profile);
        let name_of = |index: usize| {
            profile
                .messages
                .get(index)
                .map(|known| Arc::clone(&known.name))
        };
        let definitions = profile.messages.iter().enumerate().map(|(at, definition)| {
            let by = shadowed.get(at).copied().flatten();
            DefinitionCount {
                name: Arc::clone(&definition.name),
                messages: 0,
                taken: 0,
                unreachable_by: by.and_then(name_of),
            }
        });
        let columns = profile.tables.iter().map(|(name, table)| {
            let names: Vec<_> = table
                .columns
                .iter()
                .map(|column| Arc::clone(&column.name))
                .collect();
            let counts = ColumnCounts {
                filled: vec![0; names.len()],
                names: names.into(),
                rows: 0,
            };
            (Arc::clone(name), counts)
        });
        Self {
            counts: CoverageCounts::default(),
            places: BTreeMap::new(),
            columns: columns.collect(),
            unmapped: UnmappedCounts::default(),
            listed: ListedCounts::default(),
            lines: LineCoverage::default(),
            definitions: definitions.collect(),
            profile: Arc::clone(profile),
        }
    }

    /// Maps a message and counts what becomes of its values. `snapshot` has the profile of
    /// [`Coverage::new`].
    pub fn add(
        &mut self,
        snapshot: &Snapshot,
        sample: &Sample,
        memo: &mut Memo,
        cancel: &Cancel,
    ) -> Result<(), Stale> {
        let position = self.counts.messages;
        if position == 0 {
            for script in counted_scripts(snapshot, memo) {
                self.lines.know(&script);
            }
        }
        memo.count_lines();
        let made = transform_recorded(snapshot, sample, position, memo, cancel);
        let ran = memo.take_ran();
        let made = made?;
        self.lines.add(&ran);
        self.counts.messages += 1;
        self.matched(&made, snapshot, memo);
        let Some(outcome) = &made.outcome else {
            if made.definition.is_some() {
                self.counts.failed += 1;
            } else {
                self.counts.unmatched += 1;
            }
            return Ok(());
        };
        self.unmapped
            .add(sample, &made.message, outcome, &self.profile);
        self.listed.add(&made.message, outcome, &self.profile);
        match outcome.verdict {
            // What a script refuses loses nothing that somebody wanted.
            Verdict::Skipped(_) | Verdict::Rejected(_) => self.counts.refused += 1,
            Verdict::Accepted if outcome.script_failed => self.counts.failed += 1,
            Verdict::Accepted => self.mapped(sample.id(), &made, outcome),
        }
        Ok(())
    }

    fn matched(&mut self, made: &Transformed, snapshot: &Snapshot, memo: &mut Memo) {
        let holding = memo.all_matching(snapshot, &made.message);
        for (at, definition) in self.definitions.iter_mut().enumerate() {
            let holds = holding.contains(&at);
            if made.definition == Some(at) {
                definition.messages += 1;
            } else if holds && made.definition.is_some_and(|taken| taken < at) {
                definition.taken += 1;
            }
        }
    }

    fn mapped(&mut self, sample: SampleId, made: &Transformed, outcome: &Outcome) {
        self.counts.mapped += 1;
        for table in &outcome.rows {
            self.rows(table);
        }
        let mut reads = outcome.reads.clone().unwrap_or_default();
        let definition = made.definition.and_then(|at| self.profile.messages.get(at));
        for identity in definition
            .iter()
            .flat_map(|definition| &definition.identity)
        {
            reads.add_location(&made.message, &identity.at);
        }
        for (key, (is_used, is_unused)) in places(&made.message, &reads) {
            let count = self.places.entry(key).or_default();
            count.messages += 1;
            count.used += u64::from(is_used);
            count.unused += u64::from(is_unused);
            if is_unused && count.first.is_none() {
                count.first = made.definition.map(|definition| (sample, definition));
            }
        }
    }

    fn rows(&mut self, table: &TableRows) {
        let Some(counts) = self.columns.get_mut(&table.table) else {
            return;
        };
        counts.rows += table.rows.len() as u64;
        for row in &table.rows {
            for (filled, cell) in counts.filled.iter_mut().zip(&row.cells) {
                *filled += u64::from(*cell != Cell::Absent);
            }
        }
    }

    /// Places whose values are used nowhere, or not all of them; those used nowhere in most messages
    /// first.
    pub fn lost_places(&self) -> Vec<LostPlace> {
        let lost = self.places.iter().filter(|(_, count)| count.unused > 0);
        let mut lost: Vec<LostPlace> = lost
            .map(|(key, count)| LostPlace {
                location: key.location(),
                messages: count.messages,
                unused: count.unused,
                is_used_nowhere: count.used == 0,
                first: count.first,
            })
            .collect();
        lost.sort_by_key(|place| (!place.is_used_nowhere, std::cmp::Reverse(place.unused)));
        lost
    }

    /// The columns of all tables, in the profile's order.
    pub fn columns(&self) -> Vec<ColumnCount> {
        let counts = self.columns.iter().flat_map(|(table, counts)| {
            let filled = counts.names.iter().zip(&counts.filled);
            filled.map(move |(column, filled)| ColumnCount {
                table: Arc::clone(table),
                column: Arc::clone(column),
                filled: *filled,
                rows: counts.rows,
            })
        });
        counts.collect()
    }

    /// The message definitions in matching order.
    pub fn definitions(&self) -> &[DefinitionCount] {
        &self.definitions
    }
}

impl PlaceKey {
    fn location(self) -> Location {
        let path = FieldPath {
            field: self.field,
            repetition: Pick::First,
            component: (self.component > 0).then_some(self.component),
            subcomponent: None,
        };
        Location::new(self.segment, path)
    }
}

/// The places of a message that hold a value: whether one there is used, and whether one is not.
fn places(message: &Message, reads: &Reads) -> BTreeMap<PlaceKey, (bool, bool)> {
    let mut found: BTreeMap<PlaceKey, (bool, bool)> = BTreeMap::new();
    for segment in message.segments() {
        let Some(id) = segment.segment_id() else {
            continue;
        };
        for (number, field) in (1_u16..).zip(segment.fields()) {
            // A header's separators are no values.
            if field.is_empty() || field.is_encoding_characters() {
                continue;
            }
            for repetition in field.repetitions() {
                for (component, element) in leaves(repetition) {
                    let is_used = reads.touches(&element.span());
                    let key = PlaceKey {
                        segment: id,
                        field: number,
                        component,
                    };
                    let known = found.entry(key).or_default();
                    known.0 |= is_used;
                    known.1 |= !is_used || loses_part(element, reads);
                }
            }
        }
    }
    found
}

/// Whether a component has a subcomponent that is not used.
fn loses_part(component: Element<'_>, reads: &Reads) -> bool {
    let mut parts = component.children();
    component.is_composite() && parts.any(|part| !part.is_empty() && !reads.touches(&part.span()))
}

/// The components that hold a value, or the repetition as a whole where it has one only.
fn leaves(repetition: Element<'_>) -> Vec<(u16, Element<'_>)> {
    if repetition.is_empty() {
        return Vec::new();
    }
    if !repetition.is_composite() {
        return vec![(0, repetition)];
    }
    let components = (1_u16..).zip(repetition.children());
    components
        .filter(|(_, element)| !element.is_empty())
        .collect()
}
