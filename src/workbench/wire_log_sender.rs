//! What senders tell, taken into the log that they share.

use std::time::{Instant, SystemTime};

use bytes::Bytes;

use super::exchange::{ExchangedMessage, LinkId, Tone, Upshot, WireAnswer};
use super::sending::Told;
use super::station::LinkPhase;
use super::wire_log::{LinkLog, WireLog};
use crate::net::{Delivery, Direction, Outcome, Parting, SenderEvent, SenderNews};

impl WireLog {
    /// Takes an event of one of the senders.
    pub(super) fn take_sender(&mut self, now: Instant, about: Told<'_>, event: &SenderEvent) {
        let sender = about.sender;
        let time = event.time;
        let link = LinkId {
            sender,
            connection: event.connection.unwrap_or_default(),
        };
        match &event.kind {
            SenderNews::Connecting(_) => self.phase(now, sender, LinkPhase::Connecting),
            SenderNews::Connected { peer, .. } => {
                self.rates.connections += 1;
                self.rates.open += 1;
                self.links
                    .insert(link, LinkLog::of(peer.to_string().into()));
                self.tell(time, link, ("connected", Tone::Plain), &event.kind);
                self.phase(now, sender, LinkPhase::Ready);
            }
            SenderNews::ConnectFailed(_) => {
                self.tell(time, link, ("not connected", Tone::Bad), &event.kind);
            }
            SenderNews::Reconnecting { pause } => {
                let at = now + *pause;
                self.phase(now, sender, LinkPhase::Reconnecting { at });
            }
            SenderNews::Bytes(bytes) => {
                let is_ready = self
                    .phases
                    .get(&sender)
                    .is_none_or(|(phase, _)| *phase == LinkPhase::Ready);
                if bytes.direction == Direction::Out && is_ready {
                    self.phase(now, sender, LinkPhase::Sending);
                }
                self.bytes(now, time, link, bytes);
            }
            SenderNews::Sent {
                number,
                attempt,
                content,
            } => {
                self.sent(time, link, (*number, *attempt), content, about.name());
                self.phase(now, sender, LinkPhase::Waiting { number: *number });
            }
            SenderNews::Framing(note) => {
                self.rates.notes += 1;
                let words = format!("byte {} of the answers: {}", note.at, note.kind);
                let log = self.links.entry(link).or_default();
                log.step(time, Tone::Odd, words);
            }
            SenderNews::Answered {
                number,
                code,
                content,
                after,
            } => {
                if let Some(serial) = self.going(sender, *number) {
                    self.gather(serial, link);
                    let answer = WireAnswer {
                        code: *code,
                        content: content.clone(),
                    };
                    self.answered(serial, answer, *after);
                    self.change(serial, |exchange| {
                        exchange.step(time, Tone::Plain, &event.kind);
                    });
                }
            }
            SenderNews::Committed { number } => {
                self.phase(
                    now,
                    sender,
                    LinkPhase::WaitingForApplication { number: *number },
                );
                self.note(sender, *number, time, Tone::Plain, &event.kind);
            }
            SenderNews::Late(_) => {
                let log = self.links.entry(link).or_default();
                log.step(time, Tone::Odd, &event.kind);
                self.leftovers(time, link);
            }
            SenderNews::Resending { number, pause, .. } => {
                let at = now + *pause;
                self.phase(now, sender, LinkPhase::Resending { at });
                self.note(sender, *number, time, Tone::Odd, &event.kind);
            }
            SenderNews::Finished(outcome) => self.finished(now, time, link, about, outcome),
            SenderNews::Closed(why) => self.parted(time, link, why),
            SenderNews::Stopped => {
                self.phases.remove(&sender);
            }
        }
    }

    /// The exchange of a message that is not over.
    fn going(&self, sender: usize, number: u64) -> Option<u64> {
        self.waiting.get(&(of(sender), number)).copied()
    }

    fn note(
        &mut self,
        sender: usize,
        number: u64,
        time: SystemTime,
        tone: Tone,
        words: &SenderNews,
    ) {
        if let Some(serial) = self.going(sender, number) {
            self.change(serial, |exchange| exchange.step(time, tone, words));
        }
    }

