//! Scripts that are wrong, endless or greedy, rows without a script, and the table of functions.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::tests::{check_error, map, shown};
use super::{Engine, FUNCTIONS, Limits};
use crate::cancel::{Cancel, Stale};

#[test]
fn errors_tell_where_and_what_would_be_right() {
    check_error(
        "let a = 1\nlet b = 2;",
        "error[script-syntax] test:2:1: expecting ';' to terminate this statement (add ; here)",
    );
    check_error(
        "\n  prnt(1);",
        "error[script-function] test:2:3: there is no function prnt (did you mean \"print\"?)",
    );
    check_error(
        "print(ms[\"PID-5\"]);",
        "error[script-variable] test:1:7: ms is not defined (did you mean msg?)",
    );
    check_error(
        "let x = msg[\"PID-\"];",
        "error[script-path] test:1:13: \"PID-\" is no path, at character 5: a number from 1 to 65535 is needed, such as the 5 in PID-5 (write PID, PID-5, PID-5.1, PID-5[2].1.3, OBX[*]-5 or PID-3[?5=MR].1)",
    );
    check_error(
        "let p = \"3\"; let x = msg[p];",
        "error[script-path] test:1:25: \"3\" names no segment (write the segment too, such as PID-3)",
    );
    check_error(
        "msg.segment(\"OBR\")[\"OBX-3\"];",
        "error[script-path] test:1:19: OBX-3 is no place in a segment OBR (write OBR-4.1 or just 4.1)",
    );
    check_error(
        "fn f(x) {\n  throw \"no\" }\nf(1);",
        "error[script-error] test:2:3: no",
    );
    check_error(
        "msg[\"PID-8\"] = 1;",
        "error[script-write] test:1:4: msg can only be read (write to out instead)",
    );
    check_error(
        "rows.add(\"pateint\");",
        "error[table-unknown] test:1:10: the profile has no table \"pateint\" (did you mean \"patient\"?)",
    );
    check_error(
        "let r = rows.add(\"patient\"); r.mnr = 1;",
        "error[column-unknown] test:1:32: the table \"patient\" has no column \"mnr\" (did you mean \"mrn\"?)",
    );
    check_error(
        "codes(\"sexx\", \"1\");",
        "error[codes-unknown] test:1:7: the profile has no code table \"sexx\" (did you mean \"sex\"?)",
    );
    check_error(
        "codes(\"sex\", \"9\");",
        "error[code-unknown] test:1:1: the code 9 is not in the code table \"sex\" (allowed: 1, 2, F, M)",
    );
    check_error(
        "date(\"soon\");",
        "error[script-date] test:1:1: the text is no date (dates read like 20260301, 202603011030 or 2026-03-01)",
    );
    check_error(
        "date(7);",
        "error[script-function] test:1:1: date does not take these values: date (i64) (write date(text) -> date)",
    );
    check_error(
        "pad(\"7\");",
        "error[script-function] test:1:1: pad does not take 1 values (write pad(text, width) -> text, pad(text, width, fill) -> text)",
    );
    check_error(
        "let x = msg[\"PID-88\"];\nthrow 1;",
        "warning[path-unknown] test:1:13: PID-88: PID has 39 fields (describe the field in the profile's segments if the site sends it)",
    );
    check_error(
        "let x = msg.groups(\"OBSERVATON\");\nthrow 1;",
        "warning[group-unknown] test:1:20: ORU_R01 has no group \"OBSERVATON\" (did you mean \"OBSERVATION\"?)",
    );
    check_error(
        "let x = msg[\"PDI-3\"];\nthrow 1;",
        "warning[path-unknown] test:1:13: no segment PDI is known (did you mean PID?)",
    );
    check_error(
        "let x = msg[\"ZZZ-3\"];\nthrow 1;",
        "error[script-error] test:2:1: 1",
    );
    check_error(
        "msg = 1;",
        "error[script-variable] test:1:1: msg cannot be replaced (write to a place in it, such as msg[\"PID-8\"])",
    );
    check_error(
        "out[\"PID-3[4000000000]\"] = 1;",
        "error[script-path] test:1:4: [4000000000] is over the limit of 10000",
    );
    check_error(
        "out[\"OBX[9999]-3\"] = 1;",
        "error[script-write] test:1:4: OBX[9999]-3: there is no such segment; append it first",
    );
    check_error(
        "out[\"PID\"] = msg;",
        "error[script-write] test:1:4: a message cannot be written to out[\"PID\"] (write a text, a number, a date or ())",
    );
    check_error(
        "import \"x\" as y;",
        "error[script-syntax] test:1:1: 'import' is a reserved keyword (import is no part of the mapping language)",
    );
    check_error(
        "eval(\"1\");",
        "error[script-syntax] test:1:1: reserved keyword 'eval' is disabled",
    );
    check_error(
        "sleep(1);",
        "error[script-function] test:1:1: there is no function sleep (a function of your own is written fn sleep(…) { … })",
    );
    check_error(
        "fn f() { msg[\"PID-3\"] } f();",
        "error[script-variable] test:1:10: a function does not see msg (hand it over: fn name(msg) { … } and name(msg))",
    );
    check_error(
        "let a = [1]; a[5];",
        "error[script-error] test:1:16: array index 5 out of bounds: only 1 element in array",
    );
    check_error(
        "let a = 1 / 0;",
        "error[script-error] test:1:11: division by zero",
    );
    check_error(
        "let a = parse_int(msg[\"PID-5.1\"]);",
        "error[script-error] test:1:9: error parsing integer number",
    );
    check_error(
        "let a = 9223372036854775807; a += 19700315;",
        "error[script-error] test:1:32: addition overflow",
    );
    check_error(
        "let a = msg[msg[\"PID-5\"]];",
        "error[script-path] test:1:12: \"…\" is no path, at character 4: nothing may follow here; a location reads like PID-5[2].1.3 (write PID, PID-5, PID-5.1, PID-5[2].1.3, OBX[*]-5 or PID-3[?5=MR].1)",
    );
    check_error(
        "let a = msg[\"PID-3\"].is_absent();",
        "error[script-function] test:1:22: is_absent does not take 1 values (write msg.is_absent(path) -> bool)",
    );
    check_error(
        "let a = 1; a.foo = 2;",
        "error[script-property] test:1:14: no writable property 'foo' - a setter is not registered for type 'i64' to handle 'i64'",
    );
    check_error(
        "let a = #{}; a.b;",
        "error[script-property] test:1:16: property not found: b",
    );
    check_error(
        "for x in 5 { }",
        "error[script-syntax] test:1:10: expecting an iterable value, not a number",
    );
}

