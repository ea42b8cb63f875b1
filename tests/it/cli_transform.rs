//! What `transform` keeps and tells: bytes that were not edited, oddities, ids.

use super::cli::{ADMIT, PROFILE, check, folder, pipehat};

#[test]
fn a_message_that_is_odd_to_read_is_told_once_and_kept() {
    let declared = |charset: &str, name: &[u8]| {
        let start = ADMIT.replace("|P|2.5\r", &format!("|P|2.5||||||{charset}\r"));
        let at = start.find("Amsel").unwrap();
        [&start.as_bytes()[..at], name, &start.as_bytes()[at..]].concat()
    };
    let copy = PROFILE
        .replace("out.copy(msg, [\"MSH\", \"PID\"]);", "out.copy(msg);")
        .replace("out[\"MSH-7\"] = now();", "");
    let ascii = declared("ASCII", b"\xFC");
    let broken = declared("UNICODE UTF-8", b"\xC3\xBC\xC3\xBC\xFF");
    let line = declared("ASCII", b"")
        .iter()
        .copied()
        .chain(*b"not a segment\r")
        .collect::<Vec<u8>>();
    let folder = folder(&[
        ("copy.ron", copy.as_bytes()),
        ("ascii.hl7", &ascii),
        ("broken.hl7", &broken),
        ("line.hl7", &line),
    ]);
    for (file, bytes, words) in [
        ("ascii.hl7", &ascii, "ascii.hl7 #1: warning[charset]"),
        ("broken.hl7", &broken, "broken.hl7 #1: warning[undecodable]"),
        ("line.hl7", &line, "line.hl7 #1: 1 fault of syntax"),
    ] {
        let run = ["transform", "--profile", "copy.ron", file, "--out", "out"];
        check(&folder, &run, 0, "", words);
        let out = std::fs::read(folder.path().join("out")).unwrap();
        assert_eq!(out, *bytes, "{file}");
    }
}

#[test]
fn what_is_wrong_with_a_script_is_counted_once() {
    let unknown = PROFILE.replace("now();", "nov();");
    let folder = folder(&[("unknown.ron", unknown.as_bytes())]);
    let run = pipehat()
        .current_dir(&folder)
        .args([
            "check",
            "--profile",
            "unknown.ron",
            "admit.hl7",
            "admit.hl7",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(said.contains("2 messages: 1 error,"), "{said}");
    assert_eq!(run.status.code(), Some(1));
}

#[test]
fn ids_are_new_in_each_run_unless_time_or_seed_is_given() {
    let ids = PROFILE.replace("out[\"MSH-7\"] = now();", "out[\"MSH-10\"] = next_id();");
    let folder = folder(&[("ids.ron", ids.as_bytes())]);
    let run = |more: &[&str]| {
        let run = pipehat()
            .current_dir(&folder)
            .args([
                "transform",
                "--profile",
                "ids.ron",
                "admit.hl7",
                "admit.hl7",
            ])
            .args(more)
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(0));
        String::from_utf8(run.stdout).unwrap()
    };
    for (one, other, are_equal) in [
        (&[][..], &[][..], false),
        (&["--seed", "1"], &["--seed", "1"], true),
        (&["--seed", "1"], &["--seed", "2"], false),
        (&["--now", "20260102"], &["--now", "20260102"], true),
        (&["--now", "20260102"], &["--now", "20260103"], false),
        (
            &["--now", "20260102", "--seed", "9"],
            &["--seed", "9"],
            true,
        ),
    ] {
        assert_eq!(run(one) == run(other), are_equal, "{one:?} {other:?}");
    }
    let both = run(&["--seed", "1"]);
    let mut messages: Vec<&str> = both.split("MSH|").skip(1).collect();
    messages.dedup();
    assert_eq!(messages.len(), 2, "two messages share an id");
    // The window shows the ids of --seed 1.
    let now = "20260102".parse().unwrap();
    let mut session = pipehat::workbench::Session::new(std::sync::Arc::new(|| ()), now);
    session.open(vec![
        folder.path().join("ids.ron"),
        folder.path().join("admit.hl7"),
        folder.path().join("result.hl7"),
    ]);
    session.settle();
    let preview = session.preview().unwrap();
    let shown = preview.outcome.as_ref().unwrap().output.as_ref().unwrap();
    assert!(both.starts_with(shown.text()), "{both}\n{}", shown.text());
}

#[test]
fn a_message_whose_script_failed_is_not_counted_as_transformed() {
    let failing = PROFILE.replace("now();", "msg[\"PID-5..1\"];");
    let own_rows_only = failing.replace(
        "out.copy(",
        "let row = rows.add(\"patient\"); row[\"mrn\"] = \"9\"; out.copy(",
    );
    let no_rows = own_rows_only
        .replace("rows: [Rows(", "rows: [/* Rows(")
        .replace("})],\n", "}) */],\n");
    let telling = PROFILE.replace("now();", "now(); error(\"told\");");
    let folder = folder(&[
        ("failing.ron", failing.as_bytes()),
        ("own.ron", own_rows_only.as_bytes()),
        ("none.ron", no_rows.as_bytes()),
        ("telling.ron", telling.as_bytes()),
    ]);
    let json =
        "{\"index\":0,\"table\":\"patient\",\"row\":{\"mrn\":\"4711\",\"born\":\"1970-01-02\"}}\n";
    let csv = "mrn,born\r\n4711,1970-01-02\r\n";
    for (profile, to, output, words) in [
        (
            "failing.ron",
            "hl7",
            "",
            "1 message: 0 transformed, 1 failed",
        ),
        (
            "failing.ron",
            "rows-json",
            json,
            "1 message: 0 transformed to 1 row, 1 failed",
        ),
        (
            "failing.ron",
            "csv",
            csv,
            "1 message: 0 transformed to 1 row, 1 failed",
        ),
        (
            "own.ron",
            "rows-json",
            json,
            "admit.hl7 #1: its script failed; 1 row of its definition went out all the same",
        ),
        (
            "none.ron",
            "rows-json",
            "",
            "admit.hl7 #1: its script failed; nothing of it was written",
        ),
        (
            "telling.ron",
            "rows-json",
            json,
            "1 message: 1 transformed to 1 row, 1 of them with errors",
        ),
    ] {
        let run = ["transform", "--profile", profile, "--to", to, "admit.hl7"];
        check(&folder, &run, 1, output, words);
    }
}
