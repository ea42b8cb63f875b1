//! The profile document: what a site profile holds, as immutable parts that are cheap to share.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::conformance::{Rule, RuleSeverity, Waiver};
use super::data_type::{TypeOverlay, numbered};
use super::field::FieldOverlay;
use super::part_path::PartPath;
use super::rows::Rows;
use super::script::{Script, ScriptPlace, SiteScripts};
use super::syntax::{SiteCharset, Syntax};
use super::table::Table;
use super::text_forms::{from_text, some_from_text, unique, unique_segments};
use crate::hl7::{Location, SegmentId};
use crate::standard::Version;

/// The `format` number that this program writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// A site profile: the dialect of one site and what is made of its messages.
///
/// Its parts are shared: a changed profile copies only what changed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The number of the file format, see [`FORMAT`].
    pub format: u32,
    /// What people call this profile.
    pub name: Arc<str>,
    /// What it is for, in a sentence or two.
    #[serde(default)]
    pub description: Arc<str>,
    /// The template that the profile extends: its path, relative to the profile.
    #[serde(default)]
    pub extends: Option<Arc<str>>,
    /// What of the template the site does not have.
    #[serde(default)]
    pub remove: Vec<PartPath>,
    /// The version of the standard that the site builds on; `None` takes the template's, see
    /// [`Profile::version`].
    #[serde(default, deserialize_with = "some_from_text")]
    pub standard: Option<Version>,
    /// How the site writes its messages, where they do not say so themselves.
    #[serde(default)]
    pub syntax: Syntax,
    /// How grave each rule is, by its code or by the name of a rule of the site's own.
    #[serde(default, deserialize_with = "unique")]
    pub severity: BTreeMap<Arc<str>, RuleSeverity>,
    /// Where rules need not hold.
    #[serde(default)]
    pub waivers: Vec<Waiver>,
    /// What every message goes through before it is parsed and after it was made.
    #[serde(default)]
    pub scripts: SiteScripts,
    /// Message definitions in matching order: the first that matches wins.
    #[serde(default)]
    pub messages: Vec<Arc<MessageDefinition>>,
    /// Segments that the standard does not know, or knows differently.
    #[serde(default, deserialize_with = "unique_segments")]
    pub segments: BTreeMap<SegmentId, Arc<SegmentOverlay>>,
    /// Data types that the standard does not know, or knows differently.
    #[serde(default, deserialize_with = "unique")]
    pub types: BTreeMap<Arc<str>, Arc<TypeOverlay>>,
    /// Code tables of the site and of the application, by name.
    #[serde(default, deserialize_with = "unique")]
    pub codes: BTreeMap<Arc<str>, Arc<Codes>>,
    /// The application's tables, by name.
    #[serde(default, deserialize_with = "unique")]
    pub tables: BTreeMap<Arc<str>, Arc<Table>>,
}

/// Which messages fall under this definition and what is made of them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename = "Message", deny_unknown_fields)]
pub struct MessageDefinition {
    /// What people call it; no two definitions of a profile share a name.
    pub name: Arc<str>,
    /// The definition of the template that it is asked before.
    #[serde(default)]
    pub before: Option<Arc<str>>,
    /// The definition of the template that it is asked after.
    #[serde(default)]
    pub after: Option<Arc<str>>,
    /// A message falls under the definition when each of these holds; with none, every message does.
    #[serde(default)]
    pub identity: Vec<Identity>,
    /// A structure of the standard, such as `ADT_A01`, or a grammar of the site's own, such as
    /// `MSH EVN PID [PD1] [{NK1}]`, see [`GrammarSource`](super::GrammarSource); `None` means the
    /// structure that MSH-9 names.
    #[serde(default)]
    pub grammar: Option<Arc<str>>,
    /// Whether segments that the grammar does not have are told.
    #[serde(default)]
    pub unknown_segments: Option<UnknownSegments>,
    /// Whether segments must stand in the grammar's order.
    #[serde(default)]
    pub order: Option<SegmentOrder>,
    /// What the site asks of these messages beyond their grammar.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Which rows are made, table by table.
    #[serde(default)]
    pub rows: Vec<Rows>,
    /// How a message is made of rows: the way back.
    #[serde(default)]
    pub out: Option<RowsOut>,
    /// The message script.
    #[serde(default)]
    pub script: Option<Script>,
}

/// What becomes of segments that the grammar does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum UnknownSegments {
    /// They are told.
    #[default]
    Report,
    /// They are kept and not told.
    Ignore,
}

/// Whether segments must stand in the grammar's order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum SegmentOrder {
    /// A segment that stands elsewhere is out of order.
    #[default]
    Strict,
    /// A segment belongs where the grammar has a place for it, whatever stands before it.
    Any,
}

/// How a message is made of rows.
///
/// The columns of `rows` are written where they are read from. What they do not say, such as most of
/// MSH, stands in the template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename = "Out", deny_unknown_fields)]
pub struct RowsOut {
    /// The text of a message, its segments on lines of their own. MSH-7 and MSH-10 are filled where it
    /// leaves them empty and no column stands for them.
    #[serde(default)]
    pub template: Arc<str>,
}

