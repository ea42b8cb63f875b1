//! A value of a script as a recording keeps it: bounded, and free of what lives in the engine.

use std::fmt::{self, Write as _};
use std::ops::Range;
use std::sync::Arc;

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
    /// A date, a name, a segment: what it is called, and what it says.
    Thing(&'static str, Arc<str>),
    /// A message that is mapped or a group of it.
    Segments {
        /// What it is called: `message`, `group`.
        kind: &'static str,
        /// The group's name, or what the message is.
        name: Arc<str>,
        /// Its segments, by their index counted from 0.
        range: Range<usize>,
    },
    /// A row: its table, and its index counted from 0.
    Row(Arc<str>, usize),
}

impl Value {
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
            Value::Thing(_, text) | Value::Segments { name: text, .. } => into.push_str(text),
            Value::Row(_, row) => {
                let _ = write!(into, "row {}", row + 1);
            }
        }
    }

    fn and_more(into: &mut String, more: usize) {
        if more > 0 {
            let _ = write!(into, ", … {more} more");
        }
    }

    /// Texts and names as they are, without quotes; the rest as [`Self::shown`] has it.
    pub fn plain(&self, most: usize) -> String {
        match self {
            Value::Text(text) | Value::Thing(_, text) | Value::Segments { name: text, .. } => {
                text.to_string()
            }
            Value::Nothing
            | Value::Truth(_)
            | Value::Number(_)
            | Value::List(..)
            | Value::Map(..)
            | Value::Row(..) => self.shown(most),
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
            Value::Thing(kind, _) | Value::Segments { kind, .. } => kind,
            Value::Row(..) => "row",
        }
    }
}

/// Shows the kind only: a value holds patient data.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}
