//! Escape sequences (chapter 2, 2.7): from raw text to plain value and back.
//!
//! The plain value has the delimiters themselves where the text has `\F\ \S\ \T\ \R\ \E\ \P\`.
//! Every other sequence (`\.br\`, `\H\`, `\X0D\`, `\Cxxyy\`, `\Zfoo\`, unknown ones) stays in the
//! plain value as it is written, and stays itself when the value is written back.

use std::borrow::Cow;

use super::delimiters::Delimiters;

/// The plain value of a raw text.
pub fn unescape<'t>(raw: &'t str, delimiters: &Delimiters) -> Cow<'t, str> {
    let escape = delimiters.escape;
    let Some(first) = raw.find(escape) else {
        return Cow::Borrowed(raw);
    };
    let mut plain = String::with_capacity(raw.len());
    plain.push_str(&raw[..first]);
    let mut rest = &raw[first..];
    while let Some(at) = rest.find(escape) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let used = match sequence(rest, delimiters) {
            Some(Sequence::Delimiter(c, length)) => {
                if let Some(literal) = ambiguous(rest, delimiters) {
                    plain.push_str(literal);
                    literal.len()
                } else {
                    plain.push(c);
                    length
                }
            }
            Some(Sequence::Kept(text)) => {
                plain.push_str(text);
                text.len()
            }
            None => {
                plain.push(escape);
                escape.len_utf8()
            }
        };
        rest = &rest[used..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// What must stay escaped in the plain value, or writing it back would mean something else:
/// `\E\H\E\`, which is no highlighting but the text `\H\`, and `\P\` at the end, where the bare
/// character says that the value was cut off.
fn ambiguous<'t>(raw: &'t str, d: &Delimiters) -> Option<&'t str> {
    let open = d.escape.len_utf8();
    let is = |text: &str, letter: char| {
        let mut chars = text.chars();
        chars.next() == Some(d.escape)
            && chars.next() == Some(letter)
            && chars.next() == Some(d.escape)
    };
    let length = 2 * open + 1;
    if is(raw, 'P') && raw.len() == length && d.truncation.is_some() {
        return Some(raw);
    }
    if !is(raw, 'E') {
        return None;
    }
    let after = raw.get(length..)?;
    let end = after.find(|c: char| d.contains(c) || c.is_control())?;
    let (body, close) = after.split_at(end);
    let is_command = stands_for(body, d).is_none() && is_kept(body);
    (is_command && is(close, 'E')).then(|| &raw[..length + end + length])
}

/// The raw text that reads as the plain value.
pub fn escape<'t>(text: &'t str, delimiters: &Delimiters) -> Cow<'t, str> {
    let d = delimiters;
    let special = |c: char| d.contains(c) || c == '\r' || c == '\n' || d.truncation == Some(c);
    let Some(first) = text.find(special) else {
        return Cow::Borrowed(text);
    };
    let mut raw = String::with_capacity(text.len() + 8);
    raw.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(c) = rest.chars().next() {
        let mut used = c.len_utf8();
        if c == d.escape {
            if let Some(kept) = ambiguous(rest, d) {
                raw.push_str(kept);
                used = kept.len();
            } else if let Some(Sequence::Kept(kept)) = sequence(rest, d) {
                raw.push_str(kept);
                used = kept.len();
            } else {
                push_escaped(&mut raw, "E", d);
            }
        } else if c == d.field {
            push_escaped(&mut raw, "F", d);
        } else if c == d.component {
            push_escaped(&mut raw, "S", d);
        } else if c == d.subcomponent {
            push_escaped(&mut raw, "T", d);
        } else if c == d.repetition {
            push_escaped(&mut raw, "R", d);
        } else if d.truncation == Some(c) && rest.len() > used {
            push_escaped(&mut raw, "P", d);
        } else if c == '\r' {
            push_escaped(&mut raw, "X0D", d);
        } else if c == '\n' {
            push_escaped(&mut raw, "X0A", d);
        } else {
            raw.push(c);
        }
        rest = &rest[used..];
    }
    Cow::Owned(raw)
}

