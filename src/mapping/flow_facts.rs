//! What can be said of a piece of a script without running it: what it may change, and how it may end
//! what is around it. Needed for what did not run: a branch not taken decides too.

use super::code::{Code, Kind};

/// Methods that change the message being made or the rows.
const WRITING: [&str; 6] = ["set_raw", "clear", "remove", "copy", "append", "add"];

/// Methods and functions of Rhai and ours that change nothing of what stands before the dot.
const READING: [&str; 50] = [
    "len",
    "is_empty",
    "contains",
    "starts_with",
    "ends_with",
    "index_of",
    "sub_string",
    "to_upper",
    "to_lower",
    "split",
    "to_string",
    "to_int",
    "to_float",
    "map",
    "filter",
    "find",
    "find_map",
    "any",
    "all",
    "some",
    "none",
    "reduce",
    "reduce_rev",
    "keys",
    "values",
    "get",
    "format",
    "age",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "exists",
    "count",
    "raw",
    "segments",
    "segment",
    "groups",
    "is_null",
    "is_absent",
    "is_missing",
    "min",
    "max",
    "abs",
    "chars",
    "bytes",
    "type_of",
    "print",
    "id",
];

/// The function whose value hangs on how often it was called.
pub(super) const MAKES_ID: &str = "next_id";

/// How deep functions are followed that call functions.
const DEEPEST: usize = 8;

/// A place of a script that writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Site {
    /// The variable that is written to; nothing where that cannot be said.
    pub(super) root: Option<Box<str>>,
    /// The place in it, where the script says it as a text.
    pub(super) place: Option<Box<str>>,
}

/// How a piece may end what is around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Leaves {
    pub(super) a_loop: bool,
    pub(super) function: bool,
    pub(super) run: bool,
}

