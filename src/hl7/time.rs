//! Dates and times as HL7 writes them: any precision, kept, with or without a zone.
//!
//! Chapter 2A, data types DT and DTM: `YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Span};

/// A point in time as precise as the sender wrote it; two are equal where their texts are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Timestamp {
    pub(super) civil: DateTime,
    precision: Precision,
    /// Digits after the point, 1 to 9; 0 where there is no point.
    fraction_digits: u8,
    zone: Option<Zone>,
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

/// What can be added to a timestamp.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Calendar years; February 29 becomes 28 where there is none.
    Years,
    /// Calendar months; a day that the month does not have becomes its last.
    Months,
    /// Weeks of seven days.
    Weeks,
    /// Days.
    Days,
    /// Hours.
    Hours,
    /// Minutes.
    Minutes,
    /// Seconds.
    Seconds,
}

/// The distance from UTC; `-0000` is not `+0000`, it is written as it was read.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Zone {
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

    /// The same time told less precisely; as it is where it is not that precise.
    #[must_use]
    pub fn cut(&self, precision: Precision) -> Timestamp {
        if precision >= self.precision {
            return *self;
        }
        let (date, time) = (self.civil.date(), self.civil.time());
        let after =
            |part: Precision, value: i8, least: i8| if precision < part { least } else { value };
        let civil = DateTime::new(
            date.year(),
            after(Precision::Month, date.month(), 1),
            after(Precision::Day, date.day(), 1),
            after(Precision::Hour, time.hour(), 0),
            after(Precision::Minute, time.minute(), 0),
            after(Precision::Second, time.second(), 0),
            0,
        );
        let civil = civil.unwrap_or(self.civil);
        Timestamp {
            civil,
            precision,
            fraction_digits: 0,
            zone: self.zone,
        }
    }

    /// The same time told to `precision`, what is missing being the first month, day, hour …
    #[must_use]
    pub fn filled(&self, precision: Precision) -> Timestamp {
        if precision <= self.precision {
            return *self;
        }
        let fraction_digits = if precision == Precision::Fraction {
            3
        } else {
            0
        };
        Timestamp {
            precision,
            fraction_digits,
            ..*self
        }
    }

    /// Which is earlier; none where precision or a missing zone leaves it open.
    ///
    /// `2024` against `202403` is open, against `2025` it is not. A time without zone may be told
    /// anywhere on earth when it is compared with one that has a zone.
    pub fn compare(&self, other: &Timestamp) -> Option<Ordering> {
        let widen = self.zone.is_some() != other.zone.is_some();
        let (a, b) = (self.interval(widen), other.interval(widen));
        if a.1 <= b.0 {
            Some(Ordering::Less)
        } else if b.1 <= a.0 {
            Some(Ordering::Greater)
        } else {
            (a == b && !widen).then_some(Ordering::Equal)
        }
    }

    /// Whole years from this birthday to `date`; none where a day is missing or `date` is earlier.
    ///
    /// Who was born on February 29 is a year older on March 1 of a common year.
    pub fn age_on(&self, date: &Timestamp) -> Option<u32> {
        if self.precision < Precision::Day || date.precision < Precision::Day {
            return None;
        }
        let (birth, date) = (self.civil.date(), date.civil.date());
        let had_birthday = (date.month(), date.day()) >= (birth.month(), birth.day());
        let years = i32::from(date.year()) - i32::from(birth.year()) - i32::from(!had_birthday);
        u32::try_from(years).ok()
    }

    /// The time `amount` units later (earlier where negative), as precise as this one.
    ///
    /// None where the unit is finer than the timestamp or the result leaves years 1 to 9999.
    pub fn plus(&self, amount: i64, unit: Unit) -> Option<Timestamp> {
        if unit.precision() > self.precision {
            return None;
        }
        let span = Span::new();
        let span = match unit {
            Unit::Years => span.try_years(amount),
            Unit::Months => span.try_months(amount),
            Unit::Weeks => span.try_weeks(amount),
            Unit::Days => span.try_days(amount),
            Unit::Hours => span.try_hours(amount),
            Unit::Minutes => span.try_minutes(amount),
            Unit::Seconds => span.try_seconds(amount),
        };
        let civil = self
            .civil
            .checked_add(span.ok()?)
            .ok()
            .filter(|civil| civil.year() > 0)?;
        Some(Timestamp { civil, ..*self })
    }

    /// Whole units from this time to `other`, negative where that is earlier.
    ///
    /// None where one of them is not that precise. Zones count where both have one.
    pub fn until(&self, other: &Timestamp, unit: Unit) -> Option<i64> {
        if unit.precision() > self.precision.min(other.precision) {
            return None;
        }
        let both = self.zone_minutes().zip(other.zone_minutes());
        let (from, to) = match both.filter(|_| unit.precision() > Precision::Day) {
            Some((from, to)) => (in_utc(self.civil, from)?, in_utc(other.civil, to)?),
            None => (self.civil, other.civil),
        };
        let largest = match unit {
            Unit::Years => jiff::Unit::Year,
            Unit::Months => jiff::Unit::Month,
            Unit::Weeks => jiff::Unit::Week,
            Unit::Days => jiff::Unit::Day,
            Unit::Hours => jiff::Unit::Hour,
            Unit::Minutes => jiff::Unit::Minute,
            Unit::Seconds => jiff::Unit::Second,
        };
        let span = from.until((largest, to)).ok()?;
        Some(match unit {
            Unit::Years => i64::from(span.get_years()),
            Unit::Months => i64::from(span.get_months()),
            Unit::Weeks => i64::from(span.get_weeks()),
            Unit::Days => i64::from(span.get_days()),
            Unit::Hours => i64::from(span.get_hours()),
            Unit::Minutes => span.get_minutes(),
            Unit::Seconds => span.get_seconds(),
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

    /// The first nanosecond and the one after the last, since 1970.
    fn interval(&self, anywhere: bool) -> (i128, i128) {
        let span = Span::new();
        let (length, digits) = (self.precision, u32::from(self.fraction_digits));
        let span = match length {
            Precision::Year => span.years(1),
            Precision::Month => span.months(1),
            Precision::Day => span.days(1),
            Precision::Hour => span.hours(1),
            Precision::Minute => span.minutes(1),
            Precision::Second => span.seconds(1),
            Precision::Fraction => span.nanoseconds(10_i64.pow(9_u32.saturating_sub(digits))),
        };
        let since = |civil: DateTime| civil.duration_since(EPOCH).as_nanos();
        let end = self.civil.checked_add(span).unwrap_or(DateTime::MAX);
        let minute = 60_000_000_000_i128;
        let shift = i128::from(self.zone_minutes().unwrap_or(0)) * minute;
        let slack = if anywhere && self.zone.is_none() {
            14 * 60 * minute
        } else {
            0
        };
        (
            since(self.civil) - shift - slack,
            since(end) - shift + slack,
        )
    }
}

impl Unit {
    fn precision(self) -> Precision {
        match self {
            Self::Years => Precision::Year,
            Self::Months => Precision::Month,
            Self::Weeks | Self::Days => Precision::Day,
            Self::Hours => Precision::Hour,
            Self::Minutes => Precision::Minute,
            Self::Seconds => Precision::Second,
        }
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

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

fn in_utc(civil: DateTime, zone_minutes: i16) -> Option<DateTime> {
    civil
        .checked_sub(SignedDuration::from_secs(i64::from(zone_minutes) * 60))
        .ok()
}

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

    #[test]
    fn order_is_told_only_where_it_is_certain() {
        for (a, b, expect) in [
            ("20240101", "20240102", Some(Ordering::Less)),
            ("2025", "202412", Some(Ordering::Greater)),
            ("2024", "202403", None),
            ("202403", "202403", Some(Ordering::Equal)),
            ("2024030112+0100", "2024030111+0000", Some(Ordering::Equal)),
            (
                "202403011200+0100",
                "202403011130+0000",
                Some(Ordering::Less),
            ),
            ("202403011200", "202403011230+0000", None),
            ("20240301", "20240303+0000", Some(Ordering::Less)),
            ("20240301120000.5", "20240301120000.500", None),
            ("99991231", "9998", Some(Ordering::Greater)),
        ] {
            assert_eq!(read(a).compare(&read(b)), expect, "{a} {b}");
        }
    }

    #[test]
    fn age_turns_on_the_birthday() {
        for (birth, date, expect) in [
            ("19800615", "20240614", Some(43)),
            ("19800615", "20240615120000", Some(44)),
            ("20000229", "20230228", Some(22)),
            ("20000229", "20230301", Some(23)),
            ("20240101", "20231231", None),
            ("1980", "20240101", None),
        ] {
            assert_eq!(read(birth).age_on(&read(date)), expect, "{birth} {date}");
        }
    }

    #[test]
    fn arithmetic_keeps_the_precision() {
        let check = |text: &str, amount, unit, expect: Option<&str>| {
            let found = read(text).plus(amount, unit).map(|found| found.to_string());
            assert_eq!(found.as_deref(), expect, "{text}");
        };
        check("20240131", 1, Unit::Months, Some("20240229"));
        check("20240229", 1, Unit::Years, Some("20250228"));
        check("202401", -1, Unit::Months, Some("202312"));
        check("20240101", 1, Unit::Weeks, Some("20240108"));
        check("20240101", 1, Unit::Hours, None);
        check(
            "202401012350+0100",
            15,
            Unit::Minutes,
            Some("202401020005+0100"),
        );
        check("9999", 1, Unit::Years, None);
        check("0001", -1, Unit::Years, None);
        let check = |from: &str, to: &str, unit, expect| {
            assert_eq!(read(from).until(&read(to), unit), expect, "{from} {to}");
        };
        check("20240101", "20240301", Unit::Days, Some(60));
        check("20240301", "20240101", Unit::Months, Some(-2));
        check("2024010112+0100", "2024010112+0000", Unit::Hours, Some(1));
        check("2024", "20240101", Unit::Days, None);
        assert_eq!(
            Timestamp::from_unix(0, 60)
                .map(|found| found.to_string())
                .as_deref(),
            Some("19700101010000+0100")
        );
        assert_eq!(
            read("20240315101112.5").cut(Precision::Day).to_string(),
            "20240315"
        );
        assert_eq!(
            read("202403").filled(Precision::Second).to_string(),
            "20240301000000"
        );
    }
}
