//! What FILE… stands for: files, folders and standard input, one source after the other.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use super::failure::{Failure, Finish};
use super::report::Report;
use crate::cancel::Cancel;
use crate::diagnostic::Diagnostic;
use crate::workbench::{Corpus, Origin, Sample, Source, SourceError, Stream, is_folder, list};

/// So long Ctrl-C may go unnoticed while standard input is silent.
const PATIENCE: Duration = Duration::from_millis(50);

/// As much as is read at a time; a pipe mostly holds 64 KiB.
const BLOCK_BYTES: usize = 256 << 10;

/// So many blocks are read ahead.
const BLOCKS_WAITING: usize = 16;

/// So much of what has come is cut at a time.
const BYTES_AT_A_TIME: usize = 8 << 20;

/// Reads what the paths stand for and hands each source on, standard input in parts while it comes; what cannot be read is reported and the
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
            standard_input(report, cancel, &mut take)?
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

/// Reads standard input and hands on what came, message by message. Read on a thread of its own: a
/// read cannot be broken off, but the wait for it can.
fn standard_input(
    report: &Report,
    cancel: &Cancel,
    take: &mut impl FnMut(&Arc<Source>) -> Result<(), Failure>,
) -> Result<bool, Failure> {
    let (sender, blocks) = sync_channel(BLOCKS_WAITING);
    thread::spawn(move || send_blocks(&sender));
    let mut stream = Stream::new(Origin::StandardInput);
    let mut gave = false;
    loop {
        cancel.check()?;
        let first: Vec<u8> = match blocks.recv_timeout(PATIENCE) {
            Ok(block) => block.map_err(Failure::StandardInput)?,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Failure::StandardInput(io::ErrorKind::UnexpectedEof.into()));
            }
        };
        let mut bytes = first;
        let mut has_ended = bytes.is_empty();
        // What has come already is worked on together; for the rest nobody waits.
        while !has_ended
            && bytes.len() < BYTES_AT_A_TIME
            && let Ok(block) = blocks.try_recv()
        {
            let block = block.map_err(Failure::StandardInput)?;
            has_ended = block.is_empty();
            bytes.extend(block);
        }
        if let Some(source) = stream.push(&bytes) {
            gave |= read(Ok(source), report, take)?;
        }
        if has_ended {
            break;
        }
    }
    let rest = read(stream.finish(), report, take)?;
    Ok(gave || rest)
}

/// Sends blocks, an empty one for the end, until nobody takes them any more.
fn send_blocks(sender: &SyncSender<io::Result<Vec<u8>>>) {
    let mut input = io::stdin().lock();
    let mut buffer = vec![0; BLOCK_BYTES];
    loop {
        let result = match input.read(&mut buffer) {
            Ok(length) => Ok(buffer.get(..length).unwrap_or_default().to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let is_last = result.as_ref().map_or(true, Vec::is_empty);
        if sender.send(result).is_err() || is_last {
            return;
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
