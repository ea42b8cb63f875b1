//! The grid of fields or components: a row for each, a column for each attribute, written in place.

use egui::{Color32, Frame, RichText, Sense, Ui};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::super::widgets::{
    CellSource, ColumnSpec, GridResponse, GridState, GridView, Proposal, Width, cell_text,
};
use super::attribute::Attr;
use super::explorer_entries::problems_in;
use super::origin;
use super::problems::colour;
use crate::diagnostic::Severity;
use crate::profile::{Edit, PartOrigin, PartPath};
use crate::standard::Version;

/// A field or a component as it is shown.
pub(super) struct Row {
    pub(super) number: u16,
    /// By attribute, as the grid lists them.
    pub(super) texts: Vec<String>,
    /// The version that says it where no profile does, by attribute; `None` where a profile does.
    pub(super) standard: Vec<Option<Version>>,
    /// What the message at hand has there.
    pub(super) here: String,
}

/// What the grid shows.
pub(super) struct Sheet<'a, 'c> {
    pub(super) cx: &'a Cx<'c>,
    /// The accessible name: `Fields of PID`.
    pub(super) name: &'a str,
    /// What stands before a number: `PID-`.
    pub(super) place: &'a str,
    /// The list in the profile: `segments/PID/fields`.
    pub(super) list: PartPath,
    pub(super) attrs: &'static [Attr],
    pub(super) rows: &'a [Row],
    /// Whether the value of the message at hand has a column.
    pub(super) has_here: bool,
    /// Whether a last row takes a new one.
    pub(super) grows: bool,
    /// Whether a text can stand there beyond what the attribute asks.
    pub(super) check: &'a dyn Fn(u16, Attr, &str) -> Result<(), String>,
}

/// What a person asked of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// An attribute is said anew.
    Set(u16, Attr, String),
    /// One more stands before this one.
    Insert(u16),
    Remove(u16),
    Move(u16, u16),
}

/// What a cell says of itself.
struct Cell {
    text: String,
    origin: Option<PartOrigin>,
    problem: Option<(Severity, String)>,
    is_draft: bool,
}

impl Sheet<'_, '_> {
    /// The sheet in what is left of the panel, with what is said of the cell at hand below it.
    pub(super) fn with_foot_ui(&self, ui: &mut Ui, state: &mut GridState) -> Vec<Act> {
        let theme = Theme::of(ui);
        let size = egui::vec2(
            ui.available_width(),
            (ui.available_height() - theme.grid(8)).max(theme.grid(20)),
        );
        let sheet = |ui: &mut Ui| {
            ui.set_min_size(size);
            self.ui(ui, state)
        };
        let acts = ui.allocate_ui(size, sheet).inner;
        Frame::new()
            .inner_margin(theme.margin(4, 1))
            .show(ui, |ui| self.foot_ui(ui, state));
        acts
    }

    /// Shows the grid in all the space there is.
    fn ui(&self, ui: &mut Ui, state: &mut GridState) -> Vec<Act> {
        let mut columns = vec![ColumnSpec::new("", Width::Points(64.0))];
        let here = self
            .has_here
            .then(|| ColumnSpec::new("Here", Width::Points(120.0)));
        columns.extend(self.attrs.iter().map(|attr| attr.column()));
        if let Some(here) = here {
            columns.insert(2, here);
        }
        let view = GridView {
            name: self.name,
            columns: &columns,
            count: self.rows.len() + usize::from(self.grows),
        };
        let mut cells = Cells {
            sheet: self,
            acts: Vec::new(),
        };
        let response = view.ui(ui, state, &mut cells);
        let mut acts = cells.acts;
        self.respond(ui, state, response, &mut acts);
        acts
    }

