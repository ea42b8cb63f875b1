//! Places of a text: characters, lines and columns, and where they are painted.

use std::ops::Range;

use egui::text::{CCursor, CharIndex};
use egui::{Pos2, Rect};

use super::code_painted::Painted;

/// Where a stretch of one line is painted.
pub(super) fn span_rect(painted: &Painted, span: Range<usize>) -> Rect {
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
pub(super) fn char_index(text: &str, (line, column): (u32, u32)) -> usize {
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
pub(super) fn place_of(text: &str, index: usize) -> (u32, u32) {
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
pub(super) fn quoted_at(text: &str, index: usize) -> Option<String> {
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
