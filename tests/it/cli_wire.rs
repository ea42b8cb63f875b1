//! `listen` and `send` as programs, with each other and with peers that are none.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::SystemTime;

use pipehat::net::{Journal, JournalSettings};
use serde_json::Value;

use super::cli::{ADMIT, folder};

/// A listener that runs, and the port that it took.
pub(super) struct Running {
    pub(super) child: Child,
    lines: BufReader<ChildStdout>,
    pub(super) port: u16,
}

pub(super) fn pipehat() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pipehat"));
    command
        .env_remove("PIPEHAT_LOG")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(super) fn listen(arguments: &[&str]) -> Running {
    let mut child = pipehat()
        .args(["listen", "0", "--json"])
        .args(arguments)
        .spawn()
        .expect("the program");
    let mut lines = BufReader::new(child.stdout.take().expect("its output"));
    let first = next(&mut lines);
    assert_eq!(first["event"], "listening");
    let text = first["text"].as_str().expect("words");
    let port = text.rsplit(':').next().expect("a port");
    Running {
        child,
        lines,
        port: port.parse().expect("a port"),
    }
}

fn next(lines: &mut BufReader<ChildStdout>) -> Value {
    let mut line = String::new();
    lines.read_line(&mut line).expect("a line");
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
}

impl Running {
    /// What it told since, once it has ended.
    pub(super) fn end(mut self) -> (Vec<Value>, String, ExitStatus) {
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).expect("its output");
        let end = self.child.wait_with_output().expect("its end");
        let lines = rest
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"));
        let said = String::from_utf8_lossy(&end.stderr).into_owned();
        (lines.collect(), said, end.status)
    }
}

pub(super) fn send(port: u16, arguments: &[&str]) -> (String, String, ExitStatus) {
    let end = pipehat()
        .arg("send")
        .arg(format!("127.0.0.1:{port}"))
        .args(arguments)
        .output()
        .expect("the program");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&end.stdout), text(&end.stderr), end.status)
}

fn events<'a>(lines: &'a [Value], name: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == name).collect()
}

const PROFILE: &str = r##"Profile(format: 1, name: "Ward", standard: "2.5", messages: [
    Message(name: "Admit", identity: [(at: "MSH-9.2", matches: "^A01$")], script: Inline(r#"
        if msg["PID-8"] == "U" { reject("a sex that nobody here knows"); }
        if msg["PID-8"] == "M" { skip("of the other ward"); }
    "#)),
])"##;

#[test]
fn messages_are_sent_and_answered_as_the_profile_decides() {
    let of = |id: &str, sex: &str, kind: &str| {
        ADMIT
            .replace("|M1|", &format!("|{id}|"))
            .replace("|F\r", &format!("|{sex}\r"))
            .replace("A01", kind)
    };
    let all = [
        of("M1", "F", "A01"),
        of("M2", "U", "A01"),
        of("M3", "M", "A01"),
        of("M4", "F", "A08"),
    ]
    .concat();
    let folder = folder(&[
        ("all.hl7", all.as_bytes()),
        ("ward.ron", PROFILE.as_bytes()),
    ]);
    let path = |name: &str| folder.path().join(name).display().to_string();
    let listener = listen(&["--profile", &path("ward.ron"), "--count", "4"]);
    let (told, said, status) = send(listener.port, &[&path("all.hl7"), "--json"]);
    let told: Vec<Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let outcomes: Vec<String> = told
        .iter()
        .filter(|line| {
            ["accepted", "refused"]
                .iter()
                .any(|end| line["event"] == *end)
        })
        .map(|line| {
            let name = line["message"].as_str().expect("a name");
            let number = name.rsplit(' ').next().expect("a number");
            format!("{number} {}", line["code"].as_str().expect("a code"))
        })
        .collect();
    assert_eq!(outcomes, ["#1 AA", "#2 AR", "#3 AA", "#4 AR"]);
    assert!(said.contains("4 messages: 2 accepted, 2 refused"), "{said}");
    assert_eq!(status.code(), Some(1));

    let (lines, said, status) = listener.end();
    assert_eq!(events(&lines, "received").len(), 4);
    let codes: Vec<_> = events(&lines, "answered")
        .iter()
        .map(|line| line["code"].as_str().expect("a code"))
        .collect();
    assert_eq!(codes, ["AA", "AR", "AA", "AR"]);
    let decided: Vec<_> = events(&lines, "decided")
        .iter()
        .map(|line| line["text"].as_str().expect("words"))
        .collect();
    assert_eq!(
        decided,
        [
            "message 2: a sex that nobody here knows",
            "message 3: of the other ward",
            "message 4: no message definition of the receiver fits this message",
        ]
    );
    assert!(
        said.contains("4 messages from 1 connection: 4 answered, 2 of them with an error"),
        "{said}"
    );
    assert_eq!(status.code(), Some(1));
    let everything = format!("{lines:?}{said}");
    assert!(
        !everything.contains("Amsel"),
        "no value of a message is told"
    );
}

