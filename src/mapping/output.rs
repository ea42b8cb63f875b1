//! The message being made: a draft whose segments keep their handles when others come or go.

use std::ops::Range;
use std::sync::Arc;

use super::fault::ScriptFault;
use super::paths::Path;
use crate::grammar::Grammar;
use crate::hl7::{Draft, EditError, FieldPath, Location, Message, Pick, Segment, SegmentId};
use crate::standard::Dictionary;

/// Bytes that a script may write into one message, all writes together.
const MOST_WRITTEN: usize = 256 << 20;

/// The draft, and for each of its segments the number that handles know it by.
pub(super) struct Output {
    draft: Draft,
    /// Where new segments go, in a message of the type that it was made for.
    order: Arc<[SegmentId]>,
    ordered_for: String,
    /// The order of the message that is mapped.
    input_order: Arc<[SegmentId]>,
    standard: &'static Dictionary,
    keys: Vec<u32>,
    /// The names of the segments, to find one without looking at the text again.
    names: Vec<Option<SegmentId>>,
    next_key: u32,
    written: usize,
    /// What happened, where a recording asks for it.
    notes: Option<Vec<OutNote>>,
}

/// Something that happened to the message being made.
pub(super) struct OutNote {
    /// The segment; for whole messages the first one that came.
    pub(super) key: u32,
    pub(super) index: usize,
    /// The place in it; nothing for the whole segment.
    pub(super) path: Option<FieldPath>,
    /// What stood at the place, and what stands there.
    pub(super) before: Arc<str>,
    pub(super) after: Arc<str>,
    /// The segment's text now.
    pub(super) text: Arc<str>,
    /// Whether other segments came, went or moved too.
    pub(super) is_whole: bool,
    pub(super) is_gone: bool,
    /// Where the segment stands in the message that is mapped, if it was copied from there.
    pub(super) copied: Option<Range<usize>>,
}

impl From<EditError> for ScriptFault {
    fn from(error: EditError) -> Self {
        ScriptFault::new("script-write", error.to_string())
    }
}

impl Output {
    /// An empty message with the delimiters of the one that is mapped.
    pub(super) fn new(message: &Message, grammar: &Grammar) -> Self {
        let order = grammar.order();
        let mut draft = Draft::new(*message.delimiters());
        draft.set_order(Arc::clone(&order));
        let header = message.segment(0).filter(Segment::carries_delimiters);
        let message_type = header.and_then(|header| header.field(9));
        Self {
            draft,
            ordered_for: message_type.map_or_else(String::new, |found| found.raw().to_owned()),
            input_order: Arc::clone(&order),
            order,
            standard: grammar.standard(),
            keys: Vec::new(),
            names: Vec::new(),
            next_key: 0,
            written: 0,
            notes: None,
        }
    }

    /// From now on what happens is noted.
    pub(super) fn take_notes_from_now(&mut self) {
        self.notes = Some(Vec::new());
    }

