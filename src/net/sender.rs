//! Messages sent one after the other, each followed until it is known what became of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc as sync_mpsc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

use super::ack::AckCode;
use super::asked::Asked;
use super::connect::connect;
use super::delivery::{ConnectError, Delivery, GivenBack, NotSent, Outcome, Unknown};
use super::exchange::Exchange;
use super::faults::{Fault, FaultError, FaultSide};
use super::going::{Exchanged, Going, Memory, Stage};
use super::header::Header;
use super::http_mask::Mask;
use super::layer::Layer;
use super::line::Line;
use super::listener::Listener;
use super::listener_event::Tell;
use super::player::{Faults, Player};
use super::sender_event::{Parting, SenderEvent, SenderNews};
use super::sender_settings::{AfterFailure, SenderSettings};
use super::stamps::Stamper;
use super::tally::Tally;
use super::verdict::ConnectionId;
use crate::hl7::unescape;

/// Sends messages to one target, one at a time. When it is dropped, it ends at once.
#[derive(Debug)]
pub struct Sender {
    /// None once nothing more may come.
    requests: Option<mpsc::Sender<Request>>,
    stop: watch::Sender<bool>,
    open: Arc<Tally>,
    answer_port: Option<Listener>,
    player: Arc<Player>,
    layer: Layer,
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

#[derive(Debug)]
struct Request {
    content: Bytes,
    outcome: sync_mpsc::Sender<Outcome>,
    cancel: oneshot::Receiver<()>,
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
        let running = Running {
            settings,
            tell,
            memory: Memory::new(stamper, answers, player),
            line: None,
            connections: 0,
            number: 0,
            has_failed: false,
            stopped,
        };
        tokio::spawn(async move {
            running.serve(waiting).await;
            drop(present);
        });
        Self {
            requests: Some(requests),
            stop,
            open,
            answer_port,
            player: own_player,
            layer,
        }
    }

