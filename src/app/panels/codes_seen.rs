//! The codes of the open samples that a code table does not hold, each with its places and the way into
//! the table.

use std::sync::Arc;

use egui::{Button, Frame, RichText, ScrollArea, Ui};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::pane::Pane;
use super::super::status::plural;
use super::super::theme::Theme;
use super::super::widgets::cell_text;
use super::parts::weak;
use crate::profile::{Codes, Edit};
use crate::workbench::{Coverage, UnmappedCount};

/// So many are seen at once; the others are scrolled to.
const SEEN: usize = 6;

/// What is not listed, kept for as long as the count it is from.
#[derive(Default)]
pub(super) struct State {
    of: Option<(Arc<Coverage>, Arc<str>)>,
    unlisted: Vec<UnmappedCount>,
}

impl State {
    /// Takes what a count has of a table.
    fn update(&mut self, coverage: &Arc<Coverage>, table: &Arc<str>) {
        let is_same =
            |(known, of): &(Arc<Coverage>, Arc<str>)| Arc::ptr_eq(known, coverage) && of == table;
        if self.of.as_ref().is_some_and(is_same) {
            return;
        }
        let all = coverage.unmapped.list();
        self.unlisted = all.into_iter().filter(|one| one.table == *table).collect();
        self.of = Some((Arc::clone(coverage), Arc::clone(table)));
    }
}

/// Shows them; the code that was added, whose application's code is to be written.
pub(super) fn ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    table: &Arc<str>,
    codes: &Codes,
) -> Option<Arc<str>> {
    let theme = Theme::of(ui);
    let known = cx.coverage();
    let mut added = None;
    let frame = Frame::new().inner_margin(theme.margin(4, 1));
    frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme.grid(1);
        let text = RichText::new("In the open samples").font(theme.strong_font());
        ui.label(text.color(*theme.text.strong));
        if cx.session.corpus().is_empty() {
            weak(ui, "Open samples to see which codes they have");
            return;
        }
        let Some(coverage) = &known.complete else {
            weak(ui, counting(cx));
            return;
        };
        state.update(coverage, table);
        // What was added since the count is listed by now.
        let unlisted: Vec<&UnmappedCount> = state
            .unlisted
            .iter()
            .filter(|one| {
                !codes.maps.contains_key(&one.code) && !codes.values.contains_key(&one.code)
            })
            .collect();
        ui.horizontal_wrapped(|ui| {
            head_ui(ui, cx, table, codes, &unlisted, &mut added);
            if !known.is_current {
                weak(ui, counting(cx));
            }
        });
        rows_ui(ui, cx, table, codes, &unlisted, &mut added);
    });
    added
}

fn counting(cx: &Cx<'_>) -> String {
    match cx.coverage().progress {
        Some(progress) => format!("Counting: {} of {} messages", progress.done, progress.total),
        None => "Counting the codes of the samples".to_owned(),
    }
}

/// How many codes are not listed, and the button that adds all of them.
fn head_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    table: &Arc<str>,
    codes: &Codes,
    unlisted: &[&UnmappedCount],
    added: &mut Option<Arc<str>>,
) {
    let theme = Theme::of(ui);
    let mut different: Vec<&Arc<str>> = unlisted.iter().map(|one| &one.code).collect();
    different.sort_unstable();
    different.dedup();
    if different.is_empty() {
        let text = RichText::new("All codes of the samples are listed").small();
        ui.label(text.color(*theme.severity.good));
        return;
    }
    let times: u64 = unlisted.iter().map(|one| one.count).sum();
    let text = format!(
        "{} not listed in {table}, {}",
        plural(different.len(), "code"),
        times_text(times)
    );
    ui.label(RichText::new(text).small().color(*theme.severity.warning));
    let whole = unlisted.iter().filter(|one| one.is_whole);
    let mut whole: Vec<Arc<str>> = whole.map(|one| Arc::clone(&one.code)).collect();
    whole.sort_unstable();
    whole.dedup();
    let tip = "Add each to the map, with the application's code still to be written";
    if whole.len() > 1 && ui.button("Add all").on_hover_text(tip).clicked() {
        let name = format!("add {} codes to {table}", whole.len());
        *added = whole.first().cloned();
        add(cx, table, codes, &whole, name);
    }
}

