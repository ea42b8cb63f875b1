//! `profile unmapped`: the codes of messages that no code table of the profile holds.

use serde::Serialize;

use super::args::{ProfileFormat, ProfileSamples};
use super::failure::{Failure, Finish};
use super::input::{each_source, samples};
use super::output::{Output, json_line};
use super::report::{Report, counted, note};
use super::site;
use super::stop::{self, Counted};
use crate::workbench::{Memo, Snapshot, UnmappedCount, UnmappedCounts, local_time, transform};

/// Runs the command.
pub(super) fn run(arguments: &ProfileSamples) -> Result<Finish, Failure> {
    let cancel = stop::on_signal();
    let site = site::open(&arguments.profile)?;
    site::report_errors(&site);
    let snapshot = Snapshot::new(site.profile, site.scripts, local_time());
    let report = Report::new(true);
    let mut memo = Memo::default();
    let mut counts = UnmappedCounts::default();
    let (mut messages, mut not_mapped) = (0_u64, 0_u64);
    let result = each_source(&arguments.files, &report, &cancel, |source| {
        for sample in samples(source) {
            let made = transform(&snapshot, &sample, messages, &mut memo, &cancel)?;
            messages += 1;
            match &made.outcome {
                Some(outcome) => counts.add(&sample, &made.message, outcome, &snapshot.profile),
                None => not_mapped += 1,
            }
            report.done(1);
        }
        Ok(())
    });
    report.close();
    let ending = Counted::of(result)?;
    let mut output = Output::open(None)?;
    let list = counts.list();
    for one in &list {
        let line = match arguments.format {
            ProfileFormat::Text => text_line(one).into_bytes(),
            ProfileFormat::Json => json_line(&PrintedCode::of(one, None))?,
        };
        output.put(&line)?;
    }
    output.finish()?;
    let mut summary = format!(
        "{}: {} not listed",
        counted(messages, "message"),
        counted(list.len() as u64, "code")
    );
    if counts.not_kept() > 0 {
        summary = format!("{summary} and {} more finds", counts.not_kept());
    }
    if not_mapped > 0 {
        summary = format!("{summary}, {} not mapped", counted(not_mapped, "message"));
    }
    note(summary);
    let found = if counts.is_empty() {
        Finish::Clean
    } else {
        Finish::Found
    };
    ending.end(messages, found)
}

/// A code as `--format json` prints it.
#[derive(Serialize)]
pub(super) struct PrintedCode<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<&'static str>,
    count: u64,
    table: &'a str,
    location: Option<&'a str>,
    code: &'a str,
    asked_by: &'a str,
    file: &'a str,
    message: usize,
}

impl<'a> PrintedCode<'a> {
    pub(super) fn of(one: &'a UnmappedCount, what: Option<&'static str>) -> Self {
        Self {
            what,
            count: one.count,
            table: &one.table,
            location: (!one.place.is_empty()).then_some(&*one.place),
            code: &one.code,
            asked_by: &one.asked_by,
            file: &one.file,
            message: one.message,
        }
    }
}

/// `12  sex  PID-8  9  (patient.sex; first in a.hl7 #1)`.
pub(super) fn text_line(one: &UnmappedCount) -> String {
    let UnmappedCount {
        table,
        place,
        code,
        asked_by,
        count,
        file,
        message,
        sample: _,
        is_whole: _,
    } = one;
    let place = if place.is_empty() { "-" } else { place };
    format!("{count:>7}  {table}  {place}  {code}  ({asked_by}; first in {file} #{message})\n")
}
