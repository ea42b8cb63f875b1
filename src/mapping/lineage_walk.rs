//! Goes through a recording once, in the order of time, and makes the graph of what came from what.

use std::collections::HashMap;
use std::sync::Arc;

use super::code::{Code, Kind};
use super::flow_facts::Site;
use super::lineage::{Lineage, SegmentFlow, Target, What, touch};
use super::paths::Path;
use super::recorded_value::Value;
use super::recording::{Event, Happening, OutChange, Recording, Step, StepPlace, Written};

/// One pass over a recording.
pub(super) struct Walk<'r> {
    recording: &'r Recording,
    made: Lineage,
    open: Vec<Open>,
    frames: HashMap<usize, Frame>,
    /// The frames that each step called.
    called: HashMap<usize, Vec<usize>>,
    /// What the steps of rules read.
    rules: HashMap<usize, Vec<usize>>,
    /// Columns of the row that is being made that are taken from its owner.
    taken: HashMap<Arc<str>, usize>,
    /// Conditions under which the run might have ended.
    run_floor: Vec<usize>,
    /// Where closures were made: by code and function, the frame and the piece.
    homes: HashMap<(usize, usize), (usize, usize)>,
}

/// A step that is open.
#[derive(Default)]
struct Open {
    step: usize,
    frame: usize,
    /// The code and the piece; nothing for rules.
    piece: Option<(usize, usize)>,
    is_pass: bool,
    /// What happened in the step itself, with the piece that was at work.
    own: Vec<(usize, usize)>,
    /// The values of the statements in it, with their pieces.
    values: Vec<(usize, usize)>,
    condition: Option<usize>,
    /// Conditions under which the rest of a loop is left out.
    floor: Vec<usize>,
    /// The row or the segment that was made last, for the variable that takes it.
    held: Held,
}

/// What a variable stands for, beside its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Held {
    #[default]
    Value,
    Row(Arc<str>, usize),
    Segment(u32),
    /// A segment or row, and nobody knows which.
    Handle,
}

/// What is known of the variables of one call.
#[derive(Default)]
struct Frame {
    entries: Vec<Entry>,
    this: Vec<usize>,
    /// What decided that it was called.
    control: Vec<usize>,
    /// Conditions under which it might have returned before.
    floor: Vec<usize>,
    /// What it gave back.
    result: Vec<usize>,
    last: Vec<usize>,
}

struct Entry {
    name: Box<str>,
    /// The block in which the variable lives; nothing for the whole function.
    block: Option<usize>,
    node: usize,
    held: Held,
}

