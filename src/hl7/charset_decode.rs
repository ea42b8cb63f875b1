//! From bytes to text without losing one: what the charset does not have is marked, not replaced.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use encoding_rs::{DecoderResult, EUC_KR, Encoding};

use super::charset::{Charset, Coding, Endian};
use super::charset_detect::{Conflict, choose};
use super::charset_hangul::syllable;
use super::charset_iso2022::{State, Step};

/// An undecodable byte 0xNN stands in the text as the private-use character U+F7NN.
///
/// Characters of that range that a message really holds count as undecodable bytes as well, so a
/// mark always means a byte, and writing it back is exact.
const MARKS: u32 = 0xF700;

/// A message's text, and how it was read from its bytes.
#[derive(Clone)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: Arc<str>,
    /// The charset it was read with.
    pub charset: Charset,
    /// Why this charset.
    pub origin: Origin,
    /// MSH-18 as it stands in the message, where it is not empty.
    pub declared: Option<Arc<str>>,
    /// What MSH-18 says and the bytes deny.
    pub conflict: Option<Conflict>,
    /// The bytes that the charset does not have, in order.
    pub undecodable: Vec<Undecodable>,
    /// How many bytes of byte order mark stand before the text.
    pub bom_length: usize,
}

/// Adjacent bytes that are no characters of the charset; the text has one mark for each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Undecodable {
    /// Where they stand in the bytes.
    pub byte_offset: usize,
    /// Where their marks stand in the text.
    pub text_offset: usize,
    /// How many bytes, hence marks.
    pub length: usize,
}

/// Why a charset was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// The caller asked for it.
    Chosen,
    /// A byte order mark says so.
    ByteOrderMark,
    /// MSH-18 says so and the bytes do not deny it.
    Declared,
    /// The bytes show it.
    Found,
    /// Nothing tells: the fall-back.
    Assumed,
}

/// Reads bytes as text, by choice, byte order mark, MSH-18 and the bytes themselves, in this order.
///
/// Undeclared bytes that are not UTF-8 are read as windows-1252.
pub fn decode(bytes: &[u8], choice: Option<Charset>) -> Decoded {
    decode_with(bytes, choice, Charset::WINDOWS_1252)
}

/// As [`decode`], with the charset for undeclared bytes that are not UTF-8.
pub fn decode_with(bytes: &[u8], choice: Option<Charset>, fallback: Charset) -> Decoded {
    let chosen = choose(bytes, choice, fallback);
    let body = bytes.get(chosen.bom_length..).unwrap_or_default();
    let (text, undecodable) = to_text(body, chosen.charset, chosen.bom_length);
    Decoded {
        text: Arc::from(text),
        charset: chosen.charset,
        origin: chosen.origin,
        declared: chosen.declared,
        conflict: chosen.conflict,
        undecodable,
        bom_length: chosen.bom_length,
    }
}

/// The byte that a character of decoded text marks as undecodable.
pub fn undecodable_byte(c: char) -> Option<u8> {
    u32::from(c)
        .checked_sub(MARKS)
        .and_then(|byte| u8::try_from(byte).ok())
}

/// Whether every byte is a character of the charset.
pub(super) fn is_clean(bytes: &[u8], charset: Charset) -> bool {
    to_text(bytes, charset, 0).1.is_empty()
}

/// The text of bytes without byte order mark; `base` is added to the byte offsets.
pub(super) fn to_text(bytes: &[u8], charset: Charset, base: usize) -> (String, Vec<Undecodable>) {
    let mut made = Text {
        out: String::with_capacity(bytes.len()),
        undecodable: Vec::new(),
        base,
    };
    match charset.0 {
        Coding::Ascii => made.push_ascii(bytes),
        Coding::Latin1 => made.out = encoding_rs::mem::decode_latin1(bytes).into_owned(),
        Coding::Utf8 => made.push_utf8(bytes),
        Coding::Utf16(endian) => made.push_utf16(bytes, endian),
        Coding::Utf32(endian) => made.push_utf32(bytes, endian),
        Coding::Iso2022(_) => made.push_iso2022(bytes),
        Coding::Single(encoding) | Coding::Multi(encoding) => made.push_encoded(bytes, encoding),
    }
    (made.out, made.undecodable)
}

