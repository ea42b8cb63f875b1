//! How rows of a table are made: what one row stands for and where its columns come from.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer};

use super::table::ColumnType;
use super::text_forms::{from_text, unique};
use crate::hl7::{Location, SegmentId};

/// How rows of one table are made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    /// The table that they are rows of.
    pub table: Arc<str>,
    /// What one row stands for.
    #[serde(deserialize_with = "from_text")]
    pub root: Root,
    /// Where each column's value comes from.
    #[serde(default, deserialize_with = "unique")]
    pub columns: BTreeMap<Arc<str>, ColumnSource>,
}

/// What one row stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// The whole message, written `/`.
    Message,
    /// Each segment of this name.
    Segment(SegmentId),
    /// Each group of this name.
    Group(Arc<str>),
}

/// A text that names no root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a root is \"/\" for the message, a segment such as \"PID\" or a group such as \"PATIENT_RESULT\""
)]
pub struct RootError;

/// Where a column's value comes from: `From("PID-8", codes: "sex")`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename = "From", from = "SourceForm")]
pub struct ColumnSource {
    /// Where `at` is looked up.
    pub origin: Origin,
    /// The location whose unescaped text is taken.
    pub at: Location,
    /// The code table that translates it.
    pub codes: Option<Arc<str>>,
    /// What it is read as; `None` means what the column holds.
    pub read_as: Option<ColumnType>,
}

/// Where a column's location is looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// In what the row stands for, then in the groups around it.
    #[default]
    Row,
    /// In the whole message: a location with a leading `/`.
    Message,
}

impl ColumnSource {
    /// The text at `at`, as it stands there.
    pub fn new(at: Location) -> Self {
        Self {
            origin: Origin::Row,
            at,
            codes: None,
            read_as: None,
        }
    }

    /// The location as it is written, with its leading `/` where it has one.
    pub fn location_text(&self) -> String {
        match self.origin {
            Origin::Row => self.at.to_string(),
            Origin::Message => format!("/{}", self.at),
        }
    }

    /// Reads a location with or without a leading `/`.
    pub fn parse_location(text: &str) -> Result<(Origin, Location), <Location as FromStr>::Err> {
        match text.strip_prefix('/') {
            Some(rest) => Ok((Origin::Message, rest.parse()?)),
            None => Ok((Origin::Row, text.parse()?)),
        }
    }
}

impl FromStr for Root {
    type Err = RootError;

    fn from_str(text: &str) -> Result<Self, RootError> {
        let is_name = |text: &str| {
            text.starts_with(|first: char| first.is_ascii_alphabetic())
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ' '))
                && !text.ends_with(' ')
        };
        if text == "/" {
            Ok(Root::Message)
        } else if let Some(segment) = SegmentId::new(text) {
            Ok(Root::Segment(segment))
        } else if is_name(text) {
            Ok(Root::Group(text.into()))
        } else {
            Err(RootError)
        }
    }
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Root::Message => f.write_str("/"),
            Root::Segment(segment) => write!(f, "{segment}"),
            Root::Group(name) => f.write_str(name),
        }
    }
}

/// [`ColumnSource`] as it is written once its location is named.
#[derive(Deserialize)]
#[serde(rename = "From", deny_unknown_fields)]
struct SourceForm {
    at: SourceLocation,
    #[serde(default)]
    codes: Option<Arc<str>>,
    #[serde(default, rename = "as")]
    read_as: Option<ColumnType>,
}

struct SourceLocation(Origin, Location);

impl From<SourceForm> for ColumnSource {
    fn from(form: SourceForm) -> Self {
        Self {
            origin: form.at.0,
            at: form.at.1,
            codes: form.codes,
            read_as: form.read_as,
        }
    }
}

impl<'de> Deserialize<'de> for SourceLocation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

impl FromStr for SourceLocation {
    type Err = <Location as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        ColumnSource::parse_location(text).map(|(origin, at)| Self(origin, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let read = match text.parse::<Root>() {
            Ok(root) => {
                assert_eq!(root.to_string(), text);
                format!("{root:?}")
            }
            Err(error) => error.to_string(),
        };
        assert!(read.starts_with(expect), "{text:?} was read as {read}");
    }

    #[test]
    fn a_root_is_the_message_a_segment_or_a_group() {
        check("/", "Message");
        check("PID", "Segment(");
        check("PATIENT_RESULT", "Group(\"PATIENT_RESULT\")");
        check("", "a root is");
        check("PID-3", "a root is");
        check("pid 3 ", "a root is");
    }
}
