//! Makes a recording while a run goes on: which steps are open, what happens in them, what they changed.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::code::{Code, Kind};
use super::outcome::Cell;
use super::output::OutNote;
use super::recorded_value::Value;
use super::recording::{
    Event, Frame, Happening, MOST_STEPS, OutChange, PieceId, Recording, Stage, Step, StepPlace,
    Written,
};
use crate::hl7::{Location, Message};

/// What a variable holds now, as far as it can be seen.
pub(super) type Sight<'s> = &'s dyn Fn(&str) -> Option<Value>;

/// A recording being made.
pub(super) struct Recorder {
    pub(super) codes: Vec<Arc<Code>>,
    steps: Vec<Step>,
    pub(super) events: Vec<Event>,
    pub(super) frames: Vec<Frame>,
    pub(super) open: Vec<Open>,
    /// The frames that are open.
    pub(super) calls: Vec<Call>,
    /// The piece that was at work last.
    pub(super) at: usize,
    /// The message being made: handle and text of each segment.
    made: Vec<(u32, Arc<str>)>,
    /// What variables held when they were last seen, by frame.
    values: HashMap<(usize, Box<str>), Value>,
    pub(super) is_full: bool,
}

/// A frame that is open.
#[derive(Clone, Copy)]
pub(super) struct Call {
    pub(super) frame: usize,
    /// How long the engine's call stack is in it.
    pub(super) stack: usize,
    /// The piece that was at work when it began.
    pub(super) from: usize,
}

/// A step that has not ended.
#[derive(Clone, Copy)]
pub(super) struct Open {
    pub(super) step: usize,
    /// Its statement; nothing for rules.
    pub(super) piece: Option<usize>,
    pub(super) frame: usize,
    is_pass: bool,
    /// Whether the engine has told of its chain of brackets for the second time.
    is_echoed: bool,
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

impl Recorder {
    pub(super) fn new() -> Self {
        Self {
            codes: Vec::new(),
            steps: Vec::new(),
            events: Vec::new(),
            frames: Vec::new(),
            open: Vec::new(),
            calls: Vec::new(),
            at: 0,
            made: Vec::new(),
            values: HashMap::new(),
            is_full: false,
        }
    }

    /// How many steps there are.
    pub(super) fn count(&self) -> usize {
        self.steps.len()
    }

    /// What was recorded of a run over a message.
    pub(super) fn finish(mut self, message: &Message, stages: Vec<Stage>) -> Recording {
        self.close_to(0, &|_| None);
        Recording {
            message: message.clone(),
            output: None,
            sent: None,
            stages,
            codes: self.codes,
            steps: self.steps,
            events: self.events,
            is_full: self.is_full,
            breaks: Vec::new(),
            made: self.made.into_iter().map(|(key, _)| key).collect(),
            frames: self.frames,
        }
    }

    /// A script begins.
    pub(super) fn begin_script(&mut self, code: &Arc<Code>) {
        self.codes.push(Arc::clone(code));
        let frame = Frame {
            function: None,
            code: self.codes.len() - 1,
            caller: self.open.last().map(|open| open.step),
            call: None,
            arguments: Vec::new(),
        };
        self.frames.push(frame);
        self.push_call(0);
    }

    /// The script has ended, or broke off.
    pub(super) fn end_script(&mut self, sight: Sight<'_>) {
        let Some(first) = self.calls.first().map(|call| call.frame) else {
            return;
        };
        let is_around = |open: &&Open| open.piece.is_none() || open.frame < first;
        let kept = self.open.iter().take_while(is_around).count();
        self.close_to(kept, sight);
        self.calls.clear();
    }

    pub(super) fn push_call(&mut self, stack: usize) {
        self.calls.push(Call {
            frame: self.frames.len() - 1,
            stack,
            from: self.at,
        });
    }

    /// The script at work.
    pub(super) fn code(&self) -> Option<(usize, Arc<Code>)> {
        let call = self.calls.last()?;
        let code = self.frames.get(call.frame)?.code;
        Some((code, Arc::clone(self.codes.get(code)?)))
    }

