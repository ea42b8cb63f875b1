//! What can be said of a script before it runs: paths, functions, tables and columns that do not exist.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rhai::{AST, ASTFlags, ASTNode, Expr, FnCallExpr, ImmutableString, Position, Stmt};

use super::engine::Engine;
use super::errors::function_missing;
use super::fault::{ScriptFault, place};
use super::functions::{FUNCTIONS, Takes};
use super::paths::{Path, PathTable};
use super::suggest::{help, nearest};
use crate::diagnostic::Diagnostic;
use crate::grammar::{FieldView, Grammar, Origin};
use crate::hl7::{Location, SegmentId};

/// What was found in a script.
pub(super) struct Findings {
    /// Every constant that reads as a path.
    pub(super) paths: PathTable,
    pub(super) names: Names,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Names that only a profile can confirm, with the places where they stand.
#[derive(Default)]
pub(super) struct Names {
    pub(super) tables: Vec<(ImmutableString, Position)>,
    /// Table and column.
    pub(super) columns: Vec<(ImmutableString, ImmutableString, Position)>,
    pub(super) codes: Vec<(ImmutableString, Position)>,
}

/// Walks a script that Rhai has read but not yet optimised.
pub(super) fn inspect(
    ast: &AST,
    engine: &Engine,
    script: &Arc<str>,
    grammar: Option<&Grammar>,
) -> Findings {
    walk(ast, engine, script, grammar, None)
}

/// Walks a rule; in one of a segment `seg` is that segment.
pub(super) fn inspect_rule(
    ast: &AST,
    engine: &Engine,
    script: &Arc<str>,
    grammar: &Grammar,
    segment: Option<SegmentId>,
) -> Findings {
    walk(ast, engine, script, Some(grammar), segment)
}

fn walk(
    ast: &AST,
    engine: &Engine,
    script: &Arc<str>,
    grammar: Option<&Grammar>,
    segment: Option<SegmentId>,
) -> Findings {
    let mut inspector = Inspector {
        engine,
        script,
        grammar,
        segment,
        own_functions: ast
            .iter_functions()
            .map(|function| function.name.to_owned())
            .collect(),
        rows: BTreeMap::new(),
        variables: BTreeSet::new(),
        findings: Findings {
            paths: PathTable::default(),
            names: Names::default(),
            diagnostics: Vec::new(),
        },
    };
    ast.walk(&mut |nodes| {
        match nodes.last() {
            Some(ASTNode::Expr(expression)) => inspector.expression(expression),
            Some(ASTNode::Stmt(statement)) => inspector.statement(statement),
            Some(_) | None => {}
        }
        true
    });
    inspector.findings
}

struct Inspector<'a> {
    engine: &'a Engine,
    script: &'a Arc<str>,
    grammar: Option<&'a Grammar>,
    /// What `seg` is.
    segment: Option<SegmentId>,
    own_functions: BTreeSet<String>,
    /// Variables that hold rows, with their tables.
    rows: BTreeMap<ImmutableString, ImmutableString>,
    variables: BTreeSet<ImmutableString>,
    findings: Findings,
}

/// What stands before the dot or the bracket, as far as its name tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Base {
    /// `msg` or `out`.
    Message,
    /// `rows`.
    Rows,
    /// Anything: a segment, a group, an array.
    Other,
}

