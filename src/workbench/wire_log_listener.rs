//! What a listener tells, taken into its log.

use std::time::{Instant, SystemTime};

use super::exchange::{ExchangedMessage, LinkId, Tone, Upshot, WireAnswer};
use super::reception::Decided;
use super::station::StationState;
use super::wire_log::{LinkLog, WireLog};
use crate::net::{
    AckCode, Answered, Asked, Closed, Closing, ContentNote, Header, ListenerEvent, ListenerNews,
    Received,
};

impl WireLog {
    /// Takes an event of a listener.
    pub(super) fn take_listener(&mut self, now: Instant, event: ListenerEvent) {
        let time = event.time;
        let link = LinkId {
            sender: 0,
            connection: event.connection.unwrap_or_default(),
        };
        match event.kind {
            ListenerNews::Listening(address) => {
                let words = format!("listens on {address}");
                self.tell(time, link, ("open", Tone::Plain), words);
            }
            ListenerNews::Connected(peer) => {
                self.rates.connections += 1;
                self.rates.open += 1;
                self.links
                    .insert(link, LinkLog::of(peer.to_string().into()));
                self.tell(time, link, ("connected", Tone::Plain), "the peer connected");
            }
            ListenerNews::TurnedAway(peer, why) => {
                let words = format!("{peer} was turned away: {why}");
                self.tell(time, link, ("turned away", Tone::Odd), words);
            }
            ListenerNews::AcceptFailed(why) => {
                let words = format!("a connection could not be taken: {why}");
                self.tell(time, link, ("failed", Tone::Bad), words);
            }
            ListenerNews::Bytes(bytes) => self.bytes(now, time, link, &bytes),
            ListenerNews::Framing(note) => {
                self.rates.notes += 1;
                let words = format!("byte {}: {}", note.at, note.kind);
                let log = self.links.entry(link).or_default();
                log.step(time, Tone::Odd, words);
            }
            ListenerNews::Content(note) => self.content(time, link, &note),
            ListenerNews::Received(received) => self.received(time, link, &received),
            ListenerNews::Answered(answered) => self.answer(now, time, link, &answered),
            ListenerNews::Unanswered { number, why } => {
                self.rates.unanswered += 1;
                self.rates.over(now, None);
                self.end(link, number, time, ("no ACK", Tone::Plain), |_| {
                    format!("not answered: {why}")
                });
            }
            ListenerNews::NotDelivered { number, why } => {
                self.rates.unsure += 1;
                self.rates.over(now, None);
                self.end(link, number, time, ("ACK not delivered", Tone::Bad), |_| {
                    format!("the answer was not delivered: {why}")
                });
            }
            ListenerNews::Closed(closed) => self.closed(time, link, &closed),
            ListenerNews::Stopped => {
                self.rates.open = 0;
                if !matches!(self.state, StationState::Failed(_)) {
                    self.enter(now, StationState::Stopped);
                }
                self.tell(time, link, ("closed", Tone::Plain), "the port is closed");
            }
        }
    }

    /// What was decided about a message, and why.
    pub(super) fn decided(&mut self, time: SystemTime, who: &str, decided: &Decided) {
        let link = LinkId {
            sender: 0,
            connection: decided.connection,
        };
        let code = decided.ack.code;
        let words = match &decided.ack.text {
            Some(why) => format!("{who} decided {code}: {why}"),
            None => format!("{who} decided {code}"),
        };
        self.explain(link, decided.number, time, code.is_success(), words);
    }

    /// Says why a message is answered as it is.
    pub(super) fn explain(
        &mut self,
        link: LinkId,
        number: u64,
        time: SystemTime,
        is_success: bool,
        words: String,
    ) {
        let tone = if is_success { Tone::Plain } else { Tone::Bad };
        if let Some(serial) = self.waiting.get(&(link, number)).copied() {
            self.change(serial, |exchange| exchange.step(time, tone, words));
        }
    }

    fn content(&mut self, time: SystemTime, link: LinkId, note: &ContentNote) {
        let tone = match note {
            ContentNote::Batch { .. } | ContentNote::Commit(_) => Tone::Plain,
            ContentNote::NoHeader
            | ContentNote::SeveralHeaders { .. }
            | ContentNote::EmptyBatch
            | ContentNote::Repeated { .. }
            | ContentNote::Block(_)
            | ContentNote::BlockRefused
            | ContentNote::Request(_) => Tone::Odd,
        };
        self.rates.notes += u64::from(tone == Tone::Odd);
        let log = self.links.entry(link).or_default();
        log.step(time, tone, note);
    }

