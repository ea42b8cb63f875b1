//! A message as it came: its bytes as text, its text as the site's script prepares it, parsed.

use std::sync::Arc;

use super::corpus::Sample;
use super::inputs::Snapshot;
use super::memo::Memo;
use super::site_scripts::{ended, finish, prepare, with_prepared};
use crate::cancel::{Cancel, Stale};
use crate::diagnostic::{Diagnostic, Place};
use crate::hl7::{Decoded, Fault, Message, parse_shared};
use crate::mapping::{Outcome, TextOutcome};

/// A message as text, with how it came to be that.
pub(super) struct Received {
    pub(super) message: Message,
    /// The message as it came, where the site's script made another text of it.
    pub(super) unprepared: Option<Message>,
    pub(super) faults: Vec<Fault>,
    pub(super) decoded: Option<Decoded>,
    prepared: Option<TextOutcome>,
}

impl Received {
    /// The sample's text, as the site's script prepares it, parsed.
    pub(super) fn of(
        snapshot: &Snapshot,
        sample: Option<&Sample>,
        position: u64,
        memo: &mut Memo,
        cancel: &Cancel,
    ) -> Result<Self, Stale> {
        let charset = snapshot.profile.charset();
        let decoded = sample
            .filter(|sample| sample.edited().is_none())
            .map(|sample| sample.decode(charset));
        let edited = sample.and_then(|sample| sample.edited());
        let text = decoded.as_ref().map(|decoded| &decoded.text).or(edited);
        let text = text.cloned().unwrap_or_default();
        let prepared = match sample {
            Some(_) => prepare(snapshot, position, &text, memo, cancel)?,
            None => None,
        };
        let changed = prepared
            .as_ref()
            .map(|prepared| &prepared.text)
            .filter(|changed| **changed != text);
        let (message, faults) = parse_shared(Arc::clone(changed.unwrap_or(&text)));
        let unprepared = changed.map(|_| parse_shared(text).0);
        Ok(Self {
            message,
            unprepared,
            faults,
            decoded,
            prepared,
        })
    }

    /// What becomes of a message that goes no further than the site's script.
    pub(super) fn ended(&self) -> Option<Outcome> {
        self.prepared.as_ref().and_then(ended)
    }

    /// The outcome of the mapping with what the site's scripts do before and after it.
    pub(super) fn finished(
        &self,
        snapshot: &Snapshot,
        position: u64,
        outcome: Outcome,
        memo: &mut Memo,
        cancel: &Cancel,
    ) -> Result<Outcome, Stale> {
        let outcome = with_prepared(outcome, self.prepared.as_ref());
        finish(snapshot, position, outcome, memo, cancel)
    }

    /// What is odd about how bytes became text.
    pub(super) fn oddities(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if let Some(decoded) = &self.decoded {
            if let Some(conflict) = &decoded.conflict {
                let location = "MSH-18".parse().map_or(Place::Nowhere, Place::Location);
                found.push(Diagnostic::warning("charset", conflict.to_string()).at(location));
            }
            if let Some(first) = decoded.undecodable.first() {
                let count: usize = decoded.undecodable.iter().map(|bytes| bytes.length).sum();
                let message = format!(
                    "{count} bytes are no characters of {}",
                    decoded.charset.name()
                );
                let start = first.text_offset;
                let came = self.unprepared.as_ref().unwrap_or(&self.message);
                let place = Place::Message {
                    location: came.location_at(start),
                    span: start..start + 1,
                };
                found.push(
                    Diagnostic::warning("undecodable", message)
                        .at(place)
                        .with_help("say in the profile in which charset the site sends: syntax: (charset: Always(\"…\"))"),
                );
            }
        }
        found
    }

    pub(super) fn place(&self, span: std::ops::Range<usize>) -> Place {
        let location = self.message.location_at(span.start);
        Place::Message { span, location }
    }
}
