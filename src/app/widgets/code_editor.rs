//! The script editor: line numbers, colours, errors underlined and named below the text.

use std::ops::Range;

use egui::text::{CCursor, CCursorRange, CharIndex};
use egui::{
    Id, Key, Modifiers, Pos2, Rect, ScrollArea, Sense, Shape, Stroke, TextEdit, Ui, UiBuilder, Vec2,
};

use super::super::theme::Theme;
use super::code_beside::{Beside, BesideClick, beside_ui, width_beside};
use super::code_gutter::{Gutter, Mark, gutter_width};
use super::code_painted::{Painted, lines};
use super::completion::{Completion, Proposals, Step, byte_index, write};
use super::highlight::Highlight;
use super::message_highlight::message_job;
use super::notation_highlight::notation_job;

/// What the text is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Script,
    Grammar,
    /// A message, a segment a line.
    Message,
}

/// What is shown, beside the text itself.
pub(crate) struct CodeView<'a> {
    /// The accessible name, also what the state is kept by.
    pub(crate) name: &'a str,
    pub(crate) language: Language,
    pub(crate) marks: &'a [Mark],
    /// Words that are marked wherever they stand, such as the chosen location.
    pub(crate) emphasis: Option<&'a str>,
    pub(crate) editable: bool,
    /// What a run has to say of the lines, and where runs are to stop.
    pub(crate) beside: Option<Beside<'a>>,
    /// What can be written after the text of a line up to the caret.
    pub(crate) propose: &'a dyn Fn(&str) -> Proposals,
}

/// What a person did in this frame.
#[derive(Default)]
pub(crate) struct CodeResponse {
    pub(crate) changed: bool,
    /// Line and column of the caret, counted from 1, when the editor has the focus.
    pub(crate) caret: Option<(u32, u32)>,
    /// The words in double quotes under the caret, when it was just moved there.
    pub(crate) quoted: Option<String>,
    /// What was clicked beside the text.
    pub(crate) beside: Option<BesideClick>,
}

/// The state of one editor, kept from frame to frame.
#[derive(Default)]
pub(crate) struct CodeEditor {
    highlight: Highlight,
    goto: Option<(u32, u32)>,
    caret: Option<usize>,
    completion: Option<Completion>,
    /// The proposal that was pressed in the last frame.
    pressed: Option<usize>,
    /// Text to write at the caret.
    insert: Option<String>,
    /// Where the text was painted last, and its place by name.
    last: Option<(Painted, Id)>,
}

impl CodeEditor {
    /// Puts the caret there and scrolls to it in the next frame.
    pub(crate) fn goto(&mut self, line: u32, column: u32) {
        self.goto = Some((line, column));
    }

    /// Writes at the caret in the next frame, at the end where there is none.
    pub(crate) fn insert(&mut self, text: String) {
        self.insert = Some(text);
    }

    /// The line of the caret, counted from 1, where the text has the focus.
    pub(crate) fn caret_line(&self, ctx: &egui::Context, text: &str) -> Option<u32> {
        let (_, id) = self.last.as_ref()?;
        let has_focus = ctx.memory(|memory| memory.has_focus(*id));
        let caret = self.caret.filter(|_| has_focus)?;
        Some(place_of(text, caret).0)
    }

    /// The line of the caret, counted from 1, as it was when the text had the focus last.
    pub(crate) fn last_caret_line(&self, text: &str) -> Option<u32> {
        Some(place_of(text, self.caret?).0)
    }

    /// The character at a point of the screen.
    pub(crate) fn caret_at(&self, ui: &Ui, at: Pos2) -> Option<usize> {
        let (painted, _) = self.last.as_ref()?;
        let here = ui.rect_contains_pointer(painted.clip);
        let cursor = painted.galley.cursor_from_pos(at - painted.origin);
        here.then_some(cursor.index.0)
    }

    /// Writes words at a character of the text and puts the caret behind them.
    pub(crate) fn write(&mut self, ui: &Ui, text: &mut String, at: Option<usize>, words: &str) {
        let end = text.chars().count();
        let at = at.or(self.caret).unwrap_or(end).min(end);
        text.insert_str(byte_index(text, at), words);
        if let Some((_, id)) = &self.last {
            let caret = CCursor::new(CharIndex(at + words.chars().count()));
            let mut state = TextEdit::load_state(ui.ctx(), *id).unwrap_or_default();
            state.cursor.set_char_range(Some(CCursorRange::one(caret)));
            state.store(ui.ctx(), *id);
            ui.memory_mut(|memory| memory.request_focus(*id));
        }
    }

