//! One thread that works for the window: jobs in, results out, nothing ever waits for it.
//!
//! Cancel, don't debounce: in a mailbox of one slot a newer job replaces the waiting one and makes
//! the running one stale. A job that panics becomes a diagnostic, the thread goes on.

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use crate::cancel::{Cancel, Stale};
use crate::diagnostic::Diagnostic;

/// One job done with what the thread keeps between jobs; results go to the function at the end.
type Work<S, J, R> = dyn Fn(&mut S, J, &Cancel, &dyn Fn(R)) -> Result<(), Stale>;

/// Called from the worker's thread when a result lies ready, so that the window polls.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// What happens to a job that comes while another one waits or runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intake {
    /// It replaces the waiting one and makes the running one stale (previews).
    Newest,
    /// It waits its turn (files to read and to save: none may be dropped).
    Every,
}

/// A thread with its mailbox. Dropped, it ends what runs, finishes the saves that wait, and joins.
pub struct Worker<J, R> {
    shared: Arc<Shared<J>>,
    results: Receiver<Result<R, Diagnostic>>,
    thread: Option<JoinHandle<()>>,
    intake: Intake,
}

/// Tells other threads whether a worker has something to do, so that they can let it go first.
#[derive(Clone, Debug, Default)]
pub(super) struct UnderWay(Arc<AtomicBool>);

impl UnderWay {
    /// Whether a job waits or runs.
    pub(super) fn is_any(&self) -> bool {
        // Only a hint: no other memory depends on it.
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, is_any: bool) {
        self.0.store(is_any, Ordering::Relaxed);
    }
}

struct Shared<J> {
    desk: Mutex<Desk<J>>,
    changed: Condvar,
    newest: Arc<AtomicU64>,
    under_way: UnderWay,
}

struct Desk<J> {
    waiting: VecDeque<(u64, J)>,
    is_running: bool,
    is_closed: bool,
}

impl<J> Shared<J> {
    /// Jobs run outside the lock, so a poisoned desk is still in order.
    fn desk(&self) -> MutexGuard<'_, Desk<J>> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, desk: MutexGuard<'a, Desk<J>>) -> MutexGuard<'a, Desk<J>> {
        self.changed
            .wait(desk)
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job; `None` when the mailbox is closed and empty.
    fn take(&self) -> Option<(u64, J)> {
        let mut desk = self.desk();
        loop {
            if let Some(job) = desk.waiting.pop_front() {
                desk.is_running = true;
                return Some(job);
            }
            if desk.is_closed {
                return None;
            }
            desk = self.wait(desk);
        }
    }

    fn rest(&self) {
        let mut desk = self.desk();
        desk.is_running = false;
        self.under_way.set(!desk.waiting.is_empty());
        drop(desk);
        self.changed.notify_all();
    }
}

impl<J, R> fmt::Debug for Worker<J, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("intake", &self.intake)
            .finish_non_exhaustive()
    }
}

impl<J: Send + 'static, R: Send + 'static> Worker<J, R> {
    /// Starts the thread. `fresh` makes what the thread keeps between jobs, again after a panic;
    /// `work` does one job and hands its results, one or several, to the function it is given.
    ///
    /// # Panics
    /// When the operating system starts no thread.
    pub fn start<S>(
        name: &str,
        intake: Intake,
        wake: Wake,
        fresh: impl Fn() -> S + Send + 'static,
        work: impl Fn(&mut S, J, &Cancel, &dyn Fn(R)) -> Result<(), Stale> + Send + 'static,
    ) -> Self {
        let shared = Arc::new(Shared {
            desk: Mutex::new(Desk {
                waiting: VecDeque::new(),
                is_running: false,
                is_closed: false,
            }),
            changed: Condvar::new(),
            newest: Arc::new(AtomicU64::new(0)),
            under_way: UnderWay::default(),
        });
        let (sender, results) = channel();
        let of_thread = Arc::clone(&shared);
        let thread = Builder::new()
            .name(name.to_owned())
            .spawn(move || attend(&of_thread, &sender, &wake, &fresh, &work))
            .expect("the operating system starts a thread");
        Self {
            shared,
            results,
            thread: Some(thread),
            intake,
        }
    }

    /// Puts a job into the mailbox and returns at once.
    pub fn submit(&self, job: J) {
        let mut desk = self.shared.desk();
        let revision = match self.intake {
            Intake::Newest => {
                desk.waiting.clear();
                self.shared.newest.fetch_add(1, Ordering::Relaxed) + 1
            }
            Intake::Every => self.shared.newest.load(Ordering::Relaxed),
        };
        desk.waiting.push_back((revision, job));
        self.shared.under_way.set(true);
        drop(desk);
        self.shared.changed.notify_all();
    }

    /// Makes the running job stale; what waits still comes.
    pub fn interrupt(&self) {
        self.shared.newest.fetch_add(1, Ordering::Relaxed);
    }

    /// Tells other threads whether it has something to do.
    pub(super) fn under_way(&self) -> UnderWay {
        self.shared.under_way.clone()
    }

    /// The next result that lies ready; `Err` when a job panicked.
    pub fn try_next(&self) -> Option<Result<R, Diagnostic>> {
        self.results.try_recv().ok()
    }

    /// Whether no job waits or runs. Results may still lie ready.
    pub fn is_idle(&self) -> bool {
        let desk = self.shared.desk();
        desk.waiting.is_empty() && !desk.is_running
    }

    /// Blocks until no job waits or runs (tests, the end of the program).
    pub fn wait_until_idle(&self) {
        let mut desk = self.shared.desk();
        while desk.is_running || !desk.waiting.is_empty() {
            desk = self.shared.wait(desk);
        }
    }
}

