//! What the mapping loses of all samples: values used nowhere, columns never filled, codes not listed,
//! definitions never reached.

use std::cmp::Reverse;
use std::sync::Arc;

use egui::{Button, ProgressBar, Role, TextEdit, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::status::plural;
use super::super::theme::Theme;
use super::super::widgets::{RowsView, Sorting};
use super::coverage_list::{Rows, columns, go};
use super::coverage_rows::{Loss, LossRow, LossTarget, as_csv, as_text};
use super::parts::{bar_ui, empty_ui, weak};
use crate::workbench::{Coverage, CoverageCounts, CoverageProgress, CoverageState};

/// Narrower than this, tabs and filter stand one below the other, in steps of the grid.
const SIDE_BY_SIDE: i16 = 280;

/// The view of the lists.
#[derive(Default)]
pub(crate) struct State {
    loss: Loss,
    query: String,
    /// Whether what is not lost, or not wholly, is shown, too; by list.
    shows_all: [bool; Loss::COUNT],
    /// The column that the rows stand by; by list.
    sorted: [(usize, Sorting); Loss::COUNT],
    chosen: Option<LossTarget>,
    lists: Lists,
}

/// What was made of a count: made anew only when the count or what is asked of it is another one.
#[derive(Default)]
struct Lists {
    coverage: Option<Arc<Coverage>>,
    /// How many are lost of each kind.
    lost: [usize; Loss::COUNT],
    /// Of which list the rows are, with the address of the grammar that names them.
    rows_of: Option<(Loss, usize)>,
    rows: Vec<LossRow>,
    shown_by: Option<(String, bool, (usize, Sorting))>,
    /// The rows that are shown, by index.
    shown: Vec<usize>,
}

/// Shows the panel.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let session = cx.session;
    if session.corpus().is_empty() && !session.is_reading() {
        let text = "Coverage tells what the mapping loses of your samples: values that nothing uses, columns that stay empty, codes that no table lists";
        let steps = [
            Command::OpenSamples,
            Command::OpenFolder,
            Command::TryExample,
        ];
        return empty_ui(ui, cx, "No samples to look at", text, &steps);
    }
    if session.profile().messages.is_empty() {
        let text = "Without a message definition no sample is mapped: describe one, and what its mapping loses is listed here";
        let steps = [Command::DefineFromSample, Command::OpenProfile];
        let title = "The profile has no message definition";
        return empty_ui(ui, cx, title, text, &steps);
    }
    let known = cx.coverage();
    let Some(coverage) = &known.complete else {
        return first_ui(ui, cx, known);
    };
    bar_ui(ui, |ui| head_ui(ui, cx, known, coverage.counts));
    if coverage.counts.messages == 0 && !known.is_current {
        return;
    }
    state.lists.take(coverage);
    if ui.available_width() >= Theme::of(ui).grid(SIDE_BY_SIDE) {
        bar_ui(ui, |ui| {
            tabs_ui(ui, state);
            filter_ui(ui, cx, state, Theme::of(ui).grid(110));
        });
    } else {
        bar_ui(ui, |ui| tabs_ui(ui, state));
        bar_ui(ui, |ui| filter_ui(ui, cx, state, f32::INFINITY));
    }
    list_ui(ui, cx, state, coverage.counts);
}

/// Nothing is counted yet.
fn first_ui(ui: &mut Ui, cx: &Cx<'_>, known: &CoverageState) {
    let theme = Theme::of(ui);
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.28).max(theme.grid(4)));
        ui.spacing_mut().item_spacing.y = theme.grid(2);
        if known.is_stopped {
            weak(ui, "The samples are not counted");
            if ui.button("Count").clicked() {
                cx.send(Action::ResumeCoverage);
            }
            return;
        }
        let Some(progress) = known.progress else {
            weak(ui, "Reading the samples …");
            return;
        };
        let (done, total) = (progress.done, progress.total);
        weak(
            ui,
            format!("Mapping {done} of {}", plural(total, "message")),
        );
        ui.add(progress_bar(theme, progress).desired_width(theme.grid(60)));
        if ui.button("Stop").clicked() {
            cx.send(Action::StopCoverage);
        }
    });
}

/// How far the count is, as a thin line.
fn progress_bar(theme: &Theme, progress: CoverageProgress) -> ProgressBar {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a share of a line some pixels long"
    )]
    let share = progress.done as f32 / progress.total.max(1) as f32;
    ProgressBar::new(share)
        .desired_height(theme.grid(1))
        .fill(*theme.accent.fill)
}

