//! One exchange in full: what happened step by step, the message, its answers, and every byte.

use std::sync::Arc;

use egui::{Align, Button, Label, Layout, RichText, ScrollArea, Ui};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::question::primary;
use super::super::theme::Theme;
use super::super::widgets::{EDITABLE_BYTES, Folding, Hl7Text, Hl7View};
use super::super::wire_action::WireAction;
use super::parts::{bar_ui, weak};
use super::wire_bytes;
use super::wire_words::tone_colour;
use crate::hl7::{Message, decode, parse_shared};
use crate::workbench::{Exchange, Station, StationId, StationPlan, ToSend, report, time_of_day};

/// The view of an exchange.
#[derive(Default)]
pub(super) struct State {
    page: Page,
    view: Hl7View,
    read: Option<ReadText>,
    /// The text that is edited before it is sent, and of which exchange it is.
    edited: Option<((StationId, u64), Arc<str>)>,
}

/// A text as it is shown, and what it was read from.
struct ReadText {
    of: (StationId, u64, Part),
    text: Arc<str>,
    message: Message,
}

/// What of an exchange is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Page {
    #[default]
    Steps,
    Text(Part),
    Bytes,
}

/// A text of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Message,
    /// Which answer.
    Answer(usize),
}

/// Shows it.
pub(super) fn ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    station: &Station,
    exchange: &Exchange,
) {
    let line = egui::Stroke::new(1.0, *Theme::of(ui).surface.border);
    let top = ui.available_rect_before_wrap().top();
    ui.painter().hline(ui.max_rect().x_range(), top, line);
    let key = (station.id(), exchange.serial);
    if state.edited.as_ref().is_some_and(|(of, _)| *of != key) {
        state.edited = None;
    }
    if let Page::Text(Part::Answer(at)) = state.page
        && exchange
            .message
            .as_ref()
            .is_none_or(|message| at >= message.answers.len())
    {
        state.page = Page::Steps;
    }
    if exchange.message.is_none() && state.page == Page::Text(Part::Message) {
        state.page = Page::Steps;
    }
    bar_ui(ui, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            copy_ui(ui, cx, exchange);
            again_ui(ui, cx, state, station, exchange);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                pages_ui(ui, state, exchange);
            });
        });
    });
    match state.page {
        Page::Steps => steps_ui(ui, exchange),
        Page::Text(part) => text_ui(ui, state, key, part, exchange),
        Page::Bytes => wire_bytes::ui(ui, exchange),
    }
}

fn pages_ui(ui: &mut Ui, state: &mut State, exchange: &Exchange) {
    ui.spacing_mut().item_spacing.x = Theme::of(ui).grid(1);
    let mut pages = vec![(Page::Steps, "What happened".to_owned())];
    if let Some(message) = &exchange.message {
        pages.push((Page::Text(Part::Message), "Message".to_owned()));
        for (at, answer) in message.answers.iter().enumerate() {
            let name = match answer.code {
                Some(code) => format!("ACK {code}"),
                None => "Answer".to_owned(),
            };
            pages.push((Page::Text(Part::Answer(at)), name));
        }
    }
    if !exchange.pieces.is_empty() {
        pages.push((Page::Bytes, "Bytes".to_owned()));
    }
    for (page, name) in pages {
        if ui
            .add(Button::selectable(state.page == page, name))
            .clicked()
        {
            state.page = page;
        }
    }
}

fn copy_ui(ui: &mut Ui, cx: &Cx<'_>, exchange: &Exchange) {
    ui.menu_button("Copy", |ui| {
        for (name, tip, is_masked) in [
            (
                "Copy for the vendor",
                "Steps and bytes, with letters and digits of data replaced",
                true,
            ),
            (
                "Copy with all data",
                "Steps and bytes as they are: for people who may see them",
                false,
            ),
        ] {
            if ui.button(name).on_hover_text(tip).clicked() {
                cx.send(Action::Copy {
                    text: report(exchange, is_masked),
                    what: "the exchange".to_owned(),
                });
                ui.close();
            }
        }
    });
}

/// Whom a message of this listener or sender is sent to when it is sent again.
fn sender_for(cx: &Cx<'_>, station: &Station) -> Option<StationId> {
    if matches!(station.plan(), StationPlan::Sender(_)) {
        return Some(station.id());
    }
    let mut senders = cx.session.stations().iter();
    let sender = senders.find(|one| matches!(one.plan(), StationPlan::Sender(_)));
    sender.map(Station::id)
}

