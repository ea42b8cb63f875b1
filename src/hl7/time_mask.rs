//! Dates read by a pattern such as `dd.MM.yyyy HH:mm`: how a site writes them instead of HL7's way.

use std::fmt;
use std::ops::Range;

use super::time::{Precision, Timestamp};
use super::time_format::{FormatError, FormatErrorKind};

/// A pattern that texts are read by; its letters are those of [`Timestamp::format`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateMask {
    parts: Vec<Part>,
    /// Whether it has a time and no date.
    is_time: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// A number of the part, with at least and at most so many digits.
    Number(Precision, Range<usize>),
    /// `+0100`, or with a colon `+01:00`.
    Zone { colon: bool },
    /// This character.
    Literal(char),
}

/// Why a pattern can be no mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    /// A letter that means nothing, or a quote that is not closed.
    #[error("{0}")]
    Pattern(FormatError),
    /// A part stands there without the one that it is a part of.
    #[error("the mask has {} but not what stands before it: year, month, day, hour, minute, second", Noun(*.0))]
    Gap(Precision),
    /// A part stands there twice.
    #[error("the mask has {} twice", Noun(*.0))]
    Twice(Precision),
    /// Neither a date nor a time.
    #[error("the mask has no year and no hour; write such as dd.MM.yyyy HH:mm")]
    Nothing,
}

struct Noun(Precision);

impl fmt::Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a {}", self.0.noun())
    }
}

/// Every part in the order in which HL7 writes them, with where it ends there.
const PARTS: [(Precision, Range<usize>); 6] = [
    (Precision::Year, 0..4),
    (Precision::Month, 4..6),
    (Precision::Day, 6..8),
    (Precision::Hour, 8..10),
    (Precision::Minute, 10..12),
    (Precision::Second, 12..14),
];

/// A timestamp of HL7 is no longer than this: to the second, nine digits and a zone.
const LONGEST: usize = 14 + 10 + 5;

impl DateMask {
    /// Reads a pattern.
    ///
    /// # Errors
    /// A letter that means nothing, a quote that is not closed, a day without a month, no date at all.
    pub fn new(pattern: &str) -> Result<Self, MaskError> {
        let mut parts = Vec::new();
        let mut offset = 0;
        while let Some(letter) = pattern.get(offset..).and_then(|rest| rest.chars().next()) {
            let rest = pattern.get(offset..).unwrap_or_default();
            if letter == '\'' {
                let (text, length) = quoted(rest).ok_or(MaskError::Pattern(FormatError {
                    offset,
                    kind: FormatErrorKind::Quote,
                }))?;
                parts.extend(text.chars().map(Part::Literal));
                offset += length;
            } else if letter.is_ascii_alphabetic() {
                let count = rest.chars().take_while(|c| *c == letter).count();
                let part = part(letter, count).ok_or(MaskError::Pattern(FormatError {
                    offset,
                    kind: FormatErrorKind::Letters(letter),
                }))?;
                parts.push(part);
                offset += count;
            } else {
                parts.push(Part::Literal(letter));
                offset += letter.len_utf8();
            }
        }
        check(parts)
    }

    /// The text as HL7 writes it; `None` where it is not written by the mask or is no date. A mask
    /// without a date gives a time: `0915`.
    pub fn to_hl7(&self, text: &str) -> Option<String> {
        let (written, length) = self.read(text)?;
        let from = if self.is_time { 8 } else { 0 };
        let bytes = written.get(from..length)?;
        std::str::from_utf8(bytes).ok().map(str::to_owned)
    }

    /// Whether a text is a date written by the mask; nothing is allocated.
    pub fn fits(&self, text: &str) -> bool {
        self.read(text).is_some()
    }

