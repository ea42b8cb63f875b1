//! Where results go: standard output, or a file that appears only when it is whole.

use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::failure::Failure;
use crate::workbench::Outgoing;

/// Big enough that a write is worth its system call.
const BUFFER_BYTES: usize = 256 * 1024;

/// A buffered place to write results to.
pub(super) enum Output {
    /// Standard output.
    Standard(BufWriter<StdoutLock<'static>>),
    /// A file; dropped before `finish` it leaves what was there untouched.
    File(PathBuf, BufWriter<Outgoing>),
}

impl Output {
    /// Standard output for `None` and `-`.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, Failure> {
        match path {
            Some(path) if path != Path::new("-") => {
                let file = Outgoing::create(path)?;
                Ok(Self::File(
                    path.to_owned(),
                    BufWriter::with_capacity(BUFFER_BYTES, file),
                ))
            }
            _ => Ok(Self::Standard(BufWriter::with_capacity(
                BUFFER_BYTES,
                io::stdout().lock(),
            ))),
        }
    }

    /// Writes all of it.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Self::Standard(writer) => writer.write_all(bytes).map_err(Failure::of_output),
            Self::File(path, writer) => writer.write_all(bytes).map_err(|e| of_file(path, e)),
        }
    }

    /// Passes on what is buffered, so that a reader sees it now.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        match self {
            Self::Standard(writer) => writer.flush().map_err(Failure::of_output),
            Self::File(path, writer) => writer.flush().map_err(|e| of_file(path, e)),
        }
    }

    /// Passes on what is buffered where the input goes on: who feeds it may wait for this.
    pub(super) fn flush_if(&mut self, input_goes_on: bool) -> Result<(), Failure> {
        if input_goes_on { self.flush() } else { Ok(()) }
    }

    /// Passes on the rest and gives a file its name.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        self.flush()?;
        match self {
            Self::Standard(_) => Ok(()),
            Self::File(path, writer) => {
                let file = writer
                    .into_inner()
                    .map_err(|e| of_file(&path, e.into_error()))?;
                Ok(file.commit()?)
            }
        }
    }
}

/// A value as one line of JSON.
pub(super) fn json_line(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    let mut line = serde_json::to_vec(value).map_err(|error| Failure::of_output(error.into()))?;
    line.push(b'\n');
    Ok(line)
}

fn of_file(path: &Path, why: io::Error) -> Failure {
    if why.kind() == io::ErrorKind::BrokenPipe {
        return Failure::BrokenPipe;
    }
    Failure::File(crate::workbench::FileError::writing(path, why))
}
