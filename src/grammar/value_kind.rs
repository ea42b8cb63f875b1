//! What the text of a primitive data type looks like.

use crate::hl7::{DateMask, Precision, Timestamp};

/// How a value is looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ValueKind {
    /// Any text.
    Any,
    /// NM
    Number,
    /// SI
    Sequence,
    /// DT
    Date,
    /// TM
    Time,
    /// DTM, and the first component of TS
    DateTime,
    /// A date that the site writes in its own way.
    Masked(DateMask, Box<str>),
}

impl ValueKind {
    /// Of a primitive type of the standard.
    pub(super) fn of(data_type: &str) -> Self {
        match data_type {
            "NM" => ValueKind::Number,
            "SI" => ValueKind::Sequence,
            "DT" => ValueKind::Date,
            "TM" => ValueKind::Time,
            "DTM" | "TS" => ValueKind::DateTime,
            _ => ValueKind::Any,
        }
    }

    /// The code of the rule that a text breaks; blanks around it are let pass.
    pub(super) fn broken_by(&self, text: &str) -> Option<&'static str> {
        let trimmed = text.trim_matches(' ');
        let (holds, code) = match self {
            ValueKind::Any => return None,
            ValueKind::Number => (is_number(trimmed), "type-number"),
            ValueKind::Sequence => (is_digits(trimmed), "type-sequence"),
            ValueKind::Date => (is_date(trimmed), "type-date"),
            ValueKind::Time => (is_time(trimmed), "type-time"),
            ValueKind::DateTime => (Timestamp::parse(trimmed).is_ok(), "type-date-time"),
            ValueKind::Masked(mask, _) => (mask.fits(trimmed), "type-mask"),
        };
        (!holds).then_some(code)
    }

    /// What a text should look like.
    pub(super) fn expected(&self) -> String {
        match self {
            ValueKind::Any => String::new(),
            ValueKind::Number => "a number such as -12.5".to_owned(),
            ValueKind::Sequence => "a whole number such as 1".to_owned(),
            ValueKind::Date => "YYYY[MM[DD]]".to_owned(),
            ValueKind::Time => "HH[MM[SS[.S]]] and perhaps a zone such as +0100".to_owned(),
            ValueKind::DateTime => {
                "YYYY[MM[DD[HH[MM[SS[.S]]]]]] and perhaps a zone such as +0100".to_owned()
            }
            ValueKind::Masked(_, pattern) => pattern.to_string(),
        }
    }

    /// How a button calls the way it is written.
    pub(super) fn form(&self) -> &str {
        match self {
            ValueKind::Masked(_, pattern) => pattern,
            ValueKind::Any
            | ValueKind::Number
            | ValueKind::Sequence
            | ValueKind::Date
            | ValueKind::Time
            | ValueKind::DateTime => "HL7 does",
        }
    }

    /// What a sentence calls it.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            ValueKind::Any => "text",
            ValueKind::Number => "number",
            ValueKind::Sequence => "sequence number",
            ValueKind::Date => "date",
            ValueKind::Time => "time",
            ValueKind::DateTime => "date with time",
            ValueKind::Masked(..) => "date as the profile's mask has it",
        }
    }
}

pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut points = 0;
    let mut has_digit = false;
    for byte in digits.bytes() {
        match byte {
            b'0'..=b'9' => has_digit = true,
            b'.' => points += 1,
            _ => return false,
        }
    }
    has_digit && points <= 1
}

fn is_date(text: &str) -> bool {
    Timestamp::parse(text).is_ok_and(|date| date.precision() <= Precision::Day && text.len() <= 8)
}

/// A time is one of some day.
fn is_time(text: &str) -> bool {
    let mut whole = [0_u8; 40];
    let (day, rest) = whole.split_at_mut(8);
    day.copy_from_slice(b"20000101");
    let Some(place) = rest.get_mut(..text.len()) else {
        return false;
    };
    place.copy_from_slice(text.as_bytes());
    let written = whole.get(..8 + text.len()).unwrap_or_default();
    std::str::from_utf8(written).is_ok_and(|text| {
        Timestamp::parse(text).is_ok_and(|time| time.precision() >= Precision::Hour)
    })
}

/// Characters of the longest text that is taken for a code.
const LONGEST_CODE: usize = 12;

/// A text that may be told because it is a code: short and without blanks. A longer one may say more
/// of a patient.
pub fn shown_code(text: &str) -> Option<&str> {
    let is_code = text.chars().count() <= LONGEST_CODE && !text.contains(char::is_whitespace);
    (is_code && !text.contains(char::is_control)).then_some(text)
}

/// The shape of a text without its value: `9` for digits, `A` and `a` for letters.
pub fn shape(text: &str) -> String {
    const SHOWN: usize = 24;
    let mut shape: String = text
        .chars()
        .take(SHOWN)
        .map(|c| match c {
            c if c.is_numeric() => '9',
            c if c.is_uppercase() => 'A',
            c if c.is_alphabetic() => 'a',
            c if c.is_control() => '?',
            c => c,
        })
        .collect();
    let count = text.chars().count();
    if count > SHOWN {
        shape.push('…');
    }
    format!(
        "{shape} ({count} character{})",
        if count == 1 { "" } else { "s" }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(data_type: &str, text: &str, expect: bool) {
        let found = ValueKind::of(data_type).broken_by(text).is_none();
        assert_eq!(found, expect, "{data_type} {text:?}");
    }

    #[test]
    fn values_look_like_their_type() {
        for (data_type, good, bad) in [
            (
                "NM",
                &["1", "-1.5", "+.5", "5.", " 7 "][..],
                &["", ".", "1,5", "1.2.3", "<5", "1e3"][..],
            ),
            ("SI", &["1", "0012"], &["1.5", "-1", "a"]),
            (
                "DT",
                &["2026", "202603", "20260301"],
                &["2026-03-01", "202603010915", "20260230", "2026+0100"],
            ),
            (
                "TM",
                &["09", "0915", "091500.25+0100"],
                &["9", "09:15", "2400", "20260301"],
            ),
            (
                "DTM",
                &["2026", "20260301091500.1234-0500"],
                &["01.03.2026", "2026030109:15"],
            ),
            ("ST", &["anything"], &[]),
        ] {
            for text in good {
                check(data_type, text, true);
            }
            for text in bad {
                check(data_type, text, false);
            }
        }
    }

    #[test]
    fn a_shape_tells_no_value() {
        assert_eq!(shape("Amsel-7"), "Aaaaa-9 (7 characters)");
        assert_eq!(shape("1"), "9 (1 character)");
        assert_eq!(shape("寺田１"), "aa9 (3 characters)");
    }
}
