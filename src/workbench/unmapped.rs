//! Codes of many messages that no code table holds, counted by table and place.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::corpus::{Sample, SampleId};
use crate::hl7::{Element, FieldPath, Location, Message, Pick};
use crate::mapping::{Outcome, UnmappedCode};
use crate::profile::{Codes, Listing, Profile};

/// Different codes beyond this are only counted: a table that is asked for names is no code table.
const MOST_CODES: usize = 20_000;

/// Codes that are not listed, counted message by message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnmappedCounts {
    found: BTreeMap<Key, Counted>,
    not_kept: u64,
}

/// Where a code that is not listed was found.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    table: Arc<str>,
    place: Arc<str>,
    code: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Counted {
    count: u64,
    is_whole: bool,
    asked_by: Arc<str>,
    file: Arc<str>,
    message: usize,
    sample: SampleId,
}

/// A code that is not listed, and how often it stands where.
#[derive(Clone, PartialEq, Eq)]
pub struct UnmappedCount {
    /// The code table.
    pub table: Arc<str>,
    /// The location, such as `PID-8`; empty where a script asked for a text of its own making.
    pub place: Arc<str>,
    /// The code; of a longer text, which may say more of a patient, only its length.
    pub code: Arc<str>,
    /// Who asked: a column such as `patient.sex`, `script`, or `field` where the profile's segments
    /// name the code table.
    pub asked_by: Arc<str>,
    /// Whether `code` is the code itself, which could be added to the table.
    pub is_whole: bool,
    /// How often.
    pub count: u64,
    /// The file of the first message that has it.
    pub file: Arc<str>,
    /// The number of that message in the file, counted from 1.
    pub message: usize,
    /// That message, in the corpus that was counted.
    pub sample: SampleId,
}

impl UnmappedCounts {
    /// Counts what a message has: what its mapping asked for, and the fields that the profile says have
    /// codes of one of its tables.
    pub fn add(
        &mut self,
        sample: &Sample,
        message: &Message,
        outcome: &Outcome,
        profile: &Profile,
    ) {
        let mut seen: Vec<(Arc<str>, Option<Location>)> = Vec::new();
        for code in &outcome.unmapped {
            self.count(sample, code);
            seen.push((Arc::clone(&code.table), code.at.clone()));
        }
        for code in in_fields(message, profile) {
            let is_same = |at: &Location| {
                let own = code.at.as_ref();
                let field = |at: &Location| at.path.as_ref().map(|path| path.field);
                own.is_some_and(|own| own.segment == at.segment && field(own) == field(at))
            };
            let is_known = seen
                .iter()
                .any(|(table, at)| *table == code.table && at.as_ref().is_some_and(is_same));
            if !is_known {
                self.count(sample, &code);
            }
        }
    }

    fn count(&mut self, sample: &Sample, code: &UnmappedCode) {
        let shown = code.shown();
        let key = Key {
            table: Arc::clone(&code.table),
            place: code
                .at
                .as_ref()
                .map(Location::to_string)
                .unwrap_or_default()
                .into(),
            code: (&*shown).into(),
        };
        if let Some(known) = self.found.get_mut(&key) {
            known.count += 1;
        } else if self.found.len() < MOST_CODES {
            let counted = Counted {
                count: 1,
                is_whole: matches!(shown, Cow::Borrowed(_)),
                asked_by: Arc::clone(&code.asked_by),
                file: sample.source().origin().to_string().into(),
                message: sample.number(),
                sample: sample.id(),
            };
            self.found.insert(key, counted);
        } else {
            self.not_kept += 1;
        }
    }

    /// The codes, the most frequent first.
    pub fn list(&self) -> Vec<UnmappedCount> {
        let counts = self.found.iter().map(|(key, counted)| UnmappedCount {
            table: Arc::clone(&key.table),
            place: Arc::clone(&key.place),
            code: Arc::clone(&key.code),
            asked_by: Arc::clone(&counted.asked_by),
            is_whole: counted.is_whole,
            count: counted.count,
            file: Arc::clone(&counted.file),
            message: counted.message,
            sample: counted.sample,
        });
        let mut counts: Vec<UnmappedCount> = counts.collect();
        // A stable sort: codes as frequent stay in the order of their tables and places.
        counts.sort_by_key(|one| std::cmp::Reverse(one.count));
        counts
    }

    /// How many codes the list has.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether all codes were listed.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many finds are not in the list, for there are too many different ones.
    pub fn not_kept(&self) -> u64 {
        self.not_kept
    }
}

/// Codes that no table holds, in fields that the profile's segments say have codes of one of its own.
fn in_fields(message: &Message, profile: &Profile) -> Vec<UnmappedCode> {
    let mut found = Vec::new();
    visit_fields(message, profile, |table, codes, code, at| {
        if codes.listing(code) == Listing::Unlisted {
            found.push(UnmappedCode {
                table: Arc::clone(table),
                code: code.into(),
                asked_by: "field".into(),
                at: Some(at()),
            });
        }
    });
    found
}

/// Calls `see` for each code in fields that the profile's segments say have codes of one of its own
/// tables: the table, the code and where it stands.
pub(super) fn visit_fields(
    message: &Message,
    profile: &Profile,
    mut see: impl FnMut(&Arc<str>, &Codes, &str, &dyn Fn() -> Location),
) {
    for (id, overlay) in &profile.segments {
        for (number, field) in overlay.numbered() {
            let codes = field.codes.as_ref();
            let Some((table, codes)) = codes.and_then(|name| profile.codes.get_key_value(name))
            else {
                continue;
            };
            for segment in message.segments_named(*id) {
                let field = segment.field(usize::from(number));
                for element in field.iter().flat_map(Element::repetitions) {
                    let is_composite = element.is_composite();
                    let value = if is_composite {
                        element.component(1)
                    } else {
                        Some(element)
                    };
                    let Some(text) = value.map(|value| value.text()) else {
                        continue;
                    };
                    let path = FieldPath {
                        field: number,
                        repetition: Pick::First,
                        component: is_composite.then_some(1),
                        subcomponent: None,
                    };
                    see(table, codes, &text, &|| Location::new(*id, path.clone()));
                }
            }
        }
    }
}

/// Shows no code: it is a patient's.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.table, self.place)
    }
}

/// Shows no code: it is a patient's.
impl fmt::Debug for UnmappedCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {} times", self.table, self.place, self.count)
    }
}
