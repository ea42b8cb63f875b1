//! What can be written at a caret of a script.

use std::collections::BTreeSet;
use std::ops::Range;

use super::fitting::fit;
use super::script_scene::{ScriptScene, given_words, methods};
use crate::grammar::NodeKind;
use crate::mapping::{CodesOf, FunctionDoc, LanguageFunction, Receiver, Shape, TextMeaning};

/// So many suggestions are given; who wants others types on.
const MOST: usize = 400;

/// Characters shown of a variable's value.
const MOST_SHOWN: usize = 40;

/// One thing that can be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suggestion {
    /// What is written in place of what was typed.
    pub text: String,
    /// What it is: a name, a value, a signature.
    pub detail: String,
    /// What it does, where one line is not enough.
    pub help: String,
    /// Whether more is written after it, so that nothing is closed and the next suggestions follow.
    pub goes_on: bool,
}

/// What can be written at one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suggestions {
    /// The bytes that are replaced, up to the caret.
    pub typed: Range<usize>,
    /// The best first.
    pub list: Vec<Suggestion>,
    /// What follows what is written, unless it stands there already.
    pub closing: &'static str,
    /// Whether they are shown while typing; else only when they are asked for.
    pub is_eager: bool,
}

impl Suggestion {
    pub(super) fn new(text: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            detail: detail.into(),
            ..Self::default()
        }
    }
}

impl ScriptScene<'_> {
    /// What can be written at a caret: a byte of the script.
    pub fn suggestions(&self, caret: usize) -> Suggestions {
        let names = self.names;
        if names.is_in_comment(caret) {
            return Suggestions::default();
        }
        if let Some((meaning, start, closing)) = names.open_text(caret) {
            return self.in_text(&meaning, start..caret, closing);
        }
        let text = names.text();
        let before = text.get(..caret).unwrap_or_default();
        let word = before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
        let typed = word.len()..caret;
        if word.len() < caret
            && before
                .get(word.len()..)
                .is_some_and(|typed| typed.starts_with(|c: char| c.is_ascii_digit()))
        {
            return Suggestions::default();
        }
        let receiver = names.receiver_at(caret);
        let is_eager = receiver.is_some();
        let list = match receiver {
            Some(on) => self.members(&on),
            None => self.plain(caret),
        };
        Suggestions {
            list: best(list, before.get(typed.clone()).unwrap_or_default()),
            typed,
            closing: "",
            is_eager,
        }
    }

    fn in_text(
        &self,
        meaning: &TextMeaning,
        typed: Range<usize>,
        closing: &'static str,
    ) -> Suggestions {
        let words = self.names.text().get(typed.clone()).unwrap_or_default();
        let (list, is_eager) = match meaning {
            TextMeaning::Location(inside) => {
                let takes_segment = closing != "\"]";
                (self.locations(words, inside, takes_segment), true)
            }
            TextMeaning::Segment => (best(self.segments(), words), true),
            TextMeaning::Group => (best(self.groups(), words), true),
            TextMeaning::Codes => (best(self.code_tables(), words), true),
            TextMeaning::Code(of) => (best(self.codes_to_choose(of), words), true),
            TextMeaning::Table => (best(self.tables(), words), true),
            TextMeaning::Column(table) => (best(self.columns(table), words), true),
            TextMeaning::Function => {
                let own = self.names.functions.iter();
                let own = own.map(|one| Suggestion::new(&*one.name, one.signature()));
                (best(own.collect(), words), true)
            }
            TextMeaning::Plain => (Vec::new(), false),
        };
        Suggestions {
            typed,
            list,
            closing,
            is_eager,
        }
    }

    /// What can stand behind the dot of a value.
    fn members(&self, on: &Shape) -> Vec<Suggestion> {
        let columns = match on {
            Shape::Row(Some(table)) => self.columns(table),
            _ => Vec::new(),
        };
        let own = methods(on).map(of_mapping);
        let of_language = self.language_methods(on).map(of_language);
        columns.into_iter().chain(own).chain(of_language).collect()
    }

    /// What can stand where a statement or a value begins.
    fn plain(&self, caret: usize) -> Vec<Suggestion> {
        let names = self.names;
        let variables = names.seen_at(caret).into_iter().filter_map(|index| {
            let variable = names.variables.get(index)?;
            Some(Suggestion::new(&*variable.name, self.variable_words(index)))
        });
        let is_in_function = names.functions.iter().any(|one| one.body.contains(&caret));
        let given = self.given().iter().filter(|_| !is_in_function);
        let given = given.map(|name| Suggestion::new(*name, given_words(name)));
        let own = names.functions.iter().map(|function| Suggestion {
            text: call(&function.name, function.parameters.is_empty()),
            detail: function.signature(),
            help: function.words.clone(),
            goes_on: false,
        });
        let is_plain = |row: &&FunctionDoc| {
            matches!(row.receiver, Receiver::Nothing | Receiver::Text)
                && row.name.starts_with(char::is_alphabetic)
        };
        let of_mapping = crate::mapping::FUNCTIONS
            .iter()
            .filter(is_plain)
            .map(of_mapping);
        let words = [
            ("let", "declares a variable"),
            ("if", "does something where a condition holds"),
            ("else", "does something where it does not"),
            ("for", "goes through a list: for x in list { … }"),
            ("while", "repeats while a condition holds"),
            (
                "switch",
                "chooses by a value: switch x { \"A\" => …, _ => … }",
            ),
            ("fn", "declares a function: fn name(a) { … }"),
            ("return", "leaves the function with a value"),
            ("true", ""),
            ("false", ""),
            ("this", "what a function is called on"),
        ];
        let words = words.map(|(word, detail)| Suggestion::new(word, detail));
        variables
            .chain(given)
            .chain(own)
            .chain(of_mapping)
            .chain(words)
            .collect()
    }

    /// What a variable is and what it held last.
    pub(super) fn variable_words(&self, index: usize) -> String {
        let shape = self.names.shape_of_variable(index).words();
        let value = self.value_of(index).map(|value| value.shown(MOST_SHOWN));
        match value {
            Some(value) if shape.is_empty() => value,
            Some(value) => format!("{shape} · {value}"),
            None => shape,
        }
    }

    fn codes_to_choose(&self, of: &CodesOf) -> Vec<Suggestion> {
        let codes = self.codes(of).into_iter();
        codes
            .map(|code| Suggestion::new(code.code, code.words))
            .collect()
    }

    fn code_tables(&self) -> Vec<Suggestion> {
        let count = |count: usize| match count {
            1 => "code table, 1 code".to_owned(),
            count => format!("code table, {count} codes"),
        };
        let tables = self.profile.codes.iter().map(|(name, codes)| {
            let of_site = codes.maps.keys().chain(codes.values.keys());
            let codes: BTreeSet<_> = of_site.collect();
            Suggestion::new(&**name, count(codes.len()))
        });
        tables.collect()
    }

    fn tables(&self) -> Vec<Suggestion> {
        let tables = self.profile.tables.iter().map(|(name, table)| {
            let columns: Vec<&str> = table.columns.iter().map(|column| &*column.name).collect();
            Suggestion {
                help: table.description.to_string(),
                ..Suggestion::new(&**name, format!("table: {}", columns.join(", ")))
            }
        });
        tables.collect()
    }

    pub(super) fn columns(&self, table: &str) -> Vec<Suggestion> {
        let Some(table) = self.profile.tables.get(table) else {
            return Vec::new();
        };
        let columns = table.columns.iter().map(|column| {
            let key = if column.key { ", key" } else { "" };
            let size = column
                .size
                .map_or_else(String::new, |size| format!(", up to {size}"));
            Suggestion {
                help: column.description.to_string(),
                ..Suggestion::new(&*column.name, format!("{}{size}{key}", column.column_type))
            }
        });
        columns.collect()
    }

    fn groups(&self) -> Vec<Suggestion> {
        let mut list: Vec<Suggestion> = Vec::new();
        let mut add = |name: &str, words: &str| {
            if !list.iter().any(|known| known.text == name) {
                list.push(Suggestion::new(name, words));
            }
        };
        if let Some(preview) = self.preview {
            preview.tree.visit(&mut |node| {
                if let NodeKind::Group { name, .. } = &node.kind {
                    add(name, "group of this message");
                }
            });
            for (name, _) in preview.grammar.groups() {
                add(name, "group of the grammar");
            }
        }
        list
    }

    /// The segments that a text may name.
    fn segments(&self) -> Vec<Suggestion> {
        let segments = self.known_segments().into_iter();
        segments
            .map(|(id, words)| Suggestion::new(id.as_str(), words))
            .collect()
    }
}

