//! Finding and replacing in a text.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

/// Bytes that a compiled expression may take.
const MOST_COMPILED: usize = 1 << 20;

/// What is looked for, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindQuery {
    /// The words, or the expression.
    pub text: String,
    /// Whether capitals count.
    pub matches_case: bool,
    /// Whether only whole words count.
    pub is_word: bool,
    /// Whether the words are a regular expression.
    pub is_regex: bool,
}

/// Why an expression cannot be looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}, at character {character} of the expression")]
pub struct FindError {
    /// What is wrong.
    pub problem: String,
    /// Where, counted from 1.
    pub character: usize,
}

/// A query that can be looked for.
#[derive(Clone, Debug)]
pub struct Finder {
    regex: Regex,
    is_word: bool,
    is_regex: bool,
}

impl FindQuery {
    /// Reads the query; `None` where it asks for nothing.
    ///
    /// # Errors
    /// Where it is no regular expression.
    pub fn finder(&self) -> Result<Option<Finder>, FindError> {
        if self.text.is_empty() {
            return Ok(None);
        }
        let pattern = if self.is_regex {
            self.text.clone()
        } else {
            regex::escape(&self.text)
        };
        let regex = RegexBuilder::new(&pattern)
            .case_insensitive(!self.matches_case)
            .multi_line(true)
            .crlf(true)
            .size_limit(MOST_COMPILED)
            .build()
            .map_err(|_| self.error())?;
        Ok(Some(Finder {
            regex,
            is_word: self.is_word,
            is_regex: self.is_regex,
        }))
    }

    fn error(&self) -> FindError {
        let (problem, offset) = match regex_syntax::parse(&self.text) {
            Err(regex_syntax::Error::Parse(error)) => {
                (error.kind().to_string(), error.span().start.offset)
            }
            Err(regex_syntax::Error::Translate(error)) => {
                (error.kind().to_string(), error.span().start.offset)
            }
            Err(_) | Ok(_) => ("the expression is too large".to_owned(), 0),
        };
        let before = self.text.get(..offset).unwrap_or_default();
        FindError {
            problem,
            character: before.chars().count() + 1,
        }
    }
}

impl Finder {
    /// Where the text has it: bytes.
    pub fn find_all(&self, text: &str) -> Vec<Range<usize>> {
        let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let is_whole = |span: &Range<usize>| {
            let before = text
                .get(..span.start)
                .and_then(|text| text.chars().next_back());
            let after = text.get(span.end..).and_then(|text| text.chars().next());
            !is_letter(before) && !is_letter(after)
        };
        let found = self.regex.find_iter(text).map(|found| found.range());
        found
            .filter(|span| !span.is_empty() && (!self.is_word || is_whole(span)))
            .collect()
    }

    /// What stands in place of a stretch that was found; `$1` is what the first brackets of an
    /// expression found.
    pub fn replacement(&self, text: &str, span: &Range<usize>, with: &str) -> String {
        if !self.is_regex {
            return with.to_owned();
        }
        let mut made = String::new();
        // Looked for again where it stands, so that `^` and `\b` see what is around it.
        if let Some(found) = self.regex.captures_at(text, span.start) {
            found.expand(with, &mut made);
        }
        made
    }

    /// Replaces all that is found; how much that was.
    pub fn replace_all(&self, text: &str, with: &str) -> (String, usize) {
        let spans = self.find_all(text);
        let mut made = String::with_capacity(text.len());
        let mut from = 0;
        for span in &spans {
            made.push_str(text.get(from..span.start).unwrap_or_default());
            made.push_str(&self.replacement(text, span, with));
            from = span.end;
        }
        made.push_str(text.get(from..).unwrap_or_default());
        (made, spans.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str, how: &str) -> FindQuery {
        FindQuery {
            text: text.to_owned(),
            matches_case: how.contains('c'),
            is_word: how.contains('w'),
            is_regex: how.contains('r'),
        }
    }

    /// What is left when all that is found is replaced.
    fn check(text: &str, how: &str, find: &str, with: &str, expect: &str) {
        let finder = query(find, how)
            .finder()
            .expect("an expression")
            .expect("a query");
        assert_eq!(finder.replace_all(text, with).0, expect, "{find} in {text}");
    }

    #[test]
    fn words_are_found_as_they_are_asked_for() {
        check("Sex sex sexes", "", "sex", "x", "x x xes");
        check("Sex sex sexes", "c", "sex", "x", "Sex x xes");
        check("Sex sex sexes", "cw", "sex", "x", "Sex x sexes");
        check("a.b a+b", "", "a.b", "$1", "$1 a+b");
        check("msg[\"PID-8\"]", "w", "[\"PID-8\"]", "x", "msg[\"PID-8\"]");
    }

    #[test]
    fn an_expression_puts_in_what_its_brackets_found() {
        check(
            "PID-8 PV1-3",
            "r",
            r"(\w+)-(\d)",
            "$2 of $1",
            "8 of PID 3 of PV1",
        );
        check("a;\nb;\n", "r", "^", "x", "a;\nb;\n");
        check("a;\r\nb;\r\n", "r", ";$", "", "a\r\nb\r\n");
    }

    #[test]
    fn a_wrong_expression_tells_its_place() {
        let error = query("PID-(\\d", "r").finder().expect_err("wrong");
        assert_eq!(error.character, 5);
        assert!(error.to_string().contains("unclosed group"), "{error}");
        assert!(query("", "r").finder().expect("nothing is asked").is_none());
    }
}
