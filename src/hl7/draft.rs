//! A message being written: cheap edits, growing what is missing, escaping what needs it.
//!
//! What no edit touched keeps its bytes. A segment is copied when it is first written to.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::delimiters::Delimiters;
use super::escape::{escape, unescape};
use super::index::opening_id;
use super::location::{FieldPath, Location, Pick};
use super::message::{Message, Segment};
use super::parse::parse;
use super::rewrite::rewritten;
use super::segment_id::SegmentId;
use super::splice::{self, Line};

/// Segments that one write may make: `OBX[1000000]-5` is a slip.
const MOST_MADE: usize = 1000;

/// Bytes that a copied segment may grow by before it is moved.
const ROOM_TO_GROW: usize = 64;

/// A message that is being made or changed.
#[derive(Clone)]
pub struct Draft {
    delimiters: Delimiters,
    prefix: String,
    line_end: String,
    parts: Vec<Part>,
    /// The messages that kept parts lie in.
    sources: Vec<Arc<str>>,
    order: Arc<[SegmentId]>,
}

#[derive(Clone)]
struct Part {
    text: PartText,
    /// What follows the segment; nothing for the draft's own line end.
    line_end: Option<Box<str>>,
}

#[derive(Clone)]
enum PartText {
    Kept { source: usize, span: Range<usize> },
    Own(String),
}

/// Why an edit could not be made. The draft is unchanged. The texts hold no value of a message.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EditError {
    /// MSH-1 and MSH-2 cannot be written to like other fields.
    #[error("{}: the delimiters stand here; they are chosen when the message is made", .0.without_values())]
    Delimiters(Location),
    /// The segment that was asked for by number or condition is not there.
    #[error("{}: there is no such segment; append it first", .0.without_values())]
    NoSegment(Location),
    /// There is nothing at the location that could be removed or moved.
    #[error("{}: there is nothing at this place", .0.without_values())]
    Nothing(Location),
    /// A raw text with a line end or a field separator would make other fields or segments.
    #[error("{}: the raw text holds a delimiter of a higher level, or a line end", .0.without_values())]
    Breaks(Location),
    /// A delimiter is a letter of the escape sequence that the value needs.
    #[error("{}: the value holds a delimiter, and its escape sequence would hold another: MSH-2 has a letter or digit in it", .0.without_values())]
    NoEscape(Location),
}

impl Draft {
    /// An empty message, without even a header.
    pub fn new(delimiters: Delimiters) -> Self {
        Self {
            delimiters,
            prefix: String::new(),
            line_end: "\r".to_owned(),
            parts: Vec::new(),
            sources: Vec::new(),
            order: Arc::default(),
        }
    }

    /// A copy of a message, to be changed.
    pub fn from_message(message: &Message) -> Self {
        let first_end = message.segment(0).map_or("", |s| s.line_end());
        let line_end = match first_end.as_bytes() {
            [b'\r', b'\n', ..] => "\r\n",
            [b'\n', ..] => "\n",
            _ => "\r",
        };
        let mut draft = Self::new(*message.delimiters());
        line_end.clone_into(&mut draft.line_end);
        message.prefix().clone_into(&mut draft.prefix);
        draft.sources.push(message.shared_text());
        draft.parts = message
            .segments()
            .map(|segment| Part {
                line_end: (segment.line_end() != line_end).then(|| segment.line_end().into()),
                text: PartText::Kept {
                    source: 0,
                    span: segment.span(),
                },
            })
            .collect();
        draft
    }

    /// Where segments that an edit makes are put: behind those that come before them here.
    pub fn set_order(&mut self, order: Arc<[SegmentId]>) {
        self.order = order;
    }

    /// The delimiters of the message.
    pub fn delimiters(&self) -> &Delimiters {
        &self.delimiters
    }

    /// How many segments there are.
    pub fn segment_count(&self) -> usize {
        self.parts.len()
    }

    /// The name of a segment, counted from 0; empty where there is none.
    pub fn segment_id(&self, index: usize) -> &str {
        let raw = self.segment_text(index);
        raw.split(self.delimiters.field).next().unwrap_or(raw)
    }

    /// The raw text of a segment, counted from 0; empty where there is none.
    pub fn segment_text(&self, index: usize) -> &str {
        self.parts.get(index).map_or("", |part| self.text_of(part))
    }

    /// Writes a plain value, escaped as needed. Clearing what is absent changes nothing.
    pub fn set(&mut self, location: &Location, text: &str) -> Result<(), EditError> {
        let delimiters = self.delimiters;
        let raw = escape(text, &delimiters);
        if is_torn(text, &raw, &delimiters) {
            return Err(EditError::NoEscape(location.clone()));
        }
        self.write(location, &raw)
    }

