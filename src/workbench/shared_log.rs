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
            let bytes = log.arrived_bytes + received.content.len();
            if log.arrived.len() >= MOST_ARRIVED || bytes > MOST_ARRIVED_BYTES {
                return Err(format!(
                    "{} messages wait to be shown by the receiver, and there is no room for more",
                    log.arrived.len()
                ));
            }
            log.arrived_bytes = bytes;
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
