//! What can be said of a piece of a script without running it: what it may change, and how it may end
//! what is around it. Needed for what did not run: a branch not taken decides too.

use std::ops::Range;

use super::code::{Code, Function, Kind};

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

/// The method and function that calls a closure.
const CALLS: &str = "call";

/// Methods that call a closure at once and keep it not, beside those that only read.
const CALLING: [&str; 7] = [
    "for_each", "retain", "drain", "sort", "order", "dedup", "splice",
];

/// A place of a script that writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Site {
    /// The variable that is written to; nothing where that cannot be said.
    pub(super) root: Option<Box<str>>,
    /// The place in it, where the script says it as a text.
    pub(super) place: Option<Box<str>>,
}

/// What a piece may do.
#[derive(Debug)]
pub(super) struct Facts<'c> {
    /// The variables that it may change.
    pub(super) changed: Vec<&'c str>,
    /// Those of them that may stand for something else behind it.
    pub(super) reassigned: Vec<&'c str>,
    /// Where it may write to the message being made or to the rows.
    pub(super) sites: Vec<Site>,
    /// How it may end what is around it.
    pub(super) leaves: Leaves,
    pub(super) makes_ids: bool,
}

impl Facts<'_> {
    /// Whether it only has a value.
    pub(super) fn is_pure(&self) -> bool {
        self.changed.is_empty()
            && self.sites.is_empty()
            && self.leaves == Leaves::default()
            && !self.makes_ids
    }
}

/// What a piece may call.
#[derive(Default)]
struct Reached<'c> {
    functions: Vec<&'c Function>,
    /// The pieces that make the closures among them.
    closures: Vec<usize>,
    has_stored: bool,
}

/// How a piece may end what is around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Leaves {
    pub(super) a_loop: bool,
    pub(super) function: bool,
    pub(super) run: bool,
}