    /// What happened since this was last asked.
    pub(super) fn take_notes(&mut self) -> Vec<OutNote> {
        self.notes.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The handle and the text of each segment.
    pub(super) fn segments(&self) -> Vec<(u32, Arc<str>)> {
        let keys = self.keys.iter().enumerate();
        keys.map(|(index, key)| (*key, self.draft.segment_text(index).into()))
            .collect()
    }

    /// What stands at a place, for a note about what will; nothing where no notes are taken.
    fn before(&self, index: usize, path: &FieldPath) -> Option<Arc<str>> {
        self.notes.as_ref()?;
        let raw = self.draft.raw_in(index, path);
        Some(raw.unwrap_or_default().into())
    }

    fn note_place(&mut self, index: usize, path: &FieldPath, before: Option<Arc<str>>) {
        self.note(index, |note, draft| {
            note.after = draft.raw_in(index, path).unwrap_or_default().into();
            note.before = before.unwrap_or_default();
            note.path = Some(path.clone());
        });
    }

    fn note_segment(&mut self, index: usize, copied: Option<Range<usize>>) {
        self.note(index, |note, _| {
            note.after = Arc::clone(&note.text);
            note.copied = copied;
        });
    }

    fn note(&mut self, index: usize, fill: impl FnOnce(&mut OutNote, &Draft)) {
        let (Some(notes), Some(key)) = (&mut self.notes, self.keys.get(index)) else {
            return;
        };
        let mut note = OutNote {
            key: *key,
            index,
            path: None,
            before: Arc::default(),
            after: Arc::default(),
            text: self.draft.segment_text(index).into(),
            is_whole: false,
            is_gone: false,
            copied: None,
        };
        fill(&mut note, &self.draft);
        notes.push(note);
    }

    /// Notes a place in each segment that a location means.
    fn note_places(&mut self, location: &Location, before: usize) {
        if self.notes.is_none() {
            return;
        }
        let is_whole = self.draft.segment_count() != before;
        for index in self.draft.indexes(location) {
            match &location.path {
                Some(path) => self.note_place(index, path, None),
                None => self.note_segment(index, None),
            }
            if let Some(note) = self.notes.as_mut().and_then(|notes| notes.last_mut()) {
                note.is_whole = is_whole;
            }
        }
    }

    pub(super) fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The segment that a handle means; nothing once it has been removed.
    pub(super) fn index_of(&self, key: u32) -> Option<usize> {
        // What was appended last is written to most.
        self.keys.iter().rposition(|known| *known == key)
    }

    /// The handle of the segment at an index.
    pub(super) fn key_at(&self, index: usize) -> Option<u32> {
        self.keys.get(index).copied()
    }

    /// Writes a plain value.
    pub(super) fn set(&mut self, location: &Location, text: &str) -> Result<(), ScriptFault> {
        self.count(text.len())?;
        if let (Pick::First, Some(path)) = (&location.occurrence, &location.path) {
            let index = match self.first_named(location.segment) {
                Some(index) => index,
                None if text.is_empty() => return Ok(()),
                None => self.make(location.segment),
            };
            let before = self.before(index, path);
            self.draft.set_in(index, path, text)?;
            self.note_place(index, path, before);
            return Ok(());
        }
        self.follow_type();
        let count = self.draft.segment_count();
        self.draft.set(location, text)?;
        self.key_made(location.segment);
        self.note_places(location, count);
        Ok(())
    }

    /// Writes a raw text.
    pub(super) fn set_raw(&mut self, location: &Location, raw: &str) -> Result<(), ScriptFault> {
        self.count(raw.len())?;
        self.follow_type();
        let count = self.draft.segment_count();
        self.draft.set_raw(location, raw)?;
        self.key_made(location.segment);
        self.note_places(location, count);
        Ok(())
    }

    /// Writes a plain value into the segment of a handle.
    pub(super) fn set_in(&mut self, key: u32, path: &Path, text: &str) -> Result<(), ScriptFault> {
        self.count(text.len())?;
        let index = self.living(key)?;
        let path = path.inside(self.draft.segment_id(index))?;
        let before = self.before(index, path);
        self.draft.set_in(index, path, text)?;
        self.note_place(index, path, before);
        Ok(())
    }

    /// Writes a raw text into the segment of a handle.
    pub(super) fn set_raw_in(
        &mut self,
        key: u32,
        path: &Path,
        raw: &str,
    ) -> Result<(), ScriptFault> {
        self.count(raw.len())?;
        let index = self.living(key)?;
        let path = path.inside(self.draft.segment_id(index))?;
        let before = self.before(index, path);
        self.draft.set_raw_in(index, path, raw)?;
        self.note_place(index, path, before);
        Ok(())
    }

    /// Appends a segment of a message.
    pub(super) fn append(&mut self, segment: Segment<'_>) -> Result<u32, ScriptFault> {
        self.count(segment.raw().len())?;
        self.draft.append(segment);
        let key = self.key_added(segment.segment_id());
        self.note_segment(self.keys.len() - 1, Some(segment.span()));
        Ok(key)
    }

    /// Appends an empty segment.
    pub(super) fn append_named(&mut self, id: SegmentId) -> Result<u32, ScriptFault> {
        self.count(id.as_str().len())?;
        self.draft.append_named(id);
        let key = self.key_added(Some(id));
        self.note_segment(self.keys.len() - 1, None);
        Ok(key)
    }

    /// The whole message as it is, in place of what was written.
    pub(super) fn copy_from(&mut self, message: &Message) -> Result<(), ScriptFault> {
        self.count(message.text().len())?;
        self.draft = Draft::from_message(message);
        self.draft.set_order(Arc::clone(&self.order));
        self.keys.clear();
        self.names.clear();
        for segment in message.segments() {
            self.key_added(segment.segment_id());
        }
        for segment in message.segments() {
            self.note_segment(segment.index(), Some(segment.span()));
        }
        self.last_is_whole(message.segment_count());
        Ok(())
    }

    /// Makes the segment of a handle the first one.
    pub(super) fn move_to_front(&mut self, key: u32) {
        if let Some(index) = self.index_of(key) {
            self.draft.move_to_front(index);
            self.keys.remove(index);
            self.keys.insert(0, key);
            let name = self.names.remove(index);
            self.names.insert(0, name);
            self.note_segment(0, None);
            self.last_is_whole(1);
        }
    }

    /// So many of the last notes are about more than their segment.
    fn last_is_whole(&mut self, count: usize) {
        for note in self
            .notes
            .iter_mut()
            .flat_map(|notes| notes.iter_mut().rev().take(count))
        {
            note.is_whole = true;
        }
    }

    /// Empties a place.
    pub(super) fn clear(&mut self, location: &Location) -> Result<(), ScriptFault> {
        self.draft.clear(location)?;
        self.note_places(location, self.draft.segment_count());
        Ok(())
    }

    /// Takes a place out; nothing happens where there is none.
    pub(super) fn remove(&mut self, location: &Location) -> Result<(), ScriptFault> {
        if location.path.is_some() {
            let removed = match self.draft.remove(location) {
                Err(EditError::Nothing(_)) => Ok(()),
                other => Ok(other?),
            };
            // What follows has moved up: anything in the segment may be another than it was.
            let segment = Location {
                path: None,
                ..location.clone()
            };
            self.note_places(&segment, self.draft.segment_count());
            return removed;
        }
        for index in self.draft.indexes(location).into_iter().rev() {
            self.remove_at(index);
        }
        Ok(())
    }

    pub(super) fn remove_at(&mut self, index: usize) {
        if index < self.keys.len() {
            self.note_segment(index, None);
            if let Some(note) = self.notes.as_mut().and_then(|notes| notes.last_mut()) {
                note.is_whole = true;
                note.is_gone = true;
            }
            self.keys.remove(index);
            self.names.remove(index);
            self.draft.remove_at(index);
        }
    }

    /// The message as it stands; nothing where no segment was written.
    pub(super) fn finish(&self) -> Option<Message> {
        (self.draft.segment_count() > 0).then(|| self.draft.finish())
    }

    /// The living segment of a handle.
    pub(super) fn living(&self, key: u32) -> Result<usize, ScriptFault> {
        self.index_of(key).ok_or_else(|| {
            ScriptFault::new("script-write", "this segment has been removed from out")
        })
    }

    fn first_named(&self, id: SegmentId) -> Option<usize> {
        self.names.iter().position(|name| *name == Some(id))
    }

    /// Makes a segment behind the last one that the order puts before it or beside it.
    fn make(&mut self, id: SegmentId) -> usize {
        self.follow_type();
        let rank = |id: SegmentId| self.order.iter().position(|known| *known == id);
        let at = match rank(id) {
            _ if id.carries_delimiters() => 0,
            None => self.names.len(),
            Some(own) => {
                let stands_before = |name: &Option<SegmentId>| {
                    name.is_some_and(|name| {
                        name.carries_delimiters() || rank(name).is_some_and(|other| other <= own)
                    })
                };
                self.names
                    .iter()
                    .rposition(stands_before)
                    .map_or(0, |at| at + 1)
            }
        };
        self.draft.insert_at(at, id);
        self.keys.insert(at, self.next_key);
        self.names.insert(at, Some(id));
        self.next_key += 1;
        at
    }

    fn key_added(&mut self, name: Option<SegmentId>) -> u32 {
        let key = self.next_key;
        self.next_key += 1;
        self.keys.push(key);
        self.names.push(name);
        key
    }

    /// A write puts the segments that it makes behind the others of their name.
    fn key_made(&mut self, id: SegmentId) {
        let made = self.draft.segment_count().saturating_sub(self.keys.len());
        if made == 0 {
            return;
        }
        let end = (0..self.draft.segment_count())
            .rev()
            .find(|index| self.draft.segment_id(*index) == id.as_str())
            .map_or(self.keys.len() + made, |last| last + 1);
        let at = end.saturating_sub(made).min(self.keys.len());
        for _ in 0..made {
            self.keys.insert(at, self.next_key);
            self.names.insert(at, Some(id));
            self.next_key += 1;
        }
    }

    /// Orders new segments as the type of the message made has them, once it says another than the one
    /// that came in.
    fn follow_type(&mut self) {
        let Some(at) = self.first_named(SegmentId::MSH) else {
            return;
        };
        let mut path = FieldPath::field(9);
        let raw = self.draft.raw_in(at, &path).unwrap_or_default();
        if raw.is_empty() || raw == self.ordered_for {
            return;
        }
        self.ordered_for = raw.to_owned();
        let parts = [1, 2, 3].map(|component| {
            path.component = Some(component);
            self.draft.read_in(at, &path).unwrap_or_default()
        });
        let [code, trigger, id] = parts.each_ref().map(|part| part.trim());
        self.order = match self.standard.structure_for(code, trigger, id) {
            None => Arc::clone(&self.input_order),
            Some((structure, _)) => {
                let own = structure.segment_ids();
                let mut order: Vec<_> = own.into_iter().filter_map(SegmentId::new).collect();
                for id in self.input_order.iter() {
                    if !order.contains(id) {
                        order.push(*id);
                    }
                }
                order.into()
            }
        };
        self.draft.set_order(Arc::clone(&self.order));
    }

    fn count(&mut self, bytes: usize) -> Result<(), ScriptFault> {
        self.written = self.written.saturating_add(bytes);
        if self.written > MOST_WRITTEN {
            return Err(ScriptFault::new(
                "script-limit",
                "more than 256 MiB were written to out",
            ));
        }
        Ok(())
    }
}
