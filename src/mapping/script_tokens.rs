//! A script as its tokens, each where it stands: also of a script that is being typed and cannot be
//! read yet. Spaces are what lies between tokens; comments are tokens.

use std::ops::Range;

/// A piece of a script's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its first byte.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A name or a keyword.
    Word,
    /// A number.
    Number,
    /// A text in quotes, a character, a raw text.
    Text {
        /// Whether it has an end.
        is_closed: bool,
    },
    /// A piece of a text in backticks: up to its end or to what is computed in it.
    Template {
        /// Whether the text begins with it; else something computed stands before it.
        opens: bool,
        /// How it ends.
        ending: TemplateEnd,
    },
    /// A comment.
    Comment {
        /// Whether it has an end, which a comment of one line has always.
        is_closed: bool,
    },
    /// An operator, a bracket, a separator.
    Sign,
}

/// How a piece of a text in backticks ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateEnd {
    /// With the text.
    Whole,
    /// Before something computed: `${`.
    Computes,
    /// With the script: a backtick is missing.
    Missing,
}

/// Words of the language.
const KEYWORDS: [&str; 25] = [
    "as", "break", "catch", "const", "continue", "do", "else", "export", "false", "fn", "for",
    "if", "import", "in", "let", "loop", "private", "return", "switch", "this", "throw", "true",
    "try", "until", "while",
];

/// Words that Rhai keeps for itself: functions of its own, and what may come to mean something.
const RESERVED: [&str; 37] = [
    "Fn",
    "async",
    "await",
    "call",
    "case",
    "curry",
    "debug",
    "default",
    "eval",
    "go",
    "goto",
    "is",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "match",
    "module",
    "new",
    "nil",
    "null",
    "package",
    "print",
    "protected",
    "public",
    "shared",
    "spawn",
    "static",
    "super",
    "sync",
    "thread",
    "type_of",
    "use",
    "var",
    "void",
    "with",
    "yield",
    "global",
];

/// Signs of more than one character, the longest first.
const SIGNS: [&str; 43] = [
    "...", "..=", "**=", "<<=", ">>=", "===", "!==", "::<", "()", "..", "**", "<<", ">>", "==",
    "!=", "<=", ">=", "=>", "&&", "||", "??", "?.", "?[", "::", "+=", "-=", "*=", "/=", "%=", "&=",
    "|=", "^=", "#{", "++", "--", "->", "<-", ":=", "<|", "|>", "(*", "*)", "!.",
];

impl Token {
    /// Its text.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Its bytes.
    pub fn span(self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether it is a comment.
    pub fn is_comment(self) -> bool {
        matches!(self.kind, TokenKind::Comment { .. })
    }

    /// Whether a caret stands in it, where typing goes on in a comment or a text.
    pub fn holds(self, text: &str, at: usize) -> bool {
        let is_open = match self.kind {
            TokenKind::Text { is_closed } => !is_closed,
            TokenKind::Comment { is_closed } => !is_closed || self.of(text).starts_with("//"),
            TokenKind::Template { ending, .. } => ending == TemplateEnd::Missing,
            TokenKind::Word | TokenKind::Number | TokenKind::Sign => false,
        };
        self.start < at && (at < self.end || is_open && at == self.end)
    }
}

/// Whether a word is one of the language, not a name.
pub fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// Whether a text can name a variable or a function.
pub fn is_name(text: &str) -> bool {
    let has_letter = text.chars().any(char::is_alphabetic);
    let is_word = scan_word(text) == text.len() && !text.is_empty();
    is_word && has_letter && !KEYWORDS.contains(&text) && !RESERVED.contains(&text)
}

/// The tokens of a script, in order.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
        computing: Vec::new(),
        found: Vec::new(),
    };
    while reader.next() {}
    reader.found
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Braces that are open.
    depth: usize,
    /// How many braces were open where something computed began in a text.
    computing: Vec<usize>,
    found: Vec<Token>,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        let start = self.at;
        self.at += length;
        self.found.push(Token {
            kind,
            start,
            end: self.at,
        });
    }

    /// Reads one token; `false` at the end.
    fn next(&mut self) -> bool {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
        let blank = rest.len() - trimmed.len();
        self.at += blank;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return false;
        };
        if rest.starts_with("//") {
            let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
            self.push(TokenKind::Comment { is_closed: true }, length);
        } else if rest.starts_with("/*") {
            let (length, is_closed) = scan_block_comment(rest);
            self.push(TokenKind::Comment { is_closed }, length);
        } else if first == '"' || first == '\'' {
            let (length, is_closed) = scan_quoted(rest, first);
            self.push(TokenKind::Text { is_closed }, length);
        } else if first == '`' {
            self.template(true);
        } else if first == '}' && self.computing.last() == Some(&self.depth) {
            self.computing.pop();
            self.template(false);
        } else if let Some((length, is_closed)) = scan_raw(rest) {
            self.push(TokenKind::Text { is_closed }, length);
        } else if first.is_ascii_digit() {
            let length = scan_number(rest);
            self.push(TokenKind::Number, length);
        } else {
            match scan_word(rest) {
                0 => self.sign(),
                length => self.push(TokenKind::Word, length),
            }
        }
        true
    }

    fn template(&mut self, opens: bool) {
        let (length, ending) = scan_template(self.rest());
        if ending == TemplateEnd::Computes {
            self.computing.push(self.depth);
        }
        self.push(TokenKind::Template { opens, ending }, length);
    }

    fn sign(&mut self) {
        let rest = self.rest();
        let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
        let is_not_in = rest
            .strip_prefix("!in")
            .is_some_and(|after| !after.starts_with(is_inner));
        let length = match sign {
            _ if is_not_in => 3,
            Some(sign) => sign.len(),
            None => rest.chars().next().map_or(1, char::len_utf8),
        };
        match rest.get(..length) {
            Some("{" | "#{") => self.depth += 1,
            Some("}") => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.push(TokenKind::Sign, length);
    }
}

