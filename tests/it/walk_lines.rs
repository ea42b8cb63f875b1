//! Values beside the lines of a script, and the passes of its loops.

use pipehat::workbench::{LineValues, ShownValue};

use super::walk::{LOOP, track};

/// What stands beside the lines of a script.
fn check_lines(script: &str, expect: &str) {
    let track = track(script);
    let values = LineValues::of(&track, 0);
    let mut lines = Vec::new();
    for (number, line) in &values.lines {
        let shown: Vec<String> = line.shown.iter().map(ShownValue::text).collect();
        lines.push(format!(
            "{number} ({}): {}",
            line.steps.len(),
            shown.join(", ")
        ));
    }
    lines.push(format!("idle: {:?}", values.idle));
    for ran in &values.loops {
        lines.push(format!("loop on {}: {}", ran.line, ran.columns.join(" | ")));
        for pass in &ran.passes {
            let cells = pass.values.iter();
            let cells = cells.map(|cell| {
                cell.as_ref()
                    .map_or_else(|| "–".to_owned(), |value| value.shown(20))
            });
            lines.push(format!(
                "  {}: {}",
                pass.number,
                cells.collect::<Vec<_>>().join(" | ")
            ));
        }
    }
    assert_eq!(lines.join("\n"), expect.trim(), "\n{script}");
}

/// What each line shows, without its steps.
fn check_shown(script: &str, expect: &[(u32, &str)]) {
    let track = track(script);
    let values = LineValues::of(&track, 0);
    for (line, expect) in expect {
        let run = values.lines.get(line);
        let shown = run.into_iter().flat_map(|run| &run.shown);
        let shown: Vec<String> = shown.map(ShownValue::text).collect();
        assert_eq!(shown.join(", "), *expect, "line {line} of\n{script}");
    }
}

#[test]
fn conditions_show_what_they_came_to() {
    check_shown(
        "let n = 3;\nif n == 3 {\n  print(n);\n} else {\n  print(0);\n}\nif n == 4 {\n  print(n);\n} else if n == 3 {\n  print(1);\n}\nif n == 4 {} else { print(2); }\nif n == 3 {}\nwhile n > 1 {\n  n -= 1;\n}\nloop {\n  break;\n}",
        &[
            (2, "→ true"),
            (7, "→ false"),
            (9, "→ true"),
            (12, "→ false"),
            (13, ""),
            (14, "→ true, → true, → false"),
            (17, ""),
        ],
    );
    check_shown(
        "fn f(n) {\n  if n > 1 { return n; }\n  if n == 9 {\n    n = 1;\n  }\n}\nf(2);\nf(1);\nlet x = if f(2) == 2 { 1 } else { 2 };",
        &[
            (2, "→ true, the value = 2, → false, → true, the value = 2"),
            (3, "→ false"),
            (9, "x = 1, → true, f = 2"),
        ],
    );
}

#[test]
fn a_switch_shows_its_case() {
    check_shown(
        "for code in [\"F\", \"M\", \"U\"] {\n  switch code {\n    \"F\" => { print(1); }\n    \"M\" | \"N\" => print(2),\n    _ => { print(3); }\n  }\n}",
        &[(2, "→ \"F\", → \"M\" | \"N\", → _")],
    );
}

#[test]
fn a_condition_that_an_error_ended_came_to_nothing() {
    check_shown("let n = 1;\nif n.nothing == 2 {\n  n = 2;\n}", &[(2, "")]);
    check_shown(
        "let n = 1;\ntry {\n  if parse_int(\"x\") == 2 {\n    n = 2;\n  }\n} catch {\n  n = 3;\n}",
        &[(3, ""), (7, "n = 3")],
    );
}

#[test]
fn a_variable_made_at_the_end_of_a_block_shows_its_value() {
    check_shown(
        "let x = 0;\nfor n in 1..3 {\n  let x = n * 2;\n}\nif x == 0 {\n  let y = 5\n} else { let y = 6; }\nlet last = { let inner = 8; };",
        &[
            (1, "x = 0"),
            (3, "x = 2, x = 4"),
            (6, "y = 5"),
            (8, "last = (), inner = 8"),
        ],
    );
}

#[test]
fn lines_show_their_values_and_loops_their_passes() {
    check_lines(
        LOOP,
        r#"
1 (1): n = 0
2 (1): last = ""
3 (4): obx = OBX, obx = OBX[2], obx = OBX[3]
4 (3): test = "GLU", test = "NA", test = "HB"
5 (4): → false, → true, last = "NA", → false
6 (3): n = 1, n = 2, n = 3
7 (3): out PV1-2 = "1", out PV1-2 = "2", out PV1-2 = "3"
9 (1): row = row 1
10 (1): result.test = "NA"
11 (1): 
idle: []
loop on 3: obx | OBX-3 | test | n | out PV1-2 | last
  1: OBX | "GLU" | "GLU" | 1 | "1" | –
  2: OBX[2] | "NA" | "NA" | 2 | "2" | "NA"
  3: OBX[3] | "HB" | "HB" | 3 | "3" | –"#,
    );
    check_lines(
        "if msg[\"PID-8\"] == \"M\" {\n  print(1);\n} else {\n  print(2);\n}\nfor x in [1, 2] {\n  for y in [3] {\n    let z = x * y;\n    print(z);\n  }\n}",
        r#"
1 (1): → false, PID-8 = "2"
4 (1): 
6 (3): x = 1, x = 2
7 (4): y = 3, y = 3
8 (2): z = 3, z = 6
9 (2): 
idle: [2]
loop on 6: x | y | z
  1: 1 | 3 | 3
  2: 2 | 3 | 6
loop on 7: y | z
  1: 3 | 3
loop on 7: y | z
  1: 3 | 6"#,
    );
}
