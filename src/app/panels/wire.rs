//! The wire: listeners and senders, what each is at, and everything that went over it.

use std::time::{Duration, Instant};

use egui::{Align, Button, Label, Layout, RichText, ScrollArea, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::question::primary;
use super::super::status::plural;
use super::super::theme::Theme;
use super::super::widgets::dot;
use super::super::wire_action::WireAction;
use super::parts::{bar_ui, empty_ui, weak};
use super::wire_words::{span, tone_colour};
use super::{wire_exchanges, wire_faults, wire_figures, wire_settings};
use crate::workbench::{
    Seconds, Station, StationId, StationPlan, StationState, ToSend, Tone, WireRates,
};

/// While something runs, its times go on so often.
const TICK: Duration = Duration::from_millis(100);

/// The view of the wire.
#[derive(Default)]
pub(crate) struct State {
    chosen: Option<StationId>,
    page: Page,
    pub(super) exchanges: wire_exchanges::State,
    pub(super) faults: wire_faults::State,
}

/// What is shown of a listener or sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Page {
    #[default]
    Exchanges,
    Settings,
    Faults,
    Figures,
}

impl State {
    /// Shows a listener or sender, with its settings, as it was just added.
    pub(crate) fn begin(&mut self, id: StationId) {
        self.chosen = Some(id);
        self.page = Page::Settings;
    }

    /// Shows what a listener or sender does.
    pub(crate) fn watch(&mut self, id: StationId) {
        self.chosen = Some(id);
        self.page = Page::Exchanges;
    }
}

/// Shows the panel.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let stations = cx.session.stations();
    let Some(first) = stations.first() else {
        let text = "A listener takes messages and answers them as your mapping turns out; a sender sends your samples and follows each to its acknowledgment. Both show every byte, and both can misbehave on purpose";
        let steps = [Command::NewListener, Command::NewSender];
        return empty_ui(ui, cx, "Nothing on the wire", text, &steps);
    };
    let chosen = state.chosen.and_then(|id| cx.session.station(id));
    let station = chosen.unwrap_or(first);
    state.chosen = Some(station.id());
    bar_ui(ui, |ui| chips_ui(ui, cx, state, station.id()));
    head_ui(ui, cx, station, state);
    bar_ui(ui, |ui| pages_ui(ui, cx, state, station));
    match state.page {
        Page::Exchanges => wire_exchanges::ui(ui, cx, &mut state.exchanges, station),
        Page::Settings => wire_settings::ui(ui, cx, station),
        Page::Faults => wire_faults::ui(ui, cx, &mut state.faults, station),
        Page::Figures => wire_figures::ui(ui, station),
    }
    if stations.iter().any(Station::is_running) {
        ui.ctx().request_repaint_after(TICK);
    }
}

/// What a listener or sender is called.
pub(super) fn title(station: &Station) -> String {
    match station.plan() {
        StationPlan::Listener(plan) => format!("Listener {}", plan.address.trim()),
        StationPlan::Sender(plan) => format!("Sender {}", plan.target.trim()),
    }
}

fn state_tone(state: &StationState) -> Tone {
    match state {
        StationState::Off | StationState::Stopped => Tone::Plain,
        StationState::Listening(_) | StationState::Sending | StationState::Done => Tone::Good,
        StationState::Starting | StationState::Draining => Tone::Odd,
        StationState::Failed(_) => Tone::Bad,
    }
}

/// All listeners and senders, to choose from, and the way to more.
fn chips_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, chosen: StationId) {
    let theme = Theme::of(ui);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.menu_button("Add", |ui| {
            for command in [Command::NewListener, Command::NewSender] {
                let words = command.words();
                if ui.button(words.name).on_hover_text(words.tip).clicked() {
                    cx.run(command);
                    ui.close();
                }
            }
        });
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ScrollArea::horizontal().id_salt("stations").show(ui, |ui| {
                ui.spacing_mut().item_spacing.x = theme.grid(1);
                for station in cx.session.stations() {
                    let (is_running, tone) = {
                        let log = station.log();
                        (station.is_running(), state_tone(log.state()))
                    };
                    let sign = if is_running { "▶ " } else { "" };
                    let text = RichText::new(format!("{sign}{}", title(station)));
                    let text = match tone {
                        Tone::Bad => text.color(*theme.severity.error),
                        Tone::Plain | Tone::Good | Tone::Odd => text,
                    };
                    let chip = Button::selectable(station.id() == chosen, text);
                    if ui.add(chip).clicked() {
                        state.chosen = Some(station.id());
                    }
                }
            });
        });
    });
}

