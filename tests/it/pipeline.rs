//! The way of a message through all stages, as text.

use std::fmt::Write as _;
use std::sync::Arc;

use pipehat::cancel::Cancel;
use pipehat::profile::read;
use pipehat::workbench::{
    Corpus, Memo, Origin, PipelineStage, Records, Snapshot, Source, derive, pipeline,
};

const MESSAGE: &str =
    "MSH|^~\\&|LAB|ELSE|||20260301||ADT^A01|M1|P|2.5.1\rPID|1||4711||Brook^Ada|||F\r";

/// The stages of the message under a profile with these scripts.
fn stages(prepare: &str, script: &str, finish: &str) -> Vec<PipelineStage> {
    let hook = |name: &str, text: &str| match text {
        "" => String::new(),
        text => format!("{name}: Inline(r###\"{text}\"###),"),
    };
    let hooks = hook("prepare", prepare) + hook("finish", finish).as_str();
    let profile = format!(
        r####"Profile(format: 1, name: "Test", standard: "2.5.1", scripts: SiteScripts({hooks}),
        messages: [Message(name: "Admit", identity: [(at: "MSH-9.1", matches: "^ADT$")],
            rows: [Rows(table: "patient", root: "PID", columns: {{ "mrn": From("PID-3.1"), "sex": From("PID-8") }})],
            script: Inline(r###"{script}"###))],
        tables: {{ "patient": Table(columns: [Column(name: "mrn", type: Text), Column(name: "sex", type: Text)]) }})"####
    );
    let profile = Arc::new(read(&profile).expect("a profile"));
    let source = Source::from_bytes(Origin::Paste(1), MESSAGE.into()).expect("a message");
    let sample = Corpus::default().with(Arc::new(source)).sample(0);
    let now = "20260301".parse().expect("a time");
    let mut snapshot = Snapshot::new(Arc::clone(&profile), Arc::default(), now)
        .with_sample(sample.expect("it is the first"));
    snapshot.records = Records::Steps;
    let preview = derive(&snapshot, &mut Memo::default(), &Cancel::never()).expect("not stale");
    pipeline(&preview, &profile)
}

fn check(prepare: &str, script: &str, finish: &str, expect: &str) {
    let mut text = String::new();
    for stage in stages(prepare, script, finish) {
        let name = stage.kind.name();
        write!(text, "{name} {:?}: {}", stage.fate, stage.told).expect("a text");
        if let Some(steps) = stage.steps {
            write!(text, " ({steps})").expect("a text");
        }
        let after = stage.after.map(|after| after.replace('\r', " / "));
        if let Some(after) = after.filter(|_| name != "received" && name != "definition") {
            write!(text, "\n  {after}").expect("a text");
        }
        text.push('\n');
    }
    assert_eq!(text.trim(), expect.trim());
}

const RECEIVED: &str = "received Done: 76 bytes read as UTF-8: 2 segments";

#[test]
fn a_message_goes_through_all_stages() {
    check(
        "text = text.to_upper();",
        "out[\"PID-8\"] = msg[\"PID-8\"];\nlet row = rows.add(\"patient\");\nrow.sex = \"M\";",
        "text += \"ZZZ|1\";",
        &format!(
            r"{RECEIVED}
prepare Done: changes the text: 76 bytes in, 76 bytes out (1)
  MSH|^~\&|LAB|ELSE|||20260301||ADT^A01|M1|P|2.5.1 / PID|1||4711||BROOK^ADA|||F / 
definition Done: Admit, ADT_A01: 2 findings
rows Done: 1 row of 1 table (3)
  patient[1]  mrn: 4711  sex: F
script Done: 1 segment, 2 rows by now (3)
  PID||||||||F / patient[1]  mrn: 4711  sex: F / patient[2]  sex: M
encoding Done: 1 segment, 13 bytes, |^~\&
  PID||||||||F / 
finish Done: changes the text: 13 bytes in, 18 bytes out (1)
  PID||||||||F / ZZZ|1"
        ),
    );
}

#[test]
fn a_stage_that_fails_ends_the_way_and_keeps_what_came_before() {
    check(
        "",
        "out[\"PID-8\"] = \"F\";\nlet n = 1 + msg;",
        "text += \"ZZZ|1\";",
        &format!(
            r"{RECEIVED}
prepare Idle: the site has no prepare script
definition Done: Admit, ADT_A01: 2 findings
rows Done: 1 row of 1 table (3)
  patient[1]  mrn: 4711  sex: F
script Failed: + does not take these values: + (i64, msg) (2)
encoding NotReached: the message did not come so far
finish NotReached: the message did not come so far"
        ),
    );
}

#[test]
fn a_script_that_cannot_be_read_makes_nothing() {
    check(
        "",
        "let = 2;",
        "",
        &format!(
            r"{RECEIVED}
prepare Idle: the site has no prepare script
definition Done: Admit, ADT_A01: 2 findings
rows NotReached: not made: the script cannot be read
script Failed: expecting name of a variable
encoding NotReached: the message did not come so far
finish NotReached: the message did not come so far"
        ),
    );
}

#[test]
fn a_message_that_prepare_skips_goes_no_further() {
    check(
        "skip(\"not ours\");",
        "out[\"PID-8\"] = \"F\";",
        "",
        &format!(
            r"{RECEIVED}
prepare Ended: skipped: not ours (1)
  MSH|^~\&|LAB|ELSE|||20260301||ADT^A01|M1|P|2.5.1 / PID|1||4711||Brook^Ada|||F / 
definition NotReached: the message did not come so far
rows NotReached: the message did not come so far
script NotReached: the message did not come so far
encoding NotReached: the message did not come so far
finish NotReached: the message did not come so far"
        ),
    );
}

#[test]
fn a_message_that_its_script_skips_goes_no_further() {
    check(
        "",
        "skip(\"not ours\");",
        "text = 1;",
        &format!(
            r"{RECEIVED}
prepare Idle: the site has no prepare script
definition Done: Admit, ADT_A01: 2 findings
rows Done: 1 row of 1 table (3)
  patient[1]  mrn: 4711  sex: F
script Ended: skipped: not ours (1)
  patient[1]  mrn: 4711  sex: F
encoding NotReached: the message did not come so far
finish NotReached: the message did not come so far"
        ),
    );
}

#[test]
fn a_message_that_finish_spoils_does_not_go_out() {
    check(
        "",
        "out[\"PID-8\"] = \"F\";",
        "text = 1;",
        &format!(
            r"{RECEIVED}
prepare Idle: the site has no prepare script
definition Done: Admit, ADT_A01: 2 findings
rows Done: 1 row of 1 table (3)
  patient[1]  mrn: 4711  sex: F
script Done: 1 segment, 1 row by now (1)
  PID||||||||F / patient[1]  mrn: 4711  sex: F
encoding Done: 1 segment, 13 bytes, |^~\&
  PID||||||||F / 
finish Failed: text is a number at the end of the script (1)"
        ),
    );
}
