//! `transform --from csv`: one file a table, as `--to csv` writes them.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::failure::Failure;
use super::input::sentence;
use super::report::note;
use super::sink::file_name;
use crate::mapping::{RowOrigin, RowSheets};
use crate::profile::{Profile, Sheet, SheetRow};
use crate::workbench::{SheetText, is_folder, list, read_bytes};

/// What the column is called that numbers messages.
const INDEX: &str = "index";

/// Reads the rows of all files; gives how many rows were refused, each told with its file, line and column.
pub(super) fn read(
    paths: &[PathBuf],
    profile: &Profile,
    sheets: &mut RowSheets,
) -> Result<u64, Failure> {
    let mut refused = 0;
    for path in paths {
        if !is_folder(path) {
            refused += read_file(path, profile, sheets)?;
            continue;
        }
        let mut listing = list(std::slice::from_ref(path));
        if let Some(error) = listing.refused.pop() {
            return Err(error.into());
        }
        for file in listing.files.iter().map(|file| &file.path) {
            if file
                .extension()
                .is_some_and(|end| end.eq_ignore_ascii_case("csv"))
            {
                refused += read_file(file, profile, sheets)?;
            }
        }
    }
    Ok(refused)
}

fn read_file(path: &Path, profile: &Profile, sheets: &mut RowSheets) -> Result<u64, Failure> {
    let is_standard_input = path == Path::new("-");
    let name: Arc<str> = path.display().to_string().into();
    let table = table_of(path, profile)?;
    let bytes = if is_standard_input {
        let mut bytes = Vec::new();
        let mut input = io::stdin().lock();
        input
            .read_to_end(&mut bytes)
            .map_err(Failure::StandardInput)?;
        bytes
    } else {
        read_bytes(path)?
    };
    let text = SheetText::of(&bytes);
    if let Some(how) = &text.note {
        note(format_args!("{name}: {how}"));
    }
    Reading {
        name,
        table,
        sheets,
        headings: Vec::new(),
        refused: 0,
    }
    .sheet(&text.text)
}

/// The table that a file is named after; the only one of the profile whatever the name.
fn table_of<'p>(path: &Path, profile: &'p Profile) -> Result<&'p str, Failure> {
    let stem = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    let is_of = |table: &&Arc<str>| file_name(table) == stem;
    let mut tables = profile.tables.keys();
    if let Some(table) = profile.tables.keys().find(is_of) {
        return Ok(table);
    }
    if let (Some(only), None) = (tables.next(), tables.next()) {
        return Ok(only);
    }
    let names: Vec<&str> = profile.tables.keys().map(|name| &**name).collect();
    Err(Failure::Argument(format!(
        "{}: a CSV of rows is named after its table, and the profile has no table \"{stem}\". It has: {}.",
        path.display(),
        names.join(", ")
    )))
}

struct Reading<'r> {
    name: Arc<str>,
    table: &'r str,
    sheets: &'r mut RowSheets,
    headings: Vec<String>,
    refused: u64,
}

impl Reading<'_> {
    fn sheet(mut self, text: &str) -> Result<u64, Failure> {
        for row in Sheet::new(text) {
            match row {
                Err(fault) => {
                    self.refused += 1;
                    note(format_args!("{}: {fault}; the rest is left out", self.name));
                    break;
                }
                Ok(row) if self.headings.is_empty() => self.headings(&row)?,
                Ok(row) => self.row(&row),
            }
        }
        if self.headings.is_empty() {
            return Err(Failure::Argument(format!(
                "{}: the first line names the columns of {}, and there is none.",
                self.name, self.table
            )));
        }
        Ok(self.refused)
    }

    /// Takes the first line; a column that the table does not have makes all rows suspect.
    fn headings(&mut self, row: &SheetRow) -> Result<(), Failure> {
        let headings: Vec<String> = row
            .cells
            .iter()
            .map(|cell| cell.trim().to_owned())
            .collect();
        let twice = headings
            .iter()
            .enumerate()
            .find(|(at, name)| headings.iter().take(*at).any(|before| before == *name));
        if let Some((at, name)) = twice {
            return Err(Failure::Argument(format!(
                "{}: line {}, column {}: the column \"{name}\" stands there twice. Keep one of them.",
                self.name,
                row.line,
                at + 1
            )));
        }
        for (at, name) in headings.iter().enumerate() {
            let result = self.sheets.check_columns(self.table, [name.as_str()]);
            if let Err((_, found)) = result
                && name != INDEX
            {
                return Err(Failure::Argument(format!(
                    "{}: line {}, column {}: {}.",
                    self.name,
                    row.line,
                    at + 1,
                    sentence(&found)
                )));
            }
        }
        self.headings = headings;
        Ok(())
    }

    fn row(&mut self, row: &SheetRow) {
        if row.cells.len() != self.headings.len() {
            let (cells, columns) = (row.cells.len(), self.headings.len());
            let what = if cells < columns {
                format!("the line has {cells} of {columns} cells")
            } else {
                "there are more cells than columns".to_owned()
            };
            let column = self.headings.len().min(row.cells.len()) + 1;
            self.refuse(row.line, column, &what);
            return;
        }
        let is_own_index = self.sheets.check_columns(self.table, [INDEX]).is_ok();
        let is_index = |name: &str| name == INDEX && !is_own_index;
        let cells = || self.headings.iter().zip(&row.cells);
        let index = cells()
            .find(|(name, _)| is_index(name))
            .map(|(_, cell)| cell.clone());
        let places: Vec<usize> = (1..)
            .zip(cells())
            .filter(|(_, (name, _))| !is_index(name))
            .map(|(column, _)| column)
            .collect();
        let values: Vec<(String, String)> = cells()
            .filter(|(name, _)| !is_index(name))
            .map(|(name, cell)| (name.clone(), cell.clone()))
            .collect();
        let origin = RowOrigin {
            file: Arc::clone(&self.name),
            line: row.line,
        };
        let values = values
            .iter()
            .map(|(name, cell)| (name.as_str(), Some(cell.as_str())));
        let added = self
            .sheets
            .add(self.table, values, index.as_deref(), origin);
        if let Err((at, found)) = added {
            let column = places.get(at).copied().unwrap_or(1);
            self.refuse(row.line, column, &sentence(&found));
        }
    }

    fn refuse(&mut self, line: u32, column: usize, what: &str) {
        self.refused += 1;
        note(format_args!(
            "{}: line {line}, column {column}: {what}; the row is left out",
            self.name
        ));
    }
}
