//! What an answer of HTTP says of the message that it answers.

use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION};
use hyper::http::response::Parts;

use super::answer::Answer;
use super::delivery::{Delivery, GivenBack, Unknown};
use super::exchange::Exchange;
use super::frame::{FrameNote, NoteKind};
use super::header::Header;
use super::http::{Media, content_type};
use super::http_url::HttpUrl;
use super::http_words::{HttpRefusal, HttpTrouble};
use super::sender_event::SenderNews;
use crate::hl7::{PieceKind, split};

/// Characters of a peer's words that are told.
const TOLD: usize = 200;

/// What becomes of a message that is answered so; none where its answer comes by another way.
pub(super) fn judge(head: &Parts, body: &[u8], of: &mut Exchange<'_>) -> Option<Delivery> {
    let status = head.status.as_u16();
    if let Some(encoding) = packed(&head.headers) {
        return Some(trouble(HttpTrouble::Packed(encoding)));
    }
    let content = match of.settings.marks.unframed(body) {
        Some(inner) => {
            let (at, kind) = (0, NoteKind::InBody);
            (of.tell)(SenderNews::Framing(FrameNote { at, kind }));
            inner
        }
        None => body,
    };
    if Header::read(content).is_none() {
        return Some(without_ack(head, content, of));
    }
    let mut delivery = None;
    for answer in messages(content) {
        if let Some(found) = of.judge(answer).found {
            delivery = Some(found.delivery);
            break;
        }
    }
    // A commit alone: what became of it is told by another way, if at all.
    let committed = of.waiting.commit.take().filter(|_| delivery.is_none());
    let delivery = match committed {
        Some(_) if of.memory.elsewhere.is_some() => {
            of.waiting.commit = committed;
            return None;
        }
        Some(answer) => of.delivery(answer),
        None => delivery.unwrap_or_else(|| other_answer(content, of)),
    };
    let code = match &delivery {
        Delivery::Accepted { answer, .. } => Some(answer.code),
        _ => None,
    };
    Some(match code {
        Some(code) if !head.status.is_success() => {
            trouble(HttpTrouble::Contradiction { status, code })
        }
        Some(_) | None => delivery,
    })
}

fn trouble(trouble: HttpTrouble) -> Delivery {
    Delivery::Unknown(Unknown::Http(trouble))
}

/// The messages of an answer: usually one.
fn messages(content: &[u8]) -> Vec<&[u8]> {
    let pieces = split(content);
    let messages = pieces
        .iter()
        .filter(|piece| piece.kind == PieceKind::Message);
    let found: Vec<&[u8]> = messages
        .filter_map(|piece| content.get(piece.range.clone()))
        .collect();
    if found.is_empty() {
        vec![content]
    } else {
        found
    }
}

/// An answer to an earlier message, which this request cannot have.
fn other_answer(content: &[u8], of: &Exchange<'_>) -> Delivery {
    let found = Answer::read(content).map(|answer| answer.control_id);
    Delivery::Unknown(Unknown::OtherControlId {
        expected: of.going.control_id.clone(),
        found: found.unwrap_or_default(),
    })
}

fn without_ack(head: &Parts, body: &[u8], of: &Exchange<'_>) -> Delivery {
    let status = head.status.as_u16();
    let (media, _) = content_type(head.headers.get(CONTENT_TYPE));
    match status {
        200..300 if body.trim_ascii().is_empty() && !of.going.asked.any_answer() => {
            Delivery::Unanswered { waited: None }
        }
        200..300 => trouble(HttpTrouble::NoAck {
            status,
            body: (!body.is_empty()).then(|| (what(&media), body.len() as u64)),
        }),
        // Who cannot, does not speak this version, or takes nothing at present, has taken nothing.
        300..=499 | 501 | 503 | 505 => {
            let location = head.headers.get(LOCATION);
            let location =
                location.map(|to| line(&HttpUrl::masked(&String::from_utf8_lossy(to.as_bytes()))));
            let words = (media == "text/plain").then(|| line(&String::from_utf8_lossy(body)));
            Delivery::GivenBack(GivenBack::Http(HttpRefusal {
                status,
                location: location.filter(|_| status < 400),
                words: words.filter(|words| !words.is_empty()),
            }))
        }
        _ => trouble(HttpTrouble::Failed { status }),
    }
}

/// What a body is by its media type.
fn what(media: &str) -> String {
    match Media::of(media) {
        Media::Hl7 => String::from("a body that is no HL7"),
        Media::Vague => String::from("a text"),
        Media::Other => match media {
            "text/html" | "application/xhtml+xml" => String::from("an HTML page"),
            media => format!("a body of type {}", line(media)),
        },
    }
}

fn packed(headers: &HeaderMap) -> Option<String> {
    let encoding = headers.get(CONTENT_ENCODING)?;
    let encoding = line(&String::from_utf8_lossy(encoding.as_bytes()));
    (!encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity")).then_some(encoding)
}

/// The first line of a text, and not too much of it.
fn line(text: &str) -> String {
    let first = text.trim().lines().next().unwrap_or_default();
    let plain = first.chars().filter(|c| !c.is_control());
    plain.take(TOLD).collect()
}
