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
            let message = format!("{} more findings are not listed", self.unlisted);
            let found = Diagnostic::new(severity, "findings-unlisted", message)
                .with_help("turn rules off or waive them until what matters is listed");
            let found = Finding::of(found);
            list.push(found.with(format!("at most {MOST} findings"), "more"));
        }
        list
    }
}
