//! A template was changed on disk: what it changes, and, part by part where the site says otherwise,
//! whose it is to be.

use std::collections::BTreeSet;

use egui::{Id, Key, Label, Modal, RichText, ScrollArea, Ui};

use super::action::Action;
use super::cx::Cx;
use super::question::primary;
use super::status::plural;
use super::theme::{Theme, dialog_frame, strong_family};
use crate::profile::{MergeConflict, PartPath};
use crate::workbench::TemplateOffer;

/// So many changes are listed that nothing has to be chosen for.
const LISTED: usize = 200;

/// The dialog, while it is open.
#[derive(Default)]
pub(super) struct TemplateDialog {
    /// The conflicts in which the template's part is taken.
    taken: BTreeSet<PartPath>,
    focused: bool,
}

impl TemplateDialog {
    /// Shows the dialog; `false` when it is to be closed.
    pub(super) fn ui(&mut self, ctx: &egui::Context, cx: &Cx<'_>) -> bool {
        let Some(offer) = cx.session.template_offer() else {
            return false;
        };
        let theme = Theme::pick(ctx.global_style().visuals.dark_mode);
        let window = ctx.content_rect().size();
        let shown = Modal::new(Id::unique("changed template"))
            .frame(dialog_frame(ctx))
            .show(ctx, |ui| {
                ui.set_width((window.x - theme.grid(24)).min(theme.grid(190)));
                ui.heading("A template was changed on disk");
                ui.add_space(theme.grid(1));
                for file in &offer.files {
                    let file = RichText::new(file.display().to_string()).color(*theme.text.weak);
                    ui.add(Label::new(file).wrap());
                }
                ui.add_space(theme.grid(2));
                self.choose_all_ui(ui, theme, offer);
                ScrollArea::vertical()
                    .max_height((window.y - theme.grid(70)).max(theme.grid(30)))
                    .show(ui, |ui| {
                        ui.set_width(ui.available_width());
                        for conflict in &offer.conflicts {
                            self.conflict_ui(ui, theme, conflict);
                        }
                        changes_ui(ui, theme, offer);
                    });
                ui.add_space(theme.grid(3));
                self.answers_ui(ui, cx, theme)
            });
        if shown.inner {
            return false;
        }
        if ctx.input(|input| input.key_pressed(Key::Escape)) {
            cx.send(Action::DismissTemplates);
            return false;
        }
        true
    }

    fn choose_all_ui(&mut self, ui: &mut Ui, theme: &Theme, offer: &TemplateOffer) {
        let count = offer.conflicts.len();
        if count == 0 {
            return;
        }
        ui.horizontal(|ui| {
            let title = format!("{} with what the site says", plural(count, "conflict"));
            ui.label(RichText::new(title).family(strong_family()));
            if count > 1 {
                ui.add_space(theme.grid(2));
                if ui.button("Keep all of ours").clicked() {
                    self.taken.clear();
                }
                if ui.button("Take all of the template's").clicked() {
                    let paths = offer.conflicts.iter().map(|conflict| conflict.path.clone());
                    self.taken.extend(paths);
                }
            }
        });
        ui.add_space(theme.grid(1));
    }

    fn conflict_ui(&mut self, ui: &mut Ui, theme: &Theme, conflict: &MergeConflict) {
        let path = conflict.path.to_string();
        ui.add_space(theme.grid(1));
        ui.add(Label::new(RichText::new(&path).monospace().color(*theme.text.body)).wrap());
        let is_taken = self.taken.contains(&conflict.path);
        let values = [
            ("base", &conflict.base, false),
            ("ours", &conflict.ours, !is_taken),
            ("theirs", &conflict.theirs, is_taken),
        ];
        for (side, value, is_chosen) in values {
            value_ui(ui, theme, side, value.as_deref(), is_chosen);
        }
        ui.horizontal(|ui| {
            ui.add_space(theme.grid(4));
            for (words, takes) in [("Keep ours", false), ("Take the template's", true)] {
                let choice = ui.radio(is_taken == takes, words);
                let name = format!("{words}: {path}");
                ui.ctx()
                    .accesskit_node_builder(choice.id, |node| node.set_label(name));
                if !self.focused {
                    choice.request_focus();
                    self.focused = true;
                }
                if choice.clicked() && takes {
                    self.taken.insert(conflict.path.clone());
                } else if choice.clicked() {
                    self.taken.remove(&conflict.path);
                }
                if choice.gained_focus() {
                    choice.scroll_to_me(None);
                }
            }
        });
        ui.add_space(theme.grid(1));
        ui.separator();
    }

    /// `true` when it is answered.
    fn answers_ui(&mut self, ui: &mut Ui, cx: &Cx<'_>, theme: &Theme) -> bool {
        ui.horizontal(|ui| {
            let take = ui
                .add(primary(theme, "Take the new template"))
                .on_hover_text("What the site says itself stays, but for what is chosen above");
            if !self.focused {
                take.request_focus();
                self.focused = true;
            }
            let cancel = ui
                .button("Cancel")
                .on_hover_text("Go on with the template as it was read before");
            if take.clicked() {
                cx.send(Action::TakeTemplates(std::mem::take(&mut self.taken)));
            } else if cancel.clicked() {
                cx.send(Action::DismissTemplates);
            }
            take.clicked() || cancel.clicked()
        })
        .inner
    }
}

/// One side of a conflict, as `profile merge` tells it.
fn value_ui(ui: &mut Ui, theme: &Theme, side: &str, value: Option<&str>, is_chosen: bool) {
    let tip = match side {
        "base" => "The template as it was",
        "ours" => "What the site has",
        _ => "The template as it is now",
    };
    ui.horizontal(|ui| {
        ui.add_space(theme.grid(4));
        let name = RichText::new(side).color(*theme.text.weak);
        let cell = egui::vec2(theme.grid(12), theme.size.row);
        ui.allocate_ui(cell, |ui| {
            ui.set_min_width(theme.grid(12));
            ui.label(name).on_hover_text(tip);
        });
        let value = value.map_or("not there", str::trim);
        let colour = if is_chosen {
            *theme.text.body
        } else {
            *theme.text.weak
        };
        let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = RichText::new(line).monospace().color(colour);
        ui.add(Label::new(text).truncate()).on_hover_text(value);
    });
}

fn changes_ui(ui: &mut Ui, theme: &Theme, offer: &TemplateOffer) {
    let title = match (offer.changes.len(), offer.conflicts.len()) {
        (0, 0) => "Nothing changes for this site".to_owned(),
        (0, _) => "Nothing else changes for this site".to_owned(),
        (count, 0) => format!("It changes {} of this site", plural(count, "part")),
        (count, _) => format!("It also changes {} of this site", plural(count, "part")),
    };
    ui.add_space(theme.grid(1));
    ui.label(RichText::new(title).family(strong_family()));
    for change in offer.changes.iter().take(LISTED) {
        let text = change.to_string();
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = RichText::new(line).monospace().color(*theme.text.weak);
        ui.add(Label::new(line).truncate()).on_hover_text(text);
    }
    if offer.changes.len() > LISTED {
        ui.label(format!("and {} more", offer.changes.len() - LISTED));
    }
}
