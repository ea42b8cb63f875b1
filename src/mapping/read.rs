//! Reading the message that is mapped: as a whole, in a group, in a segment.

use rhai::{Array, Dynamic, ImmutableString};

use super::fault::{Fallible, ScriptFault};
use super::groups::Groups;
use super::handles::{GroupHandle, SegmentHandle};
use super::paths::Path;
use super::reads::Reads;
use super::running::with;
use crate::hl7::{Element, FieldPath, Location, Message, Pick, Segment, SegmentId};

/// Where a script reads.
#[derive(Clone, Copy)]
pub(super) enum Source {
    Message,
    Group(usize),
    Segment(SegmentHandle),
}

/// The value at a path: plain text, empty where it is absent.
pub(super) fn text(source: Source, path: &str) -> Fallible<ImmutableString> {
    element(source, path, |element| {
        element.map_or_else(ImmutableString::new, |found| (&*found.text()).into())
    })
}

/// The text at a path as it stands, escapes still in place.
pub(super) fn raw(source: Source, path: &str) -> Fallible<ImmutableString> {
    element(source, path, |element| {
        element.map_or_else(ImmutableString::new, |found| found.raw().into())
    })
}

/// The values of all places that a path means; of a whole field, of each repetition.
pub(super) fn values(source: Source, path: &str) -> Fallible<Array> {
    elements(source, path, |elements| {
        elements
            .iter()
            .map(|element| ImmutableString::from(&*element.text()).into())
            .collect()
    })
}

/// How many segments or repetitions there are.
pub(super) fn count(source: Source, path: &str) -> Fallible<i64> {
    with(|run| {
        let Path::Whole(location) = run.paths.find(path)? else {
            return Ok(None);
        };
        if location.path.is_some() {
            return Ok(None);
        }
        let location = location.clone();
        if let Some(reads) = &mut run.reads {
            reads.note_conditions(&run.message, &location);
        }
        let groups = run.groups.as_ref();
        let count = match &location.occurrence {
            Pick::First => named(&run.message, groups, source, location.segment).count(),
            _ => located(&run.message, groups, source, &location).len(),
        };
        Ok::<_, ScriptFault>(Some(number(count)))
    })?
    .map_or_else(
        || {
            elements(source, path, |elements| {
                number(elements.iter().filter(|found| !found.is_empty()).count())
            })
        },
        Ok,
    )
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Whether there is a value, a null included.
pub(super) fn exists(source: Source, path: &str) -> Fallible<bool> {
    element(source, path, |element| {
        element.is_some_and(|found| !found.is_empty())
    })
}

/// Whether the message has nothing at the path, not even an empty place.
pub(super) fn is_absent(source: Source, path: &str) -> Fallible<bool> {
    element(source, path, |element| element.is_none())
}

/// Whether there is no value at the path, be it absent or empty.
pub(super) fn is_empty(source: Source, path: &str) -> Fallible<bool> {
    exists(source, path).map(|exists| !exists)
}

/// Whether HL7's null stands at the path.
pub(super) fn is_null(source: Source, path: &str) -> Fallible<bool> {
    element(source, path, |element| {
        element.is_some_and(|found| found.is_null())
    })
}

/// The groups of a name in the message or in a group.
pub(super) fn groups(source: Source, name: &str) -> Fallible<Array> {
    let at = match source {
        Source::Group(at) => at,
        Source::Message | Source::Segment(_) => 0,
    };
    with(|run| {
        let found = run.groups().named(at, name);
        Ok::<_, ScriptFault>(found.map(|at| Dynamic::from(GroupHandle(at))).collect())
    })
}

/// The segments of a name in the message or in a group; all segments without a name.
pub(super) fn segments(source: Source, name: Option<&str>) -> Fallible<Array> {
    let id = name.map(segment_id).transpose()?;
    with(|run| {
        let groups = run.groups.as_ref();
        let handle = |segment: Segment<'_>| Dynamic::from(SegmentHandle::of(segment));
        Ok::<_, ScriptFault>(match id {
            Some(id) => named(&run.message, groups, source, id)
                .map(handle)
                .collect(),
            None => within(&run.message, groups, source).map(handle).collect(),
        })
    })
}

/// The first segment of a name in the message or in a group.
pub(super) fn segment(source: Source, name: &str) -> Fallible<SegmentHandle> {
    let id = segment_id(name)?;
    with(|run| {
        let found = named(&run.message, run.groups.as_ref(), source, id)
            .next()
            .map(SegmentHandle::of);
        Ok::<_, ScriptFault>(found.unwrap_or(SegmentHandle {
            index: None,
            id: Some(id),
        }))
    })
}

/// A segment's name from a script.
pub(super) fn segment_id(name: &str) -> Result<SegmentId, ScriptFault> {
    SegmentId::new(name).ok_or_else(|| {
        ScriptFault::new("script-path", format!("\"{name}\" is no segment")).with_help(
            "a segment is named by a capital and two capitals or digits, such as PID or ZPI",
        )
    })
}

/// Hands the first element at a path to `take`.
pub(super) fn element<T>(
    source: Source,
    path: &str,
    take: impl FnOnce(Option<Element<'_>>) -> T,
) -> Fallible<T> {
    with(|run| {
        let path = run.paths.find(path)?;
        let found = first(&run.message, run.groups.as_ref(), source, path)?;
        run.last_read = found.map_or(0..0, |element| element.span());
        if let Some(reads) = &mut run.reads {
            note_conditions(reads, &run.message, source, path);
            reads.note_element(found);
            if found.is_none() {
                reads.note_missing(|| asked(&run.message, source, path));
            }
        }
        Ok::<_, ScriptFault>(take(found))
    })
}

/// Hands all elements at a path to `take`; of a whole field its repetitions.
fn elements<T>(source: Source, path: &str, take: impl FnOnce(&[Element<'_>]) -> T) -> Fallible<T> {
    with(|run| {
        let path = run.paths.find(path)?;
        let groups = run.groups.as_ref();
        let (segments, inner) = match (source, path) {
            (Source::Segment(handle), path) => {
                let inner = path.inside(handle.name())?;
                (
                    handle.segment(&run.message).into_iter().collect(),
                    Some(inner),
                )
            }
            (_, path) => {
                let location = path.whole()?;
                (
                    located(&run.message, groups, source, location),
                    location.path.as_ref(),
                )
            }
        };
        let mut found = Vec::new();
        for segment in segments {
            match inner {
                None => found.push(segment.element()),
                Some(path) if path.component.is_none() && path.repetition == Pick::First => {
                    found.extend(segment.find(path).iter().flat_map(Element::repetitions));
                }
                Some(path) => found.extend(segment.find_all(path)),
            }
        }
        // A field without text has one repetition without text, which is none.
        if found.len() == 1 && found.iter().all(Element::is_empty) {
            found.clear();
        }
        if let Some(reads) = &mut run.reads {
            note_conditions(reads, &run.message, source, path);
            for element in &found {
                reads.note(element.span());
            }
        }
        Ok::<_, ScriptFault>(take(&found))
    })
}

/// The place of the message that a path means, told in full.
fn asked(message: &Message, source: Source, path: &Path) -> Option<Location> {
    match (source, path) {
        (Source::Segment(handle), Path::Inner(path)) => {
            let segment = handle.segment(message);
            let mut location = Location::segment(handle.id?);
            if let Some(number) = segment.map(|segment| segment.occurrence())
                && number > 1
            {
                location.occurrence = Pick::Nth(number);
            }
            location.path = Some(path.clone());
            Some(location)
        }
        (_, Path::Whole(location)) => Some(location.clone()),
        (Source::Message | Source::Group(_), Path::Inner(_)) => None,
    }
}

/// What the conditions of a path compare.
fn note_conditions(reads: &mut Reads, message: &Message, source: Source, path: &Path) {
    match (source, path) {
        (Source::Segment(handle), Path::Inner(path)) => {
            if let Some(segment) = handle.segment(message) {
                reads.note_condition(segment, path);
            }
        }
        (_, Path::Whole(location)) => reads.note_conditions(message, location),
        (Source::Message | Source::Group(_), Path::Inner(_)) => {}
    }
}

fn first<'m>(
    message: &'m Message,
    groups: Option<&Groups>,
    source: Source,
    path: &Path,
) -> Result<Option<Element<'m>>, ScriptFault> {
    match source {
        Source::Segment(handle) => {
            let path = path.inside(handle.name())?;
            Ok(handle
                .segment(message)
                .and_then(|segment| segment.find(path)))
        }
        Source::Message => Ok(message.find(path.whole()?)),
        Source::Group(_) => {
            let location = path.whole()?;
            let found = located(message, groups, source, location);
            Ok(found
                .into_iter()
                .find_map(|segment| find_in(segment, location.path.as_ref())))
        }
    }
}

/// The element at a path of a segment; the segment itself without one.
pub(super) fn find_in<'m>(segment: Segment<'m>, path: Option<&FieldPath>) -> Option<Element<'m>> {
    match path {
        None => Some(segment.element()),
        Some(path) => segment.find(path),
    }
}

