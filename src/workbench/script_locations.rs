//! The locations that can be written in a script: down from the segment to the subcomponent, those of
//! the grammar and those of the message at hand, each with its name and its value.

use std::collections::BTreeSet;

use super::fitting::fit;
use super::script_scene::{PlaceWords, ScriptScene, first_of, shown};
use super::script_suggestions::{Suggestion, best};
use crate::grammar::Grammar;
use crate::hl7::{FieldPath, Location, Message, Pick, SegmentId};
use crate::mapping::Inside;

/// So many fields of all segments are given for a word.
const MOST_FOUND: usize = 60;

impl ScriptScene<'_> {
    /// The locations that fit what was typed.
    pub(super) fn locations(
        &self,
        typed: &str,
        inside: &Inside,
        takes_segment: bool,
    ) -> Vec<Suggestion> {
        match inside {
            Inside::Segment(Some(id)) if !typed.contains('-') => {
                let id = SegmentId::new(id);
                id.map_or_else(Vec::new, |id| self.in_segment(id, "", typed))
            }
            Inside::Segment(None) if !typed.contains('-') => Vec::new(),
            Inside::Segment(_) | Inside::Message => {
                let Some((segment, rest)) = typed.split_once('-') else {
                    return self.segments_and_fields(typed, takes_segment);
                };
                let name = segment.split('[').next().unwrap_or_default();
                let id = SegmentId::new(name);
                id.map_or_else(Vec::new, |id| {
                    self.in_segment(id, &format!("{segment}-"), rest)
                })
            }
        }
    }

    /// Segments, and fields by their names.
    fn segments_and_fields(&self, typed: &str, takes_segment: bool) -> Vec<Suggestion> {
        let segments = self.known_segments();
        let rows = segments.iter().map(|(id, words)| Suggestion {
            text: if takes_segment {
                id.to_string()
            } else {
                format!("{id}-")
            },
            detail: words.clone(),
            help: String::new(),
            goes_on: !takes_segment,
        });
        let mut list = best(rows.collect(), typed);
        if typed.chars().count() > 2 {
            let fields = segments
                .iter()
                .flat_map(|(id, _)| self.fields(*id, &format!("{id}-")));
            // What the message has comes first.
            let mut found: Vec<((bool, usize), Suggestion)> = fields
                .filter_map(|row| {
                    let (name, value) = row.detail.split_once(" · ").unwrap_or((&row.detail, ""));
                    Some(((value.is_empty(), fit(typed, name)?), row))
                })
                .filter(|((_, badness), _)| *badness < 1500)
                .collect();
            found.sort_by_key(|(rank, _)| *rank);
            list.retain(|row| row.text.to_lowercase().starts_with(&typed.to_lowercase()));
            list.extend(found.into_iter().take(MOST_FOUND).map(|(_, row)| row));
        }
        list
    }

    /// The segments of the message in its order, then those that could be there.
    pub(super) fn known_segments(&self) -> Vec<(SegmentId, String)> {
        let mut ids: Vec<SegmentId> = Vec::new();
        let mut seen = BTreeSet::new();
        let there = self.message().into_iter().flat_map(Message::segments);
        for id in there.filter_map(|segment| segment.segment_id()) {
            if seen.insert(id) {
                ids.push(id);
            }
        }
        let grammar = self.grammar();
        let order = grammar.map(Grammar::order);
        let of_site = self.profile.segments.keys().copied();
        for id in order
            .iter()
            .flat_map(|order| order.iter().copied())
            .chain(of_site)
        {
            if seen.insert(id) {
                ids.push(id);
            }
        }
        let words = |id: SegmentId| {
            let view = grammar.and_then(|grammar| grammar.segment(id.as_str()));
            let name = view.map_or_else(String::new, |view| view.name.to_owned());
            let count = self
                .message()
                .map_or(0, |message| message.segments_named(id).count());
            let there = match count {
                0 => "not in this message".to_owned(),
                1 => String::new(),
                count => format!("{count} times"),
            };
            let parts = [name, there];
            let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            parts.join(" · ")
        };
        ids.into_iter().map(|id| (id, words(id))).collect()
    }

    /// The fields of a segment; those of the message, and those that could be there.
    fn fields(&self, id: SegmentId, before: &str) -> Vec<Suggestion> {
        let view = self
            .grammar()
            .and_then(|grammar| grammar.segment(id.as_str()));
        let described = view.as_ref().map_or(0, |view| view.fields.len());
        let segment = self
            .message()
            .and_then(|message| message.segments_named(id).next());
        let there = segment.as_ref().map_or(0, crate::hl7::Segment::field_count);
        let last = u16::try_from(described.max(there)).unwrap_or(u16::MAX);
        let row = |number: u16| {
            let element = segment
                .as_ref()
                .and_then(|segment| segment.field(usize::from(number)));
            let words = view.as_ref().and_then(|view| view.field(number));
            let name = words.map_or("", |field| field.name);
            let value = element.map_or_else(String::new, shown);
            let mut detail: Vec<&str> = [name, &value]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect();
            if detail.is_empty() {
                detail.push("nothing is known of it");
            }
            Suggestion::new(format!("{before}{number}"), detail.join(" · "))
        };
        (1..=last).map(row).collect()
    }

    /// What can be written behind the segment: fields, and the parts of the field that was typed.
    fn in_segment(&self, id: SegmentId, before: &str, rest: &str) -> Vec<Suggestion> {
        let (whole, partial) = rest.rsplit_once('.').unwrap_or(("", rest));
        if whole.is_empty() && !rest.contains('.') {
            let fields = self.fields(id, before);
            let typed = format!("{before}{rest}");
            let is_number = rest.bytes().all(|byte| byte.is_ascii_digit());
            let mut list = if is_number {
                beginning(fields, &typed)
            } else {
                by_name(fields, rest)
            };
            // With the coded value explained; and what the field is made of.
            if let Ok(path) = FieldPath::parse(rest) {
                let exact = Location::new(id, path);
                if let Some(words) = self.place_words(&exact)
                    && let Some(first) = list.iter_mut().find(|row| row.text == typed)
                {
                    first.detail = words.detail();
                    first.help = type_words(&words);
                } else if list.is_empty()
                    && let Some(words) = self.place_words(&exact)
                {
                    list.push(Suggestion::new(typed.clone(), words.detail()));
                }
                list.extend(self.parts(&exact, &typed));
            }
            return list;
        }
        let Ok(path) = FieldPath::parse(whole) else {
            return Vec::new();
        };
        let above = Location::new(id, path);
        let parts = self.parts(&above, &format!("{before}{whole}"));
        if partial.bytes().all(|byte| byte.is_ascii_digit()) {
            beginning(parts, &format!("{before}{rest}"))
        } else {
            by_name(parts, partial)
        }
    }

    /// The components of a field, the subcomponents of a component.
    fn parts(&self, above: &Location, before: &str) -> Vec<Suggestion> {
        let Some(path) = above
            .path
            .clone()
            .filter(|path| path.subcomponent.is_none())
        else {
            return Vec::new();
        };
        let grammar = self.grammar();
        let segment = grammar.and_then(|grammar| grammar.segment(above.segment.as_str()));
        let field = segment
            .as_ref()
            .and_then(|segment| segment.field(path.field));
        let mut known = field.and_then(|field| grammar?.field_type(field));
        if let Some(component) = path.component {
            known = known.and_then(|known| known.inner(&known.component(component)?));
        }
        let described = known.map_or(0, |known| known.component_count());
        let first = FieldPath {
            repetition: match &path.repetition {
                Pick::First | Pick::Every => Pick::Nth(1),
                other => other.clone(),
            },
            ..path.clone()
        };
        let element = self
            .message()
            .and_then(|message| message.find(&first_of(above.segment, first)));
        let there = element.map_or(0, |element| element.children().count());
        let there = if element.is_some_and(|element| element.is_composite()) {
            there
        } else {
            0
        };
        let last = u16::try_from(described.max(there)).unwrap_or(u16::MAX);
        let row = |number: u16| {
            let mut at = path.clone();
            match at.component {
                None => at.component = Some(number),
                Some(_) => at.subcomponent = Some(number),
            }
            let words = self.place_words(&first_of(above.segment, at));
            let words = words.unwrap_or_else(PlaceWords::nothing);
            Suggestion {
                help: type_words(&words),
                ..Suggestion::new(format!("{before}.{number}"), words.detail())
            }
        };
        (1..=last).map(row).collect()
    }
}