/// What became of the messages at the left; how old that is and how far the newer count is at the
/// right.
fn head_ui(ui: &mut Ui, cx: &Cx<'_>, known: &CoverageState, counts: CoverageCounts) {
    let theme = Theme::of(ui);
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        let whole = "Of before the last change";
        let old = if ui.available_width() < theme.grid(150) {
            "Old"
        } else {
            whole
        };
        if let Some(progress) = known.progress {
            if ui
                .button("Stop")
                .on_hover_text("Stop counting; what is shown stays")
                .clicked()
            {
                cx.send(Action::StopCoverage);
            }
            weak(ui, format!("{} of {}", progress.done, progress.total))
                .on_hover_text("So many messages are counted anew");
            ui.add(progress_bar(theme, progress).desired_width(theme.grid(14)));
            weak(ui, old).on_hover_text(whole);
        } else if known.is_stopped {
            if ui.button("Count again").clicked() {
                cx.send(Action::ResumeCoverage);
            }
            weak(ui, old).on_hover_text(whole);
        } else if !known.is_current {
            weak(ui, old).on_hover_text(whole);
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            let (what, not_looked_at) = totals(counts);
            let what = egui::RichText::new(what).color(*theme.text.body);
            ui.add(egui::Label::new(what).truncate());
            if let Some(words) = not_looked_at {
                let tip = format!(
                    "{words}. What stands in these messages counts neither as used nor as lost"
                );
                weak(ui, words).on_hover_text(tip);
            }
        });
    });
}

/// How many messages were mapped, and which are not looked at.
fn totals(counts: CoverageCounts) -> (String, Option<String>) {
    let CoverageCounts {
        messages,
        mapped,
        refused,
        unmatched,
        failed,
    } = counts;
    let what = if mapped == messages {
        format!("{}, all mapped", plural(whole(messages), "message"))
    } else {
        format!("{mapped} of {} mapped", plural(whole(messages), "message"))
    };
    let reasons = [
        (refused, "skipped or rejected"),
        (unmatched, "under no definition"),
        (failed, "failed"),
    ];
    let reasons: Vec<String> = reasons
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, reason)| format!("{count} {reason}"))
        .collect();
    let words = (!reasons.is_empty()).then(|| format!("Not looked at: {}", reasons.join(", ")));
    (what, words)
}

fn whole(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// The lists to choose from.
fn tabs_ui(ui: &mut Ui, state: &mut State) {
    let theme = Theme::of(ui);
    ui.spacing_mut().item_spacing.x = theme.grid(1);
    let room = ui.available_width() / theme.grid(1);
    for loss in Loss::ALL {
        let lost = state.lists.lost.get(loss.index()).copied().unwrap_or(0);
        let text = loss.tab(lost, room);
        let tab = ui.add(Button::selectable(state.loss == loss, text));
        if tab.on_hover_text(loss.tip()).clicked() {
            state.loss = loss;
        }
    }
}

/// The filter, of this width at most, the switch of the list, and the copies.
fn filter_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, widest: f32) {
    let theme = Theme::of(ui);
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        ui.menu_button("Copy", |ui| copies_ui(ui, cx, state));
        let all = state.shows_all.get_mut(state.loss.index());
        if let (Some((name, tip)), Some(all)) = (state.loss.switch(), all)
            && ui
                .add(Button::selectable(*all, name))
                .on_hover_text(tip)
                .clicked()
        {
            *all = !*all;
        }
        let width = ui.available_width().min(widest);
        let field = TextEdit::singleline(&mut state.query)
            .hint_text("Filter")
            .desired_width(width - theme.grid(2));
        let field = ui.add(field);
        field
            .ctx
            .accesskit_node_builder(field.id, |node| node.set_label("Filter coverage"));
        cx.keeps_own_undo(field.has_focus());
    });
}

fn copies_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let loss = state.loss;
    let what = format!(
        "{}: {}",
        loss.title(),
        plural(state.lists.shown.len(), "row")
    );
    let lists = &state.lists;
    let rows = lists.shown.iter().filter_map(|at| lists.rows.get(*at));
    let text = if ui.button("Copy this list as text").clicked() {
        Some((as_text(loss, rows), what))
    } else if ui.button("Copy this list as CSV").clicked() {
        Some((as_csv(loss, rows), what))
    } else if ui.button("Copy the whole report as text").clicked() {
        state
            .lists
            .report(cx)
            .map(|text| (text, "the coverage report".to_owned()))
    } else {
        None
    };
    if let Some((text, what)) = text {
        cx.send(Action::Copy { text, what });
        ui.close();
    }
}