    /// The piece of a node of Rhai's tree; nothing for nodes of other scripts and those made on the way.
    pub(super) fn piece_of(&self, address: usize) -> Option<usize> {
        self.code()?.1.nodes.get(&address).copied()
    }

    /// A piece of the script begins its work.
    pub(super) fn enter(&mut self, piece: usize, stack: usize, sight: Sight<'_>) {
        if self.is_inner(piece, stack) {
            self.at = piece;
            return;
        }
        self.leave_lost_frames(stack, sight);
        let (Some((number, code)), Some(call)) = (self.code(), self.calls.last().copied()) else {
            return;
        };
        let frame = call.frame;
        let before = std::mem::replace(&mut self.at, piece);
        if before != piece && self.is_echo(&code, frame, piece) {
            return;
        }
        let Some(found) = code.pieces.get(piece) else {
            return;
        };
        let is_statement = found.kind.is_statement();
        let keeps = |open: &Open| match open.piece {
            Some(outer) if open.frame == frame => {
                let is_again = outer == piece || open.is_pass && code.begins_pass(outer, piece);
                code.lies_in(piece, outer) && !is_again
            }
            _ => true,
        };
        let kept = self.open.iter().take_while(|open| keeps(open)).count();
        self.close_to(kept, sight);
        let enclosing = self.open.last().copied().filter(|open| open.frame == frame);
        if let Some(open) = enclosing.filter(|open| open.is_pass)
            && let Some(step) = self.steps.get_mut(open.step)
        {
            let condition = open.piece.and_then(|outer| code.inner(outer).next());
            step.asks |= condition.is_some_and(|condition| code.lies_in(piece, condition));
        }
        if let Some(open) = enclosing
            && let Some(outer) = open.piece
            && !open.is_pass
            && code
                .pieces
                .get(outer)
                .is_some_and(|piece| piece.kind.is_loop())
            && code.begins_pass(outer, piece)
        {
            self.begin_pass(number, &code, open, sight);
        }
        if is_statement {
            let place = StepPlace::Statement {
                code: number,
                line: found.line,
                column: found.column,
                piece: PieceId(piece),
            };
            self.begin_step(place, Some(piece), frame, false);
        }
    }

    /// Whether a piece is an expression of the innermost open statement, as most are: then no step ends or
    /// begins.
    fn is_inner(&self, piece: usize, stack: usize) -> bool {
        let (Some(call), Some(open)) = (self.calls.last(), self.open.last()) else {
            return false;
        };
        let (Some(outer), Some(code)) = (open.piece, self.frames.get(call.frame)) else {
            return false;
        };
        let Some(code) = self.codes.get(code.code) else {
            return false;
        };
        let kind = |at: usize| code.pieces.get(at).map(|piece| &piece.kind);
        open.frame == call.frame
            && stack >= call.stack
            && piece > outer
            && code.lies_in(piece, outer)
            && kind(piece).is_some_and(|kind| !kind.is_statement())
            && kind(outer).is_some_and(|kind| !kind.is_loop())
    }

    /// Whether a piece is told of again: of a statement that is a chain of brackets the engine tells when
    /// it begins, and once it has what stands before the bracket.
    fn is_echo(&mut self, code: &Code, frame: usize, piece: usize) -> bool {
        let is_chain = matches!(
            code.pieces.get(piece + 1).map(|piece| &piece.kind),
            Some(Kind::Index)
        );
        let is_open =
            |open: &&mut Open| open.piece == Some(piece) && open.frame == frame && !open.is_pass;
        match self.open.last_mut().filter(is_open) {
            Some(open) if is_chain && !open.is_echoed => {
                open.is_echoed = true;
                true
            }
            _ => false,
        }
    }

