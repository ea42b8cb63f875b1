//! What a click on a value beside the script opens: the value whole, or all passes of a loop.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use egui::{Button, CollapsingHeader, Pos2, RichText, Role, ScrollArea, Ui, Vec2, WidgetInfo};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::super::widgets::{ColumnSpec, RowSource, RowsView, Width, cell_text};
use super::parts::weak;
use super::script_segment::segment_ui;
use crate::hl7::{Location, Message};
use crate::mapping::{Cell, Value};
use crate::workbench::{LoopRun, ShownValue, StateAt, TableAt};

/// Elements of one list or map that are listed.
const MOST_ELEMENTS: usize = 200;

/// Values of a loop that have a column of their own.
const MOST_COLUMNS: usize = 12;

/// Characters shown of one value in a table.
const MOST_SHOWN: usize = 60;

/// A window over the script.
pub(super) struct Popup {
    title: String,
    at: Pos2,
    content: Content,
    /// It was not shown yet.
    is_new: bool,
    /// The values that are shown as text, by their place in the list.
    as_text: BTreeSet<usize>,
    /// The message being made, as it was read last.
    made: Made,
}

/// The segments of the message being made, and the same read for its fields.
type Made = Option<(Vec<Arc<str>>, Option<Message>)>;

enum Content {
    /// What each thing is called, and its value.
    Values(Vec<(String, Value)>),
    /// The one at hand too, counted from 1.
    Passes(LoopRun, u32),
}

impl Popup {
    /// The values of a line, whole.
    pub(super) fn values<'v>(
        line: u32,
        shown: impl Iterator<Item = &'v ShownValue>,
        at: Pos2,
    ) -> Self {
        let values = shown.map(|shown| (shown.name.to_string(), shown.value.clone()));
        Self {
            title: format!("Line {line}"),
            at,
            content: Content::Values(values.collect()),
            is_new: true,
            as_text: BTreeSet::new(),
            made: None,
        }
    }

    /// The passes of a loop in a table.
    pub(super) fn passes(ran: &LoopRun, pass: u32, at: Pos2) -> Self {
        Self {
            title: format!("Passes of line {}", ran.line),
            at,
            content: Content::Passes(ran.clone(), pass),
            is_new: true,
            as_text: BTreeSet::new(),
            made: None,
        }
    }

    /// Shows the window; the pass that was chosen with its loop's line, and whether it stays open.
    pub(super) fn ui(&mut self, ui: &Ui, cx: &Cx<'_>) -> (Option<(u32, u32)>, bool) {
        let theme = Theme::of(ui);
        let mut is_open = !ui.input(|input| input.key_pressed(egui::Key::Escape));
        // What opens as a tree needs room for its branches; its size is kept apart from the others'.
        let (kind, size) = match &self.content {
            Content::Values(values) if values.iter().any(|(_, value)| has_parts(value)) => {
                ("tree", Vec2::new(theme.grid(110), theme.grid(95)))
            }
            Content::Values(_) => ("text", Vec2::new(theme.grid(90), theme.grid(50))),
            Content::Passes(..) => ("passes", Vec2::new(theme.grid(170), theme.grid(70))),
        };
        let mut chosen = None;
        egui::Window::new(&self.title)
            .id(egui::Id::unique("beside the script").with(kind))
            .open(&mut is_open)
            .default_pos(self.at)
            .default_size(size)
            .collapsible(false)
            .constrain(true)
            .show(ui.ctx(), |ui| match &mut self.content {
                Content::Values(values) => {
                    values_ui(ui, cx, values, &mut self.as_text, &mut self.made);
                }
                Content::Passes(ran, pass) => {
                    chosen = passes_ui(ui, ran, *pass, self.is_new);
                    if let Some((_, another)) = chosen {
                        *pass = another;
                    }
                }
            });
        self.is_new = false;
        (chosen, is_open)
    }
}

