//! A segment grammar as text: on one line, or laid out over several as interface documents print it.

use std::fmt::{self, Write};

use super::field::Repeat;
use super::segment_grammar::{GrammarItem, GrammarKind, SegmentGrammar};

/// What stands on one line in the layout over several, in characters.
const WIDTH: usize = 72;

/// What `Hxx` is called: any segment.
pub(super) const ANY: &str = "Hxx";

/// Before the number in `{NK1}..3`: at most three, as `1..3` in a conformance profile (chapter 2.B).
pub(super) const UP_TO: &str = "..";

impl SegmentGrammar {
    /// The text laid out over several lines: groups that are long are indented, each line holds what
    /// fits on it.
    pub fn pretty(&self) -> String {
        let mut page = Page::default();
        page.sequence(&self.items);
        page.line_end();
        page.text.truncate(page.text.trim_end().len());
        page.text
    }
}

impl fmt::Display for SegmentGrammar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        sequence(f, &self.items)
    }
}

impl fmt::Display for GrammarItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let brackets = Brackets::of(self);
        brackets.open(f)?;
        match &self.kind {
            GrammarKind::Segment(id) => write!(f, "{id}")?,
            GrammarKind::Any => f.write_str(ANY)?,
            GrammarKind::Group { name, items } => {
                if let Some(name) = name {
                    write!(f, "{name}: ")?;
                }
                sequence(f, items)?;
            }
            GrammarKind::Choice { name, options } => {
                f.write_char('<')?;
                if let Some(name) = name {
                    write!(f, "{name}: ")?;
                }
                for (index, option) in options.iter().enumerate() {
                    if index > 0 {
                        f.write_char('|')?;
                    }
                    write!(f, "{option}")?;
                }
                f.write_char('>')?;
            }
        }
        brackets.close(f)
    }
}

fn sequence(f: &mut fmt::Formatter<'_>, items: &[GrammarItem]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_char(' ')?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

/// The brackets round an item, the outer ones first.
struct Brackets {
    plain: bool,
    optional: bool,
    repeat: Repeat,
}

impl Brackets {
    fn of(item: &GrammarItem) -> Self {
        let is_bare = item.optional || item.repeat != Repeat::Once;
        Self {
            plain: item.name().is_some()
                && matches!(item.kind, GrammarKind::Group { .. })
                && !is_bare,
            optional: item.optional,
            repeat: item.repeat,
        }
    }

    fn open(&self, f: &mut impl Write) -> fmt::Result {
        let plain = if self.plain { "(" } else { "" };
        let optional = if self.optional { "[" } else { "" };
        let repeat = if self.repeat == Repeat::Once { "" } else { "{" };
        write!(f, "{plain}{optional}{repeat}")
    }

    fn close(&self, f: &mut impl Write) -> fmt::Result {
        match self.repeat {
            Repeat::Once => {}
            Repeat::Many => f.write_char('}')?,
            Repeat::Times(most) => write!(f, "}}{UP_TO}{most}")?,
        }
        let optional = if self.optional { "]" } else { "" };
        let plain = if self.plain { ")" } else { "" };
        write!(f, "{optional}{plain}")
    }
}

/// The text over several lines so far.
#[derive(Default)]
struct Page {
    text: String,
    line: String,
    depth: usize,
}

impl Page {
    fn sequence(&mut self, items: &[GrammarItem]) {
        for item in items {
            let flat = item.to_string();
            let is_short = self.depth * 2 + flat.chars().count() <= WIDTH;
            let is_plain_group =
                matches!(&item.kind, GrammarKind::Group { items, .. } if items.len() > 1);
            if is_short || !is_plain_group {
                self.word(&flat);
            } else {
                self.group(item);
            }
        }
    }

    fn group(&mut self, item: &GrammarItem) {
        let brackets = Brackets::of(item);
        self.line_end();
        let mut head = String::new();
        // Writing to a string cannot fail.
        let _ = brackets.open(&mut head);
        if let Some(name) = item.name() {
            let _ = write!(head, "{name}:");
        }
        self.word(&head);
        self.line_end();
        self.depth += 1;
        self.sequence(item.items());
        self.line_end();
        self.depth -= 1;
        let mut tail = String::new();
        let _ = brackets.close(&mut tail);
        self.word(&tail);
        self.line_end();
    }

    fn word(&mut self, word: &str) {
        let used = self.depth * 2 + self.line.chars().count() + 1 + word.chars().count();
        if !self.line.is_empty() && used > WIDTH {
            self.line_end();
        }
        if !self.line.is_empty() {
            self.line.push(' ');
        }
        self.line.push_str(word);
    }

    fn line_end(&mut self) {
        if !self.line.is_empty() {
            let _ = writeln!(self.text, "{:1$}{2}", "", self.depth * 2, self.line);
            self.line.clear();
        }
    }
}
