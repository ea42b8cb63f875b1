//! Segments and rows in variables: which one a variable stands for, and what chose it.

use super::code::{Code, Kind};
use super::lineage::What;
use super::lineage_state::{Held, Walk};
use super::maybes::Target;
use super::recorded_value::Value;
use super::recording::Happening;

impl Walk<'_> {
    /// What a variable stands for after a statement: what its recorded value says that it is; `made` is
    /// what was made last.
    pub(super) fn held(&self, step: usize, name: &str, made: &Held) -> Held {
        let steps = &self.recording.steps;
        let began = |step: usize| {
            steps
                .get(step)
                .map_or(self.recording.events.len(), |step| step.began)
        };
        let end = steps.get(step).map_or(step, |step| step.end);
        let own = self.recording.events.get(began(step)..began(end));
        let later = own.unwrap_or_default();
        let value = later.iter().find_map(|event| match &event.what {
            Happening::Variable { name: known, value }
                if event.step == step && **known == *name =>
            {
                Some(value)
            }
            _ => None,
        });
        value.map_or(Held::Value, |value| held_by(value, made))
    }

    /// What a parameter of a function stands for.
    pub(super) fn held_by_argument(
        &self,
        code: &Code,
        argument: Option<usize>,
        given: Option<&Value>,
        caller: usize,
    ) -> Held {
        let frame = self.open[caller].frame;
        let known = argument.and_then(|argument| match &code.pieces[argument].kind {
            Kind::Variable(name) => self.entry(frame, code, name, argument),
            _ => None,
        });
        if let Some(known) = known {
            return known.held.clone();
        }
        let held = given.map_or(Held::Several, |value| held_by(value, &Held::Value));
        let is_one = argument.is_some_and(|argument| !self.is_chosen(code, argument, frame));
        match held {
            Held::Handle if !is_one => Held::Several,
            other => other,
        }
    }

    /// Whether conditions, closures or positions choose the segment or row that an expression stands for.
    pub(super) fn is_chosen(&self, code: &Code, piece: usize, frame: usize) -> bool {
        let end = code.pieces.get(piece).map_or(piece, |piece| piece.end);
        (piece..end).any(|at| match &code.pieces[at].kind {
            Kind::Variable(name) => self
                .entry(frame, code, name, at)
                .is_some_and(|entry| entry.held == Held::Several),
            Kind::Braces | Kind::Either | Kind::Pointer(_) | Kind::This | Kind::Call(_) => true,
            Kind::Method(name) => &**name == "call" || code.function(name).is_some(),
            Kind::Index => {
                let inside = code.inner(at).nth(1);
                inside.is_some_and(|inside| {
                    !matches!(code.pieces[inside].kind, Kind::Constant(Some(_)))
                })
            }
            _ => false,
        })
    }

    /// What chose the place that a chain of dots and brackets of an open step writes to; nothing where it
    /// is stated.
    pub(super) fn chosen(&self, code: &Code, place: usize, at: usize) -> Vec<usize> {
        let frame = self.open[at].frame;
        if !self.is_chosen(code, place, frame) {
            return Vec::new();
        }
        self.value_of(code, place, Some(at))
    }

    /// Whether the assignment that is at work says which place of its segment or row it means.
    pub(super) fn states_place(&self) -> bool {
        let open = self.open.last().and_then(|open| open.piece);
        let Some((code, statement)) =
            open.and_then(|(number, piece)| Some((self.code(number)?, piece)))
        else {
            return false;
        };
        let mut place = code.inner(statement).next().unwrap_or(statement);
        while code.is_chain(place) {
            match code.inner(place).nth(1) {
                Some(behind) => place = behind,
                None => return false,
            }
        }
        code.text(place).is_some()
    }

    /// The same of a method that writes.
    pub(super) fn chosen_by_method(&self, code: &Code, method: usize, at: usize) -> Vec<usize> {
        let frame = self.open[at].frame;
        let chain = code.pieces[method].parent;
        let mut before = code.inner(chain).next().filter(|before| *before != method);
        if before.is_none() {
            // The method stands in a longer chain.
            before = Some(chain).filter(|chain| code.root_variable(*chain).is_none());
        }
        let mut nodes = Vec::new();
        if let Some(before) = before.filter(|before| self.is_chosen(code, *before, frame)) {
            nodes = self.value_of(code, before, Some(at));
        }
        let is_path_only =
            matches!(&code.pieces[method].kind, Kind::Method(name) if &**name == "set_raw");
        let count = if is_path_only { 1 } else { usize::MAX };
        for argument in code.inner(method).take(count) {
            let mut inner = argument..code.pieces[argument].end;
            // What is read of a place that is stated flows in and chooses nothing.
            let is_stated = inner.all(|at| match &code.pieces[at].kind {
                Kind::Constant(_) | Kind::List | Kind::Dot => true,
                Kind::Method(name) => matches!(&**name, "segment" | "segments" | "all" | "groups"),
                Kind::Variable(name) => self
                    .entry(frame, code, name, at)
                    .is_none_or(|entry| entry.held == Held::Handle),
                _ => false,
            });
            if !is_stated {
                nodes.extend(self.value_of(code, argument, Some(at)));
            }
        }
        nodes
    }

    /// A write whose place was chosen might have gone elsewhere.
    pub(super) fn might_have_meant(&mut self, chosen: &[usize], column: Option<&str>) {
        if chosen.is_empty() {
            return;
        }
        let Some(step) = self.open.last().map(|open| open.step) else {
            return;
        };
        let node = self
            .made
            .add(What::Condition(step), chosen.to_vec(), Vec::new());
        let target = column.map_or(Target::Anything, |column| Target::Column(column.into()));
        self.made.maybes.add(target, node);
    }

    /// What decided which segments the message being made has, where a method asks for them.
    pub(super) fn segments_asked(&self, code: &Code, method: usize, frame: usize) -> Vec<usize> {
        let root = code.root_variable(code.chain_around(method));
        let is_out = root.is_none_or(|root| {
            root == "out"
                || self
                    .entry(frame, code, root, method)
                    .is_some_and(|entry| matches!(entry.held, Held::Out | Held::Several))
        });
        if !is_out {
            return Vec::new();
        }
        let whole = self.made.segments.values().flat_map(|flow| &flow.whole);
        let mut nodes: Vec<usize> = whole.copied().collect();
        nodes.extend(self.made.maybes.of_message());
        nodes
    }
}

/// What a variable with a value stands for; `made` is the segment or row that was made last.
fn held_by(value: &Value, made: &Held) -> Held {
    match value {
        Value::Row(..) | Value::Thing("segment", _) => match made {
            Held::Value => Held::Handle,
            held => held.clone(),
        },
        Value::Thing("message being made", _) => Held::Out,
        Value::Segments { .. } | Value::Thing("rows", _) => Held::Handle,
        Value::List(items, _) => {
            let mut items = items.iter();
            several_where(items.any(|item| held_by(item, &Held::Value) != Held::Value))
        }
        Value::Map(entries, _) => {
            let mut entries = entries.iter();
            several_where(entries.any(|(_, item)| held_by(item, &Held::Value) != Held::Value))
        }
        Value::Nothing | Value::Truth(_) | Value::Number(_) | Value::Text(_) | Value::Thing(..) => {
            Held::Value
        }
    }
}

fn several_where(is_several: bool) -> Held {
    if is_several {
        Held::Several
    } else {
        Held::Value
    }
}
