//! Writing the message being made.

use std::ops::Range;

use rhai::{Array, Dynamic, ImmutableString, NativeCallContext, Position};

use super::dates::Date;
use super::fault::{Fallible, ScriptFault};
use super::handles::{GroupHandle, OutSegmentHandle, SegmentHandle};
use super::output::Output;
use super::paths::{MOST_REPETITIONS, Path};
use super::read::segment_id;
use super::reads::Reads;
use super::recording::Happening;
use super::running::{Run, with};
use super::text::Name;
use crate::diagnostic::Diagnostic;
use crate::hl7::{FieldPath, Location, Message, Pick, Segment};

/// Where a script writes.
#[derive(Clone, Copy)]
pub(super) enum Target {
    Message,
    Segment(OutSegmentHandle),
}

/// `out[path] = text`.
pub(super) fn set(target: Target, path: &str, text: &str, at: Position) -> Fallible<()> {
    with(|run| {
        let path = run.paths.find(path)?;
        path.check_size()?;
        match target {
            Target::Message => run.out.set(path.whole()?, text)?,
            Target::Segment(handle) => run.out.set_in(handle.0, path, text)?,
        }
        if !run.composite_noted
            && let Some(separator) = escaped_separator(&run.message, path, text)
        {
            run.composite_noted = true;
            run.report_at(composite_written(separator), at);
        }
        Ok::<_, ScriptFault>(())
    })
}

/// `out[path] = value` for what is no text.
pub(super) fn set_value(target: Target, path: &str, value: Dynamic, at: Position) -> Fallible<()> {
    let text = text_of(value, || format!("out[\"{path}\"]"))?;
    set(target, path, &text, at)
}

/// `out.set_raw(path, raw)`.
pub(super) fn set_raw(target: Target, path: &str, raw: &str) -> Fallible<()> {
    with(|run| {
        let path = run.paths.find(path)?;
        path.check_size()?;
        match target {
            Target::Message => run.out.set_raw(path.whole()?, raw),
            Target::Segment(handle) => run.out.set_raw_in(handle.0, path, raw),
        }
    })
}

/// What was written so far.
pub(super) fn text(target: Target, path: &str) -> Fallible<ImmutableString> {
    with(|run| {
        note_read_back(run, target, path);
        let path = run.paths.find(path)?;
        let draft = run.out.draft();
        let found = match target {
            Target::Message => draft.read(path.whole()?),
            Target::Segment(handle) => {
                let index = run.out.living(handle.0)?;
                draft.read_in(index, path.inside(draft.segment_id(index))?)
            }
        };
        Ok::<_, ScriptFault>(found.map_or_else(ImmutableString::new, Into::into))
    })
}

/// `out.raw(path)`: what was written so far, escapes in place.
pub(super) fn raw(target: Target, path: &str) -> Fallible<ImmutableString> {
    with(|run| {
        note_read_back(run, target, path);
        let path = run.paths.find(path)?;
        let draft = run.out.draft();
        let found = match target {
            Target::Message => {
                let location = path.whole()?;
                draft
                    .indexes(location)
                    .first()
                    .and_then(|index| match &location.path {
                        Some(path) => draft.raw_in(*index, path),
                        None => Some(draft.segment_text(*index)),
                    })
            }
            Target::Segment(handle) => {
                let index = run.out.living(handle.0)?;
                draft.raw_in(index, path.inside(draft.segment_id(index))?)
            }
        };
        Ok::<_, ScriptFault>(found.map_or_else(ImmutableString::new, Into::into))
    })
}

/// `out.clear(path)`.
pub(super) fn clear(target: Target, path: &str) -> Fallible<()> {
    with(|run| {
        let path = run.paths.find(path)?;
        match target {
            Target::Message => run.out.clear(path.whole()?),
            Target::Segment(handle) => run.out.set_in(handle.0, path, ""),
        }
    })
}

