//! How much of the run of the selected message is recorded.

use super::inputs::Records;
use super::session::Session;

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
}
