//! What this site says: a site profile as an immutable value, its RON text, edits and their history.
//!
//! A profile is built on the standard and holds only what deviates from it: which message definition a
//! message falls under, Z-segments, code tables, the application's tables and the mapping into them.
//! This room touches no file, no clock and no script engine: whoever loads a profile reads the text,
//! supplies the scripts that stand in files, and tells [`History`] what time it is.

mod code_import;
mod code_sheet;
mod code_tables;
mod column_source;
mod conformance;
mod data_type;
mod difference;
mod document;
mod edit;
mod edit_apply;
mod edit_find;
mod edit_tables;
#[cfg(test)]
mod edit_tests;
mod field;
mod finding;
mod grammar_edit;
mod history;
mod inherit;
#[cfg(test)]
mod inherit_tests;
mod merge;
mod notation;
mod notation_fault;
mod notation_print;
#[cfg(test)]
mod notation_tests;
mod notation_tokens;
mod origin_notes;
mod own;
mod part_path;
mod placed;
mod positions;
mod print;
mod reach;
mod read;
mod rows;
mod rows_out;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod samples_tests;
mod script;
mod segment_grammar;
mod sheet;
mod sources;
mod syntax;
mod table;
mod text_forms;
mod tokens;
mod tree;
mod validate;
mod validate_codes;
mod validate_rows;

pub use code_import::{CodesImport, ImportMode, import_codes};
pub use code_sheet::{CodeSheet, read_code_sheet, write_code_sheet};
pub use code_tables::{CodeUnlisted, Listing};
pub use column_source::{ColumnSource, Origin, Reading, SourceLocationError};
mod validate_conformance;
mod validate_overlays;

pub use conformance::{Rule, RuleSeverity, Waiver};
pub use data_type::{ComponentOverlay, TypeOverlay, type_cycles};
pub use difference::{PartChange, PartChangeKind, difference};
pub use document::{
    CodeDefault, Codes, FORMAT, Identity, MessageDefinition, Profile, RowsOut, SegmentOrder,
    SegmentOverlay, UnknownSegments,
};
pub use edit::{Edit, EditError, EditKind};
pub use field::{FieldOverlay, Repeat, Usage};
pub use finding::standard_number;
pub use grammar_edit::{GrammarEdit, GrammarEditError, edit_notation};
pub use history::{History, Moment};
pub use inherit::{Origins, PartOrigin, Resolved, Template, beside, resolve};
pub use merge::{MergeConflict, MergeSide, merge, merge_choosing};
pub use notation::parse_notation;
pub use notation_fault::NotationFault;
pub use origin_notes::{ExplainedPart, explained, with_origins};
pub use part_path::{PartPath, PartPathError};
pub use placed::{PartProblem, part_of};
pub use positions::offset_of;
pub use print::{Quoted, print};
pub use reach::unreachable;
pub use read::{MAX_LENGTH_BYTES, ProfileError, has_comments, read};
pub use rows::{Root, RootError, Rows};
pub use rows_out::TemplateFault;
pub use script::{Hook, Script, ScriptPlace, ScriptTexts, SiteScripts};
pub use segment_grammar::{GrammarItem, GrammarKind, GrammarSource, SegmentGrammar};
pub use sheet::{Sheet, SheetFault, SheetRow, write_sheet_line};
pub use sources::{PathFinding, Sources, validate_text};
pub use syntax::{SiteCharset, Syntax};
pub use table::{Column, ColumnType, Table};
