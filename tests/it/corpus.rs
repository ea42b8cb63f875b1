//! Agreement with three other parsers on a corpus of messages, where it lies beside the project.
//!
//! `PIPEHAT_CORPUS` names the folder that holds `corpus/` and `corpus-oracle/`; otherwise it is
//! `../shared`. Without it there is nothing to read and the tests pass. What the oracle's rows are:
//! `corpus-oracle/README.md`. Every place where Pipehat reads otherwise stands below with its reason.

// A test may stop at the first surprise, and says what it had to read.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use pipehat::hl7::{
    Charset, Decoded, Message, PieceKind, batch_faults, decode, encode, parse, split,
};
use serde_json::Value;

/// A file that Pipehat reads otherwise than the oracle, and why.
struct Deviation {
    file: &'static str,
    /// Rows that only one of the two has.
    rows: usize,
    /// Messages with another number of segments.
    segments: usize,
    why: &'static str,
}

const fn deviation(
    file: &'static str,
    rows: usize,
    segments: usize,
    why: &'static str,
) -> Deviation {
    Deviation {
        file,
        rows,
        segments,
        why,
    }
}

const BLANK: &str = "blanks at a line's end belong to its value; HAPI and medplum keep them too";
const LINE_FEED: &str = "CR ends the segments of this file, so a line feed inside a field stays \
                         there (README: who keeps it is right)";
const SHORT: &str = "what MSH-2 lacks is filled by the usual delimiters";

const DEVIATIONS: &[Deviation] = &[
    deviation(
        "cdc-sdp-cbr/common/src/test/resources/BatchTest_MSH_issues.txt",
        428,
        0,
        "the second message has a bare `MSH|`: the usual delimiters; medplum alone reads it, with D",
    ),
    deviation(
        "cdc-sdp-cbr/common/src/test/resources/BatchTest_SomeErrors.txt",
        428,
        0,
        "one message has a bare `MSH|`: the usual delimiters; medplum alone reads it, with D",
    ),
    deviation(
        "cosyte-hl7/test/fixtures/batch/malformed-mid-batch.hl7",
        3,
        0,
        "`MSH|^~` and nothing more: MSH-2 is `^~`, there is no MSH-3",
    ),
    deviation(
        "cosyte-hl7/test/fixtures/edge-cases/truncation-char-msh2.hl7",
        2,
        0,
        "the oracle does not undo \\P\\, the truncation character of MSH-2",
    ),
    deviation(
        "cosyte-hl7/test/fixtures/stream/malformed-mid-stream.hl7",
        3,
        0,
        "`MSH|^~` and nothing more: MSH-2 is `^~`, there is no MSH-3",
    ),
    deviation(
        "microsoft-fhir-converter/PC1-Problem-Add-v2.3.1.hl7",
        2,
        0,
        BLANK,
    ),
    deviation(
        "microsoft-fhir-converter/PC1-Problem-Update-v2.3.1.hl7",
        2,
        0,
        BLANK,
    ),
    deviation(
        "ruby-hl7/realm/realm-lead-laboratory-result.hl7",
        562,
        1,
        LINE_FEED,
    ),
    deviation(
        "synthetic-oddities/delimiters/duplicate-delims.hl7",
        40,
        0,
        "`^^\\&` doubles the component separator: `~` stays the repetition separator; medplum alone reads it",
    ),
    deviation(
        "synthetic-oddities/delimiters/msh2-doubled-backslash.hl7",
        30,
        0,
        "the fourth character doubles the escape: `&` stays the subcomponent separator",
    ),
    deviation("synthetic-oddities/delimiters/msh2-empty.hl7", 2, 0, SHORT),
    deviation(
        "synthetic-oddities/delimiters/msh2-only-caret.hl7",
        2,
        0,
        SHORT,
    ),
    deviation(
        "synthetic-oddities/encodings/two-messages-two-encodings.hl7",
        8,
        0,
        "each message is read by its own MSH-18, the oracle reads the file in one charset",
    ),
    deviation(
        "synthetic-oddities/line-ends/blank-lines-and-spaces.hl7",
        2,
        0,
        BLANK,
    ),
    deviation(
        "synthetic-oddities/line-ends/lf-inside-field.hl7",
        24,
        1,
        LINE_FEED,
    ),
    deviation(
        "synthetic-oddities/line-ends/ls.hl7",
        2,
        0,
        "U+2028 is text, not a blank; HAPI and medplum keep it too",
    ),
    deviation(
        "synthetic-oddities/line-ends/nel.hl7",
        2,
        0,
        "U+0085 is text, not a blank; HAPI and medplum keep it too",
    ),
    deviation(
        "synthetic-oddities/line-ends/vt.hl7",
        86,
        1,
        "CR, LF and CRLF end lines (README); the oracle was given CR for each 0x0B",
    ),
    deviation(
        "synthetic-oddities/malformed/cut-utf8.hl7",
        2,
        0,
        "half a character is an undecodable byte of UTF-8, not a letter of Latin-1",
    ),
    deviation(
        "synthetic-oddities/malformed/msh-and-sep.hl7",
        1,
        0,
        "MSH-1 is there; medplum, which alone reads it, leaves it out",
    ),
    deviation(
        "synthetic-oddities/malformed/msh-bare.hl7",
        2,
        0,
        "no delimiter, no field; medplum, which alone reads it, takes S and H for fields",
    ),
    deviation(
        "synthetic-oddities/malformed/msh-then-random.hl7",
        27,
        1,
        "random bytes: undeclared, hence windows-1252; line feeds beside CRs as above",
    ),
    deviation(
        "synthetic-oddities/mllp/junk-between.mllp",
        0,
        1,
        "what stands between two frames belongs to no message",
    ),
];

