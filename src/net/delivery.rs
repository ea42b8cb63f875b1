//! What became of a message that was to be sent, with what is known and what is not.

use std::fmt;
use std::time::Duration;

use super::answer::{Answer, AnswerError};
use super::frame::FrameError;
use super::hllp::{BlockError, Refusal};
use super::http_words::{HttpRefusal, HttpTrouble};
use super::words::{Bytes as Counted, Span};

/// What became of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Which message of the sender, counted from 1.
    pub number: u64,
    /// What is known in the end.
    pub delivery: Delivery,
    /// How often it was sent or was to be.
    pub attempts: u32,
    /// From the first attempt to the end.
    pub after: Duration,
}

/// What is known about the delivery of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The peer has it and says so.
    Accepted {
        /// Its answer.
        answer: Answer,
        /// It is stored; what becomes of it is told elsewhere or not at all.
        is_commit_only: bool,
    },
    /// The peer answered, and did not take it.
    Refused(Answer),
    /// The peer got it and gave it back below the level of messages.
    GivenBack(GivenBack),
    /// All bytes are sent, and MSH-15 and MSH-16 ask for no answer to a success.
    Unanswered {
        /// How long was waited for an error, where one would have been told.
        waited: Option<Duration>,
    },
    /// The peer does not have it: it was not sent whole.
    NotSent(NotSent),
    /// It was sent, and nobody knows whether it was taken.
    Unknown(Unknown),
}

/// How a peer gives a message back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivenBack {
    /// MLLP release 2: it could not be stored.
    NotStored,
    /// The hybrid protocol: the block did not arrive as it was sent.
    Block(Refusal),
    /// HTTP: the status says so, and no acknowledgment came with it.
    Http(HttpRefusal),
}

/// Why a message was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// There is no connection.
    Connect(ConnectError),
    /// It cannot be framed as it is.
    Frame(FrameError),
    /// It fits into no block of the hybrid protocol.
    Block(BlockError),
    /// The connection ended while it was written.
    Broken {
        /// Bytes of the frame that had been handed over.
        written: usize,
        /// Bytes of the frame.
        of: usize,
        /// As the system says it.
        why: String,
    },
    /// The peer read no more.
    NotRead {
        /// Bytes of the frame that had been handed over.
        written: usize,
        /// Bytes of the frame.
        of: usize,
        /// For so long.
        after: Duration,
    },
    /// It was called back.
    Cancelled,
    /// A message before it failed, and nothing was to be sent after that.
    Stopped,
    /// A fault was asked for that cuts it.
    Fault,
}

/// Why nobody knows whether a message was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// No byte came.
    Silence(Duration),
    /// An answer began and did not end.
    HalfAnswer {
        /// So many bytes of it came.
        bytes: u64,
        /// Within so long.
        after: Duration,
    },
    /// Bytes came, and no frame among them.
    Unframed {
        /// So many.
        bytes: u64,
        /// Whether the peer then closed.
        is_closed: bool,
    },
    /// The peer closed before it answered.
    Closed,
    /// The peer closed within its answer.
    ClosedInAnswer {
        /// So many bytes of it came.
        bytes: u64,
    },
    /// The connection broke before the answer.
    Reset(String),
    /// The answer is to another message.
    OtherControlId {
        /// MSH-10 of the message.
        expected: String,
        /// MSA-2 of the answer.
        found: String,
    },
    /// The answer acknowledges nothing.
    Unreadable(AnswerError),
    /// The answer is no block of the hybrid protocol, or not the one that was sent.
    Block(BlockError),
    /// The frame of the answer is broken.
    BrokenFrame(String),
    /// The answer of HTTP says nothing of the message.
    Http(HttpTrouble),
    /// The peer stored it and did not say what became of it, though it was asked to.
    NoApplicationAnswer(Duration),
    /// It was called back after it had been sent.
    Cancelled,
    /// A fault was asked for that ends the connection first.
    Fault,
}

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectError {
    /// Nobody has that name.
    Unresolved {
        /// The name.
        host: String,
        /// As the system says it.
        why: String,
    },
    /// Nobody listens there.
    Refused(String),
    /// Nobody answers there.
    TimedOut {
        /// Where.
        target: String,
        /// For so long.
        after: Duration,
    },
    /// There is no way to it.
    Unreachable {
        /// Where.
        target: String,
        /// As the system says it.
        why: String,
    },
    /// TLS was not agreed on.
    Tls(String),
}

