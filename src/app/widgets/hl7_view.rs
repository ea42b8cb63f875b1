//! The raw message: coloured, wrapped and editable while it is small, row by row where it is large.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use egui::text::{CCursor, CharIndex, LayoutJob};
use egui::{Galley, Id, Pos2, Rect, ScrollArea, Sense, Shape, TextEdit, Ui, Vec2};

use super::super::theme::{Colour, Theme};
use super::hl7_display::{Display, Folding, display};
use crate::hl7::{Delimiters, Message};

/// Texts up to this many bytes are laid out whole and can be edited.
pub(crate) const EDITABLE_BYTES: usize = 200_000;

/// Why a stretch of the text is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Emphasis {
    /// It is what is chosen everywhere.
    Selected,
    /// It differs from what it was made from.
    Changed,
    /// Something is wrong with it.
    Faulty,
    /// A step of the mapping reads it.
    Read,
    /// A step of the mapping wrote it.
    Written,
    /// A link leads to it: nothing is painted, and it is said where it stands.
    Linked,
}

/// What is shown.
pub(crate) struct Hl7Text<'a> {
    /// The accessible name, also what the state is kept by.
    pub(crate) name: &'a str,
    pub(crate) message: &'a Message,
    pub(crate) folding: Folding,
    pub(crate) editable: bool,
    pub(crate) marks: &'a [(Range<usize>, Emphasis)],
    /// Scroll to the selected mark, because it was chosen elsewhere.
    pub(crate) reveal: bool,
}

/// What a person did in this frame.
#[derive(Default)]
pub(crate) struct Hl7Response {
    /// The byte at which the caret was put.
    pub(crate) caret: Option<usize>,
    /// The whole text after an edit.
    pub(crate) edited: Option<String>,
    pub(crate) focused: bool,
    /// Where the linked stretches stand, and what of the text is in sight.
    pub(crate) linked: Vec<(Range<usize>, Rect, Rect)>,
    /// What the pointer is on.
    pub(crate) pointed: Option<Pointed>,
}

/// A place of the text that the pointer is on.
pub(crate) struct Pointed {
    pub(crate) byte: usize,
    /// What a tip hangs on.
    pub(crate) response: egui::Response,
}

/// The state of one view, kept from frame to frame.
#[derive(Default)]
pub(crate) struct Hl7View {
    buffer: String,
    /// The text the buffer was taken from, and the one it will become once the worker is done.
    taken: Option<Arc<str>>,
    awaited: bool,
    key: u64,
    display: Display,
    job: LayoutJob,
    caret: Option<usize>,
}

impl Hl7View {
    /// How many values are folded in what is shown.
    pub(crate) fn folded(&self) -> usize {
        self.display.folded
    }

    /// Shows the message in all the space there is.
    pub(crate) fn ui(&mut self, ui: &mut Ui, view: &Hl7Text<'_>) -> Hl7Response {
        let theme = Theme::of(ui);
        ui.painter()
            .rect_filled(ui.available_rect_before_wrap(), 0.0, *theme.surface.sunken);
        if view.message.text().len() <= EDITABLE_BYTES {
            self.take(view.message);
            self.whole_ui(ui, theme, view)
        } else {
            rows_ui(ui, theme, view)
        }
    }

    /// Takes over the message's text, unless what was typed is still on its way through the worker.
    fn take(&mut self, message: &Message) {
        let text = message.shared_text();
        if self
            .taken
            .as_ref()
            .is_some_and(|taken| Arc::ptr_eq(taken, &text))
        {
            return;
        }
        let arrived = *text == *self.buffer;
        if self.awaited && !arrived {
            return;
        }
        if !arrived {
            self.buffer = text.to_string();
            self.caret = None;
        }
        self.awaited = false;
        self.taken = Some(text);
    }

    /// Forgets what was typed but not taken over, such as when another sample is chosen.
    pub(crate) fn forget(&mut self) {
        self.awaited = false;
        self.taken = None;
    }

