//! A segment of one message in the delimiters of another.

use super::delimiters::Delimiters;
use super::element::{Element, Level};
use super::escape::translate;
use super::message::Segment;

/// A segment written with other delimiters than its own.
pub(super) fn rewritten(segment: Segment<'_>, d: &Delimiters) -> String {
    let mut text = segment.id().to_owned();
    let header = segment.carries_delimiters();
    for (at, field) in segment.fields().enumerate() {
        if header && at == 0 {
            continue;
        }
        text.push(d.field);
        if header && at == 1 {
            text.push_str(&d.encoding_characters());
        } else {
            push_rewritten(field, segment.message().delimiters(), d, &mut text);
        }
    }
    text
}

fn push_rewritten(element: Element<'_>, from: &Delimiters, d: &Delimiters, text: &mut String) {
    let separator = match element.level() {
        Level::Segment | Level::Subcomponent => {
            text.push_str(&translate(element.raw(), from, d));
            return;
        }
        Level::Field => d.repetition,
        Level::Repetition => d.component,
        Level::Component => d.subcomponent,
    };
    for (at, child) in element.children().enumerate() {
        if at > 0 {
            text.push(separator);
        }
        push_rewritten(child, from, d, text);
    }
}
