//! Has a newer revision been asked for?
//!
//! Work on a snapshot carries a [`Cancel`] and asks it between stages; an edit moves the shared
//! revision, and what still runs for an older one ends with [`Stale`].

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Tells work whether its result is still wanted.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    watched: Option<Watched>,
}

#[derive(Clone, Debug)]
struct Watched {
    newest: Arc<AtomicU64>,
    revision: u64,
}

impl Cancel {
    /// Work that nothing makes stale: the command line, tests.
    pub fn never() -> Self {
        Self { watched: None }
    }

    /// Work for `revision`, stale as soon as `newest` holds another number.
    pub fn watching(newest: Arc<AtomicU64>, revision: u64) -> Self {
        Self {
            watched: Some(Watched { newest, revision }),
        }
    }

    /// Whether a newer revision has been asked for.
    pub fn is_stale(&self) -> bool {
        // The revision carries no other data with it, so no ordering with other memory is needed.
        self.watched
            .as_ref()
            .is_some_and(|watched| watched.newest.load(Ordering::Relaxed) != watched.revision)
    }

    /// `Err(Stale)` when a newer revision has been asked for, to be passed on with `?`.
    pub fn check(&self) -> Result<(), Stale> {
        if self.is_stale() { Err(Stale) } else { Ok(()) }
    }
}

/// The work was given up because a newer revision was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale;

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a newer revision was asked for")
    }
}

impl std::error::Error for Stale {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_stale_once_the_revision_moves() {
        let newest = Arc::new(AtomicU64::new(7));
        let cancel = Cancel::watching(Arc::clone(&newest), 7);
        let copy = cancel.clone();
        assert_eq!(cancel.check(), Ok(()));
        newest.store(8, Ordering::Relaxed);
        assert_eq!(cancel.check(), Err(Stale));
        assert!(copy.is_stale());
    }

    #[test]
    fn work_without_a_watch_is_never_stale() {
        assert!(!Cancel::never().is_stale());
        assert_eq!(Cancel::default().check(), Ok(()));
    }
}
