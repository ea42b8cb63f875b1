//! Colours for the text of a segment grammar.

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId};

use super::super::theme::Theme;

/// The text as a job for the layout, without wrapping: names of groups, segments, brackets, numbers.
pub(super) fn notation_job(text: &str, dark: bool, font: &FontId) -> LayoutJob {
    let theme = Theme::pick(dark);
    let mut job = LayoutJob::default();
    job.wrap.max_width = f32::INFINITY;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (part, behind) = rest.split_at(end);
        let colour: Color32 = if !is_word(first) {
            theme.syntax.operator.into()
        } else if first.is_ascii_digit() {
            theme.syntax.number.into()
        } else if behind.trim_start().starts_with(':') {
            theme.syntax.function.into()
        } else {
            theme.level.segment.into()
        };
        job.append(part, 0.0, TextFormat::simple(font.clone(), colour));
        rest = behind;
    }
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_its_colour_and_nothing_is_lost() {
        let theme = Theme::pick(true);
        let text = "MSH {ORDER :\n [OBR]}..3 ä";
        let job = notation_job(text, true, &FontId::monospace(13.0));
        assert_eq!(job.text, text);
        let colour = |part: &str| {
            let found = job.sections.iter().find(|section| {
                job.text[section.byte_range.start.0..section.byte_range.end.0].contains(part)
            });
            found.map(|section| section.format.color)
        };
        assert_eq!(colour("OBR"), Some(theme.level.segment.into()));
        assert_eq!(colour("ORDER"), Some(theme.syntax.function.into()));
        assert_eq!(colour("3"), Some(theme.syntax.number.into()));
        assert_eq!(colour("["), Some(theme.syntax.operator.into()));
    }
}
