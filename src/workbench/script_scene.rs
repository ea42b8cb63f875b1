//! Whoever writes a script has before him: its names, the message at hand, the profile, the last run.

use std::sync::Arc;

use super::preview::Preview;
use crate::grammar::{FieldView, Grammar, TypeView};
use crate::hl7::{Element, FieldPath, Location, Message, Pick, SegmentId};
use crate::mapping::{
    Code, CodesOf, FUNCTIONS, FunctionDoc, Happening, Inside, LanguageFunction, Receiver,
    Recording, ScriptNames, Shape, Step, Value, VariableKind,
};
use crate::profile::{Profile, ScriptPlace, standard_number};
use crate::standard::{Code as StandardCode, dictionary};

/// Characters shown of one value.
const MOST_SHOWN: usize = 40;

/// A message beyond this is not searched while somebody types.
const MOST_BYTES: usize = 200_000;

/// What a script is written with.
#[derive(Clone, Copy)]
pub struct ScriptScene<'a> {
    /// The script.
    pub names: &'a ScriptNames,
    /// Which script it is.
    pub place: &'a ScriptPlace,
    /// The profile.
    pub profile: &'a Profile,
    /// The message at hand and what is known of it.
    pub preview: Option<&'a Preview>,
    /// The last run of the script on it.
    pub recording: Option<&'a Recording>,
    /// The functions of the language beside the mapping's own.
    pub language: &'a [LanguageFunction],
}

/// The variables that a script finds.
pub fn given_variables(place: &ScriptPlace) -> &'static [&'static str] {
    match place {
        ScriptPlace::Message(_) => &["msg", "out", "rows"],
        ScriptPlace::Hook(_) => &["text"],
    }
}

/// What a variable that a script finds is.
pub(super) fn given_words(name: &str) -> &'static str {
    match name {
        "msg" => "the message that came",
        "out" => "the message being made",
        "rows" => "the tables being filled",
        "text" => "the message as text; what it holds at the end goes on",
        _ => "",
    }
}

/// A code and what it says.
pub(super) struct CodeWords {
    pub(super) code: String,
    pub(super) words: String,
}

/// A place of a message with what is known of it.
pub(super) struct PlaceWords {
    pub(super) name: String,
    /// Its value, as it is shown; empty where there is none.
    pub(super) value: String,
    /// What a coded value means.
    pub(super) meaning: String,
    pub(super) data_type: String,
    pub(super) table: String,
}

