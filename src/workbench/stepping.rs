//! Whether the run of the selected message is recorded.

use super::session::Session;

impl Session {
    /// Asks that the run of the selected message be recorded step by step, or no longer.
    pub fn record_steps(&mut self, records: bool) {
        if self.records != records {
            self.records = records;
            self.refresh();
        }
    }

    /// Whether it is recorded.
    pub fn records_steps(&self) -> bool {
        self.records
    }
}
