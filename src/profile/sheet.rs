//! Sheets: comma-separated text as Excel, databases and other interface engines write it.

use std::fmt;

/// What a text of cells must not hold twice to be told apart: the separators that are recognised.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// A table of cells as text, read line by line.
///
/// Commas, semicolons (as Excel writes under many European settings) and tabs part the cells; which of them
/// is told by the first line, or by Excel's own `sep=;`. A byte order mark is passed over; lines may end
/// with LF, CRLF or CR; line breaks may stand in quotes.
pub struct Sheet<'t> {
    text: &'t str,
    separator: char,
    records: csv::StringRecordsIntoIter<&'t [u8]>,
    /// Up to which byte lines were counted, and how many.
    counted: (usize, u32),
    /// Lines before the text.
    before: u32,
}

/// One line of a sheet; a line break in quotes does not end it.
#[derive(Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// The line on which it begins, counted from 1.
    pub line: u32,
    /// Its cells, without their quotes.
    pub cells: Vec<String>,
}

/// Why a sheet cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct SheetFault {
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1; `None` for the line as a whole.
    pub column: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub help: String,
}

impl<'t> Sheet<'t> {
    /// Looks at how the text separates its cells.
    pub fn new(text: &'t str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (stated, rest) = stated_separator(text);
        let separator = stated.unwrap_or_else(|| separator_of(rest));
        let records = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            // One of SEPARATORS or what Excel says, which is one byte.
            .delimiter(u8::try_from(separator).unwrap_or(b','))
            .from_reader(rest.as_bytes())
            .into_records();
        Self {
            text: rest,
            separator,
            records,
            counted: (0, 0),
            before: u32::from(stated.is_some()),
        }
    }

    /// What stands between two cells.
    pub fn separator(&self) -> char {
        self.separator
    }

    /// The line on which the text at this byte stands, counted from 1.
    fn line(&mut self, byte: usize) -> u32 {
        let (from, mut lines) = self.counted;
        let between = self.text.as_bytes().get(from..byte).unwrap_or_default();
        let next = self.text.as_bytes().get(byte);
        for (at, one) in between.iter().enumerate() {
            let is_end = match one {
                b'\n' => true,
                b'\r' => between.get(at + 1).or(next) != Some(&b'\n'),
                _ => false,
            };
            lines += u32::from(is_end);
        }
        self.counted = (byte, lines);
        self.before + lines + 1
    }
}

impl Iterator for Sheet<'_> {
    type Item = Result<SheetRow, SheetFault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let record = self.records.next()?;
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let at = error.position().map_or(0, csv::Position::byte);
                    let line = self.line(at as usize);
                    let help = "save the sheet again as CSV in UTF-8";
                    return Some(Err(SheetFault::of_line(line, "cannot be read", help)));
                }
            };
            let start = record
                .position()
                .map_or(0, |position| position.byte() as usize);
            // The reader passes over the line feed of the line before only now.
            let rest = self.text.get(start..).unwrap_or_default();
            let start = start + (rest.len() - rest.trim_start_matches(['\r', '\n']).len());
            let line = self.line(start);
            let end = self.records.reader().position().byte() as usize;
            let raw = self.text.get(start..end).unwrap_or_default();
            if end >= self.text.len() && is_open(raw, self.separator) {
                let help = "write the quote at its end, or two quotes for one that is meant";
                let what = "a quote is opened and nowhere closed";
                return Some(Err(SheetFault::of_line(line, what, help)));
            }
            if record.iter().all(str::is_empty) {
                continue;
            }
            let cells = record.iter().map(str::to_owned).collect();
            return Some(Ok(SheetRow { line, cells }));
        }
    }
}

/// Shows the shape only: a sheet may hold patient data.
impl fmt::Debug for SheetRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SheetRow(line {}: {} cells)",
            self.line,
            self.cells.len()
        )
    }
}

impl SheetFault {
    /// A fault of a line as a whole.
    pub fn of_line(line: u32, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            line,
            column: None,
            what: what.into(),
            help: help.into(),
        }
    }

    /// A fault of one cell; columns are counted from 1.
    pub fn of_cell(
        line: u32,
        column: usize,
        what: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            column: Some(column),
            ..Self::of_line(line, what, help)
        }
    }
}

/// `line 3, column 2: the code is empty (write one)`.
impl fmt::Display for SheetFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {} ({})", self.what, self.help)
    }
}

