//! Reading a profile's RON text: bounds first, then the format number, then the document itself.
//!
//! The text is RON with two freedoms: `Some` may be left out, and the location of a source stands first
//! without a name: `From("PID-8", codes: "sex")` is read as `From(at: "PID-8", codes: "sex")`.

use std::borrow::Cow;

use ron::Options;
use ron::error::{Error as RonError, SpannedError};
use ron::extensions::Extensions;

use super::document::{FORMAT, Profile};
use super::positions::{Positions, line_and_column, offset_of};
use super::tokens::{Lexemes, Token};

/// The longest text that is read: 16 MiB. A profile is written by people.
pub const MAX_LENGTH_BYTES: usize = 16 * 1024 * 1024;

/// A text that is no profile: where, what is wrong and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message} ({help})")]
pub struct ProfileError {
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// What is wrong: one sentence without a final stop.
    pub message: String,
    /// What would be right.
    pub help: String,
}

/// Reads a profile from its RON text.
///
/// # Errors
/// The first fault, with its place: a text that is too long, a `format` that this program does not
/// know, an unknown, missing or doubled field, a value that cannot be read.
pub fn read(text: &str) -> Result<Profile, ProfileError> {
    if text.len() > MAX_LENGTH_BYTES {
        let message = format!("the text has {} bytes", text.len());
        let help = format!(
            "a profile has at most {MAX_LENGTH_BYTES}; keep long scripts in files of their own"
        );
        return Err(fault(text, 0, message, help));
    }
    let text = &*with_plain_line_ends(text);
    check_format(text)?;
    // The next format turns older texts into newer ones here, one number at a time.
    read_current(text)
}

/// Whether the text has comments, which are lost when the profile is written anew.
pub fn has_comments(text: &str) -> bool {
    Lexemes::new(text).any(|(token, _)| token == Token::Comment)
}