    /// The timestamp in HL7's digits, and how many bytes it has.
    fn read(&self, text: &str) -> Option<([u8; LONGEST], usize)> {
        let mut out = [b'0'; LONGEST];
        // A time alone is looked at as one of some day.
        out.get_mut(..8)?.copy_from_slice(b"20000101");
        let mut length = 0;
        let mut fraction: &[u8] = &[];
        let mut zone = None;
        let mut rest = text.as_bytes();
        for part in &self.parts {
            match part {
                Part::Literal(c) => {
                    let mut bytes = [0; 4];
                    rest = rest.strip_prefix(c.encode_utf8(&mut bytes).as_bytes())?;
                }
                Part::Number(precision, digits) => {
                    let found = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                    let count = found.min(digits.end);
                    if count < digits.start {
                        return None;
                    }
                    let (number, behind) = rest.split_at_checked(count)?;
                    rest = behind;
                    match PARTS.iter().find(|(known, _)| known == precision) {
                        Some((_, range)) => {
                            length = length.max(range.end);
                            put(out.get_mut(range.clone())?, number);
                        }
                        None => fraction = number,
                    }
                }
                Part::Zone { colon } => {
                    let (found, behind) = rest.split_at_checked(if *colon { 6 } else { 5 })?;
                    rest = behind;
                    zone = Some((found, *colon));
                }
            }
        }
        if !rest.is_empty() {
            return None;
        }
        if !fraction.is_empty() {
            *out.get_mut(length)? = b'.';
            let end = length + 1 + fraction.len();
            out.get_mut(length + 1..end)?.copy_from_slice(fraction);
            length = end;
        }
        if let Some((zone, colon)) = zone {
            let minutes = if colon {
                zone.get(3..)?.strip_prefix(b":")?
            } else {
                zone.get(3..)?
            };
            out.get_mut(length..length + 3)?
                .copy_from_slice(zone.get(..3)?);
            out.get_mut(length + 3..length + 5)?
                .copy_from_slice(minutes);
            length += 5;
        }
        let written = std::str::from_utf8(out.get(..length)?).ok()?;
        Timestamp::parse(written).ok()?;
        Some((out, length))
    }
}

/// Writes a number with leading zeros; a year of two digits is one of 1969 to 2068, as in POSIX.
fn put(place: &mut [u8], number: &[u8]) {
    let missing = place.len().saturating_sub(number.len());
    if place.len() == 4 && number.len() == 2 {
        let century: &[u8] = if number >= b"69".as_slice() {
            b"19"
        } else {
            b"20"
        };
        place
            .iter_mut()
            .zip(century)
            .for_each(|(to, from)| *to = *from);
    } else {
        place.iter_mut().take(missing).for_each(|to| *to = b'0');
    }
    let to = place.iter_mut().skip(missing);
    to.zip(number).for_each(|(to, from)| *to = *from);
}

fn part(letter: char, count: usize) -> Option<Part> {
    let number = |precision, digits| Some(Part::Number(precision, digits));
    match (letter, count) {
        ('y', 4) => number(Precision::Year, 4..4),
        ('y', 2) => number(Precision::Year, 2..2),
        ('M', 1 | 2) => number(Precision::Month, count..2),
        ('d', 1 | 2) => number(Precision::Day, count..2),
        ('H', 1 | 2) => number(Precision::Hour, count..2),
        ('m', 1 | 2) => number(Precision::Minute, count..2),
        ('s', 1 | 2) => number(Precision::Second, count..2),
        ('S', 1..=9) => number(Precision::Fraction, count..count),
        ('Z', 1) => Some(Part::Zone { colon: false }),
        ('X', 3) => Some(Part::Zone { colon: true }),
        _ => None,
    }
}

