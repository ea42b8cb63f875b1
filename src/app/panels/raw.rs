//! The message as text: coloured by level, editable while it is small.

use std::ops::Range;

use egui::{Button, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::links_drawn::Knot;
use super::super::pane::Pane;
use super::super::theme::Theme;
use super::super::widgets::{EDITABLE_BYTES, Emphasis, Folding, Hl7Text, Hl7View, size_text};
use super::explain::explain_ui;
use super::outline::Source;
use super::parts::{bar_ui, describe_ui, weak, without_message_ui};
use crate::hl7::Message;
use crate::workbench::Preview;

/// The view of the text.
#[derive(Default)]
pub(crate) struct State {
    view: Hl7View,
    seen: u64,
}

impl State {
    /// Takes the text of the session anew, whatever was typed.
    pub(crate) fn forget(&mut self) {
        self.view.forget();
    }
}

/// Shows the text.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let Some(preview) = cx.preview().filter(|preview| preview.sample.is_some()) else {
        let text = "The text of the selected sample stands here, coloured by level: segments, fields, components";
        return without_message_ui(
            ui,
            cx,
            "No message",
            text,
            &[Command::OpenSamples, Command::PasteMessage],
        );
    };
    let message = came(preview);
    let small = message.text().len() <= EDITABLE_BYTES;
    head_ui(ui, cx, preview, state.view.folded());
    let folding = if cx.settings.folding && has_long_values(message) {
        Folding::Fold
    } else {
        Folding::Whole
    };
    let marks = marks(cx, preview);
    let text = Hl7Text {
        name: "Message text",
        message,
        folding,
        editable: small,
        marks: &marks,
        reveal: cx.reveals(Pane::Raw, &mut state.seen),
    };
    let response = state.view.ui(ui, &text);
    cx.keeps_own_undo(response.focused && folding == Folding::Whole);
    for (span, rect, clip) in &response.linked {
        cx.knots.put(Knot::Source(span.clone()), *rect, *clip);
    }
    let source = Source {
        message,
        // Groups are of the message that the site's script made of this text.
        tree: preview.received.is_none().then_some(&*preview.tree),
        grammar: &preview.grammar,
        profile: cx.session.profile(),
        ghosts: true,
    };
    explain_ui(response.pointed, &source);
    if let Some(edited) = response.edited {
        cx.send(Action::EditMessage(edited));
    } else if let Some(location) = response.caret.and_then(|byte| message.location_at(byte)) {
        cx.choose(Some(location), Pane::Raw);
    }
}

/// The message as it came: what is shown and edited here.
fn came(preview: &Preview) -> &Message {
    preview.received.as_ref().unwrap_or(&preview.message)
}

fn has_long_values(message: &Message) -> bool {
    // A segment without a long value cannot hold one either.
    message.segments().any(|segment| segment.raw().len() > 160)
}

fn marks(cx: &Cx<'_>, preview: &Preview) -> Vec<(Range<usize>, Emphasis)> {
    let chosen = cx
        .session
        .location()
        .and_then(|location| came(preview).find(location));
    let chosen = chosen.map(|element| (element.span(), Emphasis::Selected));
    let faulty = preview
        .faults
        .iter()
        .filter(|_| preview.received.is_none())
        .map(|fault| (fault.span.clone(), Emphasis::Faulty));
    let read = cx.read_now().into_iter();
    let read = read
        .filter(|_| preview.received.is_none())
        .map(|span| (span, Emphasis::Read));
    let linked = cx.threads.iter().filter(|_| preview.received.is_none());
    let linked = linked.map(|thread| (thread.source.clone(), Emphasis::Linked));
    let marks = chosen.into_iter().chain(faulty).chain(read);
    marks.chain(linked).collect()
}

fn head_ui(ui: &mut Ui, cx: &Cx<'_>, preview: &Preview, folded: usize) {
    let theme = Theme::of(ui);
    bar_ui(ui, |ui| {
        let sample = cx.session.sample();
        let edited = sample
            .as_ref()
            .is_some_and(|sample| sample.edited().is_some());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if edited {
                let restore = ui.add(Button::new("Restore"));
                if restore
                    .on_hover_text(Command::RestoreMessage.words().tip)
                    .clicked()
                {
                    cx.run(Command::RestoreMessage);
                }
            }
            if folded > 0 || !cx.settings.folding {
                let (name, tip) = if cx.settings.folding {
                    (
                        "Unfold",
                        "Show long values whole; a folded text cannot be edited",
                    )
                } else {
                    ("Fold", "Fold values of more than 160 bytes")
                };
                if ui.add(Button::new(name)).on_hover_text(tip).clicked() {
                    cx.run(Command::ToggleFolding);
                }
            }
            let chosen = cx.session.location().map(|location| location.segment);
            if let Some(segment) = chosen.filter(|id| !preview.grammar.knows(*id)) {
                describe_ui(ui, cx, segment);
            }
            let facts = facts(preview);
            weak(ui, facts);
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let name = sample.map(|sample| sample.name()).unwrap_or_default();
                let short = name
                    .rsplit(['/', '\\'])
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                let more = if edited { " · edited" } else { "" };
                let text = egui::RichText::new(format!("{short}{more}")).color(*theme.text.body);
                ui.add(egui::Label::new(text).truncate())
                    .on_hover_text(name);
            });
        });
    });
}

/// Size, charset and line ends.
fn facts(preview: &Preview) -> String {
    let text = came(preview).text();
    let ends = match (
        text.contains("\r\n"),
        text.contains('\r'),
        text.contains('\n'),
    ) {
        (true, _, _) => "CRLF",
        (_, true, true) => "mixed line ends",
        (_, true, false) => "CR",
        (_, false, true) => "LF",
        _ => "one line",
    };
    let charset = preview
        .reading
        .as_ref()
        .map(|reading| format!(" · {}", reading.charset))
        .unwrap_or_default();
    let changed = preview
        .received
        .as_ref()
        .map_or("", |_| " · changed by prepare");
    format!("{}{charset} · {ends}{changed}", size_text(text.len()))
}
