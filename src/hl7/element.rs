//! One part of a message at any level, and the parts inside it.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::delimiters::Delimiters;
use super::escape::{display, unescape};
use super::index::Separators;
use super::message::Segment;
use super::part::{next_separator, nth_part};

/// The level at which a part of a message stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// A line.
    Segment,
    /// Between two field separators, with all repetitions.
    Field,
    /// One repetition of a field.
    Repetition,
    /// One component of a repetition.
    Component,
    /// One subcomponent of a component.
    Subcomponent,
}

/// A part of a message: a slice of its text that knows its level and place.
#[derive(Clone, Copy)]
pub struct Element<'m> {
    raw: &'m str,
    start: usize,
    level: Level,
    delimiters: &'m Delimiters,
    atomic: bool,
}

impl<'m> Element<'m> {
    pub(super) fn new(
        raw: &'m str,
        start: usize,
        level: Level,
        delimiters: &'m Delimiters,
        atomic: bool,
    ) -> Self {
        Self {
            raw,
            start,
            level,
            delimiters,
            atomic,
        }
    }

    /// The level.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The text as it stands, escapes still in place.
    pub fn raw(&self) -> &'m str {
        self.raw
    }

    /// The bytes of [`Self::raw`] in the message's text.
    pub fn span(&self) -> Range<usize> {
        self.start..self.start + self.raw.len()
    }

    /// The plain value: delimiter escapes undone, formatting escapes kept.
    pub fn text(&self) -> Cow<'m, str> {
        if self.atomic {
            Cow::Borrowed(self.raw)
        } else {
            unescape(self.raw, self.delimiters)
        }
    }

    /// The value as a person reads it: formatting carried out, bytes of `\X..\` shown.
    pub fn display(&self) -> Cow<'m, str> {
        if self.atomic {
            Cow::Borrowed(self.raw)
        } else {
            display(self.raw, self.delimiters)
        }
    }

    /// Whether it is there without any text.
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// Whether it is HL7's null: two quotes, which ask the receiver to delete the value.
    pub fn is_null(&self) -> bool {
        self.raw == "\"\""
    }

    /// Whether it is MSH-1 or MSH-2 (or those of BHS, FHS), which are never split.
    pub fn is_encoding_characters(&self) -> bool {
        self.atomic && self.level != Level::Segment
    }

    /// The parts one level down; nothing below a subcomponent.
    ///
    /// The fields of a segment come from [`Segment::fields`], which knows about headers.
    pub fn children(&self) -> Children<'m> {
        Children::of_element(*self)
    }

    /// The part one level down, counted from 1.
    pub fn child(&self, number: usize) -> Option<Self> {
        let before = number.checked_sub(1)?;
        match self.below() {
            Some((level, delimiter)) if !self.atomic => {
                let part = nth_part(self.raw, delimiter, number).ok()?;
                Some(Self {
                    raw: self.raw.get(part.clone())?,
                    start: self.start + part.start,
                    level,
                    ..*self
                })
            }
            _ => self.children().nth(before),
        }
    }

    /// The repetitions of a field; of anything else, itself.
    pub fn repetitions(&self) -> Children<'m> {
        if self.level == Level::Field {
            self.children()
        } else {
            Children::only(*self)
        }
    }

    /// A repetition of a field, counted from 1.
    pub fn repetition(&self, number: usize) -> Option<Self> {
        if self.level == Level::Field {
            self.child(number)
        } else {
            (number == 1).then_some(*self)
        }
    }

    /// A component, counted from 1; of a field that of the first repetition.
    pub fn component(&self, number: usize) -> Option<Self> {
        match self.level {
            Level::Field => self.child(1)?.child(number),
            Level::Repetition => self.child(number),
            Level::Segment | Level::Component | Level::Subcomponent => None,
        }
    }

    /// A subcomponent, counted from 1, of the first component of what stands above.
    pub fn subcomponent(&self, number: usize) -> Option<Self> {
        match self.level {
            Level::Field | Level::Repetition => self.component(1)?.child(number),
            Level::Component => self.child(number),
            Level::Segment | Level::Subcomponent => None,
        }
    }

    /// Whether a delimiter of a lower level stands in it.
    pub fn is_composite(&self) -> bool {
        let d = self.delimiters;
        let raw = self.raw;
        !self.atomic
            && match self.level {
                Level::Segment => holds_any(raw, [d.field; 3]),
                Level::Field => holds_any(raw, [d.repetition, d.component, d.subcomponent]),
                Level::Repetition => holds_any(raw, [d.component, d.subcomponent, d.subcomponent]),
                Level::Component => holds_any(raw, [d.subcomponent; 3]),
                Level::Subcomponent => false,
            }
    }

    fn below(&self) -> Option<(Level, char)> {
        match self.level {
            Level::Segment | Level::Subcomponent => None,
            Level::Field => Some((Level::Repetition, self.delimiters.repetition)),
            Level::Repetition => Some((Level::Component, self.delimiters.component)),
            Level::Component => Some((Level::Subcomponent, self.delimiters.subcomponent)),
        }
    }
}