impl Delivery {
    /// Whether the peer has the message, as far as it says anything.
    pub fn is_success(&self) -> bool {
        match self {
            Delivery::Accepted { .. } | Delivery::Unanswered { .. } => true,
            Delivery::Refused(_)
            | Delivery::GivenBack(_)
            | Delivery::NotSent(_)
            | Delivery::Unknown(_) => false,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "message {}: {}", self.number, self.delivery)?;
        match self.attempts {
            0 | 1 => Ok(()),
            times => write!(f, " (after {times} attempts)"),
        }
    }
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Delivery::Accepted {
                answer,
                is_commit_only: false,
            } => write!(f, "accepted, {answer}"),
            Delivery::Accepted {
                answer,
                is_commit_only: true,
            } => {
                write!(
                    f,
                    "stored by the peer, {answer}; what became of it is not known"
                )
            }
            Delivery::Refused(answer) => write!(f, "refused, {answer}"),
            Delivery::GivenBack(GivenBack::NotStored) => {
                f.write_str("given back: the peer could not store it")
            }
            Delivery::GivenBack(GivenBack::Block(refusal)) => {
                f.write_str("given back: its block did not arrive as it was sent, ")?;
                f.write_str(match refusal {
                    Refusal::Size => "the size is another one",
                    Refusal::Check => "the check is another one",
                    Refusal::TooLong => "it is too long for the peer",
                    Refusal::Other => "the peer does not say why",
                })
            }
            Delivery::GivenBack(GivenBack::Http(refusal)) => write!(f, "given back: {refusal}"),
            Delivery::Unanswered { waited: None } => {
                f.write_str("sent; MSH-15 and MSH-16 ask for no answer")
            }
            Delivery::Unanswered {
                waited: Some(after),
            } => write!(
                f,
                "sent; MSH-15 and MSH-16 ask for errors only, and none came within {}",
                Span(*after)
            ),
            Delivery::NotSent(why) => write!(f, "not sent: {why}"),
            Delivery::Unknown(why) => {
                write!(f, "sent, but whether the peer took it is not known: {why}")
            }
        }
    }
}

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotSent::Connect(error) => write!(f, "{error}"),
            NotSent::Frame(error) => write!(f, "{error}"),
            NotSent::Block(error) => write!(f, "{error}"),
            NotSent::Broken { written, of, why } => {
                write!(
                    f,
                    "the connection broke after {written} of {of} bytes ({why})"
                )
            }
            NotSent::NotRead { written, of, after } => {
                let after = Span(*after);
                write!(
                    f,
                    "the peer read nothing for {after}, after {written} of {of} bytes"
                )
            }
            NotSent::Cancelled => f.write_str("cancelled before it was sent whole"),
            NotSent::Stopped => f.write_str("an earlier message failed, and sending stops then"),
            NotSent::Fault => f.write_str("a fault that was asked for cuts it"),
        }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unknown::Silence(after) => {
                write!(f, "the peer answered nothing for {}", Span(*after))
            }
            Unknown::HalfAnswer { bytes, after } => {
                let (bytes, after) = (Counted(*bytes), Span(*after));
                write!(f, "an answer began and did not end within {after}: {bytes}")
            }
            Unknown::Unframed { bytes, is_closed } => {
                write!(
                    f,
                    "the peer answered {} without the start of a frame",
                    Counted(*bytes)
                )?;
                f.write_str(if *is_closed { " and closed" } else { "" })
            }
            Unknown::Closed => f.write_str("the peer closed before it answered"),
            Unknown::ClosedInAnswer { bytes } => {
                write!(
                    f,
                    "the peer closed within its answer, after {}",
                    Counted(*bytes)
                )
            }
            Unknown::Reset(why) => write!(f, "the connection broke before the answer ({why})"),
            Unknown::OtherControlId { expected, found } => write!(
                f,
                "the answer is to another message: MSA-2 is {found:?}, and MSH-10 was {expected:?}"
            ),
            Unknown::Unreadable(error) => write!(f, "{error}"),
            Unknown::Block(error) => write!(f, "of the answer, {error}"),
            Unknown::BrokenFrame(why) => write!(f, "the answer is not to be trusted: {why}"),
            Unknown::Http(trouble) => write!(f, "{trouble}"),
            Unknown::NoApplicationAnswer(after) => write!(
                f,
                "it is stored, but its application acknowledgment did not come within {}",
                Span(*after)
            ),
            Unknown::Cancelled => f.write_str("cancelled before the answer came"),
            Unknown::Fault => f.write_str("a fault that was asked for ends the connection first"),
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectError::Unresolved { host, why } => {
                write!(
                    f,
                    "the name {host} is not known ({why}); check its spelling and the DNS"
                )
            }
            ConnectError::Refused(target) => write!(
                f,
                "{target} refused the connection: nobody listens on that port, or a firewall rejects it"
            ),
            ConnectError::TimedOut { target, after } => write!(
                f,
                "{target} did not answer within {}: a wrong address, or a firewall that drops",
                Span(*after)
            ),
            ConnectError::Unreachable { target, why } => {
                write!(f, "{target} cannot be reached ({why})")
            }
            ConnectError::Tls(why) => f.write_str(why),
        }
    }
}