impl Code {
    /// What a piece may do.
    pub(super) fn facts(&self, at: usize) -> Facts<'_> {
        let reached = self.reached(at);
        Facts {
            changed: self.changed(at, &reached),
            reassigned: self.reassigned(at, &reached),
            sites: self.sites(at, &reached),
            leaves: self.leaves(at, &reached),
            makes_ids: self.makes_ids(at, &reached),
        }
    }

    /// The variables that a piece may change.
    fn changed(&self, at: usize, reached: &Reached<'_>) -> Vec<&str> {
        let end = self.pieces.get(at).map_or(at, |piece| piece.end);
        let mut names: Vec<&str> = (at..end)
            .filter_map(|piece| self.changed_by(piece))
            .collect();
        names.extend(self.of_closures(reached, |piece| self.changed_by(piece)));
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Those of them that may stand for something else behind it.
    fn reassigned(&self, at: usize, reached: &Reached<'_>) -> Vec<&str> {
        let end = self.pieces.get(at).map_or(at, |piece| piece.end);
        let assigned = |piece: usize| match (&self.pieces[piece].kind, self.pieces.get(piece + 1)) {
            (Kind::Assign { .. }, Some(place)) => match &place.kind {
                Kind::Variable(name) => Some(&**name),
                _ => None,
            },
            _ => None,
        };
        let mut names: Vec<&str> = (at..end).filter_map(assigned).collect();
        names.extend(self.of_closures(reached, assigned));
        names.sort_unstable();
        names.dedup();
        names
    }

    /// What closures do to variables around them, of those that a piece makes or may call.
    fn of_closures<'c>(
        &'c self,
        reached: &Reached<'_>,
        found: impl Fn(usize) -> Option<&'c str>,
    ) -> Vec<&'c str> {
        let mut names = Vec::new();
        for pointer in &reached.closures {
            let pointer = *pointer;
            let Kind::Pointer(name) = &self.pieces[pointer].kind else {
                continue;
            };
            let shared = self.inner(pointer);
            let shared: Vec<&str> = shared
                .filter_map(|inner| self.root_variable(inner))
                .collect();
            let own = self.function(name).map(|function| function.pieces.clone());
            let changed = own.into_iter().flatten().filter_map(&found);
            names.extend(changed.filter(|name| shared.contains(name)));
        }
        names
    }

    /// The variable that one piece changes by itself, as far as can be said.
    fn changed_by(&self, at: usize) -> Option<&str> {
        match &self.pieces.get(at)?.kind {
            Kind::Assign { .. } => self.root_variable(at + 1),
            _ => self.mutated_by(at),
        }
    }

    /// The functions and closures that a piece calls or hands on to be called, and those that these call.
    fn reached(&self, at: usize) -> Reached<'_> {
        let end = self.pieces.get(at).map_or(at, |piece| piece.end);
        let mut found = Reached::default();
        let mut left: Vec<usize> = (at..end).collect();
        while let Some(piece) = left.pop() {
            let mut called = Vec::new();
            match &self.pieces[piece].kind {
                // Any function may be meant.
                Kind::Call(name) if matches!(&**name, "Fn" | CALLS) => {
                    called.extend(&self.functions);
                }
                Kind::Call(name) | Kind::Method(name) => called.extend(self.function(name)),
                _ => {}
            }
            let closures = match &self.pieces[piece].kind {
                Kind::Pointer(_) => vec![piece],
                _ if found.has_stored || !self.may_call_stored(piece) => Vec::new(),
                _ => {
                    found.has_stored = true;
                    self.stored_closures()
                }
            };
            for pointer in closures {
                if !found.closures.contains(&pointer) {
                    found.closures.push(pointer);
                    called.extend(match &self.pieces[pointer].kind {
                        Kind::Pointer(name) => self.function(name),
                        _ => None,
                    });
                }
            }
            for function in called {
                if !found
                    .functions
                    .iter()
                    .any(|known| known.pieces == function.pieces)
                {
                    found.functions.push(function);
                    left.extend(function.pieces.clone());
                }
            }
        }
        found
    }

    /// Whether a statement calls one closure, once, and hands none to anything that may call it.
    pub(super) fn calls_once(&self, statement: usize) -> bool {
        let is_given = |argument: usize| {
            matches!(
                self.pieces[argument].kind,
                Kind::Variable(_) | Kind::Pointer(_)
            )
        };
        let mut calls = self.own_pieces(statement).filter_map(|at| {
            let (Kind::Call(name) | Kind::Method(name)) = &self.pieces[at].kind else {
                return None;
            };
            let may_call = &**name == CALLS || is_name(name) && self.inner(at).any(is_given);
            may_call.then_some(&**name)
        });
        calls.next() == Some(CALLS) && calls.next().is_none()
    }

    /// Whether a piece may call a closure that somebody has kept.
    fn may_call_stored(&self, at: usize) -> bool {
        let (Kind::Call(name) | Kind::Method(name)) = &self.pieces[at].kind else {
            return false;
        };
        if &**name == CALLS {
            return true;
        }
        let is_given = |argument: usize| matches!(self.pieces[argument].kind, Kind::Variable(_));
        let is_own = |piece: &super::code::Piece| match &piece.kind {
            Kind::Map(keys) => keys.contains(name),
            Kind::Property(known) => known == name,
            _ => false,
        };
        is_name(name) && (self.inner(at).any(is_given) || self.pieces.iter().any(is_own))
    }

    /// The closures that are not only handed to what calls them at once.
    fn stored_closures(&self) -> Vec<usize> {
        let is_stored = |at: usize| {
            let around = self.pieces[at].parent;
            let is_called = matches!(&self.pieces[around].kind, Kind::Method(name)
                if is_reading(name) || CALLING.contains(&&**name));
            matches!(self.pieces[at].kind, Kind::Pointer(_)) && !is_called
        };
        (0..self.pieces.len()).filter(|at| is_stored(*at)).collect()
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

    /// Whether a piece may make an id.
    fn makes_ids(&self, at: usize, reached: &Reached<'_>) -> bool {
        let end = self.pieces.get(at).map_or(at, |piece| piece.end);
        let reached = reached.functions.iter();
        let mut pieces = (at..end).chain(reached.flat_map(|function| function.pieces.clone()));
        pieces.any(
            |piece| matches!(&self.pieces[piece].kind, Kind::Call(name) if &**name == MAKES_ID),
        )
    }

    /// Where a piece may write to the message being made or to the rows.
    fn sites(&self, at: usize, reached: &Reached<'_>) -> Vec<Site> {
        let mut sites = Vec::new();
        let end = self.pieces.get(at).map_or(at, |piece| piece.end);
        self.add_sites(at..end, &mut sites);
        let mut of_functions = Vec::new();
        for function in &reached.functions {
            self.add_sites(function.pieces.clone(), &mut of_functions);
        }
        if !of_functions.is_empty() {
            sites.push(Site {
                root: None,
                place: None,
            });
        }
        sites.dedup();
        sites
    }

    fn add_sites(&self, pieces: Range<usize>, sites: &mut Vec<Site>) {
        for piece in pieces {
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
                Kind::Method(name) if WRITING.contains(&&**name) => {
                    let path = self.inner(piece).next().filter(|_| &**name == "set_raw");
                    let chain = self.chain_around(piece);
                    let is_direct = self.inner(chain).nth(1) == Some(piece);
                    sites.push(Site {
                        root: self.root_variable(chain).map(Into::into),
                        place: path.filter(|_| is_direct).and_then(|path| self.text(path)),
                    });
                }
                _ => {}
            }
        }
    }

    /// How a piece may end what is around it.
    fn leaves(&self, at: usize, reached: &Reached<'_>) -> Leaves {
        let mut leaves = Leaves::default();
        let end = self.pieces.get(at).map_or(at, |piece| piece.end);
        for piece in at..end {
            match &self.pieces[piece].kind {
                Kind::LeaveLoop => leaves.a_loop = true,
                Kind::LeaveFunction => leaves.function = true,
                kind => leaves.run |= ends_run(kind),
            }
        }
        let mut called = reached
            .functions
            .iter()
            .flat_map(|function| function.pieces.clone());
        leaves.run |= called.any(|piece| ends_run(&self.pieces[piece].kind));
        leaves
    }

    /// The outermost chain of dots and brackets that a piece is a part of.
    pub(super) fn chain_around(&self, at: usize) -> usize {
        let mut chain = at;
        loop {
            let around = self.pieces[chain].parent;
            let is_argument = self.pieces[around].kind == Kind::Index
                && !self.is_chain(chain)
                && self.inner(around).next() != Some(chain)
                && !matches!(self.pieces[chain].kind, Kind::Method(_));
            if around == chain || is_argument || !self.is_chain(around) {
                return chain;
            }
            chain = around;
        }
    }

    /// The call around a piece of a statement that has one of these names.
    pub(super) fn call_around(&self, at: usize, statement: usize, names: &[&str]) -> Option<usize> {
        let mut found = at;
        while self.lies_in(found, statement) && found != statement {
            if let Kind::Call(name) | Kind::Method(name) = &self.pieces[found].kind
                && names.contains(&&**name)
            {
                return Some(found);
            }
            found = self.pieces[found].parent;
        }
        None
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

/// Whether it ends the run by itself.
fn ends_run(kind: &Kind) -> bool {
    matches!(kind, Kind::Call(name) if matches!(&**name, "skip" | "reject" | "exit"))
}

fn is_reading(name: &str) -> bool {
    READING.contains(&name)
}

/// Operators change nothing.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
}
