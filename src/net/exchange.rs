//! A message that is sent and what answers it, whatever carries both.

use std::time::SystemTime;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::ack::{Ack, AckCode};
use super::answer::Answer;
use super::delivery::{Delivery, Unknown};
use super::going::{Going, Memory, Stage};
use super::sender_event::{Late, SenderNews};
use super::sender_settings::SenderSettings;
use super::waiting::{Waiting, expects_application};

/// Who is told what happens.
pub(super) type Teller<'a> = &'a (dyn Fn(SenderNews) + Send + Sync);

/// One message under way on one connection.
pub(super) struct Exchange<'a> {
    pub(super) going: &'a Going,
    pub(super) settings: &'a SenderSettings,
    pub(super) memory: &'a mut Memory,
    pub(super) tell: Teller<'a>,
    pub(super) waiting: Waiting,
}

/// What is known of a message in the end.
pub(super) struct Found {
    pub(super) delivery: Delivery,
    /// Nothing can come after it that is mixed up with another answer.
    pub(super) is_clean: bool,
}

/// What an answer means.
pub(super) struct Judged {
    /// None where the wait goes on.
    pub(super) found: Option<Found>,
    /// The peer asks to be told that its answer is here.
    pub(super) owes_commit: bool,
}

impl Found {
    pub(super) fn clean(delivery: Delivery) -> Self {
        Self {
            delivery,
            is_clean: true,
        }
    }

    /// Whatever comes now could belong to it.
    pub(super) fn spoiled(delivery: Delivery) -> Self {
        Self {
            delivery,
            is_clean: false,
        }
    }
}

impl<'a> Exchange<'a> {
    pub(super) fn new(
        going: &'a Going,
        settings: &'a SenderSettings,
        memory: &'a mut Memory,
        tell: Teller<'a>,
    ) -> Self {
        Self {
            going,
            settings,
            memory,
            tell,
            waiting: Waiting::for_at_most(settings.ack_timeout),
        }
    }

    /// All bytes of the message were handed over; from now on its answer is waited for.
    pub(super) fn sent(&mut self) {
        self.memory.stage = Stage::Sent;
        self.waiting = Waiting::for_at_most(self.settings.ack_timeout);
        (self.tell)(SenderNews::Sent {
            number: self.going.number,
            attempt: self.going.attempt,
            content: self.going.content.clone(),
        });
    }

    /// The peer has stored the message; its application may take its own time.
    pub(super) fn committed(&mut self) {
        (self.tell)(SenderNews::Committed {
            number: self.going.number,
        });
        self.waiting.within = self.settings.application_timeout;
        self.waiting.deadline = Instant::now() + self.waiting.within;
    }

    /// What a content means for the message.
    pub(super) fn judge(&mut self, content: &[u8]) -> Judged {
        let bytes = content.len() as u64;
        let read = Answer::read(content);
        (self.tell)(SenderNews::Answered {
            number: self.going.number,
            code: read.as_ref().ok().map(|answer| answer.code),
            content: Bytes::copy_from_slice(content),
            after: self.waiting.since.elapsed(),
        });
        let unknown = |why| Judged {
            found: Some(Found::spoiled(Delivery::Unknown(why))),
            owes_commit: false,
        };
        if let Some(why) = self.waiting.broken.take() {
            return unknown(Unknown::BrokenFrame(why));
        }
        let answer = match read {
            Ok(answer) => answer,
            Err(error) => return unknown(Unknown::Unreadable(error)),
        };
        let expected = &self.going.control_id;
        if !expected.is_empty() && answer.control_id != *expected {
            let late = self.memory.late(&answer.control_id, bytes);
            if !matches!(late, Late::Unknown { .. }) {
                (self.tell)(SenderNews::Late(late));
                return Judged {
                    found: None,
                    owes_commit: false,
                };
            }
            if self.settings.checks_control_id {
                return unknown(Unknown::OtherControlId {
                    expected: expected.clone(),
                    found: answer.control_id,
                });
            }
        }
        let owes_commit = answer.wants_commit && answer.code.application() == answer.code;
        let found = if answer.code == AckCode::CommitAccept && expects_application(self.going.asked)
        {
            self.committed();
            self.waiting.commit = Some(answer);
            None
        } else {
            Some(Found::clean(self.delivery(answer)))
        };
        Judged { found, owes_commit }
    }

    /// What an answer with the right control id says.
    pub(super) fn delivery(&self, answer: Answer) -> Delivery {
        if self.settings.accepted.contains(&answer.code) {
            let is_commit_only = answer.code.is_commit();
            Delivery::Accepted {
                answer,
                is_commit_only,
            }
        } else {
            Delivery::Refused(answer)
        }
    }

    /// What tells the peer that its answer is here, as it asked.
    pub(super) fn commit(&mut self, content: &[u8]) -> Vec<u8> {
        let fresh = self.memory.stamper.next(SystemTime::now());
        Ack::of(AckCode::CommitAccept).answer(content, fresh)
    }
}

/// Answers of the other port, where there is one.
pub(super) async fn elsewhere(
    answers: &mut Option<mpsc::UnboundedReceiver<Bytes>>,
) -> Option<Bytes> {
    match answers {
        Some(answers) => answers.recv().await,
        None => std::future::pending().await,
    }
}
