//! How rows of a table are made: what one row stands for and where its columns come from.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::Deserialize;

use super::column_source::ColumnSource;
use super::table::Table;
use super::text_forms::{is_group_name, some_from_text, unique};
use crate::hl7::{FieldPath, Location, Pick, SegmentId};

/// How rows of one table are made.
///
/// Rows with a `parent` belong to a row of that table, made by an entry before this one: the nearest
/// around them in the message's groups, of several beside each other the last before them. The
/// parent's key columns are filled into columns of the same name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    /// The table that they are rows of.
    pub table: Arc<str>,
    /// What one row stands for; `None` takes the template's.
    #[serde(default, deserialize_with = "some_from_text")]
    pub root: Option<Root>,
    /// The table whose rows own these.
    #[serde(default)]
    pub parent: Option<Arc<str>>,
    /// Where each column's value comes from.
    #[serde(default, deserialize_with = "unique")]
    pub columns: BTreeMap<Arc<str>, ColumnSource>,
}

impl Rows {
    /// Rows of a table of which one stands for each `root`, with no columns yet.
    pub fn new(table: impl Into<Arc<str>>, root: Root) -> Self {
        Self {
            table: table.into(),
            root: Some(root),
            parent: None,
            columns: BTreeMap::new(),
        }
    }

    /// The table whose rows own these: what they say, else what the table says where `earlier`, the
    /// entries before them, make rows of that.
    pub fn owner<'a>(&'a self, table: Option<&'a Table>, earlier: &[Rows]) -> Option<&'a Arc<str>> {
        self.parent.as_ref().or_else(|| {
            let parent = table?.parent.as_ref()?;
            let made = earlier.iter().any(|rows| rows.table == *parent);
            made.then_some(parent)
        })
    }
}

/// What one row stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// The whole message, written `/`.
    Message,
    /// Each segment of this name.
    Segment(SegmentId),
    /// Each repetition of a field in each segment of this name, written `PID-3`.
    Field(SegmentId, u16),
    /// Each group of this name.
    Group(Arc<str>),
}

/// A text that names no root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a root is \"/\" for the message, a segment such as \"PID\", a field such as \"PID-3\" for its repetitions or a group such as \"PATIENT_RESULT\""
)]
pub struct RootError;

impl FromStr for Root {
    type Err = RootError;

    fn from_str(text: &str) -> Result<Self, RootError> {
        if text == "/" {
            Ok(Root::Message)
        } else if let Some(segment) = SegmentId::new(text) {
            Ok(Root::Segment(segment))
        } else if is_group_name(text) {
            Ok(Root::Group(text.into()))
        } else if let Some((segment, number)) = whole_field(text) {
            Ok(Root::Field(segment, number))
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
            Root::Field(segment, number) => write!(f, "{segment}-{number}"),
            Root::Group(name) => f.write_str(name),
        }
    }
}

/// The field that a text names whole, as `PID-3` does and `PID-3.1` and `PID-3[2]` do not.
fn whole_field(text: &str) -> Option<(SegmentId, u16)> {
    let location: Location = text.parse().ok()?;
    let path = location.path?;
    (location.occurrence == Pick::First && path == FieldPath::field(path.field))
        .then_some((location.segment, path.field))
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
    fn a_root_is_the_message_a_segment_a_field_or_a_group() {
        check("/", "Message");
        check("PID", "Segment(");
        check("PATIENT_RESULT", "Group(\"PATIENT_RESULT\")");
        check("", "a root is");
        check("PID-3", "Field(");
        check("PID-3.1", "a root is");
        check("PID-3[2]", "a root is");
        check("PID[2]-3", "a root is");
        check("PID-0", "a root is");
        check("pid 3 ", "a root is");
    }
}
