//! What stands at a place of a script: a variable, a function, a location, a code table.

use std::ops::Range;

use super::functions::{FUNCTIONS, Takes};
use super::script_names::{NameUse, ScriptNames, VariableKind};
use super::script_shapes::{Shape, literal};
use super::script_tokens::TokenKind;

/// Values that are followed from name to name when a code is compared with one.
const MOST_STEPS: usize = 8;

/// What stands at a place of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sense {
    /// What it is.
    pub what: Meaning,
    /// Its text.
    pub text: Box<str>,
    /// Where it stands: bytes; of what stands in quotes what is between them.
    pub span: Range<usize>,
}

/// What a name or a text in quotes means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A name.
    Name(NameUse),
    /// A variable where it is declared: an index.
    DeclaresVariable(usize),
    /// A function where it is declared: an index.
    DeclaresFunction(usize),
    /// A name behind a dot, with what stands before that.
    Member(Shape),
    /// A text in quotes.
    Text(TextMeaning),
}

/// What a text in quotes names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextMeaning {
    /// A location, in what is at hand.
    Location(Inside),
    /// A segment.
    Segment,
    /// A group.
    Group,
    /// A code table.
    Codes,
    /// A code.
    Code(CodesOf),
    /// A table.
    Table,
    /// A column of the table.
    Column(Box<str>),
    /// A function of the script.
    Function,
    /// Just a text.
    Plain,
}

/// What a location is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inside {
    /// The message: it names its segment.
    Message,
    /// A segment, by its name where that is known: `5.1`.
    Segment(Option<Box<str>>),
}

/// Which codes a text may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodesOf {
    /// Those of a code table, as they come in; what it gives stands in the same table.
    Table(Box<str>),
    /// Those of a location.
    Place(Box<str>, Inside),
}

/// The brackets of a call around a caret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallAt {
    /// The function's name.
    pub name: Box<str>,
    /// What stands before its dot, if one does.
    pub on: Option<Shape>,
    /// Which argument the caret stands in, counted from 0.
    pub argument: usize,
    /// How many there are.
    pub count: usize,
    /// The byte of the bracket.
    pub opener: usize,
}

impl ScriptNames {
    /// What stands at a byte.
    pub fn sense(&self, byte: usize) -> Option<Sense> {
        let structure = &self.structure;
        if structure.is_in_comment(byte) {
            return None;
        }
        let at = structure.at_byte(byte)?;
        let token = structure.token(at)?;
        let sense = |what, span: Range<usize>| Sense {
            what,
            text: self.text().get(span.clone()).unwrap_or_default().into(),
            span,
        };
        match token.kind {
            TokenKind::Text { is_closed } => {
                let span = token.start + 1..token.end.saturating_sub(usize::from(is_closed));
                let is_inside = span.start <= byte && byte <= span.end;
                is_inside.then(|| sense(Meaning::Text(self.text_meaning(at)), span))
            }
            TokenKind::Word => {
                let span = token.span();
                let declares = |known: &Range<usize>| *known == span;
                let variable = self.variables.iter().position(|one| declares(&one.span));
                let function = self.functions.iter().position(|one| declares(&one.span));
                let what = match (variable, function) {
                    (Some(variable), _) => Meaning::DeclaresVariable(variable),
                    (_, Some(function)) => Meaning::DeclaresFunction(function),
                    _ => match self.use_at(at)? {
                        NameUse::Property => Meaning::Member(self.shape_before(at - 2)),
                        found => Meaning::Name(found),
                    },
                };
                Some(sense(what, span))
            }
            _ => None,
        }
    }

    /// All that means something, in the order of the text.
    pub fn senses(&self) -> Vec<Sense> {
        let tokens = self.structure.tokens.iter();
        let starts = tokens.map(|token| match token.kind {
            TokenKind::Text { .. } => token.start + 1,
            _ => token.start,
        });
        let mut found: Vec<Sense> = starts.filter_map(|at| self.sense(at)).collect();
        // Between a word and a sign a place belongs to the word.
        found.dedup();
        found
    }

    /// Whether a byte stands in a comment.
    pub fn is_in_comment(&self, byte: usize) -> bool {
        self.structure.is_in_comment(byte)
    }

