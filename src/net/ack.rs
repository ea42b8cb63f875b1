//! An acknowledgment: its code, its words, and its bytes as an answer to the bytes of a message.

use std::fmt;
use std::str::FromStr;

use super::header::Header;
use crate::hl7::{Charset, Delimiters, Location, Pick, decode, encode, escape};

/// MSA-1 (HL7 table 0008).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AckCode {
    /// AA: the application took it.
    Accept,
    /// AE: the application has an error to tell.
    Error,
    /// AR: the application does not take it.
    Reject,
    /// CA: it is stored.
    CommitAccept,
    /// CE: it could not be stored.
    CommitError,
    /// CR: it is of a kind that is not taken here.
    CommitReject,
}

/// What a message is answered with.
#[derive(Clone, PartialEq, Eq)]
pub struct Ack {
    /// MSA-1.
    pub code: AckCode,
    /// Why, in words: MSA-3 up to version 2.6, and ERR.
    pub text: Option<String>,
    /// What the words speak of.
    pub location: Option<Location>,
    /// What is wrong, for programs.
    pub condition: Option<Condition>,
}

/// What was wrong, by HL7 table 0357.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// 100
    SegmentSequence,
    /// 101
    RequiredFieldMissing,
    /// 102
    DataType,
    /// 103
    TableValue,
    /// 200
    MessageType,
    /// 201
    EventCode,
    /// 202
    ProcessingId,
    /// 203
    Version,
    /// 204
    UnknownKey,
    /// 205
    DuplicateKey,
    /// 206
    Locked,
    /// 207
    Internal,
}

/// What no message gives and no pure function makes.
#[derive(Clone, Copy, Debug)]
pub struct Fresh<'a> {
    /// MSH-10 of the answer.
    pub control_id: &'a str,
    /// MSH-7 of the answer.
    pub time: &'a str,
}

impl AckCode {
    /// In the order of table 0008's two modes.
    pub const ALL: [AckCode; 6] = [
        AckCode::Accept,
        AckCode::Error,
        AckCode::Reject,
        AckCode::CommitAccept,
        AckCode::CommitError,
        AckCode::CommitReject,
    ];

    /// As it stands in MSA-1.
    pub fn name(self) -> &'static str {
        match self {
            AckCode::Accept => "AA",
            AckCode::Error => "AE",
            AckCode::Reject => "AR",
            AckCode::CommitAccept => "CA",
            AckCode::CommitError => "CE",
            AckCode::CommitReject => "CR",
        }
    }

    /// AA and CA.
    pub fn is_success(self) -> bool {
        matches!(self, AckCode::Accept | AckCode::CommitAccept)
    }

    /// CA, CE and CR: about the arrival of a message, not about what became of it.
    pub fn is_commit(self) -> bool {
        self != self.application()
    }

    /// The code of the original mode that says the same.
    #[must_use]
    pub fn application(self) -> Self {
        match self {
            AckCode::Accept | AckCode::CommitAccept => AckCode::Accept,
            AckCode::Error | AckCode::CommitError => AckCode::Error,
            AckCode::Reject | AckCode::CommitReject => AckCode::Reject,
        }
    }
}

impl fmt::Display for AckCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that is none of the six codes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no acknowledgment code; there are AA, AE, AR, CA, CE and CR")]
pub struct AckCodeError(String);

impl FromStr for AckCode {
    type Err = AckCodeError;

    fn from_str(text: &str) -> Result<Self, AckCodeError> {
        let is_named = |code: &AckCode| code.name().eq_ignore_ascii_case(text.trim());
        let found = Self::ALL.into_iter().find(is_named);
        found.ok_or_else(|| AckCodeError(text.to_owned()))
    }
}

impl Condition {
    /// Its number in table 0357.
    pub fn number(self) -> u16 {
        match self {
            Condition::SegmentSequence => 100,
            Condition::RequiredFieldMissing => 101,
            Condition::DataType => 102,
            Condition::TableValue => 103,
            Condition::MessageType => 200,
            Condition::EventCode => 201,
            Condition::ProcessingId => 202,
            Condition::Version => 203,
            Condition::UnknownKey => 204,
            Condition::DuplicateKey => 205,
            Condition::Locked => 206,
            Condition::Internal => 207,
        }
    }

    /// Its words in table 0357.
    pub fn text(self) -> &'static str {
        match self {
            Condition::SegmentSequence => "Segment sequence error",
            Condition::RequiredFieldMissing => "Required field missing",
            Condition::DataType => "Data type error",
            Condition::TableValue => "Table value not found",
            Condition::MessageType => "Unsupported message type",
            Condition::EventCode => "Unsupported event code",
            Condition::ProcessingId => "Unsupported processing id",
            Condition::Version => "Unsupported version id",
            Condition::UnknownKey => "Unknown key identifier",
            Condition::DuplicateKey => "Duplicate key identifier",
            Condition::Locked => "Application record locked",
            Condition::Internal => "Application internal error",
        }
    }
}

