//! A parsed message and its segments.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::delimiters::Delimiters;
use super::element::{Children, Element, FilledFields, Level};
use super::index::{Index, Span};
use super::segment_id::SegmentId;

/// A message: its text and where its segments and fields lie. Cheap to clone, never changed.
#[derive(Clone)]
pub struct Message {
    text: Arc<str>,
    delimiters: Delimiters,
    index: Arc<Index>,
}

impl Message {
    pub(super) fn new(text: Arc<str>, delimiters: Delimiters, segments: Vec<Span>) -> Self {
        let index = Arc::new(Index::new(&text, delimiters.field, segments));
        Self {
            text,
            delimiters,
            index,
        }
    }

    /// The whole text, as it was parsed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole text, shared.
    pub fn shared_text(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// The delimiters in force.
    pub fn delimiters(&self) -> &Delimiters {
        &self.delimiters
    }

    /// Bytes of memory that the index takes beside the text.
    pub fn index_size(&self) -> usize {
        self.index.size()
    }

    /// How many segments there are, lines that are none included.
    pub fn segment_count(&self) -> usize {
        self.index.segments.len()
    }

    /// The segment at an index counted from 0.
    pub fn segment(&self, index: usize) -> Option<Segment<'_>> {
        let span = *self.index.segments.get(index)?;
        Some(Segment {
            message: self,
            index,
            span,
        })
    }

    /// All segments in order.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = Segment<'_>> + ExactSizeIterator {
        self.index
            .segments
            .iter()
            .enumerate()
            .map(move |(index, span)| Segment {
                message: self,
                index,
                span: *span,
            })
    }

    /// The segments of one name in order.
    pub fn segments_named(&self, id: SegmentId) -> impl DoubleEndedIterator<Item = Segment<'_>> {
        self.segments().filter(move |s| s.span.id == Some(id))
    }

    /// The text before the first segment: byte order mark, blank lines, frame bytes.
    pub fn prefix(&self) -> &str {
        let end = self
            .index
            .segments
            .first()
            .map_or(self.text.len(), |s| s.start as usize);
        &self.text[..end]
    }

    /// The index of the segment that holds the byte, or the one before it.
    pub(super) fn segment_index_at(&self, offset: usize) -> Option<usize> {
        self.index
            .segments
            .partition_point(|s| s.start as usize <= offset)
            .checked_sub(1)
    }
}

/// Two messages are equal where their texts are.
impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Message {}

/// Shows the shape only: a message holds patient data.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Message({} segments, {} bytes)",
            self.segment_count(),
            self.text.len()
        )
    }
}

/// One segment of a message.
#[derive(Clone, Copy)]
pub struct Segment<'m> {
    message: &'m Message,
    index: usize,
    span: Span,
}

impl<'m> Segment<'m> {
    /// Its place among the segments, counted from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The message it belongs to.
    pub fn message(&self) -> &'m Message {
        self.message
    }

    /// The text up to the first field separator; for a well-formed segment its identifier.
    pub fn id(&self) -> &'m str {
        let end = match self.span.id {
            Some(_) => self.start() + 3,
            None => self.separators().next().unwrap_or(self.end()),
        };
        &self.message.text[self.start()..end]
    }

    /// The identifier, where the line is a segment.
    pub fn segment_id(&self) -> Option<SegmentId> {
        self.span.id
    }

    /// Whether the line opens with a segment identifier and the field separator.
    pub fn is_segment(&self) -> bool {
        self.span.id.is_some()
    }

    /// Which one among the segments of its name it is, counted from 1.
    pub fn occurrence(&self) -> u32 {
        let all = self.message.index.occurrences.get_or_init(|| {
            let mut seen: HashMap<&str, u32> = HashMap::new();
            self.message
                .segments()
                .map(|segment| {
                    let number = seen.entry(segment.id()).or_default();
                    *number += 1;
                    *number
                })
                .collect()
        });
        all.get(self.index).copied().unwrap_or(1)
    }

    /// The text without its line end, escapes still in place.
    pub fn raw(&self) -> &'m str {
        &self.message.text[self.start()..self.end()]
    }

    /// The bytes of [`Self::raw`] in the message's text.
    pub fn span(&self) -> Range<usize> {
        self.start()..self.end()
    }

    /// What stands between this segment and the next: its line end and any blank lines.
    pub fn line_end(&self) -> &'m str {
        let next = self
            .message
            .index
            .segments
            .get(self.index + 1)
            .map_or(self.message.text.len(), |s| s.start as usize);
        &self.message.text[self.end()..next]
    }

    /// Whether fields 1 and 2 are the delimiters themselves: MSH, BHS, FHS.
    pub fn carries_delimiters(&self) -> bool {
        self.segment_id().is_some_and(SegmentId::carries_delimiters)
    }

    /// The number of the last field that the text has.
    pub fn field_count(&self) -> usize {
        let separators = self.message.index.count(self.start(), self.end());
        if separators > 0 && self.carries_delimiters() {
            separators + 1
        } else {
            separators
        }
    }

    /// A field, counted from 1; nothing where the segment ends before it.
    pub fn field(&self, number: usize) -> Option<Element<'m>> {
        if self.carries_delimiters() {
            return self.header_field(number);
        }
        self.token(number).map(|span| self.element_at(span, false))
    }

    /// All fields from 1 on.
    pub fn fields(&self) -> Children<'m> {
        Children::of_segment(*self)
    }

    /// The fields that hold something, with their numbers. Most fields of most segments are empty:
    /// this passes over them faster than [`Self::fields`].
    pub fn filled_fields(&self) -> FilledFields<'m> {
        FilledFields::of_segment(*self)
    }

    /// The segment as the topmost element.
    pub fn element(&self) -> Element<'m> {
        Element::new(
            self.raw(),
            self.start(),
            Level::Segment,
            &self.message.delimiters,
            true,
        )
    }

    fn header_field(&self, number: usize) -> Option<Element<'m>> {
        match number {
            0 => None,
            1 => {
                let at = self.separators().next()?;
                let end = at + self.message.delimiters.field.len_utf8();
                Some(self.element_at(at..end, true))
            }
            2 => self.token(1).map(|span| self.element_at(span, true)),
            _ => self
                .token(number - 1)
                .map(|span| self.element_at(span, false)),
        }
    }

    /// The bytes after the `n`-th separator, up to the next one.
    fn token(&self, n: usize) -> Option<Range<usize>> {
        if n == 0 {
            return None;
        }
        let (at, next) = self.message.index.nth(self.start(), self.end(), n);
        let start = at? + self.message.delimiters.field.len_utf8();
        Some(start..next.unwrap_or(self.end()))
    }

    #[inline]
    pub(super) fn element_at(&self, span: Range<usize>, atomic: bool) -> Element<'m> {
        Element::new(
            &self.message.text[span.clone()],
            span.start,
            Level::Field,
            &self.message.delimiters,
            atomic,
        )
    }

    pub(super) fn separators(&self) -> super::index::Separators<'m> {
        self.message.index.separators(self.start(), self.end())
    }

    pub(super) fn separator_count(&self, to: usize) -> usize {
        self.message.index.count(self.start(), to.min(self.end()))
    }

    pub(super) fn start(&self) -> usize {
        self.span.start as usize
    }

    pub(super) fn end(&self) -> usize {
        self.span.end as usize
    }
}

/// Shows name and place only.
impl fmt::Debug for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.segment_id() {
            Some(id) => write!(f, "Segment({id} at {})", self.index),
            None => write!(f, "Segment(no segment at {})", self.index),
        }
    }
}
