//! Where `transform` writes to: one stream, or a folder with one CSV file a table.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{Target, Transform};
use super::failure::Failure;
use super::output::Output;
use super::rendering::{Rendering, TableLines};
use crate::profile::{Profile, write_sheet_line};
use crate::workbench::{is_folder, make_folder};

/// A place for results.
pub(super) enum Sink {
    /// Messages or JSON lines.
    Stream(Output),
    /// The lines of one table.
    Table {
        output: Output,
        numbered: bool,
        table: Option<Arc<str>>,
    },
    /// A file for each table.
    Folder {
        folder: PathBuf,
        numbered: bool,
        files: Vec<(Arc<str>, Output)>,
    },
}

impl Sink {
    /// Opens what `--to` and `--out` ask for.
    pub(super) fn open(arguments: &Transform, profile: &Profile) -> Result<Self, Failure> {
        let out = arguments.out.as_deref();
        match arguments.to {
            Target::Hl7 | Target::RowsJson => Ok(Self::Stream(Output::open(out)?)),
            Target::Csv => Self::open_csv(out, arguments.index, profile),
        }
    }

    fn open_csv(out: Option<&Path>, numbered: bool, profile: &Profile) -> Result<Self, Failure> {
        let file = out.filter(|path| *path != Path::new("-"));
        if let Some(folder) = file.filter(|path| profile.tables.len() > 1 || is_folder(path)) {
            make_folder(folder)?;
            let mut sink = Self::Folder {
                folder: folder.to_owned(),
                numbered,
                files: Vec::new(),
            };
            for (name, table) in &profile.tables {
                let columns: Arc<[Arc<str>]> = table
                    .columns
                    .iter()
                    .map(|column| Arc::clone(&column.name))
                    .collect();
                sink.put_lines(TableLines {
                    table: Arc::clone(name),
                    columns,
                    lines: String::new(),
                })?;
            }
            return Ok(sink);
        }
        if profile.tables.len() > 1 {
            return Err(several_tables());
        }
        let mut sink = Self::Table {
            output: Output::open(out)?,
            numbered,
            table: None,
        };
        if let Some((name, table)) = profile.tables.first_key_value() {
            let columns = table
                .columns
                .iter()
                .map(|column| Arc::clone(&column.name))
                .collect();
            sink.put_lines(TableLines {
                table: Arc::clone(name),
                columns,
                lines: String::new(),
            })?;
        }
        Ok(sink)
    }

    /// Takes what is ready.
    pub(super) fn put(&mut self, rendered: Rendering) -> Result<(), Failure> {
        if let Self::Stream(output) = self {
            return output.put(&rendered.bytes);
        }
        rendered
            .tables
            .into_iter()
            .try_for_each(|lines| self.put_lines(lines))
    }

    fn put_lines(&mut self, lines: TableLines) -> Result<(), Failure> {
        match self {
            Self::Stream(_) => Ok(()),
            Self::Table {
                output,
                numbered,
                table,
            } => {
                match table {
                    Some(known) if *known != lines.table => return Err(several_tables()),
                    Some(_) => {}
                    None => {
                        output.put(header(*numbered, &lines.columns).as_bytes())?;
                        *table = Some(lines.table);
                    }
                }
                output.put(lines.lines.as_bytes())
            }
            Self::Folder {
                folder,
                numbered,
                files,
            } => {
                let known = files.iter().position(|(table, _)| *table == lines.table);
                let place = known.unwrap_or(files.len());
                if known.is_none() {
                    let path = folder.join(format!("{}.csv", file_name(&lines.table)));
                    let mut output = Output::open(Some(&path))?;
                    output.put(header(*numbered, &lines.columns).as_bytes())?;
                    files.push((lines.table, output));
                }
                match files.get_mut(place) {
                    Some((_, output)) => output.put(lines.lines.as_bytes()),
                    None => Ok(()),
                }
            }
        }
    }

    /// Passes on what is buffered where somebody may be reading along.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        match self {
            Self::Stream(output) | Self::Table { output, .. } => output.flush(),
            Self::Folder { .. } => Ok(()),
        }
    }

    /// Passes on the rest and gives files their names.
    pub(super) fn finish(self) -> Result<(), Failure> {
        match self {
            Self::Stream(output) | Self::Table { output, .. } => output.finish(),
            Self::Folder { files, .. } => files.into_iter().try_for_each(|(_, file)| file.finish()),
        }
    }
}

fn header(numbered: bool, columns: &[Arc<str>]) -> String {
    let mut line = String::new();
    let index = numbered.then_some("index");
    let columns = columns.iter().map(|column| &**column);
    write_sheet_line(index.into_iter().chain(columns), ',', &mut line);
    line
}

/// A table's name as a file's: no way out of the folder, no characters that some system refuses.
pub(super) fn file_name(table: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ');
    table
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect()
}

fn several_tables() -> Failure {
    Failure::Argument(
        "the profile has several tables, and one CSV holds one. Name a folder with --out, or use --to rows-json."
            .to_owned(),
    )
}
