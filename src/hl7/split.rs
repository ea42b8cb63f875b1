//! A file's bytes cut into messages, batch headers and trailers, and what stands between them.
//!
//! A line that starts with `MSH` opens a message; CR, LF and CRLF all end a line; `FHS`, `BHS`,
//! `BTS` and `FTS` belong to no message. MLLP frames (0x0B … 0x1C 0x0D) may lack their end.

use std::ops::Range;

use memchr::{memchr, memchr3, memrchr2};

use super::charset::Charset;
use super::charset_detect::{byte_order_mark, narrow, wide};

const FRAME_START: u8 = 0x0B;
const FRAME_END: u8 = 0x1C;
const UTF8_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// One part of a file. The pieces of a file cover it, in order and without gaps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// What it is.
    pub kind: PieceKind,
    /// Whether it stands in an MLLP frame.
    pub framed: bool,
}

/// What a piece of a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PieceKind {
    /// One message, from its MSH to the end of its last line that is not blank.
    Message,
    /// An FHS line.
    FileHeader,
    /// A BHS line.
    BatchHeader,
    /// A BTS line.
    BatchTrailer,
    /// An FTS line.
    FileTrailer,
    /// Text that belongs to no message.
    Stray,
    /// Blank lines, NULs, a byte order mark, the bytes of an MLLP frame.
    Filler,
}

/// Cuts a file into pieces, in time that grows with its length only.
pub fn split(bytes: &[u8]) -> Vec<Piece> {
    let mark = byte_order_mark(bytes);
    let charset = mark.map(|(charset, _)| charset).or_else(|| wide(bytes));
    let Some((charset, units)) = charset.and_then(|found| Some((found, narrow(bytes, found)?)))
    else {
        return Splitter::new(bytes).run(0);
    };
    let width = charset.unit_width();
    let mark_length = mark.map_or(0, |(_, length)| length / width);
    let mut pieces = Splitter::new(&units).run(mark_length);
    for piece in &mut pieces {
        piece.range = piece.range.start * width..piece.range.end * width;
    }
    cover_the_end(&mut pieces, bytes.len());
    pieces
}

/// The charset family a file's pieces must be read with where a piece alone does not show it.
pub fn wide_charset(bytes: &[u8]) -> Option<Charset> {
    byte_order_mark(bytes)
        .map(|(charset, _)| charset)
        .filter(|charset| charset.unit_width() > 1)
        .or_else(|| wide(bytes))
}

/// Half a code unit at the end goes to the last piece.
fn cover_the_end(pieces: &mut Vec<Piece>, length: usize) {
    match pieces.last_mut() {
        Some(last) => last.range.end = length,
        None if length > 0 => {
            pieces.push(Piece {
                range: 0..length,
                kind: PieceKind::Stray,
                framed: false,
            });
        }
        None => {}
    }
}

/// Cuts what comes in parts into the pieces that [`split`] finds in the whole.
#[derive(Debug, Default)]
pub struct PartSplitter {
    /// Whether the part starts inside an MLLP frame.
    framed: bool,
    /// Whether a part was cut off already.
    has_begun: bool,
}

impl PartSplitter {
    /// The pieces at the start of `bytes` that no byte to come can change: those before the last
    /// message, whose first bytes are the next part's. Nothing where there is no such message, and
    /// in UTF-16 and UTF-32, which is cut when it is whole.
    pub fn settled(&mut self, bytes: &[u8]) -> Vec<Piece> {
        if !self.has_begun && wide_charset(bytes).is_some() {
            return Vec::new();
        }
        let mut pieces = self.pieces(bytes);
        // `MSH` at the end may still become a word that goes on.
        let is_sure = |piece: &Piece| {
            piece.kind == PieceKind::Message && piece.range.start + 4 <= bytes.len()
        };
        let last = pieces.iter().rposition(is_sure).unwrap_or(0);
        if let Some(next) = pieces.get(last).filter(|_| last > 0) {
            self.framed = next.framed;
            self.has_begun = true;
        }
        pieces.truncate(last);
        pieces
    }

