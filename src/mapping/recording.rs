//! One run, recorded: what happened at which place of a script or rule, in the order in which it did.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::code::Code;
use super::outcome::Cell;
use super::recorded_value::Value;
use crate::diagnostic::Diagnostic;
use crate::hl7::{FieldPath, Location, Message};

/// Steps of one recording; a run goes on beyond them, and they are not recorded.
pub const MOST_STEPS: usize = 20_000;

/// A recorded run.
#[derive(Clone)]
pub struct Recording {
    /// The message that was mapped.
    pub message: Message,
    /// What the script made of it, before the site's last script.
    pub output: Option<Message>,
    /// What the site's last script made of that, where there is one that came to its end.
    pub(super) sent: Option<Message>,
    /// What ran one after the other.
    pub stages: Vec<Stage>,
    /// The scripts that ran.
    pub codes: Vec<Arc<Code>>,
    /// The steps, in the order in which they began.
    pub steps: Vec<Step>,
    /// What happened, in the order in which it did.
    pub events: Vec<Event>,
    /// Whether the run had more than [`MOST_STEPS`] steps.
    pub is_full: bool,
    /// How many steps there were when a script ended before its end.
    pub(super) breaks: Vec<usize>,
    /// The segments of the message made, by their handles, in their order.
    pub(super) made: Vec<u32>,
    /// The calls of functions of the scripts.
    pub(super) frames: Vec<Frame>,
}

/// A part of the way of a message through its mapping.
#[derive(Clone, PartialEq, Eq)]
pub struct Stage {
    /// Which.
    pub kind: StageKind,
    /// Its steps.
    pub steps: Range<usize>,
    /// The text that went in, where the stage makes one text of another.
    pub before: Option<Arc<str>>,
    /// The text that came out.
    pub after: Option<Arc<str>>,
}

/// The parts of the way of a message, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StageKind {
    /// The site's script that changes the text before it is parsed.
    Prepare,
    /// The rows that the definition declares.
    Rows,
    /// The definition's script.
    Script,
    /// The site's script that changes the text before it goes out.
    Finish,
}

/// Shows shapes only: texts are a patient's.
impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({:?})", self.kind, self.steps)
    }
}

/// One statement, pass of a loop or rule that ran.
#[derive(Clone, Debug)]
pub struct Step {
    /// What ran.
    pub place: StepPlace,
    /// How many functions deep it stands.
    pub depth: usize,
    /// The step that it is part of: the loop around, the condition, the call.
    pub parent: Option<usize>,
    /// One past the last step that is part of it.
    pub end: usize,
    /// Which pass of the loop around it is, counted from 1; 0 outside of loops.
    pub pass: u32,
    pub(super) frame: usize,
    /// Whether a pass of `do` came to the condition behind it.
    pub(super) asks: bool,
    /// How many events there were when it began.
    pub(super) began: usize,
}

/// What a step is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepPlace {
    /// A statement of a script.
    Statement {
        /// The script, an index into the recording's.
        code: usize,
        /// Its line, counted from 1.
        line: u32,
        /// Its column, counted from 1.
        column: u32,
        /// The piece of the code.
        piece: PieceId,
    },
    /// One pass of the loop that is the step's parent.
    Pass {
        /// The script, an index into the recording's.
        code: usize,
        /// The loop's line, counted from 1.
        line: u32,
        /// The piece of the code: the loop.
        piece: PieceId,
    },
    /// A row of the definition: what it stands for, `OBX[2]`.
    Row {
        /// Which entry of the definition's rows.
        entry: usize,
        /// Its table.
        table: Arc<str>,
        /// What the row stands for.
        name: Arc<str>,
    },
    /// A column of the row that is the step's parent.
    Column {
        /// The table.
        table: Arc<str>,
        /// The column.
        column: Arc<str>,
    },
}