    /// The text in quotes in which a caret stands: what it names, its first byte, and what closes it and
    /// the brackets around it.
    pub fn open_text(&self, caret: usize) -> Option<(TextMeaning, usize, &'static str)> {
        let structure = &self.structure;
        let before = structure
            .tokens
            .partition_point(|token| token.start < caret);
        let at = before.checked_sub(1)?;
        let token = structure.token(at)?;
        let is_text = matches!(token.kind, TokenKind::Text { .. })
            && token.of(self.text()).starts_with(['"', '\'', '#']);
        if !is_text || !token.holds(self.text(), caret) {
            return None;
        }
        let is_index = matches!(structure.before(at), "[" | "?[") && structure.is_applied(at - 1);
        let closing = if is_index { "\"]" } else { "\"" };
        Some((self.text_meaning(at), token.start + 1, closing))
    }

    /// What stands before the dot of the name at a byte.
    pub fn receiver_at(&self, byte: usize) -> Option<Shape> {
        let structure = &self.structure;
        let at = structure.at_byte(byte)?;
        let dot = if structure.is_word(at) {
            at.checked_sub(1)?
        } else {
            at
        };
        let last = dot.checked_sub(1)?;
        matches!(structure.word(dot), "." | "?.").then(|| self.shape_before(last))
    }

    /// The call in whose brackets a byte stands, the innermost.
    pub fn call_at(&self, byte: usize) -> Option<CallAt> {
        let structure = &self.structure;
        let holds = |opener: &usize| {
            let end = structure
                .partner(*opener)
                .map(|end| structure.start_of(end));
            let is_unit = structure.word(*opener) == "()";
            let inside = if is_unit {
                structure.start_of(*opener) + 1 == byte
            } else {
                structure.end_byte(*opener) <= byte && end.is_none_or(|end| byte <= end)
            };
            let is_call = matches!(structure.word(*opener), "(" | "()");
            inside && is_call && structure.is_applied(*opener) && structure.is_word(opener - 1)
        };
        let before = structure.tokens.partition_point(|token| token.start < byte);
        let opener = (0..before).rev().find(holds)?;
        // A statement that ended before the caret has left its brackets behind.
        let ends = |at: &usize| structure.word(*at) == ";" && structure.around(*at) == Some(opener);
        if (opener + 1..before).any(|at| ends(&at)) {
            return None;
        }
        let name = opener - 1;
        let is_method = matches!(structure.before(name), "." | "?.") && name >= 2;
        let commas = (opener + 1..before)
            .filter(|at| structure.word(*at) == "," && structure.around(*at) == Some(opener));
        Some(CallAt {
            name: structure.word(name).into(),
            on: is_method.then(|| self.shape_before(name - 2)),
            argument: commas.count(),
            count: structure.arguments(opener).len(),
            opener: structure.start_of(opener),
        })
    }

    /// What the text in quotes at a token names.
    pub(super) fn text_meaning(&self, at: usize) -> TextMeaning {
        let structure = &self.structure;
        if let Some(source) = self.compared_with(at) {
            return self
                .codes_of(source, MOST_STEPS)
                .map_or(TextMeaning::Plain, TextMeaning::Code);
        }
        let Some(opener) = structure.around(at) else {
            return TextMeaning::Plain;
        };
        match structure.word(opener) {
            "[" | "?[" if structure.is_applied(opener) && opener + 1 == at => {
                match self.shape_before(opener - 1) {
                    Shape::Message | Shape::Output | Shape::Group(_) => {
                        TextMeaning::Location(Inside::Message)
                    }
                    Shape::Segment(id) | Shape::OutSegment(id) => {
                        TextMeaning::Location(Inside::Segment(id))
                    }
                    Shape::Row(Some(table)) => TextMeaning::Column(table),
                    _ => self.by_looks(at),
                }
            }
            "[" => match structure.before(opener) {
                "in" | "!in" if opener >= 2 => {
                    let left = structure.chain_start(opener - 2)..opener - 1;
                    self.codes_of(left, MOST_STEPS)
                        .map_or(TextMeaning::Plain, TextMeaning::Code)
                }
                _ => {
                    let call = structure.around(opener);
                    let of_list = call.filter(|call| structure.is_applied(*call));
                    let name = of_list.map_or("", |call| structure.before(call));
                    if name == "copy" {
                        TextMeaning::Location(Inside::Message)
                    } else {
                        TextMeaning::Plain
                    }
                }
            },
            "(" if structure.is_applied(opener) => self.argument_meaning(opener, at),
            _ => TextMeaning::Plain,
        }
    }

