//! What HL7 says: versions 2.1 to 2.8.2 with their message structures, trigger events, segments,
//! fields, data types and code tables.
//!
//! This room knows the standard alone: no message, no site. The data is one compressed file in the
//! binary, read when a version is first asked for; everything it hands out lives as long as the
//! program.

mod definition;
mod dictionary;
mod load;
mod structure;
mod version;

pub use definition::{
    Code, CodeTable, ComponentDefinition, DataType, Event, FieldDefinition, SegmentDefinition,
    Usage, shown_type,
};
pub use dictionary::{Dictionary, dictionary};
#[doc(hidden)]
pub use load::measure;
pub use structure::{Structure, StructureError, StructureItem, parse_structure};
pub use version::{UnknownVersion, Version};
