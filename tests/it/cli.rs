//! The program from outside: arguments in, exit status and both outputs out.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

pub(super) const ADMIT: &str = "MSH|^~\\&|SITE|WARD|HUB|REGION|20260301120000||ADT^A01|M1|P|2.5\r\
                     EVN|A01|20260301\rPID|1||4711^^^SITE^MR||Amsel^Berta||19700102|F\rPV1|1|I\r";
const RESULT: &str = "MSH|^~\\&|SITE|LAB|HUB|REGION|20260301112000||ORU^R01|M2|P|2.5\r\
                      PID|1||4711||Amsel^Berta\rOBR|1|||GLU\rOBX|1|NM|GLU||5.1|mmol/L\r";

pub(super) const PROFILE: &str = r##"Profile(
    format: 1,
    name: "Test",
    standard: "2.5",
    messages: [
        Message(
            name: "Admit",
            identity: [(at: "MSH-9.1", matches: "^ADT$")],
            rows: [Rows(table: "patient", root: "PID", columns: {
                "mrn": From("PID-3.1"),
                "born": From("PID-7", as: Date),
            })],
            script: Inline(r#"
                if msg["PID-8"] == "X" { reject("sex is X"); }
                if msg["MSH-11"] == "T" { skip("training"); }
                out.copy(msg, ["MSH", "PID"]);
                out["MSH-7"] = now();
            "#),
        ),
    ],
    tables: {"patient": Table(columns: [
        Column(name: "mrn", type: Text, key: true),
        Column(name: "born", type: Date),
    ])},
)"##;

pub(super) fn pipehat() -> assert_cmd::Command {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_pipehat"));
    command
        .timeout(Duration::from_secs(50))
        .env_remove("PIPEHAT_LOG");
    command
}

/// A folder with an `admit.hl7`, a `result.hl7` and a `site.ron`, and what a test adds.
pub(super) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [
        ("admit.hl7", ADMIT.as_bytes()),
        ("result.hl7", RESULT.as_bytes()),
        ("site.ron", PROFILE.as_bytes()),
    ]
    .iter()
    .chain(files)
    {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

/// Runs in the folder; compares the exit status, the whole standard output, and a part of the other.
pub(super) fn check(folder: &TempDir, arguments: &[&str], status: i32, output: &str, said: &str) {
    let run = pipehat()
        .current_dir(folder)
        .args(arguments)
        .write_stdin(ADMIT)
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&run.stdout);
    let error = String::from_utf8_lossy(&run.stderr);
    assert_eq!(
        run.status.code(),
        Some(status),
        "{arguments:?}\n{out}\n{error}"
    );
    assert_eq!(out, output, "{arguments:?}\n{error}");
    assert!(error.contains(said), "{arguments:?}\n{error}");
}

#[test]
fn values_come_out_in_columns() {
    let folder = folder(&[]);
    let line = "M1\tAmsel\n";
    check(
        &folder,
        &["get", "MSH-10", "PID-5.1", "--", "admit.hl7"],
        0,
        line,
        "",
    );
    check(
        &folder,
        &["get", "MSH-10", "PID-5.1", "--", "-"],
        0,
        line,
        "",
    );
    check(
        &folder,
        &["get", "OBX[*]-5", "--", "admit.hl7", "result.hl7"],
        0,
        "\n5.1\n",
        "",
    );
    check(&folder, &["get", "PID-5.1", "admit.hl7"], 2, "", "--");
    check(
        &folder,
        &["get", "PID-x", "--", "admit.hl7"],
        2,
        "",
        "PID-x: ",
    );
}

#[test]
fn json_has_a_list_for_every_level() {
    let folder = folder(&[("one.hl7", b"MSH|^~\\&|A\nPID|a^b&c~||\"\"\n")]);
    let expect = concat!(
        r#"{"index":0,"segments":[{"id":"MSH","fields":[[[["|"]]],[[["^~\\&"]]],[[["A"]]]]},"#,
        r#"{"id":"PID","fields":[[[["a"],["b","c"]],[]],[],[[["\"\""]]]]}]}"#,
        "\n"
    );
    check(
        &folder,
        &["show", "--format", "json", "one.hl7"],
        0,
        expect,
        "",
    );
    check(&folder, &["show", "--format", "hl7", "-"], 0, ADMIT, "");
    let second = [
        "show",
        "--format",
        "hl7",
        "--message",
        "2",
        "admit.hl7",
        "result.hl7",
    ];
    check(&folder, &second, 0, RESULT, "");
    check(
        &folder,
        &["show", "--message", "9", "admit.hl7"],
        2,
        "",
        "there are 1 messages only",
    );
}

