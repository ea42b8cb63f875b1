//! A field of a segment as the site describes it.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

/// What the site says of a field; its place in the segment's list is its number.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename = "Field", deny_unknown_fields)]
pub struct FieldOverlay {
    /// What it holds; empty for a field of which nothing is known.
    #[serde(default)]
    pub name: Arc<str>,
    /// Its data type, such as `ST` or `CX`.
    #[serde(default = "string_type", rename = "type")]
    pub data_type: Arc<str>,
    /// Whether it must be there.
    #[serde(default)]
    pub usage: Usage,
    /// How often it may stand there.
    #[serde(default)]
    pub repeat: Repeat,
    /// The most characters that one repetition has.
    #[serde(default)]
    pub length: Option<u32>,
    /// The code table that its values come from: one of the profile, or a number of the standard.
    #[serde(default)]
    pub codes: Option<Arc<str>>,
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
    /// A field of type ST, optional, that stands there once.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            data_type: string_type(),
            usage: Usage::default(),
            repeat: Repeat::default(),
            length: None,
            codes: None,
        }
    }
}

impl Default for FieldOverlay {
    fn default() -> Self {
        Self::new("")
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

fn string_type() -> Arc<str> {
    "ST".into()
}