/// A location whose value must match.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Where to look.
    #[serde(deserialize_with = "from_text")]
    pub at: Location,
    /// A regular expression that the unescaped value there must match.
    pub matches: Arc<str>,
}

/// What the site says of a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename = "Segment", deny_unknown_fields)]
pub struct SegmentOverlay {
    /// What the segment holds.
    #[serde(default)]
    pub description: Arc<str>,
    /// The version of the standard that describes it here, where that is not the profile's.
    #[serde(default, deserialize_with = "some_from_text")]
    pub standard: Option<Version>,
    /// Its fields; a field without a number is the one after the field before it.
    #[serde(default)]
    pub fields: Vec<FieldOverlay>,
    /// What the site asks of each such segment.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// A code table: what the site's codes mean and what the application calls them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Codes {
    /// The application's codes and their meanings.
    #[serde(default, deserialize_with = "unique")]
    pub values: BTreeMap<Arc<str>, Arc<str>>,
    /// From the site's code to the application's.
    #[serde(default, deserialize_with = "unique")]
    pub maps: BTreeMap<Arc<str>, Arc<str>>,
    /// The way back, from the application's code to the site's, where several codes of the site mean the
    /// same.
    #[serde(default, deserialize_with = "unique")]
    pub back: BTreeMap<Arc<str>, Arc<str>>,
    /// What becomes of a code that is in neither; `None` takes the template's, else it is kept.
    #[serde(default)]
    pub otherwise: Option<CodeDefault>,
}

/// What becomes of a code that a code table does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum CodeDefault {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is an error.
    Error,
    /// This code stands in its place.
    Default(Arc<str>),
}

impl Profile {
    /// A profile that says nothing but its name.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self {
            format: FORMAT,
            name: name.into(),
            description: Arc::default(),
            extends: None,
            remove: Vec::new(),
            standard: Some(Version::DEFAULT),
            syntax: Syntax::default(),
            severity: BTreeMap::new(),
            waivers: Vec::new(),
            scripts: SiteScripts::default(),
            messages: Vec::new(),
            segments: BTreeMap::new(),
            types: BTreeMap::new(),
            codes: BTreeMap::new(),
            tables: BTreeMap::new(),
        }
    }

    /// The version of the standard that messages are read by.
    pub fn version(&self) -> Version {
        self.standard.unwrap_or(Version::DEFAULT)
    }

    /// In which charset the bytes of messages are read.
    pub fn charset(&self) -> SiteCharset {
        self.syntax.charset.unwrap_or_default()
    }

    /// The message definition of this name and its index in matching order.
    pub fn message(&self, name: &str) -> Option<(usize, &Arc<MessageDefinition>)> {
        self.messages
            .iter()
            .enumerate()
            .find(|(_, definition)| &*definition.name == name)
    }

    /// The script at a place.
    pub fn script(&self, place: &ScriptPlace) -> Option<&Script> {
        match place {
            ScriptPlace::Message(name) => self.message(name)?.1.script.as_ref(),
            ScriptPlace::Hook(hook) => self.scripts.get(*hook),
        }
    }

    /// The paths of all scripts that stand in files, each once.
    pub fn script_files(&self) -> Vec<&Arc<str>> {
        let of_messages = self.messages.iter().filter_map(|one| one.script.as_ref());
        let mut paths: Vec<_> = of_messages
            .chain(self.scripts.iter().map(|(_, script)| script))
            .filter_map(|script| match script {
                Script::Inline(_) => None,
                Script::File(path) => Some(path),
            })
            .collect();
        paths.sort();
        paths.dedup();
        paths
    }
}

impl MessageDefinition {
    /// A definition under which every message falls and that makes nothing of it.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            before: None,
            after: None,
            identity: Vec::new(),
            grammar: None,
            unknown_segments: None,
            order: None,
            rules: Vec::new(),
            rows: Vec::new(),
            out: None,
            script: None,
        }
    }
}

impl SegmentOverlay {
    /// Its fields, each with its number.
    pub fn numbered(&self) -> impl Iterator<Item = (u16, &FieldOverlay)> {
        numbered(&self.fields, |field| field.number)
    }

    /// What the site says of a field, counted from 1.
    pub fn field(&self, number: u16) -> Option<&FieldOverlay> {
        self.numbered()
            .find(|(own, _)| *own == number)
            .map(|(_, field)| field)
    }
}

impl UnknownSegments {
    /// Both, in the order in which they are offered.
    pub const ALL: [UnknownSegments; 2] = [UnknownSegments::Report, UnknownSegments::Ignore];

    /// The word that stands in the profile.
    pub fn name(self) -> &'static str {
        match self {
            UnknownSegments::Report => "Report",
            UnknownSegments::Ignore => "Ignore",
        }
    }
}

impl SegmentOrder {
    /// Both, in the order in which they are offered.
    pub const ALL: [SegmentOrder; 2] = [SegmentOrder::Strict, SegmentOrder::Any];

    /// The word that stands in the profile.
    pub fn name(self) -> &'static str {
        match self {
            SegmentOrder::Strict => "Strict",
            SegmentOrder::Any => "Any",
        }
    }
}
