//! Keeping the coverage of all samples up to date for as long as somebody looks at it.

use std::sync::Arc;

use super::coverage::Coverage;
use super::coverage_count::{CoverageJob, CoverageNews, count};
use super::memo::Memo;
use super::worker::{Intake, UnderWay, Wake, Worker};
use crate::cancel::Cancel;
use crate::diagnostic::Diagnostic;

/// What is known of the coverage of all samples.
#[derive(Clone, Debug, Default)]
pub struct CoverageState {
    /// The last complete count; it stays while a newer one is made.
    pub complete: Option<Arc<Coverage>>,
    /// Whether that is of the samples, the profile and the scripts as they stand now.
    pub is_current: bool,
    /// How far the newer one is, while it is made.
    pub progress: Option<CoverageProgress>,
    /// The newer one was stopped, or failed, and is not made until it is asked for or something changes.
    pub is_stopped: bool,
}

/// How far a count is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoverageProgress {
    /// So many messages are counted.
    pub done: usize,
    /// So many there are.
    pub total: usize,
}

/// The thread that counts, and what it was asked for and told.
pub(super) struct CoverageDesk {
    worker: Worker<(u64, CoverageJob), (u64, CoverageNews)>,
    is_wanted: bool,
    /// The job that was sent last, unless it was given up.
    asked: Option<CoverageJob>,
    /// The number of that job: news of older ones are told apart by theirs.
    number: u64,
    state: CoverageState,
}

impl CoverageDesk {
    pub(super) fn start(wake: Wake, previews: UnderWay) -> Self {
        let worker = Worker::start(
            "coverage",
            Intake::Newest,
            wake,
            Memo::default,
            move |memo: &mut Memo,
                  (number, job): (u64, CoverageJob),
                  cancel: &Cancel,
                  deliver: &dyn Fn((u64, CoverageNews))| {
                count(&job, memo, &previews, cancel, &|news| {
                    deliver((number, news));
                })
            },
        );
        Self {
            worker,
            is_wanted: false,
            asked: None,
            number: 0,
            state: CoverageState::default(),
        }
    }

    pub(super) fn state(&self) -> &CoverageState {
        &self.state
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.is_wanted
    }

    /// Begins to follow the inputs, or gives up what is being counted.
    pub(super) fn want(&mut self, is_wanted: bool) {
        self.is_wanted = is_wanted;
        if !is_wanted {
            self.give_up();
        }
    }

    /// Ends what is being counted until it is asked for again or something changes.
    pub(super) fn stop(&mut self) {
        if self.state.progress.take().is_some() {
            self.worker.interrupt();
            self.state.is_stopped = true;
        }
    }

    /// Forgets that it was stopped.
    pub(super) fn resume(&mut self) {
        if std::mem::take(&mut self.state.is_stopped) {
            self.asked = None;
        }
    }

    /// Gives up what is being counted; what is complete stays.
    fn give_up(&mut self) {
        if self.state.progress.take().is_some() {
            self.worker.interrupt();
            self.asked = None;
        }
    }

    /// Whether the last count was of these inputs, or is going to be.
    pub(super) fn is_of(&mut self, job: &CoverageJob) -> bool {
        let is_same = self.asked.as_ref().is_some_and(|old| old.is_same(job));
        if is_same {
            // The next look compares pointers only.
            self.asked = Some(job.clone());
        }
        is_same
    }

    /// Says that the last count is of older inputs; `true` when nobody had said so.
    pub(super) fn outdate(&mut self) -> bool {
        self.give_up();
        self.state.is_stopped = false;
        let was_of_these = self.asked.take().is_some();
        std::mem::take(&mut self.state.is_current) || was_of_these
    }

    /// Counts anew.
    pub(super) fn begin(&mut self, job: CoverageJob) {
        self.outdate();
        self.number += 1;
        self.state.progress = Some(CoverageProgress {
            done: 0,
            total: job.corpus.len(),
        });
        self.asked = Some(job.clone());
        self.worker.submit((self.number, job));
    }

    /// Takes what the thread told; `true` when it told anything, and its faults.
    pub(super) fn poll(&mut self) -> (bool, Vec<Diagnostic>) {
        let (mut changed, mut faults) = (false, Vec::new());
        while let Some(news) = self.worker.try_next() {
            changed = true;
            match news {
                Ok((number, CoverageNews::Done(done))) => {
                    if let Some(progress) = &mut self.state.progress
                        && number == self.number
                    {
                        progress.done = done;
                    }
                }
                Ok((number, CoverageNews::Complete(coverage))) => {
                    self.state.complete = Some(Arc::new(*coverage));
                    if number == self.number {
                        self.state.progress = None;
                        self.state.is_current = self.asked.is_some();
                        self.state.is_stopped = false;
                    }
                }
                Err(fault) => {
                    self.state.progress = None;
                    self.state.is_stopped = true;
                    faults.push(fault);
                }
            }
        }
        (changed, faults)
    }

    pub(super) fn wait_until_idle(&self) {
        self.worker.wait_until_idle();
    }

    pub(super) fn is_idle(&self) -> bool {
        self.worker.is_idle()
    }
}
