//! A fault that a function of the mapping language finds, on its way through Rhai.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult, Position};

use super::value_fault::ValueFault;
use crate::diagnostic::{Diagnostic, Place};
use crate::grammar::Finding;
use crate::hl7::Delimiters;

/// What functions of the mapping language return.
pub(super) type Fallible<T> = Result<T, Box<EvalAltResult>>;

/// A fault found by a function of the mapping language, carried through Rhai as a value.
#[derive(Clone, Debug)]
pub(super) struct ScriptFault {
    code: &'static str,
    message: String,
    help: Option<String>,
    /// What is wrong with a value.
    value: Option<Box<ValueFault>>,
    /// Where the value stands in the message.
    span: Option<Range<usize>>,
    delimiters: Option<Delimiters>,
}

impl ScriptFault {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            help: None,
            value: None,
            span: None,
            delimiters: None,
        }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same fault about a value.
    pub(super) fn about(mut self, value: ValueFault) -> Self {
        self.value = Some(Box::new(value));
        self
    }

    /// The same fault, its value standing there in the message.
    pub(super) fn read_at(mut self, span: Option<Range<usize>>, delimiters: &Delimiters) -> Self {
        self.span = span;
        self.delimiters = Some(*delimiters);
        self
    }

    /// The fault as a finding that points nowhere yet, but at its value.
    pub(super) fn finding(mut self) -> Finding {
        let at = self.span.take().zip(self.delimiters.take());
        match self.value.take() {
            Some(value) => {
                let at = at
                    .as_ref()
                    .map(|(span, delimiters)| (span.clone(), delimiters));
                value.finding(self.diagnostic(), at)
            }
            None => Finding::of(self.diagnostic()),
        }
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
            value: None,
            span: None,
            delimiters: None,
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
        profile: None,
    }
}
