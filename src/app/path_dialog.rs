//! A dialog with a path field: works where no system dialog can be shown.

use std::path::PathBuf;

use egui::{Id, Key, Modal, RichText, TextEdit};

use super::action::Action;
use super::cx::Cx;
use super::dialogs::Want;
use super::lesson_step::LessonStep;
use super::question::primary;
use super::theme::{Theme, dialog_frame};

/// The dialog, while it is open.
#[derive(Clone, Debug)]
pub(super) struct PathDialog {
    pub(super) want: Want,
    text: String,
    overwrite: bool,
    /// The system's own dialog was tried in vain.
    pub(super) fell_back: bool,
    focused: bool,
}

/// What became of it in this frame.
pub(super) enum Step {
    Stay,
    Close,
    /// Use the system's dialog instead.
    Browse,
}

impl PathDialog {
    /// A dialog that begins with `text` in its field.
    pub(super) fn new(want: Want, text: String) -> Self {
        Self {
            want,
            text,
            overwrite: false,
            fell_back: false,
            focused: false,
        }
    }

    /// Shows the dialog.
    pub(super) fn ui(&mut self, ctx: &egui::Context, cx: &Cx<'_>, can_browse: bool) -> Step {
        let theme = Theme::pick(ctx.global_style().visuals.dark_mode);
        let shown = Modal::new(Id::unique("path dialog")).frame(dialog_frame(ctx)).show(ctx, |ui| {
            ui.set_width(theme.grid(130));
            ui.heading(self.want.title());
            if self.fell_back {
                ui.add_space(theme.grid(1));
                let why = "This system shows no file dialog (xdg-desktop-portal or zenity would); type the path";
                ui.add(egui::Label::new(RichText::new(why).color(*theme.text.weak)).wrap());
            }
            ui.add_space(theme.grid(2));
            let label = ui.label("Path");
            let field = TextEdit::singleline(&mut self.text)
                .font(egui::TextStyle::Monospace)
                .hint_text(hint(self.want))
                .margin(theme.margin(2, 1))
                .desired_width(f32::INFINITY);
            let field = ui.add(field).labelled_by(label.id);
            cx.keeps_own_undo(true);
            if !self.focused {
                field.request_focus();
                self.focused = true;
            }
            let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            if self.want.is_save() {
                ui.checkbox(&mut self.overwrite, "Replace the file if it exists; the old one is kept as .bak");
            } else {
                let tip = match self.want {
                    Want::ImportCodes => "A line for each code: site,application,meaning; nothing changes before you have seen what",
                    _ => "A file or a folder on this machine; a file that ends in .ron is a site profile",
                };
                ui.label(RichText::new(tip).small().color(*theme.text.weak));
            }
            ui.add_space(theme.grid(3));
            ui.horizontal(|ui| {
                let name = if self.want.is_save() { "Save" } else { "Open" };
                let ready = !self.text.trim().is_empty();
                let go = ui.add_enabled(ready, primary(theme, name)).clicked();
                let browse = can_browse && ui.button("Browse…").clicked();
                let cancel = ui.button("Cancel").clicked();
                (ready && (go || enter), browse, cancel)
            })
            .inner
        });
        match shown.inner {
            (true, _, _) => {
                cx.send(self.action());
                Step::Close
            }
            (_, true, _) => Step::Browse,
            (_, _, cancel) if cancel || shown.should_close() => Step::Close,
            _ => Step::Stay,
        }
    }

    fn action(&self) -> Action {
        action_for(self.want, vec![expand(self.text.trim())], self.overwrite)
    }
}

/// What is done with a path that was chosen for `want`.
pub(super) fn action_for(want: Want, mut paths: Vec<PathBuf>, overwrite: bool) -> Action {
    match want {
        Want::Samples | Want::Folder | Want::Anything => Action::Open(paths),
        Want::Profile => Action::OpenProfile(paths.pop().unwrap_or_default()),
        Want::SaveProfile => Action::SaveProfileAs {
            path: paths.pop().unwrap_or_default(),
            overwrite,
        },
        Want::Lesson => Action::Lesson(LessonStep::Open(paths.pop().unwrap_or_default())),
        Want::SaveLesson => Action::Lesson(LessonStep::SaveAs {
            path: paths.pop().unwrap_or_default(),
            overwrite,
        }),
        Want::ImportCodes => Action::ImportCodes(paths.pop().unwrap_or_default()),
        Want::ExportCodes | Want::ExportCodesForExcel => Action::ExportCodes {
            path: paths.pop().unwrap_or_default(),
            overwrite,
            is_for_excel: want == Want::ExportCodesForExcel,
        },
        Want::SaveOutput => Action::SaveOutputAs {
            path: paths.pop().unwrap_or_default(),
            overwrite,
        },
    }
}

fn hint(want: Want) -> &'static str {
    match want {
        Want::Samples | Want::Anything => "/home/me/site/samples/adt.hl7",
        Want::Folder => "/home/me/site/samples",
        Want::Profile | Want::SaveProfile => "/home/me/site/profile.ron",
        Want::SaveOutput => "/home/me/site/output.hl7",
        Want::Lesson | Want::SaveLesson => "/home/me/lessons/admission.lesson.ron",
        Want::ImportCodes | Want::ExportCodes | Want::ExportCodesForExcel => {
            "/home/me/site/sex.csv"
        }
    }
}

/// `~` at the start is the home folder; quotes round the path, as file managers copy it, go.
fn expand(text: &str) -> PathBuf {
    let text = text.trim_matches(['"', '\'']);
    match (text.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(text),
    }
}
