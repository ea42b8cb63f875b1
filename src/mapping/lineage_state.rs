//! What is known while a recording is gone through: the steps that are open, the calls, the variables.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::code::{Code, Kind};
use super::flow_facts::{Facts, MAKES_ID};
use super::lineage::{Lineage, What};
use super::recording::Recording;

/// One pass over a recording.
pub(super) struct Walk<'r> {
    pub(super) recording: &'r Recording,
    pub(super) made: Lineage,
    pub(super) open: Vec<Open>,
    pub(super) frames: HashMap<usize, Frame>,
    /// The frames that each step called.
    pub(super) called: HashMap<usize, Vec<usize>>,
    /// What the steps of rules read.
    pub(super) rules: HashMap<usize, Vec<usize>>,
    /// Columns of the row that is being made that are taken from its owner.
    pub(super) taken: HashMap<Arc<str>, usize>,
    /// Where closures were made: by code and function, the frame and the piece.
    pub(super) homes: HashMap<(usize, usize), (usize, usize)>,
    /// The frame of the site's last script, and the text that it found.
    pub(super) finish: Option<(usize, usize)>,
    /// What decided how many ids were made so far.
    pub(super) ids: Option<usize>,
    /// What pieces may do, worked out once, by code and piece.
    pub(super) facts: HashMap<(usize, usize), Rc<Facts<'r>>>,
}

/// A step that is open.
#[derive(Default)]
pub(super) struct Open {
    pub(super) step: usize,
    pub(super) frame: usize,
    /// The code and the piece; nothing for rules.
    pub(super) piece: Option<(usize, usize)>,
    pub(super) is_pass: bool,
    /// How many nodes there were when it began.
    pub(super) began: usize,
    /// What happened in the step itself, with the piece that was at work.
    pub(super) own: Vec<(usize, usize)>,
    /// The values of the statements in it, with their pieces.
    pub(super) values: Vec<(usize, usize)>,
    pub(super) condition: Option<usize>,
    /// Conditions under which the rest of a loop is left out.
    pub(super) floor: Option<usize>,
    /// What stands before the side of `&&` or `||` that is at work.
    pub(super) asked: Option<usize>,
    /// The row or the segment that was made last, for the variable that takes it.
    pub(super) held: Held,
}

/// What a variable stands for, beside its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Held {
    #[default]
    Value,
    Row(Arc<str>, usize),
    Segment(u32),
    /// The message being made.
    Out,
    /// A segment or row, and nobody knows which.
    Handle,
    /// A segment, a row or values with some in them: a condition may have decided which.
    Several,
}

/// What is known of the variables of one call.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) entries: Vec<Entry>,
    pub(super) this: Vec<usize>,
    /// What decided that it was called.
    pub(super) control: Vec<usize>,
    /// Conditions under which it might have returned before.
    pub(super) floor: Option<usize>,
    /// What it gave back.
    pub(super) result: Vec<usize>,
    pub(super) last: Vec<usize>,
}

pub(super) struct Entry {
    pub(super) name: Box<str>,
    /// The block in which the variable lives; nothing for the whole function.
    pub(super) block: Option<usize>,
    pub(super) node: usize,
    pub(super) held: Held,
    /// Whether its block was left: closures alone still know it.
    pub(super) is_gone: bool,
}

