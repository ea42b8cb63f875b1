//! Where values come from, held against runs over changed messages.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::tests::{MESSAGE, map_with};
use super::tests_lineage::{Recorded, engine, recorded_to_the_end};
use super::{Job, Provenance, Verdict, compile_text};
use crate::hl7::{Element, Location, Message, parse};

/// The leaves of a message: place, bytes and text.
fn leaves(message: &Message) -> Vec<(Location, std::ops::Range<usize>, String)> {
    let mut found = Vec::new();
    for segment in message.segments() {
        for (number, field) in segment.fields().enumerate() {
            if segment.carries_delimiters() && number < 2 {
                continue;
            }
            add_leaves(message, field, &mut found);
        }
    }
    found
}

fn add_leaves(
    message: &Message,
    element: Element<'_>,
    found: &mut Vec<(Location, std::ops::Range<usize>, String)>,
) {
    if element.is_composite() {
        for child in element.children() {
            add_leaves(message, child, found);
        }
    } else if let Some(location) = message.location_at(element.span().start) {
        found.push((location, element.span(), element.raw().to_owned()));
    }
}

/// Whether what came out otherwise named the part of the message that was changed.
fn hold(
    base: &Recorded,
    other: &Recorded,
    part: &std::ops::Range<usize>,
    script: &str,
) -> Result<(), String> {
    if base.outcome.script_failed || other.outcome.script_failed {
        return Ok(());
    }
    let ended = |recorded: &Recorded| recorded.outcome.verdict != Verdict::Accepted;
    if ended(base) {
        return Ok(());
    }
    let fault = |what: &str, found: &Provenance| {
        let value = &base.recording.message.text()[part.clone()];
        Err(format!(
            "{what} does not name {value:?} at {part:?}: {}\n{script}",
            base.told(found),
        ))
    };
    if let Some(output) = &base.outcome.output {
        let changed = other.outcome.output.as_ref();
        let ids = |message: &Message| -> Vec<String> {
            message
                .segments()
                .map(|segment| segment.raw().chars().take(3).collect())
                .collect()
        };
        if changed.is_some_and(|changed| ids(changed) == ids(output)) {
            for (location, _, raw) in leaves(output) {
                let now = changed
                    .and_then(|changed| changed.find(&location))
                    .map(|found| found.raw().to_owned());
                // An empty field before a field that has a value is as good as none.
                if now.unwrap_or_default() != raw {
                    let found = base.lineage.of_output(&base.recording, &location);
                    if !found.names(part) {
                        return fault(&location.to_string(), &found);
                    }
                }
            }
        } else {
            let mut there: Vec<String> = changed
                .iter()
                .flat_map(|changed| changed.segments().map(|segment| segment.raw().to_owned()))
                .collect();
            for segment in output.segments() {
                if let Some(at) = there.iter().position(|known| known == segment.raw()) {
                    there.remove(at);
                    continue;
                }
                let location = output
                    .location_at(segment.span().start)
                    .map(|location| Location {
                        path: None,
                        ..location
                    });
                if let Some(location) = location {
                    let found = base.lineage.of_output(&base.recording, &location);
                    if !found.names(part) {
                        return fault(&location.to_string(), &found);
                    }
                }
            }
        }
    }
    for table in &base.outcome.rows {
        let now = other
            .outcome
            .rows
            .iter()
            .find(|other| other.table == table.table);
        let mut there: Vec<_> = now.map(|now| now.rows.clone()).unwrap_or_default();
        let same_count = there.len() == table.rows.len();
        for (number, row) in table.rows.iter().enumerate() {
            if same_count {
                for (column, (name, cell)) in table.columns.iter().zip(&row.cells).enumerate() {
                    if there[number].cells.get(column) != Some(cell) {
                        let found =
                            base.lineage
                                .of_cell(&base.recording, &table.table, number, name);
                        if !found.names(part) {
                            return fault(&format!("{}[{number}].{name}", table.table), &found);
                        }
                    }
                }
            } else if let Some(at) = there.iter().position(|known| known == row) {
                there.remove(at);
            } else {
                let mut names = table.columns.iter().map(|name| {
                    base.lineage
                        .of_cell(&base.recording, &table.table, number, name)
                });
                if !names.any(|found| found.names(part)) {
                    return fault(
                        &format!("{}[{number}]", table.table),
                        &Provenance::default(),
                    );
                }
            }
        }
    }
    Ok(())
}

