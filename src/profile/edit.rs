//! What can be changed in a profile: one edit is one step that can be undone.

use std::sync::Arc;

use super::conformance::{Rule, RuleSeverity, Waiver};
use super::data_type::TypeOverlay;
use super::document::{
    Codes, Identity, MessageDefinition, RowsOut, SegmentOrder, SegmentOverlay, UnknownSegments,
};
use super::field::FieldOverlay;
use super::grammar_edit::{GrammarEdit, GrammarEditError};
use super::part_path::PartPath;
use super::rows::Rows;
use super::script::{Hook, Script};
use super::segment_grammar::GrammarSource;
use super::syntax::SiteCharset;
use super::table::Table;
use crate::hl7::SegmentId;
use crate::standard::Version;

/// A change of a profile. Parts are named as the profile names them; fields are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the fields of each variant are named by what they hold"
)]
pub enum Edit {
    /// Gives the profile another name.
    RenameProfile { name: Arc<str> },
    /// Says what the profile is for.
    DescribeProfile { description: Arc<str> },
    /// Extends a template, or none; its parts are inherited or no longer there.
    SetExtends { template: Option<Arc<str>> },
    /// Forgets what the site says of a part, so that what is inherited holds again.
    Revert { part: PartPath },
    /// Builds on another version of the standard.
    SetStandard { version: Version },
    /// Says in which charset bytes are read; `None` as the template, else MSH-18, says.
    SetCharset { charset: Option<SiteCharset> },
    /// Says how grave a rule is; `None` leaves it as the rule has it.
    SetSeverity {
        rule: Arc<str>,
        severity: Option<RuleSeverity>,
    },
    /// Waives a rule for a place.
    AddWaiver { waiver: Waiver },
    /// Says anew what the waiver at this index waives.
    ChangeWaiver { index: usize, waiver: Waiver },
    /// Takes back the waiver at this index.
    RemoveWaiver { index: usize },

    /// Sets a script of the whole site, inline or by file, or removes it.
    SetHook { hook: Hook, script: Option<Script> },

    /// Adds a message definition before the one at index `before`, else at the end.
    AddMessage {
        before: Option<usize>,
        definition: Arc<MessageDefinition>,
    },
    /// Removes a message definition.
    RemoveMessage { message: Arc<str> },
    /// Gives a message definition another name.
    RenameMessage { message: Arc<str>, to: Arc<str> },
    /// Moves a message definition to this index in matching order.
    MoveMessage { message: Arc<str>, to: usize },
    /// Says by what messages of this definition are recognised.
    SetIdentity {
        message: Arc<str>,
        identity: Vec<Identity>,
    },
    /// Sets the grammar: a structure of the standard or a notation; `None` takes what MSH-9 says.
    SetGrammar {
        message: Arc<str>,
        grammar: Option<Arc<str>>,
    },
    /// Changes one item of a grammar of the site's own; `item` is what undo calls it: `PD1`.
    ChangeGrammar {
        message: Arc<str>,
        item: Arc<str>,
        change: GrammarEdit,
    },
    /// Says whether segments that the grammar does not have are told.
    SetUnknownSegments {
        message: Arc<str>,
        unknown_segments: UnknownSegments,
    },
    /// Says whether segments must stand in the grammar's order.
    SetOrder {
        message: Arc<str>,
        order: SegmentOrder,
    },
    /// Says what is asked of messages beyond their grammar.
    SetRules { message: Arc<str>, rules: Vec<Rule> },
    /// Says which rows are made.
    SetRows { message: Arc<str>, rows: Vec<Rows> },
    /// Says how a message is made of rows.
    SetOut {
        message: Arc<str>,
        out: Option<RowsOut>,
    },
    /// Sets the message script, inline or by file, or removes it.
    SetScript {
        message: Arc<str>,
        script: Option<Script>,
    },

