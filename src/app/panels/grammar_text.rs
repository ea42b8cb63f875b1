//! The text of a segment grammar, with its faults underlined and named below it.

use std::sync::Arc;

use egui::{Label, RichText, Sense, Ui, Vec2};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::super::widgets::{CodeEditor, CodeView, Language, Mark, Proposals};
use super::parts::weak;
use crate::diagnostic::Severity;
use crate::profile::{GrammarSource, MessageDefinition};
use crate::workbench::{GrammarFault, GrammarSheet};

/// More faults than this are not listed at once.
const LISTED: usize = 4;

/// The view of the text.
#[derive(Default)]
pub(super) struct State {
    editor: CodeEditor,
    buffer: String,
}

/// Shows the text that is being written, else `kept`, the profile's.
pub(super) fn ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    definition: &MessageDefinition,
    sheet: Option<&GrammarSheet>,
    kept: &str,
    size: Vec2,
) {
    let draft = cx.session.grammar_draft(&definition.name);
    let text = draft.map_or(kept, |draft| draft);
    if *text != *state.buffer {
        text.clone_into(&mut state.buffer);
    }
    let faults: &[GrammarFault] = sheet
        .filter(|sheet| sheet.focus.draft.as_ref() == draft)
        .map_or(&[], |sheet| &sheet.faults);
    let marks: Vec<Mark> = faults.iter().map(mark).collect();
    let view = CodeView {
        name: "Grammar text",
        beside: None,
        language: Language::Grammar,
        marks: &marks,
        emphasis: None,
        editable: true,
        propose: &|_, _| Proposals::default(),
        advice: None,
        found: (&[], None),
    };
    let down = egui::Layout::top_down(egui::Align::Min);
    let response = ui.allocate_ui_with_layout(size, down, |ui| {
        ui.set_min_size(size);
        ui.set_max_size(size);
        state.editor.ui(ui, &view, &mut state.buffer)
    });
    if response.inner.changed {
        cx.send(Action::WriteGrammar {
            message: Arc::clone(&definition.name),
            text: state.buffer.clone(),
        });
    }
    faults_ui(ui, state, faults, &marks);
    if draft.is_some() && faults.iter().any(is_error) {
        weak(
            ui,
            "The last grammar without errors stays in force until the text is mended",
        );
    }
}

/// The text of a grammar of the site's own.
pub(super) fn own_text(definition: &MessageDefinition) -> Option<&str> {
    match GrammarSource::of(definition.grammar.as_deref()?) {
        GrammarSource::Notation(text) => Some(text),
        GrammarSource::Structure(_) => None,
    }
}

fn faults_ui(ui: &mut Ui, state: &mut State, faults: &[GrammarFault], marks: &[Mark]) {
    let theme = Theme::of(ui);
    for (found, mark) in faults.iter().zip(marks).take(LISTED) {
        let colour = match found.fault.severity {
            Severity::Error => theme.severity.error,
            Severity::Warning => theme.severity.warning,
            Severity::Info => theme.severity.info,
        };
        let text = format!(
            "Line {}, column {}: {}",
            found.line, found.column, mark.message
        );
        let text = RichText::new(text).small().color(*colour);
        let label = ui.add(Label::new(text).wrap().sense(Sense::click()));
        if label.on_hover_text("Go to the place").clicked() {
            state.editor.goto(found.line, found.column);
        }
    }
    let more = faults.len().saturating_sub(LISTED);
    if more > 0 {
        weak(ui, format!("and {more} more"));
    }
}

fn is_error(found: &GrammarFault) -> bool {
    found.fault.severity == Severity::Error
}

fn mark(found: &GrammarFault) -> Mark {
    Mark {
        line: found.line,
        column: found.column,
        message: format!("{}; {}", found.fault.message, found.fault.help),
        error: is_error(found),
        fix: None,
    }
}
