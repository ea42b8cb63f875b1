//! What `check` finds, counted and handed to the format that was asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::args::{Check, CheckFormat};
use super::check_junit::{self, Suite};
use super::check_line::{Told, json_line, text_line};
use super::failure::Failure;
use super::output::Output;
use crate::diagnostic::{Diagnostic, Severity};
use crate::grammar::Finding;
use crate::profile::{Profile, Sources};
use crate::workbench::{Preview, Sample, SiteFile, Source};

/// Prints what is found as it comes, and keeps count.
pub(super) struct CheckReport {
    output: Output,
    format: CheckFormat,
    site_name: Option<String>,
    profile: Arc<Profile>,
    /// Where its parts stand.
    sources: Option<Arc<Sources>>,
    /// What is the profile's and not a message's, said once.
    once: BTreeSet<String>,
    counts: Counts,
    /// Of each waiver of the profile, whether it waived anything.
    used: Vec<bool>,
    /// Whether the values that break a rule are shown.
    values: bool,
    suite: Suite,
}

/// How much was found.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) errors: u64,
    pub(super) warnings: u64,
    pub(super) remarks: u64,
    pub(super) waived: u64,
    /// By code, or by the name of a rule of the site's own.
    rules: BTreeMap<String, u64>,
}

impl Counts {
    /// The rules with their findings, the most frequent first.
    pub(super) fn by_rule(&self) -> Vec<(&str, u64)> {
        let mut rules: Vec<(&str, u64)> = self
            .rules
            .iter()
            .map(|(rule, count)| (rule.as_str(), *count))
            .collect();
        rules.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        rules
    }

    fn add(&mut self, severity: Severity, rule: Option<&str>) {
        match severity {
            Severity::Info => self.remarks += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Error => self.errors += 1,
        }
        let Some(rule) = rule else { return };
        match self.rules.get_mut(rule) {
            Some(count) => *count += 1,
            None => {
                self.rules.insert(rule.to_owned(), 1);
            }
        }
    }
}

impl CheckReport {
    /// Opens the output; the first file that it tells of is the profile.
    pub(super) fn new(arguments: &Check, profile: &Arc<Profile>) -> Result<Self, Failure> {
        let site_name = arguments
            .profile
            .as_ref()
            .map(|path| path.display().to_string());
        let mut report = Self {
            output: Output::open(None)?,
            format: arguments.format,
            suite: Suite::new(site_name.clone().unwrap_or_default()),
            site_name,
            profile: Arc::clone(profile),
            sources: None,
            once: BTreeSet::new(),
            counts: Counts::default(),
            used: vec![false; profile.waivers.len()],
            values: arguments.values,
        };
        if report.format == CheckFormat::Junit {
            report.output.put(check_junit::START.as_bytes())?;
        }
        Ok(report)
    }

    /// Begins to tell of a file; what could not be read of it counts too.
    pub(super) fn begin_file(&mut self, source: &Source) {
        for problem in source.problems() {
            self.counts.add(problem.severity, None);
        }
        self.suite = Suite::new(source.origin().to_string());
    }

    /// Ends what is told of a file.
    pub(super) fn end_file(&mut self) -> Result<(), Failure> {
        if self.format == CheckFormat::Junit {
            let suite = std::mem::take(&mut self.suite);
            self.output.put(suite.to_string().as_bytes())?;
        }
        Ok(())
    }

    /// Hands on what was printed where more may be long in coming.
    pub(super) fn flush_if(&mut self, goes_on: bool) -> Result<(), Failure> {
        self.output.flush_if(goes_on)
    }

