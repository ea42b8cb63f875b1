//! From verdicts to the bytes that answer them.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use bytes::Bytes;

use super::ack::{Ack, AckCode, answer_batch};
use super::asked::Asked;
use super::faults::Fault;
use super::frame::{Commit, Marks};
use super::header::Header;
use super::layer::Layer;
use super::listener_event::{Answered, ListenerNews, NotDelivered, Unanswered};
use super::listener_settings::{BatchAnswer, ListenerSettings};
use super::player::{Chosen, Player, Step};
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

/// Answers that wait to be written, so that one write carries all that are ready.
#[derive(Debug)]
pub(super) struct Outgoing {
    marks: Marks,
    layer: Layer,
    batch_answer: BatchAnswer,
    bytes: Vec<u8>,
    answers: Vec<Answered>,
    /// Answers to the messages of a batch that has not ended.
    batch: Vec<u8>,
    batch_count: usize,
    player: Arc<Player>,
    plays: Vec<Play>,
    /// Answers that go with the next message's.
    late: Vec<Play>,
}

/// An answer that is sent with faults.
#[derive(Debug)]
pub(super) struct Play {
    pub(super) steps: Vec<Step>,
    /// None where it is no answer of its own.
    pub(super) answered: Option<Answered>,
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
}

impl Outgoing {
    pub(super) fn new(settings: &ListenerSettings, player: Arc<Player>) -> Self {
        Self {
            marks: settings.marks.clone(),
            layer: settings.layer,
            batch_answer: settings.batch_answer,
            bytes: Vec::new(),
            answers: Vec::new(),
            batch: Vec::new(),
            batch_count: 0,
            player,
            plays: Vec::new(),
            late: Vec::new(),
        }
    }

    /// What is to be written, and what it answers.
    pub(super) fn take(&mut self) -> (Vec<u8>, Vec<Answered>) {
        (
            std::mem::take(&mut self.bytes),
            std::mem::take(&mut self.answers),
        )
    }

    /// Adds bytes that answer no message.
    pub(super) fn add_raw(&mut self, bytes: &[u8]) {
        if self.plays.is_empty() {
            self.bytes.extend_from_slice(bytes);
        } else {
            // Behind an answer that has its faults.
            let steps = vec![Step::Write(bytes.to_vec())];
            let answered = None;
            self.plays.push(Play { steps, answered });
        }
    }

    /// What is to be done step by step: all answers, where there are faults to have.
    pub(super) fn take_plays(&mut self) -> Vec<Play> {
        std::mem::take(&mut self.plays)
    }