    fn respond(&self, ui: &Ui, state: &mut GridState, response: GridResponse, acts: &mut Vec<Act>) {
        if let Some((row, column, text)) = response.written {
            self.write(row, column, &text, acts);
        }
        if let Some((row, column)) = response.cleared {
            match self.attr(column) {
                Some(attr) => self.revert(row, attr),
                None => self.revert_row(row),
            }
        }
        if !response.focused || state.is_writing() {
            return;
        }
        let Some(number) = self.rows.get(state.row).map(|row| row.number) else {
            return;
        };
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        let command = egui::Modifiers::COMMAND;
        if pressed(egui::Modifiers::NONE, egui::Key::Insert) && self.grows {
            acts.push(Act::Insert(number));
        }
        if pressed(command, egui::Key::Delete) && self.grows {
            acts.push(Act::Remove(number));
        }
        for (key, to) in [
            (
                egui::Key::ArrowUp,
                number.checked_sub(1).filter(|to| *to > 0),
            ),
            (
                egui::Key::ArrowDown,
                Some(number + 1).filter(|to| usize::from(*to) <= self.rows.len()),
            ),
        ] {
            if let Some(to) = to.filter(|_| self.grows && pressed(command, key)) {
                acts.push(Act::Move(number, to));
                state.go(usize::from(to) - 1, state.column);
            }
        }
    }

    /// The attribute of a column; `None` for the number and the value of the message at hand.
    fn attr(&self, column: usize) -> Option<Attr> {
        let at = match column {
            0 => return None,
            1 => 0,
            2 if self.has_here => return None,
            column => column - 1 - usize::from(self.has_here),
        };
        self.attrs.get(at).copied()
    }

    fn number(&self, row: usize) -> u16 {
        let known = self.rows.get(row).map(|row| row.number);
        let next = self
            .rows
            .last()
            .map_or(1, |last| last.number.saturating_add(1));
        known.unwrap_or(next)
    }

    fn part(&self, row: usize, attr: Attr) -> PartPath {
        let of_row = self.list.child(self.number(row).to_string());
        let name = attr.parts().first().copied().unwrap_or_default();
        of_row.child(name)
    }

    fn write(&self, row: usize, column: usize, text: &str, acts: &mut Vec<Act>) {
        let Some(attr) = self.attr(column) else {
            return;
        };
        let (part, text) = (self.part(row, attr), text.trim());
        let index = self.attrs.iter().position(|known| *known == attr);
        let shown = self.rows.get(row).zip(index);
        let shown = shown.and_then(|(row, index)| row.texts.get(index));
        let had_draft = self.cx.session.cell_draft(&part).is_some();
        if shown.is_some_and(|shown| shown == text) && !had_draft {
            return;
        }
        if text.is_empty() {
            return self.revert(row, attr);
        }
        let number = self.number(row);
        let verdict = attr
            .check(text)
            .and_then(|()| (self.check)(number, attr, text));
        let draft = verdict.is_err().then(|| text.into());
        if draft.is_some() || had_draft {
            self.cx.send(Action::WriteCell { part, text: draft });
        }
        if verdict.is_ok() && shown.is_none_or(|shown| shown != text) {
            acts.push(Act::Set(number, attr, text.to_owned()));
        }
    }

    /// Takes what is inherited again, for one attribute.
    fn revert(&self, row: usize, attr: Attr) {
        let of_row = self.list.child(self.number(row).to_string());
        let first = self.part(row, attr);
        if self.cx.session.cell_draft(&first).is_some() {
            let text = None;
            self.cx.send(Action::WriteCell { part: first, text });
        }
        for part in attr.parts() {
            let part = of_row.child(*part);
            if self.cx.session.origins().says(&part) && self.is_own(&part) {
                self.cx.send(Action::Edit(Edit::Revert { part }));
            }
        }
    }

    fn revert_row(&self, row: usize) {
        let part = self.list.child(self.number(row).to_string());
        if self.is_own(&part) {
            self.cx.send(Action::Edit(Edit::Revert { part }));
        }
    }

    fn is_own(&self, part: &PartPath) -> bool {
        self.cx.session.origins().is_own(part)
    }

