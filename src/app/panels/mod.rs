//! One file a panel: each shows a part of the context, keeps its own view state and sends actions.

mod explain;
mod explorer;
mod explorer_entries;
mod fields;
mod grammar_fit;
mod grammar_steps;
mod grammar_text;
mod grammar_tree;
mod help;
mod origin;
mod outline;
mod output;
mod parts;
mod problems;
mod profile;
mod profile_charset;
mod profile_grammar;
mod profile_messages;
mod profile_page;
mod profile_segments;
mod proposals;
mod raw;
mod samples;
mod script;
mod show;
pub(super) mod start;
mod tree;
mod tree_row;
mod views;

pub(super) use show::ui;
pub(super) use views::Views;
