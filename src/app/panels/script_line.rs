//! What can be asked for at a line of a script: run to it, stop at it, and under what condition.

use egui::{Button, Pos2, Ui, Vec2};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::stepping::Go;
use super::super::theme::Theme;
use super::stepper_stops::condition_ui;
use crate::profile::ScriptPlace;
use crate::workbench::Direction;

/// The menu of a line.
pub(super) struct LineMenu {
    pub(super) line: u32,
    pub(super) at: Pos2,
}

impl LineMenu {
    /// Shows the menu; whether it stays open.
    pub(super) fn ui(&self, ui: &Ui, cx: &Cx<'_>, place: &ScriptPlace) -> bool {
        let theme = Theme::of(ui);
        let mut is_open = !ui.input(|input| input.key_pressed(egui::Key::Escape));
        let mut is_done = false;
        egui::Window::new(format!("Line {}", self.line))
            .id(egui::Id::unique("line of the script"))
            .open(&mut is_open)
            .default_pos(self.at)
            .default_width(theme.grid(90))
            .resizable(false)
            .collapsible(false)
            .constrain(true)
            .show(ui.ctx(), |ui| {
                ui.set_width(theme.grid(90));
                ui.spacing_mut().item_spacing = Vec2::splat(theme.grid(1));
                is_done = self.content_ui(ui, cx, place);
            });
        is_open && !is_done
    }

    /// What stands in the menu; whether it is done with.
    fn content_ui(&self, ui: &mut Ui, cx: &Cx<'_>, place: &ScriptPlace) -> bool {
        let mut is_done = false;
        for (command, direction) in [
            (Command::RunToLine, Direction::Forwards),
            (Command::RunBackToLine, Direction::Backwards),
        ] {
            let words = command.words();
            let key = words.key.map(|key| ui.ctx().format_shortcut(&key));
            let name = format!("{} {}", words.name, self.line);
            let button = Button::new(name)
                .shortcut_text(key.unwrap_or_default())
                .min_size(Vec2::new(ui.available_width(), 0.0));
            if ui.add(button).on_hover_text(words.tip).clicked() {
                cx.send(Action::Walk(Go::ToLine {
                    script: place.clone(),
                    line: self.line,
                    direction,
                }));
                is_done = true;
            }
        }
        ui.separator();
        let stop = cx.stepping.stop_at(place, self.line);
        let mut is_stop = stop.is_some();
        if ui.checkbox(&mut is_stop, "Runs stop here").changed() {
            cx.send(Action::ToggleStop {
                script: place.clone(),
                line: self.line,
            });
        }
        if let Some(stop) = stop {
            condition_ui(ui, cx, place, self.line, &stop.condition);
        }
        is_done
    }
}
