//! Outcomes as bytes: messages, rows as JSON, rows as CSV. Made on many cores, written by one.

use std::io::Write;
use std::sync::Arc;

use super::show_json;
use crate::hl7::Message;
use crate::mapping::{Cell, Row, TableRows, found_or_begun};
use crate::profile::write_sheet_line;
use crate::workbench::{Input, NotWritten, written};

/// What is ready to be written.
#[derive(Default)]
pub(super) struct Rendering {
    /// Messages or JSON lines.
    pub(super) bytes: Vec<u8>,
    /// CSV lines, table by table.
    pub(super) tables: Vec<TableLines>,
}

/// CSV lines of one table, without the header line.
pub(super) struct TableLines {
    pub(super) table: Arc<str>,
    pub(super) columns: Arc<[Arc<str>]>,
    pub(super) lines: String,
}

impl Rendering {
    /// A message, see [`written`].
    pub(super) fn message(
        &mut self,
        message: &Message,
        input: Option<Input<'_>>,
    ) -> Result<(), NotWritten> {
        self.bytes.extend(written(message, input)?);
        Ok(())
    }

    /// One line a row.
    pub(super) fn json_rows(&mut self, index: u64, tables: &[TableRows]) {
        for table in tables {
            for row in &table.rows {
                // Writing to memory does not fail.
                drop(write!(self.bytes, "{{\"index\":{index},\"table\":"));
                self.json_text(&table.table);
                self.bytes.extend_from_slice(b",\"row\":{");
                self.json_cells(&table.columns, row);
                self.bytes.extend_from_slice(b"}}\n");
            }
        }
    }

    fn json_cells(&mut self, columns: &[Arc<str>], row: &Row) {
        let mut is_first = true;
        for (column, cell) in columns.iter().zip(&row.cells) {
            if *cell == Cell::Absent {
                continue;
            }
            if !is_first {
                self.bytes.push(b',');
            }
            is_first = false;
            self.json_text(column);
            self.bytes.push(b':');
            match cell {
                Cell::Absent | Cell::Null => self.bytes.extend_from_slice(b"null"),
                Cell::Integer(number) => drop(write!(self.bytes, "{number}")),
                Cell::Decimal(digits) if is_json_number(digits) => {
                    self.bytes.extend_from_slice(digits.as_bytes());
                }
                Cell::Text(text) | Cell::Decimal(text) | Cell::Time(text) => self.json_text(text),
                Cell::Date(_) | Cell::Timestamp(_) => self.json_text(&cell.to_string()),
            }
        }
    }

    fn json_text(&mut self, text: &str) {
        // Writing to memory does not fail, and every text is a JSON string.
        drop(show_json::text(&mut self.bytes, text));
    }

    /// One line a row, each in the lines of its table.
    pub(super) fn csv_rows(&mut self, index: Option<u64>, tables: &[TableRows]) {
        for table in tables {
            let begin = || TableLines {
                table: Arc::clone(&table.table),
                columns: Arc::clone(&table.columns),
                lines: String::new(),
            };
            let is_it = |known: &TableLines| known.table == table.table;
            let known = found_or_begun(&mut self.tables, is_it, begin);
            for row in &table.rows {
                let index = index.iter().map(ToString::to_string);
                let cells = index.chain(row.cells.iter().map(csv_text));
                write_sheet_line(cells, ',', &mut known.lines);
            }
        }
    }
}

fn csv_text(cell: &Cell) -> String {
    match cell {
        Cell::Null => "\"\"".to_owned(),
        Cell::Absent
        | Cell::Text(_)
        | Cell::Integer(_)
        | Cell::Decimal(_)
        | Cell::Date(_)
        | Cell::Time(_)
        | Cell::Timestamp(_) => cell.to_string(),
    }
}

