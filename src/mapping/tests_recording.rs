//! Runs recorded: each step of them, as text.

use super::tests::{MESSAGE, map_with};
use super::{Engine, MOST_STEPS, Recording, run, run_recorded};
use crate::cancel::Cancel;

/// The recording of a script over the message; its outcome is that of the plain run.
pub(super) fn record(script: Option<&str>, definition: usize) -> Recording {
    let engine = Engine::new();
    let cancel = Cancel::never();
    let (_, made) = map_with(&engine, MESSAGE, script, definition, |job| {
        let (outcome, recording) = run_recorded(&engine, job, &cancel).expect("not stale");
        assert_eq!(outcome, run(&engine, job, &cancel).expect("not stale"));
        recording
    });
    made.expect("a script that can be read")
}

fn check(script: &str, expect: &str) {
    let lines = record(Some(script), 1).lines().join("\n");
    assert_eq!(lines, expect.trim(), "\n{script}");
}

#[test]
fn a_statement_says_what_it_read_and_what_it_made() {
    check(
        "let sex = codes(\"sex\", msg[\"PID-8\"]);\nout[\"PID-8\"] = sex;\nlet none = msg[\"PID-30\"];",
        r#"
test:1  let sex = codes("sex", msg["PID-8"]);
    · read PID-8 "2"
    · codes sex: "2" → "F"
    · sex = "F"
test:2  out["PID-8"] = sex;
    · wrote PID-8 "F"
test:3  let none = msg["PID-30"];
    · nothing at PID-30
    · none = """#,
    );
}

#[test]
fn a_loop_is_recorded_pass_by_pass() {
    check(
        "let n = 0;\nfor obx in msg.segments(\"OBX\") {\n  if n == 1 { break; }\n  n += 1;\n}",
        r#"
test:1  let n = 0;
    · n = 0
test:2  for obx in msg.segments("OBX") {
  test:2  pass 1
      · obx = OBX
    test:3  if n == 1 { break; }
    test:4  n += 1;
        · n = 1
  test:2  pass 2
      · obx = OBX[2]
    test:3  if n == 1 { break; }
      test:3  if n == 1 { break; }"#,
    );
    check(
        "let k = 2;\nwhile k > 0 {\n  k -= 1;\n}",
        r"
test:1  let k = 2;
    · k = 2
test:2  while k > 0 {
  test:2  pass 1
    test:3  k -= 1;
        · k = 1
  test:2  pass 2
    test:3  k -= 1;
        · k = 0
  test:2  pass 3",
    );
}

#[test]
fn functions_and_closures_are_steps_of_what_called_them() {
    check(
        "fn twice(x) {\n  let y = x + x;\n  y\n}\nlet t = 0;\n[1, 2].for_each(|| t += twice(this));",
        r"
test:5  let t = 0;
    · t = 0
test:6  [1, 2].for_each(|| t += twice(this));
    · the closure gave ()
    · the closure gave ()
  test:6  [1, 2].for_each(|| t += twice(this));
      · twice gave 2
      · t = 2
    test:2  let y = x + x;
        · y = 2
    test:3  y
        · the value is 2
  test:6  [1, 2].for_each(|| t += twice(this));
      · twice gave 4
      · t = 6
    test:2  let y = x + x;
        · y = 4
    test:3  y
        · the value is 4",
    );
}

#[test]
fn rows_and_the_message_made_change_step_by_step() {
    check(
        "let row = rows.add(\"order\");\nrow.code = msg[\"OBR-4.1\"];\nrow.code = row.code + \"!\";\nout.copy(msg, [\"PV1\"]);\nout.remove(\"PV1\");",
        r#"
test:1  let row = rows.add("order");
    · added row 1 of order
    · row = row 1
test:2  row.code = msg["OBR-4.1"];
    · read OBR-4.1 "CHEM"
    · order[1].code = "CHEM"
test:3  row.code = row.code + "!";
    · read order[1].code
    · order[1].code = "CHEM!", was "CHEM"
test:4  out.copy(msg, ["PV1"]);
    · read PV1 "PV1|1|I|3B^12"
    · added PV1 to out
test:5  out.remove("PV1");
    · removed a segment of out"#,
    );
}

#[test]
fn what_breaks_off_is_recorded_up_to_there() {
    check(
        "try {\n  throw \"no\";\n} catch (e) {\n  print(e);\n}\nskip(\"enough\");\nprint(1);",
        r#"
test:1  try {
  test:2  throw "no";
  test:4  print(e);
      · told info: no
test:6  skip("enough");"#,
    );
}

/// A closure that asks the list that it is called for would wait for itself for ever.
#[test]
fn a_variable_that_is_at_work_is_left_alone() {
    let recording = record(
        Some(
            "let l = [1];\nlet f = || l.len();\nlet n = 0;\nl.for_each(|| { n += 1; });\nprint(f.call());",
        ),
        1,
    );
    assert!(!recording.is_full);
}

#[test]
fn declared_rows_are_steps_too() {
    let lines = record(None, 0).lines();
    let first = [
        "row of patient for PID[1]",
        "    · added row 1 of patient",
        "  patient.born",
        "      · read PID-7 \"19700315\"",
        "      · patient[1].born = \"1970-03-15\"",
        "  patient.mrn",
        "      · read PID-3[1].1 \"4711\"",
        "      · patient[1].mrn = \"4711\"",
        "  patient.sex",
        "      · read PID-8 \"2\"",
        "      · codes sex: \"2\" → \"F\"",
        "      · patient[1].sex = \"F\"",
    ];
    assert_eq!(lines[..first.len()], first);
}

#[test]
fn a_recording_ends_and_the_run_goes_on() {
    let recording = record(
        Some("let n = 0;\nwhile n < 30000 {\n  n += 1;\n}\nout[\"PID-8\"] = n;"),
        1,
    );
    assert!(recording.is_full);
    assert_eq!(recording.steps.len(), MOST_STEPS);
    let last = recording.lines().pop().unwrap_or_default();
    assert_eq!(
        last,
        "the recording ends here, after 20000 steps; the run went on"
    );
}
