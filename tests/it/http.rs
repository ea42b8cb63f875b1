//! What the tests of HTTP share: requests as raw bytes, and answers read from them.

use std::fmt;
use std::io::Read;

use pipehat::net::{Http, Layer, ListenerSettings};

use super::mllp::{self, Peer, msa};

/// What the tests listen with.
pub(super) fn settings() -> ListenerSettings {
    http(|_| {})
}

pub(super) fn http(set: impl FnOnce(&mut Http)) -> ListenerSettings {
    let mut http = Http::default();
    set(&mut http);
    ListenerSettings {
        layer: Layer::Http(http),
        ..mllp::settings()
    }
}

/// A request that brings this content.
pub(super) fn post(content: &[u8]) -> Vec<u8> {
    post_with(content, &["Content-Type: application/hl7-v2"])
}

pub(super) fn post_with(content: &[u8], headers: &[&str]) -> Vec<u8> {
    let mut request = String::from("POST / HTTP/1.1\r\nHost: a\r\n");
    for header in headers {
        request.extend([header, "\r\n"]);
    }
    request.extend([format!("Content-Length: {}\r\n\r\n", content.len())]);
    [request.as_bytes(), content].concat()
}

/// An answer, or a request, with its body.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// The first one of these bytes, which are then the rest.
    pub(super) fn take(bytes: &mut Vec<u8>) -> Self {
        Self::find(bytes).unwrap_or_else(|| panic!("no answer: {}", bytes.escape_ascii()))
    }

    /// As [`Answer::take`], if it is here as a whole.
    pub(super) fn find(bytes: &mut Vec<u8>) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap_or_default();
        let mut answer = Self {
            status,
            head,
            body: Vec::new(),
        };
        let rest = &bytes[end..];
        let length = if answer.header("transfer-encoding") == "chunked" {
            let (body, length) = unchunked(rest)?;
            answer.body = body;
            length
        } else {
            let length = answer.header("content-length").parse().unwrap_or(0);
            answer.body = rest.get(..length)?.to_vec();
            length
        };
        bytes.drain(..end + length);
        Some(answer)
    }

    pub(super) fn header(&self, name: &str) -> &str {
        let line = self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value)
        });
        line.unwrap_or_default().trim()
    }
}

/// The content of chunks, and how many bytes they took.
fn unchunked(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut at, mut content) = (0, Vec::new());
    loop {
        let line = bytes.get(at..)?.windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(&bytes[at..at + line]).ok()?;
        let size = usize::from_str_radix(size, 16).unwrap();
        at += line + 2;
        content.extend_from_slice(bytes.get(at..at + size)?);
        at += size + 2;
        bytes.get(..at)?;
        if size == 0 {
            return Some((content, at));
        }
    }
}

/// The status, and MSA or the words.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy(&self.body);
        write!(f, "{} ", self.status)?;
        match self.status {
            200 => f.write_str(&msa(&self.body)),
            _ => f.write_str(text.trim()),
        }
    }
}

/// The next answer, or request, of a peer.
pub(super) fn answer(peer: &mut Peer) -> Answer {
    next(peer).expect("an answer")
}

/// The same, if one comes before the peer closes.
pub(super) fn next(peer: &mut Peer) -> Option<Answer> {
    let mut bytes = std::mem::take(peer.unread());
    loop {
        if let Some(answer) = Answer::find(&mut bytes) {
            *peer.unread() = bytes;
            return Some(answer);
        }
        let mut chunk = [0; 8192];
        match peer.stream.read(&mut chunk).unwrap() {
            0 => {
                assert_eq!(bytes, b"", "half of it");
                return None;
            }
            count => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}
