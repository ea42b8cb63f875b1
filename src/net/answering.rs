//! From verdicts to the bytes that answer them in frames.

use std::sync::Arc;

use bytes::Bytes;

use super::ack::Ack;
use super::acks::{Acks, Due, Made};
use super::faults::Fault;
use super::frame::{Commit, Marks};
use super::layer::Layer;
use super::listener_event::{Answered, ListenerNews, NotDelivered};
use super::listener_settings::ListenerSettings;
use super::player::{Chosen, Player, Step};
use super::stamps::Stamper;
use super::verdict::Verdict;

/// Answers that wait to be written, so that one write carries all that are ready.
#[derive(Debug)]
pub(super) struct Outgoing {
    marks: Marks,
    layer: Layer,
    acks: Acks,
    bytes: Vec<u8>,
    answers: Vec<Answered>,
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

impl Outgoing {
    pub(super) fn new(settings: &ListenerSettings, player: Arc<Player>) -> Self {
        Self {
            marks: settings.marks.clone(),
            layer: settings.layer.clone(),
            acks: Acks::new(settings.batch_answer),
            bytes: Vec::new(),
            answers: Vec::new(),
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
            let steps = vec![Step::Write(Bytes::copy_from_slice(bytes))];
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
        let chosen = self.player.for_message(&due.content);
        self.plays.append(&mut self.late);
        let instead = chosen.as_ref().and_then(Chosen::verdict);
        let verdict = instead.as_ref().unwrap_or(verdict);
        if self.layer == Layer::MllpRelease2 {
            let commit = commit(verdict, due.refusal.as_ref());
            let framed = commit.and_then(|commit| self.marks.frame(commit.content()).ok());
            self.add_raw(&framed.unwrap_or_default());
        }
        let (made, mut news) = self.acks.of(due, verdict, stamper);
        for answer in made {
            news.extend(self.add_made(due, answer, chosen.as_ref()));
        }
        news
    }

    /// In what is ours, bytes of the message that it repeats may be those of a frame.
    fn add_made(&mut self, due: &Due, made: Made, chosen: Option<&Chosen>) -> Option<ListenerNews> {
        let Made {
            mut content,
            code,
            is_ours,
        } = made;
        let mut framed = self.framed(&content);
        if framed.is_err() && is_ours {
            let marks = [self.marks.start(), self.marks.end()];
            let marks = marks.map(|mark| mark.first().copied());
            for byte in &mut content {
                if marks.contains(&Some(*byte)) {
                    *byte = b'?';
                }
            }
            framed = self.framed(&content);
        }
        match framed {
            Ok(framed) => {
                self.push(due.answered(code, Bytes::from(content)), &framed, chosen);
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

    fn push(&mut self, answered: Answered, framed: &[u8], chosen: Option<&Chosen>) {
        let Some(chosen) = chosen else {
            if self.plays.is_empty() {
                self.bytes.extend_from_slice(framed);
                self.answers.push(answered);
            } else {
                // Behind an answer that has its faults.
                let steps = vec![Step::Write(Bytes::copy_from_slice(framed)), Step::Done];
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
