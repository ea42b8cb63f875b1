//! The bytes of a sheet as text: Excel writes UTF-8 with or without a mark, UTF-16, or Windows-1252.

use std::sync::Arc;

use crate::hl7::{Charset, decode};

/// A sheet as text, and how it was read where that is worth a word.
#[derive(Clone)]
pub struct SheetText {
    /// The text, without a byte order mark.
    pub text: Arc<str>,
    /// What a person should know of how the bytes were read, as a sentence.
    pub note: Option<String>,
}

impl SheetText {
    /// Reads bytes by their byte order mark, else as UTF-8, else as Windows-1252.
    pub fn of(bytes: &[u8]) -> Self {
        let decoded = decode(bytes, None);
        let is_plain = matches!(decoded.charset, Charset::UTF_8 | Charset::ASCII);
        let note = (!is_plain && decoded.bom_length == 0).then(|| {
            format!(
                "the sheet is no UTF-8 and was read as {}: look at its letters with accents",
                decoded.charset
            )
        });
        Self {
            text: decoded.text,
            note,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expect: &str, is_noted: bool) {
        let sheet = SheetText::of(bytes);
        assert_eq!(&*sheet.text, expect);
        assert_eq!(sheet.note.is_some(), is_noted, "{:?}", sheet.note);
    }

    #[test]
    fn sheets_are_read_in_the_charsets_that_excel_writes() {
        check("a;ü\r\n".as_bytes(), "a;ü\r\n", false);
        check("\u{feff}a;ü\r\n".as_bytes(), "a;ü\r\n", false);
        check(b"a;\xFC\r\n", "a;ü\r\n", true);
        check(b"\xFF\xFEa\0\t\0\xFC\0\r\0\n\0", "a\tü\r\n", false);
        check(b"a,b\r\n", "a,b\r\n", false);
        check(b"", "", false);
    }
}
