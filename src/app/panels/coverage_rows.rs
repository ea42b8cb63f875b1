//! What a mapping loses as rows of text and numbers: one list for each way of losing.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::grammar::{Grammar, PlaceNames};
use crate::hl7::Location;
use crate::profile::write_sheet_line;
use crate::workbench::{
    ColumnCount, Coverage, DefinitionCount, LostPlace, PartCount, SampleId, UnmappedCount,
};

/// A way of losing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Loss {
    /// Values that nothing uses.
    #[default]
    Places,
    /// Columns that nothing fills.
    Columns,
    /// Codes that no table holds.
    Codes,
    /// Message definitions that no message reaches.
    Definitions,
    /// Statements and branches of scripts that no message came to.
    Lines,
}

/// What stands in a cell.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum LossCell {
    Text(String),
    Count(u64),
}

/// Where a row leads.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum LossTarget {
    /// A place of the message that the first of these is.
    Place {
        at: Location,
        /// The sample, and the index of the definition that it falls under.
        first: Option<(SampleId, usize)>,
    },
    Column {
        table: Arc<str>,
        column: Arc<str>,
    },
    Code {
        table: Arc<str>,
        code: Arc<str>,
        /// Where it stands in the message that was the first to have it.
        at: Option<Location>,
        sample: SampleId,
    },
    /// The index of a message definition.
    Definition(usize),
    /// A line of a script, by the name that findings call it.
    Line {
        script: Arc<str>,
        line: u32,
        column: u32,
    },
}

/// One thing that is lost, or that could be.
#[derive(Clone)]
pub(super) struct LossRow {
    pub(super) cells: Vec<LossCell>,
    pub(super) target: LossTarget,
    /// Whether it is lost wholly.
    pub(super) is_lost: bool,
}

impl Loss {
    /// How many there are.
    pub(super) const COUNT: usize = 5;

    pub(super) const ALL: [Self; Self::COUNT] = [
        Self::Places,
        Self::Columns,
        Self::Codes,
        Self::Definitions,
        Self::Lines,
    ];

    /// Its place among all.
    pub(super) fn index(self) -> usize {
        match self {
            Self::Places => 0,
            Self::Columns => 1,
            Self::Codes => 2,
            Self::Definitions => 3,
            Self::Lines => 4,
        }
    }