/// The text without a byte order mark and with LF line ends: a checkout under Windows must not change
/// the scripts. An escaped `\r` in a string stays.
fn with_plain_line_ends(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.contains("\r\n") {
        Cow::Owned(text.replace("\r\n", "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Refuses a text whose format number this program does not know, whatever else it holds.
fn check_format(text: &str) -> Result<(), ProfileError> {
    let positions = Positions::new(text);
    if !positions.holds(".format") {
        let at = Lexemes::new(text)
            .find(|(token, _)| !matches!(token, Token::Comment | Token::Other))
            .map_or(0, |(_, span)| span.start);
        return Err(fault(
            text,
            at,
            "this is no site profile: its format number is missing".to_owned(),
            format!("a profile begins with Profile(format: {FORMAT}, name: \"…\""),
        ));
    }
    let at = positions.value(".format").unwrap_or_default();
    let written = Lexemes::new(text)
        .find(|(_, span)| span.start == at)
        .and_then(|(_, span)| text.get(span))
        .unwrap_or_default();
    match written.parse::<u32>() {
        Ok(FORMAT) => Ok(()),
        Ok(format) if format > FORMAT => Err(fault(
            text,
            at,
            format!("this profile is of format {format}, written by a newer Pipehat"),
            format!("this one reads up to format {FORMAT}: update Pipehat"),
        )),
        _ => Err(fault(
            text,
            at,
            format!("the format number {written} does not exist"),
            format!("write format: {FORMAT}"),
        )),
    }
}

fn read_current(text: &str) -> Result<Profile, ProfileError> {
    let named = NamedSources::new(text);
    Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME)
        .from_str(&named.text)
        .map_err(|error| explain(text, &named, &error))
}

/// What is put before the location of a source so that RON reads it as a field.
const LOCATION_NAME: &str = "at: ";

/// A text in which the location of each source is named, and where names were put in.
struct NamedSources {
    text: String,
    /// Offsets in the text as it was, ascending.
    insertions: Vec<usize>,
}

impl NamedSources {
    fn new(text: &str) -> Self {
        let mut insertions = Vec::new();
        // How much of `From ( "…"` has been seen.
        let mut seen = 0;
        for (token, span) in Lexemes::new(text) {
            seen = match (token, seen) {
                (Token::Comment, seen) => seen,
                (Token::Word, _) if text.get(span.clone()) == Some("From") => 1,
                (Token::Open(b'('), 1) => 2,
                (Token::Text, 2) => {
                    insertions.push(span.start);
                    0
                }
                _ => 0,
            };
        }
        let mut named = String::with_capacity(text.len() + insertions.len() * LOCATION_NAME.len());
        let mut copied = 0;
        for &at in &insertions {
            named.push_str(text.get(copied..at).unwrap_or_default());
            named.push_str(LOCATION_NAME);
            copied = at;
        }
        named.push_str(text.get(copied..).unwrap_or_default());
        Self {
            text: named,
            insertions,
        }
    }

    /// The offset in the text as it was.
    fn original_offset(&self, offset: usize) -> usize {
        let mut shift = 0;
        for &at in &self.insertions {
            if at + shift >= offset {
                break;
            }
            shift += LOCATION_NAME.len();
        }
        offset.saturating_sub(shift)
    }
}

fn explain(text: &str, named: &NamedSources, error: &SpannedError) -> ProfileError {
    let offset_of = |position: &ron::error::Position| {
        named.original_offset(offset_of(&named.text, position.line, position.col))
    };
    let start = offset_of(&error.span.start);
    let end = offset_of(&error.span.end).max(start);
    let (message, help) = sentence(&error.code);
    let at = match &error.code {
        RonError::MissingStructField { .. } => opening_before(text, end),
        RonError::Message(_) | RonError::InvalidValueForType { .. } => {
            last_before(text, end, |token, _| token == Token::Text)
        }
        RonError::NoSuchStructField { found, .. } | RonError::NoSuchEnumVariant { found, .. } => {
            last_before(text, end, |_, lexeme| lexeme == found)
        }
        RonError::DuplicateStructField { field, .. } => {
            last_before(text, end, |_, lexeme| lexeme == *field)
        }
        RonError::ExpectedDifferentStructName { found, .. } => {
            last_before(text, end, |_, lexeme| lexeme == found)
        }
        _ => None,
    };
    fault(text, at.unwrap_or(end), message, help)
}

/// Where the last lexeme that fits and starts before `end` starts.
fn last_before(text: &str, end: usize, fits: impl Fn(Token, &str) -> bool) -> Option<usize> {
    Lexemes::new(text)
        .take_while(|(_, span)| span.start < end.max(1))
        .filter(|(token, span)| fits(*token, text.get(span.clone()).unwrap_or_default()))
        .last()
        .map(|(_, span)| span.start)
}

/// Where the value starts whose closing bracket stands at or after `end`: its name, else its bracket.
fn opening_before(text: &str, end: usize) -> Option<usize> {
    let mut open = Vec::new();
    let mut name = None;
    for (token, span) in Lexemes::new(text) {
        match token {
            Token::Open(_) => open.push(name.take().unwrap_or(span.start)),
            Token::Close if span.end >= end => return open.pop(),
            Token::Close => {
                open.pop();
            }
            _ => {}
        }
        name = (token == Token::Word).then_some(span.start);
    }
    open.pop()
}

/// What is wrong, and what would be right.
fn sentence(error: &RonError) -> (String, String) {
    let of = |outer: &Option<String>| match outer {
        Some(outer) => format!(" in {outer}"),
        None => String::new(),
    };
    match error {
        // Our own readers write what is wrong and what would be right on two lines.
        RonError::Message(message) => match message.split_once('\n') {
            Some((message, help)) => (message.to_owned(), help.to_owned()),
            None => (lower_first(message), wanted(error).to_owned()),
        },
        RonError::NoSuchStructField {
            expected,
            found,
            outer,
        } => (
            format!("unknown field {found}{}", of(outer)),
            format!("allowed: {}", expected.join(", ")),
        ),
        RonError::NoSuchEnumVariant {
            expected, found, ..
        } => (
            format!("unknown word {found}"),
            format!("allowed: {}", expected.join(", ")),
        ),
        RonError::MissingStructField { field: "at", outer } if outer.as_deref() == Some("From") => {
            (
                "the location is missing in From".to_owned(),
                "write From(\"PID-3.1\")".to_owned(),
            )
        }
        RonError::MissingStructField { field, outer } => (
            format!("the field {field} is missing{}", of(outer)),
            format!("write {field}: …"),
        ),
        RonError::DuplicateStructField { field, outer } => (
            format!("the field {field} stands twice{}", of(outer)),
            "remove one of the two".to_owned(),
        ),
        RonError::ExpectedDifferentStructName { expected, found } => (
            format!("{found} cannot stand here"),
            format!("write {expected}(…)"),
        ),
        RonError::InvalidValueForType { expected, found } => (
            format!("{found} cannot stand here"),
            format!("write {expected}"),
        ),
        RonError::ExpectedNamedStructLike("From") => (
            "a source is expected here".to_owned(),
            "write From(\"PID-3.1\")".to_owned(),
        ),
        RonError::ExceededRecursionLimit => (
            "brackets are nested too deeply".to_owned(),
            "a profile has about ten levels".to_owned(),
        ),
        other => (lower_first(&other.to_string()), wanted(other).to_owned()),
    }
}

/// What would be right where RON's own sentence names only what it looked for.
fn wanted(error: &RonError) -> &'static str {
    match error {
        RonError::Eof | RonError::ExpectedStringEnd => "a bracket or a string is not closed",
        RonError::ExpectedComma => "separate entries by commas",
        RonError::InvalidEscape(_) => "write \\\\ for one backslash, or a raw text: r\"…\"",
        RonError::ExpectedIdentifier => "write a word here, such as Inline(…)",
        RonError::ExpectedMapColon => "write name: value",
        RonError::ExpectedString => "write a text in quotes",
        RonError::ExpectedInteger | RonError::IntegerOutOfBounds => "write a whole number",
        RonError::ExpectedBoolean => "write true or false",
        RonError::ExpectedArray => "write a list in square brackets",
        RonError::ExpectedMap => "write name: value pairs in braces",
        RonError::ExpectedStructLike | RonError::ExpectedNamedStructLike(_) => {
            "write fields in round brackets"
        }
        RonError::TrailingCharacters => "nothing stands after the closing bracket of Profile(…)",
        RonError::UnclosedBlockComment => "end the comment with */",
        _ => "check brackets, commas and quotes around here",
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(chars).collect()
    })
}

fn fault(text: &str, at: usize, message: String, help: String) -> ProfileError {
    let (line, column) = line_and_column(text, at);
    ProfileError {
        line,
        column,
        message,
        help,
    }
}
