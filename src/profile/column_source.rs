//! Where a column's value comes from: a location, a constant, or the row that owns the row.

use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer};

use super::table::ColumnType;
use super::text_forms::{from_text, is_group_name};
use crate::hl7::{Location, LocationError};

/// Where a column's value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "SourceForm")]
pub enum ColumnSource {
    /// From the message: `From("PID-8", codes: "sex")`.
    From(Reading),
    /// Always the same: `Constant("ADT")`.
    Constant(Arc<str>),
    /// From this column of the row that owns the row: `Parent("id")`. Its key columns come into columns
    /// of the same name without being asked for.
    Parent(Arc<str>),
}

/// How a value is read from the message: location, code table, expression, default, type, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Where `at` is looked up.
    pub origin: Origin,
    /// The location whose unescaped text is taken.
    pub at: Location,
    /// The code table that translates it.
    pub codes: Option<Arc<str>>,
    /// An expression of the mapping language that makes another value of `value`; it is not asked about
    /// an absent value or HL7's null.
    pub then: Option<Arc<str>>,
    /// What the column gets when the value is absent.
    pub default: Option<Arc<str>>,
    /// What it is read as; `None` means what the column holds.
    pub read_as: Option<ColumnType>,
}

/// Where a column's location is looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// In what the row stands for, then in the groups around it.
    #[default]
    Row,
    /// In the whole message: a location with a leading `/`.
    Message,
    /// In the nearest group of this name around the row: `ORDER_OBSERVATION/OBR-3.1`.
    Group(Arc<str>),
}

/// A text that names no location of a column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceLocationError {
    /// What stands before the `/` can be no group.
    #[error("a group is named before the /, such as ORDER_OBSERVATION/OBR-3.1")]
    Group,
    /// What stands behind it is no location.
    #[error(transparent)]
    Location(#[from] LocationError),
}

impl ColumnSource {
    /// The text at `at`, as it stands there.
    pub fn new(at: Location) -> Self {
        Self::From(Reading::new(at))
    }

    /// How it is read from the message, where it is.
    pub fn reading(&self) -> Option<&Reading> {
        match self {
            ColumnSource::From(reading) => Some(reading),
            ColumnSource::Constant(_) | ColumnSource::Parent(_) => None,
        }
    }

    /// The code table that translates the value.
    pub fn codes(&self) -> Option<&Arc<str>> {
        self.reading()?.codes.as_ref()
    }

    /// Follows a code table to its new name.
    pub(super) fn rename_codes(&mut self, name: &str, to: &Arc<str>) {
        if let ColumnSource::From(reading) = self
            && let Some(codes) = &mut reading.codes
            && **codes == *name
        {
            *codes = Arc::clone(to);
        }
    }
}

impl Reading {
    /// The text at `at`, as it stands there.
    pub fn new(at: Location) -> Self {
        Self {
            origin: Origin::Row,
            at,
            codes: None,
            then: None,
            default: None,
            read_as: None,
        }
    }

    /// The location as it is written, with its leading `/` or its group where it has one.
    pub fn location_text(&self) -> String {
        match &self.origin {
            Origin::Row => self.at.to_string(),
            Origin::Message => format!("/{}", self.at),
            Origin::Group(name) => format!("{name}/{}", self.at),
        }
    }

    /// Reads a location, with a leading `/` or a group before it.
    pub fn parse_location(text: &str) -> Result<(Origin, Location), SourceLocationError> {
        // A condition may hold a `/`; what stands before a group's never holds a bracket.
        let parts = text.split_once('/');
        match parts.filter(|(before, _)| !before.contains('[')) {
            None => Ok((Origin::Row, text.parse()?)),
            Some((_, at)) if at.starts_with('/') => Err(SourceLocationError::Group),
            Some(("", at)) => Ok((Origin::Message, at.parse()?)),
            Some((name, at)) if is_group_name(name) => {
                Ok((Origin::Group(name.into()), at.parse()?))
            }
            Some(_) => Err(SourceLocationError::Group),
        }
    }
}

/// [`ColumnSource`] as it is written once its location is named.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
enum SourceForm {
    From {
        at: SourceLocation,
        #[serde(default)]
        codes: Option<Arc<str>>,
        #[serde(default)]
        then: Option<Arc<str>>,
        #[serde(default)]
        default: Option<Arc<str>>,
        #[serde(default, rename = "as")]
        read_as: Option<ColumnType>,
    },
    Constant(Arc<str>),
    Parent(Arc<str>),
}

struct SourceLocation(Origin, Location);

impl From<SourceForm> for ColumnSource {
    fn from(form: SourceForm) -> Self {
        match form {
            SourceForm::From {
                at: SourceLocation(origin, at),
                codes,
                then,
                default,
                read_as,
            } => ColumnSource::From(Reading {
                origin,
                at,
                codes,
                then,
                default,
                read_as,
            }),
            SourceForm::Constant(text) => ColumnSource::Constant(text),
            SourceForm::Parent(column) => ColumnSource::Parent(column),
        }
    }
}

impl<'de> Deserialize<'de> for SourceLocation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

impl FromStr for SourceLocation {
    type Err = SourceLocationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Reading::parse_location(text).map(|(origin, at)| Self(origin, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let read = match Reading::parse_location(text) {
            Ok((origin, at)) => {
                let reading = Reading {
                    origin: origin.clone(),
                    ..Reading::new(at)
                };
                assert_eq!(reading.location_text(), text);
                format!("{origin:?}")
            }
            Err(error) => error.to_string(),
        };
        assert!(read.starts_with(expect), "{text:?} was read as {read}");
    }

    #[test]
    fn a_location_is_looked_up_in_the_row_the_message_or_a_group() {
        check("PID-3", "Row");
        check("PID-3[?4=a/b].1", "Row");
        check("/PID-3[?4=a/b].1", "Message");
        check("ORDER_OBSERVATION/OBR-3.1", "Group(");
        check("ORDER_OBSERVATION/OBR", "Group(");
        check("OBR-4/OBX-3", "a group is named");
        check("ORDER/obx", "at character");
        check("//PID-3", "a group is named");
    }
}
