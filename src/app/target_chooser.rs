//! Where a place of the message may go, as a list to choose from by keys: what a drop does with the
//! mouse.

use egui::{Key, Modal, Modifiers, Role, TextEdit, Vec2, WidgetInfo};

use super::action::Action;
use super::cx::Cx;
use super::drag::Dragged;
use super::palette::fit;
use super::panels::mapping_edit::{Entry, drop_as_rows};
use super::panels::script_words;
use super::theme::{Theme, dialog_frame};
use crate::profile::Edit;

/// The chooser, while it is open.
pub(super) struct TargetChooser {
    dragged: Dragged,
    query: String,
    chosen: usize,
}

/// What can be done with the place.
enum Target {
    Edit(Edit),
    Script,
}

impl TargetChooser {
    pub(super) fn new(dragged: Dragged) -> Self {
        Self {
            dragged,
            query: String::new(),
            chosen: 0,
        }
    }

    /// Shows the chooser; `false` when it is to be closed. `definition` is the chosen one.
    pub(super) fn ui(&mut self, ctx: &egui::Context, cx: &Cx<'_>, definition: usize) -> bool {
        let theme = Theme::pick(ctx.global_style().visuals.dark_mode);
        let id = egui::Id::unique("map to column");
        let area = Modal::default_area(id)
            .anchor(egui::Align2::CENTER_TOP, Vec2::new(0.0, theme.grid(20)));
        let modal = Modal::new(id)
            .area(area)
            .frame(dialog_frame(ctx).inner_margin(theme.margin(2, 2)));
        let mut targets = self.targets(cx, definition);
        targets.sort_by_key(|(badness, _, _)| *badness);
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
            let field = TextEdit::singleline(&mut self.query)
                .hint_text(format!("Where does {} go?", self.dragged.words()))
                .desired_width(f32::INFINITY)
                .margin(theme.margin(2, 2));
            let field = ui.add(field);
            field
                .ctx
                .accesskit_node_builder(field.id, |node| node.set_label("Find a column"));
            field.request_focus();
            cx.keeps_own_undo(true);
            if field.changed() {
                self.chosen = 0;
            }
            let last = targets.len().saturating_sub(1);
            self.chosen = match (up, down) {
                (true, _) => self.chosen.saturating_sub(1),
                (_, true) => (self.chosen + 1).min(last),
                _ => self.chosen.min(last),
            };
            ui.add_space(theme.grid(1));
            if targets.is_empty() {
                ui.weak("No column is called so");
            }
            let mut run = enter.then_some(self.chosen);
            let height = theme.size.row * 12.0;
            let area = egui::ScrollArea::vertical()
                .max_height(height)
                .min_scrolled_height(height)
                .auto_shrink([false, true]);
            area.show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for (index, (_, words, _)) in targets.iter().enumerate() {
                    let row = row_ui(ui, theme, words, index == self.chosen);
                    if index == self.chosen && (up || down) {
                        row.scroll_to_me(None);
                    }
                    if row.clicked() {
                        run = Some(index);
                    }
                }
            });
            run
        });
        let chosen = shown.inner.filter(|index| *index < targets.len());
        if let Some(index) = chosen {
            match targets.swap_remove(index).2 {
                Target::Edit(edit) => cx.send(Action::Edit(edit)),
                Target::Script => cx.send(Action::InsertIntoScript(self.dragged.clone())),
            }
            return false;
        }
        !shown.should_close()
    }

    /// All that the place can become, how badly it fits what was typed, and in which words.
    fn targets(&self, cx: &Cx<'_>, definition: usize) -> Vec<(usize, String, Target)> {
        let profile = cx.session.profile();
        let mut found: Vec<(String, Target)> = Vec::new();
        let definition = profile.messages.get(definition);
        if let (Some(preview), Some(definition)) = (cx.preview(), definition) {
            for entry in Entry::all(profile, definition) {
                let reading = match &self.dragged {
                    Dragged::Place(at) => entry.reading(preview, at),
                    Dragged::Group(_) => None,
                };
                if let Some(reading) = &reading {
                    let columns = entry.columns();
                    let columns = columns
                        .iter()
                        .map(|name| entry.drop_on_column(reading, name));
                    let new = std::iter::once(entry.drop_as_column(preview, reading));
                    let edits = columns.chain(new);
                    found.extend(edits.map(|(words, edit)| (words, Target::Edit(edit))));
                }
                let root = entry.drop_as_root(&self.dragged);
                found.extend(root.map(|(words, edit)| (words, Target::Edit(edit))));
            }
            let new = drop_as_rows(profile, definition, preview, None, &self.dragged);
            found.extend(
                new.map(|(words, edit)| (format!("New table: {words}"), Target::Edit(edit))),
            );
        }
        let script = format!("Script: {}", script_words(&self.dragged, false));
        found.push((script, Target::Script));
        found
            .into_iter()
            .filter_map(|(words, target)| Some((fit(&self.query, &words)?, words, target)))
            .collect()
    }
}

fn row_ui(ui: &mut egui::Ui, theme: &Theme, words: &str, chosen: bool) -> egui::Response {
    let size = Vec2::new(ui.available_width(), theme.size.row + theme.grid(1));
    let (rect, row) = ui.allocate_exact_size(size, egui::Sense::click());
    row.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, words));
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
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(inside).layout(layout));
    let text = egui::RichText::new(words)
        .font(theme.code_font())
        .color(*theme.text.strong);
    child.add(egui::Label::new(text).truncate());
    row
}
