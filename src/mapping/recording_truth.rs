//! What the conditions of a recorded run came to: worked out of what ran after them.

use std::fmt;
use std::sync::Arc;

use super::code::{Code, Kind};
use super::outcome::Verdict;
use super::recording::{Recording, Step, StepPlace};

/// What a condition came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// That of `if` and `while`.
    Truth(bool),
    /// Of `switch` the case that was taken, as it is written.
    Case(Arc<str>),
}

impl Recording {
    /// What the condition of a step came to; nothing for steps without one, and where it cannot be told
    /// of what ran: blocks without statements, an error in the condition.
    pub fn decision(&self, step: usize) -> Option<Decision> {
        let found = self.steps.get(step)?;
        let (number, piece) = found.piece()?;
        let code = self.codes.get(number)?;
        let is_pass = matches!(found.place, StepPlace::Pass { .. });
        let mut parts = code.inner(piece);
        match (&code.pieces.get(piece)?.kind, is_pass) {
            (Kind::If, _) => {
                let (_, body, branch) = (parts.next()?, parts.next()?, parts.next());
                let truth = match self.first_inside(step, found, code) {
                    Some(at) if code.lies_in(at, body) => true,
                    Some(_) => false,
                    None if self.broke_off_in(step, found, code) => return None,
                    None if holds_statements(code, body) => false,
                    None if branch.is_some_and(|branch| holds_statements(code, branch)) => true,
                    None => return None,
                };
                Some(Decision::Truth(truth))
            }
            (Kind::While, true) => {
                let (condition, body) = (parts.next()?, parts.next()?);
                if matches!(code.pieces.get(condition)?.kind, Kind::Constant(_)) {
                    return None;
                }
                let is_true = self.first_inside(step, found, code).is_some();
                let is_told = is_true
                    || holds_statements(code, body) && !self.broke_off_in(step, found, code);
                is_told.then_some(Decision::Truth(is_true))
            }
            (Kind::Do { until }, true) => {
                if !found.asks || self.broke_off_in(step, found, code) {
                    return None;
                }
                let next = self.steps.get(found.end);
                let is_next = |next: &Step| {
                    next.parent == found.parent && matches!(next.place, StepPlace::Pass { .. })
                };
                let goes_on = next.is_some_and(is_next);
                Some(Decision::Truth(goes_on != *until))
            }
            (Kind::Switch, _) => {
                let at = self.first_inside(step, found, code)?;
                let mut blocks = parts
                    .filter(|part| code.pieces.get(*part).map(|p| &p.kind) == Some(&Kind::Block));
                let block = blocks.find(|block| code.lies_in(at, *block))?;
                let case = code.pieces.get(block)?;
                Some(Decision::Case(case_text(code, case.line, case.column)?))
            }
            _ => None,
        }
    }

    /// Notes that a script did not come to its end.
    pub(super) fn note_end(&mut self, failed: bool, verdict: &Verdict) {
        if failed || *verdict != Verdict::Accepted {
            self.breaks.push(self.steps.len());
        }
    }

    /// The piece of the first statement that ran in a block of a step: not in what its condition called.
    fn first_inside(&self, step: usize, found: &Step, code: &Code) -> Option<usize> {
        let (number, piece) = found.piece()?;
        let mut next = step + 1;
        while let Some(inner) = self.steps.get(next).filter(|_| next < found.end) {
            if inner.frame == found.frame
                && let Some((of, at)) = inner.piece()
                && of == number
                && code.inner(piece).any(|part| {
                    let kind = code.pieces.get(part).map(|part| &part.kind);
                    kind == Some(&Kind::Block) && code.lies_in(at, part)
                })
            {
                return Some(at);
            }
            next = inner.end.max(next + 1);
        }
        None
    }

    /// Whether nothing ran after a step that should have: the run ended there, or an error led out of it.
    fn broke_off_in(&self, step: usize, found: &Step, code: &Code) -> bool {
        let Some((number, piece)) = found.piece() else {
            return true;
        };
        if self.breaks.contains(&found.end) {
            return true;
        }
        let Some(next) = self.steps.get(found.end) else {
            return self.is_full;
        };
        // What follows is the second block of a `try` whose first holds the step.
        let Some((_, at)) = next.piece().filter(|(of, _)| *of == number) else {
            return false;
        };
        let mut around = self.steps.get(step).and_then(|step| step.parent);
        while let Some(outer) = around.and_then(|outer| self.steps.get(outer)) {
            if let Some((of, outer)) = outer.piece()
                && of == number
                && code.pieces.get(outer).map(|piece| &piece.kind) == Some(&Kind::Try)
            {
                let mut blocks = code.inner(outer);
                let (tried, caught) = (blocks.next(), blocks.next());
                let is_tried = tried.is_some_and(|tried| code.lies_in(piece, tried));
                if is_tried && caught.is_some_and(|caught| code.lies_in(at, caught)) {
                    return true;
                }
            }
            around = outer.parent;
        }
        false
    }
}

fn holds_statements(code: &Code, block: usize) -> bool {
    code.inner(block).any(|at| {
        let kind = code.pieces.get(at).map(|piece| &piece.kind);
        kind.is_some_and(|kind| kind.is_statement() || *kind == Kind::Block)
    })
}

/// What stands before `=>` of the case whose value begins at a place.
fn case_text(code: &Code, line: u32, column: u32) -> Option<Arc<str>> {
    let number = usize::try_from(line).ok()?.checked_sub(1)?;
    let text = code.source().lines().nth(number)?;
    let column = usize::try_from(column).ok()?.checked_sub(1)?;
    let before: String = text.chars().take(column).collect();
    let (head, _) = before.rsplit_once("=>")?;
    let start = head.rfind("=>").map_or(0, |other| {
        let behind = head.get(other..).unwrap_or_default();
        other + behind.find(',').map_or(behind.len(), |comma| comma + 1)
    });
    let case = head.get(start..)?.trim();
    let case = case.rsplit_once('{').map_or(case, |(_, case)| case).trim();
    (!case.is_empty()).then(|| case.into())
}

/// As it stands beside the code: `→ true`.
impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Decision::Truth(truth) => write!(f, "→ {truth}"),
            Decision::Case(case) => write!(f, "→ {case}"),
        }
    }
}