impl<'a> ScriptScene<'a> {
    pub(super) fn given(&self) -> &'static [&'static str] {
        given_variables(self.place)
    }

    pub(super) fn grammar(&self) -> Option<&'a Grammar> {
        self.preview.map(|preview| &*preview.grammar)
    }

    /// The message, where it is short enough to be searched in a frame.
    pub(super) fn message(&self) -> Option<&'a Message> {
        let message = self.preview.map(|preview| &preview.message);
        message.filter(|message| message.text().len() <= MOST_BYTES)
    }

    /// Rhai's own functions that can be called on a value.
    pub(super) fn language_methods(
        &self,
        on: &Shape,
    ) -> impl Iterator<Item = &'a LanguageFunction> + use<'a> {
        let kinds: &[&str] = match on {
            Shape::Text => &["text"],
            Shape::List(_) => &["array"],
            Shape::Map => &["map"],
            Shape::Number => &["number"],
            Shape::Unknown => &["text", "array", "map", "number", "function", "value"],
            _ => &[],
        };
        let language = self.language;
        language.iter().filter(move |one| kinds.contains(&one.on))
    }

    /// The codes that a text may be.
    pub(super) fn codes(&self, of: &CodesOf) -> Vec<CodeWords> {
        match of {
            CodesOf::Table(name) => self.codes_named(name),
            CodesOf::Place(text, inside) => {
                let table = location_in(text, inside).and_then(|at| self.table_of(&at));
                table.map_or_else(Vec::new, |table| self.codes_named(&table))
            }
        }
    }

    fn codes_named(&self, name: &str) -> Vec<CodeWords> {
        if let Some(codes) = self.profile.codes.get(name) {
            let meaning = |code: &Arc<str>| codes.values.get(code).map_or("", |text| &**text);
            let mapped = codes.maps.iter().map(|(code, to)| CodeWords {
                code: code.to_string(),
                words: format!("→ {to} {}", meaning(to)).trim_end().to_owned(),
            });
            let own = codes.values.iter().map(|(code, words)| CodeWords {
                code: code.to_string(),
                words: words.to_string(),
            });
            let mut all: Vec<CodeWords> = own.chain(mapped).collect();
            all.sort_by(|a, b| a.code.cmp(&b.code));
            return all;
        }
        let table = standard_number(name)
            .and_then(|number| dictionary(self.profile.version()).table(number));
        let words = |code: &StandardCode| CodeWords {
            code: code.code.to_owned(),
            words: code.description.unwrap_or_default().to_owned(),
        };
        table.map_or_else(Vec::new, |table| table.values().map(words).collect())
    }

    fn table_of(&self, at: &Location) -> Option<String> {
        let words = self.place_words(at)?;
        (!words.table.is_empty()).then_some(words.table)
    }

    /// What is known of a place, and what stands there.
    pub(super) fn place_words(&self, at: &Location) -> Option<PlaceWords> {
        let grammar = self.grammar()?;
        let path = at.path.as_ref()?;
        let segment = grammar.segment(at.segment.as_str());
        let field = segment
            .as_ref()
            .and_then(|segment| segment.field(path.field));
        let mut words = PlaceWords::of_field(field);
        let mut known = field.and_then(|field| grammar.field_type(field));
        for number in [path.component, path.subcomponent].into_iter().flatten() {
            let part = known.and_then(|known| known.component(number));
            words = PlaceWords {
                name: part.as_ref().map_or("", |part| part.name).to_owned(),
                data_type: part.as_ref().map_or("", |part| part.data_type).to_owned(),
                table: part
                    .as_ref()
                    .and_then(|part| part.table)
                    .unwrap_or_default()
                    .to_owned(),
                ..words
            };
            known = known.and_then(|known: TypeView<'_>| known.inner(part.as_ref()?));
        }
        let element = self.message().and_then(|message| message.find(at));
        words.value = element.map_or_else(String::new, shown);
        if let Some(element) = element.filter(|_| !words.table.is_empty()) {
            let codes = self.codes_named(&words.table);
            let text = element.text();
            let found = codes.into_iter().find(|code| code.code == *text);
            words.meaning = found.map_or_else(String::new, |found| found.words);
        }
        Some(words)
    }

    /// What a variable held last.
    pub(super) fn value_of(&self, variable: usize) -> Option<&'a Value> {
        let recording = self.recording?;
        let declared = self.names.variables.get(variable)?;
        let code = self.code(recording)?;
        if let VariableKind::Parameter(number) = declared.kind {
            return self.argument(recording, code, variable, number);
        }
        let name = &*declared.name;
        let is_named = |what: &Happening| match what {
            Happening::Variable { name: set, value } if **set == *name => Some(value.clone()),
            _ => None,
        };
        let mut fallback = None;
        for event in recording.events.iter().rev() {
            let step = recording.steps.get(event.step);
            let is_here =
                recording.code_of(event.step).map(|code| code.name()) == Some(code.name());
            if !is_here || is_named(&event.what).is_none() {
                continue;
            }
            let Happening::Variable { value, .. } = &event.what else {
                continue;
            };
            fallback = fallback.or(Some(value));
            let line = step.and_then(Step::line);
            let is_it = line.is_some_and(|line| self.sets(variable, line));
            if is_it {
                return Some(value);
            }
        }
        let is_only = self
            .names
            .variables
            .iter()
            .filter(|one| *one.name == *name)
            .count()
            == 1;
        fallback.filter(|_| is_only)
    }

    /// Whether a name on a line is this variable, declared or set there.
    fn sets(&self, variable: usize, line: u32) -> bool {
        let Some(declared) = self.names.variables.get(variable) else {
            return false;
        };
        let text = self.names.text();
        let before = text.get(..declared.span.start).unwrap_or_default();
        let own_line = before.matches('\n').count() + 1;
        if own_line == line as usize {
            return true;
        }
        let start = line_start(text, line);
        let rest = text.get(start..).unwrap_or_default();
        let byte = start + rest.len() - rest.trim_start().len();
        self.names.variable_at(&declared.name, byte) == Some(variable)
    }

    fn argument(
        &self,
        recording: &'a Recording,
        code: &Code,
        variable: usize,
        number: usize,
    ) -> Option<&'a Value> {
        let declared = self.names.variables.get(variable)?;
        let function = self.names.functions.iter().find(|function| {
            function.body == declared.scope && function.parameters.get(number).is_some()
        })?;
        (0..recording.steps.len()).rev().find_map(|step| {
            let call = recording.call_of(step)?;
            let is_it = call.function == Some(&*function.name)
                && recording.codes.get(call.code).map(|found| found.name()) == Some(code.name());
            let value = call.arguments.get(number).filter(|_| is_it)?;
            (*value.0 == *declared.name).then_some(&value.1)
        })
    }

    fn code(&self, recording: &'a Recording) -> Option<&'a Arc<Code>> {
        let names: Vec<&str> = match self.place {
            ScriptPlace::Hook(hook) => vec![hook.script_name()],
            ScriptPlace::Message(name) => vec![name],
        };
        let file = self
            .profile
            .script(self.place)
            .and_then(|script| match script {
                crate::profile::Script::File(path) => Some(&**path),
                crate::profile::Script::Inline(_) => None,
            });
        recording.codes.iter().find(|code| {
            let name = &**code.name();
            names.contains(&name) || Some(name) == file
        })
    }
}

