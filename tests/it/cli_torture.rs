//! `torture` as a program, against our own peers and careless ones.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;

use super::cli::{ADMIT, folder};
use super::cli_wire::{listen, pipehat, send};

#[test]
fn a_listener_is_tormented_and_reported_on() {
    let listener = listen(&[]);
    let folder = folder(&[]);
    let run = |arguments: &[&str]| {
        let end = pipehat()
            .args(["torture", &format!("127.0.0.1:{}", listener.port)])
            .args(["--timeout", "1"])
            .args(arguments)
            .output()
            .expect("the program");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&end.stdout), text(&end.stderr), end.status.code())
    };
    let (told, said, code) = run(&["--case", "L2", "--case", "l12"]);
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(lines.len(), 2, "{told}{said}");
    assert!(lines[0].starts_with("L2 ") && lines[0].ends_with(": passed"));
    assert!(said.contains("2 cases: 2 passed"), "{said}");
    assert_eq!(code, Some(0));

    let (told, _, _) = run(&["--case", "L3", "--bytes"]);
    assert!(told.contains("00000000  0b 4d 53 48"), "{told}");

    let (told, _, code) = run(&["--case", "L3", "--format", "junit"]);
    assert!(told.contains("tests=\"1\" failures=\"0\""), "{told}");
    assert!(
        told.contains("<testcase classname=\"pipehat torture: "),
        "{told}"
    );
    assert_eq!(code, Some(0));

    let page = folder.path().join("report.html").display().to_string();
    let (told, _, _) = run(&["--case", "L3", "--format", "html", "--out", &page]);
    assert_eq!(told, "");
    let page = std::fs::read_to_string(page).expect("the report");
    assert!(page.contains("<tr class=\"passed\"><td>L3</td>"), "{page}");

    let (_, said, code) = run(&["--case", "X1"]);
    assert!(said.contains("There are L1, L2"), "{said}");
    assert_eq!(code, Some(2));
    let mut child = listener.child;
    child.kill().expect("an end");
    child.wait().expect("an end");
}

/// One that loses two of three messages that come together, as many in the field do.
#[test]
fn a_careless_listener_fails_and_it_is_said_by_what() {
    let port = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = port.local_addr().expect("its number").to_string();
    std::thread::spawn(move || {
        for stream in port.incoming() {
            let mut stream = stream.expect("a connection");
            std::thread::spawn(move || {
                let mut bytes = [0; 4096];
                while let Ok(1..) = stream.read(&mut bytes) {
                    let ack = b"\x0BMSH|^~\\&|||||||ACK|1|P|2.5\rMSA|AA|1\r\x1C\r";
                    if std::io::Write::write_all(&mut stream, ack).is_err() {
                        break;
                    }
                }
            });
        }
    });
    let end = pipehat()
        .args(["torture", &address, "--case", "L3", "--timeout", "0.5"])
        .output()
        .expect("the program");
    let told = String::from_utf8_lossy(&end.stdout);
    assert!(told.contains("FAILED"), "{told}");
    assert!(told.contains("sent "), "what was done stands below: {told}");
    assert_eq!(end.status.code(), Some(1));
}

#[test]
fn a_sender_is_tormented_and_reported_on() {
    let folder = folder(&[("one.hl7", ADMIT.as_bytes())]);
    let path = folder.path().join("one.hl7").display().to_string();
    let mut torture = pipehat()
        .args(["torture", "--listen", "0", "--timeout", "2"])
        .args(["--case", "S3", "--case", "S4"])
        .spawn()
        .expect("the program");
    let mut said = BufReader::new(torture.stderr.take().expect("what it says"));
    let mut line = String::new();
    said.read_line(&mut line).expect("where it listens");
    let port = line.trim().rsplit(':').next().expect("a port");
    let port = port.parse().expect("a port");
    send(
        port,
        &[
            &path,
            "--repeat",
            "4",
            "--fresh-ids",
            "--timeout",
            "0.5",
            "--resend",
            "2",
            "--pause",
            "0.05",
        ],
    );
    let mut told = String::new();
    let mut output = torture.stdout.take().expect("its output");
    output.read_to_string(&mut told).expect("its output");
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(lines.len(), 2, "{told}");
    assert!(
        lines.iter().all(|line| line.ends_with(": passed")),
        "{told}"
    );
    assert_eq!(torture.wait().expect("its end").code(), Some(0));
}