    fn received(&mut self, time: SystemTime, link: LinkId, received: &Received) {
        self.rates.messages += 1;
        let message = ExchangedMessage {
            number: received.number,
            content: received.content.clone(),
            answers: Vec::new(),
            after: None,
        };
        let upshot = Upshot {
            word: "…".to_owned(),
            tone: Tone::Plain,
            is_over: false,
        };
        let serial = self.begin(time, link, Some(message), upshot);
        let asked = Header::read(&received.content).map(|header| Asked::of(&header));
        let bytes = received.content.len();
        let explanation = self.explanation.clone();
        let misbehaviour = self.misbehaviour.clone();
        self.change(serial, |exchange| {
            let is_as_agreed = exchange.steps.is_empty();
            let words = if is_as_agreed {
                format!("received, {bytes} bytes, framed as agreed")
            } else {
                format!("received, {bytes} bytes")
            };
            exchange.step(time, Tone::Plain, words);
            match asked {
                Some(asked) => exchange.step(time, Tone::Plain, asked),
                None => exchange.step(time, Tone::Odd, "no MSH that could be read"),
            }
            if let Some(words) = explanation {
                exchange.step(time, Tone::Plain, words);
            }
            if !misbehaviour.is_empty() {
                exchange.step(time, Tone::Plain, misbehaviour);
            }
        });
        self.waiting.insert((link, received.number), serial);
    }

    fn answer(&mut self, now: Instant, time: SystemTime, link: LinkId, answered: &Answered) {
        let Some(serial) = self.waiting.get(&(link, answered.number)).copied() else {
            return;
        };
        self.gather(serial, link);
        let answer = WireAnswer {
            code: answered.code,
            content: answered.content.clone(),
        };
        self.answered(serial, answer, answered.after);
        let is_commit = answered.code.is_some_and(AckCode::is_commit);
        let was_over = self
            .exchange(serial)
            .is_some_and(|exchange| exchange.upshot.is_over);
        if !was_over {
            self.rates.over(now, Some(answered.after));
            match answered.code {
                Some(code) if !code.is_success() => self.rates.refused += 1,
                Some(_) | None => self.rates.accepted += 1,
            }
        }
        let words = ListenerNews::Answered(answered.clone()).to_string();
        self.change(serial, |exchange| {
            let tone = match answered.code {
                Some(code) if !code.is_success() => Tone::Bad,
                Some(_) if answered.after_end => Tone::Odd,
                Some(_) => Tone::Good,
                None => Tone::Odd,
            };
            exchange.step(time, tone, words);
            let word = answered.code.map_or("other bytes", AckCode::name);
            let before = if is_commit || !exchange.upshot.is_over {
                String::new()
            } else {
                format!("{} ", exchange.upshot.word)
            };
            exchange.stands(format!("{before}{word}"), tone, true);
        });
        // In the enhanced mode a second answer to the same message can follow.
        if !is_commit {
            self.waiting.remove(&(link, answered.number));
        }
    }

    /// A message is over without an answer that arrived.
    fn end(
        &mut self,
        link: LinkId,
        number: u64,
        time: SystemTime,
        (word, tone): (&str, Tone),
        words: impl FnOnce(&Self) -> String,
    ) {
        let Some(serial) = self.waiting.remove(&(link, number)) else {
            return;
        };
        let words = words(self);
        self.gather(serial, link);
        self.change(serial, |exchange| {
            exchange.step(time, tone, words);
            exchange.stands(word, tone, true);
        });
    }

    fn closed(&mut self, time: SystemTime, link: LinkId, closed: &Closed) {
        self.rates.open = self.rates.open.saturating_sub(1);
        self.leftovers(time, link);
        let tone = match closed.why {
            Closing::Peer | Closing::Idle(_) | Closing::Stopped => Tone::Plain,
            Closing::Reset(_)
            | Closing::NotRead(_)
            | Closing::TooLong(_)
            | Closing::Http
            | Closing::Tls
            | Closing::Handshake(_)
            | Closing::NotHttp(_)
            | Closing::Refused
            | Closing::Fault => Tone::Odd,
        };
        self.tell(time, link, ("closed", tone), closed);
        self.links.remove(&link);
        self.waiting.retain(|(known, _), _| *known != link);
    }
}