    /// Describes a segment of the site.
    AddSegment {
        segment: SegmentId,
        overlay: Arc<SegmentOverlay>,
    },
    /// Forgets a segment of the site.
    RemoveSegment { segment: SegmentId },
    /// Gives a segment of the site another name.
    RenameSegment { segment: SegmentId, to: SegmentId },
    /// Says what a segment of the site holds.
    DescribeSegment {
        segment: SegmentId,
        description: Arc<str>,
    },
    /// Says by which version of the standard a segment is described; `None` for the profile's.
    SetSegmentStandard {
        segment: SegmentId,
        version: Option<Version>,
    },
    /// Says what is asked of each segment of a name.
    SetSegmentRules {
        segment: SegmentId,
        rules: Vec<Rule>,
    },
    /// Says what the site has otherwise in a field, whether or not it described the segment before;
    /// `None` forgets all that it says of the field. No other field changes its number.
    OverlayField {
        segment: SegmentId,
        number: u16,
        field: Option<FieldOverlay>,
    },
    /// Adds a field before the field of this number, else at the end.
    AddField {
        segment: SegmentId,
        before: Option<u16>,
        field: FieldOverlay,
    },
    /// Removes a field; those after it move up.
    RemoveField { segment: SegmentId, number: u16 },
    /// Gives a field another name.
    RenameField {
        segment: SegmentId,
        number: u16,
        name: Arc<str>,
    },
    /// Describes a field anew.
    ChangeField {
        segment: SegmentId,
        number: u16,
        field: FieldOverlay,
    },
    /// Moves a field so that its number becomes `to`.
    MoveField {
        segment: SegmentId,
        number: u16,
        to: u16,
    },

    /// Describes a data type of the site.
    AddType {
        name: Arc<str>,
        data_type: Arc<TypeOverlay>,
    },
    /// Forgets a data type of the site.
    RemoveType { name: Arc<str> },
    /// Gives a data type of the site another name, also where fields and components are of it.
    RenameType { name: Arc<str>, to: Arc<str> },
    /// Describes a data type anew.
    ChangeType {
        name: Arc<str>,
        data_type: Arc<TypeOverlay>,
    },

    /// Adds a code table.
    AddCodes { name: Arc<str>, codes: Arc<Codes> },
    /// Removes a code table.
    RemoveCodes { name: Arc<str> },
    /// Gives a code table another name, also where rows and fields use it.
    RenameCodes { name: Arc<str>, to: Arc<str> },
    /// Replaces what a code table holds.
    ChangeCodes { name: Arc<str>, codes: Arc<Codes> },

    /// Adds a table of the application.
    AddTable { name: Arc<str>, table: Arc<Table> },
    /// Removes a table of the application.
    RemoveTable { name: Arc<str> },
    /// Gives a table another name, also where rows use it.
    RenameTable { name: Arc<str>, to: Arc<str> },
    /// Replaces the columns of a table.
    ChangeTable { name: Arc<str>, table: Arc<Table> },
    /// Gives a column of a table another name, also where rows fill it or take it from their owner.
    RenameColumn {
        table: Arc<str>,
        column: Arc<str>,
        to: Arc<str>,
    },

    /// Several edits that a person made as one, under a name of its own.
    Named { name: Arc<str>, edits: Vec<Edit> },
}

/// What sort of edit it is and of what: edits of one kind in quick succession are one step to undo.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EditKind {
    what: &'static str,
    place: String,
}

/// An edit that does not fit the profile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Nothing of this sort has the name.
    #[error("there is no {what} {name}")]
    Missing {
        /// The sort of thing.
        what: &'static str,
        /// The name asked for.
        name: String,
    },
    /// The name is taken.
    #[error("there is already a {what} {name}: choose another name")]
    Taken {
        /// The sort of thing.
        what: &'static str,
        /// The name that is taken.
        name: String,
    },
    /// The site profile has no way to say it over its template.
    #[error("{what} cannot be changed over a template: change it in the template")]
    Inherited {
        /// What was to be changed.
        what: String,
    },
    /// A name is empty.
    #[error("a {what} needs a name")]
    Nameless {
        /// The sort of thing.
        what: &'static str,
    },
    /// The definition takes a structure of the standard, which is not the site's to change.
    #[error("{0} has no grammar of its own: import the structure as text to change it")]
    NotOwnGrammar(Arc<str>),
    /// The change does not fit the grammar.
    #[error(transparent)]
    Grammar(#[from] GrammarEditError),
}

/// A field and its attributes are called as people call them.
fn revert_name(part: &PartPath) -> String {
    let steps: Vec<&str> = part.steps().iter().map(|step| &**step).collect();
    match steps[..] {
        ["segments", segment, "fields", number] => format!("revert {segment}-{number}"),
        ["segments", segment, "fields", number, what] => {
            format!("revert {what} of {segment}-{number}")
        }
        ["types", name, "components", number] => format!("revert {name}.{number}"),
        ["types", name, "components", number, what] => format!("revert {what} of {name}.{number}"),
        [_, name] => format!("revert {name} to inherited"),
        _ => format!("revert {part} to inherited"),
    }
}

