//! Where values come from: told for known scripts, and held against runs over changed messages.

use std::fmt::Write as _;
use std::sync::OnceLock;

use proptest::prelude::*;

use super::tests::{MESSAGE, map_with};
use super::{Engine, Job, Lineage, Link, Outcome, Provenance, Recording, Verdict, run_recorded};
use crate::cancel::Cancel;
use crate::hl7::{Element, Location, Message, parse};

struct Recorded {
    outcome: Outcome,
    recording: Recording,
    lineage: Lineage,
}

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(Engine::new)
}

fn record(script: Option<&str>, definition: usize) -> Recorded {
    let (found, made) = map_with(engine(), MESSAGE, script, definition, recorded);
    made.unwrap_or_else(|| panic!("a script that can be read: {found:?}\n{script:?}"))
}

fn recorded(job: &Job<'_>) -> Recorded {
    let (outcome, recording) = run_recorded(engine(), job, &Cancel::never()).expect("not stale");
    let lineage = Lineage::of(&recording);
    Recorded {
        outcome,
        recording,
        lineage,
    }
}

impl Recorded {
    fn of_output(&self, place: &str) -> Provenance {
        let location: Location = place.parse().expect("a location");
        self.lineage.of_output(&self.recording, &location)
    }

    /// What there is to know, in a line.
    fn told(&self, found: &Provenance) -> String {
        let places = |sources: &[super::Source]| -> String {
            let places: Vec<&str> = sources.iter().map(|source| &*source.place).collect();
            places.join(" ")
        };
        let line = |step: &usize| self.recording.steps[*step].line().unwrap_or(0).to_string();
        let lines: Vec<String> = found.writers.iter().map(line).collect();
        let mut text = format!("{} by {}", places(&found.sources), lines.join(","));
        for because in &found.because {
            let (line, places) = (line(&because.step), places(&because.sources));
            let _ = write!(text, " if {line}: {places}");
        }
        text
    }
}

fn check(script: &str, place: &str, expect: &str) {
    let recorded = record(Some(script), 1);
    assert_eq!(
        recorded.told(&recorded.of_output(place)),
        expect,
        "\n{script}"
    );
}

#[test]
fn a_value_comes_from_what_flowed_into_it() {
    check("out[\"PID-8\"] = msg[\"PID-8\"];", "PID-8", "PID-8 by 1");
    check(
        "let a = msg[\"PID-8\"];\nlet b = a + \"x\";\nout[\"PID-8\"] = b;",
        "PID-8",
        "PID-8 by 3",
    );
    check(
        "let a = msg[\"PID-8\"];\na = \"M\";\nout[\"PID-8\"] = a;",
        "PID-8",
        " by 3",
    );
    check(
        "let a = msg[\"PID-8\"];\na += msg[\"PV1-2\"];\nout[\"PID-8\"] = a;",
        "PID-8",
        "PID-8 PV1-2 by 3",
    );
    check(
        "out[\"PID-8\"] = codes(\"sex\", msg[\"PID-8\"]);",
        "PID-8",
        "PID-8 by 1",
    );
    check("out.copy(msg, [\"PID\"]);", "PID-8", "PID-8 by 1");
    check(
        "out.copy(msg, [\"PID\"]);\nout[\"PID-8\"] = \"F\";",
        "PID-8",
        " by 2",
    );
}

#[test]
fn what_is_written_over_is_forgotten() {
    let script = "out.copy(msg, [\"PID\"]);\nout[\"PID-3.4\"] = \"HERE\";";
    check(script, "PID-3[1].4", " by 2");
    check(script, "PID-3[1].1", "PID-3[1].1 by 1");
    check(script, "PID-3[2].4", "PID-3[2].4 by 1");
}

#[test]
fn functions_loops_and_closures_are_followed() {
    check(
        "fn twice(x) { x + x }\nout[\"PID-8\"] = twice(msg[\"PID-8\"]);",
        "PID-8",
        "PID-8 by 2",
    );
    check(
        "let all = \"\";\nfor obx in msg.segments(\"OBX\") { all += obx[\"3\"]; }\nout[\"PID-8\"] = all;",
        "PID-8",
        "OBX-3 OBX[2]-3 OBX[3]-3 by 3",
    );
    check(
        "let all = [];\nfor obx in msg.segments(\"OBX\") { all.push(obx[\"3\"]); }\nout[\"PID-8\"] = all.map(|x| x.to_upper())[0];",
        "PID-8",
        "OBX-3 OBX[2]-3 OBX[3]-3 by 3",
    );
    check(
        "let n = \"\";\n[msg[\"PID-8\"]].for_each(|| n += this);\nout[\"PID-8\"] = n;",
        "PID-8",
        "PID-8 by 3 if 2: PID-8",
    );
}

