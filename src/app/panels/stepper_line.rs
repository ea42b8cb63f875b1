//! The time line of a recorded run: a handle to drag, and marks where something was written or found.

use std::sync::Arc;

use egui::{EventFilter, Id, Key, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::stepping::{Go, Walked};
use super::super::theme::Theme;
use crate::mapping::StageKind;
use crate::workbench::Mark;

/// The marks of a recording, joined where they fall on one point of the screen.
#[derive(Default)]
pub(crate) struct LineView {
    made_of: Option<(usize, u32)>,
    marks: Vec<(f32, Mark)>,
}

impl LineView {
    fn update(&mut self, walked: &Walked, width: f32) {
        let made_of = Some((Arc::as_ptr(&walked.recorded) as usize, width as u32));
        if self.made_of == made_of {
            return;
        }
        self.made_of = made_of;
        let steps = walked.track().timeline().len();
        let mut marks: Vec<(u32, Mark)> = walked
            .track()
            .marks()
            .iter()
            .map(|(step, tick)| ((share(*step, steps) * width) as u32, *tick))
            .collect();
        marks.sort_unstable();
        marks.dedup();
        self.marks = marks
            .into_iter()
            .map(|(x, tick)| (x as f32, tick))
            .collect();
    }
}

/// How far along the line a step stands, from 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "at most 20,000 steps")]
fn share(step: usize, steps: usize) -> f32 {
    step as f32 / steps.saturating_sub(1).max(1) as f32
}

/// Shows the time line.
pub(super) fn line_ui(ui: &mut Ui, cx: &Cx<'_>, view: &mut LineView, walked: &Walked) {
    let theme = Theme::of(ui);
    let size = Vec2::new(ui.available_width(), theme.grid(10));
    let (all, _) = ui.allocate_exact_size(size, Sense::hover());
    let id = Id::unique("time line");
    let response = ui.interact(all, id, Sense::click_and_drag());
    let recording = walked.recording();
    let steps = walked.track().timeline().len();
    let at = walked.walk.at();
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Slider, true, "Time line");
        info.value = Some((at + 1) as f64);
        info
    });
    let rect = all.shrink2(Vec2::new(theme.grid(4), 0.0));
    view.update(walked, rect.width());
    let brush = ui.painter();
    let y = all.center().y;
    stages_ui(ui, theme, walked, rect);
    brush.hline(rect.x_range(), y, Stroke::new(2.0, *theme.surface.outline));
    let x = |step: usize| rect.left() + share(step, steps) * rect.width();
    let done = Rect::from_min_max(Pos2::new(rect.left(), y - 1.0), Pos2::new(x(at), y + 1.0));
    brush.rect_filled(done, 0.0, *theme.accent.line);
    for (offset, tick) in &view.marks {
        let x = rect.left() + offset;
        mark_ui(brush, theme, Pos2::new(x, y), *tick);
    }
    watched_ui(brush, theme, cx.stepping.hits(), |step| {
        Pos2::new(x(step), y)
    });
    let handle = Pos2::new(x(at), y);
    if response.has_focus() {
        brush.circle_stroke(handle, 9.0, Stroke::new(2.0, *theme.accent.line));
    }
    brush.circle(
        handle,
        6.0,
        *theme.accent.fill,
        Stroke::new(1.5, *theme.text.strong),
    );
    let pointed = response
        .interact_pointer_pos()
        .or_else(|| response.hover_pos());
    #[expect(
        clippy::cast_sign_loss,
        reason = "the share is bounded, and there are at most 20,000 steps"
    )]
    let step_at = |pos: Pos2| {
        let share = ((pos.x - rect.left()) / rect.width().max(1.0)).clamp(0.0, 1.0);
        (share * steps.saturating_sub(1) as f32).round() as usize
    };
    if response.clicked() || response.dragged() {
        if let Some(step) = response.interact_pointer_pos().map(step_at)
            && step != at
        {
            cx.send(Action::Walk(Go::To(step)));
        }
        response.request_focus();
    }
    keys(ui, cx, &response, at, steps);
    if let Some(step) = pointed.map(step_at) {
        let stop = walked.track().timeline().stop(step);
        let title = stop.and_then(|stop| recording.steps.get(stop.step));
        let title = title.map(|step| recording.title(step));
        let text = format!("{} of {steps}  {}", step + 1, title.unwrap_or_default());
        response.on_hover_text_at_pointer(text);
    }
}

