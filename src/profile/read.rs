//! Reading a profile's RON text: bounds first, then the format number, then the document itself.
//!
//! The text is RON with two freedoms: `Some` may be left out, and the location of a source stands first
//! without a name: `From("PID-8", codes: "sex")` is read as `From(at: "PID-8", codes: "sex")`.

use std::borrow::Cow;
use std::ops::Range;

use ron::Options;
use ron::error::{Error as RonError, SpannedError};
use ron::extensions::Extensions;

use super::document::{FORMAT, Profile};
use super::positions::{line_and_column, offset_of};
use super::tokens::{Lexemes, Token};

/// The longest text that is read: 16 MiB. A profile is written by people.
pub const MAX_LENGTH_BYTES: usize = 16 * 1024 * 1024;

/// Longer messages are cut.
const MAX_MESSAGE_CHARS: usize = 300;

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
    let Some(number) = format_value(text) else {
        let at = Lexemes::new(text)
            .find(|(token, _)| !matches!(token, Token::Comment | Token::Other))
            .map_or(0, |(_, span)| span.start);
        return Err(fault(
            text,
            at,
            "this is no site profile: its format number is missing".to_owned(),
            format!("a profile begins with Profile(format: {FORMAT}, name: \"…\""),
        ));
    };
    let at = number.start;
    let written = text.get(number).unwrap_or_default();
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

