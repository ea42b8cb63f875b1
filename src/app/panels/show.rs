//! From a pane to its panel.

use egui::Ui;

use super::super::cx::Cx;
use super::super::pane::Pane;
use super::super::theme::Theme;
use super::views::Views;

/// Draws the panel of a pane.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, views: &mut Views, pane: Pane, definition: usize) {
    let theme = Theme::of(ui);
    ui.painter()
        .rect_filled(ui.max_rect(), 0.0, *theme.surface.panel);
    ui.spacing_mut().item_spacing.y = 0.0;
    let dim = cx.session.is_preview_dimmed()
        && !matches!(
            pane,
            Pane::Script
                | Pane::Mapping
                | Pane::Profile
                | Pane::Samples
                | Pane::Coverage
                | Pane::Lesson
                | Pane::Wire
        );
    if dim {
        ui.multiply_opacity(0.6);
    }
    match pane {
        Pane::Samples => super::samples::ui(ui, cx, &mut views.samples),
        Pane::Raw => super::raw::ui(ui, cx, &mut views.raw),
        Pane::Tree => super::tree::ui(ui, cx, &mut views.tree),
        Pane::Script => super::script::ui(ui, cx, &mut views.script, definition),
        Pane::Mapping => super::mapping::ui(ui, cx, &mut views.mapping, definition),
        Pane::Profile => super::profile::ui(ui, cx, &mut views.profile, definition),
        Pane::Output => super::output::ui(ui, cx, &mut views.output),
        Pane::Problems => super::problems::ui(ui, cx, &mut views.problems),
        Pane::Coverage => super::coverage::ui(ui, cx, &mut views.coverage),
        Pane::Links => super::links::ui(ui, cx, &mut views.links),
        Pane::Stepper => super::stepper::ui(ui, cx, &mut views.stepper),
        Pane::Lesson => super::lesson::ui(ui, cx, &mut views.lesson),
        Pane::Pipeline => super::pipeline::ui(ui, cx, &mut views.pipeline),
        Pane::Wire => super::wire::ui(ui, cx, &mut views.wire),
        Pane::Help => super::help::ui(ui, cx, &mut views.help),
    }
}
