//! What comes by one connection of a listener: told, numbered, and given to whoever decides.

use std::net::SocketAddr;
use std::time::{Instant, SystemTime};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::ack::{Ack, AckCode};
use super::acks::Due;
use super::attended::Attended;
use super::decider::Reply;
use super::duplicates::{Duplicates, Seen};
use super::header::Header;
use super::intake::{ContentNote, Intake, Taken};
use super::listener_event::ListenerNews;
use super::verdict::{ConnectionId, Received, Verdict};

/// The messages of one connection.
pub(super) struct Arrivals<'a> {
    attended: &'a Attended,
    id: ConnectionId,
    peer: SocketAddr,
    received: u64,
}

/// A message that waits for its verdict.
pub(super) struct Undecided {
    pub(super) due: Due,
    pub(super) waiting: Waiting,
}

/// What a message waits for.
pub(super) enum Waiting {
    For(oneshot::Receiver<Verdict>),
    Over(Verdict),
}

impl<'a> Arrivals<'a> {
    pub(super) fn new(attended: &'a Attended, id: ConnectionId, peer: SocketAddr) -> Self {
        Self {
            attended,
            id,
            peer,
            received: 0,
        }
    }

    /// How many messages came.
    pub(super) fn received(&self) -> u64 {
        self.received
    }

    pub(super) fn tell(&self, kind: ListenerNews) {
        self.attended.tell(Some(self.id), kind);
    }

    /// Takes the messages of a content, and asks about each.
    pub(super) fn take(&mut self, content: Vec<u8>) -> Vec<Undecided> {
        let Intake {
            messages,
            batch,
            notes,
        } = Intake::of(content);
        for note in notes {
            self.tell(ListenerNews::Content(note));
        }
        let last = messages.len().saturating_sub(1);
        let mut undecided = Vec::new();
        for (at, taken) in messages.into_iter().enumerate() {
            let Taken { content, refusal } = taken;
            let mut due = self.due(content.clone());
            due.refusal = refusal;
            due.batch.clone_from(&batch);
            due.ends_batch = batch.is_some() && at == last;
            let received = Received {
                connection: self.id,
                peer: self.peer,
                time: SystemTime::now(),
                number: due.number,
                content,
            };
            self.tell(ListenerNews::Received(received.clone()));
            let waiting = Waiting::For(self.ask(received));
            undecided.push(Undecided { due, waiting });
        }
        undecided
    }

    /// A message of which only the beginning is kept, and that nobody is asked about.
    pub(super) fn refuse(&mut self, head: Vec<u8>, ack: Ack) -> Undecided {
        Undecided {
            due: self.due(Bytes::from(head)),
            waiting: Waiting::Over(Verdict::Ack(ack)),
        }
    }

    fn due(&mut self, content: Bytes) -> Due {
        self.received += 1;
        Due::new(self.received, content, Instant::now())
    }

    /// Asks for a verdict, unless the message was decided about before.
    fn ask(&self, received: Received) -> oneshot::Receiver<Verdict> {
        let mut claim = None;
        if let Some(duplicates) = &self.attended.duplicates
            && let Some(key) = Header::read(&received.content)
                .as_ref()
                .and_then(Duplicates::key)
        {
            match duplicates.look_up(key, &received.content) {
                Seen::First(first) => claim = Some(first),
                Seen::Again { verdict, is_same } => {
                    self.tell(ListenerNews::Content(ContentNote::Repeated { is_same }));
                    return verdict;
                }
            }
        }
        let (connection, verdict) = oneshot::channel();
        self.attended
            .decider
            .decide(received, Reply { connection, claim });
        verdict
    }
}

impl Waiting {
    /// Waits for the verdict.
    pub(super) async fn verdict(&mut self) -> Verdict {
        match self {
            Waiting::For(verdict) => verdict.await.unwrap_or_else(|_| nobody()),
            Waiting::Over(verdict) => verdict.clone(),
        }
    }

    /// The verdict, if it is here.
    pub(super) fn now(&mut self) -> Option<Verdict> {
        match self {
            Waiting::For(verdict) => match verdict.try_recv() {
                Ok(verdict) => Some(verdict),
                Err(oneshot::error::TryRecvError::Empty) => None,
                Err(oneshot::error::TryRecvError::Closed) => Some(nobody()),
            },
            Waiting::Over(verdict) => Some(verdict.clone()),
        }
    }
}

/// The verdict where whoever was asked is gone.
fn nobody() -> Verdict {
    let words = "the receiver ended before it decided about the message; send it again";
    Verdict::Ack(Ack::because(AckCode::CommitError, words))
}
