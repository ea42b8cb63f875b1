//! What there is at a step: variables, the message made so far, rows; what changed at it is marked.

use std::ops::Range;
use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId, Id, RichText, Role, Ui, WidgetInfo};

use super::super::cx::Cx;
use super::super::status::plural;
use super::super::stepping::Walked;
use super::super::theme::Theme;
use super::parts::weak;
use crate::mapping::Cell;
use crate::workbench::{Changes, TableAt};

/// Characters of a value that are shown.
const MOST_SHOWN: usize = 120;

/// What is kept of one step until another one is shown.
#[derive(Default)]
pub(super) struct StateView {
    made_of: Option<(usize, usize, usize)>,
    /// Of which move it is.
    serial: u64,
    output: Vec<Arc<str>>,
    changes: Changes,
    /// What each watch-point is, the value there, and whether it happens at this step.
    watched: Vec<(String, String, bool)>,
    /// Scroll to what changed.
    reveals: bool,
}

impl StateView {
    /// Brings it up to date.
    pub(super) fn update(&mut self, cx: &Cx<'_>, walked: &Walked) {
        let address = Arc::as_ptr(&walked.recorded) as usize;
        let (at, watches) = (walked.walk.at(), &cx.stepping.watches);
        let made_of = Some((address, at, watches.len()));
        let serial = cx.stepping.serial;
        self.reveals = self.serial != serial;
        self.serial = serial;
        if self.made_of != made_of {
            self.made_of = made_of;
            let state = walked.walk.state();
            self.output = state.output();
            self.changes = state.changes();
            let watches = watches.iter().zip(cx.stepping.hits());
            let values = watches.map(|(watch, hits)| {
                let value = watch.value_at(walked.track(), at).unwrap_or_default();
                (watch.written(), value, hits.binary_search(&at).is_ok())
            });
            self.watched = values.collect();
        }
    }
}

/// The watch-points with what stands there now.
pub(super) fn watched_ui(ui: &mut Ui, shown: &StateView) {
    let theme = Theme::of(ui);
    for (name, value, is_changed) in &shown.watched {
        let line = Line {
            name,
            value,
            is_changed: *is_changed,
        };
        line.ui(ui, theme);
    }
    if !shown.watched.is_empty() {
        ui.separator();
    }
}

/// The variables of each call, the innermost first.
pub(super) fn variables_ui(ui: &mut Ui, walked: &Walked) {
    let theme = Theme::of(ui);
    let state = walked.walk.state();
    let calls = state.calls();
    let changed = state.changes().variables;
    if calls.iter().all(|call| call.variables.is_empty()) {
        weak(ui, "None yet");
        return;
    }
    for call in calls.iter().rev() {
        if calls.len() > 1 {
            let name = match call.call.function {
                Some(name) if name.starts_with("anon$") => "in the closure".to_owned(),
                Some(name) => format!("in {name}()"),
                None => "in the script".to_owned(),
            };
            weak(ui, name);
        }
        for variable in &call.variables {
            let is_changed = changed
                .iter()
                .any(|(number, name)| *number == call.call.number && **name == *variable.name);
            let value = variable.value.shown(MOST_SHOWN);
            let line = Line {
                name: variable.name,
                value: &value,
                is_changed,
            };
            line.ui(ui, theme);
        }
    }
}

/// A name and its value; a dot and a ground say that it changed at this step.
struct Line<'a> {
    name: &'a str,
    value: &'a str,
    is_changed: bool,
}

impl Line<'_> {
    fn ui(&self, ui: &mut Ui, theme: &Theme) -> egui::Response {
        let fill = if self.is_changed {
            *theme.surface.changed
        } else {
            Color32::TRANSPARENT
        };
        let frame = egui::Frame::new()
            .fill(fill)
            .inner_margin(theme.margin(1, 0))
            .corner_radius(theme.size.corner / 2);
        let shown = frame.show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            let mut job = LayoutJob::default();
            let font = theme.code_font();
            let mut put = |text: &str, colour: Color32| {
                job.append(text, 0.0, TextFormat::simple(font.clone(), colour));
            };
            put(
                if self.is_changed { "● " } else { "  " },
                *theme.severity.good,
            );
            put(self.name, *theme.text.weak);
            put(" = ", *theme.text.weak);
            put(
                self.value,
                if self.is_changed {
                    *theme.text.strong
                } else {
                    *theme.text.body
                },
            );
            let label = egui::Label::new(job).selectable(true).wrap();
            let response = ui.add(label);
            if self.is_changed {
                let label = format!("{} = {}, changed", self.name, self.value);
                response
                    .ctx
                    .accesskit_node_builder(response.id, |node| node.set_value(label));
            }
            response
        });
        shown.inner
    }
}

/// The message made so far, and the row of each table that was changed last.
pub(super) fn output_ui(ui: &mut Ui, walked: &Walked, shown: &StateView) {
    let theme = Theme::of(ui);
    let tables: Vec<TableAt<'_>> = walked.walk.state().tables().collect();
    if shown.output.is_empty() && tables.is_empty() {
        weak(ui, "Nothing yet");
        return;
    }
    if !shown.output.is_empty() {
        segments_ui(ui, walked, shown);
    }
    for table in tables {
        row_ui(ui, theme, table, shown);
    }
}

