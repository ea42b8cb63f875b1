//! What a message's text does that HL7 does not allow. A fault never stops the parser.

use std::fmt;
use std::ops::Range;

use super::delimiters::DelimiterFault;

/// One departure from the syntax, with the bytes of the text it is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The bytes of the message's text that show it.
    pub span: Range<usize>,
}

/// The kinds of faults. None of them carries a value from the message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FaultKind {
    /// There is no MSH (nor BHS, FHS): the usual delimiters were assumed.
    NoHeader,
    /// Text stands before the header.
    TextBeforeHeader,
    /// A second header stands inside the message.
    SecondHeader,
    /// The header's delimiters are incomplete, doubled or odd.
    Delimiter(DelimiterFault),
    /// A line does not start with a segment identifier and a field separator.
    LineIsNoSegment,
    /// A line feed stands inside a field of a message whose segments end with carriage returns.
    LineFeedInField,
    /// A field ends with a segment's identifier: a carriage return was lost there.
    GluedSegment,
    /// The text is longer than 4 GiB; what follows is kept, but not indexed.
    TooLong,
}

impl FaultKind {
    /// A short name that stays the same, for rules and filters.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoHeader => "header-missing",
            Self::TextBeforeHeader => "text-before-header",
            Self::SecondHeader => "header-repeated",
            Self::Delimiter(_) => "delimiters",
            Self::LineIsNoSegment => "line-no-segment",
            Self::LineFeedInField => "line-feed-in-field",
            Self::GluedSegment => "segment-glued",
            Self::TooLong => "message-too-long",
        }
    }

    /// What would mend it.
    pub fn help(self) -> &'static str {
        match self {
            Self::NoHeader => "a message starts with a segment such as MSH|^~\\&|",
            Self::TextBeforeHeader => "remove what stands before MSH, or split the file there",
            Self::SecondHeader => "one message has one MSH: split it there",
            Self::Delimiter(_) => "MSH-1 and MSH-2 usually read |^~\\&",
            Self::LineIsNoSegment => {
                "a segment starts with a capital, two capitals or digits, and the field separator"
            }
            Self::LineFeedInField => "a line break inside a value is sent as \\.br\\ or \\X0A\\",
            Self::GluedSegment => "put a carriage return before the segment's identifier",
            Self::TooLong => "split the message, or send the large value by reference",
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHeader => f.write_str("no MSH segment; the delimiters |^~\\& are assumed"),
            Self::TextBeforeHeader => f.write_str("text before the MSH segment"),
            Self::SecondHeader => f.write_str("a second MSH segment inside the message"),
            Self::Delimiter(fault) => match fault {
                DelimiterFault::Missing(role) => {
                    write!(f, "the {role} is missing; the usual one is assumed")
                }
                DelimiterFault::Doubled(role) => {
                    write!(
                        f,
                        "the {role} already has another role; the usual one is assumed"
                    )
                }
                DelimiterFault::Odd(role) => {
                    write!(f, "the {role} is a letter, a digit or a blank")
                }
                DelimiterFault::TooMany => {
                    f.write_str("MSH-2 has characters after the ones that have a meaning")
                }
            },
            Self::LineIsNoSegment => f.write_str("the line is no segment"),
            Self::LineFeedInField => f.write_str("a line feed inside a field"),
            Self::GluedSegment => f.write_str("a segment starts in the middle of a line"),
            Self::TooLong => f.write_str("the message is longer than 4 GiB"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)
    }
}
