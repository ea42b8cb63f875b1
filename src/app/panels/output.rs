//! What the mapping made: the message as text and tree with what changed marked, and rows as grids.

use std::ops::Range;
use std::sync::Arc;

use egui::{Button, RichText, Role, Ui, Vec2};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::links_drawn::Knot;
use super::super::pane::Pane;
use super::super::status::plural;
use super::super::theme::Theme;
use super::super::widgets::{
    ColumnSpec, Emphasis, Folding, Hl7Text, Hl7View, Outline, RowSource, RowsView, Width, cell_text,
};
use super::explain::explain_ui;
use super::outline::Source;
use super::parts::{bar_ui, empty_ui, weak, without_message_ui};
use super::tree::{TreeView, at_work_ui, is_at_work};
use super::tree_cell::tree_cell_ui;
use super::tree_columns::columns;
use super::tree_row::{RowKind, TreeRow};
use crate::hl7::{Message, Part};
use crate::mapping::{Cell, End, Outcome, TableRows, Verdict};
use crate::workbench::Preview;

/// The faces of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tab {
    Message,
    Tree,
    #[default]
    Rows,
}

/// The view of the output.
#[derive(Default)]
pub(crate) struct State {
    tab: Tab,
    view: Hl7View,
    tree: TreeView,
    seen_text: u64,
    seen_tree: u64,
    selected: Option<(usize, usize)>,
    /// The column that was clicked last.
    column: Option<usize>,
    /// The move of the stepper that was seen last.
    walked: u64,
}

/// What the current step of the stepper wrote.
struct Now {
    written: Vec<End>,
    /// The stepper went on: what was written is to be seen.
    has_moved: bool,
}

impl Now {
    /// The bytes of the output that were written; a place without text stands where it would.
    fn spans(&self, output: &Message) -> Vec<Range<usize>> {
        let places = self.written.iter().filter_map(|end| match end {
            End::Output(location) => Some(location),
            End::Cell { .. } => None,
        });
        let found = places.filter_map(|location| {
            let whole = || {
                let mut whole = location.clone();
                whole.path = None;
                output.find(&whole)
            };
            output.find(location).or_else(whole)
        });
        found.map(|element| element.span()).collect()
    }

    /// The cells of a table that were written.
    fn cells<'n>(&'n self, wanted: &'n str) -> impl Iterator<Item = (usize, &'n str)> {
        self.written.iter().filter_map(move |end| match end {
            End::Cell { table, row, column } if **table == *wanted => Some((*row, &**column)),
            End::Cell { .. } | End::Output(_) => None,
        })
    }
}

/// Shows the output.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let Some(preview) = cx.preview().filter(|preview| preview.sample.is_some()) else {
        let text = "What the profile makes of the selected sample stands here: rows for the application, or another message";
        return without_message_ui(
            ui,
            cx,
            "No output yet",
            text,
            &[Command::OpenSamples, Command::TryExample],
        );
    };
    let Some(outcome) = &preview.outcome else {
        return nothing_ui(ui, cx, preview);
    };
    let changed = preview
        .differences
        .iter()
        .filter(|difference| difference.right.is_some())
        .count();
    bar_ui(ui, |ui| tabs_ui(ui, cx, state, outcome, changed));
    match &outcome.verdict {
        Verdict::Accepted => {}
        Verdict::Skipped(why) => verdict_ui(ui, "Skipped", why),
        Verdict::Rejected(why) => verdict_ui(ui, "Rejected", why),
    }
    let now = Now {
        written: cx.written_now(),
        has_moved: state.walked != cx.stepping.serial,
    };
    state.walked = cx.stepping.serial;
    match (state.tab, &outcome.output) {
        (Tab::Rows, _) => rows_ui(ui, cx, state, outcome, &now),
        (Tab::Message, Some(output)) => text_ui(ui, cx, state, preview, output, &now),
        (Tab::Tree, Some(output)) => tree_ui(ui, cx, state, preview, output, &now),
        (Tab::Message | Tab::Tree, None) => {
            let text = "A script makes a message by writing to out, such as out.copy(msg, [\"MSH\", \"PID\"])";
            empty_ui(ui, cx, "No output message", text, &[Command::ShowScript]);
        }
    }
}

fn nothing_ui(ui: &mut Ui, cx: &Cx<'_>, preview: &Preview) {
    if preview.definition.is_none() {
        let text = "No message definition of the profile matches this sample: add one that does, or change an identity";
        empty_ui(
            ui,
            cx,
            "Nothing is made of this message",
            text,
            &[
                Command::DefineFromSample,
                Command::AddDefinition,
                Command::ShowProfile,
            ],
        );
    } else {
        let text = "The script has errors: mend them and the output comes back";
        empty_ui(
            ui,
            cx,
            "No output",
            text,
            &[Command::ShowScript, Command::ShowProblems],
        );
    }
}

