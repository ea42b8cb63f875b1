//! What a person can ask for: commands, which need no more words, and actions, which carry some.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

pub(super) use super::command::Command;
use super::dialogs::Want;
use super::drag::Dragged;
use super::lesson_step::LessonStep;
use super::pane::Pane;
use super::part::Part;
use super::stepping::Go;
use super::wire_action::WireAction;
use crate::hl7::{Location, SegmentId};
use crate::mapping::End;
use crate::profile::{Edit, ImportMode, PartPath, ScriptPlace};
use crate::workbench::{Records, Rename, SampleId, Watch};

/// Something to be done, with all it needs.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Run(Command),
    /// Something is to be done with a listener or sender.
    Wire(WireAction),
    /// Files, folders and profiles, by what they are.
    Open(Vec<PathBuf>),
    OpenProfile(PathBuf),
    /// The text of one or more messages.
    Paste(String),
    SelectSample(SampleId),
    /// Show a location everywhere; the pane says where it was chosen.
    SelectLocation {
        location: Option<Location>,
        from: Pane,
    },
    /// Show a message definition in the script and profile panels.
    SelectDefinition(usize),
    /// Choose which column takes a place of the message.
    MapTo(Dragged),
    /// Write a place of the message at the caret of the script.
    InsertIntoScript(Dragged),
    /// Choose a value of the output.
    ChooseEnd(End),
    /// Put the caret of the script editor there.
    GotoScript {
        place: ScriptPlace,
        line: u32,
        column: u32,
    },
    /// Show the page of a part of the profile.
    ShowPart(Part),
    /// Show what stands at a path of the profile, such as a field, on the page that has it.
    ShowPlace(PartPath),
    /// Keep what was written for a part of the profile and cannot stand in it, or forget it.
    WriteCell {
        part: PartPath,
        text: Option<Arc<str>>,
    },
    /// Describe a segment that nobody describes from what the samples have in it.
    DescribeSegment(SegmentId),
    /// Change the profile.
    Edit(Edit),
    /// Tell about the grammar of a definition in previews, or of none.
    LookAtGrammar(Option<Arc<str>>),
    /// Count the coverage of all samples for as long as a panel shows it, or no longer.
    LookAtCoverage(bool),
    /// Record the run of the selected message for as long as a panel shows it, or no longer.
    Record(Records),
    /// Whether the stepper is on the screen.
    WatchSteps(bool),
    /// Go to another place of the recorded run.
    Walk(Go),
    /// Let runs stop at a line, or no longer.
    ToggleStop {
        script: ScriptPlace,
        line: u32,
    },
    /// Let runs stop at a line only where a condition is met.
    SetStopCondition {
        script: ScriptPlace,
        line: u32,
        condition: String,
    },
    /// Let runs stop where something happens, or no longer.
    ToggleWatch(Watch),
    /// Show the values of a pass of a loop beside the script of that name.
    ShowPass {
        script: Arc<str>,
        line: u32,
        pass: u32,
    },
    /// Stop counting the coverage until it is asked for or something changes.
    StopCoverage,
    ResumeCoverage,
    /// Show a column of a table where a message definition maps it.
    ShowColumn {
        table: Arc<str>,
        column: Arc<str>,
    },
    /// Put a text on the clipboard; `what` names it in the news.
    Copy {
        text: String,
        what: String,
    },
    /// Take what is written as the grammar of a definition, once it can be read.
    WriteGrammar {
        message: Arc<str>,
        text: String,
    },
    EditScript {
        place: ScriptPlace,
        text: String,
    },
    /// The same, as one step to undo by this name.
    ChangeScript {
        place: ScriptPlace,
        name: String,
        text: String,
    },
    /// Change several scripts, as one step to undo by this name.
    ChangeScripts {
        name: String,
        scripts: Vec<(ScriptPlace, String)>,
    },
    /// Give something that scripts name another name, wherever it stands.
    Rename(Box<Rename>),
    /// Show what the help says of a function.
    ExplainFunction(String),
    /// Tell something, as news.
    Tell(String),
    /// Tell why something cannot be done.
    Complain(String),
    /// Replace the text of the selected sample in memory.
    EditMessage(String),
    /// The same, as one step to undo by this name.
    ChangeMessage {
        name: String,
        text: String,
    },
    /// Set one value of the selected sample in memory.
    EditValue {
        location: Location,
        text: String,
    },
    SaveProfileAs {
        path: PathBuf,
        overwrite: bool,
    },
    SaveOutputAs {
        path: PathBuf,
        overwrite: bool,
    },
    /// Ask for the file of a sheet that a code table is read from or written to.
    AskSheet {
        table: Arc<str>,
        want: Want,
    },
    /// Read the sheet for the code table that it was asked for.
    ImportCodes(PathBuf),
    /// Write the code table that it was asked for as a sheet.
    ExportCodes {
        path: PathBuf,
        overwrite: bool,
        is_for_excel: bool,
    },
    TakeSheet(ImportMode),
    DismissSheet,
    /// Do it although the profile's changes are lost.
    Discarding(Box<Action>),
    /// Save over what somebody else wrote.
    OverwriteProfile,
    DismissConflict,
    /// Lay the profile over templates that were changed on disk, and take the template's for these parts.
    TakeTemplates(BTreeSet<PartPath>),
    DismissTemplates,
    StopLoading,
    Lesson(LessonStep),
}
