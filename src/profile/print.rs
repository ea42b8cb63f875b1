//! Printing a profile as RON that a person reads and git compares line by line.
//!
//! One form only: names in their order, maps sorted, one entry a line, what is not said left out.
//! The profile is written by hand-made code and not by RON's serializer, which can neither leave out
//! defaults by context nor write a source's location without a name.

use std::collections::BTreeMap;
use std::fmt::{Display, Write};
use std::sync::Arc;

use super::column_source::ColumnSource;
use super::conformance::Rule;
use super::data_type::{ComponentOverlay, TypeOverlay};
use super::document::{CodeDefault, Codes, MessageDefinition, Profile, SegmentOverlay};
use super::field::FieldOverlay;
use super::rows::Rows;
use super::script::Script;
use super::table::{Column, Table};

/// The canonical RON text of a profile; [`super::read()`] gives back an equal profile.
pub fn print(profile: &Profile) -> String {
    let mut page = Page::default();
    page.block("Profile(", ")\n", |page| {
        page.line(format_args!("format: {},", profile.format));
        page.line(format_args!("name: {},", Quoted(&profile.name)));
        if !profile.description.is_empty() {
            page.line(format_args!(
                "description: {},",
                Quoted(&profile.description)
            ));
        }
        if let Some(template) = &profile.extends {
            page.line(format_args!("extends: {},", Quoted(template)));
        }
        if !profile.remove.is_empty() {
            page.block("remove: [", "],\n", |page| {
                for path in &profile.remove {
                    page.line(format_args!("{},", Quoted(&path.to_string())));
                }
            });
        }
        if let Some(version) = profile.standard {
            page.line(format_args!("standard: \"{version}\","));
        }
        if let Some(charset) = profile.syntax.charset {
            page.line(format_args!("syntax: (charset: {charset}),"));
        }
        page.map("severity", &profile.severity, |page, rule, severity| {
            page.line(format_args!("{}: {severity},", Quoted(rule)));
        });
        if !profile.waivers.is_empty() {
            page.block("waivers: [", "],\n", |page| {
                for waiver in &profile.waivers {
                    page.line(format_args!(
                        "(rule: {}, at: {}, reason: {}),",
                        Quoted(&waiver.rule),
                        Quoted(&waiver.at.to_string()),
                        Quoted(&waiver.reason)
                    ));
                }
            });
        }
        if profile.scripts.iter().next().is_some() {
            page.block("scripts: (", "),\n", |page| {
                for (hook, script) in profile.scripts.iter() {
                    page.script(hook.name(), script);
                }
            });
        }
        if !profile.messages.is_empty() {
            page.block("messages: [", "],\n", |page| {
                for definition in &profile.messages {
                    page.message(definition);
                }
            });
        }
        page.map("segments", &profile.segments, |page, name, segment| {
            page.segment(name.as_str(), segment);
        });
        page.map("types", &profile.types, |page, name, data_type| {
            page.data_type(name, data_type);
        });
        page.map("codes", &profile.codes, |page, name, codes| {
            page.codes(name, codes);
        });
        page.map("tables", &profile.tables, |page, name, table| {
            page.table(name, table);
        });
    });
    page.text
}

/// The text so far and how deep the next line stands.
#[derive(Default)]
struct Page {
    text: String,
    depth: usize,
}

impl Page {
    fn line(&mut self, line: impl Display) {
        self.start(line);
        self.text.push('\n');
    }

    fn start(&mut self, line: impl Display) {
        for _ in 0..self.depth {
            self.text.push_str("    ");
        }
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{line}");
    }

    fn block(&mut self, open: impl Display, close: &str, inner: impl FnOnce(&mut Self)) {
        self.line(open);
        self.depth += 1;
        inner(self);
        self.depth -= 1;
        self.start(close);
    }

    /// A map; nothing when it is empty.
    fn map<K, V>(
        &mut self,
        field: &str,
        entries: &BTreeMap<K, V>,
        mut entry: impl FnMut(&mut Self, &K, &V),
    ) {
        if !entries.is_empty() {
            self.block(format_args!("{field}: {{"), "},\n", |page| {
                for (key, value) in entries {
                    entry(page, key, value);
                }
            });
        }
    }

