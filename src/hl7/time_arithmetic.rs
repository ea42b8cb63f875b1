//! Comparing, adding to and taking apart timestamps, as far as they are known.

use std::cmp::Ordering;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Span};

use super::time::{EPOCH, Precision, Timestamp};

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

impl Timestamp {
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

fn in_utc(civil: DateTime, zone_minutes: i16) -> Option<DateTime> {
    civil
        .checked_sub(SignedDuration::from_secs(i64::from(zone_minutes) * 60))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
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
