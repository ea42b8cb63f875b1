//! How much of the run of the selected message is recorded, and where its watch-points happen.

use std::sync::Arc;

use super::inputs::Records;
use super::session::Session;
use super::track::Track;
use super::walk_stops::Watch;
use super::watch_desk::WatchHits;

impl Session {
    /// Asks that the run of the selected message be recorded, or no longer.
    pub fn record(&mut self, records: Records) {
        if self.records != records {
            self.records = records;
            self.refresh();
        }
    }

    /// How much of it is recorded.
    pub fn records(&self) -> Records {
        self.records
    }

    /// Finds where these watch-points happen in a run; what is found comes with a later poll.
    pub fn find_watched(&mut self, track: &Arc<Track>, watches: Vec<Watch>) {
        self.watching.find(track, watches);
    }

    /// Where the watch-points of the run happen, as far as that was found.
    pub fn watched(&self) -> Option<&Arc<WatchHits>> {
        self.watching.found()
    }
}
