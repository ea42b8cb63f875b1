//! The command palette: type a few letters, choose with the arrow keys.

use egui::{Key, Modal, Modifiers, Role, TextEdit, Vec2, WidgetInfo};

use super::action::{Action, Command};
use super::cx::Cx;
use super::theme::{Theme, dialog_frame};

/// The palette, while it is open.
#[derive(Default)]
pub(super) struct Palette {
    query: String,
    chosen: usize,
}

impl Palette {
    /// Shows the palette; `false` when it is to be closed.
    pub(super) fn ui(&mut self, ctx: &egui::Context, cx: &Cx<'_>) -> bool {
        let theme = Theme::pick(ctx.global_style().visuals.dark_mode);
        let area = Modal::default_area(egui::Id::unique("palette"))
            .anchor(egui::Align2::CENTER_TOP, Vec2::new(0.0, theme.grid(20)));
        let modal = Modal::new(egui::Id::unique("palette"))
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
            let field = TextEdit::singleline(&mut self.query)
                .hint_text("What do you want to do?")
                .desired_width(f32::INFINITY)
                .margin(theme.margin(2, 2))
                .show(ui);
            let field = field.response.response;
            field
                .ctx
                .accesskit_node_builder(field.id, |node| node.set_label("Find a command"));
            field.request_focus();
            cx.keeps_own_undo(true);
            if field.changed() {
                self.chosen = 0;
            }
            let found = find(&self.query, cx);
            let last = found.len().saturating_sub(1);
            self.chosen = match (up, down) {
                (true, _) => self.chosen.saturating_sub(1),
                (_, true) => (self.chosen + 1).min(last),
                _ => self.chosen.min(last),
            };
            ui.add_space(theme.grid(1));
            if found.is_empty() {
                ui.weak("No command is called so");
            }
            let mut run = found.get(self.chosen).copied().filter(|_| enter);
            let area = egui::ScrollArea::vertical()
                .max_height(theme.size.row * 12.0)
                // The dialog remembers how little it held for the last query.
                .min_scrolled_height(theme.size.row * 12.0)
                .auto_shrink([false, true]);
            area.show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for (index, &command) in found.iter().enumerate() {
                    let row = row_ui(ui, theme, cx, command, index == self.chosen);
                    if index == self.chosen && (up || down) {
                        row.scroll_to_me(None);
                    }
                    if row.clicked() {
                        run = Some(command);
                    }
                }
            });
            run
        });
        if let Some(command) = shown.inner {
            cx.send(Action::Run(command));
            return false;
        }
        !shown.should_close()
    }
}

fn row_ui(
    ui: &mut egui::Ui,
    theme: &Theme,
    cx: &Cx<'_>,
    command: Command,
    chosen: bool,
) -> egui::Response {
    let words = command.words();
    let name = cx.name_of(command);
    let size = Vec2::new(ui.available_width(), theme.size.row + theme.grid(1));
    let (rect, row) = ui.allocate_exact_size(size, egui::Sense::click());
    row.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, &name));
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
    child.label(egui::RichText::new(name).color(*theme.text.strong));
    child.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        if let Some(key) = words.key {
            ui.label(
                egui::RichText::new(ui.ctx().format_shortcut(&key))
                    .small()
                    .color(*theme.text.accent),
            );
        }
        let tip = egui::RichText::new(words.tip)
            .small()
            .color(*theme.text.weak);
        ui.add(egui::Label::new(tip).truncate());
    });
    row
}

/// The commands that can be run and fit the query, the best first.
fn find(query: &str, cx: &Cx<'_>) -> Vec<Command> {
    let mut found: Vec<_> = Command::ALL
        .into_iter()
        .filter(|&command| command != Command::Palette && cx.can(command))
        .filter_map(|command| Some((fit(query, &cx.name_of(command))?, command)))
        .collect();
    found.sort_by_key(|&(badness, _)| badness);
    found.into_iter().map(|(_, command)| command).collect()
}

/// How badly the letters of `query`, in their order, fit `name`; `None` when they do not occur.
pub(super) fn fit(query: &str, name: &str) -> Option<usize> {
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let (mut at, mut badness) = (0, 0);
    for letter in query
        .to_lowercase()
        .chars()
        .filter(|letter| !letter.is_whitespace())
    {
        let rest = name.get(at..)?;
        // A letter that begins a word is what people type first.
        let begins =
            |index: usize| index == 0 || name.get(index - 1).is_some_and(|c| !c.is_alphanumeric());
        let next = rest.iter().position(|&c| c == letter)?;
        let word =
            (at..name.len()).find(|&index| name.get(index) == Some(&letter) && begins(index));
        let found = match word {
            Some(word) if next > 0 => word,
            _ => at + next,
        };
        badness += if found == at {
            0
        } else {
            1 + usize::from(!begins(found)) * 4
        };
        at = found + 1;
    }
    // Without a query the commands stand in their own order.
    let length = if at == 0 { 0 } else { name.len().min(99) };
    Some(badness * 100 + length)
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn letters_fit_in_their_order_and_word_starts_come_first() {
        assert!(fit("osa", "Open samples…").is_some());
        assert!(fit("xyz", "Open samples…").is_none());
        assert_eq!(fit(" ", "Quit"), fit("", "Open samples…"));
        assert!(fit("sp", "Save profile") < fit("sp", "Open a site profile…"));
        assert!(fit("und", "Undo rename ZPI-3") < fit("und", "Show what could be found"));
    }
}
