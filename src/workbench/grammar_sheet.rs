//! What an editor of a segment grammar shows: the text with its faults, the grammar item by item with
//! what the message at hand has of it, and why the message falls under its definition.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::inputs::GrammarFocus;
use crate::diagnostic::{Diagnostic, Severity};
use crate::grammar::{Candidate, Grammar, Why};
use crate::hl7::SegmentId;
use crate::profile::NotationFault;

/// A fault in the text of a grammar, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrammarFault {
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// What is wrong, and what would be right.
    pub fault: NotationFault,
}

/// A grammar as its editor shows it.
#[derive(Clone, Debug)]
pub struct GrammarSheet {
    /// What was looked at.
    pub focus: GrammarFocus,
    /// What is wrong with the text: the one being written, else the profile's.
    pub faults: Vec<GrammarFault>,
    /// The grammar as the profile has it, resolved for the message at hand.
    pub grammar: Arc<Grammar>,
    /// The grammar laid out over several lines; `None` where there is none.
    pub pretty: Option<Arc<str>>,
    /// What is wrong with how the definition names its grammar.
    pub problems: Arc<[Diagnostic]>,
    /// How often each item stands in the message, in the order of
    /// [`crate::profile::SegmentGrammar::visit`]; empty without a message.
    pub counts: Vec<u32>,
    /// The segments that do not fit, and those before which something is missing.
    pub misfits: Vec<Why>,
    /// Each definition of the profile, and why the message does or does not fall under it.
    pub candidates: Vec<Candidate>,
    /// What the segments of the grammar are called.
    pub names: BTreeMap<SegmentId, Arc<str>>,
}

impl GrammarSheet {
    /// Whether the text can be taken: what is wrong with it leaves nothing in doubt.
    pub fn is_sound(&self) -> bool {
        let is_error = |found: &GrammarFault| found.fault.severity == Severity::Error;
        !self.faults.iter().any(is_error)
    }
}