/// Whether one of the characters stands in the text: asked of nearly every value, and most are a
/// few bytes long.
#[inline]
fn holds_any(raw: &str, wanted: [char; 3]) -> bool {
    let [a, b, c] = wanted;
    if !(a.is_ascii() && b.is_ascii() && c.is_ascii()) {
        return raw.contains(wanted);
    }
    let [a, b, c] = [a as u8, b as u8, c as u8];
    let is_one = |byte: &u8| *byte == a || *byte == b || *byte == c;
    // Sixteen at a time without a branch on what they are, which the compiler does at once.
    let (blocks, rest) = raw.as_bytes().as_chunks::<16>();
    blocks
        .iter()
        .any(|block| block.iter().fold(false, |one, byte| one | is_one(byte)))
        || rest.iter().any(is_one)
}

/// Shows level and size only: an element holds patient data.
impl fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?}({} bytes at {})",
            self.level,
            self.raw.len(),
            self.start
        )
    }
}

/// The parts one level below a segment or an element, in order.
pub struct Children<'m>(Kind<'m>);

enum Kind<'m> {
    Fields(Fields<'m>),
    Split {
        of: Element<'m>,
        level: Level,
        delimiter: char,
        /// Where the next part starts within the element; nothing when all are given.
        at: Option<usize>,
    },
    Only(Option<Element<'m>>),
}

struct Fields<'m> {
    segment: Segment<'m>,
    separators: Separators<'m>,
    /// Bytes of a separator.
    width: usize,
    /// The separator before the next field.
    at: Option<usize>,
    number: usize,
    header: bool,
}

impl<'m> Children<'m> {
    pub(super) fn of_segment(segment: Segment<'m>) -> Self {
        Self(Kind::Fields(Fields::of(segment)))
    }

    fn of_element(of: Element<'m>) -> Self {
        match of.below() {
            Some((level, _)) if of.atomic => Self(Kind::Only(Some(Element { level, ..of }))),
            Some((level, delimiter)) => Self(Kind::Split {
                of,
                level,
                delimiter,
                at: Some(0),
            }),
            None => Self(Kind::Only(None)),
        }
    }

    fn only(of: Element<'m>) -> Self {
        Self(Kind::Only(Some(of)))
    }
}

impl<'m> Iterator for Children<'m> {
    type Item = Element<'m>;

    #[inline]
    fn next(&mut self) -> Option<Element<'m>> {
        match &mut self.0 {
            Kind::Fields(fields) => fields.next(),
            Kind::Only(element) => element.take(),
            Kind::Split {
                of,
                level,
                delimiter,
                at,
            } => {
                let start = (*at)?;
                let found = next_separator(of.raw, start, *delimiter);
                *at = found.map(|end| end + delimiter.len_utf8());
                Some(Element {
                    raw: of.raw.get(start..found.unwrap_or(of.raw.len()))?,
                    start: of.start + start,
                    level: *level,
                    ..*of
                })
            }
        }
    }
}

impl<'m> Fields<'m> {
    fn of(segment: Segment<'m>) -> Self {
        let mut separators = segment.separators();
        let at = separators.next();
        Self {
            segment,
            separators,
            width: segment.message().delimiters().field.len_utf8(),
            at,
            number: 1,
            header: segment.carries_delimiters(),
        }
    }

    #[inline]
    fn next(&mut self) -> Option<Element<'m>> {
        let (number, span) = self.next_span()?;
        let atomic = self.header && number <= 2;
        Some(self.segment.element_at(span, atomic))
    }

    /// The bytes of the next field, and its number.
    #[inline]
    fn next_span(&mut self) -> Option<(usize, Range<usize>)> {
        let at = self.at?;
        let number = self.number;
        self.number += 1;
        // The first field of a header is the separator itself.
        if self.header && number == 1 {
            return Some((number, at..at + self.width));
        }
        self.at = self.separators.next();
        let end = self.at.unwrap_or(self.segment.end());
        Some((number, at + self.width..end))
    }
}

/// The fields of a segment that hold something, in order, with their numbers.
pub struct FilledFields<'m>(Fields<'m>);

impl<'m> FilledFields<'m> {
    pub(super) fn of_segment(segment: Segment<'m>) -> Self {
        Self(Fields::of(segment))
    }
}

impl<'m> Iterator for FilledFields<'m> {
    type Item = (usize, Element<'m>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (number, span) = self.0.next_span()?;
            if !span.is_empty() {
                let atomic = self.0.header && number <= 2;
                return Some((number, self.0.segment.element_at(span, atomic)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn filled_fields_are_those_that_are_not_empty() {
        let (message, _) = parse("MSH|^~\\&||A||\rPID|||7^8||x|\rPV1\rZPI|\rno segment|a||b");
        for segment in message.segments() {
            let filled: Vec<(usize, &str, bool)> = segment
                .filled_fields()
                .map(|(number, field)| (number, field.raw(), field.is_encoding_characters()))
                .collect();
            let expect: Vec<(usize, &str, bool)> = (1..)
                .zip(segment.fields())
                .filter(|(_, field)| !field.is_empty())
                .map(|(number, field)| (number, field.raw(), field.is_encoding_characters()))
                .collect();
            assert_eq!(filled, expect, "{segment:?}");
        }
    }
}
