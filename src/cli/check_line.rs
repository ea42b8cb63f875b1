//! One finding as `check` prints it: as a line of text, or as an object of JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::show_tree::shown;
use crate::diagnostic::{Diagnostic, Place};
use crate::grammar::Finding;
use crate::workbench::Sample;

/// What is printed of one finding.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    /// The message that it is about; nothing for what is the profile's.
    pub(super) sample: Option<&'a Sample>,
    pub(super) diagnostic: &'a Diagnostic,
    /// What a rule knows beside the diagnostic.
    pub(super) finding: Option<&'a Finding>,
    pub(super) value: Option<&'a str>,
}

impl<'a> Told<'a> {
    /// A diagnostic of which nothing more is known.
    pub(super) fn of(sample: Option<&'a Sample>, diagnostic: &'a Diagnostic) -> Self {
        Self {
            sample,
            diagnostic,
            finding: None,
            value: None,
        }
    }
}

/// The members of the object, in their order.
#[derive(Serialize)]
struct Printed<'a> {
    file: Option<String>,
    message: Option<usize>,
    severity: &'static str,
    code: &'static str,
    rule: Option<&'a str>,
    location: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    span: Option<[usize; 2]>,
    expected: Option<&'a str>,
    found: Option<&'a str>,
    value: Option<&'a str>,
    text: &'a str,
    help: Option<&'a str>,
    fix: Option<&'a str>,
    waived: Option<&'a str>,
    /// Where a script's line stands in the profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<PrintedLine<'a>>,
}

/// A line of the profile or of a template.
#[derive(Serialize)]
struct PrintedLine<'a> {
    file: Option<&'a str>,
    line: u32,
    column: u32,
}

/// A line for people; `site` is the profile's file.
pub(super) fn text_line(told: &Told<'_>, site: Option<&str>) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    match (told.sample, site) {
        (Some(sample), _) => {
            write!(line, "{} #{}: ", sample.source().origin(), sample.number())?;
        }
        (None, Some(site)) => write!(line, "{site}: ")?,
        (None, None) => {}
    }
    match told.finding.and_then(|finding| finding.rule.as_deref()) {
        Some(rule) => {
            // A rule of the site's own is known by its name.
            let text = told.diagnostic.to_string();
            let code = format!("[{}]", told.diagnostic.code);
            let named = format!("[{} \"{rule}\"]", told.diagnostic.code);
            line.extend(text.replacen(&code, &named, 1).into_bytes());
        }
        None => write!(line, "{}", told.diagnostic)?,
    }
    if let Some(value) = told.value {
        write!(line, " here: {}", shown(value))?;
    }
    writeln!(line)?;
    Ok(line)
}

/// An object on a line; `site` is the profile's file.
pub(super) fn json_line(told: &Told<'_>, site: Option<&str>) -> io::Result<Vec<u8>> {
    let Told {
        sample,
        diagnostic,
        finding,
        value,
    } = *told;
    let file = match &diagnostic.place {
        Place::Profile { file, .. } => file.as_ref().map(ToString::to_string),
        Place::Nowhere
        | Place::File(_)
        | Place::Script { .. }
        | Place::Message { .. }
        | Place::Location(_) => sample.map(|sample| sample.source().origin().to_string()),
    };
    let (line, column) = match &diagnostic.place {
        Place::Script { line, column, .. } | Place::Profile { line, column, .. } => {
            (Some(*line), Some(*column))
        }
        Place::Nowhere | Place::File(_) | Place::Message { .. } | Place::Location(_) => {
            (None, None)
        }
    };
    let mut out = serde_json::to_vec(&Printed {
        file: file.or_else(|| site.map(str::to_owned)),
        message: sample.map(Sample::number),
        severity: diagnostic.severity.name(),
        code: diagnostic.code,
        rule: finding.and_then(|finding| finding.rule.as_deref()),
        location: location(&diagnostic.place),
        line,
        column,
        span: finding
            .and_then(Finding::span)
            .map(|span| [span.start, span.end]),
        expected: finding
            .map(|finding| &*finding.expected)
            .filter(|expected| !expected.is_empty()),
        found: finding.map(|finding| &*finding.found),
        value,
        text: &diagnostic.message,
        help: diagnostic.help.as_deref(),
        fix: finding
            .and_then(|finding| finding.fix.as_ref())
            .map(|fix| &*fix.label),
        waived: finding
            .and_then(|finding| finding.waived.as_ref())
            .map(|waived| &*waived.reason),
        profile: match &diagnostic.place {
            Place::Script { profile, .. } => profile.as_ref().map(|place| PrintedLine {
                file: place.file.as_deref().or(site),
                line: place.line,
                column: place.column,
            }),
            Place::Nowhere
            | Place::File(_)
            | Place::Profile { .. }
            | Place::Message { .. }
            | Place::Location(_) => None,
        },
    })?;
    out.push(b'\n');
    Ok(out)
}

fn location(place: &Place) -> Option<String> {
    match place {
        Place::Message { location, .. } => location.as_ref().map(ToString::to_string),
        Place::Location(location) => Some(location.to_string()),
        Place::Script { name, .. } | Place::File(name) => Some(name.to_string()),
        Place::Nowhere | Place::Profile { .. } => None,
    }
}
