//! The parts of the profile that have a page of their own.

use std::sync::Arc;

use crate::hl7::SegmentId;
use crate::profile::{PartPath, Profile};

/// A part of the profile that has a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// The profile's name, its template and the standard it builds on.
    #[default]
    Profile,
    /// How grave each rule is, and where rules are waived.
    Rules,
    /// The message definitions in matching order.
    Messages,
    /// The message definition at this index.
    Message(usize),
    /// All segments.
    Segments,
    /// A segment, described by the site or not.
    Segment(SegmentId),
    /// All data types.
    Types,
    /// A data type, described by the site or not.
    Type(Arc<str>),
    /// All code tables.
    CodeTables,
    /// A code table of the profile.
    Codes(Arc<str>),
    /// The application's tables.
    Tables,
    /// A table of the application.
    Table(Arc<str>),
}

impl Part {
    /// The place of the part in the profile.
    pub(super) fn path(&self, profile: &Profile) -> PartPath {
        let of = |list: &str| PartPath::new([list]);
        match self {
            Part::Profile => PartPath::default(),
            Part::Rules => of("severity"),
            Part::Messages => of("messages"),
            Part::Message(index) => {
                let definition = profile.messages.get(*index);
                let name = definition.map(|definition| &*definition.name);
                of("messages").child(name.unwrap_or_default())
            }
            Part::Segments => of("segments"),
            Part::Tables => of("tables"),
            Part::Table(name) => of("tables").child(Arc::clone(name)),
            Part::Segment(segment) => of("segments").child(segment.as_str()),
            Part::Types => of("types"),
            Part::Type(name) => of("types").child(Arc::clone(name)),
            Part::CodeTables => of("codes"),
            Part::Codes(name) => of("codes").child(Arc::clone(name)),
        }
    }

    /// The page that shows a part.
    pub(super) fn holding(path: &PartPath, profile: &Profile) -> Part {
        let steps: Vec<&str> = path.steps().iter().map(|step| &**step).collect();
        match steps[..] {
            ["severity" | "waivers", ..] => Part::Rules,
            ["messages", name, ..] => match profile.message(name) {
                Some((index, _)) => Part::Message(index),
                None => Part::Messages,
            },
            ["messages"] => Part::Messages,
            ["segments", name, ..] => SegmentId::new(name).map_or(Part::Segments, Part::Segment),
            ["segments"] => Part::Segments,
            ["types", name, ..] => Part::Type(name.into()),
            ["types"] => Part::Types,
            ["codes", name, ..] => Part::Codes(name.into()),
            ["codes"] => Part::CodeTables,
            ["tables", name, ..] => Part::Table(name.into()),
            ["tables"] => Part::Tables,
            _ => Part::Profile,
        }
    }

    /// The part that holds it in the explorer.
    pub(super) fn parent(&self) -> Option<Part> {
        match self {
            Part::Profile
            | Part::Rules
            | Part::Messages
            | Part::Segments
            | Part::Types
            | Part::CodeTables
            | Part::Tables => None,
            Part::Message(_) => Some(Part::Messages),
            Part::Segment(_) => Some(Part::Segments),
            Part::Type(_) => Some(Part::Types),
            Part::Codes(_) => Some(Part::CodeTables),
            Part::Table(_) => Some(Part::Tables),
        }
    }
}