#[test]
fn messages_are_repeated_over_connections_with_fresh_ids() {
    let folder = folder(&[("one.hl7", ADMIT.as_bytes())]);
    let path = folder.path().join("one.hl7").display().to_string();
    let listener = listen(&["--once", "--count", "12"]);
    let arguments = [
        &*path,
        "--repeat",
        "12",
        "--connections",
        "3",
        "--fresh-ids",
    ];
    let (told, said, status) = send(listener.port, &arguments);
    assert_eq!(told, "");
    assert!(said.contains("12 messages: 12 accepted"), "{said}");
    assert!(said.contains("99 of 100 within"), "{said}");
    assert_eq!(status.code(), Some(0));
    let (lines, _, status) = listener.end();
    assert_eq!(status.code(), Some(0));
    assert_eq!(
        events(&lines, "received").len(),
        12,
        "none is taken for a repetition"
    );
    assert_eq!(events(&lines, "connected").len(), 3);
}

#[test]
fn a_pace_is_kept() {
    let folder = folder(&[("one.hl7", ADMIT.as_bytes())]);
    let path = folder.path().join("one.hl7").display().to_string();
    let listener = listen(&["--count", "5"]);
    let began = std::time::Instant::now();
    let (_, said, _) = send(listener.port, &[&path, "--repeat", "5", "--rate", "20"]);
    // The first goes at once, each other one 50 ms after the one before it.
    assert!(began.elapsed().as_millis() >= 200, "{said}");
    listener.end();
}

#[test]
fn what_is_not_delivered_is_said() {
    let port = {
        let closed = TcpListener::bind("127.0.0.1:0").expect("a port");
        closed.local_addr().expect("its number").port()
    };
    let folder = folder(&[("one.hl7", ADMIT.as_bytes())]);
    let path = folder.path().join("one.hl7").display().to_string();
    let (told, said, status) = send(port, &[&path]);
    assert!(told.contains("refused the connection"), "{told}");
    assert!(told.contains("one.hl7 #1: not sent"), "{told}");
    assert!(said.contains("1 message: 1 not sent"), "{said}");
    assert_eq!(status.code(), Some(1));

    let silent = listen(&["--ack", "none", "--count", "1"]);
    let (told, said, status) = send(silent.port, &[&path, "--timeout", "0.2"]);
    assert!(
        told.contains("whether the peer took it is not known"),
        "{told}"
    );
    assert!(
        said.contains("nobody knows whether the peer took"),
        "{said}"
    );
    assert_eq!(status.code(), Some(1));
    silent.end();
}

#[test]
fn a_code_is_answered_with_its_words() {
    let folder = folder(&[("one.hl7", ADMIT.as_bytes())]);
    let path = folder.path().join("one.hl7").display().to_string();
    let listener = listen(&["--ack", "AE", "--ack-text", "out of order", "--count", "1"]);
    let (told, _, status) = send(listener.port, &[&path]);
    assert!(told.contains("refused, AE"), "{told}");
    assert!(told.contains("out of order"), "{told}");
    assert_eq!(status.code(), Some(1));
    listener.end();
}

