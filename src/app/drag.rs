//! A place of the message on its way to a column, to rows or into a script: what is held, where it may
//! be dropped, and what the drop will write.

use std::sync::Arc;

use egui::{Area, DragAndDrop, Frame, Id, Order, Rect, RichText, Stroke, StrokeKind, Ui, Vec2};

use super::theme::Theme;
use crate::hl7::Location;

/// What is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Dragged {
    /// A segment, a field or a part of one.
    Place(Location),
    /// A group of the grammar.
    Group(Arc<str>),
}

impl Dragged {
    /// How it is called while it is held.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Place(location) => location.to_string(),
            Self::Group(name) => name.to_string(),
        }
    }
}

/// What is being dragged, if anything is.
pub(super) fn held(ctx: &egui::Context) -> Option<Arc<Dragged>> {
    DragAndDrop::payload::<Dragged>(ctx)
}

/// Where something may be dropped; gives what was dropped there in this frame.
///
/// `plan` says what a drop would do, and in which words; without a plan the place refuses.
pub(super) fn target<P>(
    ui: &Ui,
    rect: Rect,
    plan: impl FnOnce(&Dragged) -> Option<(String, P)>,
) -> Option<P> {
    let dragged = held(ui.ctx())?;
    let theme = Theme::of(ui);
    let shown = rect.intersect(ui.clip_rect());
    let (words, plan) = plan(&dragged)?;
    let is_here = shown.is_positive() && ui.rect_contains_pointer(shown);
    let (width, colour) = if is_here {
        (2.0, theme.accent.line)
    } else {
        (1.0, theme.surface.outline)
    };
    ui.painter().rect_stroke(
        rect.shrink(1.0),
        theme.size.corner,
        Stroke::new(width, *colour),
        StrokeKind::Inside,
    );
    if !is_here {
        return None;
    }
    hint(ui.ctx(), words);
    let released = ui.input(|input| input.pointer.any_released());
    (released && DragAndDrop::take_payload::<Dragged>(ui.ctx()).is_some()).then_some(plan)
}

/// Says beside the pointer what a drop would write here.
pub(super) fn hint(ctx: &egui::Context, words: String) {
    let id = Id::unique("drop hint");
    let now = ctx.cumulative_pass_nr();
    let known: Option<(u64, String)> = ctx.data(|data| data.get_temp(id));
    if known.is_none_or(|(_, known)| known != words) {
        // Other words need room of another size, which is known one frame later.
        ctx.request_repaint();
    }
    ctx.data_mut(|data| data.insert_temp(id, (now, words)));
}

/// What is held, drawn beside the pointer with what a drop would write.
pub(super) fn ui(ctx: &egui::Context) {
    let Some(dragged) = held(ctx) else { return };
    let Some(at) = ctx.pointer_latest_pos() else {
        return;
    };
    let theme = Theme::pick(ctx.global_style().visuals.dark_mode);
    let now = ctx.cumulative_pass_nr();
    let hint: Option<(u64, String)> = ctx.data(|data| data.get_temp(Id::unique("drop hint")));
    let hint = hint
        .filter(|(pass, _)| *pass == now)
        .map(|(_, words)| words);
    let area = Area::new(Id::unique("dragged"))
        .order(Order::Tooltip)
        .fixed_pos(at + Vec2::new(theme.grid(4), theme.grid(3)))
        .constrain(true)
        .interactable(false);
    area.show(ctx, |ui| {
        let edge = if hint.is_some() {
            theme.accent.line
        } else {
            theme.surface.outline
        };
        let frame = Frame::new()
            .fill(*theme.surface.raised)
            .stroke(Stroke::new(1.0, *edge))
            .corner_radius(theme.size.corner)
            .inner_margin(theme.margin(2, 1));
        frame.show(ui, |ui| {
            ui.set_max_width(theme.grid(110));
            let words = hint.clone().unwrap_or_else(|| dragged.words());
            let text = RichText::new(words)
                .font(theme.code_font())
                .color(*theme.text.strong);
            ui.add(egui::Label::new(text).wrap_mode(egui::TextWrapMode::Extend));
            if hint.is_none() {
                let tip = "Drop it on a column, on rows or into the script; Esc cancels";
                ui.add(
                    egui::Label::new(RichText::new(tip).small().color(*theme.text.weak))
                        .wrap_mode(egui::TextWrapMode::Extend),
                );
            }
        });
    });
}