impl Edit {
    /// What the undo menu calls the edit, without a capital: `rename ZPI-3`.
    pub fn name(&self) -> String {
        match self {
            Edit::RenameProfile { .. } => "rename profile".to_owned(),
            Edit::DescribeProfile { .. } => "describe profile".to_owned(),
            Edit::SetExtends {
                template: Some(template),
            } => format!("extend {template}"),
            Edit::SetExtends { template: None } => "extend no template".to_owned(),
            Edit::Revert { part } => revert_name(part),
            Edit::SetStandard { version } => format!("build on HL7 {version}"),
            Edit::SetCharset { .. } => "change charset".to_owned(),
            Edit::SetSeverity { rule, .. } => format!("change severity of {rule}"),
            Edit::AddWaiver { waiver } => format!("waive {} at {}", waiver.rule, waiver.at),
            Edit::ChangeWaiver { waiver, .. } => {
                format!("change waiver of {} at {}", waiver.rule, waiver.at)
            }
            Edit::RemoveWaiver { .. } => "take back waiver".to_owned(),
            Edit::SetHook { hook, .. } => format!("change script {}", hook.name()),
            Edit::AddMessage { definition, .. } => format!("add message {}", definition.name),
            Edit::RemoveMessage { message } => format!("remove message {message}"),
            Edit::RenameMessage { message, .. } => format!("rename message {message}"),
            Edit::MoveMessage { message, .. } => format!("move message {message}"),
            Edit::SetIdentity { message, .. } => format!("change identity of {message}"),
            Edit::SetGrammar { message, .. } => format!("change grammar of {message}"),
            Edit::ChangeGrammar { item, change, .. } => change.name(item),
            Edit::SetUnknownSegments { message, .. } => {
                format!("change unknown segments of {message}")
            }
            Edit::SetOrder { message, .. } => format!("change segment order of {message}"),
            Edit::SetRules { message, .. } => format!("change rules of {message}"),
            Edit::SetRows { message, .. } => format!("change rows of {message}"),
            Edit::SetOut { message, .. } => format!("change template of {message}"),
            Edit::SetScript { message, .. } => format!("change script of {message}"),
            Edit::AddSegment { segment, .. } => format!("add {segment}"),
            Edit::RemoveSegment { segment } => format!("remove {segment}"),
            Edit::RenameSegment { segment, .. } => format!("rename {segment}"),
            Edit::DescribeSegment { segment, .. } => format!("describe {segment}"),
            Edit::SetSegmentStandard { segment, .. } => format!("change version of {segment}"),
            Edit::SetSegmentRules { segment, .. } => format!("change rules of {segment}"),
            Edit::OverlayField {
                segment,
                number,
                field,
            } => match field {
                Some(_) => format!("change {segment}-{number}"),
                None => format!("revert {segment}-{number}"),
            },
            Edit::AddField { segment, .. } => format!("add field to {segment}"),
            Edit::RemoveField { segment, number } => format!("remove {segment}-{number}"),
            Edit::RenameField {
                segment, number, ..
            } => format!("rename {segment}-{number}"),
            Edit::ChangeField {
                segment, number, ..
            } => format!("change {segment}-{number}"),
            Edit::MoveField {
                segment, number, ..
            } => format!("move {segment}-{number}"),
            Edit::AddType { name, .. } => format!("add type {name}"),
            Edit::RemoveType { name } => format!("remove type {name}"),
            Edit::RenameType { name, .. } => format!("rename type {name}"),
            Edit::ChangeType { name, .. } => format!("change type {name}"),
            Edit::AddCodes { name, .. } => format!("add codes {name}"),
            Edit::RemoveCodes { name } => format!("remove codes {name}"),
            Edit::RenameCodes { name, .. } => format!("rename codes {name}"),
            Edit::ChangeCodes { name, .. } => format!("change codes {name}"),
            Edit::AddTable { name, .. } => format!("add table {name}"),
            Edit::RemoveTable { name } => format!("remove table {name}"),
            Edit::RenameTable { name, .. } => format!("rename table {name}"),
            Edit::ChangeTable { name, .. } => format!("change table {name}"),
            Edit::RenameColumn { table, column, .. } => format!("rename column {table}.{column}"),
            Edit::Named { name, .. } => name.to_string(),
        }
    }

