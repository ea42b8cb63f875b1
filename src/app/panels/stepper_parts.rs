//! The parts of the stepper: its buttons, what the step is, what happened in it.

use egui::{Button, RichText, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::stepping::{Go, Walked, path};
use super::super::theme::Theme;
use super::parts::weak;
use super::stepper_stops::{NewWatch, stops_ui};
use crate::mapping::{Happening, StepPlace};

/// The commands of the buttons with what stands on them.
const BUTTONS: [(Command, &str); 12] = [
    (Command::StepToStart, "Start"),
    (Command::RunBack, "Run back"),
    (Command::StepBackOut, "Back out"),
    (Command::StepBackOver, "Back over"),
    (Command::StepBack, "Back"),
    (Command::StepInto, "Into"),
    (Command::StepOver, "Over"),
    (Command::StepOut, "Out"),
    (Command::RunOn, "Run on"),
    (Command::StepToEnd, "End"),
    (Command::ToPreviousChange, "Previous change"),
    (Command::ToNextChange, "Next change"),
];

/// The buttons that go from step to step.
pub(super) fn buttons_ui(ui: &mut Ui, cx: &Cx<'_>, walked: &Walked, new: &mut NewWatch) {
    let theme = Theme::of(ui);
    let frame = egui::Frame::new().inner_margin(theme.margin(2, 1));
    frame.show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::Vec2::splat(theme.grid(1));
            let at = walked.walk.at();
            let places = walked.track().timeline().len();
            let last = places.saturating_sub(1);
            for (command, name) in BUTTONS {
                let goes_back = matches!(
                    command,
                    Command::StepToStart
                        | Command::RunBack
                        | Command::StepBackOver
                        | Command::StepBackOut
                        | Command::StepBack
                        | Command::ToPreviousChange
                );
                let can = if goes_back { at > 0 } else { at < last };
                let can = can && cx.can(command);
                let words = command.words();
                let key = words.key.map(|key| ui.ctx().format_shortcut(&key));
                let tip = match key {
                    Some(key) => format!("{} ({key})", words.tip),
                    None => words.tip.to_owned(),
                };
                let button = ui.add_enabled(can, Button::new(name)).on_hover_text(tip);
                if button.clicked() {
                    cx.run(command);
                }
            }
            stops_ui(ui, cx, walked, new);
            let more = if walked.recording().is_full { "+" } else { "" };
            weak(ui, format!("Step {} of {places}{more}", at + 1));
            if let Some(notice) = &cx.stepping.notice {
                weak(ui, notice);
            }
        });
    });
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
            for part in path(recording, at) {
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
