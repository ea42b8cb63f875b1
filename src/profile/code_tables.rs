//! Code tables at work: from the site's code to the application's, and back.

use super::document::{CodeDefault, Codes};

/// A code that a code table does not hold, and that it refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the code is not in the code table")]
pub struct CodeUnlisted;

/// Whether a code table holds a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// A code of the site, with one of the application's.
    Mapped,
    /// A code of the application already, or nothing to translate.
    Own,
    /// In neither list: the table's policy decides.
    Unlisted,
}

impl Codes {
    /// Whether the table holds a code of the site.
    pub fn listing(&self, code: &str) -> Listing {
        if self.maps.contains_key(code) {
            Listing::Mapped
        } else if is_no_code(code) || self.values.contains_key(code) {
            Listing::Own
        } else {
            Listing::Unlisted
        }
    }

    /// Whether a code, not empty nor HL7's null, stands in the table.
    pub fn holds(&self, code: &str) -> bool {
        !is_no_code(code) && self.listing(code) != Listing::Unlisted
    }

    /// The application's code for the site's; empty and HL7's null stay what they are.
    pub fn to_application<'t>(&'t self, code: &'t str) -> Result<&'t str, CodeUnlisted> {
        if is_no_code(code) {
            return Ok(code);
        }
        if let Some(mapped) = self.maps.get(code) {
            return Ok(mapped);
        }
        if self.values.contains_key(code) {
            return Ok(code);
        }
        match &self.otherwise {
            None | Some(CodeDefault::Keep) => Ok(code),
            Some(CodeDefault::Default(code)) => Ok(code),
            Some(CodeDefault::Error) => Err(CodeUnlisted),
        }
    }

    /// The site's code for the application's: what [`Codes::back`] says, else the first that maps to it,
    /// else the code itself where the site may send it. Empty and HL7's null stay what they are.
    pub fn to_site<'t>(&'t self, code: &'t str) -> Result<&'t str, CodeUnlisted> {
        if is_no_code(code) {
            return Ok(code);
        }
        if let Some(site) = self.back.get(code) {
            return Ok(site);
        }
        if let Some((site, _)) = self.maps.iter().find(|(_, mapped)| &***mapped == code) {
            return Ok(site);
        }
        // Sent as it is, it must come back as what it was.
        match self.to_application(code) {
            Ok(again) if again == code => Ok(code),
            Ok(_) | Err(CodeUnlisted) => Err(CodeUnlisted),
        }
    }
}

fn is_no_code(code: &str) -> bool {
    code.is_empty() || code == "\"\""
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::read::read;
    use super::*;

    fn codes(inner: &str) -> Codes {
        let text = format!("Profile(format: 1, name: \"a\", codes: {{\"c\": Codes({inner})}})");
        (*read(&text).expect("a profile").codes["c"]).clone()
    }

    fn check(inner: &str, code: &str, application: &str, site: &str) {
        let codes = codes(inner);
        let shown = |found: Result<&str, CodeUnlisted>| found.unwrap_or("refused").to_owned();
        assert_eq!(shown(codes.to_application(code)), application, "{inner}");
        assert_eq!(shown(codes.to_site(code)), site, "{inner}");
    }

    const SEX: &str = r#"values: {"F": "", "M": ""}, maps: {"1": "M", "2": "F", "3": "F"}"#;

    #[test]
    fn codes_go_both_ways() {
        check(SEX, "1", "M", "refused");
        check(SEX, "M", "M", "1");
        check(SEX, "F", "F", "2");
        check(SEX, "X", "X", "X");
        check(SEX, "", "", "");
        check(SEX, "\"\"", "\"\"", "\"\"");
        let back = format!("{SEX}, back: {{\"F\": \"3\"}}");
        check(&back, "F", "F", "3");
        let error = format!("{SEX}, otherwise: Error");
        check(&error, "X", "refused", "refused");
        check(&error, "M", "M", "1");
        let default = format!("{SEX}, otherwise: Default(\"M\")");
        check(&default, "X", "M", "refused");
        check(r#"values: {"A": ""}, otherwise: Error"#, "A", "A", "A");
        check(r#"otherwise: Default("U")"#, "U", "U", "U");
    }

    proptest! {
        #[test]
        fn what_goes_back_comes_again(
            maps in proptest::collection::btree_map("[a-d]", "[a-f]", 0..5),
            values in proptest::collection::btree_map("[a-f]", "", 0..3),
            otherwise in 0..3,
            code in "[a-g]",
        ) {
            let shared = |map: std::collections::BTreeMap<String, String>| {
                map.into_iter().map(|(key, value)| (key.into(), value.into())).collect()
            };
            let codes = Codes {
                values: shared(values),
                maps: shared(maps),
                otherwise: Some(match otherwise {
                    0 => CodeDefault::Keep,
                    1 => CodeDefault::Error,
                    _ => CodeDefault::Default("a".into()),
                }),
                ..Codes::default()
            };
            if let Ok(site) = codes.to_site(&code) {
                prop_assert_eq!(codes.to_application(site), Ok(&*code));
            }
        }
    }
}
