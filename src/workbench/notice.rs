//! What happened in a session that a person should be told of.

use std::path::PathBuf;

use crate::diagnostic::Diagnostic;
use crate::hl7::SegmentId;

/// Something that a person should hear of once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Samples were loaded: how many messages, from how many sources.
    Loaded {
        /// Messages that came.
        messages: usize,
        /// Files or pastes that hold them.
        sources: usize,
    },
    /// A profile was opened.
    ProfileOpened(PathBuf),
    /// The profile was saved; what it replaced stands beside it.
    ProfileSaved(PathBuf),
    /// A segment was described from what the samples have in it.
    Described(SegmentId),
    /// A lesson was opened; its message comes.
    LessonOpened,
    /// Another file was saved.
    FileSaved(PathBuf),
    /// A file that is open was changed or deleted on disk. Samples keep the bytes that were read.
    ChangedOnDisk(PathBuf),
    /// What followed to a new name, and what could not.
    Renamed(String),
    /// Something failed.
    Failed(Diagnostic),
}
