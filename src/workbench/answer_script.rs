//! Acknowledgments that a script makes: it finds the one that would go out, and changes it.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::acknowledge::acknowledgment;
use super::clock::local_time;
use super::corpus::Corpus;
use super::derive::{Transformed, transform, transform_begun};
use super::inputs::Snapshot;
use super::memo::Memo;
use super::source::{Origin, Source};
use super::written::{Input, written};
use crate::cancel::Cancel;
use crate::diagnostic::{Diagnostic, Severity};
use crate::hl7::{decode, parse_shared};
use crate::mapping;
use crate::net::{Ack, AckCode, Answer, Fresh, Verdict};
use crate::profile::{MessageDefinition, Profile, Script};

/// A script that makes acknowledgments, ready to run.
///
/// It is a message script: `msg` is the message that came, `out` the positive acknowledgment of it in the original
/// mode, and what is left in `out` goes to the peer as it is, whatever MSH-15 and MSH-16 say. `reject` answers AR,
/// `skip` nothing at all. Where it fails, or leaves no acknowledgment, AE goes out.
pub struct AnswerScript {
    snapshot: Snapshot,
}

/// The shape of a script that fits any message.
const PROBE: &str = "MSH|^~\\&|A|B|C|D|20260101||ACK|1|P|2.5\r";

impl AnswerScript {
    /// Compiles a script; `name` is what its faults are told with.
    ///
    /// # Errors
    ///
    /// What is wrong with it, with the lines.
    pub fn compile(name: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut profile = Profile::new("answers");
        let mut definition = MessageDefinition::new(name);
        definition.script = Some(Script::Inline(text.into()));
        profile.messages.push(Arc::new(definition));
        let snapshot = Snapshot::new(Arc::new(profile), Arc::default(), local_time());
        let mut memo = Memo::default();
        let faults = match transformed(&snapshot, PROBE.as_bytes(), 0, &mut memo, None) {
            Some(made) => made.script,
            None => Vec::new(),
        };
        let faults: Vec<Diagnostic> = faults
            .into_iter()
            .filter(|fault| fault.severity == Severity::Error)
            .collect();
        if faults.is_empty() {
            Ok(Self { snapshot })
        } else {
            Err(faults)
        }
    }

    /// What a message is answered with, and what is told of that.
    pub(super) fn answer(
        &mut self,
        content: &[u8],
        position: u64,
        memo: &mut Memo,
    ) -> (Verdict, Ack) {
        self.snapshot.now = local_time();
        let usual = usual(content, &self.snapshot);
        let decoded = decode(&usual, None);
        let begun = parse_shared(Arc::clone(&decoded.text)).0;
        let made = transformed(&self.snapshot, content, position, memo, Some(&begun));
        let failed = |ack: Ack| (Verdict::Ack(ack.clone()), ack);
        let Some(made) = made else {
            return failed(Ack::because(AckCode::Error, "the message cannot be read"));
        };
        let outcome = made.outcome.as_ref();
        match outcome.map(|outcome| &outcome.verdict) {
            Some(mapping::Verdict::Skipped(why)) => {
                return (
                    Verdict::Silence,
                    Ack::because(AckCode::Accept, format!("not answered: {why}")),
                );
            }
            Some(mapping::Verdict::Accepted) => {}
            Some(mapping::Verdict::Rejected(_)) | None => return failed(acknowledgment(&made)),
        }
        let ack = acknowledgment(&made);
        if !ack.code.is_success() {
            return failed(ack);
        }
        let input = Input {
            message: &begun,
            decoded: &decoded,
            bytes: &usual,
        };
        let output = outcome.and_then(|outcome| outcome.output.as_ref());
        let bytes = match output.map(|output| written(output, Some(input))) {
            Some(Ok(bytes)) => bytes,
            Some(Err(why)) => {
                let why = format!("the answer of the script cannot be written: {why}");
                return failed(Ack::because(AckCode::Error, why));
            }
            None => Vec::new(),
        };
        match Answer::read(&bytes) {
            Ok(answer) => (
                Verdict::Bytes(bytes.into()),
                Ack::because(answer.code, "as the script made it"),
            ),
            Err(why) => {
                let why = format!("what the script left is no acknowledgment: {why}");
                failed(Ack::because(AckCode::Error, why))
            }
        }
    }
}

/// The acknowledgment that would go out.
fn usual(content: &[u8], snapshot: &Snapshot) -> Vec<u8> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let id = format!("S{}", since.unwrap_or_default().as_micros());
    let time = snapshot.now.to_string();
    Ack::of(AckCode::Accept).answer(
        content,
        Fresh {
            control_id: &id,
            time: &time,
        },
    )
}

