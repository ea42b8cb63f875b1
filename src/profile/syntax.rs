//! How the site writes its messages, where they do not say so themselves.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use super::text_forms::from_text;
use crate::hl7::Charset;

/// How the site writes its messages, where they do not say so themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Syntax {
    /// In which charset bytes are read.
    #[serde(default)]
    pub charset: Option<SiteCharset>,
}

/// In which charset the bytes of a message are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum SiteCharset {
    /// A byte order mark, MSH-18 and the bytes themselves are asked, in this order.
    FromMsh18 {
        /// For bytes that are not UTF-8 in a message whose MSH-18 is empty.
        #[serde(deserialize_with = "charset")]
        fallback: Charset,
    },
    /// This one, whatever MSH-18 says: many systems never fill it, some fill it wrongly.
    Always(#[serde(deserialize_with = "charset")] Charset),
}

impl Default for SiteCharset {
    fn default() -> Self {
        Self::FromMsh18 {
            fallback: Charset::WINDOWS_1252,
        }
    }
}

impl SiteCharset {
    /// The charset that is taken whatever the message says.
    pub fn always(self) -> Option<Charset> {
        match self {
            Self::FromMsh18 { .. } => None,
            Self::Always(charset) => Some(charset),
        }
    }

    /// The charset of bytes that nothing is known of and that are not UTF-8.
    pub fn fallback(self) -> Charset {
        match self {
            Self::FromMsh18 { fallback } => fallback,
            Self::Always(charset) => charset,
        }
    }
}

/// As the profile writes it: `FromMsh18(fallback: "windows-1252")`.
impl fmt::Display for SiteCharset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FromMsh18 { fallback } => write!(f, "FromMsh18(fallback: \"{fallback}\")"),
            Self::Always(charset) => write!(f, "Always(\"{charset}\")"),
        }
    }
}

fn charset<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Charset, D::Error> {
    from_text::<D, Named>(deserializer).map(|named| named.0)
}

struct Named(Charset);

impl FromStr for Named {
    type Err = UnknownCharset;

    fn from_str(name: &str) -> Result<Self, UnknownCharset> {
        Charset::from_name(name).map(Self).ok_or(UnknownCharset)
    }
}

struct UnknownCharset;

impl fmt::Display for UnknownCharset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Charset::all().map(Charset::name).collect();
        write!(f, "write one of {}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::read;

    /// The charset of a profile with this `syntax`, else where and why it cannot be read.
    fn check(syntax: &str, expected: &str) {
        let text = format!("Profile(format: 1, name: \"a\", syntax: {syntax})");
        let found = match read(&text) {
            Ok(profile) => profile.charset().to_string(),
            Err(error) => format!("{}: {}", error.column, error.message),
        };
        assert_eq!(found, expected, "{syntax}");
    }

    #[test]
    fn a_charset_goes_by_any_of_its_names() {
        check("()", "FromMsh18(fallback: \"windows-1252\")");
        check("(charset: Always(\"8859/2\"))", "Always(\"ISO-8859-2\")");
        check(
            "(charset: FromMsh18(fallback: \"cp1251\"))",
            "FromMsh18(fallback: \"windows-1251\")",
        );
    }

    #[test]
    fn an_unknown_charset_is_refused_where_it_stands() {
        check(
            "(charset: Always(\"ISO-8859-99\"))",
            "56: \"ISO-8859-99\" cannot be read",
        );
    }
}
