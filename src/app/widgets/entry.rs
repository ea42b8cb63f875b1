//! A one-line field over a value that is kept elsewhere: what cannot be taken stays in the field, and a
//! list below it offers what can be written.

use egui::text::{CCursor, CCursorRange, CharIndex};
use egui::{Id, Key, Modifiers, TextEdit, Ui};

use super::super::theme::Theme;
use super::completion::{Completion, Proposals, Step, byte_index, write};

/// A field.
pub(crate) struct Entry<'a> {
    /// The accessible name.
    pub(crate) name: &'a str,
    /// What the value belongs to: the text is kept by that and the name.
    pub(crate) scope: &'a str,
    /// What is kept elsewhere.
    pub(crate) value: &'a str,
    pub(crate) hint: &'a str,
    pub(crate) width: f32,
    /// Whether it is code: a location, an expression.
    pub(crate) is_code: bool,
    /// Why a text cannot be taken.
    pub(crate) check: &'a dyn Fn(&str) -> Result<(), String>,
    /// What can be written in place of the text before the caret.
    pub(crate) propose: &'a dyn Fn(&str) -> Proposals,
}

/// What became of a field in this frame.
pub(crate) struct EntryResponse {
    /// A text that was typed and can be taken.
    pub(crate) changed: Option<String>,
    /// Why the text in the field cannot be taken.
    pub(crate) fault: Option<String>,
}

/// What is kept while the field does not show the value.
#[derive(Clone)]
struct Kept {
    /// The value over which it was typed.
    over: String,
    text: String,
}

/// When a text that was typed is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taking {
    EachKey,
    WhenLeft,
}

#[derive(Clone, Default)]
struct List {
    open: Option<Completion>,
    pressed: Option<usize>,
    caret: Option<usize>,
}

/// What a field is known by, to give it the focus.
pub(crate) fn entry_id(scope: &str, name: &str) -> Id {
    Id::unique(("entry", scope, name))
}

/// Proposes nothing.
pub(crate) fn no_proposals(_typed: &str) -> Proposals {
    Proposals::default()
}

impl Entry<'_> {
    /// Shows the field; what is typed is taken with each key.
    pub(crate) fn ui(&self, ui: &mut Ui) -> EntryResponse {
        self.shown_ui(ui, Taking::EachKey)
    }

    /// Shows the field for a name that others follow to: it is taken whole, when the field is left.
    pub(crate) fn name_ui(&self, ui: &mut Ui) -> EntryResponse {
        self.shown_ui(ui, Taking::WhenLeft)
    }

    fn shown_ui(&self, ui: &mut Ui, taking: Taking) -> EntryResponse {
        let theme = Theme::of(ui);
        let id = entry_id(self.scope, self.name);
        let kept: Option<Kept> = ui.data(|data| data.get_temp(id));
        // What was typed over another value is gone with it: after an undo the field shows the value.
        let kept = kept.filter(|kept| kept.over == self.value);
        let mut text = kept.map_or_else(|| self.value.to_owned(), |kept| kept.text);
        let mut list: List = ui.data(|data| data.get_temp(id)).unwrap_or_default();
        let written = complete(ui, id, &mut list, &mut text);
        let fault = (self.check)(&text).err();
        let mut field = TextEdit::singleline(&mut text)
            .id(id)
            .hint_text(self.hint.to_owned())
            .desired_width(self.width - theme.grid(2))
            .margin(theme.margin(1, 0))
            .align(egui::Align2::LEFT_CENTER)
            .min_size(egui::Vec2::new(0.0, theme.size.row));
        if self.is_code {
            field = field.font(egui::TextStyle::Monospace);
        }
        if fault.is_some() {
            field = field.text_color(*theme.severity.error);
        }
        let output = field.show(ui);
        let response = output.response.response.clone();
        response
            .ctx
            .accesskit_node_builder(id, |node| node.set_label(self.name));
        if fault.is_some() {
            let edge = egui::Stroke::new(1.0, *theme.severity.error);
            let corner = theme.size.corner;
            let inside = egui::StrokeKind::Inside;
            ui.painter()
                .rect_stroke(response.rect, corner, edge, inside);
        }
        let caret = output.cursor_range.map(|range| range.primary.index.0);
        if response.has_focus() {
            self.look_up(
                ui,
                id,
                &text,
                caret,
                response.changed() && !written,
                &mut list,
            );
            if let Some(open) = &list.open {
                list.pressed = open.ui(ui, id.with("list"), response.rect.left_bottom());
            }
            list.caret = caret;
        } else if list.pressed.is_none() {
            list.open = None;
        }
        ui.data_mut(|data| data.insert_temp(id, list));
        let dropped = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape));
        let verdict = (self.check)(&text);
        let typed = response.changed() || written;
        let is_taken = match taking {
            Taking::EachKey => typed,
            Taking::WhenLeft => response.lost_focus() && !dropped,
        };
        let changed = (is_taken && verdict.is_ok() && text != self.value).then(|| text.clone());
        ui.data_mut(|data| {
            if dropped || text == self.value {
                data.remove::<Kept>(id);
            } else if typed {
                let over = changed.clone().unwrap_or_else(|| self.value.to_owned());
                data.insert_temp(id, Kept { over, text });
            }
        });
        EntryResponse {
            changed,
            fault: verdict.err().filter(|_| !dropped),
        }
    }

    /// Brings the list up to date with what stands before the caret.
    fn look_up(
        &self,
        ui: &Ui,
        id: Id,
        text: &str,
        caret: Option<usize>,
        typing: bool,
        list: &mut List,
    ) {
        let is_focused = ui.memory(|memory| memory.has_focus(id));
        let asked =
            is_focused && ui.input_mut(|input| input.consume_key(Modifiers::CTRL, Key::Space));
        let moved = caret != list.caret;
        if !(asked || typing || (moved && list.open.is_some())) {
            return;
        }
        let before = text
            .get(..byte_index(text, caret.unwrap_or_default()))
            .unwrap_or_default();
        list.open = None;
        if asked || typing {
            let proposals = (self.propose)(before);
            let from = before.chars().count().saturating_sub(proposals.typed);
            let typed: String = before.chars().skip(from).collect();
            list.open = Completion::new(proposals, &typed);
        }
    }
}

/// Gives the open list its keys and writes what was chosen; whether anything was written.
fn complete(ui: &Ui, id: Id, list: &mut List, text: &mut String) -> bool {
    let pressed = list.pressed.take();
    let Some(open) = &mut list.open else {
        return false;
    };
    let step = pressed.map_or_else(|| open.keys(ui), Step::Accept);
    let (Step::Accept(_) | Step::Close) = step else {
        return false;
    };
    let open = list.open.take();
    // Escape puts the list away, not the field.
    ui.memory_mut(|memory| memory.request_focus(id));
    let (Step::Accept(index), Some(open)) = (step, open) else {
        return false;
    };
    let caret = list.caret.unwrap_or_default();
    let Some(end) = write(text, caret, &open.proposals, index) else {
        return false;
    };
    let mut state = TextEdit::load_state(ui.ctx(), id).unwrap_or_default();
    let range = CCursorRange::one(CCursor::new(CharIndex(end)));
    state.cursor.set_char_range(Some(range));
    state.store(ui.ctx(), id);
    true
}
