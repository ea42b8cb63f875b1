//! What the commands of lessons do: a lesson is played in large type, in an arrangement of its own.

use std::path::PathBuf;

use super::action::{Action, Command};
use super::dialogs::LESSONS;
use super::host::Host;
use super::layout;
use super::lesson_step::{BeforeLesson, LessonStep};
use super::pane::{self, Pane};
use super::settings::PRESENTER_ZOOM;
use crate::workbench::{LESSON_ENDING, Lesson, OpenLesson, SaveGuard, Session};

/// What the panels of a lesson need side by side, in points.
const ROOM_WIDTH: f32 = 1150.0;

/// Whether the lesson holds what no file has.
pub(super) fn is_unsaved(session: &Session) -> bool {
    session.lesson().is_some_and(OpenLesson::is_modified)
}

/// Whether the action puts the lesson away.
pub(super) fn drops_lesson(action: &Action) -> bool {
    match action {
        Action::Lesson(step) => matches!(step, LessonStep::Open(_) | LessonStep::Play(_)),
        Action::Open(paths) => paths.iter().any(|path| {
            path.to_string_lossy()
                .to_lowercase()
                .ends_with(LESSON_ENDING)
        }),
        Action::Run(command) => matches!(
            command,
            Command::BeginLesson | Command::EndLesson | Command::Quit
        ),
        _ => false,
    }
}

/// Does what was asked.
pub(super) fn perform(host: &mut Host, step: LessonStep) {
    let session = &mut host.session;
    match step {
        LessonStep::Open(path) => {
            host.settings.remember(&path);
            session.open_lesson(path);
        }
        LessonStep::Play(number) => {
            let played = LESSONS.get(number).map(|text| Lesson::read(text));
            let played = played.map(|lesson| lesson.and_then(|lesson| session.play_lesson(lesson)));
            if let Some(Err(error)) = played {
                host.toasts.complain(error.to_string());
            }
        }
        LessonStep::Present => present(host),
        LessonStep::Rest => rest(host),
        LessonStep::Show(page) => host.state.views.lesson.turn_to(page),
        LessonStep::Edit { lesson, part } => session.edit_lesson(*lesson, part.as_deref()),
        LessonStep::Undo => session.undo_lesson(),
        LessonStep::Redo => session.redo_lesson(),
        LessonStep::SaveAs { path, overwrite } => {
            let guard = if overwrite {
                SaveGuard::Overwrite
            } else {
                SaveGuard::New
            };
            session.save_lesson_as(with_ending(path), guard);
        }
        LessonStep::Drop => session.close_lesson(),
    }
}

/// A lesson was opened: it begins.
pub(super) fn opened(host: &mut Host) {
    host.state.views.lesson.turn_to(0);
    host.state.views.lesson.is_written = false;
    present(host);
}

/// Begins a lesson on the message at hand; its first page is to be written.
pub(super) fn begin(host: &mut Host) {
    if host.session.begin_lesson() {
        host.state.views.lesson.turn_to(0);
        host.state.views.lesson.is_written = true;
        host.state.start = false;
        layout::show(&mut host.settings.panels, Pane::Lesson);
    }
}

/// Goes to another page.
pub(super) fn turn(host: &mut Host, by: isize) {
    let Some(open) = host.session.lesson() else {
        return;
    };
    let lesson = &mut host.state.views.lesson;
    let page = lesson.page().saturating_add_signed(by);
    if page < open.lesson.pages.len() {
        lesson.turn_to(page);
    }
}

/// Puts the lesson away.
pub(super) fn end(host: &mut Host) {
    host.session.close_lesson();
    rest(host);
}

fn present(host: &mut Host) {
    host.state.start = false;
    let Some(open) = host.session.lesson() else {
        return;
    };
    let settings = &mut host.settings;
    if host.state.playing.is_none() {
        host.state.playing = Some(BeforeLesson::of(settings));
        settings.zoom = large_type(host.state.width);
    }
    settings.panels = if open.lesson.has_profile() {
        pane::lesson_of_mapping()
    } else {
        pane::lesson_of_message()
    };
    layout::show(&mut host.settings.panels, Pane::Lesson);
}

/// The scale for a class: as large as for a projector, as long as all panels keep their room.
fn large_type(width: f32) -> f32 {
    ((width / ROOM_WIDTH * 10.0).floor() / 10.0).clamp(1.0, PRESENTER_ZOOM)
}

fn rest(host: &mut Host) {
    if let Some(before) = host.state.playing.take() {
        before.put_back(&mut host.settings);
    }
}

/// A name for the file of the lesson.
pub(super) fn file_name(session: &Session) -> String {
    let Some(open) = session.lesson() else {
        return format!("lesson{LESSON_ENDING}");
    };
    if let Some(path) = &open.path {
        return path.display().to_string();
    }
    let kept = |c: char| if c.is_alphanumeric() { c } else { '-' };
    let name: String = open.lesson.title.to_lowercase().chars().map(kept).collect();
    let words: Vec<_> = name.split('-').filter(|word| !word.is_empty()).collect();
    format!("{}{LESSON_ENDING}", words.join("-"))
}

/// A lesson is known by the end of its name.
fn with_ending(path: PathBuf) -> PathBuf {
    let Some(name) = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
    else {
        return path;
    };
    if name.to_lowercase().ends_with(LESSON_ENDING) {
        return path;
    }
    let stem = name.strip_suffix(".ron").unwrap_or(&name);
    path.with_file_name(format!("{stem}{LESSON_ENDING}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_gets_the_ending_that_it_is_known_by() {
        for (given, expect) in [
            ("/a/one.lesson.ron", "/a/one.lesson.ron"),
            ("/a/one.ron", "/a/one.lesson.ron"),
            ("one", "one.lesson.ron"),
            ("v1.2", "v1.2.lesson.ron"),
        ] {
            assert_eq!(with_ending(given.into()), PathBuf::from(expect));
        }
    }
}
