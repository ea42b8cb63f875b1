//! Ctrl-C: work ends at the next message, what is done is flushed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::cancel::Cancel;

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