fn again_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, station: &Station, exchange: &Exchange) {
    let theme = Theme::of(ui);
    let Some(message) = &exchange.message else {
        return;
    };
    let key = (station.id(), exchange.serial);
    let sender = sender_for(cx, station);
    let is_free = sender
        .and_then(|id| cx.session.station(id))
        .is_some_and(|one| !one.is_running());
    let why = if sender.is_none() {
        "Add a sender first: it says where the message goes"
    } else {
        "The sender is busy: wait until it is done, or stop it"
    };
    let send = |what| {
        if let Some(sender) = sender {
            cx.send(Action::Wire(WireAction::Send(sender, what)));
        }
    };
    if let Some((_, text)) = &state.edited {
        let button = ui.add_enabled(is_free, primary(theme, "Send the edited message"));
        if button.on_disabled_hover_text(why).clicked() {
            let name = format!("edited from exchange {}", exchange.serial);
            send(ToSend::Text(name, Arc::clone(text)));
            state.edited = None;
        }
        if ui.button("Leave it").clicked() {
            state.edited = None;
        }
        return;
    }
    let into = ui.button("Into samples");
    if into
        .on_hover_text("Put the message among the samples, to look at it and map it")
        .clicked()
    {
        cx.send(Action::Wire(WireAction::IntoSamples(key.0, key.1)));
    }
    let can_edit = message.content.len() <= EDITABLE_BYTES;
    let edit = ui.add_enabled(can_edit, Button::new("Edit and resend…"));
    if edit
        .on_disabled_hover_text("Too long to edit here: put it among the samples")
        .clicked()
    {
        state.edited = Some((key, decode(&message.content, None).text));
        state.page = Page::Text(Part::Message);
    }
    let again = ui.add_enabled(is_free, Button::new("Send again"));
    if again
        .on_hover_text("The same bytes once more")
        .on_disabled_hover_text(why)
        .clicked()
    {
        send(ToSend::Exchange(key.0, key.1));
    }
}

fn steps_ui(ui: &mut Ui, exchange: &Exchange) {
    let theme = Theme::of(ui);
    let frame = egui::Frame::new()
        .fill(*theme.surface.sunken)
        .inner_margin(theme.margin(3, 2));
    frame.show(ui, |ui| {
        ScrollArea::vertical()
            .id_salt("steps")
            .auto_shrink(false)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = theme.grid(1);
                if exchange.steps.is_empty() {
                    weak(ui, "Nothing is told of it but its bytes");
                }
                for step in &exchange.steps {
                    ui.horizontal_top(|ui| {
                        let time = RichText::new(time_of_day(step.time)).monospace();
                        ui.add(Label::new(time.color(*theme.text.weak)).selectable(false));
                        let dot = RichText::new("●").color(*tone_colour(theme, step.tone));
                        ui.add(Label::new(dot).selectable(false));
                        ui.add(
                            Label::new(RichText::new(&step.words).color(*theme.text.body)).wrap(),
                        );
                    });
                }
            });
    });
}

fn text_ui(ui: &mut Ui, state: &mut State, key: (StationId, u64), part: Part, exchange: &Exchange) {
    let edited = state.edited.as_ref().filter(|_| part == Part::Message);
    let edited = edited.map(|(_, text)| Arc::clone(text));
    let is_edited = edited.is_some();
    let of = (key.0, key.1, part);
    let is_read = state
        .read
        .as_ref()
        .is_some_and(|read| read.of == of && edited.as_ref().is_none_or(|text| *text == read.text));
    if !is_read {
        let bytes = exchange.message.as_ref().map(|message| match part {
            Part::Message => message.content.clone(),
            Part::Answer(at) => message
                .answers
                .get(at)
                .map(|answer| answer.content.clone())
                .unwrap_or_default(),
        });
        let text = edited.unwrap_or_else(|| decode(&bytes.unwrap_or_default(), None).text);
        let message = parse_shared(Arc::clone(&text)).0;
        state.read = Some(ReadText { of, text, message });
    }
    let Some(read) = &state.read else { return };
    let text = Hl7Text {
        name: "Text of the exchange",
        message: &read.message,
        folding: Folding::Whole,
        editable: is_edited,
        marks: &[],
        reveal: false,
    };
    let response = state.view.ui(ui, &text);
    if let Some(text) = response.edited
        && let Some((_, kept)) = &mut state.edited
    {
        *kept = text.into();
    }
}