    /// Its name.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Places => "Input used nowhere",
            Self::Columns => "Columns never filled",
            Self::Codes => "Codes not listed",
            Self::Definitions => "Definitions",
            Self::Lines => "Script lines not run",
        }
    }

    /// What its tab says for the room that there is, in steps of the grid, when so many are lost.
    pub(super) fn tab(self, lost: usize, room: f32) -> String {
        let words = match (self, room) {
            (Self::Definitions, _) if lost == 0 => return self.title().to_owned(),
            (Self::Definitions, room) if room >= 200.0 => {
                return format!("{}: {lost} never reached", self.title());
            }
            (_, room) if room >= 200.0 => self.title(),
            (Self::Places, room) if room >= 130.0 => "Used nowhere",
            (Self::Columns, room) if room >= 130.0 => "Never filled",
            (Self::Codes, room) if room >= 130.0 => "Not listed",
            (Self::Lines, room) if room >= 130.0 => "Not run",
            (Self::Places, _) => "Unused",
            (Self::Columns, _) => "Unfilled",
            (Self::Codes, _) => "Codes",
            (Self::Lines, _) => "Lines",
            (Self::Definitions, _) => self.title(),
        };
        format!("{words} {lost}")
    }

    /// What it is, in a sentence.
    pub(super) fn tip(self) -> &'static str {
        match self {
            Self::Places => {
                "Places of mapped messages whose values reach no column, no script and no identity"
            }
            Self::Columns => "Columns of the application's tables that no row fills",
            Self::Codes => "Codes of messages that no code table lists",
            Self::Definitions => {
                "How many messages fall under each definition, and which none reaches"
            }
            Self::Lines => "Statements and branches of scripts that no sample came to",
        }
    }

    /// What is said when there is none.
    pub(super) fn nothing(self) -> (&'static str, &'static str) {
        match self {
            Self::Places => (
                "Nothing is lost here",
                "Each value of the mapped messages is used somewhere",
            ),
            Self::Columns => (
                "All columns are filled",
                "Each column has a value in some row",
            ),
            Self::Codes => (
                "All codes are listed",
                "Each code that was asked for stands in its code table",
            ),
            Self::Definitions => (
                "All definitions are reached",
                "Each message definition has messages that fall under it",
            ),
            Self::Lines => (
                "All lines have run",
                "Some sample came to each statement and each branch of the scripts",
            ),
        }
    }

    /// The switch that shows what is not lost, or not wholly, too.
    pub(super) fn switch(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Places => Some(("In part", "Show places, too, where some values are used")),
            Self::Columns => Some(("All columns", "Show columns, too, that are filled")),
            Self::Lines => Some(("All lines", "Show lines, too, that samples came to")),
            Self::Codes | Self::Definitions => None,
        }
    }

    /// The titles of its columns.
    pub(super) fn titles(self) -> &'static [&'static str] {
        match self {
            Self::Places => &["Place", "Name", "Messages", "Not used in"],
            Self::Columns => &["Column", "Filled", "Rows", "Remark"],
            Self::Codes => &["Code", "Table", "Place", "Count", "Asked by"],
            Self::Definitions => &["Definition", "Messages", "Taken before", "Remark"],
            Self::Lines => &["Script", "Line", "Part", "Text", "Ran in", "Of"],
        }
    }

    /// Whether a column holds numbers.
    pub(super) fn is_number(self, column: usize) -> bool {
        match self {
            Self::Places => column >= 2,
            Self::Columns | Self::Definitions => column == 1 || column == 2,
            Self::Codes => column == 3,
            Self::Lines => matches!(column, 1 | 4 | 5),
        }
    }

    /// All its rows, what is not lost among them.
    pub(super) fn rows(self, coverage: &Coverage, grammar: Option<&Grammar>) -> Vec<LossRow> {
        match self {
            Self::Places => {
                let places = coverage.lost_places().into_iter();
                places
                    .map(|place| LossRow::of_place(place, grammar))
                    .collect()
            }
            Self::Columns => coverage
                .columns()
                .into_iter()
                .map(LossRow::of_column)
                .collect(),
            Self::Codes => coverage
                .unmapped
                .list()
                .into_iter()
                .map(LossRow::of_code)
                .collect(),
            Self::Definitions => {
                let definitions = coverage.definitions().iter().enumerate();
                definitions
                    .map(|(at, one)| LossRow::of_definition(at, one))
                    .collect()
            }
            Self::Lines => {
                let parts = coverage.lines.parts().into_iter();
                parts.map(LossRow::of_line).collect()
            }
        }
    }

    /// How many are lost wholly.
    pub(super) fn count(self, coverage: &Coverage) -> usize {
        match self {
            Self::Places => {
                let places = coverage.lost_places();
                places.iter().filter(|place| place.is_used_nowhere).count()
            }
            Self::Columns => {
                let columns = coverage.columns();
                columns.iter().filter(|column| column.filled == 0).count()
            }
            Self::Codes => coverage.unmapped.len(),
            Self::Definitions => {
                let definitions = coverage.definitions().iter();
                definitions.filter(|one| one.messages == 0).count()
            }
            Self::Lines => coverage.lines.unreached().len(),
        }
    }
}

fn text(text: impl Into<String>) -> LossCell {
    LossCell::Text(text.into())
}