/// Changes each leaf of the message in turn and holds both runs against each other.
fn perturb(script: Option<&str>, finish: Option<&str>, definition: usize) -> Result<(), String> {
    let told = format!(
        "{}\n--- finish\n{}",
        script.unwrap_or("rows"),
        finish.unwrap_or_default()
    );
    let finish = finish.map(|finish| {
        let (program, found) = compile_text(engine(), "finish", finish);
        program.unwrap_or_else(|| panic!("a script that can be read: {found:?}\n{finish}"))
    });
    let (_, made) = map_with(engine(), MESSAGE, script, definition, |job| {
        let base = recorded_to_the_end(job, finish.as_ref());
        let changeable = leaves(job.message)
            .into_iter()
            .filter(|(location, ..)| location.segment.as_str() != "MSH");
        for (number, (_, span, raw)) in changeable.enumerate() {
            let values = ["2", "GLU", "Zz", ""];
            for value in [values[number % 4], values[(number / 2 + 1) % 4]] {
                if value == raw {
                    continue;
                }
                let changed = format!("{}{value}{}", &MESSAGE[..span.start], &MESSAGE[span.end..]);
                let (message, _) = parse(&changed);
                let other = Job {
                    message: &message,
                    tree: None,
                    ..*job
                };
                let other = recorded_to_the_end(&other, finish.as_ref());
                hold(&base, &other, &span, &told)?;
                let part = span.start..span.start + value.len();
                hold(&other, &base, &part, &told)
                    .map_err(|fault| format!("the other way: {fault}"))?;
            }
        }
        Ok(())
    });
    made.expect("a script that can be read")
}

/// What a script, run behind the declarations of the generated ones, does with each change of the message.
fn check(statements: &str) {
    perturb(Some(&format!("{BEFORE}{statements}")), None, 1).unwrap();
}

#[test]
fn variables_of_blocks_hide_those_around_them_until_the_block_ends() {
    check(
        "for obx in msg.segments(\"OBX\") { a = obx[\"3\"]; let a = msg[\"PID-8\"]; }\nout[\"PID-9\"] = a;",
    );
    check("for n in 0..2 { if n == 1 { a = msg[\"PV1-2\"]; } let a = \"\"; }\nout[\"PID-9\"] = a;");
    // The closure holds what the name meant where it was made.
    check(
        "let f = || a;\nfor n in 0..2 { let a = msg[\"PID-8\"]; list.push(|| a); }\nout[\"PID-9\"] = f.call() + list[0].call();",
    );
}

#[test]
fn rows_name_what_they_come_from() {
    perturb(None, None, 0).unwrap();
}

/// Texts of a script that read the message.
fn text() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "msg[\"PID-8\"]",
            "msg[\"PID-3.1\"]",
            "msg[\"PID-5.2\"]",
            "msg[\"PV1-2\"]",
            "msg[\"OBX[2]-3\"]",
            "msg[\"OBX-5\"]",
            "msg[\"PV1-3.1\"]",
            "msg.raw(\"PID-3\")",
            "msg[\"PID-3[?5=NI].1\"]",
            "\"2\"",
            "\"k\"",
            "next_id()",
            "a",
            "b",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} + {b})")),
            inner.clone().prop_map(|a| format!("codes(\"kind\", {a})")),
            inner.clone().prop_map(|a| format!("{a}.to_upper()")),
            inner.clone().prop_map(|a| format!("pad({a}, 4)")),
            inner.clone().prop_map(|a| format!("`<${{{a}}}>`")),
            inner.clone().prop_map(|a| format!("twice({a})")),
            inner.clone().prop_map(|a| format!("pick({a})")),
            (condition_of(inner.clone()), inner.clone(), inner.clone())
                .prop_map(|(c, a, b)| format!("(if {c} {{ {a} }} else {{ {b} }})")),
            inner
                .clone()
                .prop_map(|a| format!("[{a}, \"x\"].map(|v| v + b)[0]")),
        ]
    })
    .boxed()
}

