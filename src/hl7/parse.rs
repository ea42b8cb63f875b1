//! From text to message, in one pass, without ever failing.

use std::sync::Arc;

use super::delimiters::{DelimiterFault, DelimiterRole, Delimiters};
use super::fault::{Fault, FaultKind};
use super::index::{Span, opening_id};
use super::message::Message;
use super::segment_id::SegmentId;

/// Parses a message; what departs from the syntax is told in the faults.
pub fn parse(text: &str) -> (Message, Vec<Fault>) {
    parse_shared(Arc::from(text))
}

/// Parses a message whose text is shared already.
pub fn parse_shared(text: Arc<str>) -> (Message, Vec<Fault>) {
    let mut faults = Vec::new();
    let delimiters = find_delimiters(&text, &mut faults);
    let segments = find_segments(&text, &delimiters, &mut faults);
    faults.sort_by_key(|fault| fault.span.start);
    (Message::new(text, delimiters, segments), faults)
}

/// Bytes that stand around messages without belonging to them: blanks, NUL, the frame bytes of
/// MLLP, the end-of-file mark of old systems, a byte order mark.
fn is_padding(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\0' | '\u{b}' | '\u{1c}' | '\u{1a}' | '\u{feff}'
    )
}

fn find_delimiters(text: &str, faults: &mut Vec<Fault>) -> Delimiters {
    // Nearly every message: worth not looking any further.
    if text.starts_with("MSH|^~\\&|") {
        return Delimiters::default();
    }
    let Some(start) = header_start(text) else {
        if !text
            .trim_matches(|c: char| is_padding(c) || c == '\r' || c == '\n')
            .is_empty()
        {
            faults.push(Fault {
                kind: FaultKind::NoHeader,
                span: 0..0,
            });
        }
        return Delimiters::default();
    };
    let rest = &text[start..];
    let line = rest.split(['\r', '\n']).next().unwrap_or(rest);
    let (delimiters, said) = Delimiters::of_header(line);
    // A separator may be any character, also one of several bytes.
    let behind = line.chars().nth(3).map_or(3, |field| 3 + field.len_utf8());
    let second = line
        .char_indices()
        .skip(4)
        .find(|(_, c)| *c == delimiters.field)
        .map_or(line.len(), |(at, _)| at);
    for fault in said {
        // MSH-1 is the fourth character; the others stand in MSH-2 behind it.
        let first = match fault {
            DelimiterFault::Missing(role)
            | DelimiterFault::Doubled(role)
            | DelimiterFault::Odd(role)
                if role == DelimiterRole::Field =>
            {
                3
            }
            _ => behind,
        };
        let first = first.min(line.len());
        faults.push(Fault {
            kind: FaultKind::Delimiter(fault),
            span: start + first..start + second.max(first),
        });
    }
    delimiters
}

/// Where the line that gives the delimiters starts: the first MSH, else a BHS or FHS.
fn header_start(text: &str) -> Option<usize> {
    let leading = text.len()
        - text
            .trim_start_matches(|c| is_padding(c) || c == '\r' || c == '\n')
            .len();
    let opens = |at: usize, names: &[&str]| {
        names
            .iter()
            .any(|name| text.get(at..).is_some_and(|rest| rest.starts_with(name)))
    };
    // A blank before MSH makes the line no segment, so that it is seen; its delimiters count.
    if opens(leading, &["MSH", "BHS", "FHS"]) {
        return Some(leading);
    }
    let starts = || memchr::memchr2_iter(b'\r', b'\n', text.as_bytes()).map(|at| at + 1);
    starts()
        .find(|at| opens(*at, &["MSH"]))
        .or_else(|| starts().find(|at| opens(*at, &["BHS", "FHS"])))
}

