//! A grid of two columns: what stands for what, with a last row that takes a new pair by typing.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{RichText, Ui};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::super::widgets::{
    CellSource, ColumnSpec, GridState, GridView, Proposal, Width, cell_text,
};
use super::explorer_entries::problems_in;
use super::origin;
use super::problems::colour;
use crate::profile::{Edit, PartPath};

const IN_SAMPLES: &str = "In the samples";

/// How often a code stands in the samples, once that is counted.
pub(super) type CountOf<'a> = dyn Fn(&str) -> Option<u64> + 'a;

/// What stands for what.
pub(super) type Pairs = BTreeMap<Arc<str>, Arc<str>>;

/// What the grid shows.
pub(super) struct PairsView<'a, 'c> {
    pub(super) cx: &'a Cx<'c>,
    /// The accessible name, and what a row is called.
    pub(super) name: &'a str,
    pub(super) titles: [&'a str; 2],
    /// The map in the profile: `codes/sex/maps`.
    pub(super) list: PartPath,
    pub(super) pairs: &'a Pairs,
    /// What the second column is likely to be, with its meaning.
    pub(super) offered: &'a Pairs,
    /// How often a code of the first column stands in the samples, once that is counted.
    pub(super) count: Option<&'a CountOf<'a>>,
}

impl PairsView<'_, '_> {
    /// Shows the grid in all the space there is; the pairs as they were changed.
    pub(super) fn ui(&self, ui: &mut Ui, state: &mut GridState) -> Option<Pairs> {
        let half = (ui.available_width() * 0.34).clamp(96.0, 220.0);
        let mut columns = vec![
            ColumnSpec::new(self.titles[0], Width::Points(half)),
            ColumnSpec::new(self.titles[1], Width::Rest),
        ];
        if self.count.is_some() {
            columns.push(ColumnSpec::new(IN_SAMPLES, Width::Points(96.0)));
        }
        let rows: Vec<(&Arc<str>, &Arc<str>)> = self.pairs.iter().collect();
        let view = GridView {
            name: self.name,
            columns: &columns,
            count: rows.len() + 1,
        };
        let mut cells = Cells {
            view: self,
            rows: &rows,
            removed: None,
        };
        let response = view.ui(ui, state, &mut cells);
        self.cx.takes_paste(response.focused);
        let removed = cells.removed.take();
        let mut changed = None;
        if let Some((row, column, text)) = response.written {
            changed = self.write(&rows, (row, column), text.trim(), state);
        }
        if let Some(text) = response.pasted {
            changed = Some(self.paste(&rows, state, &text));
        }
        let cleared = response.cleared.map(|(row, _)| row).or(removed);
        if let Some((key, _)) = cleared.and_then(|row| rows.get(row)) {
            self.remove(key);
        }
        changed
    }

    fn part(&self, rows: &[(&Arc<str>, &Arc<str>)], row: usize) -> PartPath {
        let key = rows.get(row).map(|(key, _)| Arc::clone(key));
        self.list.child(key.unwrap_or_default())
    }

    fn write(
        &self,
        rows: &[(&Arc<str>, &Arc<str>)],
        (row, column): (usize, usize),
        text: &str,
        state: &mut GridState,
    ) -> Option<Pairs> {
        let known = rows.get(row);
        let mut pairs = self.pairs.clone();
        if column == 1 {
            let (key, value) = known?;
            if ***value == *text {
                return None;
            }
            pairs.insert(Arc::clone(key), text.into());
            return Some(pairs);
        }
        let is_same = known.is_some_and(|(key, _)| ***key == *text);
        let is_taken = !is_same && self.pairs.contains_key(text);
        let part = self.part(rows, row);
        if is_taken || self.cx.session.cell_draft(&part).is_some() {
            let text = is_taken.then(|| text.into());
            self.cx.send(Action::WriteCell { part, text });
        }
        if is_taken || is_same || text.is_empty() {
            return None;
        }
        let value = known.and_then(|(key, _)| pairs.remove(&**key));
        pairs.insert(text.into(), value.unwrap_or_default());
        let at = pairs.keys().position(|key| **key == *text).unwrap_or(0);
        state.go(at, 1);
        Some(pairs)
    }

    /// Takes two columns from a spreadsheet, or one into the column at hand.
    fn paste(&self, rows: &[(&Arc<str>, &Arc<str>)], state: &GridState, text: &str) -> Pairs {
        let mut pairs = self.pairs.clone();
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        for (line, row) in lines.zip(state.row..) {
            match (line.split_once('\t'), rows.get(row)) {
                (Some((key, value)), _) => {
                    pairs.insert(key.trim().into(), value.trim().into());
                }
                (None, Some((key, _))) if state.column == 1 => {
                    pairs.insert(Arc::clone(key), line.trim().into());
                }
                (None, _) => {
                    pairs.entry(line.trim().into()).or_default();
                }
            }
        }
        pairs
    }

