//! A message as text: delimiters, segments, fields down to subcomponents, escapes and edits;
//! and what it comes in: charsets, files with batches and frames, compression, timestamps.
//!
//! This room knows no HL7 version, no site and opens no file. The only segment names it knows are
//! those that carry delimiters or frame a batch: MSH, BHS, BTS, FHS, FTS.
//! Parsing never fails and loses nothing: what was parsed prints as the same text.

mod charset;
mod charset_decode;
mod charset_detect;
mod charset_encode;
mod charset_hangul;
mod charset_iso2022;
mod charset_lines;
mod compressed;
mod delimiters;
mod difference;
mod difference_align;
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
mod marks;
mod message;
mod occurrence;
mod parse;
mod part;
mod rewrite;
mod segment_id;
mod splice;
mod split;
mod split_count;
mod time;
mod time_arithmetic;
mod time_format;
mod time_mask;

pub use charset::Charset;
pub use charset_decode::{Decoded, Origin, Undecodable, decode, decode_with, undecodable_byte};
pub use charset_detect::Conflict;
pub use charset_encode::{EncodeError, Unencodable, encode};
pub use compressed::{Compression, DecompressError, decompress};
pub use delimiters::{DelimiterFault, DelimiterRole, Delimiters};
pub use difference::{Difference, DifferenceKind, Part, compare};
pub use draft::{Draft, EditError};
pub use element::{Children, Element, FilledFields, Level};
pub use escape::{display, escape, unescape};
pub use fault::{Fault, FaultKind};
pub use glued::glued_segments;
pub use location::{FieldPath, Location, LocationError, LocationProblem, Pick};
pub use marks::{MarkFinder, Marks};
pub use message::{Message, Segment};
pub use parse::{parse, parse_shared};
pub use segment_id::SegmentId;
pub use split::{PartSplitter, Piece, PieceKind, split, wide_charset};
pub use split_count::{BatchCount, BatchFault, BatchFaultKind, batch_faults};
pub use time::{Precision, Timestamp, TimestampError, TimestampErrorKind};
pub use time_arithmetic::Unit;
pub use time_format::{FormatError, FormatErrorKind};
pub use time_mask::{DateMask, MaskError};
