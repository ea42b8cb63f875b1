//! The parts that panels are made of; each knows the theme, none knows the session.

mod code_advice;
mod code_beside;
mod code_editor;
mod code_gutter;
mod code_indent;
mod code_marks;
mod code_painted;
mod code_places;
mod completion;
mod entry;
mod faulty_text;
mod grid;
mod highlight;
mod hl7_display;
mod hl7_view;
mod message_highlight;
mod notation_highlight;
mod rows;
mod step_icon;

pub(super) use code_advice::{Advice, CallAdvice, Explained};
pub(super) use code_beside::{Beside, BesideClick, LineNote};
pub(super) use code_editor::{CodeEditor, CodeView, Language};
pub(super) use code_gutter::{CodeFix, Mark};
pub(super) use completion::{Proposal, Proposals};
pub(super) use entry::{Entry, EntryResponse, entry_id, no_proposals};
pub(super) use faulty_text::FaultyText;
pub(super) use grid::{CellSource, GridResponse, GridState, GridView};
pub(super) use hl7_display::{Folding, size_text};
pub(super) use hl7_view::{EDITABLE_BYTES, Emphasis, Hl7Text, Hl7View, Pointed};
pub(super) use rows::{ColumnSpec, Outline, RowSource, RowsView, Sorting, Width, cell_text, dot};
pub(super) use step_icon::{StepButton, StepSign};