fn values_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    values: &[(String, Value)],
    as_text: &mut BTreeSet<usize>,
    made: &mut Made,
) {
    let theme = Theme::of(ui);
    let state = cx.stepping.walked().map(|walked| {
        let last = walked.track().timeline().len().saturating_sub(1);
        let state = if cx.stepping.is_open {
            walked.walk.state()
        } else {
            StateAt::of(walked.track(), last)
        };
        (walked, state)
    });
    if let Some((_, state)) = &state {
        let segments = state.output();
        if made.as_ref().is_none_or(|(known, _)| *known != segments) {
            let read = StateAt::output_read(&segments);
            *made = Some((segments, read));
        }
    }
    let sight = state
        .zip(made.as_ref())
        .map(|((walked, state), made)| Sight {
            message: &walked.recording().message,
            made: &made.0,
            made_read: made.1.as_ref(),
            state,
            is_end: !cx.stepping.is_open,
        });
    let sight = sight.as_ref();
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme.grid(1);
        for (at, (name, value)) in values.iter().enumerate() {
            ui.horizontal(|ui| {
                let title = RichText::new(name).font(theme.strong_font());
                ui.label(title.color(*theme.text.strong));
                if *value == Value::Nothing {
                    return;
                }
                weak(ui, value.kind());
                if ui.small_button("Copy").clicked() {
                    let text = written(value, sight);
                    let what = name.clone();
                    cx.send(Action::Copy { text, what });
                }
                if has_parts(value) {
                    view_ui(ui, name, at, as_text);
                }
            });
            if as_text.contains(&at) && has_parts(value) {
                code_ui(ui, theme, &written(value, sight));
            } else {
                ui.push_id(at, |ui| value_ui(ui, theme, sight, value, 0));
            }
            ui.add_space(theme.grid(1));
        }
    });
}

/// The switch between a value's tree and its text.
fn view_ui(ui: &mut Ui, name: &str, at: usize, as_text: &mut BTreeSet<usize>) {
    let is_text = as_text.contains(&at);
    for (words, is_on) in [("Tree", !is_text), ("Text", is_text)] {
        let button = ui.add(Button::selectable(is_on, words).small());
        button.widget_info(|| {
            let words = format!("{words} of {name}");
            WidgetInfo::selected(Role::Button, true, is_on, words)
        });
        if button.clicked() && !is_on {
            if is_text {
                as_text.remove(&at);
            } else {
                as_text.insert(at);
            }
        }
    }
}

fn code_ui(ui: &mut Ui, theme: &Theme, text: &str) {
    let text = RichText::new(text).font(theme.code_font());
    let label = egui::Label::new(text.color(*theme.text.body));
    ui.add(label.selectable(true).wrap());
}

/// A value as it would be written: segments as they stand, lists and maps as scripts write them.
fn written(value: &Value, sight: Option<&Sight<'_>>) -> String {
    let raw = |message: &Message, name: &str| {
        let place: Location = name.parse().ok()?;
        Some(message.find(&place)?.raw().to_owned())
    };
    let known = sight.and_then(|sight| match value {
        Value::Thing("segment", name) => match of_out(name) {
            Some(name) => raw(sight.made_read?, name),
            None => raw(sight.message, name),
        },
        Value::Thing("message being made", _) => Some(sight.made.join("\n")),
        Value::Segments { range, .. } => {
            let segments = range.clone().filter_map(|at| sight.message.segment(at));
            let lines: Vec<&str> = segments.map(|segment| segment.raw()).collect();
            Some(lines.join("\n"))
        }
        Value::Thing("rows", _) | Value::Row(..) => Some(sight.rows_written(value)),
        _ => None,
    });
    known.unwrap_or_else(|| match value {
        Value::Text(text) => text.to_string(),
        other => other.shown(1 << 20),
    })
}

/// The name of a segment of the message being made: of `OBX[2] of out` the `OBX[2]`.
fn of_out(name: &str) -> Option<&str> {
    name.strip_suffix(" of out")
}

/// What handles of a script stand for.
struct Sight<'w> {
    message: &'w Message,
    /// The segments of the message being made, and the same read for its fields.
    made: &'w [Arc<str>],
    made_read: Option<&'w Message>,
    /// What was made by the step at hand; by the end of the run where the stepper is closed.
    state: StateAt<'w>,
    is_end: bool,
}

