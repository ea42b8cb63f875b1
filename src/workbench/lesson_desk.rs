//! The lesson that is open in a session.

use std::path::PathBuf;
use std::sync::Arc;

use super::corpus::SampleId;
use super::files::Stamp;
use super::lesson::Lesson;
use crate::hl7::Timestamp;

/// The lesson that is open, if one is.
#[derive(Debug, Default)]
pub(super) struct LessonDesk {
    pub(super) open: Option<OpenLesson>,
    /// The sample that a lesson brought last.
    pub(super) brought: Option<SampleId>,
}

/// A lesson that is open.
#[derive(Debug)]
pub struct OpenLesson {
    /// What it shows.
    pub lesson: Arc<Lesson>,
    /// The file; none as long as it was not saved.
    pub path: Option<PathBuf>,
    /// The sample that holds its message, once it was read.
    pub sample: Option<SampleId>,
    pub(super) saved: Option<(Arc<Lesson>, Option<Stamp>)>,
    pub(super) before: Vec<Arc<Lesson>>,
    pub(super) after: Vec<Arc<Lesson>>,
    /// What was changed last.
    pub(super) part: Option<Arc<str>>,
    /// What scripts got from `now()` before.
    pub(super) now: Timestamp,
}

impl OpenLesson {
    /// Whether it holds what no file has.
    pub fn is_modified(&self) -> bool {
        match &self.saved {
            Some((saved, _)) => !Arc::ptr_eq(saved, &self.lesson) && *saved != self.lesson,
            None => !self.lesson.pages.is_empty(),
        }
    }

    /// Whether a change can be taken back.
    pub fn can_undo(&self) -> bool {
        !self.before.is_empty()
    }

    /// Whether a change that was taken back can be made again.
    pub fn can_redo(&self) -> bool {
        !self.after.is_empty()
    }
}
