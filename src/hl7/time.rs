//! Dates and times as HL7 writes them: any precision, kept, with or without a zone.
//!
//! Chapter 2A, data types DT and DTM: `YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]`.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};

/// A point in time as precise as the sender wrote it; two are equal where their texts are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Timestamp {
    pub(super) civil: DateTime,
    pub(super) precision: Precision,
    /// Digits after the point, 1 to 9; 0 where there is no point.
    pub(super) fraction_digits: u8,
    pub(super) zone: Option<Zone>,
}

/// How far a timestamp goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Precision {
    /// `YYYY`
    Year,
    /// `YYYYMM`
    Month,
    /// `YYYYMMDD`
    Day,
    /// `YYYYMMDDHH`
    Hour,
    /// `YYYYMMDDHHMM`
    Minute,
    /// `YYYYMMDDHHMMSS`
    Second,
    /// `YYYYMMDDHHMMSS.S` and more digits
    Fraction,
}

/// The distance from UTC; `-0000` is not `+0000`, it is written as it was read.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Zone {
    is_negative: bool,
    minutes: u16,
}

/// Why a text is no timestamp.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{kind} (at character {})", .offset + 1)]
pub struct TimestampError {
    /// Where, in bytes.
    pub offset: usize,
    /// What is wrong there.
    pub kind: TimestampErrorKind,
}

/// What can be wrong with a timestamp.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimestampErrorKind {
    /// There is no text.
    Empty,
    /// A part is too short or has other characters than digits.
    Digits(Precision),
    /// A part is out of its range.
    Range(Precision),
    /// The month has no such day.
    DayOfMonth,
    /// 24:00 is not used: midnight is 00:00 of the next day.
    Midnight,
    /// The zone is not a sign and four digits, hours to 14 and minutes to 59.
    Zone,
    /// Text after the timestamp.
    Trailing,
}

impl fmt::Display for TimestampErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a timestamp is empty; YYYY at least is needed"),
            Self::Digits(Precision::Year) => f.write_str("a year needs four digits"),
            Self::Digits(Precision::Fraction) => {
                f.write_str("a fraction needs one to nine digits after the point")
            }
            Self::Digits(part) => write!(f, "{} needs two digits", part.name()),
            Self::Range(part) => {
                let (lowest, highest) = part.range();
                write!(f, "{} must be {lowest:02} to {highest:02}", part.name())
            }
            Self::DayOfMonth => f.write_str("the month has no such day"),
            Self::Midnight => f.write_str("hour 24 is not used; midnight is 00 of the next day"),
            Self::Zone => f.write_str("a zone is + or - and four digits, -1400 to +1400"),
            Self::Trailing => f.write_str("nothing may follow a timestamp"),
        }
    }
}

impl Precision {
    /// `month`, `hour` …
    pub(super) fn noun(self) -> &'static str {
        self.name().split_once(' ').map_or("", |(_, noun)| noun)
    }

    /// `a month`, `an hour` …
    fn name(self) -> &'static str {
        match self {
            Self::Year => "a year",
            Self::Month => "a month",
            Self::Day => "a day",
            Self::Hour => "an hour",
            Self::Minute => "a minute",
            Self::Second => "a second",
            Self::Fraction => "a fraction",
        }
    }

    fn range(self) -> (i16, i16) {
        match self {
            Self::Year => (1, 9999),
            Self::Month => (1, 12),
            Self::Day => (1, 31),
            Self::Hour => (0, 23),
            Self::Minute | Self::Second => (0, 59),
            // Digits after a point have no range.
            Self::Fraction => (0, 0),
        }
    }
}

