//! Form fields over immutable values: each keeps what is being typed until it can be taken over.

use egui::{Id, RichText, TextEdit, Ui};

use super::super::theme::Theme;
use super::super::widgets::{Entry, no_proposals};

/// A one-line field for a name that others follow to; the new name in the frame in which it is left.
///
/// Escape leaves it as it is. A name that `check` refuses is not taken; the reason is shown below.
pub(super) fn name_ui(
    ui: &mut Ui,
    name: &str,
    value: &str,
    width: f32,
    hint: &str,
    check: impl Fn(&str) -> Result<(), String>,
) -> Option<String> {
    let entry = Entry {
        name,
        scope: value,
        value,
        hint,
        width,
        is_code: false,
        check: &check,
        propose: &no_proposals,
    };
    let shown = ui.vertical(|ui| {
        let shown = entry.name_ui(ui);
        if let Some(fault) = &shown.fault {
            let colour = *Theme::of(ui).severity.error;
            ui.label(RichText::new(fault).small().color(colour));
        }
        shown.changed
    });
    shown.inner
}

/// A one-line text field; the new text in the frame in which it changed.
///
/// What is typed stays in the field while it has the focus, even where `check` refuses it; then the
/// reason is shown below.
pub(super) fn text_ui(
    ui: &mut Ui,
    name: &str,
    value: &str,
    width: f32,
    hint: &str,
    check: impl Fn(&str) -> Result<(), String>,
) -> Option<String> {
    let theme = Theme::of(ui);
    let id = Id::unique(("field", name.to_owned()));
    let kept: Option<String> = ui.data(|data| data.get_temp(id));
    let focused = ui.memory(|memory| memory.has_focus(id));
    // A field that is not being typed in shows the profile, also after an undo.
    let mut text = kept
        .clone()
        .filter(|_| focused)
        .unwrap_or_else(|| value.to_owned());
    if focused && check(&text).is_ok() && kept.is_some() {
        value.clone_into(&mut text);
    }
    let mut changed = None;
    ui.vertical(|ui| {
        let field = TextEdit::singleline(&mut text)
            .id(id)
            .hint_text(hint.to_owned())
            .desired_width(width);
        let field = ui.add(field);
        field
            .ctx
            .accesskit_node_builder(field.id, |node| node.set_label(name));
        let verdict = check(&text);
        if field.changed() {
            ui.data_mut(|data| data.insert_temp(id, text.clone()));
            if verdict.is_ok() {
                changed = Some(text.clone());
            }
        }
        match verdict {
            Err(why) if field.has_focus() => {
                ui.label(RichText::new(why).small().color(*theme.severity.error));
            }
            Err(_) | Ok(()) => {}
        }
        if field.lost_focus() {
            ui.data_mut(|data| data.remove::<String>(id));
        }
    });
    changed
}

/// A check that takes everything.
#[allow(
    clippy::unnecessary_wraps,
    reason = "it stands where checks that refuse stand, too"
)]
pub(super) fn anything(_text: &str) -> Result<(), String> {
    Ok(())
}

/// A check for names.
pub(super) fn some_name(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        Err("A name is needed".to_owned())
    } else {
        Ok(())
    }
}

/// A heading of a form.
pub(super) fn heading_ui(ui: &mut Ui, text: &str) {
    let theme = Theme::of(ui);
    ui.add_space(theme.grid(4));
    ui.label(
        RichText::new(text)
            .font(theme.strong_font())
            .color(*theme.text.strong),
    );
    ui.add_space(theme.grid(1));
}

/// The words before a field, all of one width.
pub(super) fn label_ui(ui: &mut Ui, text: &str) {
    let theme = Theme::of(ui);
    let size = egui::Vec2::new(theme.grid(22), theme.size.row);
    ui.allocate_ui_with_layout(
        size,
        egui::Layout::left_to_right(egui::Align::Center),
        |ui| {
            ui.set_min_size(size);
            ui.label(RichText::new(text).color(*theme.text.weak));
        },
    );
}