/// The folder with `corpus/` and `corpus-oracle/`.
fn root() -> Option<PathBuf> {
    let named = std::env::var_os("PIPEHAT_CORPUS").map(PathBuf::from);
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let root = named.unwrap_or_else(beside);
    if root.join("corpus-oracle").is_dir() {
        Some(root)
    } else {
        eprintln!("no corpus at {}: nothing to read", root.display());
        None
    }
}

/// Segment, its name, field, repetition, component, subcomponent, value.
type Row = (usize, String, u64, u64, u64, u64, String);

/// What the oracle says of one message.
struct Expected {
    segments: usize,
    rows: BTreeSet<Row>,
}

fn oracle(root: &std::path::Path) -> BTreeMap<String, Vec<Expected>> {
    let mut files: BTreeMap<String, Vec<Expected>> = BTreeMap::new();
    for entry in std::fs::read_dir(root.join("corpus-oracle")).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_none_or(|extension| extension != "jsonl")
        {
            continue;
        }
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            let messages = files
                .entry(value["file"].as_str().unwrap().to_owned())
                .or_default();
            assert_eq!(
                value["msg"].as_u64(),
                Some(messages.len() as u64),
                "messages in order"
            );
            messages.push(Expected {
                segments: value["segments"].as_u64().unwrap() as usize,
                rows: value["rows"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(row)
                    .filter(|row| !row.6.is_empty())
                    .collect(),
            });
        }
    }
    files
}

fn row(value: &Value) -> Row {
    let number = |at: usize| value[at].as_u64().unwrap();
    let text = |at: usize| value[at].as_str().unwrap().to_owned();
    (
        number(0) as usize,
        text(1),
        number(2),
        number(3),
        number(4),
        number(5),
        text(6),
    )
}

/// Every value of a message that is not empty.
fn rows(message: &Message) -> BTreeSet<Row> {
    let mut rows = BTreeSet::new();
    for segment in message.segments() {
        for (field, f) in (1..).zip(segment.fields()) {
            for (repetition, r) in (1..).zip(f.repetitions()) {
                for (component, c) in (1..).zip(r.children()) {
                    for (subcomponent, s) in (1..).zip(c.children()) {
                        let value = s.text().into_owned();
                        if !value.is_empty() {
                            rows.insert((
                                segment.index(),
                                segment.id().to_owned(),
                                field,
                                repetition,
                                component,
                                subcomponent,
                                value,
                            ));
                        }
                    }
                }
            }
        }
    }
    rows
}

