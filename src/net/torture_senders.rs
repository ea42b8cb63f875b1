//! Somebody's sender, case by case: what a hostile listener answers, and what the sender makes of it.

use std::collections::VecDeque;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::ack::{Ack, AckCode};
use super::decider::{Decider, Reply};
use super::faults::FaultRule;
use super::header::Header;
use super::listener::{ListenError, Listener};
use super::listener_event::{ListenerEvent, ListenerNews};
use super::player::Faults;
use super::torture_report::{CaseReport, CaseVerdict, Move, MoveKind};
use super::verdict::{ConnectionId, Received, Verdict};
use super::words::Span;

/// One case: how a message is answered.
pub(super) struct SenderCase {
    id: &'static str,
    title: &'static str,
    rules: &'static [&'static str],
    verdict: fn(&[u8]) -> Verdict,
    /// What the sender knows in the end.
    end: End,
}

/// What a sender knows of its message when the case has been played.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// That it was accepted.
    Accepted,
    /// That it was refused.
    Refused,
    /// Nothing: whatever it takes for an answer is none.
    Unknown,
    /// That it was accepted, and that its connection can be mixed up.
    Stale,
}

fn code(code: AckCode) -> Verdict {
    Verdict::Exactly(Ack::because(code, "so that this case can be seen"))
}

fn accept(_: &[u8]) -> Verdict {
    Verdict::Ack(Ack::of(AckCode::Accept))
}

/// A response with an MSA that is no ACK, in delimiters of its own.
fn in_other_clothes(content: &[u8]) -> Verdict {
    let header = Header::read(content);
    let id = header.as_ref().map(Header::control_id).unwrap_or_default();
    Verdict::Bytes(
        format!("MSH#$*!@#########ADR$A19#1#P#2.3\rMSA#AA#{id}\r")
            .into_bytes()
            .into(),
    )
}

const CASES: [SenderCase; 23] = [
    SenderCase {
        id: "S1",
        title: "never answers",
        rules: &["never-answer"],
        verdict: accept,
        end: End::Unknown,
    },
    SenderCase {
        id: "S2",
        title: "answers late, with the next message",
        rules: &["late"],
        verdict: accept,
        end: End::Unknown,
    },
    SenderCase {
        id: "S3",
        title: "answers with another MSA-2",
        rules: &["wrong-id"],
        verdict: accept,
        end: End::Unknown,
    },
    SenderCase {
        id: "S4",
        title: "answers twice",
        rules: &["double"],
        verdict: accept,
        end: End::Accepted,
    },
    SenderCase {
        id: "S5",
        title: "answers CA only",
        rules: &[],
        verdict: |_| code(AckCode::CommitAccept),
        end: End::Accepted,
    },
    SenderCase {
        id: "S6a",
        title: "answers AE",
        rules: &[],
        verdict: |_| code(AckCode::Error),
        end: End::Refused,
    },
    SenderCase {
        id: "S6b",
        title: "answers AR",
        rules: &[],
        verdict: |_| code(AckCode::Reject),
        end: End::Refused,
    },
    SenderCase {
        id: "S6c",
        title: "answers CE",
        rules: &[],
        verdict: |_| code(AckCode::CommitError),
        end: End::Refused,
    },
    SenderCase {
        id: "S6d",
        title: "answers CR",
        rules: &[],
        verdict: |_| code(AckCode::CommitReject),
        end: End::Refused,
    },
    SenderCase {
        id: "S7a",
        title: "answers with bytes that are no message",
        rules: &["fixed-answer=hello"],
        verdict: accept,
        end: End::Unknown,
    },
    SenderCase {
        id: "S7b",
        title: "answers without the start of a frame",
        rules: &["omit-start"],
        verdict: accept,
        end: End::Unknown,
    },
    SenderCase {
        id: "S7c",
        title: "pauses within its answer",
        rules: &["delay-inside=1s"],
        verdict: accept,
        end: End::Accepted,
    },
    SenderCase {
        id: "S7d",
        title: "answers one byte at a time",
        rules: &["trickle=1ms"],
        verdict: accept,
        end: End::Accepted,
    },
    SenderCase {
        id: "S7e",
        title: "leaves out the carriage return behind the end",
        rules: &["omit-return"],
        verdict: accept,
        end: End::Accepted,
    },
    SenderCase {
        id: "S8a",
        title: "starts a frame within its answer",
        rules: &["start-inside"],
        verdict: accept,
        end: End::Unknown,
    },
    SenderCase {
        id: "S8b",
        title: "puts the first byte of an end into its answer",
        rules: &["end-inside"],
        verdict: accept,
        end: End::Unknown,
    },
    SenderCase {
        id: "S9",
        title: "has bytes waiting before the next message",
        rules: &[STALE],
        verdict: accept,
        end: End::Stale,
    },
    SenderCase {
        id: "S10a",
        title: "closes before its answer",
        rules: &["close-before"],
        verdict: accept,
        end: End::Unknown,
    },
    SenderCase {
        id: "S10b",
        title: "breaks off before its answer",
        rules: &["reset-before"],
        verdict: accept,
        end: End::Unknown,
    },
    SenderCase {
        id: "S10c",
        title: "closes within its answer",
        rules: &["close-inside"],
        verdict: accept,
        end: End::Unknown,
    },
    SenderCase {
        id: "S10d",
        title: "closes after its answer",
        rules: &["close-after"],
        verdict: accept,
        end: End::Accepted,
    },
    SenderCase {
        id: "S14",
        title: "sends other bytes before its answer",
        rules: &["junk-before"],
        verdict: accept,
        end: End::Accepted,
    },
    SenderCase {
        id: "S15",
        title: "answers in other delimiters, as ADR^A19",
        rules: &[],
        verdict: in_other_clothes,
        end: End::Accepted,
    },
];