#[test]
fn every_bomb_is_stopped() {
    let bomb = |script: &str, expect: &str| {
        let limits = Limits {
            operations: 200_000,
            time_ms: 500,
            ..Limits::default()
        };
        let outcome = map(Some(script), 1, limits, &Cancel::never()).expect("not stale");
        assert!(
            shown(&outcome).starts_with(expect),
            "{script}: {}",
            shown(&outcome)
        );
    };
    bomb(
        "\nloop { }",
        "error[script-limit] test:2:6: script stopped after 200,000 operations (is there a loop that never ends?)",
    );
    bomb(
        "try { loop { } } catch { print(1); }",
        "error[script-limit] test:1:12: script stopped",
    );
    bomb("fn f(x) { f(x) } f(1);", "error[script-limit]");
    bomb("let s = \"x\"; loop { s += s; }", "error[script-limit]");
    bomb("let a = [1]; loop { a += a; }", "error[script-limit]");
    bomb("let a = [1]; loop { a = [a, a]; }", "error[script-limit]");
    bomb("let a = []; a.pad(1000000000, 1);", "error[script-limit]");
    bomb(
        "let m = #{}; loop { m = #{a: m, b: m}; }",
        "error[script-limit]",
    );
    bomb("let a = []; loop { a.push(1); }", "error[script-limit]");
    bomb("loop { rows.add(\"patient\"); }", "error[script-limit]");
    bomb("loop { out.append(\"NTE\"); }", "error[script-limit]");
    bomb(
        "let x = \"x\"; x.pad(1000000000, \"y\");",
        "error[script-pad]",
    );
    bomb(
        "let x = \"x\"; x.pad(1000000000, 'y');",
        "error[script-limit]",
    );
    bomb(
        &format!("let x = {}1{};", "(".repeat(5000), ")".repeat(5000)),
        "error[script-syntax]",
    );
    bomb(
        &format!("let x = {}", "[".repeat(200_000)),
        "error[script-syntax]",
    );
}