    fn message(&mut self, definition: &MessageDefinition) {
        self.block("Message(", "),\n", |page| {
            page.line(format_args!("name: {},", Quoted(&definition.name)));
            if let Some(name) = &definition.before {
                page.line(format_args!("before: {},", Quoted(name)));
            }
            if let Some(name) = &definition.after {
                page.line(format_args!("after: {},", Quoted(name)));
            }
            if !definition.identity.is_empty() {
                page.block("identity: [", "],\n", |page| {
                    for identity in &definition.identity {
                        let at = identity.at.to_string();
                        let matches = Quoted(&identity.matches);
                        page.line(format_args!("(at: {}, matches: {matches}),", Quoted(&at)));
                    }
                });
            }
            if let Some(grammar) = &definition.grammar {
                page.line(format_args!("grammar: {},", Quoted(grammar)));
            }
            if let Some(unknown_segments) = definition.unknown_segments {
                page.line(format_args!(
                    "unknown_segments: {},",
                    unknown_segments.name()
                ));
            }
            if let Some(order) = definition.order {
                page.line(format_args!("order: {},", order.name()));
            }
            page.rules(&definition.rules);
            if !definition.rows.is_empty() {
                page.block("rows: [", "],\n", |page| {
                    for rows in &definition.rows {
                        page.rows(rows);
                    }
                });
            }
            if let Some(out) = &definition.out {
                if out.template.is_empty() {
                    page.line("out: Out(),");
                } else {
                    page.line(format_args!(
                        "out: Out(template: {}),",
                        Quoted(&out.template)
                    ));
                }
            }
            if let Some(script) = &definition.script {
                page.script("script", script);
            }
        });
    }

    fn script(&mut self, name: &str, script: &Script) {
        match script {
            Script::Inline(text) => self.line(format_args!("{name}: Inline({}),", Raw(text))),
            Script::File(path) => self.line(format_args!("{name}: File({}),", Quoted(path))),
        }
    }

    fn rows(&mut self, rows: &Rows) {
        self.block("Rows(", "),\n", |page| {
            page.line(format_args!("table: {},", Quoted(&rows.table)));
            if let Some(root) = &rows.root {
                page.line(format_args!("root: {},", Quoted(&root.to_string())));
            }
            if let Some(parent) = &rows.parent {
                page.line(format_args!("parent: {},", Quoted(parent)));
            }
            page.map("columns", &rows.columns, |page, name, source| {
                page.line(format_args!("{}: {},", Quoted(name), Source(source)));
            });
        });
    }

    fn segment(&mut self, name: &str, segment: &SegmentOverlay) {
        if *segment == SegmentOverlay::default() {
            self.line(format_args!("{}: Segment(),", Quoted(name)));
            return;
        }
        self.block(format_args!("{}: Segment(", Quoted(name)), "),\n", |page| {
            if !segment.description.is_empty() {
                page.line(format_args!(
                    "description: {},",
                    Quoted(&segment.description)
                ));
            }
            if let Some(version) = segment.standard {
                page.line(format_args!("standard: \"{version}\","));
            }
            if !segment.fields.is_empty() {
                page.block("fields: [", "],\n", |page| {
                    for field in &segment.fields {
                        page.line(format_args!("Field({}),", field_entries(field).join(", ")));
                    }
                });
            }
            page.rules(&segment.rules);
        });
    }

    fn data_type(&mut self, name: &str, data_type: &TypeOverlay) {
        if *data_type == TypeOverlay::default() {
            self.line(format_args!("{}: Type(),", Quoted(name)));
            return;
        }
        self.block(format_args!("{}: Type(", Quoted(name)), "),\n", |page| {
            if !data_type.description.is_empty() {
                let description = Quoted(&data_type.description);
                page.line(format_args!("description: {description},"));
            }
            if let Some(mask) = &data_type.mask {
                page.line(format_args!("mask: {},", Quoted(mask)));
            }
            if !data_type.components.is_empty() {
                page.block("components: [", "],\n", |page| {
                    for component in &data_type.components {
                        let entries = component_entries(component).join(", ");
                        page.line(format_args!("Component({entries}),"));
                    }
                });
            }
        });
    }

