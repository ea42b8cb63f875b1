//! One source of samples: the bytes of a file, of a paste or of standard input, cut into messages.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memmem;

use super::files::{self, FileError};
use crate::diagnostic::{Diagnostic, Place};
use crate::hl7::{
    BatchFault, Charset, Decoded, DecompressError, Piece, PieceKind, batch_faults, decode_with,
    decompress, split, wide_charset,
};
use crate::net::JournalFile;
use crate::profile::SiteCharset;

/// More than this is not unpacked from one compressed file: 4 GiB.
const UNPACKED_LIMIT_BYTES: usize = 4 << 30;

pub(super) const UTF_8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Where samples come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file, by the path a person gave or a folder had.
    File(PathBuf),
    /// Text that was pasted; the number tells several apart.
    Paste(u32),
    /// The lesson of this title.
    Lesson(Arc<str>),
    /// Standard input.
    StandardInput,
    /// The wire; the peer that sent it.
    Wire(Arc<str>),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Paste(number) => write!(f, "Pasted {number}"),
            Self::Lesson(title) => write!(f, "Lesson: {title}"),
            Self::StandardInput => f.write_str("standard input"),
            Self::Wire(peer) => write!(f, "Wire: {peer}"),
        }
    }
}

/// Why a source could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// The compressed data is damaged or too large.
    #[error("{name}: {error}. Unpack it by hand and open what comes out.")]
    Compressed {
        /// The source.
        name: String,
        /// What is wrong with it.
        error: DecompressError,
    },
}

/// Where one message stands in its source: 24 bytes.
#[derive(Clone, Copy)]
struct Entry {
    start: usize,
    end: usize,
    /// From the message's start to its PID line; 0 for none: the first line is the header's.
    person: u32,
}

/// The bytes with the places of the messages in them. They stay as they were read, also when the
/// file is changed or deleted afterwards.
pub struct Source {
    origin: Origin,
    bytes: Vec<u8>,
    entries: Box<[Entry]>,
    wide: Option<Charset>,
    /// Whether the whole starts with the byte order mark of UTF-8.
    is_marked: bool,
    part: Part,
    problems: Vec<Diagnostic>,
}

/// Which part of the whole a source is, where that comes in parts.
#[derive(Clone, Copy, Default)]
pub(super) struct Part {
    /// Messages that came before.
    pub(super) messages: usize,
    /// Bytes that came before.
    pub(super) bytes: usize,
    /// Whether messages follow.
    pub(super) goes_on: bool,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Source({} messages in {} bytes)",
            self.entries.len(),
            self.bytes.len()
        )
    }
}

