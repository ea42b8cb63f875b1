//! `transform`: many messages through a profile, on all cores, in order.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use rayon::prelude::*;

use super::args::{Given, Target, Transform};
use super::failure::{Failure, Finish};
use super::input::{each_source, samples};
use super::rendering::Rendering;
use super::report::{Report, counted, note};
use super::sink::Sink;
use super::{site, stop, transform_rows};
use crate::cancel::{Cancel, Stale};
use crate::diagnostic::Severity;
use crate::hl7::Timestamp;
use crate::mapping::{Outcome, TableRows, Verdict};
use crate::workbench::{
    Input, Memo, Sample, Snapshot, Transformed, local_time, seed_of_clock, transform,
};

/// So many messages go to each core at a time: enough to be worth a hand-over, few enough that a
/// reader of the output does not wait.
const MESSAGES_A_CORE: usize = 512;

/// So many bytes of messages are held at most before they are worked on.
const BYTES_AT_A_TIME: usize = 32 << 20;

/// Runs the command.
pub(super) fn run(arguments: &Transform) -> Result<Finish, Failure> {
    let cancel = stop::on_signal();
    let snapshot = snapshot(arguments)?;
    match arguments.from {
        Given::Hl7 => {}
        Given::RowsJson | Given::Csv => {
            return transform_rows::run(arguments, &snapshot, cancel);
        }
    }
    let sink = Sink::open(arguments, &snapshot.profile)?;
    let goes_elsewhere = arguments
        .out
        .as_deref()
        .is_some_and(|path| path != Path::new("-"));
    let mut run = Run {
        form: Form {
            target: arguments.to,
            numbered: arguments.index,
        },
        site_name: arguments.profile.display().to_string(),
        said: BTreeSet::new(),
        report: Report::new(goes_elsewhere),
        cancel: cancel.clone(),
        memos: (0..rayon::current_num_threads())
            .map(|_| Memo::default())
            .collect(),
        snapshot,
        sink,
        waiting: Vec::new(),
        waiting_bytes: 0,
        next_index: 0,
        counts: Counts::default(),
    };
    let report = run.report.clone();
    let result = each_source(&arguments.files, &report, &cancel, |source| {
        samples(source).try_for_each(|sample| run.take(sample))?;
        // Who feeds standard input may wait for what comes of it.
        if source.goes_on() { run.work() } else { Ok(()) }
    });
    let result = result.and_then(|finish| run.work().map(|()| finish));
    run.finish(result)
}

fn snapshot(arguments: &Transform) -> Result<Snapshot, Failure> {
    let site = site::open(&arguments.profile)?;
    site::report_errors(&site);
    let stated = site::stated_time(arguments.now.as_deref())?;
    let now = stated.unwrap_or_else(local_time);
    let mut snapshot = Snapshot::new(site.profile, site.scripts, now).with_sources(site.sources);
    snapshot.seed = arguments
        .seed
        .unwrap_or_else(|| stated.map_or_else(seed_of_clock, seed_of_time));
    if let Some(name) = &arguments.message {
        if snapshot.profile.message(name).is_none() {
            let names: Vec<_> = snapshot.profile.messages.iter().map(|d| &*d.name).collect();
            return Err(Failure::Argument(format!(
                "--message {name}: {} has no such message definition. It has: {}.",
                arguments.profile.display(),
                names.join(", ")
            )));
        }
        snapshot.definition = Some(name.as_str().into());
    }
    Ok(snapshot)
}

