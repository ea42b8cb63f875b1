//! Rows in columns: lists, trees and grids. Only visible rows are laid out; keys move the choice.

use egui::{
    Align, EventFilter, Id, Key, Layout, Modifiers, Pos2, Rect, Role, Sense, Stroke, Ui, Vec2,
    WidgetInfo,
};
use egui_extras::{Column, TableBuilder};

use super::super::drag::Dragged;
use super::super::theme::Theme;

/// Column widths are kept apart for each so many points of a panel's width.
const WIDTH_STEP: f32 = 160.0;

/// A column's title and how wide it starts.
pub(crate) struct ColumnSpec {
    pub(crate) title: String,
    pub(crate) width: Width,
    /// How the rows stand by it, where a click on its title sorts them.
    pub(crate) sorting: Option<Sorting>,
}

/// How rows stand by a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sorting {
    /// They stand by another one, or as they came.
    #[default]
    No,
    /// The least first.
    Up,
    /// The greatest first.
    Down,
}

/// How wide a column is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Width {
    /// Starts with so many points; a person can change it.
    Points(f32),
    /// Takes what the others leave.
    Rest,
}

/// What the widths that a table remembers, in points, are good for: a panel that became much narrower, as
/// with a larger scale, begins anew, else its last columns would be out of sight. Where the last column
/// takes what the others leave, smaller changes are taken up by it; elsewhere nothing does.
pub(super) fn fitted_to(columns: &[ColumnSpec], width: f32) -> u32 {
    match columns.last().map(|column| column.width) {
        Some(Width::Rest) => (width / WIDTH_STEP) as u32,
        Some(Width::Points(_)) | None => width as u32,
    }
}

impl ColumnSpec {
    pub(crate) fn new(title: impl Into<String>, width: Width) -> Self {
        Self {
            title: title.into(),
            width,
            sorting: None,
        }
    }

    /// The same with a title that sorts the rows.
    pub(crate) fn sorting(mut self, sorting: Sorting) -> Self {
        self.sorting = Some(sorting);
        self
    }
}

/// Where a row stands in a tree.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Outline {
    pub(crate) depth: u16,
    /// Whether the rows below it are shown; `None` when there are none.
    pub(crate) open: Option<bool>,
}

/// What is shown.
pub(crate) struct RowsView<'a> {
    /// The accessible name, also what the state is kept by.
    pub(crate) name: &'a str,
    pub(crate) role: Role,
    pub(crate) columns: &'a [ColumnSpec],
    pub(crate) count: usize,
    pub(crate) selected: Option<usize>,
    /// Scroll to the selected row, because it was chosen elsewhere.
    pub(crate) reveal: bool,
}

/// What the rows hold.
pub(crate) trait RowSource {
    /// What a screen reader says of the row.
    fn name(&self, row: usize) -> String;
    /// Where the row stands in a tree.
    fn outline(&self, _row: usize) -> Outline {
        Outline::default()
    }
    /// Whether rows have a context menu.
    fn has_menu(&self) -> bool {
        false
    }
    /// Whether rows can be dragged.
    fn has_drag(&self) -> bool {
        false
    }
    /// What a row is while it is dragged.
    fn dragged(&self, _row: usize) -> Option<Dragged> {
        None
    }
    /// Draws the context menu of a row.
    fn menu_ui(&mut self, _ui: &mut Ui, _row: usize) {}
    /// The row to scroll into sight although it is not the chosen one.
    fn sight(&self) -> Option<usize> {
        None
    }
    /// Draws one cell.
    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize);
}

/// What a person did in this frame.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RowsResponse {
    pub(crate) selected: Option<usize>,
    /// It was chosen by a click, not by keys.
    pub(crate) clicked: bool,
    /// The column that was clicked.
    pub(crate) column: Option<usize>,
    /// The row whose rows below it are to be shown or hidden.
    pub(crate) toggled: Option<usize>,
    /// The row that was opened by a double click or Enter.
    pub(crate) activated: Option<usize>,
    /// The column by whose title the rows are to be sorted.
    pub(crate) sorted: Option<usize>,
    pub(crate) focused: bool,
}

