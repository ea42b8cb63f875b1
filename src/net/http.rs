//! What two peers agree on that speak HL7 over HTTP, and the words of the wire that say it.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper::header::HeaderValue;
use subtle::ConstantTimeEq;

use crate::hl7::decode;

/// HL7 over HTTP/1.1: one POST a message, its acknowledgment in the answer.
///
/// As HAPI's specification "HL7 over HTTP" has it, whatever is acknowledged is answered with status 200, errors
/// and rejections too. An answer of HTTP is one message: where MSH-15 and MSH-16 ask for a commit and an
/// application acknowledgment, it is the latter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    /// Where messages are taken, or sent to: `/`, `/hl7/adt`. A sender may add a query.
    pub path: String,
    /// Basic authentication: what a listener asks for and a sender shows.
    pub credentials: Option<Credentials>,
    /// The Content-Type of what is sent, without its charset.
    pub media_type: String,
    /// A listener takes only media types of HL7, and no `text/plain`.
    pub is_strict: bool,
}

/// A user and a password, which are nobody's to see.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    user: String,
    password: String,
}

/// A text that holds no credentials; it is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// No colon.
    #[error("credentials are written as user:password, on one line")]
    NoColon,
    /// HTTP cannot carry them.
    #[error("credentials hold no control characters")]
    Control,
}

/// Media types that mean HL7 v2 in its own encoding, with which answers are sent back, too.
const HL7: [&str; 12] = [
    "application/hl7-v2",
    "application/hl7-v2+er7",
    "x-application/hl7-v2+er7",
    "x-application/hl7-v2",
    "application/x-hl7",
    "application/x-hl7-v2",
    "application/x-hl7-v2+er7",
    "application/hl7",
    "application/edi-hl7",
    "application/edi-hl7v2",
    "text/hl7",
    "text/x-hl7",
];

/// Media types that say nothing.
const VAGUE: [&str; 2] = ["text/plain", "application/octet-stream"];

/// How a media type is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    Hl7,
    Vague,
    Other,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            path: String::from("/"),
            credentials: None,
            media_type: String::from("application/hl7-v2"),
            is_strict: false,
        }
    }
}

impl Credentials {
    /// Reads `user:password`; blanks and line ends around them do not count.
    ///
    /// # Errors
    ///
    /// A text without a colon, or with control characters.
    pub fn read(text: &str) -> Result<Self, CredentialsError> {
        let (user, password) = text
            .trim()
            .split_once(':')
            .ok_or(CredentialsError::NoColon)?;
        Self::new(user, password)
    }

    /// A user, without a colon, and a password.
    ///
    /// # Errors
    ///
    /// Control characters, a colon in the user.
    pub fn new(user: &str, password: &str) -> Result<Self, CredentialsError> {
        if user.contains(':') {
            return Err(CredentialsError::NoColon);
        }
        if user.chars().chain(password.chars()).any(char::is_control) {
            return Err(CredentialsError::Control);
        }
        Ok(Self {
            user: user.to_owned(),
            password: password.to_owned(),
        })
    }

    /// What a sender writes behind `Authorization:`.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        let pair = BASE64_STANDARD.encode(format!("{}:{}", self.user, self.password));
        let mut value = HeaderValue::from_str(&format!("Basic {pair}")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Whether a peer shows them; how long that takes says nothing of what is wrong.
    pub(super) fn are_shown(&self, header: Option<&HeaderValue>) -> bool {
        let shown = header.map_or(&b""[..], HeaderValue::as_bytes);
        let pair = match shown.split_at_checked(6) {
            Some((scheme, pair)) if scheme.eq_ignore_ascii_case(b"Basic ") => pair.trim_ascii(),
            Some(_) | None => b"",
        };
        let pair = BASE64_STANDARD.decode(pair).unwrap_or_default();
        let expected = format!("{}:{}", self.user, self.password);
        pair.ct_eq(expected.as_bytes()).into()
    }
}

/// Neither of both.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

impl Media {
    /// A media type without its parameters; one that does not stand there says nothing.
    pub(super) fn of(name: &str) -> Self {
        let is_in = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        if is_in(&HL7) {
            Media::Hl7
        } else if name.is_empty() || is_in(&VAGUE) {
            Media::Vague
        } else {
            Media::Other
        }
    }
}

/// A Content-Type in its parts: the media type, and the charset where it names one.
pub(super) fn content_type(header: Option<&HeaderValue>) -> (String, Option<String>) {
    let text = header.map_or(&b""[..], HeaderValue::as_bytes);
    let text = String::from_utf8_lossy(text);
    let mut parts = text.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default().to_ascii_lowercase();
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let value = value.trim().trim_matches('"');
        let is_it = name.trim().eq_ignore_ascii_case("charset") && !value.is_empty();
        is_it.then(|| value.to_owned())
    });
    (media, charset)
}

