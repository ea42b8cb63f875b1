//! The worked sites: three dialects, one application. Their feeds differ in every byte and give the
//! same rows.

use std::path::Path;
use std::process::Command;

const SITES: [&str; 3] = ["north-quay", "harbour", "lakeside"];

fn rows(site: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_pipehat"))
        .args(["transform", "--profile"])
        .arg(format!("mappings/{site}/profile.ron"))
        .args(["--to", "rows-json", "--now", "20260302120000+0100"])
        .arg(format!("examples/one-index/{site}/admission.hl7"))
        .arg(format!("examples/one-index/{site}/results.hl7"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{site}: {said}");
    String::from_utf8(output.stdout).expect("rows are text")
}

/// What stands in the README after `mark` in a block of code.
fn told(mark: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(path).expect("the README can be read");
    let (_, rest) = text
        .split_once(mark)
        .expect("the README tells of the sites");
    let (_, block) = rest.split_once("```text\n").expect("there is a block");
    let (block, _) = block.split_once("```").expect("the block ends");
    block.to_owned()
}

#[test]
fn three_dialects_give_the_same_rows() {
    let expected = rows(SITES[0]);
    assert!(expected.lines().count() >= 4, "{expected}");
    for site in SITES {
        assert_eq!(rows(site), expected, "{site}");
    }
}

#[test]
fn the_readme_shows_the_rows_that_come_out() {
    assert_eq!(
        told("<!-- The rows of all three sites. -->"),
        rows(SITES[0])
    );
}

#[test]
fn the_readme_shows_what_the_sites_send() {
    let shown = told("<!-- What the three sites send. -->");
    for site in SITES {
        let path = format!("examples/one-index/{site}/admission.hl7");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let feed = std::fs::read_to_string(path).expect("the feed can be read");
        for line in feed.split(['\r', '\n']).filter(|line| !line.is_empty()) {
            assert!(shown.lines().any(|told| told == line), "{site}: {line}");
        }
    }
}
