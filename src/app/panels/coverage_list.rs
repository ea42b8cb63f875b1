//! The rows of what a mapping loses: how they look, where they lead, and what can be done about each.

use egui::{Button, Rect, RichText, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::drag::Dragged;
use super::super::pane::Pane;
use super::super::part::Part;
use super::super::theme::Theme;
use super::super::widgets::{ColumnSpec, RowSource, Sorting, Width, cell_text, dot};
use super::coverage_rows::{Loss, LossCell, LossRow, LossTarget};
use super::script::script_named;

/// The columns for the room that there is, and which cell stands in each; `None` is the next step.
/// `all` says that what is not wholly lost is shown, too.
pub(super) fn columns(
    ui: &Ui,
    loss: Loss,
    all: bool,
    sorted: (usize, Sorting),
) -> (Vec<ColumnSpec>, Vec<Option<usize>>) {
    let theme = Theme::of(ui);
    let is_narrow = ui.available_width() < theme.grid(120);
    let wide = |steps: i16| Width::Points(theme.grid(steps));
    let cells: Vec<(usize, Width)> = match loss {
        // Where no value is used, both numbers are the same.
        Loss::Places if !all => vec![(0, wide(24)), (1, Width::Rest), (2, wide(20))],
        Loss::Places => vec![
            (0, wide(24)),
            (1, Width::Rest),
            (2, wide(20)),
            (3, wide(22)),
        ],
        Loss::Columns if is_narrow => vec![(0, Width::Rest), (1, wide(16)), (2, wide(16))],
        Loss::Columns => vec![
            (0, wide(50)),
            (1, wide(16)),
            (2, wide(16)),
            (3, Width::Rest),
        ],
        Loss::Codes if is_narrow => vec![
            (0, Width::Rest),
            (1, wide(24)),
            (2, wide(20)),
            (3, wide(16)),
        ],
        Loss::Codes => vec![
            (0, Width::Rest),
            (1, wide(32)),
            (2, wide(24)),
            (3, wide(18)),
            (4, wide(40)),
        ],
        Loss::Definitions => vec![
            (0, wide(if is_narrow { 28 } else { 46 })),
            (1, wide(20)),
            (2, wide(24)),
            (3, Width::Rest),
        ],
        Loss::Lines if ui.available_width() < theme.grid(150) => vec![
            (0, wide(26)),
            (1, wide(12)),
            (2, wide(24)),
            (3, Width::Rest),
        ],
        // What no message came to ran in none.
        Loss::Lines if !all => vec![
            (0, wide(36)),
            (1, wide(14)),
            (2, wide(26)),
            (3, Width::Rest),
            (5, wide(14)),
        ],
        Loss::Lines => vec![
            (0, wide(36)),
            (1, wide(14)),
            (2, wide(26)),
            (3, Width::Rest),
            (4, wide(18)),
            (5, wide(14)),
        ],
    };
    let titles = loss.titles();
    let mut columns: Vec<ColumnSpec> = cells
        .iter()
        .map(|(cell, width)| {
            let sorting = if sorted.0 == *cell {
                sorted.1
            } else {
                Sorting::No
            };
            let title = titles.get(*cell).copied().unwrap_or_default();
            ColumnSpec::new(title, *width).sorting(sorting)
        })
        .collect();
    let mut order: Vec<Option<usize>> = cells.into_iter().map(|(cell, _)| Some(cell)).collect();
    // Where there is no room for it, Ctrl+M and the menu of the row do the same.
    if loss == Loss::Places && ui.available_width() >= theme.grid(100) {
        columns.push(ColumnSpec::new("", wide(18)));
        order.push(None);
    }
    (columns, order)
}

/// Leads to what a row tells of. A place is chosen at once; panels change only for a click or Enter.
pub(super) fn go(cx: &Cx<'_>, target: &LossTarget, opens: bool) {
    match target {
        LossTarget::Place { at, first } => {
            if let Some((sample, definition)) = *first {
                choose_sample(cx, sample);
                cx.send(Action::SelectDefinition(definition));
            }
            choose_place(cx, at, opens);
        }
        LossTarget::Column { table, column } if opens => cx.send(Action::ShowColumn {
            table: table.clone(),
            column: column.clone(),
        }),
        LossTarget::Code { table, .. } if opens && has_codes(cx, table) => {
            cx.send(Action::ShowPart(Part::Codes(table.clone())));
        }
        LossTarget::Code { at, sample, .. } => {
            choose_sample(cx, *sample);
            if let Some(at) = at {
                choose_place(cx, at, opens);
            }
        }
        LossTarget::Definition(index) if opens => {
            cx.send(Action::ShowPart(Part::Message(*index)));
        }
        LossTarget::Line {
            script,
            line,
            column,
        } if opens => {
            if let Some(place) = script_named(cx.session.profile(), script) {
                cx.send(Action::GotoScript {
                    place,
                    line: *line,
                    column: *column,
                });
            }
        }
        LossTarget::Column { .. } | LossTarget::Definition(_) | LossTarget::Line { .. } => {}
    }
}

fn has_codes(cx: &Cx<'_>, table: &str) -> bool {
    cx.session.profile().codes.contains_key(table)
}

/// A sample that was closed since it was counted is let be.
fn choose_sample(cx: &Cx<'_>, sample: crate::workbench::SampleId) {
    let is_there = cx.session.corpus().position(sample).is_some();
    if is_there && cx.session.selected() != Some(sample) {
        cx.send(Action::SelectSample(sample));
    }
}

fn choose_place(cx: &Cx<'_>, at: &crate::hl7::Location, opens: bool) {
    cx.send(Action::SelectLocation {
        location: Some(at.clone()),
        from: Pane::Coverage,
    });
    if opens {
        cx.run(Command::ShowTree);
    }
}

/// The rows of one list as they are shown.
pub(super) struct Rows<'a, 'c> {
    pub(super) cx: &'a Cx<'c>,
    pub(super) loss: Loss,
    pub(super) all: &'a [LossRow],
    /// Which of them are shown.
    pub(super) shown: &'a [usize],
    /// Which cell stands in each column.
    pub(super) order: &'a [Option<usize>],
    pub(super) selected: Option<usize>,
    /// Where the list stands.
    pub(super) area: Rect,
}

impl Rows<'_, '_> {
    pub(super) fn row(&self, row: usize) -> Option<&LossRow> {
        self.all.get(*self.shown.get(row)?)
    }

    /// Whether the next step is offered: at the chosen row and the one below the pointer.
    fn is_at_hand(&self, ui: &Ui, row: usize) -> bool {
        let pointer = ui.input(|input| input.pointer.hover_pos());
        let is_hovered = pointer
            .is_some_and(|at| self.area.contains(at) && ui.max_rect().y_range().contains(at.y));
        self.selected == Some(row) || is_hovered
    }

    fn step_ui(&self, ui: &mut Ui, row: usize) {
        let Some(found) = self.row(row) else { return };
        let LossTarget::Place { at, .. } = &found.target else {
            return;
        };
        if !self.is_at_hand(ui, row) {
            return;
        }
        let tip = "Choose which column takes it (Ctrl+M)";
        let button = ui.add(Button::new("Map…").small()).on_hover_text(tip);
        button.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Map {at}…"))
        });
        if button.clicked() {
            self.map(found);
        }
    }

    fn map(&self, found: &LossRow) {
        if let LossTarget::Place { at, .. } = &found.target {
            go(self.cx, &found.target, false);
            self.cx.send(Action::MapTo(Dragged::Place(at.clone())));
        }
    }
}

