//! Where runs stop: the lists of breakpoints, each with its condition, and of watch-points.

use std::sync::Arc;

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Button, Key, PopupCloseBehavior, RichText, Role, ScrollArea, Ui, WidgetInfo};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::kept_stops::is_kept;
use super::super::status::plural;
use super::super::stepping::{StopLine, Walked};
use super::super::theme::Theme;
use super::super::widgets::FaultyText;
use super::parts::weak;
use crate::profile::ScriptPlace;
use crate::workbench::{Condition, Watch};

/// What is being written for a new watch-point.
#[derive(Default)]
pub(super) struct NewWatch {
    text: String,
    /// What was asked for cannot be read.
    is_told: bool,
}

/// The lists as buttons that open them.
pub(super) fn stops_ui(ui: &mut Ui, cx: &Cx<'_>, walked: &Walked, new: &mut NewWatch) {
    let stops = &cx.stepping.stops;
    let name = match stops.len() {
        0 => "Breakpoints".to_owned(),
        count => plural(count, "breakpoint"),
    };
    list_ui(ui, name, |ui| {
        if stops.is_empty() {
            let text =
                "Runs stop nowhere yet: click beside a line number of the script, or press F9";
            hint_ui(ui, text);
        }
        for stop in stops {
            stop_ui(ui, cx, stop);
        }
    });
    let name = match cx.stepping.watches.len() {
        0 => "Watch-points".to_owned(),
        count => plural(count, "watch-point"),
    };
    list_ui(ui, name, |ui| watches_ui(ui, cx, walked, new));
}

/// A button that opens a list, which stays open while something is written in it.
fn list_ui(ui: &mut Ui, name: String, add: impl FnOnce(&mut Ui)) {
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    MenuButton::new(name).config(config).ui(ui, |ui| {
        let theme = Theme::of(ui);
        ui.set_width(theme.grid(112));
        ui.spacing_mut().item_spacing = egui::Vec2::splat(theme.grid(1));
        let most = theme.grid(80);
        let area = ScrollArea::vertical().max_height(most);
        // A list that grew is not cut to the room that it had before.
        area.min_scrolled_height(most).show(ui, add);
    });
}

fn hint_ui(ui: &mut Ui, text: &str) {
    let colour = *Theme::of(ui).text.weak;
    ui.add(egui::Label::new(RichText::new(text).color(colour)).wrap());
}

fn stop_ui(ui: &mut Ui, cx: &Cx<'_>, stop: &StopLine) {
    let place = format!("{} line {}", place_words(&stop.script), stop.line);
    ui.horizontal(|ui| {
        let goto = ui.add(Button::new(&place).frame(false));
        if goto.on_hover_text("Go to the line").clicked() {
            cx.send(Action::GotoScript {
                place: stop.script.clone(),
                line: stop.line,
                column: 1,
            });
        }
        let remove = format!("Remove the breakpoint at {place}");
        if remove_ui(ui, &remove) {
            cx.send(Action::ToggleStop {
                script: stop.script.clone(),
                line: stop.line,
            });
        }
    });
    condition_ui(ui, cx, &stop.script, stop.line, &stop.condition);
    let is_read = stop.condition.parse::<Condition>().is_ok();
    if is_read && !is_kept(&stop.condition) {
        let text = "Not remembered when the window closes: the condition names a value, which may be a patient's";
        hint_ui(ui, text);
    }
}

/// The field for what must be so for a run to stop at a line.
pub(super) fn condition_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    script: &ScriptPlace,
    line: u32,
    written: &str,
) {
    let theme = Theme::of(ui);
    let name = format!("Condition of {} line {line}", place_words(script));
    let fault = written.parse::<Condition>().err();
    let field = FaultyText {
        name: &name,
        hint: "always, or such as PID-8 == F or pass == 3",
        width: ui.available_width() - theme.grid(4),
        fault: fault
            .filter(|_| !written.trim().is_empty())
            .map(|fault| (fault.column, fault.problem.to_string())),
    };
    let mut condition = written.to_owned();
    let field = field.ui(ui, &mut condition);
    cx.keeps_own_undo(field.has_focus());
    if field.changed() {
        cx.send(Action::SetStopCondition {
            script: script.clone(),
            line,
            condition,
        });
    }
}