/// What JSON allows as a number: no leading zeros, no sign but minus, digits round the point.
fn is_json_number(text: &str) -> bool {
    serde_json::from_str::<serde_json::Number>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hl7::{decode, parse};

    fn row(cells: Vec<Cell>) -> Vec<TableRows> {
        let columns: Vec<Arc<str>> = ["a", "b", "c"].map(Arc::from).into();
        let table = "t".into();
        vec![TableRows {
            table,
            columns: columns.into(),
            rows: vec![Row { cells }],
        }]
    }

    fn check(cells: Vec<Cell>, json: &str, csv: &str) {
        let mut rendering = Rendering::default();
        rendering.json_rows(4, &row(cells.clone()));
        rendering.csv_rows(None, &row(cells));
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let expect = format!("{{\"index\":4,\"table\":\"t\",\"row\":{{{json}}}}}\n");
        assert_eq!(text(&rendering.bytes), expect);
        assert_eq!(rendering.tables[0].lines, format!("{csv}\r\n"));
    }

    #[test]
    fn cells_keep_what_they_are() {
        let t = |text: &str| Cell::Text(text.into());
        check(
            vec![t("x"), Cell::Absent, Cell::Null],
            r#""a":"x","c":null"#,
            r#"x,,"""""""#,
        );
        check(
            vec![t("a,\"b\""), Cell::Integer(-3), t(" ")],
            r#""a":"a,\"b\"","b":-3,"c":" ""#,
            r#""a,""b""",-3," ""#,
        );
        check(
            vec![
                Cell::Decimal("7.50".into()),
                Cell::Decimal("007".into()),
                t("x\ny"),
            ],
            r#""a":7.50,"b":"007","c":"x\ny""#,
            "7.50,007,\"x\ny\"",
        );
    }

    #[test]
    fn a_message_ends_its_segments_with_cr_in_its_own_charset() {
        for (text, expect) in [
            ("MSH|^~\\&|é\nPID|1", "MSH|^~\\&|é\rPID|1\r".as_bytes()),
            (
                "MSH|^~\\&|é|||||||||||||||8859/1\rPID|1\r",
                b"MSH|^~\\&|\xE9|||||||||||||||8859/1\rPID|1\r",
            ),
        ] {
            let mut rendering = Rendering::default();
            rendering.message(&parse(text).0, None).unwrap();
            assert_eq!(rendering.bytes, expect);
        }
    }

    /// Reads the bytes, sets `from` to `to`, and writes; `Err` holds a part of what is said.
    fn check_bytes(bytes: &[u8], from: &str, to: &str, expect: Result<&[u8], &str>) {
        let decoded = decode(bytes, None);
        let (message, _) = parse(&decoded.text);
        let input = Input {
            message: &message,
            decoded: &decoded,
            bytes,
        };
        let (output, _) = parse(&decoded.text.replace(from, to));
        let mut rendering = Rendering::default();
        match (rendering.message(&output, Some(input)), expect) {
            (Ok(()), Ok(expect)) => assert_eq!(
                String::from_utf8_lossy(&rendering.bytes),
                String::from_utf8_lossy(expect)
            ),
            (Err(error), Err(words)) => {
                assert!(error.to_string().contains(words), "{error}");
                assert!(rendering.bytes.is_empty());
            }
            (found, expect) => panic!("{found:?} instead of {expect:?}"),
        }
    }

    #[test]
    fn what_was_not_edited_keeps_its_bytes_whatever_msh_18_says() {
        for (charset, name) in [
            ("~ISO IR87", &b"\x1B$BI=\x1B(B"[..]),
            ("ASCII~ISO IR87", b"\x1B$BI=\x1B(B"),
            ("ASCII", b"\xFC"),
            ("NO SUCH SET", b"\xFC"),
            ("", b"\xFC"),
            ("UNICODE UTF-8", b"\xC3\xBC\xFF"),
            ("8859/1", b"\xFC\x85"),
        ] {
            let header = format!("MSH|^~\\&|A|||||||||||||||{charset}\rPID|1||");
            let line = |end: &[u8]| [header.as_bytes(), name, b"|x", end].concat();
            check_bytes(&line(b"\r"), "|none", "", Ok(&line(b"\r")));
            let edited = [header.as_bytes(), name, b"|y\r"].concat();
            check_bytes(&line(b"\r\n"), "|x", "|y", Ok(&edited));
        }
    }

    #[test]
    fn another_msh_18_is_read_in_all_repetitions() {
        let header = "MSH|^~\\&|A|||||||||||||||";
        let latin = [header.as_bytes(), b"8859/1\rPID|\xFC\r"].concat();
        let utf_8 = format!("{header}UNICODE UTF-8\rPID|ü\r");
        check_bytes(&latin, "8859/1", "UNICODE UTF-8", Ok(utf_8.as_bytes()));
        let kanji = format!("{header}UNICODE UTF-8\rPID|表\r");
        for names in ["ASCII~ISO IR87", "~ISO IR87"] {
            let expect = [
                header.as_bytes(),
                names.as_bytes(),
                b"\rPID|\x1B$BI=\x1B(B\r",
            ]
            .concat();
            check_bytes(kanji.as_bytes(), "UNICODE UTF-8", names, Ok(&expect));
        }
        check_bytes(&latin, "8859/1", "ASCII", Err("cannot be written in ASCII"));
        check_bytes(&latin, "8859/1", "X", Err("no known character set"));
    }
}
