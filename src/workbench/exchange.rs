//! What happened on the wire, message by message: the bytes, the steps, and what came of it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use crate::net::{AckCode, ConnectionId, WireBytes};

/// One message with its answers, or what else happened at a connection.
#[derive(Clone)]
pub struct Exchange {
    /// Counted at its listener or sender from 1.
    pub serial: u64,
    /// When it began.
    pub began: SystemTime,
    /// Which connection of which sender; listeners have one of each.
    pub link: LinkId,
    /// Who is at the other end, where that is known.
    pub peer: Arc<str>,
    /// The message; none where it is about the connection alone.
    pub message: Option<ExchangedMessage>,
    /// How it stands.
    pub upshot: Upshot,
    /// What happened, in order.
    pub steps: Vec<ExchangeStep>,
    /// The bytes that belong to it, piece by piece.
    pub pieces: Vec<WirePiece>,
    /// Bytes that belong to it and are not kept, for they are too many.
    pub left_out: u64,
}

/// A connection among those of a listener or of the senders that share messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkId {
    /// Which sender, counted from 0; always 0 at a listener.
    pub sender: usize,
    /// Which connection, counted from 1; 0 where there is none.
    pub connection: ConnectionId,
}

/// A message that came or went.
#[derive(Clone)]
pub struct ExchangedMessage {
    /// Which one of its connection or sender, counted from 1.
    pub number: u64,
    /// Its bytes, without those of the frame.
    pub content: Bytes,
    /// What was answered, in order.
    pub answers: Vec<WireAnswer>,
    /// From the message to its last answer.
    pub after: Option<Duration>,
}

/// An answer.
#[derive(Clone)]
pub struct WireAnswer {
    /// MSA-1, where there is one.
    pub code: Option<AckCode>,
    /// Its bytes, without those of the frame.
    pub content: Bytes,
}

/// Bytes and when they went.
#[derive(Clone)]
pub struct WirePiece {
    /// When.
    pub time: SystemTime,
    /// Which way, from which byte on, and the bytes.
    pub bytes: WireBytes,
}

/// Something that happened.
#[derive(Clone, PartialEq, Eq)]
pub struct ExchangeStep {
    /// When.
    pub time: SystemTime,
    /// What, in words.
    pub words: String,
    /// What it means.
    pub tone: Tone,
}

/// What a step or an outcome means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// As agreed.
    Plain,
    /// As it should be in the end.
    Good,
    /// Otherwise than agreed, or not known.
    Odd,
    /// Failed.
    Bad,
}

/// How an exchange stands.
#[derive(Clone, PartialEq, Eq)]
pub struct Upshot {
    /// In a word or two: `AA`, `unknown`.
    pub word: String,
    /// What that means.
    pub tone: Tone,
    /// Whether it is over.
    pub is_over: bool,
}

impl Exchange {
    /// Adds a step.
    pub(super) fn step(&mut self, time: SystemTime, tone: Tone, words: impl fmt::Display) {
        self.steps.push(ExchangeStep {
            time,
            words: words.to_string(),
            tone,
        });
    }

    /// How it stands from now on.
    pub(super) fn stands(&mut self, word: impl Into<String>, tone: Tone, is_over: bool) {
        self.upshot = Upshot {
            word: word.into(),
            tone,
            is_over,
        };
    }

    /// What is remarkable about it: the last of its gravest steps.
    pub fn remark(&self) -> Option<&ExchangeStep> {
        let odd = self.steps.iter().filter(|step| step.tone >= Tone::Odd);
        // Of equals the last one is taken, which tells how it ended.
        odd.max_by_key(|step| step.tone)
    }
}

/// Numbers and sizes; what is in a message is nobody's to see in a log.
impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("serial", &self.serial)
            .field("link", &self.link)
            .field("steps", &self.steps.len())
            .finish_non_exhaustive()
    }
}

/// A size.
impl fmt::Debug for ExchangedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "message {} of {} bytes", self.number, self.content.len())
    }
}

/// A code.
impl fmt::Debug for WireAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} in {} bytes", self.code, self.content.len())
    }
}

/// Sizes and places.
impl fmt::Debug for WirePiece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes.fmt(f)
    }
}

/// What it means; peers quote messages.
impl fmt::Debug for ExchangeStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.tone)
    }
}

/// As the list shows it.
impl fmt::Debug for Upshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.word)
    }
}