    fn rules(&mut self, rules: &[Rule]) {
        if rules.is_empty() {
            return;
        }
        self.block("rules: [", "],\n", |page| {
            for rule in rules {
                let mut entries = vec![format!("name: {}", Quoted(&rule.name))];
                entries.extend(
                    rule.when
                        .as_ref()
                        .map(|when| format!("when: {}", Quoted(when))),
                );
                entries.push(format!("must: {}", Quoted(&rule.must)));
                let at = rule.at.as_ref().map(ToString::to_string);
                entries.extend(at.map(|at| format!("at: {}", Quoted(&at))));
                if !rule.message.is_empty() {
                    entries.push(format!("message: {}", Quoted(&rule.message)));
                }
                page.line(format_args!("Rule({}),", entries.join(", ")));
            }
        });
    }

    fn codes(&mut self, name: &str, codes: &Codes) {
        if *codes == Codes::default() {
            self.line(format_args!("{}: Codes(),", Quoted(name)));
            return;
        }
        let pair = |page: &mut Page, key: &Arc<str>, value: &Arc<str>| {
            page.line(format_args!("{}: {},", Quoted(key), Quoted(value)));
        };
        self.block(format_args!("{}: Codes(", Quoted(name)), "),\n", |page| {
            page.map("values", &codes.values, pair);
            page.map("maps", &codes.maps, pair);
            page.map("back", &codes.back, pair);
            match &codes.otherwise {
                None => {}
                Some(CodeDefault::Keep) => page.line("otherwise: Keep,"),
                Some(CodeDefault::Error) => page.line("otherwise: Error,"),
                Some(CodeDefault::Default(code)) => {
                    page.line(format_args!("otherwise: Default({}),", Quoted(code)));
                }
            }
        });
    }

    fn table(&mut self, name: &str, table: &Table) {
        if *table == Table::default() {
            self.line(format_args!("{}: Table(),", Quoted(name)));
            return;
        }
        self.block(format_args!("{}: Table(", Quoted(name)), "),\n", |page| {
            if let Some(entry) = text_entry("description", &table.description) {
                page.line(format_args!("{entry},"));
            }
            if let Some(parent) = &table.parent {
                page.line(format_args!("parent: {},", Quoted(parent)));
            }
            if table.columns.is_empty() {
                return;
            }
            page.block("columns: [", "],\n", |page| {
                for column in &table.columns {
                    page.line(format_args!("Column({}),", column_entries(column)));
                }
            });
        });
    }
}

/// What a column says, in order.
fn column_entries(column: &Column) -> String {
    let mut entries = vec![
        format!("name: {}", Quoted(&column.name)),
        format!("type: {}", column.column_type),
    ];
    entries.extend(column.key.then(|| "key: true".to_owned()));
    entries.extend(column.size.map(|size| format!("size: {size}")));
    entries.extend(text_entry("description", &column.description));
    entries.join(", ")
}

/// What a field says, in order.
fn field_entries(field: &FieldOverlay) -> Vec<String> {
    let mut entries = Vec::new();
    entries.extend(field.number.map(|number| format!("number: {number}")));
    entries.extend(text_entry("name", &field.name));
    entries.extend(text_entry("description", &field.description));
    entries.extend(
        field
            .standard
            .map(|version| format!("standard: \"{version}\"")),
    );
    entries.extend(some_entry("type", field.data_type.as_ref()));
    entries.extend(field.usage.map(|usage| format!("usage: {usage}")));
    entries.extend(some_entry("when", field.when.as_ref()));
    entries.extend(field.repeat.map(|repeat| format!("repeat: {repeat}")));
    entries.extend(field.least.map(|least| format!("least: {least}")));
    entries.extend(field.length.map(|length| format!("length: {length}")));
    entries.extend(some_entry("codes", field.codes.as_ref()));
    entries.extend(some_entry("mask", field.mask.as_ref()));
    entries
}

/// What a component says, in order.
fn component_entries(component: &ComponentOverlay) -> Vec<String> {
    let mut entries = Vec::new();
    entries.extend(component.number.map(|number| format!("number: {number}")));
    entries.extend(text_entry("name", &component.name));
    entries.extend(text_entry("description", &component.description));
    entries.extend(some_entry("type", component.data_type.as_ref()));
    entries.extend(component.usage.map(|usage| format!("usage: {usage}")));
    entries.extend(component.length.map(|length| format!("length: {length}")));
    entries.extend(some_entry("codes", component.codes.as_ref()));
    entries.extend(some_entry("mask", component.mask.as_ref()));
    entries
}

