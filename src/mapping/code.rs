//! A script as its pieces: statements and expressions in the order of its text, each knowing where it
//! stands and what lies in it. What a recording points to, and what lineage is worked out over.

use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasherDefault;
use std::ops::Range;
use std::sync::Arc;

use super::paths::TextHasher;

/// A script's text and its pieces.
pub struct Code {
    pub(super) name: Arc<str>,
    pub(super) source: Arc<str>,
    pub(super) pieces: Vec<Piece>,
    pub(super) functions: Vec<Function>,
    /// The piece of each node of the tree that Rhai made, by the node's address.
    pub(super) nodes: Nodes,
}

/// Pieces by the addresses of their nodes, asked for at each node that runs.
pub(super) type Nodes = HashMap<usize, usize, BuildHasherDefault<TextHasher>>;

/// A statement or an expression.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    /// Where it begins, counted from 1; 0 where Rhai does not say.
    pub(super) line: u32,
    pub(super) column: u32,
    /// Where Rhai says that it stands: of a call its name, of an operation its sign.
    pub(super) at: (u32, u32),
    /// One past the last piece in it.
    pub(super) end: usize,
    /// The piece around it; itself for those around which there is none.
    pub(super) parent: usize,
}

/// A function of the script; closures are functions without a name of their own.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: Box<str>,
    pub(super) parameters: Vec<Box<str>>,
    /// Its statements.
    pub(super) pieces: Range<usize>,
}

/// What a piece is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `let name = value`: the value.
    Let(Box<str>),
    /// `place = value`, `place += value`: the place, the value.
    Assign {
        adds: bool,
    },
    /// An expression for its effect, or as the value of its block.
    Evaluate,
    /// Condition, block, block.
    If,
    /// The value, then guard and value of each case.
    Switch,
    /// Condition and block.
    While,
    /// Condition and block, which comes first; the condition says when it ends, or how long it goes on.
    Do {
        until: bool,
    },
    /// What is gone through, and the block.
    For {
        name: Box<str>,
        counter: Option<Box<str>>,
    },
    /// Block and block.
    Try,
    /// `break` and `continue`, of the loop around; with a value where one is stated.
    LeaveLoop,
    /// `return` and `throw`.
    LeaveFunction,
    /// Statements.
    Block,
    /// A statement that says nothing.
    Nothing,
    /// A value as it is; texts are kept, as many are paths or names.
    Constant(Option<Box<str>>),
    Variable(Box<str>),
    This,
    List,
    /// Keys, in the order of the values.
    Map(Vec<Box<str>>),
    /// Texts and values, joined.
    Joined,
    /// A function or an operator; its arguments.
    Call(Box<str>),
    /// The same behind a dot.
    Method(Box<str>),
    /// A name behind a dot.
    Property(Box<str>),
    /// What stands before the dot, and behind it.
    Dot,
    /// What stands before the bracket, and in it.
    Index,
    /// `&&`, `||`, `??`: what comes later may not be asked.
    Either,
    /// Statements in an expression.
    Braces,
    /// A function as a value.
    Pointer(Box<str>),
}

impl Kind {
    /// Whether a step is recorded for it.
    pub(super) fn is_statement(&self) -> bool {
        matches!(
            self,
            Kind::Let(_)
                | Kind::Assign { .. }
                | Kind::Evaluate
                | Kind::If
                | Kind::Switch
                | Kind::While
                | Kind::Do { .. }
                | Kind::For { .. }
                | Kind::Try
                | Kind::LeaveLoop
                | Kind::LeaveFunction
        )
    }

    pub(super) fn is_loop(&self) -> bool {
        matches!(self, Kind::While | Kind::Do { .. } | Kind::For { .. })
    }
}

impl Code {
    /// The script's name, as diagnostics show it.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Its text.
    pub fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// The text of a line, counted from 1.
    pub fn line(&self, number: u32) -> &str {
        let at = usize::try_from(number).unwrap_or(0).checked_sub(1);
        at.and_then(|at| self.source.lines().nth(at))
            .unwrap_or_default()
    }

