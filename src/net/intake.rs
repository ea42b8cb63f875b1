//! From a frame to the messages in it: batches, and what is wrong before anybody looks at the content.

use std::fmt;

use bytes::Bytes;

use super::ack::{Ack, AckCode, Condition};
use super::frame::Commit;
use super::header::Header;
use super::hllp::BlockError;
use super::request_note::RequestNote;
use crate::hl7::{PieceKind, split};

/// The messages of a frame.
#[derive(Debug)]
pub(super) struct Intake {
    pub(super) messages: Vec<Taken>,
    /// The header of the batch that they stood in.
    pub(super) batch: Option<Bytes>,
    pub(super) notes: Vec<ContentNote>,
}

/// One message, and what must be refused of it whatever is decided.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) content: Bytes,
    pub(super) refusal: Option<Ack>,
}

/// Something that is to be known of the content of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentNote {
    /// It does not begin with MSH, nor with the header of a batch.
    NoHeader,
    /// More than one MSH, and no batch around them.
    SeveralHeaders {
        /// How many.
        count: usize,
    },
    /// FHS or BHS, and no MSH behind.
    EmptyBatch,
    /// FHS or BHS, and messages.
    Batch {
        /// How many.
        messages: usize,
    },
    /// A message with this control id was accepted before, and is not consumed again.
    Repeated {
        /// Whether all its bytes are those of the first one.
        is_same: bool,
    },
    /// A block of the hybrid protocol lost or changed bytes; the peer is told to send it again.
    Block(BlockError),
    /// The peer could not take the block of an answer.
    BlockRefused,
    /// The peer tells whether it stored an answer (MLLP release 2).
    Commit(Commit),
    /// A request of HTTP is otherwise than agreed.
    Request(RequestNote),
}

impl ContentNote {
    /// Its name in logs and reports.
    pub fn code(&self) -> &'static str {
        match self {
            ContentNote::NoHeader => "content-no-header",
            ContentNote::SeveralHeaders { .. } => "content-several-headers",
            ContentNote::EmptyBatch => "content-empty-batch",
            ContentNote::Batch { .. } => "content-batch",
            ContentNote::Repeated { .. } => "content-repeated",
            ContentNote::Block(_) => "content-block",
            ContentNote::BlockRefused => "content-block-refused",
            ContentNote::Commit(_) => "content-commit",
            ContentNote::Request(note) => note.code(),
        }
    }
}

impl fmt::Display for ContentNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ContentNote::NoHeader => f.write_str("the frame does not begin with MSH, FHS or BHS"),
            ContentNote::SeveralHeaders { count } => write!(
                f,
                "the frame holds {count} MSH segments and no batch header before them"
            ),
            ContentNote::EmptyBatch => f.write_str("the batch holds no message"),
            ContentNote::Batch { messages: 1 } => f.write_str("a batch of 1 message"),
            ContentNote::Batch { messages } => write!(f, "a batch of {messages} messages"),
            ContentNote::Repeated { is_same: true } => f.write_str(
                "the message came before; it is answered again and not taken a second time",
            ),
            ContentNote::Repeated { is_same: false } => f.write_str(
                "another message with this control id came before; this one is answered as that one and not taken",
            ),
            ContentNote::Block(error) => write!(f, "{error}; the peer is told to send it again"),
            ContentNote::BlockRefused => {
                f.write_str("the peer could not take the block of the last answer")
            }
            ContentNote::Commit(Commit::Acknowledged) => {
                f.write_str("the peer has stored the last answer")
            }
            ContentNote::Commit(Commit::Refused) => {
                f.write_str("the peer could not store the last answer")
            }
            ContentNote::Request(note) => write!(f, "{note}"),
        }
    }
}

impl Intake {
    pub(super) fn of(content: Vec<u8>) -> Self {
        let content = Bytes::from(content);
        let id = Header::read(&content)
            .map(|header| [0, 1, 2].map(|at| header.id().as_bytes().get(at).copied()));
        match id {
            None => Self::refused(content, ContentNote::NoHeader, Condition::SegmentSequence),
            Some([Some(b'M'), ..]) => match headers(&content) {
                0 | 1 => Self {
                    messages: vec![Taken {
                        content,
                        refusal: None,
                    }],
                    batch: None,
                    notes: Vec::new(),
                },
                count => {
                    let note = ContentNote::SeveralHeaders { count };
                    Self::refused(content, note, Condition::SegmentSequence)
                }
            },
            Some(_) => Self::of_batch(content),
        }
    }

