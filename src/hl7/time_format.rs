//! Timestamps written by a pattern such as `dd.MM.yyyy HH:mm`.

use std::fmt::{self, Write};

use super::time::{Precision, Timestamp};

/// Why a pattern could not be filled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{kind} (at character {} of the pattern)", .offset + 1)]
pub struct FormatError {
    /// Where in the pattern, in bytes.
    pub offset: usize,
    /// What is wrong there.
    pub kind: FormatErrorKind,
}

/// Why a pattern could not be filled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FormatErrorKind {
    /// A letter, or a number of them, that means nothing.
    Letters(char),
    /// A quote that is not closed.
    Quote,
    /// The timestamp is not that precise.
    Missing(Precision),
    /// The timestamp has no zone.
    MissingZone,
}

impl fmt::Display for FormatErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Letters(letter) => write!(
                f,
                "{letter:?} means nothing here; use yyyy yy MM dd HH mm ss SSS Z XXX, text in ' '"
            ),
            Self::Quote => f.write_str("a quote is not closed"),
            Self::Missing(part) => write!(f, "the timestamp has no {}", part.noun()),
            Self::MissingZone => f.write_str("the timestamp has no zone"),
        }
    }
}

impl Timestamp {
    /// Writes it by a pattern: `yyyy yy MM M dd d HH H mm m ss s`, `S` once for each digit of the
    /// fraction, `Z` for `+0100`, `XXX` for `+01:00`; text in single quotes and all that is no
    /// letter stands for itself, `''` for a quote.
    ///
    /// What the timestamp does not tell is an error, never a guess; [`Timestamp::filled`] fills it.
    pub fn format(&self, pattern: &str) -> Result<String, FormatError> {
        let mut out = String::with_capacity(pattern.len());
        let mut offset = 0;
        while let Some(letter) = pattern.get(offset..).and_then(|rest| rest.chars().next()) {
            let rest = pattern.get(offset..).unwrap_or_default();
            let error = |kind| FormatError { offset, kind };
            offset += match letter {
                '\'' => quoted(rest, &mut out).ok_or(error(FormatErrorKind::Quote))?,
                letter if letter.is_ascii_alphabetic() => {
                    let count = rest.chars().take_while(|c| *c == letter).count();
                    self.push(letter, count, &mut out).map_err(error)?;
                    count
                }
                other => {
                    out.push(other);
                    other.len_utf8()
                }
            };
        }
        Ok(out)
    }

    fn push(&self, letter: char, count: usize, out: &mut String) -> Result<(), FormatErrorKind> {
        let (date, time) = (self.civil.date(), self.civil.time());
        let year = i32::from(date.year());
        let (needed, number) = match (letter, count) {
            ('y', 4) => (Precision::Year, year),
            ('y', 2) => (Precision::Year, year % 100),
            ('M', 1 | 2) => (Precision::Month, i32::from(date.month())),
            ('d', 1 | 2) => (Precision::Day, i32::from(date.day())),
            ('H', 1 | 2) => (Precision::Hour, i32::from(time.hour())),
            ('m', 1 | 2) => (Precision::Minute, i32::from(time.minute())),
            ('s', 1 | 2) => (Precision::Second, i32::from(time.second())),
            ('S', 1..=9) => {
                let power = 10_i32.pow(9 - count as u32);
                (Precision::Fraction, time.subsec_nanosecond() / power)
            }
            ('Z', 1) | ('X', 3) => {
                let (sign, digits) = self.zone_text().ok_or(FormatErrorKind::MissingZone)?;
                let (hours, minutes) = digits.split_at(2);
                let colon = if letter == 'X' { ":" } else { "" };
                out.extend([String::from(sign).as_str(), hours, colon, minutes]);
                return Ok(());
            }
            _ => return Err(FormatErrorKind::Letters(letter)),
        };
        if self.precision() < needed {
            return Err(FormatErrorKind::Missing(needed));
        }
        // Writing to a String cannot fail.
        let _ = write!(out, "{number:0count$}");
        Ok(())
    }
}

/// Writes the quoted text that `rest` starts with; its length with the quotes.
fn quoted(rest: &str, out: &mut String) -> Option<usize> {
    let inner = rest.get(1..)?;
    if inner.starts_with('\'') {
        out.push('\'');
        return Some(2);
    }
    let mut from = 0;
    loop {
        let end = from + inner.get(from..)?.find('\'')?;
        out.push_str(inner.get(from..end)?);
        if !inner.get(end + 1..)?.starts_with('\'') {
            return Some(end + 2);
        }
        out.push('\'');
        from = end + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, pattern: &str, expect: Result<&str, &str>) {
        let timestamp = Timestamp::parse(text).expect(text);
        let found = timestamp.format(pattern).map_err(|error| error.to_string());
        assert_eq!(found.as_deref().map_err(String::as_str), expect);
    }

    #[test]
    fn patterns_are_filled() {
        let text = "20240305070809.1234+0130";
        check(text, "yyyyMMdd", Ok("20240305"));
        check(text, "dd.MM.yy H:mm", Ok("05.03.24 7:08"));
        check(
            text,
            "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
            Ok("2024-03-05T07:08:09.123+01:30"),
        );
        check(
            text,
            "d/M 'o''clock' '' SSSSSS Z",
            Ok("5/3 o'clock ' 123400 +0130"),
        );
        check(
            text,
            "dd. März".replace("März", "'März'").as_str(),
            Ok("05. März"),
        );
        check("2024", "", Ok(""));
    }

    #[test]
    fn what_is_not_known_is_not_invented() {
        check(
            "202403",
            "yyyy-MM-dd",
            Err("the timestamp has no day (at character 9 of the pattern)"),
        );
        check(
            "20240305",
            "Z",
            Err("the timestamp has no zone (at character 1 of the pattern)"),
        );
        check(
            "2024",
            "'a",
            Err("a quote is not closed (at character 1 of the pattern)"),
        );
        check(
            "2024",
            "yyy",
            Err(
                "'y' means nothing here; use yyyy yy MM dd HH mm ss SSS Z XXX, text in ' ' \
                 (at character 1 of the pattern)",
            ),
        );
    }
}