    fn sent(
        &mut self,
        time: SystemTime,
        link: LinkId,
        (number, attempt): (u64, u32),
        content: &Bytes,
        name: Option<&str>,
    ) {
        let serial = match self.going(link.sender, number) {
            Some(serial) => {
                self.gather(serial, link);
                serial
            }
            None => self.start(time, link, number, content.clone(), name),
        };
        let misbehaviour = self.misbehaviour.clone();
        self.change(serial, |exchange| {
            let words = match attempt {
                1 => format!("sent, {} bytes", content.len()),
                attempt => format!("sent, {} bytes, attempt {attempt}", content.len()),
            };
            exchange.link = link;
            exchange.step(time, Tone::Plain, words);
            if !misbehaviour.is_empty() {
                exchange.step(time, Tone::Plain, misbehaviour);
            }
        });
    }

    fn start(
        &mut self,
        time: SystemTime,
        link: LinkId,
        number: u64,
        content: Bytes,
        name: Option<&str>,
    ) -> u64 {
        let message = ExchangedMessage {
            number,
            content,
            answers: Vec::new(),
            after: None,
        };
        let upshot = Upshot {
            word: "…".to_owned(),
            tone: Tone::Plain,
            is_over: false,
        };
        let serial = self.begin(time, link, Some(message), upshot);
        if let Some(name) = name {
            self.change(serial, |exchange| exchange.step(time, Tone::Plain, name));
        }
        self.waiting.insert((of(link.sender), number), serial);
        serial
    }

    fn finished(
        &mut self,
        now: Instant,
        time: SystemTime,
        link: LinkId,
        about: Told<'_>,
        outcome: &Outcome,
    ) {
        self.rates.messages += 1;
        let (word, tone) = match &outcome.delivery {
            Delivery::Accepted { answer, .. } => {
                self.rates.accepted += 1;
                (answer.code.name(), Tone::Good)
            }
            Delivery::Refused(answer) => {
                self.rates.refused += 1;
                (answer.code.name(), Tone::Bad)
            }
            Delivery::GivenBack(_) => {
                self.rates.refused += 1;
                ("given back", Tone::Bad)
            }
            Delivery::Unanswered { .. } => {
                self.rates.unanswered += 1;
                ("sent", Tone::Plain)
            }
            Delivery::NotSent(_) => {
                self.rates.not_sent += 1;
                ("not sent", Tone::Bad)
            }
            Delivery::Unknown(_) => {
                self.rates.unsure += 1;
                ("unknown", Tone::Bad)
            }
        };
        let key = (of(link.sender), outcome.number);
        let serial = self.waiting.remove(&key).unwrap_or_else(|| {
            let content = about.message.map(|message| message.content.clone());
            let content = content.unwrap_or_default();
            let serial = self.start(time, link, outcome.number, content, about.name());
            self.waiting.remove(&key);
            serial
        });
        self.gather(serial, link);
        let after = self
            .exchange(serial)
            .and_then(|exchange| exchange.message.as_ref()?.after);
        self.rates.over(now, after);
        self.change(serial, |exchange| {
            exchange.step(time, tone, &outcome.delivery);
            exchange.stands(word, tone, true);
        });
        let is_open = self.links.keys().any(|known| known.sender == link.sender);
        if is_open {
            self.phase(now, link.sender, LinkPhase::Ready);
        } else {
            self.phases.remove(&link.sender);
        }
    }

    fn parted(&mut self, time: SystemTime, link: LinkId, why: &Parting) {
        self.rates.open = self.rates.open.saturating_sub(1);
        let tone = match why {
            Parting::Peer | Parting::Done | Parting::Stopped => Tone::Plain,
            Parting::Broken(_) | Parting::Stale | Parting::Spoiled | Parting::Fault => Tone::Odd,
        };
        // What came belongs to the message that is under way, if there is one.
        let under_way = self
            .waiting
            .range((of(link.sender), 0)..=(of(link.sender), u64::MAX));
        match under_way.map(|(_, serial)| *serial).next() {
            Some(serial) => self.gather(serial, link),
            None => self.leftovers(time, link),
        }
        self.tell(time, link, ("closed", tone), format!("closed: {why}"));
        self.links.remove(&link);
        if matches!(self.phases.get(&link.sender), Some((LinkPhase::Ready, _))) {
            self.phases.remove(&link.sender);
        }
    }
}

/// Messages are counted by sender, whatever connection they go by.
fn of(sender: usize) -> LinkId {
    LinkId {
        sender,
        connection: 0,
    }
}
