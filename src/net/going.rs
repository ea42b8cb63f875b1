//! A message on its way, and what its sender remembers of those before it.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::asked::Asked;
use super::delivery::Delivery;
use super::player::Player;
use super::sender_event::{Late, Parting};
use super::stamps::Stamper;

/// A message that is under way.
pub(super) struct Going {
    pub(super) number: u64,
    pub(super) attempt: u32,
    pub(super) content: Bytes,
    /// What stands in the frame.
    pub(super) inner: Bytes,
    pub(super) framed: Bytes,
    /// MSH-10 as plain text; empty where it has none.
    pub(super) control_id: String,
    pub(super) asked: Asked,
}

/// How far a message is, for whoever breaks it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// No byte, or not all of them, went out.
    NotSent,
    /// All bytes were handed over.
    Sent,
}

/// What a sender knows beyond one connection.
pub(super) struct Memory {
    /// Control ids of the last messages, the newest last.
    earlier: VecDeque<String>,
    pub(super) stage: Stage,
    pub(super) stamper: Stamper,
    /// Answers that came by the port of our own.
    pub(super) elsewhere: Option<mpsc::UnboundedReceiver<Bytes>>,
    /// What is done wrong on purpose.
    pub(super) player: Arc<Player>,
}

/// What became of a message, and whether its connection can carry the next one.
pub(super) struct Exchanged {
    pub(super) delivery: Delivery,
    pub(super) parting: Option<Parting>,
}

/// Control ids whose late answers are known as such.
const REMEMBERED: usize = 1024;

impl Memory {
    pub(super) fn new(
        stamper: Stamper,
        elsewhere: Option<mpsc::UnboundedReceiver<Bytes>>,
        player: Arc<Player>,
    ) -> Self {
        Self {
            earlier: VecDeque::new(),
            stage: Stage::NotSent,
            stamper,
            elsewhere,
            player,
        }
    }

    /// Keeps the control id of a message that is over.
    pub(super) fn remember(&mut self, control_id: &str) {
        if !control_id.is_empty() {
            self.earlier.push_back(control_id.to_owned());
            if self.earlier.len() > REMEMBERED {
                self.earlier.pop_front();
            }
        }
    }

    pub(super) fn late(&self, control_id: &str, bytes: u64) -> Late {
        if self.earlier.back().is_some_and(|last| last == control_id) {
            Late::Second { bytes }
        } else if self.earlier.iter().any(|earlier| earlier == control_id) {
            Late::Earlier { bytes }
        } else {
            Late::Unknown { bytes }
        }
    }
}