impl Source {
    /// Reads a file, compressed or not.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        Self::from_bytes(Origin::File(path.to_owned()), files::read_bytes(path)?)
    }

    /// Takes bytes, compressed or not.
    pub fn from_bytes(origin: Origin, bytes: Vec<u8>) -> Result<Self, SourceError> {
        let unpacked = match decompress(&bytes, UNPACKED_LIMIT_BYTES) {
            Ok(std::borrow::Cow::Borrowed(_)) => None,
            Ok(std::borrow::Cow::Owned(unpacked)) => Some(unpacked),
            Err(error) => {
                return Err(SourceError::Compressed {
                    name: origin.to_string(),
                    error,
                });
            }
        };
        let bytes = unpacked.unwrap_or(bytes);
        if JournalFile::is_one(&bytes) {
            return Ok(Self::of_journal(origin, &bytes));
        }
        Ok(Self::cut(origin, bytes))
    }

    /// The messages of a journal, each as it came.
    fn of_journal(origin: Origin, bytes: &[u8]) -> Self {
        let JournalFile { records, damage } = JournalFile::read(&origin.to_string(), bytes);
        let mut kept = Vec::with_capacity(bytes.len());
        let mut piece = |content: &[u8]| {
            let start = kept.len();
            kept.extend_from_slice(content);
            Piece {
                range: start..kept.len(),
                kind: PieceKind::Message,
                framed: true,
            }
        };
        let pieces: Vec<_> = records
            .iter()
            .map(|record| piece(&record.content))
            .collect();
        let (mut source, _) = Self::of_pieces(origin, kept, &pieces, false, Part::default());
        if source.is_empty() {
            source.problems.push(source.nothing_found());
        }
        source.problems.extend(damage.iter().map(|damage| {
            let text = format!(
                "from byte {} on {} bytes of this journal are no record ({})",
                damage.at, damage.bytes, damage.why
            );
            Diagnostic::warning("journal-damage", text).at(Place::File(damage.file.as_str().into()))
        }));
        source
    }

    fn cut(origin: Origin, bytes: Vec<u8>) -> Self {
        // A file that was made but never filled is told without looking at each byte.
        let pieces = if is_all_zeros(&bytes) {
            Vec::new()
        } else {
            split(&bytes)
        };
        let is_marked = bytes.starts_with(UTF_8_MARK);
        let (mut source, stray_bytes) =
            Self::of_pieces(origin, bytes, &pieces, is_marked, Part::default());
        source.wide = wide_charset(&source.bytes);
        source.problems = if source.is_empty() {
            vec![source.nothing_found()]
        } else {
            let faults = batch_faults(&source.bytes, &pieces);
            problems(&source.origin, stray_bytes, &faults)
        };
        source
    }

    /// The messages of pieces, and how many bytes of text belong to none.
    pub(super) fn of_pieces(
        origin: Origin,
        bytes: Vec<u8>,
        pieces: &[Piece],
        is_marked: bool,
        part: Part,
    ) -> (Self, usize) {
        let mut entries = Vec::new();
        let mut stray_bytes = 0;
        for piece in pieces {
            let text = bytes.get(piece.range.clone()).unwrap_or_default();
            let is_sample = match piece.kind {
                PieceKind::Message => true,
                // A message that lost its header can still be looked at.
                PieceKind::Stray => starts_like_a_segment(text),
                PieceKind::FileHeader
                | PieceKind::BatchHeader
                | PieceKind::BatchTrailer
                | PieceKind::FileTrailer
                | PieceKind::Filler => false,
            };
            if is_sample {
                entries.push(Entry {
                    start: piece.range.start,
                    end: piece.range.end,
                    person: person_line(text),
                });
            } else if piece.kind == PieceKind::Stray {
                stray_bytes += text.len();
            }
        }
        let source = Self {
            origin,
            bytes,
            entries: entries.into_boxed_slice(),
            wide: None,
            is_marked,
            part,
            problems: Vec::new(),
        };
        (source, stray_bytes)
    }

    /// The same, with what is odd about the whole.
    #[must_use]
    pub(super) fn with_problems(self, problems: Vec<Diagnostic>) -> Self {
        Self { problems, ..self }
    }

    /// Where it comes from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The file, where it is one.
    pub fn path(&self) -> Option<&Path> {
        match &self.origin {
            Origin::File(path) => Some(path),
            Origin::Paste(_) | Origin::Lesson(_) | Origin::StandardInput | Origin::Wire(_) => None,
        }
    }

    /// How many messages it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds no message.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The bytes of a message, counted from 0.
    pub fn message(&self, index: usize) -> Option<&[u8]> {
        let entry = self.entries.get(index)?;
        self.bytes.get(entry.start..entry.end)
    }

    /// Where the message starts in the source, in bytes; after unpacking, where it was compressed.
    pub fn offset(&self, index: usize) -> Option<usize> {
        Some(self.part.bytes + self.entries.get(index)?.start)
    }

    /// Which message of the whole the first one is, counted from 0: not 0 in a later part of what
    /// comes in parts.
    pub fn first_number(&self) -> usize {
        self.part.messages
    }

    /// Whether messages follow in another part.
    pub fn goes_on(&self) -> bool {
        self.part.goes_on
    }

    /// Whether there are several messages, be it in other parts.
    pub fn has_several(&self) -> bool {
        self.len() > 1 || self.part.messages > 0 || self.part.goes_on
    }

    /// The charset of the whole source where a message alone does not show it (UTF-16 and UTF-32).
    pub fn wide_charset(&self) -> Option<Charset> {
        self.wide
    }

    /// Reads bytes of one of its messages as text.
    ///
    /// What the start of the source says holds for all of it: its width, and a byte order mark of
    /// UTF-8, under which bytes that are none are faults and no other charset. `charset` is what the
    /// site says.
    pub fn decode(&self, bytes: &[u8], charset: SiteCharset) -> Decoded {
        if self.is_marked {
            return decode_with(bytes, self.wide, Charset::UTF_8);
        }
        decode_with(bytes, self.wide.or(charset.always()), charset.fallback())
    }

    /// What is odd about it as a whole: no message in it, text outside messages, wrong batch counts.
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// The bytes of the header line and of the PID line, enough for a list.
    pub(super) fn head(&self, index: usize) -> Option<Vec<u8>> {
        let entry = self.entries.get(index)?;
        let message = self.message(index)?;
        if self.wide.is_some() {
            // Lines are not to be found by single bytes; such files are rare and small.
            return Some(message.to_vec());
        }
        let mut head = line_at(message, 0).to_vec();
        if entry.person > 0 {
            head.push(b'\r');
            head.extend_from_slice(line_at(message, entry.person as usize));
        }
        Some(head)
    }

    /// Why there is no message in it.
    fn nothing_found(&self) -> Diagnostic {
        let message = match (self.bytes.is_empty(), looks_like(&self.bytes)) {
            (true, _) => "it is empty".to_owned(),
            (false, Some(what)) => {
                format!("there is no HL7 message in it; it looks like {what}")
            }
            (false, None) => "there is no HL7 message in it".to_owned(),
        };
        Diagnostic::warning("source-without-message", message)
            .at(Place::File(self.origin.to_string().into()))
            .with_help("a message starts with a line such as MSH|^~\\&|")
    }
}

