//! Fresh control ids and times, for messages that are made on the wire.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::ack::Fresh;
use crate::hl7::Timestamp;

/// Gives ids of which no two are the same, also not across runs of the program.
#[derive(Debug)]
pub(super) struct Stamps(AtomicU64);

/// Stamps the messages of one connection; a second of answers shares its time.
#[derive(Debug)]
pub(super) struct Stamper {
    of: Arc<Stamps>,
    second: u64,
    time: String,
    control_id: String,
}

impl Stamps {
    /// Counts on from the microsecond at which it is made: no run sends a million messages a second.
    pub(super) fn new(now: SystemTime) -> Arc<Self> {
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let start = u64::try_from(since.as_micros()).unwrap_or_default();
        Arc::new(Self(AtomicU64::new(start)))
    }

    pub(super) fn stamper(self: &Arc<Self>) -> Stamper {
        Stamper {
            of: Arc::clone(self),
            second: 0,
            time: String::new(),
            control_id: String::new(),
        }
    }
}

impl Stamper {
    /// The next id, and the time in UTC.
    pub(super) fn next(&mut self, now: SystemTime) -> Fresh<'_> {
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        if self.second != since.as_secs() || self.time.is_empty() {
            self.second = since.as_secs();
            let second = i64::try_from(self.second).ok();
            let time = second.and_then(|second| Timestamp::from_unix(second, 0));
            self.time = time.map(|time| time.to_string()).unwrap_or_default();
        }
        self.control_id.clear();
        let id = self.of.0.fetch_add(1, Ordering::Relaxed);
        // Writing to a String cannot fail.
        let _ = write!(self.control_id, "{id}");
        Fresh {
            control_id: &self.control_id,
            time: &self.time,
        }
    }
}
