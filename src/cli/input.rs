//! What FILE… stands for: files, folders and standard input, one source after the other.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use super::failure::{Failure, Finish};
use super::report::Report;
use crate::cancel::Cancel;
use crate::diagnostic::Diagnostic;
use crate::workbench::{Corpus, Origin, Sample, Source, SourceError, is_folder, list};

/// So long Ctrl-C may go unnoticed while standard input is silent.
const PATIENCE: Duration = Duration::from_millis(50);

/// Reads what the paths stand for and hands each source on; what cannot be read is reported and the
/// rest goes on. `Incomplete` when a path that was named gave no message.
pub(super) fn each_source(
    paths: &[PathBuf],
    report: &Report,
    cancel: &Cancel,
    mut take: impl FnMut(&Arc<Source>) -> Result<(), Failure>,
) -> Result<Finish, Failure> {
    let mut finish = Finish::Clean;
    for path in paths {
        let gave = if path == Path::new("-") {
            read(standard_input(cancel)?, report, &mut take)?
        } else {
            read_path(path, report, cancel, &mut take)?
        };
        if !gave {
            finish = Finish::Incomplete;
        }
    }
    Ok(finish)
}

/// The messages of a source in order.
pub(super) fn samples(source: &Arc<Source>) -> impl Iterator<Item = Sample> + use<> {
    let corpus = Corpus::default().with(Arc::clone(source));
    (0..corpus.len()).filter_map(move |at| corpus.sample(at))
}

/// A diagnostic as a sentence that starts with the file it is about.
pub(super) fn sentence(diagnostic: &Diagnostic) -> String {
    let place = match diagnostic.place.to_string() {
        place if place.is_empty() => place,
        place => format!("{place}: "),
    };
    match &diagnostic.help {
        Some(help) => format!("{place}{} ({help})", diagnostic.message),
        None => format!("{place}{}", diagnostic.message),
    }
}

/// Read on a thread of its own: a read cannot be broken off, but the wait for it can.
fn standard_input(cancel: &Cancel) -> Result<Result<Source, SourceError>, Failure> {
    let (sender, read) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let result = io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes);
        // Nobody waits any more when the program is stopping.
        sender.send(result).ok();
    });
    loop {
        cancel.check()?;
        match read.recv_timeout(PATIENCE) {
            Ok(result) => {
                let bytes = result.map_err(Failure::StandardInput)?;
                return Ok(Source::from_bytes(Origin::StandardInput, bytes));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Failure::StandardInput(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }
}

fn read_path(
    path: &Path,
    report: &Report,
    cancel: &Cancel,
    take: &mut impl FnMut(&Arc<Source>) -> Result<(), Failure>,
) -> Result<bool, Failure> {
    let listing = list(&[path.to_owned()]);
    let mut gave = false;
    for file in &listing.files {
        cancel.check()?;
        gave |= read(Source::open(&file.path), report, take)?;
    }
    // A part of a folder that cannot be read is not passed over in silence.
    for refused in &listing.refused {
        report.note(refused);
        gave = false;
    }
    if !gave && is_folder(path) && listing.refused.is_empty() {
        report.note(format_args!(
            "{}: no file in this folder holds an HL7 message. Choose the folder that holds the samples.",
            path.display()
        ));
    }
    Ok(gave)
}

fn read(
    source: Result<Source, SourceError>,
    report: &Report,
    take: &mut impl FnMut(&Arc<Source>) -> Result<(), Failure>,
) -> Result<bool, Failure> {
    let source = match source {
        Ok(source) => Arc::new(source),
        Err(error) => {
            report.note(error);
            return Ok(false);
        }
    };
    for problem in source.problems() {
        report.note(sentence(problem));
    }
    if source.is_empty() {
        return Ok(false);
    }
    report.expect(source.len());
    take(&source)?;
    Ok(true)
}