impl Ack {
    /// A code without words.
    pub fn of(code: AckCode) -> Self {
        Self {
            code,
            text: None,
            location: None,
            condition: None,
        }
    }

    /// A code with its reason.
    pub fn because(code: AckCode, text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            ..Self::of(code)
        }
    }

    /// The same, about a place in the message.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    /// The same, with the number that programs read.
    #[must_use]
    pub fn with_condition(mut self, condition: Condition) -> Self {
        self.condition = Some(condition);
        self
    }

    /// The answer to a message, written as the message is: its delimiters, charset and version, sender and
    /// receiver changed about.
    ///
    /// What does not begin with MSH is answered, too, with HL7's usual delimiters and no MSA-2.
    pub fn answer(&self, content: &[u8], fresh: Fresh<'_>) -> Vec<u8> {
        let Some(header) = Header::read(content).filter(|header| header.id() == "MSH") else {
            let header = Header::read(b"MSH|^~\\&|||||||||P|2.5");
            let text = header.map(|header| self.text_for(&header, fresh));
            return text.unwrap_or_default().into_bytes();
        };
        let text = self.text_for(&header, fresh);
        match header.charset() {
            None if text.is_ascii() => text.into_bytes(),
            None => written(&text, decode(content, None).charset),
            Some(charset) => written(&text, charset),
        }
    }

    fn text_for(&self, header: &Header<'_>, fresh: Fresh<'_>) -> String {
        let d = header.delimiters();
        let version = Version::of(header.component(12, 1));
        let mut text = String::with_capacity(192);
        push_header(&mut text, header, version, fresh);
        let words = self.text.as_deref().map(|words| escape(words, d));
        let words = words.as_deref().unwrap_or_default();
        // Version 2.7 withdrew MSA-3.
        let in_msa = Some(words).filter(|_| version < Version(2, 7, 0));
        let fields = [
            self.code.name(),
            header.control_id(),
            in_msa.unwrap_or_default(),
        ];
        push_segment(&mut text, d, "MSA", &fields);
        text.push('\r');
        if !words.is_empty() || self.location.is_some() || self.condition.is_some() {
            self.push_error(&mut text, d, version, words);
        }
        text
    }

    /// ERR: up to version 2.4 one field of location and condition, since then a field each.
    fn push_error(&self, text: &mut String, d: &Delimiters, version: Version, words: &str) {
        let condition = self.condition.unwrap_or(Condition::Internal);
        let number = condition.number().to_string();
        let is_wrong = !self.code.is_success();
        let number = if is_wrong { number.as_str() } else { "0" };
        let means = if is_wrong {
            condition.text()
        } else {
            "Message accepted"
        };
        let at = self.location.as_ref().map(place).unwrap_or_default();
        let join = |parts: &[&str], by: char| {
            let by = by.to_string();
            let whole = parts.join(&by);
            whole.trim_end_matches(d.component).to_owned()
        };
        if version < Version(2, 5, 0) {
            let code = join(&[number, means, "HL70357"], d.subcomponent);
            let [segment, sequence, field, ..] = &at;
            let location = join(&[segment, sequence, field, &code], d.component);
            push_segment(text, d, "ERR", &[&location]);
        } else {
            let parts: Vec<&str> = at.iter().map(String::as_str).collect();
            let location = join(&parts, d.component);
            let code = join(&[number, means, "HL70357"], d.component);
            let severity = if is_wrong { "E" } else { "I" };
            push_segment(
                text,
                d,
                "ERR",
                &["", &location, &code, severity, "", "", "", words],
            );
        }
        text.push('\r');
    }
}

/// Answers to the messages of a batch in a batch of their own, which names the one that it answers.
pub(super) fn answer_batch(batch: &[u8], acks: &[u8], count: usize, fresh: Fresh<'_>) -> Vec<u8> {
    let Some(header) = Header::read(batch) else {
        return acks.to_vec();
    };
    let d = header.delimiters();
    let encoding = d.encoding_characters();
    let mut text = String::new();
    // BHS-11 is the batch's own id, BHS-12 that of the batch that it answers.
    let fields = [
        encoding.as_str(),
        header.field(5),
        header.field(6),
        header.field(3),
        header.field(4),
        fresh.time,
        "",
        "",
        "",
        fresh.control_id,
        header.field(11),
    ];
    push_segment(&mut text, d, "BHS", &fields);
    text.push('\r');
    let mut end = String::new();
    push_segment(&mut end, d, "BTS", &[&count.to_string()]);
    end.push('\r');
    let mut bytes = match header.charset() {
        Some(charset) => written(&text, charset),
        None => text.into_bytes(),
    };
    bytes.extend_from_slice(acks);
    bytes.extend_from_slice(end.as_bytes());
    bytes
}

