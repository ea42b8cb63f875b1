//! The stepper: the run of the mapping step by step, forward and back.

use egui::{Id, RichText, ScrollArea, Ui, UiBuilder};

use super::super::action::Command;
use super::super::cx::Cx;
use super::super::stepping::Walked;
use super::super::theme::Theme;
use super::parts::{empty_ui, weak, without_message_ui};
use super::stepper_line::{LineView, line_ui};
use super::stepper_parts::{buttons_ui, happened_ui, head_ui};
use super::stepper_state::{StateView, output_ui, variables_ui, watched_ui};
use super::stepper_stops::NewWatch;
use crate::workbench::Records;

/// Narrower than this the parts stand one below the other, in steps of the grid.
const SIDE_BY_SIDE: i16 = 150;

/// The view of the stepper.
#[derive(Default)]
pub(crate) struct State {
    line: LineView,
    shown: StateView,
    new_watch: NewWatch,
}

/// Shows the stepper.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let Some(preview) = cx.preview().filter(|preview| preview.sample.is_some()) else {
        let text = "The stepper goes through what the mapping does with a message, step by step, forward and back: open a sample first";
        let steps = [Command::OpenSamples, Command::TryExample];
        return without_message_ui(ui, cx, "Nothing to step through yet", text, &steps);
    };
    if preview.definition.is_none() {
        let text = "No message definition of the profile matches this sample: nothing runs for it";
        let steps = [Command::DefineFromSample, Command::ShowProfile];
        return empty_ui(ui, cx, "Nothing to step through", text, &steps);
    }
    cx.watch_steps();
    let Some(walked) = cx.walked() else {
        if !cx.session.is_preview_current() || cx.session.records() == Records::Nothing {
            weak(ui, "Recording …");
            return;
        }
        let text = "The script has errors: mend them, and its steps stand here";
        let steps = [Command::ShowScript, Command::ShowProblems];
        return empty_ui(ui, cx, "Nothing ran", text, &steps);
    };
    if walked.recording().steps.is_empty() {
        let text =
            "This definition has neither columns nor a script that does anything with this message";
        let steps = [Command::ShowMapping, Command::ShowScript];
        return empty_ui(ui, cx, "Nothing ran", text, &steps);
    }
    if cx.stepping.is_old {
        ui.multiply_opacity(0.6);
    }
    buttons_ui(ui, cx, walked, &mut state.new_watch);
    line_ui(ui, cx, &mut state.line, walked);
    head_ui(ui, cx, walked);
    state.shown.update(cx, walked);
    body_ui(ui, walked, &mut state.shown);
}

fn body_ui(ui: &mut Ui, walked: &Walked, shown: &mut StateView) {
    let theme = Theme::of(ui);
    let all = ui.available_rect_before_wrap();
    if all.width() < theme.grid(SIDE_BY_SIDE) {
        let area = ScrollArea::vertical().id_salt("step").auto_shrink(false);
        area.show(ui, |ui| {
            for part in Part::ALL {
                part.ui(ui, walked, shown);
            }
        });
        return;
    }
    let mut left = all.left();
    for part in Part::ALL {
        let width = all.width() * part.share();
        let rect = egui::Rect::from_min_size(
            egui::Pos2::new(left, all.top()),
            egui::Vec2::new(width, all.height()),
        );
        left += width;
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(part.name()));
        if part != Part::Happened {
            let line = egui::Stroke::new(1.0, *theme.surface.border);
            child.painter().vline(rect.left(), rect.y_range(), line);
        }
        let area = ScrollArea::vertical()
            .id_salt(Id::unique(("step", part.name())))
            .auto_shrink(false);
        area.show(&mut child, |ui| part.ui(ui, walked, shown));
    }
    ui.advance_cursor_after_rect(all);
}

/// The parts of what a step shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Happened,
    Variables,
    Output,
}

impl Part {
    const ALL: [Self; 3] = [Self::Happened, Self::Variables, Self::Output];

    fn name(self) -> &'static str {
        match self {
            Self::Happened => "What happened",
            Self::Variables => "Variables",
            Self::Output => "Output so far",
        }
    }

    fn share(self) -> f32 {
        match self {
            Self::Happened => 0.34,
            Self::Variables => 0.26,
            Self::Output => 0.40,
        }
    }

    fn ui(self, ui: &mut Ui, walked: &Walked, shown: &mut StateView) {
        let theme = Theme::of(ui);
        let frame = egui::Frame::new().inner_margin(theme.margin(3, 2));
        frame.show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = theme.grid(1);
            let title = RichText::new(self.name()).font(theme.strong_font());
            ui.label(title.color(*theme.text.strong));
            match self {
                Self::Happened => {
                    happened_ui(ui, walked);
                    end_ui(ui, walked);
                }
                Self::Variables => {
                    watched_ui(ui, shown);
                    variables_ui(ui, walked);
                }
                Self::Output => output_ui(ui, walked, shown),
            }
        });
    }
}

/// At the last step: how the run ended, or that the recording did before it.
fn end_ui(ui: &mut Ui, walked: &Walked) {
    let theme = Theme::of(ui);
    let recording = walked.recording();
    if walked.walk.at() + 1 < walked.track().timeline().len() {
        return;
    }
    let text = if recording.is_full {
        let steps = super::super::status::plural(recording.steps.len(), "step");
        format!("The recording ends here, after {steps}; the run went on")
    } else {
        "The run ends here".to_owned()
    };
    ui.add_space(theme.grid(2));
    let text = RichText::new(text).color(*theme.severity.info);
    ui.add(egui::Label::new(text).wrap());
}