/// What it is at, since when, what it has done; and what can be done with it.
fn head_ui(ui: &mut Ui, cx: &Cx<'_>, station: &Station, state: &mut State) {
    let theme = Theme::of(ui);
    let now = Instant::now();
    let (now_at, since, phases, rates) = {
        let log = station.log();
        let phases: Vec<String> = log
            .phases()
            .map(|(phase, since)| phase.words(*since, now))
            .collect();
        let figures = figures(
            log.rates(),
            now,
            matches!(station.plan(), StationPlan::Listener(_)),
        );
        (log.state().clone(), log.since(), phases, figures)
    };
    let frame = egui::Frame::new().inner_margin(theme.margin(2, 1));
    frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme.grid(1);
        ui.horizontal(|ui| {
            ui.set_min_height(theme.grid(7));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                buttons_ui(ui, cx, station, state);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let tone = state_tone(&now_at);
                    dot(ui, *tone_colour(theme, tone));
                    let words = words(station, &now_at, since, now);
                    let words = RichText::new(words)
                        .font(theme.strong_font())
                        .color(*theme.text.strong);
                    ui.add(Label::new(words).truncate());
                });
            });
        });
        for phase in summed(phases) {
            ui.label(RichText::new(phase).color(*theme.text.body));
        }
        if let StationPlan::Listener(plan) = station.plan()
            && plan.is_open_to_others()
        {
            let words = "Other machines can connect to this address";
            ui.label(RichText::new(words).color(*theme.severity.warning));
        }
        if station.is_outdated() {
            let words = "The settings were changed; they count from the next start";
            ui.label(RichText::new(words).color(*theme.severity.warning));
        }
        ui.add(Label::new(RichText::new(rates).small().color(*theme.text.weak)).wrap());
    });
    let line = egui::Stroke::new(1.0, *theme.surface.border);
    let bottom = ui.min_rect().bottom();
    ui.painter().hline(ui.max_rect().x_range(), bottom, line);
}

fn words(station: &Station, state: &StationState, since: Instant, now: Instant) -> String {
    let so_long = Seconds(now.saturating_duration_since(since));
    match state {
        StationState::Off => match station.plan() {
            StationPlan::Listener(_) => "Not started: nobody can connect".to_owned(),
            StationPlan::Sender(_) => "Ready to send".to_owned(),
        },
        StationState::Failed(why) => format!("Failed {so_long} ago: {why}"),
        StationState::Done => format!("All sent {so_long} ago"),
        StationState::Stopped => format!("Stopped {so_long} ago"),
        StationState::Starting
        | StationState::Listening(_)
        | StationState::Draining
        | StationState::Sending => {
            let words = state.to_string();
            let mut letters = words.chars();
            let first = letters.next().map(char::to_uppercase);
            let first: String = first.into_iter().flatten().collect();
            format!("{first}{} for {so_long}", letters.as_str())
        }
    }
}

/// Many connections in few lines.
fn summed(phases: Vec<String>) -> Vec<String> {
    let more = phases.len().saturating_sub(3);
    let mut lines: Vec<String> = phases.into_iter().take(3).collect();
    if more > 0 {
        lines.push(format!("and {}", plural(more, "more connection")));
    }
    lines
}

fn figures(rates: &WireRates, now: Instant, is_listener: bool) -> String {
    let mut parts = Vec::new();
    if is_listener {
        parts.push(format!(
            "{} open of {}",
            rates.open,
            counted(rates.connections, "connection")
        ));
    } else {
        parts.push(counted(rates.connections, "connection"));
    }
    parts.push(counted(rates.messages, "message"));
    for (count, words) in [
        (rates.accepted, "accepted"),
        (rates.refused, "refused"),
        (rates.unanswered, "without an ACK being due"),
        (rates.unsure, "of which nobody knows"),
        (rates.not_sent, "not sent"),
        (rates.notes, "remarks on bytes"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {words}"));
        }
    }
    parts.push(format!("{}/s", rates.current(now)));
    if let (Some(half), Some(most)) = (rates.latency(0.5), rates.latency(0.99)) {
        let (half, most) = (span(half), span(most));
        parts.push(format!("ACK after {half}, 99 of 100 within {most}"));
    }
    parts.push(format!(
        "{} in, {} out",
        size(rates.bytes_in),
        size(rates.bytes_out)
    ));
    parts.join(" · ")
}