/// What stands after `format:` in the outermost brackets.
fn format_value(text: &str) -> Option<Range<usize>> {
    let mut depth = 0_usize;
    // How much of `format : number` has been seen.
    let mut seen = 0;
    for (token, span) in Lexemes::new(text) {
        match token {
            Token::Open(_) => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        seen = match (token, seen) {
            (Token::Comment, seen) => seen,
            (Token::Word, 0) if depth == 1 && text.get(span.clone()) == Some("format") => 1,
            (Token::Colon, 1) => 2,
            (_, 2) => return Some(span),
            _ => 0,
        };
    }
    None
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
        RonError::Eof | RonError::ExpectedStringEnd => "close every bracket and every text",
        RonError::ExpectedComma => "separate entries by commas",
        RonError::InvalidEscape(_) => "write \\\\ for one backslash, or a raw text: r\"…\"",
        RonError::ExpectedIdentifier => "write a word here, such as From(\"PID-3.1\") or Inline(…)",
        RonError::ExpectedMapColon => "write name: value",
        RonError::ExpectedString => "write a text in quotes",
        RonError::ExpectedInteger | RonError::IntegerOutOfBounds => "write a whole number",
        RonError::ExpectedBoolean => "write true or false",
        RonError::ExpectedArray => "write a list in square brackets",
        RonError::ExpectedMap => "write name: value pairs in braces",
        RonError::ExpectedStructLike | RonError::ExpectedNamedStructLike(_) => {
            "write fields in round brackets"
        }
        RonError::TrailingCharacters => {
            "remove what stands after the closing bracket of Profile(…)"
        }
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

fn fault(text: &str, at: usize, mut message: String, help: String) -> ProfileError {
    // A message repeats what stands there, which may be anything.
    if let Some((end, _)) = message.char_indices().nth(MAX_MESSAGE_CHARS) {
        message.replace_range(end.., "…");
    }
    let (line, column) = line_and_column(text, at);
    ProfileError {
        line,
        column,
        message,
        help,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::EVERYTHING;
    use super::*;

    /// Reads a text whose fault stands where `«` does.
    fn check(marked: &str, expect: &str) {
        let text = marked.replace('«', "");
        let found = match read(&text) {
            Ok(profile) => format!("read {}", profile.name),
            Err(error) => {
                let at = offset_of(&text, error.line as usize, error.column as usize);
                let (before, after) = text.split_at(at);
                assert_eq!(format!("{before}«{after}"), marked, "{error}");
                format!("{} ({})", error.message, error.help)
            }
        };
        assert_eq!(found, expect);
    }

    fn check_messages(inner: &str, expect: &str) {
        check(
            &format!("Profile(format: 1, name: \"a\",\n  messages: [{inner}],\n)"),
            expect,
        );
    }

    #[test]
    fn only_format_and_name_must_be_there() {
        check("Profile(format: 1, name: \"a\")", "read a");
        check("(format: 1, name: \"a\",)", "read a");
        check(
            "// note\n#![enable(implicit_some)]\nProfile(name: \"a\", format: 1)",
            "read a",
        );
        check(
            "\u{feff}Profile(\r\n  format: 1,\r\n  name: \"a\")\r\n",
            "read a",
        );
        check(
            "«Profile(format: 1)",
            "the field name is missing in Profile (write name: …)",
        );
    }

    #[test]
    fn a_format_that_is_not_known_is_refused_before_anything_else() {
        check(
            "Profile(format: «2, name: [Thing(",
            "this profile is of format 2, written by a newer Pipehat (this one reads up to format 1: update Pipehat)",
        );
        check(
            "Profile(future: [(format: 1)], format: «37)",
            "this profile is of format 37, written by a newer Pipehat (this one reads up to format 1: update Pipehat)",
        );
        check(
            "Profile(format: «0, name: \"a\")",
            "the format number 0 does not exist (write format: 1)",
        );
        check(
            "Profile(format: «\"1\")",
            "the format number \"1\" does not exist (write format: 1)",
        );
        let missing = "this is no site profile: its format number is missing (a profile begins with Profile(format: 1, name: \"…\")";
        check("«", missing);
        check("// a note\n«Profile(name: \"a\")", missing);
        check("«MSH|^~\\&|", missing);
        check("«\u{0}\u{0}\u{0}", missing);
    }

    #[test]
    fn an_unknown_field_or_word_is_refused_with_those_that_are_known() {
        check(
            "Profile(format: 1, «nam: \"a\")",
            "unknown field nam in Profile (allowed: format, name, description, extends, remove, standard, syntax, severity, waivers, scripts, messages, segments, types, codes, tables)",
        );
        check_messages(
            "Message(name: \"b\", «skript: 1)",
            "unknown field skript in Message (allowed: name, before, after, identity, grammar, unknown_segments, order, rules, rows, out, script)",
        );
        check_messages(
            "«Mesage(name: \"b\")",
            "Mesage cannot stand here (write Message(…))",
        );
        check_messages(
            "Message(name: \"b\", script: «Inlin(\"x\"))",
            "unknown word Inlin (allowed: Inline, File)",
        );
        check(
            "Profile(format: 1, name: \"a\", segments: {\"ZPI\": Segment(fields: [Field(usage: «Must)])})",
            "unknown word Must (allowed: Required, RequiredOrEmpty, Conditional, Optional, Backward, NotSupported)",
        );
    }

    #[test]
    fn what_stands_twice_is_refused() {
        check(
            "Profile(format: 1, name: \"a\", «name: \"b\")",
            "the field name stands twice in Profile (remove one of the two)",
        );
        check(
            "Profile(format: 1, name: \"a\", tables: {\"t\": Table(), «\"t\": Table()})",
            "\"t\" stands here twice (rename or remove one of the two)",
        );
    }

    #[test]
    fn a_value_that_cannot_be_read_is_pointed_at() {
        check(
            "Profile(format: 1, name: \"a\", segments: {«\"ZP\": Segment()})",
            "\"ZP\" cannot be a name here (a segment is named by a capital letter and two capitals or digits, such as \"ZPI\")",
        );
        check_messages(
            "Message(name: \"b\", rows: [Rows(table: \"t\", root: «\"P-3\")])",
            "\"P-3\" cannot be read (a root is \"/\" for the message, a segment such as \"PID\", a field such as \"PID-3\" for its repetitions or a group such as \"PATIENT_RESULT\")",
        );
        check_messages(
            "Message(name: \"b\", identity: [«(at: \"MSH-9\")])",
            "the field matches is missing in Identity (write matches: …)",
        );
        check(
            "Profile(format: 1, name: \"a\"\n  «codes: {})",
            "expected comma (separate entries by commas)",
        );
        check(
            "Profile(format: 1, name: \"a\", description: \"a\\q«b\")",
            "unknown escape character (write \\\\ for one backslash, or a raw text: r\"…\")",
        );
    }

    #[test]
    fn a_source_names_its_location_or_puts_it_first() {
        let rows = |source: &str| {
            format!(
                "Message(name: \"b\", rows: [Rows(table: \"t\", root: \"/\", columns: {{{source}}})])"
            )
        };
        check_messages(
            &rows(
                "\"x\": From(\"PID-3\"), \"y\": From(at: r\"/PID-3\", codes: \"c\"), \"z\": From /* z */ ( \"PID-7\", as: Some(Date))",
            ),
            "read a",
        );
        check_messages(
            &rows("\"x\": From(\"PID-3\"), \"y\": From(\"PID-4\", «kodes: \"c\")"),
            "unknown field kodes in From (allowed: at, codes, then, default, as)",
        );
        check_messages(
            &rows("\"x\": From(\"PID-3\"), \"y\": «\"PID-4\""),
            "expected identifier (write a word here, such as From(\"PID-3.1\") or Inline(…))",
        );
        check_messages(
            &rows("\"x\": «From(codes: \"PID-3\")"),
            "the location is missing in From (write From(\"PID-3.1\"))",
        );
    }

    #[test]
    fn an_option_may_be_written_with_or_without_some() {
        check_messages(
            "Message(name: \"b\", grammar: Some(\"ADT_A01\"), script: Some(File(\"a.rhai\"))), Message(name: \"c\", grammar: None, script: Inline(r#\"x\"#))",
            "read a",
        );
    }

    #[test]
    fn a_text_of_endless_brackets_or_bytes_is_refused() {
        let depth = 200_000;
        let text = format!("Profile(format: 1, name: {}", "[".repeat(depth));
        assert!(read(&text).is_err());
        let text = format!(
            "Profile(format: 1, name: \"a\", standard: \"{}\")",
            "9".repeat(9_999)
        );
        let error = read(&text).expect_err("there is no such version");
        assert!(error.message.len() < 400, "{}", error.message.len());
        let long = format!("Profile(format: 1{}", " ".repeat(MAX_LENGTH_BYTES));
        let error = read(&long).expect_err("it is too long");
        assert!(error.message.contains("bytes"), "{error}");
    }

    #[test]
    fn windows_line_ends_do_not_change_a_script() {
        assert_eq!(read(&EVERYTHING.replace('\n', "\r\n")), read(EVERYTHING));
    }

    #[test]
    fn comments_are_seen_but_not_in_texts() {
        assert!(has_comments("Profile( // here\n)"));
        assert!(has_comments("Profile(/* here */)"));
        assert!(!has_comments(EVERYTHING));
    }

    proptest! {
        #[test]
        fn a_damaged_profile_is_read_or_refused(at in 0..EVERYTHING.len(), with in "[\"#(){}\\[\\],:r/*\\\\ a1\n]{0,3}") {
            let mut text = EVERYTHING.to_owned();
            let at = text.floor_char_boundary(at);
            let end = text.ceil_char_boundary(at + 1);
            text.replace_range(at..end, &with);
            if let Err(error) = read(&text) {
                prop_assert!(error.line >= 1 && error.column >= 1);
                prop_assert!(!error.message.is_empty() && !error.help.is_empty());
            }
        }
    }
}
