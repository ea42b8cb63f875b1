//! What each command is called, what it does, and its key.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::command::Command;

/// What the menu, the palette and the help say of a command.
pub(super) struct Words {
    pub(super) name: &'static str,
    pub(super) tip: &'static str,
    pub(super) key: Option<KeyboardShortcut>,
}

const SHIFTED: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

fn words(name: &'static str, tip: &'static str) -> Words {
    Words {
        name,
        tip,
        key: None,
    }
}

fn keyed(name: &'static str, tip: &'static str, modifiers: Modifiers, key: Key) -> Words {
    Words {
        name,
        tip,
        key: Some(KeyboardShortcut::new(modifiers, key)),
    }
}

impl Command {
    /// Its name, what it does, and its key.
    pub(super) fn words(self) -> Words {
        use Modifiers as M;
        match self {
            Self::OpenSamples => keyed(
                "Open samples…",
                "Read files that hold HL7 messages",
                M::COMMAND,
                Key::O,
            ),
            Self::OpenFolder => words(
                "Open a folder of samples…",
                "Read all messages below a folder",
            ),
            Self::OpenByPath => keyed(
                "Open by path…",
                "Type the path of a file, a folder or a profile",
                M::COMMAND,
                Key::L,
            ),
            Self::PasteMessage => words(
                "Paste a message",
                "Take the messages on the clipboard (Ctrl+V outside of a text)",
            ),
            Self::CloseSource => words(
                "Close this source",
                "Forget the file of the selected sample; the file itself stays",
            ),
            Self::CloseSamples => {
                words("Close all samples", "Forget all samples; their files stay")
            }
            Self::NewProfile => keyed(
                "New profile",
                "Begin a site profile that stands in no file yet",
                M::COMMAND,
                Key::N,
            ),
            Self::OpenProfile => keyed(
                "Open a site profile…",
                "Read a site profile (RON)",
                SHIFTED,
                Key::O,
            ),
            Self::SaveProfile => keyed(
                "Save profile",
                "Write the profile and its scripts; what was there is kept as .bak",
                M::COMMAND,
                Key::S,
            ),
            Self::SaveProfileAs => keyed(
                "Save profile as…",
                "Write the profile under another name",
                SHIFTED,
                Key::S,
            ),
            Self::ReloadProfile => words(
                "Reload profile",
                "Read the profile's file again and forget what was changed here",
            ),
            Self::SaveOutput => words(
                "Save output message as…",
                "Write the message that the script made",
            ),
            Self::TryExample => words(
                "Try the worked example",
                "Open St Elsewhere's samples and profile",
            ),
            Self::ShowStart => words("Start page", "Show where to begin"),
            Self::Quit => keyed("Quit", "Close the window", M::COMMAND, Key::Q),
            Self::Undo => keyed(
                "Undo",
                "Take back the last change of the profile",
                M::COMMAND,
                Key::Z,
            ),
            Self::Redo => keyed(
                "Redo",
                "Make the change again that was taken back",
                SHIFTED,
                Key::Z,
            ),
            Self::RestoreMessage => words(
                "Restore the message",
                "Drop what was changed in the selected sample",
            ),
            Self::MapLocation => keyed(
                "Map to column…",
                "Choose which column takes what stands at the chosen place",
                M::COMMAND,
                Key::M,
            ),
            Self::InsertIntoScript => keyed(
                "Insert into script",
                "Write the chosen place of the message at the caret of the script",
                SHIFTED,
                Key::M,
            ),
            Self::CopyMapping => words(
                "Copy mapping as text",
                "Copy where each column is from as sentences, for whoever delivers the messages",
            ),
            Self::DefineFromSample => words(
                "New message definition from this sample",
                "Propose a name, an identity and a grammar for messages like the selected one",
            ),
            Self::FormatScript => keyed(
                "Format the script",
                "Set its indentation, spaces and lines; texts and comments stay as they are",
                SHIFTED,
                Key::I,
            ),
            Self::GoToDefinition => keyed(
                "Go to definition",
                "Show where the name at the caret of the script is defined (or Ctrl+click)",
                M::NONE,
                Key::F12,
            ),
            Self::FindReferences => keyed(
                "Find all places",
                "List where the name at the caret of the script stands",
                M::SHIFT,
                Key::F12,
            ),
            Self::GoBack => keyed(
                "Go back",
                "Return to the place in the script that was left for a definition",
                M::ALT,
                Key::ArrowLeft,
            ),
            Self::RenameInScript => keyed(
                "Rename…",
                "Give the name at the caret of the script another one, wherever it stands",
                M::NONE,
                Key::F2,
            ),
            Self::MendScript => keyed(
                "Mend this line",
                "Write what was probably meant, where the line of the caret is wrong",
                M::COMMAND,
                Key::Period,
            ),
            Self::FindInScript => keyed(
                "Find in the script",
                "Look for words or a regular expression",
                M::COMMAND,
                Key::F,
            ),
            Self::ReplaceInScript => keyed(
                "Replace in the script",
                "Put other words in place of what is found, one by one or all",
                M::COMMAND,
                Key::H,
            ),
            Self::FindInScripts => keyed(
                "Find in all scripts",
                "Look for words in all scripts of the profile",
                SHIFTED,
                Key::F,
            ),
            Self::ReplaceInScripts => keyed(
                "Replace in all scripts",
                "Put other words in place of what is found in all scripts of the profile, as one step",
                SHIFTED,
                Key::H,
            ),
            Self::NextSample => keyed(
                "Next sample",
                "Go to the sample below",
                M::ALT,
                Key::ArrowDown,
            ),
            Self::PreviousSample => keyed(
                "Previous sample",
                "Go to the sample above",
                M::ALT,
                Key::ArrowUp,
            ),
            Self::AddDefinition => words(
                "Add a message definition",
                "Describe one more kind of message",
            ),
            Self::AddCodes => words(
                "Add a code table",
                "Say what the site's codes mean to the application",
            ),
            Self::AddType => words(
                "Describe a data type",
                "Add a composite type of the site to the profile",
            ),
            Self::AddSegment => words(
                "Describe a Z-segment",
                "Add a segment of the site to the profile",
            ),
            Self::ToggleGhosts => keyed(
                "Show what could be there",
                "Show or hide fields and segments that are absent",
                M::COMMAND,
                Key::G,
            ),
            Self::ToggleFolding => words(
                "Fold long values",
                "Show or fold values of more than 160 bytes",
            ),
            Self::ShowSamples => words("Samples", "Go to the list of samples"),
            Self::ShowRaw => words("Message text", "Go to the text of the message"),
            Self::ShowTree => words("Message tree", "Go to the tree of the message"),
            Self::ShowScript => words("Script", "Go to the scripts of the profile"),
            Self::ShowMapping => words("Mapping", "Go to the columns and their sources"),
            Self::ShowProfile => words("Profile", "Go to the profile's own page"),
            Self::ShowOutput => words("Output", "Go to what the mapping made"),
            Self::ShowProblems => words("Problems", "Go to the list of problems"),
            Self::ShowCoverage => keyed(
                "Coverage",
                "Go to what the mapping loses of all samples",
                SHIFTED,
                Key::L,
            ),
            Self::ShowLinks => words("Links", "Go to where a value comes from, and where it ends"),
            Self::ShowStepper => keyed(
                "Stepper",
                "Go through the mapping of the message step by step, forward and back",
                SHIFTED,
                Key::D,
            ),
            Self::ShowPipeline => keyed(
                "Pipeline",
                "Go to all stages of the way of the message, with what goes into each and comes out",
                SHIFTED,
                Key::P,
            ),
            Self::ShowWire => keyed(
                "Wire",
                "Go to listeners and senders, and to all that went over them",
                SHIFTED,
                Key::W,
            ),
            Self::NewListener => words(
                "New listener",
                "Take messages over MLLP and answer them as the mapping turns out",
            ),
            Self::NewSender => words(
                "New sender",
                "Send samples over MLLP and follow each to its acknowledgment",
            ),
            Self::StopWire => words(
                "Stop all listeners and senders",
                "End at once whatever is under way on the wire",
            ),
            Self::ToggleValues => keyed(
                "Values beside the script",
                "Show at the right of each line of the script what it made of the message",
                SHIFTED,
                Key::B,
            ),
            Self::ToggleLinks => words(
                "Links as lines",
                "Draw lines from the fields of the message over the script to the chosen value of the output",
            ),
            Self::StepInto => keyed(
                "Step into",
                "Go to the next step, into loops and functions",
                M::NONE,
                Key::F11,
            ),
            Self::StepOver => keyed(
                "Step over",
                "Go to the step after this one and all that is part of it",
                M::NONE,
                Key::F10,
            ),
            Self::StepOut => keyed(
                "Step out",
                "Go to the step after the one around this one",
                M::SHIFT,
                Key::F11,
            ),
            Self::StepBack => keyed("Step back", "Go to the step before", M::COMMAND, Key::F11),
            Self::StepBackOver => keyed(
                "Step back over",
                "Go to the step before, and over all that is part of that",
                M::SHIFT,
                Key::F10,
            ),
            Self::StepBackOut => keyed(
                "Step back out",
                "Go to where the step around this one began",
                SHIFTED,
                Key::F11,
            ),
            Self::RunOn => keyed(
                "Run on",
                "Go on to the next breakpoint or watch-point, or to the end",
                M::NONE,
                Key::F5,
            ),
            Self::RunBack => keyed(
                "Run back",
                "Go back to the breakpoint or watch-point before, or to the start",
                M::SHIFT,
                Key::F5,
            ),
            Self::StepToStart => words("Go to the first step", "Begin the walk anew"),
            Self::StepToEnd => words("Go to the last step", "See how the run ended"),
            Self::RunToLine => keyed(
                "Run to line",
                "Go on to where the line of the caret runs next",
                M::COMMAND,
                Key::F10,
            ),
            Self::RunBackToLine => keyed(
                "Run back to line",
                "Go back to where the line of the caret ran last",
                SHIFTED,
                Key::F10,
            ),
            Self::ToNextChange => keyed(
                "Go to the next change",
                "Go on to where the chosen value of the output changes, or that of the message is read",
                M::NONE,
                Key::F8,
            ),
            Self::ToPreviousChange => keyed(
                "Go to the previous change",
                "Go back to where the chosen value of the output changed, or that of the message was read",
                M::SHIFT,
                Key::F8,
            ),
            Self::WatchChosen => keyed(
                "Watch the chosen value",
                "Let runs stop where the chosen value of the output changes, or that of the message is read; or no longer",
                M::SHIFT,
                Key::F9,
            ),
            Self::ToggleStop => keyed(
                "Set or remove a breakpoint",
                "Let runs stop at the line of the caret, or of the current step",
                M::NONE,
                Key::F9,
            ),
            Self::ArrangeTeach => keyed(
                "Arrange panels: Teach",
                "Give the message and the script the most room, with the stepper below",
                M::COMMAND,
                Key::Num1,
            ),
            Self::ShowHelp => keyed(
                "Help",
                "Show all commands and all script functions",
                M::NONE,
                Key::F1,
            ),
            Self::ShowLesson => words(
                "Lessons",
                "How a message is built, what escapes are, what a mapping does",
            ),
            Self::OpenLesson => words("Open a lesson…", "Read a lesson (RON) and begin it"),
            Self::BeginLesson => words(
                "New lesson from this message",
                "Write notes on places of the message and steps of its run, and save them as a lesson",
            ),
            Self::SaveLesson => words(
                "Save lesson",
                "Write the lesson with its message, its profile and its notes",
            ),
            Self::NextPage => keyed(
                "Next page of the lesson",
                "Go on to the next note",
                M::NONE,
                Key::PageDown,
            ),
            Self::PreviousPage => keyed(
                "Previous page of the lesson",
                "Go back to the note before",
                M::NONE,
                Key::PageUp,
            ),
            Self::EndLesson => words(
                "Leave the lesson",
                "Put the lesson away and the panels back as they were",
            ),
            Self::ArrangeDescribe => keyed(
                "Arrange panels: Describe",
                "Give the profile the most room, with samples and message beside it",
                M::COMMAND,
                Key::Num5,
            ),
            Self::ArrangeWire => keyed(
                "Arrange panels: Wire",
                "Give listeners and senders the most room, with samples and message beside them",
                M::COMMAND,
                Key::Num4,
            ),
            Self::ArrangeMap => keyed(
                "Arrange panels: Map",
                "Put the panels back: samples, message, script, output",
                M::COMMAND,
                Key::Num2,
            ),
            Self::FollowSystemTheme => words("System theme", "Be dark or light as the system is"),
            Self::UseDarkTheme => words("Dark theme", "Light text on dark ground"),
            Self::UseLightTheme => words("Light theme", "Dark text on light ground"),
            Self::ZoomIn => keyed("Larger", "Make everything larger", M::COMMAND, Key::Plus),
            Self::ZoomOut => keyed("Smaller", "Make everything smaller", M::COMMAND, Key::Minus),
            Self::ZoomReset => keyed(
                "Normal size",
                "Take the size of the system",
                M::COMMAND,
                Key::Num0,
            ),
            Self::Presenter => words("Presenter size", "Large type, for a projector"),
            Self::Palette => keyed(
                "Find a command…",
                "Type a few letters of what you want",
                M::COMMAND,
                Key::K,
            ),
        }
    }
}
