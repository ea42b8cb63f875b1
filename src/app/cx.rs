//! What a panel may read, and how it asks for a change.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::sync::Arc;

use super::action::{Action, Command};
use super::links_drawn::{Knots, MOST_BYTES, Thread};
use super::pane::Pane;
use super::settings::{LinkLines, Settings};
use super::stepping::{Stepping, Walked};
use crate::hl7::Location;
use crate::mapping::{End, Happening};
use crate::workbench::{
    CoverageState, GrammarSheet, OpenLesson, Preview, Recorded, Records, Session, Station,
};

/// The context of one frame.
pub(super) struct Cx<'a> {
    pub(super) session: &'a Session,
    pub(super) settings: &'a Settings,
    pub(super) chosen: Chosen,
    /// The cell of the output that is chosen, if one was chosen last.
    pub(super) end: Option<End>,
    pub(super) stepping: &'a Stepping,
    /// The links of what is chosen.
    pub(super) threads: &'a [Thread],
    /// How many more there are.
    pub(super) threads_left: usize,
    /// Where the panels painted what they lead over.
    pub(super) knots: Knots,
    actions: RefCell<Vec<Action>>,
    own_undo: Cell<bool>,
    own_moves: Cell<bool>,
    own_paste: Cell<bool>,
    script: Cell<bool>,
    grammar: RefCell<Option<Arc<str>>>,
    coverage: Cell<bool>,
    records: Cell<Records>,
    stepper: Cell<bool>,
}

/// Whether the profile holds changes that a person would miss: a new one that nobody touched does not.
pub(super) fn has_unsaved_changes(session: &Session) -> bool {
    session.has_drafts()
        || session.is_modified()
            && (session.profile_path().is_some() || session.undo_name().is_some())
}

/// Where the chosen location was chosen, and since which frame it stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Chosen {
    pub(super) from: Option<Pane>,
    /// Counts the choices: a panel that has seen the number need not scroll again.
    pub(super) serial: u64,
}

/// Keys that are not the window's while something has the focus.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question that a panel answers alone"
)]
pub(super) struct OwnKeys {
    pub(super) undo: bool,
    /// The arrow keys with Alt.
    pub(super) moves: bool,
    /// What is pasted goes to a grid.
    pub(super) paste: bool,
    /// The keys that are about the text of a script.
    pub(super) script: bool,
}

impl<'a> Cx<'a> {
    pub(super) fn new(
        session: &'a Session,
        settings: &'a Settings,
        chosen: Chosen,
        end: Option<End>,
        stepping: &'a Stepping,
    ) -> Self {
        Self {
            session,
            settings,
            chosen,
            end,
            stepping,
            threads: &[],
            threads_left: 0,
            knots: Knots::default(),
            actions: RefCell::default(),
            own_undo: Cell::new(false),
            own_moves: Cell::new(false),
            own_paste: Cell::new(false),
            script: Cell::new(false),
            grammar: RefCell::default(),
            coverage: Cell::new(false),
            records: Cell::default(),
            stepper: Cell::new(false),
        }
    }

    /// Asks for a change; it is made after this frame is painted.
    pub(super) fn send(&self, action: Action) {
        self.actions.borrow_mut().push(action);
    }

    /// Asks for a command.
    pub(super) fn run(&self, command: Command) {
        self.send(Action::Run(command));
    }

    /// Chooses a location for all panels.
    pub(super) fn choose(&self, location: Option<Location>, from: Pane) {
        // The same place of the message and of the output are two choices.
        let is_of_output = self.end.is_some() || self.chosen.from == Some(Pane::Output);
        if location.as_ref() != self.session.location() || is_of_output != (from == Pane::Output) {
            self.send(Action::SelectLocation { location, from });
        }
    }

    /// The newest preview, as long as it is of the sample at hand.
    pub(super) fn preview(&self) -> Option<&Arc<Preview>> {
        let preview = self.session.preview()?;
        (preview.sample == self.session.selected()).then_some(preview)
    }

    /// Whether the message that is to be shown is still being read.
    pub(super) fn awaits_message(&self) -> bool {
        match self.session.selected() {
            Some(_) => self.preview().is_none(),
            None => self.session.is_reading(),
        }
    }

    /// Says that a text with an undo of its own has the focus, if it has.
    pub(super) fn keeps_own_undo(&self, has_focus: bool) {
        self.own_undo.set(self.own_undo.get() || has_focus);
    }

    /// Says that the arrow keys with Alt move what has the focus.
    pub(super) fn keeps_own_moves(&self) {
        self.own_moves.set(true);
    }

    /// Says that the text of a script has the focus, if it has.
    pub(super) fn writes_script(&self, has_focus: bool) {
        self.script.set(self.script.get() || has_focus);
    }

