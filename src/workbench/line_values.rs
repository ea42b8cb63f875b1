//! What the lines of a script did in a recorded run: values beside the code, loops pass by pass.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::track::Track;
use crate::hl7::Pick;
use crate::mapping::{
    Cell, Decision, Event, Happening, OutChange, Recording, StepPlace, Value, Written,
};

/// Characters shown of one value.
const MOST_SHOWN: usize = 40;

/// What the lines of one script did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineValues {
    /// The lines that ran, by their number, counted from 1.
    pub lines: BTreeMap<u32, LineRun>,
    /// The lines on which statements begin that did not run.
    pub idle: Vec<u32>,
    /// The loops, once for each time that they ran, in order of time.
    pub loops: Vec<LoopRun>,
}

/// All that one line did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LineRun {
    /// The steps that ran on it, in order of time; of a loop it and its passes.
    pub steps: Vec<usize>,
    /// What it showed, in order of time.
    pub shown: Vec<ShownValue>,
}

/// One value that a line showed.
#[derive(Clone, PartialEq)]
pub struct ShownValue {
    /// The step that did.
    pub step: usize,
    /// Which pass of the loop around it, counted from 1; 0 outside of loops.
    pub pass: u32,
    /// What it is of: a variable, a place, a column.
    pub name: Arc<str>,
    /// The value.
    pub value: Value,
    /// What the line's condition came to, in place of name and value.
    pub decision: Option<Decision>,
}

/// One run of a loop.
#[derive(Clone, Debug, PartialEq)]
pub struct LoopRun {
    /// The loop's line.
    pub line: u32,
    /// The loop's step.
    pub step: usize,
    /// What its passes set, read and write, in the order in which it first comes.
    pub columns: Vec<Arc<str>>,
    /// Its passes, in order.
    pub passes: Vec<PassRun>,
}

/// One pass of a loop.
#[derive(Clone, Debug, PartialEq)]
pub struct PassRun {
    /// Counted from 1.
    pub number: u32,
    /// The step of the pass.
    pub step: usize,
    /// What each column of the loop had last; nothing where it had no part in the pass.
    pub values: Vec<Option<Value>>,
}

impl LineValues {
    /// What the lines of a script did in a run: of the one with this index in its recording.
    pub fn of(track: &Track, code: usize) -> Self {
        let recording = &**track.recording();
        let events = recording.by_step();
        let mut values = Self::default();
        for (number, step) in recording.steps.iter().enumerate() {
            let Some(line) = step.line().filter(|_| is_of(&step.place, code)) else {
                continue;
            };
            let own = events.get(number).map_or(&[][..], Vec::as_slice);
            let run = values.lines.entry(line).or_default();
            run.steps.push(number);
            let decided = track.decision(number);
            run.shown.extend(decided.map(|decision| ShownValue {
                step: number,
                pass: step.pass,
                name: "condition".into(),
                value: match &decision {
                    Decision::Truth(truth) => Value::Truth(*truth),
                    Decision::Case(case) => Value::Thing("case", Arc::clone(case)),
                },
                decision: Some(decision),
            }));
            run.shown.extend(shown(recording, number, own));
            if recording.is_loop(number) {
                let ran = LoopRun::of(recording, number, line, &events);
                values.loops.push(ran);
            }
        }
        if let Some(code) = recording.codes.get(code) {
            let statements = code.statement_lines().into_iter();
            let is_idle = |line: &u32| !values.lines.contains_key(line);
            values.idle = statements.filter(is_idle).collect();
        }
        values
    }

    /// The runs of the loop on a line.
    pub fn loops_on(&self, line: u32) -> impl Iterator<Item = &LoopRun> {
        self.loops.iter().filter(move |ran| ran.line == line)
    }
}

impl LoopRun {
    fn of(recording: &Recording, step: usize, line: u32, events: &[Vec<&Event>]) -> Self {
        let mut ran = Self {
            line,
            step,
            columns: Vec::new(),
            passes: Vec::new(),
        };
        let end = recording.steps.get(step).map_or(step, |step| step.end);
        let mut next = step + 1;
        while let Some(pass) = recording.steps.get(next).filter(|_| next < end) {
            if matches!(pass.place, StepPlace::Pass { .. }) {
                ran.add_pass(recording, next, events);
            }
            next = pass.end.max(next + 1);
        }
        for pass in &mut ran.passes {
            pass.values.resize(ran.columns.len(), None);
        }
        ran
    }

    fn add_pass(&mut self, recording: &Recording, step: usize, events: &[Vec<&Event>]) {
        let Some(pass) = recording.steps.get(step) else {
            return;
        };
        let mut values: Vec<Option<Value>> = vec![None; self.columns.len()];
        for inner in step..pass.end {
            // What functions do among themselves is theirs.
            let is_own = recording
                .steps
                .get(inner)
                .is_some_and(|inner| inner.depth == pass.depth);
            let own = events.get(inner).filter(|_| is_own);
            for (name, value) in own
                .into_iter()
                .flatten()
                .filter_map(|event| told(recording, event))
            {
                let known = self.columns.iter().position(|column| *column == name);
                let at = known.unwrap_or_else(|| {
                    self.columns.push(name);
                    values.push(None);
                    self.columns.len() - 1
                });
                if let Some(cell) = values.get_mut(at) {
                    *cell = Some(value);
                }
            }
        }
        self.passes.push(PassRun {
            number: pass.pass,
            step,
            values,
        });
    }
}

