//! The tokens of the grammar notation with their places.

use std::ops::Range;

/// What a stretch of grammar text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A segment id or a name.
    Word(&'a str),
    /// `[`, `{`, `(` or `<`.
    Open(char),
    /// `]`, `}`, `)` or `>`.
    Close(char),
    /// The most repetitions: `..3`, `*3`, or `3` right behind a bracket; as it is written.
    Most(&'a str),
    /// `|`
    Bar,
    /// `:`
    Colon,
    /// `--- PATIENT begin` up to the end of the line; what stands behind the dashes.
    Remark(&'a str),
    /// Anything else, one character.
    Other(char),
}

/// The tokens of a text in order; blanks and line ends are left out.
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    /// Whether the token before this place was a closing bracket right here.
    behind_bracket: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            behind_bracket: false,
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (Token<'a>, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..)?;
        let blanks = rest.find(|c: char| !c.is_whitespace() && c != '\u{feff}')?;
        let start = self.at + blanks;
        let rest = self.text.get(start..)?;
        let (token, length) = token(rest, self.behind_bracket && blanks == 0)?;
        self.at = start + length;
        self.behind_bracket = matches!(token, Token::Close(_));
        Some((token, start..self.at))
    }
}

fn token(rest: &str, behind_bracket: bool) -> Option<(Token<'_>, usize)> {
    let first = rest.chars().next()?;
    let one = first.len_utf8();
    let digits_from = |from: usize| {
        let rest = rest.get(from..).unwrap_or_default();
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        (count > 0).then(|| from + count)
    };
    let most = |end: usize| Some((Token::Most(rest.get(..end)?), end));
    match first {
        '[' | '{' | '(' | '<' => Some((Token::Open(first), one)),
        ']' | '}' | ')' | '>' => Some((Token::Close(first), one)),
        '|' => Some((Token::Bar, one)),
        ':' => Some((Token::Colon, one)),
        '-' if rest.starts_with("---") => {
            let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
            let said = rest.get(..end)?.trim_start_matches('-').trim();
            Some((Token::Remark(said), end))
        }
        '.' if rest.starts_with("..") => match digits_from(2) {
            Some(end) => most(end),
            None => Some((Token::Other(first), one)),
        },
        '*' => match digits_from(1) {
            Some(end) => most(end),
            None => Some((Token::Other(first), one)),
        },
        '0'..='9' if behind_bracket => most(digits_from(0)?),
        _ if is_word(first) => {
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            Some((Token::Word(rest.get(..end)?), end))
        }
        _ => Some((Token::Other(first), one)),
    }
}

/// Whether a character can be part of a segment id or of a name.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The bracket that `close` closes.
pub(super) fn opening(close: char) -> char {
    match close {
        ']' => '[',
        '}' => '{',
        ')' => '(',
        _ => '<',
    }
}

/// The bracket that closes `open`.
pub(super) fn closing(open: char) -> char {
    match open {
        '[' => ']',
        '{' => '}',
        '(' => ')',
        _ => '>',
    }
}