fn find_segments(text: &str, delimiters: &Delimiters, faults: &mut Vec<Fault>) -> Vec<Span> {
    let bytes = text.as_bytes();
    let limit = bytes.len().min(u32::MAX as usize);
    if limit < bytes.len() {
        faults.push(Fault {
            kind: FaultKind::TooLong,
            span: limit..bytes.len(),
        });
    }
    let limit = (0..=limit)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    // About eighty bytes a segment; wrong guesses only cost a reallocation.
    let mut lines = Lines {
        segments: Vec::with_capacity(limit / 80 + 1),
        seen_header: false,
        seen_any: false,
        separator: delimiters.field,
    };
    let start = if memchr::memchr(b'\n', bytes).is_some() {
        split_mixed(text, limit, &mut lines, faults)
    } else {
        let mut start = 0;
        for at in memchr::memchr_iter(b'\r', &bytes[..limit]) {
            lines.push(text, start, at, faults);
            start = at + 1;
        }
        start
    };
    lines.push(text, start.min(limit), limit, faults);
    lines.segments
}

/// Splits where line feeds occur; gives where the last line starts.
fn split_mixed(text: &str, limit: usize, lines: &mut Lines, faults: &mut Vec<Fault>) -> usize {
    let bytes = text.as_bytes();
    let mixed = memchr::memchr(b'\r', bytes).is_some();
    let mut start = 0;
    for at in memchr::memchr2_iter(b'\r', b'\n', &bytes[..limit]) {
        if at < start {
            continue;
        }
        let is_cr = bytes.get(at) == Some(&b'\r');
        if mixed && !is_cr && !breaks_line(&text[at + 1..limit], lines.separator) {
            // One fault a segment: a document may hold a line feed every eighty bytes.
            match faults.last_mut() {
                Some(last)
                    if last.kind == FaultKind::LineFeedInField && last.span.start >= start =>
                {
                    last.span.end = at + 1;
                }
                _ => faults.push(Fault {
                    kind: FaultKind::LineFeedInField,
                    span: at..at + 1,
                }),
            }
            continue;
        }
        lines.push(text, start, at, faults);
        let crlf = is_cr && bytes.get(at + 1) == Some(&b'\n');
        start = at + if crlf { 2 } else { 1 };
    }
    start
}

/// Whether a line feed ends a segment although carriage returns do so elsewhere: what follows
/// opens a segment, or nothing follows.
fn breaks_line(rest: &str, separator: char) -> bool {
    let line = rest.split(['\r', '\n']).next().unwrap_or(rest);
    line.trim_matches(is_padding).is_empty() || opening_id(line, separator).is_some()
}

struct Lines {
    segments: Vec<Span>,
    seen_header: bool,
    seen_any: bool,
    separator: char,
}

impl Lines {
    fn push(&mut self, text: &str, start: usize, end: usize, faults: &mut Vec<Fault>) {
        let Some(line) = text.get(start..end) else {
            return;
        };
        match opening_id(line, self.separator) {
            Some(id) => self.keep_segment(id, start, end, faults),
            None => self.push_other(line, start, end, faults),
        }
    }

    fn keep(&mut self, id: Option<SegmentId>, start: usize, end: usize) {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.seen_any = true;
        self.segments.push(Span {
            start: place(start),
            end: place(end),
            id,
        });
    }

    /// Looks for headers; any other segment is as it should be.
    fn keep_segment(&mut self, id: SegmentId, start: usize, end: usize, faults: &mut Vec<Fault>) {
        if id.carries_delimiters() {
            if id == SegmentId::MSH && self.seen_header {
                faults.push(Fault {
                    kind: FaultKind::SecondHeader,
                    span: start..start + 3,
                });
            }
            self.seen_header = true;
        }
        self.keep(Some(id), start, end);
    }

