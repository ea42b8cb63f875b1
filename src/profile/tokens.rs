//! The lexemes of a RON text with their places, for what a value reader cannot tell: where things stand
//! and whether there are comments.

use std::ops::Range;

/// What a stretch of RON text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// An identifier.
    Word,
    /// A string, plain or raw.
    Text,
    /// A number or a character.
    Literal,
    /// `(`, `[` or `{`.
    Open(u8),
    /// `)`, `]` or `}`.
    Close,
    /// `:`
    Colon,
    /// `,`
    Comma,
    /// A line or block comment.
    Comment,
    /// Anything else, such as the `#![…]` header.
    Other,
}

/// The lexemes of a text in order; white space is left out.
pub(super) struct Lexemes<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexemes<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn end_of(&self, start: usize) -> (Token, usize) {
        let rest = self.text.get(start..).unwrap_or_default();
        let bytes = rest.as_bytes();
        // At least one whole character, whatever it is.
        let least = rest.chars().next().map_or(1, char::len_utf8);
        let simple = |token| (token, start + least);
        match bytes.first().copied().unwrap_or_default() {
            open @ (b'(' | b'[' | b'{') => simple(Token::Open(open)),
            b')' | b']' | b'}' => simple(Token::Close),
            b':' => simple(Token::Colon),
            b',' => simple(Token::Comma),
            b'"' => (Token::Text, start + quoted_length(bytes, b'"')),
            b'\'' => (Token::Literal, start + quoted_length(bytes, b'\'')),
            b'/' if bytes.starts_with(b"//") => (
                Token::Comment,
                start + rest.find('\n').unwrap_or(rest.len()),
            ),
            b'/' if bytes.starts_with(b"/*") => (Token::Comment, start + comment_length(bytes)),
            b'r' if raw_length(rest).is_some() => {
                (Token::Text, start + raw_length(rest).unwrap_or(1))
            }
            b'#' if bytes.starts_with(b"#!") => (
                Token::Other,
                start + rest.find(']').map_or(rest.len(), |end| end + 1),
            ),
            b'0'..=b'9' | b'+' | b'-' | b'.' => {
                (Token::Literal, start + word_length(rest).max(least))
            }
            first if first.is_ascii_alphabetic() || first == b'_' || !first.is_ascii() => {
                (Token::Word, start + word_length(rest).max(least))
            }
            _ => simple(Token::Other),
        }
    }
}

impl Iterator for Lexemes<'_> {
    type Item = (Token, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..)?;
        let start = self.at + rest.find(|c: char| !c.is_whitespace())?;
        let (token, end) = self.end_of(start);
        self.at = end;
        Some((token, start..end))
    }
}

/// The content of a string lexeme as far as it can be told without its escapes.
pub(super) fn plain_content(lexeme: &str) -> &str {
    let inner = lexeme.trim_start_matches('r').trim_matches('#');
    inner
        .strip_prefix('"')
        .and_then(|inner| inner.strip_suffix('"'))
        .unwrap_or(inner)
}

fn quoted_length(bytes: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            byte if byte == quote => return at + 1,
            // A lone apostrophe ends with its line, so that one typing error hides nothing else.
            b'\n' if quote == b'\'' => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn raw_length(rest: &str) -> Option<usize> {
    let hashes = rest
        .bytes()
        .skip(1)
        .take_while(|&byte| byte == b'#')
        .count();
    let opening = hashes + 2;
    if rest.as_bytes().get(hashes + 1) != Some(&b'"') {
        return None;
    }
    let closing = format!("\"{}", "#".repeat(hashes));
    let body = rest.get(opening..)?;
    Some(
        body.find(&closing)
            .map_or(rest.len(), |end| opening + end + closing.len()),
    )
}

fn comment_length(bytes: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < bytes.len() {
        let pair = bytes.get(at..at + 2).unwrap_or_default();
        match pair {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

fn word_length(rest: &str) -> usize {
    rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '+' | '-' | '#')))
        .unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[(Token, &str)]) {
        let found: Vec<_> = Lexemes::new(text)
            .map(|(token, span)| (token, &text[span]))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn brackets_and_comment_marks_in_strings_are_text() {
        check(
            r##"a: "( // \" {", r#"/* "x" ] "#"##,
            &[
                (Token::Word, "a"),
                (Token::Colon, ":"),
                (Token::Text, r#""( // \" {""#),
                (Token::Comma, ","),
                (Token::Text, r##"r#"/* "x" ] "#"##),
            ],
        );
    }

    #[test]
    fn comments_nest_and_end_where_ron_ends_them() {
        check(
            "/* a /* b */ c */ 1 // x\n)",
            &[
                (Token::Comment, "/* a /* b */ c */"),
                (Token::Literal, "1"),
                (Token::Comment, "// x"),
                (Token::Close, ")"),
            ],
        );
        check("/* open", &[(Token::Comment, "/* open")]);
    }

    #[test]
    fn a_header_and_odd_characters_are_told_apart() {
        check(
            "#![enable(implicit_some)] 'x' r#type é ~",
            &[
                (Token::Other, "#![enable(implicit_some)]"),
                (Token::Literal, "'x'"),
                (Token::Word, "r#type"),
                (Token::Word, "é"),
                (Token::Other, "~"),
            ],
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_to_its_end(text in "\\PC{0,40}|[\"r#/*\\\\'(\\n ]{0,30}") {
            let mut end = 0;
            for (_, span) in Lexemes::new(&text) {
                proptest::prop_assert!(span.start >= end && span.end > span.start);
                proptest::prop_assert!(text.get(span.clone()).is_some());
                end = span.end;
            }
        }
    }
}
