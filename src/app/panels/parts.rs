//! What all panels share: their bar, weak words, what an empty one says, and the way to
//! describe a segment.

use std::time::Duration;

use egui::{Align, Frame, Layout, RichText, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::question::primary;
use super::super::theme::Theme;
use crate::hl7::SegmentId;

/// How long nothing at all stands where a message is to come.
const LOOK_AGAIN: Duration = Duration::from_millis(160);

/// The bar under a panel's tab: what is shown, and its switches.
pub(super) fn bar_ui<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    let theme = Theme::of(ui);
    let frame = Frame::new().inner_margin(theme.margin(2, 0));
    let shown = frame.show(ui, |ui| {
        let size = egui::Vec2::new(ui.available_width(), theme.size.header);
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_size(size);
            ui.spacing_mut().item_spacing.x = theme.grid(2);
            add(ui)
        })
        .inner
    });
    let rect = shown.response.rect;
    let line = egui::Stroke::new(1.0, *theme.surface.border);
    ui.painter()
        .hline(ui.max_rect().x_range(), rect.bottom(), line);
    shown.inner
}

/// Weak words in a bar.
pub(super) fn weak(ui: &mut Ui, text: impl Into<String>) -> egui::Response {
    let colour = *Theme::of(ui).text.weak;
    ui.add(egui::Label::new(RichText::new(text).small().color(colour)).truncate())
}

/// The button that describes a segment that nobody describes; `true` once it is pressed.
pub(super) fn describe_ui(ui: &mut Ui, cx: &Cx<'_>, segment: SegmentId) -> bool {
    let button = ui.button(format!("Describe {segment}…"));
    let tip = "Make a description from what the samples have in it";
    let is_pressed = button.on_hover_text(tip).clicked();
    if is_pressed {
        cx.send(Action::DescribeSegment(segment));
    }
    is_pressed
}

/// A panel of a message that has none: it is being read, or there is none and the next steps are told.
pub(super) fn without_message_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    title: &str,
    text: &str,
    steps: &[Command],
) {
    if !cx.awaits_message() {
        return empty_ui(ui, cx, title, text, steps);
    }
    // Most messages are there at once: words that come and go would only flicker.
    if !cx.session.is_preview_dimmed() {
        ui.ctx().request_repaint_after(LOOK_AGAIN);
        return;
    }
    let theme = Theme::of(ui);
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.28).max(theme.grid(4)));
        ui.label(RichText::new("Reading …").color(*theme.text.weak));
    });
}

/// A panel without data: what it is for, and the next steps, the first of which stands out.
pub(super) fn empty_ui(ui: &mut Ui, cx: &Cx<'_>, title: &str, text: &str, steps: &[Command]) {
    let theme = Theme::of(ui);
    let height = ui.available_height();
    ui.vertical_centered(|ui| {
        ui.add_space((height * 0.28).max(theme.grid(4)));
        ui.set_max_width(theme.grid(80).min(ui.available_width() - theme.grid(8)));
        ui.spacing_mut().item_spacing.y = theme.grid(2);
        ui.label(RichText::new(title).heading().color(*theme.text.strong));
        ui.add(egui::Label::new(RichText::new(text).color(*theme.text.weak)).wrap());
        ui.add_space(theme.grid(1));
        for (index, &step) in steps.iter().enumerate() {
            let name = step.words().name;
            let button = if index == 0 {
                primary(theme, name)
            } else {
                egui::Button::new(name)
            };
            let button = button.min_size(egui::Vec2::new(theme.grid(44), theme.grid(7)));
            if ui.add(button).on_hover_text(step.words().tip).clicked() {
                cx.run(step);
            }
        }
    });
}
