//! Writing a lesson: its pages, what each says and what it shows.

use egui::{Button, ComboBox, Frame, RichText, ScrollArea, TextEdit, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::lesson_step::LessonStep;
use super::super::theme::Theme;
use super::parts::weak;
use crate::workbench::{Anchor, Lesson, Page, View};

const VIEWS: [(Option<View>, &str); 9] = [
    (None, "What is in front"),
    (Some(View::Message), "Message"),
    (Some(View::Tree), "Tree"),
    (Some(View::Script), "Script"),
    (Some(View::Mapping), "Mapping"),
    (Some(View::Profile), "Profile"),
    (Some(View::Output), "Output"),
    (Some(View::Stepper), "Script and stepper"),
    (Some(View::Links), "Links"),
];

/// Shows the lesson to be changed, with the page at `at`.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, lesson: &Lesson, at: usize) {
    let theme = Theme::of(ui);
    let area = ScrollArea::vertical().id_salt("write").auto_shrink(false);
    area.show(ui, |ui| {
        let frame = Frame::new().inner_margin(theme.margin(4, 2));
        frame.show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = theme.grid(2);
            ui.set_width(ui.available_width().min(theme.grid(150)));
            bar_ui(ui, cx);
            field_ui(ui, cx, "Title of the lesson", &lesson.title, 1, |text| {
                let mut next = lesson.clone();
                next.title = text;
                next
            });
            field_ui(ui, cx, "What is learned", &lesson.about, 2, |text| {
                let mut next = lesson.clone();
                next.about = text;
                next
            });
            pages_ui(ui, cx, lesson, at);
            if let Some(page) = lesson.pages.get(at) {
                // Each page has carets of its own.
                ui.push_id(at, |ui| page_ui(ui, cx, lesson, at, page));
            }
        });
    });
}

/// What is done with the whole.
fn bar_ui(ui: &mut Ui, cx: &Cx<'_>) {
    let Some(open) = cx.session.lesson() else {
        return;
    };
    ui.horizontal_wrapped(|ui| {
        for (name, can, step) in [
            ("Undo", open.can_undo(), LessonStep::Undo),
            ("Redo", open.can_redo(), LessonStep::Redo),
        ] {
            let button = ui.add_enabled(can, Button::new(name));
            let button = button.on_hover_text("Of the lesson alone");
            let label = format!("{name} a change of the lesson");
            button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, can, &label));
            if button.clicked() {
                cx.send(Action::Lesson(step));
            }
        }
        let can = cx.can(Command::SaveLesson);
        if ui.add_enabled(can, Button::new("Save lesson")).clicked() {
            cx.run(Command::SaveLesson);
        }
        match &open.path {
            Some(path) => weak(ui, path.display().to_string()),
            None => weak(
                ui,
                "The file holds the whole message: take one without a real patient",
            ),
        };
    });
}

/// The pages by name, and how to add, move and remove one.
fn pages_ui(ui: &mut Ui, cx: &Cx<'_>, lesson: &Lesson, at: usize) {
    let theme = Theme::of(ui);
    ui.add_space(theme.grid(1));
    ui.label(RichText::new("Pages").font(theme.strong_font()));
    if lesson.pages.is_empty() {
        let text = "No page yet: choose a place of the message or go to a step of its run, then add one about it";
        ui.add(egui::Label::new(RichText::new(text).color(*theme.text.weak)).wrap());
    }
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        ui.spacing_mut().interact_size.y = theme.size.row;
        for (index, page) in lesson.pages.iter().enumerate() {
            let name = format!("{}  {}", index + 1, page.title);
            if ui.selectable_label(index == at, name).clicked() {
                cx.send(Action::Lesson(LessonStep::Show(index)));
            }
        }
    });
    let count = lesson.pages.len();
    ui.horizontal_wrapped(|ui| {
        let add = ui.button("Add a page here");
        let tip = "About the chosen place of the message, and the step where the stepper stands";
        if add.on_hover_text(tip).clicked() {
            let mut next = lesson.clone();
            let to = (at + 1).min(count);
            next.pages.insert(to, page_here(cx, to));
            change(cx, next);
            cx.send(Action::Lesson(LessonStep::Show(to)));
        }
        for (name, can, to) in [
            ("Move up", at > 0 && at < count, at.wrapping_sub(1)),
            ("Move down", at + 1 < count, at + 1),
        ] {
            if ui.add_enabled(can, Button::new(name)).clicked() {
                let mut next = lesson.clone();
                next.pages.swap(at, to);
                change(cx, next);
                cx.send(Action::Lesson(LessonStep::Show(to)));
            }
        }
        let remove = ui.add_enabled(at < count, Button::new("Remove"));
        if remove.on_hover_text("Undo brings it back").clicked() {
            let mut next = lesson.clone();
            next.pages.remove(at);
            change(cx, next);
        }
    });
}