impl PlaceWords {
    fn nothing() -> Self {
        Self {
            name: String::new(),
            value: String::new(),
            meaning: String::new(),
            data_type: String::new(),
            table: String::new(),
        }
    }
}

/// Type and table of a place.
pub(super) fn type_words(words: &PlaceWords) -> String {
    match (words.data_type.is_empty(), words.table.is_empty()) {
        (true, _) => String::new(),
        (false, true) => format!("type {}", words.data_type),
        (false, false) => format!("type {}, codes of {}", words.data_type, words.table),
    }
}

/// Those that begin as typed, the exact one first.
fn beginning(mut list: Vec<Suggestion>, typed: &str) -> Vec<Suggestion> {
    list.retain(|row| row.text.starts_with(typed));
    list.sort_by_key(|row| row.text != typed);
    list
}

/// Those whose names fit, the best first.
fn by_name(list: Vec<Suggestion>, typed: &str) -> Vec<Suggestion> {
    let mut found: Vec<(usize, Suggestion)> = list
        .into_iter()
        .filter_map(|row| {
            let name = row.detail.split(" · ").next().unwrap_or_default();
            Some((fit(typed, name)?, row))
        })
        .collect();
    found.sort_by_key(|(badness, _)| *badness);
    found.into_iter().map(|(_, row)| row).collect()
}
