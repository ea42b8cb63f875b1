//! What answers of HTTP mean that hold no acknowledgment, in words.

use std::fmt;

use super::ack::AckCode;
use super::words::Bytes as Counted;

/// A message that a peer gave back by the status of HTTP.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRefusal {
    /// From 300 on.
    pub status: u16,
    /// Where a redirection leads, without credentials.
    pub location: Option<String>,
    /// The first line of what the peer says, if it says it as plain text. It may quote the message.
    pub words: Option<String>,
}

/// Why an answer of HTTP says nothing of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpTrouble {
    /// The status is one of success, and there is no acknowledgment.
    NoAck {
        /// From 200 on.
        status: u16,
        /// What the body is instead, and how long; none where there is no body.
        body: Option<(String, u64)>,
    },
    /// The peer, or somebody in between, failed.
    Failed {
        /// From 500 on.
        status: u16,
    },
    /// The acknowledgment is positive, and the status is not.
    Contradiction {
        /// From 300 on.
        status: u16,
        /// AA or CA.
        code: AckCode,
    },
    /// The body is longer than may be.
    TooLong(usize),
    /// The body is packed, which was not asked for.
    Packed(String),
    /// What came is no answer of HTTP.
    NotHttp(&'static str),
}

impl HttpRefusal {
    /// Whether the same may be taken later.
    pub fn is_passing(&self) -> bool {
        matches!(self.status, 408 | 425 | 429 | 503)
    }
}

/// What a status means to whoever sends messages.
fn meaning(status: u16) -> &'static str {
    match status {
        300..400 => "the peer sends it elsewhere, and redirections are not followed",
        400 => "the peer cannot read the request",
        401 => "the peer asks for credentials, or for others: check user and password",
        403 => "the peer knows who sends and does not let it: it has to be allowed there",
        404 | 410 => "nobody takes messages at that path: check the URL",
        405 => "nobody takes a POST at that path: check the URL",
        406 => "the peer has no answer of that content type",
        407 => "a proxy asks for credentials of its own",
        408 => "the peer waited too long for the request",
        409 => "the peer says that it does not fit what it has",
        411 => "the peer asks for a Content-Length",
        413 => "the message is longer than the peer takes",
        414 => "the URL is longer than the peer takes",
        415 => "the peer does not take this content type",
        421 => "the peer is not the one for this host: check the URL",
        422 => "the peer can read the message and not use it",
        429 => "too many requests for the peer: send fewer",
        431 => "the head of the request is longer than the peer takes",
        500 => "the peer failed",
        501 => "the peer cannot do that",
        502 => "a proxy got no answer, or no good one, from who is behind it",
        503 => "the peer takes nothing at present",
        504 => "a proxy waited in vain for who is behind it",
        505 => "the peer does not speak HTTP/1.1",
        507 => "the peer has no room left",
        511 => "the network asks to log in first",
        _ if status < 500 => "the peer refuses the request",
        _ => "the peer failed",
    }
}

impl fmt::Display for HttpRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP status {}, {}", self.status, meaning(self.status))?;
        if let Some(location) = &self.location {
            write!(f, "; it goes to {location}")?;
        }
        match &self.words {
            Some(words) => write!(f, "; in its words: {words}"),
            None => Ok(()),
        }
    }
}

/// Without the words of the peer.
impl fmt::Debug for HttpRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpRefusal({})", self.status)
    }
}

impl fmt::Display for HttpTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HttpTrouble::NoAck { status, body: None } => {
                write!(f, "HTTP status {status}, and no acknowledgment with it")
            }
            HttpTrouble::NoAck {
                status,
                body: Some((what, bytes)),
            } => write!(
                f,
                "HTTP status {status}, and {what} of {} instead of an acknowledgment",
                Counted(*bytes)
            ),
            HttpTrouble::Failed { status } => {
                write!(f, "HTTP status {status}, {}", meaning(*status))
            }
            HttpTrouble::Contradiction { status, code } => write!(
                f,
                "HTTP status {status} with {code}: the one says that it failed, the other that it did not"
            ),
            HttpTrouble::TooLong(limit) => {
                write!(f, "the answer is longer than {}", Counted(*limit as u64))
            }
            HttpTrouble::Packed(encoding) => write!(
                f,
                "the answer has Content-Encoding {encoding}, which was not asked for"
            ),
            HttpTrouble::NotHttp(what) => {
                write!(f, "what came is no answer of HTTP: the peer {what}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HttpRefusal, HttpTrouble, meaning};

    #[test]
    fn every_status_has_words_without_an_end() {
        for status in 300..600 {
            let words = meaning(status);
            assert!(!words.is_empty() && !words.ends_with('.'), "{status}");
        }
        let refusal = HttpRefusal {
            status: 404,
            location: None,
            words: Some(String::from("SECRET")),
        };
        assert_eq!(
            refusal.to_string(),
            "HTTP status 404, nobody takes messages at that path: check the URL; in its words: SECRET"
        );
        assert!(!format!("{refusal:?}").contains("SECRET"));
        assert!(!refusal.is_passing());
        let trouble = HttpTrouble::NoAck {
            status: 200,
            body: Some((String::from("an HTML page"), 1)),
        };
        assert_eq!(
            trouble.to_string(),
            "HTTP status 200, and an HTML page of 1 byte instead of an acknowledgment"
        );
    }
}
