//! The case folders: `tests/cases/NAME` holds an input and what is expected of it.
//!
//! To add a test, add a folder with
//! - `in.*`: the bytes of a file; or `in.path`: the path of a shipped file, from the top of the project;
//! - `in.csv` holds rows that `transform --from csv` makes messages of: a file, or a folder of them;
//! - `profile.ron`, or `profile.path`, where a site profile takes part;
//! - `in.rows.json` holds rows that `transform --from rows-json` makes messages of;
//! - at least one expectation, each the output of the program on that input:
//!   `expected.json`, `expected.tree` and `expected.why` (show, the last with `--why`), `expected.check` (check, also what it says on
//!   standard error), `expected.check.json` and `expected.junit.xml` (check in these formats),
//!   `expected.hl7`, `expected.rows.json`, `expected.csv` and `expected.report` (transform; the report
//!   is what it says on standard error, with the exit status),
//!   `expected.trace` (trace of the first message, with what is said on standard error and the exit status) and
//!   `expected.trace.json`,
//!   `expected.profile` (the commands in `profile.txt`, `profile` left out, one a line, one after the other in a
//!   copy of the folder; a line `cat FILE` shows what a file holds then); it needs no input,
//!   `expected.explain` (profile explain), `expected.difference` (profile diff, of `profile.ron` and
//!   `other.ron`), `expected.merge` (profile merge, of `base.ron`, `ours.ron` and `theirs.ron`), each
//!   with what is said on standard error and the exit status; these need no input,
//!   `get.txt` (a location a line, with the value in each message).
//!
//! `UPDATE_CASES=1 cargo test --test it cases::` writes the expectations that are there, also empty
//! ones. Read what was written before you commit it: an expectation taken from wrong output is worse
//! than none.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pipehat::hl7::{Element, Level, Location, Message, encode, parse};
use pipehat::profile::{SiteCharset, read};
use pipehat::workbench::Source;
use rayon::prelude::*;

/// `now()` in every case.
const NOW: &str = "20260302120000+0100";