/// `out.remove(path)`.
pub(super) fn remove(path: &str) -> Fallible<()> {
    with(|run| {
        let location = run.paths.find(path)?.whole()?.clone();
        // All segments of the name unless one is stated.
        let all = location.path.is_none() && location.occurrence == Pick::First;
        let occurrence = if all {
            Pick::Every
        } else {
            location.occurrence.clone()
        };
        run.out.remove(&Location {
            occurrence,
            ..location
        })
    })
}

/// `out.append(segment)`.
pub(super) fn append(handle: SegmentHandle) -> Fallible<OutSegmentHandle> {
    with(|run| match handle.segment(&run.message) {
        Some(segment) => {
            note(&mut run.reads, segment.span());
            run.out.append(segment).map(OutSegmentHandle)
        }
        None => Err(ScriptFault::new(
            "script-write",
            format!("there is no {} that could be appended", handle.name()),
        )
        .with_help(format!(
            "ask first: if order.exists(\"{}\") {{ … }}",
            handle.name()
        ))),
    })
}

/// `out.append("ZPI")`.
pub(super) fn append_named(name: &str) -> Fallible<OutSegmentHandle> {
    let id = segment_id(name)?;
    with(|run| run.out.append_named(id).map(OutSegmentHandle))
}

/// `out.append(group)`: all segments of the group.
pub(super) fn append_group(group: GroupHandle) -> Fallible<()> {
    with(|run| {
        let range = run
            .groups()
            .get(group.0)
            .map_or(0..0, |found| found.segments.clone());
        for index in range {
            if let Some(segment) = run.message.segment(index) {
                note(&mut run.reads, segment.span());
                run.out.append(segment)?;
            }
        }
        Ok::<_, ScriptFault>(())
    })
}

/// `out.append([…])`: each of the segments.
pub(super) fn append_all(segments: Array) -> Fallible<()> {
    for segment in segments {
        match segment.try_cast_result::<SegmentHandle>() {
            Ok(handle) => append(handle).map(drop)?,
            Err(other) => {
                let fault = format!("a {} cannot be appended", other.type_name());
                return Err(ScriptFault::new("script-write", fault).into());
            }
        }
    }
    Ok(())
}

/// `out.copy(msg)`: the whole message, in place of what was written so far.
pub(super) fn copy_all() -> Fallible<()> {
    with(|run| {
        note(&mut run.reads, 0..run.message.text().len());
        run.out.copy_from(&run.message)
    })
}

/// `out.copy(msg, paths)`: segments and fields as they are.
pub(super) fn copy(paths: Array) -> Fallible<()> {
    with(|run| {
        let mut segments = Vec::new();
        let mut fields = Vec::new();
        for path in paths {
            let text = path.into_immutable_string().map_err(|other| {
                ScriptFault::new("script-path", format!("a {other} is no path"))
                    .with_help("write out.copy(msg, [\"MSH\", \"PID\", \"OBR-4\"])")
            })?;
            let location = run.paths.find(&text)?.whole()?.clone();
            match location.path.clone() {
                None => segments.push(location),
                Some(path) => fields.push((location, path)),
            }
        }
        copy_segments(run, &segments)?;
        fields
            .into_iter()
            .try_for_each(|(location, path)| copy_field(run, &location, &path))
    })
}

/// `out.segment("PID")`: the first of them.
pub(super) fn segment(name: &str) -> Fallible<OutSegmentHandle> {
    let location = Location::segment(segment_id(name)?);
    with(|run| {
        let index = run.out.draft().indexes(&location).first().copied();
        index
            .and_then(|index| run.out.key_at(index))
            .map(OutSegmentHandle)
            .ok_or_else(|| {
                ScriptFault::new("script-write", format!("out has no {name} yet"))
                    .with_help(format!("append it first: out.append(\"{name}\")"))
            })
    })
}

/// `out.segments("OBX")`, or all of them.
pub(super) fn segments(name: Option<&str>) -> Fallible<Array> {
    let id = name.map(segment_id).transpose()?;
    with(|run| {
        let draft = run.out.draft();
        let is_meant = |index: &usize| id.is_none_or(|id| draft.segment_id(*index) == id.as_str());
        let keys = (0..draft.segment_count())
            .filter(is_meant)
            .filter_map(|index| run.out.key_at(index));
        Ok::<_, ScriptFault>(
            keys.map(|key| Dynamic::from(OutSegmentHandle(key)))
                .collect(),
        )
    })
}

