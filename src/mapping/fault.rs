//! A fault that a function of the mapping language finds, on its way through Rhai.

use std::fmt;
use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult, Position};

use crate::diagnostic::{Diagnostic, Place};

/// What functions of the mapping language return.
pub(super) type Fallible<T> = Result<T, Box<EvalAltResult>>;

/// A fault found by a function of the mapping language, carried through Rhai as a value.
#[derive(Clone, Debug)]
pub(super) struct ScriptFault {
    code: &'static str,
    message: String,
    help: Option<String>,
}

impl ScriptFault {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The fault as a diagnostic that points nowhere yet.
    pub(super) fn diagnostic(self) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.code, self.message);
        match self.help {
            Some(help) => diagnostic.with_help(help),
            None => diagnostic,
        }
    }
}

impl From<Diagnostic> for ScriptFault {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            code: diagnostic.code,
            message: diagnostic.message,
            help: diagnostic.help,
        }
    }
}

impl fmt::Display for ScriptFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<ScriptFault> for Box<EvalAltResult> {
    fn from(fault: ScriptFault) -> Self {
        // Rhai fills in the position of the call.
        Box::new(EvalAltResult::ErrorRuntime(
            Dynamic::from(fault),
            Position::NONE,
        ))
    }
}

/// A place in a script; Rhai counts both from 1.
pub(super) fn place(name: &Arc<str>, position: Position) -> Place {
    Place::Script {
        name: Arc::clone(name),
        line: position.line().map_or(1, |line| line as u32),
        column: position.position().map_or(1, |column| column as u32),
    }
}
