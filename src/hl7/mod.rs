//! A message as text: delimiters, segments, fields down to subcomponents, escapes and edits.
//!
//! This room knows no HL7 version, no site and no file. The only segment names it knows are
//! those that carry delimiters or frame a batch: MSH, BHS, BTS, FHS, FTS.
//! Parsing never fails and loses nothing: what was parsed prints as the same text.

mod delimiters;
mod draft;
#[cfg(test)]
mod draft_tests;
mod element;
mod escape;
mod fault;
mod find;
mod glued;
mod index;
mod location;
mod message;
mod parse;
mod rewrite;
mod segment_id;
mod splice;

pub use delimiters::{DelimiterFault, DelimiterRole, Delimiters};
pub use draft::{Draft, EditError};
pub use element::{Children, Element, Level};
pub use escape::{display, escape, unescape};
pub use fault::{Fault, FaultKind};
pub use glued::glued_segments;
pub use location::{FieldPath, Location, LocationError, LocationProblem, Pick};
pub use message::{Message, Segment};
pub use parse::{parse, parse_shared};
pub use segment_id::SegmentId;
