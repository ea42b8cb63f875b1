//! The log of a listener or sender, shared by the wire that writes and the window that reads.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::wire_log::WireLog;
use super::worker::Wake;
use crate::net::Received;

/// Messages that may wait until the window takes them among its samples.
const MOST_ARRIVED: usize = 20_000;

/// Bytes of them.
const MOST_ARRIVED_BYTES: usize = 256 << 20;

/// Messages of one listener that become samples, until what it has done is forgotten: each costs memory for as long
/// as the window is open.
const MOST_TAKEN: u64 = 100_000;

/// A log that several threads use.
pub(super) struct SharedLog {
    log: Mutex<WireLog>,
    /// Whether the window was told that there is something new, and has not looked since.
    is_told: AtomicBool,
    wake: Wake,
}

impl SharedLog {
    pub(super) fn new(wake: Wake) -> Self {
        Self {
            log: Mutex::new(WireLog::new(Instant::now())),
            is_told: AtomicBool::new(false),
            wake,
        }
    }

    /// The log as it is.
    pub(super) fn read(&self) -> MutexGuard<'_, WireLog> {
        // What a thread that panicked has written is whole: entries are put in one by one.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the log, and has the window look.
    pub(super) fn write<T>(&self, change: impl FnOnce(&mut WireLog) -> T) -> T {
        let made = change(&mut self.read());
        if !self.is_told.swap(true, Ordering::Relaxed) {
            (self.wake)();
        }
        made
    }

    /// Whether there is something new since the last look.
    pub(super) fn look(&self) -> bool {
        self.is_told.swap(false, Ordering::Relaxed)
    }

    /// Says why messages are answered as they are.
    pub(super) fn explain(&self, words: Option<String>) {
        self.read().explanation = words;
    }

    /// Keeps a message for the samples; where there is no room, says why.
    pub(super) fn arrive(&self, received: Received) -> Result<(), String> {
        self.write(|log| {
            if log.taken >= MOST_TAKEN {
                return Err(format!(
                    "the receiver took {MOST_TAKEN} messages into memory and takes no more: have it keep them in a journal instead"
                ));
            }
            let bytes = log.arrived_bytes + received.content.len();
            if log.arrived.len() >= MOST_ARRIVED || bytes > MOST_ARRIVED_BYTES {
                return Err(format!(
                    "{} messages wait to be shown by the receiver, and there is no room for more",
                    log.arrived.len()
                ));
            }
            log.arrived_bytes = bytes;
            log.taken += 1;
            log.arrived.push(received);
            Ok(())
        })
    }

    /// Takes the messages that are to become samples.
    pub(super) fn take_arrived(&self) -> Vec<Received> {
        let mut log = self.read();
        log.arrived_bytes = 0;
        std::mem::take(&mut log.arrived)
    }
}

impl fmt::Debug for SharedLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedLog")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn what_finds_no_room_is_refused_and_nothing_that_was_taken_is_lost() {
        let log = SharedLog::new(Arc::new(|| ()));
        let received = |number| Received {
            connection: 1,
            peer: "127.0.0.1:1".parse().expect("an address"),
            time: SystemTime::UNIX_EPOCH,
            number,
            content: "MSH|".into(),
        };
        for number in 0..MOST_ARRIVED as u64 {
            assert_eq!(log.arrive(received(number)), Ok(()));
        }
        let why = log.arrive(received(0)).expect_err("nobody took them");
        assert!(why.starts_with("20000 messages wait"), "{why}");
        assert_eq!(log.take_arrived().len(), MOST_ARRIVED);
        assert_eq!(log.arrive(received(0)), Ok(()), "there is room again");
        log.write(|log| log.taken = MOST_TAKEN);
        let why = log.arrive(received(0)).expect_err("there are enough");
        assert!(why.contains("took 100000 messages"), "{why}");
        assert_eq!(log.take_arrived().len(), 1);
    }
}
