//! Goes through a recording once, in the order of time, and makes the graph of what came from what.

use std::collections::HashMap;
use std::sync::Arc;

use super::code::{Code, Kind};
use super::lineage::{Lineage, What};
use super::lineage_state::{Entry, Frame, Held, Open, Walk};
use super::maybes::touch;
use super::recording::{Event, Happening, Recording, Step, StepPlace};

impl Lineage {
    /// Works out a recording.
    pub fn of(recording: &Recording) -> Self {
        let mut lineage = Walk::over(recording);
        lineage.made.clone_from(&recording.made);
        lineage
    }
}

impl<'r> Walk<'r> {
    /// The graph of a recording.
    fn over(recording: &'r Recording) -> Lineage {
        let mut called: HashMap<usize, Vec<usize>> = HashMap::new();
        for (number, frame) in recording.frames.iter().enumerate() {
            if let Some(caller) = frame.caller {
                called.entry(caller).or_default().push(number);
            }
        }
        let mut walk = Walk {
            recording,
            made: Lineage::default(),
            open: Vec::new(),
            frames: HashMap::new(),
            called,
            rules: HashMap::new(),
            taken: HashMap::new(),
            homes: HashMap::new(),
            finish: None,
            ids: None,
            facts: HashMap::new(),
        };
        let mut events = recording.events.iter().enumerate().peekable();
        for (number, step) in recording.steps.iter().enumerate() {
            while let Some((at, event)) = events.next_if(|(at, _)| *at < step.began) {
                walk.event(at, event);
            }
            walk.close_until(|open| {
                recording
                    .steps
                    .get(open.step)
                    .is_some_and(|step| step.end > number)
            });
            walk.begin_finish(number, step);
            walk.begin(number, step);
        }
        for (at, event) in events {
            walk.event(at, event);
        }
        walk.close_until(|_| false);
        walk.end_finish();
        walk.made
    }

    fn begin(&mut self, number: usize, step: &Step) {
        if step.piece().is_none() {
            self.rules.insert(number, Vec::new());
            return;
        }
        self.ensure_frame(step.frame);
        if self.is_in_block(step) {
            self.ensure_condition();
        }
        self.ask_before(step);
        let mut open = Open {
            step: number,
            frame: step.frame,
            piece: step.piece(),
            is_pass: matches!(step.place, StepPlace::Pass { .. }),
            began: self.made.nodes.len(),
            ..Open::default()
        };
        self.forget_blocks(&open);
        if open.is_pass {
            self.begin_pass(&open);
        } else if let Some((number, piece)) = open.piece
            && let Some(code) = self.code(number)
        {
            for at in code.own_pieces(piece) {
                if let Kind::Pointer(name) = &code.pieces[at].kind
                    && let Some(function) = code
                        .functions
                        .iter()
                        .position(|function| function.name == *name)
                {
                    self.homes.insert((number, function), (step.frame, at));
                }
            }
        }
        open.held = Held::Value;
        self.open.push(open);
    }

    /// Binds the variables of a `for` in a new pass.
    fn begin_pass(&mut self, open: &Open) {
        let Some((number, piece)) = open.piece else {
            return;
        };
        let Some(code) = self.code(number) else {
            return;
        };
        let Kind::For { name, counter } = &code.pieces[piece].kind else {
            return;
        };
        let mut inner = code.inner(piece);
        let (Some(through), block) = (inner.next(), inner.next()) else {
            return;
        };
        let data = self.value_of(code, through, self.open.len().checked_sub(1));
        let control = self.control(open.frame);
        let node = self.made.add(What::Value(open.step), data, control);
        for name in [Some(name), counter.as_ref()].into_iter().flatten() {
            let held = self.held(open.step, name, &Held::Handle);
            self.bind(open.frame, name, block, node, held);
        }
    }

    pub(super) fn ensure_frame(&mut self, number: usize) {
        if self.frames.contains_key(&number) {
            return;
        }
        let mut frame = Frame::default();
        let Some(call) = self.recording.frames.get(number) else {
            self.frames.insert(number, frame);
            return;
        };
        let caller = call
            .caller
            .and_then(|caller| self.open.iter().rposition(|open| open.step == caller));
        if let Some(caller) = caller
            && let Some(code) = self.code(call.code)
        {
            frame.control = self.control_at(caller, self.open[caller].frame);
            let statement = self.open[caller].piece.map_or(0, |(_, piece)| piece);
            let asked = self.asked_before(code, statement, caller, call.call);
            frame.control.extend(asked);
            let arguments: Vec<Vec<usize>> = match call.call {
                Some(piece) => code
                    .inner(piece)
                    .map(|argument| self.value_of(code, argument, Some(caller)))
                    .collect(),
                None => Vec::new(),
            };
            let all = self.value_of(code, statement, Some(caller));
            frame.this.clone_from(&all);
            if call.call.is_none() && !code.calls_once(statement) {
                // How often it is called is decided by what it is called with.
                let node = self.made.add(
                    What::Condition(self.open[caller].step),
                    all.clone(),
                    frame.control.clone(),
                );
                frame.control.push(node);
            }
            let step = self.open[caller].step;
            let captured = call.function.map_or(0, |function| captured(code, function));
            if let Some(function) = call
                .function
                .and_then(|function| code.functions.get(function))
            {
                for (at, name) in function.parameters.iter().enumerate() {
                    if at < captured {
                        continue;
                    }
                    let data = arguments.get(at).cloned().unwrap_or_else(|| all.clone());
                    let given = call.arguments.iter().find(|(known, _)| **known == **name);
                    let given = given.map(|(_, value)| value);
                    let argument = call.call.and_then(|call| code.inner(call).nth(at));
                    let held = self.held_by_argument(code, argument, given, caller);
                    let node = self.made.add(What::Value(step), data, Vec::new());
                    frame.entries.push(Entry {
                        name: name.clone(),
                        block: None,
                        node,
                        held,
                        is_gone: false,
                    });
                }
            }
        }
        self.frames.insert(number, frame);
    }