    /// Has other faults from now on.
    ///
    /// # Errors
    ///
    /// One that its layer cannot have; it goes on with those that it had.
    pub fn set_faults(&self, faults: &Faults) -> Result<(), FaultError> {
        faults.fit(&self.layer)?;
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

struct Running {
    settings: SenderSettings,
    tell: Tell<SenderEvent>,
    memory: Memory,
    line: Option<Line>,
    connections: ConnectionId,
    number: u64,
    has_failed: bool,
    stopped: watch::Receiver<bool>,
}

/// What an idle sender hears.
enum Heard {
    Request(Option<Request>),
    Stop,
    Parting(Parting),
}

impl Running {
    async fn serve(mut self, mut requests: mpsc::Receiver<Request>) {
        loop {
            let mut stopped = self.stopped.clone();
            let heard = tokio::select! {
                biased;
                () = is_stopped(&mut stopped) => Heard::Stop,
                request = requests.recv() => Heard::Request(request),
                parting = self.rest() => Heard::Parting(parting),
            };
            match heard {
                Heard::Request(Some(request)) => self.handle(request).await,
                Heard::Request(None) => {
                    self.part(Parting::Done).await;
                    break;
                }
                Heard::Stop => {
                    self.part(Parting::Stopped).await;
                    break;
                }
                Heard::Parting(parting) => self.part(parting).await,
            }
        }
        requests.close();
        while let Ok(request) = requests.try_recv() {
            self.number += 1;
            self.over(
                &request,
                Delivery::NotSent(NotSent::Cancelled),
                0,
                Duration::ZERO,
            );
        }
        self.tell(SenderNews::Stopped);
    }

    /// Looks after a connection on which nothing is under way.
    async fn rest(&mut self) -> Parting {
        let tell = teller(&self.tell, self.line.as_ref().map(Line::id));
        match &mut self.line {
            Some(line) => line.rest(&self.memory, &tell).await,
            None => std::future::pending().await,
        }
    }

    async fn handle(&mut self, mut request: Request) {
        self.number += 1;
        let since = Instant::now();
        let mut attempts = 0;
        let delivery = if self.has_failed && self.settings.after_failure == AfterFailure::Stop {
            Delivery::NotSent(NotSent::Stopped)
        } else {
            self.memory.stage = Stage::NotSent;
            let mut stopped = self.stopped.clone();
            let delivery = tokio::select! {
                biased;
                () = is_stopped(&mut stopped) => None,
                () = is_cancelled(&mut request.cancel) => None,
                delivery = self.deliver(&request.content, &mut attempts) => Some(delivery),
            };
            match delivery {
                Some(delivery) => delivery,
                None => self.break_off(&request.content).await,
            }
        };
        self.has_failed |= !delivery.is_success();
        self.over(&request, delivery, attempts, since.elapsed());
        if !self.settings.is_persistent {
            self.part(Parting::Done).await;
        }
    }

    /// The message was called back: how far it was says what is known.
    async fn break_off(&mut self, content: &Bytes) -> Delivery {
        self.part(Parting::Stopped).await;
        self.memory.remember(&control_id(content).0);
        match self.memory.stage {
            Stage::NotSent => Delivery::NotSent(NotSent::Cancelled),
            Stage::Sent => Delivery::Unknown(Unknown::Cancelled),
        }
    }

    /// Sends a message, and again as the settings say.
    async fn deliver(&mut self, content: &Bytes, attempts: &mut u32) -> Delivery {
        let marks = &self.settings.marks;
        let inner = match self.settings.layer.wrap(content, marks) {
            Ok(inner) => Bytes::from(inner.into_owned()),
            Err(error) => return Delivery::NotSent(NotSent::Block(error)),
        };
        let framed = match self.settings.layer.framed(&inner, marks) {
            Ok(framed) => framed,
            Err(error) => return Delivery::NotSent(NotSent::Frame(error)),
        };
        let (control_id, asked) = control_id(content);
        let mut going = Going {
            number: self.number,
            attempt: 0,
            content: content.clone(),
            inner,
            framed,
            control_id,
            asked,
        };
        loop {
            *attempts += 1;
            going.attempt = *attempts;
            let delivery = self.attempt(&going).await;
            let resend = self.settings.resend;
            if *attempts > resend.times || !self.goes_again(&delivery) {
                return delivery;
            }
            let (number, pause) = (self.number, resend.pause);
            self.tell(SenderNews::Resending {
                number,
                pause,
                because: delivery,
            });
            tokio::time::sleep(pause).await;
        }
    }

    fn goes_again(&self, delivery: &Delivery) -> bool {
        let after = self.settings.resend_after;
        match delivery {
            Delivery::Accepted { .. } | Delivery::Unanswered { .. } => false,
            Delivery::Refused(answer) => match answer.code {
                AckCode::Reject | AckCode::CommitReject => after.reject,
                AckCode::Accept | AckCode::Error | AckCode::CommitAccept | AckCode::CommitError => {
                    after.error
                }
            },
            Delivery::NotSent(why) => match why {
                NotSent::Broken { .. } | NotSent::NotRead { .. } | NotSent::Fault => true,
                // Connecting has its own repetitions.
                NotSent::Connect(_)
                | NotSent::Frame(_)
                | NotSent::Block(_)
                | NotSent::Cancelled
                | NotSent::Stopped => false,
            },
            Delivery::GivenBack(GivenBack::Http(refusal)) => refusal.is_passing(),
            Delivery::GivenBack(GivenBack::NotStored | GivenBack::Block(_)) => true,
            Delivery::Unknown(_) => after.unknown,
        }
    }

    async fn attempt(&mut self, going: &Going) -> Delivery {
        // A connection that turns out to be gone before a byte went out is made anew, once.
        for _ in 0..2 {
            if let Err(why) = self.connected().await {
                return Delivery::NotSent(why);
            }
            let Some(line) = &mut self.line else {
                return Delivery::NotSent(NotSent::Cancelled);
            };
            let tell = teller(&self.tell, Some(line.id()));
            let exchange = Exchange::new(going, &self.settings, &mut self.memory, &tell);
            let Some(Exchanged { delivery, parting }) = line.exchange(exchange).await else {
                self.part(Parting::Peer).await;
                continue;
            };
            if let Some(parting) = parting {
                self.part(parting).await;
            }
            return delivery;
        }
        Delivery::NotSent(NotSent::Broken {
            written: 0,
            of: going.framed.len(),
            why: String::from("the peer closed before a byte was written"),
        })
    }

    /// Sees to it that there is a connection on which nothing old can be taken for an answer.
    async fn connected(&mut self) -> Result<(), NotSent> {
        if let Some(line) = &mut self.line {
            let tell = teller(&self.tell, Some(line.id()));
            match line.check(&self.memory, &tell).await {
                Ok(()) => return Ok(()),
                Err(parting) => self.part(parting).await,
            }
        }
        let mut tries = 0;
        loop {
            self.tell(SenderNews::Connecting(self.settings.target.clone()));
            let since = Instant::now();
            let settings = &self.settings;
            match connect(settings).await {
                Ok((stream, peer)) => {
                    self.connections += 1;
                    let chosen = self.memory.player.for_connection();
                    let stream = if settings.tells_bytes {
                        let tell = teller(&self.tell, Some(self.connections));
                        let mut mask = Mask::of(&settings.layer);
                        stream.tapped(move |bytes| tell(SenderNews::Bytes(mask.hide(bytes))))
                    } else {
                        stream
                    };
                    let is_deaf = chosen.has(Fault::NeverRead);
                    let line = Line::open(self.connections, stream, settings, is_deaf).await;
                    self.line = Some(line.map_err(|why| {
                        let target = settings.target.to_string();
                        NotSent::Connect(ConnectError::Unreachable { target, why })
                    })?);
                    self.tell(SenderNews::Connected {
                        peer,
                        after: since.elapsed(),
                    });
                    if chosen.has(Fault::Drop) {
                        self.part(Parting::Fault).await;
                        return Err(NotSent::Fault);
                    }
                    return Ok(());
                }
                Err(error) => {
                    self.tell(SenderNews::ConnectFailed(error.clone()));
                    if tries >= self.settings.reconnect.times {
                        return Err(NotSent::Connect(error));
                    }
                    tries += 1;
                    let pause = self.settings.reconnect.pause;
                    self.tell(SenderNews::Reconnecting { pause });
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    async fn part(&mut self, why: Parting) {
        if self.line.is_some() {
            self.tell(SenderNews::Closed(why));
        }
        if let Some(line) = self.line.take() {
            line.close().await;
        }
    }

    fn over(&self, request: &Request, delivery: Delivery, attempts: u32, after: Duration) {
        let outcome = Outcome {
            number: self.number,
            delivery,
            attempts,
            after,
        };
        self.tell(SenderNews::Finished(outcome.clone()));
        // Whoever gave the message may not want to know.
        let _ = request.outcome.send(outcome);
    }

    fn tell(&self, kind: SenderNews) {
        teller(&self.tell, self.line.as_ref().map(Line::id))(kind);
    }
}

fn teller(
    tell: &Tell<SenderEvent>,
    connection: Option<ConnectionId>,
) -> impl Fn(SenderNews) + use<> {
    let tell = Arc::clone(tell);
    move |kind| {
        tell(SenderEvent {
            time: SystemTime::now(),
            connection,
            kind,
        });
    }
}

/// MSH-10 as plain text, and what MSH-15 and MSH-16 ask for.
fn control_id(content: &[u8]) -> (String, Asked) {
    let header = Header::read(content).filter(|header| header.id() == "MSH");
    header.map_or_else(Default::default, |header| {
        let id = unescape(header.control_id(), header.delimiters()).into_owned();
        (id, Asked::of(&header))
    })
}

async fn is_stopped(stop: &mut watch::Receiver<bool>) {
    // A handle that is gone has said so before.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn is_cancelled(cancel: &mut oneshot::Receiver<()>) {
    if cancel.await.is_err() {
        // The ticket was dropped: nobody can call the message back any more.
        std::future::pending::<()>().await;
    }
}
