//! A one-line text that shows from where on it cannot be read, and why.

use egui::text::{CCursor, CharIndex, LayoutJob, TextFormat};
use egui::{Label, Pos2, Response, RichText, Stroke, TextEdit, Ui, Vec2};

use super::super::theme::Theme;

/// The field.
pub(crate) struct FaultyText<'a> {
    /// The accessible name.
    pub(crate) name: &'a str,
    pub(crate) hint: &'a str,
    pub(crate) width: f32,
    /// The first character that cannot be read, counted from 1, and why.
    pub(crate) fault: Option<(usize, String)>,
}

impl FaultyText<'_> {
    /// Shows the field, and below it what is wrong.
    pub(crate) fn ui(&self, ui: &mut Ui, text: &mut String) -> Response {
        let theme = Theme::of(ui);
        let good = self.fault.as_ref().map(|(column, _)| column - 1);
        let mut layouter = |ui: &Ui, buffer: &dyn egui::TextBuffer, _wrap: f32| {
            let job = job(buffer.as_str(), good, theme);
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let output = TextEdit::singleline(text)
            .hint_text(self.hint.to_owned())
            .font(theme.code_font())
            .desired_width(self.width)
            .layouter(&mut layouter)
            .show(ui);
        let response = output.response.response;
        let label = match &self.fault {
            Some((column, why)) => format!("{}, wrong at column {column}: {why}", self.name),
            None => self.name.to_owned(),
        };
        response
            .ctx
            .accesskit_node_builder(response.id, |node| node.set_label(label.as_str()));
        if let (Some(good), Some((_, why))) = (good, &self.fault) {
            let at = output.galley.pos_from_cursor(CCursor::new(CharIndex(good)));
            let below = output.galley_pos + at.left_bottom().to_vec2();
            point_ui(ui, theme, below.clamp(response.rect.min, response.rect.max));
            let why = RichText::new(why.as_str()).color(*theme.severity.error);
            ui.add(Label::new(why).wrap());
        }
        response
    }
}

/// The text, underlined behind so many characters.
fn job(text: &str, good: Option<usize>, theme: &Theme) -> LayoutJob {
    let font = theme.code_font();
    let split = good.and_then(|good| text.char_indices().nth(good));
    let (read, rest) = text.split_at(split.map_or(text.len(), |(at, _)| at));
    let mut job = LayoutJob::default();
    let format = TextFormat::simple(font, *theme.text.body);
    job.append(read, 0.0, format.clone());
    let line = Stroke::new(1.5, *theme.severity.error);
    let bad = TextFormat {
        underline: line,
        ..format
    };
    job.append(rest, 0.0, bad);
    job
}

/// A small triangle below the place, also where the text ends too early.
fn point_ui(ui: &Ui, theme: &Theme, at: Pos2) {
    let points = [(0.0, -3.0), (4.0, 3.0), (-4.0, 3.0)].map(|(x, y)| at + Vec2::new(x, y));
    let shape = egui::Shape::convex_polygon(points.to_vec(), *theme.severity.error, Stroke::NONE);
    ui.painter().add(shape);
}
