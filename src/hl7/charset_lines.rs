//! Original text and its bytes lined up: line by line, and within a line character by character.

use std::ops::Range;

use super::charset::{Charset, Coding};
use super::charset_decode::unit_length;
use super::charset_detect::narrow;
use super::charset_iso2022::{State, Step};

/// One line of the original: its text, its bytes, and the ISO 2022 state before it.
pub(super) struct OldLine<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) before: State,
}

/// A place between two characters of an original line.
#[derive(Clone, Copy)]
pub(super) struct Unit {
    pub(super) text: usize,
    /// Where the bytes of the character before end.
    pub(super) end: usize,
    /// Where the bytes of the character after start, escape sequences skipped.
    pub(super) bytes: usize,
    pub(super) state: State,
}

/// Every place of a line where both text and bytes can be cut, its start and end among them.
pub(super) fn units(line: &OldLine<'_>, charset: Charset) -> Vec<Unit> {
    let mut units = Vec::with_capacity(line.text.len() + 1);
    let mut here = Unit {
        text: 0,
        end: 0,
        bytes: 0,
        state: line.before,
    };
    let mut last = here;
    while let Some(rest) = line.bytes.get(here.bytes..).filter(|rest| !rest.is_empty()) {
        let text = line.text.get(here.text..).unwrap_or_default();
        let mut state = here.state;
        let (length, characters) = match charset.0 {
            Coding::Iso2022(_) => match state.step(rest) {
                (length, Step::Switch) => {
                    here = Unit {
                        bytes: here.bytes + length,
                        state,
                        ..here
                    };
                    continue;
                }
                (length, Step::Character(_) | Step::Undecodable) => (length, 1),
            },
            Coding::Ascii
            | Coding::Latin1
            | Coding::Utf8
            | Coding::Utf16(_)
            | Coding::Utf32(_)
            | Coding::Single(_)
            | Coding::Multi(_) => unit_length(rest, text, charset),
        };
        units.push(here);
        let end = here.bytes + length.max(1);
        here = Unit {
            text: here.text + first_length(text, characters),
            end,
            bytes: end,
            state,
        };
        last = here;
    }
    // Escape sequences at the very end go with what is after the edit.
    units.push(Unit {
        text: line.text.len(),
        ..last
    });
    units
}

fn first_length(text: &str, characters: usize) -> usize {
    text.chars().take(characters).map(char::len_utf8).sum()
}

/// The lines of a text, each with the one CR or LF that ends it.
pub(super) fn lines(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let ends = memchr::memchr2_iter(b'\r', b'\n', text.as_bytes()).map(|at| at + 1);
    let mut lines: Vec<Range<usize>> = ends
        .map(|end| std::mem::replace(&mut start, end)..end)
        .collect();
    if start < text.len() {
        lines.push(start..text.len());
    }
    lines
}

/// The original's lines with their bytes; none where the two cannot be lined up.
///
/// In every charset a CR or LF is a code unit of its own: later bytes of a character are never
/// below 0x30, and ISO 2022 keeps control characters out of its sets.
pub(super) fn old_lines<'a>(
    text: &'a str,
    bytes: &'a [u8],
    charset: Charset,
) -> Option<Vec<OldLine<'a>>> {
    let ends: Vec<usize> = line_ends(bytes, charset);
    let texts = lines(text);
    let mut old = Vec::with_capacity(texts.len());
    let (mut start, mut state) = (0, State::default());
    for (at, range) in texts.into_iter().enumerate() {
        let end = match ends.get(at) {
            Some(end) => *end,
            None if at == ends.len() => bytes.len(),
            None => return None,
        };
        let before = state;
        let line = OldLine {
            text: text.get(range)?,
            bytes: bytes.get(start..end)?,
            before,
        };
        if let Coding::Iso2022(_) = charset.0 {
            let mut at = 0;
            while at < line.bytes.len() {
                at += state.step(&line.bytes[at..]).0;
            }
        }
        start = end;
        old.push(line);
    }
    match old.last_mut() {
        // Escape sequences after the last line end have bytes but no text.
        Some(last) if start < bytes.len() => {
            let from = start - last.bytes.len();
            last.bytes = bytes.get(from..)?;
        }
        Some(_) | None => {}
    }
    (ends.len() <= old.len()).then_some(old)
}

fn line_ends(bytes: &[u8], charset: Charset) -> Vec<usize> {
    let width = charset.unit_width();
    if width == 1 {
        return memchr::memchr2_iter(b'\r', b'\n', bytes)
            .map(|at| at + 1)
            .collect();
    }
    let narrow = narrow(bytes, charset).unwrap_or_default();
    memchr::memchr2_iter(b'\r', b'\n', &narrow)
        .map(|at| (at + 1) * width)
        .collect()
}