/// The code, the condition and the place; words may quote a message.
impl fmt::Debug for Ack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(condition) = self.condition {
            write!(f, " {}", condition.number())?;
        }
        match &self.location {
            Some(location) => write!(f, " at {location}"),
            None => Ok(()),
        }
    }
}

/// `2.3.1` in its numbers; what cannot be read counts as 2.5.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Version(u32, u32, u32);

impl Version {
    fn of(text: &str) -> Self {
        let mut numbers = text.split('.').map(|part| part.trim().parse().ok());
        let mut next = || numbers.next().flatten();
        match (next(), next(), next()) {
            (Some(major), Some(minor), patch) => Self(major, minor, patch.unwrap_or(0)),
            _ => Self(2, 5, 0),
        }
    }
}

fn push_header(text: &mut String, header: &Header<'_>, version: Version, fresh: Fresh<'_>) {
    let d = header.delimiters();
    text.push_str("MSH");
    text.push(d.field);
    text.push_str(&d.encoding_characters());
    let mut kind = String::from("ACK");
    let trigger = header.component(9, 2);
    if !trigger.is_empty() {
        kind.push(d.component);
        kind.push_str(trigger);
        // The third component came with 2.3.1.
        if version >= Version(2, 3, 1) {
            kind.push(d.component);
            kind.push_str("ACK");
        }
    }
    let [asks_accept, asks_application] = match (header.field(15), header.field(16)) {
        ("", "") => ["", ""],
        // In the enhanced mode an acknowledgment is a message, too: this one wants no answer.
        _ => ["NE", "NE"],
    };
    let mut fields = vec![
        header.field(5),
        header.field(6),
        header.field(3),
        header.field(4),
        fresh.time,
        "",
        kind.as_str(),
        fresh.control_id,
        header.field(11),
        header.field(12),
        "",
        "",
        asks_accept,
        asks_application,
        "",
        header.field(18),
    ];
    while fields.last().is_some_and(|field| field.is_empty()) {
        fields.pop();
    }
    for field in fields {
        text.push(d.field);
        text.push_str(field);
    }
    text.push('\r');
}

fn push_segment(text: &mut String, d: &Delimiters, id: &str, fields: &[&str]) {
    text.push_str(id);
    let filled = fields
        .iter()
        .rposition(|field| !field.is_empty())
        .map_or(0, |last| last + 1);
    for field in fields.iter().take(filled) {
        text.push(d.field);
        text.push_str(field);
    }
}

/// Segment, which one, field, repetition, component, subcomponent.
fn place(location: &Location) -> [String; 6] {
    let pick = |pick: &Pick| match pick {
        Pick::Nth(number) => number.to_string(),
        Pick::First | Pick::Every | Pick::Where { .. } => String::from("1"),
    };
    let mut parts: [String; 6] = std::array::from_fn(|_| String::new());
    let [
        segment,
        sequence,
        field,
        repetition,
        component,
        subcomponent,
    ] = &mut parts;
    *segment = location.segment.to_string();
    *sequence = pick(&location.occurrence);
    if let Some(path) = &location.path {
        *field = path.field.to_string();
        *repetition = pick(&path.repetition);
        *component = path
            .component
            .map(|number| number.to_string())
            .unwrap_or_default();
        *subcomponent = path
            .subcomponent
            .map(|number| number.to_string())
            .unwrap_or_default();
    }
    parts
}

