//! The lesson: one note after the other, each with the place and the step that it is about.

use egui::text::LayoutJob;
use egui::{Align, Frame, Label, Layout, RichText, ScrollArea, TextFormat, Ui, Vec2};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::dialogs::LESSONS;
use super::super::lesson_step::LessonStep;
use super::super::pane::Pane;
use super::super::question::primary;
use super::super::stepping::Go;
use super::super::theme::Theme;
use super::lesson_edit;
use super::parts::{bar_ui, weak};
use crate::workbench::{Anchored, Lesson, OpenLesson, Page, View};

/// How much larger than elsewhere notes are written: they are read from the last row.
const LARGER: f32 = 1.2;

/// The view of the lesson.
#[derive(Default)]
pub(crate) struct State {
    page: usize,
    is_answered: bool,
    /// The lesson is being written, not shown.
    pub(crate) is_written: bool,
    arrival: Arrival,
    /// The lessons of the program, once they were read.
    shipped: Vec<(String, String)>,
}

/// How far the window has gone to what a page shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Arrival {
    /// Not at all.
    #[default]
    Due,
    /// The place is shown, the step not yet.
    AtPlace,
    Done,
    /// The run does not come to the step, or less often than the page says.
    Astray(Anchored),
}

impl State {
    /// The page that is shown, counted from 0.
    pub(crate) fn page(&self) -> usize {
        self.page
    }

    /// Shows a page, and what it is about.
    pub(crate) fn turn_to(&mut self, page: usize) {
        self.page = page;
        self.is_answered = false;
        self.arrival = Arrival::Due;
    }
}

/// Shows the panel.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let Some(open) = cx.session.lesson() else {
        return shelf_ui(ui, cx, state);
    };
    state.page = state.page.min(open.lesson.pages.len().saturating_sub(1));
    let page = open.lesson.pages.get(state.page);
    if let Some(page) = page {
        if page.step.is_some() {
            cx.watch_steps();
        }
        arrive(cx, state, open, page);
    }
    bar_ui(ui, |ui| head_ui(ui, cx, state, open));
    if state.is_written {
        return lesson_edit::ui(ui, cx, &open.lesson, state.page);
    }
    if let Some(page) = page {
        page_ui(ui, cx, state, open, page);
    }
}

/// Goes to the place and the step of a page, as soon as the message is read and its run recorded.
fn arrive(cx: &Cx<'_>, state: &mut State, open: &OpenLesson, page: &Page) {
    let is_here = open.sample.is_some() && cx.session.selected() == open.sample;
    if !is_here || cx.preview().is_none() || !cx.session.is_preview_current() {
        return;
    }
    if state.arrival == Arrival::Due {
        for command in page.show.into_iter().flat_map(commands) {
            cx.run(*command);
        }
        cx.send(Action::SelectLocation {
            location: page.at.clone(),
            from: Pane::Lesson,
        });
        state.arrival = Arrival::AtPlace;
    }
    if state.arrival != Arrival::AtPlace {
        return;
    }
    let Some(anchor) = &page.step else {
        state.arrival = Arrival::Done;
        return;
    };
    let is_recorded = cx.records_steps();
    match cx.walked().filter(|_| !cx.stepping.is_old) {
        Some(walked) => {
            let found = anchor.find(walked.recording());
            if let Anchored::Step(step) | Anchored::Fewer(step) = found {
                cx.send(Action::Walk(Go::ToStep(step)));
            }
            state.arrival = match found {
                Anchored::Step(_) => Arrival::Done,
                Anchored::Fewer(_) | Anchored::Gone => Arrival::Astray(found),
            };
        }
        // Nothing runs for this message.
        None if is_recorded => state.arrival = Arrival::Astray(Anchored::Gone),
        None => {}
    }
}

/// What brings a view to the front.
fn commands(view: View) -> &'static [Command] {
    match view {
        View::Message => &[Command::ShowRaw],
        View::Tree => &[Command::ShowTree],
        View::Script => &[Command::ShowScript],
        View::Mapping => &[Command::ShowMapping],
        View::Profile => &[Command::ShowProfile],
        View::Output => &[Command::ShowOutput],
        View::Stepper => &[Command::ShowScript, Command::ShowStepper],
        View::Links => &[Command::ShowLinks],
    }
}

