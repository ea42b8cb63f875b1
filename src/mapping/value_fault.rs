//! What is wrong with a value: what was expected, what stands there, and what mends it.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Place};
use crate::grammar::{Finding, Fix, Judgement, meant_code, shape, shown_code, trimmed};
use crate::hl7::{Delimiters, Message, escape, unescape};
use crate::profile::Profile;

/// What is wrong with a value, wherever it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ValueFault {
    expected: String,
    /// The value if it is a code, else its shape.
    found: String,
    fix: Option<ValueFix>,
}

/// Another value in the place of the one that is wrong.
#[derive(Clone, PartialEq, Eq)]
struct ValueFix {
    label: String,
    text: String,
}

/// Shows what it does and no value.
impl std::fmt::Debug for ValueFix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ValueFix").field(&self.label).finish()
    }
}

impl ValueFault {
    /// A value of another form than expected; `fix` is what mends it and the value then.
    pub(super) fn new(expected: String, text: &str, fix: Option<(String, String)>) -> Self {
        Self {
            expected,
            found: shape(text),
            fix: fix.map(ValueFix::of),
        }
    }

    /// A text that is not among the codes of a table.
    pub(super) fn of_code(allowed: &[&str], text: &str) -> Self {
        let meant = meant_code(allowed.iter().copied(), text);
        Self {
            expected: format!("one of {}", listed(allowed)),
            found: shown_code(text).map_or_else(|| shape(text), str::to_owned),
            fix: meant.map(|code| ValueFix {
                label: format!("Write {code}"),
                text: code.to_owned(),
            }),
        }
    }

    /// A text that is longer than its column stores.
    pub(super) fn of_size(size: u32, length: usize, text: &str) -> Self {
        Self {
            expected: format!("at most {size} characters"),
            found: format!("{length} characters"),
            fix: trimmed(text, size as usize).map(ValueFix::of),
        }
    }

    /// The same without a fix: the value is not as the message has it.
    #[must_use]
    pub(super) fn without_fix(mut self) -> Self {
        self.fix = None;
        self
    }

    /// A finding about the value, which stands there in a message with these delimiters.
    pub(super) fn finding(
        self,
        diagnostic: Diagnostic,
        at: Option<(Range<usize>, &Delimiters)>,
    ) -> Finding {
        let mut finding = Finding::of(diagnostic).with(self.expected, self.found);
        if let Some((span, delimiters)) = at {
            finding.fix = self.fix.map(|fix| Fix {
                label: fix.label,
                span: span.clone(),
                text: escape(&fix.text, delimiters).into_owned(),
            });
            finding.value = Some(span);
        }
        finding
    }
}

impl ValueFix {
    fn of((label, text): (String, String)) -> Self {
        Self { label, text }
    }
}

/// Where a text stands, if it is what was read last.
pub(super) fn read_last(
    message: &Message,
    last_read: &Range<usize>,
    text: &str,
) -> Option<Range<usize>> {
    let read = message.text().get(last_read.clone())?;
    let is_it = !text.is_empty() && unescape(read, message.delimiters()) == text;
    is_it.then(|| last_read.clone())
}

/// The finding about a script with the place of the value in its sentence.
pub(super) fn with_value_place(mut finding: Finding, message: &Message) -> Finding {
    let is_script = matches!(finding.diagnostic.place, Place::Script { .. });
    if is_script
        && let Some(span) = &finding.value
        && let Some(location) = message.location_of(span)
    {
        let told = &finding.diagnostic.message;
        finding.diagnostic.message = format!("{told} ({location}, byte {})", span.start);
    }
    finding
}

/// The findings as grave as the profile has their rules, and waived where it waives them.
pub(super) fn judged(
    findings: Vec<Finding>,
    profile: &Arc<Profile>,
    message: &Message,
) -> Vec<Finding> {
    if findings.is_empty() {
        return findings;
    }
    let judgement = Judgement::of(profile);
    let all = findings.into_iter();
    all.filter_map(|finding| judgement.judged(finding, message))
        .collect()
}

/// Codes for a person to choose from.
pub(super) fn listed(codes: &[&str]) -> Cow<'static, str> {
    match codes.len() {
        0 => Cow::Borrowed("none"),
        1..=20 => codes.join(", ").into(),
        count => format!("{} and {} more", codes[..15].join(", "), count - 15).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hl7::parse;

    /// What is expected and found, and the message after the fix, its place being PID-7.
    fn check(fault: ValueFault, value: &str, expect: (&str, &str, Option<&str>)) {
        let (message, _) = parse(&format!("MSH|^~\\&|\rPID|||||||{value}\r"));
        let at = message.find(&"PID-7".parse().unwrap()).unwrap().span();
        let at = Some((at, message.delimiters()));
        let finding = fault.finding(Diagnostic::error("row-value", "wrong"), at);
        let after = finding.fix.map(|fix| {
            let after = fix.apply(message.text()).unwrap();
            parse(&after)
                .0
                .text_at(&"PID-7".parse().unwrap())
                .into_owned()
        });
        let found = (&*finding.expected, &*finding.found, after.as_deref());
        assert_eq!(found, expect, "{value}");
    }

    #[test]
    fn a_value_of_another_form_is_told_by_its_shape() {
        let mended = Some(("Write it as HL7 does".to_owned(), "19700301".to_owned()));
        let day = ValueFault::new("a date".to_owned(), "01.03.1970", mended);
        let shape = "99.99.9999 (10 characters)";
        check(
            day.clone(),
            "01.03.1970",
            ("a date", shape, Some("19700301")),
        );
        check(day.without_fix(), "01.03.1970", ("a date", shape, None));
    }

    #[test]
    fn a_code_is_mended_and_escaped_as_the_message_has_it() {
        let fault = ValueFault::of_code(&["A&E", "ICU"], "a&e");
        check(fault, "a\\T\\e", ("one of A&E, ICU", "a&e", Some("A&E")));
        let fault = ValueFault::of_code(&["ICU"], "the ward on the hill");
        check(
            fault,
            "x",
            ("one of ICU", "aaa aaaa aa aaa aaaa (20 characters)", None),
        );
    }

    #[test]
    fn blanks_that_are_too_many_are_mended() {
        let fault = ValueFault::of_size(3, 6, "  Roe ");
        check(
            fault,
            "  Roe ",
            ("at most 3 characters", "6 characters", Some("Roe")),
        );
        let fault = ValueFault::of_size(3, 5, "Amsel");
        check(
            fault,
            "Amsel",
            ("at most 3 characters", "5 characters", None),
        );
    }

    #[test]
    fn a_debug_print_shows_no_value() {
        let mended = Some(("Write it as HL7 does".to_owned(), "19700301".to_owned()));
        let fault = ValueFault::new("a date".to_owned(), "01.03.1970", mended);
        let shown = format!("{fault:?}");
        assert!(!shown.contains("1970"), "{shown}");
    }
}