    /// The lines on which statements begin, each once, in order.
    pub fn statement_lines(&self) -> Vec<u32> {
        let statements = self.pieces.iter().filter(|piece| piece.kind.is_statement());
        let mut lines: Vec<u32> = statements.map(|piece| piece.line).collect();
        lines.sort_unstable();
        lines.dedup();
        lines.retain(|line| *line > 0);
        lines
    }

    /// The pieces of a statement, without those of its blocks.
    pub(super) fn own_pieces(&self, at: usize) -> impl Iterator<Item = usize> {
        let end = self.pieces.get(at).map_or(at, |piece| piece.end);
        let mut next = at + 1;
        std::iter::from_fn(move || {
            while let Some(piece) = self.pieces.get(next).filter(|_| next < end) {
                if piece.kind == Kind::Block {
                    next = piece.end;
                } else {
                    next += 1;
                    return Some(next - 1);
                }
            }
            None
        })
    }

    /// The pieces right in a piece.
    pub(super) fn inner(&self, at: usize) -> impl Iterator<Item = usize> {
        let end = self.pieces.get(at).map_or(at, |piece| piece.end);
        let mut next = at + 1;
        std::iter::from_fn(move || {
            let found = (next < end).then_some(next)?;
            next = self.pieces.get(found)?.end.max(found + 1);
            Some(found)
        })
    }

    /// Whether a piece is another or lies in it.
    pub(super) fn lies_in(&self, inner: usize, outer: usize) -> bool {
        let end = self.pieces.get(outer).map_or(outer, |piece| piece.end);
        (outer..end).contains(&inner)
    }

    /// The variable that a chain of dots and brackets begins with.
    pub(super) fn root_variable(&self, at: usize) -> Option<&str> {
        let mut at = at;
        loop {
            match &self.pieces.get(at)?.kind {
                Kind::Variable(name) => return Some(name),
                Kind::This => return Some("this"),
                Kind::Dot | Kind::Index => at += 1,
                _ => return None,
            }
        }
    }

    /// Whether a pass of a loop begins with a piece: with the condition of `while`, else with the block.
    pub(super) fn begins_pass(&self, around: usize, piece: usize) -> bool {
        let mut inner = self.inner(around);
        let (Some(condition), Some(block)) = (inner.next(), inner.next()) else {
            return false;
        };
        let kind = |at: usize| self.pieces.get(at).map(|piece| &piece.kind);
        let asks = kind(around) == Some(&Kind::While)
            && !matches!(kind(condition), Some(Kind::Constant(_)));
        if asks {
            return piece == condition;
        }
        let mut first = self.inner(block).next();
        while let Some(at) = first {
            if piece == at {
                return true;
            }
            // Rhai does not tell of braces, only of what lies in them.
            let held = self.inner(at).next();
            first = match (kind(at), held.and_then(kind)) {
                (Some(Kind::Evaluate), Some(Kind::Braces)) => {
                    held.and_then(|held| self.inner(held).next())
                }
                _ => None,
            };
        }
        false
    }

    /// Whether a piece is a chain of dots and brackets.
    pub(super) fn is_chain(&self, at: usize) -> bool {
        matches!(
            self.pieces.get(at).map(|piece| &piece.kind),
            Some(Kind::Dot | Kind::Index)
        )
    }

    /// The call of a function in a statement.
    pub(super) fn call_in(&self, statement: usize, name: &str, at: (u32, u32)) -> Option<usize> {
        let end = self.pieces.get(statement)?.end;
        let is_call = |index: &usize| {
            self.pieces.get(*index).is_some_and(|piece| {
                piece.at == at
                    && matches!(&piece.kind, Kind::Call(known) | Kind::Method(known) if &**known == name)
            })
        };
        (statement..end).find(is_call)
    }

    pub(super) fn function(&self, name: &str) -> Option<&Function> {
        self.functions
            .iter()
            .find(|function| &*function.name == name)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code")
            .field("name", &self.name)
            .field("pieces", &self.pieces.len())
            .finish_non_exhaustive()
    }
}