fn tabs_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, outcome: &Outcome, changed: usize) {
    let rows: usize = outcome.rows.iter().map(|table| table.rows.len()).sum();
    let tabs = [
        (Tab::Rows, format!("Rows {rows}")),
        (Tab::Message, "Output message".to_owned()),
        (Tab::Tree, "Output tree".to_owned()),
    ];
    ui.spacing_mut().item_spacing.x = Theme::of(ui).grid(1);
    for (tab, name) in tabs {
        if ui.add(Button::selectable(state.tab == tab, name)).clicked() {
            state.tab = tab;
        }
    }
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        let can = cx.can(Command::SaveOutput) && state.tab != Tab::Rows;
        let save = Command::SaveOutput.words();
        if can
            && ui
                .add(Button::new("Save as…"))
                .on_hover_text(save.tip)
                .clicked()
        {
            cx.run(Command::SaveOutput);
        }
        if outcome.output.is_some() && state.tab != Tab::Rows {
            let text = plural(changed, "change");
            weak(ui, text).on_hover_text("Values that differ from the input are marked");
        }
    });
}

fn verdict_ui(ui: &mut Ui, verdict: &str, why: &str) {
    let theme = Theme::of(ui);
    let frame = egui::Frame::new()
        .fill(*theme.surface.line)
        .inner_margin(theme.margin(2, 2));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal(|ui| {
            super::super::widgets::dot(ui, *theme.severity.warning);
            ui.label(
                RichText::new(verdict)
                    .font(theme.strong_font())
                    .color(*theme.text.strong),
            );
            ui.add(egui::Label::new(RichText::new(why).color(*theme.text.body)).wrap());
        });
    });
}

/// Where the links that are drawn end in the output.
fn ends(cx: &Cx<'_>, output: &Message) -> impl Iterator<Item = (Range<usize>, End)> {
    let ends = cx.threads.iter().map(|thread| &thread.end);
    ends.filter_map(|end| match end {
        End::Output(location) => Some((output.find(location)?.span(), end.clone())),
        End::Cell { .. } => None,
    })
}

/// The stretches of the output that differ from the input.
fn changed_parts(preview: &Preview) -> impl Iterator<Item = &Part> {
    preview
        .differences
        .iter()
        .filter_map(|difference| difference.right.as_ref())
}

fn text_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    preview: &Preview,
    output: &Message,
    now: &Now,
) {
    let mut marks: Vec<(Range<usize>, Emphasis)> = changed_parts(preview)
        .map(|part| (part.span.clone(), Emphasis::Changed))
        .collect();
    let chosen = cx
        .session
        .location()
        .and_then(|location| output.find(location));
    let written = now.spans(output).into_iter();
    marks.extend(written.map(|span| (span, Emphasis::Written)));
    let linked = ends(cx, output).map(|(span, _)| (span, Emphasis::Linked));
    marks.extend(linked);
    marks.extend(chosen.map(|element| (element.span(), Emphasis::Selected)));
    let text = Hl7Text {
        name: "Output text",
        message: output,
        folding: if cx.settings.folding {
            Folding::Fold
        } else {
            Folding::Whole
        },
        editable: false,
        marks: &marks,
        reveal: cx.reveals(Pane::Output, &mut state.seen_text),
    };
    let response = state.view.ui(ui, &text);
    for (span, rect, clip) in &response.linked {
        let end = ends(cx, output).find(|(known, _)| known == span);
        if let Some((_, end)) = end {
            cx.knots.put(Knot::End(end), *rect, *clip);
        }
    }
    let source = Source {
        message: output,
        tree: None,
        grammar: &preview.grammar,
        profile: cx.session.profile(),
        ghosts: true,
    };
    explain_ui(response.pointed, &source);
    if let Some(location) = response.caret.and_then(|byte| output.location_at(byte)) {
        cx.choose(Some(location), Pane::Output);
    }
}