    /// Writes a raw text as it is: its delimiters make components and repetitions.
    pub fn set_raw(&mut self, location: &Location, raw: &str) -> Result<(), EditError> {
        if self.breaks(raw, location.path.as_ref()) {
            return Err(EditError::Breaks(location.clone()));
        }
        self.write(location, raw)
    }

    /// Writes a plain value inside the segment at an index counted from 0.
    pub fn set_in(&mut self, index: usize, path: &FieldPath, text: &str) -> Result<(), EditError> {
        let delimiters = self.delimiters;
        let raw = escape(text, &delimiters);
        if is_torn(text, &raw, &delimiters) {
            return Err(EditError::NoEscape(self.location_of(index, path)));
        }
        self.write_in(index, path, &raw)
    }

    /// Writes a raw text inside the segment at an index counted from 0.
    pub fn set_raw_in(
        &mut self,
        index: usize,
        path: &FieldPath,
        raw: &str,
    ) -> Result<(), EditError> {
        if self.breaks(raw, Some(path)) {
            return Err(EditError::Breaks(self.location_of(index, path)));
        }
        self.write_in(index, path, raw)
    }

    /// Empties the place, which stays there. Absent places stay absent.
    pub fn clear(&mut self, location: &Location) -> Result<(), EditError> {
        if let Some(path) = &location.path {
            for index in self.indexes(location) {
                self.write_in(index, path, "")?;
            }
            return Ok(());
        }
        for index in self.indexes(location) {
            let id = self.segment_id(index).to_owned();
            if SegmentId::new(&id).is_some_and(SegmentId::carries_delimiters) {
                return Err(EditError::Delimiters(location.clone()));
            }
            if let Some(text) = self.own(index) {
                *text = id;
            }
        }
        Ok(())
    }

    /// Puts an empty sibling before the place; what stood there moves up by one.
    pub fn insert(&mut self, location: &Location) -> Result<(), EditError> {
        let index = self.existing(location)?;
        let Some(path) = &location.path else {
            self.insert_at(index, location.segment);
            return Ok(());
        };
        let (places, separator) = self.places_in(index, path, location)?;
        let Some(place) = places.first() else {
            return Err(EditError::Nothing(location.clone()));
        };
        if let Some(text) = self.own(index) {
            text.insert(place.start, separator);
        }
        Ok(())
    }

    /// Takes the place out; what follows moves down by one. A segment is taken out whole.
    pub fn remove(&mut self, location: &Location) -> Result<(), EditError> {
        let Some(path) = &location.path else {
            let mut indexes = self.indexes(location);
            if indexes.is_empty() {
                return Err(EditError::Nothing(location.clone()));
            }
            indexes.reverse();
            for index in indexes {
                self.remove_at(index);
            }
            return Ok(());
        };
        let mut removed = false;
        for index in self.indexes(location) {
            let (mut places, separator) = self.places_in(index, path, location)?;
            places.reverse();
            for place in places {
                self.take_out(index, place, separator);
                removed = true;
            }
        }
        if removed {
            Ok(())
        } else {
            Err(EditError::Nothing(location.clone()))
        }
    }

    /// Takes a place out with the separator behind it, or else with the one before it.
    fn take_out(&mut self, index: usize, place: Range<usize>, separator: char) {
        let Some(text) = self.own(index) else {
            return;
        };
        let width = separator.len_utf8();
        let place = if text[place.end..].starts_with(separator) {
            place.start..place.end + width
        } else if text[..place.start].ends_with(separator) {
            place.start - width..place.end
        } else {
            place
        };
        text.replace_range(place, "");
    }

    /// The plain value at a location; nothing where it is absent.
    pub fn read(&self, location: &Location) -> Option<String> {
        let index = *self.indexes(location).first()?;
        match &location.path {
            None => Some(self.segment_text(index).to_owned()),
            Some(path) => self.read_in(index, path),
        }
    }

    /// The plain value inside the segment at an index counted from 0.
    pub fn read_in(&self, index: usize, path: &FieldPath) -> Option<String> {
        let text = self.segment_text(index);
        let header = self.is_header(index);
        if header && path.field == 1 {
            return Some(self.delimiters.field.to_string());
        }
        let place = splice::find_first(text, &self.delimiters, header, path)?;
        let raw = text.get(place)?;
        if header && path.field == 2 {
            return Some(raw.to_owned());
        }
        Some(unescape(raw, &self.delimiters).into_owned())
    }