pub(super) fn of_mapping(function: &FunctionDoc) -> Suggestion {
    let is_call = function.signature.contains(&format!("{}(", function.name));
    Suggestion {
        text: if is_call {
            call(function.name, function.signature.contains("()"))
        } else {
            function.name.to_owned()
        },
        detail: function.signature.to_owned(),
        help: function.help.to_owned(),
        goes_on: false,
    }
}

fn of_language(function: &LanguageFunction) -> Suggestion {
    Suggestion {
        text: call(&function.name, function.most <= 1),
        detail: function.signature.clone(),
        help: function.help.clone(),
        goes_on: false,
    }
}

/// How a call begins; of a function that takes nothing, all of it.
fn call(name: &str, is_bare: bool) -> String {
    if is_bare {
        format!("{name}()")
    } else {
        format!("{name}(")
    }
}

/// Those that fit what was typed, the best first: by their beginning, by the beginnings of their words,
/// by their letters, by what they are.
pub(super) fn best(list: Vec<Suggestion>, typed: &str) -> Vec<Suggestion> {
    if typed.is_empty() {
        return list.into_iter().take(MOST).collect();
    }
    let lower = typed.to_lowercase();
    let rank = |one: &Suggestion| {
        let text = one.text.to_lowercase();
        if text.starts_with(&lower) {
            return Some((0, text.len() - lower.len().min(text.len())));
        }
        if text.contains(&lower) {
            return Some((1, 0));
        }
        let described = lower.len() > 2 && one.detail.to_lowercase().contains(&lower);
        match fit(&lower, &one.text) {
            // Letters that are spread over all of a name fit anything.
            Some(badness) if badness < 1000 => Some((2, badness)),
            _ => described.then_some((3, 0)),
        }
    };
    let mut ranked: Vec<((u8, usize), Suggestion)> = list
        .into_iter()
        .filter_map(|one| {
            let (class, badness) = rank(&one)?;
            // What begins as typed keeps its order, but for what is just that.
            let order = if class == 0 { badness.min(1) } else { badness };
            Some(((class, order), one))
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, one)| one).take(MOST).collect()
}
