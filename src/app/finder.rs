//! A list to choose from by a few letters and the arrow keys, over the window.

use egui::{Key, Modal, Modifiers, Response, Role, TextEdit, Ui, Vec2, WidgetInfo};

use super::cx::Cx;
use super::theme::{Theme, dialog_frame};

/// So many rows are in sight.
const ROWS: f32 = 12.0;

/// What was typed and which row is chosen.
#[derive(Default)]
pub(super) struct Finder {
    query: String,
    chosen: usize,
}

/// What a list says of itself.
pub(super) struct FinderWords<'a> {
    /// What tells the dialog from others.
    pub(super) id: &'static str,
    /// What a screen reader calls the field.
    pub(super) field: &'a str,
    /// What the empty field says.
    pub(super) hint: &'a str,
    /// What is said when nothing fits.
    pub(super) nothing: &'a str,
}

/// What became of the list in this frame.
pub(super) enum Found<T> {
    /// It is still open.
    Nothing,
    /// It is to be closed.
    Closed,
    /// This was chosen, and it is to be closed.
    Chosen(T),
}

impl Finder {
    /// Shows the list of what `find` gives for the query, the best first.
    pub(super) fn ui<T>(
        &mut self,
        ctx: &egui::Context,
        cx: &Cx<'_>,
        words: &FinderWords<'_>,
        find: impl FnOnce(&str) -> Vec<T>,
        row_ui: impl Fn(&mut Ui, &Theme, &T, bool) -> Response,
    ) -> Found<T> {
        let theme = Theme::pick(ctx.global_style().visuals.dark_mode);
        let id = egui::Id::unique(words.id);
        let area = Modal::default_area(id)
            .anchor(egui::Align2::CENTER_TOP, Vec2::new(0.0, theme.grid(20)));
        let modal = Modal::new(id)
            .area(area)
            .frame(dialog_frame(ctx).inner_margin(theme.margin(2, 2)));
        let shown = modal.show(ctx, |ui| {
            ui.set_width(theme.grid(130));
            let (up, down, enter) = ui.input_mut(|input| {
                let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
                (
                    pressed(Key::ArrowUp),
                    pressed(Key::ArrowDown),
                    pressed(Key::Enter),
                )
            });
            self.query_ui(ui, cx, theme, words);
            let mut found = find(&self.query);
            let last = found.len().saturating_sub(1);
            self.chosen = match (up, down) {
                (true, _) => self.chosen.saturating_sub(1),
                (_, true) => (self.chosen + 1).min(last),
                _ => self.chosen.min(last),
            };
            ui.add_space(theme.grid(1));
            if found.is_empty() {
                ui.weak(words.nothing);
            }
            let mut taken = enter.then_some(self.chosen);
            let height = theme.size.row * ROWS;
            let area = egui::ScrollArea::vertical()
                .max_height(height)
                // The dialog remembers how little it held for the last query.
                .min_scrolled_height(height)
                .auto_shrink([false, true]);
            area.show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for (index, each) in found.iter().enumerate() {
                    let row = row_ui(ui, theme, each, index == self.chosen);
                    if index == self.chosen && (up || down) {
                        row.scroll_to_me(None);
                    }
                    if row.clicked() {
                        taken = Some(index);
                    }
                }
            });
            let taken = taken.filter(|index| *index < found.len());
            taken.map(|index| found.swap_remove(index))
        });
        match shown.inner {
            Some(chosen) => Found::Chosen(chosen),
            None if shown.should_close() => Found::Closed,
            None => Found::Nothing,
        }
    }

    fn query_ui(&mut self, ui: &mut Ui, cx: &Cx<'_>, theme: &Theme, words: &FinderWords<'_>) {
        let field = TextEdit::singleline(&mut self.query)
            .hint_text(words.hint)
            .desired_width(f32::INFINITY)
            .margin(theme.margin(2, 2))
            .show(ui);
        let field = field.response.response;
        field
            .ctx
            .accesskit_node_builder(field.id, |node| node.set_label(words.field));
        field.request_focus();
        cx.keeps_own_undo(true);
        if field.changed() {
            self.chosen = 0;
        }
    }
}

/// A row to press, and the place for what stands in it.
pub(super) fn finder_row(ui: &mut Ui, theme: &Theme, name: &str, chosen: bool) -> (Response, Ui) {
    let size = Vec2::new(ui.available_width(), theme.size.row + theme.grid(1));
    let (rect, row) = ui.allocate_exact_size(size, egui::Sense::click());
    row.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, name));
    if chosen || row.hovered() {
        let fill = if chosen {
            theme.surface.selected
        } else {
            theme.surface.hovered
        };
        ui.painter().rect_filled(rect, theme.size.corner, *fill);
    }
    let inside = rect.shrink2(Vec2::new(theme.grid(2), 0.0));
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let inner = ui.new_child(egui::UiBuilder::new().max_rect(inside).layout(layout));
    (row, inner)
}
