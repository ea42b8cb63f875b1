//! Rows back into a message: the template of a message definition, and what it makes of the rows of the
//! sample at hand.

use std::sync::Arc;

use egui::{Button, Label, RichText, Sense, Ui, Vec2};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::status::plural;
use super::super::theme::Theme;
use super::super::widgets::{
    CodeEditor, CodeView, Folding, Hl7Text, Hl7View, Language, Mark, Proposals,
};
use super::fields::heading_ui;
use crate::diagnostic::Severity;
use crate::mapping::Composition;
use crate::profile::{Edit, MessageDefinition, RowsOut, TemplateFault};
use crate::workbench::{RowsBack, RowsMade, first_template};

/// More faults than this are not listed at once.
const LISTED: usize = 4;

/// The view of the template.
#[derive(Default)]
pub(crate) struct State {
    editor: CodeEditor,
    buffer: String,
    made: Hl7View,
}

/// Shows the template of the definition and what becomes of it.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, definition: &MessageDefinition) {
    heading_ui(ui, "Rows back into a message");
    let words = "A message begins with this text when rows are made into one (pipehat transform \
                 --from csv or --from rows-json); each column is then written to the place that it \
                 is read from. MSH-7 and MSH-10 are filled where they are left empty.";
    let Some(out) = &definition.out else {
        small(
            ui,
            "Nobody says how rows become a message: a template says what it begins with",
        );
        if ui
            .button("Generate rows back into a message…")
            .on_hover_text("Begin a template with the header of the selected sample")
            .clicked()
        {
            begin(cx, definition);
        }
        return;
    };
    small(ui, words);
    let looked = cx.preview().and_then(|preview| preview.rows_back.as_ref());
    let looked = looked.filter(|looked| looked.message == definition.name);
    text_ui(ui, cx, state, definition, out, looked.map(|found| &**found));
    ui.horizontal_wrapped(|ui| {
        let can = cx.preview().is_some_and(|preview| preview.sample.is_some());
        let button = ui.add_enabled(can, Button::new("Take the sample's header"));
        if button
            .on_hover_text("Begin anew with the header of the selected sample")
            .clicked()
        {
            begin(cx, definition);
        }
        let remove = ui.add(Button::new("Remove"));
        remove.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::Button, true, "Remove the template")
        });
        let tip = "No rows are made into this message; Ctrl+Z brings the template back";
        if remove.on_hover_text(tip).clicked() {
            set(cx, definition, "remove template of", None);
        }
    });
    if let Some(looked) = looked {
        made_ui(ui, state, definition, &looked.made);
    }
}

fn begin(cx: &Cx<'_>, definition: &MessageDefinition) {
    let preview = cx.preview().filter(|preview| preview.sample.is_some());
    let message = preview.map(|preview| &preview.message);
    let out = first_template(cx.session.profile(), definition, message);
    set(cx, definition, "begin template of", Some(out));
}

fn set(cx: &Cx<'_>, definition: &MessageDefinition, what: &str, out: Option<RowsOut>) {
    let name = format!("{what} {}", definition.name).into();
    let message = Arc::clone(&definition.name);
    let edits = vec![Edit::SetOut { message, out }];
    cx.send(Action::Edit(Edit::Named { name, edits }));
}

fn text_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    definition: &MessageDefinition,
    out: &RowsOut,
    looked: Option<&RowsBack>,
) {
    let theme = Theme::of(ui);
    if *out.template != *state.buffer {
        state.buffer = out.template.to_string();
    }
    let faults = looked.map_or(&[][..], |looked| &looked.faults);
    let marks: Vec<Mark> = faults.iter().map(mark).collect();
    let view = CodeView {
        name: "Template of the message",
        beside: None,
        language: Language::Message,
        marks: &marks,
        emphasis: None,
        editable: true,
        propose: &|_, _| Proposals::default(),
        advice: None,
        found: (&[], None),
    };
    let size = Vec2::new(ui.available_width(), height(theme, &state.buffer));
    let down = egui::Layout::top_down(egui::Align::Min);
    let response = ui.allocate_ui_with_layout(size, down, |ui| {
        ui.set_min_size(size);
        ui.set_max_size(size);
        state.editor.ui(ui, &view, &mut state.buffer)
    });
    if response.inner.changed {
        let message = Arc::clone(&definition.name);
        let template = state.buffer.as_str().into();
        let out = Some(RowsOut { template });
        cx.send(Action::Edit(Edit::SetOut { message, out }));
    }
    for (line, column, fault) in faults.iter().take(LISTED) {
        let text = format!(
            "Line {line}, column {column}: {}; {}",
            fault.message, fault.help
        );
        let text = RichText::new(text).small().color(*theme.severity.warning);
        let label = ui.add(Label::new(text).wrap().sense(Sense::click()));
        if label.on_hover_text("Go to the place").clicked() {
            state.editor.goto(*line, *column);
        }
    }
    let more = faults.len().saturating_sub(LISTED);
    if more > 0 {
        small(ui, &format!("and {more} more"));
    }
}

