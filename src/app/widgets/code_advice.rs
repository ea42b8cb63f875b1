//! What is known of the words of a text: told where the pointer rests, and above a call being written.

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::{Align2, Area, Frame, Id, Label, Order, Pos2, RichText, Ui};

use super::super::theme::Theme;

/// What something in a text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Explained {
    /// What it is called, as it is written.
    pub(crate) title: String,
    pub(crate) lines: Vec<String>,
}

/// How a call goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallAdvice {
    /// The byte of its bracket.
    pub(crate) opener: usize,
    pub(crate) signature: String,
    /// The bytes of the signature that are the argument at hand.
    pub(crate) active: Range<usize>,
    pub(crate) help: String,
}

/// Who knows of the words of a text; asked with the text and a byte of it.
#[derive(Clone, Copy)]
pub(crate) struct Advice<'a> {
    pub(crate) explain: &'a dyn Fn(&str, usize) -> Option<Explained>,
    pub(crate) call: &'a dyn Fn(&str, usize) -> Option<CallAdvice>,
}

/// Shows what something is.
pub(super) fn explanation_ui(ui: &mut Ui, found: &Explained) {
    let theme = Theme::of(ui);
    ui.set_max_width(theme.grid(110));
    ui.spacing_mut().item_spacing.y = theme.grid(1);
    let title = RichText::new(&found.title).font(theme.code_font());
    ui.add(Label::new(title.color(*theme.text.strong)).wrap());
    for line in &found.lines {
        ui.add(Label::new(RichText::new(line).color(*theme.text.body)).wrap());
    }
}

/// Shows how a call goes on, above `at`.
pub(super) fn call_ui(ui: &Ui, id: Id, at: Pos2, help: &CallAdvice) {
    let theme = Theme::of(ui);
    let area = Area::new(id)
        .order(Order::Foreground)
        .pivot(Align2::LEFT_BOTTOM)
        .fixed_pos(at)
        .interactable(false)
        .constrain(true);
    area.show(ui.ctx(), |ui| {
        let frame = Frame::new()
            .fill(*theme.surface.raised)
            .stroke(egui::Stroke::new(1.0, *theme.surface.outline))
            .corner_radius(theme.size.corner)
            .inner_margin(theme.margin(2, 1))
            .shadow(ui.visuals().popup_shadow);
        frame.show(ui, |ui| {
            ui.set_max_width(theme.grid(120));
            ui.spacing_mut().item_spacing.y = theme.grid(1);
            ui.add(Label::new(signature_job(theme, help)).wrap());
            if !help.help.is_empty() {
                let words = RichText::new(&help.help).small().color(*theme.text.weak);
                ui.add(Label::new(words).wrap());
            }
        });
    });
}

/// The signature with the argument at hand underlined.
fn signature_job(theme: &Theme, help: &CallAdvice) -> LayoutJob {
    let mut job = LayoutJob::default();
    let plain = TextFormat::simple(theme.code_font(), *theme.text.body);
    let active = TextFormat {
        color: *theme.text.accent,
        underline: egui::Stroke::new(1.0, *theme.text.accent),
        ..plain.clone()
    };
    let part = |range: Range<usize>| help.signature.get(range).unwrap_or_default();
    job.append(part(0..help.active.start), 0.0, plain.clone());
    job.append(part(help.active.clone()), 0.0, active);
    job.append(part(help.active.end..help.signature.len()), 0.0, plain);
    job
}
