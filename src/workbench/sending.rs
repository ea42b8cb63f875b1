//! Many messages to one target: over several connections, at a pace, each followed to its outcome.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hdrhistogram::Histogram;

use crate::cancel::{Cancel, Stale};
use crate::hl7::{Timestamp, Unit};
use crate::net::{
    Delivery, FaultError, Faults, ListenError, Outcome, Sender, SenderEvent, SenderNews,
    SenderSettings, Wire,
};

/// How messages are sent.
#[derive(Clone, Debug)]
pub struct SendPlan {
    /// To whom, and how each of them.
    pub settings: SenderSettings,
    /// Connections that share the messages; with more than one their order is not kept.
    pub connections: usize,
    /// When the next one is sent.
    pub pace: Pace,
}

/// When the next message is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// As soon as a connection is free.
    Free,
    /// So many a second, at most.
    Rate(f64),
    /// As far apart as their MSH-7 are, so many times as fast.
    Log(f64),
}

/// A message that is to be sent, and what it is called.
#[derive(Clone)]
pub struct Consignment {
    /// Its file and number.
    pub name: Arc<str>,
    /// Its bytes.
    pub content: Bytes,
    /// MSH-7, where the pace follows it.
    pub time: Option<Timestamp>,
}

/// Its size; what it says is nobody's to see.
impl fmt::Debug for Consignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Consignment of {} bytes", self.content.len())
    }
}

/// Whom an event is about.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Which of the senders, counted from 0.
    pub sender: usize,
    /// The message, where it is about one.
    pub message: Option<&'a Consignment>,
}

impl<'a> Told<'a> {
    /// What the message is called.
    pub fn name(self) -> Option<&'a str> {
        self.message.map(|message| &*message.name)
    }
}

/// What became of the messages so far.
#[derive(Clone, Debug)]
pub struct SentCounts {
    /// The peer has them and says so.
    pub accepted: u64,
    /// The peer answered and did not take them.
    pub refused: u64,
    /// Sent; no answer was asked for.
    pub unanswered: u64,
    /// The peer does not have them.
    pub not_sent: u64,
    /// Sent, and nobody knows whether the peer took them.
    pub unknown: u64,
    /// From the last byte sent to the answer, in microseconds.
    pub latency: Histogram<u64>,
}

/// Messages under way. Dropped, it ends at once.
pub struct Sending {
    senders: Vec<Busy>,
    events: Receiver<(usize, SenderEvent)>,
    pace: Pace,
    /// Messages that one sender holds at most.
    most_held: usize,
    /// When the first message went, and its MSH-7.
    began: Option<(Instant, Option<Timestamp>)>,
    taken: u64,
    counts: SentCounts,
}

/// A sender and the messages that it has not told the end of, by their numbers.
struct Busy {
    sender: Sender,
    given: u64,
    under_way: BTreeMap<u64, Consignment>,
}

/// Messages that a sender holds beyond those on the wire, so that the next one is ready.
const READY: usize = 1;

/// So long a stop may go unnoticed.
const PATIENCE: Duration = Duration::from_millis(50);

/// The longest wait that a histogram tells apart: an hour.
const MOST_MICROSECONDS: u64 = 3_600_000_000;

impl SentCounts {
    fn new() -> Self {
        let latency = Histogram::new_with_bounds(1, MOST_MICROSECONDS, 3);
        Self {
            accepted: 0,
            refused: 0,
            unanswered: 0,
            not_sent: 0,
            unknown: 0,
            latency: latency.unwrap_or_else(|_| unreachable!("the bounds are in order")),
        }
    }

    /// Messages whose end is known.
    pub fn all(&self) -> u64 {
        self.accepted + self.refused + self.unanswered + self.not_sent + self.unknown
    }

    /// Those that did not end as they were to.
    pub fn failed(&self) -> u64 {
        self.refused + self.not_sent + self.unknown
    }

    fn take(&mut self, outcome: &Outcome) {
        *match outcome.delivery {
            Delivery::Accepted { .. } => &mut self.accepted,
            Delivery::Refused(_) | Delivery::GivenBack(_) => &mut self.refused,
            Delivery::Unanswered { .. } => &mut self.unanswered,
            Delivery::NotSent(_) => &mut self.not_sent,
            Delivery::Unknown(_) => &mut self.unknown,
        } += 1;
    }
}