/// How many bytes the character `c` at the start of `bytes` takes, and how many characters they are.
pub(super) fn unit_length(bytes: &[u8], text: &str, charset: Charset) -> (usize, usize) {
    let Some(c) = text.chars().next() else {
        return (0, 0);
    };
    if undecodable_byte(c).is_some() {
        return (1, 1);
    }
    match charset.0 {
        Coding::Ascii | Coding::Latin1 | Coding::Single(_) | Coding::Iso2022(_) => (1, 1),
        Coding::Utf8 => (c.len_utf8(), 1),
        Coding::Utf16(_) => (2 * c.len_utf16(), 1),
        Coding::Utf32(_) => (4, 1),
        Coding::Multi(encoding) => match first_unit(bytes, encoding) {
            // Big5 has four pairs of bytes that are two characters each.
            Some((length, characters)) if text.starts_with(&characters) => {
                (length, characters.chars().count())
            }
            Some(_) | None => (1, 1),
        },
    }
}

/// The text being made.
struct Text {
    out: String,
    undecodable: Vec<Undecodable>,
    base: usize,
}

impl Text {
    fn mark(&mut self, bytes: &[u8], range: Range<usize>) {
        let (byte_offset, text_offset) = (self.base + range.start, self.out.len());
        let marked = bytes.get(range).unwrap_or_default();
        let length = marked.len();
        self.out.extend(
            marked
                .iter()
                .filter_map(|b| char::from_u32(MARKS + u32::from(*b))),
        );
        match self.undecodable.last_mut() {
            Some(last) if last.byte_offset + last.length == byte_offset => last.length += length,
            Some(_) | None => {
                self.undecodable.push(Undecodable {
                    byte_offset,
                    text_offset,
                    length,
                });
            }
        }
    }

    fn push(&mut self, c: Option<char>, bytes: &[u8], range: Range<usize>) {
        match c.filter(|c| undecodable_byte(*c).is_none()) {
            Some(c) => self.out.push(c),
            None => self.mark(bytes, range),
        }
    }

