//! Code tables of the profile at work: faults that name the table and what it allows.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::fault::ScriptFault;
use super::suggest::help;
use super::value_fault::{ValueFault, listed};
use crate::profile::{Codes, Profile, standard_number};
use crate::standard::{self, Code, Version};

/// Characters of the longest text that is taken for a code.
const LONGEST_CODE: usize = 12;

thread_local! {
    // Tables of the standard that scripts asked for, made into code tables once a thread.
    static STANDARD: RefCell<BTreeMap<(Version, Box<str>), Known>> = const { RefCell::new(BTreeMap::new()) };
}

/// A code table with its name.
pub(super) type Known = (Arc<str>, Arc<Codes>);

/// Tables of the standard beyond this are made anew each time.
const MOST_STANDARD: usize = 64;

/// The code table of a name: the profile's, else the standard's by its number (`0001`, `HL70001`).
pub(super) fn find(profile: &Profile, name: &str) -> Option<Known> {
    if let Some((name, codes)) = profile.codes.get_key_value(name) {
        return Some((Arc::clone(name), Arc::clone(codes)));
    }
    let number = standard_number(name)?;
    let key = (profile.version(), Box::from(number));
    STANDARD.with_borrow_mut(|known| {
        if let Some(found) = known.get(&key) {
            return Some(found.clone());
        }
        let table = standard::dictionary(profile.version()).table(number)?;
        let meaning = |code: &Code| {
            (
                code.code.into(),
                code.description.unwrap_or_default().into(),
            )
        };
        let codes = Codes {
            values: table.values().map(meaning).collect(),
            ..Codes::default()
        };
        let found = (Arc::from(number), Arc::new(codes));
        if known.len() < MOST_STANDARD {
            known.insert(key, found.clone());
        }
        Some(found)
    })
}

/// The application's code for the site's; empty and null stay what they are.
pub(super) fn translate<'t>(
    codes: &'t Codes,
    name: &str,
    text: &'t str,
) -> Result<&'t str, ScriptFault> {
    codes.to_application(text).map_err(|_| {
        let known = codes.maps.keys().chain(codes.values.keys());
        refused(
            format!("{} is not in the code table \"{name}\"", told(text)),
            text,
            known,
        )
    })
}

/// The site's code for the application's; empty and null stay what they are.
pub(super) fn translate_back<'t>(
    codes: &'t Codes,
    name: &str,
    text: &'t str,
) -> Result<&'t str, ScriptFault> {
    codes.to_site(text).map_err(|_| {
        let known = codes.maps.values().chain(codes.values.keys());
        refused(
            format!(
                "no code of the site means {} in the code table \"{name}\"",
                told(text)
            ),
            text,
            known,
        )
    })
}

fn refused<'c>(
    message: String,
    text: &str,
    known: impl Iterator<Item = &'c Arc<str>>,
) -> ScriptFault {
    let mut allowed: Vec<&str> = Vec::new();
    for code in known {
        if !allowed.contains(&&**code) {
            allowed.push(code);
        }
    }
    ScriptFault::new("code-unknown", message)
        .with_help(format!("allowed: {}", listed(&allowed)))
        .about(ValueFault::of_code(&allowed, text))
}

/// The code, which is what has to be added to the table; a longer text may say more of a patient.
fn told(text: &str) -> Cow<'static, str> {
    if is_code(text) {
        format!("the code {text}").into()
    } else {
        "a text that is no code".into()
    }
}

/// Whether a text is short enough to be shown as a code.
pub(super) fn is_code(text: &str) -> bool {
    text.chars().count() <= LONGEST_CODE && !text.contains(char::is_whitespace)
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
