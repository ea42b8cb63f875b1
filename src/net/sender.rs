//! Messages sent one after the other, each followed until it is known what became of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc as sync_mpsc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

use super::delivery::Outcome;
use super::faults::{FaultError, FaultSide};
use super::going::Memory;
use super::layer::Layer;
use super::listener::Listener;
use super::listener_event::Tell;
use super::player::{Faults, Player};
use super::running::{Request, Running};
use super::sender_event::SenderEvent;
use super::sender_settings::SenderSettings;
use super::stamps::Stamper;
use super::tally::Tally;
use super::{one_by_one, window};

/// Sends messages to one target, one at a time or as many as its window holds. When it is dropped, it ends at once.
#[derive(Debug)]
pub struct Sender {
    /// None once nothing more may come.
    requests: Option<mpsc::Sender<Request>>,
    stop: watch::Sender<bool>,
    open: Arc<Tally>,
    answer_port: Option<Listener>,
    player: Arc<Player>,
    layer: Layer,
    has_window: bool,
}

/// A port of our own at which a peer delivers its answers.
#[derive(Debug)]
pub(super) struct AnswerPort {
    pub(super) listener: Listener,
    pub(super) answers: mpsc::UnboundedReceiver<Bytes>,
}

/// A message that was given to a sender.
#[derive(Debug)]
pub struct Ticket {
    outcome: sync_mpsc::Receiver<Outcome>,
    cancel: Option<oneshot::Sender<()>>,
}

/// Messages that may wait to be sent; whoever gives more waits with them.
const WAITING: usize = 256;

impl Sender {
    /// Starts the task, within the runtime that serves it.
    pub(super) fn open(
        settings: SenderSettings,
        tell: Tell<SenderEvent>,
        stamper: Stamper,
        answers: Option<AnswerPort>,
        all: &Arc<Tally>,
    ) -> Self {
        let (answer_port, answers) = match answers {
            Some(AnswerPort { listener, answers }) => (Some(listener), Some(answers)),
            None => (None, None),
        };
        let (requests, waiting) = mpsc::channel(WAITING);
        let (stop, stopped) = watch::channel(false);
        let open: Arc<Tally> = Arc::default();
        let present = Tally::enter(&[&open, all]);
        let player = Player::new(&settings.faults, FaultSide::Both);
        let own_player = Arc::clone(&player);
        let layer = settings.layer.clone();
        let memory = Memory::new(stamper, answers, player);
        let has_window = settings.window > 1;
        let running = Running::new(settings, tell, memory, stopped);
        tokio::spawn(async move {
            if has_window {
                window::serve(running, waiting).await;
            } else {
                one_by_one::serve(running, waiting).await;
            }
            drop(present);
        });
        Self {
            requests: Some(requests),
            stop,
            open,
            answer_port,
            player: own_player,
            layer,
            has_window,
        }
    }

    /// Has other faults from now on.
    ///
    /// # Errors
    ///
    /// One that its layer or its window cannot have; it goes on with those that it had.
    pub fn set_faults(&self, faults: &Faults) -> Result<(), FaultError> {
        faults.fit(&self.layer)?;
        if let Some(rule) = faults.rules.first().filter(|_| self.has_window) {
            return Err(FaultError::InWindow(rule.fault));
        }
        self.player.set(faults);
        Ok(())
    }

    /// Gives it a message; waits while very many others wait already. Not to be called on the threads of the
    /// wire.
    pub fn send(&self, content: impl Into<Bytes>) -> Ticket {
        let (outcome, told) = sync_mpsc::channel();
        let (cancel, cancelled) = oneshot::channel();
        let request = Request {
            content: content.into(),
            outcome,
            cancel: cancelled,
        };
        if let Some(requests) = &self.requests {
            // A sender that has ended drops the request, which its ticket tells.
            let _ = requests.blocking_send(request);
        }
        Ticket {
            outcome: told,
            cancel: Some(cancel),
        }
    }

    /// Where the peer is to deliver its answers, if at a port of our own.
    pub fn answer_address(&self) -> Option<SocketAddr> {
        self.answer_port.as_ref().map(Listener::address)
    }

    /// Sends what was given, and nothing that comes later; then it ends.
    pub fn finish(&mut self) {
        self.requests = None;
    }

    /// Ends at once, whatever it is about to do.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Its tasks that have not ended.
    pub fn open_tasks(&self) -> usize {
        self.open.count()
    }

    /// Waits until it has ended; false where it still runs after that time.
    pub fn wait_until_ended(&self, at_most: Duration) -> bool {
        self.open.wait_until_empty(at_most)
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Ticket {
    /// Waits for what becomes of the message; none where the sender ended before it was looked at.
    pub fn wait(&self) -> Option<Outcome> {
        self.outcome.recv().ok()
    }

    /// What became of the message, if that is known by then.
    pub fn wait_for(&self, at_most: Duration) -> Option<Outcome> {
        self.outcome.recv_timeout(at_most).ok()
    }

    /// Calls the message back, at whatever stage it is.
    pub fn cancel(&mut self) {
        if let Some(cancel) = self.cancel.take() {
            // A message that is over needs no calling back.
            let _ = cancel.send(());
        }
    }
}
