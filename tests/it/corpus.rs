//! Agreement with three other parsers on a corpus of messages, where it lies beside the project.
//!
//! `PIPEHAT_CORPUS` names the folder that holds `corpus/` and `corpus-oracle/`; otherwise it is
//! `../shared`. Without it there is nothing to read and the tests pass. What the oracle's rows are:
//! `corpus-oracle/README.md`. Every message that Pipehat reads otherwise stands below with its reason,
//! and with where the right rows are from: never from Pipehat.

// A test may stop at the first surprise, and says what it had to read.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pipehat::hl7::{
    Charset, Decoded, Message, PieceKind, batch_faults, decode, encode, parse, split,
};
use serde_json::Value;

use super::plain_reader::{self, Row};

/// A message that Pipehat reads otherwise than the oracle's first parser, what it must read instead,
/// and why. What it must read never comes from Pipehat itself.
struct Deviation {
    file: &'static str,
    /// Which message of the file, counted from 0.
    message: usize,
    instead: Instead,
    why: &'static str,
}

/// Where the right rows are from.
enum Instead {
    /// HAPI and medplum, which agree with each other against python-hl7.
    OtherParsers,
    /// `plain_reader`, told what chapter 2 says of this header and these bytes.
    Plain {
        delimiters: &'static str,
        charset: &'static str,
    },
}

const USUAL: Instead = plain("|^~\\&", "utf-8");

const fn plain(delimiters: &'static str, charset: &'static str) -> Instead {
    Instead::Plain {
        delimiters,
        charset,
    }
}

const fn deviation(
    file: &'static str,
    message: usize,
    instead: Instead,
    why: &'static str,
) -> Deviation {
    Deviation {
        file,
        message,
        instead,
        why,
    }
}

const BLANK: &str = "a blank at the end of the last line belongs to its value: chapter 2 strips \
                     nothing, python-hl7 does";
const NO_BLANK: &str = "only CR, LF and CRLF end lines, and this character is no blank: python-hl7 \
                        strips it from the end of the file";
const LINE_FEED: &str = "CR ends the segments of this file, so the line feed inside a field stays \
                         there (oracle's README: who keeps it is right)";
const NO_MSH_2: &str = "`MSH|` and nothing more: the usual delimiters; only medplum reads on, and \
                        takes letters of the text for separators";
const HALF_MSH_2: &str = "`MSH|^~` and nothing more: MSH-2 is `^~` and there is no MSH-3; \
                          python-hl7 puts the name MSH there";
const SHORT: &str = "what MSH-2 lacks is filled by the usual delimiters, the escape character too";

const DEVIATIONS: &[Deviation] = &[
    deviation(
        "cdc-sdp-cbr/common/src/test/resources/BatchTest_MSH_issues.txt",
        1,
        USUAL,
        NO_MSH_2,
    ),
    deviation(
        "cdc-sdp-cbr/common/src/test/resources/BatchTest_SomeErrors.txt",
        4,
        USUAL,
        NO_MSH_2,
    ),
    deviation(
        "cosyte-hl7/test/fixtures/batch/malformed-mid-batch.hl7",
        1,
        USUAL,
        HALF_MSH_2,
    ),
    deviation(
        "cosyte-hl7/test/fixtures/edge-cases/truncation-char-msh2.hl7",
        0,
        plain("|^~\\&#", "utf-8"),
        "\\P\\ is the truncation character of MSH-2 (2.7 and later); the oracle undoes five escapes only",
    ),
    deviation(
        "cosyte-hl7/test/fixtures/stream/malformed-mid-stream.hl7",
        1,
        USUAL,
        HALF_MSH_2,
    ),
    deviation(
        "microsoft-fhir-converter/PC1-Problem-Add-v2.3.1.hl7",
        0,
        Instead::OtherParsers,
        BLANK,
    ),
    deviation(
        "microsoft-fhir-converter/PC1-Problem-Update-v2.3.1.hl7",
        0,
        Instead::OtherParsers,
        BLANK,
    ),
    deviation(
        "ruby-hl7/realm/realm-lead-laboratory-result.hl7",
        0,
        USUAL,
        LINE_FEED,
    ),
    deviation(
        "synthetic-oddities/delimiters/duplicate-delims.hl7",
        0,
        USUAL,
        "`^^\\&` doubles the component separator, so the usual `~` separates repetitions; only \
         medplum reads it, and makes of each component a repetition",
    ),
    deviation(
        "synthetic-oddities/delimiters/msh2-doubled-backslash.hl7",
        0,
        USUAL,
        "`^~\\\\&` doubles the escape character, as all of this text does: `&` separates \
         subcomponents; the parsers take the second backslash for that",
    ),
    deviation(
        "synthetic-oddities/delimiters/msh2-empty.hl7",
        0,
        USUAL,
        SHORT,
    ),
    deviation(
        "synthetic-oddities/delimiters/msh2-only-caret.hl7",
        0,
        USUAL,
        SHORT,
    ),
    deviation(
        "synthetic-oddities/encodings/two-messages-two-encodings.hl7",
        1,
        USUAL,
        "each message is read by its own MSH-18 (EXPECT: latin1, utf-8), the oracle was given the \
         whole file as Latin-1",
    ),
    deviation(
        "synthetic-oddities/line-ends/blank-lines-and-spaces.hl7",
        0,
        Instead::OtherParsers,
        BLANK,
    ),
    deviation(
        "synthetic-oddities/line-ends/lf-inside-field.hl7",
        0,
        USUAL,
        LINE_FEED,
    ),
    deviation(
        "synthetic-oddities/line-ends/ls.hl7",
        0,
        Instead::OtherParsers,
        NO_BLANK,
    ),
    deviation(
        "synthetic-oddities/line-ends/nel.hl7",
        0,
        Instead::OtherParsers,
        NO_BLANK,
    ),
    deviation(
        "synthetic-oddities/line-ends/vt.hl7",
        0,
        USUAL,
        "0x0B ends no line (corpus's README: CR, LF and CRLF); whoever prepared the oracle's text \
         took it for a byte of a frame and put CR",
    ),
    deviation(
        "synthetic-oddities/malformed/cut-utf8.hl7",
        0,
        USUAL,
        "MSH-18 says UTF-8 and the last character is cut (EXPECT): an undecodable byte, no letter \
         of Latin-1",
    ),
    deviation(
        "synthetic-oddities/malformed/msh-and-sep.hl7",
        0,
        USUAL,
        "MSH-1 is there; medplum alone reads this, and its rows leave MSH-1 and MSH-2 out",
    ),
    deviation(
        "synthetic-oddities/malformed/msh-bare.hl7",
        0,
        USUAL,
        "no delimiter, hence no field; medplum alone reads this, and takes S and H for fields",
    ),
    deviation(
        "synthetic-oddities/malformed/msh-then-random.hl7",
        0,
        plain("|^~\\&", "windows-1252"),
        "undeclared bytes are windows-1252, to the oracle Latin-1; a CR ends its header, so that \
         line feeds stay in the fields",
    ),
    deviation(
        "synthetic-oddities/mllp/junk-between.mllp",
        0,
        USUAL,
        "what stands between two frames belongs to no message; the oracle makes a segment of it",
    ),
];

