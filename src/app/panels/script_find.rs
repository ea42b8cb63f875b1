//! Find and replace in the script that is shown, and in all scripts of the profile.

use std::sync::Arc;

use egui::{Key, Modifiers, RichText, TextEdit, Ui};

use super::super::cx::Cx;
use super::super::theme::Theme;
use super::parts::bar_ui;
use crate::profile::{Profile, ScriptTexts};
use crate::workbench::{FindQuery, Finder, FoundInScripts};

/// What is looked for.
#[derive(Default)]
pub(super) struct Find {
    query: FindQuery,
    with: String,
    pub(super) replaces: bool,
    pub(super) is_everywhere: bool,
    /// Whether the field takes the keys in the next frame.
    wants_focus: bool,
    /// The fields as they were drawn last: of what is looked for, and of what replaces it.
    field: Option<egui::Id>,
    with_field: Option<egui::Id>,
    everywhere: Option<(Looked, Arc<FoundInScripts>)>,
}

/// What was looked for in all scripts, and in which.
#[derive(PartialEq)]
struct Looked {
    query: FindQuery,
    with: Option<String>,
    profile: Arc<Profile>,
    scripts: Arc<ScriptTexts>,
}

/// How much was found.
pub(super) enum Found {
    /// In the script that is shown; `at` is the one that is marked.
    Here { at: Option<usize>, count: usize },
    /// In all scripts of the profile.
    Everywhere(Arc<FoundInScripts>),
}

/// What is to be done with what was found.
pub(super) enum FindStep {
    /// Show the next one, or the one before.
    Go {
        is_back: bool,
    },
    ReplaceOne(String),
    ReplaceAll(String),
    /// In all scripts of the profile.
    ReplaceEverywhere,
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

    /// What all scripts of the profile have of it; looked for anew when something changes.
    pub(super) fn everywhere(&mut self, cx: &Cx<'_>) -> Arc<FoundInScripts> {
        let looked = Looked {
            query: self.query.clone(),
            with: self.replaces.then(|| self.with.clone()),
            profile: Arc::clone(cx.session.profile()),
            scripts: Arc::clone(cx.session.scripts()),
        };
        let known = self.everywhere.take().filter(|(known, _)| *known == looked);
        let (looked, found) = known.unwrap_or_else(|| {
            let with = looked.with.as_deref();
            let finder = self.finder();
            let found = finder.map(|finder| cx.session.find_in_scripts(&finder, with));
            (looked, Arc::new(found.unwrap_or_default()))
        });
        self.everywhere = Some((looked, Arc::clone(&found)));
        found
    }

    /// Shows the fields with how much was found.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &Cx<'_>, found: &Found) -> Option<FindStep> {
        let mut step = None;
        bar_ui(ui, |ui| {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.button("✕").on_hover_text("Close (Esc)").clicked() {
                    step = Some(FindStep::Close);
                }
                let has_some = matches!(found, Found::Here { count, .. } if *count > 0);
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
                    let found = self.query_ui(ui, cx, found);
                    step = step.take().or(found);
                });
            });
        });
        if self.replaces {
            let found = self.replace_ui(ui, cx, found);
            step = step.or(found);
        }
        step
    }

    fn query_ui(&mut self, ui: &mut Ui, cx: &Cx<'_>, found: &Found) -> Option<FindStep> {
        let theme = Theme::of(ui);
        let wrong = self.query.finder().err();
        let words = match &wrong {
            Some(wrong) => wrong.to_string(),
            None if self.query.text.is_empty() => String::new(),
            None => found.words(),
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
        self.field = Some(field.id);
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
        if ui.input(|input| input.modifiers.command) {
            // Ctrl+Enter is for all.
            return None;
        }
        if takes(ui, Modifiers::SHIFT) {
            return Some(FindStep::Go { is_back: true });
        }
        takes(ui, Modifiers::NONE).then_some(FindStep::Go { is_back: false })
    }

    fn replace_ui(&mut self, ui: &mut Ui, cx: &Cx<'_>, found: &Found) -> Option<FindStep> {
        let theme = Theme::of(ui);
        let mut step = None;
        // The field is drawn after its buttons: who has the keys is known by what was drawn before.
        let fields = [self.field, self.with_field];
        let focused = ui.memory(egui::Memory::focused);
        let is_typed = focused.is_some() && fields.contains(&focused);
        bar_ui(ui, |ui| {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let (all, can) = found.to_replace();
                let tip = "All of them as one step (Ctrl+Enter)";
                let button = ui.add_enabled(can, egui::Button::new(all));
                let with_key = can && is_typed && takes(ui, Modifiers::COMMAND);
                if button.on_hover_text(tip).clicked() || with_key {
                    step = Some(match found {
                        Found::Here { .. } => FindStep::ReplaceAll(self.with.clone()),
                        Found::Everywhere(_) => FindStep::ReplaceEverywhere,
                    });
                }
                let can_one = can && matches!(found, Found::Here { .. });
                if matches!(found, Found::Here { .. }) {
                    let one = ui.add_enabled(can_one, egui::Button::new("Replace"));
                    if one.on_hover_text("This one (Enter in the field)").clicked() {
                        step = Some(FindStep::ReplaceOne(self.with.clone()));
                    }
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    let field = TextEdit::singleline(&mut self.with)
                        .hint_text("Replace with")
                        .font(theme.code_font())
                        .desired_width(f32::INFINITY)
                        .return_key(None)
                        .show(ui);
                    let field = field.response.response;
                    self.with_field = Some(field.id);
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
                    if can_one && takes(ui, Modifiers::NONE) {
                        step = Some(FindStep::ReplaceOne(self.with.clone()));
                    }
                });
            });
        });
        step
    }
}

impl Found {
    fn words(&self) -> String {
        match self {
            Self::Here {
                at: Some(at),
                count,
            } => format!("{} of {count}", at + 1),
            Self::Here { count: 0, .. } => "not found".to_owned(),
            Self::Here { count, .. } => format!("{count} found"),
            Self::Everywhere(all) if all.count == 0 => "not found in any script".to_owned(),
            Self::Everywhere(all) => in_scripts(all),
        }
    }

    /// What the button says that replaces all, and whether it can.
    fn to_replace(&self) -> (String, bool) {
        match self {
            Self::Here { count, .. } => ("Replace all".to_owned(), *count > 0),
            Self::Everywhere(all) if all.count == 0 => ("Replace all".to_owned(), false),
            Self::Everywhere(all) => (
                format!("Replace {}", in_scripts(all)),
                !all.scripts.is_empty(),
            ),
        }
    }
}

/// So many places: `7 in 3 scripts`.
pub(super) fn in_scripts(found: &FoundInScripts) -> String {
    let scripts = if found.script_count == 1 {
        "script"
    } else {
        "scripts"
    };
    format!("{} in {} {scripts}", found.count, found.script_count)
}

/// Takes Enter with just these modifiers.
fn takes(ui: &Ui, modifiers: Modifiers) -> bool {
    ui.input_mut(|input| input.consume_key(modifiers, Key::Enter))
}

/// Whether a field was left by Escape, which takes the focus before the field sees it.
fn is_left(ui: &Ui, field: &egui::Response) -> bool {
    field.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape))
}
