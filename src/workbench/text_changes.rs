//! Two texts line by line: what stayed, what went, what came, and which part of a line is another.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Bytes of a text up to which it is compared.
const MOST_BYTES: usize = 1 << 20;

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFate {
    /// It is in both texts.
    Same,
    /// It is in the first text only.
    Gone,
    /// It is in the second text only.
    New,
}

/// A line of two texts.
#[derive(Clone, PartialEq, Eq)]
pub struct TextLine {
    /// What became of it.
    pub fate: LineFate,
    /// The line, without its end.
    pub text: String,
    /// The bytes of it that the line in its place does not have.
    pub marked: Option<Range<usize>>,
}

/// The lines of a text; its segments where it is a message.
pub fn text_lines(text: &str) -> Vec<&str> {
    let text = text.strip_suffix("\r\n").unwrap_or(text);
    let text = text.strip_suffix(['\r', '\n']).unwrap_or(text);
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\r', '\n']) {
        let (line, behind) = rest.split_at(at);
        lines.push(line);
        rest = behind
            .strip_prefix("\r\n")
            .unwrap_or_else(|| behind.get(1..).unwrap_or_default());
    }
    lines.push(rest);
    lines
}

/// The lines of two texts laid over each other. Texts of more than a mebibyte are not compared: all of the
/// second one is told as it is.
pub fn text_changes(before: &str, after: &str) -> Vec<TextLine> {
    let (old, new) = (text_lines(before), text_lines(after));
    let line = |fate, text: &&str| TextLine {
        fate,
        text: (*text).to_owned(),
        marked: None,
    };
    if before.len() > MOST_BYTES || after.len() > MOST_BYTES {
        return new.iter().map(|text| line(LineFate::Same, text)).collect();
    }
    let mut lines = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let gone = old.get(op.old_range()).unwrap_or_default();
        let come = new.get(op.new_range()).unwrap_or_default();
        match op {
            DiffOp::Equal { .. } => {
                lines.extend(come.iter().map(|text| line(LineFate::Same, text)));
            }
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                lines.extend(replaced(gone, come));
            }
        }
    }
    lines
}

/// Lines in the place of others: those that begin alike stand below one another.
fn replaced(gone: &[&str], come: &[&str]) -> Vec<TextLine> {
    let mut lines = Vec::new();
    let mut left = come;
    for old in gone {
        let name = old.get(..3).unwrap_or(old);
        let pair = left.iter().position(|new| new.starts_with(name));
        let mark = |text: &str, marked| TextLine {
            fate: LineFate::Gone,
            text: text.to_owned(),
            marked,
        };
        let Some(at) = pair else {
            lines.push(mark(old, None));
            continue;
        };
        let (before, rest) = left.split_at(at);
        lines.extend(before.iter().map(|text| come_line(text, None)));
        if let Some((new, rest)) = rest.split_first() {
            let (was, is) = differing(old, new);
            lines.push(mark(old, Some(was)));
            lines.push(come_line(new, Some(is)));
            left = rest;
        }
    }
    lines.extend(left.iter().map(|text| come_line(text, None)));
    lines
}

fn come_line(text: &str, marked: Option<Range<usize>>) -> TextLine {
    TextLine {
        fate: LineFate::New,
        text: text.to_owned(),
        marked,
    }
}

/// The parts of two lines between what both begin and end with.
fn differing(old: &str, new: &str) -> (Range<usize>, Range<usize>) {
    let same = |(a, b): &(char, char)| a == b;
    let start: usize = old
        .chars()
        .zip(new.chars())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let (old_rest, new_rest) = (
        old.get(start..).unwrap_or_default(),
        new.get(start..).unwrap_or_default(),
    );
    let end: usize = old_rest
        .chars()
        .rev()
        .zip(new_rest.chars().rev())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    (start..old.len() - end, start..new.len() - end)
}

/// Shows no text: it is a patient's.
impl std::fmt::Debug for TextLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}({} bytes)", self.fate, self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str, expect: &[&str]) {
        let lines = text_changes(before, after);
        let told: Vec<String> = lines
            .iter()
            .map(|line| {
                let sign = match line.fate {
                    LineFate::Same => ' ',
                    LineFate::Gone => '-',
                    LineFate::New => '+',
                };
                let marked = line.marked.clone().map(|marked| &line.text[marked]);
                match marked {
                    Some(marked) => format!("{sign}{} [{marked}]", line.text),
                    None => format!("{sign}{}", line.text),
                }
            })
            .collect();
        assert_eq!(told, expect);
    }

    #[test]
    fn lines_that_changed_say_where() {
        check(
            "MSH|1\rPID|a|ü|c\r",
            "MSH|1\nPID|a|ö|c\nPV1|1",
            &[" MSH|1", "-PID|a|ü|c [ü]", "+PID|a|ö|c [ö]", "+PV1|1"],
        );
        check(
            "MSH|1\r\nZZZ|1\r\nPID|1",
            "MSH|1\rPID|1|2",
            &[" MSH|1", "-ZZZ|1", "-PID|1 []", "+PID|1|2 [|2]"],
        );
        check("", "a", &["- []", "+a [a]"]);
        check("a\r\rb", "a\r\rb", &[" a", " ", " b"]);
    }
}
