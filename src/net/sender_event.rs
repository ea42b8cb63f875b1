//! What happens at a sender, told as it happens.

use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::ack::AckCode;
use super::delivery::{ConnectError, Delivery, Outcome};
use super::frame::FrameNote;
use super::sender_settings::Target;
use super::stream::WireBytes;
use super::verdict::ConnectionId;
use super::words::{Bytes as Counted, Span};

/// Something that happened at a sender.
#[derive(Clone, Debug)]
pub struct SenderEvent {
    /// When.
    pub time: SystemTime,
    /// At which connection; none where there is none.
    pub connection: Option<ConnectionId>,
    /// What.
    pub kind: SenderNews,
}

/// What happened.
#[derive(Clone)]
pub enum SenderNews {
    /// A connection is asked for.
    Connecting(Target),
    /// It is there.
    Connected {
        /// The address that answered.
        peer: SocketAddr,
        /// After so long.
        after: Duration,
    },
    /// It is not.
    ConnectFailed(ConnectError),
    /// It is asked for again.
    Reconnecting {
        /// After this pause.
        pause: Duration,
    },
    /// Bytes went over a connection; told where the settings ask for it.
    Bytes(WireBytes),
    /// All bytes of a message were handed over.
    Sent {
        /// Which message.
        number: u64,
        /// Which time, counted from 1.
        attempt: u32,
        /// Its bytes, without those of the frame.
        content: Bytes,
    },
    /// The answer is framed otherwise than agreed.
    Framing(FrameNote),
    /// A frame came that may answer a message.
    Answered {
        /// Which message is waiting for one.
        number: u64,
        /// MSA-1, where it can be read.
        code: Option<AckCode>,
        /// Its bytes, without those of the frame.
        content: Bytes,
        /// Since the message was sent.
        after: Duration,
    },
    /// The peer stored the message; its application has yet to answer.
    Committed {
        /// Which message.
        number: u64,
    },
    /// An answer to a message that was answered or given up before.
    Late(Late),
    /// A message is sent again.
    Resending {
        /// Which message.
        number: u64,
        /// After this pause.
        pause: Duration,
        /// What became of it so far.
        because: Delivery,
    },
    /// A message is over.
    Finished(Outcome),
    /// A connection ended.
    Closed(Parting),
    /// The sender has ended.
    Stopped,
}

/// An answer that nobody waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Late {
    /// To the message that was just answered.
    Second {
        /// Bytes of the answer.
        bytes: u64,
    },
    /// To a message before that.
    Earlier {
        /// Bytes of the answer.
        bytes: u64,
    },
    /// To no message that is known: its connection is given up before the next message.
    Unknown {
        /// Bytes that came.
        bytes: u64,
    },
}

/// Why a connection of a sender ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parting {
    /// The peer closed it while nothing was under way.
    Peer,
    /// It broke while nothing was under way.
    Broken(String),
    /// Bytes came that answer nothing; a new one cannot mix them up with an answer.
    Stale,
    /// What came next on it could be taken for another message's answer.
    Spoiled,
    /// All is sent, or each message has its own.
    Done,
    /// The sender was stopped, or the message called back.
    Stopped,
    /// A fault was asked for that ends it.
    Fault,
}

impl fmt::Display for SenderNews {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SenderNews::Connecting(target) => write!(f, "connects to {target}"),
            SenderNews::Connected { peer, after } => {
                write!(f, "connected to {peer} after {}", Span(*after))
            }
            SenderNews::ConnectFailed(error) => write!(f, "not connected: {error}"),
            SenderNews::Reconnecting { pause } => {
                write!(f, "connects again after {}", Span(*pause))
            }
            SenderNews::Bytes(piece) => write!(f, "{piece}"),
            SenderNews::Sent {
                number,
                attempt,
                content,
            } => {
                write!(
                    f,
                    "message {number} sent, {}",
                    Counted(content.len() as u64)
                )?;
                match attempt {
                    1 => Ok(()),
                    attempt => write!(f, ", attempt {attempt}"),
                }
            }
            SenderNews::Framing(note) => {
                write!(f, "byte {} of the answers: {}", note.at, note.kind)
            }
            SenderNews::Answered {
                number,
                code,
                content,
                after,
            } => {
                let (bytes, after) = (Counted(content.len() as u64), Span(*after));
                match code {
                    Some(code) => write!(f, "message {number} answered {code} after {after}"),
                    None => write!(f, "{bytes} came for message {number} after {after}"),
                }
            }
            SenderNews::Committed { number } => write!(
                f,
                "message {number} is stored by the peer; its application has yet to answer"
            ),
            SenderNews::Late(late) => write!(f, "{late}"),
            SenderNews::Resending {
                number,
                pause,
                because,
            } => {
                write!(
                    f,
                    "message {number} goes again after {}: {because}",
                    Span(*pause)
                )
            }
            SenderNews::Finished(outcome) => write!(f, "{outcome}"),
            SenderNews::Closed(why) => write!(f, "closed: {why}"),
            SenderNews::Stopped => f.write_str("stopped"),
        }
    }
}

/// Kinds, codes and sizes; the words of a peer may quote a message.
impl fmt::Debug for SenderNews {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SenderNews::Resending {
                number, because, ..
            } => {
                write!(f, "message {number} goes again: {because:?}")
            }
            SenderNews::Finished(outcome) => write!(f, "{outcome:?}"),
            SenderNews::Connecting(_)
            | SenderNews::Connected { .. }
            | SenderNews::ConnectFailed(_)
            | SenderNews::Reconnecting { .. }
            | SenderNews::Bytes(_)
            | SenderNews::Sent { .. }
            | SenderNews::Framing(_)
            | SenderNews::Answered { .. }
            | SenderNews::Committed { .. }
            | SenderNews::Late(_)
            | SenderNews::Closed(_)
            | SenderNews::Stopped => write!(f, "{self}"),
        }
    }
}

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Late::Second { bytes } => {
                let bytes = Counted(*bytes);
                write!(
                    f,
                    "a second answer to a message that is answered, {bytes}; it changes nothing"
                )
            }
            Late::Earlier { bytes } => {
                let bytes = Counted(*bytes);
                write!(
                    f,
                    "a late answer to an earlier message, {bytes}; it changes nothing"
                )
            }
            Late::Unknown { bytes } => {
                let bytes = Counted(*bytes);
                write!(
                    f,
                    "{bytes} that answer nothing; the connection is opened anew before the next message"
                )
            }
        }
    }
}

impl fmt::Display for Parting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Parting::Peer => f.write_str("the peer closed"),
            Parting::Broken(why) => write!(f, "the connection broke ({why})"),
            Parting::Stale => f.write_str("bytes came that answer nothing"),
            Parting::Spoiled => {
                f.write_str("a late answer on it could be taken for that to another message")
            }
            Parting::Done => f.write_str("nothing more to send"),
            Parting::Stopped => f.write_str("the sender was stopped"),
            Parting::Fault => f.write_str("a fault that was asked for ends it"),
        }
    }
}
