//! The parts of the stepper: its buttons, what the step is, what happened in it.

use egui::{Button, RichText, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::stepping::{Go, Walked, path};
use super::super::theme::Theme;
use super::super::widgets::{StepButton, StepSign};
use super::parts::weak;
use super::stepper_stops::{NewWatch, stops_ui};
use crate::mapping::{Happening, StepPlace};

/// The commands of the buttons with what they are called and their signs; those on the left side go back.
const BUTTONS: [[(Command, &str, StepSign, bool); 2]; 6] = [
    [
        (Command::StepToStart, "Start", StepSign::End, true),
        (Command::RunBack, "Run back", StepSign::Run, true),
    ],
    [
        (Command::StepBackOut, "Back out", StepSign::Out, true),
        (Command::StepBackOver, "Back over", StepSign::Over, true),
    ],
    [
        (Command::StepBack, "Back", StepSign::Into, true),
        (Command::StepInto, "Into", StepSign::Into, false),
    ],
    [
        (Command::StepOver, "Over", StepSign::Over, false),
        (Command::StepOut, "Out", StepSign::Out, false),
    ],
    [
        (Command::RunOn, "Run on", StepSign::Run, false),
        (Command::StepToEnd, "End", StepSign::End, false),
    ],
    [
        (
            Command::ToPreviousChange,
            "Previous change",
            StepSign::Change,
            true,
        ),
        (
            Command::ToNextChange,
            "Next change",
            StepSign::Change,
            false,
        ),
    ],
];

/// The buttons that go from step to step.
pub(super) fn buttons_ui(ui: &mut Ui, cx: &Cx<'_>, walked: &Walked, new: &mut NewWatch) {
    let theme = Theme::of(ui);
    let frame = egui::Frame::new().inner_margin(theme.margin(2, 1));
    frame.show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::Vec2::splat(theme.grid(1));
            let at = walked.walk.at();
            let last = walked.track().timeline().len().saturating_sub(1);
            for (number, group) in BUTTONS.into_iter().enumerate() {
                // A gap before the ways of another kind: back, on, to the ends, to changes.
                if matches!(number, 1 | 4 | 5) {
                    ui.add_space(theme.grid(1));
                }
                for (command, name, sign, goes_back) in group {
                    let can = if goes_back { at > 0 } else { at < last };
                    let words = command.words();
                    let key = words.key.map(|key| ui.ctx().format_shortcut(&key));
                    let key = key.map_or_else(String::new, |key| format!(" ({key})"));
                    let button = StepButton {
                        name,
                        tip: &format!("{}{key}: {}", words.name, lower(words.tip)),
                        sign,
                        goes_back,
                        enabled: can && cx.can(command),
                    };
                    if button.ui(ui).clicked() {
                        cx.run(command);
                    }
                }
            }
            ui.add_space(theme.grid(1));
            stops_ui(ui, cx, walked, new);
        });
    });
}

/// A sentence after a colon.
fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(letters).collect()
}

/// What the step is part of, and what it is.
pub(super) fn head_ui(ui: &mut Ui, cx: &Cx<'_>, walked: &Walked) {
    let theme = Theme::of(ui);
    let recording = walked.recording();
    let at = walked.step();
    let frame = egui::Frame::new()
        .fill(*theme.surface.line)
        .inner_margin(theme.margin(3, 2));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = theme.grid(1);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = theme.grid(1);
            let places = walked.track().timeline().len();
            let more = if recording.is_full { "+" } else { "" };
            let number = walked.walk.at() + 1;
            weak(ui, format!("Step {number} of {places}{more}"));
            if let Some(notice) = &cx.stepping.notice {
                weak(ui, "·");
                ui.label(RichText::new(notice).color(*theme.text.accent));
            }
            let path = path(recording, at);
            if !path.is_empty() {
                weak(ui, "·");
            }
            for part in path {
                let Some(around) = recording.steps.get(part) else {
                    continue;
                };
                let words = match &around.place {
                    StepPlace::Pass { .. } => format!("pass {}", around.pass),
                    StepPlace::Statement { line, .. } => format!("line {line}"),
                    StepPlace::Row { .. } | StepPlace::Column { .. } => recording.title(around),
                };
                let button = Button::new(RichText::new(words).small()).frame(false);
                if ui
                    .add(button)
                    .on_hover_text(recording.title(around))
                    .clicked()
                {
                    cx.send(Action::Walk(Go::ToStep(part)));
                }
                weak(ui, "›");
            }
        });
        let title = RichText::new(walked.walk.state().title())
            .font(theme.code_font())
            .color(*theme.text.strong);
        ui.add(egui::Label::new(title).truncate());
    });
}

/// What happened in the step, in words.
pub(super) fn happened_ui(ui: &mut Ui, walked: &Walked) {
    let theme = Theme::of(ui);
    let recording = walked.recording();
    let mut is_quiet = true;
    for event in walked.walk.state().events() {
        is_quiet = false;
        let changes = matches!(
            event.what,
            Happening::Wrote(_)
                | Happening::CellSet { .. }
                | Happening::RowAdded { .. }
                | Happening::Variable { .. }
        );
        let (sign, colour) = if changes {
            ("+", *theme.text.strong)
        } else {
            ("·", *theme.text.body)
        };
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme.grid(2);
            let sign = RichText::new(sign).font(theme.code_font());
            ui.label(sign.color(*theme.text.accent));
            let told = RichText::new(recording.told(event));
            let told = told.font(theme.code_font()).color(colour);
            ui.add(egui::Label::new(told).selectable(true).wrap());
        });
    }
    if is_quiet {
        weak(ui, "Nothing was read or changed");
    }
}
