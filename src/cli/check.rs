//! `check`: what is wrong in messages, in the profile and in its scripts.

use std::collections::BTreeSet;
use std::io::Write;

use serde::Serialize;

use super::args::{Check, CheckFormat};
use super::failure::{Failure, Finish};
use super::input::{each_source, samples};
use super::output::Output;
use super::report::{Report, counted, note};
use super::{site, stop};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::profile::validate;
use crate::workbench::{Memo, Preview, Sample, SiteFile, derive};

/// Runs the command.
pub(super) fn run(arguments: &Check) -> Result<Finish, Failure> {
    let cancel = stop::on_signal();
    let site = arguments.profile.as_deref().map(site::open).transpose()?;
    let mut inputs = site::inputs(site.as_ref());
    let report = Report::new(false);
    let mut found = Findings {
        output: Output::open(None)?,
        format: arguments.format,
        site_name: arguments
            .profile
            .as_ref()
            .map(|path| path.display().to_string()),
        once: validate(&inputs.alone().profile)
            .iter()
            .map(ToString::to_string)
            .collect(),
        counts: [0; 3],
    };
    let mut memo = Memo::default();
    if let Some(site) = &site {
        found.of_site(site)?;
        let alone = derive(inputs.alone(), &mut memo, &cancel)?;
        found.of_preview(None, &alone)?;
    }
    let mut messages = 0_u64;
    let result = each_source(&arguments.files, &report, &cancel, |source| {
        for problem in source.problems() {
            found.count(problem.severity);
        }
        for sample in samples(source) {
            let mut inputs = inputs.of(&sample);
            inputs.position = messages;
            let preview = derive(&inputs, &mut memo, &cancel)?;
            found.of_preview(Some(&sample), &preview)?;
            messages += 1;
            report.done(1);
        }
        found.output.flush_if(source.goes_on())
    });
    report.close();
    let [remarks, warnings, errors] = found.counts;
    found.output.finish()?;
    let finish = result?;
    note(format_args!(
        "{}: {}, {}, {}",
        counted(messages, "message"),
        counted(errors, "error"),
        counted(warnings, "warning"),
        counted(remarks, "remark"),
    ));
    Ok(if errors > 0 {
        finish.max(Finish::Found)
    } else {
        finish
    })
}

struct Findings {
    output: Output,
    format: CheckFormat,
    site_name: Option<String>,
    /// What is the profile's and not a message's, said once.
    once: BTreeSet<String>,
    /// By severity.
    counts: [u64; 3],
}

/// A finding as `--format json` prints it.
#[derive(Serialize)]
struct Printed<'a> {
    file: Option<String>,
    message: Option<usize>,
    severity: &'static str,
    code: &'static str,
    location: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    text: &'a str,
    help: Option<&'a str>,
}

impl Findings {
    fn of_site(&mut self, site: &SiteFile) -> Result<(), Failure> {
        for diagnostic in site.findings.iter().chain(&site.problems) {
            self.put(None, diagnostic)?;
        }
        Ok(())
    }

    fn of_preview(&mut self, sample: Option<&Sample>, preview: &Preview) -> Result<(), Failure> {
        let mapped = preview
            .outcome
            .as_ref()
            .map_or(0, |outcome| outcome.diagnostics.len());
        let of_run = preview.diagnostics.len().saturating_sub(mapped);
        for (at, diagnostic) in preview.diagnostics.iter().enumerate() {
            let is_of_profile = match diagnostic.place {
                // A fault that compiling found is not a second one when the script runs into it.
                Place::Script { .. } | Place::Profile { .. } | Place::File(_) => {
                    at < of_run || self.once.contains(&diagnostic.to_string())
                }
                Place::Nowhere => self.once.contains(&diagnostic.to_string()),
                Place::Message { .. } | Place::Location(_) => false,
            };
            if !is_of_profile {
                self.put(sample, diagnostic)?;
            } else if self.once.insert(diagnostic.to_string()) {
                self.put(None, diagnostic)?;
            }
        }
        Ok(())
    }

    fn count(&mut self, severity: Severity) {
        let [remarks, warnings, errors] = &mut self.counts;
        match severity {
            Severity::Info => *remarks += 1,
            Severity::Warning => *warnings += 1,
            Severity::Error => *errors += 1,
        }
    }

    fn put(&mut self, sample: Option<&Sample>, diagnostic: &Diagnostic) -> Result<(), Failure> {
        self.count(diagnostic.severity);
        let mut line = Vec::new();
        let written = match self.format {
            CheckFormat::Text => self.text(sample, diagnostic, &mut line),
            CheckFormat::Json => self.json(sample, diagnostic, &mut line),
        };
        written.map_err(Failure::of_output)?;
        self.output.put(&line)
    }

    fn text(
        &self,
        sample: Option<&Sample>,
        diagnostic: &Diagnostic,
        line: &mut Vec<u8>,
    ) -> std::io::Result<()> {
        match (sample, &self.site_name) {
            (Some(sample), _) => {
                write!(line, "{} #{}: ", sample.source().origin(), sample.number())?;
            }
            (None, Some(site)) => write!(line, "{site}: ")?,
            (None, None) => {}
        }
        writeln!(line, "{diagnostic}")
    }

    fn json(
        &self,
        sample: Option<&Sample>,
        diagnostic: &Diagnostic,
        line: &mut Vec<u8>,
    ) -> std::io::Result<()> {
        let (at_line, column) = match &diagnostic.place {
            Place::Script { line, column, .. } | Place::Profile { line, column } => {
                (Some(*line), Some(*column))
            }
            Place::Nowhere | Place::File(_) | Place::Message { .. } | Place::Location(_) => {
                (None, None)
            }
        };
        let location = match &diagnostic.place {
            Place::Message { location, .. } => location.as_ref().map(ToString::to_string),
            Place::Location(location) => Some(location.to_string()),
            Place::Script { name, .. } | Place::File(name) => Some(name.to_string()),
            Place::Nowhere | Place::Profile { .. } => None,
        };
        let file = sample.map(|sample| sample.source().origin().to_string());
        serde_json::to_writer(
            &mut *line,
            &Printed {
                file: file.or_else(|| self.site_name.clone()),
                message: sample.map(Sample::number),
                severity: diagnostic.severity.name(),
                code: diagnostic.code,
                location,
                line: at_line,
                column,
                text: &diagnostic.message,
                help: diagnostic.help.as_deref(),
            },
        )?;
        line.push(b'\n');
        Ok(())
    }
}
