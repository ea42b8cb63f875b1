//! Where a value stands: `PID`, `PID-5`, `PID-5[2].1.3`, `OBX[*]-5`, `PID-3[?5=MR].1`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::segment_id::SegmentId;

/// Which one of several segments or repetitions.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Pick {
    /// Unstated: the first one. For a whole field: all its repetitions.
    #[default]
    First,
    /// `[n]`, counted from 1.
    Nth(u32),
    /// `[*]`.
    Every,
    /// `[?5=MR]`, `[?4.2=MR]`: the first one whose component (for a segment: whose field) has
    /// the value.
    Where {
        /// The component; of a segment, the field.
        component: u16,
        /// The subcomponent; of a segment, the component.
        subcomponent: Option<u16>,
        /// The plain value to equal.
        value: Arc<str>,
    },
}

/// A place inside a segment: `5`, `5[2].1.3`. Counted from 1 throughout.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FieldPath {
    /// The field.
    pub field: u16,
    /// The repetition of the field.
    pub repetition: Pick,
    /// The component of the repetition.
    pub component: Option<u16>,
    /// The subcomponent of the component.
    pub subcomponent: Option<u16>,
}

/// A place in a message.
///
/// `PID-5` is the whole field with all its repetitions, `PID-5[1]` the first of them, `PID-5.1`
/// a component of the first, `PID-5[*].1` that component of every one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Location {
    /// The segment's name.
    pub segment: SegmentId,
    /// Which segment of that name.
    pub occurrence: Pick,
    /// The place inside the segment; nothing for the segment itself.
    pub path: Option<FieldPath>,
}

/// Why a text is no location, and where in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("at character {}: {problem}", offset + 1)]
pub struct LocationError {
    /// Bytes into the text.
    pub offset: usize,
    /// What is wrong there.
    pub problem: LocationProblem,
}

/// What is wrong with the text of a location.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LocationProblem {
    /// No segment identifier.
    #[error("a segment is named by a capital and two capitals or digits, such as PID or ZPI")]
    SegmentId,
    /// No number.
    #[error("a number from 1 to 65535 is needed, such as the 5 in PID-5")]
    Number,
    /// Neither number, `*` nor condition between brackets.
    #[error("brackets hold a number, * or a condition such as [?5=MR]")]
    Bracket,
    /// Brackets are not closed.
    #[error("the bracket is not closed: ] is missing")]
    Unclosed,
    /// Text after the end.
    #[error("nothing may follow here; a location reads like PID-5[2].1.3")]
    Trailing,
}

impl FieldPath {
    /// A whole field.
    pub fn field(field: u16) -> Self {
        Self {
            field,
            repetition: Pick::First,
            component: None,
            subcomponent: None,
        }
    }

    /// Reads the part of a location behind the segment: `5[2].1.3`.
    pub fn parse(text: &str) -> Result<Self, LocationError> {
        let mut reader = Reader { text, at: 0 };
        let path = reader.path()?;
        reader.end()?;
        Ok(path)
    }
}

impl Location {
    /// The first segment of that name, whole.
    pub fn segment(segment: SegmentId) -> Self {
        Self {
            segment,
            occurrence: Pick::First,
            path: None,
        }
    }

    /// A place inside the first segment of that name.
    pub fn new(segment: SegmentId, path: FieldPath) -> Self {
        Self {
            segment,
            occurrence: Pick::First,
            path: Some(path),
        }
    }
}

impl FromStr for FieldPath {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        Self::parse(text)
    }
}

impl FromStr for SegmentId {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        Self::new(text).ok_or(LocationError {
            offset: 0,
            problem: LocationProblem::SegmentId,
        })
    }
}

impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        let mut reader = Reader { text, at: 0 };
        let terser = reader.take('/');
        let segment = reader.segment()?;
        let occurrence = if terser {
            reader.terser_occurrence()?
        } else {
            reader.pick()?
        };
        let path = if reader.take('-') || reader.take('.') {
            let path = if terser {
                reader.terser_path()?
            } else {
                reader.path()?
            };
            Some(path)
        } else {
            None
        };
        reader.end()?;
        Ok(Self {
            segment,
            occurrence,
            path,
        })
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, c: char) -> bool {
        let found = self.rest().starts_with(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    fn fail<T>(&self, problem: LocationProblem) -> Result<T, LocationError> {
        Err(LocationError {
            offset: self.at,
            problem,
        })
    }

    fn end(&self) -> Result<(), LocationError> {
        if self.rest().is_empty() {
            Ok(())
        } else {
            self.fail(LocationProblem::Trailing)
        }
    }

    fn segment(&mut self) -> Result<SegmentId, LocationError> {
        match self.rest().get(..3).and_then(SegmentId::new) {
            Some(id) => {
                self.at += 3;
                Ok(id)
            }
            None => self.fail(LocationProblem::SegmentId),
        }
    }

    fn digits(&mut self) -> Result<u32, LocationError> {
        let rest = self.rest();
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        match rest[..end].parse() {
            Ok(n) if n > 0 => {
                self.at += end;
                Ok(n)
            }
            _ => self.fail(LocationProblem::Number),
        }
    }

    fn number(&mut self) -> Result<u16, LocationError> {
        let at = self.at;
        let n = self.digits()?;
        u16::try_from(n).or_else(|_| {
            self.at = at;
            self.fail(LocationProblem::Number)
        })
    }

    fn path(&mut self) -> Result<FieldPath, LocationError> {
        let mut path = FieldPath::field(self.number()?);
        path.repetition = self.pick()?;
        if self.take('.') || self.take('-') {
            path.component = Some(self.number()?);
            if self.take('.') || self.take('-') {
                path.subcomponent = Some(self.number()?);
            }
        }
        Ok(path)
    }

    fn pick(&mut self) -> Result<Pick, LocationError> {
        if !self.take('[') {
            return Ok(Pick::First);
        }
        let pick = if self.take('*') {
            Pick::Every
        } else if self.take('?') {
            return self.condition();
        } else {
            let at = self.at;
            let Ok(n) = self.digits() else {
                self.at = at;
                return self.fail(LocationProblem::Bracket);
            };
            Pick::Nth(n)
        };
        if self.take(']') {
            Ok(pick)
        } else {
            self.fail(LocationProblem::Unclosed)
        }
    }

    fn condition(&mut self) -> Result<Pick, LocationError> {
        let component = self.number()?;
        let subcomponent = if self.take('.') {
            Some(self.number()?)
        } else {
            None
        };
        if !self.take('=') {
            return self.fail(LocationProblem::Bracket);
        }
        let Some(end) = self.rest().find(']') else {
            self.at = self.text.len();
            return self.fail(LocationProblem::Unclosed);
        };
        let value = Arc::from(&self.rest()[..end]);
        self.at += end + 1;
        Ok(Pick::Where {
            component,
            subcomponent,
            value,
        })
    }

    /// HAPI's Terser counts occurrences and repetitions from 0, in parentheses.
    fn terser_occurrence(&mut self) -> Result<Pick, LocationError> {
        if !self.take('(') {
            return self.pick();
        }
        let rest = self.rest();
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let n: u32 = rest[..end]
            .parse()
            .or_else(|_| self.fail(LocationProblem::Number))?;
        self.at += end;
        if !self.take(')') {
            return self.fail(LocationProblem::Unclosed);
        }
        Ok(if n == 0 {
            Pick::First
        } else {
            Pick::Nth(n.saturating_add(1))
        })
    }

    fn terser_path(&mut self) -> Result<FieldPath, LocationError> {
        let mut path = FieldPath::field(self.number()?);
        path.repetition = self.terser_occurrence()?;
        if self.take('-') || self.take('.') {
            path.component = Some(self.number()?);
            if self.take('-') || self.take('.') {
                path.subcomponent = Some(self.number()?);
            }
        }
        Ok(path)
    }
}

impl fmt::Display for Pick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => Ok(()),
            Self::Nth(n) => write!(f, "[{n}]"),
            Self::Every => f.write_str("[*]"),
            Self::Where {
                component,
                subcomponent: None,
                value,
            } => write!(f, "[?{component}={value}]"),
            Self::Where {
                component,
                subcomponent: Some(sub),
                value,
            } => write!(f, "[?{component}.{sub}={value}]"),
        }
    }
}

