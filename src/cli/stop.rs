//! Ctrl-C: work ends at the next message, what is done is flushed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::failure::{Failure, Finish};
use super::report::{counted, note};
use crate::cancel::Cancel;

/// How the reading of messages ended that were only counted: what was counted is told also when
/// Ctrl-C broke it off.
#[derive(Clone, Copy)]
pub(super) enum Counted {
    /// All were read that could be.
    All(Finish),
    /// Ctrl-C.
    Interrupted,
}

impl Counted {
    /// Any other failure is passed on.
    pub(super) fn of(result: Result<Finish, Failure>) -> Result<Self, Failure> {
        match result {
            Ok(finish) => Ok(Self::All(finish)),
            Err(Failure::Stopped) => Ok(Self::Interrupted),
            Err(failure) => Err(failure),
        }
    }

    /// How the command ends after its counts are told; `found` is what they come to.
    pub(super) fn end(self, messages: u64, found: Finish) -> Result<Finish, Failure> {
        match self {
            Self::All(finish) => Ok(finish.max(found)),
            Self::Interrupted => {
                note(format_args!(
                    "interrupted after {}: only what these have was counted",
                    counted(messages, "message")
                ));
                Err(Failure::Stopped)
            }
        }
    }
}

/// Work that Ctrl-C (or a polite kill) makes stale; the second time the program ends at once.
pub(super) fn on_signal() -> Cancel {
    let newest = Arc::new(AtomicU64::new(0));
    let moved = Arc::clone(&newest);
    let set = ctrlc::set_handler(move || {
        if moved.fetch_add(1, Ordering::Relaxed) > 0 {
            std::process::exit(130);
        }
    });
    if let Err(error) = set {
        // The command runs all the same: Ctrl-C then ends it the rough way.
        tracing::debug!(%error, "no signal handler");
    }
    Cancel::watching(newest, 0)
}