#[test]
fn other_bytes_can_frame_a_message() {
    let folder = folder(&[("one.hl7", ADMIT.as_bytes())]);
    let path = folder.path().join("one.hl7").display().to_string();
    let frame = ["--frame-start", "02", "--frame-end", "03"];
    let listener = listen(&[&frame[..], &["--count", "1"]].concat());
    let (_, said, status) = send(listener.port, &[&[&*path], &frame[..]].concat());
    assert_eq!(status.code(), Some(0), "{said}");
    listener.end();
}

#[test]
fn other_lower_layers_are_spoken() {
    let folder = folder(&[("one.hl7", ADMIT.as_bytes())]);
    let path = folder.path().join("one.hl7").display().to_string();
    let hllp = ["--layer", "hllp", "--hllp-check", "sum"];
    for layer in [&["--layer", "mllp2"][..], &hllp] {
        let listener = listen(&[layer, &["--count", "3"]].concat());
        let (told, said, status) =
            send(listener.port, &[&[&*path, "--repeat", "3"], layer].concat());
        assert_eq!(status.code(), Some(0), "{told}{said}");
        listener.end();
    }
    // A check of another kind is found out.
    let listener = listen(&hllp);
    let other = [
        &*path,
        "--layer",
        "hllp",
        "--hllp-check",
        "xor",
        "--timeout",
        "1",
    ];
    let (told, _, status) = send(listener.port, &other);
    assert!(!told.is_empty());
    assert_eq!(status.code(), Some(1), "{told}");
    let mut child = listener.child;
    child.kill().expect("an end");
    child.wait().expect("an end");
}

#[test]
fn a_message_is_taken_once_across_starts() {
    let folder = folder(&[("one.hl7", ADMIT.as_bytes())]);
    let path = folder.path().join("one.hl7").display().to_string();
    let kept = folder.path().join("kept").display().to_string();
    for _ in 0..2 {
        let listener = listen(&["--save", &kept, "--once", "--count", "2"]);
        let (_, said, _) = send(listener.port, &[&path, "--repeat", "2"]);
        assert!(said.contains("2 accepted"), "{said}");
        listener.end();
    }
    let get = pipehat().args(["get", "MSH-10", "--", &kept]).output();
    let ids = String::from_utf8(get.expect("the program").stdout).expect("text");
    assert_eq!(ids, "M1\n");
}

