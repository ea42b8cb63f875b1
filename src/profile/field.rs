//! A field of a segment, or a component of a data type, as the site describes it.
//!
//! What the site leaves out is as the standard, or the profile it extends, has it.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use super::text_forms::some_from_text;
use crate::standard::Version;

/// What the site says of a field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename = "Field", deny_unknown_fields)]
pub struct FieldOverlay {
    /// Which field of the segment it is, counted from 1; `None` for the one after the field before it.
    #[serde(default)]
    pub number: Option<u16>,
    /// What it holds; empty for a field that keeps its name.
    #[serde(default)]
    pub name: Arc<str>,
    /// What the site knows of it, in a sentence or two.
    #[serde(default)]
    pub description: Arc<str>,
    /// The version of the standard that describes it here, where that is not the segment's.
    #[serde(default, deserialize_with = "some_from_text")]
    pub standard: Option<Version>,
    /// Its data type, such as `ST` or `CX`; ST where nobody says one.
    #[serde(default, rename = "type")]
    pub data_type: Option<Arc<str>>,
    /// Whether it must be there.
    #[serde(default)]
    pub usage: Option<Usage>,
    /// When it must be there, if its usage is conditional: a one-line script that gives true or false.
    #[serde(default)]
    pub when: Option<Arc<str>>,
    /// How often it may stand there.
    #[serde(default)]
    pub repeat: Option<Repeat>,
    /// The fewest repetitions of a field that is there.
    #[serde(default)]
    pub least: Option<u32>,
    /// The most characters that one repetition has.
    #[serde(default)]
    pub length: Option<u32>,
    /// The code table that its values come from: one of the profile, or a number of the standard.
    #[serde(default)]
    pub codes: Option<Arc<str>>,
    /// How the site writes a date here, such as `dd.MM.yyyy HH:mm`.
    #[serde(default)]
    pub mask: Option<Arc<str>>,
}

/// Whether a field must be there (chapter 2 of the standard, usage).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum Usage {
    /// R: it is there and holds a value.
    Required,
    /// RE: it holds a value where one is known.
    RequiredOrEmpty,
    /// C: it depends on another value.
    Conditional,
    /// O: it may be there.
    #[default]
    Optional,
    /// B: kept only for older versions.
    Backward,
    /// X: it is not used.
    NotSupported,
}

/// How often a field may stand in its segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum Repeat {
    /// It does not repeat.
    #[default]
    Once,
    /// Up to this many repetitions.
    Times(u32),
    /// Any number of repetitions.
    Many,
}

impl FieldOverlay {
    /// A field of which only the name is said.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }
}

impl Usage {
    /// All usages, in the order in which they are offered.
    pub const ALL: [Usage; 6] = [
        Usage::Required,
        Usage::RequiredOrEmpty,
        Usage::Conditional,
        Usage::Optional,
        Usage::Backward,
        Usage::NotSupported,
    ];

    /// The word that stands in the profile.
    pub fn name(self) -> &'static str {
        match self {
            Usage::Required => "Required",
            Usage::RequiredOrEmpty => "RequiredOrEmpty",
            Usage::Conditional => "Conditional",
            Usage::Optional => "Optional",
            Usage::Backward => "Backward",
            Usage::NotSupported => "NotSupported",
        }
    }

    /// The letters that interface documents write: `R`, `RE`, `C`, `O`, `B`, `X`.
    pub fn letters(self) -> &'static str {
        match self {
            Usage::Required => "R",
            Usage::RequiredOrEmpty => "RE",
            Usage::Conditional => "C",
            Usage::Optional => "O",
            Usage::Backward => "B",
            Usage::NotSupported => "X",
        }
    }
}

impl Repeat {
    /// The most repetitions; `None` when there is no bound.
    pub fn max(self) -> Option<u32> {
        match self {
            Repeat::Once => Some(1),
            Repeat::Times(count) => Some(count),
            Repeat::Many => None,
        }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Repeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Repeat::Once => f.write_str("Once"),
            Repeat::Times(count) => write!(f, "Times({count})"),
            Repeat::Many => f.write_str("Many"),
        }
    }
}
