//! The variables of a recorded run: where each was made, and what it held when.

use std::collections::HashMap;
use std::sync::Arc;

use crate::mapping::{Call, Happening, Recording, Value};

/// A call that is open at a place of a run, and what can be seen in it.
#[derive(Clone, Debug)]
pub struct CallAt<'r> {
    /// The call.
    pub call: Call<'r>,
    /// Its variables, those of the function's parameters first.
    pub variables: Vec<VariableAt<'r>>,
}

/// A variable and what it holds.
#[derive(Clone, Debug)]
pub struct VariableAt<'r> {
    /// Its name.
    pub name: &'r str,
    /// What it holds.
    pub value: &'r Value,
    /// The event that set it; nothing for parameters.
    pub event: Option<usize>,
}

/// Call, and the step of the same call that the variable's block is part of.
type Block = (usize, Option<usize>);

/// All variables of a recording.
pub(super) struct VariableHistory {
    blocks: HashMap<Block, Vec<Life>>,
}

/// One variable from its making on.
struct Life {
    name: Arc<str>,
    /// The step that made it; nothing for those that were there before the call.
    maker: Option<usize>,
    /// How many events had happened, and which set it.
    values: Vec<(usize, usize)>,
}

impl VariableHistory {
    /// The variables that the events, in their order, make and set.
    pub(super) fn of(recording: &Recording, order: &[usize]) -> Self {
        let mut history = Self {
            blocks: HashMap::new(),
        };
        for (happened, number) in order.iter().enumerate() {
            if let Some(event) = recording.events.get(*number)
                && let Happening::Variable { name, .. } = &event.what
            {
                history.set(recording, event.step, name, (happened + 1, *number));
            }
        }
        history
    }

    fn set(&mut self, recording: &Recording, step: usize, name: &Arc<str>, value: (usize, usize)) {
        let Some(call) = recording.call_of(step) else {
            return;
        };
        if recording.declares(step, name) {
            let parent = recording.steps.get(step).and_then(|step| step.parent);
            // The variable of a loop is seen in the pass that makes it.
            let is_pass = parent.is_some_and(|parent| recording.is_loop(parent));
            let block = if is_pass { Some(step) } else { parent };
            let life = Life {
                name: Arc::clone(name),
                maker: Some(step),
                values: vec![value],
            };
            self.blocks
                .entry((call.number, block))
                .or_default()
                .push(life);
            return;
        }
        let mut at = (call.clone(), step);
        loop {
            if let Some(life) = self.seen(recording, at.0.number, at.1, name) {
                life.values.push(value);
                return;
            }
            // A closure sets what stands in the function that made it.
            let is_closure = at.0.function.is_some_and(|name| name.starts_with("anon$"));
            let caller = recording.caller_of(at.1).filter(|_| is_closure);
            match caller.and_then(|caller| Some((recording.call_of(caller)?, caller))) {
                Some(outer) => at = outer,
                None => break,
            }
        }
        let life = Life {
            name: Arc::clone(name),
            maker: None,
            values: vec![value],
        };
        self.blocks
            .entry((call.number, None))
            .or_default()
            .push(life);
    }

    fn seen(
        &mut self,
        recording: &Recording,
        call: usize,
        step: usize,
        name: &str,
    ) -> Option<&mut Life> {
        let is_it = |life: &Life| &*life.name == name && life.is_seen(recording, step);
        let block = blocks(recording, call, step).into_iter().find(|block| {
            self.blocks
                .get(block)
                .is_some_and(|lives| lives.iter().any(is_it))
        })?;
        let lives = self.blocks.get_mut(&block)?;
        lives.iter_mut().rev().find(|life| is_it(life))
    }

    /// What can be seen at a step once so many events have happened.
    pub(super) fn at<'r>(
        &self,
        recording: &'r Recording,
        step: usize,
        happened: usize,
    ) -> Vec<CallAt<'r>> {
        let calls = recording.calls_at(step).into_iter();
        calls
            .map(|call| CallAt {
                variables: self.of_call(recording, &call, happened),
                call,
            })
            .collect()
    }

    fn of_call<'r>(
        &self,
        recording: &'r Recording,
        call: &Call<'r>,
        happened: usize,
    ) -> Vec<VariableAt<'r>> {
        let mut variables: Vec<VariableAt<'r>> = call
            .arguments
            .iter()
            .map(|(name, value)| VariableAt {
                name,
                value,
                event: None,
            })
            .collect();
        let mut around = blocks(recording, call.number, call.step);
        around.reverse();
        let lives = around.iter().filter_map(|block| self.blocks.get(block));
        for life in lives.flatten() {
            if !life.is_seen(recording, call.step) {
                continue;
            }
            let known = life.values.partition_point(|(when, _)| *when <= happened);
            let event = known.checked_sub(1).and_then(|at| life.values.get(at));
            let Some((_, number)) = event else { continue };
            let Some(Happening::Variable { name, value }) =
                recording.events.get(*number).map(|event| &event.what)
            else {
                continue;
            };
            let seen = VariableAt {
                name,
                value,
                event: Some(*number),
            };
            // The inner one hides the outer one of the same name.
            match variables.iter_mut().find(|known| known.name == &**name) {
                Some(known) => *known = seen,
                None => variables.push(seen),
            }
        }
        variables
    }
}

impl Life {
    fn is_seen(&self, recording: &Recording, step: usize) -> bool {
        self.maker
            .is_none_or(|maker| recording.is_in_sight(maker, step))
    }
}

/// The blocks around a step that its call can see into, the innermost first.
fn blocks(recording: &Recording, call: usize, step: usize) -> Vec<Block> {
    let mut blocks = vec![(call, Some(step))];
    let mut parent = recording.steps.get(step).and_then(|step| step.parent);
    while let Some(around) = parent {
        blocks.push((call, Some(around)));
        if recording.call_of(around).map(|call| call.number) != Some(call) {
            break;
        }
        parent = recording.steps.get(around).and_then(|step| step.parent);
    }
    blocks.push((call, None));
    blocks
}
