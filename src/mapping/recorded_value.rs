//! A value of a script as a recording keeps it: bounded, and free of what lives in the engine.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use rhai::Dynamic;

use super::dates::Date;
use super::handles::{
    GroupHandle, MessageHandle, OutHandle, OutSegmentHandle, RowHandle, RowsHandle, SegmentHandle,
};
use super::text::Name;

/// Texts, elements and entries that one value keeps, with those in it; the rest is counted.
const MOST_PARTS: usize = 2_000;

/// Bytes of one text that are kept.
const MOST_BYTES: usize = 64 << 10;

/// A value as it was.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// `()`.
    Nothing,
    /// True or false.
    Truth(bool),
    /// A number, as it is written.
    Number(Arc<str>),
    /// A text.
    Text(Arc<str>),
    /// A list, and how many elements more it has than are kept.
    List(Vec<Value>, usize),
    /// A map, and how many entries more it has than are kept.
    Map(Vec<(Arc<str>, Value)>, usize),
    /// A date, a name, a segment, a row: what it is called, and what it says.
    Thing(&'static str, Arc<str>),
}

impl Value {
    /// The value of a script. `name` says what a segment handle stands for.
    pub(super) fn of(value: &Dynamic, name: &dyn Fn(SegmentHandle) -> String) -> Self {
        let mut left = MOST_PARTS;
        of(value, name, &mut left)
    }

    /// The value in one line, no longer than so many characters.
    pub fn shown(&self, most: usize) -> String {
        let mut text = String::new();
        self.write(&mut text, most);
        match text.char_indices().nth(most) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text,
        }
    }

    fn write(&self, into: &mut String, most: usize) {
        // Each part takes a character at least.
        if into.len() > most.saturating_mul(4) {
            return;
        }
        match self {
            Value::Nothing => into.push_str("()"),
            Value::Truth(truth) => into.push_str(if *truth { "true" } else { "false" }),
            Value::Number(number) => into.push_str(number),
            Value::Text(text) => {
                into.push('"');
                for c in text.chars().take(most) {
                    match c {
                        '\r' => into.push_str("\\r"),
                        '\n' => into.push_str("\\n"),
                        '"' => into.push_str("\\\""),
                        other => into.push(other),
                    }
                }
                into.push('"');
            }
            Value::List(items, more) => {
                into.push('[');
                for (at, item) in items.iter().take(most).enumerate() {
                    if at > 0 {
                        into.push_str(", ");
                    }
                    item.write(into, most);
                }
                Self::and_more(into, *more);
                into.push(']');
            }
            Value::Map(entries, more) => {
                into.push_str("#{");
                for (at, (key, item)) in entries.iter().take(most).enumerate() {
                    if at > 0 {
                        into.push_str(", ");
                    }
                    into.push_str(key);
                    into.push_str(": ");
                    item.write(into, most);
                }
                Self::and_more(into, *more);
                into.push('}');
            }
            Value::Thing(_, text) => into.push_str(text),
        }
    }

    fn and_more(into: &mut String, more: usize) {
        if more > 0 {
            let _ = write!(into, ", … {more} more");
        }
    }

    /// What kind of value it is, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Nothing => "nothing",
            Value::Truth(_) => "true or false",
            Value::Number(_) => "number",
            Value::Text(_) => "text",
            Value::List(..) => "list",
            Value::Map(..) => "map",
            Value::Thing(kind, _) => kind,
        }
    }
}

fn of(value: &Dynamic, name: &dyn Fn(SegmentHandle) -> String, left: &mut usize) -> Value {
    *left = left.saturating_sub(1);
    if value.is_shared() {
        return of(&value.flatten_clone(), name, left);
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
            kept.push(of(item, name, left));
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
            kept.push((key.as_str().into(), of(item, name, left)));
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
    thing(value, name)
}

fn thing(value: &Dynamic, name: &dyn Fn(SegmentHandle) -> String) -> Value {
    if let Some(date) = value.read_lock::<Date>() {
        return Value::Thing("date", date.to_string().into());
    }
    if let Some(person) = value.read_lock::<Name>() {
        return Value::Thing("name", person.to_string().into());
    }
    if let Some(segment) = value.read_lock::<SegmentHandle>() {
        return Value::Thing("segment", name(*segment).into());
    }
    if value.is::<MessageHandle>() {
        return Value::Thing("message", "the message".into());
    }
    if value.is::<OutHandle>() {
        return Value::Thing("message", "the message being made".into());
    }
    if value.is::<RowsHandle>() {
        return Value::Thing("rows", "the rows".into());
    }
    if value.is::<GroupHandle>() {
        return Value::Thing("group", "a group of the message".into());
    }
    if value.is::<OutSegmentHandle>() {
        return Value::Thing("segment", "a segment of out".into());
    }
    if let Some(row) = value.read_lock::<RowHandle>() {
        return Value::Thing("row", format!("row {}", row.row + 1).into());
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

/// Shows the kind only: a value holds patient data.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}