    /// Ends the output after that many messages.
    pub(super) fn finish(mut self, messages: u64) -> Result<Counts, Failure> {
        if messages > 0 && self.used.contains(&false) {
            self.suite = Suite::new(self.site_name.clone().unwrap_or_default());
            let profile = Arc::clone(&self.profile);
            let sources = self.sources.clone();
            let all = profile.waivers.iter().zip(self.used.clone()).enumerate();
            for (index, (waiver, _)) in all.filter(|(_, (_, is_used))| !is_used) {
                let message = format!(
                    "the waiver of \"{}\" at {} waived nothing",
                    waiver.rule, waiver.at
                );
                let found = Diagnostic::info("waiver-unused", message)
                    .with_help("remove it if the messages are mended");
                let place = sources
                    .as_ref()
                    .map(|all| all.place_of(&format!(".waivers[{index}]")));
                let found = found.at(place.unwrap_or_default());
                self.of_profile(&found)?;
            }
            self.end_file()?;
        }
        if self.format == CheckFormat::Junit {
            self.output.put(check_junit::END.as_bytes())?;
        }
        self.output.finish()?;
        Ok(self.counts)
    }

    /// Tells what is wrong in the profile's own text.
    pub(super) fn of_site(&mut self, site: &SiteFile) -> Result<(), Failure> {
        self.sources = Some(Arc::clone(&site.sources));
        for diagnostic in site.findings.iter().chain(&site.problems) {
            self.of_profile(diagnostic)?;
        }
        Ok(())
    }

    /// Tells what is wrong with a message; without one, with the profile's scripts.
    pub(super) fn of_preview(
        &mut self,
        sample: Option<&Sample>,
        preview: &Preview,
    ) -> Result<(), Failure> {
        for diagnostic in &preview.site_problems {
            self.of_profile(diagnostic)?;
        }
        let mut of_message = Vec::new();
        let mapped = preview.outcome.iter().flat_map(|outcome| &outcome.findings);
        // A fault that compiling found is not a second one when the script runs into it.
        let mapped: Vec<&Finding> = mapped
            .filter(|finding| !self.once.contains(&key(&finding.diagnostic)))
            .collect();
        for finding in preview.findings.iter().chain(mapped) {
            if let Some(waived) = &finding.waived {
                self.counts.waived += 1;
                if let Some(used) = self.used.get_mut(waived.waiver) {
                    *used = true;
                }
                // Text and JUnit tell what is to be done.
                if self.format != CheckFormat::Json {
                    continue;
                }
            } else {
                let severity = finding.diagnostic.severity;
                self.counts.add(severity, Some(finding.rule_name()));
                of_message.push(&finding.diagnostic);
            }
            self.print(Told {
                finding: Some(finding),
                value: self.value(preview, finding),
                ..Told::of(sample, &finding.diagnostic)
            })?;
        }
        if let Some(sample) = sample.filter(|_| self.format == CheckFormat::Junit) {
            self.suite
                .case(&format!("message {}", sample.number()), &of_message);
        }
        Ok(())
    }

    /// What is the profile's is said once, at its first place.
    fn of_profile(&mut self, diagnostic: &Diagnostic) -> Result<(), Failure> {
        if !self.once.insert(key(diagnostic)) {
            return Ok(());
        }
        self.counts.add(diagnostic.severity, Some(diagnostic.code));
        if self.format == CheckFormat::Junit {
            self.suite.case(diagnostic.code, &[diagnostic]);
        }
        self.print(Told::of(None, diagnostic))
    }

    fn print(&mut self, told: Told<'_>) -> Result<(), Failure> {
        let site = self.site_name.as_deref();
        let line = match self.format {
            CheckFormat::Text => text_line(&told, site),
            CheckFormat::Json => json_line(&told, site),
            CheckFormat::Junit => return Ok(()),
        };
        self.output.put(&line.map_err(Failure::of_output)?)
    }

    /// The value that a finding speaks of, where values are asked for.
    fn value<'p>(&self, preview: &'p Preview, finding: &Finding) -> Option<&'p str> {
        let value = preview.message.text().get(finding.span()?)?;
        (self.values && !value.is_empty()).then_some(value)
    }
}

/// What tells two findings about the profile apart.
fn key(diagnostic: &Diagnostic) -> String {
    let Diagnostic {
        code,
        message,
        place,
        ..
    } = diagnostic;
    format!("{code}\n{place}\n{message}")
}
