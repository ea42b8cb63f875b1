//! What the task of a sender has, however many messages it has under way.

use std::sync::Arc;
use std::sync::mpsc as sync_mpsc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use tokio::sync::{oneshot, watch};

use super::ack::AckCode;
use super::asked::Asked;
use super::connect::connect;
use super::delivery::{Delivery, GivenBack, NotSent, Outcome};
use super::faults::Fault;
use super::going::{Going, Memory};
use super::header::Header;
use super::http_mask::Mask;
use super::listener_event::Tell;
use super::sender_event::{Parting, SenderEvent, SenderNews};
use super::sender_settings::SenderSettings;
use super::stream::Stream;
use super::verdict::ConnectionId;
use crate::hl7::unescape;

/// A message that was given to a sender.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) content: Bytes,
    pub(super) outcome: sync_mpsc::Sender<Outcome>,
    pub(super) cancel: oneshot::Receiver<()>,
}

/// What a sender's task has.
pub(super) struct Running {
    pub(super) settings: SenderSettings,
    tell: Tell<SenderEvent>,
    pub(super) memory: Memory,
    /// The connection that is open.
    connection: Option<ConnectionId>,
    connections: ConnectionId,
    /// Messages that were taken.
    pub(super) number: u64,
    pub(super) has_failed: bool,
    pub(super) stopped: watch::Receiver<bool>,
}

/// A connection that was just made.
pub(super) struct Made {
    pub(super) stream: Stream,
    /// A fault keeps it from reading.
    pub(super) is_deaf: bool,
}

impl Running {
    pub(super) fn new(
        settings: SenderSettings,
        tell: Tell<SenderEvent>,
        memory: Memory,
        stopped: watch::Receiver<bool>,
    ) -> Self {
        Self {
            settings,
            tell,
            memory,
            connection: None,
            connections: 0,
            number: 0,
            has_failed: false,
            stopped,
        }
    }

    /// The message as it goes over the wire, or why it cannot.
    pub(super) fn going(&self, number: u64, content: &Bytes) -> Result<Going, NotSent> {
        let (layer, marks) = (&self.settings.layer, &self.settings.marks);
        let inner = layer.wrap(content, marks).map_err(NotSent::Block)?;
        let inner = Bytes::from(inner.into_owned());
        let framed = layer.framed(&inner, marks).map_err(NotSent::Frame)?;
        let (control_id, asked) = control_id(content);
        Ok(Going {
            number,
            attempt: 0,
            content: content.clone(),
            inner,
            framed,
            control_id,
            asked,
        })
    }

    /// Whether the settings want a message sent again of which so much is known.
    pub(super) fn goes_again(&self, delivery: &Delivery) -> bool {
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

    /// Connects, and again as the settings say.
    pub(super) async fn connect(&mut self) -> Result<Made, NotSent> {
        let mut tries = 0;
        loop {
            self.tell(SenderNews::Connecting(self.settings.target.clone()));
            let since = Instant::now();
            match connect(&self.settings).await {
                Ok((stream, peer)) => {
                    self.connections += 1;
                    self.connection = Some(self.connections);
                    let chosen = self.memory.player.for_connection();
                    let after = since.elapsed();
                    self.tell(SenderNews::Connected { peer, after });
                    if chosen.has(Fault::Drop) {
                        self.parted(Parting::Fault);
                        return Err(NotSent::Fault);
                    }
                    return Ok(Made {
                        stream: self.overheard(stream),
                        is_deaf: chosen.has(Fault::NeverRead),
                    });
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

    /// The stream, with each piece of it told where that is asked for.
    fn overheard(&self, stream: Stream) -> Stream {
        if !self.settings.tells_bytes {
            return stream;
        }
        let tell = self.teller();
        let mut mask = Mask::of(&self.settings.layer);
        stream.tapped(move |bytes| tell(SenderNews::Bytes(mask.hide(bytes))))
    }

    /// The connection has ended.
    pub(super) fn parted(&mut self, why: Parting) {
        if self.connection.is_some() {
            self.tell(SenderNews::Closed(why));
        }
        self.connection = None;
    }

    /// A message is over.
    pub(super) fn over(
        &mut self,
        request: &Request,
        number: u64,
        delivery: Delivery,
        (attempts, after): (u32, Duration),
    ) {
        self.has_failed |= !delivery.is_success();
        let outcome = Outcome {
            number,
            delivery,
            attempts,
            after,
        };
        self.tell(SenderNews::Finished(outcome.clone()));
        // Whoever gave the message may not want to know.
        let _ = request.outcome.send(outcome);
    }

    pub(super) fn tell(&self, kind: SenderNews) {
        self.teller()(kind);
    }

    /// Who is told what happens on the connection that is open now.
    pub(super) fn teller(&self) -> impl Fn(SenderNews) + Send + Sync + use<> {
        let (tell, connection) = (Arc::clone(&self.tell), self.connection);
        move |kind| {
            tell(SenderEvent {
                time: SystemTime::now(),
                connection,
                kind,
            });
        }
    }
}

/// MSH-10 as plain text, and what MSH-15 and MSH-16 ask for.
pub(super) fn control_id(content: &[u8]) -> (String, Asked) {
    let header = Header::read(content).filter(|header| header.id() == "MSH");
    header.map_or_else(Default::default, |header| {
        let id = unescape(header.control_id(), header.delimiters()).into_owned();
        (id, Asked::of(&header))
    })
}

pub(super) async fn is_stopped(stop: &mut watch::Receiver<bool>) {
    // A handle that is gone has said so before.
    let _ = stop.wait_for(|stop| *stop).await;
}

pub(super) async fn is_cancelled(cancel: &mut oneshot::Receiver<()>) {
    if cancel.await.is_err() {
        // The ticket was dropped: nobody can call the message back any more.
        std::future::pending::<()>().await;
    }
}
