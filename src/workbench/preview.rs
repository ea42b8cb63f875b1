//! What is shown of one message: everything that `derive` finds out about it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::corpus::SampleId;
use super::grammar_sheet::GrammarSheet;
use super::recorded::Recorded;
use super::rows_back::RowsBack;
use crate::diagnostic::Diagnostic;
use crate::grammar::{Finding, Grammar, Node};
use crate::hl7::{Charset, Difference, Fault, Message, Undecodable};
use crate::mapping::{Outcome, RowsLook};
use crate::profile::PartProblem;

/// One message, what it is by the profile, and what the mapping makes of it.
#[derive(Clone)]
pub struct Preview {
    /// The state of the session that it shows.
    pub revision: u64,
    /// The sample that it shows; `None` when there is none, then the message is empty.
    pub sample: Option<SampleId>,
    /// The message as text.
    pub message: Message,
    /// The message as it came, where the site's `prepare` script made another text of it.
    pub received: Option<Message>,
    /// What in its text HL7 does not allow.
    pub faults: Vec<Fault>,
    /// How its bytes were read; `None` when a person edited the text.
    pub reading: Option<Reading>,
    /// The message definition that it falls under: an index into the profile's.
    pub definition: Option<usize>,
    /// Standard and profile resolved for it.
    pub grammar: Arc<Grammar>,
    /// Its segments in the groups of its structure.
    pub tree: Arc<Node>,
    /// What an editor of the grammar shows, where somebody looks at one.
    pub sheet: Option<Arc<GrammarSheet>>,
    /// What the editor of a template of rows out shows, where somebody looks at one.
    pub rows_back: Option<Arc<RowsBack>>,
    /// What the mapping made; `None` when no definition matches or its script cannot be compiled.
    pub outcome: Option<Outcome>,
    /// How the cells of the definition's rows came about, entry by entry; empty where none were made.
    pub looks: Arc<[RowsLook]>,
    /// The run step by step, where somebody asks for it.
    pub recorded: Option<Arc<Recorded>>,
    /// Where the output differs from what was expected, or from the input.
    pub differences: Vec<Difference>,
    /// What is wrong with the profile and its scripts, whatever the message.
    pub site_problems: Vec<Diagnostic>,
    /// What rules say of the message, also where the site waived them.
    pub findings: Vec<Finding>,
    /// What is wrong with the parts of the profile; [`Preview::diagnostics`] has it, too.
    pub part_problems: Arc<[PartProblem]>,
    /// Everything that was found, in the order of the stages: of the profile, of the message, by the
    /// mapping. What is waived is left out.
    pub diagnostics: Vec<Diagnostic>,
    /// How long it took to make; nothing where nobody measured.
    pub took: Duration,
}

/// How the bytes of a message were read as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The charset.
    pub charset: Charset,
    /// The bytes that the charset does not have.
    pub undecodable: Vec<Undecodable>,
}

/// Shows the shape only.
impl fmt::Debug for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preview")
            .field("revision", &self.revision)
            .field("message", &self.message)
            .field("definition", &self.definition)
            .field("diagnostics", &self.diagnostics.len())
            .finish_non_exhaustive()
    }
}
