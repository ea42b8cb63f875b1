//! What was not written and might have been, had a condition been another.

use std::sync::Arc;

use super::code::Code;
use super::flow_facts::Site;
use super::lineage::What;
use super::lineage_state::{Held, Walk};
use super::maybes::Target;
use super::paths::Path;

impl<'r> Walk<'r> {
    /// The rest of the loop, or of the function, might have been left out or not.
    pub(super) fn might_skip(
        &mut self,
        code: &'r Code,
        piece: usize,
        at: usize,
        node: usize,
        is_loop_only: bool,
    ) {
        let frame = self.open[at].frame;
        let mut around = piece;
        loop {
            let parent = code.pieces[around].parent;
            if parent == around {
                break;
            }
            around = parent;
            if is_loop_only && code.pieces[around].kind.is_loop() {
                break;
            }
        }
        if is_loop_only {
            // What it changes is decided where the loop ends.
            self.might_write(code, around, frame, node);
            return;
        }
        // Everything of the function that stands behind it.
        let function = code
            .functions
            .iter()
            .find(|function| function.pieces.contains(&around));
        let end = function.map_or_else(
            || {
                code.functions
                    .first()
                    .map_or(code.pieces.len(), |first| first.pieces.start)
            },
            |function| function.pieces.end,
        );
        let mut next = around;
        while next < end {
            self.might_change(code, next, at, node);
            self.might_write(code, next, frame, node);
            if self.facts(code, next).leaves.run {
                self.made.ends = Some(self.made.any(self.made.ends, node));
            }
            next = code.pieces[next].end;
        }
    }

    /// Notes what a piece might have written, had the condition of a node been another.
    pub(super) fn might_write(&mut self, code: &'r Code, piece: usize, frame: usize, node: usize) {
        let facts = self.facts(code, piece);
        if facts.makes_ids {
            self.ids = Some(
                self.made
                    .add(What::Any, self.ids.into_iter().collect(), vec![node]),
            );
        }
        for site in &facts.sites {
            let target = self.target(code, site, frame, piece);
            self.made.maybes.add(target, node);
        }
    }

    fn target(&self, code: &Code, site: &Site, frame: usize, piece: usize) -> Target {
        let Some(root) = &site.root else {
            return Target::Anything;
        };
        let path = site
            .place
            .as_ref()
            .and_then(|place| Path::parse(place).ok());
        let held = self
            .entry(frame, code, root, piece)
            .map(|entry| &entry.held);
        if &**root == "out" || held == Some(&Held::Out) {
            return match path {
                Some(Path::Whole(location)) => Target::Place(location),
                _ => Target::Anything,
            };
        }
        if &**root == "rows" {
            // A row that was not added is not there.
            return Target::Column("".into());
        }
        match held {
            Some(Held::Row(table, row)) => match &site.place {
                Some(column) => Target::Cell(Arc::clone(table), *row, (&**column).into()),
                None => Target::Anything,
            },
            Some(Held::Segment(key)) => match path {
                Some(Path::Inner(path)) => Target::Segment(*key, Some(path)),
                Some(Path::Whole(location)) => Target::Segment(*key, location.path),
                None => Target::Segment(*key, None),
            },
            Some(Held::Value) => Target::Column("".into()),
            Some(Held::Out | Held::Handle | Held::Several) => Target::Anything,
            // A variable of a block that did not run: what it makes is not there.
            None => match &site.place {
                Some(column) => Target::Column(column.clone()),
                None => Target::Anything,
            },
        }
    }
}
