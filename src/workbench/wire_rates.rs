//! How much went over the wire and how fast: counts, and what each of the last seconds had.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

/// So many seconds are kept.
const SECONDS: u64 = 600;

/// The longest wait that a histogram tells apart: an hour.
const MOST_MICROSECONDS: u64 = 3_600_000_000;

/// Counts and times of a listener or sender.
#[derive(Clone, Debug)]
pub struct WireRates {
    began: Instant,
    seconds: VecDeque<WireSecond>,
    latency: Histogram<u64>,
    /// Connections that were made.
    pub connections: u64,
    /// Those that are open now.
    pub open: u64,
    /// Messages that came or went.
    pub messages: u64,
    /// Those with a good end.
    pub accepted: u64,
    /// Those that were refused: an error or a rejection.
    pub refused: u64,
    /// Those for which no answer was due.
    pub unanswered: u64,
    /// Those whose end is not known, or whose answer did not arrive.
    pub unsure: u64,
    /// Those that did not go at all.
    pub not_sent: u64,
    /// Notes about bytes otherwise than agreed.
    pub notes: u64,
    /// Bytes that came.
    pub bytes_in: u64,
    /// Bytes that went.
    pub bytes_out: u64,
}

/// What one second had.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WireSecond {
    /// Which second since the beginning.
    pub second: u64,
    /// Messages that were answered or otherwise over.
    pub messages: u32,
    /// Answers with a time.
    timed: u32,
    sum: Duration,
    /// The longest wait for an answer.
    pub worst: Duration,
    /// Bytes both ways.
    pub bytes: u64,
}

impl WireSecond {
    /// The mean wait for an answer, where there was one.
    pub fn mean(&self) -> Option<Duration> {
        (self.timed > 0).then(|| self.sum / self.timed)
    }
}

impl WireRates {
    pub(super) fn new(now: Instant) -> Self {
        let latency = Histogram::new_with_bounds(1, MOST_MICROSECONDS, 3);
        Self {
            began: now,
            seconds: VecDeque::new(),
            latency: latency.unwrap_or_else(|_| unreachable!("the bounds are in order")),
            connections: 0,
            open: 0,
            messages: 0,
            accepted: 0,
            refused: 0,
            unanswered: 0,
            unsure: 0,
            not_sent: 0,
            notes: 0,
            bytes_in: 0,
            bytes_out: 0,
        }
    }

    /// A message is over, perhaps with an answer after so long.
    pub(super) fn over(&mut self, now: Instant, after: Option<Duration>) {
        if let Some(after) = after {
            let micros = u64::try_from(after.as_micros()).unwrap_or(u64::MAX);
            self.latency.saturating_record(micros);
        }
        if let Some(second) = self.second(now) {
            second.messages += 1;
            if let Some(after) = after {
                second.timed += 1;
                second.sum += after;
                second.worst = second.worst.max(after);
            }
        }
    }

    pub(super) fn bytes(&mut self, now: Instant, count: u64) {
        if let Some(second) = self.second(now) {
            second.bytes += count;
        }
    }

    fn second(&mut self, now: Instant) -> Option<&mut WireSecond> {
        let second = now.saturating_duration_since(self.began).as_secs();
        if self.seconds.back().is_none_or(|last| last.second < second) {
            self.seconds.push_back(WireSecond {
                second,
                ..WireSecond::default()
            });
        }
        while let Some(first) = self.seconds.front()
            && first.second + SECONDS < second
        {
            self.seconds.pop_front();
        }
        self.seconds.back_mut()
    }

    /// The last ten minutes, but for seconds in which nothing happened.
    pub fn seconds(&self) -> impl DoubleEndedIterator<Item = &WireSecond> {
        self.seconds.iter()
    }

    /// Seconds since the beginning.
    pub fn age(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.began).as_secs()
    }

    /// Messages a second in the last whole second.
    pub fn current(&self, now: Instant) -> u32 {
        let Some(last) = self.age(now).checked_sub(1) else {
            return 0;
        };
        let found = self.seconds.iter().rev().find(|one| one.second == last);
        found.map_or(0, |one| one.messages)
    }

    /// The wait that so many of all answers did not exceed; none where there was no answer.
    pub fn latency(&self, share: f64) -> Option<Duration> {
        let known = !self.latency.is_empty();
        known.then(|| Duration::from_micros(self.latency.value_at_quantile(share)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_what_happened_in_it() {
        let began = Instant::now();
        let mut rates = WireRates::new(began);
        let at = |ms| began + Duration::from_millis(ms);
        rates.over(at(100), Some(Duration::from_millis(2)));
        rates.over(at(900), Some(Duration::from_millis(4)));
        rates.over(at(2_500), None);
        rates.bytes(at(2_600), 70);
        let seconds: Vec<_> = rates.seconds().copied().collect();
        assert_eq!(seconds.len(), 2, "nothing happened in the second between");
        assert_eq!((seconds[0].second, seconds[0].messages), (0, 2));
        assert_eq!(seconds[0].mean(), Some(Duration::from_millis(3)));
        assert_eq!(seconds[0].worst, Duration::from_millis(4));
        assert_eq!((seconds[1].second, seconds[1].bytes), (2, 70));
        assert_eq!(seconds[1].mean(), None);
        assert_eq!(rates.current(at(1_200)), 2);
        assert_eq!(rates.current(at(2_700)), 0, "the second before had none");
        assert_eq!(rates.latency(0.5), Some(Duration::from_millis(2)));
    }

    #[test]
    fn only_the_last_ten_minutes_are_kept() {
        let began = Instant::now();
        let mut rates = WireRates::new(began);
        for second in 0..2_000 {
            rates.over(began + Duration::from_secs(second), None);
        }
        assert_eq!(rates.seconds().count() as u64, SECONDS + 1);
    }
}
