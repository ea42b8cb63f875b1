//! From text back to bytes: what was not edited keeps its bytes, what cannot be written is named.

use std::ops::Range;

use encoding_rs::{EncoderResult, Encoding};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::charset::{Charset, Coding, Endian};
use super::charset_decode::{Decoded, undecodable_byte};
use super::charset_iso2022::State;
use super::charset_lines::{OldLine, lines, old_lines, units};

/// Above this many pairs of lines, changed lines are paired by position instead of by likeness.
const PAIRS_TO_COMPARE: usize = 4_000_000;

/// Characters that the charset does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} cannot be written in {charset}{}", self.first(), self.others())]
pub struct EncodeError {
    /// The charset that was to be written.
    pub charset: Charset,
    /// Every such character, in order; never empty.
    pub unencodable: Vec<Unencodable>,
}

/// One character that the charset does not have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unencodable {
    /// The character.
    pub character: char,
    /// Its place in the text, in bytes of UTF-8.
    pub text_offset: usize,
    /// Its line, from 1.
    pub line: usize,
    /// Its place in the line in characters, from 1.
    pub column: usize,
}

impl EncodeError {
    fn first(&self) -> String {
        self.unencodable.first().map_or_else(String::new, |first| {
            format!(
                "U+{:04X} (line {}, character {})",
                u32::from(first.character),
                first.line,
                first.column
            )
        })
    }

    fn others(&self) -> String {
        match self.unencodable.len() {
            0 | 1 => String::new(),
            count => format!(", nor can {} more", count - 1),
        }
    }
}

/// Writes `text` in `charset`.
///
/// With the original (what was decoded, and its bytes), lines that were not edited, and what stands
/// before and after the edit in an edited line, keep their bytes; marks of undecodable bytes become
/// those bytes again. Without it, UTF-16 and UTF-32 begin with a byte order mark, as HL7 asks.
pub fn encode(
    text: &str,
    original: Option<(&Decoded, &[u8])>,
    charset: Charset,
) -> Result<Vec<u8>, EncodeError> {
    let original = original.filter(|(decoded, _)| decoded.charset == charset);
    if let Some((decoded, bytes)) = original
        && *decoded.text == *text
    {
        return Ok(bytes.to_vec());
    }
    let mut writer = Writer::new(text, charset);
    match original {
        Some((decoded, bytes)) => writer.write_beside(decoded, bytes),
        None => writer.write_alone(),
    }
    if writer.refused.is_empty() {
        Ok(writer.out)
    } else {
        let unencodable = places(text, &writer.refused);
        Err(EncodeError {
            charset,
            unencodable,
        })
    }
}

struct Writer<'a> {
    text: &'a str,
    charset: Charset,
    out: Vec<u8>,
    /// The ISO 2022 state after `out`.
    state: State,
    /// What the charset does not have, in order: place in the text, character.
    refused: Vec<(usize, char)>,
}

impl<'a> Writer<'a> {
    fn new(text: &'a str, charset: Charset) -> Self {
        let out = Vec::with_capacity(text.len());
        Self {
            text,
            charset,
            out,
            state: State::default(),
            refused: Vec::new(),
        }
    }

    fn write_alone(&mut self) {
        if self.charset.unit_width() > 1 {
            self.push('\u{FEFF}');
        }
        self.write_whole(0..self.text.len());
    }