impl<'r> Walk<'r> {
    pub(super) fn code(&self, code: usize) -> Option<&'r Code> {
        self.recording.codes.get(code).map(|code| &**code)
    }

    /// What a piece may do.
    pub(super) fn facts(&mut self, code: &'r Code, piece: usize) -> Rc<Facts<'r>> {
        let key = (std::ptr::from_ref(code).addr(), piece);
        let known = self.facts.entry(key);
        Rc::clone(known.or_insert_with(|| Rc::new(code.facts(piece))))
    }

    pub(super) fn own(&mut self, piece: usize, node: usize) {
        if let Some(open) = self.open.last_mut() {
            open.own.push((piece, node));
        }
    }

    /// What decides on what happens in a frame now.
    pub(super) fn control(&self, frame: usize) -> Vec<usize> {
        self.control_at(self.open.len(), frame)
    }

    /// What decides on the open step of an index: conditions and ways out of the steps around it.
    pub(super) fn control_at(&self, at: usize, frame: usize) -> Vec<usize> {
        let mut control = Vec::new();
        if let Some(frame) = self.frames.get(&frame) {
            control.extend(&frame.control);
            control.extend(frame.floor);
        }
        let mut is_decided = false;
        for open in self.open[..at]
            .iter()
            .rev()
            .filter(|open| open.frame == frame)
        {
            control.extend(open.floor);
            control.extend(open.asked);
            if let Some(condition) = open.condition.filter(|_| !is_decided) {
                control.push(condition);
                is_decided = true;
            }
        }
        control.sort_unstable();
        control.dedup();
        control
    }

    /// The variables of a statement's blocks are gone when it is come to again: names mean what stands
    /// around them until they are declared once more.
    pub(super) fn forget_blocks(&mut self, open: &Open) {
        let Some((number, piece)) = open.piece else {
            return;
        };
        let (Some(code), Some(frame)) = (self.code(number), self.frames.get_mut(&open.frame))
        else {
            return;
        };
        for entry in &mut frame.entries {
            entry.is_gone |= entry.block.is_some_and(|block| code.lies_in(block, piece));
        }
    }

    /// Gives a variable of a block a value.
    pub(super) fn bind(
        &mut self,
        frame: usize,
        name: &str,
        block: Option<usize>,
        node: usize,
        held: Held,
    ) {
        let is_shared = self
            .recording
            .frames
            .get(frame)
            .and_then(|frame| self.code(frame.code))
            .is_some_and(|code| code.is_shared(name));
        let entries = &mut self.frames.entry(frame).or_default().entries;
        let known = entries
            .iter()
            .position(|known| &*known.name == name && known.block == block)
            .map(|at| entries.remove(at).node);
        // A closure may still hold the variable of this name that was there before.
        let node = match known.filter(|_| is_shared) {
            Some(known) => self.made.add(What::Any, vec![known, node], Vec::new()),
            None => node,
        };
        let entry = Entry {
            name: name.into(),
            block,
            node,
            held,
            is_gone: false,
        };
        if let Some(frame) = self.frames.get_mut(&frame) {
            frame.entries.push(entry);
        }
    }

    /// Changes a variable: wholly, or in part.
    pub(super) fn change(
        &mut self,
        code: &'r Code,
        (frame, name, piece): (usize, &str, usize),
        wholly: bool,
        step: usize,
        (data, control): (&[usize], &[usize]),
        held: Held,
    ) {
        if name == "this" {
            self.change_this(frame, step, data, control);
            return;
        }
        let Some((home, index)) = self.find(frame, code, name, piece) else {
            return;
        };
        let Some(entry) = self
            .frames
            .get(&home)
            .and_then(|frame| frame.entries.get(index))
        else {
            return;
        };
        let stands_for_one = !matches!(entry.held, Held::Value | Held::Several);
        if !wholly && stands_for_one && held != Held::Several {
            return;
        }
        let mut data = data.to_vec();
        if !wholly {
            data.push(entry.node);
        }
        let node = self.made.add(What::Value(step), data, control.to_vec());
        if let Some(entry) = self
            .frames
            .get_mut(&home)
            .and_then(|frame| frame.entries.get_mut(index))
        {
            entry.node = node;
            if wholly || held == Held::Several {
                entry.held = held;
            }
        }
    }

    /// What a function was called on is what the call changes.
    fn change_this(&mut self, frame: usize, step: usize, data: &[usize], control: &[usize]) {
        let node = self
            .made
            .add(What::Value(step), data.to_vec(), control.to_vec());
        if let Some(frame) = self.frames.get_mut(&frame) {
            frame.this.push(node);
            frame.result.push(node);
        }
    }

    pub(super) fn entry(
        &self,
        frame: usize,
        code: &Code,
        name: &str,
        piece: usize,
    ) -> Option<&Entry> {
        let (frame, index) = self.find(frame, code, name, piece)?;
        self.frames.get(&frame)?.entries.get(index)
    }

    /// Where a variable lives: in the call itself, or for a closure in the one that made it.
    pub(super) fn find(
        &self,
        frame: usize,
        code: &Code,
        name: &str,
        piece: usize,
    ) -> Option<(usize, usize)> {
        let (mut frame, mut piece) = (frame, piece);
        for calls in 0..64 {
            let known = self.frames.get(&frame)?;
            let is_it = |entry: &Entry| {
                &*entry.name == name
                    && (calls > 0 || !entry.is_gone)
                    && entry.block.is_none_or(|block| code.lies_in(piece, block))
            };
            if let Some(index) = known.entries.iter().rposition(is_it) {
                return Some((frame, index));
            }
            let call = self.recording.frames.get(frame)?;
            (frame, piece) = *self.homes.get(&(call.code, call.function?))?;
        }
        None
    }

    /// The nodes whose values make the value of an expression in an open step.
    pub(super) fn value_of(&self, code: &Code, piece: usize, at: Option<usize>) -> Vec<usize> {
        let Some(open) = at.and_then(|at| self.open.get(at)) else {
            return Vec::new();
        };
        let within = |known: usize| code.lies_in(known, piece);
        let mut nodes: Vec<usize> = Vec::new();
        nodes.extend(
            open.own
                .iter()
                .filter(|(known, _)| within(*known))
                .map(|(_, node)| *node),
        );
        nodes.extend(
            open.values
                .iter()
                .filter(|(known, _)| within(*known))
                .map(|(_, node)| *node),
        );
        let end = code.pieces.get(piece).map_or(piece, |piece| piece.end);
        for inner in piece..end {
            match &code.pieces[inner].kind {
                Kind::Variable(name) => {
                    nodes.extend(
                        self.entry(open.frame, code, name, inner)
                            .map(|entry| entry.node),
                    );
                }
                Kind::Call(name) if &**name == MAKES_ID => nodes.extend(self.ids),
                Kind::Method(name) if matches!(&**name, "segment" | "segments" | "all") => {
                    nodes.extend(self.segments_asked(code, inner, open.frame));
                }
                Kind::This => {
                    nodes.extend(
                        self.frames
                            .get(&open.frame)
                            .iter()
                            .flat_map(|frame| &frame.this),
                    );
                }
                _ => {}
            }
        }
        for called in self.called.get(&open.step).into_iter().flatten() {
            let call = self
                .recording
                .frames
                .get(*called)
                .and_then(|frame| frame.call);
            if call.is_none_or(within)
                && let Some(frame) = self.frames.get(called)
            {
                nodes.extend(&frame.result);
                nodes.extend(&frame.last);
                nodes.extend(frame.floor);
            }
        }
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    /// The values that go into the call around a piece of the innermost open step; of one of these names
    /// if there is one, else into the whole statement.
    pub(super) fn value_of_call(&self, piece: usize, names: &[&str]) -> Vec<usize> {
        let Some(at) = self.open.len().checked_sub(1) else {
            return Vec::new();
        };
        let Some((number, statement)) = self.open[at].piece else {
            return Vec::new();
        };
        let Some(code) = self.code(number) else {
            return Vec::new();
        };
        let found = code.call_around(piece, statement, names);
        self.value_of(code, found.unwrap_or(statement), Some(at))
    }
}
