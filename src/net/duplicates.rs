//! Messages that come a second time, known by sender and control id.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::ack::{Ack, AckCode};
use super::answer::Answer;
use super::header::Header;
use super::verdict::Verdict;

/// Remembers the verdicts about the last messages, for those that are sent again.
///
/// Only messages that were accepted are remembered: one that was refused is sent again so that it is
/// looked at again.
#[derive(Debug)]
pub(super) struct Duplicates {
    known: Mutex<Known>,
    most: usize,
}

#[derive(Debug, Default)]
struct Known {
    messages: HashMap<Key, Entry>,
    /// The accepted ones, the oldest first.
    order: VecDeque<Key>,
}

/// MSH-3, MSH-4 and MSH-10.
pub(super) type Key = [Box<str>; 3];

#[derive(Debug)]
struct Entry {
    /// Of the content.
    hash: u64,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Nobody has decided yet; these wait for the same verdict.
    Open(Vec<oneshot::Sender<Verdict>>),
    Settled(Verdict),
}

/// What is known of a message that has just come.
#[derive(Debug)]
pub(super) enum Seen {
    /// It is the first with its control id.
    First(Claim),
    /// It came before; the verdict is, or will be, that of the first one.
    Again {
        verdict: oneshot::Receiver<Verdict>,
        /// Whether all its bytes are those of the first one.
        is_same: bool,
    },
}

/// The right to settle what becomes of a message and those that repeat it.
#[derive(Debug)]
pub(super) struct Claim {
    of: Arc<Duplicates>,
    key: Option<Key>,
}

impl Duplicates {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            known: Mutex::default(),
            most: most.max(1),
        })
    }

    /// The key of a message; none for one without control id, which can be told from no other.
    pub(super) fn key(header: &Header<'_>) -> Option<Key> {
        let id = header.control_id();
        let key = || [header.field(3), header.field(4), id].map(Box::from);
        (!id.trim().is_empty()).then(key)
    }

    /// Takes a message for one that was accepted.
    pub(super) fn know(self: &Arc<Self>, content: &[u8]) {
        let key = Header::read(content).as_ref().and_then(Self::key);
        if let Some(key) = key
            && let Seen::First(claim) = self.look_up(key, content)
        {
            claim.settle(&Verdict::Ack(Ack::of(AckCode::Accept)));
        }
    }

    pub(super) fn look_up(self: &Arc<Self>, key: Key, content: &[u8]) -> Seen {
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        let hash = hasher.finish();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(entry) = known.messages.get_mut(&key) else {
            let entry = Entry {
                hash,
                state: State::Open(Vec::new()),
            };
            known.messages.insert(key.clone(), entry);
            return Seen::First(Claim {
                of: Arc::clone(self),
                key: Some(key),
            });
        };
        let (sender, verdict) = oneshot::channel();
        match &mut entry.state {
            State::Open(waiting) => waiting.push(sender),
            // The receiver is held right here.
            State::Settled(known) => drop(sender.send(known.clone())),
        }
        Seen::Again {
            verdict,
            is_same: entry.hash == hash,
        }
    }

    fn settle(&self, key: Key, verdict: Option<&Verdict>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(entry) = known.messages.get_mut(&key) else {
            return;
        };
        let is_accepted = match verdict {
            Some(Verdict::Ack(ack) | Verdict::Exactly(ack)) => ack.code.is_success(),
            Some(Verdict::Bytes(bytes)) => {
                Answer::read(bytes).map_or(true, |answer| answer.code.is_success())
            }
            Some(Verdict::Silence) | None => false,
        };
        let state = match verdict.filter(|_| is_accepted) {
            Some(verdict) => std::mem::replace(&mut entry.state, State::Settled(verdict.clone())),
            None => match known.messages.remove(&key) {
                Some(entry) => entry.state,
                None => return,
            },
        };
        if is_accepted {
            known.order.push_back(key);
            if known.order.len() > self.most
                && let Some(oldest) = known.order.pop_front()
            {
                known.messages.remove(&oldest);
            }
        }
        drop(known);
        if let (State::Open(waiting), Some(verdict)) = (state, verdict) {
            for sender in waiting {
                // One whose connection is gone needs no verdict.
                let _ = sender.send(verdict.clone());
            }
        }
    }
}

impl Claim {
    pub(super) fn settle(mut self, verdict: &Verdict) {
        if let Some(key) = self.key.take() {
            self.of.settle(key, Some(verdict));
        }
    }
}

/// Nobody decided: the message may come again.
impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            self.of.settle(key, None);
        }
    }
}
