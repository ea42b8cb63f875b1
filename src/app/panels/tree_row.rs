//! One row of the tree of a message, and how its cells are worded.

use std::borrow::Cow;
use std::ops::Range;

use crate::grammar::{FieldView, Standing};
use crate::hl7::{Element, Level, Location};

/// Values are cut to so many characters in a row: a cell shows less.
const VALUE_CHARS: usize = 240;

/// What stands in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing can stand here: a group.
    None,
    Text(String),
    /// `""`: the receiver deletes the value.
    Null,
    /// The place is there, without a value.
    Empty,
    /// The message ends before the place.
    Absent,
}

/// One row of the tree.
#[derive(Clone, Debug)]
pub(super) struct TreeRow {
    /// Tells rows apart from frame to frame.
    pub(super) key: String,
    pub(super) depth: u16,
    /// Whether the rows below are shown; `None` when there are none.
    pub(super) open: Option<bool>,
    pub(super) kind: RowKind,
    pub(super) location: Option<Location>,
    pub(super) span: Option<Range<usize>>,
    pub(super) place: String,
    pub(super) name: String,
    pub(super) value: Value,
    pub(super) meaning: String,
    pub(super) facts: Facts,
}

/// What sort of row it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowKind {
    Group,
    Segment(Standing),
    /// A segment that could be there.
    Ghost {
        required: bool,
    },
    Element(Level),
}

/// What the grammar says of an element, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) data_type: String,
    pub(super) usage: String,
    pub(super) repeats: String,
    pub(super) length: String,
    pub(super) table: String,
    pub(super) origin: String,
}

/// A row of which only the place is known.
pub(super) fn row(key: String, depth: u16, kind: RowKind, place: String) -> TreeRow {
    TreeRow {
        key,
        depth,
        open: None,
        kind,
        location: None,
        span: None,
        place,
        name: String::new(),
        value: Value::None,
        meaning: String::new(),
        facts: Facts::default(),
    }
}

/// What stands in an element.
pub(super) fn value(element: Element<'_>, composite: bool) -> Value {
    if element.is_null() {
        Value::Null
    } else if element.is_empty() {
        Value::Empty
    } else {
        let text: Cow<'_, str> = if composite || element.raw().len() > 4 * VALUE_CHARS {
            Cow::Borrowed(element.raw())
        } else {
            element.display()
        };
        let mut short: String = text
            .chars()
            .take(VALUE_CHARS)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        if short.len() < text.len() {
            short.push('…');
        }
        Value::Text(short)
    }
}

/// What the grammar says of a field.
pub(super) fn facts(said: &FieldView<'_>) -> Facts {
    Facts {
        data_type: said.shown_type().into_owned(),
        usage: said.usage.letters().to_owned(),
        repeats: match said.max_repetitions {
            Some(1) => "1".to_owned(),
            Some(max) => format!("1–{max}"),
            None => "any".to_owned(),
        },
        length: said
            .max_length
            .map(|length| length.to_string())
            .unwrap_or_default(),
        table: said.table.unwrap_or_default().to_owned(),
        origin: said.origin.to_string(),
    }
}

/// What is said of a segment beside its name.
pub(super) fn standing_words(standing: Standing) -> &'static str {
    match standing {
        Standing::Expected => "",
        Standing::OutOfOrder => "Out of order",
        Standing::Unknown => "Nobody describes this segment",
        Standing::NotInStructure => "Not in this structure",
        Standing::NotASegment => "Not a segment",
    }
}
