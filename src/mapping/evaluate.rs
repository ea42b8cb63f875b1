//! Expressions at work: compiled once, asked for each value, checked before any message comes.

use std::sync::{Arc, OnceLock};

use rhai::{AST, Dynamic, OptimizationLevel, Scope};

use super::check::inspect;
use super::engine::Engine;
use super::errors::{of_parsing, of_run};
use super::expression::Expression;
use super::handles::MessageHandle;
use super::write::text_of;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::grammar::Finding;
use crate::profile::{PathFinding, Profile, offset_of};

/// What an expression makes of a value; `()` is the absent value.
pub(super) fn evaluate(
    expression: &Expression,
    engine: &Engine,
    value: &str,
) -> Result<String, Box<Finding>> {
    let Expression { name, source, .. } = expression;
    let ast = expression
        .compiled
        .get_or_init(|| compile(engine, name, source).map(|(ast, _)| ast))
        .as_ref()
        .map_err(|fault| Finding::of((**fault).clone()))?;
    let mut scope = scope(value);
    engine
        .rhai()
        .eval_ast_with_scope::<Dynamic>(&mut scope, ast)
        .and_then(|made| Ok(text_of(made, || "the column".to_owned())?.to_string()))
        .map_err(|error| Box::new(of_run(error, engine, name, source)))
}

/// What an expression finds: the value and the message, which it only reads.
fn scope(value: &str) -> Scope<'static> {
    let mut scope = Scope::new();
    scope.push("value", rhai::ImmutableString::from(value));
    scope.push("msg", MessageHandle);
    scope
}

fn compile(
    engine: &Engine,
    name: &Arc<str>,
    source: &str,
) -> Result<(AST, Vec<Diagnostic>), Box<Diagnostic>> {
    let scope = scope("");
    let ast = engine
        .rhai()
        .compile_with_scope(&scope, source)
        .map_err(|error| Box::new(of_parsing(&error, name)))?;
    let findings = inspect(&ast, engine, name, None).diagnostics;
    let ast = engine
        .rhai()
        .optimize_ast(&scope, ast, OptimizationLevel::Simple);
    Ok((ast, findings))
}

/// A finding about an expression of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionFinding {
    /// Where the expression stands: `.messages[0].rows[1].columns{sex}.then`.
    pub path: String,
    /// What is wrong; its place is a line and column of the expression.
    pub diagnostic: Diagnostic,
    /// The byte of the expression that it speaks of.
    pub inside: Option<usize>,
}

impl ExpressionFinding {
    pub(super) fn new(path: String, source: &str, diagnostic: Diagnostic) -> Self {
        let inside = match diagnostic.place {
            Place::Script { line, column, .. } => {
                Some(offset_of(source, line as usize, column as usize))
            }
            _ => None,
        };
        Self {
            path,
            diagnostic,
            inside,
        }
    }

    /// The finding about the profile: where in the expression it is stands in its sentence, too.
    pub fn of_profile(self) -> PathFinding {
        let mut diagnostic = self.diagnostic;
        if let Place::Script { line, column, .. } = diagnostic.place {
            let at = match line {
                1 => format!("at its character {column}"),
                _ => format!("at its line {line}, character {column}"),
            };
            diagnostic.message = format!("{} ({at})", diagnostic.message);
        }
        PathFinding {
            path: self.path,
            inside: self.inside,
            diagnostic: diagnostic.at(Place::Nowhere),
        }
    }
}

/// Compiles every expression of a profile and tells what is wrong with them.
pub fn check_expressions(profile: &Profile) -> Vec<ExpressionFinding> {
    let engine: OnceLock<Engine> = OnceLock::new();
    let mut found = Vec::new();
    for (index, definition) in profile.messages.iter().enumerate() {
        for (number, rows) in definition.rows.iter().enumerate() {
            for (column, source) in &rows.columns {
                let then = source.reading().and_then(|reading| reading.then.as_ref());
                let Some(then) = then else { continue };
                let name: Arc<str> = format!("{} {}.{column}", definition.name, rows.table).into();
                let diagnostics = match compile(engine.get_or_init(Engine::new), &name, then) {
                    Ok((_, diagnostics)) => diagnostics,
                    Err(diagnostic) => vec![*diagnostic],
                };
                let path = format!(".messages[{index}].rows[{number}].columns{{{column}}}.then");
                found.extend(diagnostics.into_iter().map(|mut diagnostic| {
                    diagnostic.message = format!("{}.{column}: {}", rows.table, diagnostic.message);
                    ExpressionFinding::new(path.clone(), then, diagnostic)
                }));
            }
        }
    }
    found.sort_by_key(|finding| std::cmp::Reverse(finding.diagnostic.severity == Severity::Error));
    found
}