/// Left and right go a step, page keys a tenth, Home and End to the ends.
fn keys(ui: &Ui, cx: &Cx<'_>, response: &egui::Response, at: usize, steps: usize) {
    if !response.has_focus() {
        return;
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let page = (steps / 10).max(1);
    let last = steps.saturating_sub(1);
    let goes = [
        (Key::ArrowLeft, at.saturating_sub(1)),
        (Key::ArrowDown, at.saturating_sub(1)),
        (Key::ArrowRight, (at + 1).min(last)),
        (Key::ArrowUp, (at + 1).min(last)),
        (Key::PageUp, at.saturating_sub(page)),
        (Key::PageDown, (at + page).min(last)),
        (Key::Home, 0),
        (Key::End, last),
    ];
    for (key, step) in goes {
        let is_pressed = ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, key));
        if is_pressed && step != at {
            cx.send(Action::Walk(Go::To(step)));
        }
    }
}

/// Where one stage ends and the next begins, with their names.
fn stages_ui(ui: &Ui, theme: &Theme, walked: &Walked, rect: Rect) {
    let recording = walked.recording();
    let stages = recording
        .stages
        .iter()
        .filter(|stage| !stage.steps.is_empty());
    let timeline = walked.track().timeline();
    let place = |step: usize| timeline.first_of(step).unwrap_or(timeline.len());
    for stage in stages {
        let x = rect.left() + share(place(stage.steps.start), timeline.len()) * rect.width();
        let end = rect.left() + share(place(stage.steps.end), timeline.len()) * rect.width();
        let line = Stroke::new(1.0, *theme.surface.border);
        ui.painter().vline(x, rect.y_range(), line);
        let name = match stage.kind {
            StageKind::Prepare => "prepare",
            StageKind::Rows => "rows",
            StageKind::Script => "script",
            StageKind::Finish => "finish",
        };
        let font = egui::FontId::proportional(theme.size.small);
        let galley = ui
            .painter()
            .layout_no_wrap(name.to_owned(), font, *theme.text.weak);
        if galley.size().x + theme.grid(2) < end - x {
            let at = Pos2::new(x + theme.grid(1), rect.top());
            ui.painter().galley(at, galley, *theme.text.weak);
        }
    }
}

/// A small square above the line where something that is watched happens.
fn watched_ui(
    brush: &egui::Painter,
    theme: &Theme,
    hits: &[Arc<[usize]>],
    place: impl Fn(usize) -> Pos2,
) {
    let mut last = f32::NEG_INFINITY;
    for hit in hits.iter().flat_map(|hits| hits.iter()) {
        let at = place(*hit) - Vec2::new(0.0, theme.grid(2));
        // What falls on one point of the screen is one mark.
        if (at.x - last).abs() >= 1.0 {
            last = at.x;
            let square = Rect::from_center_size(at, Vec2::splat(5.0));
            brush.rect_filled(square, 1, *theme.text.accent);
        }
    }
}

/// A short line where something was written, a triangle for a warning, a cross for an error.
fn mark_ui(brush: &egui::Painter, theme: &Theme, at: Pos2, tick: Mark) {
    let below = at + Vec2::new(0.0, theme.grid(3));
    match tick {
        Mark::Writes => {
            let line = Stroke::new(1.0, *theme.text.accent);
            brush.vline(at.x, at.y + 3.0..=at.y + 9.0, line);
        }
        Mark::Warns => {
            let points = [(0.0, -4.0), (4.0, 3.0), (-4.0, 3.0)];
            let points = points.map(|(x, y)| below + Vec2::new(x, y)).to_vec();
            let colour = *theme.severity.warning;
            brush.add(Shape::convex_polygon(points, colour, Stroke::NONE));
        }
        Mark::Fails => {
            let line = Stroke::new(2.0, *theme.severity.error);
            for side in [-3.5, 3.5] {
                let from = below + Vec2::new(-side, -3.5);
                brush.line_segment([from, below + Vec2::new(side, 3.5)], line);
            }
        }
    }
}