impl RowsView<'_> {
    /// Shows the rows in all the space there is.
    pub(crate) fn ui(&self, ui: &mut Ui, source: &mut dyn RowSource) -> RowsResponse {
        let theme = Theme::of(ui);
        let area = ui.available_rect_before_wrap();
        ui.painter().rect_filled(area, 0.0, *theme.surface.sunken);
        let id = Id::unique(("rows", self.name));
        let whole = ui.interact(area, id, Sense::focusable_noninteractive());
        whole.widget_info(|| WidgetInfo::labeled(self.role, true, self.name));
        let mut response = RowsResponse::default();
        let keyed = self.keys(
            ui,
            id,
            source,
            (area.height() / theme.size.row) as usize,
            &mut response,
        );
        // The lines between columns stay fainter than those between panels.
        ui.visuals_mut().widgets.noninteractive.bg_stroke.color = *theme.surface.line;
        let mut table = TableBuilder::new(ui)
            .id_salt((
                self.name,
                self.columns.len(),
                fitted_to(self.columns, area.width()),
            ))
            .sense(if source.has_drag() {
                Sense::click_and_drag()
            } else {
                Sense::click()
            })
            .resizable(true)
            .auto_shrink(false)
            .min_scrolled_height(0.0)
            .cell_layout(Layout::left_to_right(Align::Center));
        for column in self.columns {
            table = table.column(match column.width {
                Width::Points(width) => Column::initial(width).at_least(theme.grid(6)).clip(true),
                Width::Rest => Column::remainder().at_least(theme.grid(10)).clip(true),
            });
        }
        let revealed = self.selected.filter(|_| self.reveal);
        if let Some(row) = keyed.or(revealed).or(source.sight()) {
            table = table.scroll_to_row(row, None);
        }
        let head = if self.has_titles() {
            theme.size.row + theme.grid(1)
        } else {
            0.0
        };
        let table = table.header(head, |mut header| {
            for (index, column) in self.columns.iter().enumerate() {
                header.col(|ui| {
                    if header_ui(ui, theme, column) {
                        response.sorted = Some(index);
                    }
                });
            }
        });
        table.body(|body| {
            body.rows(theme.size.row, self.count, |mut row| {
                let index = row.index();
                let chosen = self.selected == Some(index);
                row.set_selected(chosen);
                for column in 0..self.columns.len() {
                    let (_, cell) = row.col(|ui| {
                        ui.add_space(theme.grid(1));
                        if column == 0 && self.role == Role::Tree {
                            outline_ui(
                                ui,
                                theme,
                                source.outline(index),
                                source,
                                index,
                                &mut response,
                            );
                        }
                        source.cell_ui(ui, index, column);
                    });
                    if cell.clicked() {
                        response.column = Some(column);
                    }
                }
                let row = row.response();
                let role = if self.role == Role::Tree {
                    Role::TreeItem
                } else {
                    Role::Row
                };
                row.widget_info(|| WidgetInfo::selected(role, true, chosen, source.name(index)));
                row.ctx
                    .accesskit_node_builder(row.id, |node| node.set_selected(chosen));
                if row.clicked() {
                    response.selected = Some(index);
                    response.clicked = true;
                    row.ctx.memory_mut(|memory| memory.request_focus(id));
                }
                if row.drag_started()
                    && let Some(dragged) = source.dragged(index)
                {
                    egui::DragAndDrop::set_payload(&row.ctx, dragged);
                }
                if source.has_menu() {
                    if row.secondary_clicked() {
                        response.selected = Some(index);
                    }
                    row.context_menu(|ui| source.menu_ui(ui, index));
                }
                if row.double_clicked() {
                    response.activated = Some(index);
                }
            });
        });
        if self.has_titles() {
            let line = Stroke::new(1.0, *theme.surface.border);
            ui.painter().hline(area.x_range(), area.top() + head, line);
        }
        if response.focused {
            let edge = Stroke::new(1.0, *theme.accent.line);
            ui.painter()
                .rect_stroke(area.shrink(0.5), 0.0, edge, egui::StrokeKind::Inside);
        }
        response
    }

    /// A list whose columns have no titles has no head.
    fn has_titles(&self) -> bool {
        self.columns.iter().any(|column| !column.title.is_empty())
    }

    /// Moves the choice by keys; the row to scroll to.
    fn keys(
        &self,
        ui: &Ui,
        id: Id,
        source: &dyn RowSource,
        page: usize,
        response: &mut RowsResponse,
    ) -> Option<usize> {
        response.focused = ui.memory(|memory| memory.has_focus(id));
        if !response.focused || self.count == 0 {
            return None;
        }
        let filter = EventFilter {
            vertical_arrows: true,
            horizontal_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let last = self.count - 1;
        let here = self.selected;
        let mut to = None;
        if pressed(Key::ArrowDown) {
            to = Some(here.map_or(0, |row| (row + 1).min(last)));
        }
        if pressed(Key::ArrowUp) {
            to = Some(here.map_or(last, |row| row.saturating_sub(1)));
        }
        if pressed(Key::PageDown) {
            to = Some(here.map_or(0, |row| (row + page).min(last)));
        }
        if pressed(Key::PageUp) {
            to = Some(here.map_or(0, |row| row.saturating_sub(page)));
        }
        if pressed(Key::Home) {
            to = Some(0);
        }
        if pressed(Key::End) {
            to = Some(last);
        }
        if let Some(row) = here {
            let outline = source.outline(row);
            if pressed(Key::ArrowRight) && outline.open == Some(false) {
                response.toggled = Some(row);
            }
            if pressed(Key::ArrowLeft) {
                match outline.open {
                    Some(true) => response.toggled = Some(row),
                    // Up to the row that holds this one.
                    Some(false) | None => {
                        to = (0..row)
                            .rev()
                            .find(|&above| source.outline(above).depth < outline.depth);
                    }
                }
            }
            if pressed(Key::Enter) {
                response.activated = Some(row);
            }
        }
        response.selected = to;
        to
    }
}