    /// The raw text inside the segment at an index counted from 0.
    pub fn raw_in(&self, index: usize, path: &FieldPath) -> Option<&str> {
        let text = self.segment_text(index);
        let place = splice::find_first(text, &self.delimiters, self.is_header(index), path)?;
        text.get(place)
    }

    /// The segments that the location means, by index counted from 0.
    pub fn indexes(&self, location: &Location) -> Vec<usize> {
        let id = location.segment.as_str();
        let named = (0..self.parts.len()).filter(|index| self.segment_id(*index) == id);
        location.occurrence.choose(named, |index, path, value| {
            self.read_in(*index, path).as_deref() == Some(value)
        })
    }

    /// Appends a segment of any message and gives its index. Where the delimiters differ the
    /// segment is written anew with this message's.
    pub fn append(&mut self, segment: Segment<'_>) -> usize {
        let message = segment.message();
        let text = if *message.delimiters() == self.delimiters {
            PartText::Kept {
                source: self.source(message),
                span: segment.span(),
            }
        } else {
            PartText::Own(rewritten(segment, &self.delimiters))
        };
        self.parts.push(Part {
            text,
            line_end: None,
        });
        self.parts.len() - 1
    }

    /// Appends an empty segment and gives its index; a header gets its delimiters.
    pub fn append_named(&mut self, id: SegmentId) -> usize {
        self.insert_at(self.parts.len(), id);
        self.parts.len() - 1
    }

    /// Puts an empty segment at an index, or at the end where there are fewer.
    pub fn insert_at(&mut self, index: usize, id: SegmentId) {
        let mut text = id.to_string();
        if id.carries_delimiters() {
            text.push(self.delimiters.field);
            text.push_str(&self.delimiters.encoding_characters());
        }
        let part = Part {
            text: PartText::Own(text),
            line_end: None,
        };
        self.parts.insert(index.min(self.parts.len()), part);
    }

    /// Makes the segment at an index the first one; nothing happens where there is none.
    pub fn move_to_front(&mut self, index: usize) {
        if let Some(moved) = self.parts.get_mut(..=index) {
            moved.rotate_right(1);
        }
    }

    /// Takes the segment at an index out; nothing happens where there is none.
    pub fn remove_at(&mut self, index: usize) {
        if index < self.parts.len() {
            self.parts.remove(index);
        }
    }

    /// The message's text.
    pub fn print(&self) -> String {
        let size: usize = self
            .parts
            .iter()
            .map(|part| self.text_of(part).len() + 2)
            .sum();
        let mut text = String::with_capacity(self.prefix.len() + size);
        text.push_str(&self.prefix);
        for (at, part) in self.parts.iter().enumerate() {
            text.push_str(self.text_of(part));
            match part.line_end.as_deref() {
                // A last segment without line end is one no longer when another follows it.
                Some("") if at + 1 < self.parts.len() => text.push_str(&self.line_end),
                Some(end) => text.push_str(end),
                None => text.push_str(&self.line_end),
            }
        }
        text
    }

    /// The finished message.
    pub fn finish(&self) -> Message {
        parse(&self.print()).0
    }

    fn text_of<'d>(&'d self, part: &'d Part) -> &'d str {
        match &part.text {
            PartText::Own(text) => text,
            PartText::Kept { source, span } => self
                .sources
                .get(*source)
                .and_then(|text| text.get(span.clone()))
                .unwrap_or_default(),
        }
    }

    fn source(&mut self, message: &Message) -> usize {
        let text = message.shared_text();
        if let Some(at) = self
            .sources
            .iter()
            .position(|known| Arc::ptr_eq(known, &text))
        {
            return at;
        }
        self.sources.push(text);
        self.sources.len() - 1
    }

    fn is_header(&self, index: usize) -> bool {
        opening_id(self.segment_text(index), self.delimiters.field)
            .is_some_and(SegmentId::carries_delimiters)
    }

    /// The text of a segment, copied out of its source when it is first asked for.
    fn own(&mut self, index: usize) -> Option<&mut String> {
        let text = &mut self.parts.get_mut(index)?.text;
        if let PartText::Kept { source, span } = text {
            let kept = self.sources.get(*source)?.get(span.clone())?;
            let mut own = String::with_capacity(kept.len() + ROOM_TO_GROW);
            own.push_str(kept);
            *text = PartText::Own(own);
        }
        match text {
            PartText::Own(text) => Some(text),
            PartText::Kept { .. } => None,
        }
    }

    fn write(&mut self, location: &Location, raw: &str) -> Result<(), EditError> {
        let Some(path) = &location.path else {
            return Err(EditError::Breaks(location.clone()));
        };
        let mut indexes = self.indexes(location);
        if indexes.is_empty() {
            if raw.is_empty() || location.occurrence == Pick::Every {
                return Ok(());
            }
            indexes.push(self.make(location)?);
        }
        for index in indexes {
            self.write_in(index, path, raw)?;
        }
        Ok(())
    }

