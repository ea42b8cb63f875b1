//! The threads that sockets are served on.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

use super::ack::{Ack, AckCode};
use super::asked::Asked;
use super::decider::Decider;
use super::header::Header;
use super::http::Http;
use super::layer::Layer;
use super::listener::{ListenError, Listener};
use super::listener_event::{ListenerEvent, Tell};
use super::listener_settings::ListenerSettings;
use super::sender::{AnswerPort, Sender};
use super::sender_event::SenderEvent;
use super::sender_settings::SenderSettings;
use super::stamps::Stamps;
use super::tally::Tally;
use super::torture::{TortureSettings, torture};
use super::torture_report::CaseReport;
use super::torture_senders::{SenderTorture, StopTorture};
use super::verdict::Verdict;
use crate::cancel::Cancel;

/// Where listeners and senders run: a few threads of their own, so that nobody else ever waits for a
/// socket.
///
/// When it is dropped, everything that runs on it ends.
#[derive(Debug)]
pub struct Wire {
    /// Always there until it is dropped.
    runtime: Option<Runtime>,
    stamps: Arc<Stamps>,
    open: Arc<Tally>,
}

/// Sockets wait more than they work; two threads keep one busy listener from starving the others.
const THREADS: usize = 2;

/// How often work on the caller's thread asks whether it is still wanted.
const CANCEL_ASKED: Duration = Duration::from_millis(20);

impl Wire {
    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// The system gives no more threads or descriptors.
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("wire")
            .enable_all()
            .build()?;
        Ok(Self {
            runtime: Some(runtime),
            stamps: Stamps::new(SystemTime::now()),
            open: Arc::default(),
        })
    }

    /// Opens a port; what happens there is told as it happens.
    ///
    /// # Errors
    ///
    /// The port cannot be opened; the error says what stands in the way.
    pub fn listen(
        &self,
        settings: ListenerSettings,
        decider: Decider,
        tell: Tell<ListenerEvent>,
    ) -> Result<Listener, ListenError> {
        let runtime = self.runtime.as_ref().ok_or(ListenError::Ended)?;
        let _inside = runtime.enter();
        Listener::open(
            settings,
            decider,
            tell,
            Arc::clone(&self.stamps),
            &self.open,
        )
    }

    /// Makes ready to send to a target; it is connected to when there is a message.
    ///
    /// # Errors
    ///
    /// The port for answers, where one is asked for, cannot be opened; a fault that the layer cannot have.
    pub fn sender(
        &self,
        settings: SenderSettings,
        tell: Tell<SenderEvent>,
    ) -> Result<Sender, ListenError> {
        settings.faults.fit(&settings.layer)?;
        if let Some(why) = settings.reason_against_window() {
            return Err(ListenError::Window(why));
        }
        let runtime = self.runtime.as_ref().ok_or(ListenError::Ended)?;
        let _inside = runtime.enter();
        let answers = match settings.answers_at {
            Some(address) => Some(self.answers(address, &settings)?),
            None => None,
        };
        let stamper = self.stamps.stamper();
        Ok(Sender::open(settings, tell, stamper, answers, &self.open))
    }

    /// Plays the cases against somebody's listener, one after the other, on this thread; ends early when the
    /// work is no longer wanted.
    pub fn torture_listener(
        &self,
        settings: &TortureSettings,
        cancel: &Cancel,
        tell: &(dyn Fn(CaseReport) + Send + Sync),
    ) {
        let Some(runtime) = &self.runtime else {
            return;
        };
        let stamper = self.stamps.stamper();
        runtime.block_on(async {
            let mut asks = tokio::time::interval(CANCEL_ASKED);
            let cancelled = async {
                while !cancel.is_stale() {
                    asks.tick().await;
                }
            };
            tokio::select! {
                () = torture(settings, stamper, tell) => {}
                () = cancelled => {}
            }
        });
    }

    /// Opens a port at which somebody's sender is tormented; `patience` is longer than its time-outs.
    ///
    /// # Errors
    ///
    /// The port cannot be opened.
    pub fn torture_sender(
        &self,
        settings: ListenerSettings,
        patience: Duration,
    ) -> Result<(SenderTorture, StopTorture), ListenError> {
        SenderTorture::open(patience, |decider, tell| {
            self.listen(settings, decider, tell)
        })
    }

    /// A port of our own at which a peer delivers its answers.
    fn answers(
        &self,
        address: SocketAddr,
        settings: &SenderSettings,
    ) -> Result<AnswerPort, ListenError> {
        let (sender, answers) = mpsc::unbounded_channel();
        let decider = Decider::new(move |received, reply| {
            let asked = Header::read(&received.content)
                .is_some_and(|header| Asked::of(&header).is_enhanced());
            // A sender that has ended takes no more answers.
            let _ = sender.send(received.content);
            reply.give(if asked {
                Verdict::Ack(Ack::of(AckCode::CommitAccept))
            } else {
                Verdict::Silence
            });
        });
        let settings = ListenerSettings {
            address,
            marks: settings.marks.clone(),
            layer: match settings.layer {
                Layer::Http(_) => Layer::Http(Http::default()),
                Layer::Mllp | Layer::MllpRelease2 | Layer::Hllp(_) => Layer::Mllp,
            },
            most_bytes: settings.most_bytes,
            pause: settings.pause,
            ..ListenerSettings::default()
        };
        let listener = self.listen(settings, decider, Arc::new(|_| {}))?;
        Ok(AnswerPort { listener, answers })
    }

    /// Tasks that have not ended: none, once everything that was opened is stopped.
    pub fn open_tasks(&self) -> usize {
        self.open.count()
    }

    /// Waits until no task is left; false where one still is after that time.
    pub fn wait_until_quiet(&self, at_most: Duration) -> bool {
        self.open.wait_until_empty(at_most)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
