//! Rules of the site's own: what they find, and how they end when they do not.

use std::sync::Arc;

use super::engine::{Engine, Limits};
use super::rules::{Rules, check_rules};
use super::run::Given;
use crate::cancel::{Cancel, Stale};
use crate::grammar::{Findings, Judgement, resolve};
use crate::hl7::parse;
use crate::profile::{MessageDefinition, Profile, Rule, RuleSeverity};

const MESSAGE: &str =
    "MSH|^~\\&|A|B|C|D|20260301||ADT^A01|1|P|2.5.1\rPID|1||7||Amsel^Berta\rPV1|1|I\r";

fn few() -> Engine {
    Engine::with_limits(Limits {
        operations: 10_000,
        ..Limits::default()
    })
}

fn profile(musts: &[&str]) -> Profile {
    let mut definition = MessageDefinition::new("ADT");
    let rules = musts.iter().enumerate();
    definition.rules = rules
        .map(|(number, must)| Rule::new(format!("rule {number}"), *must))
        .collect();
    let mut profile = Profile::new("Site");
    profile.messages.push(Arc::new(definition));
    profile
}

fn found(profile: Profile, cancel: &Cancel) -> Result<Vec<String>, Stale> {
    let engine = few();
    let profile = Arc::new(profile);
    let message = parse(MESSAGE).0;
    let definition = profile.messages.first();
    let definition = definition.map(|definition| &**definition);
    let (grammar, _) = resolve(profile.version(), &profile, definition, &message);
    let grammar = Arc::new(grammar);
    let rules = Rules::compile(&engine, &profile, definition, &grammar);
    let judgement = Judgement::of(&profile);
    let mut findings = Findings::new(&judgement, &message);
    let now = "20260301".parse().unwrap();
    let given = Given {
        message: &message,
        tree: None,
        grammar: &grammar,
        profile: &profile,
        now: &now,
        seed: 1,
        records_reads: false,
    };
    rules.check(&engine, &given, &mut findings, cancel)?;
    let found = findings.finish();
    Ok(found
        .iter()
        .map(|found| found.diagnostic.to_string())
        .collect())
}

fn check(musts: &[&str], expect: &[&str]) {
    let found = found(profile(musts), &Cancel::never()).unwrap();
    assert_eq!(found.len(), expect.len(), "{found:?}");
    for (found, expect) in found.iter().zip(expect) {
        assert!(found.starts_with(expect), "{found} {expect}");
    }
}

#[test]
fn a_rule_that_never_ends_is_stopped_and_the_next_one_tried() {
    check(
        &["loop { }", "msg[\"PV1-2\"] == \"O\""],
        &[
            "warning[rule-failed] MSH: rule \"rule 0\" cannot be tried: script stopped after 10,000 operations",
            "warning[rule-broken] PV1-2: the rule \"rule 1\" does not hold",
        ],
    );
}

#[test]
fn a_rule_sees_nothing_of_the_world_and_changes_nothing() {
    for must in [
        "import \"a\" as a; true",
        "eval(\"true\")",
        "out.copy(msg, [\"PID\"]); true",
        "rows.add(\"a\"); true",
        "let",
    ] {
        let told = check_rules(&few(), &profile(&[must]));
        assert!(!told.is_empty(), "{must}");
        assert_eq!(told[0].path, ".messages[0].rules[0].must", "{must}");
        check(&[must], &[]);
    }
    check(
        &["msg[\"PID-8\"] = \"F\"; true"],
        &["warning[rule-failed] PID-8: rule \"rule 0\" cannot be tried"],
    );
}

#[test]
fn what_a_message_says_is_not_in_what_is_told_of_a_failure() {
    for must in ["msg[\"PID-5.2\"] > 3", "msg[\"PID-5.2\"].foo()", "1 / 0"] {
        let told = found(profile(&[must]), &Cancel::never()).unwrap();
        assert!(!told.concat().contains("Berta"), "{told:?}");
    }
}

#[test]
fn a_rule_that_is_off_is_not_tried() {
    let mut off = profile(&["loop { }"]);
    off.severity.insert("rule 0".into(), RuleSeverity::Off);
    assert_eq!(found(off, &Cancel::never()), Ok(Vec::new()));
}

#[test]
fn a_newer_revision_ends_the_trial() {
    let newest = Arc::new(std::sync::atomic::AtomicU64::new(2));
    let cancel = Cancel::watching(newest, 1);
    assert_eq!(found(profile(&["loop { }"]), &cancel), Err(Stale));
}