    fn write_beside(&mut self, decoded: &Decoded, bytes: &[u8]) {
        let (mark, body) = bytes
            .split_at_checked(decoded.bom_length)
            .unwrap_or((&[], bytes));
        self.out.extend_from_slice(mark);
        let Some(old) = old_lines(&decoded.text, body, self.charset) else {
            return self.write_new(0..self.text.len());
        };
        let new: Vec<Range<usize>> = lines(self.text);
        let text = self.text;
        let same =
            |(old, new): &(&OldLine<'_>, &Range<usize>)| text.get((*new).clone()) == Some(old.text);
        let head = old.iter().zip(&new).take_while(same).count();
        let tail = old[head..]
            .iter()
            .rev()
            .zip(new[head..].iter().rev())
            .take_while(same)
            .count();
        let old_middle = head..old.len() - tail;
        let new_middle = head..new.len() - tail;
        self.copy_lines(&old[..head]);
        self.write_middle(&old[old_middle], &new[new_middle]);
        self.copy_lines(&old[old.len() - tail..]);
    }

    fn write_middle(&mut self, old: &[OldLine<'_>], new: &[Range<usize>]) {
        if old.len() == new.len() || old.len() * new.len() > PAIRS_TO_COMPARE {
            return self.write_pairs(old, new);
        }
        let old_text: Vec<&str> = old.iter().map(|line| line.text).collect();
        let new_text: Vec<&str> = new
            .iter()
            .filter_map(|range| self.text.get(range.clone()))
            .collect();
        for operation in capture_diff_slices(Algorithm::Myers, &old_text, &new_text) {
            let (old_range, new_range) = (operation.old_range(), operation.new_range());
            match operation {
                DiffOp::Equal { .. } => self.copy_lines(&old[old_range]),
                DiffOp::Delete { .. } => {}
                DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                    self.write_pairs(&old[old_range], &new[new_range]);
                }
            }
        }
    }

    fn write_pairs(&mut self, old: &[OldLine<'_>], new: &[Range<usize>]) {
        for (at, range) in new.iter().enumerate() {
            match old.get(at) {
                Some(line) => self.write_edited(line, range.clone()),
                None => self.write_whole(range.clone()),
            }
        }
    }

    /// Writes text that no original stands beside, ending where ASCII bytes are themselves.
    fn write_whole(&mut self, range: Range<usize>) {
        self.write_new(range);
        let plain = self.state.plain();
        self.state.reach(plain, &mut self.out);
    }

    fn copy_lines(&mut self, old: &[OldLine<'_>]) {
        for line in old {
            self.state.reach(line.before, &mut self.out);
            self.copy(line.bytes);
        }
    }

    /// Copies original bytes, following the state they leave behind.
    fn copy(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
        if let Coding::Iso2022(_) = self.charset.0 {
            let mut at = 0;
            while at < bytes.len() {
                at += self.state.step(&bytes[at..]).0;
            }
        }
    }

    /// Writes a line that was edited: the characters it shares with `old` at both ends keep their bytes.
    fn write_edited(&mut self, old: &OldLine<'_>, range: Range<usize>) {
        let new = self.text.get(range.clone()).unwrap_or_default();
        let units = units(old, self.charset);
        let head = common(old.text.chars(), new.chars());
        let (old_rest, new_rest) = (&old.text[head..], &new[head..]);
        let tail = common(old_rest.chars().rev(), new_rest.chars().rev());
        // Where bytes are several characters at once, none of them is cut off from the others.
        let first = units.iter().rev().find(|unit| unit.text <= head);
        let last = units.iter().find(|unit| unit.text >= old.text.len() - tail);
        let (Some(first), Some(last)) = (first, last) else {
            return self.write_whole(range);
        };
        let (head, tail) = (first.text, old.text.len() - last.text);
        self.state.reach(old.before, &mut self.out);
        self.copy(&old.bytes[..first.end]);
        self.write_new(range.start + head..range.end - tail);
        self.state.reach(last.state, &mut self.out);
        self.copy(&old.bytes[last.bytes..]);
    }

    fn write_new(&mut self, range: Range<usize>) {
        let base = range.start;
        let part = self.text.get(range).unwrap_or_default();
        if let Coding::Single(encoding) | Coding::Multi(encoding) = self.charset.0
            && !part.chars().any(|c| undecodable_byte(c).is_some())
        {
            return self.write_encoded(part, base, encoding);
        }
        for (at, c) in part.char_indices() {
            if !self.push(c) {
                self.refused.push((base + at, c));
            }
        }
    }

    fn write_encoded(&mut self, part: &str, base: usize, encoding: &'static Encoding) {
        let mut encoder = encoding.new_encoder();
        let mut at = 0;
        loop {
            let rest = part.get(at..).unwrap_or_default();
            self.out.reserve(2 * rest.len() + 16);
            let (result, read) =
                encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut self.out, true);
            at += read;
            match result {
                EncoderResult::InputEmpty => return,
                EncoderResult::OutputFull => {}
                EncoderResult::Unmappable(c) => {
                    let text_offset = base + at.saturating_sub(c.len_utf8());
                    self.refused.push((text_offset, c));
                }
            }
        }
    }

    /// Writes one character; false where the charset does not have it.
    fn push(&mut self, c: char) -> bool {
        if let Some(byte) = undecodable_byte(c) {
            self.out.push(byte);
            return true;
        }
        let mut buffer = [0; 4];
        match self.charset.0 {
            Coding::Ascii => c.is_ascii() && self.push_byte(u32::from(c)),
            Coding::Latin1 => u32::from(c) < 0x100 && self.push_byte(u32::from(c)),
            Coding::Utf8 => self.push_all(c.encode_utf8(&mut buffer).as_bytes()),
            Coding::Utf16(endian) => {
                let mut units = [0; 2];
                c.encode_utf16(&mut units).iter().all(|unit| {
                    self.push_all(&match endian {
                        Endian::Little => unit.to_le_bytes(),
                        Endian::Big => unit.to_be_bytes(),
                    })
                })
            }
            Coding::Utf32(Endian::Little) => self.push_all(&u32::from(c).to_le_bytes()),
            Coding::Utf32(Endian::Big) => self.push_all(&u32::from(c).to_be_bytes()),
            Coding::Iso2022(family) => self.state.write(c, family, &mut self.out),
            Coding::Single(encoding) | Coding::Multi(encoding) => {
                let (bytes, _, failed) = encoding.encode(c.encode_utf8(&mut buffer));
                !failed && self.push_all(&bytes)
            }
        }
    }

    fn push_byte(&mut self, code: u32) -> bool {
        self.out.extend(u8::try_from(code).ok());
        true
    }

    fn push_all(&mut self, bytes: &[u8]) -> bool {
        self.out.extend_from_slice(bytes);
        true
    }
}

/// How many bytes of text two sequences of characters share at their start.
fn common(left: impl Iterator<Item = char>, right: impl Iterator<Item = char>) -> usize {
    left.zip(right)
        .take_while(|(left, right)| left == right)
        .map(|(c, _)| c.len_utf8())
        .sum()
}

/// Lines and columns of refused characters, in one pass over the text.
fn places(text: &str, refused: &[(usize, char)]) -> Vec<Unencodable> {
    let (mut line, mut column, mut done) = (1, 1, 0);
    let mut after_cr = false;
    let mut places = Vec::with_capacity(refused.len());
    for (text_offset, character) in refused {
        for c in text.get(done..*text_offset).unwrap_or_default().chars() {
            match c {
                // The LF of a CRLF ends the line that the CR ended.
                '\n' if after_cr => {}
                '\r' | '\n' => (line, column) = (line + 1, 1),
                _ => column += 1,
            }
            after_cr = c == '\r';
        }
        done = *text_offset;
        places.push(Unencodable {
            character: *character,
            text_offset: *text_offset,
            line,
            column,
        });
    }
    places
}

#[cfg(test)]
mod tests {
    use super::super::charset_decode::decode;
    use super::*;

    /// Replaces `from` by `to` in the decoded text; the bytes must be those of `expect`.
    fn check(bytes: &[u8], charset: &str, from: &str, to: &str, expect: &[u8]) {
        let decoded = decode(bytes, Charset::from_name(charset));
        assert_eq!(
            encode(&decoded.text, Some((&decoded, bytes)), decoded.charset).as_deref(),
            Ok(bytes)
        );
        let edited = decoded.text.replace(from, to);
        assert_ne!(*decoded.text, *edited, "nothing to replace");
        let written = encode(&edited, Some((&decoded, bytes)), decoded.charset);
        assert_eq!(written.as_deref(), Ok(expect), "{charset}");
    }

    #[test]
    fn bytes_beside_an_edit_stay_as_they_are() {
        check(
            b"PID|\xFF|a\rNTE|\xFE\r",
            "utf8",
            "|a",
            "|\u{FC}b",
            b"PID|\xFF|\xC3\xBCb\rNTE|\xFE\r",
        );
        check(
            b"A|\x95\\|x\nB|\x81\xFF",
            "sjis",
            "x",
            "表",
            b"A|\x95\\|\x95\\\nB|\x81\xFF",
        );
        check(
            b"A|1\r\nB|2\r\n",
            "ascii",
            "B|2\r\n",
            "N|9\r\nB|2\r\n",
            b"A|1\r\nN|9\r\nB|2\r\n",
        );
        check(
            b"\xFF\xFEA\0\x00\xD8|\0b\0\r\0",
            "utf16",
            "b",
            "c",
            b"\xFF\xFEA\0\x00\xD8|\0c\0\r\0",
        );
        check(b"\x88\x62a\xA4\x40", "big5", "a", "b", b"\x88\x62b\xA4\x40");
        check(
            b"\x83\x36\xC7\x39a",
            "gb18030",
            "a",
            "b",
            b"\x83\x36\xC7\x39b",
        );
        check(b"a\xD2b", "iso-8859-7", "b", "c", b"a\xD2c");
    }

    #[test]
    fn escape_sequences_stay_beside_an_edit() {
        check(
            b"A|\x1B$BI=\x1B(B|\x1B(J\x1B(Bx\rB|1",
            "iso-2022-jp",
            "表",
            "ソ",
            b"A|\x1B$B%=\x1B(B|\x1B(J\x1B(Bx\rB|1",
        );
        check(
            b"A|\x1B$BI=;2\x1B(B|",
            "iso-2022-jp",
            "表",
            "a",
            b"A|a\x1B$B;2\x1B(B|",
        );
        check(
            b"A|\x1B$)C\x0E1h\x0F^\rB|\x0EC6\x0F|x\r",
            "iso-2022-kr",
            "A|김^\r",
            "A|^\r",
            b"A|\x1B$)C^\rB|\x0EC6\x0F|x\r",
        );
    }

    #[test]
    fn what_cannot_be_written_is_named_with_its_place() {
        let error =
            encode("A|1\r\nB|\u{FC}é\u{6F22}", None, Charset::LATIN_1).expect_err("a kanji");
        let place = error.unencodable.first().expect("one");
        assert_eq!((place.line, place.column, place.text_offset), (2, 5, 11));
        assert_eq!(
            error.to_string(),
            "U+6F22 (line 2, character 5) cannot be written in ISO-8859-1"
        );
        let error = encode("ab\u{6F22}\u{6F22}c", None, Charset::WINDOWS_1252).expect_err("kanji");
        let offsets: Vec<usize> = error
            .unencodable
            .iter()
            .map(|found| found.text_offset)
            .collect();
        assert_eq!(offsets, [2, 5]);
    }
}