    /// The pieces of the last part.
    pub fn rest(self, bytes: &[u8]) -> Vec<Piece> {
        self.pieces(bytes)
    }

    fn pieces(&self, bytes: &[u8]) -> Vec<Piece> {
        if !self.has_begun {
            return split(bytes);
        }
        let mut splitter = Splitter::new(bytes);
        splitter.framed = self.framed;
        splitter.run(0)
    }
}

struct Splitter<'a> {
    bytes: &'a [u8],
    pieces: Vec<Piece>,
    /// Start of the open message.
    open: Option<usize>,
    /// End of the open message's last line that is not blank.
    content_end: usize,
    framed: bool,
    /// The next frame start at or after the current line, once looked for.
    next_start: Option<usize>,
}

impl<'a> Splitter<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let next_start = memchr(FRAME_START, bytes);
        Self {
            bytes,
            pieces: Vec::new(),
            open: None,
            content_end: 0,
            framed: false,
            next_start,
        }
    }

    fn run(mut self, mark_length: usize) -> Vec<Piece> {
        self.push(0..mark_length.min(self.bytes.len()), PieceKind::Filler);
        let mut at = mark_length;
        while at < self.bytes.len() {
            at = self.line(at);
        }
        self.close(self.bytes.len());
        self.pieces
    }

    /// Takes the line at `at`; gives where the next one starts.
    fn line(&mut self, at: usize) -> usize {
        let start = at + self.prefix_length(at);
        let opener = self.opener(start);
        if opener.is_none() && self.open.is_some() {
            return self.continuation(at, start);
        }
        self.prefix(at, start);
        let Some(kind) = opener else {
            let (end, next) = self.line_end(start);
            let kind = if self.is_blank(start..end) {
                PieceKind::Filler
            } else {
                PieceKind::Stray
            };
            self.push(start..next, kind);
            return next;
        };
        let (end, next) = self.line_end(start);
        if kind == PieceKind::Message {
            self.open = Some(start);
            self.content_end = next.max(end);
        } else {
            self.push(start..next, kind);
        }
        next
    }

    /// Takes a line of the open message, or the end of its frame.
    fn continuation(&mut self, at: usize, start: usize) -> usize {
        let prefix = self.bytes.get(at..start).unwrap_or_default();
        if let Some(end) = memchr(FRAME_END, prefix) {
            self.prefix(at, at + end + 1);
            return at + end + 1;
        }
        let (end, next) = self.line_end(start);
        if !self.is_blank(at..end) {
            self.content_end = next;
        }
        next
    }

    /// Closes what is open and takes the bytes between two lines: NULs, marks, frame bytes.
    fn prefix(&mut self, at: usize, start: usize) {
        if start == at && self.open.is_none() {
            return;
        }
        self.close(at);
        let prefix = self.bytes.get(at..start).unwrap_or_default();
        if let Some(last) = memrchr2(FRAME_START, FRAME_END, prefix) {
            self.framed = prefix.get(last) == Some(&FRAME_START);
        }
        self.push(at..start, PieceKind::Filler);
    }

    fn close(&mut self, end: usize) {
        if let Some(start) = self.open.take() {
            self.push(start..self.content_end, PieceKind::Message);
            self.push(self.content_end..end, PieceKind::Filler);
        }
    }

    fn push(&mut self, range: Range<usize>, kind: PieceKind) {
        if range.is_empty() {
            return;
        }
        let framed = self.framed && kind != PieceKind::Filler;
        match self.pieces.last_mut() {
            Some(last)
                if last.kind == kind
                    && last.framed == framed
                    && matches!(kind, PieceKind::Stray | PieceKind::Filler) =>
            {
                last.range.end = range.end;
            }
            Some(_) | None => self.pieces.push(Piece {
                range,
                kind,
                framed,
            }),
        }
    }

    /// How many bytes at the start of a line may stand before an MSH: NULs, marks, frame bytes.
    fn prefix_length(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let mut length = 0;
        loop {
            match rest.get(length) {
                Some(&(0 | FRAME_START | FRAME_END)) => length += 1,
                Some(0xEF) if rest[length..].starts_with(UTF8_MARK) => length += UTF8_MARK.len(),
                Some(_) | None => return length,
            }
        }
    }

    fn opener(&self, at: usize) -> Option<PieceKind> {
        let name = self.bytes.get(at..at + 3)?;
        // A blank separates nothing, and words may start like a trailer: `BTS was seen`.
        let is_separated = match self.bytes.get(at + 3) {
            None => true,
            Some(b' ') => false,
            Some(byte) => name == b"MSH" || !byte.is_ascii_alphanumeric(),
        };
        if !is_separated {
            return None;
        }
        match name {
            b"MSH" => Some(PieceKind::Message),
            b"FHS" => Some(PieceKind::FileHeader),
            b"BHS" => Some(PieceKind::BatchHeader),
            b"BTS" => Some(PieceKind::BatchTrailer),
            b"FTS" => Some(PieceKind::FileTrailer),
            _ => None,
        }
    }

    /// Where the line's text ends, and where the next line starts.
    fn line_end(&mut self, start: usize) -> (usize, usize) {
        let mut from = start;
        let (mut end, mut next) = (self.bytes.len(), self.bytes.len());
        while let Some(found) = self
            .bytes
            .get(from..)
            .and_then(|rest| memchr3(b'\r', b'\n', FRAME_END, rest))
        {
            let at = from + found;
            match self.bytes.get(at) {
                // Without a frame 0x1C is a byte like others.
                Some(&FRAME_END) if !self.framed => from = at + 1,
                Some(&FRAME_END) => {
                    (end, next) = (at, at);
                    break;
                }
                Some(b'\r') if self.bytes.get(at + 1) == Some(&b'\n') => {
                    (end, next) = (at, at + 2);
                    break;
                }
                Some(_) | None => {
                    (end, next) = (at, at + 1);
                    break;
                }
            }
        }
        match self.frame_start_within(start..end) {
            Some(at) => (at, at),
            None => (end, next),
        }
    }

    /// A frame that starts within a line, as in a log: 0x0B right before a header.
    fn frame_start_within(&mut self, line: Range<usize>) -> Option<usize> {
        while let Some(at) = self.next_start.filter(|at| *at < line.end) {
            if at >= line.start && self.opener(at + 1).is_some() {
                return Some(at);
            }
            self.next_start =
                memchr(FRAME_START, self.bytes.get(at + 1..)?).map(|next| at + 1 + next);
        }
        None
    }

    fn is_blank(&self, range: Range<usize>) -> bool {
        let line = self.bytes.get(range).unwrap_or_default();
        line.iter().all(|b| matches!(b, b' ' | b'\t' | 0 | 0x1A))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces as letters with their bytes: M message, H and T headers and trailers of batches,
    /// h and t of files, S stray, - filler; a framed one with `*`.
    fn check(bytes: &[u8], expect: &[(&str, &str)]) {
        let pieces = split(bytes);
        let found: Vec<(String, String)> = pieces
            .iter()
            .map(|piece| {
                let letter = match piece.kind {
                    PieceKind::Message => "M",
                    PieceKind::FileHeader => "h",
                    PieceKind::BatchHeader => "H",
                    PieceKind::BatchTrailer => "T",
                    PieceKind::FileTrailer => "t",
                    PieceKind::Stray => "S",
                    PieceKind::Filler => "-",
                };
                let star = if piece.framed { "*" } else { "" };
                let text = String::from_utf8_lossy(&bytes[piece.range.clone()]).into_owned();
                (format!("{letter}{star}"), text)
            })
            .collect();
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn a_line_with_msh_opens_a_message() {
        check(b"", &[]);
        check(b"MSH|1\rPID|1", &[("M", "MSH|1\rPID|1")]);
        check(
            b"MSH|1\nMSH|2\r\nMSH",
            &[("M", "MSH|1\n"), ("M", "MSH|2\r\n"), ("M", "MSH")],
        );
        check(b"a MSH|1\rMSH|2", &[("S", "a MSH|1\r"), ("M", "MSH|2")]);
    }

    #[test]
    fn what_stands_around_messages_is_kept_apart() {
        check(b"\xEF\xBB\xBFMSH|1", &[("-", "\u{FEFF}"), ("M", "MSH|1")]);
        check(
            b"\r\n \r\n\0MSH|1\r\r\n \r",
            &[("-", "\r\n \r\n\0"), ("M", "MSH|1\r"), ("-", "\r\n \r")],
        );
        check(
            b"MSH|1\r\rPID\r\0\0\x1A",
            &[("M", "MSH|1\r\rPID\r"), ("-", "\0\0\x1A")],
        );
        check(
            b"log:\nmore\nMSH|1\nend",
            &[("S", "log:\nmore\n"), ("M", "MSH|1\nend")],
        );
    }

    #[test]
    fn batch_lines_belong_to_no_message() {
        check(
            b"FHS|^\rBHS|^\rMSH|1\rPID|1\rBTS|1\rx\rFTS|1\r",
            &[
                ("h", "FHS|^\r"),
                ("H", "BHS|^\r"),
                ("M", "MSH|1\rPID|1\r"),
                ("T", "BTS|1\r"),
                ("S", "x\r"),
                ("t", "FTS|1\r"),
            ],
        );
    }

    #[test]
    fn frames_may_lack_an_end() {
        check(
            b"\x0BMSH|1\r\x1C\r",
            &[("-", "\x0B"), ("M*", "MSH|1\r"), ("-", "\x1C\r")],
        );
        check(
            b"\x0BMSH|1\x1C\r\nping\r\x0BMSH|2\r",
            &[
                ("-", "\x0B"),
                ("M*", "MSH|1"),
                ("-", "\x1C\r\n"),
                ("S", "ping\r"),
                ("-", "\x0B"),
                ("M*", "MSH|2\r"),
            ],
        );
        check(
            b"got \x0BMSH|1|\x0BMSH|2\r\x1C\x0BMSH|3",
            &[
                ("S", "got "),
                ("-", "\x0B"),
                ("M*", "MSH|1|"),
                ("-", "\x0B"),
                ("M*", "MSH|2\r"),
                ("-", "\x1C\x0B"),
                ("M*", "MSH|3"),
            ],
        );
        check(
            b"MSH|a\x1Cb\r\x1C\r",
            &[("M", "MSH|a\x1Cb\r"), ("-", "\x1C\r")],
        );
        check(
            b"MSH|1\x0BPID|1\r\x0BPV1",
            &[("M", "MSH|1\x0BPID|1\r\x0BPV1")],
        );
    }

    #[test]
    fn wide_characters_are_cut_at_their_units() {
        let text = "MSH|é\r\nPID\r\n\r\nMSH|2";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let ranges: Vec<Range<usize>> = split(&little)
            .into_iter()
            .map(|piece| piece.range)
            .collect();
        assert_eq!(ranges, [0..24, 24..28, 28..38]);
        let mut marked = vec![0xFE, 0xFF];
        marked.extend(text.encode_utf16().flat_map(u16::to_be_bytes).chain([7]));
        let ranges: Vec<Range<usize>> = split(&marked)
            .into_iter()
            .map(|piece| piece.range)
            .collect();
        assert_eq!(ranges, [0..2, 2..26, 26..30, 30..41]);
    }
}