/// The same for the same time, other for others: FNV-1a of how HL7 writes it.
fn seed_of_time(time: Timestamp) -> u64 {
    let text = time.to_string();
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |seed, byte| {
        (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// What is written.
#[derive(Clone, Copy)]
struct Form {
    target: Target,
    /// Whether rows of CSV begin with the number of their message.
    numbered: bool,
}

struct Run {
    form: Form,
    /// The profile's file, as it was given.
    site_name: String,
    /// What compiling the scripts found, said once.
    said: BTreeSet<String>,
    report: Report,
    cancel: Cancel,
    memos: Vec<Memo>,
    snapshot: Snapshot,
    sink: Sink,
    waiting: Vec<Sample>,
    waiting_bytes: usize,
    next_index: u64,
    counts: Counts,
}

/// What came of the messages.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    messages: u64,
    written: u64,
    rows: u64,
    skipped: u64,
    rejected: u64,
    unmatched: u64,
    failed: u64,
    without_output: u64,
    with_errors: u64,
}

/// What one core made of its share.
#[derive(Default)]
struct Share {
    rendered: Rendering,
    notes: Vec<String>,
    /// What compiling the scripts found.
    script: BTreeSet<String>,
    counts: Counts,
}

impl Run {
    fn take(&mut self, sample: Sample) -> Result<(), Failure> {
        self.waiting_bytes += sample.bytes().len();
        self.waiting.push(sample);
        let is_enough = self.waiting.len() >= MESSAGES_A_CORE * self.memos.len();
        if is_enough || self.waiting_bytes >= BYTES_AT_A_TIME {
            self.work()?;
        }
        Ok(())
    }

    /// Maps what waits, each core a stretch of it, and writes it in order.
    fn work(&mut self) -> Result<(), Failure> {
        let waiting = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        if waiting.is_empty() {
            return Ok(());
        }
        let first = self.next_index;
        self.next_index += waiting.len() as u64;
        let stretch = waiting.len().div_ceil(self.memos.len());
        let (snapshot, cancel, form) = (&self.snapshot, &self.cancel, self.form);
        let shares: Vec<Share> = self
            .memos
            .par_iter_mut()
            .zip(waiting.par_chunks(stretch))
            .enumerate()
            .map(|(at, (memo, samples))| {
                let mut share = Share::default();
                for (index, sample) in (first + (at * stretch) as u64..).zip(samples) {
                    let made = transform(snapshot, sample, index, memo, cancel)?;
                    share.take(index, sample, &made, form);
                }
                Ok(share)
            })
            .collect::<Result<_, Stale>>()?;
        for share in shares {
            for text in share.script {
                if !self.said.contains(&text) {
                    self.report.note(format_args!("{}: {text}", self.site_name));
                    self.said.insert(text);
                }
            }
            for text in &share.notes {
                self.report.note(text);
            }
            self.counts.add(&share.counts);
            self.sink.put(share.rendered)?;
        }
        self.sink.flush()?;
        self.report.done(waiting.len());
        Ok(())
    }

    fn finish(mut self, result: Result<Finish, Failure>) -> Result<Finish, Failure> {
        self.report.close();
        let finish = match result {
            Ok(finish) => finish,
            Err(failure) => {
                // What is done goes out; a file with a part only does not take its name.
                self.sink.flush()?;
                return Err(failure);
            }
        };
        self.sink.finish()?;
        note(format_args!("{}", Summary(&self.counts, self.form.target)));
        let counts = &self.counts;
        let is_clean = counts.rejected + counts.unmatched + counts.failed + counts.with_errors == 0;
        Ok(if is_clean {
            finish
        } else {
            finish.max(Finish::Found)
        })
    }
}

impl Share {
    fn take(&mut self, index: u64, sample: &Sample, made: &Transformed, form: Form) {
        let Form { target, numbered } = form;
        self.counts.messages += 1;
        let name = Name(sample);
        for found in &made.script {
            // An error that the run came upon is told of each message that it failed.
            if made.outcome.is_none() || found.severity < Severity::Error {
                self.script.insert(found.to_string());
            }
        }
        let of_run = made.outcome.iter().flat_map(Outcome::diagnostics);
        for found in made.reading.iter().chain(of_run) {
            self.notes.push(format!("{name}: {found}"));
        }
        if !made.faults.is_empty() {
            let count = counted(made.faults.len() as u64, "fault");
            self.notes.push(format!(
                "{name}: {count} of syntax in the message; pipehat check names them"
            ));
        }
        let Some(outcome) = &made.outcome else {
            if made.definition.is_none() {
                self.counts.unmatched += 1;
                self.notes.push(format!(
                    "{name}: not transformed: no message definition of the profile fits it"
                ));
            } else {
                self.counts.failed += 1;
                self.notes.push(format!(
                    "{name}: not transformed: its script cannot be used"
                ));
            }
            return;
        };
        match &outcome.verdict {
            Verdict::Skipped(why) => {
                self.counts.skipped += 1;
                self.notes.push(format!("{name}: skipped: {why}"));
                return;
            }
            Verdict::Rejected(why) => {
                self.counts.rejected += 1;
                self.notes.push(format!("{name}: rejected: {why}"));
                return;
            }
            Verdict::Accepted => {}
        }
        let has_errors = has_errors(outcome);
        let rows = count_rows(&outcome.rows);
        let rendered = match target {
            Target::Hl7 => outcome
                .output
                .as_ref()
                .map(|output| self.rendered.message(output, input(sample, made))),
            Target::RowsJson => {
                self.rendered.json_rows(index, &outcome.rows);
                Some(Ok(()))
            }
            Target::Csv => {
                self.rendered
                    .csv_rows(numbered.then_some(index), &outcome.rows);
                Some(Ok(()))
            }
        };
        self.counts.rows += rows;
        match rendered {
            // The rows that stand in the definition are there all the same; those of the script are
            // not, so that the message is not what the site wants of it.
            Some(Ok(())) if outcome.script_failed => {
                self.counts.failed += 1;
                let kept = match rows {
                    0 => "nothing of it was written".to_owned(),
                    rows => format!(
                        "{} of its definition went out all the same",
                        counted(rows, "row")
                    ),
                };
                self.notes
                    .push(format!("{name}: its script failed; {kept}"));
            }
            Some(Ok(())) => {
                self.counts.written += 1;
                self.counts.with_errors += u64::from(has_errors);
            }
            Some(Err(why)) => {
                self.counts.failed += 1;
                self.notes.push(format!("{name}: not written: {why}"));
            }
            None if has_errors => {
                self.counts.failed += 1;
                self.notes
                    .push(format!("{name}: not transformed: its mapping has errors"));
            }
            None => {
                self.counts.without_output += 1;
                self.notes.push(format!(
                    "{name}: no message came out: its definition makes none"
                ));
            }
        }
    }
}

/// What the output may take its bytes from.
fn input<'a>(sample: &'a Sample, made: &'a Transformed) -> Option<Input<'a>> {
    made.decoded.as_ref().map(|decoded| Input {
        message: &made.message,
        decoded,
        bytes: sample.bytes(),
    })
}

fn count_rows(tables: &[TableRows]) -> u64 {
    tables.iter().map(|table| table.rows.len() as u64).sum()
}

fn has_errors(outcome: &Outcome) -> bool {
    outcome
        .diagnostics()
        .any(|found| found.severity == Severity::Error)
}

/// A message by file and number.
struct Name<'a>(&'a Sample);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} #{}", self.0.source().origin(), self.0.number())
    }
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.messages += other.messages;
        self.written += other.written;
        self.rows += other.rows;
        self.skipped += other.skipped;
        self.rejected += other.rejected;
        self.unmatched += other.unmatched;
        self.failed += other.failed;
        self.without_output += other.without_output;
        self.with_errors += other.with_errors;
    }
}

struct Summary<'a>(&'a Counts, Target);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(counts, target) = self;
        write!(
            f,
            "{}: {} transformed",
            counted(counts.messages, "message"),
            counts.written
        )?;
        if *target != Target::Hl7 {
            write!(f, " to {}", counted(counts.rows, "row"))?;
        }
        for (count, what) in [
            (counts.with_errors, "of them with errors"),
            (counts.without_output, "made no message"),
            (counts.skipped, "skipped"),
            (counts.rejected, "rejected"),
            (counts.unmatched, "fit no definition"),
            (counts.failed, "failed"),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
}
