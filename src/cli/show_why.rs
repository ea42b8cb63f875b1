//! Why a message is understood as it is: each definition that could match, each segment's place.

use std::io::{self, Write};

use super::show_tree::{indent, shown};
use crate::grammar::{Candidate, GrammarFit, Verdict, explain, why};
use crate::hl7::Message;
use crate::profile::Profile;
use crate::workbench::{Header, Preview, Sample};

/// Writes one message.
pub(super) fn write(
    out: &mut impl Write,
    index: u64,
    sample: &Sample,
    preview: &Preview,
    profile: Option<&Profile>,
) -> io::Result<()> {
    let kind = Header::of(&preview.message).kind;
    writeln!(out, "# {} {} {}", index + 1, sample.name(), shown(&kind))?;
    let message = &preview.message;
    for candidate in profile
        .map(|profile| explain(profile, message))
        .unwrap_or_default()
    {
        definition(out, message, &candidate)?;
    }
    let Some(grammar) = preview.grammar.segment_grammar() else {
        writeln!(out, "no structure is known for this message")?;
        return writeln!(out);
    };
    let origin = preview.grammar.structure_origin();
    let origin = origin.map(|origin| origin.to_string()).unwrap_or_default();
    let words = preview.grammar.structure_words();
    writeln!(out, "{words} ({origin}): {grammar}")?;
    for why in why(message, &preview.grammar) {
        let Some(segment) = message.segment(why.index) else {
            continue;
        };
        indent(out, why.groups.len() + 1)?;
        let id = shown(segment.id());
        match segment.occurrence() {
            1 => writeln!(out, "{id}: {}", why.sentence)?,
            number => writeln!(out, "{id}[{number}]: {}", why.sentence)?,
        }
    }
    writeln!(out)
}

fn definition(out: &mut impl Write, message: &Message, candidate: &Candidate) -> io::Result<()> {
    let name = &candidate.name;
    match &candidate.verdict {
        Verdict::Chosen => writeln!(out, "definition {name}: the message falls under it")?,
        Verdict::Shadowed(other) => {
            writeln!(
                out,
                "definition {name}: matches, but {other} stands before it"
            )?;
        }
        Verdict::Refused => writeln!(out, "definition {name}: does not match")?,
    }
    for condition in &candidate.identity {
        indent(out, 1)?;
        let verb = if condition.holds {
            "matches"
        } else {
            "does not match"
        };
        let value = shown(&message.text_at(&condition.at));
        writeln!(
            out,
            "{} \"{value}\" {verb} {}",
            condition.at, condition.matches
        )?;
    }
    indent(out, 1)?;
    match &candidate.grammar {
        GrammarFit::Fits => writeln!(out, "the message fits its grammar"),
        GrammarFit::NoGrammar => writeln!(out, "there is no grammar for this message"),
        GrammarFit::Fails(misfit) => {
            writeln!(out, "the message does not fit its grammar {misfit}")
        }
    }
}
