//! Reading values that are written as strings, where they stand, and maps whose keys stand there once.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::tokens::{Lexemes, Token};
use crate::hl7::SegmentId;

// An error's first line says what is wrong, its second what would be right: `read` takes them apart.

/// Reads a value that is written as a string.
pub(super) fn from_text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: fmt::Display,
{
    struct Text<T>(PhantomData<T>);

    impl<T: FromStr> Visitor<'_> for Text<T>
    where
        T::Err: fmt::Display,
    {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            text.parse()
                .map_err(|error| E::custom(format_args!("{text:?} cannot be read\n{error}")))
        }
    }

    deserializer.deserialize_str(Text(PhantomData))
}

/// Reads a value that is written as a string and may be left out.
pub(super) fn some_from_text<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: fmt::Display,
{
    struct Text<T>(T);

    impl<'de, T: FromStr> Deserialize<'de> for Text<T>
    where
        T::Err: fmt::Display,
    {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            from_text(deserializer).map(Self)
        }
    }

    Ok(Option::<Text<T>>::deserialize(deserializer)?.map(|text| text.0))
}

/// Where in a RON text byte `inner` of a string stands; `start` is where its value starts, before
/// `Some` where that is written.
pub(super) fn offset_inside(text: &str, start: usize, inner: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let lexeme = Lexemes::new(rest).find(|(token, _)| *token == Token::Text);
    let Some((_, span)) = lexeme else {
        return start;
    };
    let lexeme = rest.get(span.clone()).unwrap_or_default();
    let is_raw = lexeme.starts_with('r');
    let opening = lexeme.find('"').map_or(0, |quote| quote + 1);
    let mut at = opening;
    let mut passed = 0;
    while passed < inner {
        let rest = lexeme.get(at..).unwrap_or_default();
        let Some((length, bytes)) = written_character(rest, is_raw) else {
            break;
        };
        at += length;
        passed += bytes;
    }
    start + span.start + at
}

/// How long the character at the start of a string is as written, and as it is meant.
fn written_character(rest: &str, is_raw: bool) -> Option<(usize, usize)> {
    let first = rest.chars().next()?;
    // Reading makes one line end of the two characters.
    if rest.starts_with("\r\n") {
        return Some((2, 1));
    }
    if is_raw || first != '\\' {
        return Some((first.len_utf8(), first.len_utf8()));
    }
    match rest.as_bytes().get(1)? {
        b'x' => Some((4, 1)),
        b'u' => {
            let digits = rest.get(3..rest.find('}')?)?;
            let c = u32::from_str_radix(digits, 16)
                .ok()
                .and_then(char::from_u32)?;
            Some((digits.len() + 4, c.len_utf8()))
        }
        _ => Some((2, 1)),
    }
}

/// Reads a map with names as keys and refuses a key that stands there twice.
pub(super) fn unique<'de, D, V>(deserializer: D) -> Result<BTreeMap<Arc<str>, V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    deserializer.deserialize_map(Unique {
        key: |text| (!text.is_empty()).then(|| Arc::from(text)),
        expected: "write a text that is not empty",
        value: PhantomData,
    })
}

/// Reads a map with segments as keys and refuses a key that stands there twice.
pub(super) fn unique_segments<'de, D, V>(
    deserializer: D,
) -> Result<BTreeMap<SegmentId, V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    deserializer.deserialize_map(Unique {
        key: SegmentId::new,
        expected: "a segment is named by a capital letter and two capitals or digits, such as \"ZPI\"",
        value: PhantomData,
    })
}

/// Whether a text can be the name of a group.
pub(super) fn is_group_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ' '))
        && !text.ends_with(' ')
}

struct Unique<K, V> {
    key: fn(&str) -> Option<K>,
    expected: &'static str,
    value: PhantomData<V>,
}

impl<'de, K: Ord, V: Deserialize<'de>> Visitor<'de> for Unique<K, V> {
    type Value = BTreeMap<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map in braces")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(text) = entries.next_key::<Arc<str>>()? {
            let Some(key) = (self.key)(&text) else {
                return Err(A::Error::custom(format_args!(
                    "{text:?} cannot be a name here\n{}",
                    self.expected
                )));
            };
            if map.contains_key(&key) {
                return Err(A::Error::custom(format_args!(
                    "{text:?} stands here twice\nrename or remove one of the two"
                )));
            }
            map.insert(key, entries.next_value()?);
        }
        Ok(map)
    }
}