impl LossRow {
    fn of_place(place: LostPlace, grammar: Option<&Grammar>) -> Self {
        let at = place.location;
        let names = grammar.map(|grammar| PlaceNames::of(grammar, &at).words());
        Self {
            cells: vec![
                text(at.to_string()),
                text(names.unwrap_or_default()),
                LossCell::Count(place.messages),
                LossCell::Count(place.unused),
            ],
            target: LossTarget::Place {
                at,
                first: place.first,
            },
            is_lost: place.is_used_nowhere,
        }
    }

    fn of_column(one: ColumnCount) -> Self {
        let remark = match (one.filled, one.rows) {
            (_, 0) => "no message makes rows of this table".to_owned(),
            (0, _) => "never filled".to_owned(),
            (filled, rows) => format!("{} %", filled.saturating_mul(100) / rows),
        };
        Self {
            cells: vec![
                text(format!("{}.{}", one.table, one.column)),
                LossCell::Count(one.filled),
                LossCell::Count(one.rows),
                text(remark),
            ],
            is_lost: one.filled == 0,
            target: LossTarget::Column {
                table: one.table,
                column: one.column,
            },
        }
    }

    fn of_code(one: UnmappedCount) -> Self {
        Self {
            cells: vec![
                text(&*one.code),
                text(&*one.table),
                text(&*one.place),
                LossCell::Count(one.count),
                text(&*one.asked_by),
            ],
            target: LossTarget::Code {
                at: one.place.parse().ok(),
                table: one.table,
                code: one.code,
                sample: one.sample,
            },
            is_lost: true,
        }
    }

    fn of_definition(index: usize, one: &DefinitionCount) -> Self {
        let remark = match (&one.unreachable_by, one.messages, one.taken) {
            (Some(by), ..) => {
                format!("can never be reached: {by} stands before it and takes all that it would")
            }
            (None, 0, 0) => "no message has its identity".to_owned(),
            (None, 0, _) => "all that it would take fall under one before it".to_owned(),
            (None, ..) => String::new(),
        };
        Self {
            cells: vec![
                text(&*one.name),
                LossCell::Count(one.messages),
                LossCell::Count(one.taken),
                text(remark),
            ],
            target: LossTarget::Definition(index),
            is_lost: one.messages == 0,
        }
    }

    fn of_line(one: PartCount) -> Self {
        Self {
            cells: vec![
                text(&*one.script),
                LossCell::Count(one.line.into()),
                text(one.kind.name()),
                text(one.text),
                LossCell::Count(one.messages),
                LossCell::Count(one.runs),
            ],
            target: LossTarget::Line {
                script: one.script,
                line: one.line,
                column: one.column,
            },
            // What lies in a branch that no message came to is told by the branch.
            is_lost: one.messages == 0 && !one.is_within_unreached,
        }
    }

    /// What a screen reader says of it.
    pub(super) fn name(&self, titles: &[&str]) -> String {
        let cells = titles.iter().zip(&self.cells);
        let words = cells.filter_map(|(title, cell)| match cell {
            LossCell::Text(text) if text.is_empty() => None,
            LossCell::Text(text) => Some(text.clone()),
            LossCell::Count(count) => Some(format!("{title} {count}")),
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// Whether one of its cells has these letters, which are in lower case.
    pub(super) fn fits(&self, letters: &str) -> bool {
        self.cells
            .iter()
            .any(|cell| cell.words().to_lowercase().contains(letters))
    }
}

impl LossCell {
    pub(super) fn words(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.to_string(),
        }
    }

    /// Letters before numbers; locations by their numbers: PID-3 stands before PID-11.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Count(one), Self::Count(other)) => one.cmp(other),
            (Self::Text(one), Self::Text(other)) => by_numbers(one, other),
            (Self::Text(_), Self::Count(_)) => Ordering::Less,
            (Self::Count(_), Self::Text(_)) => Ordering::Greater,
        }
    }
}

