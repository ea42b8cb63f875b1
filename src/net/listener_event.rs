//! What happens at a listener, told as it happens.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::ack::AckCode;
use super::frame::FrameNote;
use super::intake::ContentNote;
use super::stream::WireBytes;
use super::verdict::{ConnectionId, Received};
use super::words::{Bytes as Counted, Span};

/// Takes events; called on the threads of the wire, so it passes them on and does not wait.
pub type Tell<E> = Arc<dyn Fn(E) + Send + Sync>;

/// Something that happened at a listener.
#[derive(Clone, Debug)]
pub struct ListenerEvent {
    /// When.
    pub time: SystemTime,
    /// At which connection; none where it is about the listener itself.
    pub connection: Option<ConnectionId>,
    /// What.
    pub kind: ListenerNews,
}

/// What happened.
#[derive(Clone)]
pub enum ListenerNews {
    /// The port is open.
    Listening(SocketAddr),
    /// A peer connected.
    Connected(SocketAddr),
    /// A peer connected and was sent away.
    TurnedAway(SocketAddr, TurnedAway),
    /// No connection could be taken, and the listener goes on.
    AcceptFailed(String),
    /// Bytes went over a connection; told where the settings ask for it.
    Bytes(WireBytes),
    /// The bytes are framed otherwise than agreed.
    Framing(FrameNote),
    /// A frame's content is otherwise than agreed.
    Content(ContentNote),
    /// A message is here; nobody has decided yet.
    Received(Received),
    /// An answer went to the peer.
    Answered(Answered),
    /// A message got no answer, and none was due.
    Unanswered {
        /// Which message of the connection.
        number: u64,
        /// Why none was due.
        why: Unanswered,
    },
    /// A message was decided about, or was to be, and its answer did not reach the peer.
    NotDelivered {
        /// Which message of the connection.
        number: u64,
        /// Why.
        why: NotDelivered,
    },
    /// A connection ended.
    Closed(Closed),
    /// The port is closed.
    Stopped,
}

/// Why a peer was sent away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnedAway {
    /// No rule accepts its address.
    Rule,
    /// There are as many connections as may be.
    Full {
        /// So many.
        most: usize,
    },
}

/// An answer that went to the peer.
#[derive(Clone)]
pub struct Answered {
    /// Which message of the connection; the last one that a batch answers.
    pub number: u64,
    /// Its code; none where other bytes were to be sent.
    pub code: Option<AckCode>,
    /// Its bytes, without those of the frame.
    pub content: Bytes,
    /// Since the message was here.
    pub after: Duration,
    /// The peer had already ended its own sending: it may have been gone altogether.
    pub after_end: bool,
}

/// Why a message got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// MSH-15 and MSH-16 ask for none with this outcome.
    NotAsked,
    /// It is itself an acknowledgment.
    Acknowledgment,
    /// So it was decided.
    Silence,
}

/// Why an answer did not reach the peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotDelivered {
    /// The peer was gone.
    Gone(String),
    /// The peer did not read.
    NotRead(Duration),
    /// The listener was stopped first.
    Stopped,
    /// Bytes of a frame stand in it, which would end it early.
    Unframed(String),
    /// A fault was asked for that keeps it back.
    Fault,
}

/// How a connection ended.
#[derive(Clone, Debug)]
pub struct Closed {
    /// Why.
    pub why: Closing,
    /// Messages that were received.
    pub received: u64,
    /// Bytes that came.
    pub bytes_in: u64,
    /// Bytes that went.
    pub bytes_out: u64,
    /// Notes on framing that were counted and not told, for there were too many.
    pub untold: u64,
}

/// Why a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closing {
    /// The peer closed it.
    Peer,
    /// The peer broke it off.
    Reset(String),
    /// Nothing happened for so long.
    Idle(Duration),
    /// The peer did not take its answers for so long.
    NotRead(Duration),
    /// A message was longer than may be.
    TooLong(usize),
    /// The peer spoke HTTP.
    Http,
    /// The peer spoke TLS to a port that is not encrypted.
    Tls,
    /// TLS was not agreed on.
    Handshake(String),
    /// The peer spoke something else to a port for HTTP.
    NotHttp(String),
    /// A request was refused before all of it was read.
    Refused,
    /// The listener was stopped.
    Stopped,
    /// A fault was asked for that ends it.
    Fault,
}

impl Closing {
    /// Why an answer that was still due does not reach the peer.
    pub(super) fn loses(&self) -> NotDelivered {
        match self {
            Closing::Reset(error) => NotDelivered::Gone(error.clone()),
            Closing::NotRead(after) => NotDelivered::NotRead(*after),
            Closing::Fault => NotDelivered::Fault,
            Closing::Peer
            | Closing::Idle(_)
            | Closing::TooLong(_)
            | Closing::Http
            | Closing::Tls
            | Closing::Handshake(_)
            | Closing::NotHttp(_)
            | Closing::Refused
            | Closing::Stopped => NotDelivered::Stopped,
        }
    }
}

