//! What a listener or sender of the window has done: its state, its exchanges, its counts. It is written on the
//! threads of the wire and read by the window, and holds no more than it is given room for.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::exchange::{
    Exchange, ExchangeStep, ExchangedMessage, LinkId, Tone, Upshot, WireAnswer, WirePiece,
};
use super::station::{LinkPhase, StationState};
use super::wire_rates::WireRates;
use crate::net::{Direction, FaultError, Faults, Received, WireBytes};

/// So many exchanges are kept.
const MOST_ENTRIES: usize = 2_000;

/// So many bytes of them all are kept.
const MOST_BYTES: usize = 64 << 20;

/// So many bytes on their way, piece by piece, are kept of one exchange.
const MOST_BYTES_OF_ONE: usize = 256 << 10;

/// What a listener or sender has done.
#[derive(Debug)]
pub struct WireLog {
    pub(super) state: StationState,
    pub(super) since: Instant,
    /// What the senders of one target are at; listeners have none.
    pub(super) phases: BTreeMap<usize, (LinkPhase, Instant)>,
    pub(super) rates: WireRates,
    /// Connections that are open, and what came on them that belongs to no message yet.
    pub(super) links: BTreeMap<LinkId, LinkLog>,
    /// The exchanges that are not over, by sender or connection and number.
    pub(super) waiting: BTreeMap<(LinkId, u64), u64>,
    /// Messages that are to become samples.
    pub(super) arrived: Vec<Received>,
    pub(super) arrived_bytes: usize,
    /// How many became samples or are to.
    pub(super) taken: u64,
    /// Why messages are answered as they are, where that is the same for all.
    pub(super) explanation: Option<String>,
    /// What it does wrong on purpose, in words; empty: nothing.
    pub(super) misbehaviour: String,
    entries: VecDeque<Arc<Exchange>>,
    next: u64,
    bytes: usize,
}

/// What is known of an open connection.
#[derive(Clone, Debug, Default)]
pub(super) struct LinkLog {
    pub(super) peer: Arc<str>,
    pieces: Vec<WirePiece>,
    piece_bytes: usize,
    left_out: u64,
    steps: Vec<ExchangeStep>,
}

impl LinkLog {
    pub(super) fn of(peer: Arc<str>) -> Self {
        Self {
            peer,
            ..Self::default()
        }
    }

    /// Keeps a step until it is known which message it belongs to.
    pub(super) fn step(&mut self, time: SystemTime, tone: Tone, words: impl fmt::Display) {
        // A peer that does nothing right fills no memory.
        if self.steps.len() < 100 {
            self.steps.push(ExchangeStep {
                time,
                words: words.to_string(),
                tone,
            });
        }
    }

    fn keep(&mut self, time: SystemTime, bytes: WireBytes) {
        let size = bytes.bytes.len();
        if self.piece_bytes + size > MOST_BYTES_OF_ONE {
            self.left_out += size as u64;
        } else {
            self.piece_bytes += size;
            self.pieces.push(WirePiece { time, bytes });
        }
    }

    fn has_any(&self) -> bool {
        !self.pieces.is_empty() || !self.steps.is_empty() || self.left_out > 0
    }
}

