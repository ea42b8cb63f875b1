//! A message structure: which segments in which order, in groups and choices, and its notation.
//!
//! `NAME` once, `NAME?` at most once, `NAME*` any number, `NAME+` at least once, `(GROUP: items)` a
//! group, `<NAME: a b c>` exactly one of, `Hxx` any segment.

use std::fmt;

/// A message structure of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Structure {
    /// Its id as in MSH-9.3: `ADT_A01`.
    pub id: &'static str,
    /// Its segments and groups in order.
    pub items: Vec<StructureItem>,
}

/// A place in a message structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StructureItem {
    /// A segment of this id.
    Segment {
        /// The three characters that start it.
        id: &'static str,
        /// Whether it may be missing.
        optional: bool,
        /// Whether it may be there more than once.
        repeating: bool,
    },
    /// A named sequence.
    Group {
        /// Its name in the standard: `PATIENT_RESULT`.
        name: &'static str,
        /// What it holds, in order.
        items: Vec<StructureItem>,
        /// Whether it may be missing.
        optional: bool,
        /// Whether it may be there more than once.
        repeating: bool,
    },
    /// Exactly one of several.
    Choice {
        /// Its name in the standard.
        name: &'static str,
        /// What may stand here.
        options: Vec<StructureItem>,
        /// Whether it may be missing.
        optional: bool,
        /// Whether it may be there more than once.
        repeating: bool,
    },
    /// Any segment (`Hxx`).
    Any {
        /// Whether it may be missing.
        optional: bool,
        /// Whether it may be there more than once.
        repeating: bool,
    },
}

impl StructureItem {
    /// Whether it may be missing.
    pub fn is_optional(&self) -> bool {
        match self {
            StructureItem::Segment { optional, .. }
            | StructureItem::Group { optional, .. }
            | StructureItem::Choice { optional, .. }
            | StructureItem::Any { optional, .. } => *optional,
        }
    }

    /// Whether it may be there more than once.
    pub fn is_repeating(&self) -> bool {
        match self {
            StructureItem::Segment { repeating, .. }
            | StructureItem::Group { repeating, .. }
            | StructureItem::Choice { repeating, .. }
            | StructureItem::Any { repeating, .. } => *repeating,
        }
    }

    /// What it holds, in order; empty for a segment.
    pub fn items(&self) -> &[StructureItem] {
        match self {
            StructureItem::Group { items, .. } => items,
            StructureItem::Choice { options, .. } => options,
            StructureItem::Segment { .. } | StructureItem::Any { .. } => &[],
        }
    }
}

impl Structure {
    /// The ids of its segments in order, repeated where it names them repeatedly.
    pub fn segment_ids(&self) -> Vec<&'static str> {
        fn walk(items: &[StructureItem], ids: &mut Vec<&'static str>) {
            for item in items {
                if let StructureItem::Segment { id, .. } = item {
                    ids.push(id);
                }
                walk(item.items(), ids);
            }
        }
        let mut ids = Vec::new();
        walk(&self.items, &mut ids);
        ids
    }
}

impl fmt::Display for StructureItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StructureItem::Segment { id, .. } => f.write_str(id)?,
            StructureItem::Any { .. } => f.write_str(ANY)?,
            StructureItem::Group { name, items, .. } => {
                // 2.4 has a group of which it says no more than its name.
                write!(f, "({name}:{}", if items.is_empty() { " " } else { "" })?;
                items.iter().try_for_each(|item| write!(f, " {item}"))?;
                f.write_str(")")?;
            }
            StructureItem::Choice { name, options, .. } => {
                write!(f, "<{name}:")?;
                options
                    .iter()
                    .try_for_each(|option| write!(f, " {option}"))?;
                f.write_str(">")?;
            }
        }
        f.write_str(match (self.is_optional(), self.is_repeating()) {
            (false, false) => "",
            (true, false) => "?",
            (true, true) => "*",
            (false, true) => "+",
        })
    }
}

