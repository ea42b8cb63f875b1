//! What was found in one message, judged by the profile and kept within bounds.

use super::finding::Finding;
use super::judgement::Judgement;
use crate::diagnostic::{Diagnostic, Severity};
use crate::hl7::Message;

/// Findings of one message beyond this are counted, not listed.
const MOST: usize = 1_000;

/// Collects the findings of a message.
#[derive(Debug)]
pub struct Findings<'a> {
    judgement: &'a Judgement,
    message: &'a Message,
    list: Vec<Finding>,
    unlisted: u64,
    gravest: Option<Severity>,
}

impl<'a> Findings<'a> {
    /// Nothing yet.
    pub fn new(judgement: &'a Judgement, message: &'a Message) -> Self {
        Self {
            judgement,
            message,
            list: Vec::new(),
            unlisted: 0,
            gravest: None,
        }
    }

    /// How findings are judged.
    pub fn judgement(&self) -> &'a Judgement {
        self.judgement
    }

    /// Adds a finding as grave as the profile has its rule, else as it is.
    pub fn judge(&mut self, finding: Finding) {
        if let Some(finding) = self.judgement.said(finding) {
            self.put(finding);
        }
    }

    /// Adds a finding that is as grave as it should be.
    pub fn put(&mut self, mut finding: Finding) {
        finding.waived = self.judgement.waived(&finding, self.message);
        if self.list.len() < MOST {
            self.list.push(finding);
        } else if finding.waived.is_none() {
            self.unlisted += 1;
            self.gravest = self.gravest.max(Some(finding.diagnostic.severity));
        }
    }

    /// The findings in message order; the last says how many more there are.
    pub fn finish(self) -> Vec<Finding> {
        let mut list = self.list;
        list.sort_by_key(|finding| finding.span().map_or(usize::MAX, |span| span.start));
        if let Some(severity) = self.gravest {
            let message = match self.unlisted {
                1 => "1 more finding is not listed".to_owned(),
                count => format!("{count} more findings are not listed"),
            };
            let found = Diagnostic::new(severity, "findings-unlisted", message)
                .with_help("turn rules off or waive them until what matters is listed");
            let found = Finding::of(found);
            list.push(found.with(format!("at most {MOST} findings"), "more"));
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diagnostic::Place;
    use crate::hl7::parse;
    use crate::profile::{Profile, RuleSeverity, Waiver};

    /// Findings `count` of `length` as a remark, then one of `type-date` as `last`.
    fn check(count: usize, last: Severity, waived: bool, expect: Option<(&str, Severity)>) {
        let mut profile = Profile::new("Site");
        profile
            .severity
            .insert("type-time".into(), RuleSeverity::Off);
        if waived {
            profile.waivers.push(Waiver {
                rule: "type-date".into(),
                at: "PID-7".parse().unwrap(),
                reason: "agreed".into(),
            });
        }
        let message = parse("MSH|^~\\&|\r").0;
        let judgement = Judgement::of(&Arc::new(profile));
        let mut findings = Findings::new(&judgement, &message);
        for _ in 0..count {
            findings.judge(Finding::of(Diagnostic::info("length", "too long")));
        }
        findings.judge(Finding::of(Diagnostic::info("type-time", "is off")));
        let place = Place::Location("PID-7".parse().unwrap());
        let diagnostic = Diagnostic::new(last, "type-date", "no date").at(place);
        findings.judge(Finding::of(diagnostic));
        let all = findings.finish();
        let more = all.last().map(|found| &found.diagnostic);
        let more = more.filter(|found| found.code == "findings-unlisted");
        let found = more.map(|found| (found.message.as_str(), found.severity));
        assert_eq!(found, expect, "{count}");
    }

    #[test]
    fn what_is_not_listed_is_counted_and_as_grave_as_it_is() {
        check(0, Severity::Error, false, None);
        check(999, Severity::Error, false, None);
        let one = "1 more finding is not listed";
        check(1_000, Severity::Error, false, Some((one, Severity::Error)));
        check(1_000, Severity::Info, false, Some((one, Severity::Info)));
        check(1_000, Severity::Error, true, None);
        let many = "101 more findings are not listed";
        check(
            1_100,
            Severity::Warning,
            false,
            Some((many, Severity::Warning)),
        );
    }
}