#[test]
fn the_tree_names_what_it_shows() {
    let folder = folder(&[]);
    let run = pipehat()
        .current_dir(&folder)
        .args(["show", "result.hl7"])
        .output()
        .unwrap();
    let out = String::from_utf8(run.stdout).unwrap();
    for line in [
        "PATIENT_RESULT",
        "PID-5.1 ",
        ": Amsel",
        "OBX-5 Observation Value: 5.1",
    ] {
        assert!(out.contains(line), "{line} in\n{out}");
    }
}

#[test]
fn messages_are_mapped() {
    let folder = folder(&[]);
    let out = "MSH|^~\\&|SITE|WARD|HUB|REGION|20260102||ADT^A01|M1|P|2.5\r\
               PID|1||4711^^^SITE^MR||Amsel^Berta||19700102|F\r";
    let run = [
        "transform",
        "--profile",
        "site.ron",
        "--now",
        "20260102",
        "-",
    ];
    check(&folder, &run, 0, out, "1 message: 1 transformed");
    let rows =
        "{\"index\":0,\"table\":\"patient\",\"row\":{\"mrn\":\"4711\",\"born\":\"1970-01-02\"}}\n";
    let run = [
        "transform",
        "--profile",
        "site.ron",
        "--to",
        "rows-json",
        "admit.hl7",
    ];
    check(&folder, &run, 0, rows, "1 row");
    let csv = "mrn,born\r\n4711,1970-01-02\r\n";
    let run = [
        "transform",
        "--profile",
        "site.ron",
        "--to",
        "csv",
        "admit.hl7",
    ];
    check(&folder, &run, 0, csv, "");
    let run = [
        "transform",
        "--profile",
        "site.ron",
        "--to",
        "csv",
        "admit.hl7",
        "--out",
        "p.csv",
    ];
    check(&folder, &run, 0, "", "");
    assert_eq!(
        std::fs::read_to_string(folder.path().join("p.csv")).unwrap(),
        csv
    );
}

#[test]
fn no_message_is_lost_in_silence() {
    let rejected = ADMIT.replace("|F\r", "|X\r");
    let skipped = ADMIT.replace("|P|2.5", "|T|2.5");
    let both = format!("{rejected}{skipped}");
    let folder = folder(&[
        ("two.hl7", both.as_bytes()),
        ("training.hl7", skipped.as_bytes()),
    ]);
    let run = |file: &'static str| ["transform", "--profile", "site.ron", file];
    check(
        &folder,
        &run("two.hl7"),
        1,
        "",
        "two.hl7 #1: rejected: sex is X",
    );
    check(
        &folder,
        &run("two.hl7"),
        1,
        "",
        "two.hl7 #2: skipped: training",
    );
    check(&folder, &run("training.hl7"), 0, "", "1 skipped");
    check(
        &folder,
        &run("result.hl7"),
        1,
        "",
        "result.hl7 #1: not transformed: no message definition",
    );
    let wrong = [
        "transform",
        "--profile",
        "site.ron",
        "--message",
        "Lab",
        "admit.hl7",
    ];
    check(&folder, &wrong, 2, "", "It has: Admit.");
}

#[test]
fn several_tables_need_a_folder() {
    let two = PROFILE.replace(
        "tables: {",
        "tables: {\"visit\": Table(columns: [Column(name: \"number\", type: Text)]), ",
    );
    let folder = folder(&[("two.ron", two.as_bytes())]);
    let run = [
        "transform",
        "--profile",
        "two.ron",
        "--to",
        "csv",
        "admit.hl7",
    ];
    check(&folder, &run, 2, "", "Name a folder with --out");
    let run = [
        "transform",
        "--profile",
        "two.ron",
        "--to",
        "csv",
        "admit.hl7",
        "--out",
        "tables",
    ];
    check(&folder, &run, 0, "", "");
    let read =
        |name: &str| std::fs::read_to_string(folder.path().join("tables").join(name)).unwrap();
    assert_eq!(read("patient.csv"), "mrn,born\r\n4711,1970-01-02\r\n");
    assert_eq!(read("visit.csv"), "number\r\n");
}