/// The title of a column; whether the rows are to be sorted by it.
fn header_ui(ui: &mut Ui, theme: &Theme, column: &ColumnSpec) -> bool {
    ui.add_space(theme.grid(1));
    let title = &column.title;
    let small = |text: String| egui::RichText::new(text).small();
    let Some(sorting) = column.sorting else {
        let text = small(title.clone()).color(*theme.text.weak);
        ui.add(egui::Label::new(text).truncate());
        return false;
    };
    let (text, colour, tip) = match sorting {
        Sorting::No => (title.clone(), theme.text.weak, "Sort by this"),
        Sorting::Up => (format!("{title} ↑"), theme.text.accent, "The least first"),
        Sorting::Down => (
            format!("{title} ↓"),
            theme.text.accent,
            "The greatest first",
        ),
    };
    ui.spacing_mut().button_padding.x = 0.0;
    let button = egui::Button::new(small(text).color(*colour))
        .frame(false)
        .truncate();
    let button = ui.add(button).on_hover_text(tip);
    button.widget_info(|| {
        let is_on = sorting != Sorting::No;
        WidgetInfo::selected(Role::Button, true, is_on, format!("Sort by {title}"))
    });
    button.clicked()
}

/// The indentation and the triangle that shows or hides the rows below.
fn outline_ui(
    ui: &mut Ui,
    theme: &Theme,
    outline: Outline,
    source: &dyn RowSource,
    row: usize,
    response: &mut RowsResponse,
) {
    ui.add_space(f32::from(outline.depth) * theme.grid(4));
    let (rect, toggle) = ui.allocate_exact_size(Vec2::splat(theme.grid(4)), Sense::click());
    let Some(open) = outline.open else { return };
    let words = if open {
        "Hide what is inside"
    } else {
        "Show what is inside"
    };
    toggle.widget_info(|| {
        WidgetInfo::labeled(Role::Button, true, format!("{words} {}", source.name(row)))
    });
    let colour = if toggle.hovered() {
        theme.text.strong
    } else {
        theme.text.weak
    };
    chevron(ui, rect, open, *colour);
    if toggle.clicked() {
        response.toggled = Some(row);
    }
}

fn chevron(ui: &Ui, rect: Rect, open: bool, colour: egui::Color32) {
    let (centre, reach) = (rect.center(), 3.5);
    let at = |x: f32, y: f32| Pos2::new(centre.x + x * reach, centre.y + y * reach);
    let points = if open {
        vec![at(-1.0, -0.5), at(0.0, 0.5), at(1.0, -0.5)]
    } else {
        vec![at(-0.5, -1.0), at(0.5, 0.0), at(-0.5, 1.0)]
    };
    ui.painter()
        .add(egui::Shape::line(points, Stroke::new(1.5, colour)));
}

/// One line of text in a cell, cut off where the cell ends, whole when the pointer rests on it.
pub(crate) fn cell_text(ui: &mut Ui, text: impl Into<egui::WidgetText>) -> egui::Response {
    ui.add(egui::Label::new(text).truncate())
}

/// A small dot in the colour of a state; words beside it say the state, too.
pub(crate) fn dot(ui: &mut Ui, colour: egui::Color32) {
    let size = Theme::of(ui).grid(2);
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(size), Sense::hover());
    ui.painter()
        .circle_filled(rect.center(), size * 0.45, colour);
}