impl Code {
    /// The variables that a piece may change.
    pub(super) fn changed(&self, at: usize) -> Vec<&str> {
        let end = self.pieces.get(at).map_or(at, |piece| piece.end);
        let mut names: Vec<&str> = (at..end)
            .filter_map(|piece| self.changed_by(piece))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The variable that one piece changes by itself, as far as can be said.
    fn changed_by(&self, at: usize) -> Option<&str> {
        match &self.pieces.get(at)?.kind {
            Kind::Assign { .. } => self.root_variable(at + 1),
            _ => self.mutated_by(at),
        }
    }

    /// The variables that the calls of a statement may change, its blocks left out.
    pub(super) fn mutated(&self, statement: usize) -> Vec<&str> {
        self.own_pieces(statement)
            .filter_map(|piece| self.mutated_by(piece))
            .collect()
    }

    /// The variable that a call changes: what stands before the dot, or the first argument.
    fn mutated_by(&self, at: usize) -> Option<&str> {
        match &self.pieces.get(at)?.kind {
            Kind::Dot => {
                let changes = self.chain(at).any(|part| {
                    matches!(&self.pieces[part].kind, Kind::Method(name) if !is_reading(name))
                });
                changes.then(|| self.root_variable(at)).flatten()
            }
            Kind::Call(name) if !is_reading(name) && is_name(name) => {
                let first = self.inner(at).next()?;
                match &self.pieces.get(first)?.kind {
                    Kind::Variable(name) => Some(name),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether closures take a variable of this name along.
    pub(super) fn is_shared(&self, name: &str) -> bool {
        (0..self.pieces.len()).any(|at| {
            matches!(self.pieces[at].kind, Kind::Pointer(_))
                && self
                    .inner(at)
                    .any(|shared| self.root_variable(shared) == Some(name))
        })
    }

    /// The parts of a chain of dots and brackets.
    fn chain(&self, at: usize) -> impl Iterator<Item = usize> {
        let mut left = vec![at];
        std::iter::from_fn(move || {
            let at = left.pop()?;
            if matches!(self.pieces.get(at)?.kind, Kind::Dot | Kind::Index) {
                left.extend(self.inner(at));
            }
            Some(at)
        })
    }

    /// Whether a piece may make an id, as far as functions are followed.
    pub(super) fn may_make_ids(&self, at: usize) -> bool {
        self.makes_ids(at, 0)
    }

    fn makes_ids(&self, at: usize, depth: usize) -> bool {
        let end = self.pieces.get(at).map_or(at, |piece| piece.end);
        (at..end).any(|piece| match &self.pieces[piece].kind {
            Kind::Call(name) if &**name == MAKES_ID => true,
            Kind::Call(name) | Kind::Method(name) | Kind::Pointer(name) if depth < DEEPEST => {
                let function = self.function(name).map(|function| function.pieces.clone());
                let mut pieces = function.into_iter().flatten();
                pieces.any(|inner| {
                    self.pieces[inner].parent == inner && self.makes_ids(inner, depth + 1)
                })
            }
            _ => false,
        })
    }

    /// Where a piece may write to the message being made or to the rows.
    pub(super) fn sites(&self, at: usize) -> Vec<Site> {
        let mut sites = Vec::new();
        self.add_sites(at, 0, &mut sites);
        sites.dedup();
        sites
    }

    fn add_sites(&self, at: usize, depth: usize, sites: &mut Vec<Site>) {
        let end = self.pieces.get(at).map_or(at, |piece| piece.end);
        for piece in at..end {
            match &self.pieces[piece].kind {
                Kind::Assign { .. }
                    if matches!(self.pieces[piece + 1].kind, Kind::Dot | Kind::Index) =>
                {
                    let root = self.root_variable(piece + 1).map(Into::into);
                    let place = self
                        .inner(piece + 1)
                        .nth(1)
                        .and_then(|place| self.text(place));
                    sites.push(Site { root, place });
                }
                Kind::Dot => {
                    let method = self.inner(piece).nth(1);
                    let name = method.and_then(|method| match &self.pieces[method].kind {
                        Kind::Method(name) => Some((&**name, method)),
                        _ => None,
                    });
                    if let Some((name, method)) = name.filter(|(name, _)| WRITING.contains(name)) {
                        let path = self.inner(method).next().filter(|_| name == "set_raw");
                        sites.push(Site {
                            root: self.root_variable(piece).map(Into::into),
                            place: path.and_then(|path| self.text(path)),
                        });
                    }
                }
                Kind::Call(name) | Kind::Method(name) if depth < DEEPEST => {
                    if let Some(function) = self.function(name) {
                        let mut inner = Vec::new();
                        for statement in function.pieces.clone() {
                            if self.pieces[statement].parent == statement {
                                self.add_sites(statement, depth + 1, &mut inner);
                            }
                        }
                        if !inner.is_empty() {
                            sites.push(Site {
                                root: None,
                                place: None,
                            });
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// How a piece may end what is around it.
    pub(super) fn leaves(&self, at: usize) -> Leaves {
        let mut leaves = Leaves::default();
        self.add_leaves(at, 0, &mut leaves);
        leaves
    }

    fn add_leaves(&self, at: usize, depth: usize, leaves: &mut Leaves) {
        let end = self.pieces.get(at).map_or(at, |piece| piece.end);
        for piece in at..end {
            match &self.pieces[piece].kind {
                Kind::LeaveLoop => leaves.a_loop = true,
                Kind::LeaveFunction => leaves.function = true,
                Kind::Call(name) if matches!(&**name, "skip" | "reject" | "exit") => {
                    leaves.run = true;
                }
                Kind::Call(name) | Kind::Method(name) if depth < DEEPEST => {
                    if let Some(function) = self.function(name) {
                        let mut inner = Leaves::default();
                        for statement in function.pieces.clone() {
                            if self.pieces[statement].parent == statement {
                                self.add_leaves(statement, depth + 1, &mut inner);
                            }
                        }
                        leaves.run |= inner.run;
                    }
                }
                _ => {}
            }
        }
    }

    /// The text of a constant, or the name behind a dot.
    pub(super) fn text(&self, at: usize) -> Option<Box<str>> {
        match &self.pieces.get(at)?.kind {
            Kind::Constant(text) => text.clone(),
            Kind::Property(name) => Some(name.clone()),
            _ => None,
        }
    }
}

fn is_reading(name: &str) -> bool {
    READING.contains(&name)
}

/// Operators change nothing.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
}
