//! From a pane to its panel, and what all panels share.

use egui::{Align, Frame, Layout, RichText, Ui};

use super::super::action::Command;
use super::super::cx::Cx;
use super::super::layout::Pane;
use super::super::question::primary;
use super::super::state::State;
use super::super::theme::Theme;

/// Draws the panel of a pane.
pub(in crate::app) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, pane: Pane) {
    let theme = Theme::of(ui);
    ui.painter()
        .rect_filled(ui.max_rect(), 0.0, *theme.surface.panel);
    ui.spacing_mut().item_spacing.y = 0.0;
    let dim = cx.session.is_preview_dimmed()
        && !matches!(pane, Pane::Script | Pane::Profile | Pane::Samples);
    if dim {
        ui.multiply_opacity(0.6);
    }
    match pane {
        Pane::Samples => super::samples::ui(ui, cx, &mut state.samples),
        Pane::Raw => super::raw::ui(ui, cx, &mut state.raw),
        Pane::Tree => super::tree::ui(ui, cx, &mut state.tree),
        Pane::Script => super::script::ui(ui, cx, &mut state.script, state.definition),
        Pane::Profile => super::profile::ui(ui, cx, &mut state.profile, state.definition),
        Pane::Output => super::output::ui(ui, cx, &mut state.output),
        Pane::Problems => super::problems::ui(ui, cx, &mut state.problems),
        Pane::Help => super::help::ui(ui, cx, &mut state.help),
    }
}

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
