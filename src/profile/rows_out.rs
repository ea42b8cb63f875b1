//! The template of rows out: the text that a message made of rows begins with, and what is wrong with it.

use std::ops::Range;

use super::document::{Profile, RowsOut};
use super::finding::{Finding, Part};
use super::positions::line_and_column;
use crate::diagnostic::{Diagnostic, Severity};
use crate::hl7::{FaultKind, parse};

/// Something in a template that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFault {
    /// Where it stands, in bytes of the template.
    pub span: Range<usize>,
    /// What is wrong: one sentence without a final stop.
    pub message: String,
    /// What would be right.
    pub help: &'static str,
}

impl TemplateFault {
    /// Line and column in the template, both counted from 1, the column in characters.
    pub fn line_and_column(&self, template: &str) -> (u32, u32) {
        line_and_column(template, self.span.start)
    }
}

impl RowsOut {
    /// What is wrong with the template; what stands there is taken as far as it goes.
    pub fn faults(&self) -> Vec<TemplateFault> {
        let lines = lines(&self.template);
        let Some((first, header)) = lines.first() else {
            return vec![no_header(0..0, "the template is empty")];
        };
        if !header.starts_with("MSH") {
            let span = *first..first + header.len();
            return vec![no_header(span, "the template does not begin with MSH")];
        }
        let mut text = String::new();
        // Where each line begins in the text that is parsed, and in the template.
        let mut begins = Vec::new();
        for (at, line) in &lines {
            begins.push((text.len(), *at));
            text.push_str(line);
            text.push('\r');
        }
        let within = |byte: usize| {
            let line = begins.iter().rfind(|(parsed, _)| *parsed <= byte);
            line.map_or(0, |(parsed, own)| own + (byte - parsed))
        };
        let faults = parse(&text).1.into_iter().map(|fault| TemplateFault {
            span: within(fault.span.start)..within(fault.span.end),
            message: fault.kind.to_string(),
            help: match fault.kind {
                FaultKind::SecondHeader => "a template is one message: remove this MSH",
                other => other.help(),
            },
        });
        faults.collect()
    }
}

/// The lines that hold something, without the blanks around it, and where they begin.
fn lines(template: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    let lines = template.split_inclusive('\n').map(|line| {
        let begin = at + (line.len() - line.trim_start().len());
        at += line.len();
        (begin, line.trim())
    });
    lines.filter(|(_, line)| !line.is_empty()).collect()
}

fn no_header(span: Range<usize>, message: &str) -> TemplateFault {
    TemplateFault {
        span,
        message: message.to_owned(),
        help: "write the header first, such as MSH|^~\\&|PIPEHAT||||||ADT^A01^ADT_A01||P|2.5.1",
    }
}

/// Finds what is wrong with the templates of a profile.
pub(super) fn check_templates(profile: &Profile, found: &mut Vec<Finding>) {
    for (index, definition) in profile.messages.iter().enumerate() {
        let Some(out) = &definition.out else { continue };
        for fault in out.faults() {
            let (line, column) = fault.line_and_column(&out.template);
            let message = format!(
                "template of \"{}\", line {line}, column {column}: {}",
                definition.name, fault.message
            );
            found.push(Finding {
                path: format!(".messages[{index}].out.template"),
                points_at: Part::Inside(fault.span.start),
                diagnostic: Diagnostic::new(Severity::Warning, "out-template", message)
                    .with_help(fault.help),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn check(template: &str, expect: &str) {
        let out = RowsOut {
            template: template.into(),
        };
        let mut found = String::new();
        for fault in out.faults() {
            let (line, column) = fault.line_and_column(template);
            let part = template.get(fault.span.clone()).expect("inside");
            let _ = writeln!(found, "{line}:{column} {part:?} {}", fault.message);
        }
        assert_eq!(found, expect, "{template}");
    }

    #[test]
    fn faults_are_told_where_they_stand_in_the_template() {
        check("MSH|^~\\&|A|||||||7|P|2.5.1", "");
        check("\n  MSH|^~\\&|A\n\n\tEVN|A01\n", "");
        check("", "1:1 \"\" the template is empty\n");
        check(" \n\n", "1:1 \"\" the template is empty\n");
        check(
            "\n EVN|A01\nMSH|^~\\&|\n",
            "2:2 \"EVN|A01\" the template does not begin with MSH\n",
        );
        check(
            "MSH|^~\\&|A\n  words\nMSH|^~\\&|B",
            "2:3 \"words\" the line is no segment\n\
             3:1 \"MSH\" a second MSH segment inside the message\n",
        );
    }
}