impl Inspector<'_> {
    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FnCall(call, at) => self.call(call, 0, *at),
            Stmt::Var(declared, flags, _) => {
                let (name, value, _) = &**declared;
                let name = ImmutableString::from(name.as_str());
                if !flags.intersects(ASTFlags::EXPORTED) {
                    self.rows.remove(&name);
                    if let Some((table, _)) = row_added(value) {
                        self.rows.insert(name.clone(), table);
                    }
                }
                self.variables.insert(name);
            }
            Stmt::Assignment(assigned) => {
                if let Expr::Variable(variable, _, at) = &assigned.1.lhs
                    && matches!(variable.1.as_str(), "msg" | "out" | "rows")
                {
                    let name = &variable.1;
                    self.report(
                        Diagnostic::error("script-variable", format!("{name} cannot be replaced"))
                            .with_help(format!(
                                "write to a place in it, such as {name}[\"PID-8\"]"
                            )),
                        *at,
                    );
                }
            }
            _ => {}
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::StringConstant(text, _) => {
                if let Ok(path) = Path::parse(text) {
                    self.findings.paths.insert(text.as_str().into(), path);
                }
            }
            Expr::FnCall(call, at) => self.call(call, 0, *at),
            Expr::MethodCall(call, at) => self.call(call, 1, *at),
            Expr::Index(chain, ..) => {
                if let Expr::StringConstant(text, at) = head(&chain.rhs) {
                    self.index(&chain.lhs, text, *at);
                }
            }
            Expr::Dot(chain, ..) => match head(&chain.rhs) {
                Expr::MethodCall(call, _) => self.method(base(&chain.lhs), call),
                Expr::Property(property, at) => self.column(&chain.lhs, &property.2, *at),
                _ => {}
            },
            _ => {}
        }
    }

    /// `base["text"]`.
    fn index(&mut self, on: &Expr, text: &ImmutableString, at: Position) {
        match base(on) {
            Base::Message => self.path(text, at, true),
            Base::Rows => {}
            Base::Other if self.row_table(on).is_some() => self.column(on, text, at),
            // It may be a map, whose keys are anything.
            Base::Other => match (Path::parse(text), self.segment) {
                (Ok(Path::Whole(location)), _) => self.location(&location, at),
                (Ok(Path::Inner(path)), Some(id)) if is_named(on, "seg") => {
                    self.location(&Location::new(id, path), at);
                }
                _ => {}
            },
        }
    }

    /// A method whose receiver is known by name: other things have a `remove` too.
    fn method(&mut self, base: Base, call: &FnCallExpr) {
        let takes = |takes: Takes| {
            FUNCTIONS
                .iter()
                .any(|row| row.name == call.name.as_str() && row.takes == takes)
        };
        match base {
            Base::Message if takes(Takes::Path) || takes(Takes::PathOfTwo) => {
                if let Some((text, at)) = constant(call, 0) {
                    self.path(&text, at, true);
                }
            }
            Base::Message if takes(Takes::Segment) => {
                if let Some((text, at)) = constant(call, 0) {
                    self.segment(&text, at);
                }
            }
            Base::Message if takes(Takes::Paths) => self.paths(call),
            Base::Rows if takes(Takes::Table) => {
                self.findings.names.tables.extend(constant(call, 0));
            }
            Base::Message | Base::Rows | Base::Other => {}
        }
    }

    /// Any call: is there such a function, and are its constants right?
    fn call(&mut self, call: &FnCallExpr, receivers: usize, at: Position) {
        let name = call.name.as_str();
        let is_word =
            name.starts_with(|c: char| c.is_alphabetic() || c == '_') && !name.contains('$');
        if !is_word || call.op_token.is_some() || call.is_qualified() {
            return;
        }
        self.known(name, call.args.len() + receivers, at);
        if receivers > 0 {
            if name == "groups"
                && let Some((group, at)) = constant(call, 0)
            {
                self.group(&group, at);
            }
            return;
        }
        match FUNCTIONS
            .iter()
            .find(|row| row.name == name)
            .map(|row| row.takes)
        {
            Some(Takes::Codes) => self.findings.names.codes.extend(constant(call, 0)),
            Some(Takes::PathOfTwo) if call.args.len() == 2 => {
                if let Some((text, at)) = constant(call, 0) {
                    self.path(&text, at, true);
                }
            }
            Some(Takes::PathSecond) => {
                if let Some((text, at)) = constant(call, 1) {
                    self.path(&text, at, false);
                }
            }
            _ => {}
        }
    }

    fn known(&mut self, name: &str, count: usize, at: Position) {
        let known = self.engine.known();
        if self.own_functions.contains(name)
            || self.variables.contains(name)
            || known.takes(name, count)
        {
            return;
        }
        let diagnostic = if known.has(name) {
            Diagnostic::error(
                "script-function",
                format!("{name} does not take {count} values"),
            )
            .with_help(known.usage(name))
        } else {
            let own = self.own_functions.iter().map(String::as_str);
            function_missing(name, known.names().chain(own))
        };
        self.report(diagnostic, at);
    }

    /// `out.copy(msg, ["PID", …])`.
    fn paths(&mut self, call: &FnCallExpr) {
        if let Some(Expr::Array(items, _)) = call.args.get(1) {
            for item in items {
                if let Expr::StringConstant(text, at) = item {
                    self.path(text, *at, true);
                }
            }
        }
    }

    /// A constant that must be a path.
    fn path(&mut self, text: &str, at: Position, must_be_whole: bool) {
        match Path::parse(text) {
            Err(fault) => self.fault(fault, at),
            Ok(Path::Whole(location)) => self.location(&location, at),
            Ok(path @ Path::Inner(_)) if must_be_whole => {
                if let Err(fault) = path.whole() {
                    self.fault(fault, at);
                }
            }
            Ok(Path::Inner(_)) => {}
        }
    }

    fn segment(&mut self, text: &str, at: Position) {
        match super::read::segment_id(text) {
            Err(fault) => self.fault(fault, at),
            Ok(id) => self.location(&Location::segment(id), at),
        }
    }

    /// Whether the message's structure has the group.
    fn group(&mut self, name: &str, at: Position) {
        let Some(grammar) = self
            .grammar
            .filter(|grammar| grammar.segment_grammar().is_some())
        else {
            return;
        };
        let names: Vec<&str> = grammar.groups().map(|(name, _)| &**name).collect();
        if !names.contains(&name) {
            let message = format!("{} has no group \"{name}\"", grammar.structure_words());
            let diagnostic = Diagnostic::warning("group-unknown", message);
            self.report(diagnostic.with_help(help(name, "groups", names)), at);
        }
    }

    /// Whether the grammar knows the segment and has the field.
    fn location(&mut self, location: &Location, at: Position) {
        let found = self
            .grammar
            .and_then(|grammar| missing_place(grammar, location));
        if let Some(diagnostic) = found {
            self.report(diagnostic, at);
        }
    }

    fn column(&mut self, on: &Expr, name: &ImmutableString, at: Position) {
        if let Some(table) = self.row_table(on) {
            self.findings.names.columns.push((table, name.clone(), at));
        }
    }

    fn row_table(&self, on: &Expr) -> Option<ImmutableString> {
        match on {
            Expr::Variable(variable, ..) => self.rows.get(&variable.1).cloned(),
            _ => None,
        }
    }

    fn fault(&mut self, fault: ScriptFault, at: Position) {
        self.report(fault.diagnostic(), at);
    }

    fn report(&mut self, diagnostic: Diagnostic, at: Position) {
        let diagnostic = diagnostic.at(place(self.script, at));
        // A path that is read and written in one statement is visited twice.
        if !self.findings.diagnostics.contains(&diagnostic) {
            self.findings.diagnostics.push(diagnostic);
        }
    }
}