fn list_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, counts: CoverageCounts) {
    let loss = state.loss;
    let at = loss.index();
    state.lists.name_rows(cx, loss);
    let all = state.shows_all.get(at).copied().unwrap_or_default();
    let sorted = state.sorted.get(at).copied().unwrap_or_default();
    // Definitions are all told: it is their numbers that say which is reached.
    let all = all || loss == Loss::Definitions;
    state.lists.show(&state.query, all, sorted);
    if state.lists.shown.is_empty() {
        let (title, text) = if !state.query.trim().is_empty() {
            ("Nothing fits the filter", "No row has these letters")
        } else if counts.mapped == 0 && loss != Loss::Codes {
            (
                "No message is mapped",
                "Nothing is used or lost before a message falls under a definition that maps it",
            )
        } else {
            loss.nothing()
        };
        return empty_ui(ui, cx, title, text, &[]);
    }
    let (columns, order) = columns(ui, loss, all, sorted);
    let lists = &state.lists;
    let row_of = |target: &LossTarget| {
        let is_it = |at: &&usize| {
            lists
                .rows
                .get(**at)
                .is_some_and(|row| row.target == *target)
        };
        lists.shown.iter().position(|at| is_it(&at))
    };
    let view = RowsView {
        name: loss.title(),
        role: Role::Grid,
        columns: &columns,
        count: lists.shown.len(),
        selected: state.chosen.as_ref().and_then(row_of),
        reveal: false,
    };
    let mut rows = Rows {
        cx,
        loss,
        all: &lists.rows,
        shown: &lists.shown,
        order: &order,
        selected: view.selected,
        area: ui.available_rect_before_wrap(),
    };
    let response = view.ui(ui, &mut rows);
    let target = |row: usize| Some(rows.row(row)?.target.clone());
    if let Some(chosen) = response.selected.and_then(target) {
        go(cx, &chosen, response.clicked);
        state.chosen = Some(chosen);
    }
    if let Some(chosen) = response.activated.and_then(target) {
        go(cx, &chosen, true);
    }
    let pressed = response
        .sorted
        .and_then(|column| order.get(column))
        .copied();
    if let (Some(pressed), Some(sorted)) = (pressed.flatten(), state.sorted.get_mut(at)) {
        *sorted = next(*sorted, pressed, loss.is_number(pressed));
    }
}

/// How the rows stand after a title was pressed: numbers begin with the greatest, the third time
/// gives the order in which they came.
fn next(now: (usize, Sorting), pressed: usize, is_number: bool) -> (usize, Sorting) {
    let (first, second) = if is_number {
        (Sorting::Down, Sorting::Up)
    } else {
        (Sorting::Up, Sorting::Down)
    };
    let sorting = match now {
        (column, sorting) if column == pressed && sorting == first => second,
        (column, sorting) if column == pressed && sorting == second => Sorting::No,
        _ => first,
    };
    (pressed, sorting)
}

impl Lists {
    /// Takes another count.
    fn take(&mut self, coverage: &Arc<Coverage>) {
        let is_known = self.coverage.as_ref();
        if is_known.is_some_and(|known| Arc::ptr_eq(known, coverage)) {
            return;
        }
        self.lost = Loss::ALL.map(|loss| loss.count(coverage));
        self.coverage = Some(Arc::clone(coverage));
        self.rows_of = None;
    }

    /// Makes the rows of a list, unless they are there.
    fn name_rows(&mut self, cx: &Cx<'_>, loss: Loss) {
        let grammar = cx.preview().map(|preview| &preview.grammar);
        let address = grammar.map_or(0, |grammar| Arc::as_ptr(grammar) as usize);
        // While a message is read there is no grammar: the names that are there stay.
        let is_made = self
            .rows_of
            .is_some_and(|(of, by)| of == loss && (by == address || address == 0));
        if is_made {
            return;
        }
        let coverage = self.coverage.as_deref();
        self.rows = coverage.map_or_else(Vec::new, |coverage| {
            loss.rows(coverage, grammar.map(|grammar| &**grammar))
        });
        self.rows_of = Some((loss, address));
        self.shown_by = None;
    }

    /// Chooses and sorts what is shown, unless that is done.
    fn show(&mut self, query: &str, all: bool, sorted: (usize, Sorting)) {
        let letters = query.trim().to_lowercase();
        let by = (letters, all, sorted);
        if self.shown_by.as_ref() == Some(&by) {
            return;
        }
        let rows = self.rows.iter().enumerate();
        let fitting = rows.filter(|(_, row)| (all || row.is_lost) && row.fits(&by.0));
        self.shown = fitting.map(|(at, _)| at).collect();
        let (column, sorting) = sorted;
        let rows = &self.rows;
        let cell = |at: usize| rows.get(at).and_then(|row| row.cells.get(column));
        let order = |a: &usize, b: &usize| match (cell(*a), cell(*b)) {
            (Some(a), Some(b)) => a.order(b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        };
        match sorting {
            Sorting::No => {}
            Sorting::Up => self.shown.sort_by(order),
            Sorting::Down => self.shown.sort_by(|a, b| order(b, a)),
        }
        self.shown_by = Some(by);
    }

    /// All lists as text, with what became of the messages first.
    fn report(&self, cx: &Cx<'_>) -> Option<String> {
        let coverage = self.coverage.as_deref()?;
        let (what, not_looked_at) = totals(coverage.counts);
        let mut report = format!(
            "{what}\n{}",
            not_looked_at.map(|words| words + "\n").unwrap_or_default()
        );
        let grammar = cx.preview().map(|preview| &*preview.grammar);
        for loss in Loss::ALL {
            let mut rows = loss.rows(coverage, grammar);
            rows.retain(|row| row.is_lost || loss == Loss::Definitions);
            rows.sort_by_key(|row| Reverse(row.is_lost));
            report.push('\n');
            report.push_str(&as_text(loss, rows.iter()));
        }
        Some(report)
    }
}