/// The segments that a location means, counted within the source.
fn located<'m>(
    message: &'m Message,
    groups: Option<&Groups>,
    source: Source,
    location: &Location,
) -> Vec<Segment<'m>> {
    let named = named(message, groups, source, location.segment);
    location.occurrence.choose(named, Segment::has_value)
}

fn named<'m>(
    message: &'m Message,
    groups: Option<&Groups>,
    source: Source,
    id: SegmentId,
) -> impl Iterator<Item = Segment<'m>> {
    within(message, groups, source).filter(move |segment| segment.segment_id() == Some(id))
}

fn within<'m>(
    message: &'m Message,
    groups: Option<&Groups>,
    source: Source,
) -> impl Iterator<Item = Segment<'m>> {
    let range = match source {
        Source::Message => 0..message.segment_count(),
        Source::Group(at) => groups
            .and_then(|all| all.get(at))
            .map_or(0..0, |group| group.segments.clone()),
        Source::Segment(handle) => handle.index.map_or(0..0, |index| index..index + 1),
    };
    range.filter_map(move |index| message.segment(index))
}

impl SegmentHandle {
    pub(super) fn of(segment: Segment<'_>) -> Self {
        Self {
            index: Some(segment.index()),
            id: segment.segment_id(),
        }
    }

    /// The segment's name, empty for a line that is no segment.
    pub(super) fn name(&self) -> &str {
        self.id.as_ref().map_or("", SegmentId::as_str)
    }

    pub(super) fn segment<'m>(&self, message: &'m Message) -> Option<Segment<'m>> {
        message.segment(self.index?)
    }
}