#[test]
fn what_cannot_be_done_is_refused_with_the_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its number").port().to_string();
    for (arguments, expect) in [
        (
            &["listen", "hub:2575"][..],
            "0.0.0.0:2575 for all its networks",
        ),
        (&["listen", &port], "is taken by another program"),
        (
            &["listen", "0", "--ack", "mapped"],
            "name it with --profile",
        ),
        (
            &["listen", "0", "--ack", "XX"],
            "write immediate, mapped, none, script:FILE, or a code",
        ),
        (
            &["listen", "0", "--ack-text", "why"],
            "--ack-text goes with a code",
        ),
        (
            &["listen", "0", "--frame-end", "1"],
            "two hexadecimal digits a byte",
        ),
        (
            &["listen", "0", "--tls-min", "1.3"],
            "need a certificate of our own",
        ),
        (
            &["listen", "0", "--hllp-check", "sum"],
            "go with --layer hllp",
        ),
        (
            &["send", "localhost:1", "x", "--tls-min", "1.3"],
            "go with --tls, --tls-ca or https://",
        ),
        (&["send", "localhost", "x"], "localhost:2575"),
        (
            &["send", "localhost:1", "x", "--rate", "0"],
            "a number above 0",
        ),
    ] {
        let end = pipehat().args(arguments).output().expect("the program");
        let said = String::from_utf8_lossy(&end.stderr);
        assert!(said.contains(expect), "{arguments:?}: {said}");
        assert_eq!(end.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn what_is_saved_is_read_by_the_other_commands() {
    let folder = folder(&[("one.hl7", ADMIT.as_bytes())]);
    let path = folder.path().join("one.hl7").display().to_string();
    let kept = folder.path().join("kept").display().to_string();
    for count in ["2", "3"] {
        let listener = listen(&["--save", &kept, "--count", count]);
        let (_, _, status) = send(listener.port, &[&path, "--repeat", count, "--fresh-ids"]);
        assert_eq!(status.code(), Some(0));
        let (_, said, _) = listener.end();
        assert_eq!(
            said.contains("2 messages kept earlier"),
            count == "3",
            "{said}"
        );
    }
    let get = pipehat()
        .args(["get", "MSH-10", "PID-5", "--", &kept])
        .output()
        .expect("the program");
    let lines = String::from_utf8(get.stdout).expect("text");
    let ids: std::collections::BTreeSet<_> = lines.lines().collect();
    assert_eq!((lines.lines().count(), ids.len()), (5, 5), "{lines}");
    assert!(
        lines.lines().all(|line| line.ends_with("\tAmsel^Berta")),
        "{lines}"
    );
    let taken = listen(&["--save", &kept]);
    let second = pipehat().args(["listen", "0", "--save", &kept]).output();
    let second = second.expect("the program");
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains("is in use by another program"), "{said}");
    assert_eq!(second.status.code(), Some(2));
    let mut child = taken.child;
    child.kill().expect("an end");
    child.wait().expect("an end");
}

/// What a listener with other frame bytes takes may hold those of MLLP; what is damaged is passed over, and said.
#[test]
fn a_journal_gives_each_message_as_it_came() {
    let folder = folder(&[]);
    let kept = folder.path().join("kept");
    let (journal, _) = Journal::open(JournalSettings::in_folder(&kept)).expect("a journal");
    let (stored, is_stored) = mpsc::channel();
    for content in [
        ADMIT.to_owned(),
        ADMIT.replace("|M1|", "|M2|").replace("PV1", "\u{1C}\rPV1"),
    ] {
        let stored = stored.clone();
        journal.append(SystemTime::now(), content.into(), move |id| {
            stored
                .send(id.expect("a number"))
                .expect("somebody who waits");
        });
        is_stored.recv().expect("a number");
    }
    drop(journal);
    let get = || {
        let get = pipehat()
            .args(["get", "MSH-10", "PV1-2", "--"])
            .arg(&kept)
            .output()
            .expect("the program");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        (text(get.stdout), text(get.stderr))
    };
    assert_eq!(get().0, "M1\tI\nM2\tI\n");
    let file = std::fs::read_dir(&kept)
        .expect("the folder")
        .map(|entry| entry.expect("a file").path())
        .find(|path| path.extension().is_some_and(|end| end == "journal"))
        .expect("its file");
    let mut bytes = std::fs::read(&file).expect("its bytes");
    bytes[40] ^= 1;
    std::fs::write(&file, bytes).expect("the damage");
    let (told, said) = get();
    assert_eq!(told, "M2\tI\n");
    assert!(said.contains("are no record"), "{said}");
}

/// Killed under load at any moment, the journal has every message that was answered, none twice.
#[cfg(unix)]
#[test]
fn a_killed_listener_has_all_that_it_answered() {
    let folder = folder(&[("one.hl7", ADMIT.as_bytes())]);
    let path = folder.path().join("one.hl7").display().to_string();
    let kept = folder.path().join("kept").display().to_string();
    let mut answered = std::collections::BTreeSet::new();
    for answers_before_the_kill in [1, 40, 200] {
        let listener = listen(&["--save", &kept]);
        let mut sender = pipehat()
            .arg("send")
            .arg(format!("127.0.0.1:{}", listener.port))
            .args([
                &*path,
                "--repeat",
                "100000",
                "--connections",
                "8",
                "--fresh-ids",
            ])
            .args(["--stop-on-failure", "--json"])
            .spawn()
            .expect("the program");
        let mut lines = BufReader::new(sender.stdout.take().expect("its output"));
        let mut child = listener.child;
        let mut count = 0;
        let mut line = String::new();
        while lines.read_line(&mut line).expect("a line") > 0 {
            let told: Value = serde_json::from_str(&line).expect("JSON");
            line.clear();
            if told["event"] == "accepted" {
                answered.insert(told["control_id"].as_str().expect("an id").to_owned());
                count += 1;
                if count == answers_before_the_kill {
                    child.kill().expect("SIGKILL");
                }
            }
        }
        assert!(count >= answers_before_the_kill);
        sender.wait().expect("its end");
        child.wait().expect("its end");
    }
    let get = pipehat()
        .args(["get", "MSH-10", "--", &kept])
        .output()
        .expect("the program");
    let lines = String::from_utf8(get.stdout).expect("text");
    let ids: std::collections::BTreeSet<_> = lines.lines().map(str::to_owned).collect();
    assert_eq!(lines.lines().count(), ids.len(), "none twice");
    assert!(answered.is_subset(&ids), "every one that was answered");
}

#[test]
fn tls_is_spoken_with_a_certificate_made_on_the_spot() {
    let folder = folder(&[("one.hl7", ADMIT.as_bytes())]);
    let path = |name: &str| folder.path().join(name).display().to_string();
    let one = path("one.hl7");
    let listener = listen(&["--tls-self-signed", &path("ours.pem"), "--count", "1"]);
    let other = listen(&["--tls-self-signed", &path("others.pem")]);
    let (told, _, status) = send(other.port, &[&one, "--tls-ca", &path("ours.pem")]);
    assert!(told.contains("not sent"), "{told}");
    assert_eq!(status.code(), Some(1));
    let (told, _, status) = send(other.port, &[&one, "--timeout", "5"]);
    assert!(!told.contains("accepted"), "{told}");
    assert_eq!(status.code(), Some(1));
    let (told, said, status) = send(listener.port, &[&one, "--tls-ca", &path("ours.pem")]);
    assert_eq!(status.code(), Some(0), "{told}{said}");
    listener.end();
    let mut child = other.child;
    child.kill().expect("an end");
    child.wait().expect("an end");
}

#[test]
fn faults_are_played_when_they_are_asked_for() {
    let folder = folder(&[("one.hl7", ADMIT.as_bytes())]);
    let path = folder.path().join("one.hl7").display().to_string();
    let listener = listen(&["--fault", "wrong-id@2", "--count", "4"]);
    let (told, said, status) = send(listener.port, &[&path, "--repeat", "4"]);
    assert!(
        said.contains("2 accepted, 2 sent, but nobody knows"),
        "{told}{said}"
    );
    assert_eq!(status.code(), Some(1));
    listener.end();
    let end = pipehat().args(["listen", "0", "--fault", "wrong"]).output();
    let said = end.expect("the program").stderr;
    assert!(
        String::from_utf8_lossy(&said).contains("wrong"),
        "the names are told"
    );
}

/// A polite end: what is under way is answered first.
#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_listener_cleanly() {
    let folder = folder(&[("one.hl7", ADMIT.as_bytes())]);
    let path = folder.path().join("one.hl7");
    let listener = listen(&[]);
    let (_, _, status) = send(listener.port, &[&path.display().to_string()]);
    assert_eq!(status.code(), Some(0));
    let id = listener.child.id().to_string();
    let kill = Command::new("kill").args(["-INT", &id]).status();
    assert!(kill.expect("kill").success());
    let (lines, said, status) = listener.end();
    assert_eq!(lines.last().expect("a line")["event"], "stopped");
    assert!(
        said.contains("1 message from 1 connection: 1 answered"),
        "{said}"
    );
    assert_eq!(status.code(), Some(0));
}
