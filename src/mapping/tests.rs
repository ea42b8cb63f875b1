//! Scripts and what they make: one row a claim.

use std::fmt::Write as _;
use std::sync::Arc;

use super::{Engine, Job, Limits, Outcome, Verdict, compile, run};
use crate::cancel::{Cancel, Stale};
use crate::diagnostic::Diagnostic;
use crate::grammar::{Finding, bind, resolve};
use crate::hl7::{Timestamp, parse};
use crate::profile::Profile;

pub(super) const MESSAGE: &str = "MSH|^~\\&|LAB|ELSE|INDEX|REG|20260301103000||ORU^R01^ORU_R01|M1|P|2.5.1\r\
    PID|1||4711^^^ELSE^MR~99^^^NAT^NI||ROE^JANE^Q^JR^DR||19700315|2|||||\"\"|||||||\r\
    PV1|1|I|3B^12\r\
    ORC|RE\r\
    OBR|1|||CHEM^Chemistry\r\
    OBX|1|NM|GLU||5.4|mmol/l\r\
    NTE|1||sober \\T\\ calm\\.br\\second line\r\
    OBX|2|NM|NA||140|mmol/l\r\
    OBR|2|||HAEM^Haematology\r\
    OBX|1|NM|HB||8.1|mmol/l\r\
    ZPI|Rex^Dog\r";

const PROFILE: &str = r#"Profile(
    format: 1, name: "Test", standard: "2.5.1",
    messages: [
        Message(name: "Rows", rows: [
            Rows(table: "patient", root: "PID", columns: {
                "mrn": From("PID-3.1"), "born": From("PID-7", as: Date), "sex": From("PID-8", codes: "sex"),
            }),
            Rows(table: "result", root: "OBX", columns: {
                "mrn": From("/PID-3.1"), "order": From("OBR-4.1"), "test": From("OBX-3.1"), "value": From("OBX-5", as: Decimal),
            }),
            Rows(table: "order", root: "ORDER_OBSERVATION", columns: { "code": From("OBR-4.1"), "ward": From("PV1-3.1") }),
            Rows(table: "visit", root: "/", columns: { "ward": From("PV1-3.1"), "room": From("PV1-3.2", as: Integer) }),
        ]),
        Message(name: "Script"),
        Message(name: "Wrong rows", rows: [
            Rows(table: "patient", root: "PID", columns: { "mrn": From("PID-3.1"), "born": From("PID-5.1"), "sex": From("PID-3.4", codes: "sex") }),
            Rows(table: "pateint", root: "PID", columns: { "mrn": From("PID-3.1") }),
            Rows(table: "patient", root: "PID", columns: { "mnr": From("PID-3.1") }),
        ]),
    ],
    codes: {
        "sex": Codes(values: {"M": "Male", "F": "Female"}, maps: {"1": "M", "2": "F"}, otherwise: Error),
        "ward": Codes(maps: {"3B": "CARDIO"}),
        "kind": Codes(maps: {"NM": "number"}, otherwise: Default("other")),
    },
    tables: {
        "patient": Table(columns: [Column(name: "mrn", type: Text, key: true), Column(name: "born", type: Date), Column(name: "sex", type: Text), Column(name: "age", type: Integer)]),
        "result": Table(columns: [Column(name: "mrn", type: Text), Column(name: "order", type: Text), Column(name: "test", type: Text), Column(name: "value", type: Decimal)]),
        "order": Table(columns: [Column(name: "code", type: Text), Column(name: "ward", type: Text)]),
        "visit": Table(columns: [Column(name: "ward", type: Text), Column(name: "room", type: Integer)]),
    },
)"#;

/// Maps the message with a script, under the definition of that index.
pub(super) fn map(
    script: Option<&str>,
    definition: usize,
    limits: Limits,
    cancel: &Cancel,
) -> Result<Outcome, Stale> {
    let engine = Engine::with_limits(limits);
    let (found, made) = map_with(&engine, MESSAGE, script, definition, |job| {
        run(&engine, job, cancel)
    });
    let mut outcome = made.unwrap_or_else(|| Ok(Outcome::default()))?;
    let of_script = found.into_iter().map(Finding::of);
    outcome.findings.splice(0..0, of_script);
    Ok(outcome)
}

