//! A mapping script, compiled: its tree, its paths, and the names that a profile must confirm.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rhai::{AST, OptimizationLevel, Scope};

use super::check::{Names, inspect};
use super::code::Code;
use super::code_ends::{Ends, with_ends};
use super::code_reading;
use super::codes;
use super::engine::Engine;
use super::errors::of_parsing;
use super::fault::place;
use super::handles::{MessageHandle, OutHandle, RowsHandle};
use super::layout::{Layout, table_unknown};
use super::paths::PathTable;
use super::ran::CountedScript;
use super::segment_places::check_segment_places;
use crate::diagnostic::{Diagnostic, Place};
use crate::grammar::Grammar;
use crate::profile::Profile;

/// Bytes of a script; longer ones are no scripts.
const MOST_BYTES: usize = 1 << 20;

/// A compiled script, to be run on any number of messages by any number of threads.
pub struct Program {
    pub(super) name: Arc<str>,
    /// What was compiled: tells texts of the script from a message's values.
    pub(super) source: Box<str>,
    pub(super) ast: AST,
    pub(super) paths: Arc<PathTable>,
    names: Names,
    recorded: OnceLock<Option<Recorded>>,
}

/// A script as it is recorded: nothing is optimised away, and its nodes stay where they are.
pub(super) struct Recorded {
    pub(super) ast: Box<AST>,
    pub(super) code: Arc<Code>,
    counted: OnceLock<Arc<CountedScript>>,
}

impl Recorded {
    /// Compiles a script that is known to compile.
    pub(super) fn of(
        engine: &rhai::Engine,
        scope: &Scope<'_>,
        name: &Arc<str>,
        source: &str,
    ) -> Option<Self> {
        let ast = engine.compile_with_scope(scope, source).ok()?;
        let (text, ends) = with_ends(&ast, source);
        let (ast, ends) = match engine.compile_with_scope(scope, &text) {
            Ok(longer) => (longer, ends),
            Err(_) => (ast, Ends::default()),
        };
        let ast = Box::new(ast);
        let code = code_reading::read(&ast, name, &source.into(), ends);
        Some(Self {
            ast,
            code: Arc::new(code),
            counted: OnceLock::new(),
        })
    }

    /// The same script with its parts, to be counted; made when it first is.
    pub(super) fn counted(&self) -> &Arc<CountedScript> {
        let made = || Arc::new(CountedScript::of(&self.code));
        self.counted.get_or_init(made)
    }
}

/// Compiles a script and checks what can be checked before it runs.
///
/// There is a program whenever the script can be read: a misspelt path or function is a diagnostic, and
/// fails the run only where it is reached.
pub fn compile(
    engine: &Engine,
    name: &str,
    source: &str,
    grammar: Option<&Grammar>,
) -> (Option<Program>, Vec<Diagnostic>) {
    let name: Arc<str> = name.into();
    if source.len() > MOST_BYTES {
        let diagnostic = Diagnostic::error("script-limit", "the script is longer than 1 MiB").at(
            Place::Script {
                name,
                line: 1,
                column: 1,
                profile: None,
            },
        );
        return (None, vec![diagnostic]);
    }
    let scope = scope();
    let ast = match engine.rhai().compile_with_scope(&scope, source) {
        Ok(ast) => ast,
        Err(error) => return (None, vec![of_parsing(&error, &name)]),
    };
    let mut findings = inspect(&ast, engine, &name, grammar);
    let places = check_segment_places(source, &["msg", "out", "rows"], &name, grammar);
    findings.diagnostics.extend(places);
    let program = Program {
        name,
        source: source.into(),
        ast: engine
            .rhai()
            .optimize_ast(&scope, ast, OptimizationLevel::Simple),
        paths: Arc::new(findings.paths),
        names: findings.names,
        recorded: OnceLock::new(),
    };
    (Some(program), findings.diagnostics)
}

/// The variables that a script finds.
pub(super) fn scope() -> Scope<'static> {
    let mut scope = Scope::new();
    scope.push("msg", MessageHandle);
    scope.push("out", OutHandle);
    scope.push("rows", RowsHandle);
    scope
}

impl Program {
    /// The script's name, as diagnostics show it.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The script as it is recorded; made when it first is.
    pub(super) fn recorded(&self, engine: &Engine) -> Option<&Recorded> {
        let recorded = self
            .recorded
            .get_or_init(|| Recorded::of(engine.recording(), &scope(), &self.name, &self.source));
        recorded.as_ref()
    }

    /// Its statements and branches, to be counted in many runs.
    pub fn counted(&self, engine: &Engine) -> Option<&Arc<CountedScript>> {
        self.recorded(engine).map(Recorded::counted)
    }

    /// Whether the tables, columns and code tables that the script names are in a profile.
    pub fn check(&self, profile: &Arc<Profile>) -> Vec<Diagnostic> {
        let layout = Layout::of(profile);
        let mut found = Vec::new();
        for (table, at) in &self.names.tables {
            if layout.table(table).is_none() {
                found.push(table_unknown(profile, table).at(place(&self.name, *at)));
            }
        }
        for (table, column, at) in &self.names.columns {
            let table = layout.table(table).and_then(|at| layout.tables.get(at));
            if let Some(table) = table.filter(|table| table.column(column).is_none()) {
                found.push(table.column_unknown(column).at(place(&self.name, *at)));
            }
        }
        for (name, at) in &self.names.codes {
            if codes::find(profile, name).is_none() {
                found.push(
                    codes::unknown(profile, name)
                        .diagnostic()
                        .at(place(&self.name, *at)),
                );
            }
        }
        found
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program")
            .field("name", &self.name)
            .field("paths", &self.paths.len())
            .finish_non_exhaustive()
    }
}
