//! From a value of a script to the one that a recording keeps.

use rhai::Dynamic;

use super::dates::Date;
use super::groups::Group;
use super::handles::{
    GroupHandle, MessageHandle, OutHandle, OutSegmentHandle, RowHandle, RowsHandle, SegmentHandle,
};
use super::recorded_value::Value;
use super::running::Run;
use super::text::Name;

/// Texts, elements and entries that one value keeps, with those in it; the rest is counted.
const MOST_PARTS: usize = 2_000;

/// Bytes of one text that are kept.
const MOST_BYTES: usize = 64 << 10;

/// The value of a script; the run says what handles stand for.
pub(super) fn kept(value: &Dynamic, run: &Run) -> Value {
    let mut left = MOST_PARTS;
    of(value, run, &mut left)
}

fn of(value: &Dynamic, run: &Run, left: &mut usize) -> Value {
    *left = left.saturating_sub(1);
    if value.is_shared() {
        return of(&value.flatten_clone(), run, left);
    }
    if let Some(text) = value.read_lock::<rhai::ImmutableString>() {
        return Value::Text(bounded(&text).into());
    }
    if let Some(items) = value.read_lock::<rhai::Array>() {
        let mut kept = Vec::new();
        for item in items.iter() {
            if *left == 0 {
                break;
            }
            kept.push(of(item, run, left));
        }
        let more = items.len() - kept.len();
        return Value::List(kept, more);
    }
    if let Some(entries) = value.read_lock::<rhai::Map>() {
        let mut kept = Vec::new();
        for (key, item) in entries.iter() {
            if *left == 0 {
                break;
            }
            kept.push((key.as_str().into(), of(item, run, left)));
        }
        let more = entries.len() - kept.len();
        return Value::Map(kept, more);
    }
    if value.is_unit() {
        return Value::Nothing;
    }
    if let Ok(truth) = value.as_bool() {
        return Value::Truth(truth);
    }
    if value.is_int() || value.is_float() {
        return Value::Number(value.to_string().into());
    }
    if value.is_char() {
        return Value::Text(value.to_string().into());
    }
    thing(value, run)
}

fn thing(value: &Dynamic, run: &Run) -> Value {
    if let Some(date) = value.read_lock::<Date>() {
        return Value::Thing("date", date.to_string().into());
    }
    if let Some(person) = value.read_lock::<Name>() {
        return Value::Thing("name", person.to_string().into());
    }
    if let Some(segment) = value.read_lock::<SegmentHandle>() {
        return Value::Thing("segment", run.segment_name(*segment).into());
    }
    if value.is::<MessageHandle>() {
        return Value::Segments {
            kind: "message",
            name: "the message".into(),
            range: 0..run.message.segments().count(),
        };
    }
    if value.is::<OutHandle>() {
        return Value::Thing("message being made", "the message being made".into());
    }
    if value.is::<RowsHandle>() {
        return Value::Thing("rows", "the rows".into());
    }
    if let Some(group) = value.read_lock::<GroupHandle>() {
        let known = run.groups.as_ref().and_then(|groups| groups.get(group.0));
        let name = known.and_then(Group::name);
        return Value::Segments {
            kind: "group",
            name: name.unwrap_or("a group of the message").into(),
            range: known.map_or(0..0, |group| group.segments.clone()),
        };
    }
    if let Some(segment) = value.read_lock::<OutSegmentHandle>() {
        return Value::Thing("segment", run.out_segment_name(*segment).into());
    }
    if let Some(row) = value.read_lock::<RowHandle>() {
        return Value::Row(run.rows.table_name(*row), row.row);
    }
    if value.is_fnptr() {
        return Value::Thing("function", "a function".into());
    }
    Value::Thing("value", value.type_name().into())
}

fn bounded(text: &str) -> &str {
    if text.len() <= MOST_BYTES {
        return text;
    }
    let mut end = MOST_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
