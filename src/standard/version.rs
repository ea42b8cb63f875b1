//! The versions of HL7 v2 that the dictionary holds.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A version of HL7 v2, as MSH-12 names it; ordered by age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// 2.1
    V2_1,
    /// 2.2
    V2_2,
    /// 2.3
    V2_3,
    /// 2.3.1
    V2_3_1,
    /// 2.4
    V2_4,
    /// 2.5
    V2_5,
    /// 2.5.1
    V2_5_1,
    /// 2.6
    V2_6,
    /// 2.7
    V2_7,
    /// 2.7.1
    V2_7_1,
    /// 2.8
    V2_8,
    /// 2.8.1
    V2_8_1,
    /// 2.8.2
    V2_8_2,
}

impl Version {
    /// Every version, the oldest first.
    pub const ALL: [Version; 13] = [
        Version::V2_1,
        Version::V2_2,
        Version::V2_3,
        Version::V2_3_1,
        Version::V2_4,
        Version::V2_5,
        Version::V2_5_1,
        Version::V2_6,
        Version::V2_7,
        Version::V2_7_1,
        Version::V2_8,
        Version::V2_8_1,
        Version::V2_8_2,
    ];

    /// The version taken where nothing says otherwise.
    pub const DEFAULT: Version = Version::V2_5_1;

    /// The version's number as HL7 writes it: `2.5.1`.
    pub fn as_str(self) -> &'static str {
        match self {
            Version::V2_1 => "2.1",
            Version::V2_2 => "2.2",
            Version::V2_3 => "2.3",
            Version::V2_3_1 => "2.3.1",
            Version::V2_4 => "2.4",
            Version::V2_5 => "2.5",
            Version::V2_5_1 => "2.5.1",
            Version::V2_6 => "2.6",
            Version::V2_7 => "2.7",
            Version::V2_7_1 => "2.7.1",
            Version::V2_8 => "2.8",
            Version::V2_8_1 => "2.8.1",
            Version::V2_8_2 => "2.8.2",
        }
    }

    /// The version that `text` names, blanks around it ignored; `None` for any other text.
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.trim();
        Version::ALL
            .into_iter()
            .find(|version| version.as_str() == text)
    }

    /// The version to take for a number that no version has, such as `2.3.2` or `2.9`: the newest
    /// that is not newer, else the oldest. `None` for text that is no version number.
    pub fn nearest(text: &str) -> Option<Version> {
        let wanted = numbers(text.trim())?;
        let not_newer =
            |version: &Version| numbers(version.as_str()).is_some_and(|own| own <= wanted);
        Some(
            Version::ALL
                .into_iter()
                .rfind(not_newer)
                .unwrap_or(Version::V2_1),
        )
    }

    /// The versions after this one, the next first.
    pub fn later(self) -> impl Iterator<Item = Version> {
        Version::ALL
            .into_iter()
            .filter(move |version| *version > self)
    }

    /// The bit of this version in the masks of the data.
    pub(super) fn bit(self) -> u16 {
        1 << (self as u16)
    }
}

/// The dotted numbers of a version, missing ones 0; `None` when a part is no number.
fn numbers(text: &str) -> Option<[u32; 3]> {
    let mut numbers = [0; 3];
    for (index, part) in text.split('.').enumerate() {
        *numbers.get_mut(index)? = part.parse().ok()?;
    }
    Some(numbers)
}

impl Default for Version {
    fn default() -> Self {
        Version::DEFAULT
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Version {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        Version::parse(text).ok_or(UnknownVersion)
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// The text names no version that the dictionary holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownVersion;

impl fmt::Display for UnknownVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a version of HL7 v2; known are ")?;
        for (index, version) in Version::ALL.into_iter().enumerate() {
            write!(f, "{}{version}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownVersion {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, exact: Option<Version>, nearest: Option<Version>) {
        assert_eq!(
            (Version::parse(text), Version::nearest(text)),
            (exact, nearest),
            "{text:?}"
        );
    }

    #[test]
    fn versions_are_read_leniently() {
        let both = |text, version| check(text, Some(version), Some(version));
        both("2.5.1", Version::V2_5_1);
        both(" 2.5.1 ", Version::V2_5_1);
        both("2.8.2", Version::V2_8_2);
        check("2.3.2", None, Some(Version::V2_3_1));
        check("2.9", None, Some(Version::V2_8_2));
        check("2.10", None, Some(Version::V2_8_2));
        check("2.0", None, Some(Version::V2_1));
        check("2.5.0", None, Some(Version::V2_5));
        check("3", None, Some(Version::V2_8_2));
        check("", None, None);
        check("2.5.1.1", None, None);
        check("two", None, None);
    }

    #[test]
    fn versions_are_ordered_by_age() {
        assert!(Version::ALL.is_sorted());
        assert_eq!(
            Version::V2_8_1.later().collect::<Vec<_>>(),
            [Version::V2_8_2]
        );
        assert_eq!(
            Version::ALL.map(Version::bit).iter().sum::<u16>(),
            (1 << 13) - 1
        );
    }

    #[test]
    fn an_unknown_version_names_the_known_ones() {
        let error = "2.99".parse::<Version>().expect_err("2.99 does not exist");
        assert!(error.to_string().ends_with("2.8, 2.8.1, 2.8.2"), "{error}");
    }
}