impl Sight<'_> {
    /// The message being made, the rows or one row, as far as they were made.
    fn ui(&self, ui: &mut Ui, theme: &Theme, value: &Value) {
        let when = if self.is_end {
            "As it is at the end of the run"
        } else {
            "As it is at the step of the stepper"
        };
        weak(ui, when);
        let text_ui = |ui: &mut Ui, text: &str| {
            let text = RichText::new(text).font(theme.code_font());
            let text = text.color(*theme.text.body);
            ui.add(egui::Label::new(text).selectable(true).wrap());
        };
        if let Value::Thing("message being made", _) = value {
            if let Some(message) = self.made_read {
                return segments_ui(ui, theme, message, &(0..message.segment_count()));
            }
            for segment in self.made.iter().take(MOST_ELEMENTS) {
                text_ui(ui, segment);
            }
            more_ui(ui, self.made.len().saturating_sub(MOST_ELEMENTS));
            return;
        }
        let mut is_made = false;
        for table in self.state.tables() {
            let Some(rows) = rows_of(value, &table) else {
                continue;
            };
            for row in rows.clone().take(MOST_ELEMENTS) {
                is_made |= row < table.row_count();
                let cells_ui = |ui: &mut Ui| {
                    for column in table.columns() {
                        match table.cell(row, column) {
                            Cell::Absent => {}
                            cell => text_ui(ui, &format!("{column}: {cell}")),
                        }
                    }
                };
                let head = format!("{} row {}", table.name(), row + 1);
                CollapsingHeader::new(RichText::new(head).font(theme.code_font()))
                    .id_salt((table.name(), row))
                    .default_open(rows.len() <= 3)
                    .show(ui, cells_ui);
            }
            more_ui(ui, rows.len().saturating_sub(MOST_ELEMENTS));
        }
        if !is_made {
            weak(ui, "Nothing was made of it by then");
        }
    }

    /// A segment of either message; whether it is there.
    fn segment_ui(&self, ui: &mut Ui, theme: &Theme, name: &str) -> bool {
        match (of_out(name), self.made_read) {
            (None, _) => segment_ui(ui, theme, self.message, name),
            (Some(name), Some(made)) => segment_ui(ui, theme, made, name),
            (Some(_), None) => false,
        }
    }

    /// The rows with their columns, a line for each.
    fn rows_written(&self, value: &Value) -> String {
        let mut lines = Vec::new();
        for table in self.state.tables() {
            let Some(rows) = rows_of(value, &table) else {
                continue;
            };
            for row in rows.take(MOST_ELEMENTS) {
                let cells =
                    table
                        .columns()
                        .iter()
                        .filter_map(|column| match table.cell(row, column) {
                            Cell::Absent => None,
                            cell => Some(format!("{column}: {cell}")),
                        });
                let cells: Vec<String> = cells.collect();
                lines.push(format!(
                    "{} {}: {}",
                    table.name(),
                    row + 1,
                    cells.join(", ")
                ));
            }
        }
        lines.join("\n")
    }
}

/// The rows of a table that a value stands for; `None` where it is another table's.
fn rows_of(value: &Value, table: &TableAt<'_>) -> Option<Range<usize>> {
    match value {
        Value::Row(name, row) => (name == table.name()).then_some(*row..*row + 1),
        _ => Some(0..table.row_count()),
    }
}

/// The segments of a message or group, each with its fields as a tree.
fn segments_ui(ui: &mut Ui, theme: &Theme, message: &Message, range: &Range<usize>) {
    for (at, segment) in range.clone().enumerate().take(MOST_ELEMENTS) {
        let Some(segment) = message.segment(segment) else {
            continue;
        };
        let name = match segment.occurrence() {
            0 | 1 => segment.id().to_owned(),
            number => format!("{}[{number}]", segment.id()),
        };
        let start: String = segment.raw().chars().take(MOST_SHOWN).collect();
        CollapsingHeader::new(RichText::new(format!("{name}: {start}")).font(theme.code_font()))
            .id_salt(at)
            .show(ui, |ui| segment_ui(ui, theme, message, &name));
    }
    more_ui(ui, range.len().saturating_sub(MOST_ELEMENTS));
}

fn more_ui(ui: &mut Ui, left: usize) {
    if left > 0 {
        weak(ui, format!("… {left} more"));
    }
}

