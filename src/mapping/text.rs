//! Functions on texts: padding, digits, names, HL7's null.

use std::fmt;

use rhai::ImmutableString;

use super::fault::{Fallible, ScriptFault};
use super::read::{self, Source};

/// Wider padding is a slip.
const MOST_PADDING: i64 = 10_000;

/// The parts of a person's name (XPN): text up to the first subcomponent.
#[derive(Clone, Default)]
pub(super) struct Name {
    parts: [ImmutableString; 6],
}

/// As people say it: `Dr Jane Q Roe Jr`.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [family, given, middle, suffix, prefix, _] = &self.parts;
        let said: Vec<&str> = [prefix, given, middle, family, suffix]
            .into_iter()
            .map(ImmutableString::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        f.write_str(&said.join(" "))
    }
}

impl Name {
    /// A part by its component, counted from 1.
    pub(super) fn part(&self, component: usize) -> ImmutableString {
        component
            .checked_sub(1)
            .and_then(|at| self.parts.get(at))
            .cloned()
            .unwrap_or_default()
    }

    fn of(components: impl Iterator<Item = ImmutableString>) -> Self {
        let mut name = Self::default();
        for (part, text) in name.parts.iter_mut().zip(components) {
            *part = text;
        }
        name
    }
}

/// `name(text)`: the components of a name as it was read, the first repetition.
pub(super) fn name(text: &str) -> Name {
    let first = text.split('~').next().unwrap_or(text);
    Name::of(
        first
            .split('^')
            .map(|part| part.split('&').next().unwrap_or(part).into()),
    )
}

/// `name(source, path)`: the components of the name at a path.
pub(super) fn name_at(source: Source, path: &str) -> Fallible<Name> {
    read::element(source, path, |element| {
        let Some(element) = element else {
            return Name::default();
        };
        let Some(first) = element.repetitions().next() else {
            return Name::default();
        };
        Name::of(first.children().map(|component| {
            let text = component.child(1).unwrap_or(component).text();
            ImmutableString::from(&*text)
        }))
    })
}

/// `pad(text, width, fill)`: filled on the left.
pub(super) fn pad(text: &str, width: i64, fill: &str) -> Fallible<ImmutableString> {
    let mut padded = filling(text, width, fill)?;
    padded.push_str(text);
    Ok(padded.into())
}

/// `pad_end(text, width, fill)`: filled on the right.
pub(super) fn pad_end(text: &str, width: i64, fill: &str) -> Fallible<ImmutableString> {
    let mut padded = text.to_owned();
    padded.push_str(&filling(text, width, fill)?);
    Ok(padded.into())
}

/// `digits(text)`: the digits of the text.
pub(super) fn digits(text: &str) -> ImmutableString {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// `text.is_null()`: whether it is HL7's null.
pub(super) fn is_null(text: &str) -> bool {
    text == "\"\""
}

/// `null_value()`: HL7's null, two quotes.
pub(super) fn null_value() -> ImmutableString {
    "\"\"".into()
}

fn filling(text: &str, width: i64, fill: &str) -> Result<String, ScriptFault> {
    if width > MOST_PADDING {
        return Err(ScriptFault::new(
            "script-pad",
            format!("a width of {width} is over the limit of {MOST_PADDING}"),
        ));
    }
    let Some(fill) = fill.chars().next() else {
        return Err(ScriptFault::new(
            "script-pad",
            "there is nothing to fill with",
        ));
    };
    let missing = usize::try_from(width)
        .unwrap_or(0)
        .saturating_sub(text.chars().count());
    Ok(std::iter::repeat_n(fill, missing).collect())
}
