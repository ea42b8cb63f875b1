//! The coverage of all loaded samples, counted message by message on a thread of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::corpus::{Corpus, SampleId};
use super::coverage::Coverage;
use super::inputs::Snapshot;
use super::memo::Memo;
use super::worker::UnderWay;
use crate::cancel::{Cancel, Stale};

/// How far it is is told so often at most.
const TOLD_EVERY: Duration = Duration::from_millis(100);
/// A person who types is not followed with each letter: a count begins after so much quiet.
const QUIET: Duration = Duration::from_millis(300);
/// A preview that takes longer than this lets one message pass, so that the count comes to an end.
const MOST_PATIENCE: Duration = Duration::from_millis(50);
/// How long the thread rests before it looks again.
const REST: Duration = Duration::from_millis(1);

/// The inputs of one count; cheap to clone.
#[derive(Clone)]
pub(super) struct CoverageJob {
    /// Profile and scripts, and what scripts get from `now()`; no sample.
    pub(super) snapshot: Snapshot,
    pub(super) corpus: Corpus,
    /// The texts that a person gave to samples.
    pub(super) edited: BTreeMap<SampleId, Arc<str>>,
}

/// What is told of a count.
#[derive(Debug)]
pub(super) enum CoverageNews {
    /// So many messages are counted.
    Done(usize),
    /// All are.
    Complete(Box<Coverage>),
}

impl CoverageJob {
    /// Whether it would give the same count.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let (one, two) = (&self.snapshot, &other.snapshot);
        let is_same_text = |((a, text), (b, other)): ((&SampleId, &Arc<str>), _)| {
            a == b && Arc::ptr_eq(text, other)
        };
        self.corpus.is_same(&other.corpus)
            && self.edited.len() == other.edited.len()
            && self.edited.iter().zip(&other.edited).all(is_same_text)
            && (one.now, one.seed) == (two.now, two.seed)
            && (Arc::ptr_eq(&one.scripts, &two.scripts) || one.scripts == two.scripts)
            && (Arc::ptr_eq(&one.profile, &two.profile) || one.profile == two.profile)
    }
}

/// Counts once all is quiet, and tells now and then how far it is. Previews go first: while one is
/// under way, the next message waits.
pub(super) fn count(
    job: &CoverageJob,
    memo: &mut Memo,
    previews: &UnderWay,
    cancel: &Cancel,
    deliver: &dyn Fn(CoverageNews),
) -> Result<(), Stale> {
    let begun = Instant::now();
    rest_while(cancel, || begun.elapsed() < QUIET)?;
    let mut coverage = Coverage::new(&job.snapshot.profile);
    let mut told = Instant::now();
    deliver(CoverageNews::Done(0));
    for position in 0..job.corpus.len() {
        let asked = Instant::now();
        rest_while(cancel, || {
            previews.is_any() && asked.elapsed() < MOST_PATIENCE
        })?;
        let Some(sample) = job.corpus.sample(position) else {
            continue;
        };
        let text = job.edited.get(&sample.id()).cloned();
        coverage.add(&job.snapshot, &sample.with_text(text), memo, cancel)?;
        if told.elapsed() >= TOLD_EVERY {
            deliver(CoverageNews::Done(position + 1));
            told = Instant::now();
        }
    }
    deliver(CoverageNews::Complete(Box::new(coverage)));
    Ok(())
}

fn rest_while(cancel: &Cancel, has_to_wait: impl Fn() -> bool) -> Result<(), Stale> {
    while has_to_wait() {
        cancel.check()?;
        sleep(REST);
    }
    cancel.check()
}
