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
    /// The short ones again, each in one number, ascending: each value of a table is looked for.
    short: Box<[u64]>,
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
            short: short(&known),
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
        let codes = table.codes.iter().map(|code| code.code.into()).collect();
        Some(Self {
            name: format!("table {number}"),
            rule,
            short: short(&codes),
            codes,
            standard: Some((dictionary, number.to_owned())),
        })
    }

    /// Whether it holds a code.
    pub(super) fn has(&self, code: &str) -> bool {
        match packed(code) {
            Some(packed) => self.short.binary_search(&packed).is_ok(),
            None => self.codes.contains(code),
        }
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

/// The codes that fit into a number each, ascending.
fn short(codes: &BTreeSet<Arc<str>>) -> Box<[u64]> {
    let mut short: Vec<u64> = codes.iter().filter_map(|code| packed(code)).collect();
    short.sort_unstable();
    short.into()
}

/// A text of at most seven bytes with its length: no two have the same number.
fn packed(text: &str) -> Option<u64> {
    let length = u64::try_from(text.len())
        .ok()
        .filter(|length| *length <= 7)?;
    let packed = text
        .bytes()
        .fold(length, |packed, byte| packed << 8 | u64::from(byte));
    Some(packed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(listed: &[&str], asked: &str, expect: bool) {
        let known: BTreeSet<Arc<str>> = listed.iter().map(|code| Arc::from(*code)).collect();
        let list = CodeList {
            name: String::new(),
            rule: CODE_SITE,
            short: short(&known),
            codes: known,
            standard: None,
        };
        assert_eq!(list.has(asked), expect, "{asked:?} of {listed:?}");
    }

    #[test]
    fn short_and_long_codes_are_found_and_no_others() {
        let listed = [
            "",
            "F",
            "M",
            "A01",
            "SEVEN77",
            "EIGHT888",
            "ÄÖ",
            "a rather long code",
        ];
        for code in listed {
            check(&listed, code, true);
            check(&[], code, false);
        }
        for other in [
            "f", "F ", "F\0", "A0", "A011", "SEVEN78", "EIGHT889", "ÄÖÜ", "a rather",
        ] {
            check(&listed, other, false);
        }
    }
}