/// The name of a segment of `out`.
pub(super) fn segment_name(handle: OutSegmentHandle) -> Fallible<ImmutableString> {
    with(|run| {
        let index = run.out.living(handle.0)?;
        Ok::<_, ScriptFault>(run.out.draft().segment_id(index).into())
    })
}

/// A value as a message holds it.
pub(super) fn text_of(
    value: Dynamic,
    target: impl FnOnce() -> String,
) -> Result<ImmutableString, ScriptFault> {
    if value.is_string() {
        return value
            .into_immutable_string()
            .map_err(|other| ScriptFault::new("script-write", other));
    }
    if value.is_unit() {
        return Ok(ImmutableString::new());
    }
    if value.is_int() || value.is_float() || value.is_bool() || value.is_char() {
        return Ok(value.to_string().into());
    }
    let value = match value.try_cast_result::<Date>() {
        Ok(date) => return Ok(date.to_string().into()),
        Err(value) => value,
    };
    let value = match value.try_cast_result::<Name>() {
        Ok(name) => return Ok(name.to_string().into()),
        Err(value) => value,
    };
    let kind = value
        .type_name()
        .rsplit("::")
        .next()
        .unwrap_or_default()
        .replace("Handle", "")
        .to_lowercase();
    Err(ScriptFault::new(
        "script-write",
        format!("a {kind} cannot be written to {}", target()),
    )
    .with_help("write a text, a number, a date or ()"))
}

/// The call's place, for findings that do not end the script.
pub(super) fn position(context: &NativeCallContext<'_>) -> Position {
    context.call_position()
}

/// Tells a recording that what was written is read again.
fn note_read_back(run: &mut Run, target: Target, path: &str) {
    let Some(mut recorder) = run.recorder.take() else {
        return;
    };
    let path = run.paths.find(path);
    let found = match (&path, target) {
        (Ok(Path::Whole(location)), Target::Message) => {
            let indexes = run.out.draft().indexes(location).into_iter();
            let keys = indexes.filter_map(|index| run.out.key_at(index)).collect();
            Some((keys, location.path.clone()))
        }
        (Ok(Path::Inner(path)), Target::Segment(handle)) => {
            Some((vec![handle.0], Some(path.clone())))
        }
        _ => None,
    };
    let (segments, path) = found.unwrap_or_default();
    recorder.happened(Happening::ReadBack { segments, path });
    run.recorder = Some(recorder);
}

/// A part of the message is used by being copied.
fn note(reads: &mut Option<Reads>, span: Range<usize>) {
    if let Some(reads) = reads {
        reads.note(span);
    }
}

fn copy_segments(run: &mut Run, wanted: &[Location]) -> Result<(), ScriptFault> {
    let was_empty = run.out.draft().segment_count() == 0;
    // A segment that is copied again comes in place of the one that was there.
    for location in wanted
        .iter()
        .filter(|location| location.occurrence == Pick::First)
    {
        run.out.remove(&Location {
            occurrence: Pick::Every,
            ..location.clone()
        })?;
    }
    for segment in run.message.segments() {
        let Some(id) = segment.segment_id() else {
            continue;
        };
        let is_wanted = wanted.iter().any(|location| {
            location.segment == id
                && match &location.occurrence {
                    Pick::First | Pick::Every => true,
                    Pick::Nth(number) => segment.occurrence() == *number,
                    meant @ Pick::Where { .. } => meant
                        .choose(run.message.segments_named(id), Segment::has_value)
                        .iter()
                        .any(|found| found.index() == segment.index()),
                }
        });
        if is_wanted {
            note(&mut run.reads, segment.span());
            let key = run.out.append(segment)?;
            if !was_empty && id.carries_delimiters() {
                run.out.move_to_front(key);
            }
        }
    }
    Ok(())
}

