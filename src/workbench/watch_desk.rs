//! Where watch-points happen in the run that is walked: found on a thread of its own, and kept for as long
//! as the run is.

use std::sync::Arc;

use super::track::Track;
use super::walk_stops::Watch;
use super::worker::{Intake, Wake, Worker};
use crate::cancel::{Cancel, Stale};

/// The places of a run at which watch-points happen.
#[derive(Clone, Debug)]
pub struct WatchHits {
    track: Arc<Track>,
    known: Vec<(Watch, Arc<[usize]>)>,
}

impl WatchHits {
    /// The places of this run at which it happens, in order; `None` where nobody has looked yet.
    pub fn of(&self, track: &Arc<Track>, watch: &Watch) -> Option<&Arc<[usize]>> {
        let mut known = self
            .known
            .iter()
            .filter(|_| Arc::ptr_eq(track, &self.track));
        known
            .find(|(known, _)| known == watch)
            .map(|(_, places)| places)
    }
}

/// What is to be found, and what is known already.
struct WatchJob {
    track: Arc<Track>,
    watches: Vec<Watch>,
    known: Option<Arc<WatchHits>>,
}

/// The thread that looks, and what it found last.
pub(super) struct WatchDesk {
    worker: Worker<WatchJob, WatchHits>,
    asked: Option<(Arc<Track>, Vec<Watch>)>,
    found: Option<Arc<WatchHits>>,
}

impl WatchDesk {
    pub(super) fn start(wake: Wake) -> Self {
        let worker = Worker::start(
            "watches",
            Intake::Newest,
            wake,
            || (),
            |(): &mut (), job: WatchJob, cancel: &Cancel, deliver: &dyn Fn(WatchHits)| {
                deliver(find(&job, cancel)?);
                Ok(())
            },
        );
        Self {
            worker,
            asked: None,
            found: None,
        }
    }

    /// Looks for these watch-points in a run, unless it does already.
    pub(super) fn find(&mut self, track: &Arc<Track>, watches: Vec<Watch>) {
        let is_asked = self.asked.as_ref().is_some_and(|(known, asked)| {
            Arc::ptr_eq(known, track) && watches.iter().all(|watch| asked.contains(watch))
        });
        if is_asked {
            return;
        }
        self.asked = Some((Arc::clone(track), watches.clone()));
        self.worker.submit(WatchJob {
            track: Arc::clone(track),
            watches,
            known: self.found.clone(),
        });
    }

    pub(super) fn found(&self) -> Option<&Arc<WatchHits>> {
        self.found.as_ref()
    }

    /// Takes what was found; `true` when there is something.
    pub(super) fn poll(&mut self) -> bool {
        let mut changed = false;
        while let Some(found) = self.worker.try_next() {
            changed = true;
            match found {
                Ok(found) => self.found = Some(Arc::new(found)),
                // Asked for again when somebody looks again.
                Err(_) => self.asked = None,
            }
        }
        changed
    }

    pub(super) fn wait_until_idle(&self) {
        self.worker.wait_until_idle();
    }

    pub(super) fn is_idle(&self) -> bool {
        self.worker.is_idle()
    }
}

fn find(job: &WatchJob, cancel: &Cancel) -> Result<WatchHits, Stale> {
    let mut known = Vec::with_capacity(job.watches.len());
    for watch in &job.watches {
        cancel.check()?;
        let before = job.known.as_ref();
        let before = before.and_then(|known| known.of(&job.track, watch));
        let places = before.cloned();
        let places = places.unwrap_or_else(|| watch.hits(&job.track).into());
        known.push((watch.clone(), places));
    }
    Ok(WatchHits {
        track: Arc::clone(&job.track),
        known,
    })
}