fn head_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, open: &OpenLesson) {
    let theme = Theme::of(ui);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let leave = Command::EndLesson.words();
        if ui.button("Leave").on_hover_text(leave.tip).clicked() {
            cx.run(Command::EndLesson);
        }
        let (name, tip) = if state.is_written {
            ("Present", "Show it as the class sees it")
        } else {
            ("Edit", "Change the notes and what they show")
        };
        let can = !open.lesson.pages.is_empty();
        let button = ui.add_enabled(can, egui::Button::new(name));
        if button.on_hover_text(tip).clicked() {
            let step = if state.is_written {
                state.turn_to(0);
                LessonStep::Present
            } else {
                LessonStep::Rest
            };
            state.is_written = !state.is_written;
            cx.send(Action::Lesson(step));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let title = RichText::new(&open.lesson.title)
                .font(theme.strong_font())
                .color(*theme.text.strong);
            ui.add(Label::new(title).truncate())
                .on_hover_text(&open.lesson.about);
        });
    });
}

fn page_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, open: &OpenLesson, page: &Page) {
    let theme = Theme::of(ui);
    let foot = theme.grid(11);
    let size = Vec2::new(
        ui.available_width(),
        (ui.available_height() - foot).max(theme.grid(10)),
    );
    ui.allocate_ui(size, |ui| {
        ui.set_min_size(size);
        let area = ScrollArea::vertical().auto_shrink(false);
        area.id_salt(("page", state.page)).show(ui, |ui| {
            let frame = Frame::new().inner_margin(theme.margin(4, 3));
            frame.show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = theme.grid(3);
                ui.set_min_width(ui.available_width());
                note_ui(ui, cx, state, open, page);
            });
        });
    });
    foot_ui(ui, cx, state, open.lesson.pages.len());
}

fn note_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, open: &OpenLesson, page: &Page) {
    let theme = Theme::of(ui);
    let mut font = egui::TextStyle::Heading.resolve(ui.style());
    font.size *= LARGER;
    ui.add(
        Label::new(
            RichText::new(&page.title)
                .font(font)
                .color(*theme.text.strong),
        )
        .wrap(),
    );
    if open.sample.is_some() && cx.session.selected() != open.sample {
        said_ui(
            ui,
            "Another message is chosen: what is said here is not about it",
        );
        if ui.button("Back to the message of the lesson").clicked()
            && let Some(sample) = open.sample
        {
            state.turn_to(state.page);
            cx.send(Action::SelectSample(sample));
        }
    }
    for paragraph in page.text.split("\n\n") {
        ui.add(Label::new(marked(ui, paragraph)).wrap());
    }
    match (state.arrival, &page.step) {
        (Arrival::Astray(Anchored::Gone), Some(step)) => {
            let place = step.place();
            said_ui(
                ui,
                format!("The run does not come to {place}: the message or the mapping was changed"),
            );
        }
        (Arrival::Astray(_), Some(step)) => {
            let (place, pass) = (step.place(), step.pass());
            said_ui(
                ui,
                format!("The run comes to {place} less than {pass} times: this is the last one"),
            );
        }
        _ => {}
    }
    if page.answer.is_empty() {
        return;
    }
    if state.is_answered {
        let frame = Frame::new()
            .fill(*theme.surface.raised)
            .corner_radius(theme.size.corner)
            .inner_margin(theme.margin(3, 2));
        frame.show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.add(Label::new(marked(ui, &page.answer)).wrap());
        });
    } else {
        state.is_answered = ui.button("Show the answer").clicked();
    }
}

/// Something that the class should not wonder about.
fn said_ui(ui: &mut Ui, text: impl Into<String>) {
    let theme = Theme::of(ui);
    ui.add(Label::new(RichText::new(text).color(*theme.severity.warning)).wrap());
}

fn foot_ui(ui: &mut Ui, cx: &Cx<'_>, state: &State, count: usize) {
    let theme = Theme::of(ui);
    let frame = Frame::new().inner_margin(theme.margin(4, 2));
    frame.show(ui, |ui| {
        ui.horizontal(|ui| {
            let size = Vec2::new(theme.grid(16), theme.grid(7));
            let at = state.page;
            let back = egui::Button::new("Back").min_size(size);
            let back = ui.add_enabled(at > 0, back);
            if back.on_hover_text(tip(ui, Command::PreviousPage)).clicked() {
                cx.run(Command::PreviousPage);
            }
            let command = if at + 1 < count {
                Command::NextPage
            } else {
                Command::EndLesson
            };
            let name = if command == Command::NextPage {
                "Next"
            } else {
                "Finish"
            };
            let next = ui.add(primary(theme, name).min_size(size));
            if next.on_hover_text(tip(ui, command)).clicked() {
                cx.run(command);
            }
            weak(ui, format!("{} of {count}", at + 1));
        });
    });
}