    /// A text that reads as a location where nothing is known of what it is in.
    fn by_looks(&self, at: usize) -> TextMeaning {
        let text = self.structure.literal(at).unwrap_or_default();
        match super::paths::Path::parse(&text) {
            Ok(super::paths::Path::Whole(_)) if text.contains('-') => {
                TextMeaning::Location(Inside::Message)
            }
            Ok(super::paths::Path::Inner(_)) => TextMeaning::Location(Inside::Segment(None)),
            Ok(super::paths::Path::Whole(_)) | Err(_) => TextMeaning::Plain,
        }
    }

    fn argument_meaning(&self, opener: usize, at: usize) -> TextMeaning {
        let structure = &self.structure;
        let name = structure.before(opener);
        if name == "Fn" {
            return TextMeaning::Function;
        }
        let arguments = structure.arguments(opener);
        let number = arguments.iter().position(|range| range.start == at);
        let number = number.filter(|_| structure.is_word(opener - 1));
        let is_method = opener >= 3 && matches!(structure.word(opener - 2), "." | "?.");
        let on = if is_method {
            self.shape_before(opener - 3)
        } else {
            Shape::Unknown
        };
        let inside = match &on {
            Shape::Segment(id) | Shape::OutSegment(id) => Inside::Segment(id.clone()),
            _ => Inside::Message,
        };
        let is_own = self.function(name, arguments.len()).is_some();
        let takes = FUNCTIONS.iter().filter(|row| row.name == name && !is_own);
        let takes = takes
            .map(|row| row.takes)
            .find(|takes| *takes != Takes::Nothing);
        match (takes, number) {
            (Some(Takes::Path | Takes::PathOfTwo), Some(0)) if is_method => {
                TextMeaning::Location(inside)
            }
            (Some(Takes::PathOfTwo), Some(0)) if arguments.len() > 1 => {
                TextMeaning::Location(Inside::Message)
            }
            (Some(Takes::Paths), Some(1)) => TextMeaning::Location(Inside::Message),
            (Some(Takes::PathSecond), Some(1)) => {
                let first = arguments.first().cloned().unwrap_or_default();
                TextMeaning::Location(match self.shape(first, MOST_STEPS) {
                    Shape::Segment(id) | Shape::OutSegment(id) => Inside::Segment(id),
                    _ => Inside::Message,
                })
            }
            (Some(Takes::Segment), Some(0)) => TextMeaning::Segment,
            (Some(Takes::Group), Some(0)) => TextMeaning::Group,
            (Some(Takes::Table), Some(0)) => TextMeaning::Table,
            (Some(Takes::Codes), Some(0)) => TextMeaning::Codes,
            (Some(Takes::Codes), Some(1)) => {
                let first = arguments.first().cloned().unwrap_or_default();
                let table = literal(structure, first);
                table.map_or(TextMeaning::Plain, |table| {
                    TextMeaning::Code(CodesOf::Table(table))
                })
            }
            _ => TextMeaning::Plain,
        }
    }

    /// What a text is compared with, or written to.
    fn compared_with(&self, at: usize) -> Option<Range<usize>> {
        let structure = &self.structure;
        if matches!(structure.before(at), "==" | "!=" | "=") && at >= 2 {
            return Some(structure.chain_start(at - 2)..at - 1);
        }
        let opener = structure.around(at)?;
        let is_case = matches!(structure.before(at), "{" | "," | "|" | "}");
        let last = opener
            .checked_sub(1)
            .filter(|_| structure.word(opener) == "{" && is_case)?;
        let start = structure.chain_start(last);
        (structure.before(start) == "switch").then_some(start..opener)
    }

