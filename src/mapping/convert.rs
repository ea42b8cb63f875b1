//! From text to what a column holds.

use super::dates;
use super::outcome::Cell;
use super::value_fault::ValueFault;
use crate::grammar::mended;
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

/// What is wrong with a text that no column of the type holds; `mask` is how the site writes it.
pub(super) fn misfit(text: &str, column_type: ColumnType, mask: Option<&str>) -> ValueFault {
    let (data_type, example) = match column_type {
        ColumnType::Text => ("ST", "a text"),
        ColumnType::Integer => ("NM", "a whole number such as 12"),
        ColumnType::Decimal => ("NM", "a number such as -12.5"),
        ColumnType::Date => ("DT", "a date such as 20260301"),
        ColumnType::Time => ("TM", "a time such as 0915"),
        ColumnType::Timestamp => ("DTM", "a date and time such as 202603010915"),
    };
    let fix = mended(data_type, mask, text);
    // By a mask the column reads what the mask makes of it.
    let fix = fix.filter(|(_, made)| mask.is_some() || convert(made, column_type).is_ok());
    let expected = match mask {
        Some(mask) => format!("a date written as {mask}"),
        None => example.to_owned(),
    };
    ValueFault::new(expected, text, fix)
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
    use crate::diagnostic::Diagnostic;
    use crate::hl7::Delimiters;

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
    /// What is expected and found, and what mends it.
    fn check_misfit(
        (text, column_type, mask): (&str, ColumnType, Option<&str>),
        expect: (&str, &str, Option<&str>),
    ) {
        let fault = misfit(text, column_type, mask);
        let delimiters = Delimiters::default();
        let found = Diagnostic::error("row-value", "wrong");
        let found = fault.finding(found, Some((0..text.len(), &delimiters)));
        let after = found.fix.and_then(|fix| fix.apply(text));
        let told = (&*found.expected, &*found.found, after.as_deref());
        assert_eq!(told, expect, "{text} as {column_type}");
    }

    #[test]
    fn a_text_with_one_reading_is_mended() {
        let date = "a date such as 20260301";
        let shape = "99.99.9999 (10 characters)";
        check_misfit(
            ("01.03.2026", ColumnType::Date, None),
            (date, shape, Some("20260301")),
        );
        check_misfit(
            ("soon", ColumnType::Date, None),
            (date, "aaaa (4 characters)", None),
        );
        check_misfit(
            ("5,4", ColumnType::Decimal, None),
            ("a number such as -12.5", "9,9 (3 characters)", Some("5.4")),
        );
        // A number, but no whole one.
        check_misfit(
            ("5,4", ColumnType::Integer, None),
            ("a whole number such as 12", "9,9 (3 characters)", None),
        );
        let masked = "a date written as dd.MM.yyyy";
        check_misfit(
            ("2026/03/01", ColumnType::Date, Some("dd.MM.yyyy")),
            (masked, "9999/99/99 (10 characters)", Some("01.03.2026")),
        );
    }
}