impl RowSource for Rows<'_, '_> {
    fn name(&self, row: usize) -> String {
        let found = self.row(row);
        found.map_or_else(String::new, |found| found.name(self.loss.titles()))
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn has_drag(&self) -> bool {
        self.loss == Loss::Places
    }

    fn dragged(&self, row: usize) -> Option<Dragged> {
        match &self.row(row)?.target {
            LossTarget::Place { at, .. } => Some(Dragged::Place(at.clone())),
            LossTarget::Column { .. }
            | LossTarget::Code { .. }
            | LossTarget::Definition(_)
            | LossTarget::Line { .. } => None,
        }
    }

    fn menu_ui(&mut self, ui: &mut Ui, row: usize) {
        let Some(found) = self.row(row) else { return };
        let cx = self.cx;
        let mut step = |name: &str| {
            let pressed = ui.button(name).clicked();
            if pressed {
                ui.close();
            }
            pressed
        };
        match &found.target {
            LossTarget::Place { at, .. } => {
                if step("Map to column…") {
                    self.map(found);
                }
                if step("Insert into script") {
                    go(cx, &found.target, false);
                    cx.send(Action::InsertIntoScript(Dragged::Place(at.clone())));
                }
                if step("Show in the first message that has it") {
                    go(cx, &found.target, true);
                }
            }
            LossTarget::Column { table, .. } => {
                if step("Show in the mapping") {
                    go(cx, &found.target, true);
                }
                if step("Show the table") {
                    cx.send(Action::ShowPart(Part::Table(table.clone())));
                }
            }
            LossTarget::Code {
                table, at, sample, ..
            } => {
                if has_codes(cx, table) && step("Show the code table") {
                    go(cx, &found.target, true);
                }
                if step("Show in the first message that has it") {
                    choose_sample(cx, *sample);
                    if let Some(at) = at {
                        choose_place(cx, at, true);
                    }
                }
            }
            LossTarget::Definition(_) => {
                if step("Show the definition") {
                    go(cx, &found.target, true);
                }
            }
            LossTarget::Line { .. } => {
                if step("Show in the script") {
                    go(cx, &found.target, true);
                }
            }
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let Some(Some(cell)) = self.order.get(column).copied() else {
            return self.step_ui(ui, row);
        };
        let Some(found) = self.row(row) else { return };
        let theme = Theme::of(ui);
        let colour = match (found.is_lost, self.loss) {
            (true, _) => *theme.text.strong,
            (false, Loss::Definitions) => *theme.text.body,
            (false, Loss::Places | Loss::Columns | Loss::Codes | Loss::Lines) => *theme.text.weak,
        };
        if cell == 0 && self.loss == Loss::Definitions && found.is_lost {
            dot(ui, *theme.severity.warning);
        }
        match found.cells.get(cell) {
            Some(LossCell::Count(count)) => {
                let count = RichText::new(count.to_string()).color(colour);
                cell_text(ui, count);
            }
            Some(LossCell::Text(text)) => {
                let words = RichText::new(text);
                let words = match (self.loss, cell) {
                    (Loss::Places | Loss::Codes, 0) | (Loss::Codes, 2) | (Loss::Lines, 3) => {
                        words.font(theme.code_font()).color(colour)
                    }
                    (_, 0) => words.color(colour),
                    _ => words.color(*theme.text.body),
                };
                cell_text(ui, words).on_hover_text(text);
            }
            None => {}
        }
    }
}