    fn begin_pass(&mut self, number: usize, code: &Code, around: Open, sight: Sight<'_>) {
        let Some(piece) = around.piece else { return };
        let Some(found) = code.pieces.get(piece) else {
            return;
        };
        let place = StepPlace::Pass {
            code: number,
            line: found.line,
            piece: PieceId(piece),
        };
        self.begin_step(place, Some(piece), around.frame, true);
        if let Kind::For { name, counter } = &found.kind {
            let names = [Some(name), counter.as_ref()];
            for name in names.into_iter().flatten() {
                self.keep(name, true, sight);
            }
        }
    }

    /// Keeps what a variable holds; `always`, or where it is another value than before.
    fn keep(&mut self, name: &str, always: bool, sight: Sight<'_>) {
        if self.is_full || self.is_busy(name) {
            return;
        }
        if let Some(value) = sight(name) {
            let frame = self.calls.last().map_or(0, |call| call.frame);
            let known = self.values.insert((frame, name.into()), value.clone());
            if !always && known.as_ref() == Some(&value) {
                return;
            }
            self.happened(Happening::Variable {
                name: name.into(),
                value,
            });
        }
    }

    /// A step of a rule begins in the one that is open.
    pub(super) fn begin_rule(&mut self, place: StepPlace) {
        self.begin_step(place, None, 0, false);
    }

    /// The innermost open step has ended.
    pub(super) fn end_rule(&mut self) {
        let kept = self.open.len().saturating_sub(1);
        self.close_to(kept, &|_| None);
    }

    fn begin_step(&mut self, place: StepPlace, piece: Option<usize>, frame: usize, is_pass: bool) {
        if self.steps.len() >= MOST_STEPS {
            self.is_full = true;
        }
        if self.is_full {
            return;
        }
        let step = self.steps.len();
        let parent = self.open.last().map(|open| open.step);
        let before = parent.and_then(|parent| self.steps.get(parent));
        let is_loop = before.is_some_and(|step| self.is_loop(step));
        let pass = match (is_pass && is_loop, before) {
            (true, _) => self.passes(parent) + 1,
            (false, Some(before)) if before.frame == frame => before.pass,
            (false, _) => 0,
        };
        self.steps.push(Step {
            place,
            depth: self.calls.len().saturating_sub(1),
            parent,
            end: step + 1,
            pass,
            frame,
            asks: false,
            began: self.events.len(),
        });
        self.open.push(Open {
            step,
            piece,
            frame,
            is_pass,
            is_echoed: false,
        });
    }

    fn is_loop(&self, step: &Step) -> bool {
        let piece = step
            .piece()
            .and_then(|(code, piece)| self.codes.get(code)?.pieces.get(piece));
        piece.is_some_and(|piece| piece.kind.is_loop())
    }

    /// How many passes of a loop there were.
    fn passes(&self, around: Option<usize>) -> u32 {
        let later = self.steps.iter().rev();
        let last = later
            .take_while(|step| step.parent >= around)
            .find(|step| step.parent == around && matches!(step.place, StepPlace::Pass { .. }));
        last.map_or(0, |step| step.pass)
    }

    /// Ends the open steps but so many.
    pub(super) fn close_to(&mut self, kept: usize, sight: Sight<'_>) {
        while self.open.len() > kept {
            let Some(open) = self.open.last().copied() else {
                return;
            };
            if !open.is_pass
                && let Some(piece) = open.piece
            {
                self.keep_changes(open, piece, sight);
            }
            self.open.pop();
            let end = self.steps.len();
            if let Some(step) = self.steps.get_mut(open.step) {
                step.end = end;
            }
        }
    }

    /// Keeps the variables that a statement may have changed.
    fn keep_changes(&mut self, open: Open, piece: usize, sight: Sight<'_>) {
        let Some(code) = self
            .frames
            .get(open.frame)
            .and_then(|frame| self.codes.get(frame.code))
        else {
            return;
        };
        let code = Arc::clone(code);
        let (name, always) = match code.pieces.get(piece).map(|piece| &piece.kind) {
            Some(Kind::Let(name)) => (Some(&**name), true),
            Some(Kind::Assign { .. }) => {
                let is_plain = !code.is_chain(piece + 1);
                (code.root_variable(piece + 1), is_plain)
            }
            Some(Kind::Evaluate) if code.is_chain(piece + 1) => {
                (code.root_variable(piece + 1), false)
            }
            _ => (None, false),
        };
        if let Some(name) = name.filter(|name| !matches!(*name, "msg" | "out" | "rows" | "this")) {
            self.keep(name, always, sight);
        }
    }

