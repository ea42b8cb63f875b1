//! The message being made, at each place of a recorded run.

use std::sync::Arc;

use crate::hl7::{Delimiters, Location, parse};
use crate::mapping::{Happening, OutChange, Recording};

/// So many changes are applied at most to know what the message was.
const CHANGES_APART: usize = 256;

/// The changes of the message being made, and how it was every now and then.
pub(super) struct OutputHistory {
    /// How many events had happened, and which changed the message.
    changes: Vec<(usize, usize)>,
    /// The message's segments before each [`CHANGES_APART`]th change.
    kept: Vec<Vec<Arc<str>>>,
}

impl OutputHistory {
    /// The changes among the events, in their order.
    pub(super) fn of(recording: &Recording, order: &[usize]) -> Self {
        let mut history = Self {
            changes: Vec::new(),
            kept: Vec::new(),
        };
        let mut segments = Vec::new();
        for (happened, number) in order.iter().enumerate() {
            let Some(change) = change_of(recording, *number) else {
                continue;
            };
            if history.changes.len().is_multiple_of(CHANGES_APART) {
                history.kept.push(segments.clone());
            }
            history.changes.push((happened + 1, *number));
            apply(&mut segments, change);
        }
        history
    }

    /// The segments once so many events have happened.
    pub(super) fn at(&self, recording: &Recording, happened: usize) -> Vec<Arc<str>> {
        let count = self.changes.partition_point(|(when, _)| *when <= happened);
        // The last one that is kept is before the last change.
        let from = count.saturating_sub(1) / CHANGES_APART;
        let mut segments = self.kept.get(from).cloned().unwrap_or_default();
        let left = self.changes.get(from * CHANGES_APART..count);
        for (_, number) in left.unwrap_or_default() {
            if let Some(change) = change_of(recording, *number) {
                apply(&mut segments, change);
            }
        }
        segments
    }
}

fn change_of(recording: &Recording, event: usize) -> Option<&OutChange> {
    match &recording.events.get(event)?.what {
        Happening::Wrote(written) => Some(&written.change),
        _ => None,
    }
}

/// Changes the segments of a message.
pub(super) fn apply(segments: &mut Vec<Arc<str>>, change: &OutChange) {
    match change {
        OutChange::Text(at, text) => {
            if let Some(segment) = segments.get_mut(*at) {
                *segment = Arc::clone(text);
            }
        }
        OutChange::Inserted(at, text) => {
            segments.insert((*at).min(segments.len()), Arc::clone(text));
        }
        OutChange::Removed(at) => {
            if *at < segments.len() {
                segments.remove(*at);
            }
        }
        OutChange::All(all) => segments.clone_from(all),
    }
}

/// The plain value at a location of a message whose segments are these; nothing where it has none.
pub(super) fn value_in(
    segments: &[Arc<str>],
    delimiters: &Delimiters,
    location: &Location,
) -> Option<String> {
    let is_header = |text: &Arc<str>| text.starts_with("MSH");
    let mut text = String::new();
    match segments.first().filter(|first| is_header(first)) {
        Some(header) => text.push_str(header),
        None if location.segment.as_str() == "MSH" => return None,
        None => {
            text.push_str("MSH");
            text.push(delimiters.field);
            text.push_str(&delimiters.encoding_characters());
        }
    }
    let named = segments
        .iter()
        .filter(|text| text.starts_with(location.segment.as_str()) && !is_header(text));
    for segment in named {
        text.push('\r');
        text.push_str(segment);
    }
    let (message, _) = parse(&text);
    let found = message.find(location)?;
    Some(found.text().into_owned())
}
