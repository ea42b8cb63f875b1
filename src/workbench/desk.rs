//! Errands to the file system, done on the worker's thread: loading samples, opening and saving.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::conflict::ChangedFile;
use super::corpus::Sample;
use super::files::{self, FileError, Guard, ListedFile, Stamp};
use super::lesson_file::{LessonDraft, ReadLesson, ReadLessonError};
use super::sheet_offer::{SheetError, SheetOffer};
use super::site_error::SiteError;
use super::site_file::{SiteDraft, SiteFile, SiteStamps};
use super::site_templates::{TemplateFiles, read_anew};
use super::source::{Loaded, Origin, Source};
use super::written::{Input, NotWritten, written};
use crate::cancel::{Cancel, Stale};
use crate::diagnostic::{Diagnostic, Place};
use crate::hl7::{Message, parse_shared};
use crate::profile::{Profile, SiteCharset};

/// So many files are read before what they hold is shown: a first screen comes at once.
const FILES_AT_A_TIME: usize = 64;

/// One thing to do.
#[derive(Debug)]
pub(super) enum Errand {
    Load(Vec<PathBuf>),
    Cut {
        origin: Origin,
        bytes: Vec<u8>,
    },
    OpenSite(PathBuf),
    /// The templates of a profile that extends others than before.
    OpenTemplates {
        site: PathBuf,
        own: Arc<Profile>,
        /// The templates whose files changed, where the same ones are read again.
        changed: Vec<PathBuf>,
    },
    SaveSite(SiteDraft),
    SaveOutput {
        path: PathBuf,
        output: Message,
        /// What the output was made from, and in which charset the site writes.
        read: Option<(Sample, SiteCharset)>,
        guard: SaveGuard,
    },
    /// A sheet of codes for a code table of the profile.
    ReadSheet {
        table: Arc<str>,
        path: PathBuf,
        profile: Arc<Profile>,
    },
    SaveSheet {
        path: PathBuf,
        text: String,
        guard: SaveGuard,
    },
    OpenLesson(PathBuf),
    SaveLesson(LessonDraft),
    LookAgain {
        site: Option<(PathBuf, SiteStamps)>,
    },
}

impl Errand {
    /// Whether samples come of it.
    pub(super) fn brings_samples(&self) -> bool {
        matches!(self, Self::Load(_) | Self::Cut { .. })
    }
}

/// What a plain save may replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveGuard {
    /// Nothing: the file must be new.
    New,
    /// Whatever is there: the person said so.
    Overwrite,
}

impl SaveGuard {
    fn of_file(self) -> Guard<'static> {
        match self {
            SaveGuard::New => Guard::New,
            SaveGuard::Overwrite => Guard::Overwrite,
        }
    }
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Delivery {
    Samples {
        loaded: Loaded,
        is_last: bool,
    },
    Site(Box<Result<SiteFile, SiteError>>),
    Templates {
        own: Arc<Profile>,
        changed: Vec<PathBuf>,
        result: Box<Result<TemplateFiles, SiteError>>,
    },
    SiteSaved {
        draft: SiteDraft,
        result: Result<SiteStamps, FileError>,
    },
    OutputSaved {
        path: PathBuf,
        result: Result<(), OutputError>,
    },
    SheetRead(Box<Result<SheetOffer, SheetError>>),
    LessonRead(Box<Result<ReadLesson, ReadLessonError>>),
    LessonSaved {
        draft: LessonDraft,
        result: Result<Stamp, FileError>,
    },
    Changed {
        site: Vec<ChangedFile>,
    },
}

/// Why an output message was not saved.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The file system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// Its charset cannot hold it.
    #[error(
        "The output was not saved: {0}. Set MSH-18 to a character set that has it, such as UNICODE UTF-8."
    )]
    NotWritten(#[from] NotWritten),
}

