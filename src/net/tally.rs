//! How many tasks and sockets are open, so that none is left over unseen.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Counts those who entered and have not left.
#[derive(Debug, Default)]
pub(super) struct Tally {
    present: Mutex<usize>,
    changed: Condvar,
}

/// Somebody who entered; leaves when it is dropped, also by a panic.
#[derive(Debug)]
pub(super) struct Present(Vec<Arc<Tally>>);

impl Tally {
    /// Enters all of these at once.
    pub(super) fn enter(tallies: &[&Arc<Tally>]) -> Present {
        let tallies: Vec<Arc<Tally>> = tallies.iter().map(|tally| Arc::clone(tally)).collect();
        for tally in &tallies {
            *tally.present.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        }
        Present(tallies)
    }

    /// Who is here now.
    pub(super) fn count(&self) -> usize {
        *self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody is here; false where somebody still is after that time.
    pub(super) fn wait_until_empty(&self, at_most: Duration) -> bool {
        let present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .changed
            .wait_timeout_while(present, at_most, |present| *present > 0);
        let (present, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *present == 0
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        // The last one first: who waits for the first finds all the others left, too.
        for tally in self.0.iter().rev() {
            let mut present = tally.present.lock().unwrap_or_else(PoisonError::into_inner);
            *present = present.saturating_sub(1);
            drop(present);
            tally.changed.notify_all();
        }
    }
}
