//! What the site asks of messages beyond their grammar: rules of its own, how grave each rule is, and
//! where one is waived.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use super::text_forms::{from_text, some_from_text};
use crate::hl7::Location;

/// A rule of the site's own, of a message definition or a segment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename = "Rule", deny_unknown_fields)]
pub struct Rule {
    /// What people call it; severities and waivers name it so.
    pub name: Arc<str>,
    /// A one-line script; where it gives false the rule says nothing. `None` is always.
    #[serde(default)]
    pub when: Option<Arc<str>>,
    /// A one-line script that must give true. `msg` is the message, in a segment's rule `seg` the segment.
    pub must: Arc<str>,
    /// What it speaks of.
    #[serde(default, deserialize_with = "some_from_text")]
    pub at: Option<Location>,
    /// What is wrong when it does not hold.
    #[serde(default)]
    pub message: Arc<str>,
}

/// How grave it is that a rule does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum RuleSeverity {
    /// It is not looked at.
    Off,
    /// Worth knowing.
    Info,
    /// The message may not be what is meant.
    Warning,
    /// The message is not to be used.
    Error,
}

/// A place where a rule need not hold, and why.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The rule's code, or the name of a rule of the site's own.
    pub rule: Arc<str>,
    /// Where: a segment, a field or a part of one, and all that is in it.
    #[serde(deserialize_with = "from_text")]
    pub at: Location,
    /// Who agreed, when and why.
    pub reason: Arc<str>,
}

impl Rule {
    /// A rule that asks for what `must` gives.
    pub fn new(name: impl Into<Arc<str>>, must: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            when: None,
            must: must.into(),
            at: None,
            message: Arc::default(),
        }
    }
}

impl RuleSeverity {
    /// All severities, the mildest first.
    pub const ALL: [RuleSeverity; 4] = [
        RuleSeverity::Off,
        RuleSeverity::Info,
        RuleSeverity::Warning,
        RuleSeverity::Error,
    ];

    /// The word that stands in the profile.
    pub fn name(self) -> &'static str {
        match self {
            RuleSeverity::Off => "Off",
            RuleSeverity::Info => "Info",
            RuleSeverity::Warning => "Warning",
            RuleSeverity::Error => "Error",
        }
    }
}

impl fmt::Display for RuleSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
