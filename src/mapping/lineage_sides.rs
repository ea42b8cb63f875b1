//! `&&`, `||` and `??`: what stands on one side decides whether the other is come to.

use super::code::{Code, Kind};
use super::lineage::What;
use super::lineage_state::Walk;
use super::recording::Step;

impl<'r> Walk<'r> {
    /// Notes with the innermost open step what decided that a step in it was come to.
    pub(super) fn ask_before(&mut self, step: &Step) {
        let Some(at) = self.open.len().checked_sub(1) else {
            return;
        };
        let around = self.open[at]
            .piece
            .filter(|_| self.open[at].frame == step.frame);
        let (Some((number, statement)), Some((_, piece))) = (around, step.piece()) else {
            return;
        };
        let Some(code) = self.code(number) else {
            return;
        };
        self.open[at].asked = self.asked_before(code, statement, at, Some(piece));
    }

    /// What the statement of an open step asked before it came to a piece in it; what it asked at all,
    /// where nobody knows to which. What stands before the piece and does something counts too.
    pub(super) fn asked_before(
        &mut self,
        code: &'r Code,
        statement: usize,
        at: usize,
        piece: Option<usize>,
    ) -> Option<usize> {
        let mut asked = Vec::new();
        for sides in code.own_pieces(statement) {
            if !code.is_sides(sides) {
                continue;
            }
            match piece.filter(|piece| *piece != statement) {
                Some(piece) if code.lies_in(piece, sides) => {
                    let before = code.inner(sides).take_while(|side| *side <= piece);
                    let mut before: Vec<usize> = before.collect();
                    if piece != sides {
                        // The side that it lies in.
                        before.pop();
                    }
                    asked.extend(before);
                }
                Some(piece) if sides > piece => {}
                Some(_) if self.facts(code, sides).is_pure() => {}
                _ => asked.extend(code.asking(sides)),
            }
        }
        self.asked(code, &asked, at)
    }

    /// What decided about what the sides of a statement that has ended did.
    pub(super) fn asked_in(
        &mut self,
        code: &'r Code,
        statement: usize,
        at: usize,
    ) -> Option<usize> {
        let asked: Vec<usize> = self
            .doing_sides(code, statement)
            .into_iter()
            .flat_map(|sides| code.asking(sides))
            .collect();
        self.asked(code, &asked, at)
    }

    /// The sides in a statement that do more than have a value.
    fn doing_sides(&mut self, code: &'r Code, statement: usize) -> Vec<usize> {
        let sides = code.own_pieces(statement).filter(|own| code.is_sides(*own));
        sides
            .filter(|sides| !self.facts(code, *sides).is_pure())
            .collect()
    }

    fn asked(&mut self, code: &'r Code, pieces: &[usize], at: usize) -> Option<usize> {
        if pieces.is_empty() {
            return None;
        }
        let data = pieces
            .iter()
            .flat_map(|piece| self.value_of(code, *piece, Some(at)))
            .collect();
        self.asked_for(data, at)
    }

    /// What a statement that has ended might have done, had one side been another.
    pub(super) fn decide_sides(&mut self, code: &'r Code, statement: usize, at: usize) {
        let sides = self.doing_sides(code, statement);
        for piece in sides {
            let frame = self.open[at].frame;
            let asking: Vec<usize> = code.asking(piece).collect();
            let asked = self.asked(code, &asking, at);
            let Some(asked) = asked else { continue };
            let mut control = self.control_at(at, frame);
            control.push(asked);
            let node = self.made.add(What::Any, Vec::new(), control);
            self.might_change(code, piece, at, node);
            self.might_write(code, piece, frame, node);
            let leaves = self.facts(code, piece).leaves;
            self.might_leave(code, piece, at, leaves, node);
        }
    }
}

impl Code {
    /// Whether it is `&&`, `||` or `??`.
    fn is_sides(&self, piece: usize) -> bool {
        self.pieces[piece].kind == Kind::Either
    }

    /// The sides that decide whether others are come to: all but the last.
    fn asking(&self, sides: usize) -> impl Iterator<Item = usize> {
        let count = self.inner(sides).count();
        self.inner(sides).take(count.saturating_sub(1))
    }
}