    /// A line that is no segment: padding, padding before the first segment, or text.
    #[cold]
    fn push_other(&mut self, line: &str, start: usize, end: usize, faults: &mut Vec<Fault>) {
        if line.trim_matches(is_padding).is_empty() {
            return;
        }
        if !self.seen_any {
            // A byte order mark, a frame byte or NULs before the first segment.
            let bare = line.trim_start_matches(|c| is_padding(c) && c != ' ' && c != '\t');
            let padding = line.len() - bare.len();
            if padding > 0
                && let Some(id) = opening_id(bare, self.separator)
            {
                self.keep_segment(id, start + padding, end, faults);
                return;
            }
        }
        faults.push(Fault {
            kind: if self.seen_header {
                FaultKind::LineIsNoSegment
            } else {
                FaultKind::TextBeforeHeader
            },
            span: start..end,
        });
        self.keep(None, start, end);
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    /// The segments' names and the codes of the faults.
    fn check(text: &str, segments: &str, codes: &str) {
        let (message, faults) = parse(text);
        assert_eq!(message.text(), text, "printing gives back the text");
        let ids: Vec<_> = message.segments().map(|s| s.id().to_owned()).collect();
        assert_eq!(ids.join(" "), segments, "{text:?}");
        let found: Vec<_> = faults.iter().map(|f| f.kind.code()).collect();
        assert_eq!(found.join(" "), codes, "{text:?}");
        let mut printed = message.prefix().to_owned();
        for segment in message.segments() {
            printed.push_str(segment.raw());
            printed.push_str(segment.line_end());
        }
        assert_eq!(printed, text, "segments and line ends are the whole text");
    }

    #[test]
    fn lines_end_with_cr_lf_or_both() {
        check("MSH|^~\\&|A\rPID|1\rPV1|1", "MSH PID PV1", "");
        check("MSH|^~\\&|A\nPID|1\nPV1|1\n", "MSH PID PV1", "");
        check("MSH|^~\\&|A\r\nPID|1\r\n\r\nPV1|1\r\n", "MSH PID PV1", "");
        check("MSH|^~\\&|A\rPID|1\nPV1|1\r\n", "MSH PID PV1", "");
        check("\r\n  \r\nMSH|^~\\&|A\r\r\rPID|1", "MSH PID", "");
    }

    #[test]
    fn what_is_no_segment_is_kept_and_told() {
        check("", "", "");
        check("\0\0\0", "", "");
        check("\u{feff}MSH|^~\\&|A\rPID|1", "MSH PID", "");
        check("\u{b}MSH|^~\\&|A\rPID|1\r\u{1c}\r", "MSH PID", "");
        check(
            "MSH|^~\\&|A\rpid|1\rPV1|1",
            "MSH pid PV1",
            "line-no-segment",
        );
        check(
            "MSH|^~\\&|A\r||||\rOBXX|1",
            "MSH  OBXX",
            "line-no-segment line-no-segment",
        );
        check("PID|1\rPV1|1", "PID PV1", "header-missing");
        check(
            "log: received\rMSH|^~\\&|A\rPID|1",
            "log: received MSH PID",
            "text-before-header",
        );
        check(
            "MSH|^~\\&|A\rPID|1\rMSH|^~\\&|B",
            "MSH PID MSH",
            "header-repeated",
        );
        check("MSH|^~&|A\rPID|1", "MSH PID", "delimiters");
    }

    #[test]
    fn a_line_feed_inside_a_field_stays_there() {
        check(
            "MSH|^~\\&|A\rOBX|1|one\ntwo|x\rPID|1\r",
            "MSH OBX PID",
            "line-feed-in-field",
        );
        let (message, _) = parse("MSH|^~\\&|A\rOBX|1|one\ntwo|x\rPID|1\r");
        let field = message
            .segment(1)
            .and_then(|s| s.field(2))
            .map(|f| f.raw().to_owned());
        assert_eq!(field.as_deref(), Some("one\ntwo"));
    }

    #[test]
    fn the_span_of_a_fault_holds_whole_characters() {
        for text in [
            "MSH\u{fffd}|\u{fffd}",
            "MSHé^~",
            "MSH|é",
            "MSH",
            "MSH字字字|^",
        ] {
            let (_, faults) = parse(text);
            assert!(!faults.is_empty(), "{text}");
            for fault in faults {
                assert!(
                    text.get(fault.span.clone()).is_some(),
                    "{text} {:?}",
                    fault.span
                );
            }
        }
    }

    #[test]
    fn many_line_feeds_in_a_segment_are_one_fault() {
        let text = format!("MSH|^~\\&|A\rOBX|1|{}x\rPID|1\r", "eeee\n".repeat(99));
        check(&text, "MSH OBX PID", "line-feed-in-field");
    }

    #[test]
    fn the_index_stays_small() {
        let line = "PV1|1|I|W^389^1^UABH||||12345^SMITH^BOB|||||||||||V100||||||||||||||||||||||\r";
        let text = format!("MSH|^~\\&|A\r{}", line.repeat(200));
        let (message, _) = parse(&text);
        assert!(
            message.index_size() * 10 <= text.len() * 6,
            "{}",
            message.index_size()
        );
    }
}