/// Does something with the job of a message, a script and a definition; nothing where the script cannot
/// be read. Says what was found in the script.
pub(super) fn map_with<T>(
    engine: &Engine,
    message: &str,
    script: Option<&str>,
    definition: usize,
    action: impl FnOnce(&Job<'_>) -> T,
) -> (Vec<Diagnostic>, Option<T>) {
    let profile: Arc<Profile> = Arc::new(crate::profile::read(PROFILE).expect("a profile"));
    let definition = &profile.messages[definition];
    let (message, _) = parse(message);
    let (grammar, _) = resolve(profile.version(), &profile, Some(definition), &message);
    let tree = Arc::new(bind(&message, &grammar));
    let now: Timestamp = "20260301120000".parse().expect("a time");
    let mut found = Vec::new();
    let program = script.and_then(|script| {
        let (program, diagnostics) = compile(engine, "test", script, Some(&grammar));
        found = diagnostics;
        if let Some(program) = &program {
            found.extend(program.check(&profile));
        }
        program
    });
    if script.is_some() && program.is_none() {
        return (found, None);
    }
    let job = Job {
        message: &message,
        tree: Some(&tree),
        grammar: &Arc::new(grammar),
        definition,
        profile: &profile,
        program: program.as_ref(),
        now: &now,
        seed: 7,
        records_reads: false,
        begun: None,
    };
    let made = action(&job);
    (found, Some(made))
}

/// All that came out, a line each: segments, rows, findings, the verdict.
pub(super) fn shown(outcome: &Outcome) -> String {
    let mut text = String::new();
    if let Some(message) = &outcome.output {
        text.push_str(&message.text().replace('\r', "\n"));
    }
    for table in &outcome.rows {
        for row in &table.rows {
            let cells: Vec<String> = row.cells.iter().map(ToString::to_string).collect();
            let _ = writeln!(text, "{}: {}", table.table, cells.join("|"));
        }
    }
    for diagnostic in outcome.diagnostics() {
        let _ = writeln!(text, "{diagnostic}");
    }
    match &outcome.verdict {
        Verdict::Accepted => {}
        Verdict::Skipped(why) => drop(writeln!(text, "skipped: {why}")),
        Verdict::Rejected(why) => drop(writeln!(text, "rejected: {why}")),
    }
    text
}

pub(super) fn check(script: &str, expect: &str) {
    let outcome = map(Some(script), 1, Limits::default(), &Cancel::never()).expect("not stale");
    assert_eq!(shown(&outcome).trim_end(), expect, "\n{script}");
}

/// What one expression gives, as `print` shows it.
pub(super) fn check_value(expression: &str, expect: &str) {
    check(
        &format!("print({expression});"),
        &format!("info[script-print] test:1:1: {expect}"),
    );
}

/// The first finding of a script that is wrong.
pub(super) fn check_error(script: &str, expect: &str) {
    let outcome = map(Some(script), 1, Limits::default(), &Cancel::never()).expect("not stale");
    assert_eq!(outcome.output, None, "{script}");
    assert_eq!(
        outcome
            .diagnostics()
            .next()
            .map(ToString::to_string)
            .as_deref(),
        Some(expect),
        "\n{script}"
    );
}

#[test]
fn reading_gives_plain_text() {
    check_value("msg[\"PID-8\"]", "2");
    check_value("msg[\"PID-39\"] + \"|\"", "|");
    check_value("msg[\"PID-3[?5=NI].1\"]", "99");
    check_value("msg[\"NTE-3\"]", "sober & calm\\.br\\second line");
    check_value("msg.raw(\"NTE-3\")", "sober \\T\\ calm\\.br\\second line");
    check_value("msg.values(\"PID-3[*].1\")", "[\"4711\", \"99\"]");
    check_value("msg.values(\"PID-3\").len()", "2");
    check_value("msg.values(\"OBX[*]-3.1\")", "[\"GLU\", \"NA\", \"HB\"]");
    check_value("msg.count(\"OBX\")", "3");
    check_value("msg.count(\"PID-3\")", "2");
    check_value("msg.count(\"PID-9\")", "0");
    check_value("msg.exists(\"PV1-3\")", "true");
    check_value("msg.exists(\"PV1-4\")", "false");
    check_value("msg.exists(\"NK1\")", "false");
    check_value("msg[\"PID-5.1\"].to_lower()", "roe");
    check_value("msg[\"PID-5.1\"].len", "3");
    check_value("msg[\"PID-8\"] in [\"1\", \"2\"]", "true");
    check_value("msg[\"PID-\" + 8]", "2");
    check_value("msg.segment(\"OBR\")[\"4.2\"]", "Chemistry");
    check_value("msg.segments(\"OBX\")[2][\"OBX-3\"]", "HB");
    check_value("msg.segment(\"NK1\")[\"3\"] == \"\"", "true");
    check_value("msg.segments().len()", "11");
    check_value("msg.segments()[10].id", "ZPI");
}

#[test]
fn absent_empty_and_null_are_three_things() {
    check_value("msg[\"PID-13\"].is_null()", "true");
    check_value("msg[\"PID-14\"].is_null()", "false");
    check_value("msg.is_null(\"PID-13\")", "true");
    check_value("msg.exists(\"PID-13\")", "true");
    check_value("msg.is_empty(\"PID-13\")", "false");
    check_value("msg.is_empty(\"PID-14\")", "true");
    check_value("msg.is_absent(\"PID-14\")", "false");
    check_value("msg.is_absent(\"PID-34\")", "true");
    check_value("msg.segment(\"PID\").is_absent(\"34\")", "true");
    check_value("msg[\"PID-34\"].is_empty()", "true");
}

#[test]
fn groups_hold_their_segments() {
    check(
        "for order in msg.groups(\"ORDER_OBSERVATION\") {
    print(order[\"OBR-4.1\"] + \" \" + order.all(\"OBX\").len() + \" \" + order.count(\"OBX\") + \" \" + order.exists(\"ORC\"));
    for o in order.groups(\"OBSERVATION\") { print(o.segment(\"OBX\")[\"3\"] + o[\"NTE-1\"]); }
}",
        "info[script-print] test:2:5: CHEM 2 2 true
info[script-print] test:3:44: GLU1
info[script-print] test:3:44: NA
info[script-print] test:2:5: HAEM 1 1 false
info[script-print] test:3:44: HB",
    );
    check_value("msg.groups(\"SPECIMEN\").len()", "0");
}

#[test]
fn a_copy_takes_each_to_its_own() {
    check(
        "for obx in msg.segments(\"OBX\") { out.append(obx); }
out.clear(\"OBX[*]-5\"); out[\"OBX[2]-6\"] = \"x\"; out.copy(msg, [\"OBX[*]-5\", \"OBX[2]-6\"]);",
        "OBX|1|NM|GLU||5.4|mmol/l\nOBX|2|NM|NA||140|mmol/l\nOBX|1|NM|HB||8.1|mmol/l
warning[output-header]: the message made has no MSH segment in front (copy one first: out.copy(msg, [\"MSH\"]))",
    );
    check(
        "out.copy(msg, [\"MSH-10\", \"PID-3[*].1\", \"PID-3[*].5\", \"PID-5[*]\", \"PID-3[2].4\"]);",
        "MSH|^~\\&||||||||M1\nPID|||4711^^^^MR~99^^^NAT^NI||ROE^JANE^Q^JR^DR",
    );
}

#[test]
fn separators_that_become_text_are_told_of() {
    let told = |write: &str, separator: &str| {
        check(
            &format!("{write} out.remove(\"PID\");"),
            &format!(
                "info[script-composite] test:1:4: {separator} separators in this text are escaped: \
                 it becomes one {separator} (use out.copy or set_raw to keep the parts apart)"
            ),
        );
    };
    told("out[\"PID-5\"] = \"A^B\";", "component");
    told("out[\"PID-5[2]\"] = \"A^B\";", "component");
    told("out[\"PID-13\"] = \"1~2\";", "repetition");
    for silent in [
        "out[\"PID-5.1\"] = \"A^B\";",
        "out[\"PID-5.1\"] = \"Roe & Sons\";",
        // The message sends this character as text.
        "out[\"PID-3.4\"] = \"A&B\";",
    ] {
        check(&format!("{silent} out.remove(\"PID\");"), "");
    }
}

#[test]
fn new_segments_stand_as_the_message_made_has_them() {
    check(
        "out[\"MSH-9.1\"] = \"ADT\"; out[\"MSH-9.2\"] = \"A08\"; out[\"PV1-2\"] = \"I\"; out[\"AL1-1\"] = 1;
out[\"EVN-1\"] = \"A08\"; out[\"PID-1\"] = 1; out.set_raw(\"NK1-1\", \"1\"); out[\"ZPI-1\"] = 1; out[\"DG1-1\"] = 1;",
        "MSH|^~\\&|||||||ADT^A08\nEVN|A08\nPID|1\nNK1|1\nPV1||I\nAL1|1\nDG1|1\nZPI|1",
    );
    check(
        "out.copy(msg, [\"MSH\"]); out[\"OBX-1\"] = 1; out[\"PID-1\"] = 1; out.remove(\"MSH\");",
        "PID|1\nOBX|1\nwarning[output-header]: the message made has no MSH segment in front (copy one first: out.copy(msg, [\"MSH\"]))",
    );
    // Handles stay with their segments where a write makes several.
    check(
        "out.copy(msg, [\"MSH-3\"]); let z = out.append(\"ZPI\"); out[\"NK1[3]-1\"] = 3; z[\"1\"] = \"z\"; out[\"NK1[2]-1\"] = 2;",
        "MSH|^~\\&|LAB\nNK1\nNK1|2\nNK1|3\nZPI|z",
    );
}

#[test]
fn dates_are_compared_as_instants() {
    for (claim, expect) in [
        (
            "date(\"20260301103000+0100\") == date(\"20260301093000+0000\")",
            "true",
        ),
        (
            "date(\"20260301103000+0100\") < date(\"20260301100000+0000\")",
            "true",
        ),
        (
            "date(\"20260301103000.5\") > date(\"20260301103000.25\")",
            "true",
        ),
        (
            "date(\"20260301103000.5\") > date(\"20260301103000\")",
            "true",
        ),
        (
            "date(\"20260301103000.50\") == date(\"20260301103000.5\")",
            "true",
        ),
        ("date(\"20260301\") < date(\"202603010000\")", "true"),
        ("date(\"2026\") < date(\"20260301\")", "true"),
        ("date(\"2026\") > date(\"20251231235959+0000\")", "true"),
        ("date(\"\") < date(\"2026\")", "true"),
        ("date(\"\") == date(\"\")", "true"),
    ] {
        check_value(claim, expect);
    }
}

#[test]
fn writing_grows_escapes_and_keeps_the_order() {
    check(
        "out[\"PV1-2\"] = \"O\"; out[\"PID-3[2].1\"] = 12; out[\"MSH-9\"] = \"ADT^A08\"; out.set_raw(\"MSH-9\", \"ADT^A08\");",
        "MSH|^~\\&|||||||ADT^A08\nPID|||~12\nPV1||O
info[script-composite] test:1:48: component separators in this text are escaped: it becomes one component (use out.copy or set_raw to keep the parts apart)",
    );
    check(
        "out[\"MSH-3\"] = \"A&B\"; out[\"NTE-3\"] = msg[\"NTE-3\"]; out[\"PID-13\"] = null_value(); out[\"PID-8\"] = true; out[\"PID-9\"] = ();",
        "MSH|^~\\&|A\\T\\B\nPID||||||||true|||||\"\"\nNTE|||sober \\T\\ calm\\.br\\second line",
    );
    check(
        "out.copy(msg, [\"PID\", \"MSH\", \"OBR-4\"]); out.clear(\"PID-3\"); out.remove(\"PID-5\"); out[\"MSH-4\"] += \"WHERE\";",
        "MSH|^~\\&|LAB|ELSEWHERE|INDEX|REG|20260301103000||ORU^R01^ORU_R01|M1|P|2.5.1\nPID|1|||||19700315|2|||||\"\"|||||||\nOBR||||CHEM^Chemistry",
    );
    check(
        "out[\"PID-8\"] = \"F\"; out.copy(msg, [\"MSH\"]); out.copy(msg, [\"MSH\"]); out[\"MSH-4\"] = \"\";",
        "MSH|^~\\&|LAB||INDEX|REG|20260301103000||ORU^R01^ORU_R01|M1|P|2.5.1\nPID||||||||F",
    );
}

#[test]
fn a_whole_copy_is_the_same_text() {
    let outcome = map(
        Some("out.copy(msg);"),
        1,
        Limits::default(),
        &Cancel::never(),
    )
    .expect("not stale");
    assert_eq!(
        outcome
            .output
            .map(|message| message.text().to_owned())
            .as_deref(),
        Some(MESSAGE)
    );
}

#[test]
fn appended_segments_can_be_written_to() {
    check(
        "out.copy(msg, [\"MSH-3\"]);
let order = msg.groups(\"ORDER_OBSERVATION\")[1];
let obr = out.append(order.segment(\"OBR\"));
for obx in order.all(\"OBX\") { if obx[\"3.1\"] in [\"HB\"] { let made = out.append(obx); made[\"OBX-8\"] = \"L\"; } }
out[\"PID-1\"] = \"1\";
obr[\"4.1\"] = \"X\";
let pet = out.append(\"ZPI\"); pet[\"1\"] = pet.id;",
        "MSH|^~\\&|LAB\nPID|1\nOBR|2|||X^Haematology\nOBX|1|NM|HB||8.1|mmol/l||L\nZPI|ZPI",
    );
    check_error(
        "let n = out.append(\"NTE\"); out.remove(\"NTE\"); n[\"1\"] = \"x\";",
        "error[script-write] test:1:48: this segment has been removed from out",
    );
    check_error(
        "out.append(msg.segment(\"NK1\"));",
        "error[script-write] test:1:5: there is no NK1 that could be appended (ask first: if order.exists(\"NK1\") { … })",
    );
}

#[test]
fn rows_are_added_column_by_column() {
    check(
        "let row = rows.add(\"patient\");
row.mrn = msg[\"PID-3.1\"]; row.sex = codes(\"sex\", msg[\"PID-8\"]); row.born = date(msg[\"PID-7\"]);
row[\"age\"] = date(msg[\"PID-7\"]).age(now());
let other = rows.add(\"patient\"); other.mrn = null_value(); other.age = (); other.born = \"1980-12-24\";",
        "patient: 4711|1970-03-15|F|55\npatient: |1980-12-24||",
    );
    check_error(
        "let row = rows.add(\"patient\"); row.age = \"old\";",
        "error[row-value] test:1:35: patient.age: the text is no whole number (the column holds Integer)",
    );
}

#[test]
fn helpers_help() {
    check_value("codes(\"ward\", \"3B\")", "CARDIO");
    check_value("codes(\"ward\", \"7C\")", "7C");
    check_value("codes(\"kind\", \"ST\")", "other");
    check_value("codes(\"sex\", \"\") + \"|\"", "|");
    check_value("codes(\"sex\", \"F\")", "F");
    check_value("date(msg[\"PID-7\"]).format(\"dd.MM.yyyy\")", "15.03.1970");
    check_value("date(\"\").format(\"yyyy\") + \"|\"", "|");
    check_value("date(msg[\"PID-7\"]).year + 1", "1971");
    check_value("date(\"20000302\").age(now())", "25");
    check_value("date(\"20000301\").age(now())", "26");
    check_value("date(\"2026\") < now()", "true");
    check_value("now()", "20260301120000");
    check_value("pad(\"7\", 3, \"0\")", "007");
    check_value("pad(7, 3)", "007");
    check_value("pad_end(\"a\", 3) + \"|\"", "a  |");
    check_value("digits(\"+1 (555) 01-7\")", "1555017");
    check_value("name(msg, \"PID-5\")", "DR JANE Q ROE JR");
    check_value("name(msg[\"PID-5\"]).given", "JANE");
    check_value("next_id() == next_id()", "false");
    check_value("next_id().len", "16");
    check_value("[1, 2, 3].filter(|x| x > 1)", "[2, 3]");
    check_value("#{a: 1}.keys()", "[\"a\"]");
    check_value("max(1, 2)", "2");
    check_value("`${msg[\"PID-8\"]}!`", "2!");
    check_value("\"on \" + now()", "on 20260301120000");
}

#[test]
fn a_script_tells_skips_and_rejects() {
    check(
        "info(\"PID-19\", \"a\"); warn(\"b\"); error(\"OBX[2]-5\", \"c\");",
        "info[mapping-info] PID-19: a\nwarning[mapping-warning] test:1:22: b\nerror[mapping-error] OBX[2]-5: c",
    );
    check(
        "out.copy(msg); rows.add(\"visit\"); try { skip(\"not ours\"); } catch { print(1); } print(2);",
        "skipped: not ours",
    );
    check("if true { reject(\"no number\"); }", "rejected: no number");
    check(
        "out[\"PID-1\"] = 1; return; print(1);",
        "PID|1\nwarning[output-header]: the message made has no MSH segment in front (copy one first: out.copy(msg, [\"MSH\"]))",
    );
}
