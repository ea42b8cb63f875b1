//! Cells in rows and columns that are walked by keys and written in place. Only visible rows are laid out.

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{
    Align, Event, EventFilter, Id, Key, Layout, Modifiers, RichText, Role, ScrollArea, Sense,
    Stroke, StrokeKind, TextEdit, Ui, WidgetInfo,
};
use egui_extras::{Column, TableBuilder};

use super::super::theme::Theme;
use super::completion::{Completion, Proposal, Proposals, Step};
use super::rows::{ColumnSpec, Width, fitted_to};

/// What is shown.
pub(crate) struct GridView<'a> {
    /// The accessible name, also what the state is kept by.
    pub(crate) name: &'a str,
    pub(crate) columns: &'a [ColumnSpec],
    pub(crate) count: usize,
}

/// What the cells hold.
pub(crate) trait CellSource {
    /// What a screen reader says of a cell before its text: `PID-5 usage`.
    fn name(&self, row: usize, column: usize) -> String;
    /// What a screen reader says of what stands in a cell.
    fn text(&self, row: usize, column: usize) -> String;
    /// What is written over when the cell is edited; `None` for a cell that cannot be.
    fn editable(&self, row: usize, column: usize) -> Option<String>;
    /// What can be written, for what was typed; all where it is empty.
    fn choices(&self, _row: usize, _column: usize, _typed: &str) -> Vec<Proposal> {
        Vec::new()
    }
    /// Draws what stands in a cell.
    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize);
    /// Draws the context menu of a cell.
    fn menu_ui(&mut self, ui: &mut Ui, row: usize, column: usize);
}

/// The cell at hand and what is being written in it.
#[derive(Debug, Default)]
pub(crate) struct GridState {
    pub(crate) row: usize,
    pub(crate) column: usize,
    writing: Option<Writing>,
    reveal: bool,
    take_focus: bool,
}

#[derive(Debug)]
struct Writing {
    row: usize,
    column: usize,
    text: String,
    began: bool,
    select_all: bool,
    list: Option<Completion>,
}

/// What a person did in this frame.
#[derive(Clone, Debug, Default)]
pub(crate) struct GridResponse {
    /// A cell and what was written in it.
    pub(crate) written: Option<(usize, usize, String)>,
    /// Delete was pressed on a cell.
    pub(crate) cleared: Option<(usize, usize)>,
    /// Text from the clipboard for the cell at hand and those after it.
    pub(crate) pasted: Option<String>,
    pub(crate) focused: bool,
}

impl GridState {
    /// Goes to a cell and takes the keys.
    pub(crate) fn go(&mut self, row: usize, column: usize) {
        (self.row, self.column) = (row, column);
        self.writing = None;
        self.reveal = true;
        self.take_focus = true;
    }

    /// Whether a cell is being written.
    pub(crate) fn is_writing(&self) -> bool {
        self.writing.is_some()
    }

    fn begin(&mut self, source: &dyn CellSource, typed: Option<String>) {
        let Some(text) = source.editable(self.row, self.column) else {
            return;
        };
        let select_all = typed.is_none();
        let sought = typed.clone().unwrap_or_default();
        let list = list(source.choices(self.row, self.column, &sought), &sought);
        let list = list.map(|mut list| {
            if select_all {
                let now = list.proposals.list.iter().position(|one| one.text == text);
                list.chosen = now.unwrap_or(0);
            }
            list
        });
        self.writing = Some(Writing {
            row: self.row,
            column: self.column,
            text: typed.unwrap_or(text),
            began: false,
            select_all,
            list,
        });
    }
}

fn list(choices: Vec<Proposal>, typed: &str) -> Option<Completion> {
    let proposals = Proposals {
        typed: 0,
        list: choices,
        closing: "",
        eager: true,
    };
    Completion::new(proposals, typed)
}