    fn refused(content: Bytes, note: ContentNote, condition: Condition) -> Self {
        let ack = Ack::because(AckCode::CommitReject, note.to_string()).with_condition(condition);
        let taken = Taken {
            content,
            refusal: Some(ack),
        };
        Self {
            messages: vec![taken],
            batch: None,
            notes: vec![note],
        }
    }

    fn of_batch(content: Bytes) -> Self {
        let pieces = split(&content);
        let messages = pieces
            .iter()
            .filter(|piece| piece.kind == PieceKind::Message);
        let messages: Vec<Taken> = messages
            .map(|piece| Taken {
                content: content.slice(piece.range.clone()),
                refusal: None,
            })
            .collect();
        if messages.is_empty() {
            return Self::refused(content, ContentNote::EmptyBatch, Condition::SegmentSequence);
        }
        let is_batch = |kind| matches!(kind, PieceKind::BatchHeader | PieceKind::FileHeader);
        // The batch's own header names its id; that of the file stands in where there is none.
        let header = pieces
            .iter()
            .filter(|piece| is_batch(piece.kind))
            .max_by_key(|piece| piece.kind == PieceKind::BatchHeader)
            .map(|piece| content.slice(piece.range.clone()));
        let notes = vec![ContentNote::Batch {
            messages: messages.len(),
        }];
        Self {
            messages,
            batch: header,
            notes,
        }
    }
}

/// How many lines begin with MSH and the separator of the first; wide text counts as one.
fn headers(content: &[u8]) -> usize {
    let Some(first) = memchr::memmem::find(content, b"MSH") else {
        return 1;
    };
    let Some(start) = content.get(first..first + 4) else {
        return 1;
    };
    memchr::memmem::find_iter(content, start)
        .filter(|at| {
            *at == first
                || at
                    .checked_sub(1)
                    .and_then(|at| content.get(at))
                    .is_some_and(|before| matches!(before, b'\r' | b'\n'))
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::Intake;

    fn check(content: &str, expect: &[&str]) {
        let intake = Intake::of(content.as_bytes().to_vec());
        let messages = intake.messages.iter().map(|taken| {
            let refused = taken.refusal.as_ref().map_or("", |_| "refused ");
            format!(
                "{refused}{}",
                String::from_utf8_lossy(&taken.content).replace('\r', "/")
            )
        });
        let batch = intake
            .batch
            .iter()
            .map(|bytes| format!("in {}", String::from_utf8_lossy(bytes)));
        let notes = intake.notes.iter().map(ToString::to_string);
        let found: Vec<String> = messages.chain(batch).chain(notes).collect();
        assert_eq!(found, expect, "{content:?}");
    }

    #[test]
    fn a_frame_gives_its_messages() {
        check(
            "MSH|^~\\&|1\rOBX|1||MSH|x\r",
            &["MSH|^~\\&|1/OBX|1||MSH|x/"],
        );
        check(
            "BHS|^~\\&|B\rMSH|^~\\&|1\rPID|1\rMSH|^~\\&|2\rBTS|2\r",
            &[
                "MSH|^~\\&|1/PID|1/",
                "MSH|^~\\&|2/",
                "in BHS|^~\\&|B\r",
                "a batch of 2 messages",
            ],
        );
        check(
            "FHS|^~\\&|F\rMSH|^~\\&|1\rFTS|1\r",
            &["MSH|^~\\&|1/", "in FHS|^~\\&|F\r", "a batch of 1 message"],
        );
    }

    #[test]
    fn what_cannot_be_taken_is_refused_whole() {
        check(
            "PID|1\r",
            &[
                "refused PID|1/",
                "the frame does not begin with MSH, FHS or BHS",
            ],
        );
        check(
            "MSH|^~\\&|1\rMSH|^~\\&|2\r",
            &[
                "refused MSH|^~\\&|1/MSH|^~\\&|2/",
                "the frame holds 2 MSH segments and no batch header before them",
            ],
        );
        check(
            "BHS|^~\\&|B\rBTS|0\r",
            &["refused BHS|^~\\&|B/BTS|0/", "the batch holds no message"],
        );
    }
}
