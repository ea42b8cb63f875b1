//! What does not fit together in a profile's rules, severities and waivers.
//!
//! Which codes there are is known above this room; the names of rules are known here.

use std::collections::BTreeSet;

use super::conformance::Rule;
use super::document::Profile;
use super::finding::{Finding, at_value};
use crate::diagnostic::Diagnostic;

/// Finds rules without a name or with a name that is taken, and waivers without a reason.
pub(super) fn conformance(profile: &Profile, found: &mut Vec<Finding>) {
    let mut names = BTreeSet::new();
    for (index, definition) in profile.messages.iter().enumerate() {
        let path = format!(".messages[{index}].rules");
        rules(
            &definition.rules,
            &path,
            &definition.name,
            &mut names,
            found,
        );
    }
    for (segment, overlay) in &profile.segments {
        let path = format!(".segments{{{segment}}}.rules");
        rules(&overlay.rules, &path, segment.as_str(), &mut names, found);
    }
    for (index, waiver) in profile.waivers.iter().enumerate() {
        if waiver.reason.trim().is_empty() {
            let message = format!(
                "the waiver of \"{}\" at {} has no reason",
                waiver.rule, waiver.at
            );
            found.push(at_value(
                format!(".waivers[{index}].reason"),
                Diagnostic::warning("waiver-reason", message)
                    .with_help("write who agreed to it, and when"),
            ));
        }
    }
}

fn rules<'p>(
    rules: &'p [Rule],
    path: &str,
    of: &str,
    names: &mut BTreeSet<&'p str>,
    found: &mut Vec<Finding>,
) {
    for (index, rule) in rules.iter().enumerate() {
        let path = format!("{path}[{index}]");
        if rule.name.trim().is_empty() {
            let message = format!("a rule of {of} has no name");
            found.push(at_value(
                format!("{path}.name"),
                Diagnostic::error("rule-name", message)
                    .with_help("give it one: severities and waivers name the rule by it"),
            ));
        } else if !names.insert(&rule.name) {
            let message = format!("two rules are named \"{}\"", rule.name);
            found.push(at_value(
                format!("{path}.name"),
                Diagnostic::error("rule-duplicate", message)
                    .with_help("give one of them another name"),
            ));
        }
    }
}
