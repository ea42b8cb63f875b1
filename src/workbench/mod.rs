//! The workbench: what the window and the command line share.
//!
//! A [`Corpus`] holds the loaded samples, a [`Snapshot`] is everything that a preview is made from,
//! [`derive()`] makes it and reads nothing else, a [`Worker`] does so on its own thread, and a
//! [`Session`] is the state that a person changes. It draws and prints nothing.

mod cell_drafts;
mod checking;
mod clock;
mod corpus;
mod coverage;
mod coverage_count;
mod coverage_desk;
mod coverage_look;
mod derive;
mod describe;
mod descriptions;
mod desk;
mod drafts;
mod files;
mod grammar_look;
mod grammar_sheet;
mod inputs;
mod line_values;
mod listed;
mod match_counts;
mod memo;
mod message_steps;
mod output_history;
mod poll;
mod preview;
mod received;
mod recorded;
mod rows_back;
mod rows_input;
mod session;
mod sheet_errands;
mod sheet_offer;
mod sheet_text;
mod site;
mod site_error;
mod site_file;
mod site_problems;
mod site_scripts;
mod site_templates;
mod source;
mod state_at;
mod stepping;
mod steps;
mod stream;
mod table_history;
mod template_offer;
mod timeline;
mod track;
mod unmapped;
mod variable_history;
mod walk;
mod walk_condition;
mod walk_stops;
mod watch_text;
mod worker;
mod write_cell;
mod write_grammar;
mod write_message;
mod written;

pub use clock::{local_time, seed_of_clock};
pub use corpus::{Corpus, Header, Sample, SampleId};
pub use coverage::{ColumnCount, Coverage, CoverageCounts, DefinitionCount, LostPlace};
pub use coverage_desk::{CoverageProgress, CoverageState};
pub use derive::{Transformed, derive, transform};
pub use desk::{OutputError, SaveGuard};
pub use files::{
    FileError, Guard, ListedFile, Listing, Outgoing, Refusal, Stamp, backup_path, is_changed,
    is_folder, list, make_folder, read_bytes, read_text, save,
};
pub use grammar_sheet::{GrammarFault, GrammarSheet};
pub use inputs::{GrammarFocus, Records, SESSION_SEED, Snapshot};
pub use line_values::{LineRun, LineValues, LoopRun, PassRun, ShownValue};
pub use listed::ListedCounts;
pub use match_counts::MatchCounts;
pub use memo::Memo;
pub use preview::{Preview, Reading};
pub use recorded::{Links, Recorded};
pub use rows_back::{RowsBack, RowsMade, first_template};
pub use rows_input::{RowLine, RowLineError};
pub use session::{Conflict, Notice, Session};
pub use sheet_offer::SheetOffer;
pub use sheet_text::SheetText;
pub use site_error::SiteError;
pub use site_file::{Replace, SiteDraft, SiteFile, SiteStamps};
pub use source::{Loaded, Origin, Source, SourceError};
pub use state_at::{Changes, StateAt};
pub use stream::Stream;
pub use table_history::TableAt;
pub use template_offer::TemplateOffer;
pub use timeline::{Stop, Timeline};
pub use track::{Mark, Track};
pub use unmapped::{UnmappedCount, UnmappedCounts};
pub use variable_history::{CallAt, VariableAt};
pub use walk::{Direction, Move, Walk};
pub use walk_condition::{Condition, ConditionError, ConditionProblem};
pub use walk_stops::{Breakpoint, Reason, Stops, Watch};
pub use watch_text::{WatchError, WatchProblem};
pub use worker::{Intake, Wake, Worker};
pub use written::{Input, NotWritten, written};