    /// Shows the editor in all the space there is.
    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        view: &CodeView<'_>,
        text: &mut String,
    ) -> CodeResponse {
        let theme = Theme::of(ui);
        // The panels of a grammar and of a template list their faults in full.
        let strip = if view.marks.is_empty() || view.language != Language::Script {
            0.0
        } else {
            theme.size.header
        };
        let all = ui.available_rect_before_wrap();
        let width = gutter_width(ui, theme, text, view.beside.is_some());
        let body = Rect::from_min_max(all.min, Pos2::new(all.max.x, all.max.y - strip));
        let gutter = Rect::from_min_max(body.min, Pos2::new(body.min.x + width, body.max.y));
        let last = self.last.as_ref().map(|(painted, _)| painted);
        let values = view.beside.filter(|beside| beside.shows_values);
        let aside = values.map_or(0.0, |_| width_beside(theme, body, gutter, last));
        let edge = body.max.x - aside;
        let inner = Rect::from_min_max(
            Pos2::new(gutter.max.x, body.min.y),
            Pos2::new(edge, body.max.y),
        );
        ui.painter().rect_filled(body, 0.0, *theme.surface.sunken);
        let mut response = CodeResponse::default();
        let mut child = ui.new_child(UiBuilder::new().max_rect(inner).id_salt(view.name));
        let painted = self.text_ui(&mut child, theme, view, text, &mut response);
        let sides = Gutter {
            rect: gutter,
            marks: view.marks,
            caret: response.caret,
            beside: view.beside,
        };
        response.beside = sides.ui(ui, theme, &painted, view.name);
        if let Some(values) = values {
            let rect = Rect::from_min_max(Pos2::new(edge, body.min.y), body.max);
            let clicked = beside_ui(ui, theme, rect, &painted, values);
            response.beside = response.beside.or(clicked);
        }
        self.last = Some((painted, Id::unique(("code editor", view.name))));
        if strip > 0.0 {
            let below = Rect::from_min_max(Pos2::new(all.min.x, body.max.y), all.max);
            self.strip_ui(ui, theme, below, view.marks);
        }
        ui.advance_cursor_after_rect(all);
        response
    }

    fn text_ui(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        view: &CodeView<'_>,
        text: &mut String,
        response: &mut CodeResponse,
    ) -> Painted {
        let id = Id::unique(("code editor", view.name));
        let font = theme.code_font();
        let size = ui.available_size();
        let clip = ui.clip_rect().intersect(ui.max_rect());
        let asked = view.editable && asks(ui, id);
        let (mut written, dismissed) = self.complete(ui, id, text);
        if let Some(words) = self.insert.take() {
            self.write(ui, text, None, &words);
            written = true;
        }
        let area = ScrollArea::both().id_salt("text").auto_shrink(false);
        area.show(ui, |ui| {
            let behind = ui.painter().add(Shape::Noop);
            let highlight = &mut self.highlight;
            let mut layouter = |ui: &Ui, buffer: &dyn egui::TextBuffer, _wrap: f32| {
                let (text, dark) = (buffer.as_str(), ui.visuals().dark_mode);
                let job = match view.language {
                    Language::Script => (*highlight.job(text, dark, &font)).clone(),
                    Language::Grammar => notation_job(text, dark, &font),
                    Language::Message => message_job(text, dark, &font),
                };
                ui.fonts_mut(|fonts| fonts.layout_job(job))
            };
            let mut fixed = text.as_str();
            let buffer: &mut dyn egui::TextBuffer = if view.editable { text } else { &mut fixed };
            let output = TextEdit::multiline(buffer)
                .id(id)
                .code_editor()
                .lock_focus(true)
                .frame(egui::Frame::NONE.inner_margin(theme.margin(1, 1)))
                .desired_width(f32::INFINITY)
                // With its margins it just fills the area: nothing is left to scroll.
                .min_size(Vec2::new(0.0, size.y - theme.grid(3)))
                .layouter(&mut layouter)
                .show(ui);
            let edit = &output.response.response;
            name(edit, view.name);
            response.changed = edit.changed() || written;
            if dismissed || written {
                edit.request_focus();
            }
            let painted = Painted {
                galley: output.galley.clone(),
                origin: output.galley_pos,
                clip,
            };
            if let Some(place) = self.goto.take() {
                let caret = CCursor::new(CharIndex(char_index(text, place)));
                let mut state = output.state.clone();
                state.cursor.set_char_range(Some(CCursorRange::one(caret)));
                state.store(ui.ctx(), id);
                edit.request_focus();
                let at = painted
                    .galley
                    .pos_from_cursor(caret)
                    .translate(painted.origin.to_vec2());
                ui.scroll_to_rect(at.expand(theme.size.row * 2.0), None);
            }
            if edit.has_focus() {
                let caret = output.cursor_range.map(|range| range.primary.index.0);
                response.caret = caret.map(|caret| place_of(text, caret));
                if caret != self.caret && !response.changed {
                    response.quoted = caret.and_then(|caret| quoted_at(text, caret));
                }
                let moved = caret != self.caret;
                self.caret = caret;
                if asked || moved || edit.changed() {
                    let typing = edit.changed() && !written;
                    self.look_up(view, text, asked, typing);
                }
                if let (Some(completion), Some(caret)) = (&self.completion, caret) {
                    let at = painted
                        .galley
                        .pos_from_cursor(CCursor::new(CharIndex(caret)));
                    let below = at.left_bottom() + painted.origin.to_vec2();
                    self.pressed = completion.ui(ui, id.with("completion"), below);
                }
            } else if self.pressed.is_none() {
                self.completion = None;
            }
            let mut shapes = Vec::new();
            current_line(theme, &painted, response.caret, &mut shapes);
            if let Some(beside) = view.beside {
                beside.behind(theme, &painted, &mut shapes);
            }
            emphasise(theme, &painted, text, view.emphasis, &mut shapes);
            ui.painter().set(behind, Shape::Vec(shapes));
            if let Some(beside) = view.beside {
                beside.over(ui, theme, &painted);
                if let Some(line) = beside.reveal {
                    let row = lines(&painted).find(|(number, _)| *number == line);
                    if let Some((_, row)) = row {
                        ui.scroll_to_rect(row.expand(theme.size.row * 2.0), None);
                    }
                }
            }
            underline(ui, theme, &painted, text, view.marks, edit);
            painted
        })
        .inner
    }

    /// Gives the open list its keys and writes what was chosen: whether anything was written, and
    /// whether the list was put away.
    fn complete(&mut self, ui: &Ui, id: Id, text: &mut String) -> (bool, bool) {
        let pressed = self.pressed.take();
        let Some(completion) = &mut self.completion else {
            return (false, false);
        };
        let step = pressed.map_or_else(|| completion.keys(ui), Step::Accept);
        match step {
            Step::Stay => (false, false),
            Step::Close => {
                self.completion = None;
                (false, true)
            }
            Step::Accept(index) => {
                let Completion { proposals, .. } = &*completion;
                let caret = self.caret.unwrap_or_default();
                let end = write(text, caret, proposals, index);
                self.completion = None;
                if let Some(end) = end {
                    let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
                    let range = CCursorRange::one(CCursor::new(CharIndex(end)));
                    state.cursor.set_char_range(Some(range));
                    state.store(ui.ctx(), id);
                }
                (end.is_some(), false)
            }
        }
    }

    /// Brings the list up to date with what stands before the caret.
    fn look_up(&mut self, view: &CodeView<'_>, text: &str, asked: bool, typing: bool) {
        let was_open = self.completion.take().is_some();
        if !(asked || typing || was_open) {
            return;
        }
        let caret = byte_index(text, self.caret.unwrap_or_default());
        let before = text.get(..caret).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let proposals = (view.propose)(line);
        let start = line.chars().count() - proposals.typed.min(line.chars().count());
        let typed: String = line.chars().skip(start).collect();
        let wanted = asked || (proposals.eager && typing) || (was_open && !typed.is_empty());
        if wanted {
            self.completion = Completion::new(proposals, &typed);
        }
    }

    /// The findings below the text; one click leads to the place.
    fn strip_ui(&mut self, ui: &mut Ui, theme: &Theme, rect: Rect, marks: &[Mark]) {
        let Some(first) = marks.iter().find(|mark| mark.error).or(marks.first()) else {
            return;
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
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        let inside = rect.shrink2(Vec2::new(theme.grid(2), 0.0));
        let mut child = ui.new_child(UiBuilder::new().max_rect(inside).layout(layout));
        let label = egui::Label::new(egui::RichText::new(text).color(*colour))
            .truncate()
            .sense(Sense::click());
        if child.add(label).on_hover_text(&first.message).clicked() {
            self.goto(first.line, first.column);
        }
    }
}