    fn remove(&self, key: &Arc<str>) {
        let part = self.list.child(Arc::clone(key));
        if self.cx.session.cell_draft(&part).is_some() {
            self.cx.send(Action::WriteCell { part, text: None });
        } else if self.cx.session.origins().is_own(&part) {
            // What a template has stands again; what the site alone had is gone.
            self.cx.send(Action::Edit(Edit::Revert { part }));
        }
    }
}

struct Cells<'a, 's, 'c> {
    view: &'a PairsView<'s, 'c>,
    rows: &'a [(&'a Arc<str>, &'a Arc<str>)],
    removed: Option<usize>,
}

impl Cells<'_, '_, '_> {
    fn draft(&self, row: usize, column: usize) -> Option<&Arc<str>> {
        let part = self.view.part(self.rows, row);
        self.view
            .cx
            .session
            .cell_draft(&part)
            .filter(|_| column == 0)
    }

    fn said(&self, row: usize, column: usize) -> String {
        if let Some(draft) = self.draft(row, column) {
            return draft.to_string();
        }
        let pair = self.rows.get(row);
        pair.map(|(key, value)| if column == 0 { key } else { value }.to_string())
            .unwrap_or_default()
    }

    /// How often the code of a row stands in the samples.
    fn counted(&self, row: usize) -> String {
        let code = self.rows.get(row).map(|(key, _)| key);
        let count = code.and_then(|code| self.view.count?(code));
        match count {
            None => String::new(),
            Some(0) => "never".to_owned(),
            Some(count) => count.to_string(),
        }
    }

    fn problem(&self, row: usize, column: usize) -> Option<String> {
        if self.draft(row, column).is_some() {
            return Some("This code stands in the table already: write another, or Del".to_owned());
        }
        self.rows.get(row).filter(|_| column == 1)?;
        let part = self.view.part(self.rows, row);
        let found = problems_in(self.view.cx, &part).next()?;
        Some(found.diagnostic.message.clone())
    }
}

impl CellSource for Cells<'_, '_, '_> {
    fn name(&self, row: usize, column: usize) -> String {
        let title = self.view.titles.get(column).copied().unwrap_or(IN_SAMPLES);
        format!("{} row {} {title}", self.view.name, row + 1)
    }

    fn text(&self, row: usize, column: usize) -> String {
        if column == 2 {
            return self.counted(row);
        }
        let text = self.said(row, column);
        match self.problem(row, column) {
            Some(why) => format!("{text}, problem: {why}"),
            None => text,
        }
    }

    fn editable(&self, row: usize, column: usize) -> Option<String> {
        (column == 0 || (column == 1 && row < self.rows.len())).then(|| self.said(row, column))
    }

    fn choices(&self, _row: usize, column: usize, typed: &str) -> Vec<Proposal> {
        if column == 0 {
            return Vec::new();
        }
        let typed = typed.to_lowercase();
        let fits = |text: &str| text.to_lowercase().contains(&typed);
        let offered = self.view.offered.iter();
        let found = offered.filter(|(code, meaning)| fits(code) || fits(meaning));
        let mut found: Vec<Proposal> = found
            .map(|(code, meaning)| Proposal {
                text: code.to_string(),
                detail: meaning.to_string(),
                help: String::new(),
                goes_on: false,
            })
            .collect();
        found.sort_by_key(|one| one.text.to_lowercase() != typed);
        found
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let theme = Theme::of(ui);
        if column == 2 {
            let text = RichText::new(self.counted(row)).color(*theme.text.weak);
            cell_text(ui, text);
            return;
        }
        if row >= self.rows.len() && self.draft(row, column).is_none() {
            if column == 0 {
                let hint = RichText::new("Type to add")
                    .color(*theme.text.weak)
                    .italics();
                cell_text(ui, hint);
            }
            return;
        }
        if column == 0 {
            let part = self.view.part(self.rows, row);
            origin::mark_ui(ui, &self.view.cx.session.origins().of(&part));
        }
        let mut text = RichText::new(self.said(row, column)).color(*theme.text.strong);
        if column == 0 {
            text = text.font(theme.code_font());
        }
        match self.problem(row, column) {
            Some(why) => {
                let line = *colour(theme, crate::diagnostic::Severity::Warning);
                cell_text(ui, text.color(line)).on_hover_text(why);
                let whole = ui.max_rect().shrink(3.0);
                let under = egui::Stroke::new(1.5, line);
                ui.painter().hline(whole.x_range(), whole.bottom(), under);
            }
            None => drop(cell_text(ui, text)),
        }
    }

    fn menu_ui(&mut self, ui: &mut Ui, row: usize, _column: usize) {
        let part = self.view.part(self.rows, row);
        let can = row < self.rows.len() && self.view.cx.session.origins().is_own(&part);
        let is_inherited = self.view.cx.session.inherited().says(&part);
        let name = if is_inherited {
            "Revert to inherited"
        } else {
            "Remove"
        };
        let button = egui::Button::new(name).shortcut_text("Del");
        if ui.add_enabled(can, button).clicked() {
            self.removed = Some(row);
            ui.close();
        }
    }
}
