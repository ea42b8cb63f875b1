//! `profile`: what a site profile comes to, how two of them differ, and what two sides made of one.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

use super::args::{ProfileCommand, ProfileDiff, ProfileExplain, ProfileFormat, ProfileMerge};
use super::failure::{Failure, Finish};
use super::output::{Output, json_line};
use super::report::{counted, note};
use super::{profile_codes, profile_coverage, profile_unmapped, site};
use crate::grammar::with_standard;
use crate::profile::{
    MergeConflict, PartChange, PartChangeKind, PartOrigin, Profile, Resolved, difference,
    explained, merge, print, with_origins,
};
use crate::workbench::SiteFile;

/// Runs the command.
pub(super) fn run(arguments: &ProfileCommand) -> Result<Finish, Failure> {
    match arguments {
        ProfileCommand::Explain(arguments) => explain(arguments),
        ProfileCommand::Diff(arguments) => diff(arguments),
        ProfileCommand::Merge(arguments) => merge_files(arguments),
        ProfileCommand::Unmapped(arguments) => profile_unmapped::run(arguments),
        ProfileCommand::Coverage(arguments) => profile_coverage::run(arguments),
        ProfileCommand::Codes(arguments) => profile_codes::run(arguments),
    }
}

/// A value as `explain --format json` prints it.
#[derive(Serialize)]
struct PrintedPart<'a> {
    path: String,
    value: &'a str,
    origin: &'static str,
    template: Option<&'a str>,
}

fn explain(arguments: &ProfileExplain) -> Result<Finish, Failure> {
    let site = site::open(&arguments.profile)?;
    site::report_errors(&site);
    site::report_script_errors(&site)?;
    let mut output = Output::open(None)?;
    let mut resolved = resolved(&site);
    if arguments.all {
        resolved = with_standard(&resolved);
    }
    match arguments.format {
        ProfileFormat::Text => output.put(with_origins(&resolved).as_bytes())?,
        ProfileFormat::Json => {
            for part in explained(&resolved) {
                let (origin, template) = match &part.origin {
                    PartOrigin::Standard(_) => ("standard", None),
                    PartOrigin::Template(name) => ("template", Some(&**name)),
                    PartOrigin::Site => ("site", None),
                };
                let printed = PrintedPart {
                    path: part.path.to_string(),
                    value: &part.value,
                    origin,
                    template,
                };
                output.put(&json_line(&printed)?)?;
            }
        }
    }
    output.finish()?;
    Ok(Finish::Clean)
}

fn resolved(site: &SiteFile) -> Resolved {
    Resolved {
        inherited: std::sync::Arc::default(),
        profile: site.profile.clone(),
        origins: site.origins.clone(),
        findings: Vec::new(),
    }
}

/// A change as `diff --format json` prints it.
#[derive(Serialize)]
struct PrintedChange<'a> {
    path: String,
    kind: &'static str,
    before: Option<&'a str>,
    after: Option<&'a str>,
}

fn diff(arguments: &ProfileDiff) -> Result<Finish, Failure> {
    let [first, second] = [&arguments.first, &arguments.second].map(|path| site::open(path));
    let (first, second) = (first?, second?);
    let changes = if arguments.own {
        difference(&first.own, &second.own)
    } else {
        difference(&first.profile, &second.profile)
    };
    let mut output = Output::open(None)?;
    for change in &changes {
        match arguments.format {
            ProfileFormat::Text => output.put(format!("{change}\n").as_bytes())?,
            ProfileFormat::Json => output.put(&change_line(change)?)?,
        }
    }
    output.finish()?;
    Ok(if changes.is_empty() {
        Finish::Clean
    } else {
        Finish::Found
    })
}

fn change_line(change: &PartChange) -> Result<Vec<u8>, Failure> {
    let joined;
    let (before, after) = match &change.kind {
        PartChangeKind::Added(value) => (None, value.as_deref()),
        PartChangeKind::Removed(value) => (value.as_deref(), None),
        PartChangeKind::Changed { before, after } => (Some(&**before), Some(&**after)),
        PartChangeKind::Reordered { before, after } => {
            joined = (before.join(", "), after.join(", "));
            (Some(joined.0.as_str()), Some(joined.1.as_str()))
        }
    };
    json_line(&PrintedChange {
        path: change.path.to_string(),
        kind: change.kind.name(),
        before,
        after,
    })
}

fn merge_files(arguments: &ProfileMerge) -> Result<Finish, Failure> {
    let own = |path: &Path| site::open_own(path);
    let (base, ours, theirs) = (
        own(&arguments.base)?,
        own(&arguments.ours)?,
        own(&arguments.theirs)?,
    );
    let (merged, conflicts) = merge(&base, &ours, &theirs)
        .map_err(|error| Failure::Profile(format!("the merged profile cannot be read: {error}")))?;
    let mut output = Output::open(arguments.out.as_deref())?;
    let text = with_conflicts(&merged, &conflicts).map_err(Failure::of_output)?;
    output.put(&text)?;
    output.finish()?;
    for conflict in &conflicts {
        note(conflict.to_string().trim_end());
    }
    if conflicts.is_empty() {
        return Ok(Finish::Clean);
    }
    note(format_args!(
        "{}: the merged profile has ours there and says so at its top",
        counted(conflicts.len() as u64, "conflict"),
    ));
    Ok(Finish::Found)
}

/// The merged profile, the conflicts as comments before it.
fn with_conflicts(merged: &Profile, conflicts: &[MergeConflict]) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for conflict in conflicts {
        for line in conflict.to_string().lines() {
            writeln!(text, "// {line}")?;
        }
    }
    text.extend(print(merged).into_bytes());
    Ok(text)
}
