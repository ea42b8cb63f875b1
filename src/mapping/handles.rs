//! What scripts hold: numbers that mean something to the run of their thread only.

use crate::hl7::SegmentId;

/// `msg`: the message that is mapped.
#[derive(Clone, Copy)]
pub(super) struct MessageHandle;

/// `out`: the message being made.
#[derive(Clone, Copy)]
pub(super) struct OutHandle;

/// `rows`: the tables.
#[derive(Clone, Copy)]
pub(super) struct RowsHandle;

/// A group of the message that is mapped.
#[derive(Clone, Copy)]
pub(super) struct GroupHandle(pub(super) usize);

/// A segment of the message that is mapped; without index, one that was asked for and is not there.
#[derive(Clone, Copy)]
pub(super) struct SegmentHandle {
    pub(super) index: Option<usize>,
    pub(super) id: Option<SegmentId>,
}

/// A segment of the message being made.
#[derive(Clone, Copy)]
pub(super) struct OutSegmentHandle(pub(super) u32);

/// A row being filled.
#[derive(Clone, Copy)]
pub(super) struct RowHandle {
    pub(super) table: usize,
    pub(super) row: usize,
}