/// The raw text of one message as it is written in another message's delimiters.
pub(super) fn translate<'t>(raw: &'t str, from: &Delimiters, to: &Delimiters) -> Cow<'t, str> {
    if from == to {
        return Cow::Borrowed(raw);
    }
    let mut written = String::with_capacity(raw.len() + 8);
    let mut rest = raw;
    while let Some(at) = rest.find(from.escape) {
        written.push_str(&escape(&rest[..at], to));
        rest = &rest[at..];
        let open = from.escape.len_utf8();
        let used = match sequence(rest, from) {
            Some(Sequence::Delimiter(c, length)) => {
                written.push_str(&escape(c.encode_utf8(&mut [0; 4]), to));
                length
            }
            Some(Sequence::Kept(text)) => {
                push_escaped(&mut written, &text[open..text.len() - open], to);
                text.len()
            }
            None => {
                written.push_str(&escape(from.escape.encode_utf8(&mut [0; 4]), to));
                open
            }
        };
        rest = &rest[used..];
    }
    written.push_str(&escape(rest, to));
    Cow::Owned(written)
}

/// What a person reads: line breaks for `\.br\` and its kin, characters for `\X..\`, nothing for
/// highlighting and character set switches, unknown sequences as they stand.
pub fn display<'t>(raw: &'t str, delimiters: &Delimiters) -> Cow<'t, str> {
    let escape = delimiters.escape;
    if !raw.contains(escape) {
        return Cow::Borrowed(raw);
    }
    let mut shown = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(escape) {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let used = match sequence(rest, delimiters) {
            Some(Sequence::Delimiter(c, length)) => {
                shown.push(c);
                length
            }
            Some(Sequence::Kept(text)) => {
                let length = escape.len_utf8();
                let body = &text[length..text.len() - length];
                show_kept(body, text, &mut shown);
                text.len()
            }
            None => {
                shown.push(escape);
                escape.len_utf8()
            }
        };
        rest = &rest[used..];
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

fn show_kept(body: &str, text: &str, shown: &mut String) {
    match body.as_bytes() {
        b"H" | b"N" => {}
        [b'C' | b'M', hex @ ..] if is_hex(hex) => {}
        [b'X', hex @ ..] if is_hex(hex) && hex.len() % 2 == 0 => {
            let bytes: Vec<u8> = hex
                .as_chunks::<2>()
                .0
                .iter()
                .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
                .collect();
            match String::from_utf8(bytes) {
                Ok(decoded) => shown.push_str(&decoded.replace("\r\n", "\n").replace('\r', "\n")),
                Err(error) => shown.extend(error.as_bytes().iter().map(|b| char::from(*b))),
            }
        }
        [b'.', command @ ..] => {
            let (name, count) = command.split_at(command.len().min(2));
            match name {
                b"br" | b"ce" => shown.push('\n'),
                b"sp" => {
                    let lines = std::str::from_utf8(count)
                        .ok()
                        .and_then(|n| n.trim_start_matches('+').parse::<usize>().ok());
                    shown.extend(std::iter::repeat_n('\n', lines.unwrap_or(1).clamp(1, 40)));
                }
                b"sk" => shown.push(' '),
                b"in" | b"ti" | b"fi" | b"nf" => {}
                _ => shown.push_str(text),
            }
        }
        _ => shown.push_str(text),
    }
}

enum Sequence<'t> {
    /// Stands for a delimiter; the length of the sequence in bytes.
    Delimiter(char, usize),
    /// Any other complete sequence, with both escape characters.
    Kept(&'t str),
}

/// The sequence at the start of `text`, which begins with the escape character.
fn sequence<'t>(text: &'t str, d: &Delimiters) -> Option<Sequence<'t>> {
    let open = d.escape.len_utf8();
    let after = text.get(open..)?;
    let end = after.find(|c: char| d.contains(c) || c.is_control())?;
    let body = &after[..end];
    if !after[end..].starts_with(d.escape) || body.is_empty() {
        return None;
    }
    let length = open * 2 + end;
    match stands_for(body, d) {
        Some(c) => Some(Sequence::Delimiter(c, length)),
        None => is_kept(body).then(|| Sequence::Kept(&text[..length])),
    }
}

