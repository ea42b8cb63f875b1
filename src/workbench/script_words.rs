//! What the things in a script are, in words: for a pointer that rests on one, and for the call that is
//! being written.

use std::ops::Range;

use super::script_scene::{ScriptScene, given_words, location_in, methods};
use crate::hl7::SegmentId;
use crate::mapping::{
    FUNCTIONS, FunctionDoc, Inside, LanguageFunction, Meaning, NameUse, Receiver, Shape,
    TextMeaning, VariableKind,
};

/// Characters shown of a value.
const MOST_SHOWN: usize = 200;

/// What something in a script is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// Where it stands: bytes.
    pub span: Range<usize>,
    /// What it is called, as it is written.
    pub title: String,
    /// What it is, and what it holds.
    pub lines: Vec<String>,
}

/// How the function whose brackets are open is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallHelp {
    /// The byte of the bracket: tells calls apart.
    pub opener: usize,
    /// How it is called.
    pub signature: String,
    /// The bytes of the signature that are the argument at the caret.
    pub active: Range<usize>,
    /// What it does, in one sentence.
    pub help: String,
}

impl ScriptScene<'_> {
    /// What stands at a byte.
    pub fn explain(&self, byte: usize) -> Option<Explanation> {
        let sense = self.names.sense(byte)?;
        let (title, lines) = match &sense.what {
            Meaning::Name(NameUse::Variable(index)) | Meaning::DeclaresVariable(index) => {
                self.of_variable(*index)?
            }
            Meaning::Name(NameUse::Given) => (
                sense.text.to_string(),
                vec![given_words(&sense.text).to_owned()],
            ),
            Meaning::Name(NameUse::Own(index)) | Meaning::DeclaresFunction(index) => {
                let function = self.names.functions.get(*index)?;
                let line = self.line_of(function.span.start);
                let lines = vec![
                    function.words.clone(),
                    format!("function of this script, line {line}"),
                ];
                (function.signature(), lines)
            }
            Meaning::Name(NameUse::Call { count, is_method }) => {
                let on = is_method.then(|| self.names.receiver_at(byte)).flatten();
                self.of_function(&sense.text, on.as_ref(), *count)?
            }
            Meaning::Member(on) => self.of_member(on, &sense.text)?,
            Meaning::Text(meaning) => self.of_text(meaning, &sense.text)?,
            Meaning::Name(NameUse::UnknownVariable | NameUse::Property | NameUse::Key) => {
                return None;
            }
        };
        let lines = lines.into_iter().filter(|line| !line.is_empty()).collect();
        Some(Explanation {
            span: sense.span,
            title,
            lines,
        })
    }

    /// The line of a byte, counted from 1.
    pub(super) fn line_of(&self, byte: usize) -> usize {
        let before = self.names.text().get(..byte).unwrap_or_default();
        before.matches('\n').count() + 1
    }

    fn of_variable(&self, index: usize) -> Option<(String, Vec<String>)> {
        let variable = self.names.variables.get(index)?;
        let kind = match variable.kind {
            VariableKind::Let => "let",
            VariableKind::Const => "const",
            VariableKind::Loop => "for",
            VariableKind::Counter => "number of the pass",
            VariableKind::Caught => "what was thrown",
            VariableKind::Parameter(_) | VariableKind::ClosureParameter(_) => "parameter",
        };
        let shape = self.names.shape_of_variable(index).words();
        let title = if shape.is_empty() {
            format!("{kind} {}", variable.name)
        } else {
            format!("{kind} {}: {shape}", variable.name)
        };
        let value = self.value_of(index);
        let value = value.map_or_else(
            || "no run has set it".to_owned(),
            |value| format!("last: {}", value.shown(MOST_SHOWN)),
        );
        let line = self.line_of(variable.span.start);
        Some((title, vec![value, format!("declared on line {line}")]))
    }

    fn of_member(&self, on: &Shape, name: &str) -> Option<(String, Vec<String>)> {
        if let Shape::Row(Some(table)) = on {
            return self.of_column(table, name);
        }
        let known = methods(on).find(|row| row.name == name)?;
        Some((known.signature.to_owned(), vec![known.help.to_owned()]))
    }

    fn of_column(&self, table: &str, name: &str) -> Option<(String, Vec<String>)> {
        let column = self.profile.tables.get(table)?.column(name)?;
        let key = if column.key { ", part of the key" } else { "" };
        let kind = format!("{}{key}", column.column_type);
        let lines = vec![column.description.to_string(), format!("column of {table}")];
        Some((format!("{table}.{name}: {kind}"), lines))
    }

    fn of_function(
        &self,
        name: &str,
        on: Option<&Shape>,
        count: usize,
    ) -> Option<(String, Vec<String>)> {
        if let Some(row) = function_of_mapping(name, on) {
            let lines = vec![row.help.to_owned(), format!("such as {}", row.example)];
            return Some((row.signature.to_owned(), lines));
        }
        let known = self.function_of_language(name, on, count)?;
        Some((
            known.signature.clone(),
            vec![known.help.clone(), "function of Rhai".to_owned()],
        ))
    }

    fn function_of_language(
        &self,
        name: &str,
        on: Option<&Shape>,
        count: usize,
    ) -> Option<&LanguageFunction> {
        let of_shape = on.and_then(|on| self.language_methods(on).find(|one| one.name == name));
        let takes = |one: &&LanguageFunction| one.name == name && one.most >= count;
        let language = self.language;
        of_shape
            .or_else(|| language.iter().find(takes))
            .or_else(|| language.iter().find(|one| one.name == name))
    }

    fn of_text(&self, meaning: &TextMeaning, text: &str) -> Option<(String, Vec<String>)> {
        match meaning {
            TextMeaning::Location(inside) => self.of_location(text, inside),
            TextMeaning::Segment => {
                let id = SegmentId::new(text)?;
                Some((text.to_owned(), vec![self.segment_words(id)]))
            }
            TextMeaning::Group => {
                let known = self.grammar()?.groups().any(|(name, _)| **name == *text);
                let words = if known {
                    "group of the grammar"
                } else {
                    "the grammar has no such group"
                };
                Some((text.to_owned(), vec![words.to_owned()]))
            }
            TextMeaning::Codes => {
                let codes = self.codes(&crate::mapping::CodesOf::Table(text.into()));
                if codes.is_empty() {
                    return None;
                }
                let first: Vec<String> = codes
                    .iter()
                    .take(8)
                    .map(|code| {
                        format!("{} {}", code.code, code.words)
                            .trim_end()
                            .to_owned()
                    })
                    .collect();
                let more = codes.len().saturating_sub(first.len());
                let more = if more > 0 {
                    format!("… and {more} more")
                } else {
                    String::new()
                };
                let lines = first.into_iter().chain([more]).collect();
                Some((format!("code table {text}"), lines))
            }
            TextMeaning::Code(of) => {
                let found = self.codes(of).into_iter().find(|code| code.code == text)?;
                Some((format!("code {text}"), vec![found.words]))
            }
            TextMeaning::Table => {
                let table = self.profile.tables.get(text)?;
                let columns: Vec<&str> = table.columns.iter().map(|one| &*one.name).collect();
                let lines = vec![table.description.to_string(), columns.join(", ")];
                Some((format!("table {text}"), lines))
            }
            TextMeaning::Column(table) => self.of_column(table, text),
            TextMeaning::Function => {
                let function = self.names.functions.iter().find(|one| *one.name == *text)?;
                Some((function.signature(), vec![function.words.clone()]))
            }
            TextMeaning::Plain => None,
        }
    }

    fn segment_words(&self, id: SegmentId) -> String {
        let known = self
            .known_segments()
            .into_iter()
            .find(|(known, _)| *known == id);
        known.map_or_else(|| "no such segment is known".to_owned(), |(_, words)| words)
    }

    fn of_location(&self, text: &str, inside: &Inside) -> Option<(String, Vec<String>)> {
        let at = location_in(text, inside)?;
        let Some(path) = &at.path else {
            return Some((at.to_string(), vec![self.segment_words(at.segment)]));
        };
        let names = self
            .grammar()
            .map_or_else(Vec::new, |grammar| grammar.names(&at));
        let words = self.place_words(&at)?;
        let value = match (words.value.is_empty(), words.meaning.is_empty()) {
            (true, _) => "nothing stands there in this message".to_owned(),
            (false, true) => format!("now: {}", words.value),
            (false, false) => format!("now: {} ({})", words.value, words.meaning),
        };
        let data_type = super::script_locations::type_words(&words);
        let names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
        let unknown = if names.len() < 2 && path.field > 0 {
            "nothing is known of this place".to_owned()
        } else {
            String::new()
        };
        let lines = vec![names.join(" › "), unknown, data_type, value];
        Some((at.to_string(), lines))
    }

    /// How the function is called in whose brackets a byte stands.
    pub fn call_help(&self, byte: usize) -> Option<CallHelp> {
        if self.names.is_in_comment(byte) {
            return None;
        }
        let call = self.names.call_at(byte)?;
        let count = call.count.max(call.argument + 1);
        let mut own = self
            .names
            .functions
            .iter()
            .filter(|one| *one.name == *call.name);
        let own = own
            .clone()
            .find(|one| one.parameters.len() >= count)
            .or(own.next_back());
        let (signatures, help, is_method) = if let Some(own) = own {
            (own.signature(), own.words.clone(), false)
        } else if let Some(row) = function_of_mapping(&call.name, call.on.as_ref()) {
            (row.signature.to_owned(), row.help.to_owned(), false)
        } else {
            let found = self.function_of_language(&call.name, call.on.as_ref(), count)?;
            (
                found.signature.clone(),
                found.help.clone(),
                call.on.is_none(),
            )
        };
        let ways = ways(&signatures);
        let way = ways
            .iter()
            .find(|way| arguments_of(way).len() >= count)
            .or(ways.last())?;
        // What Rhai shows before the dot can stand in the brackets, too.
        let skipped = usize::from(is_method);
        let arguments = arguments_of(way);
        let active = call
            .argument
            .checked_sub(skipped)
            .and_then(|at| arguments.get(at));
        Some(CallHelp {
            opener: call.opener,
            active: active.cloned().unwrap_or(0..0),
            signature: (*way).to_owned(),
            help,
        })
    }
}

