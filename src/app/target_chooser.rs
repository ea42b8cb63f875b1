//! Where a place of the message may go, as a list to choose from by keys: what a drop does with the
//! mouse.

use egui::{Response, Ui};

use super::action::Action;
use super::cx::Cx;
use super::drag::Dragged;
use super::finder::{Finder, FinderWords, Found, finder_row};
use super::panels::mapping_edit::{Entry, drop_as_rows};
use super::panels::script_words;
use super::theme::Theme;
use crate::profile::Edit;
use crate::workbench::fit;

/// The chooser, while it is open.
pub(super) struct TargetChooser {
    dragged: Dragged,
    finder: Finder,
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
            finder: Finder::default(),
        }
    }

    /// Shows the chooser; `false` when it is to be closed. `definition` is the chosen one.
    pub(super) fn ui(&mut self, ctx: &egui::Context, cx: &Cx<'_>, definition: usize) -> bool {
        let hint = format!("Where does {} go?", self.dragged.words());
        let words = FinderWords {
            id: "map to column",
            field: "Find a column",
            hint: &hint,
            nothing: "No column is called so",
        };
        let dragged = &self.dragged;
        let find = |query: &str| targets(dragged, query, cx, definition);
        match self.finder.ui(ctx, cx, &words, find, row_ui) {
            Found::Nothing => true,
            Found::Closed => false,
            Found::Chosen((_, target)) => {
                cx.send(match target {
                    Target::Edit(edit) => Action::Edit(edit),
                    Target::Script => Action::InsertIntoScript(self.dragged.clone()),
                });
                false
            }
        }
    }
}

/// All that the place can become, in words that fit the query; the best first.
fn targets(
    dragged: &Dragged,
    query: &str,
    cx: &Cx<'_>,
    definition: usize,
) -> Vec<(String, Target)> {
    let profile = cx.session.profile();
    let mut found: Vec<(String, Target)> = Vec::new();
    let definition = profile.messages.get(definition);
    if let (Some(preview), Some(definition)) = (cx.preview(), definition) {
        for entry in Entry::all(profile, definition) {
            let reading = match dragged {
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
            let root = entry.drop_as_root(dragged);
            found.extend(root.map(|(words, edit)| (words, Target::Edit(edit))));
        }
        let new = drop_as_rows(profile, definition, preview, None, dragged);
        found.extend(new.map(|(words, edit)| (format!("New table: {words}"), Target::Edit(edit))));
    }
    let script = format!("Script: {}", script_words(dragged, false));
    found.push((script, Target::Script));
    let mut fitting: Vec<_> = found
        .into_iter()
        .filter_map(|(words, target)| Some((fit(query, &words)?, (words, target))))
        .collect();
    fitting.sort_by_key(|(badness, _)| *badness);
    fitting.into_iter().map(|(_, found)| found).collect()
}

fn row_ui(ui: &mut Ui, theme: &Theme, (words, _): &(String, Target), chosen: bool) -> Response {
    let (row, mut child) = finder_row(ui, theme, words, chosen);
    let text = egui::RichText::new(words)
        .font(theme.code_font())
        .color(*theme.text.strong);
    child.add(egui::Label::new(text).truncate());
    row
}
