//! `profile codes`: the code tables of a profile, as sheets and from sheets.

use std::io::{self, Read};
use std::path::Path;

use super::args::ProfileCodes;
use super::failure::{Failure, Finish};
use super::output::Output;
use super::report::{counted, note};
use super::site;
use crate::profile::{
    CodeDefault, Codes, CodesImport, Edit, ImportMode, Profile, import_codes, write_code_sheet,
};
use crate::workbench::{Replace, SheetText, SiteDraft, SiteFile, backup_path, read_bytes};

/// Runs the command.
pub(super) fn run(arguments: &ProfileCodes) -> Result<Finish, Failure> {
    let site = site::open(&arguments.profile)?;
    site::report_errors(&site);
    match (&arguments.table, &arguments.export, &arguments.import) {
        (Some(table), None, Some(path)) => import(arguments, &site, table, path),
        (Some(table), export, _) => self::export(arguments, &site, table, export.as_deref()),
        (None, _, _) => list(&site.profile),
    }
}

fn list(profile: &Profile) -> Result<Finish, Failure> {
    let mut output = Output::open(None)?;
    for (name, codes) in &profile.codes {
        let otherwise = match &codes.otherwise {
            None | Some(CodeDefault::Keep) => "kept".to_owned(),
            Some(CodeDefault::Error) => "an error".to_owned(),
            Some(CodeDefault::Default(code)) => format!("\"{code}\""),
        };
        let line = format!(
            "{name}: {}, {}, others {otherwise}\n",
            counted(codes.values.len() as u64, "value"),
            counted(codes.maps.len() as u64, "site code"),
        );
        output.put(line.as_bytes())?;
    }
    output.finish()?;
    Ok(Finish::Clean)
}

fn export(
    arguments: &ProfileCodes,
    site: &SiteFile,
    table: &str,
    path: Option<&Path>,
) -> Result<Finish, Failure> {
    let Some(codes) = site.profile.codes.get(table) else {
        return Err(unknown(&site.profile, table, arguments));
    };
    let mut output = Output::open(path)?;
    output.put(sheet(codes, arguments.excel).as_bytes())?;
    output.finish()?;
    Ok(Finish::Clean)
}

fn sheet(codes: &Codes, is_for_excel: bool) -> String {
    if is_for_excel {
        format!("\u{feff}{}", write_code_sheet(codes, ';'))
    } else {
        write_code_sheet(codes, ',')
    }
}

fn unknown(profile: &Profile, table: &str, arguments: &ProfileCodes) -> Failure {
    let names: Vec<&str> = profile.codes.keys().map(|name| &**name).collect();
    let known = match names.as_slice() {
        [] => "none yet: --import makes one".to_owned(),
        names => names.join(", "),
    };
    Failure::Argument(format!(
        "--table {table}: {} has no such code table. It has: {known}.",
        arguments.profile.display(),
    ))
}

fn import(
    arguments: &ProfileCodes,
    site: &SiteFile,
    table: &str,
    path: &Path,
) -> Result<Finish, Failure> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        let mut input = io::stdin().lock();
        input
            .read_to_end(&mut bytes)
            .map_err(Failure::StandardInput)?;
        bytes
    } else {
        read_bytes(path)?
    };
    let name = path.display();
    let sheet = SheetText::of(&bytes);
    let mode = if arguments.replace {
        ImportMode::Replace
    } else {
        ImportMode::Merge
    };
    let import = match import_codes(&site.profile, table, &sheet.text, mode) {
        Ok(import) => import,
        Err(fault) => {
            note(format_args!("{name}: {fault}; nothing was changed"));
            return Ok(Finish::Found);
        }
    };
    for passed_over in sheet.note.iter().chain(&import.notes) {
        note(format_args!("{name}: {passed_over}"));
    }
    let CodesImport { edit, changes, .. } = import;
    let mut output = Output::open(None)?;
    for change in &changes {
        output.put(format!("{change}\n").as_bytes())?;
    }
    match &edit {
        None => note(format_args!(
            "{}: the code table \"{table}\" is like the sheet already",
            site.path.display()
        )),
        Some(edit) => save(site, edit, changes.len())?,
    }
    output.finish()?;
    Ok(Finish::Clean)
}

/// Writes the site's own profile with the edit, the way the window saves one.
fn save(site: &SiteFile, edit: &Edit, changes: usize) -> Result<(), Failure> {
    let own = site
        .own
        .apply_over(&site.templates, edit)
        .map_err(|error| Failure::Profile(format!("{}: {error}", site.path.display())))?;
    let draft = SiteDraft {
        path: site.path.clone(),
        profile: own.into(),
        scripts: site.scripts.clone(),
        scripts_on_disk: site.scripts.clone(),
        replace: Replace::Known(site.stamps.clone()),
    };
    if site.has_comments {
        note(format_args!(
            "{}: its comments are not kept; {} has them",
            site.path.display(),
            backup_path(&site.path).display()
        ));
    }
    draft.save()?;
    note(format_args!(
        "{}: {} saved",
        site.path.display(),
        counted(changes as u64, "change")
    ));
    Ok(())
}
