//! The calls that are open at a step of a recording, and which variables can be seen from there.

use std::sync::Arc;

use super::code::Kind;
use super::recorded_value::Value;
use super::recording::{Recording, Step, StepPlace};

/// A call of a function that is open at a step, or the script itself.
#[derive(Clone, Debug)]
pub struct Call<'r> {
    /// Which of the recording's calls, so that two of one function are told apart.
    pub number: usize,
    /// The function; nothing for the script itself.
    pub function: Option<&'r str>,
    /// The script, an index into the recording's.
    pub code: usize,
    /// Where it stands: the step in it that is at hand, or that waits for the next call.
    pub step: usize,
    /// What it was called with.
    pub arguments: &'r [(Arc<str>, Value)],
}

impl Recording {
    /// The calls that are open at a step, the script itself first; none at a rule.
    pub fn calls_at(&self, step: usize) -> Vec<Call<'_>> {
        let mut calls = Vec::new();
        let mut next = Some(step);
        while let Some(step) = next
            && let Some(call) = self.call_of(step)
        {
            next = self.frames.get(call.number).and_then(|frame| frame.caller);
            calls.push(call);
        }
        calls.reverse();
        calls
    }

    /// The call that a step is of; nothing for rules.
    pub fn call_of(&self, step: usize) -> Option<Call<'_>> {
        let found = self.steps.get(step)?;
        found.piece()?;
        let frame = self.frames.get(found.frame)?;
        let code = self.codes.get(frame.code)?;
        let function = frame.function.and_then(|at| code.functions.get(at));
        Some(Call {
            number: found.frame,
            function: function.map(|function| &*function.name),
            code: frame.code,
            step,
            arguments: &frame.arguments,
        })
    }

    /// The step that called the function that a step is of.
    pub fn caller_of(&self, step: usize) -> Option<usize> {
        let call = self.call_of(step)?;
        self.frames.get(call.number)?.caller
    }

    /// Whether a step makes a variable of this name, and does not only set it.
    pub fn declares(&self, step: usize, name: &str) -> bool {
        let Some(step) = self.steps.get(step) else {
            return false;
        };
        match (self.kind_of(step), &step.place) {
            (Some(Kind::Let(known)), _) => **known == *name,
            (
                Some(Kind::For {
                    name: known,
                    counter,
                }),
                StepPlace::Pass { .. },
            ) => **known == *name || counter.as_deref() == Some(name),
            _ => false,
        }
    }

    /// Whether a step is a loop with its passes.
    pub fn is_loop(&self, step: usize) -> bool {
        let step = self.steps.get(step);
        step.is_some_and(|step| {
            matches!(step.place, StepPlace::Statement { .. })
                && self.kind_of(step).is_some_and(Kind::is_loop)
        })
    }

    /// Whether the variable that one step made can be seen from another step of the same call.
    pub fn is_in_sight(&self, declared: usize, from: usize) -> bool {
        let (Some(maker), Some(looker)) = (self.steps.get(declared), self.steps.get(from)) else {
            return false;
        };
        if maker.frame != looker.frame || from < declared {
            return false;
        }
        if let Some(around) = maker.parent.and_then(|parent| self.steps.get(parent))
            && from >= around.end
        {
            return false;
        }
        let (Some((code, made)), Some((_, looking))) = (maker.piece(), looker.piece()) else {
            return false;
        };
        let Some((code, piece)) = self
            .codes
            .get(code)
            .and_then(|code| Some((code, code.pieces.get(made)?)))
        else {
            return false;
        };
        match maker.place {
            StepPlace::Pass { .. } => code.lies_in(looking, made),
            _ => piece.parent == made || code.lies_in(looking, piece.parent),
        }
    }

    fn kind_of(&self, step: &Step) -> Option<&Kind> {
        let (code, piece) = step.piece()?;
        let piece = self.codes.get(code)?.pieces.get(piece)?;
        Some(&piece.kind)
    }
}
