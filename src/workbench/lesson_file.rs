//! Lessons as files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{FileError, Guard, Stamp, read_text, save};
use super::lesson::{LESSON_ENDING, Lesson, LessonError};

/// A lesson that was read from a file.
#[derive(Debug)]
pub(super) struct ReadLesson {
    pub(super) path: PathBuf,
    pub(super) lesson: Lesson,
    pub(super) stamp: Stamp,
}

/// Why a lesson was not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadLessonError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{}: {error}", .path.display())]
    Lesson { path: PathBuf, error: LessonError },
}

/// A lesson that is to be saved.
#[derive(Debug)]
pub(super) struct LessonDraft {
    pub(super) path: PathBuf,
    pub(super) lesson: Arc<Lesson>,
    pub(super) guard: LessonGuard,
}

/// What the save may replace.
#[derive(Debug)]
pub(super) enum LessonGuard {
    New,
    Overwrite,
    /// The file as it was when this stamp was taken.
    Known(Stamp),
}

/// Whether the name of the file is one of a lesson.
pub(super) fn is_lesson(path: &Path) -> bool {
    let name = path.file_name().map(std::ffi::OsStr::to_string_lossy);
    name.is_some_and(|name| name.to_ascii_lowercase().ends_with(LESSON_ENDING))
}

impl ReadLesson {
    pub(super) fn open(path: &Path) -> Result<Self, ReadLessonError> {
        let (text, stamp) = read_text(path)?;
        let path = path.to_owned();
        match Lesson::read(&text) {
            Ok(lesson) => Ok(Self {
                path,
                lesson,
                stamp,
            }),
            Err(error) => Err(ReadLessonError::Lesson { path, error }),
        }
    }
}

impl LessonDraft {
    pub(super) fn save(&self) -> Result<Stamp, FileError> {
        let guard = match &self.guard {
            LessonGuard::New => Guard::New,
            LessonGuard::Overwrite => Guard::Overwrite,
            LessonGuard::Known(stamp) => Guard::Unchanged(stamp),
        };
        save(&self.path, self.lesson.print().as_bytes(), guard)
    }
}
