//! Buttons with a drawn sign for the ways through a recorded run: to the right is on, to the left is back.

use egui::{Color32, Painter, Pos2, Response, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo};

use super::super::theme::Theme;
use super::code_beside::triangle;

/// What stands on a button; each but the ends has a twin that is its mirror image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepSign {
    /// Down to a dot.
    Into,
    /// Over a dot.
    Over,
    /// Up from a dot.
    Out,
    /// On without pause.
    Run,
    /// To where it ends.
    End,
    /// To a change.
    Change,
}

/// A button with a sign.
#[derive(Clone, Copy)]
pub(crate) struct StepButton<'a> {
    /// What a screen reader says.
    pub(crate) name: &'a str,
    /// What is told where the pointer rests.
    pub(crate) tip: &'a str,
    pub(crate) sign: StepSign,
    pub(crate) goes_back: bool,
    pub(crate) enabled: bool,
}

impl StepButton<'_> {
    pub(crate) fn ui(self, ui: &mut Ui) -> Response {
        let theme = Theme::of(ui);
        let size = Vec2::new(theme.grid(7), theme.size.row);
        let sense = if self.enabled {
            Sense::click()
        } else {
            Sense::hover()
        };
        let (rect, response) = ui.allocate_exact_size(size, sense);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, self.enabled, self.name));
        let (fill, edge, ink) = if !self.enabled {
            let none = Color32::TRANSPARENT;
            (none, *theme.surface.border, *theme.surface.outline)
        } else if response.is_pointer_button_down_on() {
            let edge = *theme.surface.outline;
            (*theme.surface.pressed, edge, *theme.text.strong)
        } else if response.hovered() {
            let edge = *theme.surface.outline;
            (*theme.surface.hovered, edge, *theme.text.strong)
        } else {
            let edge = *theme.surface.outline;
            (*theme.surface.raised, edge, *theme.text.body)
        };
        let edge = if response.has_focus() {
            Stroke::new(2.0, *theme.accent.line)
        } else {
            Stroke::new(1.0, edge)
        };
        let brush = ui.painter();
        brush.rect(
            rect,
            theme.size.corner,
            fill,
            edge,
            egui::StrokeKind::Inside,
        );
        let turn = if self.goes_back { -1.0 } else { 1.0 };
        self.sign.draw(brush, rect.center(), turn, ink);
        response.on_hover_text(self.tip)
    }
}

impl StepSign {
    fn draw(self, brush: &Painter, centre: Pos2, turn: f32, ink: Color32) {
        let at = |x: f32, y: f32| centre + Vec2::new(x * turn, y);
        let line = Stroke::new(1.6, ink);
        match self {
            Self::Into => {
                arrow(brush, at(-5.0, -6.0), at(2.5, 1.5), line);
                brush.circle_filled(at(5.0, 4.5), 2.2, ink);
            }
            Self::Out => {
                arrow(brush, at(-2.5, 2.5), at(5.0, -5.0), line);
                brush.circle_filled(at(-5.0, 4.5), 2.2, ink);
            }
            Self::Over => {
                let arc = [(-6.5, 2.0), (-4.8, -2.2), (-1.2, -4.6), (2.6, -3.6)];
                let points = arc.map(|(x, y)| at(x, y)).to_vec();
                brush.add(Shape::line(points, line));
                arrow(brush, at(2.6, -3.6), at(6.2, 1.6), line);
                brush.circle_filled(at(0.0, 4.5), 2.2, ink);
            }
            Self::Run => triangle(brush, centre, 6.0, turn, ink),
            Self::End => {
                triangle(brush, at(-1.5, 0.0), 5.0, turn, ink);
                let bar = egui::Rect::from_center_size(at(5.0, 0.0), Vec2::new(2.0, 10.0));
                brush.rect_filled(bar, 0.0, ink);
            }
            Self::Change => {
                triangle(brush, at(-4.0, 0.0), 4.0, turn, ink);
                let corners = [(0.0, 0.0), (4.0, -4.0), (8.0, 0.0), (4.0, 4.0)];
                let corners = corners.map(|(x, y)| at(x, y)).to_vec();
                brush.add(Shape::closed_line(corners, line));
            }
        }
    }
}

/// A line with a head.
fn arrow(brush: &Painter, from: Pos2, to: Pos2, line: Stroke) {
    let way = (to - from).normalized();
    let across = Vec2::new(-way.y, way.x);
    let back = to - way * 5.0;
    brush.line_segment([from, to - way * 3.0], line);
    let head = vec![to, back + across * 3.2, back - across * 3.2];
    brush.add(Shape::convex_polygon(head, line.color, Stroke::NONE));
}