/// Does one errand; results are handed over as they come.
pub(super) fn run(
    errand: Errand,
    cancel: &Cancel,
    deliver: &dyn Fn(Delivery),
) -> Result<(), Stale> {
    match errand {
        Errand::Load(paths) => load(&paths, cancel, &|loaded, is_last| {
            deliver(Delivery::Samples { loaded, is_last });
        }),
        Errand::Cut { origin, bytes } => {
            let mut loaded = Loaded::default();
            take(
                &mut loaded,
                Source::from_bytes(origin, bytes).map_err(|e| e.to_string()),
                true,
            );
            deliver(Delivery::Samples {
                loaded,
                is_last: true,
            });
            Ok(())
        }
        Errand::OpenSite(path) => {
            deliver(Delivery::Site(Box::new(SiteFile::open(&path))));
            Ok(())
        }
        Errand::OpenTemplates { site, own, changed } => {
            let result = Box::new(read_anew(&site, &own));
            deliver(Delivery::Templates {
                own,
                changed,
                result,
            });
            Ok(())
        }
        Errand::SaveSite(draft) => {
            let result = draft.save();
            deliver(Delivery::SiteSaved { draft, result });
            Ok(())
        }
        Errand::SaveOutput {
            path,
            output,
            read,
            guard,
        } => {
            let read = read.as_ref().map(|(sample, charset)| (sample, *charset));
            let result = save_output(&path, &output, read, guard);
            deliver(Delivery::OutputSaved { path, result });
            Ok(())
        }
        Errand::ReadSheet {
            table,
            path,
            profile,
        } => {
            let read = SheetOffer::read(table, &path, profile);
            deliver(Delivery::SheetRead(Box::new(read)));
            Ok(())
        }
        Errand::SaveSheet { path, text, guard } => {
            let saved = files::save(&path, text.as_bytes(), guard.of_file());
            let result = saved.map(drop).map_err(OutputError::File);
            deliver(Delivery::OutputSaved { path, result });
            Ok(())
        }
        Errand::OpenLesson(path) => {
            deliver(Delivery::LessonRead(Box::new(ReadLesson::open(&path))));
            Ok(())
        }
        Errand::SaveLesson(draft) => {
            let result = draft.save();
            deliver(Delivery::LessonSaved { draft, result });
            Ok(())
        }
        Errand::LookAgain { site } => {
            let site = site
                .map(|(path, stamps)| stamps.changed(&path))
                .unwrap_or_default();
            deliver(Delivery::Changed { site });
            Ok(())
        }
    }
}

/// An edited sample has no bytes of its own any more: its output goes by MSH-18 alone.
fn save_output(
    path: &Path,
    output: &Message,
    read: Option<(&Sample, SiteCharset)>,
    guard: SaveGuard,
) -> Result<(), OutputError> {
    let read = read
        .filter(|(sample, _)| sample.edited().is_none())
        .map(|(sample, charset)| (sample, sample.decode(charset)));
    let bytes = if let Some((sample, decoded)) = &read {
        let message = parse_shared(Arc::clone(&decoded.text)).0;
        let input = Input {
            message: &message,
            decoded,
            bytes: sample.bytes(),
        };
        written(output, Some(input))?
    } else {
        written(output, None)?
    };
    files::save(path, &bytes, guard.of_file())?;
    Ok(())
}

/// Reads files and folders on all cores and hands over what they hold, some files at a time.
pub(super) fn load(
    paths: &[PathBuf],
    cancel: &Cancel,
    deliver: &dyn Fn(Loaded, bool),
) -> Result<(), Stale> {
    let listing = files::list(paths);
    let mut loaded = Loaded::default();
    for refused in &listing.refused {
        loaded
            .problems
            .push(Diagnostic::error("file", refused.to_string()));
    }
    let mut found_any = false;
    for batch in listing.files.chunks(FILES_AT_A_TIME) {
        cancel.check()?;
        let read: Vec<_> = batch
            .par_iter()
            .map(|file| {
                cancel.check()?;
                Ok((file, Source::open(&file.path).map_err(|e| e.to_string())))
            })
            .collect::<Result<_, Stale>>()?;
        for (ListedFile { named, .. }, source) in read {
            take(&mut loaded, source, *named);
        }
        found_any |= !loaded.sources.is_empty();
        deliver(std::mem::take(&mut loaded), false);
    }
    if !found_any && loaded.problems.is_empty() {
        loaded.problems.extend(paths.iter().filter(|path| files::is_folder(path)).map(|path| {
            Diagnostic::error("folder-without-messages", "no file in this folder holds an HL7 message")
                .at(Place::File(path.display().to_string().into()))
                .with_help("choose the folder that holds the samples; compressed files may be gzip or zstd")
        }));
    }
    deliver(loaded, true);
    Ok(())
}

/// In a folder, files of other kinds are ordinary; a file that a person named is expected to be one.
fn take(loaded: &mut Loaded, source: Result<Source, String>, is_named: bool) {
    match source {
        Ok(source) => {
            let problems = source.problems().iter().cloned();
            loaded.problems.extend(problems.map(|mut problem| {
                if source.is_empty() && is_named {
                    problem.severity = crate::diagnostic::Severity::Error;
                } else if source.is_empty() {
                    problem.severity = crate::diagnostic::Severity::Info;
                }
                problem
            }));
            if !source.is_empty() {
                loaded.sources.push(Arc::new(source));
            }
        }
        Err(message) => loaded.problems.push(Diagnostic::error("file", message)),
    }
}
