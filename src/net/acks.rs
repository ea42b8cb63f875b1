//! From verdicts to the acknowledgments that messages are due, whatever carries them.

use std::time::{Instant, SystemTime};

use bytes::Bytes;

use super::ack::{Ack, AckCode, answer_batch};
use super::answer::Answer;
use super::asked::Asked;
use super::header::Header;
use super::listener_event::{Answered, ListenerNews, Unanswered};
use super::listener_settings::BatchAnswer;
use super::stamps::Stamper;
use super::verdict::Verdict;

/// A message that an answer is due to.
#[derive(Debug)]
pub(super) struct Due {
    pub(super) number: u64,
    pub(super) content: Bytes,
    /// What is answered instead of a positive verdict.
    pub(super) refusal: Option<Ack>,
    /// The header of the batch that it stands in.
    pub(super) batch: Option<Bytes>,
    pub(super) ends_batch: bool,
    since: Instant,
}

/// The acknowledgments of one connection.
#[derive(Debug)]
pub(super) struct Acks {
    batch_answer: BatchAnswer,
    /// Answers to the messages of a batch that has not ended.
    batch: Vec<u8>,
    batch_count: usize,
    /// Where a commit and an application acknowledgment are asked for, there is room for the latter alone.
    is_single: bool,
}

/// What is to be answered.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) content: Vec<u8>,
    /// None where it is a batch, or bytes that somebody else made.
    pub(super) code: Option<AckCode>,
    /// Nobody else made it, so bytes that would end its frame may be changed.
    pub(super) is_ours: bool,
}

impl Due {
    pub(super) fn new(number: u64, content: Bytes, since: Instant) -> Self {
        Self {
            number,
            content,
            refusal: None,
            batch: None,
            ends_batch: false,
            since,
        }
    }

    /// What is told when an answer is with the peer.
    pub(super) fn answered(&self, code: Option<AckCode>, content: Bytes) -> Answered {
        Answered {
            number: self.number,
            code,
            content,
            after: self.since.elapsed(),
            after_end: false,
        }
    }
}

impl Acks {
    pub(super) fn new(batch_answer: BatchAnswer) -> Self {
        Self {
            batch_answer,
            batch: Vec::new(),
            batch_count: 0,
            is_single: false,
        }
    }

    /// For a transport that answers each message once.
    pub(super) fn of_one_answer(batch_answer: BatchAnswer) -> Self {
        Self {
            is_single: true,
            ..Self::new(batch_answer)
        }
    }

    /// What answers a message, and what is to be told of it at once.
    pub(super) fn of(
        &mut self,
        due: &Due,
        verdict: &Verdict,
        stamper: &mut Stamper,
    ) -> (Vec<Made>, Vec<ListenerNews>) {
        let header = Header::read(&due.content);
        let mut news = Vec::new();
        let mut made = Vec::new();
        let mut unanswered = |why| {
            let number = due.number;
            news.push(ListenerNews::Unanswered { number, why });
            Vec::new()
        };
        let mut acks = match verdict {
            Verdict::Exactly(ack) => vec![ack.clone()],
            Verdict::Ack(ack) => {
                let refusal = due.refusal.as_ref().filter(|_| ack.code.is_success());
                asked_for(header.as_ref(), refusal.unwrap_or(ack)).unwrap_or_else(unanswered)
            }
            Verdict::Bytes(bytes) => {
                let code = Answer::read(bytes).ok().map(|answer| answer.code);
                let refusal = due.refusal.as_ref();
                let refusal = refusal.filter(|_| code.is_some_and(AckCode::is_success));
                if refusal.is_none() {
                    made.push(Made {
                        content: bytes.to_vec(),
                        code,
                        is_ours: false,
                    });
                }
                refusal.cloned().into_iter().collect()
            }
            Verdict::Silence => unanswered(Unanswered::Silence),
        };
        if self.is_single {
            acks.drain(..acks.len().saturating_sub(1));
        }
        let is_wide = header
            .and_then(|header| header.charset())
            .is_some_and(|charset| charset.unit_width() > 1);
        let in_batch = self.batch_answer == BatchAnswer::Batch && due.batch.is_some() && !is_wide;
        for ack in acks {
            let content = ack.answer(&due.content, stamper.next(SystemTime::now()));
            if in_batch {
                self.batch.extend_from_slice(&content);
                self.batch_count += 1;
            } else {
                made.push(Made {
                    content,
                    code: Some(ack.code),
                    is_ours: true,
                });
            }
        }
        if let Some(header) = due.batch.as_ref().filter(|_| due.ends_batch)
            && self.batch_count > 0
        {
            let acks = std::mem::take(&mut self.batch);
            let count = std::mem::take(&mut self.batch_count);
            made.push(Made {
                content: answer_batch(header, &acks, count, stamper.next(SystemTime::now())),
                code: None,
                is_ours: true,
            });
        }
        (made, news)
    }
}

/// The acknowledgments that a message asks for with an outcome, or why there is none.
fn asked_for(header: Option<&Header<'_>>, outcome: &Ack) -> Result<Vec<Ack>, Unanswered> {
    let asked = header.map(Asked::of).unwrap_or_default();
    if !asked.is_enhanced() && header.is_some_and(Header::is_acknowledgment) {
        return Err(Unanswered::Acknowledgment);
    }
    let acks = asked.acks(outcome);
    if acks.is_empty() {
        Err(Unanswered::NotAsked)
    } else {
        Ok(acks)
    }
}