/// Appends one line of RFC 4180, its end CRLF.
pub fn write_sheet_line<T: AsRef<str>>(
    cells: impl IntoIterator<Item = T>,
    separator: char,
    out: &mut String,
) {
    let is_special = |c: char| SEPARATORS.contains(&c) || matches!(c, '"' | '\r' | '\n');
    let mut count = 0;
    let start = out.len();
    for cell in cells {
        let cell = cell.as_ref();
        if count > 0 {
            out.push(separator);
        }
        count += 1;
        if cell.contains(is_special) || cell.starts_with(' ') || cell.ends_with(' ') {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    // A line with nothing on it would be no line.
    if count == 1 && out.len() == start {
        out.push_str("\"\"");
    }
    out.push_str("\r\n");
}

/// Excel's own first line, `sep=;`, and what comes after it.
fn stated_separator(text: &str) -> (Option<char>, &str) {
    let end = text.find(['\r', '\n']).unwrap_or(text.len());
    let (line, rest) = text.split_at(end);
    let stated = line
        .get(..4)
        .filter(|start| start.eq_ignore_ascii_case("sep="));
    let mut stated = stated.and(line.get(4..)).unwrap_or_default().chars();
    match (stated.next(), stated.next()) {
        (Some(separator), None) if separator.is_ascii() && separator != '"' => {
            let rest = rest.strip_prefix('\r').unwrap_or(rest);
            (Some(separator), rest.strip_prefix('\n').unwrap_or(rest))
        }
        _ => (None, text),
    }
}

/// The separator that the first line with something on it has most of, outside quotes.
fn separator_of(text: &str) -> char {
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut in_quotes = false;
    for c in text.trim_start_matches(['\r', '\n']).chars() {
        match c {
            '"' => in_quotes = !in_quotes,
            '\r' | '\n' if !in_quotes => break,
            c if !in_quotes => {
                let known = SEPARATORS.iter().position(|separator| *separator == c);
                if let Some(count) = known.and_then(|at| counts.get_mut(at)) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    let most = counts.iter().copied().max().unwrap_or_default();
    let of_most = SEPARATORS
        .iter()
        .zip(counts)
        .find(|(_, count)| *count == most);
    of_most.map_or(',', |(separator, _)| *separator)
}

/// Whether the last record of a text is one whose quote was never closed.
fn is_open(raw: &str, separator: char) -> bool {
    let starts = |c: char| c == separator || matches!(c, '\r' | '\n');
    let mut before = separator;
    let mut opens = false;
    for c in raw.chars() {
        opens |= c == '"' && starts(before);
        before = c;
    }
    opens && raw.matches('"').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expect: &str) {
        let sheet = Sheet::new(text);
        let mut read = vec![sheet.separator().escape_default().to_string()];
        read.extend(sheet.map(|row| match row {
            Ok(row) => format!("{}:{}", row.line, row.cells.join("/")),
            Err(fault) => fault.to_string(),
        }));
        assert_eq!(read.join(" "), expect, "{text:?}");
    }

    #[test]
    fn the_first_line_tells_the_separator() {
        check("a,b\n1,2\n", ", 1:a/b 2:1/2");
        check("a;b\r\n1,5;2\r\n", "; 1:a/b 2:1,5/2");
        check("a\tb\r1\t2", "\\t 1:a/b 2:1/2");
        check("\u{feff}a;\"b,c,d\"\n", "; 1:a/b,c,d");
        check("sep=;\r\na,b;c\r\n", "; 2:a,b/c");
        check("SEP=\t\na\n", "\\t 2:a");
        check("sep=\n", ", 1:sep=");
        check("alone", ", 1:alone");
        check("", ",");
    }

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        check("a,b\r\n\r\n,\r\nc,d\r\n", ", 1:a/b 4:c/d");
        check("a,\"b\r\nb\"\r\nc,d", ", 1:a/b\r\nb 3:c/d");
        check("a,\"b\nb\"\nc,d\n\n\n", ", 1:a/b\nb 3:c/d");
        check("a\rb\rc", ", 1:a 2:b 3:c");
        check("\n\na,b", ", 3:a/b");
        check("a\n;;\nb", ", 1:a 2:;; 3:b");
    }

    #[test]
    fn a_quote_that_is_nowhere_closed_swallows_nothing_unsaid() {
        let fault = |line: u32| {
            format!(
                "line {line}: a quote is opened and nowhere closed (write the quote at its end, or two quotes for one that is meant)"
            )
        };
        check("a,b\n\"c,d\ne,f\n", &format!(", 1:a/b {}", fault(2)));
        check("a,\"b", &format!(", {}", fault(1)));
        check("5\" tube,b", ", 1:5\" tube/b");
        check("\"a\"\"b\",c", ", 1:a\"b/c");
        check("\"\",c", ", 1:/c");
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            rows in proptest::collection::vec(
                proptest::collection::vec("[a-z0-9 ,;|\"\t\r\né]{0,6}", 2..5), 1..6),
            separator in prop_oneof![Just(','), Just(';'), Just('\t')],
        ) {
            // The first line has more separators than any other of its characters could be.
            let head = vec!["a"; 8];
            let mut text = String::new();
            write_sheet_line(&head, separator, &mut text);
            for row in &rows {
                write_sheet_line(row, separator, &mut text);
            }
            let read: Result<Vec<SheetRow>, SheetFault> = Sheet::new(&text).collect();
            let read: Vec<Vec<String>> =
                read.expect("a sheet").into_iter().skip(1).map(|row| row.cells).collect();
            let is_said = |row: &&Vec<String>| row.iter().any(|cell| !cell.is_empty());
            let expect: Vec<Vec<String>> = rows.iter().filter(is_said).cloned().collect();
            prop_assert_eq!(read, expect);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[a,;\"\r\n\t ]{0,24}") {
            let lines = text.matches('\n').count() + text.matches('\r').count() + 1;
            for row in Sheet::new(&text) {
                let line = match row {
                    Ok(row) => row.line,
                    Err(fault) => fault.line,
                };
                prop_assert!(line as usize <= lines);
            }
        }
    }
}
