//! Scripts that change the text before and after the mapping.

use std::sync::Arc;

use super::engine::{Engine, Limits};
use super::outcome::Verdict;
use super::run::Job;
use super::text_script::{TextOutcome, compile_text, run_text};
use crate::cancel::Cancel;
use crate::grammar::resolve;
use crate::hl7::parse;
use crate::profile::{MessageDefinition, Profile, read};

fn run(script: &str, text: &str) -> TextOutcome {
    let profile: Profile = read(
        r#"Profile(format: 1, name: "Site", codes: {"unit": Codes(maps: {"K": "k"}, otherwise: Error)})"#,
    )
    .expect("a profile");
    let profile = Arc::new(profile);
    let message = parse("").0;
    let definition = MessageDefinition::new("");
    let grammar = resolve(profile.version(), &profile, None, &message).0;
    let engine = Engine::with_limits(Limits {
        text_bytes: 4_000,
        ..Limits::default()
    });
    let (program, found) = compile_text(&engine, "scripts.prepare", script);
    let program = program.unwrap_or_else(|| panic!("{found:?}"));
    let job = Job {
        message: &message,
        tree: None,
        grammar: &Arc::new(grammar),
        definition: &definition,
        profile: &profile,
        program: None,
        now: &"20260302".parse().expect("a time"),
        seed: 1,
        records_reads: false,
        begun: None,
    };
    run_text(&engine, &program, &text.into(), &job, &Cancel::never()).expect("somebody waits")
}

/// What stands in `text` at the end, and what was found on the way.
fn check(script: &str, text: &str, expected: &str, findings: &[&str]) {
    let outcome = run(script, text);
    assert_eq!(&*outcome.text, expected, "{script}");
    let found: Vec<String> = outcome
        .findings
        .iter()
        .map(|found| found.diagnostic.to_string())
        .collect();
    assert_eq!(found, findings, "{script}");
}

#[test]
fn what_stands_in_text_at_the_end_goes_on() {
    check("", "MSH|a", "MSH|a", &[]);
    check("text = text.to_upper();", "MSH|a", "MSH|A", &[]);
    check("text.replace(\"~~\", \"~\");", "MSH|~~", "MSH|~", &[]);
    check("let n = text.len; text += n;", "MSH", "MSH3", &[]);
    check("text += codes(\"unit\", \"K\");", "MSH", "MSHk", &[]);
}

#[test]
fn a_script_that_fails_leaves_the_text_as_it_came() {
    check(
        "text = \"\";\ntext = 1 / 0;",
        "MSH|a",
        "MSH|a",
        &["error[script-error] scripts.prepare:2:10: division by zero"],
    );
    check(
        "text = 7;",
        "MSH|a",
        "MSH|a",
        &["error[script-write] scripts.prepare:1:1: text is a number at the end of the script"],
    );
    assert!(run("text = ();", "MSH").script_failed);
    assert!(run("loop {}", "MSH").script_failed);
}

#[test]
fn a_text_longer_than_a_script_takes_is_told_and_kept() {
    let long = "x".repeat(4_001);
    let outcome = run("text = \"\";", &long);
    assert!(outcome.script_failed);
    assert_eq!(&*outcome.text, long);
    assert_eq!(outcome.findings.len(), 1);
}

#[test]
fn a_message_can_be_skipped_before_it_is_parsed() {
    let outcome = run(
        "if text.starts_with(\"PING\") { skip(\"a sign of life\"); }",
        "PING",
    );
    assert_eq!(outcome.verdict, Verdict::Skipped("a sign of life".into()));
    assert!(!outcome.script_failed);
}

#[test]
fn there_is_no_message_in_such_a_script() {
    let engine = Engine::new();
    let (program, found) = compile_text(&engine, "scripts.finish", "text = msg[\"PID-3\"];");
    assert!(program.is_none());
    assert_eq!(found.len(), 1, "{found:?}");
}
