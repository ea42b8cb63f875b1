//! Links drawn over the panels: from the fields of the message through the lines of the script to what came
//! out.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use egui::epaint::CubicBezierShape;
use egui::{Color32, Painter, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo};

use super::theme::Theme;
use crate::mapping::End;
use crate::profile::ScriptPlace;

/// Bytes of a message up to which links are looked up only to be drawn: the output comes with them, and of a
/// longer message too late for somebody who types.
pub(super) const MOST_BYTES: usize = 256 << 10;

/// A link: a place of the message, the line that carried its value on, where it came out.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Thread {
    pub(super) source: Range<usize>,
    pub(super) line: Option<(ScriptPlace, u32)>,
    pub(super) end: End,
    /// In words: `PID-8`.
    pub(super) place: String,
}

/// Something that a link leads over.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Knot {
    Source(Range<usize>),
    Line(ScriptPlace, u32),
    /// A column of a table in the mapping.
    Column(Arc<str>, Arc<str>),
    End(End),
}

/// Where the panels painted what links lead over, in one frame.
#[derive(Default)]
pub(super) struct Knots {
    places: RefCell<Vec<(Knot, Rect, Rect)>>,
}

impl Knots {
    /// Says where something was painted, and what of it was in sight. Of two panels that show it the later
    /// one counts, unless it is out of sight there only.
    pub(super) fn put(&self, knot: Knot, rect: Rect, clip: Rect) {
        let mut places = self.places.borrow_mut();
        let is_in_sight = |rect: Rect, clip: Rect| clip.y_range().contains(rect.center().y);
        let known = places.iter().position(|(known, ..)| *known == knot);
        match known.and_then(|at| places.get_mut(at)) {
            None => places.push((knot, rect, clip)),
            Some((_, old, shown)) => {
                if is_in_sight(rect, clip) || !is_in_sight(*old, *shown) {
                    (*old, *shown) = (rect, clip);
                }
            }
        }
    }

    /// Says that something stands above or below what is in sight of a panel.
    pub(super) fn put_beyond(&self, knot: Knot, panel: Rect, is_above: bool) {
        let y = if is_above {
            panel.top() - 1.0
        } else {
            panel.bottom() + 1.0
        };
        let middle = panel.center().x;
        let rect = Rect::from_min_max(Pos2::new(middle - 6.0, y), Pos2::new(middle + 6.0, y));
        self.put(knot, rect, panel);
    }

    /// Says where the lines of a script were painted that links lead over.
    pub(super) fn put_lines(
        &self,
        threads: &[Thread],
        script: &ScriptPlace,
        rect: impl Fn(u32) -> Option<(Rect, Rect)>,
    ) {
        for (place, line) in threads.iter().filter_map(|thread| thread.line.as_ref()) {
            if let Some((rect, clip)) = rect(*line).filter(|_| place == script) {
                self.put(Knot::Line(place.clone(), *line), rect, clip);
            }
        }
    }

    fn find(&self, knot: &Knot) -> Option<Spot> {
        let places = self.places.borrow();
        let (_, rect, clip) = places.iter().find(|(known, ..)| known == knot)?;
        // Of a panel that is out of sight altogether nothing is left to point at.
        (clip.is_positive() && rect.is_finite()).then(|| Spot::of(*rect, *clip))
    }
}

/// Where a link touches a panel.
#[derive(Clone, Copy)]
struct Spot {
    rect: Rect,
    /// What is meant lies beyond the edge: -1 above, 1 below.
    beyond: f32,
}

impl Spot {
    fn of(rect: Rect, clip: Rect) -> Self {
        let middle = rect.center().y;
        let beyond = if middle < clip.top() {
            -1.0
        } else if middle > clip.bottom() {
            1.0
        } else {
            0.0
        };
        let y = middle.clamp(
            clip.top() + 5.0,
            (clip.bottom() - 5.0).max(clip.top() + 5.0),
        );
        let left = rect.left().clamp(clip.left(), clip.right());
        let right = rect.right().clamp(left, clip.right());
        let half = if beyond == 0.0 {
            rect.height() / 2.0
        } else {
            0.0
        };
        let rect = Rect::from_min_max(Pos2::new(left, y - half), Pos2::new(right, y + half));
        Self { rect, beyond }
    }

    /// The side that faces another place.
    fn side(self, other: Rect) -> Pos2 {
        let x = if other.center().x >= self.rect.center().x {
            self.rect.right()
        } else {
            self.rect.left()
        };
        Pos2::new(x, self.rect.center().y)
    }
}

