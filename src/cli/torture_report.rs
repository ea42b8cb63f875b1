//! What a torture came to: lines, JUnit, or a page for a browser.

use std::fmt::Write;

use super::args_wire::{Torture, TortureFormat};
use super::check_junit::{END, Escaped, START, Suite};
use super::failure::{Failure, Finish};
use super::output::Output;
use super::report::{counted, note};
use crate::net::{CaseReport, CaseVerdict, HexDump, MoveKind};

/// Takes what came of each case.
pub(super) struct Reporter {
    output: Output,
    format: TortureFormat,
    shows_bytes: bool,
    /// Who is tormented.
    peer: String,
    suite: Suite,
    rows: String,
    counts: Counts,
    failure: Option<Failure>,
}

#[derive(Default)]
struct Counts {
    passed: u64,
    noted: u64,
    failed: u64,
    not_played: u64,
}

impl Reporter {
    /// A report about a peer.
    pub(super) fn new(arguments: &Torture, peer: String) -> Result<Self, Failure> {
        Ok(Self {
            output: Output::open(arguments.out.as_deref())?,
            format: arguments.format,
            shows_bytes: arguments.bytes,
            suite: Suite::new(format!("pipehat torture: {peer}")),
            peer,
            rows: String::new(),
            counts: Counts::default(),
            failure: None,
        })
    }

    /// Takes a case that was played; text is written at once.
    pub(super) fn take(&mut self, report: &CaseReport) {
        *match &report.verdict {
            CaseVerdict::Passed => &mut self.counts.passed,
            CaseVerdict::Noted(_) => &mut self.counts.noted,
            CaseVerdict::Failed(_) => &mut self.counts.failed,
            CaseVerdict::NotPlayed(_) => &mut self.counts.not_played,
        } += 1;
        let moves = moves(report, self.shows_bytes);
        match self.format {
            TortureFormat::Text => {
                let mut text = format!("{report}\n");
                // Without a failure the moves are of interest only to who asked for the bytes.
                if self.shows_bytes || report.verdict.is_failure() {
                    for line in moves.lines() {
                        text.extend(["    ", line, "\n"]);
                    }
                }
                let written = self.output.put(text.as_bytes());
                let written = written.and_then(|()| self.output.flush());
                if let Err(failure) = written {
                    self.failure.get_or_insert(failure);
                }
            }
            TortureFormat::Junit => {
                let name = format!("{} {}", report.id, report.title);
                let words = report.verdict.to_string();
                let failure = report.verdict.is_failure();
                let failure = failure.then_some((report.id, words.as_str()));
                let text = format!("{words}\n{moves}");
                self.suite.add(&name, report.after, failure, &text);
            }
            TortureFormat::Html => self.row(report, &moves),
        }
    }

    fn row(&mut self, report: &CaseReport, moves: &str) {
        let class = match report.verdict {
            CaseVerdict::Passed => "passed",
            CaseVerdict::Noted(_) => "noted",
            CaseVerdict::Failed(_) => "failed",
            CaseVerdict::NotPlayed(_) => "not-played",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            self.rows,
            "<tr class=\"{class}\"><td>{}</td><td>{}</td><td><details><summary>{}</summary><pre>{}</pre></details></td></tr>",
            report.id,
            Escaped(report.title),
            Escaped(&report.verdict.to_string()),
            Lines(moves)
        );
    }

    /// Writes what is left, counts, and says how it ended.
    pub(super) fn finish(mut self) -> Result<Finish, Failure> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let Counts {
            passed,
            noted,
            failed,
            not_played,
        } = self.counts;
        let mut words = format!(
            "{}: {passed} passed",
            counted(passed + noted + failed + not_played, "case")
        );
        for (count, what) in [
            (noted, "passed with a remark"),
            (failed, "failed"),
            (not_played, "not played"),
        ] {
            if count > 0 {
                words.extend([", ", &count.to_string(), " ", what]);
            }
        }
        match self.format {
            TortureFormat::Text => {}
            TortureFormat::Junit => {
                let text = format!("{START}{}{END}", self.suite);
                self.output.put(text.as_bytes())?;
            }
            TortureFormat::Html => {
                let page = page(&self.peer, &words, &self.rows);
                self.output.put(page.as_bytes())?;
            }
        }
        self.output.finish()?;
        note(words);
        Ok(if failed > 0 {
            Finish::Found
        } else {
            Finish::Clean
        })
    }
}

/// What was done and seen, a line each, with the bytes where they are asked for.
fn moves(report: &CaseReport, shows_bytes: bool) -> String {
    let mut text = String::new();
    for one in &report.moves {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{one}");
        let bytes = match &one.kind {
            MoveKind::Sent(bytes) | MoveKind::Received(bytes) => Some(bytes),
            MoveKind::Connected
            | MoveKind::Flooded(_)
            | MoveKind::Closed(_)
            | MoveKind::PeerClosed(_)
            | MoveKind::Waited(_) => None,
        };
        if let Some(bytes) = bytes.filter(|_| shows_bytes) {
            let _ = writeln!(text, "{}", HexDump(bytes));
        }
    }
    text
}

/// Text of a page, with its line ends.
struct Lines<'a>(&'a str);

impl std::fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in self.0.lines() {
            writeln!(f, "{}", Escaped(line))?;
        }
        Ok(())
    }
}

fn page(peer: &str, words: &str, rows: &str) -> String {
    let peer = Escaped(peer);
    let words = Escaped(words);
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Torture of {peer}</title>\n<style>{STYLE}</style></head>\n<body><h1>Torture of {peer}</h1><p>{words}</p>\n<table><thead><tr><th>Case</th><th>What is done</th><th>What came of it</th></tr></thead><tbody>\n{rows}</tbody></table></body></html>\n"
    )
}

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}\
table{border-collapse:collapse;width:100%}\
th,td{text-align:left;vertical-align:top;padding:.4rem .8rem;border-top:1px solid #8886}\
td:first-child{white-space:nowrap;font-variant-numeric:tabular-nums}\
summary{cursor:pointer}\
.failed td:first-child{border-left:4px solid #c33}.failed summary{font-weight:600}\
.noted td:first-child{border-left:4px solid #b80}\
.passed td:first-child{border-left:4px solid #283}\
.not-played td:first-child{border-left:4px solid #888}\
pre{overflow:auto;font:13px/1.4 ui-monospace,monospace}";
