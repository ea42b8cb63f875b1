//! Looking at the coverage of all samples: it is counted only while somebody does.

use std::sync::Arc;

use super::coverage_count::CoverageJob;
use super::coverage_desk::CoverageState;
use super::inputs::Snapshot;
use super::notice::Notice;
use super::session::Session;

impl Session {
    /// Asks that the coverage of all samples is counted, now and after each change, or no longer.
    pub fn look_at_coverage(&mut self, is_looked_at: bool) {
        self.coverage.want(is_looked_at);
        self.follow_coverage();
    }

    /// Whether somebody looks at the coverage.
    pub fn looks_at_coverage(&self) -> bool {
        self.coverage.is_wanted()
    }

    /// Stops counting until [`Session::resume_coverage`] or until something changes.
    pub fn stop_coverage(&mut self) {
        self.coverage.stop();
    }

    /// Counts what was stopped.
    pub fn resume_coverage(&mut self) {
        self.coverage.resume();
        self.follow_coverage();
    }

    /// What is known of the coverage of all samples.
    pub fn coverage(&self) -> &CoverageState {
        self.coverage.state()
    }

    /// Counts anew when something changed that a count depends on, and takes what was counted; `true`
    /// when a panel shows something else by that.
    pub(super) fn poll_coverage(&mut self) -> bool {
        let (told, faults) = self.coverage.poll();
        self.notices.extend(faults.into_iter().map(Notice::Failed));
        let follows = self.follow_coverage();
        told || follows
    }

    fn follow_coverage(&mut self) -> bool {
        if !self.coverage.is_wanted() {
            return false;
        }
        let (profile, scripts) = (self.site.profile(), self.site.scripts());
        let snapshot = Snapshot::new(Arc::clone(profile), Arc::clone(scripts), self.now);
        let job = CoverageJob {
            snapshot: Snapshot {
                seed: self.seed,
                ..snapshot
            },
            corpus: self.corpus.clone(),
            edited: self.edited.clone(),
        };
        if self.coverage.is_of(&job) {
            return false;
        }
        if self.is_busy() {
            // More samples may come: a count of those that are there would be begun in vain.
            return self.coverage.outdate();
        }
        self.coverage.begin(job);
        true
    }
}
