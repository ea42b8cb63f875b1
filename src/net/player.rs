//! Faults turned into what is done on a connection, step by step.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use super::ack::{Ack, AckCode};
use super::faults::{Fault, FaultError, FaultRule, FaultSide, When};
use super::frame::Marks;
use super::layer::Layer;
use super::verdict::Verdict;

/// Which faults are had, from which seed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Each by itself; several can meet in one message.
    pub rules: Vec<FaultRule>,
    /// The same seed gives the same chances.
    pub seed: u64,
}

impl Faults {
    /// Whether a layer can have them.
    ///
    /// # Errors
    ///
    /// One that it cannot have, and why.
    pub fn fit(&self, layer: &Layer) -> Result<(), FaultError> {
        if !matches!(layer, Layer::Http(_)) {
            return Ok(());
        }
        let refused = self.rules.iter().find_map(|rule| {
            let why = rule.fault.reason_against_http()?;
            Some(FaultError::NotOverHttp(rule.fault, why))
        });
        refused.map_or(Ok(()), Err)
    }
}

/// One thing that is done on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Write(Bytes),
    Pause(Duration),
    /// Everything that belongs to the message was written.
    Done,
    Close,
    Reset,
}

/// Decides which faults are had when; shared by the connections of one listener or sender.
#[derive(Debug)]
pub(super) struct Player {
    /// Whether there is anything to decide, for those who have no time to ask.
    has_rules: AtomicBool,
    side: FaultSide,
    playing: Mutex<Playing>,
}

#[derive(Debug)]
struct Playing {
    rules: Vec<(FaultRule, u32)>,
    chance: fastrand::Rng,
}

/// The faults that one message has.
#[derive(Debug, Default)]
pub(super) struct Chosen(Vec<FaultRule>);

/// What is written where nobody says otherwise.
const JUNK: &[u8] = b"*** junk ***";

impl Player {
    pub(super) fn new(faults: &Faults, side: FaultSide) -> Arc<Self> {
        let player = Self {
            has_rules: AtomicBool::new(false),
            side,
            playing: Mutex::new(Playing {
                rules: Vec::new(),
                chance: fastrand::Rng::with_seed(0),
            }),
        };
        player.set(faults);
        Arc::new(player)
    }

    /// Other faults from now on; every count begins anew.
    pub(super) fn set(&self, faults: &Faults) {
        let is_had = |rule: &&FaultRule| {
            self.side == FaultSide::Listener || rule.fault.side() == FaultSide::Both
        };
        let rules: Vec<_> = faults
            .rules
            .iter()
            .filter(is_had)
            .map(|rule| (rule.clone(), 0))
            .collect();
        let mut playing = self.playing.lock().unwrap_or_else(PoisonError::into_inner);
        self.has_rules.store(!rules.is_empty(), Ordering::Relaxed);
        *playing = Playing {
            rules,
            chance: fastrand::Rng::with_seed(faults.seed),
        };
    }

    /// What a connection that has just been made has.
    pub(super) fn for_connection(&self) -> Chosen {
        self.choose(&[], true).unwrap_or_default()
    }

    /// What a message, or the answer to it, has; none where there is nothing to play at all.
    pub(super) fn for_message(&self, content: &[u8]) -> Option<Chosen> {
        self.choose(content, false)
    }

    fn choose(&self, content: &[u8], is_connection: bool) -> Option<Chosen> {
        if !self.has_rules.load(Ordering::Relaxed) {
            return None;
        }
        let mut playing = self.playing.lock().unwrap_or_else(PoisonError::into_inner);
        let Playing { rules, chance } = &mut *playing;
        let mut chosen = Vec::new();
        for (rule, seen) in rules {
            if rule.fault.is_of_connection() != is_connection || !rule.covers(content) {
                continue;
            }
            *seen += 1;
            let is_had = match rule.when {
                When::Every(n) => seen.is_multiple_of(n.max(1)),
                When::Percent(percent) => chance.u8(0..100) < percent,
            };
            if is_had {
                chosen.push(rule.clone());
            }
        }
        Some(Chosen(chosen))
    }
}

