//! Segments that lost the carriage return before them. They are told, never guessed away.

use super::fault::{Fault, FaultKind};
use super::message::Message;
use super::segment_id::SegmentId;

/// Places where a field ends with the name of a segment that `is_known`, followed by a field
/// separator: `…|2.5.1PID|1||…`. Which names exist is not this room's knowledge.
pub fn glued_segments(message: &Message, is_known: impl Fn(SegmentId) -> bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    for segment in message
        .segments()
        .filter(super::message::Segment::is_segment)
    {
        let last = segment.field_count();
        for field in segment.fields().take(last.saturating_sub(1)) {
            let raw = field.raw();
            let Some(start) = raw
                .len()
                .checked_sub(3)
                .filter(|at| raw.is_char_boundary(*at))
            else {
                continue;
            };
            let (before, tail) = raw.split_at(start);
            // A whole value such as PID in ERR-2, or a word that ends so, is no lost line end.
            let apart = before
                .chars()
                .next_back()
                .is_some_and(|c| !c.is_ascii_uppercase());
            if apart && SegmentId::new(tail).is_some_and(&is_known) {
                let at = field.span().start + start;
                faults.push(Fault {
                    kind: FaultKind::GluedSegment,
                    span: at..at + 3,
                });
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::glued_segments;

    #[test]
    fn a_lost_line_end_is_found_by_the_segment_it_glued() {
        for (text, expect) in [
            ("MSH|^~\\&|A|2.5.1PID|1||7", vec![16]),
            ("MSH|^~\\&|A|2.5.1 PID|1||7", vec![17]),
            ("MSH|^~\\&|A\rERR|PID|1", vec![]),
            ("MSH|^~\\&|A\rNTE|1|RAPID|x", vec![]),
            ("MSH|^~\\&|A\rNTE|1|see PID", vec![]),
        ] {
            let (message, _) = parse(text);
            let found: Vec<_> = glued_segments(&message, |id| id.as_str() == "PID")
                .iter()
                .map(|f| f.span.start)
                .collect();
            assert_eq!(found, expect, "{text}");
        }
    }
}
