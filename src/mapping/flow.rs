//! What a script says about its message, and how it ends its run.

use rhai::{EvalAltResult, NativeCallContext, Position};

use super::fault::{Fallible, ScriptFault};
use super::outcome::Verdict;
use super::running::with;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::grammar::{Finding, shape};
use crate::hl7::{Location, Message};

/// `info`, `warn` and `error`, with or without a path.
pub(super) fn say(
    severity: Severity,
    path: Option<&str>,
    text: &str,
    context: &NativeCallContext<'_>,
) -> Fallible<()> {
    let code = match severity {
        Severity::Info => "mapping-info",
        Severity::Warning => "mapping-warning",
        Severity::Error => "mapping-error",
    };
    with(|run| {
        let diagnostic = Diagnostic::new(severity, code, text);
        match path {
            Some(path) => {
                let location = run.paths.find(path)?.whole()?.clone();
                run.report(about(&run.message, location, diagnostic));
            }
            None => run.report_at(diagnostic, context.call_position()),
        }
        Ok::<_, ScriptFault>(())
    })
}

/// A finding about a place of the message, whether anything stands there or not.
fn about(message: &Message, location: Location, diagnostic: Diagnostic) -> Finding {
    let element = message.find(&location);
    let span = element.map(|element| element.span()).or_else(|| {
        // What is not there would stand at the end of its segment.
        let segment = message.segments_named(location.segment).next()?;
        let end = segment.span().end;
        Some(end..end)
    });
    let place = match span {
        Some(span) => Place::Message {
            span,
            location: Some(location),
        },
        None => Place::Location(location),
    };
    let value = element.filter(|element| !element.is_empty());
    let mut finding = Finding::of(diagnostic.at(place));
    finding.found = value.map_or_else(|| "nothing".to_owned(), |element| shape(&element.text()));
    finding
}

/// `print` and `debug`.
pub(super) fn print(text: &str, context: &NativeCallContext<'_>) {
    // Without a run there is nobody to tell.
    let _ = with(|run| {
        run.report_at(
            Diagnostic::info("script-print", text),
            context.call_position(),
        );
        Ok::<_, ScriptFault>(())
    });
}

/// `skip(why)`.
pub(super) fn skip(why: &str) -> Fallible<()> {
    end(Verdict::Skipped(why.to_owned()))
}

/// `reject(why)`.
pub(super) fn reject(why: &str) -> Fallible<()> {
    end(Verdict::Rejected(why.to_owned()))
}

fn end(verdict: Verdict) -> Fallible<()> {
    with(|run| {
        run.verdict = verdict;
        Ok::<_, ScriptFault>(())
    })?;
    // A script cannot catch this one.
    Err(EvalAltResult::ErrorTerminated(rhai::Dynamic::UNIT, Position::NONE).into())
}

/// `next_id()`: the next of the ids that the run's seed gives, 16 digits and capitals.
pub(super) fn next_id() -> Fallible<rhai::ImmutableString> {
    with(|run| {
        run.ids += 1;
        // SplitMix64 (Steele, Lea, Flood 2014): equal seeds give equal ids, unequal ones do not collide.
        let mut mixed = run
            .seed
            .wrapping_add(run.ids.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        Ok::<_, ScriptFault>(format!("{mixed:016X}").into())
    })
}
