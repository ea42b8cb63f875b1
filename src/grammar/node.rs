//! The tree of a bound message: groups, segments, and what could stand between them.

use std::sync::Arc;

use crate::hl7::SegmentId;

/// A node of the tree; a segment and a missing segment have no children.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// What it holds, in message order.
    pub children: Vec<Node>,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// The whole message.
    Message {
        /// The id of the structure it was bound to; `None` when none is known.
        structure: Option<Arc<str>>,
    },
    /// A group of the structure.
    Group {
        /// Its name in the structure.
        name: Arc<str>,
        /// Which one of that name in the node above, counted from 1.
        occurrence: u32,
    },
    /// A segment of the message.
    Segment {
        /// Its index in the message, counted from 0.
        index: usize,
        /// How it fits.
        standing: Standing,
    },
    /// A segment that could stand here and does not.
    Missing {
        /// Its id.
        id: SegmentId,
        /// Whether the structure asks for it.
        required: bool,
    },
}

/// How a segment fits the structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It is where the structure has it, or the site describes it.
    Expected,
    /// The structure has it, but elsewhere or not so often.
    OutOfOrder,
    /// Neither the standard nor the site describes it.
    Unknown,
    /// It is described, but the structure does not have it.
    NotInStructure,
    /// The line has no segment id.
    NotASegment,
}

impl Node {
    /// The groups of this name below this node, in message order, however deep.
    pub fn groups(&self, name: &str) -> Vec<&Node> {
        let mut found = Vec::new();
        self.visit(&mut |node| {
            if matches!(&node.kind, NodeKind::Group { name: own, .. } if &**own == name) {
                found.push(node);
            }
        });
        found
    }

    /// The indices of the segments below this node, in message order.
    pub fn segments(&self) -> Vec<usize> {
        let mut found = Vec::new();
        self.visit(&mut |node| {
            if let NodeKind::Segment { index, .. } = node.kind {
                found.push(index);
            }
        });
        found
    }

    /// Calls `see` for this node and every one below it, from the top down, in message order.
    pub fn visit<'n>(&'n self, see: &mut impl FnMut(&'n Node)) {
        see(self);
        for child in &self.children {
            child.visit(see);
        }
    }

    pub(super) fn segment(index: usize, standing: Standing) -> Self {
        Self {
            kind: NodeKind::Segment { index, standing },
            children: Vec::new(),
        }
    }

    pub(super) fn missing(id: SegmentId, required: bool) -> Self {
        Self {
            kind: NodeKind::Missing { id, required },
            children: Vec::new(),
        }
    }
}