impl FaultRule {
    /// Whether the rule is for such a message: those that answer badly may name a text that it holds.
    fn covers(&self, content: &[u8]) -> bool {
        let is_picky = matches!(self.fault, Fault::AnswerError | Fault::AnswerReject);
        let text = self.value.as_deref().filter(|_| is_picky);
        text.is_none_or(|text| memchr::memmem::find(content, text.as_bytes()).is_some())
    }
}

impl Chosen {
    /// Faults that a message has in any case.
    pub(super) fn all(rules: Vec<FaultRule>) -> Self {
        Self(rules)
    }

    pub(super) fn rule(&self, fault: Fault) -> Option<&FaultRule> {
        self.0.iter().find(|rule| rule.fault == fault)
    }

    pub(super) fn has(&self, fault: Fault) -> bool {
        self.rule(fault).is_some()
    }

    /// What is said instead of the verdict.
    pub(super) fn verdict(&self) -> Option<Verdict> {
        let words = "a fault that was asked for answers so";
        if self.has(Fault::NeverAnswer) {
            Some(Verdict::Silence)
        } else if let Some(rule) = self.rule(Fault::FixedAnswer) {
            let bytes = rule
                .value
                .clone()
                .unwrap_or_else(|| String::from("fixed answer"));
            Some(Verdict::Bytes(bytes.into()))
        } else if self.has(Fault::AnswerReject) {
            Some(Verdict::Ack(Ack::because(AckCode::Reject, words)))
        } else if self.has(Fault::AnswerError) {
            Some(Verdict::Ack(Ack::because(AckCode::Error, words)))
        } else {
            None
        }
    }

    /// The steps that send a content in a frame, with all that is wrong about it.
    pub(super) fn steps(&self, content: &[u8], marks: &Marks) -> Vec<Step> {
        self.carried(content, Some(marks))
    }

    /// The steps that send a content by a transport without frames.
    pub(super) fn plain_steps(&self, content: &[u8]) -> Vec<Step> {
        self.carried(content, None)
    }

    fn carried(&self, content: &[u8], marks: Option<&Marks>) -> Vec<Step> {
        let pause = |fault| self.rule(fault).map(|rule| Step::Pause(rule.span()));
        let mut steps: Vec<Step> = pause(Fault::DelayBefore).into_iter().collect();
        if self.has(Fault::CloseBefore) {
            steps.push(Step::Close);
            return steps;
        }
        if self.has(Fault::ResetBefore) {
            steps.push(Step::Reset);
            return steps;
        }
        let changed;
        let content = match self.rule(Fault::WrongId) {
            Some(rule) => {
                changed = with_other_id(content, rule.value.as_deref().unwrap_or("OTHER"));
                &changed
            }
            None => content,
        };
        let times = if self.has(Fault::Double) { 2 } else { 1 };
        for _ in 0..times {
            let (head, tail) = self.halves(content, marks);
            self.write(&head, &mut steps);
            if self.has(Fault::CloseInside) {
                steps.push(Step::Close);
                return steps;
            }
            if self.has(Fault::ResetInside) {
                steps.push(Step::Reset);
                return steps;
            }
            steps.extend(pause(Fault::DelayInside));
            self.write(&tail, &mut steps);
        }
        steps.push(Step::Done);
        steps.extend(pause(Fault::DelayAfter));
        if self.has(Fault::CloseAfter) {
            steps.push(Step::Close);
        }
        if self.has(Fault::ResetAfter) {
            steps.push(Step::Reset);
        }
        steps
    }

    /// The bytes up to the middle of the payload, and those from there on.
    fn halves(&self, content: &[u8], marks: Option<&Marks>) -> (Vec<u8>, Vec<u8>) {
        let (first, second) = content.split_at(content.len() / 2);
        let mllp = Marks::mllp();
        let inside = marks.unwrap_or(&mllp);
        let mut head = first.to_vec();
        if self.has(Fault::StartInside) {
            head.extend_from_slice(inside.start());
        }
        if self.has(Fault::EndInside) {
            head.extend(inside.end().first());
        }
        match marks {
            Some(marks) => (
                [self.start(marks), head].concat(),
                [second.to_vec(), self.end(marks)].concat(),
            ),
            None => (head, second.to_vec()),
        }
    }

