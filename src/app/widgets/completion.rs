//! What can be written at the caret: a list below it, chosen by keyboard or mouse.

use egui::{Area, Frame, Id, Key, Modifiers, Order, Pos2, RichText, Role, Ui, Vec2, WidgetInfo};

use super::super::theme::Theme;

/// So many rows are seen at once.
const ROWS: usize = 8;

/// One thing that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proposal {
    /// What is written in place of what was typed.
    pub(crate) text: String,
    /// What it is: a name, a value, a signature.
    pub(crate) detail: String,
    /// What it does, where one line is not enough.
    pub(crate) help: String,
    /// Whether more is written after it: nothing is closed, and what can follow is proposed at once.
    pub(crate) goes_on: bool,
}

/// What can be written at one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Proposals {
    /// So many characters before the caret are replaced.
    pub(crate) typed: usize,
    pub(crate) list: Vec<Proposal>,
    /// What follows what is written, unless it stands there already.
    pub(crate) closing: &'static str,
    /// Whether the list opens while typing; else only when it is asked for.
    pub(crate) eager: bool,
}

/// The list while it is open.
#[derive(Clone, Debug)]
pub(super) struct Completion {
    pub(super) proposals: Proposals,
    pub(super) chosen: usize,
}

/// What a key did to the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Stay,
    Close,
    Accept(usize),
}

impl Completion {
    /// A list with its first proposal chosen; none when there is nothing more to write.
    pub(super) fn new(proposals: Proposals, typed: &str) -> Option<Self> {
        let done = proposals.closing.is_empty()
            && matches!(proposals.list.as_slice(), [only] if only.text == typed);
        (!proposals.list.is_empty() && !done).then_some(Self {
            proposals,
            chosen: 0,
        })
    }

    /// Takes the keys that belong to the list before the text can.
    pub(super) fn keys(&mut self, ui: &Ui) -> Step {
        let last = self.proposals.list.len().saturating_sub(1);
        ui.input_mut(|input| {
            // Several presses can come in one frame.
            let mut pressed = |key| input.count_and_consume_key(Modifiers::NONE, key);
            if pressed(Key::Escape) > 0 {
                return Step::Close;
            }
            let (down, up) = (pressed(Key::ArrowDown), pressed(Key::ArrowUp));
            self.chosen = (self.chosen + down).min(last).saturating_sub(up);
            if pressed(Key::Enter) + pressed(Key::Tab) > 0 {
                return Step::Accept(self.chosen);
            }
            Step::Stay
        })
    }

    /// Shows the list below `at`; the row that was pressed.
    pub(super) fn ui(&self, ui: &Ui, id: Id, at: Pos2) -> Option<usize> {
        let theme = Theme::of(ui);
        let area = Area::new(id)
            .order(Order::Foreground)
            .fixed_pos(at)
            .constrain(true);
        let shown = area.show(ui.ctx(), |ui| {
            let frame = Frame::new()
                .fill(*theme.surface.raised)
                .stroke(egui::Stroke::new(1.0, *theme.surface.outline))
                .corner_radius(theme.size.corner)
                .inner_margin(theme.margin(1, 1))
                .shadow(ui.visuals().popup_shadow);
            frame.show(ui, |ui| self.rows_ui(ui, theme)).inner
        });
        shown.inner
    }

    fn rows_ui(&self, ui: &mut Ui, theme: &Theme) -> Option<usize> {
        ui.set_width(theme.grid(96));
        ui.spacing_mut().item_spacing.y = 0.0;
        let list = &self.proposals.list;
        let first = (self.chosen + 1).saturating_sub(ROWS);
        let mut pressed = None;
        for (index, proposal) in list.iter().enumerate().skip(first).take(ROWS) {
            if row_ui(ui, theme, proposal, index == self.chosen) {
                pressed = Some(index);
            }
        }
        let help = list.get(self.chosen).map_or("", |chosen| &chosen.help);
        let more = if list.len() > ROWS {
            format!("{} of {}", self.chosen + 1, list.len())
        } else {
            String::new()
        };
        if !help.is_empty() || !more.is_empty() {
            ui.add_space(theme.grid(1));
            let parts: Vec<&str> = [more.as_str(), help]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect();
            let text = RichText::new(parts.join(" · "))
                .small()
                .color(*theme.text.weak);
            ui.add(egui::Label::new(text).wrap());
        }
        pressed
    }
}

/// Draws one proposal; whether it was pressed. A press counts, not a click: the click takes the
/// focus from the text, and the list goes with it.
fn row_ui(ui: &mut Ui, theme: &Theme, proposal: &Proposal, chosen: bool) -> bool {
    let size = Vec2::new(ui.available_width(), theme.size.row);
    let (rect, row) = ui.allocate_exact_size(size, egui::Sense::click());
    let name = format!("{} {}", proposal.text, proposal.detail);
    row.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, &name));
    if chosen || row.hovered() {
        let fill = if chosen {
            theme.surface.selected
        } else {
            theme.surface.hovered
        };
        ui.painter().rect_filled(rect, theme.size.corner, *fill);
    }
    let inside = rect.shrink2(Vec2::new(theme.grid(2), 0.0));
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(inside).layout(layout));
    let text = RichText::new(&proposal.text)
        .font(theme.code_font())
        .color(*theme.text.strong);
    child.label(text);
    let detail = RichText::new(&proposal.detail)
        .small()
        .color(*theme.text.weak);
    child.add(egui::Label::new(detail).truncate());
    row.is_pointer_button_down_on()
}

/// Writes a proposal in place of what was typed before the caret; where the caret is then.
pub(super) fn write(
    text: &mut String,
    caret: usize,
    proposals: &Proposals,
    index: usize,
) -> Option<usize> {
    let proposal = proposals.list.get(index)?;
    let start = caret.checked_sub(proposals.typed)?;
    let (from, to) = (byte_index(text, start), byte_index(text, caret));
    let after = text.get(to..)?;
    let closing = if proposal.goes_on {
        ""
    } else {
        proposals.closing
    };
    // What stands there already is passed, not doubled.
    let there = closing
        .chars()
        .zip(after.chars())
        .take_while(|(closing, there)| closing == there)
        .count();
    let missing: String = closing.chars().skip(there).collect();
    let kept: String = closing.chars().take(there).collect();
    let written = format!("{}{kept}{missing}", proposal.text);
    text.replace_range(from..to + kept.len(), &written);
    Some(start + written.chars().count())
}

/// The byte at which a character begins; the end of the text where there is none.
pub(super) fn byte_index(text: &str, index: usize) -> usize {
    let at = text.char_indices().nth(index);
    at.map_or(text.len(), |(byte, _)| byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_there_already_is_not_doubled() {
        let proposals = Proposals {
            typed: 2,
            list: vec![Proposal {
                text: "PID-8".to_owned(),
                detail: String::new(),
                help: String::new(),
                goes_on: false,
            }],
            closing: "\"]",
            eager: true,
        };
        for (text, caret, expect, end) in [
            ("ä = msg[\"PI", 11, "ä = msg[\"PID-8\"]", 16),
            ("msg[\"PI\"];", 7, "msg[\"PID-8\"];", 12),
            ("msg[\"PI\";", 7, "msg[\"PID-8\"];", 12),
        ] {
            let mut text = text.to_owned();
            assert_eq!(write(&mut text, caret, &proposals, 0), Some(end));
            assert_eq!(text, expect);
        }
        assert_eq!(write(&mut String::new(), 0, &proposals, 0), None);
    }
}
