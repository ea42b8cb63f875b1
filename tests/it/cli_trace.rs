//! What `trace` takes and refuses; what it prints is in the case folders.

use super::cli::{PROFILE, check, folder, many, pipehat};

/// Traces in the folder; gives all that was written, and the exit status.
fn trace(script: &str, arguments: &[&str]) -> (String, String, Option<i32>) {
    let from = PROFILE.find("if msg[\"PID-8\"]").unwrap();
    let to = PROFILE.find("out[\"MSH-7\"] = now();").unwrap();
    let profile = format!("{}{script}\n{}", &PROFILE[..from], &PROFILE[to..]);
    let folder = folder(&[
        ("own.ron", profile.as_bytes()),
        ("many.hl7", many(5).as_bytes()),
    ]);
    let run = pipehat()
        .current_dir(&folder)
        .args(["trace", "--profile", "own.ron"])
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(run.stdout), text(run.stderr), run.status.code())
}

#[test]
fn a_message_is_chosen_by_its_number_over_all_files() {
    let script = "let id = msg[\"MSH-10\"];";
    for (arguments, heading, id) in [
        (&["many.hl7"][..], "# 1 many.hl7 #1 ADT^A01", "id = \"N0\""),
        (
            &["--message", "3", "many.hl7"],
            "# 3 many.hl7 #3 ADT^A01",
            "id = \"N2\"",
        ),
        (
            &["--message", "2", "admit.hl7", "many.hl7"],
            "# 2 many.hl7 #1 ADT^A01",
            "id = \"N0\"",
        ),
    ] {
        let (out, error, status) = trace(script, arguments);
        assert_eq!(status, Some(0), "{out}\n{error}");
        assert_eq!(out.lines().next(), Some(heading));
        assert!(out.contains(id), "{out}");
    }
}

#[test]
fn what_cannot_be_traced_is_told() {
    let folder = folder(&[]);
    for (arguments, status, said) in [
        (
            &["--profile", "site.ron", "--message", "9", "admit.hl7"][..],
            2,
            "--message 9: there are 1 messages only",
        ),
        (
            &["--profile", "site.ron", "result.hl7"],
            1,
            "result.hl7 #1: not traced: no message definition of the profile fits it",
        ),
        (&["--profile", "none.ron", "admit.hl7"], 2, "none.ron"),
        (
            &["--profile", "site.ron", "--now", "soon", "admit.hl7"],
            2,
            "Write it as 20260301120000+0100.",
        ),
    ] {
        let arguments: Vec<&str> = ["trace"].iter().chain(arguments).copied().collect();
        check(&folder, &arguments, status, "", said);
    }
}

#[test]
fn a_full_recording_says_so() {
    let script = "let n = 0;\nfor i in 0..12000 { n += 1; }";
    let (out, error, status) = trace(script, &["admit.hl7"]);
    assert_eq!(status, Some(0), "{error}");
    assert_eq!(
        out.lines().last(),
        Some("the recording ends here, after 20000 steps; the run went on")
    );
    assert!(
        error.contains("admit.hl7 #1: the recording is full"),
        "{error}"
    );
    let (out, ..) = trace(script, &["--format", "json", "admit.hl7"]);
    assert!(out.ends_with("\"full\":true}\n"));
}