/// Whether proposals are asked for by key.
fn asks(ui: &Ui, id: Id) -> bool {
    ui.memory(|memory| memory.has_focus(id))
        && ui.input_mut(|input| input.consume_key(Modifiers::CTRL, Key::Space))
}

fn name(edit: &egui::Response, name: &str) {
    edit.ctx
        .accesskit_node_builder(edit.id, |node| node.set_label(name));
}

fn current_line(
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

fn emphasise(
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

fn underline(
    ui: &Ui,
    theme: &Theme,
    painted: &Painted,
    text: &str,
    marks: &[Mark],
    edit: &egui::Response,
) {
    for mark in marks {
        let start = char_index(text, (mark.line, mark.column));
        let word = text
            .chars()
            .skip(start)
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .count()
            .max(1);
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
            edit.clone().on_hover_text(&mark.message);
        }
    }
}

fn span_rect(painted: &Painted, span: Range<usize>) -> Rect {
    let at = |index| {
        painted
            .galley
            .pos_from_cursor(CCursor::new(CharIndex(index)))
    };
    let (start, end) = (at(span.start), at(span.end));
    let right = if end.min.y > start.min.y {
        start.min.x + 8.0
    } else {
        end.min.x
    };
    Rect::from_min_max(start.min, Pos2::new(right, start.max.y)).translate(painted.origin.to_vec2())
}

/// The index of a character by line and column, both counted from 1.
fn char_index(text: &str, (line, column): (u32, u32)) -> usize {
    let mut index = 0;
    for (number, content) in (1u32..).zip(text.split_inclusive('\n')) {
        let length = content.chars().count();
        if number == line {
            let end = content.trim_end_matches(['\r', '\n']).chars().count();
            return index + (column.saturating_sub(1) as usize).min(end);
        }
        index += length;
    }
    index
}

/// Line and column of a character, both counted from 1.
fn place_of(text: &str, index: usize) -> (u32, u32) {
    text.chars()
        .take(index)
        .fold((1, 1), |(line, column), character| {
            if character == '\n' {
                (line + 1, 1)
            } else {
                (line, column + 1)
            }
        })
}

/// The text in double quotes round a character, if it stands in one line.
fn quoted_at(text: &str, index: usize) -> Option<String> {
    let byte = text
        .char_indices()
        .nth(index)
        .map_or(text.len(), |(byte, _)| byte);
    let (before, after) = text.split_at(byte);
    let line = before.rsplit('\n').next()?;
    let opens = line.matches('"').count() % 2 == 1;
    let head = line.rsplit('"').next().filter(|_| opens)?;
    let tail = after.split(['"', '\n']).next()?;
    Some(format!("{head}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_and_column_lead_to_a_character_and_back() {
        let text = "äb\ncde\n";
        for (place, index) in [
            ((1, 1), 0),
            ((1, 2), 1),
            ((2, 1), 3),
            ((2, 4), 6),
            ((2, 9), 6),
            ((9, 1), 7),
        ] {
            assert_eq!(char_index(text, place), index, "{place:?}");
        }
        assert_eq!(place_of(text, 4), (2, 2));
    }

    #[test]
    fn the_location_under_the_caret_is_found() {
        let text = "out[\"PID-8\"] = codes(\"sex\", msg[\"PID-7\"]);";
        let at = |words: &str| text.find(words).expect("in the text");
        assert_eq!(quoted_at(text, at("ID-8")).as_deref(), Some("PID-8"));
        assert_eq!(quoted_at(text, at("ID-7")).as_deref(), Some("PID-7"));
        assert_eq!(quoted_at(text, at("codes")), None);
    }
}