/// Draws the links over the panels.
pub(super) fn draw(ui: &mut Ui, threads: &[Thread], knots: &Knots) {
    let theme = Theme::of(ui);
    let colour = theme.accent.line.gamma_multiply(0.6);
    let brush = ui.painter().clone();
    for (number, thread) in threads.iter().enumerate() {
        let source = knots.find(&Knot::Source(thread.source.clone()));
        let end = knots.find(&Knot::End(thread.end.clone()));
        let line = thread.line.as_ref();
        let line = line.and_then(|(script, line)| knots.find(&Knot::Line(script.clone(), *line)));
        let column = match &thread.end {
            End::Cell { table, column, .. } => {
                knots.find(&Knot::Column(Arc::clone(table), Arc::clone(column)))
            }
            End::Output(_) => None,
        };
        let (line, end) = match (line, column, end) {
            // Where the rows are out of sight, the column of the mapping is the end.
            (line, column, None) => (line, column),
            (Some(line), _, end) => (Some(line), end),
            (None, column, end) => (column, end),
        };
        let (Some(source), Some(end)) = (source, end) else {
            continue;
        };
        match line {
            Some(line) => {
                curve(&brush, source, line, colour);
                curve(&brush, line, end, colour);
                spot_ui(&brush, line, colour);
            }
            None => curve(&brush, source, end, colour),
        }
        spot_ui(&brush, source, colour);
        spot_ui(&brush, end, colour);
        let over = thread
            .line
            .as_ref()
            .map(|(_, line)| format!(" over line {line}"));
        let label = format!(
            "Link from {}{} to {} of the output",
            thread.place,
            over.unwrap_or_default(),
            thread.end
        );
        let at = end.side(source.rect);
        let id = egui::Id::unique(("link", number));
        let touched = Rect::from_center_size(at, Vec2::splat(10.0));
        let response = ui.interact(touched, id, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
        response.on_hover_text(label);
    }
}

fn curve(brush: &Painter, from: Spot, to: Spot, colour: Color32) {
    let (start, end) = (from.side(to.rect), to.side(from.rect));
    let reach = ((end.x - start.x).abs() * 0.5).clamp(24.0, 160.0);
    let out = |spot: Spot, at: Pos2| {
        let outwards = if at.x >= spot.rect.center().x {
            reach
        } else {
            -reach
        };
        at + Vec2::new(outwards, 0.0)
    };
    let points = [start, out(from, start), out(to, end), end];
    let stroke = Stroke::new(1.5, colour);
    let shape = CubicBezierShape::from_points_stroke(points, false, Color32::TRANSPARENT, stroke);
    brush.add(shape);
    arrow(brush, points[2], end, colour);
}

/// The head of an arrow at the end of a curve.
fn arrow(brush: &Painter, from: Pos2, at: Pos2, colour: Color32) {
    let way = (at - from).normalized();
    let across = Vec2::new(-way.y, way.x);
    let back = at - way * 7.0;
    let points = vec![at, back + across * 3.5, back - across * 3.5];
    brush.add(Shape::convex_polygon(points, colour, Stroke::NONE));
}

/// A ring where a link touches; an arrow over the edge where what is meant lies beyond it.
fn spot_ui(brush: &Painter, spot: Spot, colour: Color32) {
    let at = Pos2::new(spot.rect.center().x, spot.rect.center().y);
    if spot.beyond == 0.0 {
        let edge = Stroke::new(1.0, colour);
        let rect = spot.rect.expand2(Vec2::new(0.0, -1.0));
        brush.rect_stroke(rect, 3, edge, egui::StrokeKind::Inside);
    } else {
        let from = at - Vec2::new(0.0, spot.beyond);
        arrow(brush, from, at + Vec2::new(0.0, spot.beyond * 4.0), colour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_panel_has_no_room_for_is_no_end_of_a_link() {
        let knots = Knots::default();
        let rect = Rect::from_min_max(Pos2::new(1350.0, 10.0), Pos2::new(1400.0, 30.0));
        let crossed = Rect::from_min_max(Pos2::new(1347.0, 0.0), Pos2::new(1218.0, 700.0));
        knots.put(Knot::Source(0..1), rect, crossed);
        assert!(knots.find(&Knot::Source(0..1)).is_none());
        let low = Rect::from_min_max(Pos2::new(0.0, 100.0), Pos2::new(500.0, 200.0));
        knots.put(Knot::Source(1..2), rect, low);
        let spot = knots.find(&Knot::Source(1..2)).expect("a place");
        assert!(low.contains_rect(spot.rect) && spot.beyond < 0.0);
    }
}