    /// Adds what answers a message; returns what is to be told of it at once.
    pub(super) fn add(
        &mut self,
        due: &Due,
        verdict: &Verdict,
        stamper: &mut Stamper,
    ) -> Vec<ListenerNews> {
        let header = Header::read(&due.content);
        let chosen = self.player.for_message(&due.content);
        self.plays.append(&mut self.late);
        let instead = chosen.as_ref().and_then(Chosen::verdict);
        let chosen = chosen.as_ref();
        let mut news = Vec::new();
        if self.layer == Layer::MllpRelease2 {
            let commit = commit(instead.as_ref().unwrap_or(verdict), due.refusal.as_ref());
            let framed = commit.and_then(|commit| self.marks.frame(commit.content()).ok());
            self.add_raw(&framed.unwrap_or_default());
        }
        let acks = match instead.as_ref().unwrap_or(verdict) {
            Verdict::Exactly(ack) => vec![ack.clone()],
            Verdict::Ack(ack) => {
                let refusal = due.refusal.as_ref().filter(|_| ack.code.is_success());
                asked_for(header.as_ref(), refusal.unwrap_or(ack)).unwrap_or_else(|why| {
                    news.push(ListenerNews::Unanswered {
                        number: due.number,
                        why,
                    });
                    Vec::new()
                })
            }
            Verdict::Bytes(bytes) => {
                match self.framed(bytes) {
                    Ok(framed) => self.push(due, None, bytes.clone(), &framed, chosen),
                    Err(error) => {
                        let why = NotDelivered::Unframed(error);
                        news.push(ListenerNews::NotDelivered {
                            number: due.number,
                            why,
                        });
                    }
                }
                Vec::new()
            }
            Verdict::Silence => {
                let why = Unanswered::Silence;
                news.push(ListenerNews::Unanswered {
                    number: due.number,
                    why,
                });
                Vec::new()
            }
        };
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
                news.extend(self.push_ack(due, Some(ack.code), content, chosen));
            }
        }
        if let Some(header) = due.batch.as_ref().filter(|_| due.ends_batch)
            && self.batch_count > 0
        {
            let acks = std::mem::take(&mut self.batch);
            let count = std::mem::take(&mut self.batch_count);
            let content = answer_batch(header, &acks, count, stamper.next(SystemTime::now()));
            news.extend(self.push_ack(due, None, content, chosen));
        }
        news
    }

    /// An answer of ours. Bytes of the message that it repeats may be those of a frame.
    fn push_ack(
        &mut self,
        due: &Due,
        code: Option<AckCode>,
        mut content: Vec<u8>,
        chosen: Option<&Chosen>,
    ) -> Option<ListenerNews> {
        let framed = self.framed(&content).or_else(|_| {
            let marks = [self.marks.start(), self.marks.end()];
            let marks = marks.map(|mark| mark.first().copied());
            for byte in &mut content {
                if marks.contains(&Some(*byte)) {
                    *byte = b'?';
                }
            }
            self.framed(&content)
        });
        match framed {
            Ok(framed) => {
                self.push(due, code, Bytes::from(content), &framed, chosen);
                None
            }
            Err(why) => {
                let (number, why) = (due.number, NotDelivered::Unframed(why));
                Some(ListenerNews::NotDelivered { number, why })
            }
        }
    }

    fn framed(&self, content: &[u8]) -> Result<Vec<u8>, String> {
        let inner = self.layer.wrap(content, &self.marks);
        let inner = inner.map_err(|error| error.to_string())?;
        self.marks.frame(&inner).map_err(|error| error.to_string())
    }

    fn push(
        &mut self,
        due: &Due,
        code: Option<AckCode>,
        content: Bytes,
        framed: &[u8],
        chosen: Option<&Chosen>,
    ) {
        let answered = Answered {
            number: due.number,
            code,
            content,
            after: due.since.elapsed(),
            after_end: false,
        };
        let Some(chosen) = chosen else {
            if self.plays.is_empty() {
                self.bytes.extend_from_slice(framed);
                self.answers.push(answered);
            } else {
                // Behind an answer that has its faults.
                let steps = vec![Step::Write(framed.to_vec()), Step::Done];
                let answered = Some(answered);
                self.plays.push(Play { steps, answered });
            }
            return;
        };
        let inner = self.layer.wrap(&answered.content, &self.marks);
        let steps = chosen.steps(&inner.unwrap_or_default(), &self.marks);
        let answered = Some(answered);
        let play = Play { steps, answered };
        if chosen.has(Fault::Late) {
            self.late.push(play);
        } else {
            self.plays.push(play);
        }
    }
}

/// What MLLP release 2 says of a message: whether it is stored; nothing where nothing is to be said.
fn commit(verdict: &Verdict, refusal: Option<&Ack>) -> Option<Commit> {
    match verdict {
        Verdict::Ack(ack) | Verdict::Exactly(ack) => {
            let code = refusal
                .filter(|_| ack.code.is_success())
                .map_or(ack.code, |ack| ack.code);
            let is_lost = code.is_commit() && !code.is_success();
            Some(if is_lost {
                Commit::Refused
            } else {
                Commit::Acknowledged
            })
        }
        Verdict::Bytes(_) => Some(Commit::Acknowledged),
        Verdict::Silence => None,
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
