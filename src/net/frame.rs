//! What frames are made of, and what is told of them.

use std::fmt;

use super::words::Bytes as Counted;

/// The bytes before and after a message on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    start: Box<[u8]>,
    end: Box<[u8]>,
}

/// Why bytes cannot mark frames.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarksError {
    /// Nothing to look for.
    #[error("the {0} of a frame needs at least one byte; MLLP has 0B, and 1C 0D at the end")]
    Empty(&'static str),
    /// More than any site has.
    #[error("the {0} of a frame has {1} bytes; at most {MOST_MARK_BYTES} are read")]
    TooLong(&'static str, usize),
    /// After the first byte nobody could tell what it is.
    #[error(
        "start and end of a frame begin with the same byte, {0:02X}; no reader could tell them apart"
    )]
    SameByte(u8),
    /// It would be found in every message.
    #[error("the {0} of a frame begins with {1:02X}, which messages are written with")]
    InMessages(&'static str, u8),
}

/// Bytes of a mark.
const MOST_MARK_BYTES: usize = 8;

/// Why a content cannot be sent as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// There is nothing to send.
    #[error("an empty message cannot be sent: a receiver could not answer it")]
    Empty,
    /// The receiver would see a frame begin or end within it.
    #[error(
        "byte {at} of the message is {mark}, which {what} a frame; escape it as \\X{mark}\\ or choose other frame bytes"
    )]
    MarkInside {
        /// Counted from 0.
        at: usize,
        /// The byte in hexadecimal digits.
        mark: String,
        /// `starts` or `ends`.
        what: &'static str,
    },
}

impl Marks {
    /// MLLP: 0B before, 1C 0D after.
    pub fn mllp() -> Self {
        Self {
            start: [0x0B].into(),
            end: [0x1C, 0x0D].into(),
        }
    }

    /// Marks that a site has agreed on.
    ///
    /// # Errors
    ///
    /// Bytes with which no frame could be told from its content, or from the other mark.
    pub fn new(start: &[u8], end: &[u8]) -> Result<Self, MarksError> {
        for (name, mark) in [("start", start), ("end", end)] {
            match mark {
                [] => return Err(MarksError::Empty(name)),
                [first, ..] if matches!(*first, b' '..=b'~' | b'\r' | b'\n') => {
                    return Err(MarksError::InMessages(name, *first));
                }
                _ if mark.len() > MOST_MARK_BYTES => {
                    return Err(MarksError::TooLong(name, mark.len()));
                }
                _ => {}
            }
        }
        if let (Some(first), true) = (start.first(), start.first() == end.first()) {
            return Err(MarksError::SameByte(*first));
        }
        Ok(Self {
            start: start.into(),
            end: end.into(),
        })
    }

    /// What stands before a message.
    pub fn start(&self) -> &[u8] {
        &self.start
    }

    /// What stands after a message.
    pub fn end(&self) -> &[u8] {
        &self.end
    }

    /// The content between its marks.
    ///
    /// # Errors
    ///
    /// An empty content, and one in which a receiver would see a mark: it would not arrive as it is.
    pub fn frame(&self, content: &[u8]) -> Result<Vec<u8>, FrameError> {
        if content.is_empty() {
            return Err(FrameError::Empty);
        }
        let starts = memchr::memmem::find(content, &self.start).map(|at| (at, "starts"));
        let ends = self.end_within(content).map(|at| (at, "ends"));
        if let Some((at, what)) = [starts, ends].into_iter().flatten().min() {
            let byte = content.get(at).copied().unwrap_or_default();
            return Err(FrameError::MarkInside {
                at,
                mark: format!("{byte:02X}"),
                what,
            });
        }
        let mut framed = Vec::with_capacity(self.start.len() + content.len() + self.end.len());
        framed.extend_from_slice(&self.start);
        framed.extend_from_slice(content);
        framed.extend_from_slice(&self.end);
        Ok(framed)
    }

    /// The content of a frame that stands where none is needed, without blanks around it.
    pub(super) fn unframed<'c>(&self, content: &'c [u8]) -> Option<&'c [u8]> {
        let content = content.trim_ascii().strip_prefix(self.start())?;
        let ends = [self.end(), self.end().trim_ascii()];
        let without = ends.into_iter().find_map(|end| content.strip_suffix(end));
        Some(without.unwrap_or(content))
    }

    /// Where the end would be seen in a content: also where it only begins at the content's own end, or
    /// where a receiver that waits for its first byte alone would take it for the end.
    fn end_within(&self, content: &[u8]) -> Option<usize> {
        let first = self.end.first()?;
        memchr::memchr(*first, content)
    }
}

impl Default for Marks {
    fn default() -> Self {
        Self::mllp()
    }
}

/// What a stream of bytes turned out to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameEvent {
    /// A whole frame.
    Frame(Frame),
    /// Something else than agreed.
    Note(FrameNote),
}

/// What stood between a start and an end.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    /// The byte of the stream at which its start mark stands, counted from 0.
    pub at: u64,
    /// Without marks.
    pub content: Vec<u8>,
}

/// The acknowledgments of MLLP release 2, which are no messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    /// 06: the content is stored.
    Acknowledged,
    /// 15: it is not.
    Refused,
}

impl Commit {
    /// The content of its frame.
    pub fn content(self) -> &'static [u8] {
        match self {
            Commit::Acknowledged => &[0x06],
            Commit::Refused => &[0x15],
        }
    }

    /// The one that the content of a frame is.
    pub(super) fn of(content: &[u8]) -> Option<Self> {
        [Commit::Acknowledged, Commit::Refused]
            .into_iter()
            .find(|commit| commit.content() == content)
    }
}

