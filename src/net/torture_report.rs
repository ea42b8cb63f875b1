//! What came of a case that was played against somebody's program, with every byte that went and came.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use super::words::{Bytes as Counted, Span};

/// What one case came to.
#[derive(Clone, Debug)]
pub struct CaseReport {
    /// `L4`
    pub id: &'static str,
    /// What the case does to the peer.
    pub title: &'static str,
    /// What the peer made of it.
    pub verdict: CaseVerdict,
    /// All that was done and seen, in order of time.
    pub moves: Vec<Move>,
    /// How long it took.
    pub after: Duration,
}

/// What a peer made of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseVerdict {
    /// What has to happen.
    Passed,
    /// Something that may happen, and that somebody should know of.
    Noted(String),
    /// Something that must not happen.
    Failed(String),
    /// It could not be played.
    NotPlayed(String),
}

/// One thing that was done or seen.
#[derive(Clone, Debug)]
pub struct Move {
    /// Since the case began.
    pub at: Duration,
    /// Which connection of the case, counted from 1.
    pub connection: usize,
    /// What.
    pub kind: MoveKind,
}

/// What was done or seen.
#[derive(Clone, PartialEq, Eq)]
pub enum MoveKind {
    /// We connected, or the peer did.
    Connected,
    /// We sent these bytes.
    Sent(Bytes),
    /// We sent so many bytes that mean nothing.
    Flooded(u64),
    /// The peer sent these bytes.
    Received(Bytes),
    /// We closed, or ended our sending.
    Closed(&'static str),
    /// The peer closed or broke off.
    PeerClosed(String),
    /// We waited.
    Waited(Duration),
}

/// Bytes in rows of sixteen, hexadecimal and as text: for whoever asks to see them.
pub struct HexDump<'b>(pub &'b [u8]);

impl CaseVerdict {
    /// Whether the peer did something that must not happen.
    pub fn is_failure(&self) -> bool {
        matches!(self, CaseVerdict::Failed(_))
    }
}

impl fmt::Display for CaseVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CaseVerdict::Passed => f.write_str("passed"),
            CaseVerdict::Noted(why) => write!(f, "passed, but {why}"),
            CaseVerdict::Failed(why) => write!(f, "FAILED: {why}"),
            CaseVerdict::NotPlayed(why) => write!(f, "not played: {why}"),
        }
    }
}

impl fmt::Display for CaseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.id, self.title, self.verdict)
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}] {}", Span(self.at), self.connection, self.kind)
    }
}

/// Sizes; the bytes are shown by [`HexDump`].
impl fmt::Display for MoveKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MoveKind::Connected => f.write_str("connected"),
            MoveKind::Sent(bytes) => write!(f, "sent {}", Counted(bytes.len() as u64)),
            MoveKind::Flooded(bytes) => write!(f, "sent {} of filler", Counted(*bytes)),
            MoveKind::Received(bytes) => write!(f, "received {}", Counted(bytes.len() as u64)),
            MoveKind::Closed(how) => f.write_str(how),
            MoveKind::PeerClosed(how) => f.write_str(how),
            MoveKind::Waited(span) => write!(f, "waited {}", Span(*span)),
        }
    }
}

impl fmt::Debug for MoveKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for HexDump<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (row, bytes) in self.0.chunks(16).enumerate() {
            if row > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{:08x} ", row * 16)?;
            for at in 0..16 {
                match bytes.get(at) {
                    Some(byte) => write!(f, " {byte:02x}")?,
                    None => f.write_str("   ")?,
                }
            }
            f.write_str("  ")?;
            for byte in bytes {
                let shown = if byte.is_ascii_graphic() || *byte == b' ' {
                    char::from(*byte)
                } else {
                    '.'
                };
                write!(f, "{shown}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::HexDump;

    #[test]
    fn bytes_are_shown_in_rows() {
        assert_eq!(HexDump(b"").to_string(), "");
        assert_eq!(
            HexDump(b"\x0BMSH|^~\\&|LAB|NO\x1C\r").to_string(),
            "00000000  0b 4d 53 48 7c 5e 7e 5c 26 7c 4c 41 42 7c 4e 4f  .MSH|^~\\&|LAB|NO\n00000010  1c 0d                                            .."
        );
    }
}