fn mark((line, column, fault): &(u32, u32, TemplateFault)) -> Mark {
    Mark {
        line: *line,
        column: *column,
        message: format!("{}; {}", fault.message, fault.help),
        error: false,
        fix: None,
    }
}

/// From three lines up to ten.
fn height(theme: &Theme, text: &str) -> f32 {
    let lines = text.split('\n').count().clamp(3, 10);
    theme.size.row * f32::from(u8::try_from(lines).unwrap_or(10)) * 0.8 + theme.grid(3)
}

/// What the rows of the sample at hand become.
fn made_ui(ui: &mut Ui, state: &mut State, definition: &MessageDefinition, made: &RowsMade) {
    let theme = Theme::of(ui);
    let name = &definition.name;
    let made = match made {
        RowsMade::OtherMessage => {
            let text =
                format!("Select a sample that falls under {name} to see its rows as a message");
            return small(ui, &text);
        }
        RowsMade::NoRows => {
            return small(
                ui,
                "The selected sample makes no rows: say in the mapping where columns come from",
            );
        }
        RowsMade::TooMany(count) => {
            let text = format!(
                "The selected sample makes {count} rows, too many to show as a message here"
            );
            return small(ui, &text);
        }
        RowsMade::Made(made) => made,
    };
    ui.add_space(theme.grid(1));
    ui.horizontal_wrapped(|ui| {
        let title = RichText::new("The rows of the selected sample, as a message");
        ui.label(title.color(*theme.text.body));
        verdict_ui(ui, made);
    });
    if let Some(message) = &made.message {
        let text = Hl7Text {
            name: "Message made of the rows",
            message,
            folding: Folding::Fold,
            editable: false,
            marks: &[],
            reveal: false,
        };
        let size = Vec2::new(ui.available_width(), theme.grid(34));
        let down = egui::Layout::top_down(egui::Align::Min);
        ui.allocate_ui_with_layout(size, down, |ui| {
            ui.set_min_size(size);
            ui.set_max_size(size);
            state.made.ui(ui, &text);
        });
    }
    for found in made.diagnostics.iter().take(LISTED) {
        let colour = match found.severity {
            Severity::Error => theme.severity.error,
            Severity::Warning => theme.severity.warning,
            Severity::Info => theme.severity.info,
        };
        let help = found.help.as_ref().map(|help| format!("; {help}"));
        let text = format!("{}{}", found.message, help.unwrap_or_default());
        let text = RichText::new(text).small().color(*colour);
        ui.add(Label::new(text).wrap());
    }
    let more = made.diagnostics.len().saturating_sub(LISTED);
    if more > 0 {
        small(ui, &format!("and {more} more"));
    }
}

/// Whether all that the rows hold comes back from the message.
fn verdict_ui(ui: &mut Ui, made: &Composition) {
    let theme = Theme::of(ui);
    let (text, colour) = match made.diagnostics.len() {
        0 => ("all columns come back".to_owned(), theme.severity.good),
        count => (plural(count, "problem"), theme.severity.warning),
    };
    ui.label(RichText::new(text).small().color(*colour));
}

fn small(ui: &mut Ui, text: &str) {
    let colour = *Theme::of(ui).text.weak;
    ui.add(Label::new(RichText::new(text).small().color(colour)).wrap());
}