    fn write_in(&mut self, index: usize, path: &FieldPath, raw: &str) -> Result<(), EditError> {
        let header = self.is_header(index);
        if header && path.field <= 2 {
            return Err(EditError::Delimiters(self.location_of(index, path)));
        }
        let delimiters = self.delimiters;
        let Some(text) = self.own(index) else {
            return Err(EditError::NoSegment(self.location_of(index, path)));
        };
        let mut line = Line {
            text,
            delimiters,
            header,
        };
        if path.repetition != Pick::Every {
            let place = if raw.is_empty() {
                splice::find_first(line.text, &delimiters, header, path)
            } else {
                Some(line.grow_one(path))
            };
            if let Some(place) = place {
                text.replace_range(place, raw);
            }
            return Ok(());
        }
        let mut places = if raw.is_empty() {
            splice::find(line.text, &delimiters, header, path)
        } else {
            line.grow(path)
        };
        places.reverse();
        for place in places {
            text.replace_range(place, raw);
        }
        Ok(())
    }

    /// Makes the segment that a location lacks, and those of its name that come before it.
    fn make(&mut self, location: &Location) -> Result<usize, EditError> {
        let id = location.segment;
        let named = (0..self.parts.len())
            .filter(|i| self.segment_id(*i) == id.as_str())
            .count();
        let missing = match location.occurrence {
            Pick::First => 1,
            Pick::Nth(n) if n as usize > named && n as usize - named <= MOST_MADE => {
                n as usize - named
            }
            Pick::Nth(_) | Pick::Every | Pick::Where { .. } => {
                return Err(EditError::NoSegment(location.clone()));
            }
        };
        let at = self.place_for(id);
        for _ in 0..missing {
            self.insert_at(at, id);
        }
        Ok(at + missing - 1)
    }

    /// Behind the last segment that the order puts before this one or beside it.
    fn place_for(&self, id: SegmentId) -> usize {
        if id.carries_delimiters() {
            return 0;
        }
        let rank = |name: &str| self.order.iter().position(|known| known.as_str() == name);
        let Some(own) = rank(id.as_str()) else {
            return self.parts.len();
        };
        (0..self.parts.len())
            .rev()
            .find(|index| {
                let name = self.segment_id(*index);
                self.is_header(*index) || rank(name).is_some_and(|other| other <= own)
            })
            .map_or(0, |index| index + 1)
    }

    fn existing(&self, location: &Location) -> Result<usize, EditError> {
        self.indexes(location)
            .first()
            .copied()
            .ok_or_else(|| EditError::Nothing(location.clone()))
    }

    /// The places that are there, and the separator of their level.
    fn places_in(
        &self,
        index: usize,
        path: &FieldPath,
        location: &Location,
    ) -> Result<(Vec<Range<usize>>, char), EditError> {
        let header = self.is_header(index);
        if header && path.field <= 2 {
            return Err(EditError::Delimiters(location.clone()));
        }
        let d = &self.delimiters;
        let separator = if path.subcomponent.is_some() {
            d.subcomponent
        } else if path.component.is_some() {
            d.component
        } else if path.repetition == Pick::First {
            d.field
        } else {
            d.repetition
        };
        let places = splice::find(self.segment_text(index), d, header, path);
        Ok((places, separator))
    }

    fn location_of(&self, index: usize, path: &FieldPath) -> Location {
        let id = SegmentId::new(self.segment_id(index)).unwrap_or(SegmentId::MSH);
        Location::new(id, path.clone())
    }

    /// Whether the raw text would end the field, or the part of it that the path means.
    fn breaks(&self, raw: &str, path: Option<&FieldPath>) -> bool {
        let d = &self.delimiters;
        let above = |c: char| {
            c == '\r'
                || c == '\n'
                || c == d.field
                || path.is_some_and(|p| {
                    (c == d.repetition && (p.component.is_some() || p.repetition != Pick::First))
                        || (c == d.component && p.component.is_some())
                        || (c == d.subcomponent && p.subcomponent.is_some())
                })
        };
        raw.contains(above)
    }
}

/// Whether an escaped value holds a separator: one of the letters that escape sequences are made of.
fn is_torn(text: &str, raw: &str, delimiters: &Delimiters) -> bool {
    // An escape sequence is longer than what it stands for.
    raw.len() != text.len() && raw.contains(|c| delimiters.separates(c))
}

/// Shows the shape only: a draft holds patient data.
impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draft({} segments)", self.parts.len())
    }
}
