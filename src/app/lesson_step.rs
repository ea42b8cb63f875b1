//! What can be done with a lesson, and what the window goes back to after it.

use std::path::PathBuf;

use egui_tiles::Tree;

use super::pane::Pane;
use super::settings::Settings;
use crate::workbench::Lesson;

/// Something to be done with a lesson.
#[derive(Clone, Debug)]
pub(super) enum LessonStep {
    Open(PathBuf),
    /// Play a lesson of the program, by its number.
    Play(usize),
    /// Show the lesson that is open as the class sees it.
    Present,
    /// Put the panels back; the lesson stays open.
    Rest,
    /// Show a page, by its number.
    Show(usize),
    Edit {
        lesson: Box<Lesson>,
        /// What is changed, where more changes of it are to be one step.
        part: Option<String>,
    },
    Undo,
    Redo,
    SaveAs {
        path: PathBuf,
        overwrite: bool,
    },
    /// Put the lesson away with what is not saved in it.
    Drop,
}

/// What the window was like before a lesson was played.
#[derive(Clone, Debug)]
pub(super) struct BeforeLesson {
    panels: Tree<Pane>,
    zoom: f32,
}

impl BeforeLesson {
    /// What it is like now.
    pub(super) fn of(settings: &Settings) -> Self {
        Self {
            panels: settings.panels.clone(),
            zoom: settings.zoom,
        }
    }

    /// Makes it so again.
    pub(super) fn put_back(&self, settings: &mut Settings) {
        settings.panels = self.panels.clone();
        settings.zoom = self.zoom;
    }
}
