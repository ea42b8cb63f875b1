//! Comparisons without the language: which conditions are some, and that they say what the language says.

use std::sync::Arc;

use proptest::prelude::*;

use super::comparison::Comparison;
use super::engine::Engine;
use super::handles::SegmentHandle;
use super::rules::{Rules, scope};
use super::run::Given;
use crate::cancel::Cancel;
use crate::grammar::{Findings, Judgement, resolve};
use crate::hl7::{SegmentId, parse};
use crate::profile::{MessageDefinition, Profile, Rule, SegmentOverlay};

fn pid() -> SegmentId {
    SegmentId::new("PID").expect("a segment")
}

fn check(source: &str, expect: bool) {
    let handle = SegmentHandle {
        index: None,
        id: Some(pid()),
    };
    let rhai = Engine::new();
    let ast = rhai
        .rhai()
        .compile_with_scope(&scope(Some(handle)), source)
        .expect("a condition");
    let found = Comparison::of(&ast, Some(pid()));
    assert_eq!(found.is_some(), expect, "{source}: {found:?}");
}

#[test]
fn what_only_compares_needs_no_language() {
    check(r#"seg["8"] == "F""#, true);
    check(r#"(seg["8"] == "F")"#, true);
    check(r#""F" != seg["PID-8"]"#, true);
    check(
        r#"msg["PID-7"] < msg["MSH-7"] && !(seg["3[2].1"] >= "7")"#,
        true,
    );
    check(r#"seg["2"] == "I" || seg["2"] == "E" || "a" == "a""#, true);
}

#[test]
fn what_does_more_is_left_to_the_language() {
    for source in [
        "true",
        r#"msg.exists("PID-8")"#,
        r#"seg["8"].len() > 1"#,
        r#"seg["8"] == 8"#,
        r#"seg["8"] in ["F", "M"]"#,
        r#"seg["8"][0] == "F""#,
        r#"seg["PV1-2"] == "I""#,
        r#"msg["8"] == "F""#,
        r#"seg["8"] + "a" == "Fa""#,
        r#"`${seg["8"]}` == "F""#,
        r#"seg["8"] == "F" & true"#,
        r#"let a = seg["8"]; a == "F""#,
        r#"if true { seg["8"] == "F" } else { false }"#,
        r#"seg["8"] == "F" || { true }"#,
    ] {
        check(source, false);
    }
}

/// Places and texts, among them ones that are absent, null, empty, escaped and repeated.
fn operand() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        r#"msg["PID-8"]"#,
        r#"msg["PID-5"]"#,
        r#"msg["PID-5.1"]"#,
        r#"msg["PID-3[2].1"]"#,
        r#"msg["PID-3[?5=NI].1"]"#,
        r#"msg["OBX[2]-5"]"#,
        r#"msg["OBX[last]-5"]"#,
        r#"msg["ZZZ-4"]"#,
        r#"msg["PID"]"#,
        r#"msg["MSH-2"]"#,
        r#"msg["MSH-1"]"#,
        r#"seg["8"]"#,
        r#"seg["PID-5.2"]"#,
        r#"seg["3[*].1"]"#,
        r#"seg["30"]"#,
        r#""F""#,
        r#""""#,
        r#""4711""#,
        r#""\"\"""#,
        r#""Ä&b""#,
    ])
    .prop_map(str::to_owned)
}

fn condition() -> impl Strategy<Value = String> {
    let order = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let leaf = (operand(), order, operand())
        .prop_map(|(left, order, right)| format!("{left} {order} {right}"));
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|part| format!("!({part})")),
            (prop::collection::vec(inner, 2..4), prop::bool::ANY).prop_map(|(parts, all)| {
                let parts: Vec<String> = parts.iter().map(|part| format!("({part})")).collect();
                parts.join(if all { " && " } else { " || " })
            }),
        ]
    })
}

fn message() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "",
        "\"\"",
        "F",
        "4711",
        "4711^^^A^MR~99^^^B^NI",
        "ROE^JANE",
        "\\T\\",
        "Ä\\T\\b",
        "a&b^c",
        "~",
        "\\X41\\",
    ]);
    prop::collection::vec(value, 5).prop_map(|values| {
        let [three, five, eight, first, last] = &values[..] else {
            unreachable!("five of them")
        };
        format!(
            "MSH|^~\\&|A|B|||20260301||ADT^A01|1|P|2.5.1\rPID|1||{three}||{five}|||{eight}\r\
             OBX|1||||{first}\rOBX|2||||{last}\r"
        )
    })
}

/// The rules that do not hold, and those that cannot be tried.
fn broken(musts: &[String], text: &str) -> Vec<String> {
    let rules = musts.iter().enumerate();
    let segment = SegmentOverlay {
        rules: rules
            .map(|(number, must)| Rule::new(number.to_string(), must.as_str()))
            .collect(),
        ..SegmentOverlay::default()
    };
    let mut profile = Profile::new("Site");
    profile.segments.insert(pid(), Arc::new(segment));
    profile
        .messages
        .push(Arc::new(MessageDefinition::new("ADT")));
    let profile = Arc::new(profile);
    let engine = Engine::new();
    let message = parse(text).0;
    let (grammar, _) = resolve(profile.version(), &profile, None, &message);
    let grammar = Arc::new(grammar);
    let rules = Rules::compile(&engine, &profile, None, &grammar);
    let judgement = Judgement::of(&profile);
    let mut findings = Findings::new(&judgement, &message);
    let given = Given {
        message: &message,
        tree: None,
        grammar: &grammar,
        profile: &profile,
        now: &"20260301".parse().expect("a date"),
        seed: 1,
        records_reads: false,
    };
    let tried = rules.check(&engine, &given, &mut findings, &Cancel::never());
    assert!(tried.is_ok(), "nobody asks for a newer revision");
    let found = findings.finish();
    found
        .iter()
        .map(|found| {
            let rule = found.rule.as_deref().unwrap_or_default();
            format!("{rule} {}", found.diagnostic.code)
        })
        .collect()
}

proptest! {
    #[test]
    fn comparisons_say_what_the_language_says(
        conditions in prop::collection::vec(condition(), 1..6),
        text in message(),
    ) {
        // What has a name is no comparison any more.
        let told: Vec<String> = conditions.iter().map(|one| format!("let told = {one}; told")).collect();
        prop_assert_eq!(broken(&conditions, &text), broken(&told, &text));
    }
}
