//! A finding of a check: a diagnostic with its rule, what was expected and found, and what mends it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::rules::rule;
use crate::diagnostic::{Diagnostic, Place};
use crate::hl7::Location;

/// What a rule says of a place in a message.
///
/// No value of the message stands in it but short codes; others are told by their shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Severity, code, place, what is wrong and what would be right.
    pub diagnostic: Diagnostic,
    /// The name of a rule of the site's own.
    pub rule: Option<Arc<str>>,
    /// What the rule asks for.
    pub expected: String,
    /// What stands there.
    pub found: String,
    /// The bytes of the message's text that it speaks of, where its place is a line of a script.
    pub value: Option<Range<usize>>,
    /// The edit of the message that mends it, where there is one that needs no thought.
    pub fix: Option<Fix>,
    /// Why it does not count.
    pub waived: Option<Waived>,
}

/// An edit of a message: other text for a stretch of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a button says it: `Write M`.
    pub label: String,
    /// The bytes of the message's text that it replaces.
    pub span: Range<usize>,
    /// What stands there instead, escaped as the message has it.
    pub text: String,
}

/// The waiver by which a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waived {
    /// An index into the profile's waivers.
    pub waiver: usize,
    /// Who agreed, when and why.
    pub reason: Arc<str>,
}

impl Finding {
    /// A finding that expects what its rule asks for everywhere; without a rule, what would help.
    pub fn of(diagnostic: Diagnostic) -> Self {
        let asked = rule(diagnostic.code).map(|rule| rule.help);
        Self {
            expected: asked
                .or(diagnostic.help.as_deref())
                .unwrap_or_default()
                .to_owned(),
            found: diagnostic.message.clone(),
            diagnostic,
            rule: None,
            value: None,
            fix: None,
            waived: None,
        }
    }

    /// The same finding with what was expected and found.
    #[must_use]
    pub fn with(mut self, expected: impl Into<String>, found: impl Into<String>) -> Self {
        self.expected = expected.into();
        self.found = found.into();
        self
    }

    /// What severities and waivers name it by: the site's own rule, else the code.
    pub fn rule_name(&self) -> &str {
        self.rule.as_deref().unwrap_or(self.diagnostic.code)
    }

    /// Where in a message it is, as far as the place has a name.
    pub fn location(&self) -> Option<&Location> {
        match &self.diagnostic.place {
            Place::Message { location, .. } => location.as_ref(),
            Place::Location(location) => Some(location),
            Place::Nowhere | Place::File(_) | Place::Script { .. } | Place::Profile { .. } => None,
        }
    }

    /// The bytes of the message's text that it speaks of.
    pub fn span(&self) -> Option<Range<usize>> {
        match &self.diagnostic.place {
            Place::Message { span, .. } => Some(span.clone()),
            Place::Nowhere
            | Place::Location(_)
            | Place::File(_)
            | Place::Script { .. }
            | Place::Profile { .. } => self.value.clone(),
        }
    }
}

impl Fix {
    /// The message's text as it is then; `None` where it is another message's text.
    pub fn apply(&self, text: &str) -> Option<String> {
        let (before, after) = (text.get(..self.span.start)?, text.get(self.span.end..)?);
        Some([before, &self.text, after].concat())
    }
}

impl fmt::Debug for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fix")
            .field("label", &self.label)
            .field("span", &self.span)
            .finish_non_exhaustive()
    }
}