    /// The codes that the value of a chain may be.
    fn codes_of(&self, range: Range<usize>, steps: usize) -> Option<CodesOf> {
        let structure = &self.structure;
        let steps = steps.checked_sub(1)?;
        let last = range.end.checked_sub(1)?;
        if range.len() == 1 {
            let variable = self.variable_at(structure.word(last), structure.start_of(last))?;
            let variable = self.variables.get(variable)?;
            let is_value = matches!(variable.kind, VariableKind::Let | VariableKind::Const);
            return self
                .codes_of(variable.value.clone(), steps)
                .filter(|_| is_value);
        }
        let opener = structure.partner(last).filter(|_| structure.closes(last))?;
        match structure.word(opener) {
            "[" | "?[" => {
                let text = literal(structure, opener + 1..last)?;
                match self.text_meaning(opener + 1) {
                    TextMeaning::Location(inside) => Some(CodesOf::Place(text, inside)),
                    _ => None,
                }
            }
            "(" if matches!(structure.before(opener), "codes" | "codes_back") => {
                let first = structure.arguments(opener).into_iter().next()?;
                literal(structure, first).map(CodesOf::Table)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: [&str; 3] = ["msg", "out", "rows"];

    /// `§` is the caret.
    fn check(marked: &str, expect: &TextMeaning) {
        let byte = marked.find('§').expect("a caret");
        let text = marked.replace('§', "");
        let sense = ScriptNames::of(&text, &GIVEN).sense(byte);
        let found = sense.map(|sense| sense.what);
        assert_eq!(found, Some(Meaning::Text(expect.clone())), "{marked}");
    }

    #[test]
    fn a_text_in_quotes_names_what_its_place_asks_for() {
        use TextMeaning as T;
        let whole = || T::Location(Inside::Message);
        let inside = |id: &str| T::Location(Inside::Segment(Some(id.into())));
        check("let x = msg[\"PID-§", &whole());
        check("out[\"PID-8§\"] = 1;", &whole());
        check("out.copy(msg, [\"MSH\", \"P§", &whole());
        check("warn(\"PID-19§\", \"no\")", &whole());
        check("name(msg, \"§\")", &whole());
        check("msg.is_empty(\"PI§", &whole());
        check("let v = msg.segment(\"PV1\"); v[\"3§", &inside("PV1"));
        check(
            "for o in msg.all(\"OBX\") { o.raw(\"5§\") }",
            &inside("OBX"),
        );
        check("let sex = codes(\"s§", &T::Codes);
        check(
            "codes(\"sex\", \"F§\")",
            &T::Code(CodesOf::Table("sex".into())),
        );
        check("let r = rows.add(\"§", &T::Table);
        check(
            "let r = rows.add(\"kin\"); r[\"§\"]",
            &T::Column("kin".into()),
        );
        check("for g in msg.groups(\"O§", &T::Group);
        check("order.all(\"OB§\")", &T::Segment);
        check("let text = \"plain§", &T::Plain);
        check("Fn(\"ke§\")", &T::Function);
    }

    #[test]
    fn a_text_that_is_compared_is_a_code_of_the_other_side() {
        let place = |text: &str| TextMeaning::Code(CodesOf::Place(text.into(), Inside::Message));
        check("if msg[\"PID-8\"] == \"§\" {}", &place("PID-8"));
        check("let s = msg[\"PID-8\"]; if s != \"F§\" {}", &place("PID-8"));
        check("if msg[\"PID-8\"] in [\"F\", \"§\"] {}", &place("PID-8"));
        check(
            "switch msg[\"PID-8\"] { \"F\" => 1, \"§\" => 2 }",
            &place("PID-8"),
        );
        check("out[\"PID-8\"] = \"§", &place("PID-8"));
        check(
            "codes(\"sex\", x) == \"§\"",
            &TextMeaning::Code(CodesOf::Table("sex".into())),
        );
    }

    #[test]
    fn the_call_around_a_caret_knows_its_argument() {
        let call = |marked: &str| {
            let byte = marked.find('§').expect("a caret");
            let names = ScriptNames::of(&marked.replace('§', ""), &GIVEN);
            names
                .call_at(byte)
                .map(|call| format!("{} {}", call.name, call.argument))
        };
        assert_eq!(call("pad(§").as_deref(), Some("pad 0"));
        assert_eq!(call("pad(f(1, 2), §3)").as_deref(), Some("pad 1"));
        assert_eq!(call("pad(f(1, §2), 3)").as_deref(), Some("f 1"));
        assert_eq!(call("pad(1, 2)§"), None);
        assert_eq!(call("if (§a)"), None);
        assert_eq!(call("now(§)").as_deref(), Some("now 0"));
        assert_eq!(call("let a = pad(1;\nlet b = §"), None);
    }

    #[test]
    fn comments_mean_nothing() {
        let names = ScriptNames::of("let a = 1; // msg[\"PID-8\"]\n", &GIVEN);
        assert_eq!(names.sense(20), None);
    }
}
