//! What the values of a script are, as far as its text tells: a segment OBX, a row of a table, a date.

use std::ops::Range;

use super::script_names::{ScriptNames, VariableKind};
use super::script_structure::Structure;
use super::script_tokens::TokenKind;

/// Values that are followed from name to name; more is a circle or nobody's style.
const MOST_STEPS: usize = 8;

/// Values that are looked at where one of several is meant; the first stands for more than these.
const MOST_CHOICES: usize = 32;

/// What a value is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Nothing is known of it.
    #[default]
    Unknown,
    /// The message that came.
    Message,
    /// The message being made.
    Output,
    /// The tables being filled.
    Rows,
    /// A row, of a table where that is known.
    Row(Option<Box<str>>),
    /// A segment of the message, by its name where that is known.
    Segment(Option<Box<str>>),
    /// A segment of the message being made.
    OutSegment(Option<Box<str>>),
    /// A group of the message.
    Group(Option<Box<str>>),
    /// A date.
    Date,
    /// A name taken apart.
    Name,
    /// A text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Truth,
    /// A list of such values.
    List(Box<Shape>),
    /// A map.
    Map,
}

impl Shape {
    /// What people call it: `segment OBX`.
    pub fn words(&self) -> String {
        let named = |what: &str, name: &Option<Box<str>>| match name {
            Some(name) => format!("{what} {name}"),
            None => what.to_owned(),
        };
        match self {
            Shape::Unknown => String::new(),
            Shape::Message => "the message that came".to_owned(),
            Shape::Output => "the message being made".to_owned(),
            Shape::Rows => "the tables being filled".to_owned(),
            Shape::Row(table) => named("row of", table).trim_end_matches(" of").to_owned(),
            Shape::Segment(id) => named("segment", id),
            Shape::OutSegment(id) => format!("{} of out", named("segment", id)),
            Shape::Group(name) => named("group", name),
            Shape::Date => "date".to_owned(),
            Shape::Name => "name".to_owned(),
            Shape::Text => "text".to_owned(),
            Shape::Number => "number".to_owned(),
            Shape::Truth => "true or false".to_owned(),
            Shape::List(of) if **of == Shape::Unknown => "array".to_owned(),
            Shape::List(of) => format!("array of {}", of.words()),
            Shape::Map => "map".to_owned(),
        }
    }

    /// What a value is that is one or the other.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Shape::Segment(_), Shape::Segment(_)) => Shape::Segment(None),
            (Shape::OutSegment(_), Shape::OutSegment(_)) => Shape::OutSegment(None),
            (Shape::Group(_), Shape::Group(_)) => Shape::Group(None),
            (Shape::Row(_), Shape::Row(_)) => Shape::Row(None),
            (Shape::List(one), Shape::List(other)) => Shape::List(one.or(*other).into()),
            _ => Shape::Unknown,
        }
    }

    /// What it is if it is one of these, as far as they are known.
    fn of_all(all: impl Iterator<Item = Self>) -> Self {
        let known = all.filter(|shape| *shape != Shape::Unknown);
        known.reduce(Shape::or).unwrap_or_default()
    }

    /// Whether it has places or columns that depend on what exactly it is.
    fn has_places(&self) -> bool {
        match self {
            Shape::Segment(_) | Shape::OutSegment(_) | Shape::Group(_) | Shape::Row(_) => true,
            Shape::List(of) => of.has_places(),
            Shape::Unknown
            | Shape::Message
            | Shape::Output
            | Shape::Rows
            | Shape::Date
            | Shape::Name
            | Shape::Text
            | Shape::Number
            | Shape::Truth
            | Shape::Map => false,
        }
    }
}

impl ScriptNames {
    /// What a variable holds.
    pub fn shape_of_variable(&self, variable: usize) -> Shape {
        self.variable_shape(variable, MOST_STEPS)
    }

    /// What the chain that ends with a token gives.
    pub(super) fn shape_before(&self, last: usize) -> Shape {
        let start = self.structure.chain_start(last);
        self.shape(start..last + 1, MOST_STEPS)
    }