impl ShownValue {
    /// Name and value in a line, `sex = "F"`; or what the condition came to, `→ true`.
    pub fn text(&self) -> String {
        match &self.decision {
            Some(decision) => decision.to_string(),
            None => format!("{} = {}", self.name, self.value.shown(MOST_SHOWN)),
        }
    }
}

fn is_of(place: &StepPlace, wanted: usize) -> bool {
    match place {
        StepPlace::Statement { code, .. } | StepPlace::Pass { code, .. } => *code == wanted,
        StepPlace::Row { .. } | StepPlace::Column { .. } => false,
    }
}

/// What a step shows: what it changed, else what a function gave it, else what it read.
fn shown(recording: &Recording, step: usize, events: &[&Event]) -> Vec<ShownValue> {
    let pass = recording.steps.get(step).map_or(0, |step| step.pass);
    let pick = |rank: u8| {
        let of_rank = events
            .iter()
            .filter(move |event| rank_of(&event.what) == rank);
        let told = of_rank.filter_map(|event| told_or_returned(recording, event));
        told.map(|(name, value)| ShownValue {
            step,
            pass,
            name,
            value,
            decision: None,
        })
        .collect::<Vec<_>>()
    };
    (0..3)
        .map(pick)
        .find(|shown| !shown.is_empty())
        .unwrap_or_default()
}

/// How much a line is about an event: 0 most.
fn rank_of(what: &Happening) -> u8 {
    match what {
        Happening::Variable { .. } | Happening::Wrote(_) | Happening::CellSet { .. } => 0,
        Happening::Returned { .. } | Happening::Gave { .. } => 1,
        Happening::Read { .. } | Happening::Missed { .. } => 2,
        Happening::ReadBack { .. }
        | Happening::CellRead { .. }
        | Happening::Lookup { .. }
        | Happening::RowAdded { .. }
        | Happening::Taken { .. }
        | Happening::Found(_) => 3,
    }
}

fn told_or_returned(recording: &Recording, event: &Event) -> Option<(Arc<str>, Value)> {
    match &event.what {
        Happening::Returned { function, value } => {
            let name = if function.starts_with("anon$") {
                "the closure".into()
            } else {
                Arc::clone(function)
            };
            Some((name, value.clone()))
        }
        Happening::Gave { value } => Some(("the value".into(), value.clone())),
        _ => told(recording, event),
    }
}

/// Name and value of what was set, written or read; one name for a place in all segments of a name.
fn told(recording: &Recording, event: &Event) -> Option<(Arc<str>, Value)> {
    match &event.what {
        Happening::Variable { name, value } => Some((Arc::clone(name), value.clone())),
        Happening::Wrote(Written {
            path,
            after,
            change,
            ..
        }) => {
            let (OutChange::Text(_, text) | OutChange::Inserted(_, text)) = change else {
                return None;
            };
            let segment = text.get(..3).unwrap_or(text);
            let path = path.as_ref().map(|path| format!("-{path}"));
            let name = format!("out {segment}{}", path.unwrap_or_default());
            Some((name.into(), Value::Text(Arc::clone(after))))
        }
        Happening::CellSet {
            table,
            column,
            after,
            ..
        } => Some((format!("{table}.{column}").into(), of_cell(after))),
        Happening::Read { span } => {
            let mut location = recording.message.location_of(span)?;
            location.occurrence = Pick::First;
            let text = recording.message.text().get(span.clone())?;
            Some((location.to_string().into(), Value::Text(text.into())))
        }
        Happening::Missed { location } => {
            let mut location = location.clone();
            location.occurrence = Pick::First;
            Some((location.to_string().into(), Value::Nothing))
        }
        Happening::ReadBack { .. }
        | Happening::CellRead { .. }
        | Happening::Lookup { .. }
        | Happening::Returned { .. }
        | Happening::Gave { .. }
        | Happening::RowAdded { .. }
        | Happening::Taken { .. }
        | Happening::Found(_) => None,
    }
}

fn of_cell(cell: &Cell) -> Value {
    match cell {
        Cell::Absent => Value::Nothing,
        Cell::Null => Value::Thing("null", "null".into()),
        Cell::Integer(_) | Cell::Decimal(_) => Value::Number(cell.to_string().into()),
        Cell::Text(_) | Cell::Date(_) | Cell::Time(_) | Cell::Timestamp(_) => {
            Value::Text(cell.to_string().into())
        }
    }
}

/// Shows the name only: a value is a patient's.
impl fmt::Debug for ShownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShownValue({} in {})", self.name, self.step)
    }
}