fn function_of_mapping(name: &str, on: Option<&Shape>) -> Option<&'static FunctionDoc> {
    let mut named = FUNCTIONS.iter().filter(|row| row.name == name);
    if let Some(on) = on {
        let known = methods(on).find(|row| row.name == name);
        return known.or_else(|| named.next().filter(|_| *on == Shape::Unknown));
    }
    let is_plain = |row: &&FunctionDoc| matches!(row.receiver, Receiver::Nothing | Receiver::Text);
    named.clone().find(is_plain).or_else(|| named.next())
}

/// The ways to call a function: `pad(text, width), pad(text, width, fill)` are two.
fn ways(signatures: &str) -> Vec<&str> {
    let mut ways = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in signatures.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                ways.push(signatures.get(start..at).unwrap_or_default().trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    ways.push(signatures.get(start..).unwrap_or_default().trim());
    ways
}

/// The bytes of the arguments in a signature.
fn arguments_of(signature: &str) -> Vec<Range<usize>> {
    let Some(open) = signature.find('(') else {
        return Vec::new();
    };
    let mut arguments = Vec::new();
    let (mut depth, mut start) = (0_usize, open + 1);
    for (at, c) in signature.char_indices().skip_while(|(at, _)| *at <= open) {
        match c {
            '(' | '[' => depth += 1,
            ')' if depth == 0 => {
                if at > start {
                    arguments.push(start..at);
                }
                break;
            }
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                arguments.push(start..at);
                start = at + 2;
            }
            _ => {}
        }
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_falls_into_its_ways_and_arguments() {
        let all = "out.copy(msg, [path, …]), out.copy(msg)";
        assert_eq!(ways(all), ["out.copy(msg, [path, …])", "out.copy(msg)"]);
        let way = ways(all)[0];
        let arguments: Vec<&str> = arguments_of(way)
            .into_iter()
            .map(|span| &way[span])
            .collect();
        assert_eq!(arguments, ["msg", "[path, …]"]);
        assert!(arguments_of("now() -> date").is_empty());
    }
}
