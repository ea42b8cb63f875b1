//! The time line of a listener or sender: each exchange a row, the chosen one in full below.

use std::sync::Arc;

use egui::{Button, ComboBox, RichText, Role, Ui};

use super::super::cx::Cx;
use super::super::theme::Theme;
use super::super::widgets::{ColumnSpec, RowSource, RowsView, Width, cell_text, dot};
use super::parts::weak;
use super::wire_detail;
use super::wire_words::{span, tone_colour};
use crate::net::Header;
use crate::workbench::{Exchange, Station, StationId, Tone, time_of_day};

/// The view of the list.
pub(crate) struct State {
    /// Of which listener or sender, and which of its exchanges.
    chosen: Option<(StationId, u64)>,
    shown: Shown,
    /// Whether the newest one is kept in sight.
    follows: bool,
    last: u64,
    detail: wire_detail::State,
}

/// Which exchanges are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shown {
    #[default]
    All,
    Messages,
    Odd,
}

impl Shown {
    fn name(self) -> &'static str {
        match self {
            Self::All => "Everything",
            Self::Messages => "Messages",
            Self::Odd => "Odd and failed",
        }
    }

    fn has(self, exchange: &Exchange) -> bool {
        match self {
            Self::All => true,
            Self::Messages => exchange.message.is_some(),
            Self::Odd => exchange.upshot.tone >= Tone::Odd || exchange.remark().is_some(),
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            chosen: None,
            shown: Shown::default(),
            follows: true,
            last: 0,
            detail: wire_detail::State::default(),
        }
    }
}

impl State {
    /// What is shown, and whether the newest is kept in sight.
    pub(super) fn filter_ui(&mut self, ui: &mut Ui, _cx: &Cx<'_>) {
        let theme = Theme::of(ui);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let follow = ui.add(Button::selectable(self.follows, "Follow"));
            if follow
                .on_hover_text("Keep the newest exchange in sight")
                .clicked()
            {
                self.follows = !self.follows;
            }
            let combo = ComboBox::from_id_salt("exchanges shown")
                .selected_text(self.shown.name())
                .width(theme.grid(28));
            let open = combo.show_ui(ui, |ui| {
                for each in [Shown::All, Shown::Messages, Shown::Odd] {
                    ui.selectable_value(&mut self.shown, each, each.name());
                }
            });
            let id = open.response.id;
            ui.ctx()
                .accesskit_node_builder(id, |node| node.set_label("Which exchanges are shown"));
        });
    }
}

/// Shows the list, and the chosen exchange below.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, station: &Station) {
    let theme = Theme::of(ui);
    let (all, forgotten): (Vec<Arc<Exchange>>, u64) = {
        let log = station.log();
        let shown = log.entries().iter().filter(|one| state.shown.has(one));
        (shown.cloned().collect(), log.forgotten())
    };
    let chosen = state
        .chosen
        .filter(|(id, _)| *id == station.id())
        .and_then(|(_, serial)| all.binary_search_by_key(&serial, |one| one.serial).ok());
    if all.is_empty() {
        ui.vertical_centered(|ui| {
            ui.add_space(theme.grid(8));
            weak(ui, "Nothing has happened yet");
        });
        return;
    }
    if forgotten > 0 {
        ui.horizontal(|ui| {
            ui.add_space(theme.grid(2));
            let words = format!("{forgotten} older ones were forgotten to make room");
            weak(ui, words);
        });
    }
    let width = |fact: Fact| match fact.width() {
        Some(steps) => Width::Points(theme.grid(steps)),
        None => Width::Rest,
    };
    let facts = facts(ui);
    let columns: Vec<ColumnSpec> = facts
        .iter()
        .map(|fact| ColumnSpec::new(fact.title(), width(*fact)))
        .collect();
    let view = RowsView {
        name: "Exchanges",
        role: Role::Grid,
        columns: &columns,
        count: all.len(),
        selected: chosen,
        reveal: false,
    };
    let last = all.last().map_or(0, |one| one.serial);
    let is_new = last != state.last;
    state.last = last;
    let mut rows = Rows {
        all: &all,
        facts: &facts,
        sight: (state.follows && is_new).then(|| all.len() - 1),
    };
    let available = ui.available_height();
    let height = if chosen.is_some() {
        (available * 0.42).max(theme.size.row * 4.0)
    } else {
        available
    };
    let response = ui
        .allocate_ui(egui::vec2(ui.available_width(), height), |ui| {
            view.ui(ui, &mut rows)
        })
        .inner;
    if let Some(exchange) = response.selected.and_then(|row| all.get(row)) {
        state.chosen = Some((station.id(), exchange.serial));
        // Who looks at one does not want the list to move away below it.
        state.follows = false;
    }
    if let Some(exchange) = chosen.and_then(|row| all.get(row)) {
        wire_detail::ui(ui, cx, &mut state.detail, station, exchange);
    }
}

