//! A message as a tree: groups, segments, and each value with its location and name.

use std::io::{self, Write};

use crate::grammar::{Grammar, Node, NodeKind, SegmentView, Standing};
use crate::hl7::{Element, Level, Message, Segment};
use crate::workbench::{Header, Preview, Sample};

/// Longer values are cut: a document of megabytes says nothing on a terminal.
const LONGEST: usize = 160;

/// Writes one message.
pub(super) fn write(
    out: &mut impl Write,
    index: u64,
    sample: &Sample,
    preview: &Preview,
) -> io::Result<()> {
    let kind = Header::of(&preview.message).kind;
    writeln!(out, "# {} {} {}", index + 1, sample.name(), shown(&kind))?;
    let tree = Tree {
        message: &preview.message,
        grammar: &preview.grammar,
    };
    for child in &preview.tree.children {
        tree.node(out, child, 0)?;
    }
    writeln!(out)
}

struct Tree<'a> {
    message: &'a Message,
    grammar: &'a Grammar,
}

impl Tree<'_> {
    fn node(&self, out: &mut impl Write, node: &Node, depth: usize) -> io::Result<()> {
        match &node.kind {
            NodeKind::Message { .. }
            | NodeKind::Missing {
                required: false, ..
            } => {}
            NodeKind::Group { name, occurrence } => {
                indent(out, depth)?;
                match occurrence {
                    1 => writeln!(out, "{name}")?,
                    _ => writeln!(out, "{name} {occurrence}")?,
                }
            }
            NodeKind::Segment { index, standing } => {
                if let Some(segment) = self.message.segment(*index) {
                    self.segment(out, segment, *standing, depth)?;
                }
            }
            NodeKind::Missing { id, required: true } => {
                indent(out, depth)?;
                writeln!(out, "{id} is required here and missing")?;
            }
        }
        node.children
            .iter()
            .try_for_each(|child| self.node(out, child, depth + 1))
    }

    fn segment(
        &self,
        out: &mut impl Write,
        segment: Segment<'_>,
        standing: Standing,
        depth: usize,
    ) -> io::Result<()> {
        let view = self.grammar.segment(segment.id());
        let head = match segment.occurrence() {
            1 => shown(segment.id()),
            number => format!("{}[{number}]", shown(segment.id())),
        };
        indent(out, depth)?;
        write!(out, "{head}")?;
        if let Some(name) = view
            .as_ref()
            .map(|view| view.name)
            .filter(|name| !name.is_empty())
        {
            write!(out, " {name}")?;
        }
        writeln!(out, "{}", remark(standing))?;
        for (number, field) in (1..=u16::MAX).zip(segment.fields()) {
            self.field(
                out,
                &Field {
                    head: &head,
                    number,
                    view: view.as_ref(),
                },
                field,
                depth + 1,
            )?;
        }
        Ok(())
    }

    fn field(
        &self,
        out: &mut impl Write,
        place: &Field<'_>,
        field: Element<'_>,
        depth: usize,
    ) -> io::Result<()> {
        if field.is_empty() {
            return Ok(());
        }
        let view = place.view.and_then(|view| view.field(place.number));
        let name = view.map_or("", |view| view.name);
        let at = format!("{}-{}", place.head, place.number);
        if !field.is_composite() {
            return leaf(out, &at, name, field, depth);
        }
        heading(out, &at, name, depth)?;
        let repeats = field.repetitions().count() > 1;
        for (number, repetition) in (1_u32..).zip(field.repetitions()) {
            let at = if repeats {
                format!("{at}[{number}]")
            } else {
                at.clone()
            };
            if repetition.is_composite() {
                self.parts(
                    out,
                    &at,
                    view.map_or("", |view| view.data_type),
                    repetition,
                    depth + 1,
                )?;
            } else if !repetition.is_empty() {
                leaf(out, &at, "", repetition, depth + 1)?;
            }
        }
        Ok(())
    }

    /// The components of a repetition, or the subcomponents of a component.
    fn parts(
        &self,
        out: &mut impl Write,
        at: &str,
        data_type: &str,
        of: Element<'_>,
        depth: usize,
    ) -> io::Result<()> {
        let data_type = self.grammar.data_type(data_type);
        for (number, part) in (1_u16..).zip(of.children()) {
            if part.is_empty() {
                continue;
            }
            let described = data_type.and_then(|known| known.component(number));
            let name = described.as_ref().map_or("", |component| component.name);
            let at = format!("{at}.{number}");
            if part.level() == Level::Component && part.is_composite() {
                heading(out, &at, name, depth)?;
                let inner = described.map_or("", |component| component.data_type);
                self.parts(out, &at, inner, part, depth + 1)?;
            } else {
                leaf(out, &at, name, part, depth)?;
            }
        }
        Ok(())
    }
}

/// Where a field stands and who describes its segment.
struct Field<'a> {
    head: &'a str,
    number: u16,
    view: Option<&'a SegmentView<'a>>,
}

fn remark(standing: Standing) -> &'static str {
    match standing {
        Standing::Expected => "",
        Standing::OutOfOrder => " (out of order)",
        Standing::Unknown => " (described by neither the standard nor a profile)",
        Standing::NotInStructure => " (not in the structure of this message)",
        Standing::NotASegment => " (this line is no segment)",
    }
}

fn heading(out: &mut impl Write, at: &str, name: &str, depth: usize) -> io::Result<()> {
    indent(out, depth)?;
    if name.is_empty() {
        writeln!(out, "{at}")
    } else {
        writeln!(out, "{at} {name}")
    }
}

fn leaf(
    out: &mut impl Write,
    at: &str,
    name: &str,
    value: Element<'_>,
    depth: usize,
) -> io::Result<()> {
    indent(out, depth)?;
    let space = if name.is_empty() { "" } else { " " };
    let text = value.text();
    let null = if value.is_null() { " (null)" } else { "" };
    writeln!(out, "{at}{space}{name}: {}{null}", shown(&text))
}

pub(super) fn indent(out: &mut impl Write, depth: usize) -> io::Result<()> {
    write!(out, "{:1$}", "", depth * 2)
}

/// Characters for a terminal: nothing that it would obey.
pub(super) fn plain(text: impl Iterator<Item = char>) -> String {
    let mut plain = String::new();
    for c in text {
        if c.is_control() {
            plain.extend(c.escape_default());
        } else {
            plain.push(c);
        }
    }
    plain
}

/// A value for a terminal: one line, nothing that the terminal would obey, not too long.
pub(super) fn shown(text: &str) -> String {
    let mut shown = plain(text.chars().take(LONGEST));
    let rest = text.chars().skip(LONGEST).count();
    if rest > 0 {
        shown.push_str("… and ");
        shown.push_str(&rest.to_string());
        shown.push_str(" characters more");
    }
    shown
}
