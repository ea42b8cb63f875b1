//! Colours for the text of a message that is written line by line, such as a template.

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId};

use super::super::theme::Theme;

/// The text as a job for the layout, without wrapping: segment ids, separators, values.
pub(super) fn message_job(text: &str, dark: bool, font: &FontId) -> LayoutJob {
    let theme = Theme::pick(dark);
    let mut job = LayoutJob::default();
    job.wrap.max_width = f32::INFINITY;
    let mut put = |part: &str, colour: Color32| {
        if !part.is_empty() {
            job.append(part, 0.0, TextFormat::simple(font.clone(), colour));
        }
    };
    let marks = ['|', '^', '~', '\\', '&'];
    for line in text.split_inclusive('\n') {
        let words = line.trim_start();
        let (blank, _) = line.split_at(line.len() - words.len());
        let is_id = |c: &(usize, char)| c.0 < 3 && c.1.is_ascii_alphanumeric();
        let end = words
            .char_indices()
            .take_while(is_id)
            .last()
            .map_or(0, |(at, _)| at + 1);
        let (id, rest) = words.split_at(end);
        put(blank, *theme.text.body);
        put(id, theme.level.segment.into());
        for part in rest.split_inclusive(marks) {
            let value = part.trim_end_matches(marks);
            put(value, theme.level.field.into());
            put(
                part.get(value.len()..).unwrap_or_default(),
                theme.level.separator.into(),
            );
        }
    }
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_its_colour_and_nothing_is_lost() {
        let theme = Theme::pick(true);
        for text in ["MSH|^~\\&|HUB^1\n  EVN|A01\n", "ä|b", "", "|\n\n", "MSHX"] {
            let job = message_job(text, true, &FontId::monospace(13.0));
            assert_eq!(job.text, text);
        }
        let job = message_job("MSH|HUB\n EVN|A01", true, &FontId::monospace(13.0));
        let colour = |part: &str| {
            let found = job.sections.iter().find(|section| {
                job.text[section.byte_range.start.0..section.byte_range.end.0].contains(part)
            });
            found.map(|section| section.format.color)
        };
        assert_eq!(colour("MSH"), Some(theme.level.segment.into()));
        assert_eq!(colour("EVN"), Some(theme.level.segment.into()));
        assert_eq!(colour("|"), Some(theme.level.separator.into()));
        assert_eq!(colour("HUB"), Some(theme.level.field.into()));
    }
}
