//! The command palette: type a few letters, choose with the arrow keys.

use egui::{Response, Ui};

use super::action::{Action, Command};
use super::cx::Cx;
use super::finder::{Finder, FinderWords, Found, finder_row};
use super::theme::Theme;
use crate::workbench::fit;

const WORDS: FinderWords<'_> = FinderWords {
    id: "palette",
    field: "Find a command",
    hint: "What do you want to do?",
    nothing: "No command is called so",
};

/// The palette, while it is open.
#[derive(Default)]
pub(super) struct Palette {
    finder: Finder,
}

impl Palette {
    /// Shows the palette; `false` when it is to be closed.
    pub(super) fn ui(&mut self, ctx: &egui::Context, cx: &Cx<'_>) -> bool {
        let row = |ui: &mut Ui, theme: &Theme, command: &Command, chosen: bool| {
            row_ui(ui, theme, cx, *command, chosen)
        };
        match self
            .finder
            .ui(ctx, cx, &WORDS, |query| find(query, cx), row)
        {
            Found::Nothing => true,
            Found::Closed => false,
            Found::Chosen(command) => {
                cx.send(Action::Run(command));
                false
            }
        }
    }
}

fn row_ui(ui: &mut Ui, theme: &Theme, cx: &Cx<'_>, command: Command, chosen: bool) -> Response {
    let words = command.words();
    let name = cx.name_of(command);
    let (row, mut child) = finder_row(ui, theme, &name, chosen);
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