    /// Says that a paste is for a grid, which has the focus, and not for the list of samples.
    pub(super) fn takes_paste(&self, has_focus: bool) {
        self.own_paste.set(self.own_paste.get() || has_focus);
    }

    /// Says that the grammar of a message definition is on the screen, and gives what the newest
    /// preview tells about it.
    pub(super) fn sheet(&self, message: &Arc<str>) -> Option<Arc<GrammarSheet>> {
        self.grammar.replace(Some(Arc::clone(message)));
        let sheet = self.preview()?.sheet.clone()?;
        (sheet.focus.message == *message).then_some(sheet)
    }

    /// What is known of the coverage of all samples; while a panel calls this in each frame, it is
    /// counted anew after each change.
    pub(super) fn coverage(&self) -> &CoverageState {
        self.coverage.set(true);
        self.session.coverage()
    }

    /// The run of the selected message with what came from what in it; while a panel calls this in
    /// each frame, it is recorded anew after each change.
    pub(super) fn linked(&self) -> Option<&Arc<Recorded>> {
        self.record(Records::Links);
        let recorded = self.preview()?.recorded.as_ref()?;
        recorded.links.is_some().then_some(recorded)
    }

    /// Whether the newest preview was asked to hold the run.
    pub(super) fn records_steps(&self) -> bool {
        self.session.records() != Records::Nothing && self.session.is_preview_current()
    }

    fn record(&self, records: Records) {
        self.records.set(self.records.get().max(records));
    }

    /// The run with where the walk through it stands; the last one while there is no newer one.
    pub(super) fn walked(&self) -> Option<&Walked> {
        self.record(Records::Steps);
        self.stepping.walked()
    }

    /// Has links looked up where they are to be drawn: of what is chosen, in messages that are not large.
    pub(super) fn record_links(&self) {
        if self.wants_links() && self.is_small() {
            self.record(Records::Links);
        }
    }

    fn wants_links(&self) -> bool {
        let is_chosen = self.session.location().is_some() || self.end.is_some();
        self.settings.link_lines == LinkLines::Drawn && is_chosen
    }

    fn is_small(&self) -> bool {
        let message = self.preview().map(|preview| preview.message.text().len());
        message.is_some_and(|bytes| bytes <= MOST_BYTES)
    }

    /// Which links are asked for and not drawn, in words.
    pub(super) fn links_left_out(&self) -> Option<String> {
        let preview = self.preview().filter(|_| self.wants_links())?;
        let drawn = self.threads.len();
        if self.threads_left > 0 {
            return Some(format!(
                "{drawn} of {} links drawn",
                drawn + self.threads_left
            ));
        }
        let recorded = preview.recorded.as_ref();
        let is_known = recorded.is_some_and(|recorded| recorded.links.is_some());
        let is_made = preview.outcome.is_some();
        (is_made && !is_known && !self.is_small()).then(|| "Links not drawn".to_owned())
    }

    /// Says that the steps of the run are told of on the screen.
    pub(super) fn record_steps(&self) {
        self.record(Records::Steps);
    }

    /// The bytes of the message that the current step of an open stepper read.
    pub(super) fn read_now(&self) -> Vec<Range<usize>> {
        let walked = self.stepping.walked();
        let walked = walked.filter(|_| self.stepping.is_open && !self.stepping.is_old);
        walked.map_or_else(Vec::new, |walked| walked.walk.state().changes().reads)
    }

    /// What the current step of an open stepper wrote: places of the message that comes out, and cells.
    pub(super) fn written_now(&self) -> Vec<End> {
        let walked = self.stepping.walked();
        let Some(walked) = walked.filter(|_| self.stepping.is_open && !self.stepping.is_old) else {
            return Vec::new();
        };
        let recording = walked.recording();
        let ends = walked
            .walk
            .state()
            .events()
            .filter_map(|event| match &event.what {
                Happening::Wrote(written) => Some(End::Output(recording.written_at(written)?)),
                Happening::CellSet {
                    table, row, column, ..
                } => Some(End::Cell {
                    table: Arc::clone(table),
                    row: *row,
                    column: Arc::clone(column),
                }),
                _ => None,
            });
        ends.collect()
    }

    /// Says that the stepper is on the screen: other panels mark what its step is about.
    pub(super) fn watch_steps(&self) {
        self.stepper.set(true);
    }

    /// Whether a panel is to scroll to the chosen location: it was chosen in another one just now.
    pub(super) fn reveals(&self, pane: Pane, seen: &mut u64) -> bool {
        let new = *seen != self.chosen.serial;
        *seen = self.chosen.serial;
        new && self.chosen.from != Some(pane)
    }