/// A small button at the right; whether it was pressed.
fn remove_ui(ui: &mut Ui, name: &str) -> bool {
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    ui.with_layout(layout, |ui| {
        let button = ui.button("Remove");
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
        button.clicked()
    })
    .inner
}

/// The watch-points with how often each happens, and the ways to a new one.
fn watches_ui(ui: &mut Ui, cx: &Cx<'_>, walked: &Walked, new: &mut NewWatch) {
    let stepping = cx.stepping;
    for (at, watch) in stepping.watches.iter().enumerate() {
        let name = watch.written();
        let times = stepping.hits().get(at).map_or(0, |hits| hits.len());
        ui.horizontal(|ui| {
            let theme = Theme::of(ui);
            let text = RichText::new(&name).font(theme.code_font());
            ui.label(text.color(*theme.text.strong));
            weak(ui, times_words(watch, times));
            if remove_ui(ui, &format!("Remove the watch-point {name}")) {
                cx.send(Action::ToggleWatch(watch.clone()));
            }
        });
        if !watch.names_no_value() {
            let text = "Not remembered when the window closes: its place is picked by a value, which may be a patient's";
            hint_ui(ui, text);
        }
    }
    if stepping.watches.is_empty() {
        let text = "Runs stop where a watched place of the output changes, one of the message is read, a column gets a value or a variable changes";
        hint_ui(ui, text);
    }
    let chosen = cx.chosen_watch();
    if let Some(watch) = chosen.filter(|watch| !stepping.watches.contains(watch)) {
        let key = Command::WatchChosen.words().key;
        let key = key.map(|key| ui.ctx().format_shortcut(&key));
        let name = format!("Watch {}", watch.written());
        let button = ui.add(Button::new(name).shortcut_text(key.unwrap_or_default()));
        let tip = format!("The chosen value: stop where {watch}");
        if button.on_hover_text(tip).clicked() {
            cx.send(Action::ToggleWatch(watch));
        }
    }
    new_watch_ui(ui, cx, walked, new);
}

fn times_words(watch: &Watch, times: usize) -> String {
    let what = match watch {
        Watch::Input(_) => "read",
        Watch::Output(_) | Watch::Variable(_) => "changes",
        Watch::Column { .. } => "set",
    };
    match times {
        0 => format!("{what} nowhere in this run"),
        1 => format!("{what} once"),
        times => format!("{what} {times} times"),
    }
}

/// The field for another one: what is wrong is said once it is asked for, and while it is mended.
fn new_watch_ui(ui: &mut Ui, cx: &Cx<'_>, walked: &Walked, new: &mut NewWatch) {
    let theme = Theme::of(ui);
    let read = new.text.parse::<Watch>();
    let fault = read.as_ref().err().filter(|_| new.is_told);
    let field = FaultyText {
        name: "New watch-point",
        hint: "PID-8, out[\"PID-8\"], patient.sex, or a variable",
        width: ui.available_width() - theme.grid(18),
        fault: fault.map(|fault| (fault.column, fault.problem.to_string())),
    };
    let (response, is_pressed) = ui
        .horizontal_top(|ui| {
            let written = ui.vertical(|ui| {
                ui.set_max_width(field.width);
                field.ui(ui, &mut new.text)
            });
            let response = written.inner;
            (response, ui.button("Add").clicked())
        })
        .inner;
    cx.keeps_own_undo(response.has_focus());
    let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if new.text.trim().is_empty() {
        new.is_told = false;
        return;
    }
    let Ok(watch) = read else {
        if is_pressed || is_entered {
            new.is_told = true;
            response.request_focus();
        }
        return;
    };
    if let Some(meant) = watch.meant(cx.session.profile(), walked.track()) {
        let name = format!("Did you mean {meant}?");
        if ui.button(name).clicked() {
            new.text = meant;
            return;
        }
    }
    if is_pressed || is_entered {
        if !cx.stepping.watches.contains(&watch) {
            cx.send(Action::ToggleWatch(watch));
        }
        *new = NewWatch::default();
        response.request_focus();
    }
}

/// What a script is called.
pub(super) fn place_words(script: &ScriptPlace) -> Arc<str> {
    match script {
        ScriptPlace::Message(name) => Arc::clone(name),
        ScriptPlace::Hook(hook) => hook.name().into(),
    }
}
