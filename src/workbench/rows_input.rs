//! Rows as `transform --to rows-json` writes them, read back line by line.

use std::collections::BTreeMap;

use serde::Deserialize;

/// One row of one message.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowLine {
    /// Rows of one index are rows of one message.
    pub index: String,
    /// The table.
    pub table: String,
    /// The columns with their values; `None` is HL7's null.
    pub row: BTreeMap<String, Option<String>>,
}

/// A line that is no row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "column {column}: {what} (a row reads like {{\"index\":0,\"table\":\"patient\",\"row\":{{\"mrn\":\"4711\"}}}})"
)]
pub struct RowLineError {
    /// Counted from 1, in bytes.
    pub column: usize,
    /// What is wrong.
    pub what: &'static str,
}

impl RowLine {
    /// Reads one line.
    pub fn parse(line: &str) -> Result<Self, RowLineError> {
        let (quoted, shifts) = with_numbers_as_texts(line);
        serde_json::from_str(&quoted).map_err(|error| {
            use serde_json::error::Category;
            let what = match error.classify() {
                Category::Data => "the line is no row: its fields are not those of a row, or a value is no text, number or null",
                Category::Syntax | Category::Eof | Category::Io => "the line is no JSON object",
            };
            let at = error.column();
            let added = shifts.iter().filter(|shift| **shift <= at).count();
            RowLineError {
                column: at.saturating_sub(added).max(1),
                what,
            }
        })
    }
}

/// Shows the shape only: a row holds patient data.
impl std::fmt::Debug for RowLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RowLine({}: {} columns)", self.table, self.row.len())
    }
}

/// The line with its numbers in quotes, and where quotes were put: a number's digits are the value, and
/// a floating point number would not keep the last of `7.50`.
fn with_numbers_as_texts(line: &str) -> (String, Vec<usize>) {
    let is_of_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
    let mut quoted = String::with_capacity(line.len() + 8);
    let mut shifts = Vec::new();
    let (mut in_text, mut is_escaped, mut in_digits) = (false, false, false);
    for c in line.chars() {
        if in_digits && !is_of_number(c) {
            in_digits = false;
            quoted.push('"');
            shifts.push(quoted.len());
        }
        if in_text {
            in_text = is_escaped || c != '"';
            is_escaped = !is_escaped && c == '\\';
        } else if c == '"' {
            in_text = true;
        } else if !in_digits && (c == '-' || c.is_ascii_digit()) {
            in_digits = true;
            quoted.push('"');
            shifts.push(quoted.len());
        }
        quoted.push(c);
    }
    if in_digits {
        quoted.push('"');
        shifts.push(quoted.len());
    }
    (quoted, shifts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expect: &str) {
        let read = match RowLine::parse(line) {
            Ok(row) => {
                let cells = row.row.iter().map(|(name, value)| match value {
                    None => format!("{name}=null"),
                    Some(text) => format!("{name}={text:?}"),
                });
                let cells: Vec<String> = cells.collect();
                format!("{} {} {}", row.index, row.table, cells.join(" "))
            }
            Err(error) => format!("{}: {}", error.column, error.what),
        };
        assert!(read.starts_with(expect), "{line}\n{read}");
    }

    #[test]
    fn a_line_is_a_row_with_its_digits_as_they_are() {
        check(
            r#"{"index":0,"table":"t","row":{"a":"x \"1\" \\","b":7.50,"c":null,"d":-3}}"#,
            r#"0 t a="x \"1\" \\" b="7.50" c=null d="-3""#,
        );
        check(r#" { "row" : {} , "table":"t", "index": 12 } "#, "12 t ");
        check("", "1: the line is no JSON");
        check("{\"index\":0", "10: the line is no JSON");
        check(
            r#"{"index":0,"table":"t","row":{"a":true}}"#,
            "38: the line is no row",
        );
        check(
            r#"{"index":0,"tabel":"t","row":{}}"#,
            "18: the line is no row",
        );
    }
}