/// The delimiter that a sequence stands for.
fn stands_for(body: &str, d: &Delimiters) -> Option<char> {
    match body {
        "F" => Some(d.field),
        "S" => Some(d.component),
        "T" => Some(d.subcomponent),
        "R" => Some(d.repetition),
        "E" => Some(d.escape),
        "P" => d.truncation,
        _ => None,
    }
}

/// Formatting, bytes, character sets, local sequences, and unknown ones of one or two characters:
/// a longer word between two backslashes is part of a path.
fn is_kept(body: &str) -> bool {
    match body.as_bytes() {
        [b'X' | b'C' | b'M', hex @ ..] if is_hex(hex) => true,
        [b'.' | b'Z', ..] => body.len() <= 80,
        bytes => (1..=2).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_alphanumeric),
    }
}

fn is_hex(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(u8::is_ascii_hexdigit)
}

fn push_escaped(raw: &mut String, body: &str, d: &Delimiters) {
    raw.push(d.escape);
    raw.push_str(body);
    raw.push(d.escape);
}

#[cfg(test)]
mod tests {
    use super::{Delimiters, display, escape, unescape};

    /// Raw text, its plain value, and the raw text when the plain value is written.
    fn check(raw: &str, plain: &str, written: &str) {
        let d = Delimiters::default();
        assert_eq!(unescape(raw, &d), plain, "reading {raw}");
        assert_eq!(escape(plain, &d), written, "writing {plain}");
        assert_eq!(unescape(written, &d), plain, "reading again {written}");
    }

    #[test]
    fn delimiters_are_undone_and_the_rest_survives() {
        for same in [
            "",
            "plain",
            "a\\.br\\b",
            "\\H\\bold\\N\\",
            "\\X0D0A\\",
            "\\C2842\\",
            "\\M242170\\",
            "\\Zfoo bar\\",
            "\\Q\\",
            "\\.sp+2\\",
        ] {
            check(same, same, same);
        }
        check(
            "a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f",
            "a|b^c&d~e\\f",
            "a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f",
        );
        check("C:\\E\\temp", "C:\\temp", "C:\\E\\temp");
        check(
            "unterminated \\F and",
            "unterminated \\F and",
            "unterminated \\E\\F and",
        );
        check("\\E\\H\\E\\", "\\E\\H\\E\\", "\\E\\H\\E\\");
        check(
            "\\E\\\\E\\server\\E\\share",
            "\\\\server\\share",
            "\\E\\\\E\\server\\E\\share",
        );
        let long = format!("\\X{}\\", "0A".repeat(5000));
        check(&long, &long, &long);
        check("\\", "\\", "\\E\\");
        check("\\\\", "\\\\", "\\E\\\\E\\");
        check("\\E\\F\\E\\", "\\F\\", "\\E\\F\\E\\");
        check("two lines", "two lines", "two lines");
    }

    #[test]
    fn line_ends_in_a_value_never_break_the_segment() {
        let d = Delimiters::default();
        assert_eq!(escape("a\r\nb", &d), "a\\X0D\\\\X0A\\b");
    }

    #[test]
    fn the_truncation_character_is_undone_where_there_is_one() {
        let d = Delimiters {
            truncation: Some('#'),
            ..Delimiters::default()
        };
        assert_eq!(unescape("a\\P\\b", &d), "a#b");
        assert_eq!(escape("a#b", &d), "a\\P\\b");
        for same in ["cut off#", "not cut off\\P\\"] {
            assert_eq!(escape(&unescape(same, &d), &d), same);
        }
        assert_eq!(unescape("a\\P\\b", &Delimiters::default()), "a\\P\\b");
    }

    #[test]
    fn a_person_reads_lines_and_characters() {
        let d = Delimiters::default();
        for (raw, expect) in [
            ("one\\.br\\two", "one\ntwo"),
            ("\\H\\bold\\N\\ text", "bold text"),
            ("\\X48692E\\", "Hi."),
            ("\\XE9\\", "é"),
            ("a\\T\\b", "a&b"),
            ("\\.sp+2\\x", "\n\nx"),
            ("\\Q\\", "\\Q\\"),
            ("\\X4\\", "\\X4\\"),
        ] {
            assert_eq!(display(raw, &d), expect, "{raw}");
        }
    }
}
