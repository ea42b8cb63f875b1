//! What scripts hold: numbers that mean something to the run of their thread only.

use std::any::type_name;

use crate::hl7::SegmentId;

/// `msg`: the message that is mapped.
#[derive(Clone, Copy)]
pub(super) struct MessageHandle;

/// `out`: the message being made.
#[derive(Clone, Copy)]
pub(super) struct OutHandle;

/// `rows`: the tables.
#[derive(Clone, Copy)]
pub(super) struct RowsHandle;

/// A group of the message that is mapped.
#[derive(Clone, Copy)]
pub(super) struct GroupHandle(pub(super) usize);

/// A segment of the message that is mapped; without index, one that was asked for and is not there.
#[derive(Clone, Copy)]
pub(super) struct SegmentHandle {
    pub(super) index: Option<usize>,
    pub(super) id: Option<SegmentId>,
}

/// A segment of the message being made.
#[derive(Clone, Copy)]
pub(super) struct OutSegmentHandle(pub(super) u32);

/// A row being filled.
#[derive(Clone, Copy)]
pub(super) struct RowHandle {
    pub(super) table: usize,
    pub(super) row: usize,
}

/// A sentence of Rhai's with the names that people know in place of those of Rust's types.
///
/// They are not registered with Rhai, which would look them up by text at every write by path.
pub(super) fn with_plain_names(sentence: &str) -> String {
    let names = [
        (type_name::<OutHandle>(), "out"),
        (type_name::<MessageHandle>(), "msg"),
        (type_name::<RowsHandle>(), "rows"),
        (type_name::<GroupHandle>(), "group"),
        (type_name::<OutSegmentHandle>(), "segment of out"),
        (type_name::<SegmentHandle>(), "segment"),
        (type_name::<RowHandle>(), "row"),
        (type_name::<super::dates::Date>(), "date"),
        (type_name::<super::text::Name>(), "name"),
        (type_name::<super::errors::ScriptFault>(), "error"),
    ];
    let mut plain = sentence.to_owned();
    for (rust, known) in names {
        plain = plain.replace(rust, known);
    }
    plain
}