#[test]
fn an_endless_script_ends_with_its_revision() {
    let newest = Arc::new(AtomicU64::new(1));
    let cancel = Cancel::watching(Arc::clone(&newest), 1);
    let limits = Limits {
        operations: u64::MAX,
        time_ms: 60_000,
        ..Limits::default()
    };
    let mover = std::thread::spawn(move || newest.store(2, std::sync::atomic::Ordering::Relaxed));
    assert_eq!(map(Some("loop { }"), 1, limits, &cancel).err(), Some(Stale));
    mover.join().expect("moved");
}

#[test]
fn a_script_ends_with_its_time() {
    let limits = Limits {
        operations: u64::MAX,
        time_ms: 20,
        ..Limits::default()
    };
    let outcome = map(Some("loop { }"), 1, limits, &Cancel::never()).expect("not stale");
    assert_eq!(
        shown(&outcome).trim_end(),
        "error[script-limit] test:1:6: script stopped after 20 ms (is there a loop that never ends?)"
    );
}

#[test]
fn the_profile_makes_rows_without_a_script() {
    let outcome = map(None, 0, Limits::default(), &Cancel::never()).expect("not stale");
    assert_eq!(
        shown(&outcome).trim_end(),
        "patient: 4711|1970-03-15|F|
result: 4711|CHEM|GLU|5.4
result: 4711|CHEM|NA|140
result: 4711|HAEM|HB|8.1
order: CHEM|3B
order: HAEM|3B
visit: 3B|12"
    );
}

#[test]
fn rows_that_cannot_be_made_say_why() {
    let outcome = map(None, 2, Limits::default(), &Cancel::never()).expect("not stale");
    assert_eq!(
        shown(&outcome).trim_end(),
        "patient: 4711|||
error[table-unknown]: the profile has no table \"pateint\" (did you mean \"patient\"?)
error[column-unknown]: the table \"patient\" has no column \"mnr\" (did you mean \"mrn\"?)
error[row-value] PID-5.1: patient.born: the text is no date (row of PID[1], byte 106) (the column holds Date)
error[code-unknown] PID-3.4: patient.sex: the code ELSE is not in the code table \"sex\" (row of PID[1], byte 85) (allowed: 1, 2, F, M)"
    );
}

#[test]
fn no_error_tells_a_value_of_the_message() {
    for (script, expect) in [
        (
            "let name = msg[\"PID-5.2\"]; msg[name];",
            "error[script-path] test:1:31: \"…\" is no path, ",
        ),
        (
            "let name = msg[\"PID-5.2\"]; out[`PID-3[?5=${name}]`].x = 1;",
            "error[",
        ),
        (
            "let name = msg[\"PID-5.2\"]; out[`OBX[?3=${name}]-5`] = `1`;",
            "error[script-write] test:1:31: OBX[?3=…]-5: there is no such segment",
        ),
        (
            "let name = msg[\"PID-5.2\"]; msg.segments(name);",
            "error[script-path] test:1:32: \"…\" is no segment",
        ),
        (
            "let name = msg[\"PID-5.2\"]; codes(name, `1`);",
            "error[codes-unknown] test:1:28: the profile has no code table \"…\"",
        ),
        (
            "let name = msg[\"PID-5.2\"]; rows.add(name);",
            "error[table-unknown] test:1:33: the profile has no table \"…\"",
        ),
        (
            "let name = msg[\"PID-5\"]; codes(\"sex\", name);",
            "error[code-unknown] test:1:26: a text that is no code is not in the code table \"sex\"",
        ),
        ("let name = msg[\"PID-5.2\"]; parse_int(name);", "error["),
    ] {
        let outcome = map(Some(script), 0, Limits::default(), &Cancel::never()).expect("not stale");
        let told = shown(&outcome);
        let error = told
            .lines()
            .find(|line| line.starts_with("error"))
            .unwrap_or_default();
        assert!(error.starts_with(expect), "{script}\n{error}");
        assert!(!error.contains("JAN"), "{script}\n{error}");
    }
}

#[test]
fn a_failed_script_leaves_only_the_definitions_rows() {
    let script = "rows.add(\"visit\"); out.copy(msg); throw \"no\";";
    let outcome = map(Some(script), 0, Limits::default(), &Cancel::never()).expect("not stale");
    assert_eq!(outcome.output, None);
    assert_eq!(
        outcome
            .rows
            .iter()
            .map(|table| table.rows.len())
            .collect::<Vec<_>>(),
        [1, 3, 2, 1]
    );
}

