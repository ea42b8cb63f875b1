//! Dates and times in scripts and cells: read leniently, as precise as they were sent.

use std::cmp::Ordering;
use std::fmt;

use rhai::{Dynamic, ImmutableString};

use super::fault::{Fallible, ScriptFault};
use crate::hl7::{Precision, Timestamp, Unit};

/// A date or time in a script; without one where the text was empty.
#[derive(Clone, Copy)]
pub(super) struct Date(pub(super) Option<Timestamp>);

/// The time as HL7 writes it, nothing where there is none.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(time) => write!(f, "{time}"),
            None => Ok(()),
        }
    }
}

/// Reads HL7's form, and the form with dashes and colons that databases write.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    // A second dash tells a day from a year with its zone: 1980-12-24, 1980-0500.
    if text.as_bytes().get(7) != Some(&b'-') {
        return text.parse().ok();
    }
    let (day, time) = text.split_at_checked(10)?;
    let mut parts = day.split('-');
    let (year, month, date) = (parts.next()?, parts.next()?, parts.next()?);
    if (year.len(), month.len(), date.len()) != (4, 2, 2) {
        return None;
    }
    let time = match time.strip_prefix(['T', ' ']) {
        Some(time) => time.replace(':', "").replace('Z', "+0000"),
        None if time.is_empty() => String::new(),
        None => return None,
    };
    format!("{year}{month}{date}{time}").parse().ok()
}

/// `date(text)`.
pub(super) fn date(text: &str) -> Result<Date, ScriptFault> {
    if text.is_empty() || text == "\"\"" {
        return Ok(Date(None));
    }
    match read(text) {
        Some(time) => Ok(Date(Some(time))),
        None => Err(not_a_date()),
    }
}

/// `day.format(pattern)`.
pub(super) fn format(date: &mut Date, pattern: &str) -> Fallible<ImmutableString> {
    let Some(time) = &date.0 else {
        return Ok(ImmutableString::new());
    };
    match time.format(pattern) {
        Ok(text) => Ok(text.into()),
        Err(error) => Err(ScriptFault::new("script-date", error.to_string()).into()),
    }
}

/// `day.age(on)`: whole years; nothing where one of the two is missing or not known to the day.
pub(super) fn age(born: &mut Date, on: Date) -> Dynamic {
    let years = born.0.zip(on.0).and_then(|(born, on)| born.age_on(&on));
    years.map_or(Dynamic::UNIT, |years| i64::from(years).into())
}

/// `day.year` and the other parts; nothing where the date is not that precise.
pub(super) fn part(date: &Date, range: std::ops::Range<usize>) -> Dynamic {
    let number = date
        .0
        .as_ref()
        .and_then(|time| Digits::of(time).number(range));
    number.map_or(Dynamic::UNIT, Dynamic::from)
}

/// The order of two dates: a missing one before all others, the less precise of two equal ones first.
///
/// Where both tell their zone their instants are compared, else what the clocks showed.
pub(super) fn compare(a: &Date, b: &Date) -> Ordering {
    let (Some(a), Some(b)) = (&a.0, &b.0) else {
        return a.0.is_some().cmp(&b.0.is_some());
    };
    let both_zones = a.zone_minutes().is_some() && b.zone_minutes().is_some();
    let key = |time: &Timestamp| {
        let filled = time.filled(Precision::Second);
        let east = time.zone_minutes().filter(|_| both_zones).unwrap_or(0);
        // The clock in UTC; at the ends of the calendar there may be none.
        let told = filled
            .plus(-i64::from(east), Unit::Minutes)
            .unwrap_or(filled)
            .to_string();
        let clock = told.split(['+', '-']).next().unwrap_or(&told);
        let clock = match clock.split_once('.') {
            Some((seconds, fraction)) => format!("{seconds}.{}", fraction.trim_end_matches('0')),
            None => format!("{clock}."),
        };
        (clock, time.precision())
    };
    key(a).cmp(&key(b))
}

/// `2026-03-01`, as precise as the date is.
pub(super) fn iso_date(time: &Timestamp) -> String {
    let digits = Digits::of(time);
    let mut text = digits.0.get(0..4).unwrap_or(&digits.0).to_owned();
    for range in [4..6, 6..8] {
        if let Some(part) = digits.0.get(range) {
            text.push('-');
            text.push_str(part);
        }
    }
    text
}

/// `10:30:00`, as precise as the time is; empty for a day without time.
pub(super) fn iso_time(time: &Timestamp) -> String {
    let digits = Digits::of(time);
    let mut text = String::new();
    for range in [8..10, 10..12, 12..14] {
        if let Some(part) = digits.0.get(range) {
            if !text.is_empty() {
                text.push(':');
            }
            text.push_str(part);
        }
    }
    text
}

/// `2026-03-01 10:30:00`, as precise as the time is; fractions and zones as they were sent.
pub(super) fn iso_timestamp(time: &Timestamp) -> String {
    let mut text = iso_date(time);
    let clock = iso_time(time);
    if !clock.is_empty() {
        text.push(' ');
        text.push_str(&clock);
    }
    text.push_str(&iso_rest(time));
    text
}

/// What follows the seconds: the fraction and the zone as they were sent, `.25+01:00`.
pub(super) fn iso_rest(time: &Timestamp) -> String {
    let all = time.to_string();
    let rest = all.trim_start_matches(|c: char| c.is_ascii_digit());
    match rest.split_at_checked(rest.len().saturating_sub(2)) {
        // The zone: `+0100` as `+01:00`.
        Some((before, minutes)) if rest.contains(['+', '-']) => format!("{before}:{minutes}"),
        _ => rest.to_owned(),
    }
}

fn not_a_date() -> ScriptFault {
    // The text itself is not told: it may be a birthday.
    ScriptFault::new("script-date", "the text is no date")
        .with_help("dates read like 20260301, 202603011030 or 2026-03-01")
}

/// The digits of a time up to its fraction or zone: `20260301103000`.
struct Digits(String);

impl Digits {
    fn of(time: &Timestamp) -> Self {
        Self(
            time.to_string()
                .chars()
                .take_while(char::is_ascii_digit)
                .collect(),
        )
    }

    fn number(&self, range: std::ops::Range<usize>) -> Option<i64> {
        self.0.get(range)?.parse().ok()
    }
}