fn transformed(
    snapshot: &Snapshot,
    content: &[u8],
    position: u64,
    memo: &mut Memo,
    begun: Option<&crate::hl7::Message>,
) -> Option<Transformed> {
    let source = Source::from_bytes(Origin::Wire("".into()), content.to_vec()).ok()?;
    let sample = Corpus::default().with(Arc::new(source)).sample(0)?;
    let made = match begun {
        Some(begun) => transform_begun(snapshot, &sample, position, memo, begun),
        None => transform(snapshot, &sample, position, memo, &Cancel::never()),
    };
    made.ok()
}

impl fmt::Debug for AnswerScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnswerScript")
    }
}

#[cfg(test)]
mod tests {
    use super::super::memo::Memo;
    use super::AnswerScript;
    use crate::net::Verdict;

    const ADMIT: &str =
        "MSH|^~\\&|LAB|N|HIS|M|20260301||ADT^A01|7|P|2.5\rPID|1||77||Amsel^Eva\rPV1|1|E\r";

    /// MSA of what goes out, or the code of what is made without it.
    fn check(script: &str, message: &[u8], expect: &str) {
        let mut script = AnswerScript::compile("answer.rhai", script).expect("it compiles");
        let (verdict, ack) = script.answer(message, 0, &mut Memo::default());
        let found = match verdict {
            Verdict::Bytes(bytes) => {
                let text = bytes.escape_ascii().to_string();
                let at = text.find("MSA").expect("an MSA");
                text[at..].to_owned()
            }
            Verdict::Ack(ack) => format!("{} {}", ack.code, ack.text.unwrap_or_default()),
            Verdict::Silence => format!("silence, {}", ack.text.unwrap_or_default()),
            Verdict::Exactly(_) => panic!("not by a script"),
        };
        assert_eq!(found, expect);
    }

    #[test]
    fn what_a_script_leaves_is_what_goes_out() {
        check("", ADMIT.as_bytes(), "MSA|AA|7\\r");
        let by_class =
            r#"if msg["PV1-2"] == "E" { out["MSA-1"] = "AE"; out["MSA-3"] = "no emergencies"; }"#;
        check(by_class, ADMIT.as_bytes(), "MSA|AE|7|no emergencies\\r");
        let inpatient = ADMIT.replace("PV1|1|E", "PV1|1|I");
        check(by_class, inpatient.as_bytes(), "MSA|AA|7\\r");
        check(
            r#"let z = out.append("ZAC"); z["1"] = "seen";"#,
            ADMIT.as_bytes(),
            "MSA|AA|7\\rZAC|seen\\r",
        );
        let other = ADMIT.replace('|', "#");
        check(
            r#"out["MSA-3"] = "a|b";"#,
            other.as_bytes(),
            "MSA#AA#7#a|b\\r",
        );
        check(r#"reject("not ours");"#, ADMIT.as_bytes(), "AR not ours");
        check(
            r#"skip("a test");"#,
            ADMIT.as_bytes(),
            "silence, not answered: a test",
        );
    }

    #[test]
    fn a_charset_is_kept() {
        let message =
            b"MSH|^~\\&|LAB|N|HIS|M|20260301||ADT^A01|7|P|2.5||||||8859/1\rPID|1||77||M\xFCller\r";
        check(
            r#"out["MSA-3"] = msg["PID-5"];"#,
            message,
            "MSA|AA|7|M\\xfcller\\r",
        );
    }

    #[test]
    fn what_fails_is_never_a_success() {
        let faults = AnswerScript::compile("answer.rhai", "let a = ;").expect_err("no script");
        assert!(
            faults[0].to_string().contains("answer.rhai:1:9"),
            "{}",
            faults[0]
        );
        let begins = |script: &str, expect: &str| {
            let mut script = AnswerScript::compile("answer.rhai", script).expect("it compiles");
            let (verdict, _) = script.answer(ADMIT.as_bytes(), 0, &mut Memo::default());
            let Verdict::Ack(ack) = verdict else {
                panic!("an acknowledgment without the script");
            };
            let found = format!("{} {}", ack.code, ack.text.unwrap_or_default());
            assert!(found.starts_with(expect), "{found}");
        };
        begins(r#"throw "broken";"#, "AE ");
        begins("loop {}", "AE ");
        begins(
            r#"out.remove("MSA");"#,
            "AE what the script left is no acknowledgment",
        );
    }
}
