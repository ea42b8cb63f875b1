//! What is wrong with the text of a grammar: the place, the fault and the fix.

use std::fmt;
use std::ops::Range;

use super::notation_tokens::{closing, opening};
use super::positions::line_and_column;
use crate::diagnostic::Severity;
use crate::hl7::SegmentId;

/// Something in the text of a grammar that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotationFault {
    /// Where it stands, in bytes of the grammar's text.
    pub span: Range<usize>,
    /// An error leaves in doubt what is meant; a warning is understood all the same.
    pub severity: Severity,
    /// A short stable name, such as `grammar-bracket`.
    pub code: &'static str,
    /// What is wrong: one sentence without a final stop.
    pub message: String,
    /// What would be right.
    pub help: String,
    /// Whether a group is left open: where it ends, and so what stands behind it, is in doubt.
    pub leaves_open: bool,
}

impl NotationFault {
    /// Line and column in the grammar's text, both counted from 1, the column in characters.
    pub fn line_and_column(&self, text: &str) -> (u32, u32) {
        line_and_column(text, self.span.start)
    }

    fn error(code: &'static str, span: Range<usize>, message: String, help: String) -> Self {
        Self {
            span,
            severity: Severity::Error,
            code,
            message,
            help,
            leaves_open: false,
        }
    }

