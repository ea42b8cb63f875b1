//! What a peer answered: an acknowledgment read from its bytes, whatever message carries it.

use std::fmt;

use super::ack::AckCode;
use super::asked::{Asked, Asks};
use crate::hl7::{Segment, SegmentId, decode, parse_shared};

/// An answer with an MSA: an ACK, or a response such as ADR^A19 that carries one.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// MSA-1.
    pub code: AckCode,
    /// MSA-2 as plain text.
    pub control_id: String,
    /// MSH-9 as it stands in the answer.
    pub message_type: String,
    /// Why, in the peer's words: MSA-3 and each ERR. They may quote the message.
    pub reasons: Vec<String>,
    /// Whether the answer wants to be answered: MSH-15 asks for an accept acknowledgment.
    pub wants_commit: bool,
}

/// Why bytes answer nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// No header.
    #[error("the answer does not begin with MSH")]
    NoHeader,
    /// A message that acknowledges nothing.
    #[error("the answer is a message of type {0:?} without MSA")]
    NoMsa(String),
    /// A code that is none of the six.
    #[error("MSA-1 of the answer is {0:?}; there are AA, AE, AR, CA, CE and CR")]
    Code(String),
}

impl Answer {
    /// Reads an answer with the delimiters and the charset that it has.
    ///
    /// # Errors
    ///
    /// What acknowledges nothing.
    pub fn read(content: &[u8]) -> Result<Self, AnswerError> {
        let (message, _) = parse_shared(decode(content, None).text);
        let find = |id: &str| message.segments().find(|segment| segment.id() == id);
        let header = find("MSH").ok_or(AnswerError::NoHeader)?;
        let message_type = raw(header, 9);
        let Some(msa) = find("MSA") else {
            return Err(AnswerError::NoMsa(message_type));
        };
        let code = text(msa, 1);
        let Ok(code) = code.parse() else {
            return Err(AnswerError::Code(code));
        };
        let mut reasons = vec![text(msa, 3)];
        let errors = "ERR".parse::<SegmentId>().ok();
        for error in errors.into_iter().flat_map(|id| message.segments_named(id)) {
            reasons.push(told(error));
        }
        reasons.retain(|reason| !reason.is_empty());
        reasons.dedup();
        // Many answers say the same in MSA-3 and in ERR, and ERR says more.
        if let Some((first, others)) = reasons.split_first()
            && others.iter().any(|other| other.contains(first.as_str()))
        {
            reasons.remove(0);
        }
        let asked = Asked {
            accept: Asks::of(&raw(header, 15)),
            application: Asks::Unstated,
        };
        Ok(Self {
            code,
            control_id: text(msa, 2),
            message_type,
            reasons,
            wants_commit: matches!(asked.accept, Asks::Always | Asks::OnSuccess),
        })
    }
}

/// `AE: PID-8 is not in table 0001`
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        let mut between = ": ";
        for reason in &self.reasons {
            write!(f, "{between}{reason}")?;
            between = "; ";
        }
        Ok(())
    }
}

/// The code and how much was said; the peer's words may quote a message.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} reasons", self.code, self.reasons.len())
    }
}

fn raw(segment: Segment<'_>, field: usize) -> String {
    segment
        .field(field)
        .map_or_else(String::new, |field| field.raw().to_owned())
}

fn text(segment: Segment<'_>, field: usize) -> String {
    segment
        .field(field)
        .map_or_else(String::new, |field| field.text().trim().to_owned())
}