    /// Ends the frame: what was asked for, and which keys somebody keeps.
    pub(super) fn finish(self) -> (Vec<Action>, OwnKeys) {
        let mut actions = self.actions.into_inner();
        let grammar = self.grammar.into_inner();
        if self.session.looked_at_grammar() != grammar.as_ref() {
            actions.insert(0, Action::LookAtGrammar(grammar));
        }
        if self.session.looks_at_coverage() != self.coverage.get() {
            actions.insert(0, Action::LookAtCoverage(self.coverage.get()));
        }
        if self.session.records() != self.records.get() {
            actions.insert(0, Action::Record(self.records.get()));
        }
        if self.stepping.is_open != self.stepper.get() {
            actions.insert(0, Action::WatchSteps(self.stepper.get()));
        }
        let own = OwnKeys {
            undo: self.own_undo.get(),
            moves: self.own_moves.get(),
            paste: self.own_paste.get(),
            script: self.script.get(),
        };
        (actions, own)
    }

    /// Whether the command can do anything now.
    pub(super) fn can(&self, command: Command) -> bool {
        use Command as C;
        let session = self.session;
        match command {
            C::CloseSource | C::RestoreMessage => match command {
                C::RestoreMessage => session
                    .sample()
                    .is_some_and(|sample| sample.edited().is_some()),
                _ => session.selected().is_some(),
            },
            C::CloseSamples => !session.corpus().is_empty(),
            C::NextSample => session
                .selected_position()
                .is_some_and(|at| at + 1 < session.corpus().len()),
            C::PreviousSample => session.selected_position().is_some_and(|at| at > 0),
            C::ReloadProfile => session.profile_path().is_some(),
            C::SaveOutput => self.preview().is_some_and(|preview| {
                preview
                    .outcome
                    .as_ref()
                    .is_some_and(|outcome| outcome.output.is_some())
            }),
            C::MapLocation | C::InsertIntoScript => {
                session.location().is_some() && !session.profile().messages.is_empty()
            }
            C::ToNextChange | C::ToPreviousChange | C::WatchChosen => {
                session.selected().is_some() && self.chosen_watch().is_some()
            }
            C::CopyMapping
            | C::FormatScript
            | C::GoToDefinition
            | C::FindReferences
            | C::RenameInScript
            | C::MendScript
            | C::FindInScript
            | C::ReplaceInScript
            | C::FindInScripts
            | C::ReplaceInScripts => !session.profile().messages.is_empty(),
            C::DefineFromSample
            | C::StepInto
            | C::StepOver
            | C::StepOut
            | C::StepBack
            | C::StepBackOver
            | C::StepBackOut
            | C::RunToLine
            | C::RunBackToLine
            | C::RunOn
            | C::RunBack
            | C::StepToStart
            | C::StepToEnd => session.selected().is_some(),
            C::BeginLesson => self
                .preview()
                .is_some_and(|preview| preview.sample.is_some()),
            C::SaveLesson => session.lesson().is_some_and(OpenLesson::is_modified),
            C::NextPage | C::PreviousPage | C::EndLesson => session.lesson().is_some(),
            C::StopWire => session.stations().iter().any(Station::is_running),
            C::Undo => session.undo_name().is_some(),
            C::Redo => session.redo_name().is_some(),
            C::OpenSamples
            | C::OpenFolder
            | C::OpenByPath
            | C::PasteMessage
            | C::NewProfile
            | C::OpenProfile
            | C::SaveProfile
            | C::SaveProfileAs
            | C::TryExample
            | C::ShowStart
            | C::Quit
            | C::GoBack
            | C::AddDefinition
            | C::AddSegment
            | C::AddType
            | C::AddCodes
            | C::ToggleGhosts
            | C::ToggleFolding
            | C::ShowSamples
            | C::ShowRaw
            | C::ShowTree
            | C::ShowScript
            | C::ShowMapping
            | C::ShowProfile
            | C::ShowOutput
            | C::ShowProblems
            | C::ShowCoverage
            | C::ShowLinks
            | C::ShowStepper
            | C::ShowPipeline
            | C::ShowWire
            | C::NewListener
            | C::NewSender
            | C::ArrangeWire
            | C::ToggleValues
            | C::ToggleLinks
            | C::ToggleStop
            | C::ArrangeTeach
            | C::ShowHelp
            | C::ShowLesson
            | C::OpenLesson
            | C::ArrangeMap
            | C::ArrangeDescribe
            | C::FollowSystemTheme
            | C::UseDarkTheme
            | C::UseLightTheme
            | C::ZoomIn
            | C::ZoomOut
            | C::ZoomReset
            | C::Presenter
            | C::Palette => true,
        }
    }

    /// What the command is called now: undo and redo name their step.
    pub(super) fn name_of(&self, command: Command) -> String {
        let step = match command {
            Command::Undo => self.session.undo_name(),
            Command::Redo => self.session.redo_name(),
            _ => None,
        };
        let name = command.words().name;
        step.map_or_else(|| name.to_owned(), |step| format!("{name} {step}"))
    }
}