    /// What stands before a payload in a frame.
    fn start(&self, marks: &Marks) -> Vec<u8> {
        let mut start = self.junk(Fault::JunkBefore);
        if !self.has(Fault::OmitStart) {
            start.extend(marks.start().repeat(self.frames()));
        }
        start
    }

    /// What stands behind a payload in a frame.
    fn end(&self, marks: &Marks) -> Vec<u8> {
        let mut end = marks.end();
        if self.has(Fault::OmitReturn) {
            end = end.split_last().map_or(end, |(_, rest)| rest);
        }
        if self.has(Fault::OmitEnd) {
            end = end.split_first().map_or(end, |(_, rest)| rest);
        }
        let mut end = end.repeat(self.frames());
        end.extend(self.junk(Fault::JunkAfter));
        end
    }

    fn frames(&self) -> usize {
        if self.has(Fault::DoubleFrame) { 2 } else { 1 }
    }

    fn junk(&self, fault: Fault) -> Vec<u8> {
        match self.rule(fault) {
            Some(FaultRule {
                value: Some(text), ..
            }) => text.clone().into_bytes(),
            Some(_) => JUNK.to_vec(),
            None => Vec::new(),
        }
    }

    fn write(&self, bytes: &[u8], steps: &mut Vec<Step>) {
        let trickle = self.rule(Fault::Trickle).map(FaultRule::span);
        if trickle.is_none() && !self.has(Fault::Split) {
            steps.push(Step::Write(Bytes::copy_from_slice(bytes)));
            return;
        }
        for byte in bytes {
            steps.extend(trickle.map(Step::Pause));
            steps.push(Step::Write(Bytes::copy_from_slice(&[*byte])));
        }
    }
}

/// The answer with another MSA-2.
fn with_other_id(answer: &[u8], id: &str) -> Vec<u8> {
    let Some(separator) = answer.get(3) else {
        return answer.to_vec();
    };
    let finder = [b"\rMSA", &[*separator][..]].concat();
    let Some(at) = memchr::memmem::find(answer, &finder) else {
        return answer.to_vec();
    };
    let is_end = |byte: &u8| byte == separator || *byte == b'\r';
    let code_at = at + finder.len();
    let code = answer.get(code_at..).unwrap_or_default();
    let code_end = code_at + code.iter().position(is_end).unwrap_or(code.len());
    let has_id = answer.get(code_end) == Some(separator);
    let id_at = code_end + usize::from(has_id);
    let old = answer.get(id_at..).filter(|_| has_id).unwrap_or_default();
    let rest_at = id_at + old.iter().position(is_end).unwrap_or(old.len());
    let mut changed = answer.get(..code_end).unwrap_or_default().to_vec();
    changed.push(*separator);
    changed.extend_from_slice(id.as_bytes());
    changed.extend_from_slice(answer.get(rest_at..).unwrap_or_default());
    changed
}

#[cfg(test)]
mod tests {
    use super::{FaultSide, Faults, Player, Step, with_other_id};
    use crate::net::{Http, Layer, Marks};

    fn told(steps: &[Step]) -> String {
        let told = steps.iter().map(|step| match step {
            Step::Write(bytes) => bytes.escape_ascii().to_string(),
            Step::Pause(span) => format!("({span:?})"),
            Step::Done => String::from("."),
            Step::Close => String::from("closed"),
            Step::Reset => String::from("reset"),
        });
        told.collect::<Vec<_>>().join(" ")
    }

    fn check(rules: &[&str], expect: &[&str]) {
        let rules = rules.iter().map(|rule| rule.parse().unwrap()).collect();
        let player = Player::new(&Faults { rules, seed: 7 }, FaultSide::Listener);
        let found = expect.iter().map(|_| {
            told(
                &player
                    .for_message(b"abcd")
                    .unwrap()
                    .steps(b"abcd", &Marks::mllp()),
            )
        });
        assert_eq!(found.collect::<Vec<_>>(), expect);
    }