#[test]
fn every_case_gives_what_its_folder_expects() {
    let cases: Vec<Case> = folders().iter().map(|folder| Case::open(folder)).collect();
    assert!(
        cases.len() >= 30,
        "the case folders are not where they should be"
    );
    let found = Found::by_one_check(&cases);
    let failures: Vec<String> = cases
        .par_iter()
        .flat_map_iter(|case| case.failures(&found))
        .collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn every_input_survives_a_round_trip() {
    for folder in folders() {
        let Some(source) = Case::open(&folder).source() else {
            continue;
        };
        for original in messages(&source) {
            let decoded = source.decode(original, SiteCharset::default());
            let (message, _) = parse(&decoded.text);
            let written = encode(message.text(), Some((&decoded, original)), decoded.charset);
            assert_eq!(written.as_deref(), Ok(original), "{}", folder.display());
        }
    }
}

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .expect("the case folders can be listed")
        .map(|entry| entry.expect("the case folders can be listed").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// One folder, opened.
struct Case {
    name: String,
    folder: PathBuf,
    /// Where the program is started: the folder, or the top of the project for shipped files.
    place: PathBuf,
    /// The input, seen from there.
    input: String,
    /// The profile, seen from there.
    profile: Option<String>,
    expectations: Vec<String>,
    complaints: Vec<String>,
}

impl Case {
    fn open(folder: &Path) -> Self {
        let mut files: Vec<String> = fs::read_dir(folder)
            .expect("the folder can be listed")
            .map(|entry| {
                entry
                    .expect("the folder can be listed")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        files.sort();
        let mut case = Self {
            name: folder
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            folder: folder.to_owned(),
            place: folder.to_owned(),
            input: String::new(),
            profile: None,
            expectations: Vec::new(),
            complaints: Vec::new(),
        };
        let path_in = |file: &str| {
            let text = fs::read_to_string(folder.join(file)).expect("a path is text");
            text.trim().to_owned()
        };
        for file in files {
            match file.as_str() {
                "in.path" | "profile.path" => {
                    case.place = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
                    let path = path_in(&file);
                    if file == "in.path" {
                        case.input = path;
                    } else {
                        case.profile = Some(path);
                    }
                }
                "profile.ron" => case.profile = Some(file),
                "get.txt"
                | "expected.json"
                | "expected.tree"
                | "expected.check"
                | "expected.check.json"
                | "expected.junit.xml"
                | "expected.why"
                | "expected.trace"
                | "expected.trace.json"
                | "expected.hl7"
                | "expected.rows.json"
                | "expected.csv"
                | "expected.report"
                | "expected.explain"
                | "expected.difference"
                | "expected.merge"
                | "expected.profile" => {
                    case.expectations.push(file);
                }
                "lib" | "profile.txt" => {}
                other
                    if other
                        .rsplit('.')
                        .next()
                        .is_some_and(|end| ["ron", "rhai"].contains(&end)) => {}
                other if other.rsplit('.').next() == Some("csv") && !other.starts_with("in.") => {}
                other if other.starts_with("in.") && case.input.is_empty() => case.input = file,
                other => case
                    .complaints
                    .push(format!("{other} is no part of a case")),
            }
        }
        if case.input.is_empty() && !case.is_of_profiles() {
            case.complaints.push("there is no in.* here".to_owned());
        }
        if case.expectations.is_empty() {
            case.complaints
                .push("nothing is expected here: add an empty expected.* and update".to_owned());
        }
        case
    }

    /// Whether all that is expected is about profiles alone.
    fn is_of_profiles(&self) -> bool {
        self.expectations.iter().all(|file| {
            matches!(
                file.as_str(),
                "expected.explain" | "expected.difference" | "expected.merge" | "expected.profile"
            )
        })
    }

    /// What does not hold in this folder.
    fn failures(&self, found: &Found) -> Vec<String> {
        let name = &self.name;
        let mut failures: Vec<String> = self
            .complaints
            .iter()
            .map(|what| format!("{name}: {what}"))
            .collect();
        let mut actual = BTreeMap::new();
        for file in &self.expectations {
            self.produce(file, found, &mut actual);
        }
        for file in &self.expectations {
            let path = self.folder.join(file);
            let expected = fs::read(&path).expect("the expectation can be read");
            let actual = actual.remove(file).unwrap_or_default();
            if std::env::var_os("UPDATE_CASES").is_some() {
                if expected != actual {
                    fs::write(&path, &actual).expect("the expectation can be written");
                }
            } else if expected != actual {
                failures.push(format!(
                    "{name}/{file}:\n{}",
                    difference(&expected, &actual)
                ));
            }
        }
        failures
    }

    /// The input as one source; nothing where it is a folder of several.
    fn source(&self) -> Option<Source> {
        let path = self.place.join(&self.input);
        (!path.is_dir()).then(|| Source::open(&path).expect("the input can be read"))
    }

    /// Makes what `file` should hold, and what comes out of the same run.
    fn produce(&self, file: &str, found: &Found, actual: &mut BTreeMap<String, Vec<u8>>) {
        match file {
            "get.txt" => {
                actual.insert(file.to_owned(), self.values());
            }
            "expected.json" => {
                actual.insert(
                    file.to_owned(),
                    self.run(&["show", "--format", "json"]).stdout,
                );
            }
            "expected.tree" => {
                actual.insert(
                    file.to_owned(),
                    self.run(&["show", "--format", "tree"]).stdout,
                );
            }
            "expected.why" => {
                actual.insert(file.to_owned(), self.run(&["show", "--why"]).stdout);
            }
            "expected.explain" => {
                let text = self.of_profiles(&["explain", "profile.ron"]);
                actual.insert(file.to_owned(), text);
            }
            "expected.difference" => {
                let text = self.of_profiles(&["diff", "profile.ron", "other.ron"]);
                actual.insert(file.to_owned(), text);
            }
            "expected.merge" => {
                let text = self.of_profiles(&["merge", "base.ron", "ours.ron", "theirs.ron"]);
                actual.insert(file.to_owned(), text);
            }
            "expected.profile" => {
                actual.insert(file.to_owned(), self.profile_commands());
            }
            "expected.check" => {
                let text = if self.is_checked_with_others() {
                    found.of(self)
                } else {
                    let Output {
                        mut stdout, stderr, ..
                    } = self.run(&["check"]);
                    stdout.extend(stderr);
                    stdout
                };
                actual.insert(file.to_owned(), text);
            }
            "expected.check.json" => {
                let output = self.run(&["check", "--format", "json"]);
                actual.insert(file.to_owned(), output.stdout);
            }
            "expected.junit.xml" => {
                let output = self.run(&["check", "--format", "junit"]);
                actual.insert(file.to_owned(), output.stdout);
            }
            "expected.hl7" | "expected.report" if !actual.contains_key(file) => {
                let output = self.run(&["transform", "--to", "hl7", "--now", NOW]);
                actual.insert(
                    "expected.report".to_owned(),
                    with_status(output.stderr, output.status.code()),
                );
                actual.insert("expected.hl7".to_owned(), output.stdout);
            }
            "expected.trace" => {
                let output = self.run(&["trace", "--now", NOW]);
                let mut text = output.stdout;
                text.extend(output.stderr);
                actual.insert(file.to_owned(), with_status(text, output.status.code()));
            }
            "expected.trace.json" => {
                let output = self.run(&["trace", "--format", "json", "--now", NOW]);
                actual.insert(file.to_owned(), output.stdout);
            }
            "expected.rows.json" => {
                let output = self.run(&["transform", "--to", "rows-json", "--now", NOW]);
                actual.insert(file.to_owned(), output.stdout);
            }
            "expected.csv" => {
                let output = self.run(&["transform", "--to", "csv", "--now", NOW]);
                actual.insert(file.to_owned(), output.stdout);
            }
            _ => {}
        }
    }

    /// Whether one run of `check` over many files does for it, which saves most of the time: each
    /// start of the program unpacks the dictionary.
    fn is_checked_with_others(&self) -> bool {
        self.profile.is_none() && self.place == self.folder
    }

    fn of_profiles(&self, words: &[&str]) -> Vec<u8> {
        let output = Command::new(env!("CARGO_BIN_EXE_pipehat"))
            .arg("profile")
            .args(words)
            .current_dir(&self.folder)
            .env_remove("RUST_LOG")
            .output()
            .expect("the program starts");
        let mut text = output.stdout;
        text.extend(output.stderr);
        with_status(text, output.status.code())
    }

    /// What the commands of `profile.txt` say, one after the other, in a copy of the folder.
    fn profile_commands(&self) -> Vec<u8> {
        let around = tempfile::tempdir().expect("a folder can be made");
        let copy = around.path().join("case");
        copy_folder(&self.folder, &copy);
        let commands = fs::read_to_string(self.folder.join("profile.txt"));
        let commands = commands.expect("profile.txt can be read");
        let mut text = Vec::new();
        for line in commands.lines().filter(|line| !line.is_empty()) {
            text.extend(format!("$ {line}\n").into_bytes());
            if let Some(file) = line.strip_prefix("cat ") {
                let bytes = fs::read(copy.join(file)).expect("the file is there");
                text.extend(bytes);
                continue;
            }
            let output = Command::new(env!("CARGO_BIN_EXE_pipehat"))
                .arg("profile")
                .args(line.split_whitespace())
                .current_dir(&copy)
                .env_remove("RUST_LOG")
                .output()
                .expect("the program starts");
            text.extend(output.stdout);
            text.extend(output.stderr);
            text = with_status(text, output.status.code());
        }
        text
    }

    fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pipehat"));
        command.args(words);
        if words.first() == Some(&"transform") && self.input.ends_with(".rows.json") {
            command.args(["--from", "rows-json"]);
        }
        if words.first() == Some(&"transform") && self.input == "in.csv" {
            command.args(["--from", "csv"]);
        }
        command.current_dir(&self.place).env_remove("RUST_LOG");
        if let Some(profile) = &self.profile {
            command.args(["--profile", profile]);
        }
        command
            .arg(&self.input)
            .output()
            .expect("the program starts")
    }

    /// In which charset the site of the case writes.
    fn charset(&self) -> SiteCharset {
        let profile = self.profile.as_deref().and_then(|profile| {
            let text = fs::read_to_string(self.place.join(profile)).ok()?;
            read(&text).ok()
        });
        profile.map(|profile| profile.charset()).unwrap_or_default()
    }

    /// `get.txt` with its values: `LOCATION = VALUE`, a block a message.
    fn values(&self) -> Vec<u8> {
        let text = fs::read_to_string(self.place.join("get.txt")).expect("get.txt can be read");
        let source = self.source().expect("values are read from one file");
        let charset = self.charset();
        let messages: Vec<Message> = messages(&source)
            .map(|bytes| parse(&source.decode(bytes, charset).text).0)
            .collect();
        let mut locations: Vec<&str> = Vec::new();
        for line in text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with("message "))
        {
            let location = line.split(" = ").next().unwrap_or_default();
            if !locations.contains(&location) {
                locations.push(location);
            }
        }
        let mut out = String::new();
        for (number, message) in messages.iter().enumerate() {
            if messages.len() > 1 {
                writeln!(out, "message {}", number + 1).expect("a String takes everything");
            }
            for location in &locations {
                writeln!(out, "{location} = {}", value(message, location))
                    .expect("a String takes everything");
            }
        }
        out.into_bytes()
    }
}

/// What `check` finds in many cases at once.
struct Found(String);

impl Found {
    fn by_one_check(cases: &[Case]) -> Self {
        let inputs = cases
            .iter()
            .filter(|case| case.is_checked_with_others() && !case.input.is_empty())
            .map(|case| Path::new(&case.name).join(&case.input));
        let output = Command::new(env!("CARGO_BIN_EXE_pipehat"))
            .arg("check")
            .args(inputs)
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"))
            .env_remove("RUST_LOG")
            .output()
            .expect("the program starts");
        let mut text = output.stdout;
        text.extend(output.stderr);
        Self(String::from_utf8(text).expect("findings are text"))
    }

    /// The lines that speak of this case, as if it had been alone.
    fn of(&self, case: &Case) -> Vec<u8> {
        let path = format!("{}/{}", case.name, case.input);
        let mut out = String::new();
        for line in self.0.lines().filter(|line| line.contains(&path)) {
            writeln!(out, "{}", line.replace(&path, &case.input))
                .expect("a String takes everything");
        }
        out.into_bytes()
    }
}

/// Absent, empty, null or the unescaped text in quotes, and what a person reads where that is not
/// the same; all of them where there may be several.
fn value(message: &Message, location: &str) -> String {
    let location: Location = match location.parse() {
        Ok(location) => location,
        Err(error) => return format!("no location: {error}"),
    };
    let shown = |element: &Element<'_>| match () {
        () if element.is_null() => "null".to_owned(),
        () if element.is_empty() => "empty".to_owned(),
        () if element.level() == Level::Segment => format!("segment {:?}", element.raw()),
        () if element.display() != element.text() => {
            format!("{:?}, shown as {:?}", element.text(), element.display())
        }
        () => format!("{:?}", element.text()),
    };
    let found = message.find_all(&location);
    let single = message.find(&location);
    match (single, found.as_slice()) {
        (None, []) => "absent".to_owned(),
        (Some(one), [_] | []) => shown(&one),
        (_, several) => several.iter().map(shown).collect::<Vec<_>>().join(", "),
    }
}

fn messages(source: &Source) -> impl Iterator<Item = &[u8]> {
    (0..source.len()).filter_map(|index| source.message(index))
}

fn with_status(mut text: Vec<u8>, status: Option<i32>) -> Vec<u8> {
    let status = status.map_or_else(|| "none".to_owned(), |code| code.to_string());
    text.extend_from_slice(format!("exit status {status}\n").as_bytes());
    text
}

/// Line by line, with carriage returns as line ends too.
fn difference(expected: &[u8], actual: &[u8]) -> String {
    let [expected, actual] =
        [expected, actual].map(|bytes| String::from_utf8_lossy(bytes).replace('\r', "\\r\n"));
    similar::TextDiff::from_lines(&expected, &actual)
        .unified_diff()
        .context_radius(1)
        .header("expected", "actual")
        .to_string()
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("the folder can be listed") {
        let from = entry.expect("the folder can be listed").path();
        let to = to.join(from.file_name().unwrap_or_default());
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            fs::copy(&from, to).expect("a file can be copied");
        }
    }
}