#[test]
fn every_row_agrees_with_the_oracle() {
    let Some(root) = root() else { return };
    let expect = expectations(&root);
    let (mut compared, mut wrong) = (0, BTreeMap::new());
    let mut report = Vec::new();
    for (file, messages) in oracle(&root) {
        let bytes = std::fs::read(root.join("corpus").join(&file)).unwrap();
        let name = file.strip_prefix("synthetic-oddities/");
        let choice = name.and_then(|name| choice(&expect[name]));
        let pieces = split(&bytes);
        let texts: Vec<Decoded> = pieces
            .iter()
            .filter(|piece| piece.kind == PieceKind::Message)
            .map(|piece| decode(&bytes[piece.range.clone()], choice))
            .collect();
        if texts.len() != messages.len() {
            report.push(format!(
                "{file}: {} messages, oracle {}",
                texts.len(),
                messages.len()
            ));
            continue;
        }
        for (at, (decoded, expected)) in texts.iter().zip(&messages).enumerate() {
            let (message, _) = parse(&decoded.text);
            let found = rows(&message);
            compared += expected.rows.len();
            let differences = found.symmetric_difference(&expected.rows).count();
            if message.segment_count() != expected.segments {
                wrong.entry(file.clone()).or_insert((0, 0)).1 += 1;
                report.push(format!(
                    "{file} {at}: {} segments, oracle {}",
                    message.segment_count(),
                    expected.segments
                ));
            }
            if differences > 0 {
                wrong.entry(file.clone()).or_insert((0, 0)).0 += differences;
                for row in found.difference(&expected.rows).take(3) {
                    report.push(format!("{file} {at} ours:   {row:?}"));
                }
                for row in expected.rows.difference(&found).take(3) {
                    report.push(format!("{file} {at} oracle: {row:?}"));
                }
            }
        }
    }
    eprintln!("{compared} rows compared\n{}", report.join("\n"));
    let known: BTreeMap<String, (usize, usize)> = DEVIATIONS
        .iter()
        .inspect(|deviation| eprintln!("{}: {}", deviation.file, deviation.why))
        .map(|deviation| {
            (
                deviation.file.to_owned(),
                (deviation.rows, deviation.segments),
            )
        })
        .collect();
    assert_eq!(wrong, known, "rows and segment counts that differ, by file");
}

/// What `EXPECT.json` says of each file of `synthetic-oddities`.
fn expectations(root: &std::path::Path) -> BTreeMap<String, Value> {
    let path = root.join("corpus/synthetic-oddities/EXPECT.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The charset to ask for where neither MSH-18 nor the bytes tell which it is.
fn choice(expect: &Value) -> Option<Charset> {
    let encoding = expect["encoding"].as_str()?;
    let untold = ["cp1250", "cp1251", "koi8-r", "big5", "cp932", "euc_jp"];
    untold
        .contains(&encoding)
        .then(|| Charset::from_name(encoding))
        .flatten()
}

/// What `EXPECT.json` says and the file does not hold: its writer put `?` for a syllable that
/// ISO-2022-KR does not have.
const LOST_WHEN_WRITTEN: (&str, char) = ("encodings/iso2022kr.hl7", '똠');

#[test]
fn charsets_and_texts_are_as_expected() {
    let Some(root) = root() else { return };
    let mut report = Vec::new();
    for (name, expect) in expectations(&root) {
        let path = root.join("corpus/synthetic-oddities").join(&name);
        let bytes = std::fs::read(path).unwrap();
        let pieces = split(&bytes);
        let count =
            |kind: PieceKind| pieces.iter().filter(|piece| piece.kind == kind).count() as u64;
        if let Some(messages) = expect["messages"].as_u64()
            && messages != count(PieceKind::Message)
        {
            report.push(format!("{name}: {} messages", count(PieceKind::Message)));
        }
        if let Some(batches) = expect["batches"].as_u64()
            && batches != count(PieceKind::BatchHeader)
        {
            report.push(format!("{name}: {} batches", count(PieceKind::BatchHeader)));
        }
        let mismatches = batch_faults(&bytes, &pieces)
            .iter()
            .filter(|fault| fault.kind.code().ends_with("count"))
            .count();
        if (mismatches > 0) != (expect["count_mismatch"].as_bool() == Some(true)) {
            report.push(format!("{name}: {mismatches} counts of batches are wrong"));
        }
        let decoded = decode(&bytes, choice(&expect));
        assert_eq!(
            encode(&decoded.text, Some((&decoded, &bytes)), decoded.charset),
            Ok(bytes.clone())
        );
        let text = expect["text"].as_str().map(|text| match LOST_WHEN_WRITTEN {
            (file, lost) if file == name => text.replace(lost, "?"),
            _ => text.to_owned(),
        });
        if let Some(text) = text
            && *text != *decoded.text
        {
            let at = text
                .bytes()
                .zip(decoded.text.bytes())
                .take_while(|(a, b)| a == b)
                .count();
            report.push(format!(
                "{name}: text differs at {at}, read as {} ({:?}), expected {}; {:?}",
                decoded.charset,
                decoded.origin,
                expect["encoding"],
                decoded.text.get(at..(at + 40).min(decoded.text.len()))
            ));
        }
        if expect["conflict"].as_bool() == Some(true) && decoded.conflict.is_none() {
            report.push(format!("{name}: no conflict told"));
        }
    }
    assert!(report.is_empty(), "{}", report.join("\n"));
}