/// Each occurrence and each repetition goes to its own.
fn copy_field(run: &mut Run, location: &Location, path: &FieldPath) -> Result<(), ScriptFault> {
    let named = run.message.segments_named(location.segment);
    let segments = location.occurrence.choose(named, Segment::has_value);
    if let Some(reads) = &mut run.reads {
        reads.note_conditions(&run.message, location);
        let is_one = location.occurrence != Pick::Every;
        let copied = if is_one { 1 } else { segments.len() };
        for segment in segments.iter().take(copied) {
            let found = match path.repetition {
                Pick::Every => segment.find_all(path),
                Pick::First | Pick::Nth(_) | Pick::Where { .. } => {
                    segment.find(path).into_iter().collect()
                }
            };
            for element in found {
                reads.note(element.span());
            }
        }
    }
    if location.occurrence != Pick::Every {
        return copy_place(&mut run.out, location, path, segments.first().copied());
    }
    for segment in segments {
        let own = Location {
            occurrence: match segment.occurrence() {
                1 => Pick::First,
                number => Pick::Nth(number),
            },
            ..location.clone()
        };
        copy_place(&mut run.out, &own, path, Some(segment))?;
    }
    Ok(())
}

fn copy_place(
    out: &mut Output,
    location: &Location,
    path: &FieldPath,
    segment: Option<Segment<'_>>,
) -> Result<(), ScriptFault> {
    let at = |path: FieldPath| Location {
        path: Some(path),
        ..location.clone()
    };
    let mut path = path.clone();
    if path.repetition == Pick::Every {
        path.repetition = Pick::First;
        if path.component.is_some() {
            let field = segment.and_then(|segment| segment.field(path.field.into()));
            let count = field.map_or(0, |field| field.repetitions().count());
            for number in (1..=MOST_REPETITIONS).take(count) {
                path.repetition = Pick::Nth(number);
                if let Some(element) = segment.and_then(|segment| segment.find(&path)) {
                    out.set_raw(&at(path.clone()), element.raw())?;
                }
            }
            return Ok(());
        }
    }
    let whole = path.component.is_none() && path.repetition == Pick::First;
    match segment.and_then(|segment| segment.find(&path)) {
        Some(element) => out.set_raw(&at(path), element.raw()),
        None if whole => out.clear(&at(path)),
        None => Ok(()),
    }
}

/// What of a text is escaped that looks as if it were to be more than one value; said by its name.
fn escaped_separator(message: &Message, path: &Path, text: &str) -> Option<&'static str> {
    let path = match path {
        Path::Whole(location) => location.path.as_ref(),
        Path::Inner(path) => Some(path),
    }?;
    let marks = message.delimiters();
    let is_field = path.component.is_none() && path.repetition == Pick::First;
    let (mark, code, name) = if is_field && text.contains(marks.repetition) {
        (marks.repetition, 'R', "repetition")
    } else if path.component.is_none() && text.contains(marks.component) {
        (marks.component, 'S', "component")
    } else if path.component.is_some()
        && path.subcomponent.is_none()
        && joins(text, marks.subcomponent)
    {
        (marks.subcomponent, 'T', "subcomponent")
    } else {
        return None;
    };
    // Where the message has the character as text, nobody can tell the two apart.
    let sent_as_text = format!("{0}{code}{0}", marks.escape);
    let is_text = mark != marks.escape && message.text().contains(&sent_as_text);
    (!is_text).then_some(name)
}

/// Whether a character stands between others without blanks: not so in "Roe & Sons".
fn joins(text: &str, mark: char) -> bool {
    let blank = |side: Option<char>| side.is_none_or(char::is_whitespace);
    text.match_indices(mark).any(|(at, found)| {
        let (before, after) = (text.get(..at), text.get(at + found.len()..));
        !blank(before.and_then(|before| before.chars().next_back()))
            && !blank(after.and_then(|after| after.chars().next()))
    })
}

fn composite_written(separator: &str) -> Diagnostic {
    Diagnostic::info(
        "script-composite",
        format!("{separator} separators in this text are escaped: it becomes one {separator}"),
    )
    .with_help("use out.copy or set_raw to keep the parts apart")
}
