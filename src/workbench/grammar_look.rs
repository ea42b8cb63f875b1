//! Making what an editor of a segment grammar shows; the last one is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::grammar_sheet::{GrammarFault, GrammarSheet};
use super::inputs::Snapshot;
use super::memo::{KeptSheet, Memo};
use crate::diagnostic::Severity;
use crate::grammar::{Grammar, Standing, Why, explain, tally, why};
use crate::hl7::{Message, SegmentId};
use crate::profile::{GrammarSource, NotationFault, parse_notation};

/// The sheet of the definition that the snapshot looks at, if it looks at one that is there.
pub(super) fn sheet(
    snapshot: &Snapshot,
    message: &Message,
    memo: &mut Memo,
) -> Option<Arc<GrammarSheet>> {
    let focus = snapshot.grammar.as_ref()?;
    let profile = &snapshot.profile;
    let (_, definition) = profile.message(&focus.message)?;
    if let Some(kept) = &memo.sheet
        && kept.sheet.focus == *focus
        && Arc::ptr_eq(&kept.profile, profile)
        && kept.message == *message
    {
        return Some(Arc::clone(&kept.sheet));
    }
    let (grammar, problems) = memo.grammar(profile, Some(definition), message);
    let has_message = snapshot.sample.is_some();
    let mut counts = Vec::new();
    let mut misfits = Vec::new();
    let mut candidates = Vec::new();
    if has_message {
        counts = tally(message, &grammar);
        let fits = |why: &Why| why.standing == Standing::Expected && why.missing.is_empty();
        misfits = why(message, &grammar);
        misfits.retain(|why| !fits(why));
        candidates = explain(profile, message);
    }
    let own = grammar.segment_grammar();
    let sheet = Arc::new(GrammarSheet {
        focus: focus.clone(),
        faults: faults(focus.draft.as_deref(), definition.grammar.as_deref()),
        pretty: own.map(|own| own.pretty().into()),
        names: own
            .map(|own| names(&own.segment_ids(), &grammar))
            .unwrap_or_default(),
        grammar,
        problems: if has_message {
            problems
        } else {
            Arc::default()
        },
        counts,
        misfits,
        candidates,
    });
    memo.sheet = Some(KeptSheet {
        message: message.clone(),
        profile: Arc::clone(profile),
        sheet: Arc::clone(&sheet),
    });
    Some(sheet)
}

/// What is wrong with a text being written, else with that of the profile.
fn faults(draft: Option<&str>, kept: Option<&str>) -> Vec<GrammarFault> {
    let (text, faults) = match (draft, kept.map(GrammarSource::of)) {
        (Some(text), _) => {
            let (_, mut faults) = parse_notation(text);
            if let GrammarSource::Structure(word) = GrammarSource::of(text) {
                faults.retain(|fault| fault.severity == Severity::Error);
                faults.push(names_a_structure(text, word));
            }
            (text, faults)
        }
        (None, Some(GrammarSource::Notation(text))) => (text, parse_notation(text).1),
        (None, Some(GrammarSource::Structure(_)) | None) => return Vec::new(),
    };
    let placed = faults.into_iter().map(|fault| {
        let (line, column) = fault.line_and_column(text);
        GrammarFault {
            line,
            column,
            fault,
        }
    });
    placed.collect()
}

/// A person who writes a grammar and has one word so far does not want the structure of that name.
fn names_a_structure(text: &str, word: &str) -> NotationFault {
    let start = text.len() - text.trim_start().len();
    NotationFault {
        span: start..start + word.len(),
        severity: Severity::Error,
        code: "grammar-header",
        message: format!("{word} alone is no grammar"),
        help: "every message begins with its header: write MSH first".to_owned(),
        leaves_open: false,
    }
}

fn names(ids: &[SegmentId], grammar: &Grammar) -> BTreeMap<SegmentId, Arc<str>> {
    let mut names = BTreeMap::new();
    for id in ids {
        names.entry(*id).or_insert_with(|| {
            let view = grammar.segment(id.as_str());
            view.map(|view| view.name.into()).unwrap_or_default()
        });
    }
    names
}