impl fmt::Display for Structure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in self.items.iter().enumerate() {
            write!(f, "{}{item}", if index == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

const ANY: &str = "Hxx";

/// The text is no message structure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StructureError {
    /// Where reading ended, in bytes.
    pub offset: usize,
    /// What should have stood there.
    pub expected: &'static str,
}

impl fmt::Display for StructureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} at offset {}", self.expected, self.offset)
    }
}

impl std::error::Error for StructureError {}

/// Reads the notation of the dictionary's structures.
pub fn parse_structure(id: &'static str, text: &'static str) -> Result<Structure, StructureError> {
    let mut reader = Reader { text, at: 0 };
    let items = reader.items()?;
    reader.blanks();
    if reader.at == text.len() {
        Ok(Structure { id, items })
    } else {
        Err(reader.expected("a segment or group"))
    }
}

struct Reader {
    text: &'static str,
    at: usize,
}

impl Reader {
    fn expected(&self, expected: &'static str) -> StructureError {
        StructureError {
            offset: self.at,
            expected,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    fn accept(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn name(&mut self) -> Option<&'static str> {
        let rest = self.text.get(self.at..)?;
        let is_end = |c: char| !c.is_ascii_alphanumeric() && c != '_';
        let name = rest.split(is_end).next().filter(|name| !name.is_empty())?;
        self.at += name.len();
        Some(name)
    }

    /// Items up to a closing bracket or the end.
    fn items(&mut self) -> Result<Vec<StructureItem>, StructureError> {
        let mut items = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                Some(b'(' | b'<' | b'A'..=b'Z') => items.push(self.item()?),
                _ => return Ok(items),
            }
        }
    }

    fn item(&mut self) -> Result<StructureItem, StructureError> {
        if self.accept(b'(') {
            let (name, items) = self.bracketed(b')', "the group's closing )")?;
            let (optional, repeating) = self.cardinality();
            return Ok(StructureItem::Group {
                name,
                items,
                optional,
                repeating,
            });
        }
        if self.accept(b'<') {
            let (name, options) = self.bracketed(b'>', "the choice's closing >")?;
            let (optional, repeating) = self.cardinality();
            return Ok(StructureItem::Choice {
                name,
                options,
                optional,
                repeating,
            });
        }
        let id = self.name().ok_or_else(|| self.expected("a segment"))?;
        let (optional, repeating) = self.cardinality();
        Ok(match id {
            ANY => StructureItem::Any {
                optional,
                repeating,
            },
            _ => StructureItem::Segment {
                id,
                optional,
                repeating,
            },
        })
    }

    fn bracketed(
        &mut self,
        close: u8,
        closing: &'static str,
    ) -> Result<(&'static str, Vec<StructureItem>), StructureError> {
        let name = self.name().ok_or_else(|| self.expected("a name"))?;
        if !self.accept(b':') {
            return Err(self.expected("a colon after the name"));
        }
        let items = self.items()?;
        self.blanks();
        if self.accept(close) {
            Ok((name, items))
        } else {
            Err(self.expected(closing))
        }
    }

    /// (optional, repeating)
    fn cardinality(&mut self) -> (bool, bool) {
        let found = match self.peek() {
            Some(b'?') => (true, false),
            Some(b'*') => (true, true),
            Some(b'+') => (false, true),
            _ => return (false, false),
        };
        self.at += 1;
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &'static str, expect: &str) {
        let found = match parse_structure("X", text) {
            Ok(structure) => structure.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn a_structure_prints_as_it_was_read() {
        for text in [
            "MSH MSA ERR?",
            "MSH (QBP: )? RCP",
            "MSH (A: PID (B: OBX NTE*)+ PV1?)* <CHOICE: OBR RQD (C: RXO Hxx?)>? DSC?",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn a_broken_structure_is_refused_with_its_place() {
        check("MSH (A PID)", "expected a colon after the name at offset 6");
        check("MSH (A: PID", "expected the group's closing ) at offset 11");
        check(
            "MSH <A: PID)",
            "expected the choice's closing > at offset 11",
        );
        check("MSH )", "expected a segment or group at offset 4");
        check("MSH ?", "expected a segment or group at offset 4");
    }
}