    fn whole_ui(&mut self, ui: &mut Ui, theme: &Theme, view: &Hl7Text<'_>) -> Hl7Response {
        let mut response = Hl7Response::default();
        let size = ui.available_size();
        let area = ScrollArea::vertical().id_salt(view.name).auto_shrink(false);
        area.show(ui, |ui| {
            let id = Id::unique(("message text", view.name));
            let behind = ui.painter().add(Shape::Noop);
            let delimiters = *view.message.delimiters();
            let editable = view.editable && view.folding == Folding::Whole;
            let Self {
                buffer,
                key,
                display,
                job,
                ..
            } = self;
            let before = buffer.clone();
            prepare(key, display, job, &before, &delimiters, view.folding, theme);
            let shown = if editable {
                String::new()
            } else {
                display.text.clone()
            };
            let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, wrap: f32| {
                if editable {
                    prepare(
                        key,
                        display,
                        job,
                        text.as_str(),
                        &delimiters,
                        view.folding,
                        theme,
                    );
                }
                let mut job = job.clone();
                job.wrap.max_width = wrap;
                ui.fonts_mut(|fonts| fonts.layout_job(job))
            };
            let mut fixed = shown.as_str();
            let target: &mut dyn egui::TextBuffer = if editable { buffer } else { &mut fixed };
            let output = TextEdit::multiline(target)
                .id(id)
                .code_editor()
                .lock_focus(false)
                .frame(egui::Frame::NONE.inner_margin(theme.margin(2, 1)))
                .desired_width(f32::INFINITY)
                .min_size(Vec2::new(0.0, size.y))
                .layouter(&mut layouter)
                .show(ui);
            let edit = &output.response.response;
            edit.ctx
                .accesskit_node_builder(edit.id, |node| node.set_label(view.name));
            if edit.changed() {
                keep_line_ends(&mut self.buffer, &before);
                self.awaited = true;
                response.edited = Some(self.buffer.clone());
            }
            response.focused = edit.has_focus();
            if edit.has_focus() {
                let caret = output.cursor_range.map(|range| range.primary.index.0);
                if caret != self.caret {
                    response.caret = caret.map(|caret| self.display.source_of(&self.buffer, caret));
                }
                self.caret = caret;
            }
            let under = edit
                .hover_pos()
                .and_then(|at| character_at(&output.galley, at - output.galley_pos));
            response.pointed = under.map(|character| Pointed {
                byte: self.display.source_of(&self.buffer, character),
                response: edit.clone(),
            });
            let place = |byte| self.display.shown_of(&self.buffer, byte);
            let painted = (&*output.galley, output.galley_pos);
            let (shapes, selected) = marks(theme, painted, view.marks, place);
            let linked = view.marks.iter();
            let linked = linked.filter(|(_, emphasis)| *emphasis == Emphasis::Linked);
            response.linked = linked
                .filter_map(|(span, _)| {
                    let rects = span_rects(painted, place(span.start)..place(span.end));
                    Some((span.clone(), *rects.first()?, ui.clip_rect()))
                })
                .collect();
            if let Some(rect) = selected.filter(|_| view.reveal) {
                ui.scroll_to_rect(rect.expand(theme.size.row * 2.0), None);
            }
            ui.painter().set(behind, Shape::Vec(shapes));
        });
        response
    }
}

/// Brings display and job up to date with the text.
fn prepare(
    key: &mut u64,
    shown: &mut Display,
    job: &mut LayoutJob,
    text: &str,
    delimiters: &Delimiters,
    folding: Folding,
    theme: &Theme,
) {
    let mut hasher = DefaultHasher::new();
    (
        text,
        folding,
        theme.dark,
        delimiters.encoding_characters(),
        delimiters.field,
    )
        .hash(&mut hasher);
    let now = hasher.finish();
    if *key != now {
        *shown = display(text, 0..text.len(), delimiters, folding, &theme.level);
        *job = shown.job(&theme.code_font(), f32::INFINITY);
        *key = now;
    }
}

/// A typed line feed becomes what the message ends its lines with.
fn keep_line_ends(buffer: &mut String, before: &str) {
    if before.contains('\r') && !before.contains('\n') && buffer.contains('\n') {
        *buffer = buffer.replace('\n', "\r");
    }
}