/// The folder with `corpus/` and `corpus-oracle/`.
pub(crate) fn root() -> Option<PathBuf> {
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

/// What a message must hold.
struct Expected {
    segments: usize,
    rows: BTreeSet<Row>,
}

/// What the oracle says of one message: its first parser, and each of the others that disagrees.
struct Oracle {
    first: Expected,
    others: BTreeMap<String, Expected>,
}

fn oracle(root: &Path) -> BTreeMap<String, Vec<Oracle>> {
    let mut files: BTreeMap<String, Vec<Oracle>> = BTreeMap::new();
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
            messages.push(Oracle::of(&value));
        }
    }
    files
}

impl Oracle {
    fn of(value: &Value) -> Self {
        let segments = value["segments"].as_u64().unwrap() as usize;
        let list = |value: &Value| -> BTreeSet<Row> {
            let rows = value.as_array().unwrap().iter().map(row);
            rows.filter(|row| !row.6.is_empty()).collect()
        };
        let rows = list(&value["rows"]);
        let differing = value["diffs"].as_object().into_iter().flatten();
        let others = differing
            .map(|(parser, diff)| {
                let missing = list(&diff["only_ref"]);
                let more = list(&diff[&format!("only_{parser}")]);
                let rows = rows.difference(&missing).cloned().chain(more).collect();
                (parser.clone(), Expected { segments, rows })
            })
            .collect();
        Self {
            first: Expected { segments, rows },
            others,
        }
    }

    /// What the message must hold: what the first parser says, or where it is wrong, what is right.
    fn expected(self, deviation: Option<&Deviation>, bytes: &[u8]) -> Expected {
        let Some(deviation) = deviation else {
            return self.first;
        };
        let expected = match deviation.instead {
            Instead::OtherParsers => {
                let mut others = self.others;
                let (hapi, medplum) = (others.remove("hapi"), others.remove("medplum"));
                let (hapi, medplum) = (hapi.unwrap(), medplum.unwrap());
                assert_eq!(hapi.rows, medplum.rows, "{}", deviation.file);
                hapi
            }
            Instead::Plain {
                delimiters,
                charset,
            } => {
                let message = &plain_reader::messages(bytes)[deviation.message];
                let text = plain_reader::text(message, charset);
                let field = delimiters.chars().next().unwrap();
                let segments = plain_reader::segments(&text, field);
                Expected {
                    rows: plain_reader::rows(&segments, delimiters)
                        .into_iter()
                        .collect(),
                    segments: segments.len(),
                }
            }
        };
        assert!(
            expected.rows != self.first.rows || expected.segments != self.first.segments,
            "{} deviates no more",
            deviation.file
        );
        expected
    }
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
    let (mut compared, mut deviating) = (0, 0);
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
        for (at, (decoded, oracle)) in texts.iter().zip(messages).enumerate() {
            let deviation = DEVIATIONS
                .iter()
                .find(|known| known.file == file && known.message == at);
            deviating += usize::from(deviation.is_some());
            let expected = oracle.expected(deviation, &bytes);
            compared += expected.rows.len();
            compare(
                &format!("{file} {at}"),
                &parse(&decoded.text).0,
                &expected,
                &mut report,
            );
        }
    }
    eprintln!("{compared} rows compared");
    for Deviation { file, why, .. } in DEVIATIONS {
        eprintln!("{file}: {why}");
    }
    assert!(report.is_empty(), "\n{}", report.join("\n"));
    assert_eq!(
        deviating,
        DEVIATIONS.len(),
        "each deviation names a message of the corpus"
    );
}

/// Reports how a message differs from what it must hold.
fn compare(name: &str, message: &Message, expected: &Expected, report: &mut Vec<String>) {
    if message.segment_count() != expected.segments {
        report.push(format!(
            "{name}: {} segments, expected {}",
            message.segment_count(),
            expected.segments
        ));
    }
    let found = rows(message);
    for row in found.difference(&expected.rows).take(3) {
        report.push(format!("{name} ours:     {row:?}"));
    }
    for row in expected.rows.difference(&found).take(3) {
        report.push(format!("{name} expected: {row:?}"));
    }
}

/// What `EXPECT.json` says of each file of `synthetic-oddities`.
fn expectations(root: &Path) -> BTreeMap<String, Value> {
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