#[test]
fn faults_are_found() {
    let glued = ADMIT.replace("2.5\rEVN", "2.5EVN");
    let no_script = PROFILE.replace("now();", "now(;");
    let folder = folder(&[
        ("glued.hl7", glued.as_bytes()),
        ("headless.hl7", b"PID|1||2\rPV1|1\r"),
        ("broken.ron", no_script.as_bytes()),
    ]);
    check(
        &folder,
        &["check", "admit.hl7"],
        0,
        "",
        "1 message: 0 errors",
    );
    for (arguments, status, words) in [
        (
            &["check", "headless.hl7"][..],
            1,
            "headless.hl7 #1: error[header-missing]",
        ),
        (
            &["check", "glued.hl7"],
            0,
            "glued.hl7 #1: warning[segment-glued]",
        ),
        (
            &["check", "--profile", "broken.ron"],
            1,
            "error[script-syntax] Admit:5:",
        ),
        (
            &["check", "--format", "json", "headless.hl7"],
            1,
            "\"code\":\"header-missing\"",
        ),
    ] {
        let run = pipehat()
            .current_dir(&folder)
            .args(arguments)
            .output()
            .unwrap();
        let out = String::from_utf8(run.stdout).unwrap();
        assert_eq!(run.status.code(), Some(status), "{arguments:?}\n{out}");
        assert!(out.contains(words), "{arguments:?}\n{out}");
    }
}

pub(super) fn many(count: usize) -> String {
    (0..count).fold(String::new(), |mut all, number| {
        let unlike = "x".repeat(number % 97);
        let id = format!("|N{number}|");
        write!(all, "{}ZZZ|{unlike}\r", ADMIT.replace("|M1|", &id)).unwrap();
        all
    })
}

#[test]
fn the_order_is_kept_on_all_cores() {
    let folder = folder(&[("many.hl7", many(1200).as_bytes())]);
    let run = [
        "transform",
        "--profile",
        "site.ron",
        "many.hl7",
        "--out",
        "out.hl7",
    ];
    check(&folder, &run, 0, "", "1200 messages: 1200 transformed");
    let ids: Vec<String> = (0..1200).map(|number| format!("N{number}\n")).collect();
    let expect = ids.concat();
    check(&folder, &["get", "MSH-10", "--", "out.hl7"], 0, &expect, "");
}

#[test]
fn files_may_be_compressed_framed_and_batched() {
    let framed = format!("\x0B{ADMIT}\x1C\r\x0B{RESULT}\x1C\r");
    let batch =
        format!("FHS|^~\\&\rBHS|^~\\&\r{ADMIT}{RESULT}BTS|2\rFTS|1\r").replace('\r', "\r\n");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(ADMIT.as_bytes()).unwrap();
    packed.write_all(RESULT.as_bytes()).unwrap();
    let folder = folder(&[
        ("framed", framed.as_bytes()),
        ("batch", batch.as_bytes()),
        ("packed", &packed.finish().unwrap()),
    ]);
    for file in ["framed", "batch", "packed"] {
        check(&folder, &["get", "MSH-10", "--", file], 0, "M1\nM2\n", "");
    }
}

#[test]
fn no_value_of_a_message_reaches_the_log() {
    let folder = folder(&[]);
    for arguments in [
        &["show", "admit.hl7"][..],
        &["check", "--profile", "site.ron", "admit.hl7"],
        &["transform", "--profile", "site.ron", "admit.hl7"],
    ] {
        let run = pipehat()
            .current_dir(&folder)
            .env("PIPEHAT_LOG", "trace")
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8(run.stderr).unwrap();
        assert!(!said.contains("Amsel") && !said.contains("4711"), "{said}");
    }
}

#[test]
fn the_worked_example_runs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let profile: PathBuf = root.join("mappings/st-elsewhere/profile.ron");
    let samples: PathBuf = root.join("examples/st-elsewhere");
    let run = pipehat()
        .arg("transform")
        .args([
            Path::new("--now"),
            Path::new("20260301120000"),
            Path::new("--profile"),
        ])
        .args([profile, samples])
        .output()
        .unwrap();
    let out = String::from_utf8(run.stdout).unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(out.starts_with("MSH|^~\\&|"), "{said}");
    assert!(said.contains("12 messages: 10 transformed"), "{said}");
}
