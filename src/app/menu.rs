//! The menu bar and its commands.

use egui::{Button, MenuBar, Ui};

use super::action::Command;
use super::cx::Cx;
use super::settings::LinkLines;
use super::theme::Theme;

/// Shows the menu bar.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>) {
    use Command as C;
    let theme = Theme::of(ui);
    MenuBar::new().ui(ui, |ui| {
        ui.spacing_mut().button_padding = egui::Vec2::new(theme.grid(2), theme.grid(1));
        menu(
            ui,
            cx,
            "File",
            &[
                &[
                    C::OpenSamples,
                    C::OpenFolder,
                    C::OpenProfile,
                    C::OpenByPath,
                    C::PasteMessage,
                ],
                &[
                    C::NewProfile,
                    C::SaveProfile,
                    C::SaveProfileAs,
                    C::ReloadProfile,
                ],
                &[C::SaveOutput],
                &[C::TryExample, C::ShowStart],
                &[C::CloseSource, C::CloseSamples, C::Quit],
            ],
        );
        menu(
            ui,
            cx,
            "Edit",
            &[
                &[C::Undo, C::Redo, C::RestoreMessage],
                &[
                    C::AddDefinition,
                    C::DefineFromSample,
                    C::AddSegment,
                    C::AddType,
                    C::AddCodes,
                ],
                &[C::MapLocation, C::InsertIntoScript, C::CopyMapping],
                &[C::Palette],
            ],
        );
        menu(
            ui,
            cx,
            "Message",
            &[
                &[C::NextSample, C::PreviousSample],
                &[C::ToggleGhosts, C::ToggleFolding],
            ],
        );
        menu(
            ui,
            cx,
            "Script",
            &[
                &[
                    C::FindInScript,
                    C::ReplaceInScript,
                    C::FindInScripts,
                    C::ReplaceInScripts,
                ],
                &[C::GoToDefinition, C::FindReferences, C::GoBack],
                &[C::RenameInScript, C::FormatScript, C::MendScript],
            ],
        );
        menu(
            ui,
            cx,
            "Step",
            &[
                &[C::StepInto, C::StepOver, C::StepOut],
                &[C::StepBack, C::StepBackOver, C::StepBackOut],
                &[C::RunOn, C::RunBack, C::StepToStart, C::StepToEnd],
                &[C::RunToLine, C::RunBackToLine],
                &[C::ToNextChange, C::ToPreviousChange],
                &[C::ToggleStop, C::WatchChosen],
            ],
        );
        menu(
            ui,
            cx,
            "Wire",
            &[
                &[C::NewListener, C::NewSender],
                &[C::StopWire],
                &[C::ShowWire, C::ArrangeWire],
            ],
        );
        menu(
            ui,
            cx,
            "View",
            &[
                &[
                    C::ShowSamples,
                    C::ShowRaw,
                    C::ShowTree,
                    C::ShowScript,
                    C::ShowMapping,
                    C::ShowProfile,
                    C::ShowOutput,
                    C::ShowProblems,
                    C::ShowCoverage,
                    C::ShowLinks,
                    C::ShowStepper,
                    C::ShowPipeline,
                    C::ShowWire,
                ],
                &[C::ToggleValues, C::ToggleLinks],
                &[
                    C::ArrangeTeach,
                    C::ArrangeMap,
                    C::ArrangeWire,
                    C::ArrangeDescribe,
                ],
            ],
        );
        menu(
            ui,
            cx,
            "Appearance",
            &[
                &[C::FollowSystemTheme, C::UseDarkTheme, C::UseLightTheme],
                &[C::ZoomIn, C::ZoomOut, C::ZoomReset, C::Presenter],
            ],
        );
        menu(
            ui,
            cx,
            "Help",
            &[
                &[C::ShowHelp, C::TryExample, C::ShowStart],
                &[C::ShowLesson, C::OpenLesson, C::BeginLesson, C::SaveLesson],
                &[C::NextPage, C::PreviousPage, C::EndLesson],
            ],
        );
    });
}

fn menu(ui: &mut Ui, cx: &Cx<'_>, name: &str, groups: &[&[Command]]) {
    ui.menu_button(name, |ui| {
        ui.set_min_width(Theme::of(ui).grid(60));
        for (index, group) in groups.iter().enumerate() {
            if index > 0 {
                ui.separator();
            }
            for &command in *group {
                item(ui, cx, command);
            }
        }
    });
}

fn item(ui: &mut Ui, cx: &Cx<'_>, command: Command) {
    let words = command.words();
    let mut button = Button::new(cx.name_of(command)).selected(is_on(cx, command));
    if let Some(key) = words.key {
        button = button.shortcut_text(ui.ctx().format_shortcut(&key));
    }
    let response = ui
        .add_enabled(cx.can(command), button)
        .on_hover_text(words.tip);
    if response.clicked() {
        cx.run(command);
        ui.close();
    }
}

/// Whether the command is a switch that is on.
pub(super) fn is_on(cx: &Cx<'_>, command: Command) -> bool {
    let theme = cx.settings.theme;
    match command {
        Command::ToggleGhosts => cx.settings.ghosts,
        Command::ToggleFolding => cx.settings.folding,
        Command::ToggleValues => cx.settings.values,
        Command::ToggleLinks => cx.settings.link_lines == LinkLines::Drawn,
        Command::FollowSystemTheme => theme == egui::ThemePreference::System,
        Command::UseDarkTheme => theme == egui::ThemePreference::Dark,
        Command::UseLightTheme => theme == egui::ThemePreference::Light,
        _ => false,
    }
}
