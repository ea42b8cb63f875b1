//! A column's expression: one line of the mapping language that makes another value of `value`.

use std::sync::{Arc, OnceLock};

use rhai::AST;

use crate::diagnostic::Diagnostic;

/// An expression, compiled when it is first asked.
pub(super) struct Expression {
    pub(super) name: Arc<str>,
    pub(super) source: Arc<str>,
    pub(super) compiled: OnceLock<Result<AST, Box<Diagnostic>>>,
}

impl Expression {
    /// An expression of the profile; its name is what findings about it show.
    pub(super) fn new(name: &str, source: &Arc<str>) -> Self {
        Self {
            name: name.into(),
            source: Arc::clone(source),
            compiled: OnceLock::new(),
        }
    }
}
