//! The README tells the truth: its commands are the ones that are checked, its reference is made
//! from the table of functions, what it links to is there.
//!
//! `UPDATE_README=1 cargo test --test it readme::` writes the reference.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use pipehat::mapping::{FUNCTIONS, FunctionDoc, Receiver};

const BEGIN: &str = "<!-- The reference below is made from the table of functions. -->\n";
const END: &str = "<!-- End of the reference. -->\n";

const RECEIVERS: [(Receiver, &str); 7] = [
    (
        Receiver::Message,
        "The message that came in: `msg`, its groups and segments",
    ),
    (
        Receiver::Output,
        "The message being made: `out` and its segments",
    ),
    (Receiver::Rows, "The application's tables: `rows`"),
    (Receiver::Nothing, "Values, findings and the end of a run"),
    (Receiver::Text, "Texts"),
    (Receiver::Date, "Dates"),
    (Receiver::Name, "Names of persons"),
];

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"))
        .expect("the README can be read")
}

fn reference() -> String {
    let mut text = String::new();
    for (receiver, title) in RECEIVERS {
        write!(
            text,
            "\n**{title}**\n\n| Call | What it does | Example |\n|---|---|---|\n"
        )
        .expect("a String takes everything");
        for function in FUNCTIONS
            .iter()
            .filter(|function| function.receiver == receiver)
        {
            row(&mut text, function);
        }
    }
    text.push('\n');
    text
}

fn row(text: &mut String, function: &FunctionDoc) {
    // A bar ends a cell of the table, also inside code.
    let cell = |text: &str| text.replace('|', "\\|");
    writeln!(
        text,
        "| `{}` | {} | `{}` |",
        cell(function.signature),
        cell(function.help),
        cell(function.example)
    )
    .expect("a String takes everything");
}

#[test]
fn the_reference_is_made_from_the_table_of_functions() {
    let readme = readme();
    let begin = readme.find(BEGIN).expect("the README has a reference") + BEGIN.len();
    let end = readme.find(END).expect("the reference ends");
    let made = reference();
    if std::env::var_os("UPDATE_README").is_some() {
        let text = format!("{}{made}{}", &readme[..begin], &readme[end..]);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        fs::write(path, text).expect("the README can be written");
    } else {
        assert_eq!(
            &readme[begin..end],
            made,
            "run it once more with UPDATE_README=1"
        );
    }
}

#[test]
fn every_function_stands_in_the_reference_once() {
    let reference = reference();
    let rows = reference
        .lines()
        .filter(|line| line.starts_with("| `"))
        .count();
    assert_eq!(rows, FUNCTIONS.len());
}

#[test]
fn the_checks_call_the_test_command() {
    let checks = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/run"))
        .expect("the checks can be read");
    let readme = readme();
    let command = readme
        .lines()
        .find(|line| line.starts_with("cargo test"))
        .expect("the README has a test command");
    assert!(
        checks
            .lines()
            .any(|line| line == format!("step test {command}"))
    );
}

#[test]
fn what_the_readme_links_to_is_there() {
    let readme = readme();
    for link in readme
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
    {
        if !link.starts_with("http") {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(link);
            assert!(
                path.exists(),
                "the README links to {link}, which is not there"
            );
        }
    }
}

#[test]
fn the_profile_that_is_explained_can_be_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/README.md");
    let text = fs::read_to_string(path).expect("the explanation can be read");
    let profile = text
        .split("```ron\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("there is a profile in it");
    let read = pipehat::profile::read(profile).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(pipehat::profile::validate_text(&read, profile), []);
}