/// `PID-8: not in the table (103 Table value not found)`, from ERR as 2.5 has it or as older versions do.
fn told(error: Segment<'_>) -> String {
    let part = |field: usize, component: usize| {
        let found = error
            .field(field)
            .and_then(|field| field.component(component));
        found.map_or_else(String::new, |part| part.text().trim().to_owned())
    };
    let sub = |number: usize| {
        let code = error.field(1).and_then(|field| field.component(4));
        let found = code.and_then(|code| code.subcomponent(number));
        found.map_or_else(String::new, |part| part.text().trim().to_owned())
    };
    let is_new = (2..=8).any(|field| !text(error, field).is_empty());
    let at = if is_new { 2 } else { 1 };
    let mut place = part(at, 1);
    let occurrence = part(at, 2);
    if !matches!(occurrence.as_str(), "" | "0" | "1") {
        place = format!("{place}[{occurrence}]");
    }
    for (number, between) in [(3, '-'), (5, '.'), (6, '.')] {
        let step = part(at, number);
        if is_new || number == 3 {
            if step.is_empty() {
                break;
            }
            place = format!("{place}{between}{step}");
        }
    }
    let code = if is_new {
        [part(3, 1), part(3, 2)]
    } else {
        [sub(1), sub(2)]
    };
    let code = code.join(" ");
    let words = [8, 7].into_iter().map(|field| {
        if is_new {
            text(error, field)
        } else {
            String::new()
        }
    });
    let words = words
        .into_iter()
        .find(|words| !words.is_empty())
        .unwrap_or_default();
    let said = match (words.trim(), code.trim()) {
        ("", code) => code.to_owned(),
        (words, "") => words.to_owned(),
        (words, code) => format!("{words} ({code})"),
    };
    match (place.as_str(), said.as_str()) {
        ("", said) => said.to_owned(),
        (place, "") => place.to_owned(),
        (place, said) => format!("{place}: {said}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, AnswerError};
    use crate::net::{Ack, AckCode, Condition, Fresh};

    fn check(content: &[u8], expect: Result<(&str, &str, &str), &str>) {
        let found = Answer::read(content);
        let found = match &found {
            Ok(answer) => Ok((
                answer.to_string(),
                answer.control_id.clone(),
                answer.message_type.clone(),
            )),
            Err(error) => Err(error.to_string()),
        };
        let expect =
            expect.map(|(words, id, kind)| (words.to_owned(), id.to_owned(), kind.to_owned()));
        assert_eq!(
            found,
            expect.map_err(str::to_owned),
            "{}",
            content.escape_ascii()
        );
    }

    #[test]
    fn an_answer_is_found_by_its_msa() {
        check(
            b"MSH|^~\\&|||||||ACK|1|P|2.3\rMSA|AA|7\r",
            Ok(("AA", "7", "ACK")),
        );
        check(
            b"MSH|^~\\&|||||||ADR^A19|1|P|2.3\nEVN|A19\nMSA|aa|7\nQRD|1\n",
            Ok(("AA", "7", "ADR^A19")),
        );
        check(
            b"MSH#$%*@#######ACK#1#P#2.5\rMSA#AE#7*F*8#no *F* here\r",
            Ok(("AE: no # here", "7#8", "ACK")),
        );
        check(
            "MSH|^~\\&|||||||ACK|1|P|2.5||||||8859/1\rMSA|AR|7|".as_bytes(),
            Ok(("AR", "7", "ACK")),
        );
        check(
            b"MSH|^~\\&|||||||ACK|1|P|2.5||||||8859/1\rMSA|AR|7|gr\xFCn\r",
            Ok(("AR: gr\u{FC}n", "7", "ACK")),
        );
        let wide: Vec<u8> = "\u{FEFF}MSH|^~\\&|||||||ACK|1|P|2.5\rMSA|CA|7\r"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        check(&wide, Ok(("CA", "7", "ACK")));
    }

    #[test]
    fn reasons_stand_in_msa_and_err() {
        check(
            b"MSH|^~\\&|||||||ACK|1|P|2.5\rMSA|AE|7|see below\rERR||OBX^2^5^1^3^2|103^Table value not found^HL70357|E||||not in 0001\rERR||PID|101^Required field missing|E\rERR|||207|E|||stack|sorry\r",
            Ok(("AE: see below; OBX[2]-5.3.2: not in 0001 (103 Table value not found); PID: 101 Required field missing; sorry (207)", "7", "ACK")),
        );
        check(
            b"MSH|^~\\&|||||||ACK|1|P|2.3\rMSA|AE|7\rERR|PID^1^8^103&Table value not found&HL70357\r",
            Ok(("AE: PID-8: 103 Table value not found", "7", "ACK")),
        );
    }

    #[test]
    fn what_acknowledges_nothing_is_told() {
        check(b"hello", Err("the answer does not begin with MSH"));
        check(
            b"MSH|^~\\&|||||||ADT^A01|1|P|2.3\rPID|1\r",
            Err("the answer is a message of type \"ADT^A01\" without MSA"),
        );
        check(
            b"MSH|^~\\&|||||||ACK|1|P|2.3\rMSA|OK|7\r",
            Err("MSA-1 of the answer is \"OK\"; there are AA, AE, AR, CA, CE and CR"),
        );
        assert!(matches!(Answer::read(b""), Err(AnswerError::NoHeader)));
    }

    #[test]
    fn what_is_written_is_read() {
        for version in ["2.1", "2.3", "2.4", "2.5", "2.8.2"] {
            let message = format!("MSH|^~\\&|A|B|C|D|||ADT^A01|4711|P|{version}\r");
            let ack = Ack::because(AckCode::Error, "the sex is unknown")
                .at("PID[2]-8".parse().unwrap())
                .with_condition(Condition::TableValue);
            let fresh = Fresh {
                control_id: "1",
                time: "2026",
            };
            let answer = Answer::read(&ack.answer(message.as_bytes(), fresh)).unwrap();
            assert_eq!(
                (answer.code, answer.control_id.as_str()),
                (AckCode::Error, "4711")
            );
            let words = answer.to_string();
            assert!(
                words.contains("the sex is unknown") && words.contains("PID[2]-8"),
                "{version}: {words}"
            );
            assert!(!format!("{answer:?}").contains("sex"));
        }
    }
}