impl<J, R> Drop for Worker<J, R> {
    fn drop(&mut self) {
        let mut desk = self.shared.desk();
        desk.is_closed = true;
        if self.intake == Intake::Newest {
            desk.waiting.clear();
        }
        drop(desk);
        self.shared.newest.fetch_add(1, Ordering::Relaxed);
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // The thread catches every panic of a job; there is nothing more to learn from it.
            drop(thread.join());
        }
    }
}

fn attend<S, J, R>(
    shared: &Shared<J>,
    results: &Sender<Result<R, Diagnostic>>,
    wake: &Wake,
    fresh: &dyn Fn() -> S,
    work: &Work<S, J, R>,
) {
    let mut state = fresh();
    // A send fails only when the owner is gone; then nobody wants the result.
    let send = |result: Result<R, Diagnostic>| drop(results.send(result));
    while let Some((revision, job)) = shared.take() {
        let cancel = Cancel::watching(Arc::clone(&shared.newest), revision);
        let deliver = |result: R| {
            send(Ok(result));
            wake();
        };
        let attempt = AssertUnwindSafe(|| work(&mut state, job, &cancel, &deliver));
        // A stale job has nothing to say; the one that made it stale follows.
        if catch_unwind(attempt).is_err() {
            // What the job left half-done must not reach the next one.
            state = fresh();
            send(Err(fault()));
        }
        shared.rest();
        wake();
    }
}

/// The panic's own text is left out: it can quote the message that was worked on.
fn fault() -> Diagnostic {
    Diagnostic::error(
        "internal-fault",
        "Pipehat itself failed at this step and went on without it",
    )
    .with_help("save your work, and report what you did last")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::sync_channel;

    fn quiet() -> Wake {
        Arc::new(|| ())
    }

    fn results(worker: &Worker<i32, i32>) -> Vec<Result<i32, &'static str>> {
        worker.wait_until_idle();
        std::iter::from_fn(|| worker.try_next())
            .map(|r| r.map_err(|d| d.code))
            .collect()
    }

    /// Holds the thread at its first job until all jobs are in, then lets it go.
    fn check(intake: Intake, jobs: &[i32], expect: &[Result<i32, &'static str>]) {
        let (started, has_started) = sync_channel::<()>(0);
        let (gate, opened) = channel::<()>();
        let opened = Mutex::new(opened);
        let worker = Worker::start(
            "test",
            intake,
            quiet(),
            || 0,
            move |count: &mut i32, job: i32, cancel: &Cancel, deliver: &dyn Fn(i32)| {
                *count += 1;
                if job == 1 {
                    started.send(()).ok();
                    opened.lock().unwrap().recv().ok();
                }
                cancel.check()?;
                assert!(job != 13, "a job that fails");
                deliver(job * 100 + *count);
                Ok(())
            },
        );
        worker.submit(1);
        has_started.recv().unwrap();
        for job in jobs {
            worker.submit(*job);
        }
        gate.send(()).unwrap();
        assert_eq!(results(&worker), expect);
    }

    #[test]
    fn a_newer_job_replaces_the_waiting_and_ends_the_running() {
        check(Intake::Newest, &[2, 3, 4], &[Ok(402)]);
    }

    #[test]
    fn jobs_that_must_not_be_lost_come_in_order() {
        check(Intake::Every, &[2, 3], &[Ok(101), Ok(202), Ok(303)]);
    }

    #[test]
    fn a_panic_becomes_a_diagnostic_and_the_worker_begins_anew() {
        check(
            Intake::Every,
            &[13, 5],
            &[Ok(101), Err("internal-fault"), Ok(501)],
        );
    }

    #[test]
    fn a_waiting_save_is_done_before_the_worker_ends() {
        let (done, saved) = channel();
        let done = Mutex::new(done);
        let worker = Worker::start(
            "test",
            Intake::Every,
            quiet(),
            || (),
            move |(): &mut (), job: i32, _: &Cancel, _: &dyn Fn(())| {
                done.lock().unwrap().send(job).ok();
                Ok(())
            },
        );
        for job in 0..20 {
            worker.submit(job);
        }
        drop(worker);
        assert_eq!(saved.iter().count(), 20);
    }

    #[test]
    fn others_see_whether_it_has_something_to_do() {
        let (gate, opened) = channel::<()>();
        let opened = Mutex::new(opened);
        let worker = Worker::start(
            "test",
            Intake::Every,
            quiet(),
            || (),
            move |(): &mut (), (): (), _: &Cancel, _: &dyn Fn(())| {
                opened.lock().unwrap().recv().ok();
                Ok(())
            },
        );
        let under_way = worker.under_way();
        assert!(!under_way.is_any());
        worker.submit(());
        worker.submit(());
        assert!(under_way.is_any());
        gate.send(()).unwrap();
        assert!(under_way.is_any(), "the second waits or runs");
        gate.send(()).unwrap();
        worker.wait_until_idle();
        assert!(!under_way.is_any());
    }

    #[test]
    fn the_window_is_woken_for_every_result() {
        let (sender, woken) = channel();
        let sender = Mutex::new(sender);
        let worker = Worker::start(
            "test",
            Intake::Newest,
            Arc::new(move || {
                sender.lock().unwrap().send(()).ok();
            }),
            || (),
            |(): &mut (), job: i32, _: &Cancel, deliver: &dyn Fn(i32)| {
                deliver(job);
                Ok(())
            },
        );
        worker.submit(7);
        woken.recv().unwrap();
        worker.wait_until_idle();
        assert_eq!(worker.try_next().map(Result::ok), Some(Some(7)));
    }
}