impl Pick {
    fn hide_value(&mut self) {
        if let Self::Where { value, .. } = self {
            *value = "…".into();
        }
    }
}

impl FieldPath {
    /// The same path with `…` for the value of a condition, for texts that others may read: a script
    /// may have composed it of a patient's data.
    #[must_use]
    pub fn without_values(&self) -> Self {
        let mut path = self.clone();
        path.repetition.hide_value();
        path
    }
}

impl Location {
    /// The same location with `…` for the values of conditions, see [`FieldPath::without_values`].
    #[must_use]
    pub fn without_values(&self) -> Self {
        let mut location = self.clone();
        location.occurrence.hide_value();
        location.path = self.path.as_ref().map(FieldPath::without_values);
        location
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.field, self.repetition)?;
        if let Some(component) = self.component {
            write!(f, ".{component}")?;
            if let Some(subcomponent) = self.subcomponent {
                write!(f, ".{subcomponent}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.segment, self.occurrence)?;
        match &self.path {
            Some(path) => write!(f, "-{path}"),
            None => Ok(()),
        }
    }
}

impl serde::Serialize for Location {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Location {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse()
            .map_err(|error| serde::de::Error::custom(format!("location \"{text}\" {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::{FieldPath, Location};

    fn check(text: &str, expect: &str) {
        let found = match text.parse::<Location>() {
            Ok(location) => {
                let canonical = location.to_string();
                assert_eq!(
                    canonical.parse(),
                    Ok(location),
                    "{canonical} reads as itself"
                );
                canonical
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn locations_read_and_print() {
        for same in [
            "PID",
            "PID-5",
            "PID-5.1",
            "PID-5[2].1.3",
            "OBX[3]-5",
            "OBX[*]-5",
            "PID-3[?5=MR].1",
            "PID-3[?4.2=1.2.3]",
            "OBX[?3.1=GLU]-5",
            "PID-3[1]",
            "ZPI-1",
        ] {
            check(same, same);
        }
        check("PID.5.1", "PID-5.1");
        check("/PID-5-1", "PID-5.1");
        check("/PID-3(1)-4-2", "PID-3[2].4.2");
        check("/OBX(2)-5(0)-1", "OBX[3]-5.1");
        check("PID-5-1", "PID-5.1");
    }

    #[test]
    fn errors_name_the_place() {
        check(
            "",
            "at character 1: a segment is named by a capital and two capitals or digits, such as PID or ZPI",
        );
        check(
            "pid-5",
            "at character 1: a segment is named by a capital and two capitals or digits, such as PID or ZPI",
        );
        check(
            "PID-",
            "at character 5: a number from 1 to 65535 is needed, such as the 5 in PID-5",
        );
        check(
            "PID-0",
            "at character 5: a number from 1 to 65535 is needed, such as the 5 in PID-5",
        );
        check(
            "PID-99999",
            "at character 5: a number from 1 to 65535 is needed, such as the 5 in PID-5",
        );
        check(
            "PID-5[x]",
            "at character 7: brackets hold a number, * or a condition such as [?5=MR]",
        );
        check(
            "PID-5[2",
            "at character 8: the bracket is not closed: ] is missing",
        );
        check(
            "PID-3[?5=MR",
            "at character 12: the bracket is not closed: ] is missing",
        );
        check(
            "PID-5.1.1.1",
            "at character 10: nothing may follow here; a location reads like PID-5[2].1.3",
        );
        check(
            "PID 5",
            "at character 4: nothing may follow here; a location reads like PID-5[2].1.3",
        );
    }

    #[test]
    fn a_path_stands_without_its_segment() {
        assert_eq!(
            FieldPath::parse("3[2].1").map(|p| p.to_string()).as_deref(),
            Ok("3[2].1")
        );
    }
}
