//! The script editor: line numbers, colours, errors underlined and named below the text.

use std::ops::Range;

use egui::text::{CCursor, CCursorRange, CharIndex};
use egui::{Id, Key, Modifiers, Pos2, Rect, ScrollArea, Shape, TextEdit, Ui, UiBuilder, Vec2};

use super::super::theme::Theme;
use super::code_advice::{Advice, call_ui, explanation_ui};
use super::code_beside::{Beside, BesideClick, beside_ui, width_beside};
use super::code_gutter::{CodeFix, Gutter, Mark, gutter_width};
use super::code_indent::indent;
use super::code_marks::{current_line, emphasise, show_found, strip_ui, underline};
use super::code_painted::{Painted, lines};
use super::code_places::{char_index, place_of, quoted_at};
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
    /// What is looked for, in characters, and which of it is shown.
    pub(crate) found: (&'a [Range<usize>], Option<usize>),
    /// The accessible name, also what the state is kept by.
    pub(crate) name: &'a str,
    pub(crate) language: Language,
    pub(crate) marks: &'a [Mark],
    /// Words that are marked wherever they stand, such as the chosen location.
    pub(crate) emphasis: Option<&'a str>,
    pub(crate) editable: bool,
    /// What a run has to say of the lines, and where runs are to stop.
    pub(crate) beside: Option<Beside<'a>>,
    /// What can be written at a byte of the text, which may be newer than what was handed over.
    pub(crate) propose: &'a dyn Fn(&str, usize) -> Proposals,
    /// What is known of the words of the text, where somebody knows.
    pub(crate) advice: Option<Advice<'a>>,
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
    /// A word was clicked with Ctrl held.
    pub(crate) follows: bool,
    /// What mends a finding was clicked.
    pub(crate) fix: Option<CodeFix>,
}

/// The state of one editor, kept from frame to frame.
#[derive(Default)]
pub(crate) struct CodeEditor {
    highlight: Highlight,
    goto: Option<(u32, u32)>,
    /// Characters to select, and whether the text takes the keys then.
    select: Option<(Range<usize>, bool)>,
    /// Characters that are selected.
    selected: Range<usize>,
    caret: Option<usize>,
    completion: Option<Completion>,
    /// The proposal that was pressed in the last frame.
    pressed: Option<usize>,
    /// Text to write at the caret.
    insert: Option<String>,
    /// The bracket of the call that is told about.
    call: Option<usize>,
    /// Where the text was painted last, and its place by name.
    last: Option<(Painted, Id)>,
}

impl CodeEditor {
    /// Puts the caret there and scrolls to it in the next frame.
    pub(crate) fn goto(&mut self, line: u32, column: u32) {
        self.goto = Some((line, column));
    }

    /// Selects these bytes of the text in the next frame, and shows them.
    pub(crate) fn select(&mut self, text: &str, bytes: Range<usize>, focuses: bool) {
        let count = |byte: usize| text.get(..byte).map_or(0, |before| before.chars().count());
        self.select = Some((count(bytes.start)..count(bytes.end), focuses));
    }

    /// The words that are selected.
    pub(crate) fn selected(&self, text: &str) -> String {
        let count = self.selected.len();
        text.chars().skip(self.selected.start).take(count).collect()
    }

    /// Whether the text has the focus.
    pub(crate) fn has_focus(&self, ctx: &egui::Context) -> bool {
        let id = self.last.as_ref().map(|(_, id)| *id);
        id.is_some_and(|id| ctx.memory(|memory| memory.has_focus(id)))
    }

