//! What is otherwise than agreed about a request of HTTP, and the status that says so.

use std::fmt;

use hyper::StatusCode;

use super::words::Bytes as Counted;

/// Something that is to be known of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestNote {
    /// It goes to another path than that of the settings.
    Path {
        /// Where messages are taken.
        expected: String,
    },
    /// It is no POST.
    Method(String),
    /// It shows no credentials, or others.
    Unauthorized {
        /// Whether it shows any.
        shows_any: bool,
    },
    /// It says that it holds something else than HL7 v2.
    MediaType(String),
    /// It is packed as nobody here unpacks.
    Encoding(String),
    /// It says that it is packed by gzip, and cannot be unpacked.
    Packed,
    /// Its body is longer than may be.
    TooLong(usize),
    /// It has no body.
    Empty,
    /// It ended before its body did.
    Unfinished {
        /// Bytes of the body that had come.
        bytes: u64,
    },
    /// Content-Type names another charset than MSH-18 does; the message is taken.
    Charset {
        /// As Content-Type names it.
        header: String,
        /// As MSH-18 names it.
        message: String,
    },
    /// Content-Type names a charset that nobody here knows; the message is taken.
    UnknownCharset(String),
}

impl RequestNote {
    /// Its name in logs and reports.
    pub fn code(&self) -> &'static str {
        match self {
            RequestNote::Path { .. } => "request-path",
            RequestNote::Method(_) => "request-method",
            RequestNote::Unauthorized { .. } => "request-unauthorized",
            RequestNote::MediaType(_) => "request-media-type",
            RequestNote::Encoding(_) => "request-encoding",
            RequestNote::Packed => "request-packed",
            RequestNote::TooLong(_) => "request-too-long",
            RequestNote::Empty => "request-empty",
            RequestNote::Unfinished { .. } => "request-unfinished",
            RequestNote::Charset { .. } => "request-charset",
            RequestNote::UnknownCharset(_) => "request-charset-unknown",
        }
    }

    /// With what it is refused; none where it is taken.
    pub(super) fn status(&self) -> Option<StatusCode> {
        match self {
            RequestNote::Path { .. } => Some(StatusCode::NOT_FOUND),
            RequestNote::Method(_) => Some(StatusCode::METHOD_NOT_ALLOWED),
            RequestNote::Unauthorized { .. } => Some(StatusCode::UNAUTHORIZED),
            RequestNote::MediaType(_) | RequestNote::Encoding(_) => {
                Some(StatusCode::UNSUPPORTED_MEDIA_TYPE)
            }
            RequestNote::TooLong(_) => Some(StatusCode::PAYLOAD_TOO_LARGE),
            RequestNote::Packed | RequestNote::Empty | RequestNote::Unfinished { .. } => {
                Some(StatusCode::BAD_REQUEST)
            }
            RequestNote::Charset { .. } | RequestNote::UnknownCharset(_) => None,
        }
    }
}

/// In words, which the peer is told, too.
impl fmt::Display for RequestNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RequestNote::Path { expected } => {
                write!(f, "nobody takes messages there; they go to {expected}")
            }
            RequestNote::Method(method) => {
                write!(f, "messages are sent by POST, not by {method}")
            }
            RequestNote::Unauthorized { shows_any: false } => {
                f.write_str("credentials are asked for (basic authentication), and none were shown")
            }
            RequestNote::Unauthorized { shows_any: true } => {
                f.write_str("the credentials that were shown are others than those asked for")
            }
            RequestNote::MediaType(media) => {
                let said = if media.is_empty() { "nothing" } else { media };
                write!(
                    f,
                    "Content-Type says {said}; application/hl7-v2 or x-application/hl7-v2+er7 is expected"
                )
            }
            RequestNote::Encoding(encoding) => write!(
                f,
                "Content-Encoding {encoding} is not unpacked here; send it plain or with gzip"
            ),
            RequestNote::Packed => {
                f.write_str("Content-Encoding says gzip, and the body cannot be unpacked as such")
            }
            RequestNote::TooLong(limit) => {
                write!(f, "the body is longer than {}", Counted(*limit as u64))
            }
            RequestNote::Empty => f.write_str("the request has no body, and so no message"),
            RequestNote::Unfinished { bytes } => write!(
                f,
                "the request ended within its body, after {}; nothing of it is taken",
                Counted(*bytes)
            ),
            RequestNote::Charset { header, message } => write!(
                f,
                "Content-Type says charset {header} and MSH-18 says {message}; by HL7 over HTTP the former holds, and here the message is kept as it came"
            ),
            RequestNote::UnknownCharset(name) => {
                write!(
                    f,
                    "Content-Type names the charset {name:?}, which is not known"
                )
            }
        }
    }
}
