//! Recording: a script of 100 lines over a result message of 200 segments, plain, recorded, and with the
//! lineage of its values worked out.

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use pipehat::cancel::Cancel;
use pipehat::grammar::resolve;
use pipehat::hl7::{Timestamp, parse};
use pipehat::mapping::{Engine, Job, Lineage, compile, run, run_recorded};
use pipehat::profile::{Profile, read};

const SEGMENTS: usize = 200;

const PROFILE: &str = r#"Profile(format: 1, name: "Bench", standard: "2.5.1",
    messages: [Message(name: "Script")],
    codes: { "sex": Codes(maps: {"M": "1", "F": "2"}) },
    tables: {
        "result": Table(columns: [
            Column(name: "mrn"), Column(name: "test"), Column(name: "value"), Column(name: "unit"), Column(name: "flag"),
        ]),
    })"#;

/// A result message: one patient, one order, results up to the number of segments.
fn message() -> String {
    let mut text = String::from(
        "MSH|^~\\&|LAB|ELSE|INDEX|REG|20260301103000||ORU^R01^ORU_R01|M1|P|2.5.1\r\
         PID|1||4711^^^ELSE^MR||ROE^JANE^Q||19700315|F|||1 HIGH ST^^ELSEWHERE^^12345||555-0100\r\
         ORC|RE|A1\rOBR|1|A1||CHEM^Chemistry\r",
    );
    for number in 1..=SEGMENTS - 4 {
        let _ = write!(
            text,
            "OBX|{number}|NM|T{number}^Test||{}.{}|mmol/l|1-9|N|||F\r",
            number % 10,
            number % 7
        );
    }
    text
}

/// 100 lines: the patient field by field, then twenty lines for each result.
fn script() -> String {
    let mut lines = vec![
        "fn shout(text) {".to_owned(),
        "  text.to_upper() + \"!\"".to_owned(),
        "}".to_owned(),
    ];
    lines.push("out.copy(msg, [\"MSH\", \"PID\"]);".to_owned());
    for number in 1..=30 {
        lines.push(format!("let field{number} = msg[\"PID-{number}\"];"));
    }
    for number in 1..=30 {
        lines.push(format!(
            "if field{number} != \"\" {{ out[\"ZPD-{number}\"] = shout(field{number}); }}"
        ));
    }
    lines.push("let sex = codes(\"sex\", msg[\"PID-8\"]);".to_owned());
    lines.push("let count = 0; let flagged = [];".to_owned());
    lines.push("for obx in msg.segments(\"OBX\") {".to_owned());
    for line in [
        "  let row = rows.add(\"result\");",
        "  row.mrn = msg[\"PID-3.1\"];",
        "  row.test = obx[\"3.1\"];",
        "  let value = obx[\"5\"];",
        "  row.value = value;",
        "  row.unit = obx[\"6\"];",
        "  let flag = obx[\"8\"];",
        "  if flag == \"N\" {",
        "    flag = \"\";",
        "  } else {",
        "    flagged.push(obx[\"3.1\"]);",
        "  }",
        "  row.flag = flag;",
        "  count += 1;",
        "  let whole = value.split(\".\");",
        "  if whole.len() > 1 {",
        "    count += 0;",
        "  }",
        "  let label = `${row.test}: ${value}`;",
        "  if label.len() > 40 {",
        "    warn(label);",
        "  }",
        "}",
    ] {
        lines.push(line.to_owned());
    }
    while lines.len() < 99 {
        lines.push(format!("out[\"ZCT-{}\"] = count;", lines.len()));
    }
    lines.push("out[\"ZCT-1\"] = count;".to_owned());
    assert_eq!(lines.len(), 100);
    lines.join("\n")
}

fn recording(c: &mut Criterion) {
    let profile: Arc<Profile> = Arc::new(read(PROFILE).expect("a profile"));
    let (message, _) = parse(&message());
    assert_eq!(message.segment_count(), SEGMENTS);
    let (grammar, _) = resolve(profile.version(), &profile, None, &message);
    let grammar = Arc::new(grammar);
    let engine = Engine::new();
    let (program, found) = compile(&engine, "bench", &script(), None);
    assert!(found.is_empty(), "{found:?}");
    let now: Timestamp = "20260301120000".parse().expect("a time");
    let job = Job {
        message: &message,
        tree: None,
        grammar: &grammar,
        definition: &profile.messages[0],
        profile: &profile,
        program: program.as_ref(),
        now: &now,
        seed: 1,
        records_reads: false,
        begun: None,
    };
    let cancel = Cancel::never();
    let (outcome, recording) = run_recorded(&engine, &job, &cancel).expect("nothing cancels");
    assert!(
        !outcome.script_failed && !recording.is_full,
        "{:?}",
        outcome.findings
    );
    let steps = recording.steps.len();
    let mut group = c.benchmark_group("recording");
    group.bench_function("plain run", |b| {
        b.iter(|| run(&engine, black_box(&job), &cancel));
    });
    group.bench_function(format!("recorded run, {steps} steps"), |b| {
        b.iter(|| run_recorded(&engine, black_box(&job), &cancel));
    });
    group.bench_function("lineage", |b| b.iter(|| Lineage::of(black_box(&recording))));
    group.finish();
}

criterion_group!(benches, recording);
criterion_main!(benches);
