//! The names that people know what scripts hold by.

use std::any::type_name;

use super::dates::Date;
use super::fault::ScriptFault;
use super::handles::{
    GroupHandle, MessageHandle, OutHandle, OutSegmentHandle, RowHandle, RowsHandle, SegmentHandle,
};
use super::text::Name;

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
        (type_name::<Date>(), "date"),
        (type_name::<Name>(), "name"),
        (type_name::<ScriptFault>(), "error"),
    ];
    let mut plain = sentence.to_owned();
    for (rust, known) in names {
        plain = plain.replace(rust, known);
    }
    plain
}
