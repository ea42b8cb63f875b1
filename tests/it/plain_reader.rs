//! A second reader of messages: chapter 2 word for word, slow, and without a line of Pipehat's own.
//!
//! It is told the delimiters and the charset, so that it judges only what follows from them.

use encoding_rs::Encoding;

/// Segment, its name, field, repetition, component, subcomponent, value.
pub(super) type Row = (usize, String, u64, u64, u64, u64, String);

/// The lines of each message of a file: a line with `MSH` opens one, after the start of a frame
/// or not; a batch line or the end of a frame closes it.
pub(super) fn messages(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut messages: Vec<Vec<u8>> = Vec::new();
    let (mut is_open, mut is_framed) = (false, false);
    for line in bytes.split_inclusive(|byte| matches!(byte, b'\r' | b'\n')) {
        let starts_frame = line.starts_with(b"\x0B");
        let mut line = if starts_frame { &line[1..] } else { line };
        if line.starts_with(b"MSH") {
            messages.push(Vec::new());
            (is_open, is_framed) = (true, starts_frame);
        } else if [b"FHS", b"BHS", b"BTS", b"FTS"]
            .iter()
            .any(|name| line.starts_with(*name))
        {
            is_open = false;
        }
        let end = line.iter().position(|byte| *byte == 0x1C && is_framed);
        if let Some(end) = end {
            line = &line[..end];
        }
        if let Some(message) = messages.last_mut().filter(|_| is_open) {
            message.extend_from_slice(line);
        }
        is_open &= end.is_none();
    }
    messages
}

/// The text of a message; a byte that is no character stands as U+F700 and its value.
pub(super) fn text(bytes: &[u8], charset: &str) -> String {
    if charset == "utf-8" {
        return match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(error) => {
                let (valid, rest) = bytes.split_at(error.valid_up_to());
                let marks = rest
                    .iter()
                    .map(|byte| char::from_u32(0xF700 + u32::from(*byte)).expect("a character"));
                String::from_utf8_lossy(valid)
                    .chars()
                    .chain(marks)
                    .collect()
            }
        };
    }
    let encoding = Encoding::for_label(charset.as_bytes()).expect("a charset of the web");
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// The segments of a message, blank lines left out. Where CR ends segments, a line feed is a part of
/// the field that it stands in, unless a segment or nothing follows it.
pub(super) fn segments(text: &str, field: char) -> Vec<String> {
    let text = text.replace("\r\n", "\r");
    let has_cr = text.contains('\r');
    let mut segments = vec![String::new()];
    for (at, c) in text.char_indices() {
        let rest = &text[at + c.len_utf8()..];
        let next = rest.split(['\r', '\n']).next().unwrap_or_default();
        if c == '\r' || c == '\n' && (!has_cr || next.trim().is_empty() || is_named(next, field)) {
            segments.push(String::new());
        } else if let Some(last) = segments.last_mut() {
            last.push(c);
        }
    }
    segments.retain(|segment| !segment.trim().is_empty());
    segments
}

/// Three capital letters or digits, then the field separator or the end.
fn is_named(line: &str, field: char) -> bool {
    let name = line.split(field).next().unwrap_or_default();
    name.len() == 3
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// Every value that is not empty. `delimiters` are MSH-1 and MSH-2 as they should be.
pub(super) fn rows(segments: &[String], delimiters: &str) -> Vec<Row> {
    let d: Vec<char> = delimiters.chars().collect();
    let mut rows = Vec::new();
    for (index, segment) in segments.iter().enumerate() {
        let mut fields = segment.split(d[0]);
        let name = fields.next().unwrap_or_default();
        let mut put = |[field, repetition, component, subcomponent]: [u64; 4], value: String| {
            if !value.is_empty() {
                let name = name.to_owned();
                rows.push((
                    index,
                    name,
                    field,
                    repetition,
                    component,
                    subcomponent,
                    value,
                ));
            }
        };
        let mut first = 1;
        if name == "MSH" && segment.len() > 3 {
            put([1, 1, 1, 1], d[0].to_string());
            put([2, 1, 1, 1], fields.next().unwrap_or_default().to_owned());
            first = 3;
        }
        for (at, field) in (first..).zip(fields) {
            for (at_2, repetition) in (1..).zip(field.split(d[2])) {
                for (at_3, component) in (1..).zip(repetition.split(d[1])) {
                    for (at_4, value) in (1..).zip(component.split(d[4])) {
                        put([at, at_2, at_3, at_4], unescaped(value, &d));
                    }
                }
            }
        }
    }
    rows
}

/// The escapes of the delimiters undone, each once, from the left.
fn unescaped(raw: &str, d: &[char]) -> String {
    let codes = ['F', 'S', 'R', 'E', 'T', 'P'];
    let raw: Vec<char> = raw.chars().collect();
    let (mut value, mut at) = (String::new(), 0);
    while at < raw.len() {
        let code = match raw[at..] {
            [open, code, close, ..] if open == d[3] && close == d[3] => {
                codes.iter().position(|known| *known == code)
            }
            _ => None,
        };
        if let Some(meant) = code.and_then(|code| d.get(code)) {
            value.push(*meant);
            at += 3;
        } else {
            value.push(raw[at]);
            at += 1;
        }
    }
    value
}
