//! A message's text made ready to be shown: coloured by level, long values folded, control bytes visible.
//!
//! It reads the text by its delimiters alone, so that a text in the middle of being edited is coloured
//! too. A line end is shown as a line end, whatever its bytes; the carriage return of CR LF as a symbol.

use std::ops::Range;

use egui::text::{ByteIndex, LayoutJob, LayoutSection, TextFormat};
use egui::{Color32, FontId};

use super::super::theme::{Colour, Levels};
use crate::hl7::{Delimiters, undecodable_byte};

/// Values longer than this many bytes are folded,
const FOLD_ABOVE: usize = 160;
/// of which this many characters stay to be seen.
const FOLD_KEEP: usize = 32;

/// Whether long values are folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Folding {
    Fold,
    Whole,
}

/// The shown text with its colours and the way back to the source.
#[derive(Clone, Debug, Default)]
pub(super) struct Display {
    pub(super) text: String,
    colours: Vec<(Range<usize>, Color32)>,
    pieces: Vec<Piece>,
    chars: usize,
    /// How many values are folded.
    pub(super) folded: usize,
}

/// A run of shown characters and the bytes it stands for.
#[derive(Clone, Debug)]
struct Piece {
    shown: usize,
    source: Range<usize>,
    folded: bool,
}

impl Display {
    /// The job for the layout.
    pub(super) fn job(&self, font: &FontId, wrap: f32) -> LayoutJob {
        let section = |(range, colour): &(Range<usize>, Color32)| LayoutSection {
            leading_space: 0.0,
            byte_range: ByteIndex(range.start)..ByteIndex(range.end),
            format: TextFormat::simple(font.clone(), *colour),
        };
        let mut job = LayoutJob {
            text: self.text.clone(),
            sections: self.colours.iter().map(section).collect(),
            ..LayoutJob::default()
        };
        job.wrap.max_width = wrap;
        job.wrap.break_anywhere = true;
        job
    }

    /// The byte of the source that a shown character stands for.
    pub(super) fn source_of(&self, source: &str, shown: usize) -> usize {
        let after = self.pieces.partition_point(|piece| piece.shown <= shown);
        let Some(piece) = after
            .checked_sub(1)
            .and_then(|index| self.pieces.get(index))
        else {
            return 0;
        };
        if piece.folded {
            return piece.source.start;
        }
        let text = source.get(piece.source.clone()).unwrap_or_default();
        let within = text.char_indices().nth(shown - piece.shown);
        piece.source.start + within.map_or(text.len(), |(byte, _)| byte)
    }

    /// The shown character that stands for a byte of the source.
    pub(super) fn shown_of(&self, source: &str, byte: usize) -> usize {
        let after = self
            .pieces
            .partition_point(|piece| piece.source.start <= byte);
        let Some(piece) = after
            .checked_sub(1)
            .and_then(|index| self.pieces.get(index))
        else {
            return 0;
        };
        if piece.folded {
            return piece.shown;
        }
        let before = source
            .get(piece.source.start..byte.min(piece.source.end))
            .unwrap_or_default();
        piece.shown + before.chars().count()
    }
}

/// Makes `source[range]` ready; the range begins and ends at segment borders.
pub(super) fn display(
    source: &str,
    range: Range<usize>,
    delimiters: &Delimiters,
    folding: Folding,
    levels: &Levels,
) -> Display {
    let mut writer = Writer {
        source,
        delimiters,
        folding,
        levels,
        out: Display::default(),
    };
    let mut at = range.start;
    while at < range.end {
        let rest = source.get(at..range.end).unwrap_or_default();
        let length = rest.find(['\r', '\n']).unwrap_or(rest.len());
        writer.segment(at..at + length);
        at += length;
        let ends = rest.get(length..).unwrap_or_default();
        let end = if ends.starts_with("\r\n") {
            2
        } else {
            usize::from(!ends.is_empty())
        };
        writer.line_end(at..at + end);
        at += end;
    }
    writer.out
}

struct Writer<'a> {
    source: &'a str,
    delimiters: &'a Delimiters,
    folding: Folding,
    levels: &'a Levels,
    out: Display,
}

