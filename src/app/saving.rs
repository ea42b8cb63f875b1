//! Where files are: asked for by the system's dialog or inside the window, and what is saved there.

use std::path::PathBuf;

use super::cx::has_unsaved_changes;
use super::dialogs::Want;
use super::host::Host;
use super::lessons;
use super::path_dialog::PathDialog;
use super::question::Question;
use crate::workbench::SaveGuard;

pub(super) fn guard(overwrite: bool) -> SaveGuard {
    if overwrite {
        SaveGuard::Overwrite
    } else {
        SaveGuard::New
    }
}

/// Asks for a path: by the system's dialog, or inside the window where there is none.
pub(super) fn ask(host: &mut Host, ctx: &egui::Context, want: Want) {
    let name = match want {
        Want::SaveProfile => host.session.profile_path().map_or_else(
            || "profile.ron".to_owned(),
            |path| path.display().to_string(),
        ),
        Want::SaveOutput => "output.hl7".to_owned(),
        Want::SaveLesson => lessons::file_name(&host.session),
        Want::ExportCodes | Want::ExportCodesForExcel => {
            let table = host.state.sheet_of.as_deref().unwrap_or("codes");
            format!("{table}.csv")
        }
        Want::Samples
        | Want::Folder
        | Want::Profile
        | Want::Lesson
        | Want::Anything
        | Want::ImportCodes => String::new(),
    };
    if host.dialogs.is_available() {
        host.dialogs.ask(want, &name, ctx);
    } else {
        host.state.path_dialog = Some(PathDialog::new(want, name));
    }
}

pub(super) fn save(host: &mut Host, ctx: &egui::Context) {
    if host.session.would_lose_comments()
        && !host.state.comments_may_go
        && has_unsaved_changes(&host.session)
    {
        host.state.question = Some(Question::Comments);
    } else if !host.session.save_profile() {
        ask(host, ctx, Want::SaveProfile);
    }
}

pub(super) fn save_output(host: &mut Host, path: PathBuf, overwrite: bool) {
    if !host.session.save_output(path, guard(overwrite)) {
        host.toasts
            .complain("There is no output message to save: choose a sample that makes one");
    }
}
