//! Tests of counting what of a script a run came to.

use super::tests::{MESSAGE, map_with};
use super::{Engine, RanScript, run_counted};
use crate::cancel::Cancel;

fn ran(script: &str) -> RanScript {
    let engine = Engine::new();
    let (found, made) = map_with(&engine, MESSAGE, Some(script), 1, |job| {
        run_counted(&engine, job, &Cancel::never()).expect("somebody waits")
    });
    let (_, ran) = made.unwrap_or_else(|| panic!("{found:?}"));
    ran.expect("there is a script")
}

/// What the run came to and what it did not, a line for each part: `-` marks what it did not.
fn check(script: &str, expect: &[&str]) {
    let ran = ran(script);
    let parts = ran.script.parts().iter().zip(&ran.ran);
    let found: Vec<String> = parts
        .map(|(part, ran)| {
            let mark = if *ran { ' ' } else { '-' };
            format!("{mark}{} {}", part.line, part.kind.name())
        })
        .collect();
    assert_eq!(found, expect, "{script}");
}

#[test]
fn branches_that_a_run_takes_are_counted_and_the_others_are_not() {
    check(
        "let sex = msg[\"PID-8\"];\nif sex == \"9\" {\n  print(1);\n} else if sex == \"2\" {\n  print(2);\n} else {\n  print(3);\n}\nprint(4);",
        &[
            " 1 statement",
            " 2 statement",
            "-3 then branch",
            "-3 statement",
            " 4 statement",
            " 5 then branch",
            " 5 statement",
            "-7 else branch",
            "-7 statement",
            " 9 statement",
        ],
    );
    check(
        "if true { } else { }\nif msg[\"PID-8\"] == \"2\" { print(1); } else { print(2); }",
        &[
            " 1 statement",
            " 2 statement",
            " 2 then branch",
            " 2 statement",
            "-2 else branch",
            "-2 statement",
        ],
    );
}

#[test]
fn cases_are_counted_with_and_without_braces() {
    check(
        "switch msg[\"PID-8\"] {\n  \"1\" => print(1),\n  \"2\" => {\n    print(2);\n  }\n  _ => print(3),\n}\nlet word = switch msg[\"PID-8\"] {\n  \"2\" => \"two\",\n  _ => \"other\",\n};",
        &[
            " 1 statement",
            "-2 case",
            "-2 statement",
            " 3 case",
            " 4 statement",
            "-6 case",
            "-6 statement",
            " 8 statement",
            " 8 statement",
            " 9 case",
            " 9 statement",
            "-10 case",
            "-10 statement",
        ],
    );
}

#[test]
fn bodies_of_loops_are_counted_when_they_repeat() {
    check(
        "for seg in msg.segments(\"OBX\") {\n  if seg[\"3.1\"] == \"NA\" { continue; }\n  print(1);\n}\nfor seg in msg.segments(\"ZZZ\") {\n  print(2);\n}\nlet n = 0;\nwhile n > 0 {\n  n -= 1;\n}\ndo { n += 1; } while n < 2;\nloop {\n  break;\n  print(3);\n}",
        &[
            " 1 statement",
            " 2 loop body",
            " 2 statement",
            " 2 then branch",
            " 2 statement",
            " 3 statement",
            " 5 statement",
            "-6 loop body",
            "-6 statement",
            " 8 statement",
            " 9 statement",
            "-10 loop body",
            "-10 statement",
            " 12 statement",
            " 12 loop body",
            " 12 statement",
            " 13 statement",
            " 14 loop body",
            " 14 statement",
            "-15 statement",
        ],
    );
}

#[test]
fn functions_and_closures_are_counted_when_they_are_called() {
    check(
        "fn twice(n) {\n  if n > 5 {\n    return 0;\n  }\n  n * 2\n}\nfn never(n) {\n  n\n}\nlet found = msg.values(\"OBX[*]-3.1\");\nlet long = found.filter(|code|\n  code.len > 2);\nlet unused = |code|\n  code.trim();\nprint(twice(1));",
        &[
            " 10 statement",
            " 11 statement",
            " 13 statement",
            " 15 statement",
            " 2 function",
            " 2 statement",
            "-3 then branch",
            "-3 statement",
            " 5 statement",
            "-8 function",
            "-8 statement",
            " 12 function",
            " 12 statement",
            "-14 function",
            "-14 statement",
        ],
    );
}

#[test]
fn what_stands_behind_an_early_end_is_not_counted() {
    check(
        "print(1);\nif msg.exists(\"PID-8\") {\n  return;\n}\nprint(2);",
        &[
            " 1 statement",
            " 2 statement",
            " 3 then branch",
            " 3 statement",
            "-5 statement",
        ],
    );
    check(
        "try {\n  date(\"x\");\n  print(1);\n} catch (error) {\n  print(2);\n}\ntry { print(3); } catch { print(4); }\nskip(\"all\");\nprint(5);",
        &[
            " 1 statement",
            " 2 statement",
            "-3 statement",
            " 5 catch",
            " 5 statement",
            " 7 statement",
            " 7 statement",
            "-7 catch",
            "-7 statement",
            " 8 statement",
            "-9 statement",
        ],
    );
}

#[test]
fn a_run_that_is_counted_has_the_same_outcome() {
    let script = "out.copy(msg);\nlet n = 0;\nfor seg in msg.segments(\"OBX\") { n += 1; }\nprint(n);\nout[\"PID-8\"] = codes(\"sex\", msg[\"PID-8\"]);\ndate(\"never\");";
    let engine = Engine::new();
    let (_, made) = map_with(&engine, MESSAGE, Some(script), 1, |job| {
        let (counted, ran) = run_counted(&engine, job, &Cancel::never()).expect("somebody waits");
        let plain = super::run(&engine, job, &Cancel::never()).expect("somebody waits");
        (counted, plain, ran.is_some())
    });
    let (counted, plain, has_ran) = made.expect("it compiles");
    assert_eq!(counted, plain);
    assert!(has_ran && plain.script_failed);
}