fn condition_of(text: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = String> {
    prop_oneof![
        (text.clone(), text.clone()).prop_map(|(a, b)| format!("{a} == {b}")),
        text.clone().prop_map(|a| format!("{a} != \"2\"")),
        text.clone().prop_map(|a| format!("{a}.len() > 1")),
        Just("msg.exists(\"PID-13\")".to_owned()),
        (text.clone(), text).prop_map(|(a, b)| format!("{a} == \"k\" || {b} == \"GLU\"")),
    ]
}

fn statement() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        text().prop_map(|a| format!("a = {a};")),
        text().prop_map(|a| format!("b += {a};")),
        text().prop_map(|a| format!("let a = {a};")),
        text().prop_map(|a| format!("out[\"PID-8\"] = {a};")),
        text().prop_map(|a| format!("out[\"PV1-3.1\"] = {a};")),
        text().prop_map(|a| format!("out.set_raw(\"PID-3\", {a});")),
        text().prop_map(|a| format!("list.push({a});")),
        text().prop_map(|a| format!("row.test = {a};")),
        text().prop_map(|a| format!("let row = rows.add(\"result\"); row.test = {a};")),
        text().prop_map(|a| format!("let zpi = out.append(\"ZPI\"); zpi[\"1\"] = {a};")),
        text().prop_map(|a| format!("[1].for_each(|| a = {a});")),
        Just("out.copy(msg, [\"PID\"]);".to_owned()),
        Just("out.copy(msg, [\"PID-5\", \"PV1\"]);".to_owned()),
        Just("a = out[\"PID-8\"];".to_owned()),
        Just("b = row.test;".to_owned()),
        text().prop_map(|a| format!("keep({a});")),
        Just("next_id();".to_owned()),
        condition_of(text()).prop_map(|c| format!("let c = {c} && next_id() != \"\";")),
        Just("out.remove(\"PV1\");".to_owned()),
        Just("for x in list { b += x; }".to_owned()),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let block = || prop::collection::vec(inner.clone(), 1..3).prop_map(|all| all.join(" "));
        prop_oneof![
            (condition_of(text()), block()).prop_map(|(c, a)| format!("if {c} {{ {a} }}")),
            (condition_of(text()), block(), block())
                .prop_map(|(c, a, b)| format!("if {c} {{ {a} }} else {{ {b} }}")),
            (text(), block(), block()).prop_map(|(t, a, b)| format!(
                "switch {t} {{ \"2\" => {{ {a} }} _ => {{ {b} }} }}"
            )),
            block().prop_map(|a| format!(
                "for obx in msg.segments(\"OBX\") {{ a = obx[\"3\"]; {a} }}"
            )),
            (condition_of(text()), block()).prop_map(|(c, a)| format!(
                "for obx in msg.segments(\"OBX\") {{ if {c} {{ break; }} b = obx[\"5\"]; {a} }}"
            )),
            (condition_of(text()), block()).prop_map(|(c, a)| format!(
                "for n in 0..2 {{ {a} if {c} {{ continue; }} out[\"PID-9\"] = a; }}"
            )),
            (condition_of(text()), block())
                .prop_map(|(c, a)| format!("n = 0; while n < 2 && ({c}) {{ n += 1; {a} }}")),
            (condition_of(text()), block()).prop_map(|(c, a)| format!(
                "let m = 0; do {{ m += 1; {a} }} while m < 3 && ({c});"
            )),
            (condition_of(text()), block()).prop_map(|(c, a)| format!(
                "let m = 0; do {{ m += 1; {a} }} until m > 2 || ({c});"
            )),
            condition_of(text()).prop_map(|c| format!("if {c} {{ return; }}")),
            condition_of(text()).prop_map(|c| format!("if {c} {{ skip(\"x\"); }}")),
            (condition_of(text()), block()).prop_map(|(c, a)| format!(
                "try {{ if {c} {{ throw 1; }} {a} }} catch {{ b = \"caught\"; }}"
            )),
        ]
    })
}

const BEFORE: &str = "fn twice(x) { let y = x + x; y }
fn keep(x) { let id = next_id(); let kept = x; }
fn pick(x) { if x == \"2\" { return \"two\"; } let z = \"not\"; z + x }
let a = \"a\"; let b = \"\"; let n = 0; let list = []; let row = rows.add(\"result\");
";

/// Scripts of a site that change what goes out.
fn finish() -> impl Strategy<Value = String> {
    let statement = prop::sample::select(vec![
        "text.replace(\"2\", \"two\");",
        "text.replace(\"GLU\", \"NA\");",
        "text.replace(\"^\", \"|\");",
        "text = text.to_upper();",
        "let end = text.split(\"|\"); text += \"ZZ1|\" + end[end.len() - 1] + \"\\r\";",
        "text += \"ZZ2|\" + next_id() + \"\\r\";",
        "if text.contains(\"GLU\") { text.replace(\"1\", \"one\"); }",
        "if text.len() > 100 { text += \"ZZ3|1\\r\"; }",
        "if text.contains(\"Zz\") { skip(\"x\"); }",
        "let n = 0; do { n += 1; text.replace(\"A\", \"AA\"); } while n < 3 && text.contains(\"Zz\");",
        "let parts = text.split(\"\\r\"); if parts.len() > 2 { text.replace(\"P\", parts[1][5]); }",
    ]);
    prop::collection::vec(statement, 1..4).prop_map(|all| all.join("\n"))
}

/// A dozen scripts, the same at each run; `PROPTEST_CASES` asks for more and for others,
/// `PROPTEST_RNG_SEED` for the same others again.
fn config() -> ProptestConfig {
    let is_asked = |name: &str| std::env::var_os(name).is_some();
    let mut config = ProptestConfig::default();
    if !is_asked("PROPTEST_CASES") {
        config.cases = 12;
        if !is_asked("PROPTEST_RNG_SEED") {
            config.rng_seed = RngSeed::Fixed(2);
        }
    }
    config
}

proptest! {
    #![proptest_config(config())]

    /// Whatever comes out otherwise when a field is changed has named that field.
    #[test]
    fn what_changes_has_named_the_field_that_was_changed(
        statements in prop::collection::vec(statement(), 1..6),
    ) {
        let script = format!("{BEFORE}{}", statements.join("\n"));
        if let Err(fault) = perturb(Some(&script), None, 1) {
            prop_assert!(false, "{}", fault);
        }
    }

    /// The same of what the site's last script leaves.
    #[test]
    fn what_goes_out_has_named_the_field_that_was_changed(
        statements in prop::collection::vec(statement(), 1..4),
        finish in finish(),
    ) {
        let script = format!("{BEFORE}out.copy(msg, [\"MSH\", \"PID\"]);\n{}", statements.join("\n"));
        if let Err(fault) = perturb(Some(&script), Some(&finish), 1) {
            prop_assert!(false, "{}", fault);
        }
    }
}
