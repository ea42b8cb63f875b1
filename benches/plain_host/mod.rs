//! The peer of the script bench: the same script over the plainest host that does the whole work, from
//! a message's text to the text of the message made. Split texts, no escapes, no checks, no limits.

use std::sync::{Arc, Mutex};

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage,
    BasicMathPackage, BasicStringPackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{AST, Array, Dynamic, Engine, ImmutableString, Scope};

/// An engine with the packages that mapping scripts use, and nothing else.
pub(crate) fn bare_engine() -> Engine {
    let mut engine = Engine::new_raw();
    let mut language = rhai::Module::new();
    ArithmeticPackage::init(&mut language);
    LogicPackage::init(&mut language);
    BasicIteratorPackage::init(&mut language);
    BasicFnPackage::init(&mut language);
    BasicMathPackage::init(&mut language);
    BasicStringPackage::init(&mut language);
    MoreStringPackage::init(&mut language);
    BasicArrayPackage::init(&mut language);
    BasicMapPackage::init(&mut language);
    language.register_lazy_functions();
    language.build_index();
    engine.register_global_module(language.into());
    engine
}

/// Lines of fields: the first field of a line is its name.
type Lines = Vec<Vec<String>>;

#[derive(Clone)]
struct Input(Arc<Lines>);

#[derive(Clone)]
struct Line(Arc<Lines>, usize);

#[derive(Clone, Default)]
struct Output(Arc<Mutex<Lines>>);

#[derive(Clone, Default)]
struct Rows(Arc<Mutex<Vec<Row>>>);

#[derive(Clone, Default)]
struct Row(Arc<Mutex<Vec<(String, String)>>>);

/// An engine with the script, and the functions that it calls.
pub(crate) struct PlainHost {
    engine: Engine,
    script: AST,
}

impl PlainHost {
    pub(crate) fn new(script: &str) -> Self {
        let mut engine = bare_engine();
        engine.register_indexer_get(|input: &mut Input, path: &str| {
            let (name, place) = path.split_once('-').unwrap_or((path, ""));
            let line = input.0.iter().find(|line| line[0] == name);
            ImmutableString::from(line.map_or("", |line| read(line, place)))
        });
        engine.register_indexer_get(|line: &mut Line, place: &str| {
            ImmutableString::from(read(&line.0[line.1], place))
        });
        engine.register_indexer_set(|out: &mut Output, path: &str, text: &str| {
            write(&mut out.0.lock().expect("one thread"), path, text);
        });
        engine.register_indexer_set(|out: &mut Output, path: &str, value: Dynamic| {
            write(
                &mut out.0.lock().expect("one thread"),
                path,
                &value.to_string(),
            );
        });
        engine.register_fn("copy", |out: &mut Output, input: Input, names: Array| {
            let names: Vec<ImmutableString> = names.into_iter().map(Dynamic::cast).collect();
            let wanted = input
                .0
                .iter()
                .filter(|line| names.iter().any(|n| *n == line[0]));
            out.0.lock().expect("one thread").extend(wanted.cloned());
        });
        engine.register_fn("append", |out: &mut Output, line: Line| {
            let copied = line.0[line.1].clone();
            out.0.lock().expect("one thread").push(copied);
        });
        engine.register_fn("all", |input: &mut Input, name: &str| -> Array {
            let named = input
                .0
                .iter()
                .enumerate()
                .filter(|(_, line)| line[0] == name);
            named
                .map(|(at, _)| Dynamic::from(Line(Arc::clone(&input.0), at)))
                .collect()
        });
        engine.register_fn("add", |rows: &mut Rows, _: &str| {
            let row = Row::default();
            rows.0.lock().expect("one thread").push(row.clone());
            row
        });
        engine.register_indexer_set(|row: &mut Row, column: &str, text: &str| {
            let mut cells = row.0.lock().expect("one thread");
            cells.push((column.to_owned(), text.to_owned()));
        });
        engine.register_fn("is_null", |text: &str| text == "\"\"");
        engine.register_fn("null_value", || ImmutableString::from("\"\""));
        engine.register_fn("pad", |text: &str, width: i64, fill: &str| {
            let missing = usize::try_from(width)
                .unwrap_or(0)
                .saturating_sub(text.len());
            ImmutableString::from(fill.repeat(missing) + text)
        });
        engine.register_fn("codes", |_: &str, code: &str| {
            ImmutableString::from(match code {
                "M" => "1",
                "F" => "2",
                other => other,
            })
        });
        engine.register_fn("skip", |_: &str| {});
        let script = engine.compile(script).expect("a script");
        Self { engine, script }
    }

    /// The text of the message that the script makes, and the number of cells of its rows.
    pub(crate) fn map(&self, text: &str) -> (String, usize) {
        let lines = text.split('\r').filter(|line| !line.is_empty());
        let lines = lines.map(|line| line.split('|').map(str::to_owned).collect());
        let (out, rows) = (Output::default(), Rows::default());
        let mut scope = Scope::new();
        scope.push("msg", Input(Arc::new(lines.collect())));
        scope.push("out", out.clone());
        scope.push("rows", rows.clone());
        self.engine
            .run_ast_with_scope(&mut scope, &self.script)
            .expect("a script that runs");
        let mut made = String::new();
        for line in out.0.lock().expect("one thread").iter() {
            made.push_str(&line.join("|"));
            made.push('\r');
        }
        let rows = rows.0.lock().expect("one thread");
        let cells = rows
            .iter()
            .map(|row| row.0.lock().expect("one thread").len());
        (made, cells.sum())
    }
}

/// The field and the component of a place; the separator is MSH-1, which no line holds as a field.
fn place_of(name: &str, place: &str) -> (usize, Option<usize>) {
    let (field, component) = match place.split_once('.') {
        Some((field, component)) => (field, component.parse().ok()),
        None => (place, None),
    };
    let field: usize = field.parse().expect("a number");
    (if name == "MSH" { field - 1 } else { field }, component)
}

fn read<'l>(line: &'l [String], place: &str) -> &'l str {
    let (field, component) = place_of(&line[0], place);
    let text = line.get(field).map_or("", String::as_str);
    match component {
        None => text,
        Some(number) => {
            let repetition = text.split('~').next().unwrap_or("");
            repetition.split('^').nth(number - 1).unwrap_or("")
        }
    }
}

fn write(lines: &mut Lines, path: &str, text: &str) {
    let (name, place) = path.split_once('-').expect("a path");
    let known = lines.iter().position(|line| line[0] == name);
    let at = known.unwrap_or(lines.len());
    if known.is_none() {
        lines.push(vec![name.to_owned()]);
    }
    let (field, component) = place_of(name, place);
    let line = &mut lines[at];
    if line.len() <= field {
        line.resize(field + 1, String::new());
    }
    let Some(number) = component else {
        text.clone_into(&mut line[field]);
        return;
    };
    let (first, rest) = match line[field].split_once('~') {
        Some((first, rest)) => (first, Some(rest)),
        None => (line[field].as_str(), None),
    };
    let mut parts: Vec<&str> = first.split('^').collect();
    if parts.len() < number {
        parts.resize(number, "");
    }
    parts[number - 1] = text;
    let mut made = parts.join("^");
    if let Some(rest) = rest {
        made.push('~');
        made.push_str(rest);
    }
    line[field] = made;
}