    /// Whether a variable is at work in a function that calls this one: the engine may hold it locked.
    pub(super) fn is_busy(&self, name: &str) -> bool {
        let Some(frame) = self.calls.last().map(|call| call.frame) else {
            return false;
        };
        let outer = self
            .open
            .iter()
            .filter(|open| open.frame < frame && !open.is_pass);
        outer.into_iter().any(|open| {
            let code = self
                .frames
                .get(open.frame)
                .and_then(|frame| self.codes.get(frame.code));
            let (Some(code), Some(piece)) = (code, open.piece) else {
                return false;
            };
            let is_root = |at: &usize| code.is_chain(*at) && code.root_variable(*at) == Some(name);
            code.own_pieces(piece).any(|at| is_root(&at))
        })
    }

    /// Something happened in the step that is open.
    pub(super) fn happened(&mut self, what: Happening) {
        let Some(step) = self
            .open
            .last()
            .map(|open| open.step)
            .filter(|_| !self.is_full)
        else {
            return;
        };
        self.events.push(Event {
            step,
            piece: self.at,
            what,
        });
    }

    pub(super) fn read(&mut self, span: Range<usize>) {
        self.happened(Happening::Read { span });
    }

    pub(super) fn missed(&mut self, location: Location) {
        self.happened(Happening::Missed { location });
    }

    /// A row was made by a rule: it and its cells, each in its column's step.
    pub(super) fn row(&mut self, table: &Arc<str>, row: usize, columns: usize) {
        self.happened(Happening::RowAdded {
            table: Arc::clone(table),
            row,
            columns,
        });
    }

    /// A cell of the row got its value in a step.
    pub(super) fn cell(
        &mut self,
        step: Option<usize>,
        place: (&Arc<str>, usize, &Arc<str>),
        after: Cell,
    ) {
        let step = step.or_else(|| self.step());
        let Some(step) = step.filter(|_| !self.is_full) else {
            return;
        };
        let (table, row, column) = place;
        self.events.push(Event {
            step,
            piece: self.at,
            what: Happening::CellSet {
                table: Arc::clone(table),
                row,
                column: Arc::clone(column),
                before: Cell::Absent,
                after,
            },
        });
    }

    /// The step that is open.
    pub(super) fn step(&self) -> Option<usize> {
        self.open.last().map(|open| open.step)
    }

    /// The message being made has changed; `texts` are its segments now.
    pub(super) fn wrote(&mut self, note: OutNote, segments: &dyn Fn() -> Vec<(u32, Arc<str>)>) {
        let text = Arc::clone(&note.text);
        let at = self.made.iter().position(|(key, _)| *key == note.key);
        let change = match (note.is_whole, at) {
            (false, Some(at)) => {
                if let Some(known) = self.made.get_mut(at) {
                    known.1 = Arc::clone(&text);
                }
                OutChange::Text(at, text)
            }
            (false, None) if note.index <= self.made.len() && !note.is_gone => {
                self.made.insert(note.index, (note.key, Arc::clone(&text)));
                OutChange::Inserted(note.index, text)
            }
            (true, Some(at)) if note.is_gone => {
                self.made.remove(at);
                OutChange::Removed(at)
            }
            _ => {
                self.made = segments();
                OutChange::All(self.made.iter().map(|(_, text)| Arc::clone(text)).collect())
            }
        };
        self.happened(Happening::Wrote(Written {
            path: note.path,
            before: note.before,
            after: note.after,
            change,
            copied: note.copied,
            key: note.key,
        }));
    }
}
