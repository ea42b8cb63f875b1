//! The codes that a value may be: a table of the standard, or one of the profile.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::mend::meant_code;
use crate::profile::Codes;
use crate::standard::{Dictionary, dictionary};

/// The codes that a value may be.
#[derive(Debug)]
pub(super) struct CodeList {
    /// What findings call the table: `table 0001`, `codes "sex"`.
    pub(super) name: String,
    /// The rule that another code breaks.
    pub(super) rule: &'static str,
    codes: BTreeSet<Arc<str>>,
    /// The standard's table, which later versions add to.
    standard: Option<(&'static Dictionary, String)>,
}

/// The rule for codes of the profile's own tables.
pub(super) const CODE_SITE: &str = "code-site";

/// Codes that a person is shown to choose from.
const SHOWN: usize = 12;

impl CodeList {
    /// Of a code table of the profile; `None` for one that lists nothing.
    pub(super) fn of_site(name: &str, codes: &Codes) -> Option<Self> {
        let known: BTreeSet<Arc<str>> = codes
            .values
            .keys()
            .chain(codes.maps.keys())
            .cloned()
            .collect();
        (!known.is_empty()).then(|| Self {
            name: format!("codes \"{name}\""),
            rule: CODE_SITE,
            codes: known,
            standard: None,
        })
    }

    /// Of a table of the standard; `None` for one whose codes are anybody's.
    pub(super) fn of_standard(dictionary: &'static Dictionary, number: &str) -> Option<Self> {
        let table = dictionary.table(number)?;
        let rule = match table.kind? {
            "hl7" => "code-hl7",
            "user" => "code-user",
            _ => return None,
        };
        // Such as W<integer>: a pattern, which no list holds.
        let is_open = |code: &str| code.contains('<') || code.contains("...") || code.contains('…');
        if table.codes.is_empty() || table.codes.iter().any(|code| is_open(code.code)) {
            return None;
        }
        Some(Self {
            name: format!("table {number}"),
            rule,
            codes: table.codes.iter().map(|code| code.code.into()).collect(),
            standard: Some((dictionary, number.to_owned())),
        })
    }

    /// Whether it holds a code.
    pub(super) fn has(&self, code: &str) -> bool {
        self.codes.contains(code)
    }

    /// Whether the table of a later version holds a code: messages run ahead of the version they state.
    pub(super) fn has_later(&self, code: &str) -> bool {
        self.standard.as_ref().is_some_and(|(own, number)| {
            own.version().later().any(|later| {
                let table = dictionary(later).table(number);
                table.is_some_and(|table| table.codes.iter().any(|known| known.code == code))
            })
        })
    }

    /// Its first codes, for a person to choose from.
    pub(super) fn some(&self) -> String {
        let mut some: Vec<&str> = self.codes.iter().take(SHOWN).map(|code| &**code).collect();
        if self.codes.len() > SHOWN {
            some.push("…");
        }
        some.join(", ")
    }

    /// The one code that a text is but for blanks and the case of its letters.
    pub(super) fn meant(&self, text: &str) -> Option<&str> {
        meant_code(self.codes.iter().map(|code| &**code), text)
    }

    /// Whether two lists are the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.name == other.name && self.codes == other.codes
    }
}