/// A page about what is chosen now.
fn page_here(cx: &Cx<'_>, number: usize) -> Page {
    let step = step_here(cx);
    Page {
        title: format!("Page {}", number + 1),
        show: Some(if step.is_some() {
            View::Stepper
        } else {
            View::Tree
        }),
        at: cx.session.location().cloned(),
        step,
        ..Page::default()
    }
}

/// The step where the stepper stands, while it is open.
fn step_here(cx: &Cx<'_>) -> Option<Anchor> {
    let walked = cx.stepping.walked().filter(|_| cx.stepping.is_open)?;
    Anchor::of(walked.recording(), walked.step())
}

fn page_ui(ui: &mut Ui, cx: &Cx<'_>, lesson: &Lesson, at: usize, page: &Page) {
    let theme = Theme::of(ui);
    let with = |set: &dyn Fn(&mut Page)| {
        let mut next = lesson.clone();
        if let Some(page) = next.pages.get_mut(at) {
            set(page);
        }
        next
    };
    ui.add_space(theme.grid(1));
    ui.label(RichText::new(format!("Page {}", at + 1)).font(theme.strong_font()));
    field_ui(ui, cx, "Heading", &page.title, 1, |text| {
        with(&|page| page.title.clone_from(&text))
    });
    field_ui(ui, cx, "Note", &page.text, 7, |text| {
        with(&|page| page.text.clone_from(&text))
    });
    field_ui(
        ui,
        cx,
        "Answer, shown when asked for",
        &page.answer,
        3,
        |text| with(&|page| page.answer.clone_from(&text)),
    );
    ui.horizontal_wrapped(|ui| {
        ui.label("Shows");
        let known = VIEWS.iter().find(|(view, _)| *view == page.show);
        let combo =
            ComboBox::from_id_salt("shows").selected_text(known.map_or("", |(_, name)| name));
        let shown = combo.show_ui(ui, |ui| {
            for (view, name) in VIEWS {
                if ui.selectable_label(view == page.show, name).clicked() {
                    change(cx, with(&|page| page.show = view));
                }
            }
        });
        let id = shown.response.id;
        ui.ctx()
            .accesskit_node_builder(id, |node| node.set_label("What the page shows"));
    });
    let place = page.at.as_ref().map(ToString::to_string);
    let here = cx.session.location().cloned();
    let (take, clear) = place_ui(ui, "place", place.as_deref(), here.is_some());
    if take || clear {
        let here = here.filter(|_| take);
        change(cx, with(&|page| page.at.clone_from(&here)));
    }
    let step = page.step.as_ref().map(|step| match step.pass() {
        1 => step.place().to_owned(),
        pass => format!("{}, the {pass}th time", step.place()),
    });
    let (take, clear) = place_ui(ui, "step", step.as_deref(), cx.stepping.is_open);
    if take || clear {
        let here = step_here(cx).filter(|_| take);
        change(cx, with(&|page| page.step.clone_from(&here)));
    }
}

/// What a page is about, with the buttons that take what is chosen now, and nothing.
fn place_ui(ui: &mut Ui, what: &str, now: Option<&str>, can: bool) -> (bool, bool) {
    let theme = Theme::of(ui);
    ui.horizontal_wrapped(|ui| {
        ui.label(if what == "step" { "Step" } else { "Place" });
        match now {
            Some(text) => {
                ui.label(RichText::new(text).font(theme.code_font()));
            }
            None => {
                weak(ui, "none");
            }
        }
        let tip = match what {
            "step" => "Take the step where the stepper stands",
            _ => "Take the chosen place of the message",
        };
        let take = ui.add_enabled(can, Button::new(format!("Take the chosen {what}")));
        let take = take.on_hover_text(tip).clicked();
        let clear = now.is_some() && ui.button(format!("No {what}")).clicked();
        (take, clear)
    })
    .inner
}

fn field_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    name: &str,
    text: &str,
    rows: usize,
    set: impl FnOnce(String) -> Lesson,
) {
    let theme = Theme::of(ui);
    let mut written = text.to_owned();
    let label = ui.label(RichText::new(name).small().color(*theme.text.weak));
    let field = if rows == 1 {
        TextEdit::singleline(&mut written)
    } else {
        TextEdit::multiline(&mut written).desired_rows(rows)
    };
    let field = ui
        .add(field.desired_width(f32::INFINITY))
        .labelled_by(label.id);
    cx.keeps_own_undo(field.has_focus());
    if field.changed() {
        cx.send(Action::Lesson(LessonStep::Edit {
            lesson: Box::new(set(written)),
            part: Some(format!("{:?}", field.id)),
        }));
    }
}

fn change(cx: &Cx<'_>, lesson: Lesson) {
    cx.send(Action::Lesson(LessonStep::Edit {
        lesson: Box::new(lesson),
        part: None,
    }));
}