fn counted(count: u64, what: &str) -> String {
    plural(usize::try_from(count).unwrap_or(usize::MAX), what)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// From the right: the main step last, so that it stands where the hand is.
fn buttons_ui(ui: &mut Ui, cx: &Cx<'_>, station: &Station, state: &mut State) {
    let theme = Theme::of(ui);
    let id = station.id();
    let wire = |action| cx.send(Action::Wire(action));
    ui.menu_button("⋯", |ui| {
        if ui.button("Forget what was done").clicked() {
            wire(WireAction::Clear(id));
            ui.close();
        }
        if let Some(pem) = station.certificate()
            && ui
                .button("Copy the test certificate")
                .on_hover_text("What the other side is to trust; the key stays here")
                .clicked()
        {
            cx.send(Action::Copy {
                text: pem.to_string(),
                what: "the certificate".to_owned(),
            });
            ui.close();
        }
        if ui.button("Remove").clicked() {
            wire(WireAction::Remove(id));
            ui.close();
        }
    });
    match station.plan() {
        StationPlan::Listener(_) if station.is_running() => {
            if ui
                .add(primary(theme, "Stop"))
                .on_hover_text("End at once, whatever is under way")
                .clicked()
            {
                wire(WireAction::Stop(id));
            }
            if ui
                .button("Drain")
                .on_hover_text("Take no more connections, answer what was received, then end")
                .clicked()
            {
                wire(WireAction::Drain(id));
            }
        }
        StationPlan::Listener(_) => {
            if ui.add(primary(theme, "Listen")).clicked() {
                state.page = Page::Exchanges;
                wire(WireAction::Listen(id));
            }
        }
        StationPlan::Sender(_) if station.is_running() => {
            if ui
                .add(primary(theme, "Stop"))
                .on_hover_text("End at once, whatever is under way")
                .clicked()
            {
                wire(WireAction::Stop(id));
            }
        }
        StationPlan::Sender(_) => send_ui(ui, cx, id, state),
    }
}

/// What can be sent.
fn send_ui(ui: &mut Ui, cx: &Cx<'_>, id: StationId, state: &mut State) {
    let theme = Theme::of(ui);
    let mut asked = None;
    ui.menu_button("Send more", |ui| {
        let all = plural(cx.session.corpus().len(), "sample");
        for (name, tip, action) in [
            (
                format!("Send all {all}"),
                "In the order of the list",
                WireAction::Send(id, ToSend::All),
            ),
            (
                "Send the samples that the list shows".to_owned(),
                "Those that its filter lets through",
                WireAction::SendListed(id),
            ),
            (
                "Send the output of the selected sample".to_owned(),
                "What the mapping made of it",
                WireAction::Send(id, ToSend::Output),
            ),
        ] {
            if ui.button(name).on_hover_text(tip).clicked() {
                asked = Some(action);
                ui.close();
            }
        }
    });
    let selected = cx.session.selected();
    let button = primary(theme, "Send the selected sample");
    let button = ui.add_enabled(selected.is_some(), button);
    let button = button.on_disabled_hover_text("Open or paste a message first");
    if let Some(sample) = selected.filter(|_| button.clicked()) {
        asked = Some(WireAction::Send(id, ToSend::Samples(vec![sample])));
    }
    if let Some(action) = asked {
        state.page = Page::Exchanges;
        cx.send(Action::Wire(action));
    }
}

fn pages_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, station: &Station) {
    let theme = Theme::of(ui);
    ui.spacing_mut().item_spacing.x = theme.grid(1);
    let faults = match station.plan() {
        StationPlan::Listener(plan) => plan.faults.count(),
        StationPlan::Sender(plan) => plan.faults.count(),
    };
    let faults = match faults {
        0 => "Faults".to_owned(),
        count => format!("Faults ({count} on)"),
    };
    for (page, name) in [
        (Page::Exchanges, "Exchanges"),
        (Page::Settings, "Settings"),
        (Page::Faults, &*faults),
        (Page::Figures, "Figures"),
    ] {
        if ui
            .add(Button::selectable(state.page == page, name))
            .clicked()
        {
            state.page = page;
        }
    }
    if state.page == Page::Exchanges {
        state.exchanges.filter_ui(ui, cx);
    } else if station.is_running() && state.page == Page::Settings {
        weak(ui, "It runs: settings count from the next start");
    }
}
