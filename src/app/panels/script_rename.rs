//! A new name for what stands under the caret of a script, asked for where it stands.

use egui::text::{CCursor, CCursorRange, CharIndex};
use egui::{Area, Frame, Id, Key, Modifiers, Order, Pos2, RichText, TextEdit, Ui};

use super::super::cx::Cx;
use super::super::theme::Theme;
use super::parts::weak;
use crate::workbench::Rename;

/// The field for the new name.
pub(super) struct RenameForm {
    /// The byte of the script that is meant.
    pub(super) byte: usize,
    from: String,
    to: String,
    at: Pos2,
    /// What the name that was typed last would change, or why it cannot be taken.
    found: Result<Rename, String>,
    is_new: bool,
}

/// What became of the field.
pub(super) enum RenameStep {
    Stay,
    Close,
    Take(Rename),
}

impl RenameForm {
    pub(super) fn new(byte: usize, name: String, at: Pos2) -> Self {
        Self {
            byte,
            to: name.clone(),
            from: name,
            at,
            found: Ok(Rename::default()),
            is_new: true,
        }
    }

    /// Shows the field; `rename` says what a name changes.
    pub(super) fn ui(
        &mut self,
        ui: &Ui,
        cx: &Cx<'_>,
        rename: impl FnOnce(&str) -> Result<Rename, String>,
    ) -> RenameStep {
        let theme = Theme::of(ui);
        let area = Area::new(Id::unique("rename in the script"))
            .order(Order::Foreground)
            .fixed_pos(self.at)
            .constrain(true);
        let shown = area.show(ui.ctx(), |ui| {
            let frame = Frame::new()
                .fill(*theme.surface.raised)
                .stroke(egui::Stroke::new(1.0, *theme.accent.line))
                .corner_radius(theme.size.corner)
                .inner_margin(theme.margin(2, 2))
                .shadow(ui.visuals().popup_shadow);
            frame.show(ui, |ui| {
                ui.set_width(theme.grid(80));
                ui.spacing_mut().item_spacing.y = theme.grid(1);
                self.field_ui(ui, cx, theme, rename)
            })
        });
        shown.inner.inner
    }

    fn field_ui(
        &mut self,
        ui: &mut Ui,
        cx: &Cx<'_>,
        theme: &Theme,
        rename: impl FnOnce(&str) -> Result<Rename, String>,
    ) -> RenameStep {
        let (enter, escape) = ui.input_mut(|input| {
            (
                input.consume_key(Modifiers::NONE, Key::Enter),
                input.consume_key(Modifiers::NONE, Key::Escape),
            )
        });
        let mut output = TextEdit::singleline(&mut self.to)
            .font(theme.code_font())
            .desired_width(f32::INFINITY)
            .show(ui);
        let field = output.response.response.clone();
        field
            .ctx
            .accesskit_node_builder(field.id, |node| node.set_label("New name"));
        cx.keeps_own_undo(true);
        if std::mem::take(&mut self.is_new) {
            field.request_focus();
            let all = CCursorRange::two(
                CCursor::default(),
                CCursor::new(CharIndex(self.to.chars().count())),
            );
            output.state.cursor.set_char_range(Some(all));
            output.state.store(ui.ctx(), field.id);
        } else if field.lost_focus() && !enter || escape {
            return RenameStep::Close;
        }
        if field.changed() {
            self.found = rename(&self.to);
        }
        match &self.found {
            Err(why) => {
                let words = RichText::new(why).small().color(*theme.severity.error);
                ui.add(egui::Label::new(words).wrap());
            }
            Ok(rename) => {
                let places = rename.places();
                let words = match (self.to == self.from, places.is_empty()) {
                    (true, _) => "Enter renames, Esc leaves it as it is".to_owned(),
                    (false, true) => "No script names it".to_owned(),
                    (false, false) => format!("Enter renames it in {places}"),
                };
                weak(ui, words);
                let left = rename.left();
                if !left.is_empty() {
                    let words = RichText::new(left).small().color(*theme.severity.warning);
                    ui.add(egui::Label::new(words).wrap());
                }
            }
        }
        match &self.found {
            Ok(_) if enter && self.to == self.from => RenameStep::Close,
            Ok(rename) if enter => RenameStep::Take(rename.clone()),
            Ok(_) | Err(_) => RenameStep::Stay,
        }
    }
}