/// Behind the answer comes one that answers nothing.
const STALE: &str = "junk-after=\x0BMSH|^~\\&|HIS||||||ACK|STALE|P|2.5\rMSA|AA|STALE\r\x1C\r";

/// The ids and titles of the cases for senders.
pub fn sender_torture_cases() -> impl Iterator<Item = (&'static str, &'static str)> {
    CASES.iter().map(|case| (case.id, case.title))
}

/// Who goes on so soon took something for an answer.
const AT_ONCE: Duration = Duration::from_millis(500);

/// A port at which somebody's sender is tormented, one case a message.
#[derive(Debug)]
pub struct SenderTorture {
    listener: Listener,
    heard: mpsc::Receiver<Heard>,
    waiting: VecDeque<(Received, Reply)>,
    /// For a message to come, and for what the sender does next: longer than its own time-outs.
    patience: Duration,
}

enum Heard {
    News(ListenerEvent),
    Message(Received, Reply),
    Stop,
}

/// What a sender did after its message was played with.
enum Then {
    /// The same message came again.
    Again {
        after: Duration,
    },
    /// Another one came.
    Other {
        after: Duration,
        /// By the same connection.
        is_same: bool,
    },
    /// Nothing came.
    Nothing,
    Stopped,
}

/// Ends a torture from another thread.
#[derive(Clone, Debug)]
pub struct StopTorture(mpsc::Sender<Heard>);

impl StopTorture {
    /// The case that is played is the last one.
    pub fn stop(&self) {
        // One that is over needs no end.
        let _ = self.0.send(Heard::Stop);
    }
}

impl std::fmt::Debug for Heard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Heard::News(event) => write!(f, "{event:?}"),
            Heard::Message(received, _) => write!(f, "{received:?}"),
            Heard::Stop => f.write_str("Stop"),
        }
    }
}

impl SenderTorture {
    /// Opens the port by `open`, which is given who decides and who is told.
    pub(super) fn open(
        patience: Duration,
        open: impl FnOnce(
            Decider,
            super::listener_event::Tell<ListenerEvent>,
        ) -> Result<Listener, ListenError>,
    ) -> Result<(Self, StopTorture), ListenError> {
        let (sender, heard) = mpsc::channel();
        let (news, messages) = (sender.clone(), sender.clone());
        let decider = Decider::new(move |received, reply| {
            drop(messages.send(Heard::Message(received, reply)));
        });
        let listener = open(
            decider,
            Arc::new(move |event| drop(news.send(Heard::News(event)))),
        )?;
        let torture = Self {
            listener,
            heard,
            waiting: VecDeque::new(),
            patience,
        };
        Ok((torture, StopTorture(sender)))
    }

    /// Where the sender is to send to.
    pub fn address(&self) -> std::net::SocketAddr {
        self.listener.address()
    }

    /// Plays the cases, all or those named, on the messages that come; waits for them.
    pub fn play(&mut self, only: &[String], tell: &mut dyn FnMut(CaseReport)) {
        let is_asked = |case: &&SenderCase| {
            only.is_empty() || only.iter().any(|id| id.eq_ignore_ascii_case(case.id))
        };
        for case in CASES.iter().filter(is_asked) {
            let Some(report) = self.case(case) else {
                return;
            };
            tell(report);
        }
    }

    /// Plays one case; none where it was stopped.
    fn case(&mut self, case: &SenderCase) -> Option<CaseReport> {
        let began = Instant::now();
        let mut moves = Vec::new();
        let report = |verdict, moves| {
            Some(CaseReport {
                id: case.id,
                title: case.title,
                verdict,
                moves,
                after: began.elapsed(),
            })
        };
        let (received, reply) = match self.message(began, &mut moves) {
            Ok(Some(message)) => message,
            Ok(None) => {
                let why = format!("no message came within {}", Span(self.patience));
                return report(CaseVerdict::NotPlayed(why), moves);
            }
            Err(Stopped) => return None,
        };
        let kind = MoveKind::Received(received.content.clone());
        moves.push(moved(began, received.connection, kind));
        let rules = case
            .rules
            .iter()
            .filter_map(|rule| rule.parse::<FaultRule>().ok())
            .collect();
        self.have(rules);
        reply.give((case.verdict)(&received.content));
        match self.then(&received, began, &mut moves) {
            Then::Stopped => None,
            then => report(self.judge(case.end, &then), moves),
        }
    }

