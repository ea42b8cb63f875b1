//! The profile that `--profile` names.

use std::path::Path;
use std::sync::Arc;

use super::bare::Inputs;
use super::failure::Failure;
use super::input::sentence;
use super::report::note;
use crate::cancel::Cancel;
use crate::diagnostic::{Place, Severity};
use crate::hl7::Timestamp;
use crate::profile::{Profile, read};
use crate::workbench::{Memo, SiteError, SiteFile, Snapshot, derive, local_time, read_text};

/// Reads a profile with its scripts.
pub(super) fn open(path: &Path) -> Result<SiteFile, Failure> {
    SiteFile::open(path).map_err(|error| match error {
        SiteError::File(error) => Failure::File(error),
        SiteError::Profile { .. } | SiteError::Template { .. } | SiteError::Circle { .. } => {
            Failure::Profile(error.to_string())
        }
    })
}

/// What a profile's file itself says, without what it inherits.
pub(super) fn open_own(path: &Path) -> Result<Profile, Failure> {
    let (text, _) = read_text(path)?;
    read(&text).map_err(|error| Failure::Profile(format!("{}: {error}", path.display())))
}

/// The time that `--now` names.
pub(super) fn stated_time(now: Option<&str>) -> Result<Option<Timestamp>, Failure> {
    let parse = |text: &str| {
        text.parse().map_err(|error| {
            Failure::Argument(format!(
                "--now {text}: {error}. Write it as 20260301120000+0100."
            ))
        })
    };
    now.map(parse).transpose()
}

/// Says on standard error what is wrong in a profile that is used all the same.
pub(super) fn report_errors(site: &SiteFile) {
    for found in site.findings.iter().chain(&site.problems) {
        if found.severity == Severity::Error {
            note(format_args!("{}: {}", site.path.display(), sentence(found)));
        }
    }
}

/// Says on standard error what is wrong in the scripts of a profile before any message comes.
pub(super) fn report_script_errors(site: &SiteFile) -> Result<(), Failure> {
    let inputs = inputs(Some(site));
    let preview = derive(inputs.alone(), &mut Memo::default(), &Cancel::never())?;
    let of_scripts = preview.site_problems.iter().filter(|found| {
        found.severity == Severity::Error && matches!(found.place, Place::Script { .. })
    });
    for found in of_scripts {
        note(format_args!("{}: {}", site.path.display(), sentence(found)));
    }
    Ok(())
}

/// What messages are looked at under: the profile, or each message's own version of the standard.
pub(super) fn inputs(site: Option<&SiteFile>) -> Inputs {
    match site {
        Some(site) => {
            let (profile, scripts) = (Arc::clone(&site.profile), Arc::clone(&site.scripts));
            let snapshot = Snapshot::new(profile, scripts, local_time());
            Inputs::of_site(snapshot.with_sources(Arc::clone(&site.sources)))
        }
        None => Inputs::bare(Snapshot::new(
            Arc::new(Profile::new("")),
            Arc::default(),
            local_time(),
        )),
    }
}
