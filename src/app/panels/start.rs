//! The start page: where to begin, and what was open before.

use egui::{Align, Layout, Rect, RichText, Role, Sense, Stroke, Ui, UiBuilder, Vec2, WidgetInfo};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::theme::{Theme, title_style};

/// The steps that are offered, the likeliest first.
const STEPS: [Command; 6] = [
    Command::OpenSamples,
    Command::PasteMessage,
    Command::OpenProfile,
    Command::NewProfile,
    Command::TryExample,
    Command::ShowLesson,
];

/// Shows the start page.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>) {
    let theme = Theme::of(ui);
    let all = ui.max_rect();
    ui.painter().rect_filled(all, 0.0, *theme.surface.panel);
    let width =
        theme.grid(100).min(all.width() - theme.grid(12)) + theme.grid(80).min(all.width() * 0.35);
    let wide = all.width() > theme.grid(120) * 1.4;
    let width = if wide {
        width
    } else {
        theme.grid(110).min(all.width() - theme.grid(12))
    };
    egui::ScrollArea::vertical()
        .auto_shrink(false)
        .show(ui, |ui| {
            let top = ((all.height() - theme.grid(120)) * 0.4).max(theme.grid(8));
            let left = ((all.width() - width) / 2.0).max(theme.grid(6));
            let inner = Rect::from_min_size(
                ui.max_rect().min + Vec2::new(left, top),
                Vec2::new(width, theme.grid(110)),
            );
            let mut page = ui.new_child(
                UiBuilder::new()
                    .max_rect(inner)
                    .layout(Layout::top_down(Align::Min)),
            );
            page.spacing_mut().item_spacing.y = theme.grid(2);
            page.label(
                RichText::new("Pipehat")
                    .text_style(title_style())
                    .color(*theme.text.strong),
            );
            let claim =
                "Open what a site sends, map it, and watch the output change with every keystroke";
            page.label(RichText::new(claim).color(*theme.text.weak));
            page.add_space(theme.grid(6));
            if wide {
                page.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = theme.grid(12);
                    column(ui, width * 0.54, |ui| steps_ui(ui, cx, theme));
                    column(ui, width * 0.40, |ui| recent_ui(ui, cx, theme));
                });
            } else {
                steps_ui(&mut page, cx, theme);
                page.add_space(theme.grid(6));
                recent_ui(&mut page, cx, theme);
            }
            let used = page.min_rect();
            ui.advance_cursor_after_rect(used.expand2(Vec2::new(0.0, theme.grid(4))));
        });
}

fn column(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.set_width(width);
        add(ui);
    });
}

fn steps_ui(ui: &mut Ui, cx: &Cx<'_>, theme: &Theme) {
    heading(ui, theme, "Start");
    for step in STEPS {
        let words = step.words();
        if card_ui(ui, theme, words.name, words.tip).clicked() {
            cx.run(step);
        }
    }
    ui.add_space(theme.grid(2));
    let hint = "Or drop files and folders on this window";
    ui.label(RichText::new(hint).small().color(*theme.text.weak));
}

fn recent_ui(ui: &mut Ui, cx: &Cx<'_>, theme: &Theme) {
    heading(ui, theme, "Recent");
    if cx.settings.recent.is_empty() {
        let text = "What you open is listed here. The worked example shows a whole site: its samples, its profile, its output";
        ui.add(egui::Label::new(RichText::new(text).color(*theme.text.weak)).wrap());
    }
    for path in &cx.settings.recent {
        let name = path.file_name().map_or_else(
            || path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        let folder = path
            .parent()
            .map(|folder| folder.display().to_string())
            .unwrap_or_default();
        if card_ui(ui, theme, &name, &folder)
            .on_hover_text(path.display().to_string())
            .clicked()
        {
            cx.send(Action::Open(vec![path.clone()]));
        }
    }
    ui.add_space(theme.grid(4));
    heading(ui, theme, "Keys");
    for command in [Command::Palette, Command::OpenByPath, Command::ShowHelp] {
        let words = command.words();
        let Some(key) = words.key else { continue };
        ui.horizontal(|ui| {
            let key = ui.ctx().format_shortcut(&key);
            let size = Vec2::new(theme.grid(16), theme.size.row);
            ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_size(size);
                ui.label(
                    RichText::new(key)
                        .font(theme.code_font())
                        .color(*theme.text.accent),
                );
            });
            ui.label(RichText::new(words.tip).color(*theme.text.weak));
        });
    }
}

fn heading(ui: &mut Ui, theme: &Theme, text: &str) {
    ui.label(
        RichText::new(text)
            .font(theme.strong_font())
            .color(*theme.text.weak),
    );
}

/// A row to click, with a name and what it does.
fn card_ui(ui: &mut Ui, theme: &Theme, name: &str, tip: &str) -> egui::Response {
    let size = Vec2::new(ui.available_width(), theme.grid(13));
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let (fill, edge) = if response.hovered() || response.has_focus() {
        (theme.surface.hovered, theme.accent.line)
    } else {
        (theme.surface.raised, theme.surface.border)
    };
    let stroke = Stroke::new(1.0, *edge);
    ui.painter().rect(
        rect,
        theme.size.corner + 2,
        *fill,
        stroke,
        egui::StrokeKind::Inside,
    );
    let inside = rect.shrink2(Vec2::new(theme.grid(4), theme.grid(2)));
    let mut child = ui.new_child(
        UiBuilder::new()
            .max_rect(inside)
            .layout(Layout::top_down(Align::Min)),
    );
    child.spacing_mut().item_spacing.y = 2.0;
    let title = RichText::new(name)
        .font(theme.strong_font())
        .color(*theme.text.strong);
    child.add(egui::Label::new(title).truncate());
    child.add(egui::Label::new(RichText::new(tip).small().color(*theme.text.weak)).truncate());
    response.on_hover_cursor(egui::CursorIcon::PointingHand)
}