#[test]
fn every_function_stands_in_the_table() {
    let engine = Engine::new();
    for signature in engine.rhai().gen_fn_signatures(false) {
        let name = signature.split(['(', ' ']).next().unwrap_or_default();
        let name = name.strip_prefix("get$").unwrap_or(name);
        let is_listed = match name {
            _ if name.starts_with("index$") => FUNCTIONS.iter().any(|row| row.name == "[]"),
            "<=" | ">" | ">=" | "==" | "!=" => FUNCTIONS.iter().any(|row| row.name == "<"),
            "to_string" => true,
            _ => FUNCTIONS.iter().any(|row| row.name == name),
        };
        assert!(is_listed, "{signature}");
    }
}

#[test]
fn every_example_runs() {
    for row in FUNCTIONS {
        let outcome =
            map(Some(row.example), 1, Limits::default(), &Cancel::never()).expect("not stale");
        let errors: Vec<_> = outcome
            .diagnostics()
            .filter(|found| {
                found.severity == crate::diagnostic::Severity::Error
                    && found.code != "mapping-error"
            })
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?}", row.example);
        assert!(
            !row.help.is_empty() && row.signature.contains(row.name.trim_matches(['[', ']'])),
            "{}",
            row.name
        );
    }
}

#[test]
fn a_script_on_huge_texts_ends_with_its_time() {
    let limits = Limits {
        time_ms: 100,
        ..Limits::default()
    };
    let script = "let s = \"x\"; for i in 0..22 { s += s; }
let n = 0; loop { if s.contains(\"y\") { n += 1; } }";
    let started = std::time::Instant::now();
    let outcome = map(Some(script), 1, limits, &Cancel::never()).expect("not stale");
    assert!(shown(&outcome).starts_with("error[script-limit]"));
    // Looks every thousand operations let it go on for half a minute.
    assert!(started.elapsed().as_secs() < 15, "{:?}", started.elapsed());
}

#[test]
fn places_in_segments_that_variables_hold_are_checked() {
    check_error(
        "for o in msg.segments(\"OBX\") { let x = o[\"88\"]; }\nthrow 1;",
        "warning[path-unknown] test:1:42: OBX-88: OBX has 25 fields (describe the field in the profile's segments if the site sends it)",
    );
    check_error(
        "for g in msg.groups(\"PATIENT_RESULT\") {\n    for o in g.all(\"OBX\") { o.raw(\"88.2\"); }\n}\nthrow 1;",
        "warning[path-unknown] test:2:35: OBX-88.2: OBX has 25 fields (describe the field in the profile's segments if the site sends it)",
    );
    check_error(
        "let visit = ();\nif true { visit = msg.segment(\"PV1\"); }\nlet x = visit[\"60\"];\nthrow 1;",
        "warning[path-unknown] test:3:15: PV1-60: PV1 has 52 fields (describe the field in the profile's segments if the site sends it)",
    );
    check_error(
        "fn f(s) { s[\"88\"] }\nlet x = f(msg.segment(\"PID\"));\nthrow 1;",
        "warning[path-unknown] test:1:13: PID-88: PID has 39 fields (describe the field in the profile's segments if the site sends it)",
    );
    check_error(
        "let pid = out.append(msg.segment(\"PID\"));\npid[\"88\"] = \"\";\nthrow 1;",
        "warning[path-unknown] test:2:5: PID-88: PID has 39 fields (describe the field in the profile's segments if the site sends it)",
    );
    // Which segment it is, or whether it is one, only the run knows.
    check_error(
        "let s = msg.segment(\"PV1\");\ns = #{ \"88\": 1 };\nlet x = s[\"88\"];\nthrow 1;",
        "error[script-error] test:4:1: 1",
    );
    check_error(
        "fn f(s) { s[\"45\"] }\nf(msg.segment(\"PV1\"));\nf(msg.segment(\"PID\"));\nthrow 1;",
        "error[script-error] test:4:1: 1",
    );
    check_error(
        "for s in msg.segments() { let x = s[\"45\"]; }\nthrow 1;",
        "error[script-error] test:2:1: 1",
    );
}