impl WireLog {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            state: StationState::Off,
            since: now,
            phases: BTreeMap::new(),
            rates: WireRates::new(now),
            links: BTreeMap::new(),
            waiting: BTreeMap::new(),
            arrived: Vec::new(),
            arrived_bytes: 0,
            taken: 0,
            explanation: None,
            misbehaviour: String::new(),
            entries: VecDeque::new(),
            next: 1,
            bytes: 0,
        }
    }

    /// The state from now on.
    pub(super) fn enter(&mut self, now: Instant, state: StationState) {
        if self.state != state {
            (self.state, self.since) = (state, now);
        }
    }

    /// What one of the senders is at from now on.
    pub(super) fn phase(&mut self, now: Instant, sender: usize, phase: LinkPhase) {
        let known = self.phases.get(&sender);
        if known.is_none_or(|(known, _)| *known != phase) {
            self.phases.insert(sender, (phase, now));
        }
    }

    /// What it is at.
    pub fn state(&self) -> &StationState {
        &self.state
    }

    /// Since when.
    pub fn since(&self) -> Instant {
        self.since
    }

    /// What the connections of a sender are at, and since when.
    pub fn phases(&self) -> impl Iterator<Item = &(LinkPhase, Instant)> {
        self.phases.values()
    }

    /// The exchanges, the oldest first.
    pub fn entries(&self) -> &VecDeque<Arc<Exchange>> {
        &self.entries
    }

    /// How many were forgotten to make room.
    pub fn forgotten(&self) -> u64 {
        self.next - 1 - self.entries.len() as u64
    }

    /// Counts and times.
    pub fn rates(&self) -> &WireRates {
        &self.rates
    }

    /// Forgets what was done, and counts anew; what is under way goes on.
    pub(super) fn clear(&mut self, now: Instant) {
        let open = self.rates.open;
        self.rates = WireRates::new(now);
        self.rates.open = open;
        self.entries.clear();
        self.waiting.clear();
        (self.next, self.bytes, self.taken) = (1, 0, 0);
    }

    /// Bytes went over a connection.
    pub(super) fn bytes(
        &mut self,
        now: Instant,
        time: SystemTime,
        link: LinkId,
        bytes: &WireBytes,
    ) {
        let count = bytes.bytes.len() as u64;
        match bytes.direction {
            Direction::In => self.rates.bytes_in += count,
            Direction::Out => self.rates.bytes_out += count,
        }
        self.rates.bytes(now, count);
        self.links
            .entry(link)
            .or_default()
            .keep(time, bytes.clone());
    }

    /// Begins an exchange with what came before it on its connection.
    pub(super) fn begin(
        &mut self,
        time: SystemTime,
        link: LinkId,
        message: Option<ExchangedMessage>,
        upshot: Upshot,
    ) -> u64 {
        let serial = self.next;
        self.next += 1;
        let log = self.links.entry(link).or_default();
        let began = log.pieces.first().map_or(time, |piece| piece.time);
        let mut exchange = Exchange {
            serial,
            began,
            link,
            peer: Arc::clone(&log.peer),
            message,
            upshot,
            steps: Vec::new(),
            pieces: Vec::new(),
            left_out: 0,
        };
        take(log, &mut exchange);
        self.bytes += size(&exchange);
        self.entries.push_back(Arc::new(exchange));
        while self.entries.len() > MOST_ENTRIES || self.bytes > MOST_BYTES && self.entries.len() > 1
        {
            if let Some(forgotten) = self.entries.pop_front() {
                self.bytes = self.bytes.saturating_sub(size(&forgotten));
            }
        }
        serial
    }

    /// Changes an exchange that is still known.
    pub(super) fn change(&mut self, serial: u64, change: impl FnOnce(&mut Exchange)) {
        let Some(exchange) = self.find(serial) else {
            return;
        };
        let exchange = Arc::make_mut(exchange);
        let before = size(exchange);
        change(exchange);
        let after = size(exchange);
        self.bytes = (self.bytes + after).saturating_sub(before);
    }

    /// Gives an exchange what happened on its connection since.
    pub(super) fn gather(&mut self, serial: u64, link: LinkId) {
        let Some(mut log) = self.links.remove(&link) else {
            return;
        };
        if log.has_any() {
            self.change(serial, |exchange| take(&mut log, exchange));
        }
        self.links.insert(link, log);
    }

    /// What is left of a connection that belongs to no message becomes an entry of its own.
    pub(super) fn leftovers(&mut self, time: SystemTime, link: LinkId) {
        if self.links.get(&link).is_some_and(LinkLog::has_any) {
            let upshot = Upshot {
                word: "no message".to_owned(),
                tone: Tone::Odd,
                is_over: true,
            };
            self.begin(time, link, None, upshot);
        }
    }

    /// A line about a connection or the whole.
    pub(super) fn tell(
        &mut self,
        time: SystemTime,
        link: LinkId,
        (word, tone): (&str, Tone),
        words: impl fmt::Display,
    ) {
        let upshot = Upshot {
            word: word.to_owned(),
            tone,
            is_over: true,
        };
        let kept = self.links.get_mut(&link).map(|log| {
            let pieces = std::mem::take(&mut log.pieces);
            let steps = std::mem::take(&mut log.steps);
            (pieces, steps)
        });
        let serial = self.begin(time, link, None, upshot);
        self.change(serial, |exchange| {
            exchange.step(time, tone, words.to_string());
        });
        if let (Some((pieces, steps)), Some(log)) = (kept, self.links.get_mut(&link)) {
            (log.pieces, log.steps) = (pieces, steps);
        }
    }

    /// What it does wrong on purpose from now on.
    pub(super) fn misbehave(&mut self, faults: &Faults) {
        let rules: Vec<String> = faults.rules.iter().map(ToString::to_string).collect();
        self.misbehaviour = if rules.is_empty() {
            String::new()
        } else {
            format!("set to misbehave: {}", rules.join(", "))
        };
    }

    /// Faults that cannot be had were asked for; what runs goes on with those that it had.
    pub(super) fn refuse_faults(&mut self, why: &FaultError) {
        let place = LinkId::default();
        self.tell(SystemTime::now(), place, ("no such fault", Tone::Bad), why);
    }

    /// Adds an answer to an exchange.
    pub(super) fn answered(&mut self, serial: u64, answer: WireAnswer, after: std::time::Duration) {
        self.change(serial, |exchange| {
            if let Some(message) = &mut exchange.message {
                message.answers.push(answer);
                message.after = Some(after);
            }
        });
    }

    fn find(&mut self, serial: u64) -> Option<&mut Arc<Exchange>> {
        let first = self.entries.front()?.serial;
        let at = usize::try_from(serial.checked_sub(first)?).ok()?;
        self.entries.get_mut(at)
    }

    /// An exchange that is still known.
    pub fn exchange(&self, serial: u64) -> Option<&Arc<Exchange>> {
        let first = self.entries.front()?.serial;
        let at = usize::try_from(serial.checked_sub(first)?).ok()?;
        self.entries.get(at)
    }
}

/// Moves what a connection has kept into an exchange.
fn take(log: &mut LinkLog, exchange: &mut Exchange) {
    log.piece_bytes = 0;
    let held: usize = exchange
        .pieces
        .iter()
        .map(|piece| piece.bytes.bytes.len())
        .sum();
    let mut room = MOST_BYTES_OF_ONE.saturating_sub(held);
    exchange.left_out += std::mem::take(&mut log.left_out);
    for piece in log.pieces.drain(..) {
        let size = piece.bytes.bytes.len();
        if size > room {
            exchange.left_out += size as u64;
            continue;
        }
        room -= size;
        exchange.pieces.push(piece);
    }
    exchange.steps.append(&mut log.steps);
}

fn size(exchange: &Exchange) -> usize {
    let pieces = exchange.pieces.iter().map(|piece| piece.bytes.bytes.len());
    let message = exchange.message.iter();
    let message = message.map(|message| {
        let answers = message.answers.iter().map(|answer| answer.content.len());
        message.content.len() + answers.sum::<usize>()
    });
    let steps = exchange.steps.iter().map(|step| step.words.len());
    pieces.sum::<usize>() + message.sum::<usize>() + steps.sum::<usize>() + 512
}