    fn warning(code: &'static str, span: Range<usize>, message: String, help: String) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, span, message, help)
        }
    }

    pub(super) fn closes_nothing(close: char, span: Range<usize>) -> Self {
        let open = opening(close);
        let message = format!("`{close}` closes nothing");
        let help = format!("take it away, or write `{open}` where the group begins");
        Self::error(BRACKET, span, message, help)
    }

    /// `inner` are the brackets in it that are not closed either, the outermost first.
    pub(super) fn never_closed(
        open: char,
        name: Option<&str>,
        inner: &[char],
        span: Range<usize>,
    ) -> Self {
        let close = closing(open);
        let mut what = match name {
            Some(name) => format!("group {name} is not closed: `{open}` has no `{close}`"),
            None => format!("`{open}` is not closed"),
        };
        match inner {
            [] => {}
            [one] => what = format!("{what}; nor is the `{one}` in it"),
            _ => what.push_str("; nor are the brackets in it"),
        }
        let mut all: String = inner.iter().rev().map(|open| closing(*open)).collect();
        all.push(close);
        let help = format!("write `{all}` behind the last segment in it");
        Self {
            leaves_open: true,
            ..Self::error(BRACKET, span, what, help)
        }
    }

    pub(super) fn crossed(close: char, inner: char, span: Range<usize>) -> Self {
        let message = format!("`{close}` stands before `{inner}`, which closes the inner bracket");
        let help = format!("write `{inner}{close}`: what is opened last is closed first");
        Self::error(BRACKET, span, message, help)
    }

    pub(super) fn bracket_twice(open: char, span: Range<usize>) -> Self {
        let (message, help) = match open {
            '[' => ("it is optional twice", "one pair of `[ ]` is enough"),
            _ => ("it repeats twice", "one pair of `{ }` is enough"),
        };
        Self::warning(
            "grammar-redundant",
            span,
            message.to_owned(),
            help.to_owned(),
        )
    }

    pub(super) fn empty(name: Option<&str>, span: Range<usize>) -> Self {
        let message = match name {
            Some(name) => format!("group {name} is empty"),
            None => "there is nothing between these brackets".to_owned(),
        };
        let help = "write the segments that it holds, or take it away".to_owned();
        Self::error("grammar-empty", span, message, help)
    }

    pub(super) fn empty_option(span: Range<usize>) -> Self {
        let message = "an option of the choice is empty".to_owned();
        let help = "write a segment on each side of `|`; a choice that may be missing is [<A|B>]";
        Self::error("grammar-empty", span, message, help.to_owned())
    }

    pub(super) fn one_option(span: Range<usize>) -> Self {
        let message = "the choice has one option only".to_owned();
        let help = "separate the options by `|`: <OBR|RXO>".to_owned();
        Self::warning("grammar-redundant", span, message, help)
    }

    pub(super) fn bar(span: Range<usize>) -> Self {
        let message = "`|` stands outside a choice".to_owned();
        Self::error(
            "grammar-character",
            span,
            message,
            "write the choice in angle brackets: <A|B>".to_owned(),
        )
    }

    pub(super) fn colon(span: Range<usize>) -> Self {
        let message = "`:` follows no name".to_owned();
        Self::error(
            "grammar-name",
            span,
            message,
            "write the group's name before it: {ORDER: OBR}".to_owned(),
        )
    }

    pub(super) fn character(c: char, span: Range<usize>) -> Self {
        let message = format!("`{}` means nothing in a grammar", c.escape_debug());
        let help = match c {
            '?' => "what is optional stands in square brackets: [PD1]",
            '*' => "what is optional and repeats is written [{NK1}]",
            '+' => "what repeats stands in braces: {NK1}",
            ',' | ';' => "separate segments by blanks",
            '.' => "the most repetitions stand behind the brace: {NK1}..3",
            _ => "write segments, groups in [ ] { } ( ), choices in < > and blanks between them",
        };
        Self::error("grammar-character", span, message, help.to_owned())
    }

    pub(super) fn no_segment(word: &str, span: Range<usize>) -> Self {
        let message = format!("{word} is no segment id");
        let upper = word.to_ascii_uppercase();
        let first = upper.get(..3).and_then(SegmentId::new);
        let help = match first {
            Some(id) if word.len() <= 5 => {
                format!("a segment id has three characters: write {id}, or ({word}: …) for a group")
            }
            _ => format!(
                "a segment id is a capital letter and two capitals or digits, such as PV1; a group \
                 is written ({word}: …)"
            ),
        };
        Self::error("grammar-segment", span, message, help)
    }

    pub(super) fn small_letters(word: &str, id: SegmentId, span: Range<usize>) -> Self {
        Self {
            severity: Severity::Info,
            ..Self::error(
                "grammar-segment",
                span,
                format!("{word} is taken as {id}"),
                format!("segment ids are written in capitals: {id}"),
            )
        }
    }

    pub(super) fn name_out_of_place(name: &str, span: Range<usize>) -> Self {
        let message = format!("the name {name} begins no group");
        let help = format!(
            "a name stands right behind the bracket that opens its group: ({name}: …), [{name}: …] or \
             {{{name}: …}}"
        );
        Self::error("grammar-name", span, message, help)
    }

    pub(super) fn no_name(name: &str, span: Range<usize>) -> Self {
        let message = format!("{name} cannot be the name of a group");
        let help = "a name is a letter and then letters, digits and _, such as ORDER_DETAIL";
        Self::error("grammar-name", span, message, help.to_owned())
    }

    pub(super) fn name_of_segment(name: &str, span: Range<usize>) -> Self {
        let message = format!("group {name} is named like a segment");
        let help = format!(
            "rows and scripts take {name} for the segment: choose another name, such as {name}_GROUP"
        );
        Self::warning("grammar-name", span, message, help)
    }

    pub(super) fn name_twice(name: &str, span: Range<usize>) -> Self {
        let message = format!("there are two groups {name} on this level");
        let help = format!("choose another name for one of them, such as {name}_2");
        Self::error("grammar-name", span, message, help)
    }

    pub(super) fn most_of_nothing(written: &str, span: Range<usize>) -> Self {
        let message = format!("`{written}` follows nothing that repeats");
        let help = "the most repetitions stand behind the brace: {NK1}..3".to_owned();
        Self::error("grammar-repeat", span, message, help)
    }

    pub(super) fn most_of_single(item: &str, digits: &str, span: Range<usize>) -> Self {
        let inner = item.trim_start_matches('[').trim_end_matches(']');
        let message = format!("{item} does not repeat");
        let help = if item.starts_with('[') {
            format!("what repeats stands in braces: [{{{inner}}}..{digits}]")
        } else {
            format!("what repeats stands in braces: {{{inner}}}..{digits}")
        };
        Self::error("grammar-repeat", span, message, help)
    }

    pub(super) fn most_is_none(span: Range<usize>) -> Self {
        let message = "no repetition is allowed".to_owned();
        let help = "take the segment away, or write at least 1".to_owned();
        Self::error("grammar-repeat", span, message, help)
    }

    pub(super) fn most_is_large(digits: &str, span: Range<usize>) -> Self {
        let message = format!("{digits} repetitions are too many");
        let help = "leave the number away for any number of repetitions".to_owned();
        Self::error("grammar-repeat", span, message, help)
    }

    pub(super) fn too_deep(most: usize, span: Range<usize>) -> Self {
        let message = format!("groups stand more than {most} deep in each other");
        let help = "what stands in this bracket is taken without it".to_owned();
        Self::error("grammar-size", span, message, help)
    }

    pub(super) fn too_many(most: usize, span: Range<usize>) -> Self {
        let message = format!("the grammar has more than {most} segments and groups");
        let help = "what stands behind this place is left out".to_owned();
        Self::error("grammar-size", span, message, help)
    }

    pub(super) fn nothing(text: &str) -> Self {
        let message = "the grammar is empty".to_owned();
        let help = "write the message's segments, such as MSH EVN PID PV1";
        Self::error("grammar-empty", 0..text.len(), message, help.to_owned())
    }

    pub(super) fn no_header(text: &str) -> Self {
        let start = text.len() - text.trim_start().len();
        let first = text.split_whitespace().next().unwrap_or_default();
        let end = start + first.len();
        let message = "the grammar does not begin with MSH".to_owned();
        let help = "every message begins with its header: write MSH first".to_owned();
        Self::warning("grammar-header", start..end, message, help)
    }
}

const BRACKET: &str = "grammar-bracket";

impl fmt::Display for NotationFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.help)
    }
}