/// The Content-Type of a content, with the charset that it is in.
pub(super) fn content_type_of(media: &str, content: &[u8]) -> Option<HeaderValue> {
    // What is ASCII is UTF-8, too, which the specification asks for.
    let charset = if content.is_ascii() {
        "utf-8"
    } else {
        decode(content, None).charset.name()
    };
    HeaderValue::from_str(&format!(
        "{media}; charset={}",
        charset.to_ascii_lowercase()
    ))
    .ok()
}

#[cfg(test)]
mod tests {
    use super::{Credentials, CredentialsError, HeaderValue, Media, content_type, content_type_of};

    #[test]
    fn only_the_right_credentials_are_right() {
        let credentials = Credentials::read(" lab:open:sesame\n").unwrap();
        assert_eq!(format!("{credentials:?}"), "Credentials");
        let own = credentials.header().unwrap();
        assert_eq!(own.to_str().unwrap(), "Basic bGFiOm9wZW46c2VzYW1l");
        assert!(!format!("{own:?}").contains("bGFi"));
        assert!(credentials.are_shown(Some(&own)));
        for (shown, expect) in [
            ("basic  bGFiOm9wZW46c2VzYW1l", true),
            ("Basic bGFiOm9wZW4=", false),
            ("Bearer bGFiOm9wZW46c2VzYW1l", false),
            ("Basic !", false),
            ("Basic", false),
            ("", false),
        ] {
            let shown = HeaderValue::from_str(shown).unwrap();
            assert_eq!(credentials.are_shown(Some(&shown)), expect, "{shown:?}");
        }
        assert!(!credentials.are_shown(None));
        assert_eq!(Credentials::read("lab"), Err(CredentialsError::NoColon));
        assert_eq!(Credentials::read("a:b\nc"), Err(CredentialsError::Control));
    }

    #[test]
    fn a_content_type_has_a_media_type_and_a_charset() {
        for (text, media, charset, kind) in [
            ("application/hl7-v2", "application/hl7-v2", None, Media::Hl7),
            (
                "X-Application/HL7-v2+ER7; charset=\"UTF-8\"",
                "x-application/hl7-v2+er7",
                Some("UTF-8"),
                Media::Hl7,
            ),
            (
                "text/plain;format=flowed; Charset=latin1",
                "text/plain",
                Some("latin1"),
                Media::Vague,
            ),
            ("application/json", "application/json", None, Media::Other),
            ("; charset=", "", None, Media::Vague),
        ] {
            let header = HeaderValue::from_str(text).unwrap();
            let (found, said) = content_type(Some(&header));
            assert_eq!(
                (found.as_str(), said.as_deref()),
                (media, charset),
                "{text}"
            );
            assert_eq!(Media::of(&found), kind, "{text}");
        }
        assert_eq!(content_type(None), (String::new(), None));
    }

    #[test]
    fn the_charset_is_that_of_the_bytes() {
        let of = |content: &[u8]| {
            let value = content_type_of("text/hl7", content).unwrap();
            value.to_str().unwrap().to_owned()
        };
        assert_eq!(of(b"MSH|^~\\&|LAB\r"), "text/hl7; charset=utf-8");
        assert_eq!(of("MSH|^~\\&|KÜHN\r".as_bytes()), "text/hl7; charset=utf-8");
        let latin = b"MSH|^~\\&|K\xDCHN||||||ADT^A01|1|P|2.5||||||8859/1\r";
        assert_eq!(of(latin), "text/hl7; charset=iso-8859-1");
    }
}
