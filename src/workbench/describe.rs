//! A first description of a segment that nobody describes, from what the samples have in it.

use std::sync::Arc;

use rayon::prelude::*;

use super::corpus::Corpus;
use crate::cancel::{Cancel, Stale};
use crate::hl7::{Element, SegmentId, parse_shared};
use crate::profile::{FieldOverlay, Profile, Repeat, SegmentOverlay};
use crate::standard;

/// So many samples are looked at between two questions whether it is still wanted.
const AT_A_TIME: usize = 4096;

/// A segment longer than this is described as far as here.
const MOST_FIELDS: usize = 5_000;

/// What a description is made from; cheap to clone.
#[derive(Clone)]
pub(super) struct DescribeJob {
    pub(super) segment: SegmentId,
    pub(super) profile: Arc<Profile>,
    pub(super) corpus: Corpus,
}

/// A segment and what the samples have in it.
#[derive(Clone)]
pub(super) struct Described {
    pub(super) segment: SegmentId,
    pub(super) overlay: Arc<SegmentOverlay>,
}

/// What the values of one field are like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    /// How many values there are.
    count: usize,
    dates: usize,
    times: usize,
    numbers: usize,
    composites: usize,
    longest: usize,
    most: usize,
}

/// Looks through the samples.
pub(super) fn describe(
    job: &DescribeJob,
    cancel: &Cancel,
    deliver: &dyn Fn(Described),
) -> Result<(), Stale> {
    let mut seen: Vec<Seen> = Vec::new();
    let charset = job.profile.charset();
    let total = job.corpus.len();
    let mut from = 0;
    while from < total {
        cancel.check()?;
        let until = total.min(from + AT_A_TIME);
        let found = (from..until)
            .into_par_iter()
            .filter_map(|position| job.corpus.sample(position))
            .map(|sample| in_message(&parse_shared(sample.decode(charset).text).0, job.segment))
            .reduce(Vec::new, join);
        seen = join(seen, found);
        from = until;
    }
    let fields = (1..)
        .zip(&seen)
        .map(|(number, seen)| seen.field(number, &job.profile));
    deliver(Described {
        segment: job.segment,
        overlay: Arc::new(SegmentOverlay {
            fields: fields.collect(),
            ..SegmentOverlay::default()
        }),
    });
    Ok(())
}

fn in_message(message: &crate::hl7::Message, id: SegmentId) -> Vec<Seen> {
    let mut seen = Vec::new();
    for segment in message.segments_named(id) {
        let fields = segment.fields().take(MOST_FIELDS).map(Seen::of);
        seen = join(seen, fields.collect());
    }
    seen
}

fn join(mut one: Vec<Seen>, other: Vec<Seen>) -> Vec<Seen> {
    if one.len() < other.len() {
        one.resize(other.len(), Seen::default());
    }
    for (seen, more) in one.iter_mut().zip(other) {
        seen.count += more.count;
        seen.dates += more.dates;
        seen.times += more.times;
        seen.numbers += more.numbers;
        seen.composites += more.composites;
        seen.longest = seen.longest.max(more.longest);
        seen.most = seen.most.max(more.most);
    }
    one
}

impl Seen {
    fn of(field: Element<'_>) -> Self {
        let mut seen = Self::default();
        for value in field.repetitions() {
            seen.most += 1;
            if value.is_empty() || value.is_null() {
                continue;
            }
            seen.count += 1;
            seen.longest = seen.longest.max(value.raw().chars().count());
            let text = value.raw();
            if value.is_composite() {
                seen.composites += 1;
            } else if is_date(text, 8..=8) {
                seen.dates += 1;
            } else if is_date(text, 10..=14) {
                seen.times += 1;
            } else if is_number(text) {
                seen.numbers += 1;
            }
        }
        seen
    }

    fn field(&self, number: u16, profile: &Profile) -> FieldOverlay {
        let dictionary = standard::dictionary(profile.version());
        let known = |first: &'static str, else_: &'static str| {
            if dictionary.data_type(first).is_some() {
                first
            } else {
                else_
            }
        };
        let is_all = |count: usize| self.count > 0 && count == self.count;
        let data_type = if self.composites > 0 {
            known("CWE", "CE")
        } else if is_all(self.dates) {
            "DT"
        } else if self.times > 0 && is_all(self.times + self.dates) {
            known("DTM", "TS")
        } else if is_all(self.numbers) {
            "NM"
        } else {
            "ST"
        };
        // A date has its length from its type; other values get room to the next ten.
        let has_length = self.count > 0 && self.dates + self.times == 0;
        let room = u32::try_from(self.longest.div_ceil(10) * 10).ok();
        FieldOverlay {
            data_type: Some(data_type.into()),
            length: room.filter(|_| has_length),
            repeat: (self.most > 1).then_some(Repeat::Many),
            ..FieldOverlay::new(format!("Field {number}"))
        }
    }
}

/// Whether it is so many digits that begin as a date does.
fn is_date(text: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    let part =
        |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<u32>().ok());
    lengths.contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && part(0..4).is_some_and(|year| (1850..=2150).contains(&year))
        && part(4..6).is_some_and(|month| (1..=12).contains(&month))
        && part(6..8).is_some_and(|day| (1..=31).contains(&day))
}

/// Digits with a sign or a point; one that begins with 0 is a code.
fn is_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    let is_code = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    !is_code && digits.len() <= 16 && digits.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::super::source::{Origin, Source};
    use super::*;

    fn check(segments: &[&str], expect: &[(&str, Option<u32>, bool)]) {
        let mut corpus = Corpus::default();
        for (index, segment) in (1..).zip(segments) {
            let text = format!("MSH|^~\\&|A|B|C|D|||ADT^A01|1|P|2.5.1\r{segment}\r");
            let source = Source::from_bytes(Origin::Paste(index), text.into_bytes());
            corpus = corpus.with(Arc::new(source.expect("a source")));
        }
        let job = DescribeJob {
            segment: SegmentId::new("ZPI").expect("a segment"),
            profile: Arc::new(Profile::new("a")),
            corpus,
        };
        let found = std::sync::Mutex::new(None);
        describe(&job, &Cancel::never(), &|described| {
            *found.lock().expect("nobody panics") = Some(described);
        })
        .expect("not stale");
        let found = found
            .into_inner()
            .expect("nobody panics")
            .expect("delivered");
        let fields: Vec<_> = found
            .overlay
            .fields
            .iter()
            .map(|field| {
                let data_type = field.data_type.as_deref().unwrap_or_default();
                (data_type, field.length, field.repeat.is_some())
            })
            .collect();
        assert_eq!(fields, expect);
        let names = (1..).zip(&found.overlay.fields);
        assert!(
            names
                .into_iter()
                .all(|(n, field)| *field.name == *format!("Field {n}"))
        );
    }

    #[test]
    fn fields_are_guessed_from_all_samples() {
        check(
            &[
                "ZPI|1|Rex|20260302|7",
                "ZPI|2|Bella the second|20260303||a~b|A^Alpha",
            ],
            &[
                ("NM", Some(10), false),
                ("ST", Some(20), false),
                ("DT", None, false),
                ("NM", Some(10), false),
                ("ST", Some(10), true),
                ("CWE", Some(10), false),
            ],
        );
        check(
            &["ZPI|0017|202603021530", "ZPI|1|20260302"],
            &[("ST", Some(10), false), ("DTM", None, false)],
        );
        check(&["PID|1"], &[]);
    }
}
