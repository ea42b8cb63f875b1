//! Rows read back into a message, as the editor of their template shows it: what is wrong with the
//! template, and what it makes of the rows of the message at hand.

use std::sync::Arc;

use super::inputs::{Snapshot, message_seed};
use super::memo::Memo;
use crate::cancel::{Cancel, Stale};
use crate::hl7::{Message, SegmentId};
use crate::mapping::{ComposeJob, Composition, Outcome};
use crate::profile::{GrammarSource, MessageDefinition, Profile, RowsOut, TemplateFault};

/// More rows than this are not read back at each keystroke.
const MOST_ROWS: usize = 2_000;

/// The template of a message definition, as its editor shows it.
#[derive(Clone, Debug)]
pub struct RowsBack {
    /// The message definition.
    pub message: Arc<str>,
    /// What is wrong with the text of the template, with line and column counted from 1.
    pub faults: Vec<(u32, u32, TemplateFault)>,
    /// What became of the rows of the message at hand.
    pub made: RowsMade,
}

/// What became of the rows of the message at hand.
#[derive(Clone, Debug)]
pub enum RowsMade {
    /// There is no message, or it falls under another definition.
    OtherMessage,
    /// The definition makes no rows of it.
    NoRows,
    /// There are more than are read back at each keystroke.
    TooMany(usize),
    /// They are a message again.
    Made(Composition),
}

/// Reads the rows of the message at hand back, where somebody looks at a template; `matched` is the
/// definition that the message falls under.
pub(super) fn rows_back(
    snapshot: &Snapshot,
    matched: Option<usize>,
    outcome: Option<&Outcome>,
    memo: &Memo,
    cancel: &Cancel,
) -> Result<Option<Arc<RowsBack>>, Stale> {
    let profile = &snapshot.profile;
    let focus = snapshot.grammar.as_ref();
    let known = focus.and_then(|focus| profile.message(&focus.message));
    let Some((index, definition)) = known else {
        return Ok(None);
    };
    let Some(out) = &definition.out else {
        return Ok(None);
    };
    let placed = out.faults().into_iter().map(|fault| {
        let (line, column) = fault.line_and_column(&out.template);
        (line, column, fault)
    });
    let is_here = snapshot.sample.is_some() && matched == Some(index);
    let made = match outcome.filter(|_| is_here) {
        None => RowsMade::OtherMessage,
        Some(outcome) => {
            let count = outcome.rows.iter().map(|table| table.rows.len()).sum();
            match count {
                0 => RowsMade::NoRows,
                1..=MOST_ROWS => RowsMade::Made(memo.compose(
                    &ComposeJob {
                        rows: &outcome.rows,
                        definition,
                        profile,
                        now: &snapshot.now,
                        seed: message_seed(snapshot.seed, snapshot.position),
                    },
                    cancel,
                )?),
                _ => RowsMade::TooMany(count),
            }
        }
    };
    Ok(Some(Arc::new(RowsBack {
        message: Arc::clone(&definition.name),
        faults: placed.collect(),
        made,
    })))
}

/// A template to begin with: the header of a message, without what is each message's own; without a
/// message, one that says what the definition is for.
pub fn first_template(
    profile: &Profile,
    definition: &MessageDefinition,
    message: Option<&Message>,
) -> RowsOut {
    let template = message
        .and_then(own_header)
        .unwrap_or_else(|| said_header(profile, definition));
    RowsOut {
        template: template.into(),
    }
}

/// The header of a message, without its time, its security and its id.
fn own_header(message: &Message) -> Option<String> {
    let header = message.segments_named(SegmentId::new("MSH")?).next()?;
    let mark = message.delimiters().field;
    // The identifier is the first part and MSH-1 the separator itself: MSH-7 is the seventh.
    let own = [6, 7, 9];
    let fields = header.raw().split(mark).enumerate();
    let kept: Vec<&str> = fields
        .map(|(at, field)| if own.contains(&at) { "" } else { field.trim() })
        .collect();
    Some(kept.join(&mark.to_string()))
}

fn said_header(profile: &Profile, definition: &MessageDefinition) -> String {
    let kind = match definition.grammar.as_deref().map(GrammarSource::of) {
        Some(GrammarSource::Structure(id)) => match id.split_once('_') {
            Some((code, event)) => format!("{code}^{event}^{id}"),
            None => id.to_owned(),
        },
        Some(GrammarSource::Notation(_)) | None => String::new(),
    };
    format!("MSH|^~\\&|||||||{kind}||P|{}", profile.version())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hl7::parse;

    fn check(structure: &str, message: Option<&str>, expect: &str) {
        let profile = Profile::new("North");
        let mut definition = MessageDefinition::new("Admissions");
        definition.grammar = Some(structure.into());
        let message = message.map(|text| parse(text).0);
        let out = first_template(&profile, &definition, message.as_ref());
        assert_eq!(&*out.template, expect);
        assert!(out.faults().is_empty(), "{:?}", out.faults());
    }

    #[test]
    fn a_template_begins_with_the_header_and_not_with_what_is_each_messages_own() {
        check(
            "ADT_A01",
            Some("MSH|^~\\&|A|B|C|D|20260301|secret|ADT^A08^ADT_A01|4711|T|2.4\rEVN||1\r"),
            "MSH|^~\\&|A|B|C|D|||ADT^A08^ADT_A01||T|2.4",
        );
        check(
            "ADT_A01",
            Some("MSH#^~\\&#A#B#C#D#20260301##ADT^A08#4711\n"),
            "MSH#^~\\&#A#B#C#D###ADT^A08#",
        );
        check("ORU_R01", None, "MSH|^~\\&|||||||ORU^R01^ORU_R01||P|2.5.1");
        check("MSH PID", None, "MSH|^~\\&|||||||||P|2.5.1");
    }
}
