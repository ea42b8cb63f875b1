//! Enter and closing brackets in the code editor: a new line begins where the block that it stands in does.

use egui::{Event, Id, Key, Modifiers, TextEdit, Ui};

use super::completion::byte_index;

/// One level.
const STEP: &str = "    ";

/// Makes of the keys of this frame what indents the text, before the editor has them.
pub(super) fn indent(ui: &Ui, id: Id, text: &str) {
    if !ui.memory(|memory| memory.has_focus(id)) {
        return;
    }
    let state = TextEdit::load_state(ui.ctx(), id);
    let Some(range) = state.and_then(|state| state.cursor.char_range()) else {
        return;
    };
    let [from, to] = range.sorted_cursors();
    let before = text.get(..byte_index(text, from.index.0));
    let before = before.unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let is_caret = from.index == to.index;
    ui.input_mut(|input| {
        let Some(at) = input.events.iter().position(is_of_interest) else {
            return;
        };
        match &input.events[at] {
            Event::Text(_) if is_caret => {
                let surplus = surplus(before, line);
                let backspaces = std::iter::repeat_n(pressed(Key::Backspace), surplus);
                input.events.splice(at..at, backspaces);
            }
            Event::Key { .. } => {
                let begun = begun(line);
                // A line without any is the editor's own.
                if !begun.is_empty() {
                    input.events[at] = Event::Text(format!("\n{begun}"));
                }
            }
            _ => {}
        }
    });
}

fn is_of_interest(event: &Event) -> bool {
    match event {
        Event::Text(text) => text == "}",
        Event::Key {
            key: Key::Enter,
            pressed: true,
            modifiers,
            ..
        } => modifiers.is_none(),
        _ => false,
    }
}

fn pressed(key: Key) -> Event {
    Event::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    }
}

/// What a line begins with that follows this one: its blanks, and one level more behind an open bracket.
fn begun(line: &str) -> String {
    let words = line.trim_start_matches([' ', '\t']);
    let blanks = &line[..line.len() - words.len()];
    let is_open = words.trim_end().ends_with(['{', '[', '(']) && !words.starts_with("//");
    let step = if is_open { STEP } else { "" };
    format!("{blanks}{step}")
}

/// How many of the blanks at the end of a text are too many for a `}`: those that its line has more than the
/// one with the bracket that it closes.
fn surplus(before: &str, line: &str) -> usize {
    if line.is_empty() || !line.bytes().all(|byte| byte == b' ') {
        return 0;
    }
    let mut open = 0;
    for above in before.lines().rev().skip(1) {
        for c in above.chars().rev() {
            match c {
                '}' => open += 1,
                '{' if open == 0 => {
                    let words = above.trim_start_matches(' ');
                    return line.len().saturating_sub(above.len() - words.len());
                }
                '{' => open -= 1,
                _ => {}
            }
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_begins_where_its_block_does() {
        for (line, expect) in [
            ("", ""),
            ("let a = 1;", ""),
            ("if a {", "    "),
            ("    if a { ", "        "),
            ("    let list = [", "        "),
            ("    b();", "    "),
            ("  // what is {", "  "),
            ("\tc();", "\t"),
            ("    ", "    "),
        ] {
            assert_eq!(begun(line), expect, "{line:?}");
        }
    }

    #[test]
    fn a_closing_bracket_stands_below_the_line_that_opens() {
        for (before, expect) in [
            ("if a {\n    ", 4),
            ("  if a {\n    b();\n      ", 4),
            ("if a {\n    if b {\n    }\n    ", 4),
            ("if a { b(); }\n    ", 0),
            ("if a {\n    b();", 0),
            ("if a {\n", 0),
        ] {
            let line = before.rsplit('\n').next().unwrap_or_default();
            assert_eq!(surplus(before, line), expect, "{before:?}");
        }
    }
}