fn tip(ui: &Ui, command: Command) -> String {
    let words = command.words();
    match words.key.map(|key| ui.ctx().format_shortcut(&key)) {
        Some(key) => format!("{} ({key})", words.tip),
        None => words.tip.to_owned(),
    }
}

/// The lessons there are, and how to make one.
fn shelf_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let theme = Theme::of(ui);
    if state.shipped.is_empty() {
        let read = LESSONS.iter().filter_map(|text| Lesson::read(text).ok());
        state.shipped = read.map(|lesson| (lesson.title, lesson.about)).collect();
    }
    let area = ScrollArea::vertical().id_salt("shelf").auto_shrink(false);
    area.show(ui, |ui| {
        let frame = Frame::new().inner_margin(theme.margin(4, 4));
        frame.show(ui, |ui| {
            ui.set_max_width(theme.grid(110).min(ui.available_width()));
            ui.spacing_mut().item_spacing.y = theme.grid(2);
            ui.label(
                RichText::new("Lessons")
                    .heading()
                    .color(*theme.text.strong),
            );
            let text = "A lesson shows a message and what becomes of it, note by note, in large type. It opens its own message and profile";
            ui.add(Label::new(RichText::new(text).color(*theme.text.weak)).wrap());
            for (number, (title, about)) in state.shipped.iter().enumerate() {
                ui.add_space(theme.grid(1));
                let button = egui::Button::new(title.as_str())
                    .min_size(Vec2::new(ui.available_width(), theme.grid(8)));
                if ui.add(button).clicked() {
                    cx.send(Action::Lesson(LessonStep::Play(number)));
                }
                ui.add(Label::new(RichText::new(about).small().color(*theme.text.weak)).wrap());
            }
            ui.add_space(theme.grid(3));
            ui.horizontal_wrapped(|ui| {
                for command in [Command::OpenLesson, Command::BeginLesson] {
                    let words = command.words();
                    let button = egui::Button::new(words.name);
                    let button = ui.add_enabled(cx.can(command), button);
                    if button.on_hover_text(words.tip).clicked() {
                        cx.run(command);
                    }
                }
            });
        });
    });
}

/// The text with what stands between back quotes as code, and between stars stressed.
fn marked(ui: &Ui, text: &str) -> LayoutJob {
    let (theme, style) = (Theme::of(ui), ui.style());
    let mut job = LayoutJob::default();
    let font = |mark: Option<char>| match mark {
        Some('`') => (theme.code_font(), *theme.text.accent),
        Some(_) => (theme.strong_font(), *theme.text.strong),
        None => (egui::TextStyle::Body.resolve(style), *theme.text.body),
    };
    for (mark, piece) in pieces(text) {
        let (mut font, colour) = font(mark);
        font.size *= LARGER;
        job.append(piece, 0.0, TextFormat::simple(font, colour));
    }
    job
}

/// The pieces of a text, each with the mark that stands on both sides of it.
fn pieces(text: &str) -> Vec<(Option<char>, &str)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*']) {
        let (before, marked) = rest.split_at(at);
        let mark = if marked.starts_with('`') { '`' } else { '*' };
        let inner = marked.get(1..).unwrap_or_default();
        let Some(end) = inner.find(mark).filter(|end| *end > 0) else {
            // A mark that nothing closes is a character like any other.
            let (kept, after) = rest.split_at(at + 1);
            pieces.push((None, kept));
            rest = after;
            continue;
        };
        pieces.push((None, before));
        let (inner, after) = inner.split_at(end);
        pieces.push((Some(mark), inner));
        rest = after.get(1..).unwrap_or_default();
    }
    pieces.push((None, rest));
    pieces.retain(|(_, piece)| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_and_what_they_enclose_stays() {
        assert_eq!(
            pieces("cut by `^`, *twice* 2 * 3"),
            [
                (None, "cut by "),
                (Some('`'), "^"),
                (None, ", "),
                (Some('*'), "twice"),
                (None, " 2 *"),
                (None, " 3"),
            ]
        );
        assert_eq!(pieces("`MSH#*+?%`"), [(Some('`'), "MSH#*+?%")]);
    }
}
