//! What this site says: a site profile as an immutable value, its RON text, edits and their history.
//!
//! A profile is built on the standard and holds only what deviates from it: which message definition a
//! message falls under, Z-segments, code tables, the application's tables and the mapping into them.
//! This room touches no file, no clock and no script engine: whoever loads a profile reads the text,
//! supplies the scripts that stand in files, and tells [`History`] what time it is.

mod document;
mod edit;
mod edit_apply;
#[cfg(test)]
mod edit_tests;
mod field;
mod history;
mod positions;
mod print;
mod read;
mod rows;
#[cfg(test)]
mod samples;
mod table;
mod text_forms;
mod tokens;
mod validate;

pub use document::{
    CodeDefault, Codes, FORMAT, Identity, MessageDefinition, Profile, Script, ScriptTexts,
    SegmentOverlay,
};
pub use edit::{Edit, EditError, EditKind};
pub use field::{FieldOverlay, Repeat, Usage};
pub use history::{History, Moment};
pub use print::print;
pub use read::{MAX_LENGTH_BYTES, ProfileError, has_comments, read};
pub use rows::{ColumnSource, Origin, Root, RootError, Rows};
pub use table::{Column, ColumnType, Table};
pub use validate::{validate, validate_text};
