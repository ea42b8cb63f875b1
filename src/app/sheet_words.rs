//! What a sheet of codes comes to, in words: for the question before it is taken.

use crate::profile::{CodesImport, PartChange, PartChangeKind};
use crate::workbench::SheetOffer;

use super::status::plural;

/// More changes than this are not listed.
const LISTED: usize = 200;

/// What the question says of a sheet.
#[derive(Clone, Debug)]
pub(super) struct SheetWords {
    pub(super) title: String,
    /// What each way of taking it does, and what was passed over: a sentence each.
    pub(super) sentences: Vec<String>,
    /// The changes one by one; those that only a replacement makes come last.
    pub(super) changes: Vec<String>,
    pub(super) can_add: bool,
    pub(super) can_replace: bool,
}

impl SheetWords {
    /// The words of an offer.
    pub(super) fn of(offer: &SheetOffer) -> Self {
        let (merged, replaced) = (&offer.merged, &offer.replaced);
        let file = offer.path.file_name().unwrap_or_default();
        let can_add = merged.edit.is_some();
        // Where nothing would be removed, both ways are one.
        let can_replace = replaced.edit.is_some() && replaced.changes != merged.changes;
        let mut sentences = Vec::new();
        if can_add {
            sentences.push(format!("Adding: {}", counted(merged)));
        } else {
            sentences.push("Adding changes nothing: the table has all of it".to_owned());
        }
        if can_replace {
            sentences.push(format!("Replacing: {}", counted(replaced)));
        }
        sentences.extend(
            offer
                .note
                .iter()
                .chain(&merged.notes)
                .map(|note| sentence(note)),
        );
        let only = replaced
            .changes
            .iter()
            .filter(|change| can_replace && !merged.changes.contains(change));
        let only = only.map(|change| format!("{} (when replacing)", words(change)));
        let mut changes: Vec<String> = merged.changes.iter().map(words).chain(only).collect();
        let more = changes.len().saturating_sub(LISTED);
        changes.truncate(LISTED);
        if more > 0 {
            changes.push(format!("and {more} more"));
        }
        Self {
            title: format!("Import {} into {}", file.display(), offer.table),
            sentences,
            changes,
            can_add,
            can_replace,
        }
    }
}

fn counted(import: &CodesImport) -> String {
    let (mut added, mut removed, mut changed) = (0, 0, 0);
    for change in &import.changes {
        match change.kind {
            PartChangeKind::Added(_) => added += 1,
            PartChangeKind::Removed(_) => removed += 1,
            PartChangeKind::Changed { .. } | PartChangeKind::Reordered { .. } => changed += 1,
        }
    }
    let parts = [(added, "added"), (changed, "changed"), (removed, "removed")];
    let told = parts.into_iter().filter(|(count, _)| *count > 0);
    let told: Vec<String> = told
        .map(|(count, word)| format!("{} {word}", plural(count, "code")))
        .collect();
    told.join(", ")
}

/// A change as `Site code 3 → M`.
fn words(change: &PartChange) -> String {
    let steps: Vec<&str> = change.path.steps().iter().map(|step| &**step).collect();
    let what = match steps[..] {
        [_, _, "maps", code] => format!("Site's code {code}"),
        [_, _, "values", code] => format!("Application's code {code}"),
        [_, _, "back", code] => format!("Way back of {code}"),
        _ => change.path.to_string(),
    };
    let value = |text: &str| text.trim_matches('"').to_owned();
    match &change.kind {
        PartChangeKind::Added(None) => format!("+ {what}"),
        PartChangeKind::Added(Some(to)) => format!("+ {what}: {}", value(to)),
        PartChangeKind::Removed(None) => format!("− {what}"),
        PartChangeKind::Removed(Some(was)) => format!("− {what}: {}", value(was)),
        PartChangeKind::Changed { before, after } => {
            format!("~ {what}: {} becomes {}", value(before), value(after))
        }
        PartChangeKind::Reordered { .. } => format!("~ {what}"),
    }
}

fn sentence(note: &str) -> String {
    let mut letters = note.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), letters.as_str())
}