/// The segments of the message made so far; only those in sight are laid out.
fn segments_ui(ui: &mut Ui, walked: &Walked, shown: &StateView) {
    let theme = Theme::of(ui);
    let font = theme.code_font();
    let separator = walked.recording().message.delimiters().field;
    let height = ui.fonts_mut(|fonts| fonts.row_height(&font)) + theme.grid(1);
    let count = shown.output.len();
    let (all, _) = ui.allocate_exact_size(
        egui::Vec2::new(ui.available_width(), height * count as f32),
        egui::Sense::hover(),
    );
    let clip = ui.clip_rect();
    for (at, segment) in shown.output.iter().enumerate() {
        let top = all.top() + height * at as f32;
        let row = egui::Rect::from_min_size(
            egui::Pos2::new(all.left(), top),
            egui::Vec2::new(all.width(), height),
        );
        let changes = &shown.changes.output;
        let is_changed = changes.iter().any(|(changed, _)| *changed == at);
        if is_changed && shown.reveals {
            ui.scroll_to_rect(row.expand(height), None);
        }
        if !row.intersects(clip) {
            continue;
        }
        let brush = ui.painter();
        if is_changed {
            brush.rect_filled(row, theme.size.corner / 2, *theme.surface.changed);
        }
        let fields: Vec<u16> = changes
            .iter()
            .filter(|(changed, _)| *changed == at)
            .filter_map(|(_, path)| path.as_ref().map(|path| path.field))
            .collect();
        let marks: Vec<Range<usize>> = fields
            .iter()
            .filter_map(|field| field_span(segment, separator, *field))
            .collect();
        let sign = if is_changed { "● " } else { "  " };
        let mut job = segment_job(segment, separator, &marks, sign, theme, &font);
        job.wrap = egui::text::TextWrapping::truncate_at_width(row.width());
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        ui.painter()
            .galley(row.left_top(), galley, *theme.text.body);
        let label = if is_changed {
            format!("{segment}, changed")
        } else {
            segment.to_string()
        };
        let id = Id::unique(("segment so far", at));
        let response = ui.interact(row, id, egui::Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
        response.on_hover_text(&**segment);
    }
}

/// Where a field stands in the text of its segment.
fn field_span(segment: &str, separator: char, field: u16) -> Option<Range<usize>> {
    // MSH-1 is the separator itself.
    let number = if segment.starts_with("MSH") {
        usize::from(field).checked_sub(1)?
    } else {
        usize::from(field)
    };
    let mut start = 0;
    for (at, part) in segment.split(separator).enumerate() {
        if at == number {
            return Some(start..start + part.len());
        }
        start += part.len() + separator.len_utf8();
    }
    None
}

fn segment_job(
    segment: &str,
    separator: char,
    marks: &[Range<usize>],
    sign: &str,
    theme: &Theme,
    font: &FontId,
) -> LayoutJob {
    let mut job = LayoutJob::default();
    let sign_format = TextFormat::simple(font.clone(), *theme.severity.good);
    job.append(sign, 0.0, sign_format);
    let mut start = 0;
    for (at, part) in segment.split(separator).enumerate() {
        if at > 0 {
            let format = TextFormat::simple(font.clone(), *theme.level.separator);
            job.append(&separator.to_string(), 0.0, format);
        }
        let colour = if at == 0 {
            *theme.level.segment
        } else {
            *theme.level.field
        };
        let mut format = TextFormat::simple(font.clone(), colour);
        if marks.iter().any(|mark| mark.start == start) {
            format.color = *theme.text.strong;
            format.underline = egui::Stroke::new(1.5, *theme.severity.good);
        }
        job.append(part, 0.0, format);
        start += part.len() + separator.len_utf8();
    }
    job
}

/// The row of a table that changed at the step, else the newest one.
fn row_ui(ui: &mut Ui, theme: &Theme, table: TableAt<'_>, shown: &StateView) {
    let changes = &shown.changes;
    let name = table.name();
    let cells = changes.cells.iter().filter(|(of, ..)| of == name);
    let rows = changes.rows.iter().filter(|(of, _)| of == name);
    let touched = cells
        .map(|(_, row, _)| *row)
        .chain(rows.map(|(_, row)| *row))
        .next_back();
    let count = table.row_count();
    let row = touched.unwrap_or(count.saturating_sub(1));
    ui.add_space(theme.grid(2));
    ui.horizontal(|ui| {
        let title = RichText::new(&**name).font(theme.strong_font());
        ui.label(title.color(*theme.text.strong));
        let is_new = changes.rows.iter().any(|(of, at)| of == name && *at == row);
        let new = if is_new { ", new" } else { "" };
        weak(
            ui,
            format!("row {} of {}{new}", row + 1, plural(count, "row")),
        );
    });
    for column in table.columns() {
        let is_changed = changes
            .cells
            .iter()
            .any(|(of, at, known)| of == name && *at == row && known == column);
        let value = match table.cell(row, column) {
            Cell::Absent => continue,
            Cell::Null => "null".to_owned(),
            cell => cell.to_string(),
        };
        let line = Line {
            name: column,
            value: &value,
            is_changed,
        };
        let response = line.ui(ui, theme);
        if is_changed && shown.reveals {
            response.scroll_to_me(None);
        }
    }
}