fn tree_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    preview: &Preview,
    output: &Message,
    now: &Now,
) {
    let source = Source {
        message: output,
        tree: None,
        grammar: &preview.grammar,
        profile: cx.session.profile(),
        ghosts: false,
    };
    let made_from = Arc::as_ptr(&output.shared_text()).cast::<u8>() as usize;
    state.tree.update(&source, made_from);
    let reveal = cx.reveals(Pane::Output, &mut state.seen_tree);
    if let Some(location) = cx.session.location().filter(|_| reveal) {
        state.tree.open_to(&source, made_from, location);
    }
    let columns = columns(ui.available_width());
    let view = RowsView {
        name: "Output tree",
        role: Role::Tree,
        columns: &columns,
        count: state.tree.rows.len(),
        selected: cx
            .session
            .location()
            .and_then(|location| state.tree.row_of(location)),
        reveal,
    };
    let changed: Vec<_> = changed_parts(preview)
        .map(|part| part.span.clone())
        .collect();
    let written = now.spans(output);
    let response = view.ui(
        ui,
        &mut TreeRows {
            rows: &state.tree.rows,
            changed: &changed,
            written: &written,
            has_moved: now.has_moved,
            cx,
            ends: ends(cx, output).collect(),
        },
    );
    if let Some(row) = response.toggled.or(response.activated) {
        state.tree.toggle(row);
    }
    let chosen = response.selected.and_then(|row| state.tree.rows.get(row));
    if let Some(location) = chosen.and_then(|row| row.location.clone()) {
        cx.choose(Some(location), Pane::Output);
    }
}

struct TreeRows<'a> {
    rows: &'a [TreeRow],
    changed: &'a [Range<usize>],
    /// What the current step of the stepper wrote.
    written: &'a [Range<usize>],
    has_moved: bool,
    cx: &'a Cx<'a>,
    ends: Vec<(Range<usize>, End)>,
}

impl RowSource for TreeRows<'_> {
    fn name(&self, row: usize) -> String {
        let Some(row) = self.rows.get(row) else {
            return String::new();
        };
        let written = if is_at_work(row, self.written) {
            ", written at this step"
        } else {
            ""
        };
        format!("{} {}{written}", row.place, row.name)
    }

    fn sight(&self) -> Option<usize> {
        let mut rows = self.rows.iter().filter(|_| self.has_moved);
        rows.position(|row| is_at_work(row, self.written))
    }

    fn outline(&self, row: usize) -> Outline {
        self.rows
            .get(row)
            .map_or(Outline::default(), |row| Outline {
                depth: row.depth,
                open: row.open,
            })
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let Some(row) = self.rows.get(row) else {
            return;
        };
        let touches = |span: &Range<usize>| {
            self.changed.iter().any(|changed| {
                changed.start < span.end.max(span.start + 1)
                    && span.start < changed.end.max(changed.start + 1)
            })
        };
        if column == 0 {
            for (span, end) in &self.ends {
                if is_at_work(row, std::slice::from_ref(span)) {
                    let knot = Knot::End(end.clone());
                    self.cx.knots.put(knot, ui.max_rect(), ui.clip_rect());
                }
            }
        }
        if is_at_work(row, self.written) {
            at_work_ui(ui, column);
        }
        let changed =
            row.span.as_ref().is_some_and(touches) && !matches!(row.kind, RowKind::Segment(_));
        if column == 2 && changed {
            let theme = Theme::of(ui);
            let rect = ui.max_rect().shrink2(Vec2::new(0.0, 2.0));
            ui.painter()
                .rect_filled(rect, theme.size.corner / 2, *theme.surface.changed);
        }
        tree_cell_ui(ui, row, column);
    }
}

/// All tables below one another; each grid scrolls by itself when it is long.
fn rows_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, outcome: &Outcome, now: &Now) {
    if outcome.rows.iter().all(|table| table.rows.is_empty()) {
        let text = "Rows come from the columns of a message definition, or from rows.add(\"table\") in its script";
        let steps = if outcome.output.is_some() {
            [Command::ShowScript, Command::ShowProfile]
        } else {
            [Command::ShowProfile, Command::ShowScript]
        };
        return empty_ui(ui, cx, "No rows", text, &steps);
    }
    let theme = Theme::of(ui);
    egui::ScrollArea::vertical()
        .id_salt("tables")
        .auto_shrink(false)
        .show(ui, |ui| {
            for (index, table) in outcome.rows.iter().enumerate() {
                let frame = egui::Frame::new().inner_margin(theme.margin(2, 1));
                frame.show(ui, |ui| {
                    ui.set_min_width(ui.available_width());
                    ui.horizontal(|ui| {
                        ui.label(
                            RichText::new(&*table.table)
                                .font(theme.strong_font())
                                .color(*theme.text.strong),
                        );
                        weak(ui, plural(table.rows.len(), "row"));
                    });
                });
                grid_ui(ui, cx, state, (index, table), now);
            }
        });
}