fn is_first(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_inner(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of the word at the start; 0 where there is none.
fn scan_word(text: &str) -> usize {
    if !text.starts_with(is_first) {
        return 0;
    }
    text.find(|c| !is_inner(c)).unwrap_or(text.len())
}

/// The length of the number at the start: digits, a point that belongs to it, an exponent.
fn scan_number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let is_based = byte(0) == b'0' && matches!(byte(1) | 0x20, b'x' | b'o' | b'b');
    if is_based {
        let digits = text.get(2..).unwrap_or_default();
        let end = digits.find(|c: char| !c.is_ascii_hexdigit() && c != '_');
        return 2 + end.unwrap_or(digits.len());
    }
    let (mut at, mut has_point, mut has_exponent) = (1, false, false);
    loop {
        match byte(at) {
            b'0'..=b'9' | b'_' => at += 1,
            b'.' if !has_point => {
                let after = text.get(at + 1..).and_then(|after| after.chars().next());
                if after.is_none_or(|c| c == '.' || is_first(c)) {
                    return at;
                }
                has_point = true;
                at += 1;
            }
            b'e' | b'E' if !has_exponent => {
                let after = byte(at + 1);
                if after.is_ascii_digit() {
                    at += 1;
                } else if matches!(after, b'+' | b'-') {
                    at += 2;
                } else {
                    return at;
                }
                (has_point, has_exponent) = (true, true);
            }
            _ => return at,
        }
    }
}

/// A text in quotes or a character. A doubled quote stands for itself; a line ends it, unless a
/// backslash stands before that.
fn scan_quoted(text: &str, quote: char) -> (usize, bool) {
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => {
                // `\` and a line end of two characters.
                if matches!(letters.next(), Some((_, '\r'))) {
                    letters.next_if(|(_, next)| *next == '\n');
                }
            }
            '\n' | '\r' => return (at, false),
            _ if letter == quote && letters.next_if(|(_, next)| *next == quote).is_none() => {
                return (at + quote.len_utf8(), true);
            }
            _ => {}
        }
    }
    (text.len(), false)
}

/// A raw text: `#"…"#`.
fn scan_raw(text: &str) -> Option<(usize, bool)> {
    let hashes = text.len() - text.trim_start_matches('#').len();
    let inner = text.get(hashes..)?.strip_prefix('"')?;
    if hashes == 0 {
        return None;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    Some(match inner.find(&end) {
        Some(at) => (hashes + 1 + at + end.len(), true),
        None => (text.len(), false),
    })
}

/// A piece of a text in backticks; its first character, a backtick or a brace, is passed.
fn scan_template(text: &str) -> (usize, TemplateEnd) {
    let mut at = 1;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("\\${") {
            at += 3;
        } else if rest.starts_with("${") {
            return (at + 2, TemplateEnd::Computes);
        } else if rest.starts_with("``") {
            at += 2;
        } else if rest.starts_with('`') {
            return (at + 1, TemplateEnd::Whole);
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    (text.len(), TemplateEnd::Missing)
}

/// A comment between `/*` and `*/`, which may hold others.
fn scan_block_comment(text: &str) -> (usize, bool) {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth = depth.saturating_sub(1);
            at += 2;
            if depth == 0 {
                return (at, true);
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    (text.len(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let found: Vec<&str> = tokens(text).iter().map(|token| token.of(text)).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn a_script_falls_into_its_tokens() {
        check(
            "let x=msg[\"PID-8\"];",
            &["let", "x", "=", "msg", "[", "\"PID-8\"", "]", ";"],
        );
        check(
            "0..9 1.5e-3 1.foo 0xFF",
            &["0", "..", "9", "1.5e-3", "1", ".", "foo", "0xFF"],
        );
        check("a!in b !inner", &["a", "!in", "b", "!", "inner"]);
        check("f() ( )", &["f", "()", "(", ")"]);
        check(
            "a/* b /* c */ d */e // f\ng",
            &["a", "/* b /* c */ d */", "e", "// f", "g"],
        );
        check(
            "'\\'' \"a\"\"b\" #\"c\"d\"#",
            &["'\\''", "\"a\"\"b\"", "#\"c\"d\"#"],
        );
        check("\"a\\\n  b\" c", &["\"a\\\n  b\"", "c"]);
        check("#{a: 1}", &["#{", "a", ":", "1", "}"]);
    }

    #[test]
    fn what_is_computed_in_a_text_is_read_as_script() {
        check(
            "`a ${f(#{b: `c ${d}`})} e`;",
            &[
                "`a ${", "f", "(", "#{", "b", ":", "`c ${", "d", "}`", "}", ")", "} e`", ";",
            ],
        );
        check("`a \\${b} ``c` d", &["`a \\${b} ``c`", "d"]);
    }

    #[test]
    fn what_is_not_finished_ends_with_its_line_or_the_script() {
        check("x = \"abc\ny", &["x", "=", "\"abc", "y"]);
        check("`a ${b", &["`a ${", "b"]);
        check("a /* b", &["a", "/* b"]);
    }

    #[test]
    fn a_name_is_a_word_that_the_language_does_not_use() {
        for (text, expect) in [
            ("sex", true),
            ("_a1", true),
            ("größe", true),
            ("if", false),
            ("match", false),
            ("1a", false),
            ("a b", false),
            ("__", false),
            ("", false),
        ] {
            assert_eq!(is_name(text), expect, "{text}");
        }
    }
}
