//! What in a code table does not fit together: codes that are not among the values, ways back that nobody
//! can tell.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::{CodeDefault, Codes};
use super::finding::{Finding, at_value, listed};
use crate::diagnostic::Diagnostic;

/// Checks one code table.
pub(super) fn check_codes(name: &str, codes: &Codes, found: &mut Vec<Finding>) {
    check_back(name, codes, found);
    // With no values listed, any code is the application's.
    if codes.values.is_empty() {
        return;
    }
    let mut check = |path: String, code: &str| {
        if !codes.values.contains_key(code) {
            found.push(at_value(
                path,
                Diagnostic::warning(
                    "code-unknown",
                    format!("codes \"{name}\": \"{code}\" is not among the values"),
                )
                .with_help(listed("values", codes.values.keys())),
            ));
        }
    };
    for (from, to) in &codes.maps {
        check(format!(".codes{{{name}}}.maps{{{from}}}"), to);
    }
    if let Some(CodeDefault::Default(code)) = &codes.otherwise {
        check(format!(".codes{{{name}}}.otherwise"), code);
    }
}

/// Whether each code of the application has one code of the site to go back to.
fn check_back(name: &str, codes: &Codes, found: &mut Vec<Finding>) {
    let mut sites: BTreeMap<&Arc<str>, Vec<&Arc<str>>> = BTreeMap::new();
    for (site, application) in &codes.maps {
        sites.entry(application).or_default().push(site);
    }
    for (application, from) in &sites {
        if let [first, second, ..] = from.as_slice()
            && !codes.back.contains_key(*application)
        {
            let message = format!(
                "codes \"{name}\": \"{first}\" and \"{second}\" both mean \"{application}\"; back it becomes \"{first}\""
            );
            found.push(at_value(
                format!(".codes{{{name}}}.maps{{{second}}}"),
                Diagnostic::info("codes-ambiguous", message).with_help(format!(
                    "say which is meant: back: {{\"{application}\": \"{first}\"}}"
                )),
            ));
        }
    }
    for (application, site) in &codes.back {
        if codes.to_application(site).ok() != Some(&**application) {
            let message = format!(
                "codes \"{name}\": back from \"{application}\" is \"{site}\", which does not mean \"{application}\""
            );
            let known = sites.get(application).into_iter().flatten();
            found.push(at_value(
                format!(".codes{{{name}}}.back{{{application}}}"),
                Diagnostic::error("codes-back", message)
                    .with_help(listed("codes of the site for it", known)),
            ));
        }
    }
}
