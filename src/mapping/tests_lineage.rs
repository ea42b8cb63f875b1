//! Where values come from: told for known scripts.

use std::fmt::Write as _;
use std::sync::OnceLock;

use super::tests::{MESSAGE, map_with};
use super::{
    Engine, Job, Lineage, Link, Outcome, Provenance, Recording, StageKind, TextProgram, Verdict,
    compile_text, run_recorded, run_text_recorded,
};
use crate::cancel::Cancel;
use crate::hl7::Location;

pub(super) struct Recorded {
    pub(super) outcome: Outcome,
    pub(super) recording: Recording,
    pub(super) lineage: Lineage,
}

pub(super) fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(Engine::new)
}

fn record(script: Option<&str>, definition: usize) -> Recorded {
    let (found, made) = map_with(engine(), MESSAGE, script, definition, recorded);
    made.unwrap_or_else(|| panic!("a script that can be read: {found:?}\n{script:?}"))
}

fn recorded(job: &Job<'_>) -> Recorded {
    recorded_to_the_end(job, None)
}

/// The run of a job, and of the site's last script over what it made.
pub(super) fn recorded_to_the_end(job: &Job<'_>, finish: Option<&TextProgram>) -> Recorded {
    let cancel = Cancel::never();
    let (mut outcome, mut recording) = run_recorded(engine(), job, &cancel).expect("not stale");
    if let (Some(finish), Some(output)) = (finish, &outcome.output) {
        let text = output.text().into();
        let kind = StageKind::Finish;
        let (finished, more) =
            run_text_recorded(engine(), finish, &text, job, kind, &cancel).expect("not stale");
        recording = recording.then(more);
        outcome.output = recording
            .sent()
            .filter(|_| !finished.script_failed)
            .cloned();
        outcome.script_failed |= finished.script_failed;
        if finished.verdict != Verdict::Accepted {
            outcome.output = None;
        }
    }
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
    pub(super) fn told(&self, found: &Provenance) -> String {
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
fn what_is_done_on_the_way_to_a_condition_is_decided_by_it() {
    let asks = "let c = msg[\"PID-8\"] == \"2\" && ";
    check(
        &format!("{asks}{{ out[\"PID-9\"] = msg[\"PV1-2\"]; true }};"),
        "PID-9",
        "PV1-2 by 1 if 1: PID-8",
    );
    check(
        &format!("fn mark(o, x) {{ o[\"PID-9\"] = x; true }}\n{asks}mark(out, msg[\"PV1-2\"]);"),
        "PID-9",
        "PV1-2 by 1 if 2: PID-8",
    );
    check(
        "let f = |x| { out[\"PID-9\"] = x; };\nif msg[\"PID-8\"] == \"2\" {\n  f.call(msg[\"PV1-2\"]);\n}",
        "PID-9",
        "PV1-2 by 1 if 2: PID-8",
    );
}

#[test]
fn how_many_ids_were_made_was_decided() {
    check(
        "if msg[\"PID-8\"] == \"9\" {\n  next_id();\n}\nout[\"PID-9\"] = next_id();",
        "PID-9",
        " by 4 if 1: PID-8",
    );
    check(
        "out[\"PID-9\"] = next_id();\nif msg[\"PID-8\"] == \"9\" {\n  next_id();\n}",
        "PID-9",
        " by 1",
    );
}

/// Where a value that goes out comes from.
fn check_sent(script: &str, finish: &str, place: &str, expect: &str) {
    let (program, found) = compile_text(engine(), "finish", finish);
    let program = program.unwrap_or_else(|| panic!("a script that can be read: {found:?}"));
    let (_, made) = map_with(engine(), MESSAGE, Some(script), 1, |job| {
        recorded_to_the_end(job, Some(&program))
    });
    let recorded = made.expect("a script that can be read");
    let told = recorded.told(&recorded.of_output(place));
    assert_eq!(told, expect, "\n{script}\n{finish}");
}

#[test]
fn the_last_script_of_the_site_is_followed() {
    let script = "out.copy(msg, [\"MSH\"]);\nout[\"PID-8\"] = msg[\"PID-8\"];\nout[\"PID-9\"] = msg[\"PV1-2\"];";
    // A word is replaced where it stands; what has it not stays as it was.
    let words = "print(1);\ntext.replace(\"2\", \"two\");";
    check_sent(script, words, "PID-8", "PID-8 by 2,2");
    // The write of PID-8 made the segment.
    check_sent(script, words, "PID-9", "PV1-2 by 3 if 2: PID-8");
    // Ends of lines are none of a value's.
    let lines = "text.replace(\"\\r\\n\", \"\\r\");\ntext.replace(\"\\r\", \"\\r\\n\");";
    check_sent(script, lines, "PID-8", "PID-8 by 2");
    check_sent(script, lines, "PID-9", "PV1-2 by 3 if 2: PID-8");
    // Where one is another sign, a segment goes on in the one before it.
    let joined = "text.replace(\"\\r\", \"|\");";
    check_sent(script, joined, "MSH-20", " by 1 if 1: MSH PID-8 PV1-2");
    // What asks the text has asked all of it.
    let asks = "if text.contains(\"two\") {\n  text.replace(\"I\", \"O\");\n}";
    check_sent(script, asks, "PID-8", "PID-8 by 2 if 1: MSH PID-8 PV1-2");
    // It may make of the text what it wants.
    let more = "text += \"ZZ1|\" + text.len() + \"\\r\";";
    check_sent(script, more, "ZZ1-1", " by 1 if 1: MSH PID-8 PV1-2");
    check_sent(script, "print(text.len());", "PID-8", "PID-8 by 2");
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
