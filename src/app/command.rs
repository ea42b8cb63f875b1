//! What stands in the menu, the palette and the help, each with its key.

use egui::KeyboardShortcut;

/// Something that stands in the menu, the palette and the help, each with its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Command {
    OpenSamples,
    OpenFolder,
    OpenByPath,
    PasteMessage,
    CloseSource,
    CloseSamples,
    NewProfile,
    OpenProfile,
    SaveProfile,
    SaveProfileAs,
    ReloadProfile,
    SaveOutput,
    TryExample,
    ShowStart,
    Quit,
    Undo,
    Redo,
    RestoreMessage,
    MapLocation,
    InsertIntoScript,
    CopyMapping,
    DefineFromSample,
    FormatScript,
    GoToDefinition,
    FindReferences,
    GoBack,
    RenameInScript,
    MendScript,
    FindInScript,
    ReplaceInScript,
    FindInScripts,
    ReplaceInScripts,
    NextSample,
    PreviousSample,
    AddDefinition,
    AddSegment,
    AddType,
    AddCodes,
    ToggleGhosts,
    ToggleFolding,
    ShowSamples,
    ShowRaw,
    ShowTree,
    ShowScript,
    ShowMapping,
    ShowProfile,
    ShowOutput,
    ShowProblems,
    ShowCoverage,
    ShowLinks,
    ShowStepper,
    ShowPipeline,
    ShowWire,
    NewListener,
    NewSender,
    StopWire,
    ShowHelp,
    ShowLesson,
    OpenLesson,
    BeginLesson,
    SaveLesson,
    NextPage,
    PreviousPage,
    EndLesson,
    ToggleValues,
    ToggleLinks,
    StepInto,
    StepOver,
    StepOut,
    StepBack,
    StepBackOver,
    StepBackOut,
    RunOn,
    RunBack,
    StepToStart,
    StepToEnd,
    RunToLine,
    RunBackToLine,
    ToNextChange,
    ToPreviousChange,
    ToggleStop,
    WatchChosen,
    ArrangeTeach,
    ArrangeMap,
    ArrangeDescribe,
    ArrangeWire,
    FollowSystemTheme,
    UseDarkTheme,
    UseLightTheme,
    ZoomIn,
    ZoomOut,
    ZoomReset,
    Presenter,
    Palette,
}

impl Command {
    /// All commands, in the order in which help and palette list them.
    pub(super) const ALL: [Self; 94] = [
        Self::OpenSamples,
        Self::OpenFolder,
        Self::OpenByPath,
        Self::PasteMessage,
        Self::CloseSource,
        Self::CloseSamples,
        Self::NewProfile,
        Self::OpenProfile,
        Self::SaveProfile,
        Self::SaveProfileAs,
        Self::ReloadProfile,
        Self::SaveOutput,
        Self::TryExample,
        Self::ShowStart,
        Self::Quit,
        Self::Undo,
        Self::Redo,
        Self::RestoreMessage,
        Self::MapLocation,
        Self::InsertIntoScript,
        Self::CopyMapping,
        Self::DefineFromSample,
        Self::FormatScript,
        Self::GoToDefinition,
        Self::FindReferences,
        Self::GoBack,
        Self::RenameInScript,
        Self::MendScript,
        Self::FindInScript,
        Self::ReplaceInScript,
        Self::FindInScripts,
        Self::ReplaceInScripts,
        Self::NextSample,
        Self::PreviousSample,
        Self::AddDefinition,
        Self::AddSegment,
        Self::AddType,
        Self::AddCodes,
        Self::ToggleGhosts,
        Self::ToggleFolding,
        Self::ShowSamples,
        Self::ShowRaw,
        Self::ShowTree,
        Self::ShowScript,
        Self::ShowMapping,
        Self::ShowProfile,
        Self::ShowOutput,
        Self::ShowProblems,
        Self::ShowCoverage,
        Self::ShowLinks,
        Self::ShowStepper,
        Self::ShowPipeline,
        Self::ShowWire,
        Self::NewListener,
        Self::NewSender,
        Self::StopWire,
        Self::ShowHelp,
        Self::ShowLesson,
        Self::OpenLesson,
        Self::BeginLesson,
        Self::SaveLesson,
        Self::NextPage,
        Self::PreviousPage,
        Self::EndLesson,
        Self::ToggleValues,
        Self::ToggleLinks,
        Self::StepInto,
        Self::StepOver,
        Self::StepOut,
        Self::StepBack,
        Self::StepBackOver,
        Self::StepBackOut,
        Self::RunOn,
        Self::RunBack,
        Self::StepToStart,
        Self::StepToEnd,
        Self::RunToLine,
        Self::RunBackToLine,
        Self::ToNextChange,
        Self::ToPreviousChange,
        Self::ToggleStop,
        Self::WatchChosen,
        Self::ArrangeTeach,
        Self::ArrangeMap,
        Self::ArrangeDescribe,
        Self::ArrangeWire,
        Self::FollowSystemTheme,
        Self::UseDarkTheme,
        Self::UseLightTheme,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::ZoomReset,
        Self::Presenter,
        Self::Palette,
    ];

    /// The commands that have a key, in the order in which keys are to be compared: Ctrl+S fits
    /// Ctrl+Shift+S too, as extra modifiers are let pass for keyboards that need Shift for a plus.
    pub(super) fn keys() -> Vec<(Self, KeyboardShortcut)> {
        let key = |command: Self| Some((command, command.words().key?));
        let mut keys: Vec<_> = Self::ALL.into_iter().filter_map(key).collect();
        keys.sort_by_key(|(_, key)| !(key.modifiers.shift || key.modifiers.alt));
        keys
    }

    /// Whether its key is meant for the text of a script alone: other panels use it otherwise.
    pub(super) fn is_of_script_text(self) -> bool {
        matches!(
            self,
            Self::FormatScript
                | Self::GoToDefinition
                | Self::FindReferences
                | Self::RenameInScript
                | Self::MendScript
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_commands_share_a_name_or_a_key() {
        let (mut names, mut keys) = (BTreeSet::new(), BTreeSet::new());
        for command in Command::ALL {
            let words = command.words();
            assert!(names.insert(words.name), "{}", words.name);
            assert!(!words.tip.ends_with('.'), "{}", words.tip);
            if let Some(key) = words.key {
                assert!(keys.insert(format!("{key:?}")), "{key:?} of {}", words.name);
            }
        }
    }
}
