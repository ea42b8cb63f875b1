//! Runs recorded: each step of them, as text.

use super::tests::{MESSAGE, map_with};
use super::{Engine, Recording, run, run_recorded};
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
fn a_look() {
    for script in [
        "let t = 0;\nlet l = [3, 5];\nl.for_each(|| t += this);",
        "let sex = codes(\"sex\", msg[\"PID-8\"]);\nout[\"PID-8\"] = sex;\nif sex == \"F\" {\n  out.append(\"ZPI\");\n} else { out[\"PID-9\"] = 1; }",
        "let n = 0;\nfor obx in msg.segments(\"OBX\") {\n  let row = rows.add(\"result\");\n  row.test = obx[\"3\"]; n += 1;\n}\nlet k = 2;\nwhile k > 0 { k -= 1; }\nprint(n)",
        "fn twice(x) { let y = x + x; y }\nlet l = [1, 2].map(|v| twice(v) + 1);\nlet t = 0;\nl.for_each(|| t += this);\nlet s = `a${t}`; out.copy(msg, [\"PID\", \"OBX[2]-5\"]); out.remove(\"OBX\");",
        "try { let x = msg[\"PID\"] + 1; throw \"no\"; } catch (e) { print(e); }\nswitch msg[\"PID-8\"] { \"2\" => { out[\"PID-8\"] = \"F\"; } _ => out[\"PID-8\"] = \"U\" }\nskip(\"enough\"); print(1);",
    ] {
        println!(
            "=== {script}\n{}\n",
            record(Some(script), 1).lines().join("\n")
        );
    }
    println!("{}", record(None, 0).lines().join("\n"));
    check("", "");
}
