//! What was received, and what is decided about it.

use std::fmt;
use std::net::SocketAddr;
use std::time::SystemTime;

use super::ack::Ack;
use bytes::Bytes;

/// One connection of a listener or sender, counted from 1.
pub type ConnectionId = u64;

/// A message that came over the wire, before anybody has decided about it.
#[derive(Clone)]
pub struct Received {
    /// The connection that it came by.
    pub connection: ConnectionId,
    /// Who sent it.
    pub peer: SocketAddr,
    /// When its last byte was here.
    pub time: SystemTime,
    /// Which message of the connection, counted from 1.
    pub number: u64,
    /// Its bytes, without those of the frame.
    pub content: Bytes,
}

/// Sizes and numbers only.
impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("connection", &self.connection)
            .field("number", &self.number)
            .field("bytes", &self.content.len())
            .finish_non_exhaustive()
    }
}

/// How a message is answered.
#[derive(Clone, PartialEq, Eq)]
pub enum Verdict {
    /// With the acknowledgments that MSH-15 and MSH-16 ask for with this outcome.
    Ack(Ack),
    /// With this acknowledgment, whatever the message asks for.
    Exactly(Ack),
    /// With these bytes in a frame.
    Bytes(Bytes),
    /// Not at all.
    Silence,
}

/// Codes and sizes only.
impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Ack(ack) => write!(f, "Ack({ack:?})"),
            Verdict::Exactly(ack) => write!(f, "Exactly({ack:?})"),
            Verdict::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
            Verdict::Silence => f.write_str("Silence"),
        }
    }
}
