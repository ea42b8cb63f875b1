//! What is marked in a text: the line of the caret, words, what is looked for, what is wrong.

use std::ops::Range;

use egui::{Pos2, Rect, Sense, Shape, Stroke, Ui, UiBuilder, Vec2};

use super::super::theme::Theme;
use super::code_gutter::{CodeFix, Mark};
use super::code_painted::{Painted, lines};
use super::code_places::{char_index, span_rect};

pub(super) fn current_line(
    theme: &Theme,
    painted: &Painted,
    caret: Option<(u32, u32)>,
    shapes: &mut Vec<Shape>,
) {
    let Some((line, _)) = caret else { return };
    let row = lines(painted).find(|(number, _)| *number == line);
    if let Some((_, row)) = row {
        let across = Rect::from_x_y_ranges(painted.clip.x_range(), row.y_range());
        shapes.push(Shape::rect_filled(across, 0.0, *theme.surface.line));
    }
}

pub(super) fn emphasise(
    theme: &Theme,
    painted: &Painted,
    text: &str,
    words: Option<&str>,
    shapes: &mut Vec<Shape>,
) {
    let Some(words) = words.filter(|words| !words.is_empty()) else {
        return;
    };
    for (byte, _) in text.match_indices(words) {
        let start = text.get(..byte).map_or(0, |before| before.chars().count());
        let rect = span_rect(painted, start..start + words.chars().count());
        shapes.push(Shape::rect_filled(
            rect,
            theme.size.corner / 2,
            *theme.surface.mark,
        ));
        shapes.push(Shape::rect_stroke(
            rect,
            theme.size.corner / 2,
            Stroke::new(1.0, *theme.accent.line),
            egui::StrokeKind::Outside,
        ));
    }
}

/// Marks what is looked for; the one that is shown more strongly.
pub(super) fn show_found(
    theme: &Theme,
    painted: &Painted,
    (found, now): (&[Range<usize>], Option<usize>),
    shapes: &mut Vec<Shape>,
) {
    for (at, range) in found.iter().enumerate() {
        let rect = span_rect(painted, range.clone());
        if !rect.y_range().intersects(painted.clip.y_range()) {
            continue;
        }
        let corner = theme.size.corner / 2;
        shapes.push(Shape::rect_filled(rect, corner, *theme.surface.mark));
        if now == Some(at) {
            let edge = Stroke::new(2.0, *theme.accent.line);
            shapes.push(Shape::rect_stroke(
                rect,
                corner,
                edge,
                egui::StrokeKind::Outside,
            ));
        }
    }
}

pub(super) fn underline(
    ui: &Ui,
    theme: &Theme,
    painted: &Painted,
    text: &str,
    marks: &[Mark],
    edit: &egui::Response,
) {
    for mark in marks {
        let start = char_index(text, (mark.line, mark.column));
        let word = length_at(text, start);
        let rect = span_rect(painted, start..start + word);
        let colour = if mark.error {
            theme.severity.error
        } else {
            theme.severity.warning
        };
        let wave = (0..=(rect.width() / 2.0) as usize).map(|step| {
            let drop = if step % 2 == 0 { 0.0 } else { 2.0 };
            Pos2::new(rect.left() + step as f32 * 2.0, rect.bottom() - 1.0 + drop)
        });
        ui.painter()
            .add(Shape::line(wave.collect(), Stroke::new(1.2, *colour)));
        if edit
            .hover_pos()
            .is_some_and(|at| rect.expand(2.0).contains(at))
        {
            let mends = mark
                .fix
                .as_ref()
                .map(|fix| format!("\n{} (Ctrl+.)", fix.title));
            let words = format!("{}{}", mark.message, mends.unwrap_or_default());
            edit.clone().on_hover_text(words);
        }
    }
}

/// How many characters the word or the text in quotes has that begins there; at least one.
fn length_at(text: &str, start: usize) -> usize {
    let line = text.chars().skip(start).take_while(|c| *c != '\n');
    let word = line
        .clone()
        .take_while(|c| c.is_alphanumeric() || *c == '_');
    let inside = line.clone().skip(1).take_while(|c| *c != '"').count();
    match line.clone().next() {
        Some('"') if line.clone().nth(inside + 1) == Some('"') => inside + 2,
        _ => word.count().max(1),
    }
}

/// The findings below the text; one click leads to the place.
pub(super) fn strip_ui(
    ui: &mut Ui,
    theme: &Theme,
    rect: Rect,
    marks: &[Mark],
) -> (Option<CodeFix>, Option<(u32, u32)>) {
    let Some(first) = marks.iter().find(|mark| mark.error).or(marks.first()) else {
        return (None, None);
    };
    let colour = if first.error {
        theme.severity.error
    } else {
        theme.severity.warning
    };
    ui.painter().rect_filled(rect, 0.0, *theme.surface.panel);
    ui.painter().hline(
        rect.x_range(),
        rect.top(),
        Stroke::new(1.0, *theme.surface.border),
    );
    let more = match marks.len() {
        0 | 1 => String::new(),
        count => format!("  (+{} more)", count - 1),
    };
    let text = format!("Line {}: {}{more}", first.line, first.message);
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    let inside = rect.shrink2(Vec2::new(theme.grid(2), 0.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(inside).layout(layout));
    let (mut fix, mut goes) = (None, None);
    if let Some(known) = &first.fix
        && child
            .button(&known.title)
            .on_hover_text("Ctrl+. at the line")
            .clicked()
    {
        fix = Some(known.clone());
    }
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let inside = child.available_rect_before_wrap();
    let mut child = child.new_child(UiBuilder::new().max_rect(inside).layout(layout));
    let label = egui::Label::new(egui::RichText::new(text).color(*colour))
        .truncate()
        .sense(Sense::click());
    if child.add(label).on_hover_text(&first.message).clicked() {
        goes = Some((first.line, first.column));
    }
    (fix, goes)
}
