//! From a bound message to tables and messages: declarative rows and Rhai scripts.
//!
//! This is the only room that names `rhai`. It reads no file, asks no clock but for the time limit of
//! a script, and holds no lock while a script runs: a run's state stands with the thread that runs it.

mod aim;
mod check;
mod code;
mod code_ends;
mod code_parts;
mod code_reading;
mod codes;
mod comparison;
mod compose;
mod compose_message;
mod compose_place;
mod compose_shape;
mod convert;
mod dates;
mod engine;
mod errors;
mod evaluate;
mod expression;
mod fault;
mod flow;
mod flow_facts;
mod functions;
mod given_rows;
mod groups;
mod handles;
mod language_functions;
mod layout;
mod lineage;
mod lineage_effects;
mod lineage_finish;
mod lineage_handles;
mod lineage_maybes;
mod lineage_sides;
mod lineage_state;
mod lineage_walk;
mod lineage_writes;
mod links;
mod look;
mod masks;
mod maybes;
mod outcome;
mod output;
mod owners;
mod paths;
mod plain_names;
mod program;
mod ran;
mod read;
mod reads;
mod recorded_value;
mod recorder;
mod recorder_calls;
mod recording;
mod recording_calls;
mod recording_out;
mod recording_text;
mod recording_truth;
mod register;
mod row_record;
mod row_sheets;
mod row_store;
mod row_words;
mod rules;
mod rules_check;
mod run;
mod run_functions;
mod running;
mod scopes;
mod script_computed;
mod script_format;
mod script_layout;
mod script_names;
mod script_sense;
mod script_shapes;
mod script_structure;
mod script_tokens;
mod segment_places;
mod stand;
mod suggest;
mod tables;
mod text;
mod text_script;
mod trace;
mod unused;
mod value_fault;
mod value_kept;
mod write;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_comparison;
#[cfg(test)]
mod tests_compose;
#[cfg(test)]
mod tests_counted;
#[cfg(test)]
mod tests_format;
#[cfg(test)]
mod tests_limits;
#[cfg(test)]
mod tests_lineage;
#[cfg(test)]
mod tests_lineage_runs;
#[cfg(test)]
mod tests_recording;
#[cfg(test)]
mod tests_rows;
#[cfg(test)]
mod tests_rules;
#[cfg(test)]
mod tests_text;

pub use aim::reading_at;
pub use code::Code;
pub use code_parts::{PartKind, ScriptPart};
pub use compose::{ComposeJob, Composition, compose};
pub use engine::{Engine, Limits};
pub use evaluate::{ExpressionFinding, check_expressions};
pub use functions::{FUNCTIONS, FunctionDoc, Receiver};
pub use given_rows::GivenRows;
pub use language_functions::{LanguageFunction, language_functions};
pub use lineage::{Because, Lineage, Provenance, Source};
pub use links::{End, Influence, Link};
pub use look::{CellLook, RowLook, RowsLook};
pub use outcome::{Cell, Outcome, Row, TableRows, UnmappedCode, Verdict, found_or_begun};
pub use program::{Program, compile};
pub use ran::{CountedScript, RanScript};
pub use reads::Reads;
pub use recorded_value::Value;
pub use recording::{
    Event, Happening, MOST_STEPS, OutChange, PieceId, Recording, Stage, StageKind, Step, StepPlace,
    Written,
};
pub use recording_calls::Call;
pub use recording_truth::Decision;
pub use row_sheets::{RowFault, RowOrigin, RowSheets, SheetMessage};
pub use row_words::{column_for, column_sentence, rows_sentence};
pub use rules::{Rules, check_rules};
pub use run::{Given, Job, run, run_and_look, run_counted, run_recorded};
pub use script_computed::ComputedName;
pub use script_format::{FormatError, Formatted, format_script};
pub use script_names::{NameUse, ScriptFunction, ScriptNames, Variable, VariableKind};
pub use script_sense::{CallAt, CodesOf, Inside, Meaning, Sense, TextMeaning};
pub use script_shapes::Shape;
pub use script_tokens::{TemplateEnd, Token, TokenKind, is_keyword, is_name, tokens};
pub use suggest::nearest;
pub use text_script::{
    TextOutcome, TextProgram, compile_text, run_text, run_text_counted, run_text_recorded,
};
pub use unused::{ScriptUse, UnusedPlace, unused_places};
