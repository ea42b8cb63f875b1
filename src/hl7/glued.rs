//! Segments that lost the carriage return before them. They are told, never guessed away.

use super::fault::{Fault, FaultKind};
use super::message::{Message, Segment};
use super::segment_id::SegmentId;

/// Places where a field ends with the name of a segment and another segment starts:
/// `…|2.5.1PID|1||…`, `…|F|||FOBX|2|…`. Which names exist is not this room's knowledge.
pub fn glued_segments(message: &Message, is_known: impl Fn(SegmentId) -> bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    let text = message.text();
    let width = message.delimiters().field.len_utf8();
    for segment in message.segments().filter(Segment::is_segment) {
        // From one separator to the next: nearly no field ends as a segment starts, and none is
        // taken out of its segment to see that.
        let mut separators = segment.separators().peekable();
        let mut last = separators.next();
        while let (Some(opened), Some(end)) = (last, separators.next()) {
            last = Some(end);
            let Some((at, id)) = id_before(text, end) else {
                continue;
            };
            let Some(before) = text.get(opened + width..at) else {
                continue;
            };
            let behind = separators.peek().copied();
            let next = end + width..behind.unwrap_or(segment.end());
            // A whole value such as PID in ERR-2, or a word that ends so, is no lost line end; but
            // a segment that counts its kind (OBX-1) is one.
            let apart = before
                .chars()
                .next_back()
                .is_some_and(|c| !c.is_ascii_uppercase());
            let counted = behind.is_some() && text.get(next).is_some_and(is_set_id);
            // Asked last: a name that nobody knows is looked for in every version.
            let is_name = || is_known(id) || (id.is_site_defined() && counted);
            let is_start = if before.is_empty() {
                counted && segment.id() != "ERR"
            } else {
                apart || counted
            };
            if is_start && is_name() {
                faults.push(Fault {
                    kind: FaultKind::GluedSegment,
                    span: at..at + 3,
                });
            }
        }
    }
    faults
}

/// The name of a segment that may end at a place, and where it starts.
fn id_before(text: &str, end: usize) -> Option<(usize, SegmentId)> {
    let start = end.checked_sub(3)?;
    Some((start, SegmentId::new(text.get(start..end)?)?))
}

fn is_set_id(raw: &str) -> bool {
    (1..=4).contains(&raw.len()) && raw.bytes().all(|b| b.is_ascii_digit())
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
            ("MSH|^~\\&|A\rOBX|1|||F|||PID|2||x", vec![23]),
            ("MSH|^~\\&|A\rOBX|1|||FPID|2||x", vec![20]),
            ("MSH|^~\\&|A\rNTE|1|textZPI|1|x", vec![21]),
            ("MSH|^~\\&|A\rNTE|1|textZPI|x|x", vec![]),
            ("MSH|^~\\&|A\rERR|PID|1|7", vec![]),
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
