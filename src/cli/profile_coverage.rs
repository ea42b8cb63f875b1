//! `profile coverage`: what of messages a profile loses.

use std::fmt::Write as _;

use serde::Serialize;

use super::args::{ProfileFormat, ProfileSamples};
use super::failure::{Failure, Finish};
use super::input::{each_source, samples};
use super::output::{Output, json_line};
use super::profile_unmapped::{PrintedCode, text_line};
use super::report::{Report, counted};
use super::site;
use super::stop::{self, Counted};
use crate::workbench::{
    Coverage, CoverageCounts, DefinitionCount, LostPlace, Memo, PartCount, Snapshot, local_time,
};

/// Runs the command.
pub(super) fn run(arguments: &ProfileSamples) -> Result<Finish, Failure> {
    let cancel = stop::on_signal();
    let site = site::open(&arguments.profile)?;
    site::report_errors(&site);
    let snapshot = Snapshot::new(site.profile, site.scripts, local_time());
    let report = Report::new(true);
    let mut memo = Memo::default();
    let mut coverage = Coverage::new(&snapshot.profile);
    let result = each_source(&arguments.files, &report, &cancel, |source| {
        for sample in samples(source) {
            coverage.add(&snapshot, &sample, &mut memo, &cancel)?;
            report.done(1);
        }
        Ok(())
    });
    report.close();
    let ending = Counted::of(result)?;
    let mut output = Output::open(None)?;
    match arguments.format {
        ProfileFormat::Text => output.put(text(&coverage).as_bytes())?,
        ProfileFormat::Json => json(&coverage, &mut output)?,
    }
    output.finish()?;
    ending.end(coverage.counts.messages, Finish::Clean)
}

fn text(coverage: &Coverage) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    writeln!(out, "{}", summary(&coverage.counts)).ok();
    let (nowhere, partly): (Vec<_>, Vec<_>) = coverage
        .lost_places()
        .into_iter()
        .partition(|place| place.is_used_nowhere);
    let mapped = coverage.counts.mapped;
    part(
        &mut out,
        "values used nowhere",
        nowhere.iter().map(|place| place_line(place, mapped)),
    );
    part(
        &mut out,
        "values used in part",
        partly.iter().map(|place| {
            let LostPlace {
                location,
                messages,
                unused,
                ..
            } = place;
            format!("  {location}: in {unused} of {messages} messages a value there is not used")
        }),
    );
    let columns = coverage.columns();
    let empty = columns
        .iter()
        .filter(|column| column.filled == 0)
        .map(|column| {
            let rows = counted(column.rows, "row");
            format!("  {}.{}: {rows}", column.table, column.column)
        });
    part(&mut out, "columns never filled", empty);
    let unmapped = coverage.unmapped.list();
    let codes = unmapped
        .iter()
        .map(|one| text_line(one).trim_end().to_owned());
    part(&mut out, "codes not listed", codes);
    let definitions = coverage.definitions();
    let unreached = definitions
        .iter()
        .filter(|one| one.messages == 0)
        .map(definition_line);
    part(&mut out, "message definitions never reached", unreached);
    let lines = coverage.lines.unreached();
    let lines = lines.iter().map(script_line);
    part(&mut out, "parts of scripts that no message came to", lines);
    out
}

fn part(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    match lines.len() {
        0 => writeln!(out, "\n{title}: none").ok(),
        count => writeln!(out, "\n{title}: {count}\n{}", lines.join("\n")).ok(),
    };
}

fn place_line(place: &LostPlace, mapped: u64) -> String {
    let LostPlace {
        location, messages, ..
    } = place;
    let share = (messages * 100).checked_div(mapped).unwrap_or_default();
    format!(
        "  {location}: {} ({share} %)",
        counted(*messages, "message")
    )
}

fn definition_line(one: &DefinitionCount) -> String {
    let DefinitionCount {
        name,
        taken,
        unreachable_by,
        ..
    } = one;
    match (unreachable_by, taken) {
        (Some(by), _) => format!(
            "  {name}: can never be reached, \"{by}\" stands before it and takes all that it would"
        ),
        (None, 0) => format!("  {name}: no message has its identity"),
        (None, count) => format!(
            "  {name}: {} would fall under it, but fell under one before it",
            counted(*count, "message")
        ),
    }
}

fn script_line(one: &PartCount) -> String {
    let PartCount {
        script,
        kind,
        line,
        column,
        text,
        runs,
        ..
    } = one;
    format!(
        "  {script}:{line}:{column}: {}, of {}: {text}",
        kind.name(),
        counted(*runs, "message")
    )
}

fn summary(counts: &CoverageCounts) -> String {
    let CoverageCounts {
        messages,
        mapped,
        refused,
        unmatched,
        failed,
    } = *counts;
    let mut summary = format!("{}: {mapped} mapped", counted(messages, "message"));
    for (count, what) in [
        (refused, "skipped or rejected"),
        (unmatched, "fit no definition"),
        (failed, "failed"),
    ] {
        if count > 0 {
            write!(summary, ", {count} {what}").ok();
        }
    }
    summary
}

/// One finding as `--format json` prints it.
#[derive(Serialize)]
#[serde(tag = "what", rename_all = "lowercase")]
enum Printed<'a> {
    Messages {
        messages: u64,
        mapped: u64,
        refused: u64,
        unmatched: u64,
        failed: u64,
    },
    Place {
        location: String,
        messages: u64,
        unused: u64,
        nowhere: bool,
    },
    Column {
        table: &'a str,
        column: &'a str,
        rows: u64,
    },
    Definition {
        name: &'a str,
        messages: u64,
        taken: u64,
        unreachable_by: Option<&'a str>,
    },
    Line {
        script: &'a str,
        part: &'static str,
        line: u32,
        column: u32,
        messages: u64,
        runs: u64,
    },
}

fn json(coverage: &Coverage, output: &mut Output) -> Result<(), Failure> {
    let CoverageCounts {
        messages,
        mapped,
        refused,
        unmatched,
        failed,
    } = coverage.counts;
    output.put(&json_line(&Printed::Messages {
        messages,
        mapped,
        refused,
        unmatched,
        failed,
    })?)?;
    for place in coverage.lost_places() {
        output.put(&json_line(&Printed::Place {
            location: place.location.to_string(),
            messages: place.messages,
            unused: place.unused,
            nowhere: place.is_used_nowhere,
        })?)?;
    }
    for column in coverage
        .columns()
        .iter()
        .filter(|column| column.filled == 0)
    {
        output.put(&json_line(&Printed::Column {
            table: &column.table,
            column: &column.column,
            rows: column.rows,
        })?)?;
    }
    for one in &coverage.unmapped.list() {
        output.put(&json_line(&PrintedCode::of(one, Some("code")))?)?;
    }
    for one in coverage
        .definitions()
        .iter()
        .filter(|one| one.messages == 0)
    {
        output.put(&json_line(&Printed::Definition {
            name: &one.name,
            messages: one.messages,
            taken: one.taken,
            unreachable_by: one.unreachable_by.as_deref(),
        })?)?;
    }
    for one in &coverage.lines.parts() {
        output.put(&json_line(&Printed::Line {
            script: &one.script,
            part: one.kind.name(),
            line: one.line,
            column: one.column,
            messages: one.messages,
            runs: one.runs,
        })?)?;
    }
    Ok(())
}
