//! How a message is acknowledged, from what its mapping made of it.

use super::derive::Transformed;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::hl7::Location;
use crate::mapping::{Outcome, Verdict};
use crate::net::{Ack, AckCode, Condition};

/// The acknowledgment that says what became of a message: taken, taken and of no concern here, refused by the
/// profile, or failed.
pub fn acknowledgment(made: &Transformed) -> Ack {
    let Some(outcome) = &made.outcome else {
        if made.definition.is_none() {
            return Ack::because(
                AckCode::Reject,
                "no message definition of the receiver fits this message",
            )
            .with_condition(Condition::MessageType);
        }
        let mut errors = made.script.iter();
        let first = errors.find(|found| found.severity == Severity::Error);
        let why = first.map_or("", |found| &found.message);
        let text = format!("the receiver's mapping cannot be used: {why}");
        return Ack::because(AckCode::Error, text).with_condition(Condition::Internal);
    };
    match &outcome.verdict {
        // What the profile passes over is received all the same.
        Verdict::Skipped(why) => Ack::because(AckCode::Accept, why.as_str()),
        Verdict::Rejected(why) => Ack::because(AckCode::Reject, why.as_str()),
        Verdict::Accepted if is_failed(outcome) => failed(errors(outcome)),
        Verdict::Accepted => Ack::of(AckCode::Accept),
    }
}

fn errors(outcome: &Outcome) -> impl Iterator<Item = &Diagnostic> {
    let found = outcome.diagnostics();
    found.filter(|found| found.severity == Severity::Error)
}

fn is_failed(outcome: &Outcome) -> bool {
    outcome.script_failed || errors(outcome).next().is_some()
}

/// AE with the first thing that is wrong; how many more there are stands behind it.
fn failed<'d>(mut errors: impl Iterator<Item = &'d Diagnostic>) -> Ack {
    let Some(first) = errors.next() else {
        return Ack::because(AckCode::Error, "the receiver's mapping failed")
            .with_condition(Condition::Internal);
    };
    let text = match errors.count() {
        0 => first.message.clone(),
        1 => format!("{} (and 1 more error)", first.message),
        more => format!("{} (and {more} more errors)", first.message),
    };
    let ack = Ack::because(AckCode::Error, text).with_condition(condition(first.code));
    match location(first) {
        Some(location) => ack.at(location),
        None => ack,
    }
}

fn location(found: &Diagnostic) -> Option<Location> {
    match &found.place {
        Place::Message { location, .. } => location.clone(),
        Place::Location(location) => Some(location.clone()),
        Place::Nowhere | Place::File(_) | Place::Script { .. } | Place::Profile { .. } => None,
    }
}

fn condition(code: &str) -> Condition {
    match code {
        "row-value" => Condition::DataType,
        "code-unknown" => Condition::TableValue,
        _ => Condition::Internal,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::clock::local_time;
    use super::super::corpus::Corpus;
    use super::super::derive::transform;
    use super::super::inputs::Snapshot;
    use super::super::memo::Memo;
    use super::super::source::{Origin, Source};
    use super::acknowledgment;
    use crate::cancel::Cancel;
    use crate::profile::read;

    /// The code, the place and the words that a message is answered with under a script.
    fn check(script: &str, message: &str, expect: &str) {
        let profile = format!(
            "Profile(format: 1, name: \"x\", standard: \"2.5\", \
             messages: [Message(name: \"adt\", identity: [(at: \"MSH-9.1\", matches: \"^ADT$\")], \
             rows: [Rows(table: \"patient\", root: \"PID\", columns: {{\"born\": From(\"PID-7\", as: Date)}})], \
             script: Inline(r#\"{script}\"#))], \
             tables: {{\"patient\": Table(columns: [Column(name: \"born\", type: Date)])}})"
        );
        let profile = Arc::new(read(&profile).expect("a profile"));
        let snapshot = Snapshot::new(profile, Arc::default(), local_time());
        let source = Source::from_bytes(Origin::Paste(1), message.as_bytes().to_vec());
        let corpus = Corpus::default().with(Arc::new(source.expect("a message")));
        let sample = corpus.sample(0).expect("a message");
        let made = transform(
            &snapshot,
            &sample,
            0,
            &mut Memo::default(),
            &Cancel::never(),
        );
        let ack = acknowledgment(&made.expect("not stale"));
        let place = ack.location.as_ref().map(ToString::to_string);
        let told = format!(
            "{} {} {}",
            ack.code,
            place.unwrap_or_default(),
            ack.text.unwrap_or_default()
        );
        assert_eq!(told, expect, "{script}");
    }

    const ADMIT: &str = "MSH|^~\\&|A|B|C|D|20260301||ADT^A01|1|P|2.5\rPID|1||7||DOE||19700101\r";

    #[test]
    fn the_profile_decides_how_a_message_is_answered() {
        check("", ADMIT, "AA  ");
        check("skip(\"a test\");", ADMIT, "AA  a test");
        check("reject(\"not ours\");", ADMIT, "AR  not ours");
        check(
            "",
            &ADMIT.replace("ADT", "SIU"),
            "AR  no message definition of the receiver fits this message",
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let born = ADMIT.replace("19700101", "19701301");
        check(
            "",
            &born,
            "AE PID-7 patient.born: the text is no date (row of PID[1], byte 58)",
        );
        check(
            "let a = ;",
            ADMIT,
            "AE  the receiver's mapping cannot be used: unexpected ';'",
        );
    }
}