/// A value: texts with their lines, lists, maps and segments as trees.
fn value_ui(ui: &mut Ui, theme: &Theme, sight: Option<&Sight<'_>>, value: &Value, depth: usize) {
    let text_ui = |ui: &mut Ui, text: String| {
        let text = RichText::new(text).font(theme.code_font());
        ui.add(egui::Label::new(text.color(*theme.text.body)).selectable(true));
    };
    match value {
        Value::Nothing => {}
        Value::Text(text) => text_ui(ui, text.replace("\r\n", "\n").replace('\r', "\n")),
        Value::Thing("segment", name)
            if sight.is_some_and(|sight| sight.segment_ui(ui, theme, name)) => {}
        Value::Segments { range, .. } if sight.is_some() && !range.is_empty() => {
            if let Some(sight) = sight {
                segments_ui(ui, theme, sight.message, range);
            }
        }
        Value::Thing("message being made" | "rows", _) | Value::Row(..) if sight.is_some() => {
            if let Some(sight) = sight {
                sight.ui(ui, theme, value);
            }
        }
        Value::Truth(_)
        | Value::Number(_)
        | Value::Thing(..)
        | Value::Segments { .. }
        | Value::Row(..) => text_ui(ui, value.shown(1 << 16)),
        Value::List(items, more) => {
            let entries = items.iter().enumerate();
            let entries = entries.map(|(at, item)| (format!("[{at}]"), item));
            branches_ui(ui, theme, sight, entries, (items.len(), *more), depth);
        }
        Value::Map(items, more) => {
            let entries = items.iter().map(|(key, item)| (key.to_string(), item));
            branches_ui(ui, theme, sight, entries, (items.len(), *more), depth);
        }
    }
}

/// Whether a value opens as a tree.
fn has_parts(value: &Value) -> bool {
    matches!(
        value,
        Value::List(..)
            | Value::Map(..)
            | Value::Thing("segment" | "message being made" | "rows", _)
            | Value::Segments { .. }
            | Value::Row(..)
    )
}

fn branches_ui<'v>(
    ui: &mut Ui,
    theme: &Theme,
    sight: Option<&Sight<'_>>,
    entries: impl Iterator<Item = (String, &'v Value)>,
    (count, more): (usize, usize),
    depth: usize,
) {
    for (at, (name, item)) in entries.take(MOST_ELEMENTS).enumerate() {
        if !has_parts(item) {
            let text = format!("{name}: {}", item.shown(MOST_ELEMENTS));
            let text = RichText::new(text).font(theme.code_font());
            ui.add(egui::Label::new(text.color(*theme.text.body)).selectable(true));
            continue;
        }
        let head = format!("{name}: {}", item.shown(40));
        CollapsingHeader::new(RichText::new(head).font(theme.code_font()))
            .id_salt(at)
            .default_open(depth == 0)
            .show(ui, |ui| value_ui(ui, theme, sight, item, depth + 1));
    }
    more_ui(ui, count.saturating_sub(MOST_ELEMENTS) + more);
}

/// The passes in rows; the loop's line and the pass that was chosen.
fn passes_ui(ui: &mut Ui, ran: &LoopRun, pass: u32, is_new: bool) -> Option<(u32, u32)> {
    let theme = Theme::of(ui);
    let mut columns = vec![ColumnSpec::new("Pass", Width::Points(theme.grid(11)))];
    let last = ran.columns.len().min(MOST_COLUMNS).saturating_sub(1);
    for (at, name) in ran.columns.iter().take(MOST_COLUMNS).enumerate() {
        let width = if at == last {
            Width::Rest
        } else {
            Width::Points(theme.grid(26))
        };
        columns.push(ColumnSpec::new(&**name, width));
    }
    let view = RowsView {
        name: "Passes of the loop",
        role: Role::Grid,
        columns: &columns,
        count: ran.passes.len(),
        selected: ran.passes.iter().position(|known| known.number == pass),
        reveal: is_new,
    };
    let chosen = view.ui(ui, &mut PassRows { ran }).selected?;
    Some((ran.line, ran.passes.get(chosen)?.number))
}

struct PassRows<'a> {
    ran: &'a LoopRun,
}

impl PassRows<'_> {
    fn value(&self, row: usize, at: usize) -> String {
        let value = self
            .ran
            .passes
            .get(row)
            .and_then(|pass| pass.values.get(at));
        value
            .and_then(Option::as_ref)
            .map_or_else(String::new, |value| match value {
                Value::Nothing => "nothing".to_owned(),
                value => value.shown(MOST_SHOWN),
            })
    }
}

impl RowSource for PassRows<'_> {
    fn name(&self, row: usize) -> String {
        let named = self.ran.columns.iter().enumerate();
        let cells = named.map(|(at, name)| format!("{name} {}", self.value(row, at)));
        format!("Pass {}: {}", row + 1, cells.collect::<Vec<_>>().join(", "))
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let theme = Theme::of(ui);
        let text = match column.checked_sub(1) {
            None => (row + 1).to_string(),
            Some(at) => self.value(row, at),
        };
        let text = RichText::new(text).font(theme.code_font());
        cell_text(ui, text.color(*theme.text.body));
    }
}
