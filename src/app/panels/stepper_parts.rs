//! The parts of the stepper: its buttons, what the step is, what happened in it, the breakpoints.

use std::sync::Arc;

use egui::{Button, RichText, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::status::plural;
use super::super::stepping::{Go, StopLine, Walked, path};
use super::super::theme::Theme;
use super::parts::weak;
use crate::mapping::{Happening, StepPlace};
use crate::profile::ScriptPlace;
use crate::workbench::Condition;

/// The commands of the buttons with what stands on them.
const BUTTONS: [(Command, &str); 9] = [
    (Command::StepToStart, "Start"),
    (Command::RunBack, "Run back"),
    (Command::StepBackOver, "Back over"),
    (Command::StepBack, "Back"),
    (Command::StepInto, "Into"),
    (Command::StepOver, "Over"),
    (Command::StepOut, "Out"),
    (Command::RunOn, "Run on"),
    (Command::StepToEnd, "End"),
];

/// The buttons that go from step to step.
pub(super) fn buttons_ui(ui: &mut Ui, cx: &Cx<'_>, walked: &Walked) {
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
                        | Command::StepBack
                );
                let can = if goes_back { at > 0 } else { at < last };
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
            stops_ui(ui, cx);
            let more = if walked.recording().is_full { "+" } else { "" };
            weak(ui, format!("Step {} of {places}{more}", at + 1));
            if let Some(notice) = cx.stepping.notice {
                weak(ui, notice);
            }
        });
    });
}

/// All breakpoints, each with its condition and the way out.
fn stops_ui(ui: &mut Ui, cx: &Cx<'_>) {
    let stops = &cx.stepping.stops;
    let name = match stops.len() {
        0 => "Breakpoints".to_owned(),
        count => plural(count, "breakpoint"),
    };
    ui.menu_button(name, |ui| {
        let theme = Theme::of(ui);
        ui.set_min_width(theme.grid(70));
        if stops.is_empty() {
            let text =
                "Runs stop nowhere yet: click beside a line number of the script, or press F9";
            ui.add(egui::Label::new(RichText::new(text).color(*theme.text.weak)).wrap());
        }
        for stop in stops {
            ui.horizontal(|ui| stop_ui(ui, cx, stop));
        }
    });
}

fn stop_ui(ui: &mut Ui, cx: &Cx<'_>, stop: &StopLine) {
    let theme = Theme::of(ui);
    let name = place_words(&stop.script);
    let place = format!("{name} line {}", stop.line);
    let goto = ui.add(Button::new(&place).frame(false));
    if goto.on_hover_text("Go to the line").clicked() {
        cx.send(Action::GotoScript {
            place: stop.script.clone(),
            line: stop.line,
            column: 1,
        });
    }
    let mut condition = stop.condition.clone();
    let field = egui::TextEdit::singleline(&mut condition)
        .hint_text("always, or such as PID-8 == F")
        .font(theme.code_font())
        .desired_width(theme.grid(52));
    let field = ui.add(field);
    let label = format!("Condition of {place}");
    field
        .ctx
        .accesskit_node_builder(field.id, |node| node.set_label(label.as_str()));
    cx.keeps_own_undo(field.has_focus());
    if field.changed() {
        cx.send(Action::SetStopCondition {
            script: stop.script.clone(),
            line: stop.line,
            condition,
        });
    }
    let written = stop.condition.trim();
    if !written.is_empty()
        && let Err(fault) = written.parse::<Condition>()
    {
        super::super::widgets::dot(ui, *theme.severity.error);
        weak(ui, fault.to_string());
    }
    let remove = format!("Remove the breakpoint at {place}");
    let button = ui.button("Remove");
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &remove));
    if button.clicked() {
        cx.send(Action::ToggleStop {
            script: stop.script.clone(),
            line: stop.line,
        });
    }
}

/// What a script is called.
pub(super) fn place_words(script: &ScriptPlace) -> Arc<str> {
    match script {
        ScriptPlace::Message(name) => Arc::clone(name),
        ScriptPlace::Hook(hook) => hook.name().into(),
    }
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