impl Timestamp {
    /// Reads HL7 text; blanks around it are not allowed.
    pub fn parse(text: &str) -> Result<Timestamp, TimestampError> {
        let mut reader = Reader {
            text: text.as_bytes(),
            at: 0,
        };
        if text.is_empty() {
            return Err(reader.error(TimestampErrorKind::Empty));
        }
        let year = reader.part(Precision::Year)?;
        let month = reader.next_part(Precision::Month, year.1)?;
        let day = reader.next_part(Precision::Day, month.1)?;
        let days = Date::new(year.0, month.0 as i8, 1).map_or(31, Date::days_in_month);
        if day.0 > i16::from(days) {
            return Err(TimestampError {
                offset: 6,
                kind: TimestampErrorKind::DayOfMonth,
            });
        }
        let hour = reader.next_part(Precision::Hour, day.1)?;
        let minute = reader.next_part(Precision::Minute, hour.1)?;
        let second = reader.next_part(Precision::Second, minute.1)?;
        let (nanosecond, fraction_digits) = reader.fraction(second.1)?;
        let precision = if fraction_digits > 0 {
            Precision::Fraction
        } else {
            second.1
        };
        let zone = reader.zone()?;
        if reader.at < text.len() {
            return Err(reader.error(TimestampErrorKind::Trailing));
        }
        let parts = [month.0, day.0, hour.0, minute.0, second.0].map(|part| part as i8);
        let [month, day, hour, minute, second] = parts;
        DateTime::new(year.0, month, day, hour, minute, second, nanosecond)
            .map(|civil| Timestamp {
                civil,
                precision,
                fraction_digits,
                zone,
            })
            .map_err(|_| reader.error(TimestampErrorKind::Range(precision)))
    }

    /// The second that is `seconds` after 1970 began in UTC, told in a zone; none beyond year 9999.
    pub fn from_unix(seconds: i64, zone_minutes: i16) -> Option<Timestamp> {
        let shift = SignedDuration::from_secs(i64::from(zone_minutes) * 60);
        let since = SignedDuration::from_secs(seconds).checked_add(shift)?;
        let civil = EPOCH
            .checked_add(since)
            .ok()
            .filter(|civil| civil.year() > 0)?;
        let zone = Zone {
            is_negative: zone_minutes < 0,
            minutes: zone_minutes.unsigned_abs(),
        };
        let precision = Precision::Second;
        Some(Timestamp {
            civil,
            precision,
            fraction_digits: 0,
            zone: Some(zone),
        })
    }

    /// How far it goes.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The zone in minutes east of UTC, where one is given.
    pub fn zone_minutes(&self) -> Option<i16> {
        self.zone.map(|zone| {
            let minutes = zone.minutes.cast_signed();
            if zone.is_negative { -minutes } else { minutes }
        })
    }

    /// The sign and the four digits of the zone.
    pub(super) fn zone_text(&self) -> Option<(char, String)> {
        let zone = self.zone?;
        let sign = if zone.is_negative { '-' } else { '+' };
        Some((
            sign,
            format!("{:02}{:02}", zone.minutes / 60, zone.minutes % 60),
        ))
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// The HL7 text, exactly as it was read.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.civil.date(), self.civil.time());
        write!(f, "{:04}", date.year())?;
        let parts = [
            (Precision::Month, date.month()),
            (Precision::Day, date.day()),
            (Precision::Hour, time.hour()),
            (Precision::Minute, time.minute()),
            (Precision::Second, time.second()),
        ];
        for (_, part) in parts
            .iter()
            .filter(|(precision, _)| *precision <= self.precision)
        {
            write!(f, "{part:02}")?;
        }
        if self.precision == Precision::Fraction {
            let digits = format!("{:09}", time.subsec_nanosecond());
            write!(f, ".{:.*}", usize::from(self.fraction_digits), digits)?;
        }
        match self.zone_text() {
            Some((sign, digits)) => write!(f, "{sign}{digits}"),
            None => Ok(()),
        }
    }
}

/// A time may be a birthday: only its shape is shown.
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone = if self.zone.is_some() {
            " with zone"
        } else {
            ""
        };
        write!(f, "Timestamp({:?}{zone})", self.precision)
    }
}