impl Writer<'_> {
    fn slice(&self, range: &Range<usize>) -> &str {
        self.source.get(range.clone()).unwrap_or_default()
    }

    fn segment(&mut self, range: Range<usize>) {
        let line = self.slice(&range);
        let id = line.find(self.delimiters.field).unwrap_or(line.len());
        let header = matches!(line.get(..3), Some("MSH" | "BHS" | "FHS")) && id == 3;
        // The delimiters themselves (fields 1 and 2) are never split.
        let own = line
            .get(id + self.delimiters.field.len_utf8()..)
            .unwrap_or_default();
        let own = own.find(self.delimiters.field).unwrap_or(own.len());
        let mut at = range.start + id;
        self.write(range.start..at, self.levels.segment);
        if header {
            let end = at + self.delimiters.field.len_utf8() + own;
            self.write(at..end, self.levels.separator);
            at = end;
        }
        if at < range.end {
            self.level(at..range.end, 0);
        }
    }

    /// Writes what stands at one level, splitting it by the delimiter of the level below.
    fn level(&mut self, range: Range<usize>, depth: usize) {
        let ladder = [
            (self.delimiters.field, self.levels.separator),
            (self.delimiters.repetition, self.levels.repetition),
            (self.delimiters.component, self.levels.component),
            (self.delimiters.subcomponent, self.levels.subcomponent),
        ];
        let Some(&(separator, colour)) = ladder.get(depth) else {
            return self.value(range, self.levels.subcomponent);
        };
        let text = self.slice(&range);
        let deeper = ladder
            .iter()
            .skip(depth + 1)
            .any(|(c, _)| text.contains(*c));
        if depth > 0 && !deeper && !text.contains(separator) {
            let colour = match depth {
                1 | 2 => self.levels.field,
                _ => self.levels.component,
            };
            return self.value(range, colour);
        }
        let ends: Vec<usize> = text
            .match_indices(separator)
            .map(|(at, _)| range.start + at)
            .collect();
        let mut start = range.start;
        for end in ends {
            self.level(start..end, depth + 1);
            start = end + separator.len_utf8();
            self.write(end..start, colour);
        }
        self.level(start..range.end, depth + 1);
    }

    fn value(&mut self, range: Range<usize>, colour: Colour) {
        let text = self.slice(&range);
        if text == "\"\"" {
            return self.write(range, self.levels.null);
        }
        if self.folding == Folding::Fold && text.len() > FOLD_ABOVE {
            let keep = text
                .char_indices()
                .nth(FOLD_KEEP)
                .map_or(text.len(), |(byte, _)| byte);
            let cut = range.start + keep;
            self.escapes(range.start..cut, colour);
            return self.fold(cut..range.end);
        }
        self.escapes(range, colour);
    }

    /// A value with its escape sequences set apart.
    fn escapes(&mut self, range: Range<usize>, colour: Colour) {
        let escape = self.delimiters.escape;
        let mut at = range.start;
        while at < range.end {
            let rest = self.slice(&(at..range.end));
            let Some(open) = rest.find(escape) else { break };
            let after = open + escape.len_utf8();
            let close = rest.get(after..).and_then(|rest| rest.find(escape));
            let Some(close) = close else { break };
            let end = at + after + close + escape.len_utf8();
            self.write(at..at + open, colour);
            self.write(at + open..end, self.levels.escape);
            at = end;
        }
        self.write(at..range.end, colour);
    }

    fn fold(&mut self, range: Range<usize>) {
        let label = format!("⟨… {} more⟩", size_text(range.len()));
        self.out.folded += 1;
        self.push(range, &label, self.levels.folded, true);
    }

    fn line_end(&mut self, range: Range<usize>) {
        if range.len() == 2 {
            self.push(
                range.start..range.start + 1,
                "␍",
                self.levels.control,
                false,
            );
            self.push(
                range.start + 1..range.end,
                "\n",
                self.levels.separator,
                false,
            );
        } else if !range.is_empty() {
            self.push(range, "\n", self.levels.separator, false);
        }
    }

    /// Writes the source as it is, control characters as symbols.
    fn write(&mut self, range: Range<usize>, colour: Colour) {
        let source = self.source;
        let text = source.get(range.clone()).unwrap_or_default();
        let (mut plain, mut byte) = (range.start, range.start);
        for character in text.chars() {
            let next = byte + character.len_utf8();
            if let Some(symbol) = symbol(character) {
                self.plain(plain..byte, colour);
                self.push(
                    byte..next,
                    symbol.encode_utf8(&mut [0; 4]),
                    self.levels.control,
                    false,
                );
                plain = next;
            }
            byte = next;
        }
        self.plain(plain..byte, colour);
    }

    fn plain(&mut self, range: Range<usize>, colour: Colour) {
        let source = self.source;
        let text = source.get(range.clone()).unwrap_or_default();
        self.push(range, text, colour, false);
    }

    fn push(&mut self, source: Range<usize>, text: &str, colour: Colour, folded: bool) {
        if source.is_empty() {
            return;
        }
        let out = &mut self.out;
        match out.pieces.last_mut() {
            Some(last) if !folded && !last.folded && last.source.end == source.start => {
                last.source.end = source.end;
            }
            _ => out.pieces.push(Piece {
                shown: out.chars,
                source,
                folded,
            }),
        }
        let start = out.text.len();
        out.text.push_str(text);
        out.chars += text.chars().count();
        match out.colours.last_mut() {
            Some((range, last)) if *last == *colour => range.end = out.text.len(),
            _ => out.colours.push((start..out.text.len(), *colour)),
        }
    }
}

