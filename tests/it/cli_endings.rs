//! How a command ends that cannot run, is stopped, or has nobody left to write for.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use super::cli::{PROFILE, check, folder, many};

#[test]
fn what_cannot_run_says_why_and_ends_with_2() {
    let future = PROFILE.replace("format: 1", "format: 99");
    let folder = folder(&[
        ("picture.png", b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR"),
        ("none/readme.txt", b"hello"),
        ("future.ron", future.as_bytes()),
        ("cut.hl7.gz", b"\x1F\x8B\x08\0\0\0\0\0\0\x03"),
    ]);
    for (arguments, words) in [
        (&["show", "gone.hl7"][..], "gone.hl7: there is no such file"),
        (&["show", "picture.png"], "it looks like a PNG picture"),
        (
            &["check", "none"],
            "no file in this folder holds an HL7 message",
        ),
        (&["show", "cut.hl7.gz"], "gzip file is damaged"),
        (
            &["transform", "--profile", "future.ron", "admit.hl7"],
            "future.ron: line 2",
        ),
        (
            &["transform", "--profile", "gone.ron", "admit.hl7"],
            "gone.ron: there is no such file",
        ),
        (
            &[
                "transform",
                "--profile",
                "site.ron",
                "admit.hl7",
                "--out",
                "site.ron/out.hl7",
            ],
            "a part of the path is a file",
        ),
        (
            &[
                "transform",
                "--profile",
                "site.ron",
                "admit.hl7",
                "--out",
                "no/out.hl7",
            ],
            "there is no such folder",
        ),
        (
            &[
                "transform",
                "--profile",
                "site.ron",
                "--now",
                "noon",
                "admit.hl7",
            ],
            "--now noon: ",
        ),
        (&["show"], "Usage"),
    ] {
        check(&folder, arguments, 2, "", words);
    }
    // The rest is still shown.
    check(
        &folder,
        &["get", "MSH-10", "--", "gone.hl7", "admit.hl7"],
        2,
        "M1\n",
        "gone.hl7",
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_takes_no_file_is_named() {
    let run = [
        "transform",
        "--profile",
        "site.ron",
        "admit.hl7",
        "--out",
        "/proc/out.hl7",
    ];
    check(&folder(&[]), &run, 2, "", "the folder is read-only");
}

#[test]
fn a_failed_run_leaves_the_old_output() {
    let folder = folder(&[("out.hl7", b"old"), ("bad.ron", b"Profile(")]);
    let run = [
        "transform",
        "--profile",
        "bad.ron",
        "admit.hl7",
        "--out",
        "out.hl7",
    ];
    check(&folder, &run, 2, "", "bad.ron: line 1");
    assert_eq!(
        std::fs::read(folder.path().join("out.hl7")).unwrap(),
        b"old"
    );
}

#[test]
fn a_hundred_megabytes_of_zeros_hold_no_message() {
    let folder = folder(&[]);
    let file = std::fs::File::create(folder.path().join("zeros.bin")).unwrap();
    file.set_len(100 << 20).unwrap();
    check(
        &folder,
        &["get", "MSH-10", "--", "zeros.bin"],
        2,
        "",
        "nothing but zeros",
    );
}

#[test]
fn an_endless_script_is_stopped() {
    let endless = PROFILE.replace("out.copy", "loop { } out.copy");
    let folder = folder(&[("endless.ron", endless.as_bytes())]);
    let run = ["transform", "--profile", "endless.ron", "admit.hl7"];
    check(
        &folder,
        &run,
        1,
        "",
        "admit.hl7 #1: not transformed: its mapping has errors",
    );
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let folder = folder(&[("many.hl7", many(1000).as_bytes())]);
    let mut run = Command::new(env!("CARGO_BIN_EXE_pipehat"))
        .current_dir(&folder)
        .args(["show", "--format", "json", "many.hl7"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 10];
    run.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let end = run.wait_with_output().unwrap();
    assert_eq!(&first, b"{\"index\":0");
    assert_eq!(end.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&end.stderr), "");
}

/// Interrupts a command when it has read a message and waits for more on standard input; gives its
/// status, what it printed and the rest of what it said.
#[cfg(unix)]
fn interrupted(words: &[&str]) -> (Option<i32>, String, String) {
    let folder = folder(&[("profile.ron", PROFILE.as_bytes())]);
    let mut run = Command::new(env!("CARGO_BIN_EXE_pipehat"))
        .current_dir(&folder)
        .args(words)
        .args(["admit.hl7", "gone.hl7", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Once it has complained of the second file, it waits for standard input, which stays open.
    let mut said = BufReader::new(run.stderr.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert!(line.contains("gone.hl7"), "{line}");
    let mut input = run.stdin.take().unwrap();
    let killed = Command::new("kill")
        .args(["-INT", &run.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let status = run.wait().unwrap();
    input.write_all(b"too late").ok();
    let (mut out, mut rest) = (String::new(), String::new());
    run.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    said.read_to_string(&mut rest).unwrap();
    (status.code(), out, rest)
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_with_130_and_keeps_what_was_done() {
    let (status, out, _) = interrupted(&["get", "MSH-10", "--"]);
    assert_eq!((status, out.as_str()), (Some(130), "M1\n"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_what_was_counted_and_says_of_how_many_messages() {
    let says = "interrupted after 1 message: only what these have was counted";
    for command in ["coverage", "unmapped"] {
        let (status, out, said) = interrupted(&["profile", command, "profile.ron"]);
        assert_eq!(status, Some(130), "{said}");
        assert!(said.contains(says), "{said}");
        if command == "coverage" {
            assert!(out.starts_with("1 message: 1 mapped\n"), "{out}");
        } else {
            assert!(said.contains("1 message: 0 codes not listed"), "{said}");
        }
    }
}
