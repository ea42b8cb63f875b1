//! A finding about a profile: what is wrong, and the path of the part that it speaks of.

use super::document::Profile;
use crate::diagnostic::Diagnostic;
use crate::standard;

/// A diagnostic and the path of what it speaks of.
pub(super) struct Finding {
    pub(super) path: String,
    pub(super) points_at: Part,
    pub(super) diagnostic: Diagnostic,
}

/// Which part of what a path names is meant.
pub(super) enum Part {
    Name,
    Value,
    /// At this byte of the string that the value is.
    Inside(usize),
}

pub(super) fn knows_codes(profile: &Profile, name: &str) -> bool {
    profile.codes.contains_key(name)
        || standard_number(name)
            .and_then(|number| standard::dictionary(profile.version()).table(number))
            .is_some()
}

/// The number of a code table of the standard, as its name has it: `0001` of `HL70001` and `0001`.
pub fn standard_number(name: &str) -> Option<&str> {
    let number = name.strip_prefix("HL7").unwrap_or(name);
    let is_number = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(number)
}

pub(super) fn unknown_codes(profile: &Profile, path: String, place: &str, name: &str) -> Finding {
    at_value(
        path,
        Diagnostic::error(
            "codes-unknown",
            format!("{place}: \"{name}\" is no code table"),
        )
        .with_help(format!(
            "{}, or a table of HL7 {} by its number, such as \"0001\"",
            listed("codes", profile.codes.keys()),
            profile.version()
        )),
    )
}

pub(super) fn listed<T: AsRef<str>>(what: &str, names: impl Iterator<Item = T>) -> String {
    const SHOWN: usize = 12;
    let mut names = names.peekable();
    if names.peek().is_none() {
        return format!("the profile has no {what} yet");
    }
    let mut list: Vec<String> = names
        .by_ref()
        .take(SHOWN)
        .map(|name| name.as_ref().to_owned())
        .collect();
    if names.peek().is_some() {
        list.push("…".to_owned());
    }
    format!("{what}: {}", list.join(", "))
}

pub(super) fn at_value(path: String, diagnostic: Diagnostic) -> Finding {
    Finding {
        path,
        points_at: Part::Value,
        diagnostic,
    }
}

pub(super) fn at_name(path: String, diagnostic: Diagnostic) -> Finding {
    Finding {
        path,
        points_at: Part::Name,
        diagnostic,
    }
}
