//! `transform --from rows-json|csv`: rows back into messages.

use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use super::args::{Given, Target, Transform};
use super::failure::{Failure, Finish};
use super::input::sentence;
use super::output::Output;
use super::report::{counted, note};
use super::transform_csv;
use crate::cancel::Cancel;
use crate::diagnostic::Severity;
use crate::mapping::{ComposeJob, Engine, GivenRows, RowFault, RowSheets, TableRows, compose};
use crate::profile::MessageDefinition;
use crate::workbench::{RowLine, Snapshot, read_text, written};

/// Runs the command with what `transform` made of its arguments.
pub(super) fn run(
    arguments: &Transform,
    snapshot: &Snapshot,
    cancel: Cancel,
) -> Result<Finish, Failure> {
    if arguments.to != Target::Hl7 {
        return Err(Failure::Argument(
            "--from rows-json and --from csv make messages: leave --to out, or write --to hl7."
                .to_owned(),
        ));
    }
    let definition = definition(arguments, snapshot)?;
    let mut run = Run {
        snapshot,
        definition,
        engine: Engine::new(),
        cancel,
        output: Output::open(arguments.out.as_deref())?,
        given: GivenRows::new(&snapshot.profile),
        index: None,
        name: String::new(),
        counts: Counts::default(),
    };
    if arguments.from == Given::Csv {
        run.sheets(&arguments.files)?;
        return run.finish();
    }
    for path in &arguments.files {
        if path == Path::new("-") {
            for (line, text) in io::stdin().lock().lines().enumerate() {
                run.line("-", line + 1, &text.map_err(Failure::StandardInput)?)?;
            }
        } else {
            let (text, _) = read_text(path)?;
            let name = path.display().to_string();
            for (line, text) in text.lines().enumerate() {
                run.line(&name, line + 1, text)?;
            }
        }
        // The next file counts its messages anew.
        run.message()?;
    }
    run.finish()
}

/// The definition that `--message` names, else the only one that says how its rows go out.
fn definition<'s>(
    arguments: &Transform,
    snapshot: &'s Snapshot,
) -> Result<&'s MessageDefinition, Failure> {
    let messages = &snapshot.profile.messages;
    if let Some(name) = &arguments.message
        && let Some((_, definition)) = snapshot.profile.message(name)
    {
        return Ok(definition);
    }
    let mut with_out = messages
        .iter()
        .filter(|definition| definition.out.is_some());
    if let (Some(only), None) = (with_out.next(), with_out.next()) {
        return Ok(only);
    }
    let names: Vec<&str> = messages
        .iter()
        .map(|definition| &*definition.name)
        .collect();
    Err(Failure::Argument(format!(
        "Rows need --message NAME: which message the rows become. The profile has: {}.",
        names.join(", ")
    )))
}

#[derive(Default)]
struct Counts {
    rows: u64,
    messages: u64,
    with_errors: u64,
    failed: u64,
}

struct Run<'s> {
    snapshot: &'s Snapshot,
    definition: &'s MessageDefinition,
    engine: Engine,
    cancel: Cancel,
    output: Output,
    /// The rows of the message so far.
    given: GivenRows,
    /// Its index.
    index: Option<String>,
    /// What notes about it begin with.
    name: String,
    counts: Counts,
}

impl Run<'_> {
    fn line(&mut self, file: &str, number: usize, text: &str) -> Result<(), Failure> {
        self.cancel.check()?;
        if text.trim().is_empty() {
            return Ok(());
        }
        let row = match RowLine::parse(text) {
            Ok(row) => row,
            Err(error) => {
                self.counts.failed += 1;
                note(format_args!("{file}: line {number}, {error}"));
                return Ok(());
            }
        };
        if self.index.as_ref() != Some(&row.index) {
            self.message()?;
            self.name = format!("{file}: index {}", row.index);
            self.index = Some(row.index);
        }
        self.counts.rows += 1;
        let cells = row.row.iter();
        let cells = cells.map(|(name, value)| (name.as_str(), value.as_deref()));
        if let Err(diagnostic) = self.given.add(&row.table, cells) {
            self.counts.failed += 1;
            note(format_args!(
                "{file}: line {number}: {}; the row is left out",
                sentence(&diagnostic)
            ));
        }
        Ok(())
    }

    /// Writes the message whose rows are gathered.
    fn message(&mut self) -> Result<(), Failure> {
        self.index = None;
        if self.given.is_empty() {
            return Ok(());
        }
        let rows = self.given.take();
        self.compose(&rows)
    }

    /// Reads rows table by table, and writes the message of each that leads.
    fn sheets(&mut self, files: &[PathBuf]) -> Result<(), Failure> {
        let mut sheets = RowSheets::new(&self.snapshot.profile, self.definition);
        self.counts.failed += transform_csv::read(files, &self.snapshot.profile, &mut sheets)?;
        self.counts.rows = sheets.len() as u64;
        let (messages, faults) = sheets.messages();
        for RowFault { origin, diagnostic } in faults {
            self.counts.failed += 1;
            note(format_args!(
                "{}: line {}: {}; the row is left out",
                origin.file,
                origin.line,
                sentence(&diagnostic)
            ));
        }
        for message in messages {
            self.cancel.check()?;
            self.name = format!("{}: line {}", message.origin.file, message.origin.line);
            self.compose(&message.rows)?;
        }
        Ok(())
    }

    fn compose(&mut self, rows: &[TableRows]) -> Result<(), Failure> {
        let job = ComposeJob {
            rows,
            definition: self.definition,
            profile: &self.snapshot.profile,
            now: &self.snapshot.now,
            seed: self.snapshot.seed.wrapping_add(self.counts.messages),
        };
        let composition = compose(&self.engine, &job, &self.cancel)?;
        let name = &self.name;
        for found in &composition.diagnostics {
            note(format_args!("{name}: {found}"));
        }
        let mut found = composition.diagnostics.iter();
        let has_errors = found.any(|found| found.severity == Severity::Error);
        self.counts.with_errors += u64::from(has_errors);
        if let Some(message) = &composition.message {
            match written(message, None) {
                Ok(bytes) => {
                    self.counts.messages += 1;
                    self.output.put(&bytes)?;
                    self.output.flush()?;
                }
                Err(why) => {
                    self.counts.failed += 1;
                    note(format_args!("{name}: not written: {why}"));
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Finish, Failure> {
        self.output.finish()?;
        let counts = &self.counts;
        let mut summary = format!(
            "{}: {}",
            counted(counts.rows, "row"),
            counted(counts.messages, "message")
        );
        for (count, what) in [
            (counts.with_errors, "of them with errors"),
            (counts.failed, "failed"),
        ] {
            if count > 0 {
                summary = format!("{summary}, {count} {what}");
            }
        }
        note(summary);
        let is_clean = counts.failed + counts.with_errors == 0;
        Ok(if is_clean {
            Finish::Clean
        } else {
            Finish::Found
        })
    }
}