/// The functions of the mapping language that can be called on a value.
pub(super) fn methods(on: &Shape) -> impl Iterator<Item = &'static FunctionDoc> + use<> {
    let receivers: &[Receiver] = match on {
        Shape::Message | Shape::Segment(_) | Shape::Group(_) => &[Receiver::Message],
        Shape::Output | Shape::OutSegment(_) => &[Receiver::Output, Receiver::Message],
        Shape::Rows => &[Receiver::Rows],
        Shape::Date => &[Receiver::Date],
        Shape::Name => &[Receiver::Name],
        Shape::Text => &[Receiver::Text],
        Shape::Unknown => &[
            Receiver::Message,
            Receiver::Date,
            Receiver::Name,
            Receiver::Text,
        ],
        Shape::Row(_) | Shape::Number | Shape::Truth | Shape::List(_) | Shape::Map => &[],
    };
    let is_word = |row: &&FunctionDoc| row.name.starts_with(char::is_alphabetic);
    receivers.iter().flat_map(move |receiver| {
        let of_it = FUNCTIONS.iter().filter(is_word);
        of_it.filter(move |row| row.receiver == *receiver)
    })
}

/// The place that a text names, in what is at hand.
pub(super) fn location_in(text: &str, inside: &Inside) -> Option<Location> {
    match inside {
        Inside::Message => text.parse().ok(),
        Inside::Segment(_) if text.contains('-') => text.parse().ok(),
        Inside::Segment(Some(id)) => {
            let path = FieldPath::parse(text).ok()?;
            Some(Location::new(SegmentId::new(id)?, path))
        }
        Inside::Segment(None) => None,
    }
}

impl PlaceWords {
    fn of_field(field: Option<&FieldView<'_>>) -> Self {
        Self {
            name: field.map_or("", |field| field.name).to_owned(),
            value: String::new(),
            meaning: String::new(),
            data_type: field.map_or_else(String::new, |field| field.shown_type().into_owned()),
            table: field
                .and_then(|field| field.table)
                .unwrap_or_default()
                .to_owned(),
        }
    }

    /// Name, value and meaning in a line.
    pub(super) fn detail(&self) -> String {
        let parts = [&self.name, &self.value, &self.meaning];
        let told: Vec<&str> = parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(String::as_str)
            .collect();
        told.join(" · ")
    }
}

/// A value in one line: of a composite its first parts as they stand.
pub(super) fn shown(element: Element<'_>) -> String {
    if element.is_null() {
        return "null".to_owned();
    }
    let text = if element.is_composite() {
        element.raw().into()
    } else {
        element.text()
    };
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MOST_SHOWN)
        .collect();
    if text.chars().nth(MOST_SHOWN).is_some() {
        format!("{line}…")
    } else {
        line
    }
}

/// The byte at which a line begins, counted from 1.
pub(super) fn line_start(text: &str, line: u32) -> usize {
    let before = line.saturating_sub(1) as usize;
    let lines = text.split_inclusive('\n').take(before);
    lines.map(str::len).sum()
}

/// The first place of a segment, whichever one it is.
pub(super) fn first_of(segment: SegmentId, path: FieldPath) -> Location {
    Location {
        segment,
        occurrence: Pick::First,
        path: Some(path),
    }
}