/// What is odd about a source with messages, as a whole.
pub(super) fn problems(
    origin: &Origin,
    stray_bytes: usize,
    faults: &[BatchFault],
) -> Vec<Diagnostic> {
    let place = || Place::File(origin.to_string().into());
    let mut problems = Vec::new();
    if stray_bytes > 0 {
        let message = format!("{stray_bytes} bytes of text belong to no message and are left out");
        problems.push(Diagnostic::warning("text-outside-messages", message).at(place()));
    }
    for fault in faults {
        let found = Diagnostic::warning(fault.kind.code(), fault.kind.to_string());
        problems.push(found.at(place()));
    }
    problems
}

fn starts_like_a_segment(part: &[u8]) -> bool {
    matches!(part, [a, b, c, b'|', ..]
        if a.is_ascii_uppercase()
            && [b, c].iter().all(|x| x.is_ascii_uppercase() || x.is_ascii_digit()))
}

/// Where the first PID line starts; 0 where there is none.
fn person_line(message: &[u8]) -> u32 {
    memmem::find_iter(message, b"PID")
        .find(|at| {
            at.checked_sub(1)
                .and_then(|b| message.get(b))
                .is_some_and(|b| is_line_end(*b))
        })
        .and_then(|at| u32::try_from(at).ok())
        .unwrap_or(0)
}

fn is_line_end(byte: u8) -> bool {
    byte == b'\r' || byte == b'\n'
}

fn line_at(message: &[u8], start: usize) -> &[u8] {
    let rest = message.get(start..).unwrap_or_default();
    let end = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

fn is_all_zeros(bytes: &[u8]) -> bool {
    const ZEROS: [u8; 4096] = [0; 4096];
    bytes
        .chunks(ZEROS.len())
        .all(|part| ZEROS.starts_with(part))
}

/// What a file without messages seems to be, by its first bytes.
fn looks_like(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: &[(&[u8], &str)] = &[
        (b"\x89PNG\r\n\x1A\n", "a PNG picture"),
        (b"\xFF\xD8\xFF", "a JPEG picture"),
        (b"GIF8", "a GIF picture"),
        (b"%PDF-", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive or an Office document"),
        (b"\x7FELF", "a program"),
        (b"MZ", "a Windows program"),
        (b"SQLite format 3\0", "a database"),
        (b"<", "XML or HTML"),
        (b"{", "JSON"),
        (
            b"Profile(",
            "a site profile, to be given with --profile or opened as one",
        ),
    ];
    let known = KINDS
        .iter()
        .find(|(start, _)| bytes.starts_with(start))
        .map(|(_, what)| *what);
    known.or_else(|| is_all_zeros(bytes).then_some("nothing but zeros"))
}

/// Sources that were read, in the order of their paths, with what was refused.
#[derive(Debug, Default)]
pub struct Loaded {
    /// What holds at least one message.
    pub sources: Vec<Arc<Source>>,
    /// What is odd about them, and what could not be read or holds no message.
    pub problems: Vec<Diagnostic>,
}
