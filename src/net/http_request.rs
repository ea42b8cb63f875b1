//! A request of HTTP: whether it may bring a message, and the message in its body.

use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};

use super::header::Header;
use super::http::{Http, Media, content_type};
use super::request_note::RequestNote;
use crate::hl7::{Charset, Compression, DecompressError, decompress};

/// Room that is made for a body because its head says so; more comes as it comes.
const BELIEVED: usize = 1 << 20;

/// What the head of a request says, once it may bring a message.
#[derive(Debug)]
pub(super) struct Admitted {
    /// With which its answer is sent back.
    pub(super) media_type: String,
    /// As Content-Type names it.
    charset: Option<String>,
    is_packed: bool,
}

/// Characters of a peer's words that are repeated to it.
const QUOTED: usize = 60;

impl Admitted {
    /// Looks at the head of a request.
    pub(super) fn of(head: &Parts, http: &Http, limit: usize) -> Result<Self, RequestNote> {
        if head.uri.path() != http.path {
            let expected = http.path.clone();
            return Err(RequestNote::Path { expected });
        }
        if head.method != Method::POST {
            return Err(RequestNote::Method(quoted(head.method.as_str())));
        }
        if let Some(credentials) = &http.credentials {
            let shown = head.headers.get(AUTHORIZATION);
            if !credentials.are_shown(shown) {
                let shows_any = shown.is_some();
                return Err(RequestNote::Unauthorized { shows_any });
            }
        }
        let (media_type, charset) = content_type(head.headers.get(CONTENT_TYPE));
        let media_type = match (Media::of(&media_type), http.is_strict) {
            (Media::Hl7, _) => media_type,
            (Media::Vague, false) => http.media_type.clone(),
            (Media::Vague, true) | (Media::Other, _) => {
                return Err(RequestNote::MediaType(quoted(&media_type)));
            }
        };
        let is_packed = is_packed(&head.headers)?;
        let length = head.headers.get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.trim().parse::<u64>().ok());
        if length.is_some_and(|length| length > limit as u64) {
            return Err(RequestNote::TooLong(limit));
        }
        Ok(Self {
            media_type,
            charset,
            is_packed,
        })
    }

    /// The content of a body, unpacked.
    pub(super) fn unpacked(&self, body: Vec<u8>, limit: usize) -> Result<Vec<u8>, RequestNote> {
        if !self.is_packed {
            return Ok(body);
        }
        if Compression::of(&body) != Some(Compression::Gzip) {
            return Err(RequestNote::Packed);
        }
        match decompress(&body, limit) {
            Ok(plain) => Ok(plain.into_owned()),
            Err(DecompressError::TooLarge { .. }) => Err(RequestNote::TooLong(limit)),
            Err(DecompressError::Damaged { .. }) => Err(RequestNote::Packed),
        }
    }

    /// What is to be said of the charset that Content-Type names.
    pub(super) fn charset_note(&self, content: &[u8]) -> Option<RequestNote> {
        let name = self.charset.as_deref()?;
        let Some(charset) = Charset::from_name(name) else {
            return Some(RequestNote::UnknownCharset(quoted(name)));
        };
        let header = Header::read(content)?;
        let said = header.component(18, 1);
        let declared = Charset::from_name(said)?;
        // What is ASCII is so in both.
        let is_same = declared == charset || (declared == Charset::ASCII && content.is_ascii());
        (!is_same).then(|| RequestNote::Charset {
            header: quoted(name),
            message: quoted(said),
        })
    }
}

/// Reads a body to its end; why it cannot be, and how much of it came.
pub(super) async fn read_body(body: Incoming, limit: usize) -> Result<Vec<u8>, RequestNote> {
    let mut body = body;
    let mut content = Vec::new();
    let known = body.size_hint().exact().unwrap_or_default();
    let known = usize::try_from(known).unwrap_or(limit);
    content.reserve_exact(known.min(limit).min(BELIEVED));
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            let bytes = content.len() as u64;
            return Err(RequestNote::Unfinished { bytes });
        };
        // Trailers say nothing of a message.
        if let Ok(data) = frame.into_data() {
            if data.len() > limit.saturating_sub(content.len()) {
                return Err(RequestNote::TooLong(limit));
            }
            content.extend_from_slice(&data);
        }
    }
    if content.is_empty() {
        return Err(RequestNote::Empty);
    }
    Ok(content)
}

/// The status with which a request is refused.
pub(super) fn status(note: &RequestNote) -> StatusCode {
    note.status().unwrap_or(StatusCode::BAD_REQUEST)
}

fn is_packed(headers: &HeaderMap) -> Result<bool, RequestNote> {
    let mut is_packed = false;
    for value in headers.get_all(CONTENT_ENCODING) {
        let value = String::from_utf8_lossy(value.as_bytes())
            .trim()
            .to_ascii_lowercase();
        match value.as_str() {
            "" | "identity" => {}
            "gzip" | "x-gzip" if !is_packed => is_packed = true,
            _ => return Err(RequestNote::Encoding(quoted(&value))),
        }
    }
    Ok(is_packed)
}

/// A peer's words, on one line and not too many.
fn quoted(words: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    words.chars().map(plain).take(QUOTED).collect()
}