    fn cell(&self, row: usize, column: usize) -> Cell {
        let shown = self.rows.get(row);
        let Some(attr) = self.attr(column) else {
            let text = match (column, shown) {
                (0, Some(row)) => format!("{}{}", self.place, row.number),
                (0, None) => "New".to_owned(),
                (_, Some(row)) => row.here.clone(),
                (_, None) => String::new(),
            };
            return Cell {
                text,
                origin: None,
                problem: None,
                is_draft: false,
            };
        };
        let part = self.part(row, attr);
        let index = self
            .attrs
            .iter()
            .position(|known| *known == attr)
            .unwrap_or(0);
        if let Some(draft) = self.cx.session.cell_draft(&part) {
            let verdict = attr.check(draft);
            let verdict = verdict.and_then(|()| (self.check)(self.number(row), attr, draft));
            return Cell {
                text: draft.to_string(),
                origin: Some(PartOrigin::Site),
                problem: verdict.err().map(|why| (Severity::Error, why)),
                is_draft: true,
            };
        }
        let Some(shown) = shown else {
            return Cell {
                text: String::new(),
                origin: None,
                problem: None,
                is_draft: false,
            };
        };
        let standard = shown.standard.get(index).copied().flatten();
        let origin = match standard {
            Some(version) => PartOrigin::Standard(version),
            None => self.cx.session.origins().of(&part),
        };
        let problem = problems_in(self.cx, &part).next().map(|found| {
            let help = found.diagnostic.help.as_ref();
            let help = help.map(|help| format!("; {help}")).unwrap_or_default();
            let text = format!("{}{help}", found.diagnostic.message);
            (found.diagnostic.severity, text)
        });
        Cell {
            text: shown.texts.get(index).cloned().unwrap_or_default(),
            origin: Some(origin),
            problem,
            is_draft: false,
        }
    }

    /// What is known of the cell at hand, in a line below the grid.
    fn foot_ui(&self, ui: &mut Ui, state: &GridState) {
        let theme = Theme::of(ui);
        let cell = self.cell(state.row, state.column);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme.grid(2);
            if let Some((severity, text)) = &cell.problem {
                let text = RichText::new(text).small();
                let text = text.color(*colour(theme, *severity));
                ui.add(egui::Label::new(text).truncate());
                return;
            }
            let Some(attr) = self.attr(state.column) else {
                return;
            };
            let place = format!("{}{} {}", self.place, self.number(state.row), attr.title());
            ui.label(RichText::new(place).small().color(*theme.text.body));
            if let Some(found) = &cell.origin {
                origin::mark_ui(ui, found);
                let words = RichText::new(origin::words(found)).small();
                ui.label(words.color(origin::colour(theme, found)));
            }
            let keys = if cell.origin == Some(PartOrigin::Site) {
                "Enter writes it · Del takes what is inherited"
            } else {
                "Enter or typing says it for the site"
            };
            let keys = RichText::new(keys).small().color(*theme.text.weak);
            ui.add(egui::Label::new(keys).truncate());
        });
    }
}

struct Cells<'a, 's, 'c> {
    sheet: &'a Sheet<'s, 'c>,
    acts: Vec<Act>,
}

