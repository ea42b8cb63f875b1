//! The first line of a message, read from its bytes without reading the rest.

use std::borrow::Cow;

use crate::hl7::{Charset, Delimiters, decode, wide_charset};

/// The fields of an MSH, BHS or FHS line, as far as an answer needs them.
///
/// A line in ASCII is read where it stands; in anything else the message is decoded first.
#[derive(Clone)]
pub struct Header<'c> {
    line: Cow<'c, str>,
    delimiters: Delimiters,
    /// Where fields stand in the line, from the second on; the first is the separator itself.
    fields: [(u32, u32); FIELDS],
    count: usize,
    /// What the message is written in, where the line is not plain ASCII bytes.
    charset: Option<Charset>,
}

/// MSH-2 to MSH-20: more than any answer asks for.
const FIELDS: usize = 19;

impl<'c> Header<'c> {
    /// The header of a message or batch; none where the bytes do not begin with one.
    pub fn read(content: &'c [u8]) -> Option<Self> {
        let blank = |byte: &u8| matches!(*byte, 0 | b' ' | b'\t' | b'\r' | b'\n');
        let first = content.iter().position(|byte| !blank(byte))?;
        let body = content.get(first..)?;
        if wide_charset(content).is_some() {
            return Self::decoded(content);
        }
        let line = memchr::memchr2(b'\r', b'\n', body).map_or(body, |end| &body[..end]);
        if !line.is_ascii() {
            return Self::decoded(content);
        }
        Self::of_line(Cow::Borrowed(std::str::from_utf8(line).ok()?), None)
    }

    fn decoded(content: &[u8]) -> Option<Self> {
        let decoded = decode(content, None);
        let text = decoded
            .text
            .trim_start_matches(['\0', ' ', '\t', '\r', '\n', '\u{FEFF}']);
        let line = text.split(['\r', '\n']).next()?.to_owned();
        Self::of_line(Cow::Owned(line), Some(decoded.charset))
    }

    fn of_line(line: Cow<'c, str>, charset: Option<Charset>) -> Option<Self> {
        let is_header = ["MSH", "BHS", "FHS"].iter().any(|id| line.starts_with(id));
        if !is_header || u32::try_from(line.len()).is_err() {
            return None;
        }
        let (delimiters, _) = Delimiters::of_header(&line);
        let mut fields = [(0, 0); FIELDS];
        let mut count = 0;
        let mut at = 3 + line.get(3..)?.chars().next().map_or(0, char::len_utf8);
        while let (Some(field), Some(rest)) = (fields.get_mut(count), line.get(at..)) {
            // Each answer looks at a header several times, nearly always one that is separated by one byte.
            let end = match u8::try_from(delimiters.field) {
                Ok(byte) if byte.is_ascii() => memchr::memchr(byte, rest.as_bytes()),
                Ok(_) | Err(_) => rest.find(delimiters.field),
            };
            let end = end.map_or(line.len(), |end| at + end);
            *field = (at as u32, end as u32);
            count += 1;
            if end == line.len() {
                break;
            }
            at = end + delimiters.field.len_utf8();
        }
        Some(Self {
            line,
            delimiters,
            fields,
            count,
            charset,
        })
    }

    /// `MSH`, `BHS` or `FHS`.
    pub fn id(&self) -> &str {
        self.line.get(..3).unwrap_or_default()
    }

    /// What the message is separated with.
    pub fn delimiters(&self) -> &Delimiters {
        &self.delimiters
    }

    /// The charset that the bytes were found to be in, where the header is not plain ASCII.
    pub fn charset(&self) -> Option<Charset> {
        self.charset
    }

    /// The raw text of a field, counted as HL7 does from 1, the separator; empty where it is not there.
    pub fn field(&self, number: usize) -> &str {
        let Some(slot) = number.checked_sub(2).filter(|slot| *slot < self.count) else {
            return "";
        };
        let field = self.fields.get(slot);
        let text = field.and_then(|(start, end)| self.line.get(*start as usize..*end as usize));
        text.unwrap_or_default()
    }

    /// The raw text of a component of the first repetition of a field, counted from 1.
    pub fn component(&self, field: usize, number: usize) -> &str {
        let field = self.field(field);
        let first = field
            .split(self.delimiters.repetition)
            .next()
            .unwrap_or_default();
        let mut components = first.split(self.delimiters.component);
        components.nth(number.saturating_sub(1)).unwrap_or_default()
    }

    /// MSH-10.
    pub fn control_id(&self) -> &str {
        self.field(10)
    }

    /// Whether the message is itself an acknowledgment, which is never acknowledged in the original mode.
    pub fn is_acknowledgment(&self) -> bool {
        matches!(self.component(9, 1), "ACK" | "MCF")
    }
}

/// Shape only: senders and ids stay where they are.
impl std::fmt::Debug for Header<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} with {} fields", self.id(), self.count + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Header;

    fn check(content: &[u8], fields: &[(usize, &str)]) {
        let header = Header::read(content).expect("a header");
        for (number, expect) in fields {
            assert_eq!(
                header.field(*number),
                *expect,
                "{number} of {}",
                content.escape_ascii()
            );
        }
    }

    #[test]
    fn fields_are_read_where_they_stand() {
        let plain = b"MSH|^~\\&|LAB|SITE A|HIS||20260101||ADT^A01^ADT_A01|4711|P|2.5.1\rPID|1\r";
        check(
            plain,
            &[
                (2, "^~\\&"),
                (3, "LAB"),
                (4, "SITE A"),
                (6, ""),
                (10, "4711"),
                (12, "2.5.1"),
            ],
        );
        check(plain, &[(0, ""), (1, ""), (13, ""), (18, ""), (400, "")]);
        let header = Header::read(plain).expect("a header");
        assert_eq!(
            (header.component(9, 2), header.component(9, 4)),
            ("A01", "")
        );
        check(b"\r\n MSH#^~\\&#LAB\nPID", &[(3, "LAB"), (4, "")]);
        check(b"MSH", &[(2, ""), (10, "")]);
        check(b"BHS|^~\\&|LAB|||||||c|77", &[(11, "77")]);
    }

    #[test]
    fn a_header_in_other_characters_is_decoded() {
        check(
            "\u{FEFF}MSH|^~\\&|LABOR|KÜHN|||||ADT^A01|9\r".as_bytes(),
            &[(4, "KÜHN"), (10, "9")],
        );
        let wide: Vec<u8> = "MSH|^~\\&|LAB||||||ADT^A01|9|P|2.5\rPID|1\r"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        check(&wide, &[(3, "LAB"), (10, "9"), (12, "2.5")]);
        check("MSH§^~\\&§LAB§".as_bytes(), &[(3, "LAB")]);
    }

    #[test]
    fn what_is_no_header_is_none() {
        for content in [
            &b""[..],
            b" \r",
            b"PID|1\rMSH|^~\\&|",
            b"msh|^~\\&|",
            b"\xFF\xFE",
        ] {
            assert!(
                Header::read(content).is_none(),
                "{}",
                content.escape_ascii()
            );
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let header = Header::read(b"MSH|^~\\&|DOE|JANE");
        assert_eq!(format!("{header:?}"), "Some(MSH with 4 fields)");
    }
}