    fn variable_shape(&self, index: usize, steps: usize) -> Shape {
        let Some(variable) = self.variables.get(index) else {
            return Shape::Unknown;
        };
        let Some(steps) = steps.checked_sub(1) else {
            return Shape::Unknown;
        };
        let value = variable.value.clone();
        match variable.kind {
            VariableKind::Let | VariableKind::Const => self.assigned_shape(index, value, steps),
            VariableKind::Loop | VariableKind::ClosureParameter(0) => {
                match self.shape(value, steps) {
                    Shape::List(of) => *of,
                    Shape::Text => Shape::Text,
                    _ => Shape::Unknown,
                }
            }
            VariableKind::Counter => Shape::Number,
            VariableKind::Caught | VariableKind::ClosureParameter(_) => Shape::Unknown,
            VariableKind::Parameter(number) => {
                let function = variable.function;
                function.map_or(Shape::Unknown, |function| {
                    self.argument_shape(function, number, steps)
                })
            }
        }
    }

    /// What a variable is that was given a value, and perhaps others later.
    fn assigned_shape(&self, index: usize, value: Range<usize>, steps: usize) -> Shape {
        let structure = &self.structure;
        let is_it = |name: &usize| {
            let byte = structure.start_of(*name);
            self.variable_at(structure.word(*name), byte) == Some(index)
        };
        let later: Vec<Range<usize>> = structure
            .assigned()
            .filter(|(name, _)| is_it(name))
            .map(|(_, value)| value)
            .take(MOST_CHOICES)
            .collect();
        if later.is_empty() {
            return self.shape(value, steps);
        }
        // What every name can be given multiplies from name to name.
        let steps = steps / 2;
        // `let x = ();` says only that its value comes later.
        let is_there = !value.is_empty() && structure.word(value.start) != "()";
        let first = is_there.then_some(value);
        let shapes: Vec<Shape> = first
            .into_iter()
            .chain(later)
            .map(|value| self.shape(value, steps))
            .collect();
        let known = Shape::of_all(shapes.iter().cloned());
        // What nobody knows may be another segment.
        if known.has_places() && shapes.contains(&Shape::Unknown) {
            return Shape::Unknown;
        }
        known
    }

    /// What a function is given where the script calls it.
    fn argument_shape(&self, function: usize, number: usize, steps: usize) -> Shape {
        let Some(function) = self.functions.get(function) else {
            return Shape::Unknown;
        };
        let structure = &self.structure;
        let is_call = |at: &usize| {
            structure.word(*at) == &*function.name
                && structure.word(at + 1) == "("
                && structure.before(*at) != "fn"
        };
        let calls = (0..structure.tokens.len()).filter(is_call);
        let arguments = calls.filter_map(|at| {
            let arguments = structure.arguments(at + 1);
            let counts = arguments.len() == function.parameters.len();
            arguments.into_iter().nth(number).filter(|_| counts)
        });
        let shapes = arguments
            .take(MOST_CHOICES)
            .map(|argument| self.shape(argument, steps / 2));
        Shape::of_all(shapes)
    }

    /// What an expression gives.
    pub(super) fn shape(&self, range: Range<usize>, steps: usize) -> Shape {
        if range.is_empty() {
            return Shape::Unknown;
        }
        let (shape, next) = self.chain(range.clone(), steps);
        if next >= range.end {
            return shape;
        }
        match self.structure.word(next) {
            "==" | "!=" | "<" | ">" | "<=" | ">=" | "&&" | "||" | "in" | "!in" => Shape::Truth,
            "+" if shape == Shape::Text => Shape::Text,
            "+" | "-" | "*" | "/" | "%" if shape == Shape::Number => Shape::Number,
            ".." | "..=" => Shape::List(Shape::Number.into()),
            "??" => shape,
            _ => Shape::Unknown,
        }
    }