/// The picture of a control character; one character for one character.
fn symbol(character: char) -> Option<char> {
    match character {
        '\u{7f}' => Some('␡'),
        // A byte that is no character of the charset; the problems say which byte it is.
        c if undecodable_byte(c).is_some() => Some('\u{fffd}'),
        c if (c as u32) < 0x20 => char::from_u32(0x2400 + c as u32),
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{feff}' => Some('·'),
        _ => None,
    }
}

/// A size for people: `820 B`, `12.4 kB`, `3.1 MB`.
pub(crate) fn size_text(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::theme::Theme;
    use super::*;

    fn shown(text: &str, folding: Folding) -> Display {
        let levels = &Theme::pick(true).level;
        display(text, 0..text.len(), &Delimiters::default(), folding, levels)
    }

    fn colour_of(display: &Display, part: &str) -> Color32 {
        let at = display.text.find(part).expect("in the text");
        display
            .colours
            .iter()
            .find(|(range, _)| range.contains(&at))
            .expect("coloured")
            .1
    }

    #[test]
    fn each_level_has_its_colour() {
        let levels = &Theme::pick(true).level;
        let text = "MSH|^~\\&|App\rPID|1||77^^^Site&1.2&ISO~88||Doe^Ann\\T\\Bob|\"\"\r";
        let display = shown(text, Folding::Whole);
        let check =
            |part: &str, colour: Colour| assert_eq!(colour_of(&display, part), *colour, "{part}");
        check("PID", levels.segment);
        check("^~\\&", levels.separator);
        check("App", levels.field);
        check("77", levels.component);
        check("Site", levels.subcomponent);
        check("~88", levels.repetition);
        check("\\T\\", levels.escape);
        check("\"\"", levels.null);
    }

    #[test]
    fn unfolded_text_has_one_character_for_each() {
        for text in [
            "PID|1\rPV1|2\r",
            "PID|1\r\nPV1|2\r\n",
            "PID|a\u{b}b\u{7f}\n",
            "",
            "é|ü\r",
        ] {
            let display = shown(text, Folding::Whole);
            assert_eq!(
                display.text.chars().count(),
                text.chars().count(),
                "{text:?}"
            );
            for (index, (byte, _)) in text.char_indices().enumerate() {
                assert_eq!(display.source_of(text, index), byte);
                assert_eq!(display.shown_of(text, byte), index);
            }
        }
    }

    #[test]
    fn bytes_that_are_no_characters_are_marked() {
        let decoded =
            crate::hl7::decode(b"MSH|^~\\&|A\rPID|\xFF\r", Some(crate::hl7::Charset::UTF_8));
        let display = shown(&decoded.text, Folding::Whole);
        assert!(display.text.contains("PID|\u{fffd}"), "{}", display.text);
    }

    #[test]
    fn a_long_value_is_folded_with_its_size() {
        let text = format!("OBX|1|ED|x||^A^^Base64^{}|after\r", "Ab".repeat(1000));
        let display = shown(&text, Folding::Fold);
        assert_eq!(display.folded, 1);
        assert!(
            display.text.contains("⟨… 2.0 kB more⟩|after"),
            "{}",
            display.text
        );
        let after = display.text.chars().take_while(|c| *c != '⟩').count() + 2;
        assert_eq!(
            display.source_of(&text, after),
            text.find("after").expect("there")
        );
        assert_eq!(
            display.shown_of(&text, text.find("after").expect("there")),
            after
        );
    }
}
