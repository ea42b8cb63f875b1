//! A value on its way as text, line by line, with what changed marked. Only the lines in sight are laid out.

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, Label, ScrollArea, Stroke, Ui};

use super::super::theme::Theme;
use super::parts::weak;
use crate::workbench::{LineFate, TextLine, text_lines};

/// Characters shown of one line.
const MOST_SHOWN: usize = 2_000;

/// The lines of a value.
#[derive(Default)]
pub(super) struct Lines {
    lines: Vec<TextLine>,
    /// Whether they are of two texts.
    is_compared: bool,
}

impl Lines {
    /// A text as it is.
    pub(super) fn of_text(text: &str) -> Self {
        let lines = text_lines(text).into_iter().map(|line| TextLine {
            fate: LineFate::Same,
            text: line.to_owned(),
            marked: None,
        });
        Self {
            lines: lines.collect(),
            is_compared: false,
        }
    }

    /// Two texts laid over each other.
    pub(super) fn of_changes(lines: Vec<TextLine>) -> Self {
        Self {
            lines,
            is_compared: true,
        }
    }
}

/// Shows the lines; those with what is searched for are marked.
pub(super) fn lines_ui(ui: &mut Ui, lines: &Lines, query: &str, reveal: Option<usize>) {
    let theme = Theme::of(ui);
    let is_blank = lines.lines.iter().all(|line| line.text.is_empty());
    if is_blank {
        weak(ui, "No value");
        return;
    }
    let has_changes = lines.lines.iter().any(|line| line.fate != LineFate::Same);
    if lines.is_compared && !has_changes {
        weak(ui, "What comes out is what went in");
    }
    let font = theme.code_font();
    let height = ui.fonts_mut(|fonts| fonts.row_height(&font)) + theme.grid(1);
    let query = query.to_lowercase();
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut area = ScrollArea::both().id_salt("value").auto_shrink(false);
    if let Some(line) = reveal {
        let before = u16::try_from(line.saturating_sub(3)).unwrap_or(u16::MAX);
        area = area.vertical_scroll_offset(height * f32::from(before));
    }
    area.show_rows(ui, height, lines.lines.len(), |ui, range| {
        for line in lines.lines.get(range).unwrap_or_default() {
            let job = job(line, lines.is_compared, &query, theme);
            let size = egui::Vec2::new(ui.available_width(), height);
            let layout = egui::Layout::left_to_right(egui::Align::Center);
            ui.allocate_ui_with_layout(size, layout, |ui| {
                ui.add_space(theme.grid(2));
                ui.add(Label::new(job).selectable(true).extend());
            });
        }
    });
}

fn job(line: &TextLine, is_compared: bool, query: &str, theme: &Theme) -> LayoutJob {
    let font = theme.code_font();
    let (sign, ink, ground) = match line.fate {
        LineFate::Same => ("  ", *theme.text.body, Color32::TRANSPARENT),
        LineFate::Gone => ("− ", *theme.text.weak, Color32::TRANSPARENT),
        LineFate::New => ("+ ", *theme.text.strong, *theme.surface.changed),
    };
    let is_hit = !query.is_empty() && line.text.to_lowercase().contains(query);
    let ground = if is_hit { *theme.surface.mark } else { ground };
    let mut job = LayoutJob::default();
    let plain = TextFormat {
        background: ground,
        ..TextFormat::simple(font, ink)
    };
    if is_compared {
        job.append(sign, 0.0, plain.clone());
    }
    let mut put = |text: &str, format: &TextFormat| {
        let shown: String = text.chars().take(MOST_SHOWN).collect();
        let shown = shown.replace(|c: char| c.is_control(), "·");
        job.append(&shown, 0.0, format.clone());
        if shown.len() < text.len() {
            job.append("…", 0.0, format.clone());
        }
    };
    let part = |from: usize, to: usize| line.text.get(from..to).unwrap_or_default();
    match &line.marked {
        Some(marked) => {
            let line_of = |colour: Color32| Stroke::new(1.5, colour);
            let special = match line.fate {
                LineFate::Gone => TextFormat {
                    strikethrough: line_of(*theme.severity.error),
                    ..plain.clone()
                },
                LineFate::New | LineFate::Same => TextFormat {
                    underline: line_of(*theme.severity.good),
                    ..plain.clone()
                },
            };
            put(part(0, marked.start), &plain);
            put(part(marked.start, marked.end), &special);
            put(part(marked.end, line.text.len()), &plain);
        }
        None => put(&line.text, &plain),
    }
    job
}