#[test]
fn conditions_are_told_apart() {
    check(
        "if msg[\"PID-8\"] == \"2\" {\n  out[\"PID-9\"] = msg[\"PV1-2\"];\n}",
        "PID-9",
        "PV1-2 by 2 if 1: PID-8",
    );
    // What was not taken decides too.
    check(
        "let x = \"a\";\nif msg[\"PID-8\"] == \"9\" {\n  x = \"b\";\n}\nout[\"PID-9\"] = x;",
        "PID-9",
        " by 5 if 2: PID-8",
    );
    check(
        "out[\"PID-9\"] = 1;\nif msg[\"PID-8\"] == \"9\" {\n  out[\"PID-9\"] = 2;\n}",
        "PID-9",
        " by 1 if 2: PID-8",
    );
    check(
        "if msg[\"PID-8\"] == \"9\" {\n  skip(\"why\");\n}\nout[\"PID-9\"] = 1;",
        "PID-9",
        " by 4 if 1: PID-8",
    );
}

#[test]
fn where_a_value_comes_from_is_told_in_a_sentence() {
    let script = "let sex = codes(\"sex\", msg[\"PID-8\"]);\nif msg[\"MSH-3\"] == \"LAB\" {\n  out[\"PID-8\"] = sex;\n}";
    let recorded = record(Some(script), 1);
    let found = recorded.of_output("PID-8");
    assert_eq!(
        recorded.recording.sentence(&found),
        "PID-8 \"2\" → codes sex → \"F\", written by test:3, because test:2 asked MSH-3 \"LAB\""
    );
}

#[test]
fn what_comes_out_is_linked_with_what_went_in() {
    let recorded = record(
        Some(
            "out[\"PID-8\"] = msg[\"PID-8\"];\nlet row = rows.add(\"order\");\nrow.code = msg[\"PID-8\"];",
        ),
        1,
    );
    let links = recorded
        .lineage
        .links(&recorded.recording, &recorded.outcome.rows, 100);
    let message = &recorded.recording.message;
    let span = |place: &str| {
        message
            .find(&place.parse().expect("a location"))
            .expect("a field")
            .span()
    };
    let told = |place: &str| -> Vec<String> {
        let span = span(place);
        let of = |link: &Link| {
            link.influence(&span)
                .map(|part| format!("{} {part:?}", link.end))
        };
        links.iter().filter_map(of).collect()
    };
    assert_eq!(told("PID-8"), ["PID-8 Flows", "order[1].code Flows"]);
    assert!(told("PV1-2").is_empty());
}

#[test]
fn a_run_of_many_conditions_is_worked_out() {
    let script = "let n = 0;\nwhile n < 6000 {\n  n += 1;\n  if msg[\"PID-8\"] == \"x\" { break; }\n}\nout[\"PID-9\"] = n;";
    let recorded = record(Some(script), 1);
    assert!(recorded.recording.steps.len() > 18_000);
    let found = recorded.of_output("PID-9");
    assert!(
        found
            .because
            .iter()
            .any(|because| because.sources.iter().any(|source| source.place == "PID-8"))
    );
}

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
            "{what} does not name {value:?} at {part:?}: {}\n{script}\n{}",
            base.told(found),
            base.recording.lines().join("\n")
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
                if now.as_ref() != Some(&raw) {
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
fn perturb(script: Option<&str>, definition: usize) -> Result<(), String> {
    let told = script.unwrap_or("rows");
    let (_, made) = map_with(engine(), MESSAGE, script, definition, |job| {
        let base = recorded(job);
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
                let other = recorded(&Job {
                    message: &message,
                    tree: None,
                    ..*job
                });
                hold(&base, &other, &span, told)?;
                let part = span.start..span.start + value.len();
                hold(&other, &base, &part, told)
                    .map_err(|fault| format!("the other way: {fault}"))?;
            }
        }
        Ok(())
    });
    made.expect("a script that can be read")
}

#[test]
fn rows_name_what_they_come_from() {
    perturb(None, 0).unwrap();
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
            condition_of(text()).prop_map(|c| format!("if {c} {{ return; }}")),
            condition_of(text()).prop_map(|c| format!("if {c} {{ skip(\"x\"); }}")),
            (condition_of(text()), block()).prop_map(|(c, a)| format!(
                "try {{ if {c} {{ throw 1; }} {a} }} catch {{ b = \"caught\"; }}"
            )),
        ]
    })
}

const BEFORE: &str = "fn twice(x) { let y = x + x; y }
fn pick(x) { if x == \"2\" { return \"two\"; } let z = \"not\"; z + x }
let a = \"a\"; let b = \"\"; let n = 0; let list = []; let row = rows.add(\"result\");
";

/// A dozen scripts, each run some hundred times; more where somebody asks for it (`PROPTEST_CASES`).
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    /// Whatever comes out otherwise when a field is changed has named that field.
    #[test]
    fn what_changes_has_named_the_field_that_was_changed(
        statements in prop::collection::vec(statement(), 1..6),
    ) {
        let script = format!("{BEFORE}{}", statements.join("\n"));
        if let Err(fault) = perturb(Some(&script), 1) {
            prop_assert!(false, "{}", fault);
        }
    }
}