/// A piece of a [`Code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PieceId(pub(super) usize);

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// The step in which it did.
    pub step: usize,
    /// The piece of the code that was at work.
    pub(super) piece: usize,
    /// What.
    pub what: Happening,
}

/// What can happen in a step.
#[derive(Clone)]
pub enum Happening {
    /// A part of the message was read, tested or copied.
    Read {
        /// Its bytes.
        span: Range<usize>,
    },
    /// A place was asked for at which the message has nothing.
    Missed {
        /// The place.
        location: Location,
    },
    /// What was written before was read again.
    ReadBack {
        /// Which segments of the message being made, by their handles; none where nothing is there.
        segments: Vec<u32>,
        /// The place in them; nothing for whole segments.
        path: Option<FieldPath>,
    },
    /// A cell was read again.
    CellRead {
        /// The table.
        table: Arc<str>,
        /// Which of the table's rows, counted from 0.
        row: usize,
        /// The column.
        column: Arc<str>,
    },
    /// A code was translated.
    Lookup {
        /// The code table.
        table: Arc<str>,
        /// The code asked for.
        from: Arc<str>,
        /// What it became.
        to: Arc<str>,
    },
    /// A variable got a value.
    Variable {
        /// Its name.
        name: Arc<str>,
        /// The value.
        value: Value,
    },
    /// A function of the script gave a value back to the step that called it.
    Returned {
        /// Its name.
        function: Arc<str>,
        /// The value.
        value: Value,
    },
    /// The value with which a function of the script ends.
    Gave {
        /// The value.
        value: Value,
    },
    /// The message being made changed.
    Wrote(Written),
    /// A row was added.
    RowAdded {
        /// The table.
        table: Arc<str>,
        /// Which of the table's rows, counted from 0.
        row: usize,
        /// How many columns it has.
        columns: usize,
    },
    /// A cell got a value.
    CellSet {
        /// The table.
        table: Arc<str>,
        /// Which of the table's rows, counted from 0.
        row: usize,
        /// The column.
        column: Arc<str>,
        /// What the cell held.
        before: Cell,
        /// What it holds.
        after: Cell,
    },
    /// A column of the row that is about to be added is taken from the row that owns it.
    Taken {
        /// The column.
        column: Arc<str>,
        /// The owner's table.
        table: Arc<str>,
        /// Which of its rows, counted from 0.
        row: usize,
        /// The owner's column.
        from: Arc<str>,
    },
    /// A finding was told.
    Found(Arc<Diagnostic>),
}

/// A change of the message being made.
#[derive(Clone)]
pub struct Written {
    /// The place in its segment; nothing for whole segments.
    pub path: Option<FieldPath>,
    /// What stood at the place, raw.
    pub before: Arc<str>,
    /// What stands there, raw.
    pub after: Arc<str>,
    /// The message's segments after the change.
    pub change: OutChange,
    /// The segment of the input that was copied, where one was.
    pub(super) copied: Option<Range<usize>>,
    pub(super) key: u32,
}

/// How the segments of the message being made changed.
#[derive(Clone)]
pub enum OutChange {
    /// The segment at an index has another text.
    Text(usize, Arc<str>),
    /// A segment came in at an index.
    Inserted(usize, Arc<str>),
    /// The segment at an index went.
    Removed(usize),
    /// These are the segments now.
    All(Vec<Arc<str>>),
}

/// A call of a function.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// The function, an index into its code's; nothing for the script itself.
    pub(super) function: Option<usize>,
    pub(super) code: usize,
    /// The step that called.
    pub(super) caller: Option<usize>,
    /// The piece that called, where it is known.
    pub(super) call: Option<usize>,
    /// What the function's parameters held when it began.
    pub(super) arguments: Vec<(Arc<str>, Value)>,
}

impl Recording {
    /// The script that a step is of.
    pub fn code_of(&self, step: usize) -> Option<&Arc<Code>> {
        match self.steps.get(step)?.place {
            StepPlace::Statement { code, .. } | StepPlace::Pass { code, .. } => {
                self.codes.get(code)
            }
            StepPlace::Row { .. } | StepPlace::Column { .. } => None,
        }
    }

