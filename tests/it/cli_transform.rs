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