/// What is wrong with a place whose segment is not known, or does not have the field.
pub(super) fn missing_place(grammar: &Grammar, location: &Location) -> Option<Diagnostic> {
    let id = location.segment;
    let Some(segment) = grammar.segment(id.as_str()) else {
        return segment_unknown(id);
    };
    let count = segment.fields.len();
    // Fields of later versions may be used, but are not what one counts.
    let is_later = |field: &FieldView<'_>| matches!(field.origin, Origin::LaterVersion(_));
    let own_count = segment
        .fields
        .iter()
        .filter(|field| !is_later(field))
        .count();
    let field = usize::from(location.path.as_ref()?.field);
    // A site's segment may be one that nobody has described field by field.
    (field > count && count > 0).then(|| {
        let message = format!("{location}: {id} has {own_count} fields");
        Diagnostic::warning("path-unknown", message)
            .with_help("describe the field in the profile's segments if the site sends it")
    })
}

fn segment_unknown(id: SegmentId) -> Option<Diagnostic> {
    if id.is_site_defined() {
        return None;
    }
    let common = [
        "MSH", "EVN", "PID", "PD1", "NK1", "PV1", "PV2", "OBR", "OBX", "ORC", "NTE", "AL1", "DG1",
        "IN1",
    ];
    let diagnostic = Diagnostic::warning("path-unknown", format!("no segment {id} is known"));
    let others = common.into_iter().filter(|known| *known != id.as_str());
    Some(match nearest(id.as_str(), others) {
        Some(near) => diagnostic.with_help(format!("did you mean {near}?")),
        None => diagnostic.with_help("describe it in the profile's segments if the site sends it"),
    })
}

fn is_named(on: &Expr, name: &str) -> bool {
    matches!(on, Expr::Variable(variable, ..) if variable.1 == name)
}

fn base(on: &Expr) -> Base {
    match on {
        Expr::Variable(variable, ..) => match variable.1.as_str() {
            "msg" | "out" => Base::Message,
            "rows" => Base::Rows,
            _ => Base::Other,
        },
        _ => Base::Other,
    }
}

/// Chains lean to the right: of `a["x"].b().c` the right side of the first link is `["x"].b().c`.
fn head(right: &Expr) -> &Expr {
    match right {
        Expr::Index(chain, ..) | Expr::Dot(chain, ..) => head(&chain.lhs),
        other => other,
    }
}

fn constant(call: &FnCallExpr, at: usize) -> Option<(ImmutableString, Position)> {
    match call.args.get(at) {
        Some(Expr::StringConstant(text, position)) => Some((text.clone(), *position)),
        _ => None,
    }
}

/// `rows.add("table")`.
fn row_added(value: &Expr) -> Option<(ImmutableString, Position)> {
    let Expr::Dot(chain, ..) = value else {
        return None;
    };
    match &chain.rhs {
        Expr::MethodCall(call, _)
            if base(&chain.lhs) == Base::Rows && call.name.as_str() == "add" =>
        {
            constant(call, 0)
        }
        _ => None,
    }
}