impl CellSource for Cells<'_, '_, '_> {
    fn name(&self, row: usize, column: usize) -> String {
        let sheet = self.sheet;
        let number = sheet.number(row);
        let what = match (sheet.attr(column), column) {
            (Some(attr), _) => attr.title(),
            (None, 0) => "number",
            (None, _) => "here",
        };
        format!("{}{number} {what}", sheet.place)
    }

    fn text(&self, row: usize, column: usize) -> String {
        let cell = self.sheet.cell(row, column);
        let origin = cell.origin.map(|origin| format!(", {origin}"));
        let problem = cell.problem.map(|(_, why)| format!(", problem: {why}"));
        format!(
            "{}{}{}",
            cell.text,
            origin.unwrap_or_default(),
            problem.unwrap_or_default()
        )
    }

    fn editable(&self, row: usize, column: usize) -> Option<String> {
        self.sheet.attr(column)?;
        Some(self.sheet.cell(row, column).text)
    }

    fn choices(&self, _row: usize, column: usize, typed: &str) -> Vec<Proposal> {
        let profile = self.sheet.cx.session.profile();
        let attr = self.sheet.attr(column);
        attr.map(|attr| attr.choices(profile, typed))
            .unwrap_or_default()
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let theme = Theme::of(ui);
        let cell = self.sheet.cell(row, column);
        if column == 0 {
            let is_new = row >= self.sheet.rows.len();
            let ink = if is_new {
                theme.text.weak
            } else {
                theme.level.segment
            };
            let text = RichText::new(cell.text).font(theme.code_font());
            cell_text(ui, text.color(*ink));
            return;
        }
        if self.sheet.attr(column).is_none() {
            let text = RichText::new(cell.text).font(theme.code_font());
            cell_text(ui, text.color(*theme.text.body));
            return;
        }
        cell_ui(ui, theme, &cell);
    }

    fn menu_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let sheet = self.sheet;
        let number = sheet.number(row);
        let attr = sheet.attr(column);
        let is_there = row < sheet.rows.len();
        let item = |ui: &mut Ui, can: bool, name: String, key: &str| {
            let clicked = ui
                .add_enabled(can, egui::Button::new(name).shortcut_text(key))
                .clicked();
            if clicked {
                ui.close();
            }
            clicked
        };
        if let Some(attr) = attr {
            let own = sheet.cell(row, column);
            let can = own.origin == Some(PartOrigin::Site) || own.is_draft;
            let name = format!("Revert {} to inherited", attr.title().to_lowercase());
            if item(ui, can, name, "Del") {
                sheet.revert(row, attr);
            }
        }
        let part = sheet.list.child(number.to_string());
        let can = is_there && sheet.is_own(&part);
        let name = format!("Revert {}{number} to inherited", sheet.place);
        if item(ui, can, name, "") {
            sheet.revert_row(row);
        }
        if sheet.grows && is_there {
            ui.separator();
            if item(ui, true, "Insert one before".to_owned(), "Ins") {
                self.acts.push(Act::Insert(number));
            }
            if item(ui, number > 1, "Move up".to_owned(), "Ctrl+↑") {
                self.acts.push(Act::Move(number, number - 1));
            }
            if item(
                ui,
                row + 1 < sheet.rows.len(),
                "Move down".to_owned(),
                "Ctrl+↓",
            ) {
                self.acts.push(Act::Move(number, number + 1));
            }
            if item(
                ui,
                true,
                format!("Remove {}{number}", sheet.place),
                "Ctrl+Del",
            ) {
                self.acts.push(Act::Remove(number));
            }
        }
    }
}

/// What stands in a cell, who says it, and a line under what is wrong.
fn cell_ui(ui: &mut Ui, theme: &Theme, cell: &Cell) {
    let whole = ui.max_rect();
    let (sign, hovered) = ui.allocate_exact_size(egui::Vec2::splat(theme.grid(2)), Sense::hover());
    ui.spacing_mut().item_spacing.x = theme.grid(1);
    let mut ink: Color32 = *theme.text.weak;
    if let Some(origin) = &cell.origin {
        let is_inherited = matches!(origin, PartOrigin::Standard(_));
        if !is_inherited {
            origin::mark(ui, sign.center(), origin);
            ink = *theme.text.strong;
        } else if !cell.text.is_empty() {
            origin::mark(ui, sign.center(), origin);
        }
        if matches!(origin, PartOrigin::Template(_)) {
            ink = *theme.text.body;
        }
        hovered.on_hover_text(origin::words(origin));
    }
    let mut text = RichText::new(&cell.text).color(ink);
    if let Some((severity, why)) = &cell.problem {
        let line = *colour(theme, *severity);
        text = text.color(line);
        cell_text(ui, text).on_hover_text(why);
        let under = egui::Stroke::new(1.5, line);
        ui.painter()
            .hline(whole.shrink(3.0).x_range(), whole.bottom() - 3.0, under);
        return;
    }
    cell_text(ui, text);
}