    fn event(&mut self, at: usize, event: &'r Event) {
        if self
            .recording
            .steps
            .get(event.step)
            .is_some_and(|step| step.piece().is_none())
        {
            self.rule_event(at, event);
            return;
        }
        self.close_until(|open| open.step == event.step);
        match &event.what {
            Happening::Read { .. } | Happening::Missed { .. } => {
                let node = self.made.add(What::Event(at), Vec::new(), Vec::new());
                self.own(event.piece, node);
            }
            Happening::Lookup { .. } => {
                let data = self.value_of_call(event.piece, &["codes", "codes_back"]);
                let node = self.made.add(What::Event(at), data, Vec::new());
                self.own(event.piece, node);
            }
            Happening::ReadBack { segments, path } => {
                let mut data = Vec::new();
                for (key, flow) in &self.made.segments {
                    if segments.is_empty() || segments.contains(key) {
                        data.extend(&flow.whole);
                        let meant = |written| path.as_ref().is_none_or(|path| touch(written, path));
                        let places = flow.places.iter().filter(|(written, _)| meant(written));
                        data.extend(places.map(|(_, node)| *node));
                    }
                }
                let bases = self
                    .made
                    .segments
                    .iter()
                    .filter(|(key, _)| segments.is_empty() || segments.contains(key));
                let bases: Vec<_> = bases.filter_map(|(_, flow)| flow.base.clone()).collect();
                for base in bases {
                    let span = self.copied_part(&base, path.as_ref());
                    data.push(self.made.add(What::Copied(span), Vec::new(), Vec::new()));
                }
                let control = self.made.maybes.of_message();
                let node = self.made.add(What::Event(at), data, control);
                self.own(event.piece, node);
            }
            Happening::CellRead { table, row, column } => {
                let key = (Arc::clone(table), *row, Arc::clone(column));
                let data = self.made.cells.get(&key).copied().into_iter().collect();
                let control = self.made.maybes.of_cell(&key);
                let node = self.made.add(What::Event(at), data, control);
                self.own(event.piece, node);
            }
            Happening::Wrote(written) => self.wrote(at, event, written),
            Happening::RowAdded { table, row, .. } => {
                let writing = self.flow_of_write(event.piece, &["add"]);
                // The table that it was added to.
                let mut control = writing.control;
                let open = self.open.len().saturating_sub(1);
                control.extend(self.asked_for(writing.data, open));
                let node = self.made.add(What::Event(at), Vec::new(), control);
                self.made.rows.insert((Arc::clone(table), *row), node);
                if let Some(open) = self.open.last_mut() {
                    open.held = Held::Row(Arc::clone(table), *row);
                }
            }
            Happening::CellSet {
                table, row, column, ..
            } => {
                let writing = self.flow_of_write(event.piece, &[]);
                let node = self
                    .made
                    .add(What::Event(at), writing.data, writing.control);
                let is_stated = self.states_place();
                self.might_have_meant(&writing.chosen, is_stated.then_some(column));
                let key = (Arc::clone(table), *row, Arc::clone(column));
                self.made.cells.insert(key, node);
            }
            Happening::Variable { .. }
            | Happening::Returned { .. }
            | Happening::Gave { .. }
            | Happening::Taken { .. }
            | Happening::Found(_) => {}
        }
    }

    /// An event of a declared row.
    fn rule_event(&mut self, at: usize, event: &'r Event) {
        let own = self.rules.get(&event.step).cloned().unwrap_or_default();
        match &event.what {
            Happening::RowAdded { table, row, .. } => {
                let inner = self
                    .recording
                    .steps
                    .get(event.step)
                    .map_or(0..0, |step| event.step..step.end);
                let control = inner
                    .filter_map(|step| self.rules.get(&step))
                    .flatten()
                    .copied()
                    .collect();
                // A row stands where one of its columns has a value: all of them decide.
                let because = self
                    .made
                    .add(What::Condition(event.step), control, Vec::new());
                let node = self.made.add(What::Event(at), Vec::new(), vec![because]);
                self.made.rows.insert((Arc::clone(table), *row), node);
            }
            Happening::Taken {
                column,
                table,
                row,
                from,
            } => {
                let key = (Arc::clone(table), *row, Arc::clone(from));
                if let Some(node) = self.made.cells.get(&key) {
                    self.taken.insert(Arc::clone(column), *node);
                }
            }
            Happening::CellSet {
                table, row, column, ..
            } => {
                let mut data = own;
                data.extend(self.taken.remove(column));
                let row_node = self.made.rows.get(&(Arc::clone(table), *row)).copied();
                let node = self
                    .made
                    .add(What::Event(at), data, row_node.into_iter().collect());
                let key = (Arc::clone(table), *row, Arc::clone(column));
                self.made.cells.insert(key, node);
            }
            Happening::Read { .. } | Happening::Missed { .. } | Happening::Lookup { .. } => {
                let node = self.made.add(What::Event(at), Vec::new(), Vec::new());
                self.rules.entry(event.step).or_default().push(node);
            }
            _ => {}
        }
    }
}

/// How many of a function's parameters are variables that a closure shares: those come first.
fn captured(code: &Code, function: usize) -> usize {
    let Some(function) = code.functions.get(function) else {
        return 0;
    };
    let pointer = code
        .pieces
        .iter()
        .position(|piece| matches!(&piece.kind, Kind::Pointer(name) if *name == function.name));
    pointer.map_or(0, |at| code.inner(at).count())
}