fn times_text(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

fn rows_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    table: &Arc<str>,
    codes: &Codes,
    unlisted: &[&UnmappedCount],
    added: &mut Option<Arc<str>>,
) {
    if unlisted.is_empty() {
        return;
    }
    let theme = Theme::of(ui);
    let pitch = theme.size.row + ui.spacing().item_spacing.y;
    let count = unlisted.len().min(SEEN);
    let height = pitch * f32::from(u8::try_from(count).unwrap_or(u8::MAX));
    ScrollArea::vertical()
        .id_salt("not listed")
        .max_height(height)
        .auto_shrink([false, true])
        .show_rows(ui, theme.size.row, unlisted.len(), |ui, rows| {
            for one in unlisted.get(rows).unwrap_or_default() {
                ui.push_id((&one.code, &one.place), |ui| {
                    row_ui(ui, cx, one, || {
                        let name = format!("add {} to {table}", one.code);
                        *added = Some(Arc::clone(&one.code));
                        add(cx, table, codes, &[Arc::clone(&one.code)], name);
                    });
                });
            }
        });
}

fn row_ui(ui: &mut Ui, cx: &Cx<'_>, one: &UnmappedCount, add: impl FnOnce()) {
    let theme = Theme::of(ui);
    let size = egui::vec2(ui.available_width(), theme.size.row);
    let cell = |ui: &mut Ui, width: f32, text: RichText| {
        let size = egui::vec2(width, theme.size.row);
        let across = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(size, across, |ui| {
            ui.set_min_size(size);
            cell_text(ui, text)
        })
        .inner
    };
    let from_right = egui::Layout::right_to_left(egui::Align::Center);
    ui.allocate_ui_with_layout(size, from_right, |ui| {
        ui.spacing_mut().item_spacing.x = theme.grid(2);
        let button = ui.add_enabled(one.is_whole, Button::new("Add to the map").small());
        let name = format!("Add {} to the map", one.code);
        button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, one.is_whole, &name));
        let button = button
            .on_hover_text(
                "List it as a code of the site, and write what it is for the application",
            )
            .on_disabled_hover_text("A text as long as this is no code");
        if button.clicked() {
            add();
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            let room = ui.available_width();
            let code = RichText::new(&*one.code).font(theme.code_font());
            cell(
                ui,
                (room * 0.24).clamp(64.0, 200.0),
                code.color(*theme.text.strong),
            )
            .on_hover_text(&*one.code);
            let times = times_text(one.count);
            cell(ui, 72.0, RichText::new(times).color(*theme.text.body));
            place_ui(ui, cx, one);
        });
    });
}

/// Where it stands, and the way to the first message that has it.
fn place_ui(ui: &mut Ui, cx: &Cx<'_>, one: &UnmappedCount) {
    let theme = Theme::of(ui);
    let asked = match &*one.asked_by {
        "field" => String::new(),
        asked => format!(" for {asked}"),
    };
    let place = if one.place.is_empty() {
        "a text of the script's own".to_owned()
    } else {
        one.place.to_string()
    };
    let file = one.file.rsplit(['/', '\\']).next().unwrap_or_default();
    let text = format!("{place}{asked}, first in {file}, message {}", one.message);
    let link = egui::Label::new(RichText::new(text).color(*theme.text.accent)).truncate();
    let link = ui.add(link.sense(egui::Sense::click()));
    let name = format!("Go to {} at {}", one.code, one.place);
    link.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Link, true, &name));
    let link = link.on_hover_cursor(egui::CursorIcon::PointingHand);
    if link.on_hover_text("Select that message").clicked() {
        cx.send(Action::SelectSample(one.sample));
        cx.send(Action::SelectLocation {
            location: one.place.parse().ok(),
            from: Pane::Profile,
        });
    }
}

/// Lists codes of the site whose application's codes are still to be written.
pub(super) fn add(cx: &Cx<'_>, table: &Arc<str>, codes: &Codes, new: &[Arc<str>], name: String) {
    let mut codes = codes.clone();
    for code in new {
        codes.maps.entry(Arc::clone(code)).or_default();
    }
    let edit = Edit::ChangeCodes {
        name: Arc::clone(table),
        codes: Arc::new(codes),
    };
    let (name, edits) = (name.into(), vec![edit]);
    cx.send(Action::Edit(Edit::Named { name, edits }));
}
