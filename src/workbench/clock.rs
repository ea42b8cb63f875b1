//! The one place that asks what time it is, for those who give it to a snapshot.

use crate::hl7::Timestamp;

/// Now, to the second, in the zone of this machine.
pub fn local_time() -> Timestamp {
    let now = jiff::Zoned::now();
    let zone_minutes = i16::try_from(now.offset().seconds() / 60).unwrap_or(0);
    let seconds = now.timestamp().as_second();
    Timestamp::from_unix(seconds, zone_minutes)
        .unwrap_or_else(|| unreachable!("jiff keeps to the years that HL7 can write"))
}

/// A number that no other run gets: the clock's nanoseconds.
pub fn seed_of_clock() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(0)
}

/// `14:03:07.251`, in the zone of this machine.
pub fn time_of_day(time: std::time::SystemTime) -> String {
    let Ok(time) = jiff::Timestamp::try_from(time) else {
        return String::new();
    };
    let time = time.to_zoned(jiff::tz::TimeZone::system());
    format!(
        "{:02}:{:02}:{:02}.{:03}",
        time.hour(),
        time.minute(),
        time.second(),
        time.millisecond()
    )
}
