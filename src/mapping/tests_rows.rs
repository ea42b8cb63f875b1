//! Rows that a profile makes: which segment of a message a column means.

use std::fmt::Write as _;
use std::sync::Arc;

use super::tests::shown;
use super::{Engine, Job, run};
use crate::cancel::Cancel;
use crate::grammar::resolve;
use crate::hl7::parse;

const ORU: &str = "MSH|^~\\&|LAB|ELSE|||20260301103000||ORU^R01^ORU_R01|M1|P|2.5.1\r";

/// What one declared table makes of a message; the message's segments are given after the MSH.
fn check(segments: &str, root: &str, columns: &[&str], expect: &str) {
    assert_eq!(rows(segments, root, columns), expect, "{root} {columns:?}");
}

fn rows(segments: &str, root: &str, columns: &[&str]) -> String {
    let mut declared = String::new();
    let mut sources = String::new();
    for (at, path) in columns.iter().enumerate() {
        let _ = write!(declared, "Column(name: \"c{at}\", type: Text), ");
        let _ = write!(sources, "\"c{at}\": From(\"{path}\"), ");
    }
    let text = format!(
        "Profile(format: 1, name: \"T\", standard: \"2.5.1\", messages: [Message(name: \"M\", rows: [\
         Rows(table: \"t\", root: \"{root}\", columns: {{ {sources} }})])], \
         tables: {{ \"t\": Table(columns: [{declared}]) }})"
    );
    let profile = Arc::new(crate::profile::read(&text).expect("a profile"));
    let definition = &profile.messages[0];
    let (message, _) = parse(&format!("{ORU}{segments}"));
    let (grammar, _) = resolve(profile.version(), &profile, Some(definition), &message);
    let job = Job {
        message: &message,
        tree: None,
        grammar: &Arc::new(grammar),
        definition,
        profile: &profile,
        program: None,
        now: &"20260301".parse().expect("a time"),
        seed: 1,
        records_reads: false,
        begun: None,
    };
    let outcome = run(&Engine::new(), &job, &Cancel::never()).expect("not stale");
    shown(&outcome).replace("t: ", "").trim_end().to_owned()
}

#[test]
fn a_column_never_takes_what_is_another_rows() {
    let results = "PID|1||4711||ROE^JANE\rNTE|1||of the patient\rPV1|1|I|3B\r\
        OBR|1|||CHEM\rOBX|1|NM|GLU\rNTE|1||sober\rOBX|2|NM|NA\rOBX|3|NM|K\rNTE|1||twice\r\
        OBR|2|||HAEM\rNTE|1||urgent\rOBX|1|NM|HB\rSPM|1|S1\rSPM|2|S2\r\
        OBR|3|||LATE\r";
    check(
        results,
        "OBX",
        &["OBX-3", "NTE-3", "OBR-4"],
        "GLU|sober|CHEM\nNA||CHEM\nK|twice|CHEM\nHB||HAEM",
    );
    // What stands once around the row is the row's too.
    check(
        results,
        "OBX",
        &["OBX-3", "PID-3", "PV1-3", "MSH-10"],
        "GLU|4711|3B|M1\nNA|4711|3B|M1\nK|4711|3B|M1\nHB|4711|3B|M1",
    );
    check(
        results,
        "OBR",
        &["OBR-4", "NTE-3", "OBX-3", "SPM-2", "PV1-3"],
        "CHEM||GLU||3B\nHAEM|urgent|HB|S1|3B\nLATE||||3B",
    );
    check(
        results,
        "ORDER_OBSERVATION",
        &["OBR-4", "NTE-3", "OBX[2]-3", "OBX[3]-3", "OBX[?1=1]-3"],
        "CHEM||NA|K|GLU\nHAEM|urgent|||HB\nLATE||||",
    );
    check(results, "PID", &["PID-3", "NTE-3"], "4711|of the patient");
    check(results, "OBX", &["SPM-2", "FT1-4", "PV1-40"], "");
}

#[test]
fn another_patient_is_another_group() {
    check(
        "PID|1||1\rPV1|1|I|3B\rOBR|1\rOBX|1|NM|A\rPID|2||2\rOBR|1\rOBX|1|NM|B\r",
        "OBX",
        &["OBX-3", "PID-3", "PV1-3"],
        "A|1|3B\nB|2|",
    );
}

#[test]
fn many_rows_take_no_longer_each() {
    let mut segments = "PID|1||4711\rOBR|1|||CHEM\r".to_owned();
    for number in 1..=5_000 {
        let _ = write!(segments, "OBX|{number}|NM|T{number}\r");
    }
    let started = std::time::Instant::now();
    let rows = rows(&segments, "OBX", &["OBX-3", "NTE-3", "OBR-4", "PID-3"]);
    assert_eq!(rows.lines().count(), 5_000);
    // Quadratic it took half a minute.
    assert!(started.elapsed().as_secs() < 30);
}
