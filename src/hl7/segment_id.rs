//! The three-character name of a segment.

use std::fmt;

/// A segment's identifier: one capital letter followed by two capitals or digits (chapter 2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentId([u8; 3]);

impl SegmentId {
    /// The message header.
    pub const MSH: Self = Self(*b"MSH");

    /// The identifier, or nothing where the text is none.
    pub fn new(text: &str) -> Option<Self> {
        let bytes: [u8; 3] = text.as_bytes().try_into().ok()?;
        well_formed(bytes).then_some(Self(bytes))
    }

    /// The identifier that opens a line, whatever follows it.
    #[inline]
    pub(super) fn at_start_of(line: &str) -> Option<Self> {
        let bytes = *line.as_bytes().first_chunk::<3>()?;
        well_formed(bytes).then_some(Self(bytes))
    }

    /// The three characters.
    pub fn as_str(&self) -> &str {
        // Only ASCII capitals and digits are ever stored.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Whether the segment's first two fields are the delimiters themselves.
    pub fn carries_delimiters(self) -> bool {
        matches!(&self.0, b"MSH" | b"BHS" | b"FHS")
    }

    /// Whether the identifier is one that a site makes up: a Z-segment.
    pub fn is_site_defined(self) -> bool {
        self.0[0] == b'Z'
    }
}

#[inline]
fn well_formed([a, b, c]: [u8; 3]) -> bool {
    let tail = |x: u8| x.is_ascii_uppercase() || x.is_ascii_digit();
    a.is_ascii_uppercase() && tail(b) && tail(c)
}

impl fmt::Display for SegmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for SegmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for SegmentId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for SegmentId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::new(&text).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "\"{text}\" is no segment identifier: three characters such as PID or ZPI"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::SegmentId;

    #[test]
    fn identifiers_are_three_capitals_or_digits() {
        for (text, expect) in [
            ("PID", true),
            ("PV1", true),
            ("Z01", true),
            ("pid", false),
            ("1PD", false),
            ("PIDX", false),
            ("PÏ", false),
        ] {
            assert_eq!(SegmentId::new(text).is_some(), expect, "{text}");
        }
    }
}