impl GridView<'_> {
    /// The id that has the focus while cells are walked.
    pub(crate) fn id(name: &str) -> Id {
        Id::unique(("grid", name.to_owned()))
    }

    /// Shows the grid in all the space there is.
    pub(crate) fn ui(
        &self,
        ui: &mut Ui,
        state: &mut GridState,
        source: &mut dyn CellSource,
    ) -> GridResponse {
        let theme = Theme::of(ui);
        let area = ui.available_rect_before_wrap();
        ui.painter().rect_filled(area, 0.0, *theme.surface.sunken);
        let id = Self::id(self.name);
        let whole = ui.interact(area, id, Sense::focusable_noninteractive());
        whole.widget_info(|| WidgetInfo::labeled(Role::Grid, true, self.name));
        let mut response = GridResponse::default();
        if std::mem::take(&mut state.take_focus) {
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        state.row = state.row.min(self.count.saturating_sub(1));
        state.column = state.column.min(self.columns.len().saturating_sub(1));
        response.focused = ui.memory(|memory| memory.has_focus(id));
        if state.writing.is_some() {
            self.writing_keys(ui, id, state, &mut response);
        } else if response.focused && self.count > 0 {
            let page = (area.height() / theme.size.row) as usize;
            self.walking_keys(ui, id, state, source, page, &mut response);
        }
        // The lines between columns stay fainter than those between panels.
        ui.visuals_mut().widgets.noninteractive.bg_stroke.color = *theme.surface.line;
        ScrollArea::horizontal()
            .id_salt((self.name, "across"))
            .auto_shrink(false)
            .show(ui, |ui| {
                let wide = self.least_width(theme).max(ui.available_width());
                ui.set_width(wide);
                self.table_ui(ui, state, source, id, &mut response);
            });
        if response.focused {
            let edge = Stroke::new(1.0, *theme.accent.line);
            ui.painter()
                .rect_stroke(area.shrink(0.5), 0.0, edge, StrokeKind::Inside);
        }
        response
    }

    fn least_width(&self, theme: &Theme) -> f32 {
        let widths = self.columns.iter().map(|column| match column.width {
            Width::Points(width) => width,
            Width::Rest => theme.grid(32),
        });
        widths.sum::<f32>() + theme.grid(2) * f32::from(self.columns.len() as u8)
    }

    fn table_ui(
        &self,
        ui: &mut Ui,
        state: &mut GridState,
        source: &mut dyn CellSource,
        id: Id,
        response: &mut GridResponse,
    ) {
        let theme = Theme::of(ui);
        let fitted = fitted_to(self.columns, ui.available_width());
        let mut table = TableBuilder::new(ui)
            .id_salt((self.name, self.columns.len(), fitted))
            .sense(Sense::click())
            .resizable(true)
            .auto_shrink(false)
            .min_scrolled_height(0.0)
            .cell_layout(Layout::left_to_right(Align::Center));
        for column in self.columns {
            table = table.column(match column.width {
                Width::Points(width) => Column::initial(width).at_least(theme.grid(6)).clip(true),
                Width::Rest => Column::remainder().at_least(theme.grid(20)).clip(true),
            });
        }
        if std::mem::take(&mut state.reveal) && self.count > 0 {
            table = table.scroll_to_row(state.row, None);
        }
        let table = table.header(theme.size.row, |mut header| {
            for column in self.columns {
                header.col(|ui| {
                    ui.add_space(theme.grid(1));
                    let text = RichText::new(&column.title).small();
                    let text = text.color(*theme.text.weak);
                    ui.add(egui::Label::new(text).truncate());
                });
            }
        });
        let mut is_drawn = false;
        table.body(|body| {
            body.rows(theme.size.row, self.count, |mut row| {
                let index = row.index();
                row.set_selected(state.row == index);
                for column in 0..self.columns.len() {
                    let here = (state.row, state.column) == (index, column);
                    let writes = here && state.writing.is_some();
                    let (_, cell) = row.col(|ui| {
                        if writes {
                            is_drawn = true;
                            writing_ui(ui, id, state, source, response);
                        } else {
                            let whole = ui.max_rect();
                            ui.add_space(theme.grid(1));
                            source.cell_ui(ui, index, column);
                            if here {
                                let edge = Stroke::new(1.5, *theme.accent.line);
                                let kind = StrokeKind::Inside;
                                ui.painter().rect_stroke(whole, 2.0, edge, kind);
                            }
                        }
                    });
                    if writes {
                        continue;
                    }
                    walk_cell(&cell, (index, column), state, source, id);
                }
            });
        });
        if state.writing.is_some() && !is_drawn {
            // Scrolled out of sight: what was typed is written, not lost.
            finish(state, response);
        }
    }

    /// The keys while cells are walked.
    fn walking_keys(
        &self,
        ui: &Ui,
        id: Id,
        state: &mut GridState,
        source: &dyn CellSource,
        page: usize,
        response: &mut GridResponse,
    ) {
        let filter = EventFilter {
            vertical_arrows: true,
            horizontal_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let pressed =
            |modifiers, key| ui.input_mut(|input| input.count_and_consume_key(modifiers, key));
        let (none, command) = (Modifiers::NONE, Modifiers::COMMAND);
        let (row, column) = (state.row, state.column);
        let (last, end) = (self.count - 1, self.columns.len().saturating_sub(1));
        if pressed(command, Key::Home) > 0 {
            state.row = 0;
        }
        if pressed(command, Key::End) > 0 {
            state.row = last;
        }
        state.row = (state.row + pressed(none, Key::ArrowDown)).min(last);
        state.row = state.row.saturating_sub(pressed(none, Key::ArrowUp));
        state.row = (state.row + page * pressed(none, Key::PageDown)).min(last);
        state.row = state.row.saturating_sub(page * pressed(none, Key::PageUp));
        state.column = (state.column + pressed(none, Key::ArrowRight)).min(end);
        state.column = state.column.saturating_sub(pressed(none, Key::ArrowLeft));
        if pressed(none, Key::Home) > 0 {
            state.column = 0;
        }
        if pressed(none, Key::End) > 0 {
            state.column = end;
        }
        state.reveal |= (state.row, state.column) != (row, column);
        if pressed(none, Key::Delete) + pressed(none, Key::Backspace) > 0 {
            response.cleared = Some((state.row, state.column));
        }
        if pressed(none, Key::Enter) + pressed(none, Key::F2) > 0 {
            state.begin(source, None);
        }
        let typed = ui.input_mut(|input| {
            let mut typed = String::new();
            input.events.retain(|event| match event {
                Event::Text(text) => {
                    typed.push_str(text);
                    false
                }
                Event::Paste(text) => {
                    response.pasted = Some(text.clone());
                    false
                }
                _ => true,
            });
            typed
        });
        if !typed.is_empty() {
            state.begin(source, Some(typed));
        }
    }

    /// The keys while a cell is written, before its text can take them.
    fn writing_keys(&self, ui: &Ui, id: Id, state: &mut GridState, response: &mut GridResponse) {
        let Some(writing) = state.writing.as_mut() else {
            return;
        };
        match writing.list.as_mut().map(|list| (list.keys(ui), list)) {
            Some((Step::Accept(index), list)) => {
                if let Some(chosen) = list.proposals.list.get(index) {
                    writing.text.clone_from(&chosen.text);
                }
                finish(state, response);
                ui.memory_mut(|memory| memory.request_focus(id));
                return;
            }
            Some((Step::Close, _)) => {
                writing.list = None;
                return;
            }
            Some((Step::Stay, _)) | None => {}
        }
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let back = ui.input_mut(|input| input.consume_key(Modifiers::SHIFT, Key::Tab));
        let (enter, tab, escape) = (pressed(Key::Enter), pressed(Key::Tab), pressed(Key::Escape));
        if !(enter || tab || escape || back) {
            return;
        }
        if escape {
            state.writing = None;
        } else {
            finish(state, response);
        }
        if enter {
            state.row = (state.row + 1).min(self.count.saturating_sub(1));
        } else if tab {
            state.column = (state.column + 1).min(self.columns.len().saturating_sub(1));
        } else if back {
            state.column = state.column.saturating_sub(1);
        }
        state.reveal = true;
        ui.memory_mut(|memory| memory.request_focus(id));
    }
}

/// A cell that can be chosen and opened.
fn walk_cell(
    cell: &egui::Response,
    (row, column): (usize, usize),
    state: &mut GridState,
    source: &mut dyn CellSource,
    id: Id,
) {
    let here = (state.row, state.column) == (row, column);
    cell.widget_info(|| {
        let name = format!("{}: {}", source.name(row, column), source.text(row, column));
        WidgetInfo::selected(Role::Cell, true, here, name)
    });
    if cell.clicked() {
        (state.row, state.column) = (row, column);
        cell.ctx.memory_mut(|memory| memory.request_focus(id));
        if here {
            state.begin(source, None);
        }
    }
    if cell.double_clicked() && state.writing.is_none() {
        state.begin(source, None);
    }
    if cell.secondary_clicked() {
        (state.row, state.column) = (row, column);
        cell.ctx.memory_mut(|memory| memory.request_focus(id));
    }
    cell.context_menu(|ui| source.menu_ui(ui, row, column));
}

/// Takes what was written.
fn finish(state: &mut GridState, response: &mut GridResponse) {
    if let Some(writing) = state.writing.take() {
        response.written = Some((writing.row, writing.column, writing.text));
    }
}

/// The cell that is being written, with what can be written below it.
fn writing_ui(
    ui: &mut Ui,
    grid: Id,
    state: &mut GridState,
    source: &dyn CellSource,
    response: &mut GridResponse,
) {
    let Some(writing) = state.writing.as_mut() else {
        return;
    };
    let id = grid.with("writing");
    let rect = ui.max_rect();
    let field = TextEdit::singleline(&mut writing.text)
        .id(id)
        .lock_focus(true)
        .margin(Theme::of(ui).margin(1, 0))
        .align(egui::Align2::LEFT_CENTER)
        .desired_width(f32::INFINITY);
    let field = ui.add_sized(rect.size(), field);
    let name = source.name(writing.row, writing.column);
    field
        .ctx
        .accesskit_node_builder(field.id, |node| node.set_label(name));
    // Escape and Tab are the grid's, not the window's.
    let filter = EventFilter {
        tab: true,
        escape: true,
        horizontal_arrows: true,
        vertical_arrows: true,
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    if field.changed() {
        let choices = source.choices(writing.row, writing.column, &writing.text);
        writing.list = list(choices, &writing.text);
    }
    if let Some(list) = &writing.list {
        let at = rect.left_bottom() + egui::vec2(0.0, 2.0);
        if let Some(index) = list.ui(ui, id.with("choices"), at) {
            if let Some(chosen) = list.proposals.list.get(index) {
                writing.text.clone_from(&chosen.text);
            }
            finish(state, response);
            ui.memory_mut(|memory| memory.request_focus(grid));
            return;
        }
    }
    if !writing.began {
        writing.began = true;
        let end = CCursor::new(writing.text.chars().count());
        let start = if writing.select_all {
            CCursor::new(0)
        } else {
            end
        };
        let mut kept = TextEditState::load(ui.ctx(), id).unwrap_or_default();
        kept.cursor
            .set_char_range(Some(CCursorRange::two(start, end)));
        kept.store(ui.ctx(), id);
        field.request_focus();
    } else if field.lost_focus() || !field.has_focus() {
        finish(state, response);
    }
}
