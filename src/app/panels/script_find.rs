//! Find and replace in the script that is shown, and find in all scripts of the profile.

use std::ops::Range;

use egui::{Key, Modifiers, RichText, TextEdit, Ui};

use super::super::cx::Cx;
use super::super::theme::Theme;
use super::parts::{bar_ui, weak};
use crate::workbench::{FindQuery, Finder, ScriptSpot, profile_scripts};

/// So many places are listed.
const MOST: usize = 500;

/// What is looked for.
#[derive(Default)]
pub(super) struct Find {
    query: FindQuery,
    with: String,
    pub(super) replaces: bool,
    pub(super) is_everywhere: bool,
    /// Whether the field takes the keys in the next frame.
    wants_focus: bool,
}

/// What is to be done with what was found.
pub(super) enum FindStep {
    /// Show the next one, or the one before.
    Go {
        is_back: bool,
    },
    ReplaceOne(String),
    ReplaceAll(String),
    Close,
}

impl Find {
    /// Opens the fields; `words` is what is selected.
    pub(super) fn open(&mut self, replaces: bool, is_everywhere: bool, words: &str) {
        self.replaces = replaces;
        self.is_everywhere = is_everywhere;
        self.wants_focus = true;
        if !words.is_empty() && !words.contains('\n') {
            words.clone_into(&mut self.query.text);
        }
    }

    /// What finds it; nothing where the query is wrong or empty.
    pub(super) fn finder(&self) -> Option<Finder> {
        self.query.finder().ok().flatten()
    }

    /// Where all scripts of the profile have it.
    pub(super) fn everywhere(&self, cx: &Cx<'_>) -> Vec<ScriptSpot> {
        let Some(finder) = self.finder() else {
            return Vec::new();
        };
        let scripts = profile_scripts(cx.session.profile(), cx.session.scripts());
        let spots = scripts.iter().flat_map(|(place, text)| {
            let spans = finder.find_all(text).into_iter();
            spots_of(spans, place, text)
        });
        spots.take(MOST).collect()
    }

    /// Shows the fields; `at` tells how many of how many.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        cx: &Cx<'_>,
        at: Option<usize>,
        count: usize,
    ) -> Option<FindStep> {
        let mut step = None;
        bar_ui(ui, |ui| {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.button("✕").on_hover_text("Close (Esc)").clicked() {
                    step = Some(FindStep::Close);
                }
                let has_some = count > 0 && !self.is_everywhere;
                let next = ui.add_enabled(has_some, egui::Button::new("↓"));
                if next.on_hover_text("Next (Enter)").clicked() {
                    step = Some(FindStep::Go { is_back: false });
                }
                let before = ui.add_enabled(has_some, egui::Button::new("↑"));
                if before.on_hover_text("Before (Shift+Enter)").clicked() {
                    step = Some(FindStep::Go { is_back: true });
                }
                let query = &mut self.query;
                ui.toggle_value(&mut query.is_regex, ".*")
                    .on_hover_text("Regular expression");
                ui.toggle_value(&mut query.is_word, "W")
                    .on_hover_text("Whole words");
                ui.toggle_value(&mut query.matches_case, "Aa")
                    .on_hover_text("Capitals count");
                ui.toggle_value(&mut self.is_everywhere, "All scripts")
                    .on_hover_text("Look in all scripts of the profile (Ctrl+Shift+F)");
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    let found = self.query_ui(ui, cx, at, count);
                    step = step.take().or(found);
                });
            });
        });
        if self.replaces {
            let found = self.replace_ui(ui, cx, count);
            step = step.or(found);
        }
        step
    }

    fn query_ui(
        &mut self,
        ui: &mut Ui,
        cx: &Cx<'_>,
        at: Option<usize>,
        count: usize,
    ) -> Option<FindStep> {
        let theme = Theme::of(ui);
        let wrong = self.query.finder().err();
        let words = match (&wrong, at) {
            (Some(wrong), _) => wrong.to_string(),
            (None, _) if self.query.text.is_empty() => String::new(),
            (None, _) if self.is_everywhere => format!("{count} in all scripts"),
            (None, Some(at)) => format!("{} of {count}", at + 1),
            (None, None) if count == 0 => "not found".to_owned(),
            (None, None) => format!("{count} found"),
        };
        let width = (ui.available_width() - theme.grid(26)).max(theme.grid(20));
        let width = if wrong.is_some() { width * 0.5 } else { width };
        let field = TextEdit::singleline(&mut self.query.text)
            .hint_text("Find")
            .font(theme.code_font())
            .desired_width(width)
            .return_key(None)
            .show(ui);
        let field = field.response.response;
        let colour = if wrong.is_some() {
            *theme.severity.error
        } else {
            *theme.text.weak
        };
        let label = egui::Label::new(RichText::new(&words).small().color(colour)).truncate();
        ui.add(label).on_hover_text(&words);
        field
            .ctx
            .accesskit_node_builder(field.id, |node| node.set_label("Find in the script"));
        if std::mem::take(&mut self.wants_focus) {
            field.request_focus();
        }
        cx.keeps_own_undo(field.has_focus());
        if is_left(ui, &field) {
            return Some(FindStep::Close);
        }
        if !field.has_focus() {
            return None;
        }
        ui.input_mut(|input| {
            if input.consume_key(Modifiers::SHIFT, Key::Enter) {
                return Some(FindStep::Go { is_back: true });
            }
            let next = input.consume_key(Modifiers::NONE, Key::Enter);
            next.then_some(FindStep::Go { is_back: false })
        })
    }

    fn replace_ui(&mut self, ui: &mut Ui, cx: &Cx<'_>, count: usize) -> Option<FindStep> {
        let theme = Theme::of(ui);
        let mut step = None;
        bar_ui(ui, |ui| {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let can = count > 0 && !self.is_everywhere;
                let all = ui.add_enabled(can, egui::Button::new("Replace all"));
                if all.clicked() {
                    step = Some(FindStep::ReplaceAll(self.with.clone()));
                }
                let one = ui.add_enabled(can, egui::Button::new("Replace"));
                if one.on_hover_text("This one (Enter in the field)").clicked() {
                    step = Some(FindStep::ReplaceOne(self.with.clone()));
                }
                if self.is_everywhere {
                    weak(ui, "Replacing is for one script");
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    let field = TextEdit::singleline(&mut self.with)
                        .hint_text("Replace with")
                        .font(theme.code_font())
                        .desired_width(f32::INFINITY)
                        .return_key(None)
                        .show(ui);
                    let field = field.response.response;
                    field
                        .ctx
                        .accesskit_node_builder(field.id, |node| node.set_label("Replace with"));
                    cx.keeps_own_undo(field.has_focus());
                    if is_left(ui, &field) {
                        step = Some(FindStep::Close);
                    }
                    if !field.has_focus() {
                        return;
                    }
                    ui.input_mut(|input| {
                        if can && input.consume_key(Modifiers::NONE, Key::Enter) {
                            step = Some(FindStep::ReplaceOne(self.with.clone()));
                        }
                    });
                });
            });
        });
        step
    }
}

/// Whether a field was left by Escape, which takes the focus before the field sees it.
fn is_left(ui: &Ui, field: &egui::Response) -> bool {
    field.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape))
}

fn spots_of(
    spans: impl Iterator<Item = Range<usize>>,
    place: &crate::profile::ScriptPlace,
    text: &str,
) -> Vec<ScriptSpot> {
    spans
        .map(|span| ScriptSpot::of(place, text, span))
        .collect()
}
