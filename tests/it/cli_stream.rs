//! Standard input as a stream: results before its end, and in the end the same as from a file.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use super::cli::{ADMIT, folder};

/// Feeds the parts one by one. Before the last one goes in, a line that starts with
/// `first` must have come out; all that came
/// out must be what the command makes of a file with the same bytes.
fn check(arguments: &[&str], parts: &[&[u8]], first: &str) {
    let whole = parts.concat();
    let folder = folder(&[("all.hl7", &whole)]);
    let run = |input: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pipehat"));
        command
            .current_dir(&folder)
            .args(arguments)
            .arg(input)
            .env_remove("PIPEHAT_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    };
    let of_file = run("all.hl7").output().unwrap();
    let mut streaming = run("-").spawn().unwrap();
    let mut input = streaming.stdin.take().unwrap();
    let mut output = BufReader::new(streaming.stdout.take().unwrap());
    let (last, before) = parts.split_last().unwrap();
    for part in before {
        input.write_all(part).unwrap();
        input.flush().unwrap();
    }
    let mut came = Vec::new();
    let line_end = if first.ends_with('\r') { b'\r' } else { b'\n' };
    output.read_until(line_end, &mut came).unwrap();
    let line = String::from_utf8_lossy(&came);
    assert!(line.starts_with(first), "{arguments:?}: {line}");
    input.write_all(last).unwrap();
    drop(input);
    output.read_to_end(&mut came).unwrap();
    let end = streaming.wait_with_output().unwrap();
    let named = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("standard input", "all.hl7");
    assert_eq!(named(&came), named(&of_file.stdout), "{arguments:?}");
    assert_eq!(named(&end.stderr), named(&of_file.stderr), "{arguments:?}");
    assert_eq!(end.status.code(), of_file.status.code(), "{arguments:?}");
}

const FIRST_LINE: &str = "MSH|^~\\&|SITE|WARD|HUB|REGION|20260301120000||ADT^A01|M1|P|2.5\r";

#[test]
fn each_command_answers_before_the_end_of_its_input() {
    let second = ADMIT.replace("|M1|", "|M2|").replace("|F\r", "|X\r");
    let glued = ADMIT.replace("2.5\rEVN", "2.5EVN");
    let plain: [&[u8]; 3] = [ADMIT.as_bytes(), b"MSH|", &second.as_bytes()[4..]];
    let faulty: [&[u8]; 3] = [glued.as_bytes(), b"MSH|", &second.as_bytes()[4..]];
    check(&["get", "MSH-10", "--"], &plain, "M1\n");
    check(&["show", "--format", "hl7"], &plain, FIRST_LINE);
    check(&["show"], &plain, "# 1 standard input #1 ADT^A01\n");
    let transform = ["transform", "--profile", "site.ron", "--now", "20260102"];
    let made = FIRST_LINE.replace("20260301120000", "20260102");
    check(&transform, &plain, &made);
    let rows = [&transform[..], &["--to", "rows-json"]].concat();
    let row =
        "{\"index\":0,\"table\":\"patient\",\"row\":{\"mrn\":\"4711\",\"born\":\"1970-01-02\"}}\n";
    check(&rows, &plain, row);
    let found = "standard input #1: info[code-hl7] MSH-12";
    check(&["check"], &faulty, found);
}

#[test]
fn frames_and_batches_are_streamed_too() {
    let framed = format!("\x0B{ADMIT}\x1C\r");
    let parts: [&[u8]; 3] = [framed.as_bytes(), b"beat\r\x0BMSH|^", b"~\\&|\rPID|1\x1C\r"];
    check(&["get", "MSH-10", "--"], &parts, "M1\n");
    let batch = format!("\u{feff}FHS|^~\\&\rBHS|^~\\&\r{ADMIT}");
    let parts: [&[u8]; 3] = [batch.as_bytes(), ADMIT.as_bytes(), b"BTS|7\rFTS|1\r"];
    check(&["get", "MSH-10", "--"], &parts, "M1\n");
}