    /// What a chain of names, calls and indexes gives, and the token behind it.
    fn chain(&self, range: Range<usize>, steps: usize) -> (Shape, usize) {
        let (mut shape, mut at) = self.head(range.clone(), steps);
        let structure = &self.structure;
        while at < range.end {
            match structure.word(at) {
                "." | "?." => {
                    let name = structure.word(at + 1);
                    let opener = at + 2;
                    if matches!(structure.word(opener), "(" | "()") {
                        shape = self.method(&shape, name, opener, steps);
                        at = structure.past(opener);
                    } else {
                        shape = property(&shape, name);
                        at += 2;
                    }
                }
                "[" | "?[" if structure.is_applied(at) => {
                    shape = match shape {
                        Shape::List(of) => *of,
                        Shape::Message
                        | Shape::Output
                        | Shape::Segment(_)
                        | Shape::OutSegment(_)
                        | Shape::Group(_)
                        | Shape::Row(_) => Shape::Text,
                        _ => Shape::Unknown,
                    };
                    at = structure.past(at);
                }
                _ => break,
            }
        }
        (shape, at)
    }

    fn head(&self, range: Range<usize>, steps: usize) -> (Shape, usize) {
        let structure = &self.structure;
        let at = range.start;
        let Some(token) = structure.token(at) else {
            return (Shape::Unknown, range.end);
        };
        let past = structure.past(at);
        match token.kind {
            TokenKind::Number => (Shape::Number, past),
            TokenKind::Text { .. } | TokenKind::Template { .. } => (Shape::Text, past),
            TokenKind::Sign => match structure.word(at) {
                "[" => {
                    let items = structure.arguments(at).into_iter().take(MOST_CHOICES);
                    let of = Shape::of_all(items.map(|item| self.shape(item, steps / 2)));
                    (Shape::List(of.into()), past)
                }
                "#{" => (Shape::Map, past),
                "(" => (self.shape(at + 1..structure.end_of(at), steps), past),
                "!" => (Shape::Truth, range.end),
                "-" => (Shape::Number, range.end),
                _ => (Shape::Unknown, range.end),
            },
            TokenKind::Word => match structure.word(at) {
                "true" | "false" => (Shape::Truth, past),
                _ if matches!(structure.word(at + 1), "(" | "()") => {
                    (called(structure.word(at)), structure.past(at + 1))
                }
                word => {
                    let byte = structure.start_of(at);
                    let shape = match self.variable_at(word, byte) {
                        Some(variable) => self.variable_shape(variable, steps),
                        None if self.is_given(word, byte) => given(word),
                        None => Shape::Unknown,
                    };
                    (shape, at + 1)
                }
            },
            TokenKind::Comment { .. } => (Shape::Unknown, range.end),
        }
    }

    fn method(&self, of: &Shape, name: &str, opener: usize, steps: usize) -> Shape {
        let structure = &self.structure;
        let argument = structure.arguments(opener).into_iter().next();
        let text = argument.clone().and_then(|range| literal(structure, range));
        match name {
            "segment" if *of == Shape::Output => Shape::OutSegment(text),
            "segment" => Shape::Segment(text),
            "segments" | "all" if *of == Shape::Output => {
                Shape::List(Shape::OutSegment(text).into())
            }
            "segments" | "all" => Shape::List(Shape::Segment(text).into()),
            "groups" => Shape::List(Shape::Group(text).into()),
            "append" => Shape::OutSegment(text.or_else(|| {
                match self.shape(argument.unwrap_or_default(), steps) {
                    Shape::Segment(id) | Shape::OutSegment(id) => id,
                    _ => None,
                }
            })),
            "add" => Shape::Row(text),
            "values" | "split" => Shape::List(Shape::Text.into()),
            "filter" | "sort" | "extract" => of.clone(),
            "map" | "chars" | "keys" => Shape::List(Shape::Unknown.into()),
            "pop" | "shift" | "find" | "get" => match of {
                Shape::List(of) => (**of).clone(),
                _ => Shape::Unknown,
            },
            "count" | "len" | "age" | "index_of" | "parse_int" => Shape::Number,
            "exists" | "contains" | "starts_with" | "ends_with" | "some" | "all_of" => Shape::Truth,
            _ if name.starts_with("is_") => Shape::Truth,
            "raw" | "format" | "sub_string" | "to_upper" | "to_lower" | "to_string" => Shape::Text,
            _ => called(name),
        }
    }
}

