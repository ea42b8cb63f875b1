//! Places in segments that variables hold, as in `obx["88"]`: whether the segment has them, where the text
//! of the script tells which one it is.

use std::sync::Arc;

use super::check::missing_place;
use super::paths::Path;
use super::script_names::ScriptNames;
use super::script_sense::{Inside, TextMeaning};
use crate::diagnostic::{Diagnostic, Place};
use crate::grammar::Grammar;
use crate::hl7::{Location, SegmentId};

/// Bytes of a script up to which its variables are followed.
const MOST_BYTES: usize = 200_000;

/// What is wrong with the places in segments that a script names.
pub(super) fn check_segment_places(
    source: &str,
    given: &'static [&'static str],
    script: &Arc<str>,
    grammar: Option<&Grammar>,
) -> Vec<Diagnostic> {
    if source.len() > MOST_BYTES {
        return Vec::new();
    }
    let names = ScriptNames::of(source, given);
    let structure = &names.structure;
    let mut found = Vec::new();
    for (at, token) in structure.tokens.iter().enumerate() {
        if !matches!(structure.before(at), "[" | "?[" | "(" | "," | "()") {
            continue;
        }
        let Some(text) = structure.literal(at) else {
            continue;
        };
        let TextMeaning::Location(Inside::Segment(Some(id))) = names.text_meaning(at) else {
            continue;
        };
        let (Some(id), path) = (SegmentId::new(&id), Path::parse(&text)) else {
            continue;
        };
        let diagnostic = match path {
            // A whole path is one of the message, wherever it stands.
            Ok(Path::Whole(_)) => None,
            Ok(Path::Inner(path)) => {
                grammar.and_then(|grammar| missing_place(grammar, &Location::new(id, path)))
            }
            Err(fault) => Some(fault.diagnostic()),
        };
        let diagnostic = diagnostic.map(|found| found.at(place(script, source, token.start)));
        found.extend(diagnostic);
    }
    found
}

fn place(script: &Arc<str>, source: &str, byte: usize) -> Place {
    let before = source.get(..byte).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
    Place::Script {
        name: Arc::clone(script),
        line: number(before.matches('\n').count()),
        column: number(line.chars().count()),
        profile: None,
    }
}