fn text_entry(name: &str, text: &str) -> Option<String> {
    (!text.is_empty()).then(|| format!("{name}: {}", Quoted(text)))
}

fn some_entry(name: &str, text: Option<&Arc<str>>) -> Option<String> {
    text.map(|text| format!("{name}: {}", Quoted(text)))
}

struct Source<'a>(&'a ColumnSource);

impl Display for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let reading = match self.0 {
            ColumnSource::From(reading) => reading,
            ColumnSource::Constant(text) => return write!(f, "Constant({})", Quoted(text)),
            ColumnSource::Parent(column) => return write!(f, "Parent({})", Quoted(column)),
        };
        write!(f, "From({}", Quoted(&reading.location_text()))?;
        for (field, text) in [
            ("codes", &reading.codes),
            ("then", &reading.then),
            ("default", &reading.default),
        ] {
            if let Some(text) = text {
                write!(f, ", {field}: {}", Quoted(text))?;
            }
        }
        if let Some(read_as) = reading.read_as {
            write!(f, ", as: {read_as}")?;
        }
        f.write_char(')')
    }
}

/// A string as RON writes it, in its shortest readable form: raw where it holds quotes, backslashes or line
/// ends.
pub struct Quoted<'a>(pub &'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.contains(['"', '\\', '\n']) && self.0.chars().all(shows) {
            write_raw(f, self.0, 0)
        } else {
            write_escaped(f, self.0)
        }
    }
}

/// A script: raw unless a character in it cannot be seen.
struct Raw<'a>(&'a str);

impl Display for Raw<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.chars().all(shows) {
            write_raw(f, self.0, 1)
        } else {
            write_escaped(f, self.0)
        }
    }
}

/// Whether an editor shows the character and a checkout keeps it.
fn shows(c: char) -> bool {
    match c {
        '\n' | '\t' => true,
        // A byte order mark and the marks that turn the direction of writing.
        '\u{feff}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => false,
        c => !c.is_control(),
    }
}

fn write_raw(f: &mut std::fmt::Formatter<'_>, text: &str, least: usize) -> std::fmt::Result {
    let needed = text
        .split('"')
        .skip(1)
        .map(|after| 1 + after.bytes().take_while(|&byte| byte == b'#').count())
        .max()
        .unwrap_or(0);
    let hashes = "#".repeat(needed.max(least));
    write!(f, "r{hashes}\"{text}\"{hashes}")
}

fn write_escaped(f: &mut std::fmt::Formatter<'_>, text: &str) -> std::fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if shows(c) => f.write_char(c)?,
            c => write!(f, "\\u{{{:x}}}", u32::from(c))?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::read::read;
    use super::super::samples::{EVERYTHING, profile};
    use super::*;

    fn check(text: &str, expect: &str) {
        match read(text) {
            Ok(profile) => assert_eq!(print(&profile), expect),
            Err(error) => panic!("{error}"),
        }
    }

    fn check_name(name: &str, expect: &str) {
        let written = print(&Profile::new(name));
        let line = written.lines().find(|line| line.contains("name:"));
        assert_eq!(line, Some(format!("    name: {expect},").as_str()));
    }

    #[test]
    fn a_canonical_text_stays_as_it_is() {
        check(EVERYTHING, EVERYTHING);
    }

    #[test]
    fn what_is_not_said_is_left_out() {
        check(
            "Profile(format: 1, name: \"a\", messages: [], segments: {}, codes: {\"c\": Codes()})",
            concat!(
                "Profile(\n    format: 1,\n    name: \"a\",\n",
                "    codes: {\n        \"c\": Codes(),\n    },\n)\n"
            ),
        );
    }

    #[test]
    fn a_text_is_raw_where_that_reads_better_and_never_hides_a_character() {
        check_name("plain", "\"plain\"");
        check_name(r"^A\d$", r#"r"^A\d$""#);
        check_name("say \"a\"", "r#\"say \"a\"\"#");
        check_name("a\"## b", "r###\"a\"## b\"###");
        check_name("a\rb\\", r#""a\rb\\""#);
        check_name("a\u{202e}b", r#""a\u{202e}b""#);
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back_equal(profile in profile()) {
            let text = print(&profile);
            prop_assert!(text.ends_with(")\n"));
            let again = read(&text);
            prop_assert_eq!(again.as_ref(), Ok(&profile), "{}", text);
        }
    }
}
