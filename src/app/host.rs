//! What actions change: the session and all that the window keeps beside it.

use std::path::PathBuf;

use super::dialogs::Dialogs;
use super::settings::Settings;
use super::state::State;
use super::stepping::Stepping;
use super::threads::Threads;
use super::toasts::Toasts;
use crate::workbench::Session;

/// The session and its surroundings.
pub(super) struct Host {
    pub(super) session: Session,
    pub(super) settings: Settings,
    pub(super) state: State,
    pub(super) stepping: Stepping,
    pub(super) dialogs: Dialogs,
    pub(super) toasts: Toasts,
    /// The links of what is chosen.
    pub(super) threads: Threads,
    /// Of which profile the stops are, and which change of them was remembered.
    pub(super) stops_of: (Option<PathBuf>, u64),
}