impl fmt::Display for ListenerNews {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ListenerNews::Listening(address) => write!(f, "listens on {address}"),
            ListenerNews::Connected(peer) => write!(f, "{peer} connected"),
            ListenerNews::TurnedAway(peer, why) => write!(f, "{peer} was turned away: {why}"),
            ListenerNews::AcceptFailed(why) => write!(f, "a connection could not be taken: {why}"),
            ListenerNews::Bytes(piece) => write!(f, "{piece}"),
            ListenerNews::Framing(note) => write!(f, "byte {}: {}", note.at, note.kind),
            ListenerNews::Content(note) => write!(f, "{note}"),
            ListenerNews::Received(received) => {
                let bytes = Counted(received.content.len() as u64);
                write!(f, "message {} received, {bytes}", received.number)
            }
            ListenerNews::Answered(answered) => {
                let after = Span(answered.after);
                write!(f, "message {} answered ", answered.number)?;
                match answered.code {
                    Some(code) => write!(f, "{code} after {after}")?,
                    None => write!(
                        f,
                        "with {} after {after}",
                        Counted(answered.content.len() as u64)
                    )?,
                }
                if answered.after_end {
                    f.write_str(
                        "; the peer had ended its sending, so whether it read this is not known",
                    )?;
                }
                Ok(())
            }
            ListenerNews::Unanswered { number, why } => {
                write!(f, "message {number} is not answered: {why}")
            }
            ListenerNews::NotDelivered { number, why } => {
                write!(f, "the answer to message {number} was not delivered: {why}")
            }
            ListenerNews::Closed(closed) => write!(f, "{closed}"),
            ListenerNews::Stopped => f.write_str("stopped"),
        }
    }
}

/// What [`fmt::Display`] says: it shows no content either.
impl fmt::Debug for ListenerNews {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Debug for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {:?}, {} bytes",
            self.number,
            self.code,
            self.content.len()
        )
    }
}

impl fmt::Display for TurnedAway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TurnedAway::Rule => f.write_str("no accept rule names its address"),
            TurnedAway::Full { most } => {
                write!(f, "{most} connections are open, as many as may be")
            }
        }
    }
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unanswered::NotAsked => "MSH-15 and MSH-16 ask for no answer to this outcome",
            Unanswered::Acknowledgment => "it is itself an acknowledgment",
            Unanswered::Silence => "so it was decided",
        })
    }
}

impl fmt::Display for NotDelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotDelivered::Gone(why) => write!(f, "the peer was gone ({why})"),
            NotDelivered::NotRead(after) => write!(f, "the peer read nothing for {}", Span(*after)),
            NotDelivered::Stopped => f.write_str("the listener was stopped first"),
            NotDelivered::Unframed(why) => f.write_str(why),
            NotDelivered::Fault => f.write_str("a fault that was asked for keeps it back"),
        }
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages = match self.received {
            1 => String::from("1 message"),
            count => format!("{count} messages"),
        };
        let (bytes_in, bytes_out) = (Counted(self.bytes_in), Counted(self.bytes_out));
        write!(
            f,
            "closed: {}; {messages}, {bytes_in} in, {bytes_out} out",
            self.why
        )?;
        match self.untold {
            0 => Ok(()),
            count => write!(f, "; {count} more notes on framing"),
        }
    }
}

impl fmt::Display for Closing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Closing::Peer => f.write_str("the peer closed"),
            Closing::Reset(why) => write!(f, "the peer broke the connection off ({why})"),
            Closing::Idle(after) => write!(f, "nothing came for {}", Span(*after)),
            Closing::NotRead(after) => write!(f, "the peer read no answer for {}", Span(*after)),
            Closing::TooLong(limit) => {
                write!(f, "a message was longer than {}", Counted(*limit as u64))
            }
            Closing::Http => f.write_str(
                "the peer speaks HTTP and this port takes framed messages; send it to a port for HTTP",
            ),
            Closing::Tls => f.write_str(
                "the peer speaks TLS and this port is not encrypted; turn TLS on here or off there",
            ),
            Closing::Handshake(why) => f.write_str(why),
            Closing::NotHttp(what) => {
                write!(f, "the peer {what}, and this port takes HL7 over HTTP")
            }
            Closing::Refused => f.write_str("a request was refused before all of it was read"),
            Closing::Stopped => f.write_str("the listener was stopped"),
            Closing::Fault => f.write_str("a fault that was asked for ends it"),
        }
    }
}
