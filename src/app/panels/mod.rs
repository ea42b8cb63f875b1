//! One file a panel: each shows a part of the context, keeps its own view state and sends actions.

mod fields;
pub(super) mod help;
mod outline;
pub(super) mod output;
pub(super) mod problems;
pub(super) mod profile;
mod profile_messages;
mod profile_segments;
pub(super) mod raw;
pub(super) mod samples;
pub(super) mod script;
mod show;
pub(super) mod start;
pub(super) mod tree;
mod tree_row;

pub(super) use show::ui;