impl<'r> Walk<'r> {
    /// The graph of a recording.
    pub(super) fn over(recording: &'r Recording) -> Lineage {
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
            run_floor: Vec::new(),
            homes: HashMap::new(),
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
            walk.begin(number, step);
        }
        for (at, event) in events {
            walk.event(at, event);
        }
        walk.close_until(|_| false);
        walk.made
    }

    fn code(&self, code: usize) -> Option<&'r Code> {
        self.recording.codes.get(code).map(|code| &**code)
    }

    /// Ends open steps from the innermost on, as long as they are not to be kept.
    fn close_until(&mut self, keep: impl Fn(&Open) -> bool) {
        while let Some(open) = self.open.last() {
            if keep(open) {
                return;
            }
            self.close();
        }
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
        let mut open = Open {
            step: number,
            frame: step.frame,
            piece: step.piece(),
            is_pass: matches!(step.place, StepPlace::Pass { .. }),
            ..Open::default()
        };
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
            self.bind(open.frame, name, block, node, Held::Handle);
        }
    }

    fn ensure_frame(&mut self, number: usize) {
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
            let outer = &self.open[caller];
            frame.control = self.control_at(caller, outer.frame);
            let statement = outer.piece.map_or(0, |(_, piece)| piece);
            let arguments: Vec<Vec<usize>> = match call.call {
                Some(piece) => code
                    .inner(piece)
                    .map(|argument| self.value_of(code, argument, Some(caller)))
                    .collect(),
                None => Vec::new(),
            };
            let all = self.value_of(code, statement, Some(caller));
            frame.this.clone_from(&all);
            if call.call.is_none() {
                // How often it is called is decided by what it is called with.
                let node = self.made.add(
                    What::Condition(outer_step(&self.open, caller)),
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
                    let held = self.held_by_argument(code, call.call, at, caller);
                    let node = self.made.add(What::Value(step), data, Vec::new());
                    frame.entries.push(Entry {
                        name: name.clone(),
                        block: None,
                        node,
                        held,
                    });
                }
            }
        }
        self.frames.insert(number, frame);
    }

    /// What a variable that is handed over stands for.
    fn held_by_argument(&self, code: &Code, call: Option<usize>, at: usize, caller: usize) -> Held {
        let argument = call.and_then(|call| code.inner(call).nth(at));
        match argument.map(|argument| (argument, &code.pieces[argument].kind)) {
            Some((argument, Kind::Variable(name))) => self
                .entry(self.open[caller].frame, code, name, argument)
                .map_or(Held::Handle, |entry| entry.held.clone()),
            _ => Held::Handle,
        }
    }

    /// Whether a step lies in a block of the innermost open one, so that its condition has been asked.
    fn is_in_block(&self, step: &Step) -> bool {
        let (Some(open), Some((number, piece))) = (self.open.last(), step.piece()) else {
            return false;
        };
        let around = open.piece.filter(|_| open.frame == step.frame);
        let (Some((_, around)), Some(code)) = (around, self.code(number)) else {
            return false;
        };
        let is_pass = matches!(step.place, StepPlace::Pass { .. });
        let mut blocks = code
            .inner(around)
            .filter(|inner| code.pieces[*inner].kind == Kind::Block);
        is_pass || blocks.any(|block| code.lies_in(piece, block))
    }

    /// Works out the condition of the innermost open step, before what it decides.
    fn ensure_condition(&mut self) {
        let Some(at) = self.open.len().checked_sub(1) else {
            return;
        };
        if self.open[at].condition.is_some() {
            return;
        }
        let Some((number, piece)) = self.open[at].piece else {
            return;
        };
        let Some(code) = self.code(number) else {
            return;
        };
        let data = match (&code.pieces[piece].kind, self.open[at].is_pass) {
            (Kind::If | Kind::For { .. }, false) | (Kind::While, true) => {
                let first = code.inner(piece).next();
                first.map(|first| self.value_of(code, first, Some(at)))
            }
            (Kind::Switch, false) => {
                let asked = code
                    .inner(piece)
                    .filter(|inner| code.pieces[*inner].kind != Kind::Block);
                Some(
                    asked
                        .flat_map(|asked| self.value_of(code, asked, Some(at)))
                        .collect(),
                )
            }
            _ => None,
        };
        if let Some(data) = data {
            let control = self.control_at(at, self.open[at].frame);
            let step = self.open[at].step;
            self.open[at].condition = Some(self.made.add(What::Condition(step), data, control));
        }
    }

    /// What decides on what happens in a frame now.
    fn control(&self, frame: usize) -> Vec<usize> {
        self.control_at(self.open.len(), frame)
    }

    /// What decides on the open step of an index: conditions and ways out of the steps around it.
    fn control_at(&self, at: usize, frame: usize) -> Vec<usize> {
        let mut control = self.run_floor.clone();
        if let Some(frame) = self.frames.get(&frame) {
            control.extend(&frame.control);
            control.extend(&frame.floor);
        }
        let mut is_decided = false;
        for open in self.open[..at]
            .iter()
            .rev()
            .filter(|open| open.frame == frame)
        {
            control.extend(&open.floor);
            if let Some(condition) = open.condition.filter(|_| !is_decided) {
                control.push(condition);
                is_decided = true;
            }
        }
        control.sort_unstable();
        control.dedup();
        control
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
                let maybes = self.made.maybes.iter();
                let control = maybes
                    .filter(|(target, _)| !matches!(target, Target::Cell(..)))
                    .map(|(_, node)| *node);
                let control = control.collect();
                let node = self.made.add(What::Event(at), data, control);
                self.own(event.piece, node);
            }
            Happening::CellRead { table, row, column } => {
                let key = (Arc::clone(table), *row, Arc::clone(column));
                let data = self.made.cells.get(&key).copied().into_iter().collect();
                let maybes = self.made.maybes.iter();
                let control = maybes
                    .filter(|(target, _)| !matches!(target, Target::Place(_)))
                    .map(|(_, node)| *node);
                let control = control.collect();
                let node = self.made.add(What::Event(at), data, control);
                self.own(event.piece, node);
            }
            Happening::Wrote(written) => self.wrote(at, event, written),
            Happening::RowAdded { table, row, .. } => {
                let frame = self.open.last().map_or(0, |open| open.frame);
                let control = self.control(frame);
                let node = self.made.add(What::Event(at), Vec::new(), control);
                self.made.rows.insert((Arc::clone(table), *row), node);
                if let Some(open) = self.open.last_mut() {
                    open.held = Held::Row(Arc::clone(table), *row);
                }
            }
            Happening::CellSet {
                table, row, column, ..
            } => {
                let (data, control) = self.flow_of_write(&["set"]);
                let node = self.made.add(What::Event(at), data, control);
                let key = (Arc::clone(table), *row, Arc::clone(column));
                self.made.cells.insert(key, node);
            }
            Happening::Variable { .. }
            | Happening::Returned { .. }
            | Happening::Taken { .. }
            | Happening::Found(_) => {}
        }
    }

    /// Where a part of a copied segment stands in the input.
    fn copied_part(
        &self,
        base: &std::ops::Range<usize>,
        path: Option<&crate::hl7::FieldPath>,
    ) -> std::ops::Range<usize> {
        let mut segments = self.recording.message.segments();
        let segment = segments.find(|segment| segment.span() == *base);
        let part = path
            .zip(segment)
            .and_then(|(path, segment)| segment.find(path));
        part.map_or_else(|| base.clone(), |part| part.span())
    }

    fn own(&mut self, piece: usize, node: usize) {
        if let Some(open) = self.open.last_mut() {
            open.own.push((piece, node));
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

    /// What flows into a write of the innermost open step, and what decides on it.
    fn flow_of_write(&self, methods: &[&str]) -> (Vec<usize>, Vec<usize>) {
        let Some((at, open)) = self
            .open
            .len()
            .checked_sub(1)
            .and_then(|at| Some((at, self.open.get(at)?)))
        else {
            return (Vec::new(), Vec::new());
        };
        let mut control = self.control(open.frame);
        let Some((code, piece)) = open
            .piece
            .and_then(|(number, piece)| Some((self.code(number)?, piece)))
        else {
            return (Vec::new(), control);
        };
        let data = match &code.pieces[piece].kind {
            Kind::Assign { adds } => {
                let mut inner = code.inner(piece);
                let (place, value) = (inner.next(), inner.next());
                let place = place
                    .map(|place| self.value_of(code, place, Some(at)))
                    .unwrap_or_default();
                let mut data = value
                    .map(|value| self.value_of(code, value, Some(at)))
                    .unwrap_or_default();
                if *adds {
                    data.extend(&place);
                }
                control.extend(place);
                data
            }
            _ => self.value_of_call(open.own.last().map_or(piece, |(piece, _)| *piece), methods),
        };
        (data, control)
    }

    fn wrote(&mut self, at: usize, event: &'r Event, written: &'r Written) {
        let (mut data, mut control) =
            self.flow_of_write(&["set_raw", "append", "copy", "clear", "remove"]);
        if written.copied.is_some() {
            // The text comes from the input; the arguments say which.
            control.append(&mut data);
        } else if written.path.is_some() && !self.is_assignment() {
            data.extend(self.value_of_call(event.piece, &["set_raw", "copy", "clear", "remove"]));
        }
        let old = self.made.segments.get(&written.key);
        let is_moved = written.path.is_none() && written.copied.is_none() && old.is_some();
        let node = self.made.add(What::Event(at), data, control);
        if matches!(written.change, OutChange::Removed(_)) {
            self.made.segments.remove(&written.key);
            return;
        }
        let is_copy = written.copied.is_some();
        let flow = self.made.segments.entry(written.key).or_default();
        match (&written.path, &written.copied) {
            (None, Some(base)) => {
                *flow = SegmentFlow {
                    base: Some(base.clone()),
                    whole: vec![node],
                    places: Vec::new(),
                };
            }
            (None, None) if is_moved => flow.whole.push(node),
            (None, None) => flow.whole = vec![node],
            (Some(path), _) => {
                if flow.base.is_none() && flow.whole.is_empty() {
                    // The write made the segment too.
                    flow.whole.push(node);
                }
                flow.places.push((path.clone(), node));
            }
        }
        if let Some(open) = self.open.last_mut()
            && (is_copy || matches!(written.change, OutChange::Inserted(..)))
        {
            open.held = Held::Segment(written.key);
        }
    }

    fn is_assignment(&self) -> bool {
        let open = self.open.last().and_then(|open| open.piece);
        open.and_then(|(number, piece)| Some(&self.code(number)?.pieces.get(piece)?.kind))
            .is_some_and(|kind| matches!(kind, Kind::Assign { .. }))
    }

    /// The values that go into the call around a piece of the innermost open step; of one of these names
    /// if there is one, else into the whole statement.
    fn value_of_call(&self, piece: usize, names: &[&str]) -> Vec<usize> {
        let Some(at) = self.open.len().checked_sub(1) else {
            return Vec::new();
        };
        let Some((number, statement)) = self.open[at].piece else {
            return Vec::new();
        };
        let Some(code) = self.code(number) else {
            return Vec::new();
        };
        let mut found = piece;
        while code.lies_in(found, statement) && found != statement {
            let is_it = matches!(&code.pieces[found].kind, Kind::Call(name) | Kind::Method(name) if names.contains(&&**name));
            if is_it {
                return self.value_of(code, found, Some(at));
            }
            found = code.pieces[found].parent;
        }
        self.value_of(code, statement, Some(at))
    }

    fn close(&mut self) {
        self.ensure_condition();
        let Some(open) = self.open.pop() else { return };
        let Some((number, piece)) = open.piece else {
            return;
        };
        let Some(code) = self.code(number) else {
            return;
        };
        self.open.push(open);
        let at = self.open.len() - 1;
        let value = self.value_of_statement(code, piece, at);
        self.take_effect(code, piece, at, &value);
        if let Some(open) = self.open.pop() {
            self.hand_on(code, piece, open, value);
        }
    }

    /// The nodes of a statement's value.
    fn value_of_statement(&self, code: &Code, piece: usize, at: usize) -> Vec<usize> {
        let open = &self.open[at];
        match &code.pieces[piece].kind {
            Kind::Let(_) | Kind::Evaluate | Kind::LeaveFunction | Kind::LeaveLoop => {
                self.value_of(code, piece, Some(at))
            }
            Kind::Assign { .. } => {
                let is_plain = matches!(code.pieces[piece + 1].kind, Kind::Variable(_));
                let value = code.inner(piece).nth(1).filter(|_| is_plain);
                self.value_of(code, value.unwrap_or(piece), Some(at))
            }
            _ => {
                let inner = open.values.iter().map(|(_, node)| *node);
                inner.chain(open.condition).collect()
            }
        }
    }

    /// What a statement that has ended did to the variables, and what it decided.
    fn take_effect(&mut self, code: &'r Code, piece: usize, at: usize, value: &[usize]) {
        let (frame, step, is_pass) = (
            self.open[at].frame,
            self.open[at].step,
            self.open[at].is_pass,
        );
        let control = self.control_at(at, frame);
        match &code.pieces[piece].kind {
            Kind::Let(name) => {
                let node = self
                    .made
                    .add(What::Value(step), value.to_vec(), control.clone());
                let parent = code.pieces[piece].parent;
                let block = (parent != piece).then_some(parent);
                let held = self.held(step, name, at);
                self.bind(frame, name, block, node, held);
            }
            Kind::Assign { adds } => {
                let is_plain = matches!(code.pieces[piece + 1].kind, Kind::Variable(_));
                let held = self.held(step, code.root_variable(piece + 1).unwrap_or_default(), at);
                if let Some(name) = code.root_variable(piece + 1) {
                    self.change(
                        code,
                        (frame, name, piece),
                        is_plain && !*adds,
                        step,
                        (value, &control),
                        held,
                    );
                }
            }
            Kind::LeaveFunction => {
                if let Some(frame) = self.frames.get_mut(&frame) {
                    frame.result.extend(value);
                    frame.result.extend(&control);
                }
            }
            Kind::If | Kind::Switch | Kind::Try | Kind::While | Kind::Do | Kind::For { .. } => {
                self.decide(code, piece, at, is_pass);
            }
            _ => {}
        }
        if !matches!(code.pieces[piece].kind, Kind::Try) && !is_pass {
            for name in code.mutated(piece) {
                let all = self.value_of(code, piece, Some(at));
                self.change(
                    code,
                    (frame, name, piece),
                    false,
                    step,
                    (&all, &control),
                    Held::Value,
                );
            }
        }
    }

    /// What a variable stands for after a statement: what its recorded value says that it is.
    fn held(&self, step: usize, name: &str, at: usize) -> Held {
        let began = self.recording.steps.get(step).map_or(0, |step| step.began);
        let later = self.recording.events.get(began..).unwrap_or_default();
        let value = later.iter().find_map(|event| match &event.what {
            Happening::Variable { name: known, value }
                if event.step == step && **known == *name =>
            {
                Some(value)
            }
            _ => None,
        });
        match value {
            Some(Value::Thing("row" | "segment", _)) => match &self.open[at].held {
                Held::Value => Held::Handle,
                held => held.clone(),
            },
            Some(Value::Thing("group" | "date" | "name", _)) => Held::Handle,
            _ => Held::Value,
        }
    }

    /// The end of what may have gone another way: variables, writes and the way out that the condition
    /// decided about, whichever branch ran.
    fn decide(&mut self, code: &'r Code, piece: usize, at: usize, is_pass: bool) {
        let (frame, step) = (self.open[at].frame, self.open[at].step);
        let mut decided: Vec<usize> = self.open[at].condition.into_iter().collect();
        decided.extend(&self.open[at].floor);
        if matches!(code.pieces[piece].kind, Kind::Do) && is_pass {
            let first = code.inner(piece).next();
            decided.extend(
                first
                    .map(|first| self.value_of(code, first, Some(at)))
                    .unwrap_or_default(),
            );
        }
        if matches!(code.pieces[piece].kind, Kind::Try) {
            decided.extend(self.open[at].own.iter().map(|(_, node)| *node));
            decided.extend(self.open[at].values.iter().map(|(_, node)| *node));
        }
        if decided.is_empty() {
            return;
        }
        let control = self.control_at(at, frame);
        let node = self.made.add(What::Condition(step), decided, control);
        if is_pass {
            // Whether there is another pass, and what it finds.
            if let Some(around) = at
                .checked_sub(1)
                .and_then(|around| self.open.get_mut(around))
            {
                around.floor.push(node);
            }
            return;
        }
        for name in code.changed(piece) {
            self.change(
                code,
                (frame, name, piece),
                false,
                step,
                (&[], &[node]),
                Held::Value,
            );
        }
        self.might_write(code, piece, frame, node);
        let leaves = code.leaves(piece);
        let is_loop = code.pieces[piece].kind.is_loop();
        if leaves.run {
            self.run_floor.push(node);
        }
        if leaves.function {
            if let Some(frame) = self.frames.get_mut(&frame) {
                frame.floor.push(node);
                frame.result.push(node);
            }
        }
        if leaves.a_loop
            && !is_loop
            && let Some(around) = self.open[..at].iter_mut().rev().find(|open| {
                open.frame == frame
                    && open
                        .piece
                        .is_some_and(|(_, piece)| code.pieces[piece].kind.is_loop())
            })
        {
            around.floor.push(node);
        }
        if leaves.run || leaves.function || leaves.a_loop && !is_loop {
            // What would have come behind the way out may not have.
            self.might_skip(
                code,
                piece,
                at,
                node,
                leaves.a_loop && !leaves.function && !leaves.run,
            );
        }
    }

    /// The rest of the loop, or of the function, might have been left out or not.
    fn might_skip(
        &mut self,
        code: &'r Code,
        piece: usize,
        at: usize,
        node: usize,
        is_loop_only: bool,
    ) {
        let frame = self.open[at].frame;
        let mut around = piece;
        loop {
            let parent = code.pieces[around].parent;
            if parent == around {
                break;
            }
            around = parent;
            if is_loop_only && code.pieces[around].kind.is_loop() {
                break;
            }
        }
        if is_loop_only {
            self.might_write(code, around, frame, node);
            return;
        }
        // Everything of the function that stands behind it.
        let function = code
            .functions
            .iter()
            .find(|function| function.pieces.contains(&around));
        let end = function.map_or_else(
            || {
                code.functions
                    .first()
                    .map_or(code.pieces.len(), |first| first.pieces.start)
            },
            |function| function.pieces.end,
        );
        let mut next = around;
        while next < end {
            self.might_write(code, next, frame, node);
            next = code.pieces[next].end;
        }
    }

    /// Notes what a piece might have written, had the condition of a node been another.
    fn might_write(&mut self, code: &'r Code, piece: usize, frame: usize, node: usize) {
        for site in code.sites(piece) {
            let target = self.target(code, &site, frame, piece);
            let maybe = (target, node);
            if !self.made.maybes.contains(&maybe) {
                self.made.maybes.push(maybe);
            }
        }
    }

    fn target(&self, code: &Code, site: &Site, frame: usize, piece: usize) -> Target {
        let Some(root) = &site.root else {
            return Target::Anything;
        };
        let path = site
            .place
            .as_ref()
            .and_then(|place| Path::parse(place).ok());
        if &**root == "out" {
            return match path {
                Some(Path::Whole(location)) => Target::Place(location),
                _ => Target::Anything,
            };
        }
        if &**root == "rows" {
            // A row that was not added is not there.
            return Target::Column("".into());
        }
        match self
            .entry(frame, code, root, piece)
            .map(|entry| &entry.held)
        {
            Some(Held::Row(table, row)) => match &site.place {
                Some(column) => Target::Cell(Arc::clone(table), *row, (&**column).into()),
                None => Target::Anything,
            },
            Some(Held::Segment(key)) => match path {
                Some(Path::Inner(path)) => Target::Segment(*key, Some(path)),
                Some(Path::Whole(location)) => Target::Segment(*key, location.path),
                None => Target::Segment(*key, None),
            },
            Some(Held::Value) => Target::Column("".into()),
            Some(Held::Handle) => Target::Anything,
            // A variable of a block that did not run: what it makes is not there.
            None => match &site.place {
                Some(column) => Target::Column(column.clone()),
                None => Target::Anything,
            },
        }
    }

    /// Hands the value of a statement to what is around it.
    fn hand_on(&mut self, code: &Code, piece: usize, open: Open, value: Vec<usize>) {
        let parent = self
            .open
            .last_mut()
            .filter(|around| around.frame == open.frame);
        match parent {
            Some(around) => around
                .values
                .extend(value.into_iter().map(|node| (piece, node))),
            None => {
                let is_value =
                    !matches!(code.pieces[piece].kind, Kind::Let(_) | Kind::Assign { .. });
                if let Some(frame) = self.frames.get_mut(&open.frame).filter(|_| is_value) {
                    frame.last = value;
                }
            }
        }
    }

    /// Gives a variable of a block a value.
    fn bind(&mut self, frame: usize, name: &str, block: Option<usize>, node: usize, held: Held) {
        let entries = &mut self.frames.entry(frame).or_default().entries;
        let entry = Entry {
            name: name.into(),
            block,
            node,
            held,
        };
        match entries
            .iter_mut()
            .find(|known| &*known.name == name && known.block == block)
        {
            Some(known) => *known = entry,
            None => entries.push(entry),
        }
    }

    /// Changes a variable: wholly, or in part.
    fn change(
        &mut self,
        code: &'r Code,
        (frame, name, piece): (usize, &str, usize),
        wholly: bool,
        step: usize,
        (data, control): (&[usize], &[usize]),
        held: Held,
    ) {
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
        if !wholly && entry.held != Held::Value {
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
            if wholly {
                entry.held = held;
            }
        }
    }

    fn entry(&self, frame: usize, code: &Code, name: &str, piece: usize) -> Option<&Entry> {
        let (frame, index) = self.find(frame, code, name, piece)?;
        self.frames.get(&frame)?.entries.get(index)
    }

    /// Where a variable lives: in the call itself, or for a closure in the one that made it.
    fn find(&self, frame: usize, code: &Code, name: &str, piece: usize) -> Option<(usize, usize)> {
        let (mut frame, mut piece) = (frame, piece);
        for _ in 0..64 {
            let known = self.frames.get(&frame)?;
            let is_it = |entry: &Entry| {
                &*entry.name == name && entry.block.is_none_or(|block| code.lies_in(piece, block))
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
    fn value_of(&self, code: &Code, piece: usize, at: Option<usize>) -> Vec<usize> {
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
                nodes.extend(&frame.floor);
            }
        }
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }
}

fn outer_step(open: &[Open], at: usize) -> usize {
    open.get(at).map_or(0, |open| open.step)
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