    /// The next message, if one comes in time.
    fn message(
        &mut self,
        began: Instant,
        moves: &mut Vec<Move>,
    ) -> Result<Option<(Received, Reply)>, Stopped> {
        if let Some(message) = self.waiting.pop_front() {
            return Ok(Some(message));
        }
        while let Some(left) = self.patience.checked_sub(began.elapsed()) {
            match self.heard.recv_timeout(left) {
                Ok(Heard::Message(received, reply)) => return Ok(Some((received, reply))),
                Ok(Heard::News(event)) => note(&event, began, moves),
                Ok(Heard::Stop) => return Err(Stopped),
                Err(_) => break,
            }
        }
        Ok(None)
    }

    /// Watches what the sender does next.
    fn then(&mut self, played: &Received, began: Instant, moves: &mut Vec<Move>) -> Then {
        let since = Instant::now();
        let mut answered = since;
        while let Some(left) = self.patience.checked_sub(since.elapsed()) {
            match self.heard.recv_timeout(left) {
                Ok(Heard::News(event)) => {
                    let is_own = event.connection == Some(played.connection);
                    if is_own && is_end(&event.kind, played.number) {
                        // The fault was had once; whoever comes now is served.
                        self.have(Vec::new());
                        answered = Instant::now();
                    }
                    note(&event, began, moves);
                }
                Ok(Heard::Message(received, reply)) => {
                    self.have(Vec::new());
                    let kind = MoveKind::Received(received.content.clone());
                    moves.push(moved(began, received.connection, kind));
                    let after = answered.elapsed();
                    if control_id(&received.content) == control_id(&played.content) {
                        reply.give(accept(&received.content));
                        return Then::Again { after };
                    }
                    let is_same = received.connection == played.connection;
                    self.waiting.push_back((received, reply));
                    return Then::Other { after, is_same };
                }
                Ok(Heard::Stop) => return Then::Stopped,
                Err(_) => break,
            }
        }
        self.have(Vec::new());
        Then::Nothing
    }

    fn have(&self, rules: Vec<FaultRule>) {
        // A layer with frames can have every fault.
        let _ = self.listener.set_faults(&Faults { rules, seed: 0 });
    }

    fn judge(&self, end: End, then: &Then) -> CaseVerdict {
        match (end, then) {
            (End::Accepted, Then::Other { .. })
            | (End::Stale, Then::Other { is_same: false, .. })
            | (End::Refused | End::Unknown, Then::Again { .. }) => CaseVerdict::Passed,
            (End::Accepted | End::Stale, Then::Again { after }) => CaseVerdict::Noted(format!(
                "it sent the message again after {}, although it was accepted",
                Span(*after)
            )),
            (End::Stale, Then::Other { is_same: true, .. }) => CaseVerdict::Noted(String::from(
                "it went on over the connection on which bytes were waiting: they could be taken for the next answer",
            )),
            (End::Refused, Then::Other { .. }) => CaseVerdict::Noted(String::from(
                "it went on with the next message: see there that this one counts as refused",
            )),
            (End::Unknown, Then::Other { after, .. }) if *after < AT_ONCE => {
                CaseVerdict::Failed(format!(
                    "it went on with the next message after {}: it took for an answer what was none",
                    Span(*after)
                ))
            }
            (End::Unknown, Then::Other { after, .. }) => CaseVerdict::Noted(format!(
                "it went on with the next message after {}: see there that this one counts as failed",
                Span(*after)
            )),
            (_, Then::Nothing | Then::Stopped) => CaseVerdict::Noted(format!(
                "it sent nothing more within {}",
                Span(self.patience)
            )),
        }
    }
}

struct Stopped;

/// Whether the message with this number is done with.
fn is_end(news: &ListenerNews, played: u64) -> bool {
    let number = if let ListenerNews::Answered(answered) = news {
        Some(answered.number)
    } else if let ListenerNews::Unanswered { number, .. }
    | ListenerNews::NotDelivered { number, .. } = news
    {
        Some(*number)
    } else {
        None
    };
    number == Some(played)
}

fn note(event: &ListenerEvent, began: Instant, moves: &mut Vec<Move>) {
    let kind = if let ListenerNews::Answered(answered) = &event.kind {
        MoveKind::Sent(answered.content.clone())
    } else if let ListenerNews::Closed(closed) = &event.kind {
        MoveKind::PeerClosed(closed.to_string())
    } else if let ListenerNews::Connected(_) = &event.kind {
        MoveKind::Connected
    } else {
        return;
    };
    moves.push(moved(began, event.connection.unwrap_or_default(), kind));
}

fn moved(began: Instant, connection: ConnectionId, kind: MoveKind) -> Move {
    let connection = usize::try_from(connection).unwrap_or(usize::MAX);
    Move {
        at: began.elapsed(),
        connection,
        kind,
    }
}

fn control_id(content: &Bytes) -> Option<String> {
    Header::read(content).map(|header| header.control_id().to_owned())
}
