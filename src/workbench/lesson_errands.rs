//! Lessons in a session: opened, played, written and saved.

use std::path::PathBuf;
use std::sync::Arc;

use super::desk::{Errand, SaveGuard};
use super::files::{FileError, Stamp};
use super::lesson::{Lesson, LessonError};
use super::lesson_desk::OpenLesson;
use super::lesson_file::{LessonDraft, LessonGuard, ReadLesson, ReadLessonError};
use super::notice::Notice;
use super::session::Session;
use super::source::Origin;
use crate::diagnostic::{Diagnostic, Place};

/// Changes that can be taken back.
const MOST_UNDONE: usize = 200;

impl Session {
    /// Reads a lesson; its message and profile come with it. Whoever calls has asked about unsaved
    /// changes.
    pub fn open_lesson(&mut self, path: PathBuf) {
        self.send(Errand::OpenLesson(path));
    }

    /// Takes a lesson: its message is the one at hand then, its profile that of the session.
    ///
    /// # Errors
    /// Its profile cannot be read.
    pub fn play_lesson(&mut self, lesson: Lesson) -> Result<(), LessonError> {
        let saved = Arc::new(lesson);
        self.take_lesson(saved, None, None)
    }

    /// Begins a lesson on the sample at hand and what the profile makes of it.
    pub fn begin_lesson(&mut self) -> bool {
        let Some((id, preview)) = self.selected.zip(self.preview.clone()) else {
            return false;
        };
        if preview.sample != Some(id) {
            return false;
        }
        self.close_lesson();
        let came = preview.received.as_ref().unwrap_or(&preview.message);
        let title = match self.profile().name.trim() {
            "" => "New lesson".to_owned(),
            name => format!("Lesson on {name}"),
        };
        let scripts = self.site.scripts();
        let lesson = Lesson::new(&title, came.text(), self.profile(), scripts, self.now);
        self.lessons.open = Some(OpenLesson {
            lesson: Arc::new(lesson),
            path: None,
            sample: Some(id),
            saved: None,
            before: Vec::new(),
            after: Vec::new(),
            part: None,
            now: self.now,
        });
        true
    }

    /// The lesson that is open.
    pub fn lesson(&self) -> Option<&OpenLesson> {
        self.lessons.open.as_ref()
    }

    /// Puts the lesson away; its message and profile stay.
    pub fn close_lesson(&mut self) {
        if let Some(open) = self.lessons.open.take()
            && open.now != self.now
        {
            self.set_now(open.now);
        }
    }

    /// Changes the lesson that is open, as one step to undo; changes of the same `part`, one after the
    /// other, are one step, those without one are a step each.
    pub fn edit_lesson(&mut self, lesson: Lesson, part: Option<&str>) {
        let Some(open) = &mut self.lessons.open else {
            return;
        };
        if *open.lesson == lesson {
            return;
        }
        let old = std::mem::replace(&mut open.lesson, Arc::new(lesson));
        if part.is_none() || part != open.part.as_deref() {
            open.before.push(old);
        }
        if open.before.len() > MOST_UNDONE {
            open.before.remove(0);
        }
        open.after.clear();
        open.part = part.map(Into::into);
    }

    /// Takes the last change of the lesson back.
    pub fn undo_lesson(&mut self) {
        if let Some(open) = &mut self.lessons.open
            && let Some(before) = open.before.pop()
        {
            open.after.push(std::mem::replace(&mut open.lesson, before));
            open.part = None;
        }
    }

    /// Makes the last change that was taken back again.
    pub fn redo_lesson(&mut self) {
        if let Some(open) = &mut self.lessons.open
            && let Some(after) = open.after.pop()
        {
            open.before.push(std::mem::replace(&mut open.lesson, after));
            open.part = None;
        }
    }

    /// Saves the lesson to its file unless somebody else changed that; `false` when it has no file yet
    /// and a name must be asked for.
    pub fn save_lesson(&mut self) -> bool {
        let Some(open) = &self.lessons.open else {
            return true;
        };
        let (Some(path), Some((_, Some(stamp)))) = (&open.path, &open.saved) else {
            return false;
        };
        let draft = LessonDraft {
            path: path.clone(),
            lesson: Arc::clone(&open.lesson),
            guard: LessonGuard::Known(*stamp),
        };
        self.send(Errand::SaveLesson(draft));
        true
    }

    /// Saves the lesson under another name.
    pub fn save_lesson_as(&mut self, path: PathBuf, guard: SaveGuard) {
        if let Some(open) = &self.lessons.open {
            let draft = LessonDraft {
                path,
                lesson: Arc::clone(&open.lesson),
                guard: match guard {
                    SaveGuard::New => LessonGuard::New,
                    SaveGuard::Overwrite => LessonGuard::Overwrite,
                },
            };
            self.send(Errand::SaveLesson(draft));
        }
    }

    pub(super) fn receive_lesson(&mut self, read: Result<ReadLesson, ReadLessonError>) {
        let taken = read.and_then(|read| {
            let ReadLesson {
                path,
                lesson,
                stamp,
            } = read;
            let taken = self.take_lesson(Arc::new(lesson), Some(path.clone()), Some(stamp));
            taken.map_err(|error| ReadLessonError::Lesson { path, error })
        });
        if let Err(error) = taken {
            let fault = Diagnostic::error("lesson", error.to_string());
            self.notices.push(Notice::Failed(fault));
        }
    }

    pub(super) fn receive_saved_lesson(
        &mut self,
        draft: LessonDraft,
        result: Result<Stamp, FileError>,
    ) {
        match result {
            Ok(stamp) => {
                if let Some(open) = &mut self.lessons.open {
                    open.path = Some(draft.path.clone());
                    open.saved = Some((draft.lesson, Some(stamp)));
                }
                self.notices.push(Notice::FileSaved(draft.path));
            }
            Err(error) => {
                let place = Place::File(draft.path.display().to_string().into());
                let fault = Diagnostic::error("lesson", error.to_string()).at(place);
                self.notices.push(Notice::Failed(fault));
            }
        }
    }

    /// The message of a lesson came: it is the one at hand now.
    pub(super) fn receive_lesson_sample(&mut self, position: usize) {
        let sample = self.corpus.sample(position).map(|sample| sample.id());
        if let Some(open) = &mut self.lessons.open {
            open.sample = sample;
            self.lessons.brought = sample;
            self.select(sample);
        }
    }

    fn take_lesson(
        &mut self,
        lesson: Arc<Lesson>,
        path: Option<PathBuf>,
        stamp: Option<Stamp>,
    ) -> Result<(), LessonError> {
        let profile = lesson.profile()?;
        self.close_lesson();
        if let Some(id) = self.lessons.brought.take() {
            self.close_source_of(id);
        }
        let was = self.now;
        if let Some(now) = lesson.now() {
            self.now = now;
        }
        self.new_profile(profile);
        self.send(Errand::Cut {
            origin: Origin::Lesson(lesson.title.as_str().into()),
            bytes: lesson.message().into_bytes(),
        });
        self.notices.push(Notice::LessonOpened);
        self.lessons.open = Some(OpenLesson {
            saved: Some((Arc::clone(&lesson), stamp)),
            lesson,
            path,
            sample: None,
            before: Vec::new(),
            after: Vec::new(),
            part: None,
            now: was,
        });
        Ok(())
    }
}
