//! Questions that must be answered before anything is lost.

use std::path::PathBuf;

use egui::{Button, Id, Modal, RichText};

use super::action::{Action, Command};
use super::cx::Cx;
use super::lesson_step::LessonStep;
use super::sheet_words::SheetWords;
use super::theme::{Theme, dialog_frame};
use crate::profile::ImportMode;

/// What the person is asked.
#[derive(Clone, Debug)]
pub(super) enum Question {
    /// The profile has unsaved changes, and the action would drop them.
    Unsaved(Box<Action>),
    /// The lesson has unsaved changes, and the action would drop them.
    UnsavedLesson(Box<Action>),
    /// The profile's file was changed by somebody else.
    Conflict(PathBuf),
    /// Saving drops the comments of the profile's file.
    Comments,
    /// A sheet of codes was read; what taking it comes to.
    Sheet(SheetWords),
}

/// One way to answer.
struct Answer {
    name: &'static str,
    tip: &'static str,
    actions: Vec<Action>,
}

fn answer(name: &'static str, tip: &'static str, actions: Vec<Action>) -> Answer {
    Answer { name, tip, actions }
}

impl Question {
    fn words(&self) -> (&str, String) {
        match self {
            Self::Unsaved(_) => (
                "The profile has unsaved changes",
                "What you are about to do would drop them".to_owned(),
            ),
            Self::UnsavedLesson(_) => (
                "The lesson has unsaved changes",
                "What you are about to do would drop them".to_owned(),
            ),
            Self::Conflict(path) => (
                "The profile was changed on disk",
                format!("{} is no longer what was opened here; nothing was written", path.display()),
            ),
            Self::Sheet(words) => (&words.title, words.sentences.join("\n")),
            Self::Comments => (
                "Saving drops the comments of the file",
                "The profile is written anew, without its comments; the old file stays beside it as .bak".to_owned(),
            ),
        }
    }

    /// The first answer is the one that loses nothing.
    fn answers(&self) -> Vec<Answer> {
        match self {
            Self::Unsaved(action) => vec![
                answer(
                    "Save first",
                    "Write the profile, then ask again",
                    vec![Action::Run(Command::SaveProfile)],
                ),
                answer(
                    "Drop the changes",
                    "Go on without saving",
                    vec![Action::Discarding(action.clone())],
                ),
            ],
            Self::UnsavedLesson(action) => vec![
                answer(
                    "Save first",
                    "Write the lesson, then ask again",
                    vec![Action::Run(Command::SaveLesson)],
                ),
                answer(
                    "Drop the changes",
                    "Go on without saving",
                    vec![Action::Lesson(LessonStep::Drop), (**action).clone()],
                ),
            ],
            Self::Conflict(_) => vec![
                answer(
                    "Save under another name…",
                    "Keep both",
                    vec![Action::DismissConflict, Action::Run(Command::SaveProfileAs)],
                ),
                answer(
                    "Take the file's version",
                    "Read the file and forget what was changed here",
                    vec![
                        Action::DismissConflict,
                        Action::Discarding(Box::new(Action::Run(Command::ReloadProfile))),
                    ],
                ),
                answer(
                    "Overwrite the file",
                    "Write this version; the other one becomes the backup",
                    vec![Action::OverwriteProfile],
                ),
            ],
            Self::Sheet(words) => {
                let add = answer(
                    "Add to the table",
                    "Codes that the sheet does not have stay",
                    vec![Action::TakeSheet(ImportMode::Merge)],
                );
                let replace = answer(
                    "Replace the table's codes",
                    "Codes that the sheet does not have are removed; Ctrl+Z brings them back",
                    vec![Action::TakeSheet(ImportMode::Replace)],
                );
                let add = words.can_add.then_some(add);
                let replace = words.can_replace.then_some(replace);
                add.into_iter().chain(replace).collect()
            }
            Self::Comments => vec![
                answer(
                    "Save under another name…",
                    "Leave the file as it is",
                    vec![Action::Run(Command::SaveProfileAs)],
                ),
                answer(
                    "Save anyway",
                    "The backup keeps the comments",
                    vec![Action::Discarding(Box::new(Action::Run(
                        Command::SaveProfile,
                    )))],
                ),
            ],
        }
    }

    /// What leaves everything as it is.
    fn put_off(&self) -> Vec<Action> {
        match self {
            Self::Conflict(_) => vec![Action::DismissConflict],
            Self::Sheet(_) => vec![Action::DismissSheet],
            Self::Unsaved(_) | Self::UnsavedLesson(_) | Self::Comments => Vec::new(),
        }
    }

    /// Asks; `false` when the question is answered or put off.
    pub(super) fn ui(&self, ctx: &egui::Context, cx: &Cx<'_>) -> bool {
        let theme = Theme::pick(ctx.global_style().visuals.dark_mode);
        let (title, mut text) = self.words();
        if matches!(self, Self::Unsaved(_)) && cx.session.has_drafts() {
            text.push_str("; a text that cannot be read yet is not saved with it");
        }
        let shown = Modal::new(Id::unique("question"))
            .frame(dialog_frame(ctx))
            .show(ctx, |ui| {
                ui.set_max_width(theme.grid(120));
                ui.heading(title);
                ui.add_space(theme.grid(1));
                ui.add(egui::Label::new(RichText::new(text).color(*theme.text.weak)).wrap());
                if let Self::Sheet(words) = self {
                    changes_ui(ui, theme, &words.changes);
                }
                ui.add_space(theme.grid(4));
                let mut chosen = None;
                ui.horizontal(|ui| {
                    for (index, answer) in self.answers().into_iter().enumerate() {
                        let button = if index == 0 {
                            primary(theme, answer.name)
                        } else {
                            Button::new(answer.name)
                        };
                        if ui.add(button).on_hover_text(answer.tip).clicked() {
                            chosen = Some(answer.actions);
                        }
                    }
                    if ui
                        .button("Cancel")
                        .on_hover_text("Leave everything as it is")
                        .clicked()
                    {
                        chosen = Some(self.put_off());
                    }
                });
                chosen
            });
        if let Some(actions) = shown.inner {
            for action in actions {
                cx.send(action);
            }
            return false;
        }
        // Escape leaves everything as it is, too.
        let is_put_off = shown.should_close();
        for action in self.put_off().into_iter().filter(|_| is_put_off) {
            cx.send(action);
        }
        !is_put_off
    }
}

/// Changes one by one, in an area of their own when there are many.
fn changes_ui(ui: &mut egui::Ui, theme: &Theme, changes: &[String]) {
    ui.add_space(theme.grid(2));
    egui::ScrollArea::vertical()
        .id_salt("changes")
        .max_height(theme.grid(60))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 0.0;
            for change in changes {
                let text = RichText::new(change).font(theme.code_font());
                ui.add(egui::Label::new(text.color(*theme.text.body)).wrap());
            }
        });
}

/// The button for the next step.
pub(super) fn primary(theme: &Theme, text: &str) -> Button<'static> {
    let text = RichText::new(text.to_owned())
        .color(*theme.text.on_accent)
        .family(super::theme::strong_family());
    Button::new(text).fill(*theme.accent.fill)
}