/// Compares text without regard to case, runs of digits as numbers.
fn by_numbers(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one.chars().peekable(), other.chars().peekable());
    loop {
        let ordering = match (one.peek(), other.peek()) {
            (None, None) => return Ordering::Equal,
            (Some(a), Some(b)) if a.is_ascii_digit() && b.is_ascii_digit() => {
                digits(&mut one).cmp(&digits(&mut other))
            }
            (a, b) => {
                let lower = |c: Option<&char>| c.map(char::to_ascii_lowercase);
                let ordering = lower(a).cmp(&lower(b));
                one.next();
                other.next();
                ordering
            }
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
}

/// A run of digits without leading zeros, such that the longer one is the larger number.
fn digits(text: &mut std::iter::Peekable<std::str::Chars<'_>>) -> (usize, String) {
    let mut run = String::new();
    while let Some(digit) = text.next_if(char::is_ascii_digit) {
        if !(run.is_empty() && digit == '0') {
            run.push(digit);
        }
    }
    (run.len(), run)
}

/// The rows as a sheet, a line with the titles first.
pub(super) fn as_csv<'a>(loss: Loss, rows: impl Iterator<Item = &'a LossRow>) -> String {
    let mut out = String::new();
    write_sheet_line(loss.titles(), ',', &mut out);
    for row in rows {
        write_sheet_line(row.cells.iter().map(LossCell::words), ',', &mut out);
    }
    out
}

/// The rows as text in columns, below the name of the list.
pub(super) fn as_text<'a>(loss: Loss, rows: impl Iterator<Item = &'a LossRow> + Clone) -> String {
    let titles = loss.titles();
    let mut widths: Vec<usize> = titles.iter().map(|title| title.chars().count()).collect();
    for row in rows.clone() {
        for (width, cell) in widths.iter_mut().zip(&row.cells) {
            *width = (*width).max(cell.words().chars().count());
        }
    }
    let line = |cells: Vec<String>| {
        let cells = cells.into_iter().zip(&widths);
        let padded = cells.map(|(cell, width)| format!("{cell:width$}"));
        let line = padded.collect::<Vec<_>>().join("  ");
        format!("{}\n", line.trim_end())
    };
    let head = line(titles.iter().map(ToString::to_string).collect());
    let lines = rows.map(|row| line(row.cells.iter().map(LossCell::words).collect()));
    format!("{}\n{head}{}", loss.title(), lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(texts: &[&str], expect: &[&str]) {
        let mut cells: Vec<LossCell> = texts.iter().map(|one| text(*one)).collect();
        cells.sort_by(LossCell::order);
        let found: Vec<String> = cells.iter().map(LossCell::words).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn places_stand_in_the_order_of_their_numbers() {
        check(
            &[
                "PID-11.3", "PID-3", "EVN-2", "PID-3.10", "PID-3.2", "PID-03.2",
            ],
            &[
                "EVN-2", "PID-3", "PID-3.2", "PID-03.2", "PID-3.10", "PID-11.3",
            ],
        );
        check(&["b", "A", "a1", ""], &["", "A", "a1", "b"]);
    }

    #[test]
    fn a_list_is_copied_as_text_and_as_a_sheet() {
        let row = LossRow::of_definition(
            1,
            &DefinitionCount {
                name: "Admit, \"old\"".into(),
                messages: 0,
                taken: 3,
                unreachable_by: Some("All".into()),
            },
        );
        let rows = [row];
        assert_eq!(
            as_csv(Loss::Definitions, rows.iter()),
            "Definition,Messages,Taken before,Remark\r\n\
             \"Admit, \"\"old\"\"\",0,3,can never be reached: All stands before it and takes all that it would\r\n"
        );
        assert_eq!(
            as_text(Loss::Definitions, rows.iter()),
            "Definitions\n\
             Definition    Messages  Taken before  Remark\n\
             Admit, \"old\"  0         3             can never be reached: All stands before it and takes all that it would\n"
        );
    }
}
