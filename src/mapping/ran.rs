//! Which parts of a script one run came to: lighter than a recording, for runs over many messages.

use std::fmt;
use std::sync::Arc;

use super::code::Code;
use super::code_parts::{Parts, ScriptPart};

/// A script with its parts, to be counted in many runs.
pub struct CountedScript {
    pub(super) code: Arc<Code>,
    parts: Parts,
}

/// What one run of a script came to.
#[derive(Clone, Debug)]
pub struct RanScript {
    /// The script.
    pub script: Arc<CountedScript>,
    /// Of each of its parts whether the run came to it.
    pub ran: Vec<bool>,
}

impl CountedScript {
    pub(super) fn of(code: &Arc<Code>) -> Self {
        Self {
            parts: Parts::of(code),
            code: Arc::clone(code),
        }
    }

    /// The script's name, as diagnostics show it.
    pub fn name(&self) -> &Arc<str> {
        self.code.name()
    }

    /// Its text.
    pub fn source(&self) -> &Arc<str> {
        self.code.source()
    }

    /// The text of a line, counted from 1.
    pub fn line(&self, number: u32) -> &str {
        self.code.line(number)
    }

    /// Its parts: the script's own in the order of its text, then those of its functions.
    pub fn parts(&self) -> &[ScriptPart] {
        &self.parts.parts
    }
}

impl fmt::Debug for CountedScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CountedScript")
            .field("name", self.name())
            .field("parts", &self.parts.parts.len())
            .finish_non_exhaustive()
    }
}

/// The pieces of a script that a run has come to so far.
pub(super) struct Ran {
    script: Arc<CountedScript>,
    pieces: Vec<bool>,
}

impl Ran {
    /// Nothing yet.
    pub(super) fn new(script: &Arc<CountedScript>) -> Self {
        Self {
            pieces: vec![false; script.code.pieces.len()],
            script: Arc::clone(script),
        }
    }

    /// The run is at the node of this address.
    pub(super) fn come_to(&mut self, node: usize) {
        if let Some(ran) = self
            .script
            .code
            .nodes
            .get(&node)
            .and_then(|piece| self.pieces.get_mut(*piece))
        {
            *ran = true;
        }
    }

    /// The run is over.
    pub(super) fn finish(self) -> RanScript {
        RanScript {
            ran: self.script.parts.ran(&self.pieces),
            script: self.script,
        }
    }
}
