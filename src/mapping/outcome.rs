//! What a run gives: a message, rows, findings and a verdict.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::codes::is_code;
use super::reads::Reads;
use crate::diagnostic::Diagnostic;
use crate::grammar::Finding;
use crate::hl7::{Location, Message, Timestamp};
use crate::profile::{Codes, Listing};

/// What became of one message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The message that the script made; `None` when it made none, failed, skipped or rejected.
    pub output: Option<Message>,
    /// The rows, table by table in the order in which the tables were first written to.
    pub rows: Vec<TableRows>,
    /// What was found on the way, also what the profile waives.
    pub findings: Vec<Finding>,
    /// Codes of the message that a code table was asked for and does not hold.
    pub unmapped: Vec<UnmappedCode>,
    /// What of the message was used; `None` where nobody asked.
    pub reads: Option<Reads>,
    /// What the script decided.
    pub verdict: Verdict,
    /// Whether the script broke off: an error or a limit ended it before its end. What it made is
    /// dropped; an error that it only told (`error(…)`) is a finding and no failure.
    pub script_failed: bool,
}

impl Outcome {
    /// What was found and counts: what the profile waives does not.
    pub fn diagnostics(&self) -> impl DoubleEndedIterator<Item = &Diagnostic> {
        let counted = self.findings.iter().filter(|found| found.waived.is_none());
        counted.map(|found| &found.diagnostic)
    }
}

/// A code that a code table was asked for and does not hold.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnmappedCode {
    /// The code table.
    pub table: Arc<str>,
    /// The code.
    pub code: Arc<str>,
    /// Who asked: a column such as `patient.sex`, or `script`.
    pub asked_by: Arc<str>,
    /// Where the code stands, as far as that can be told.
    pub at: Option<Location>,
}

/// Unmapped codes of one message beyond this are not kept.
const MOST_UNMAPPED: usize = 1_000;

impl UnmappedCode {
    /// Notes a code in `noted` where the table holds it nowhere.
    pub(super) fn note(
        noted: &mut Vec<UnmappedCode>,
        (table, codes): (&Arc<str>, &Codes),
        code: &str,
        asked: impl FnOnce() -> (Arc<str>, Option<Location>),
    ) {
        // Tables of the standard that sites fill themselves have no codes, and so no say.
        let says_nothing =
            codes.values.is_empty() && codes.maps.is_empty() && codes.otherwise.is_none();
        if says_nothing {
            return;
        }
        if codes.listing(code) == Listing::Unlisted && noted.len() < MOST_UNMAPPED {
            let (asked_by, at) = asked();
            noted.push(UnmappedCode {
                table: Arc::clone(table),
                code: code.into(),
                asked_by,
                at,
            });
        }
    }

    /// The code, which is what has to be added to the table; of a longer text, which may say more of a
    /// patient, only its length.
    pub fn shown(&self) -> Cow<'_, str> {
        if is_code(&self.code) {
            Cow::Borrowed(&self.code)
        } else {
            format!("a text of {} characters", self.code.chars().count()).into()
        }
    }
}

/// Shows no code: it is a patient's.
impl fmt::Debug for UnmappedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnmappedCode({} by {})", self.table, self.asked_by)
    }
}

/// What a script decided about its message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// The message is taken.
    #[default]
    Accepted,
    /// The message is of no concern here, and why: nothing comes out and nothing is wrong.
    Skipped(String),
    /// The message is refused, and why: nothing comes out and the sender is told.
    Rejected(String),
}

/// The rows of one table.
#[derive(Clone, PartialEq)]
pub struct TableRows {
    /// The table's name.
    pub table: Arc<str>,
    /// The names of its columns, in the profile's order.
    pub columns: Arc<[Arc<str>]>,
    /// The rows, each with one cell a column.
    pub rows: Vec<Row>,
}

/// The one in a list that is about something, such as a table; begun at its end where there is none.
pub fn found_or_begun<T>(
    list: &mut Vec<T>,
    is_it: impl FnMut(&T) -> bool,
    begin: impl FnOnce() -> T,
) -> &mut T {
    let at = list.iter().position(is_it).unwrap_or_else(|| {
        list.push(begin());
        list.len() - 1
    });
    &mut list[at]
}

/// One row of a table.
#[derive(Clone, Default, PartialEq)]
pub struct Row {
    /// One cell for each column of the table.
    pub cells: Vec<Cell>,
}

/// One value of a row.
#[derive(Clone, Default, PartialEq)]
pub enum Cell {
    /// Nothing was said about the column: what the application holds stays.
    #[default]
    Absent,
    /// HL7's null: the application deletes the value.
    Null,
    /// Any text.
    Text(Box<str>),
    /// A whole number.
    Integer(i64),
    /// A number with a decimal point, in the digits in which it was sent.
    Decimal(Box<str>),
    /// A day.
    Date(Timestamp),
    /// A time of day as `HH:MM:SS`, as precise as it was sent.
    Time(Box<str>),
    /// A day and a time of day.
    Timestamp(Timestamp),
}

/// The value as a table shows it: dates as `2026-03-01`, nothing for absent and null.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Absent | Cell::Null => Ok(()),
            Cell::Text(text) | Cell::Decimal(text) | Cell::Time(text) => f.pad(text),
            Cell::Integer(number) => write!(f, "{number}"),
            Cell::Date(day) => f.pad(&super::dates::iso_date(day)),
            Cell::Timestamp(time) => f.pad(&super::dates::iso_timestamp(time)),
        }
    }
}

/// Shows the kind only: a cell holds patient data.
impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cell::Absent => "Absent",
            Cell::Null => "Null",
            Cell::Text(_) => "Text",
            Cell::Integer(_) => "Integer",
            Cell::Decimal(_) => "Decimal",
            Cell::Date(_) => "Date",
            Cell::Time(_) => "Time",
            Cell::Timestamp(_) => "Timestamp",
        })
    }
}

/// Shows the kinds of the cells only.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.cells).finish()
    }
}

/// Shows the shape only.
impl fmt::Debug for TableRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "TableRows({}: {} rows of {} columns)",
            self.table,
            self.rows.len(),
            self.columns.len()
        )
    }
}

impl TableRows {
    /// The rows of a table among those of others; begun where there are none.
    pub(super) fn of<'t>(
        all: &'t mut Vec<Self>,
        table: &Arc<str>,
        columns: &Arc<[Arc<str>]>,
    ) -> &'t mut Self {
        let begin = || Self {
            table: Arc::clone(table),
            columns: Arc::clone(columns),
            rows: Vec::new(),
        };
        found_or_begun(all, |known| known.table == *table, begin)
    }

    /// The cell of the column of this name in the row of this index.
    pub fn cell(&self, row: usize, column: &str) -> Option<&Cell> {
        let at = self.columns.iter().position(|name| &**name == column)?;
        self.rows.get(row)?.cells.get(at)
    }
}