    /// This recording with another behind it, of the same message; what was made stays what one of the
    /// two made.
    #[must_use]
    pub fn then(mut self, mut next: Self) -> Self {
        let (steps, events) = (self.steps.len(), self.events.len());
        let (frames, codes) = (self.frames.len(), self.codes.len());
        for step in &mut next.steps {
            step.parent = step.parent.map(|parent| parent + steps);
            step.end += steps;
            step.frame += frames;
            step.began += events;
            if let StepPlace::Statement { code, .. } | StepPlace::Pass { code, .. } =
                &mut step.place
            {
                *code += codes;
            }
        }
        for event in &mut next.events {
            event.step += steps;
        }
        for frame in &mut next.frames {
            frame.code += codes;
            frame.caller = frame.caller.map(|caller| caller + steps);
        }
        for stage in &mut next.stages {
            stage.steps = stage.steps.start + steps..stage.steps.end + steps;
        }
        self.breaks
            .extend(next.breaks.iter().map(|count| count + steps));
        self.steps.append(&mut next.steps);
        self.events.append(&mut next.events);
        self.frames.append(&mut next.frames);
        self.codes.append(&mut next.codes);
        self.stages.append(&mut next.stages);
        self.is_full |= next.is_full;
        self.sent = next.sent.or(self.sent);
        if self.made.is_empty() {
            self.made = next.made;
            self.output = next.output;
        }
        self
    }

    /// What happened in a step itself, not in those that are part of it.
    pub fn events_of(&self, step: usize) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| event.step == step)
    }
}

impl Step {
    /// The line that it shows, counted from 1; nothing for rules.
    pub fn line(&self) -> Option<u32> {
        match self.place {
            StepPlace::Statement { line, .. } | StepPlace::Pass { line, .. } => Some(line),
            StepPlace::Row { .. } | StepPlace::Column { .. } => None,
        }
    }

    /// How many events there were when it began.
    pub fn began(&self) -> usize {
        self.began
    }

    pub(super) fn piece(&self) -> Option<(usize, usize)> {
        match self.place {
            StepPlace::Statement { code, piece, .. } | StepPlace::Pass { code, piece, .. } => {
                Some((code, piece.0))
            }
            StepPlace::Row { .. } | StepPlace::Column { .. } => None,
        }
    }
}

/// Shows shapes only: values are a patient's.
impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("steps", &self.steps.len())
            .field("events", &self.events.len())
            .field("is_full", &self.is_full)
            .finish_non_exhaustive()
    }
}

/// Shows shapes only: values are a patient's.
impl fmt::Debug for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Happening::Read { span } => write!(f, "Read({span:?})"),
            Happening::Missed { location } => write!(f, "Missed({})", location.without_values()),
            Happening::ReadBack { .. } => f.write_str("ReadBack"),
            Happening::CellRead { table, row, column } => {
                write!(f, "CellRead({table}, {row}, {column})")
            }
            Happening::Lookup { table, .. } => write!(f, "Lookup({table})"),
            Happening::Variable { name, .. } => write!(f, "Variable({name})"),
            Happening::Returned { function, .. } => write!(f, "Returned({function})"),
            Happening::Gave { .. } => f.write_str("Gave"),
            Happening::Wrote(written) => write!(f, "Wrote({})", written.key),
            Happening::RowAdded { table, row, .. } => write!(f, "RowAdded({table}, {row})"),
            Happening::CellSet {
                table, row, column, ..
            } => {
                write!(f, "CellSet({table}, {row}, {column})")
            }
            Happening::Taken { column, table, .. } => write!(f, "Taken({column}, {table})"),
            Happening::Found(found) => write!(f, "Found({})", found.code),
        }
    }
}
