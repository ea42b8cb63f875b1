//! A resolved profile told with the origin of every part.

use std::sync::Arc;

use super::inherit::{PartOrigin, Resolved};
use super::part_path::PartPath;
use super::print::print;
use super::tree::value_spans;

/// A value of a resolved profile and where it is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedPart {
    /// Which part.
    pub path: PartPath,
    /// Its value, as RON text.
    pub value: Arc<str>,
    /// Where it is from.
    pub origin: PartOrigin,
}

/// All values of a resolved profile with their origins, in the order of its text.
pub fn explained(resolved: &Resolved) -> Vec<ExplainedPart> {
    let text = print(&resolved.profile);
    value_spans(&text)
        .into_iter()
        .map(|(path, span)| ExplainedPart {
            origin: resolved.origins.of(&path),
            value: text.get(span).unwrap_or_default().into(),
            path,
        })
        .collect()
}

/// The text of a resolved profile, a comment with the origin behind every line that holds values: that
/// of the first, and of the others where it is another. It reads back as the resolved profile.
pub fn with_origins(resolved: &Resolved) -> String {
    let text = print(&resolved.profile);
    let mut told = String::with_capacity(text.len() * 2);
    let mut copied = 0;
    let mut values = value_spans(&text).into_iter().peekable();
    while let Some((path, span)) = values.next() {
        // A value ends before its comma; the comment goes to the end of that line.
        let rest = text.get(span.end..).unwrap_or_default();
        let end = span.end + rest.find('\n').unwrap_or(rest.len());
        let first = resolved.origins.of(&path);
        let mut origins = first.to_string();
        while let Some((path, _)) = values.next_if(|(_, span)| span.start < end) {
            let other = resolved.origins.of(&path);
            if other != first {
                let name = path.steps().last().map_or("", |name| name);
                origins = format!("{origins}, {name}: {other}");
            }
        }
        told.push_str(text.get(copied..end).unwrap_or_default());
        told.push_str("  // ");
        // A template's name may hold anything.
        told.extend(
            origins
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c }),
        );
        copied = end;
    }
    told.push_str(text.get(copied..).unwrap_or_default());
    told
}