impl Frame {
    /// The commit acknowledgment that it is, if it is one.
    pub fn commit(&self) -> Option<Commit> {
        Commit::of(&self.content)
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("at", &self.at)
            .field("bytes", &self.content.len())
            .finish()
    }
}

/// Something that a peer did otherwise than agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameNote {
    /// The byte of the stream, counted from 0.
    pub at: u64,
    /// What it is.
    pub kind: NoteKind,
}

/// What was otherwise than agreed.
#[derive(Clone, PartialEq, Eq)]
pub enum NoteKind {
    /// Bytes outside of any frame.
    Junk {
        /// How many, blanks around them not counted.
        bytes: u64,
        /// What they begin like.
        looks: Looks,
    },
    /// The end of a frame had only its first bytes.
    EndIncomplete {
        /// What did not come.
        missing: Box<[u8]>,
    },
    /// The first bytes of an end stood within a content; they are kept as content.
    EndInside {
        /// How often in this frame.
        times: u64,
    },
    /// A start stood within a frame; what was before it is given up.
    Discarded {
        /// How many.
        bytes: u64,
    },
    /// A start stood right after a start.
    StartTwice,
    /// An end stood right after a frame.
    EndTwice,
    /// Nothing stood between start and end.
    Empty,
    /// A frame grew over the limit; the rest of it is passed over.
    TooLong {
        /// The limit, in bytes.
        limit: usize,
        /// The first bytes, in which a header may be read that an answer needs.
        head: Vec<u8>,
    },
    /// The connection ended within a frame.
    Unfinished {
        /// How many had come.
        bytes: u64,
    },
    /// A frame stood in a body of HTTP, which needs none; its content is taken.
    InBody,
}

/// What bytes outside of frames begin like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// A message or batch without a start.
    Hl7,
    /// A request of HTTP.
    Http,
    /// The first words of TLS.
    Tls,
    /// Nothing known.
    Unknown,
}

impl Looks {
    /// Bytes that are enough to tell.
    pub(super) const NEEDED: usize = 8;

    pub(super) fn of(head: &[u8]) -> Self {
        let starts = |texts: &[&str]| texts.iter().any(|text| head.starts_with(text.as_bytes()));
        if starts(&["MSH", "FHS", "BHS"]) {
            Looks::Hl7
        } else if starts(&[
            "GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "DELETE ", "CONNECT ", "PATCH ",
        ]) {
            Looks::Http
        } else if matches!(head, [0x16, 0x03, 0x00..=0x04, ..]) {
            Looks::Tls
        } else {
            Looks::Unknown
        }
    }
}

impl NoteKind {
    /// Its name in logs and reports.
    pub fn code(&self) -> &'static str {
        match self {
            NoteKind::Junk { .. } => "frame-junk",
            NoteKind::EndIncomplete { .. } => "frame-end-incomplete",
            NoteKind::EndInside { .. } => "frame-end-inside",
            NoteKind::Discarded { .. } => "frame-start-inside",
            NoteKind::StartTwice => "frame-start-twice",
            NoteKind::EndTwice => "frame-end-twice",
            NoteKind::Empty => "frame-empty",
            NoteKind::TooLong { .. } => "frame-too-long",
            NoteKind::Unfinished { .. } => "frame-unfinished",
            NoteKind::InBody => "frame-in-body",
        }
    }
}

/// In words; never with what the bytes say.
impl fmt::Display for NoteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoteKind::Junk { bytes, looks } => {
                let bytes = Counted(*bytes);
                match looks {
                    Looks::Hl7 => {
                        write!(f, "a message without a start of a frame before it, {bytes}")
                    }
                    Looks::Http => write!(f, "{bytes} of HTTP; this port takes framed messages"),
                    Looks::Tls => write!(f, "{bytes} of TLS; this port is not encrypted"),
                    Looks::Unknown => write!(f, "{bytes} outside of any frame"),
                }
            }
            NoteKind::EndIncomplete { missing } => {
                f.write_str("the end of the frame lacks its")?;
                missing
                    .iter()
                    .try_for_each(|byte| write!(f, " 0x{byte:02X}"))
            }
            NoteKind::EndInside { times } => {
                f.write_str(
                    "the first byte of an end stands within a frame and is kept as content",
                )?;
                match times {
                    1 => Ok(()),
                    times => write!(f, ", {times} times"),
                }
            }
            NoteKind::Discarded { bytes } => {
                let bytes = Counted(*bytes);
                write!(
                    f,
                    "a frame starts within a frame; the {bytes} before it are discarded"
                )
            }
            NoteKind::StartTwice => f.write_str("the start of the frame came twice"),
            NoteKind::EndTwice => f.write_str("the end of the frame came twice"),
            NoteKind::Empty => f.write_str("an empty frame, which cannot be answered"),
            NoteKind::TooLong { limit, .. } => {
                write!(
                    f,
                    "the frame is longer than the limit of {limit} bytes and was cut"
                )
            }
            NoteKind::Unfinished { bytes } => {
                let bytes = Counted(*bytes);
                write!(
                    f,
                    "the connection ended within a frame, after {bytes} of it"
                )
            }
            NoteKind::InBody => f.write_str(
                "the body of HTTP holds an MLLP frame; its content is taken, and HTTP needs no frame",
            ),
        }
    }
}

impl fmt::Debug for NoteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.code())
    }
}
