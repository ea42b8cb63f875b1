//! What a run has to say of the lines of a script: their values at the right, which did not run, and
//! which pass of a loop is shown.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Align2, Color32, Id, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo,
};

use super::super::theme::Theme;
use super::code_painted::{Painted, lines};

/// What is shown beside a text.
#[derive(Clone, Copy)]
pub(crate) struct Beside<'a> {
    /// Whether the values have their column.
    pub(crate) shows_values: bool,
    /// Of an older run than the text.
    pub(crate) is_old: bool,
    /// By line.
    pub(crate) notes: &'a [LineNote],
    /// The lines that did not run, in order.
    pub(crate) idle: &'a [u32],
    /// The lines that no sample came to, or not to all that stands on them, in order.
    pub(crate) unreached: &'a [u32],
    /// The lines at which runs stop, and whether under a condition.
    pub(crate) stops: &'a [(u32, bool)],
    /// The line of the current step.
    pub(crate) current: Option<u32>,
    /// Scroll to this line.
    pub(crate) reveal: Option<u32>,
}

/// What a line that ran shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LineNote {
    /// Counted from 1.
    pub(crate) line: u32,
    pub(crate) text: String,
    /// Of a loop: which pass is shown, of how many.
    pub(crate) passes: Option<(u32, u32)>,
    /// It belongs to the current step.
    pub(crate) is_now: bool,
}

/// What was clicked beside the text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum BesideClick {
    /// Runs are to stop at the line, or no longer.
    Stop(u32),
    /// What can be done at the line is to be listed.
    Menu(u32, Pos2),
    /// The value of the line is to be shown whole.
    Value(u32, Pos2),
    /// Another pass of the loop is to be shown.
    Pass(u32, u32),
    /// All passes of the loop are to be shown.
    Passes(u32, Pos2),
}

impl Beside<'_> {
    /// Whether a run stops at the line, and under a condition.
    pub(super) fn stop_at(&self, line: u32) -> Option<bool> {
        let stop = self.stops.iter().find(|(at, _)| *at == line);
        stop.map(|(_, has_condition)| *has_condition)
    }

    /// Whether the line did not run.
    pub(super) fn is_idle(&self, line: u32) -> bool {
        self.idle.binary_search(&line).is_ok()
    }

    /// Whether no sample came to the line, or not to all that stands on it.
    pub(super) fn is_unreached(&self, line: u32) -> bool {
        self.unreached.binary_search(&line).is_ok()
    }

    /// Marks the current line under the text.
    pub(super) fn behind(&self, theme: &Theme, painted: &Painted, shapes: &mut Vec<Shape>) {
        let Some(current) = self.current else { return };
        if let Some((_, row)) = lines(painted).find(|(number, _)| *number == current) {
            let across = Rect::from_x_y_ranges(painted.clip.x_range(), row.y_range());
            shapes.push(Shape::rect_filled(across, 0.0, *theme.surface.selected));
        }
    }

    /// Takes the colour out of lines that did not run.
    pub(super) fn over(&self, ui: &Ui, theme: &Theme, painted: &Painted) {
        if self.idle.is_empty() {
            return;
        }
        let veil = theme.surface.sunken.gamma_multiply(0.45);
        for (_, row) in lines(painted).filter(|(number, _)| self.is_idle(*number)) {
            let across = Rect::from_x_y_ranges(painted.clip.x_range(), row.y_range());
            if across.intersects(painted.clip) {
                ui.painter().rect_filled(across, 0.0, veil);
            }
        }
    }
}

/// How wide the column of the values is: what the longest line of the text leaves, within bounds.
pub(super) fn width_beside(theme: &Theme, body: Rect, gutter: Rect, last: Option<&Painted>) -> f32 {
    let room = body.width() - gutter.width();
    let text = last.map_or(0.0, |painted| painted.galley.size().x) + theme.grid(6);
    (room - text).clamp(room * 0.34, room * 0.6)
}

/// Draws the values at the right of their lines; what was clicked.
pub(super) fn beside_ui(
    ui: &Ui,
    theme: &Theme,
    rect: Rect,
    painted: &Painted,
    beside: Beside<'_>,
) -> Option<BesideClick> {
    let brush = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let edge = Stroke::new(1.0, *theme.surface.border);
    brush.vline(rect.left(), rect.y_range(), edge);
    let mut clicked = None;
    for (line, row) in lines(painted) {
        if !row.y_range().intersects(rect.y_range()) {
            continue;
        }
        let found = beside.notes.binary_search_by_key(&line, |note| note.line);
        let Some(note) = found.ok().and_then(|at| beside.notes.get(at)) else {
            continue;
        };
        let mut across = Rect::from_x_y_ranges(rect.x_range(), row.y_range());
        if note.is_now {
            brush.rect_filled(across, 0.0, *theme.surface.selected);
        }
        across.min.x += theme.grid(2);
        across.max.x -= theme.grid(2);
        if let Some(passes) = note.passes {
            let (used, what) = passes_ui(ui, &brush, theme, across, line, passes);
            clicked = clicked.or(what);
            across.min.x += used;
        }
        clicked = clicked.or(value_ui(ui, &brush, theme, across, note, beside.is_old));
    }
    clicked
}