    fn push_ascii(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let plain = Encoding::ascii_valid_up_to(rest);
            self.out.push_str(&String::from_utf8_lossy(&rest[..plain]));
            at += plain;
            if at < bytes.len() {
                self.mark(bytes, at..at + 1);
                at += 1;
            }
        }
    }

    fn push_utf8(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let (valid, invalid) = match std::str::from_utf8(rest) {
                Ok(valid) => (valid, 0),
                Err(error) => {
                    let (valid, rest) = rest.split_at(error.valid_up_to());
                    let invalid = error.error_len().unwrap_or(rest.len());
                    (std::str::from_utf8(valid).unwrap_or_default(), invalid)
                }
            };
            self.push_valid(valid, bytes, at);
            at += valid.len();
            if invalid > 0 {
                self.mark(bytes, at..at + invalid);
                at += invalid;
            }
        }
    }

    /// Pushes valid UTF-8 that starts at byte `at`; real characters of the marks' range are marked.
    fn push_valid(&mut self, valid: &str, bytes: &[u8], at: usize) {
        let mut done = 0;
        // U+F700 to U+F7FF are EF 9C 80 to EF 9F BF.
        for lead in memchr::memchr_iter(0xEF, valid.as_bytes()) {
            if valid
                .as_bytes()
                .get(lead + 1)
                .is_some_and(|b| (0x9C..=0x9F).contains(b))
            {
                self.out.push_str(&valid[done..lead]);
                self.mark(bytes, at + lead..at + lead + 3);
                done = lead + 3;
            }
        }
        self.out.push_str(&valid[done..]);
    }

    fn push_utf16(&mut self, bytes: &[u8], endian: Endian) {
        let unit = |at: usize| {
            let pair: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
            Some(match endian {
                Endian::Little => u16::from_le_bytes(pair),
                Endian::Big => u16::from_be_bytes(pair),
            })
        };
        let mut at = 0;
        while let Some(first) = unit(at) {
            let second = unit(at + 2).filter(|_| (0xD800..0xDC00).contains(&first));
            let c = char::decode_utf16([first].into_iter().chain(second)).next();
            let c = c.and_then(Result::ok);
            let length = c.map_or(2, |c| 2 * c.len_utf16());
            self.push(c, bytes, at..at + length);
            at += length;
        }
        if at < bytes.len() {
            self.mark(bytes, at..bytes.len());
        }
    }

    fn push_utf32(&mut self, bytes: &[u8], endian: Endian) {
        let mut at = 0;
        while let Some(Ok(four)) = bytes.get(at..at + 4).map(<[u8; 4]>::try_from) {
            let code = match endian {
                Endian::Little => u32::from_le_bytes(four),
                Endian::Big => u32::from_be_bytes(four),
            };
            self.push(char::from_u32(code), bytes, at..at + 4);
            at += 4;
        }
        if at < bytes.len() {
            self.mark(bytes, at..bytes.len());
        }
    }

    fn push_iso2022(&mut self, bytes: &[u8]) {
        let (mut at, mut state) = (0, State::default());
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let plain = if state.is_plain() {
                plain_length(rest)
            } else {
                0
            };
            if plain > 0 {
                self.push_ascii(&rest[..plain]);
                at += plain;
                continue;
            }
            let (length, step) = state.step(rest);
            match step {
                Step::Character(c) => self.out.push(c),
                Step::Switch => {}
                Step::Undecodable => self.mark(bytes, at..at + length),
            }
            at += length;
        }
    }

    fn push_encoded(&mut self, bytes: &[u8], encoding: &'static Encoding) {
        if encoding == EUC_KR && memchr::memmem::find(bytes, b"\xA4\xD4").is_some() {
            return self.push_unit_by_unit(bytes, encoding);
        }
        let mut decoder = encoding.new_decoder_without_bom_handling();
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            self.out.reserve(rest.len() + 16);
            let (result, read) =
                decoder.decode_to_string_without_replacement(rest, &mut self.out, true);
            at += read;
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(bad, after) => {
                    let end = at - usize::from(after);
                    self.mark(bytes, end - usize::from(bad)..end);
                }
            }
        }
        let marks = self
            .out
            .chars()
            .filter(|c| undecodable_byte(*c).is_some())
            .count();
        if marks
            != self
                .undecodable
                .iter()
                .map(|found| found.length)
                .sum::<usize>()
        {
            // GB18030 has the characters of the marks' range: find out which bytes they are.
            self.out.clear();
            self.undecodable.clear();
            self.push_unit_by_unit(bytes, encoding);
        }
    }

    fn push_unit_by_unit(&mut self, bytes: &[u8], encoding: &'static Encoding) {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let unit = first_unit(rest, encoding);
            let length = unit.as_ref().map_or(1, |(length, _)| *length);
            let text = unit.map(|(_, text)| text);
            let is_markless = |text: &String| text.chars().all(|c| undecodable_byte(c).is_none());
            match text.filter(is_markless) {
                Some(text) => self.out.push_str(&text),
                None => self.mark(bytes, at..at + length),
            }
            at += length;
        }
    }
}

/// How many bytes, in plain ASCII, stand for themselves.
fn plain_length(bytes: &[u8]) -> usize {
    let ascii = Encoding::ascii_valid_up_to(bytes);
    let switch = |b: &u8| matches!(*b, 0x1B | 0x0E);
    bytes.iter().take(ascii).position(switch).unwrap_or(ascii)
}

/// The shortest beginning of `bytes` that is text in `encoding`.
fn first_unit(bytes: &[u8], encoding: &'static Encoding) -> Option<(usize, String)> {
    if encoding == EUC_KR
        && let Some(c) = syllable(bytes)
    {
        return Some((8, c.to_string()));
    }
    (1..=4).find_map(|length| {
        let unit = bytes.get(..length)?;
        let text = encoding.decode_without_bom_handling_and_without_replacement(unit)?;
        Some((length, text.into_owned()))
    })
}

impl fmt::Debug for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded")
            .field("text_length", &self.text.len())
            .field("charset", &self.charset)
            .field("origin", &self.origin)
            .field("conflict", &self.conflict)
            .field("undecodable", &self.undecodable.len())
            .field("bom_length", &self.bom_length)
            .finish_non_exhaustive()
    }
}
