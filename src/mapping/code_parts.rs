//! The parts of a script that may run or not: its statements, and the branches between which it chooses.

use super::code::{Code, Kind};

/// A part of a script that may run or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptPart {
    /// What it is.
    pub kind: PartKind,
    /// Where it begins, counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// How many of the parts behind it lie in it.
    pub holds: usize,
}

/// What a part of a script is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartKind {
    /// A statement.
    Statement,
    /// What `if` does when its condition holds.
    Then,
    /// What it does otherwise.
    Else,
    /// A case of `switch`.
    Case,
    /// What a loop repeats.
    Body,
    /// What `catch` does.
    Catch,
    /// A function or a closure.
    Function,
}

impl PartKind {
    /// The words for people and files: `statement`, `loop body`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Statement => "statement",
            Self::Then => "then branch",
            Self::Else => "else branch",
            Self::Case => "case",
            Self::Body => "loop body",
            Self::Catch => "catch",
            Self::Function => "function",
        }
    }

    /// Whether it is one of several ways that a run can take.
    pub fn is_branch(self) -> bool {
        self != Self::Statement
    }
}

/// The parts of a script with the pieces of each: a part ran when one of them did.
pub(super) struct Parts {
    pub(super) parts: Vec<ScriptPart>,
    /// Of each part its first piece and one past its last; of a statement only the first counts.
    pieces: Vec<(usize, usize)>,
}

impl Parts {
    /// The parts of a script, in the order of its pieces.
    pub(super) fn of(code: &Code) -> Self {
        let mut parts = Self {
            parts: Vec::new(),
            pieces: Vec::new(),
        };
        let of_functions = code
            .functions
            .first()
            .map_or(code.pieces.len(), |function| function.pieces.start);
        parts.range(code, 0, of_functions);
        // Rhai tells of functions in no order.
        let mut functions: Vec<_> = code.functions.iter().collect();
        functions.sort_by_key(|function| {
            let first = code.pieces.get(function.pieces.start);
            first.map(|piece| (piece.line, piece.column))
        });
        for function in functions {
            let range = function.pieces.clone();
            parts.add(
                code,
                PartKind::Function,
                (range.start, range.end),
                |parts| {
                    parts.range(code, range.start, range.end);
                },
            );
        }
        parts
    }

    /// Whether each part ran, by whether each piece did.
    pub(super) fn ran(&self, pieces: &[bool]) -> Vec<bool> {
        let ran = |(kind, &(start, end)): (PartKind, &(usize, usize))| match kind {
            PartKind::Statement => pieces.get(start).copied().unwrap_or_default(),
            _ => pieces
                .get(start..end)
                .is_some_and(|all| all.contains(&true)),
        };
        let kinds = self.parts.iter().map(|part| part.kind);
        kinds.zip(&self.pieces).map(ran).collect()
    }

    /// The parts in a stretch of pieces.
    fn range(&mut self, code: &Code, start: usize, end: usize) {
        let mut next = start;
        while next < end {
            let Some(piece) = code.pieces.get(next) else {
                return;
            };
            if piece.kind.is_statement() {
                self.statement(code, next);
            } else {
                // Statements may lie in expressions.
                self.range(code, next + 1, piece.end);
            }
            next = piece.end.max(next + 1);
        }
    }

    fn statement(&mut self, code: &Code, at: usize) {
        let Some(piece) = code.pieces.get(at) else {
            return;
        };
        // Rhai gives no place to what it puts in itself.
        if piece.line == 0 {
            return self.range(code, at + 1, piece.end);
        }
        self.add(code, PartKind::Statement, (at, piece.end), |parts| {
            let mut blocks = 0;
            for inner in code.inner(at) {
                let Some(held) = code.pieces.get(inner) else {
                    continue;
                };
                let branch = match (held.kind == Kind::Block).then_some(&piece.kind) {
                    Some(Kind::If) if blocks == 0 => Some(PartKind::Then),
                    Some(Kind::If) => Some(PartKind::Else),
                    Some(Kind::Switch) => Some(PartKind::Case),
                    Some(Kind::While | Kind::Do { .. } | Kind::For { .. }) => Some(PartKind::Body),
                    Some(Kind::Try) if blocks == 1 => Some(PartKind::Catch),
                    _ => None,
                };
                blocks += usize::from(held.kind == Kind::Block);
                let range = (inner + 1, held.end);
                match branch {
                    // What holds nothing does nothing, and `else if` is told as the `if` that it is.
                    Some(kind) if range.0 < range.1 && !is_else_if(code, kind, inner) => {
                        parts.add(code, kind, range, |parts| {
                            parts.range(code, range.0, range.1);
                        });
                    }
                    _ => parts.range(code, range.0, range.1),
                }
            }
        });
    }

    fn add(
        &mut self,
        code: &Code,
        kind: PartKind,
        (start, end): (usize, usize),
        inner: impl FnOnce(&mut Self),
    ) {
        let Some(piece) = (start..end).find_map(|at| {
            let piece = code.pieces.get(at)?;
            (piece.line > 0).then_some(piece)
        }) else {
            return;
        };
        let index = self.parts.len();
        self.parts.push(ScriptPart {
            kind,
            line: piece.line,
            column: piece.column,
            holds: 0,
        });
        self.pieces.push((start, end));
        inner(self);
        let holds = self.parts.len() - index - 1;
        if let Some(part) = self.parts.get_mut(index) {
            part.holds = holds;
        }
    }
}

fn is_else_if(code: &Code, kind: PartKind, block: usize) -> bool {
    let mut inner = code.inner(block);
    let first = inner.next().and_then(|at| code.pieces.get(at));
    kind == PartKind::Else
        && inner.next().is_none()
        && first.is_some_and(|first| first.kind == Kind::If)
}