/// A large message: one row a segment, long values folded, only what is visible laid out.
fn rows_ui(ui: &mut Ui, theme: &Theme, view: &Hl7Text<'_>) -> Hl7Response {
    let mut response = Hl7Response::default();
    let message = view.message;
    let font = theme.code_font();
    let height = ui.fonts_mut(|fonts| fonts.row_height(&font)) + theme.grid(1);
    let selected = view
        .marks
        .iter()
        .find(|(_, emphasis)| *emphasis == Emphasis::Selected);
    let row = selected.map(|(span, _)| {
        message
            .segments()
            .take_while(|s| s.span().end < span.start)
            .count()
    });
    let mut area = ScrollArea::both()
        .id_salt((view.name, "rows"))
        .auto_shrink(false);
    if let Some(row) = row.filter(|_| view.reveal) {
        area = area.vertical_scroll_offset((row as f32 - 3.0).max(0.0) * height);
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    area.show_rows(ui, height, message.segment_count(), |ui, rows| {
        for index in rows {
            let Some(segment) = message.segment(index) else {
                continue;
            };
            let shown = display(
                message.text(),
                segment.span(),
                message.delimiters(),
                Folding::Fold,
                &theme.level,
            );
            let galley = ui.fonts_mut(|fonts| fonts.layout_job(shown.job(&font, f32::INFINITY)));
            let size = Vec2::new(galley.size().x.max(ui.available_width()), height);
            let (rect, row) = ui.allocate_exact_size(size, Sense::click());
            row.widget_info(|| {
                egui::WidgetInfo::labeled(
                    egui::Role::Button,
                    true,
                    format!("Segment {}", index + 1),
                )
            });
            let origin = rect.min + Vec2::new(theme.grid(2), theme.grid(1) / 2.0);
            let place = |byte| shown.shown_of(message.text(), byte);
            let here = |(span, _): &&(Range<usize>, Emphasis)| segment.span().contains(&span.start);
            let own: Vec<_> = view.marks.iter().filter(here).cloned().collect();
            let (shapes, _) = marks(theme, (&galley, origin), &own, place);
            ui.painter().extend(shapes);
            ui.painter()
                .galley(origin, Arc::clone(&galley), *theme.text.body);
            let under = row
                .hover_pos()
                .and_then(|at| character_at(&galley, at - origin));
            if let Some(character) = under {
                response.pointed = Some(Pointed {
                    byte: shown.source_of(message.text(), character),
                    response: row.clone(),
                });
            }
            if let Some(at) = row.interact_pointer_pos().filter(|_| row.clicked()) {
                let caret = galley.cursor_from_pos(at - origin).index.0;
                response.caret = Some(shown.source_of(message.text(), caret));
            }
        }
    });
    response
}

/// The character under a position; `None` beside the text.
fn character_at(galley: &Galley, at: Vec2) -> Option<usize> {
    let on_text = galley
        .rows
        .iter()
        .any(|row| row.rect().contains(at.to_pos2()));
    let nearest = galley.cursor_from_pos(at);
    let is_after = galley.pos_from_cursor(nearest).min.x > at.x;
    on_text.then(|| nearest.index.0.saturating_sub(usize::from(is_after)))
}

/// What is painted behind the marked stretches, and where the selected one is.
fn marks(
    theme: &Theme,
    painted: (&Galley, Pos2),
    marks: &[(Range<usize>, Emphasis)],
    place: impl Fn(usize) -> usize,
) -> (Vec<Shape>, Option<Rect>) {
    let (mut shapes, mut selected) = (Vec::new(), None);
    for (span, emphasis) in marks {
        let rects = span_rects(painted, place(span.start)..place(span.end));
        if *emphasis == Emphasis::Selected {
            selected = selected.or(rects.first().copied());
        }
        for rect in rects {
            mark(theme, rect, *emphasis, &mut shapes);
        }
    }
    (shapes, selected)
}

fn mark(theme: &Theme, rect: Rect, emphasis: Emphasis, shapes: &mut Vec<Shape>) {
    let corner = theme.size.corner / 2;
    let line = |colour: Colour| egui::Stroke::new(1.0, *colour);
    match emphasis {
        Emphasis::Selected => {
            shapes.push(Shape::rect_filled(rect, corner, *theme.surface.mark));
            let edge = line(theme.accent.line);
            shapes.push(Shape::rect_stroke(
                rect.expand(1.0),
                corner,
                edge,
                egui::StrokeKind::Middle,
            ));
        }
        Emphasis::Changed => {
            shapes.push(Shape::rect_filled(rect, corner, *theme.surface.changed));
            shapes.push(Shape::hline(
                rect.x_range(),
                rect.bottom(),
                line(theme.severity.good),
            ));
        }
        Emphasis::Linked => {}
        Emphasis::Written => {
            shapes.push(Shape::rect_filled(rect, corner, *theme.surface.mark));
            let stroke = egui::Stroke::new(2.0, *theme.accent.line);
            shapes.push(Shape::hline(rect.x_range(), rect.bottom(), stroke));
        }
        Emphasis::Read => {
            shapes.push(Shape::rect_filled(rect, corner, *theme.surface.mark));
            let ends = [rect.left_bottom(), rect.right_bottom()];
            let stroke = egui::Stroke::new(1.5, *theme.accent.line);
            shapes.extend(Shape::dashed_line(&ends, stroke, 3.0, 2.0));
        }
        Emphasis::Faulty => {
            shapes.push(Shape::hline(
                rect.x_range(),
                rect.bottom(),
                line(theme.severity.error),
            ));
        }
    }
}

/// The rectangles of a stretch of shown characters, one a row; a place without text gets a narrow one.
fn span_rects((galley, origin): (&Galley, Pos2), span: Range<usize>) -> Vec<Rect> {
    let at = |index| galley.pos_from_cursor(CCursor::new(CharIndex(index)));
    let (start, end) = (at(span.start), at(span.end));
    let narrow = Vec2::new(2.0, 0.0);
    if end.min.y <= start.min.y {
        let rect = Rect::from_min_max(
            start.min,
            Pos2::new(end.min.x.max(start.min.x), start.max.y),
        );
        return vec![rect.expand2(narrow * 0.5).translate(origin.to_vec2())];
    }
    let rows = galley.rows.iter().map(egui::epaint::text::PlacedRow::rect);
    let rows = rows.filter(|row| row.center().y > start.min.y && row.center().y < end.max.y);
    rows.map(|row| {
        let left = if row.top() <= start.min.y {
            start.min.x
        } else {
            row.left()
        };
        let right = if row.bottom() >= end.max.y {
            end.min.x
        } else {
            row.right()
        };
        let rect = Rect::from_min_max(
            Pos2::new(left, row.top()),
            Pos2::new(right.max(left), row.bottom()),
        );
        rect.translate(origin.to_vec2())
    })
    .collect()
}
