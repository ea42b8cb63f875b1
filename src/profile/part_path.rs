//! The place of a part in a profile, by names: `messages/ADT/rows/patient/mrn`.

use std::fmt::{self, Write};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer};

use super::text_forms::from_text;

/// The names that lead to a part: `messages/ADT/rows/patient/columns/mrn`, `codes/sex/maps/"N/A"`,
/// `segments/PID/fields/19/usage`.
///
/// Message definitions, rows, columns, code tables and tables are named by their names, fields by
/// their numbers, and all else by its attribute. Rows of a table that has rows already are
/// `patient#2`, `patient#3`. A name that holds a slash or a quote stands in quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartPath(Vec<Arc<str>>);

/// A text that is no path of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a part is named by its path, such as \"messages/ADT/script\" or \"codes/sex/maps/1\"")]
pub struct PartPathError;

impl PartPath {
    /// The part that these names lead to, the outermost first.
    pub fn new<T: Into<Arc<str>>>(steps: impl IntoIterator<Item = T>) -> Self {
        Self(steps.into_iter().map(Into::into).collect())
    }

    /// The names, the outermost first.
    pub fn steps(&self) -> &[Arc<str>] {
        &self.0
    }

    /// The part of this name in this one.
    #[must_use]
    pub fn child(&self, name: impl Into<Arc<str>>) -> Self {
        let mut steps = self.0.clone();
        steps.push(name.into());
        Self(steps)
    }

    /// The part that holds this one; `None` for the profile as a whole.
    pub fn parent(&self) -> Option<Self> {
        let (_, around) = self.0.split_last()?;
        Some(Self(around.to_vec()))
    }

    /// Whether this part is `other` or stands in it.
    pub fn is_in(&self, other: &PartPath) -> bool {
        self.0.starts_with(&other.0)
    }
}

impl fmt::Display for PartPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_char('/')?;
            }
            if step.is_empty() || step.contains(['/', '"']) {
                write!(f, "\"{}\"", step.replace('"', "\"\""))?;
            } else {
                f.write_str(step)?;
            }
        }
        Ok(())
    }
}

impl FromStr for PartPath {
    type Err = PartPathError;

    fn from_str(text: &str) -> Result<Self, PartPathError> {
        let mut steps = Vec::new();
        let mut rest = text;
        loop {
            let (step, after) = if let Some(quoted) = rest.strip_prefix('"') {
                quoted_step(quoted)?
            } else {
                let (step, after) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                (step.to_owned(), after)
            };
            if step.is_empty() && !rest.starts_with('"')
                || step.contains('"') && !rest.starts_with('"')
            {
                return Err(PartPathError);
            }
            steps.push(step.into());
            match after.strip_prefix('/') {
                Some(more) => rest = more,
                None if after.is_empty() => return Ok(Self(steps)),
                None => return Err(PartPathError),
            }
        }
    }
}

/// A name in quotes, in which a quote stands twice, and what follows it.
fn quoted_step(text: &str) -> Result<(String, &str), PartPathError> {
    let mut step = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('"').ok_or(PartPathError)?;
        step.push_str(part);
        match after.strip_prefix('"') {
            Some(more) => {
                step.push('"');
                rest = more;
            }
            None => return Ok((step, after)),
        }
    }
}

impl<'de> Deserialize<'de> for PartPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expect: Option<&[&str]>) {
        let read = text.parse::<PartPath>();
        let expect = expect.map(|steps| PartPath::new(steps.iter().copied()));
        assert_eq!(read.ok(), expect, "{text}");
        if let Some(path) = expect {
            assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn a_path_is_names_between_slashes() {
        check("messages/ADT/script", Some(&["messages", "ADT", "script"]));
        check(
            "codes/sex/maps/\"N/A\"",
            Some(&["codes", "sex", "maps", "N/A"]),
        );
        check(
            "codes/\"say \"\"a\"\"\"/values",
            Some(&["codes", "say \"a\"", "values"]),
        );
        check("codes/\"\"", Some(&["codes", ""]));
        for wrong in ["", "/", "a//b", "a/", "\"a", "\"a\"b", "a\"b"] {
            check(wrong, None);
        }
    }

    proptest! {
        #[test]
        fn a_path_reads_back_equal(steps in prop::collection::vec("[a/\" #é]{0,4}", 1..4)) {
            let path = PartPath::new(steps);
            prop_assert_eq!(path.to_string().parse::<PartPath>(), Ok(path));
        }
    }
}