/// The text in a charset; a character of our own words that it does not have becomes a question mark.
fn written(text: &str, charset: Charset) -> Vec<u8> {
    match encode(text, None, charset) {
        Ok(bytes) => bytes,
        Err(error) => {
            let refused: Vec<char> = error.unencodable.iter().map(|one| one.character).collect();
            let plain = text.replace(&refused[..], "?");
            encode(&plain, None, charset).unwrap_or_else(|_| plain.into_bytes())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ack, AckCode, Condition, Fresh};

    const FRESH: Fresh<'_> = Fresh {
        control_id: "F1",
        time: "20260102030405+0000",
    };

    fn check(content: &[u8], ack: &Ack, expect: &str) {
        let answer = String::from_utf8(ack.answer(content, FRESH)).unwrap();
        assert_eq!(answer.replace('\r', "\n"), expect);
    }

    #[test]
    fn sender_and_receiver_change_places() {
        check(
            b"MSH|^~\\&|LAB|SITE^1|HIS|MAIN|20260101||ADT^A01^ADT_A01|47\\T\\11|T|2.5.1||||||8859/1\rPID|1\r",
            &Ack::of(AckCode::Accept),
            "MSH|^~\\&|HIS|MAIN|LAB|SITE^1|20260102030405+0000||ACK^A01^ACK|F1|T|2.5.1||||||8859/1\nMSA|AA|47\\T\\11\n",
        );
        check(
            b"MSH|^~\\&|LAB||||||ORU|1|P|2.3\r",
            &Ack::of(AckCode::CommitAccept),
            "MSH|^~\\&|||LAB||20260102030405+0000||ACK|F1|P|2.3\nMSA|CA|1\n",
        );
        check(
            b"MSH|^~\\&|LAB||||||ORU^R01|1|P|2.3|||AL\r",
            &Ack::of(AckCode::CommitAccept),
            "MSH|^~\\&|||LAB||20260102030405+0000||ACK^R01|F1|P|2.3|||NE|NE\nMSA|CA|1\n",
        );
    }

    #[test]
    fn an_error_tells_place_and_reason_as_its_version_does() {
        let ack = Ack::because(AckCode::Error, "PID-8: \"X|Y\" is not in table 0001")
            .at("PID-8".parse().unwrap())
            .with_condition(Condition::TableValue);
        let after = "ACK^A01^ACK|F1|P|";
        let head = "MSH|^~\\&|||||20260102030405+0000||";
        let words = "PID-8: \"X\\F\\Y\" is not in table 0001";
        let code = "103^Table value not found^HL70357";
        check(
            b"MSH|^~\\&|||||||ADT^A01|7|P|2.5\r",
            &ack,
            &format!("{head}{after}2.5\nMSA|AE|7|{words}\nERR||PID^1^8^1|{code}|E||||{words}\n"),
        );
        check(
            b"MSH|^~\\&|||||||ADT^A01|7|P|2.7\r",
            &ack,
            &format!("{head}{after}2.7\nMSA|AE|7\nERR||PID^1^8^1|{code}|E||||{words}\n"),
        );
        check(
            b"MSH|^~\\&|||||||ADT^A01|7|P|2.4\r",
            &ack,
            &format!(
                "{head}{after}2.4\nMSA|AE|7|{words}\nERR|PID^1^8^103&Table value not found&HL70357\n"
            ),
        );
    }

    #[test]
    fn other_delimiters_are_kept() {
        let ack = Ack::because(AckCode::Reject, "a#b|c").at("OBX[2]-5[3].1".parse().unwrap());
        check(
            b"MSH#$%*@#LAB#A$B###20260101##ADT$A01#7#P#2.6\r",
            &ack,
            "MSH#$%*@###LAB#A$B#20260102030405+0000##ACK$A01$ACK#F1#P#2.6\nMSA#AR#7#a*F*b|c\nERR##OBX$2$5$3$1#207$Application internal error$HL70357#E####a*F*b|c\n",
        );
    }

    #[test]
    fn what_has_no_header_is_answered_too() {
        for content in [&b"PID|1"[..], b"\xFF\xFE\0", b"BHS|^~\\&|A\r"] {
            check(
                content,
                &Ack::because(AckCode::Reject, "no MSH"),
                "MSH|^~\\&|||||20260102030405+0000||ACK|F1|P|2.5\nMSA|AR||no MSH\nERR|||207^Application internal error^HL70357|E||||no MSH\n",
            );
        }
        check(
            b"MSH",
            &Ack::of(AckCode::Error),
            "MSH|^~\\&|||||20260102030405+0000||ACK|F1\nMSA|AE\n",
        );
    }

    #[test]
    fn the_charset_of_the_message_is_kept() {
        let ack = Ack::because(AckCode::Error, "\u{FC}\u{2603}");
        let utf8 = ack.answer(
            "MSH|^~\\&|K\u{DC}HN|||||||1|P|2.5||||||UNICODE UTF-8\r".as_bytes(),
            FRESH,
        );
        let text = String::from_utf8(utf8).unwrap();
        assert!(
            text.contains("|||K\u{DC}HN|") && text.contains("\u{FC}\u{2603}"),
            "{text}"
        );
        let latin = ack.answer(b"MSH|^~\\&|K\xDCHN|||||||1|P|2.5||||||8859/1\r", FRESH);
        assert!(
            latin.windows(2).any(|two| two == b"\xFC?"),
            "{}",
            latin.escape_ascii()
        );
        assert!(
            latin.windows(4).any(|four| four == b"K\xDCHN"),
            "{}",
            latin.escape_ascii()
        );
        let wide: Vec<u8> = "\u{FEFF}MSH|^~\\&|A||||||ADT|9|P|2.5\r"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        let answer = crate::hl7::decode(&Ack::of(AckCode::Accept).answer(&wide, FRESH), None);
        assert_eq!((answer.charset.name(), answer.bom_length), ("UTF-16BE", 2));
        assert!(answer.text.ends_with("\rMSA|AA|9\r"), "{}", answer.text);
    }
}
