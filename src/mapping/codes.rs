//! Code tables of the profile at work: from the site's code to the application's.

use std::borrow::Cow;

use super::fault::ScriptFault;
use super::suggest::help;
use crate::profile::{CodeDefault, Codes, Profile};

/// Characters of the longest text that is taken for a code.
const LONGEST_CODE: usize = 12;

/// The application's code for the site's; empty and null stay what they are.
pub(super) fn translate<'t>(
    codes: &'t Codes,
    name: &str,
    text: &'t str,
) -> Result<&'t str, ScriptFault> {
    if text.is_empty() || text == "\"\"" {
        return Ok(text);
    }
    if let Some(mapped) = codes.maps.get(text) {
        return Ok(mapped);
    }
    if codes.values.contains_key(text) {
        return Ok(text);
    }
    match &codes.otherwise {
        CodeDefault::Keep => Ok(text),
        CodeDefault::Default(code) => Ok(code),
        CodeDefault::Error => {
            let allowed: Vec<&str> = codes
                .maps
                .keys()
                .chain(codes.values.keys())
                .map(|code| &**code)
                .collect();
            Err(ScriptFault::new(
                "code-unknown",
                format!("{} is not in the code table \"{name}\"", told(text)),
            )
            .with_help(format!("allowed: {}", listed(&allowed))))
        }
    }
}

/// The code, which is what has to be added to the table; a longer text may say more of a patient.
fn told(text: &str) -> Cow<'static, str> {
    let is_code = text.chars().count() <= LONGEST_CODE && !text.contains(char::is_whitespace);
    if is_code {
        format!("the code {text}").into()
    } else {
        "a text that is no code".into()
    }
}

/// A code table that the profile does not have.
pub(super) fn unknown(profile: &Profile, name: &str) -> ScriptFault {
    ScriptFault::new(
        "codes-unknown",
        format!("the profile has no code table \"{name}\""),
    )
    .with_help(help(
        name,
        "code tables",
        profile.codes.keys().map(|key| &**key),
    ))
}

fn listed(codes: &[&str]) -> Cow<'static, str> {
    match codes.len() {
        0 => Cow::Borrowed("none"),
        1..=20 => codes.join(", ").into(),
        count => format!("{} and {} more", codes[..15].join(", "), count - 15).into(),
    }
}