fn value_ui(
    ui: &Ui,
    brush: &Painter,
    theme: &Theme,
    rect: Rect,
    note: &LineNote,
    is_old: bool,
) -> Option<BesideClick> {
    if note.text.is_empty() || rect.width() < theme.grid(4) {
        return None;
    }
    let id = Id::unique(("value beside line", note.line));
    let response = ui.interact(rect.intersect(brush.clip_rect()), id, Sense::click());
    let label = format!("Line {} gives {}", note.line, note.text);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    let colour = if note.is_now || response.hovered() {
        *theme.text.strong
    } else {
        *theme.text.weak
    };
    let colour = if is_old {
        colour.gamma_multiply(0.6)
    } else {
        colour
    };
    let format = TextFormat::simple(theme.code_font(), colour);
    let mut job = LayoutJob::single_section(note.text.clone(), format);
    job.wrap = TextWrapping::truncate_at_width(rect.width());
    job.break_on_newline = false;
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    let at = Pos2::new(rect.left(), rect.center().y - galley.size().y / 2.0);
    brush.galley(at, galley, colour);
    response
        .clicked()
        .then_some(BesideClick::Value(note.line, rect.left_bottom()))
}

/// Which pass of a loop is shown, and the way to the others; how much room it takes.
fn passes_ui(
    ui: &Ui,
    brush: &Painter,
    theme: &Theme,
    rect: Rect,
    line: u32,
    (pass, passes): (u32, u32),
) -> (f32, Option<BesideClick>) {
    let button = Vec2::new(theme.grid(4), rect.height());
    let text = format!("{pass}/{passes}");
    let ink = *theme.text.accent;
    let galley = brush.layout_no_wrap(text, theme.code_font(), ink);
    let width = galley.size().x + theme.grid(2);
    let place = |left: f32, width: f32| {
        Rect::from_min_size(
            Pos2::new(rect.left() + left, rect.top()),
            Vec2::new(width, button.y),
        )
    };
    let click = |rect: Rect, what: &str, enabled: bool| {
        let id = Id::unique(("pass", line, what));
        let sense = if enabled {
            Sense::click()
        } else {
            Sense::hover()
        };
        let response = ui.interact(rect.intersect(brush.clip_rect()), id, sense);
        let label = format!("{what} of line {line}");
        response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, &label));
        if enabled && response.hovered() {
            let corner = theme.size.corner / 2;
            brush.rect_filled(rect.shrink(1.0), corner, *theme.surface.hovered);
        }
        response.on_hover_text(what).clicked()
    };
    let mut clicked = None;
    let mut left = 0.0;
    let mut arrow = |side: f32, what: &str, to: u32, is_far: bool| {
        let rect = place(left, button.x);
        left += button.x;
        let enabled = to != pass;
        if click(rect, what, enabled) {
            clicked = Some(BesideClick::Pass(line, to));
        }
        let colour = if enabled { ink } else { *theme.surface.outline };
        triangle(brush, rect.center(), 4.0, side, colour);
        if is_far {
            let bar = rect.center() + Vec2::new(5.0 * side, 0.0);
            let bar = Rect::from_center_size(bar, Vec2::new(1.5, 8.0));
            brush.rect_filled(bar, 0.0, colour);
        }
    };
    // Where two clicks lead anywhere, the way to the ends is short.
    let is_long = passes > 3;
    if is_long {
        arrow(-1.0, "First pass", 1, true);
    }
    arrow(-1.0, "Previous pass", pass.saturating_sub(1).max(1), false);
    arrow(1.0, "Next pass", (pass + 1).min(passes), false);
    if is_long {
        arrow(1.0, "Last pass", passes, true);
    }
    let middle = place(left, width);
    if click(middle, "All passes", true) {
        clicked = Some(BesideClick::Passes(line, middle.left_bottom()));
    }
    let at = Align2::CENTER_CENTER
        .anchor_size(middle.center(), galley.size())
        .min;
    brush.galley(at, galley, ink);
    (left + width + theme.grid(2), clicked)
}

/// A triangle that points to the right, or with -1 to the left.
pub(super) fn triangle(brush: &Painter, centre: Pos2, size: f32, turn: f32, colour: Color32) {
    let at = |x: f32, y: f32| centre + Vec2::new(x * size * turn, y * size);
    let points = vec![at(-0.6, -1.0), at(0.9, 0.0), at(-0.6, 1.0)];
    brush.add(Shape::convex_polygon(points, colour, Stroke::NONE));
}
