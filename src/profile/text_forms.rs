//! Reading values that are written as strings, and maps whose keys stand there once.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

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