/// What a function of the language gives.
fn called(name: &str) -> Shape {
    match name {
        "date" | "now" => Shape::Date,
        "name" => Shape::Name,
        "codes" | "codes_back" | "pad" | "pad_end" | "digits" | "next_id" | "null_value"
        | "type_of" => Shape::Text,
        "range" => Shape::List(Shape::Number.into()),
        _ => Shape::Unknown,
    }
}

fn given(name: &str) -> Shape {
    match name {
        "msg" => Shape::Message,
        "out" => Shape::Output,
        "rows" => Shape::Rows,
        "seg" => Shape::Segment(None),
        "text" | "value" => Shape::Text,
        _ => Shape::Unknown,
    }
}

fn property(of: &Shape, name: &str) -> Shape {
    match of {
        Shape::Date => Shape::Number,
        Shape::Row(_) | Shape::Name => Shape::Text,
        Shape::Segment(_) | Shape::OutSegment(_) if name == "id" => Shape::Text,
        _ => Shape::Unknown,
    }
}

/// The one text that an argument is.
pub(super) fn literal(structure: &Structure, range: Range<usize>) -> Option<Box<str>> {
    let only = (range.len() == 1).then_some(range.start)?;
    structure.literal(only).map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, name: &str, expect: &str) {
        let names = ScriptNames::of(text, &["msg", "out", "rows"]);
        let index = names.variables.iter().position(|one| &*one.name == name);
        let shape = names.shape_of_variable(index.expect("declared"));
        assert_eq!(shape.words(), expect, "{name} in {text}");
    }

    #[test]
    fn a_variable_is_what_it_is_made_of() {
        check("let pv = msg.segment(\"PV1\");", "pv", "segment PV1");
        check("let row = rows.add(\"kin\");", "row", "row of kin");
        check("let born = date(msg[\"PID-7\"]);", "born", "date");
        check("let text = born.format(\"yyyy\") + \"x\";", "text", "text");
        check(
            "let pet = out.append(\"ZPI\");",
            "pet",
            "segment ZPI of out",
        );
        check("let a = msg[\"PID-3\"]; let b = a;", "b", "text");
        check("let is = msg[\"PID-8\"] == \"F\";", "is", "true or false");
        check("let a = b; let b = a;", "a", "");
        check(
            "let row = rows.add(\"kin\"); fn f() { let a = msg[\"PID-8\"]; }",
            "a",
            "",
        );
    }

    #[test]
    fn a_variable_that_is_given_other_values_is_what_they_have_in_common() {
        let segment = |id: &str| format!("msg.segment(\"{id}\")");
        let (pid, pv1) = (segment("PID"), segment("PV1"));
        check(&format!("let s = (); s = {pid};"), "s", "segment PID");
        check(&format!("let s = {pv1}; s = {pid};"), "s", "segment");
        check(&format!("let s = {pv1}; s = other();"), "s", "");
        check("let n = 1; n = n + other();", "n", "number");
        check(&format!("for s in [{pv1}, {pid}] {{}}"), "s", "segment");
        check(
            &format!("fn f(s) {{ s }} f({pv1}); f({pid}); f(other());"),
            "s",
            "segment",
        );
    }

    #[test]
    fn what_a_loop_goes_through_tells_what_its_variable_is() {
        let text = "for order in msg.groups(\"ORDER\") { for obx in order.all(\"OBX\") { } }";
        check(text, "order", "group ORDER");
        check(text, "obx", "segment OBX");
        check("for id in msg.values(\"PID-3\") {}", "id", "text");
        check(
            "msg.segments(\"NK1\").filter(|kin| kin[\"3\"] == \"\")",
            "kin",
            "segment NK1",
        );
    }

    #[test]
    fn a_parameter_is_what_the_function_is_given() {
        check(
            "fn f(a, b) { b } f(1, msg.segment(\"PV1\"));",
            "b",
            "segment PV1",
        );
    }
}