    #[test]
    fn each_fault_is_what_its_name_says() {
        check(&["delay-before=1s"], &["(1s) \\x0bab cd\\x1c\\r ."]);
        check(&["delay-inside=1s"], &["\\x0bab (1s) cd\\x1c\\r ."]);
        check(&["delay-after=1s"], &["\\x0bab cd\\x1c\\r . (1s)"]);
        check(&["split"], &["\\x0b a b c d \\x1c \\r ."]);
        check(
            &["trickle=2ms", "omit-start", "omit-end", "omit-return"],
            &["(2ms) a (2ms) b (2ms) c (2ms) d ."],
        );
        check(&["omit-start"], &["ab cd\\x1c\\r ."]);
        check(&["omit-end"], &["\\x0bab cd\\r ."]);
        check(&["omit-return"], &["\\x0bab cd\\x1c ."]);
        check(&["start-inside"], &["\\x0bab\\x0b cd\\x1c\\r ."]);
        check(&["end-inside"], &["\\x0bab\\x1c cd\\x1c\\r ."]);
        check(&["double-frame"], &["\\x0b\\x0bab cd\\x1c\\r\\x1c\\r ."]);
        check(
            &["junk-before=xy", "junk-after"],
            &["xy\\x0bab cd\\x1c\\r*** junk *** ."],
        );
        check(&["close-inside"], &["\\x0bab closed"]);
        check(&["reset-inside"], &["\\x0bab reset"]);
        check(&["close-before"], &["closed"]);
        check(&["reset-before"], &["reset"]);
        check(&["close-after"], &["\\x0bab cd\\x1c\\r . closed"]);
        check(&["reset-after"], &["\\x0bab cd\\x1c\\r . reset"]);
        check(&["double"], &["\\x0bab cd\\x1c\\r \\x0bab cd\\x1c\\r ."]);
    }

    #[test]
    fn a_transport_without_frames_has_those_that_are_of_no_frame() {
        let told_of = |name: &str| {
            let rules = vec![name.parse().unwrap()];
            let faults = Faults { rules, seed: 7 };
            match faults.fit(&Layer::Http(Http::default())) {
                Ok(()) => {
                    let player = Player::new(&faults, FaultSide::Listener);
                    told(&player.for_message(b"abcd").unwrap().plain_steps(b"abcd"))
                }
                Err(error) => error.to_string(),
            }
        };
        assert_eq!(told_of("start-inside"), "ab\\x0b cd .");
        assert_eq!(told_of("delay-after=1s"), "ab cd . (1s)");
        assert_eq!(told_of("close-inside"), "ab closed");
        assert_eq!(
            told_of("omit-end"),
            "the fault omit-end cannot be had over HTTP: it has no frames"
        );
        assert_eq!(
            told_of("double"),
            "the fault double cannot be had over HTTP: it answers each request once"
        );
        let rules = vec!["double".parse().unwrap()];
        assert_eq!(Faults { rules, seed: 7 }.fit(&Layer::Mllp), Ok(()));
    }

    #[test]
    fn faults_come_at_every_nth_message_or_by_chance() {
        let plain = "\\x0bab cd\\x1c\\r .";
        check(
            &["omit-start@3"],
            &[
                plain,
                plain,
                "ab cd\\x1c\\r .",
                plain,
                plain,
                "ab cd\\x1c\\r .",
            ],
        );
        let chances = || {
            let rules = vec!["double@50%".parse().unwrap()];
            let player = Player::new(&Faults { rules, seed: 3 }, FaultSide::Listener);
            (0..200)
                .map(|_| {
                    player
                        .for_message(b"")
                        .unwrap()
                        .has(crate::net::Fault::Double)
                })
                .collect::<Vec<_>>()
        };
        let had = chances().iter().filter(|is_had| **is_had).count();
        assert!((70..130).contains(&had), "{had}");
        assert_eq!(chances(), chances());
    }

    #[test]
    fn another_id_stands_in_the_answer() {
        for (answer, expect) in [
            (
                &b"MSH|^~\\&|\rMSA|AA|1|ok\r"[..],
                &b"MSH|^~\\&|\rMSA|AA|X|ok\r"[..],
            ),
            (b"MSH#\rMSA#AA#1", b"MSH#\rMSA#AA#X"),
            (b"MSH|\rMSA|AA\r", b"MSH|\rMSA|AA|X\r"),
            (b"MSH|\r", b"MSH|\r"),
            (b"", b""),
        ] {
            assert_eq!(
                with_other_id(answer, "X").escape_ascii().to_string(),
                expect.escape_ascii().to_string()
            );
        }
    }
}