/// Whether the parts make a date, a time, or both.
fn check(parts: Vec<Part>) -> Result<DateMask, MaskError> {
    let count = |wanted: Precision| {
        let is_wanted = |part: &&Part| matches!(part, Part::Number(found, _) if *found == wanted);
        parts.iter().filter(is_wanted).count()
    };
    let order = PARTS.iter().map(|(precision, _)| *precision);
    let order: Vec<Precision> = order.chain([Precision::Fraction]).collect();
    if let Some(twice) = order.iter().find(|precision| count(**precision) > 1) {
        return Err(MaskError::Twice(*twice));
    }
    let has_date = [Precision::Year, Precision::Month, Precision::Day]
        .iter()
        .any(|precision| count(*precision) > 0);
    let needed = order.iter().skip(if has_date { 0 } else { 3 });
    let mut is_over = false;
    for precision in needed {
        match (count(*precision) > 0, is_over) {
            (true, true) => return Err(MaskError::Gap(*precision)),
            (true, false) => {}
            (false, _) => is_over = true,
        }
    }
    if !has_date && count(Precision::Hour) == 0 {
        return Err(MaskError::Nothing);
    }
    Ok(DateMask {
        parts,
        is_time: !has_date,
    })
}

/// The text in the quotes that `rest` starts with, and its length with them.
fn quoted(rest: &str) -> Option<(String, usize)> {
    let inner = rest.get(1..)?;
    if inner.starts_with('\'') {
        return Some(("'".to_owned(), 2));
    }
    let mut text = String::new();
    let mut from = 0;
    loop {
        let end = from + inner.get(from..)?.find('\'')?;
        text.push_str(inner.get(from..end)?);
        if !inner.get(end + 1..)?.starts_with('\'') {
            return Some((text, end + 2));
        }
        text.push('\'');
        from = end + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mask: &str, text: &str, expect: &str) {
        let found = match DateMask::new(mask) {
            Ok(mask) => {
                let found = mask.to_hl7(text);
                assert_eq!(mask.fits(text), found.is_some());
                found.unwrap_or_else(|| "no".to_owned())
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expect, "{mask:?} {text:?}");
    }

    #[test]
    fn a_date_is_read_as_the_site_writes_it() {
        check("dd.MM.yyyy HH:mm", "01.03.2026 09:15", "202603010915");
        check("dd.MM.yyyy", "31.12.1980", "19801231");
        check("d.M.yy", "1.3.26", "20260301");
        check("d.M.yy", "1.3.69", "19690301");
        check("MM/dd/yyyy", "02/29/2024", "20240229");
        check(
            "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
            "2026-03-01T09:15:00.250+01:00",
            "20260301091500.250+0100",
        );
        check("HH:mm", "09:15", "0915");
        check("yyyyMMdd", "20260301", "20260301");
    }

    #[test]
    fn what_the_mask_does_not_say_is_no_date() {
        check("dd.MM.yyyy", "2026-03-01", "no");
        check("dd.MM.yyyy", "31.02.2026", "no");
        check("dd.MM.yyyy", "01.03.2026 09:15", "no");
        check("dd.MM.yyyy", "1.3.2026", "no");
        check("HH:mm", "24:00", "no");
        check("dd.MM.yyyy", "", "no");
    }

    #[test]
    fn a_mask_that_makes_no_date_is_told() {
        check(
            "dd.MM",
            "",
            "the mask has a month but not what stands before it: year, month, day, hour, minute, second",
        );
        check(
            "dd.MM.yyyy mm",
            "",
            "the mask has a minute but not what stands before it: year, month, day, hour, minute, second",
        );
        check("yyyyMMdd yyyy", "", "the mask has a year twice");
        check(
            "..",
            "",
            "the mask has no year and no hour; write such as dd.MM.yyyy HH:mm",
        );
        check(
            "YYYY",
            "",
            "'Y' means nothing here; use yyyy yy MM dd HH mm ss SSS Z XXX, text in ' ' (at character 1 of the pattern)",
        );
        check(
            "yyyy'",
            "",
            "a quote is not closed (at character 5 of the pattern)",
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(mask in "[yMdHmsSZX'. é:-]{0,14}", text in "[0-9.:+é -]{0,20}") {
            if let Ok(mask) = DateMask::new(&mask) {
                proptest::prop_assert_eq!(mask.fits(&text), mask.to_hl7(&text).is_some());
            }
        }
    }
}
