//! Where the parts of a profile stand in its text, by path: `.messages[0].rows[1].columns{mrn}`.

use std::collections::BTreeMap;

use super::tokens::{Lexemes, Token, plain_content};

/// Deeper brackets than RON reads are not looked into.
const MAX_DEPTH: usize = 64;

/// Longer names are not told apart: paths repeat the names around them, and a hostile text must not
/// make them fill the memory.
const MAX_NAME_BYTES: usize = 200;

/// The places of all parts of one RON text.
pub(super) struct Positions {
    /// By path: where the name or key starts and where its value starts, in bytes.
    places: BTreeMap<String, Part>,
}

/// Where one part stands, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) name: usize,
    value: usize,
}

impl Part {
    /// Where its value starts, or its name where no value was found.
    pub(super) fn value(self) -> usize {
        match self.value {
            usize::MAX => self.name,
            value => value,
        }
    }
}

/// A bracket that is open.
struct Frame {
    open: u8,
    path: String,
    index: usize,
    /// The path of the value that stands or will stand here.
    current: Option<String>,
}

impl Positions {
    pub(super) fn new(text: &str) -> Self {
        let mut places = BTreeMap::new();
        let mut frames: Vec<Frame> = Vec::new();
        // The last word or string: the name that a colon makes a field of.
        let mut last: Option<(&str, usize)> = None;
        for (token, span) in Lexemes::new(text) {
            match token {
                Token::Comment | Token::Other => {}
                Token::Word | Token::Text | Token::Literal => {
                    begin_value(&mut frames, &mut places, span.start);
                    let lexeme = text.get(span.clone()).unwrap_or_default();
                    let name = match token {
                        Token::Text => plain_content(lexeme),
                        _ => lexeme,
                    };
                    let name = if name.len() > MAX_NAME_BYTES {
                        ""
                    } else {
                        name
                    };
                    last = Some((name, span.start));
                }
                Token::Open(_) if frames.len() >= MAX_DEPTH => break,
                Token::Open(open) => {
                    begin_value(&mut frames, &mut places, span.start);
                    frames.push(Frame {
                        open,
                        path: path_here(&frames),
                        index: 0,
                        current: None,
                    });
                    last = None;
                }
                Token::Close => {
                    frames.pop();
                    last = None;
                }
                Token::Colon => {
                    if let (Some(frame), Some((name, start))) = (frames.last_mut(), last.take()) {
                        let path = match frame.open {
                            b'{' => format!("{}{{{name}}}", frame.path),
                            _ => format!("{}.{name}", frame.path),
                        };
                        let part = Part {
                            name: start,
                            value: usize::MAX,
                        };
                        places.entry(path.clone()).or_insert(part);
                        frame.current = Some(path);
                    }
                }
                Token::Comma => {
                    if let Some(frame) = frames.last_mut() {
                        frame.index += 1;
                        frame.current = None;
                    }
                    last = None;
                }
            }
        }
        Self { places }
    }

    /// Where the value at `path` starts, else where the nearest thing around it does.
    pub(super) fn value(&self, path: &str) -> Option<usize> {
        self.nearest(path).map(Part::value)
    }

    /// Where the part at `path` stands, if it is written at all.
    pub(super) fn exact(&self, path: &str) -> Option<Part> {
        self.places.get(path).copied()
    }

    fn nearest(&self, path: &str) -> Option<Part> {
        let mut path = path;
        loop {
            if let Some(part) = self.places.get(path) {
                return Some(*part);
            }
            path = path.get(..path.rfind(['.', '[', '{'])?)?;
        }
    }
}

fn begin_value(frames: &mut [Frame], places: &mut BTreeMap<String, Part>, start: usize) {
    let Some(frame) = frames.last_mut() else {
        return;
    };
    if frame.open == b'[' && frame.current.is_none() {
        let path = format!("{}[{}]", frame.path, frame.index);
        places.entry(path.clone()).or_insert(Part {
            name: start,
            value: start,
        });
        frame.current = Some(path);
    } else if let Some(path) = &frame.current
        && let Some(part) = places.get_mut(path)
        && part.value == usize::MAX
    {
        part.value = start;
    }
}

fn path_here(frames: &[Frame]) -> String {
    match frames.last() {
        None => String::new(),
        Some(frame) => frame.current.as_ref().unwrap_or(&frame.path).clone(),
    }
}

/// Line and column of a byte offset, both counted from 1, the column in characters.
pub(super) fn line_and_column(text: &str, offset: usize) -> (u32, u32) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = text.get(..offset).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = 1 + before.bytes().filter(|&byte| byte == b'\n').count();
    let column = 1 + before
        .get(line_start..)
        .map_or(0, |line| line.chars().count());
    (line as u32, column as u32)
}

/// The byte offset of a line and column, both counted from 1, the column in characters.
pub fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let mut start = 0;
    for _ in 1..line {
        match text.get(start..).and_then(|rest| rest.find('\n')) {
            Some(end) => start += end + 1,
            None => return text.len(),
        }
    }
    text.get(start..)
        .and_then(|rest| rest.char_indices().nth(column.saturating_sub(1)))
        .map_or(text.len(), |(at, _)| start + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"Profile(
    name: "a",
    messages: [
        Message(name: "é: b", rows: [Rows(columns: {"x": From("PID-3"), "y": Some(1)})]),
        (name: "c"),
    ],
)"#;

    fn check(path: &str, expect: &str) {
        let positions = Positions::new(TEXT);
        let show = |offset: Option<usize>| match offset {
            None => "nowhere".to_owned(),
            Some(offset) => {
                let (line, column) = line_and_column(TEXT, offset);
                assert_eq!(offset_of(TEXT, line as usize, column as usize), offset);
                format!("{line}:{column}")
            }
        };
        let name = positions.nearest(path).map(|part| part.name);
        let found = format!("{} {}", show(name), show(positions.value(path)));
        assert_eq!(found, expect, "{path}");
    }

    #[test]
    fn each_part_is_found_by_its_path() {
        check(".name", "2:5 2:11");
        check(".messages[0].name", "4:17 4:23");
        check(".messages[0].rows[0].columns{x}", "4:53 4:58");
        check(".messages[0].rows[0].columns{y}", "4:73 4:78");
        check(".messages[1]", "5:9 5:9");
        check(".messages[1].name", "5:10 5:16");
    }

    #[test]
    fn a_part_that_is_not_there_is_where_its_surroundings_are() {
        check(".messages[1].rows[3].table", "5:9 5:9");
        check(".tables", "nowhere nowhere");
    }
}
