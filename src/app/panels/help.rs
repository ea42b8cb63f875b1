//! Help: every function of the mapping language, and every command with its key.

use egui::{RichText, ScrollArea, TextEdit, Ui};

use super::super::action::Command;
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::fields::heading_ui;
use super::parts::{bar_ui, weak};
use crate::mapping::{FUNCTIONS, FunctionDoc};

/// The view of the help.
#[derive(Default)]
pub(crate) struct State {
    query: String,
}

impl State {
    /// Shows what the help says of these words.
    pub(crate) fn find(&mut self, words: String) {
        self.query = words;
    }
}

/// Shows the help.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let theme = Theme::of(ui);
    bar_ui(ui, |ui| {
        let field = TextEdit::singleline(&mut state.query)
            .hint_text("Find a function or a command")
            .desired_width(theme.grid(70));
        let field = ui.add(field);
        field
            .ctx
            .accesskit_node_builder(field.id, |node| node.set_label("Find in the help"));
        cx.keeps_own_undo(field.has_focus());
    });
    let query = state.query.trim().to_lowercase();
    let fits = |words: &[&str]| {
        query.is_empty()
            || words
                .iter()
                .any(|words| words.to_lowercase().contains(&query))
    };
    ScrollArea::vertical().id_salt("help").auto_shrink(false).show(ui, |ui| {
        egui::Frame::new().inner_margin(theme.margin(4, 1)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = theme.grid(1);
            ui.set_width(ui.available_width().min(theme.grid(180)));
            heading_ui(ui, "The mapping language");
            weak(ui, "A script reads msg, writes out and adds rows; it is Rhai with these functions. Ctrl+Space in a script proposes what can be written");
            for function in FUNCTIONS {
                if fits(&[function.name, function.signature, function.help]) {
                    function_ui(ui, theme, function);
                }
            }
            heading_ui(ui, "Commands");
            for command in Command::ALL {
                let words = command.words();
                if fits(&[words.name, words.tip]) {
                    command_ui(ui, theme, command);
                }
            }
            ui.add_space(theme.grid(8));
        });
    });
}

fn function_ui(ui: &mut Ui, theme: &Theme, function: &FunctionDoc) {
    ui.add_space(theme.grid(2));
    ui.label(
        RichText::new(function.signature)
            .font(theme.code_font())
            .color(*theme.text.accent),
    );
    ui.add(egui::Label::new(RichText::new(function.help).color(*theme.text.body)).wrap());
    let example = RichText::new(function.example)
        .font(theme.code_font())
        .color(*theme.text.weak);
    ui.add(egui::Label::new(example).selectable(true).wrap());
}

fn command_ui(ui: &mut Ui, theme: &Theme, command: Command) {
    let words = command.words();
    ui.horizontal(|ui| {
        let key = words
            .key
            .map(|key| ui.ctx().format_shortcut(&key))
            .unwrap_or_default();
        let size = egui::Vec2::new(theme.grid(28), theme.size.row);
        ui.allocate_ui_with_layout(
            size,
            egui::Layout::left_to_right(egui::Align::Center),
            |ui| {
                ui.set_min_size(size);
                ui.label(
                    RichText::new(key)
                        .small()
                        .monospace()
                        .color(*theme.text.accent),
                );
            },
        );
        ui.label(RichText::new(words.name).color(*theme.text.strong));
        ui.add(
            egui::Label::new(RichText::new(words.tip).small().color(*theme.text.weak)).truncate(),
        );
    });
}
