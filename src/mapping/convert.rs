//! From text to what a column holds.

use super::dates;
use super::outcome::Cell;
use crate::hl7::{Precision, Timestamp};
use crate::profile::ColumnType;

/// The text as a value of the type; `Err` is what is wrong, as the end of a sentence.
pub(super) fn convert(text: &str, column_type: ColumnType) -> Result<Cell, String> {
    match text {
        "" => return Ok(Cell::Absent),
        "\"\"" => return Ok(Cell::Null),
        _ => {}
    }
    // The text itself is not told: it may be a birthday.
    let wrong = |what: &str| Err(format!("the text is no {what}"));
    let trimmed = text.trim();
    match column_type {
        ColumnType::Text => Ok(Cell::Text(text.into())),
        ColumnType::Integer => match trimmed.parse() {
            Ok(number) => Ok(Cell::Integer(number)),
            Err(_) => wrong("whole number"),
        },
        ColumnType::Decimal if is_decimal(trimmed) => Ok(Cell::Decimal(trimmed.into())),
        ColumnType::Decimal => wrong("number"),
        ColumnType::Date => match day(trimmed) {
            Some(day) => Ok(Cell::Date(day)),
            None => wrong("date"),
        },
        ColumnType::Time => match time(trimmed) {
            Some(time) => Ok(Cell::Time(time.into())),
            None => wrong("time"),
        },
        ColumnType::Timestamp => match dates::read(trimmed) {
            Some(time) => Ok(Cell::Timestamp(time)),
            None => wrong("date and time"),
        },
    }
}

impl Cell {
    /// The value as another type of column holds it; `Err` is what is wrong, as the end of a sentence.
    pub(super) fn as_type(&self, column_type: ColumnType) -> Result<Self, String> {
        match self {
            Cell::Absent | Cell::Null => Ok(self.clone()),
            _ if self.column_type() == Some(column_type) => Ok(self.clone()),
            other => convert(&other.to_string(), column_type),
        }
    }

    /// The type of column that holds the value; absent and null fit in all.
    fn column_type(&self) -> Option<ColumnType> {
        match self {
            Cell::Absent | Cell::Null => None,
            Cell::Text(_) => Some(ColumnType::Text),
            Cell::Integer(_) => Some(ColumnType::Integer),
            Cell::Decimal(_) => Some(ColumnType::Decimal),
            Cell::Date(_) => Some(ColumnType::Date),
            Cell::Time(_) => Some(ColumnType::Time),
            Cell::Timestamp(_) => Some(ColumnType::Timestamp),
        }
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.contains(|c: char| c.is_ascii_digit())
        && digits.bytes().filter(|byte| *byte == b'.').count() <= 1
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// The day of a date or time; a month or year alone is none.
fn day(text: &str) -> Option<Timestamp> {
    dates::read(text)
        .filter(|time| time.precision() >= Precision::Day)
        .map(|time| time.cut(Precision::Day))
}

/// A time alone, or the time of a date with time; its fraction and zone as they were sent.
fn time(text: &str) -> Option<String> {
    let plain = text.replace(':', "").replace('Z', "+0000");
    let alone = plain.split(['+', '-', '.']).next().unwrap_or(&plain);
    let is_time =
        matches!(alone.len(), 2 | 4 | 6) && alone.bytes().all(|byte| byte.is_ascii_digit());
    // Any day will do: only the time is asked for.
    let whole = if is_time {
        dates::read(&format!("20000101{plain}"))
    } else {
        dates::read(text)
    }?;
    let mut time = dates::iso_time(&whole);
    if time.is_empty() {
        return None;
    }
    time.push_str(&dates::iso_rest(&whole));
    Some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, column_type: ColumnType, expect: &str) {
        let found = match convert(text, column_type) {
            Ok(cell) => format!("{cell:?} {cell}"),
            Err(wrong) => wrong,
        };
        assert_eq!(found, expect, "{text} as {column_type}");
    }

    #[test]
    fn text_becomes_what_the_column_holds() {
        check("", ColumnType::Integer, "Absent ");
        check("\"\"", ColumnType::Date, "Null ");
        check("12", ColumnType::Integer, "Integer 12");
        check("+12", ColumnType::Integer, "Integer 12");
        check("12a", ColumnType::Integer, "the text is no whole number");
        check("-1.50", ColumnType::Decimal, "Decimal -1.50");
        check("1.2.3", ColumnType::Decimal, "the text is no number");
        check(".", ColumnType::Decimal, "the text is no number");
        check("19700101", ColumnType::Date, "Date 1970-01-01");
        check("197001011230", ColumnType::Date, "Date 1970-01-01");
        check("1970-01-01", ColumnType::Date, "Date 1970-01-01");
        check("1970", ColumnType::Date, "the text is no date");
        check("19701301", ColumnType::Date, "the text is no date");
        check("1030", ColumnType::Time, "Time 10:30");
        check("10:30:15", ColumnType::Time, "Time 10:30:15");
        check("20260301103000", ColumnType::Time, "Time 10:30:00");
        check("101500.25", ColumnType::Time, "Time 10:15:00.25");
        check("1030-0500", ColumnType::Time, "Time 10:30-05:00");
        check(
            "10:30:15.5+01:00",
            ColumnType::Time,
            "Time 10:30:15.5+01:00",
        );
        check("20260301103000.5Z", ColumnType::Time, "the text is no time");
        check(
            "20260301103000.5+0100",
            ColumnType::Time,
            "Time 10:30:00.5+01:00",
        );
        check("1030.5", ColumnType::Time, "the text is no time");
        check("20260301", ColumnType::Time, "the text is no time");
        check(
            "202603011030",
            ColumnType::Timestamp,
            "Timestamp 2026-03-01 10:30",
        );
        check(
            "2026-03-01 10:30",
            ColumnType::Timestamp,
            "Timestamp 2026-03-01 10:30",
        );
        check(
            "20260301103000.5+0100",
            ColumnType::Timestamp,
            "Timestamp 2026-03-01 10:30:00.5+01:00",
        );
        check(
            "soon",
            ColumnType::Timestamp,
            "the text is no date and time",
        );
    }
}
