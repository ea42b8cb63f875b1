//! The status bar: what is open, what was found, how long it took.

use egui::{Align, Button, Layout, RichText, Spinner, Ui};

use super::action::Command;
use super::cx::{Cx, has_unsaved_changes};
use super::theme::Theme;
use super::toasts::Toasts;
use super::widgets::dot;
use crate::diagnostic::Severity;

/// Shows the status bar.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, toasts: &mut Toasts) {
    let theme = Theme::of(ui);
    ui.horizontal_centered(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            right_ui(ui, cx, theme);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                left_ui(ui, cx, theme);
                toasts.news_ui(ui);
            });
        });
    });
}

fn left_ui(ui: &mut Ui, cx: &Cx<'_>, theme: &Theme) {
    let session = cx.session;
    let modified = has_unsaved_changes(session);
    let name = session.profile_path().map_or_else(
        || format!("{} (in no file yet)", session.profile().name),
        |path| path.display().to_string(),
    );
    let state = if modified { " · unsaved changes" } else { "" };
    let text = RichText::new(format!("{name}{state}")).small();
    let tip = if modified {
        "The profile; Ctrl+S saves it"
    } else {
        "The profile"
    };
    ui.add(egui::Label::new(text).truncate()).on_hover_text(tip);
    if let Some(at) = session.selected_position() {
        ui.separator();
        let place = format!("Sample {} of {}", at + 1, session.corpus().len());
        ui.label(RichText::new(place).small().color(*theme.text.weak));
    }
    if let Some(location) = session.location() {
        ui.separator();
        ui.label(
            RichText::new(location.to_string())
                .small()
                .monospace()
                .color(*theme.text.accent),
        );
    }
    if session.is_busy() {
        ui.separator();
        ui.add(Spinner::new().size(theme.grid(3)));
        ui.label(RichText::new("Reading or writing files").small());
        if ui
            .add(Button::new("Stop").small())
            .on_hover_text("Stop reading; what has come stays")
            .clicked()
        {
            cx.send(super::action::Action::StopLoading);
        }
    }
    wire_ui(ui, cx, theme);
}

/// What runs on the wire goes on behind other panels: it is said here.
fn wire_ui(ui: &mut Ui, cx: &Cx<'_>, theme: &Theme) {
    let running = cx.session.stations().iter();
    let running: Vec<_> = running.filter(|station| station.is_running()).collect();
    if running.is_empty() {
        return;
    }
    let listeners = running.iter().filter(|station| station.is_listener());
    let listeners = listeners.count();
    let is_open = running.iter().any(|station| station.is_open_to_others());
    let mut parts = Vec::new();
    for (count, word) in [
        (listeners, "listener"),
        (running.len() - listeners, "sender"),
    ] {
        if count > 0 {
            parts.push(plural(count, word));
        }
    }
    ui.separator();
    let (colour, tip) = if is_open {
        (
            theme.severity.warning,
            "Other machines can connect; show the wire",
        )
    } else {
        (theme.severity.good, "Show the wire")
    };
    dot(ui, *colour);
    let text = RichText::new(parts.join(", ")).small();
    let button = Button::new(text).frame(false);
    if ui.add(button).on_hover_text(tip).clicked() {
        cx.run(Command::ShowWire);
    }
}

fn right_ui(ui: &mut Ui, cx: &Cx<'_>, theme: &Theme) {
    let found = cx
        .preview()
        .map_or(&[][..], |preview| &preview.diagnostics[..]);
    let all = || found.iter().chain(cx.session.file_problems());
    let count = |severity| {
        all()
            .filter(|diagnostic| diagnostic.severity == severity)
            .count()
    };
    let counts = [
        (Severity::Error, "error", theme.severity.error),
        (Severity::Warning, "warning", theme.severity.warning),
        (Severity::Info, "note", theme.severity.info),
    ];
    let words: Vec<_> = counts
        .into_iter()
        .map(|(severity, word, colour)| (plural(count(severity), word), count(severity), colour))
        .filter(|(_, count, _)| *count > 0)
        .collect();
    for (text, _, colour) in words.iter().rev() {
        let button = Button::new(RichText::new(text).small()).frame(false);
        if ui.add(button).on_hover_text("Show the problems").clicked() {
            cx.run(Command::ShowProblems);
        }
        dot(ui, **colour);
    }
    if words.is_empty() && cx.preview().is_some() {
        ui.label(RichText::new("No problems").small().color(*theme.text.weak));
    }
    if let Some(left_out) = cx.links_left_out() {
        ui.separator();
        let button = Button::new(RichText::new(left_out).small()).frame(false);
        let tip = "More lines would say nothing, and a message of more than 256 KiB is not followed while it is read: the Links panel tells of all";
        if ui.add(button).on_hover_text(tip).clicked() {
            cx.run(Command::ShowLinks);
        }
    }
    if let Some(preview) = cx.preview().filter(|preview| !preview.took.is_zero()) {
        ui.separator();
        let took = format!("{:.1} ms", preview.took.as_secs_f64() * 1e3);
        let text = RichText::new(took).small().color(*theme.text.weak);
        ui.label(text)
            .on_hover_text("How long the last preview took, from text to output");
    }
}

/// `1 error`, `3 errors`.
pub(super) fn plural(count: usize, word: &str) -> String {
    if count == 1 {
        format!("1 {word}")
    } else {
        format!("{count} {word}s")
    }
}