    /// Whether it is about the site's own profile, not about what that resolves to.
    pub(super) fn is_of_own(&self) -> bool {
        matches!(self, Edit::SetExtends { .. } | Edit::Revert { .. })
    }

    /// What it joins with; `None` for an edit that is always a step of its own: adding, removing,
    /// moving and renaming what others refer to.
    pub fn kind(&self) -> Option<EditKind> {
        let kind = |what: &'static str, place: String| Some(EditKind { what, place });
        match self {
            Edit::RenameProfile { .. } => kind("profile name", String::new()),
            Edit::DescribeProfile { .. } => kind("profile description", String::new()),
            Edit::SetIdentity { message, .. } => kind("identity", message.to_string()),
            // Typing a grammar is one step; choosing another structure is one of its own.
            Edit::SetGrammar {
                message,
                grammar: Some(text),
            } if matches!(GrammarSource::of(text), GrammarSource::Notation(_)) => {
                kind("grammar", message.to_string())
            }
            Edit::ChangeWaiver { index, .. } => kind("waiver", index.to_string()),
            Edit::SetRules { message, .. } => kind("rules", message.to_string()),
            Edit::SetSegmentRules { segment, .. } => kind("segment rules", segment.to_string()),
            Edit::ChangeType { name, .. } => kind("type", name.to_string()),
            // A name and a number are typed letter by letter; all else is a step of its own.
            Edit::ChangeGrammar {
                message, change, ..
            } => {
                let (what, at) = change.typed()?;
                kind(what, format!("{message} {at:?}"))
            }
            Edit::SetRows { message, .. } => kind("rows", message.to_string()),
            Edit::SetOut { message, .. } => kind("out", message.to_string()),
            // Turning an inline script into a file's is a step of its own.
            Edit::SetScript {
                message,
                script: Some(Script::Inline(_)),
            } => kind("script", message.to_string()),
            Edit::SetHook {
                hook,
                script: Some(Script::Inline(_)),
            } => kind("hook", hook.name().to_owned()),
            Edit::DescribeSegment { segment, .. } => kind("segment", segment.to_string()),
            Edit::RenameField {
                segment, number, ..
            } => kind("field name", format!("{segment}-{number}")),
            Edit::ChangeField {
                segment, number, ..
            }
            | Edit::OverlayField {
                segment,
                number,
                field: Some(_),
            } => kind("field", format!("{segment}-{number}")),
            Edit::ChangeCodes { name, .. } => kind("codes", name.to_string()),
            Edit::ChangeTable { name, .. } => kind("table", name.to_string()),
            Edit::Named { name, .. } => kind("named", name.to_string()),
            Edit::SetExtends { .. }
            | Edit::Revert { .. }
            | Edit::SetStandard { .. }
            | Edit::SetCharset { .. }
            | Edit::SetSeverity { .. }
            | Edit::AddWaiver { .. }
            | Edit::RemoveWaiver { .. }
            | Edit::SetSegmentStandard { .. }
            | Edit::OverlayField { .. }
            | Edit::AddType { .. }
            | Edit::RemoveType { .. }
            | Edit::RenameType { .. }
            | Edit::AddMessage { .. }
            | Edit::RemoveMessage { .. }
            | Edit::RenameMessage { .. }
            | Edit::MoveMessage { .. }
            | Edit::SetGrammar { .. }
            | Edit::SetUnknownSegments { .. }
            | Edit::SetOrder { .. }
            | Edit::SetScript { .. }
            | Edit::SetHook { .. }
            | Edit::AddSegment { .. }
            | Edit::RemoveSegment { .. }
            | Edit::RenameSegment { .. }
            | Edit::AddField { .. }
            | Edit::RemoveField { .. }
            | Edit::MoveField { .. }
            | Edit::AddCodes { .. }
            | Edit::RemoveCodes { .. }
            | Edit::RenameCodes { .. }
            | Edit::AddTable { .. }
            | Edit::RemoveTable { .. }
            | Edit::RenameTable { .. }
            | Edit::RenameColumn { .. } => None,
        }
    }
}
