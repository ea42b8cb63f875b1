//! What a statement that has ended did to the variables, and what its condition decided.

use super::code::{Code, Kind};
use super::flow_facts::{Leaves, MAKES_ID};
use super::lineage::What;
use super::lineage_state::{Held, Open, Walk};
use super::recording::{Step, StepPlace};

impl<'r> Walk<'r> {
    /// Ends open steps from the innermost on, as long as they are not to be kept.
    pub(super) fn close_until(&mut self, keep: impl Fn(&Open) -> bool) {
        while let Some(open) = self.open.last() {
            if keep(open) {
                return;
            }
            self.close();
        }
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
            self.hand_on(code, piece, &open, value);
        }
    }

    /// Whether a step lies in a block of the innermost open one, so that its condition has been asked.
    pub(super) fn is_in_block(&self, step: &Step) -> bool {
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
    pub(super) fn ensure_condition(&mut self) {
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
        let mut control = self.control_at(at, frame);
        control.extend(self.asked_in(code, piece, at));
        match &code.pieces[piece].kind {
            Kind::Let(name) => {
                let node = self
                    .made
                    .add(What::Value(step), value.to_vec(), control.clone());
                let parent = code.pieces[piece].parent;
                let block = (parent != piece).then_some(parent);
                let held = self.held_after(step, name, at);
                let held = self.unless_chosen(code, piece, frame, held);
                self.bind(frame, name, block, node, held);
            }
            Kind::Assign { adds } => {
                let is_plain = matches!(code.pieces[piece + 1].kind, Kind::Variable(_));
                let name = code.root_variable(piece + 1).unwrap_or_default();
                let mut held = self.held_after(step, name, at);
                if is_plain {
                    held = self.unless_chosen(code, piece, frame, held);
                }
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
            Kind::If
            | Kind::Switch
            | Kind::Try
            | Kind::While
            | Kind::Do { .. }
            | Kind::For { .. } => {
                self.decide(code, piece, at, is_pass);
            }
            _ => {}
        }
        self.count_ids(code, piece, at, &control);
        self.decide_sides(code, piece, at);
        if !matches!(code.pieces[piece].kind, Kind::Try) && !is_pass {
            for name in code.mutated(piece) {
                let all = self.value_of(code, piece, Some(at));
                let held = self.held_after(step, name, at);
                let place = (frame, name, piece);
                self.change(code, place, false, step, (&all, &control), held);
            }
        }
    }

    /// What a variable of an open step stands for after it.
    fn held_after(&self, step: usize, name: &str, at: usize) -> Held {
        self.held(step, name, &self.open[at].held)
    }

    /// A handle, or several where conditions choose the value of a statement.
    fn unless_chosen(&self, code: &Code, piece: usize, frame: usize, held: Held) -> Held {
        match held {
            Held::Value | Held::Out => held,
            _ if self.is_chosen(code, piece, frame) => Held::Several,
            _ => held,
        }
    }

    fn is_try(&self, open: &Open) -> bool {
        let kind = open
            .piece
            .and_then(|(number, piece)| Some(&self.code(number)?.pieces.get(piece)?.kind));
        kind == Some(&Kind::Try)
    }

    /// The variables that a piece may change hang on the condition of a node, and it may have made them
    /// stand for another segment or row.
    pub(super) fn might_change(&mut self, code: &'r Code, piece: usize, at: usize, node: usize) {
        let (frame, step) = (self.open[at].frame, self.open[at].step);
        let facts = self.facts(code, piece);
        for &name in &facts.changed {
            let place = (frame, name, piece);
            self.change(code, place, false, step, (&[], &[node]), Held::Value);
        }
        for &name in &facts.reassigned {
            let place = (frame, name, piece);
            self.change(code, place, false, step, (&[], &[node]), Held::Several);
        }
    }

    /// How many ids were made hangs on what decided that a statement was come to that makes one.
    fn count_ids(&mut self, code: &Code, piece: usize, at: usize, control: &[usize]) {
        let makes =
            |at: &usize| matches!(&code.pieces[*at].kind, Kind::Call(name) if &**name == MAKES_ID);
        let Some(call) = code.own_pieces(piece).find(makes) else {
            return;
        };
        let mut control = control.to_vec();
        // What stands before it in `&&` and `||` may have left it out.
        let mut around = call;
        while around != piece && code.pieces[around].parent != around {
            around = code.pieces[around].parent;
            if code.pieces[around].kind == Kind::Either {
                let asked = self.value_of(code, around, Some(at));
                let step = self.open[at].step;
                control.push(self.made.add(What::Condition(step), asked, Vec::new()));
            }
        }
        let data = self.ids.into_iter().collect();
        self.ids = Some(self.made.add(What::Any, data, control));
    }

    /// The end of what may have gone another way: variables, writes and the way out that the condition
    /// decided about, whichever branch ran.
    fn decide(&mut self, code: &'r Code, piece: usize, at: usize, is_pass: bool) {
        let (frame, step) = (self.open[at].frame, self.open[at].step);
        let mut decided: Vec<usize> = self.open[at].condition.into_iter().collect();
        decided.extend(self.open[at].floor);
        if matches!(code.pieces[piece].kind, Kind::Do { .. }) && is_pass {
            let first = code.inner(piece).next();
            decided.extend(
                first
                    .map(|first| self.value_of(code, first, Some(at)))
                    .unwrap_or_default(),
            );
        }
        if matches!(code.pieces[piece].kind, Kind::Try) {
            // Anything in it may have failed.
            decided.extend(self.open[at].values.iter().map(|(_, node)| *node));
            decided.extend(self.open[at].began..self.made.nodes.len());
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
                around.floor = Some(self.made.any(around.floor, node));
            }
            return;
        }
        self.might_change(code, piece, at, node);
        self.might_write(code, piece, frame, node);
        let leaves = self.facts(code, piece).leaves;
        self.might_leave(code, piece, at, leaves, node);
    }

    /// What a way out means that a condition decides about.
    pub(super) fn might_leave(
        &mut self,
        code: &'r Code,
        piece: usize,
        at: usize,
        leaves: Leaves,
        node: usize,
    ) {
        let frame = self.open[at].frame;
        let is_loop = code.pieces[piece].kind.is_loop();
        if leaves.run {
            self.made.ends = Some(self.made.any(self.made.ends, node));
        }
        if leaves.function
            && let Some(frame) = self.frames.get_mut(&frame)
        {
            frame.floor = Some(self.made.any(frame.floor, node));
            frame.result.push(node);
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
            around.floor = Some(self.made.any(around.floor, node));
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

    /// Hands the value of a statement to what is around it.
    fn hand_on(&mut self, code: &Code, piece: usize, open: &Open, value: Vec<usize>) {
        let parent = self
            .open
            .last_mut()
            .filter(|around| around.frame == open.frame);
        if let Some(around) = parent {
            let values = value.into_iter().map(|node| (piece, node));
            around.values.extend(values);
            return;
        }
        if self.open.iter().any(|around| self.is_try(around)) {
            // It may have failed in the function.
            self.made.add(What::Any, value.clone(), Vec::new());
        }
        let is_value = !matches!(code.pieces[piece].kind, Kind::Let(_) | Kind::Assign { .. });
        if let Some(frame) = self.frames.get_mut(&open.frame).filter(|_| is_value) {
            frame.last = value;
        }
    }
}