    /// The point of the screen below the caret.
    pub(crate) fn caret_point(&self) -> Option<Pos2> {
        let (painted, _) = self.last.as_ref()?;
        let at = CCursor::new(CharIndex(self.caret?));
        let at = painted.galley.pos_from_cursor(at).left_bottom();
        Some(at + painted.origin.to_vec2())
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

    /// The byte of the caret, where it stood last.
    pub(crate) fn caret_byte(&self, text: &str) -> usize {
        self.caret
            .map_or(text.len(), |caret| byte_index(text, caret))
    }

    /// Where a line was painted, and what of the text is in sight.
    pub(crate) fn line_rect(&self, line: u32) -> Option<(Rect, Rect)> {
        let (painted, _) = self.last.as_ref()?;
        let (_, row) = lines(painted).find(|(number, _)| *number == line)?;
        Some((row, painted.clip))
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
            let (fix, goes) = strip_ui(ui, theme, below, view.marks);
            response.fix = fix;
            self.goto = goes.or(self.goto.take());
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
        let (asks_call, closes_call) = self.call_keys(ui, id);
        if let Some(words) = self.insert.take() {
            self.write(ui, text, None, &words);
            written = true;
        }
        if view.editable && view.language == Language::Script {
            indent(ui, id, text);
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
            if dismissed || closes_call || written {
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
            if let Some((range, focuses)) = self.select.take() {
                let cursor = |index: usize| CCursor::new(CharIndex(index));
                let mut state = output.state.clone();
                let both = CCursorRange::two(cursor(range.start), cursor(range.end));
                state.cursor.set_char_range(Some(both));
                state.store(ui.ctx(), id);
                self.caret = Some(range.end);
                if focuses {
                    edit.request_focus();
                }
                let place = painted.galley.pos_from_cursor(cursor(range.start));
                let place = place.translate(painted.origin.to_vec2());
                ui.scroll_to_rect(place.expand(theme.size.row * 2.0), None);
            }
            if let Some(range) = output.cursor_range {
                let [from, to] = range.sorted_cursors();
                self.selected = from.index.0..to.index.0;
            }
            response.follows = edit.clicked() && ui.input(|input| input.modifiers.command);
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
                let begins =
                    asks_call || (edit.changed() || written) && begins_argument(text, caret);
                self.tell_call(ui, view, text, &painted, begins);
                if let (Some(completion), Some(caret)) = (&self.completion, caret) {
                    let at = painted
                        .galley
                        .pos_from_cursor(CCursor::new(CharIndex(caret)));
                    let below = at.left_bottom() + painted.origin.to_vec2();
                    self.pressed = completion.ui(ui, id.with("completion"), below);
                }
            } else if self.pressed.is_none() {
                self.completion = None;
                self.call = None;
            }
            let mut shapes = Vec::new();
            current_line(theme, &painted, response.caret, &mut shapes);
            if let Some(beside) = view.beside {
                beside.behind(theme, &painted, &mut shapes);
            }
            emphasise(theme, &painted, text, view.emphasis, &mut shapes);
            show_found(theme, &painted, view.found, &mut shapes);
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
            explain(&painted, text, view, edit);
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
                let goes_on = proposals
                    .list
                    .get(index)
                    .is_some_and(|chosen| chosen.goes_on);
                // What follows is looked up once the caret is there.
                self.completion.take_if(|_| !goes_on);
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
        let proposals = (view.propose)(text, caret);
        let count = before.chars().count();
        let typed: String = before
            .chars()
            .skip(count.saturating_sub(proposals.typed))
            .collect();
        let wanted = asked || (proposals.eager && typing) || (was_open && !typed.is_empty());
        if wanted {
            self.completion = Completion::new(proposals, &typed);
        }
    }

    /// Takes the keys that are about the call around the caret: whether it is asked for, and whether
    /// it was put away.
    fn call_keys(&mut self, ui: &Ui, id: Id) -> (bool, bool) {
        let is_shown = self.call.is_some() && self.completion.is_none();
        let shifted = Modifiers::CTRL.plus(Modifiers::SHIFT);
        let has_focus = ui.memory(|memory| memory.has_focus(id));
        ui.input_mut(|input| {
            // Escape takes the focus before the text sees it.
            let closes = is_shown && input.consume_key(Modifiers::NONE, Key::Escape);
            if closes {
                self.call = None;
            }
            (has_focus && input.consume_key(shifted, Key::Space), closes)
        })
    }

    /// Shows how the call around the caret goes on, above its line.
    fn tell_call(
        &mut self,
        ui: &Ui,
        view: &CodeView<'_>,
        text: &str,
        painted: &Painted,
        begins: bool,
    ) {
        let (Some(advice), Some(caret)) = (view.advice, self.caret) else {
            return;
        };
        if !begins && self.call.is_none() {
            return;
        }
        let byte = byte_index(text, caret);
        let Some(help) = (advice.call)(text, byte) else {
            self.call = None;
            return;
        };
        self.call = Some(help.opener);
        let at = painted
            .galley
            .pos_from_cursor(CCursor::new(CharIndex(caret)));
        call_ui(
            ui,
            Id::unique((view.name, "call")),
            at.left_top() + painted.origin.to_vec2(),
            &help,
        );
    }
}

/// Tells what the pointer rests on.
fn explain(painted: &Painted, text: &str, view: &CodeView<'_>, edit: &egui::Response) {
    let (Some(advice), Some(at)) = (view.advice, edit.hover_pos()) else {
        return;
    };
    let index = painted.galley.cursor_from_pos(at - painted.origin).index.0;
    let place = painted
        .galley
        .pos_from_cursor(CCursor::new(CharIndex(index)));
    // Beside the end of a line there is nothing.
    let is_near = place
        .translate(painted.origin.to_vec2())
        .expand2(Vec2::new(14.0, 2.0))
        .contains(at);
    let is_told = view.marks.iter().any(|mark| {
        let start = char_index(text, (mark.line, mark.column));
        (start..start + 4).contains(&index)
    });
    if is_near
        && !is_told
        && let Some(found) = (advice.explain)(text, byte_index(text, index))
    {
        edit.clone()
            .on_hover_ui_at_pointer(|ui| explanation_ui(ui, &found));
    }
}

/// Whether an argument of a call begins at the caret.
fn begins_argument(text: &str, caret: Option<usize>) -> bool {
    let byte = caret.map_or(0, |caret| byte_index(text, caret));
    let before = text.get(..byte).unwrap_or_default();
    before.trim_end_matches(' ').ends_with(['(', ','])
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