impl Sending {
    /// Makes the senders ready; they connect when there is a message.
    ///
    /// # Errors
    ///
    /// The port for answers, where one is asked for, cannot be opened.
    pub fn start(wire: &Wire, plan: &SendPlan) -> Result<Self, ListenError> {
        let (told, events) = channel();
        let senders = (0..plan.connections.max(1)).map(|index| {
            let told = told.clone();
            let tell = move |event| {
                // Nobody asks any more once the sending is over.
                drop(told.send((index, event)));
            };
            let sender = wire.sender(plan.settings.clone(), Arc::new(tell))?;
            Ok(Busy {
                sender,
                given: 0,
                under_way: BTreeMap::new(),
            })
        });
        Ok(Self {
            senders: senders.collect::<Result<_, ListenError>>()?,
            events,
            pace: plan.pace,
            most_held: plan.settings.window.max(1) + READY,
            began: None,
            taken: 0,
            counts: SentCounts::new(),
        })
    }

    /// What became of the messages so far.
    pub fn counts(&self) -> &SentCounts {
        &self.counts
    }

    /// Since the first message was given.
    pub fn elapsed(&self) -> Duration {
        self.began
            .map_or(Duration::ZERO, |(began, _)| began.elapsed())
    }

    /// Gives a message to a connection that is free, at its time; waits for both. What happens meanwhile is
    /// told, with the name of the message where it is about one.
    ///
    /// # Errors
    ///
    /// It was cancelled meanwhile; the message is not sent.
    pub fn send(
        &mut self,
        message: Consignment,
        cancel: &Cancel,
        tell: &mut dyn FnMut(Told<'_>, &SenderEvent),
    ) -> Result<(), Stale> {
        let due = self.due(&message);
        loop {
            cancel.check()?;
            let left = due.saturating_duration_since(Instant::now());
            let free = self.senders.iter_mut();
            let free = free.min_by_key(|busy| busy.under_way.len());
            let free = free.filter(|busy| busy.under_way.len() < self.most_held);
            match free {
                Some(busy) if left.is_zero() => {
                    busy.given += 1;
                    busy.under_way.insert(busy.given, message.clone());
                    // Its outcome comes as an event.
                    drop(busy.sender.send(message.content));
                    self.taken += 1;
                    // What has come meanwhile is told now, so that it does not heap up.
                    while self.tell_next(Duration::ZERO, tell) {}
                    return Ok(());
                }
                Some(_) => self.tell_next(left.min(PATIENCE), tell),
                None => self.tell_next(PATIENCE, tell),
            };
        }
    }

    /// Waits until what became of every message is known, and ends.
    ///
    /// # Errors
    ///
    /// It was cancelled: nothing more is waited for.
    pub fn finish(
        &mut self,
        cancel: &Cancel,
        tell: &mut dyn FnMut(Told<'_>, &SenderEvent),
    ) -> Result<(), Stale> {
        for busy in &mut self.senders {
            busy.sender.finish();
        }
        while self.senders.iter().any(|busy| busy.sender.open_tasks() > 0) {
            cancel.check()?;
            self.tell_next(PATIENCE, tell);
        }
        while self.tell_next(Duration::ZERO, tell) {}
        Ok(())
    }

    /// Ends at once, whatever is under way, and tells what is known of each message that was given.
    pub fn stop(&mut self, tell: &mut dyn FnMut(Told<'_>, &SenderEvent)) {
        for busy in &mut self.senders {
            busy.sender.stop();
        }
        while self.senders.iter().any(|busy| busy.sender.open_tasks() > 0) {
            self.tell_next(PATIENCE, tell);
        }
        while self.tell_next(Duration::ZERO, tell) {}
    }

    /// Has other faults from now on.
    ///
    /// # Errors
    ///
    /// One that the layer cannot have; the senders go on with those that they had.
    pub fn set_faults(&self, faults: &Faults) -> Result<(), FaultError> {
        let mut senders = self.senders.iter();
        senders.try_for_each(|busy| busy.sender.set_faults(faults))
    }

    /// When a message is to go.
    fn due(&mut self, message: &Consignment) -> Instant {
        let now = Instant::now();
        let (began, first) = *self.began.get_or_insert((now, message.time));
        let after = match self.pace {
            Pace::Free => return now,
            Pace::Rate(rate) => Some(self.taken as f64 / rate),
            Pace::Log(speed) => first
                .zip(message.time)
                .and_then(|(first, time)| first.until(&time, Unit::Seconds))
                .map(|seconds| seconds as f64 / speed),
        };
        let after = after.and_then(|after| Duration::try_from_secs_f64(after).ok());
        began + after.unwrap_or_default()
    }

    /// Takes one event, if there is one by then.
    fn tell_next(
        &mut self,
        at_most: Duration,
        tell: &mut dyn FnMut(Told<'_>, &SenderEvent),
    ) -> bool {
        let (index, event) = match self.events.recv_timeout(at_most) {
            Ok(told) => told,
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => {
                // All senders have ended: whoever waits for a free one is not to ask all the time.
                std::thread::sleep(at_most);
                return false;
            }
        };
        let names = self.senders.get_mut(index).map(|busy| &mut busy.under_way);
        let message = names.and_then(|names| match &event.kind {
            SenderNews::Finished(outcome) => names.remove(&outcome.number),
            SenderNews::Sent { number, .. }
            | SenderNews::Answered { number, .. }
            | SenderNews::Committed { number }
            | SenderNews::Resending { number, .. } => names.get(number).cloned(),
            SenderNews::Connecting(_)
            | SenderNews::Connected { .. }
            | SenderNews::Reconnecting { .. }
            | SenderNews::Bytes(_)
            | SenderNews::ConnectFailed(_)
            | SenderNews::Framing(_)
            | SenderNews::Late(_)
            | SenderNews::Closed(_)
            | SenderNews::Stopped => None,
        });
        match &event.kind {
            SenderNews::Finished(outcome) => self.counts.take(outcome),
            SenderNews::Answered { after, .. } => {
                let micros = u64::try_from(after.as_micros()).unwrap_or(u64::MAX);
                self.counts.latency.saturating_record(micros);
            }
            _ => {}
        }
        let told = Told {
            sender: index,
            message: message.as_ref(),
        };
        tell(told, &event);
        true
    }
}

/// The message with another MSH-10; none where its header cannot be found byte by byte.
pub fn with_control_id(content: &[u8], id: &str) -> Option<Vec<u8>> {
    let separator = *content.strip_prefix(b"MSH")?.first()?;
    let end = content
        .iter()
        .position(|byte| matches!(byte, b'\r' | b'\n'));
    let header = content.get(..end.unwrap_or(content.len()))?;
    // MSH-1 is the first separator itself, so that MSH-10 stands behind the ninth.
    let mut separators = header
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == separator);
    let start = separators.nth(8).map(|(at, _)| at + 1)?;
    let end = separators.next().map_or(header.len(), |(at, _)| at);
    let mut made = content.get(..start)?.to_vec();
    made.extend_from_slice(id.as_bytes());
    made.extend_from_slice(content.get(end..)?);
    Some(made)
}

#[cfg(test)]
mod tests {
    use super::with_control_id;

    #[test]
    fn the_tenth_field_of_the_header_is_another_one() {
        for (text, expect) in [
            (
                "MSH|^~\\&|A|B|C|D|20260301||ADT^A01|OLD|P|2.5\rPID|1||3|4|5|6|7|8|9|10\r",
                Some("MSH|^~\\&|A|B|C|D|20260301||ADT^A01|NEW|P|2.5\rPID|1||3|4|5|6|7|8|9|10\r"),
            ),
            ("MSH#^~\\&########OLD", Some("MSH#^~\\&########NEW")),
            (
                "MSH|^~\\&||||||||\nPID|",
                Some("MSH|^~\\&||||||||NEW\nPID|"),
            ),
            ("MSH|^~\\&|A|B\r", None),
            ("PID|1||||||||||", None),
            ("", None),
        ] {
            let made = with_control_id(text.as_bytes(), "NEW");
            let made = made.map(|bytes| String::from_utf8(bytes).expect("ASCII"));
            assert_eq!(made.as_deref(), expect, "{text}");
        }
    }
}