/// What a column shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fact {
    Time,
    Result,
    Peer,
    After,
    Message,
    Remark,
}

impl Fact {
    fn title(self) -> &'static str {
        match self {
            Self::Time => "Time",
            Self::Result => "Result",
            Self::Peer => "Peer",
            Self::After => "ACK after",
            Self::Message => "Message",
            Self::Remark => "What happened",
        }
    }

    /// In steps of the grid; none takes what the others leave.
    fn width(self) -> Option<i16> {
        match self {
            Self::Time | Self::Result => Some(27),
            Self::Peer => Some(37),
            Self::After => Some(19),
            Self::Message => Some(38),
            Self::Remark => None,
        }
    }
}

/// As many columns as the width has room for.
fn facts(ui: &Ui) -> Vec<Fact> {
    let steps = ui.available_width() / Theme::of(ui).grid(1);
    let mut facts = vec![Fact::Time, Fact::Result];
    if steps >= 240.0 {
        facts.push(Fact::Peer);
    }
    if steps >= 165.0 {
        facts.push(Fact::After);
    }
    facts.extend([Fact::Message, Fact::Remark]);
    facts
}

struct Rows<'a> {
    all: &'a [Arc<Exchange>],
    facts: &'a [Fact],
    sight: Option<usize>,
}

impl RowSource for Rows<'_> {
    fn name(&self, row: usize) -> String {
        let Some(exchange) = self.all.get(row) else {
            return String::new();
        };
        format!(
            "{} {} {}",
            exchange.upshot.word,
            kind(exchange),
            remark(exchange)
        )
    }

    fn sight(&self) -> Option<usize> {
        self.sight
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let theme = Theme::of(ui);
        let Some(exchange) = self.all.get(row) else {
            return;
        };
        match self.facts.get(column).copied().unwrap_or(Fact::Remark) {
            Fact::Time => {
                cell_text(ui, RichText::new(time_of_day(exchange.began)).monospace());
            }
            Fact::Result => {
                let colour = *tone_colour(theme, exchange.upshot.tone);
                dot(ui, colour);
                cell_text(ui, &exchange.upshot.word);
            }
            Fact::Peer => {
                cell_text(ui, &*exchange.peer);
            }
            Fact::After => {
                let after = exchange.message.as_ref().and_then(|one| one.after);
                cell_text(ui, after.map_or_else(String::new, span));
            }
            Fact::Message => {
                cell_text(ui, kind(exchange));
            }
            Fact::Remark => {
                let remark = remark(exchange);
                let is_odd = exchange.remark().is_some();
                let text = RichText::new(remark);
                cell_text(
                    ui,
                    if is_odd {
                        text
                    } else {
                        text.color(*theme.text.weak)
                    },
                );
            }
        }
    }
}

/// `ADT^A01 MSG00001`, or the size where the header says nothing.
fn kind(exchange: &Exchange) -> String {
    let Some(message) = &exchange.message else {
        return String::new();
    };
    let Some(header) = Header::read(&message.content) else {
        return format!("{} bytes", message.content.len());
    };
    let (event, id) = (header.component(9, 2), header.control_id());
    let between = if event.is_empty() { "" } else { "^" };
    format!("{}{between}{event} {id}", header.component(9, 1))
}

/// What is remarkable about it; else what happened last.
fn remark(exchange: &Exchange) -> &str {
    let step = exchange.remark().or(exchange.steps.last());
    step.map_or("", |step| &step.words)
}
