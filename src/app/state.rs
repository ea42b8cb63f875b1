//! What the window keeps beside the session: the view of each panel, never data.

use std::sync::Arc;

use super::cx::Chosen;
use super::lesson_step::BeforeLesson;
use super::palette::Palette;
use super::panels::Views;
use super::path_dialog::PathDialog;
use super::question::Question;
use super::target_chooser::TargetChooser;
use super::template_dialog::TemplateDialog;
use crate::mapping::End;

/// The view state.
#[derive(Default)]
pub(super) struct State {
    /// Show the start page instead of the panels.
    pub(super) start: bool,
    /// The message definition that script and profile panels show.
    pub(super) definition: usize,
    pub(super) chosen: Chosen,
    /// The cell of the output that is chosen, if one was chosen last.
    pub(super) end: Option<End>,
    pub(super) palette: Option<Palette>,
    pub(super) target_chooser: Option<TargetChooser>,
    pub(super) path_dialog: Option<PathDialog>,
    pub(super) question: Option<Question>,
    pub(super) template_dialog: Option<TemplateDialog>,
    /// How wide the window is, in points of the normal size.
    pub(super) width: f32,
    /// What the window was like before the lesson that is played.
    pub(super) playing: Option<BeforeLesson>,
    /// The code table for which a sheet was asked.
    pub(super) sheet_of: Option<Arc<str>>,
    /// Saving drops the comments of this profile, and the person knows.
    pub(super) comments_may_go: bool,
    /// The window may close although there are unsaved changes.
    pub(super) may_close: bool,
    pub(super) views: Views,
}

impl State {
    /// The state of a window that was just opened.
    pub(super) fn new() -> Self {
        Self {
            start: true,
            ..Self::default()
        }
    }
}