pub(super) const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn error(&self, kind: TimestampErrorKind) -> TimestampError {
        TimestampError {
            offset: self.at,
            kind,
        }
    }

    fn digits(&self) -> usize {
        let rest = self.text.get(self.at..).unwrap_or_default();
        rest.iter().take_while(|b| b.is_ascii_digit()).count()
    }

    fn number(&mut self, digits: usize) -> u32 {
        let text = self.text.get(self.at..self.at + digits).unwrap_or_default();
        self.at += digits;
        text.iter()
            .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
    }

    /// One part, which must be there.
    fn part(&mut self, part: Precision) -> Result<(i16, Precision), TimestampError> {
        let digits = if part == Precision::Year { 4 } else { 2 };
        if self.digits() < digits {
            return Err(self.error(TimestampErrorKind::Digits(part)));
        }
        let start = TimestampError {
            offset: self.at,
            kind: TimestampErrorKind::Range(part),
        };
        let value = self.number(digits) as i16;
        let (lowest, highest) = part.range();
        if part == Precision::Hour && value == 24 {
            return Err(TimestampError {
                kind: TimestampErrorKind::Midnight,
                ..start
            });
        }
        if value < lowest || value > highest {
            Err(start)
        } else {
            Ok((value, part))
        }
    }

    /// The next part, its lowest value where the text does not go that far.
    fn next_part(
        &mut self,
        part: Precision,
        so_far: Precision,
    ) -> Result<(i16, Precision), TimestampError> {
        if self.digits() == 0 {
            Ok((part.range().0, so_far))
        } else {
            self.part(part)
        }
    }

    /// Nanoseconds, and how many digits were written.
    fn fraction(&mut self, so_far: Precision) -> Result<(i32, u8), TimestampError> {
        if so_far != Precision::Second || self.text.get(self.at) != Some(&b'.') {
            return Ok((0, 0));
        }
        self.at += 1;
        let digits = self.digits();
        if !(1..=9).contains(&digits) {
            return Err(self.error(TimestampErrorKind::Digits(Precision::Fraction)));
        }
        let value = self.number(digits) * 10_u32.pow(9 - digits as u32);
        Ok((value.cast_signed(), digits as u8))
    }

    fn zone(&mut self) -> Result<Option<Zone>, TimestampError> {
        let is_negative = match self.text.get(self.at) {
            Some(b'+') => false,
            Some(b'-') => true,
            Some(_) | None => return Ok(None),
        };
        let error = self.error(TimestampErrorKind::Zone);
        self.at += 1;
        if self.digits() < 4 {
            return Err(error);
        }
        let (hours, minutes) = (self.number(2) as u16, self.number(2) as u16);
        if minutes > 59 || hours * 60 + minutes > 14 * 60 {
            return Err(error);
        }
        Ok(Some(Zone {
            is_negative,
            minutes: hours * 60 + minutes,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn check_error(text: &str, offset: usize, message: &str) {
        let error = Timestamp::parse(text).expect_err(text);
        assert_eq!(
            (error.offset, error.kind.to_string().as_str()),
            (offset, message),
            "{text}"
        );
    }

    #[test]
    fn every_precision_is_kept() {
        for text in [
            "2024",
            "202402",
            "20240229",
            "2024022923",
            "202402292359",
            "20240229235959",
            "20240229235959.1",
            "20240229235959.10",
            "20240229235959.1234",
            "20240229235959.000000001",
            "2024+0100",
            "20240229-0000",
            "20240229235959.1234-0530",
            "202402292359+1400",
            "0001",
            "9999",
        ] {
            assert_eq!(read(text).to_string(), text);
        }
    }

    #[test]
    fn errors_name_place_and_reason() {
        check_error("", 0, "a timestamp is empty; YYYY at least is needed");
        check_error("202", 0, "a year needs four digits");
        check_error("0000", 0, "a year must be 01 to 9999");
        check_error("20241", 4, "a month needs two digits");
        check_error("202413", 4, "a month must be 01 to 12");
        check_error("20240100", 6, "a day must be 01 to 31");
        check_error("20230229", 6, "the month has no such day");
        check_error("20240431", 6, "the month has no such day");
        check_error(
            "2024010124",
            8,
            "hour 24 is not used; midnight is 00 of the next day",
        );
        check_error("202401012360", 10, "a minute must be 00 to 59");
        check_error("20240101235960", 12, "a second must be 00 to 59");
        check_error(
            "20240101235959.",
            15,
            "a fraction needs one to nine digits after the point",
        );
        check_error(
            "2024-01-01",
            4,
            "a zone is + or - and four digits, -1400 to +1400",
        );
        check_error(
            "20240101+9900",
            8,
            "a zone is + or - and four digits, -1400 to +1400",
        );
        check_error("20240101T10", 8, "nothing may follow a timestamp");
        check_error("2024010110.5", 10, "nothing may follow a timestamp");
        assert_eq!(
            Timestamp::parse("2024é").map_err(|error| error.to_string()),
            Err("nothing may follow a timestamp (at character 5)".to_owned())
        );
    }
}