fn grid_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    (index, table): (usize, &TableRows),
    now: &Now,
) {
    let theme = Theme::of(ui);
    let visible = table.rows.len().min(12) as f32;
    let height =
        visible * (theme.size.row + ui.spacing().item_spacing.y) + theme.size.row + theme.grid(4);
    let widths: Vec<f32> = (0..table.columns.len())
        .map(|column| column_width(table, column))
        .collect();
    let total: f32 = widths.iter().map(|width| width + theme.grid(3)).sum();
    let last = table.columns.len().saturating_sub(1);
    let spec = |(at, (name, width)): (usize, (&Arc<str>, &f32))| {
        let width = if at == last {
            Width::Rest
        } else {
            Width::Points(*width)
        };
        ColumnSpec::new(&**name, width)
    };
    let columns: Vec<_> = table
        .columns
        .iter()
        .zip(&widths)
        .enumerate()
        .map(spec)
        .collect();
    let name = format!("Rows of {}", table.table);
    let size = Vec2::new(total.max(ui.available_width()), height);
    egui::ScrollArea::horizontal()
        .id_salt(("grid", index))
        .show(ui, |ui| {
            ui.allocate_ui(size, |ui| {
                ui.set_min_size(size);
                let view = RowsView {
                    name: &name,
                    role: Role::Grid,
                    columns: &columns,
                    count: table.rows.len(),
                    selected: state
                        .selected
                        .filter(|(table, _)| *table == index)
                        .map(|(_, row)| row),
                    reveal: false,
                };
                let mut rows = GridRows {
                    table,
                    written: now.cells(&table.table).collect(),
                    has_moved: now.has_moved,
                    cx,
                };
                let shown = view.ui(ui, &mut rows);
                if let Some(row) = shown.selected {
                    state.selected = Some((index, row));
                    let column = shown.column.or(state.column).unwrap_or_default();
                    state.column = Some(column);
                    if let Some(column) = table.columns.get(column) {
                        cx.send(Action::ChooseEnd(End::Cell {
                            table: Arc::clone(&table.table),
                            row,
                            column: Arc::clone(column),
                        }));
                    }
                }
            });
        });
}

/// Room for the title and the longest of the first values.
fn column_width(table: &TableRows, column: usize) -> f32 {
    let cells = table
        .rows
        .iter()
        .take(50)
        .filter_map(|row| row.cells.get(column));
    let longest = cells
        .map(|cell| cell.to_string().chars().count())
        .max()
        .unwrap_or_default();
    let title = table
        .columns
        .get(column)
        .map_or(0, |name| name.chars().count());
    // A character of the code face is 8 points wide.
    (longest.max(title) as f32 * 8.0 + 12.0).clamp(48.0, 260.0)
}

struct GridRows<'a> {
    table: &'a TableRows,
    /// The cells that the current step of the stepper wrote: row and column.
    written: Vec<(usize, &'a str)>,
    has_moved: bool,
    cx: &'a Cx<'a>,
}

impl GridRows<'_> {
    /// Says where a cell stands at which a link ends.
    fn put_end(&self, ui: &Ui, row: usize, column: usize) {
        let Some(name) = self.table.columns.get(column) else {
            return;
        };
        let is_here = |end: &End| match end {
            End::Cell {
                table,
                row: at,
                column,
            } => (table, *at, column) == (&self.table.table, row, name),
            End::Output(_) => false,
        };
        let thread = self.cx.threads.iter().find(|thread| is_here(&thread.end));
        if let Some(thread) = thread {
            let knot = Knot::End(thread.end.clone());
            self.cx.knots.put(knot, ui.max_rect(), ui.clip_rect());
        }
    }

    fn is_written(&self, row: usize, column: usize) -> bool {
        let name = self.table.columns.get(column);
        name.is_some_and(|name| self.written.contains(&(row, name)))
    }
}

impl RowSource for GridRows<'_> {
    fn name(&self, row: usize) -> String {
        let columns = self.written.iter().filter(|(at, _)| *at == row);
        let columns: Vec<&str> = columns.map(|(_, column)| *column).collect();
        let written = if columns.is_empty() {
            String::new()
        } else {
            format!(", {} written at this step", columns.join(", "))
        };
        format!("{} row {}{written}", self.table.table, row + 1)
    }

    fn sight(&self) -> Option<usize> {
        let first = self.written.first().filter(|_| self.has_moved)?;
        Some(first.0)
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let theme = Theme::of(ui);
        self.put_end(ui, row, column);
        if self.is_written(row, column) {
            at_work_ui(ui, 1);
            let line = egui::Stroke::new(2.0, *theme.accent.line);
            let cell = ui.max_rect();
            ui.painter()
                .hline(cell.x_range(), cell.bottom() - 1.0, line);
        }
        let cell = self
            .table
            .rows
            .get(row)
            .and_then(|row| row.cells.get(column));
        let text = match cell {
            None | Some(Cell::Absent) => return,
            Some(Cell::Null) => RichText::new("null: delete").color(*theme.level.null),
            Some(cell) => RichText::new(cell.to_string()).color(*theme.text.body),
        };
        cell_text(ui, text.font(theme.code_font()));
    }
}
