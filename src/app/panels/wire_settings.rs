//! How a listener or sender is described: each field with what stands in its way, should there be something.

use std::fmt::Debug;

use egui::{Checkbox, ComboBox, RichText, ScrollArea, TextEdit, Ui};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::super::wire_action::WireAction;
use super::fields::heading_ui;
use crate::net::HttpUrl;
use crate::workbench::{
    AckPlan, BlockCheckPlan, BlockSizePlan, ClientTls, ClientTlsPlan, FramePlan, LayerPlan,
    ListenerPlan, PacePlan, PlanError, SenderPlan, ServerTls, ServerTlsPlan, Station, StationPlan,
};

/// Shows the form.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, station: &Station) {
    let theme = Theme::of(ui);
    let mut plan = station.plan().clone();
    ScrollArea::vertical()
        .id_salt(("settings", station.id()))
        .auto_shrink(false)
        .show(ui, |ui| {
            let frame = egui::Frame::new().inner_margin(theme.margin(3, 1));
            frame.show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = theme.grid(1);
                match &mut plan {
                    StationPlan::Listener(plan) => listener_ui(ui, plan),
                    StationPlan::Sender(plan) => sender_ui(ui, plan),
                }
                ui.add_space(theme.grid(4));
            });
        });
    if plan != *station.plan() {
        let action = WireAction::Change(station.id(), Box::new(plan));
        cx.send(Action::Wire(action));
    }
}

fn listener_ui(ui: &mut Ui, plan: &mut ListenerPlan) {
    let fault = plan.settings().err();
    let mut form = Form { ui, fault };
    form.heading("Who can connect");
    let tip = "2575 is that port for this machine only; 0.0.0.0:2575 is for all its networks";
    form.text("Address", &mut plan.address, "2575", tip);
    let tip = "Addresses and networks with commas between them, such as 10.1.2.3, 10.7.0.0/16";
    form.text("Accept from", &mut plan.accept_from, "everybody", tip);
    form.text(
        "Connections",
        &mut plan.connections,
        "1024",
        "At once, at most",
    );
    let tip = "Seconds after which a silent connection is closed";
    form.text("Idle time-out", &mut plan.idle_timeout, "never", tip);
    form.heading("How messages are answered");
    let answers = [
        (AckPlan::Mapped, "As the mapping of the profile turns out"),
        (
            AckPlan::Immediate,
            "Accept as soon as it is here and stored",
        ),
        (AckPlan::Fixed, "With a code, whatever came"),
        (AckPlan::Script, "As a script makes it"),
        (AckPlan::Never, "Not at all"),
    ];
    form.choice("ACK", &mut plan.ack, &answers);
    if plan.ack == AckPlan::Script {
        let tip = "A file: in the script `msg` is the message and `out` the positive ACK, which it changes; reject() answers AR, skip() nothing";
        form.text("Script", &mut plan.ack_script, "answer.rhai", tip);
    }
    if plan.ack == AckPlan::Fixed {
        form.text("Code", &mut plan.ack_code, "AE", "AA, AE, AR, CA, CE or CR");
        form.text(
            "Words",
            &mut plan.ack_text,
            "none",
            "What MSA-3 and ERR say",
        );
    }
    form.switch(
        "Once",
        &mut plan.once,
        "Take a repeated control id once and answer it again",
    );
    form.switch("Batches", &mut plan.batch_ack, "Answer a batch by a batch");
    form.heading("Where messages go");
    form.switch(
        "Samples",
        &mut plan.into_samples,
        "Put them among the samples",
    );
    let tip = "A folder: each message is safe on its disk before it is acknowledged, and survives a crash";
    form.text("Journal", &mut plan.journal, "none", tip);
    if !plan.into_samples && plan.journal.trim().is_empty() {
        form.warn("Messages are answered and not kept anywhere");
    }
    server_tls_ui(&mut form, &mut plan.tls);
    frame_ui(&mut form, &mut plan.frame, Side::Listener);
}

fn sender_ui(ui: &mut Ui, plan: &mut SenderPlan) {
    let fault = plan.settings().err();
    let fault = fault.or_else(|| plan.pace().err());
    let fault = fault.or_else(|| plan.repeat().err());
    let fault = fault.or_else(|| plan.connections().err());
    let mut form = Form { ui, fault };
    form.heading("Where messages go");
    form.text(
        "To",
        &mut plan.target,
        "localhost:2575",
        "A host and a port, or a URL for HTTP; ${NAME} stands for what the environment says",
    );
    form.text(
        "Connections",
        &mut plan.connections,
        "1",
        "That share the messages; with more than one their order is not kept",
    );
    form.text(
        "Unanswered",
        &mut plan.window,
        "1",
        "Messages that may wait for their ACKs on one connection at once; ACKs find them by MSA-2",
    );
    form.switch(
        "Each its own",
        &mut plan.connect_each,
        "A connection of its own for each message",
    );
    form.heading("When they go");
    let paces = [
        (PacePlan::Free, "As soon as a connection is free"),
        (PacePlan::Rate, "So many a second"),
        (PacePlan::Log, "As far apart as their MSH-7 are"),
    ];
    form.choice("Pace", &mut plan.pace, &paces);
    match plan.pace {
        PacePlan::Free => {}
        PacePlan::Rate => form.text("Messages a second", &mut plan.rate, "10", "At most"),
        PacePlan::Log => form.text(
            "Speed",
            &mut plan.speed,
            "1",
            "So many times as fast as the log",
        ),
    }
    form.text(
        "Repeat",
        &mut plan.repeat,
        "1",
        "Send everything so many times",
    );
    form.switch(
        "Fresh ids",
        &mut plan.fresh_ids,
        "Give each message a control id that no other has",
    );
    form.heading("What counts as success");
    form.text(
        "Accepted codes",
        &mut plan.accept,
        "AA, CA",
        "With commas between them",
    );
    form.switch(
        "Any MSA-2",
        &mut plan.any_id,
        "Take an ACK whose MSA-2 is not the message's MSH-10, too",
    );
    form.text(
        "Answer time-out",
        &mut plan.timeout,
        "30",
        "Seconds to wait for an ACK",
    );
    form.text(
        "Answers at",
        &mut plan.answers_at,
        "the same connection",
        "A port of our own at which the peer delivers its ACKs",
    );
    form.heading("When something fails");
    form.text(
        "Connect time-out",
        &mut plan.connect_timeout,
        "10",
        "Seconds",
    );
    form.text(
        "Reconnect",
        &mut plan.reconnect,
        "0",
        "Further tries to connect",
    );
    form.text("Resend", &mut plan.resend, "0", "Further tries to send what did not arrive or of which nobody knows; the peer may get it twice");
    form.text(
        "Pause",
        &mut plan.pause,
        "1",
        "Seconds before each further try",
    );
    form.switch(
        "Stop",
        &mut plan.stop_on_failure,
        "Send nothing after a message that failed",
    );
    let is_https = plan.target.trim_start().starts_with("https://");
    client_tls_ui(&mut form, &mut plan.tls, is_https);
    let side = if HttpUrl::is_meant(&plan.target) {
        Side::SenderToUrl
    } else {
        Side::Sender
    };
    frame_ui(&mut form, &mut plan.frame, side);
}

fn server_tls_ui(form: &mut Form<'_>, tls: &mut ServerTlsPlan) {
    form.heading("TLS");
    let choices = [
        (ServerTls::Off, "None: in the clear"),
        (
            ServerTls::SelfSigned,
            "With a test certificate made at the start",
        ),
        (ServerTls::Files, "With a certificate from files"),
    ];
    form.choice("Certificate", &mut tls.choice, &choices);
    if tls.choice == ServerTls::Off {
        return;
    }
    if tls.choice == ServerTls::Files {
        form.text(
            "Chain",
            &mut tls.chain,
            "server.pem",
            "A PEM file: our certificate first",
        );
        form.text("Key", &mut tls.key, "server.key", "A PEM file with its key");
    }
    let tip = "A PEM file: only clients with a certificate of these CAs can connect";
    form.text(
        "CAs of clients",
        &mut tls.client_ca,
        "clients need none",
        tip,
    );
    form.switch("Version", &mut tls.only_13, "TLS 1.3 only");
}

fn client_tls_ui(form: &mut Form<'_>, tls: &mut ClientTlsPlan, is_https: bool) {
    form.heading("TLS");
    let none = if is_https {
        "As https:// says: trust the CAs of this system"
    } else {
        "None: in the clear"
    };
    let choices = [
        (ClientTls::Off, none),
        (ClientTls::Files, "Trust the CAs of a file"),
        (ClientTls::System, "Trust the CAs of this system"),
        (
            ClientTls::OwnListeners,
            "Trust the test certificates of this window's listeners",
        ),
    ];
    form.choice("Trust", &mut tls.choice, &choices);
    if tls.choice == ClientTls::Off && !is_https {
        return;
    }
    if tls.choice == ClientTls::Files {
        form.text("CAs", &mut tls.ca, "ca.pem", "A PEM file");
    }
    let tip = "The name that the peer's certificate must be for, where it is not the host";
    form.text("Name", &mut tls.name, "the host", tip);
    form.text(
        "Own chain",
        &mut tls.chain,
        "none",
        "A PEM file: shown where the peer asks for a certificate",
    );
    form.text("Own key", &mut tls.key, "none", "A PEM file with its key");
    form.switch("Version", &mut tls.only_13, "TLS 1.3 only");
}

/// Who speaks, and whether a URL says that it is HTTP.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Listener,
    Sender,
    SenderToUrl,
}

fn frame_ui(form: &mut Form<'_>, frame: &mut FramePlan, side: Side) {
    form.heading("Lower layer");
    if side == Side::SenderToUrl {
        form.tell("HTTP, as the URL says: one POST a message, the ACK in the answer");
        return http_ui(form, frame, side);
    }
    let layers = [
        (LayerPlan::Mllp, "MLLP: the message in a frame"),
        (
            LayerPlan::MllpRelease2,
            "MLLP release 2: with a commit by a byte",
        ),
        (LayerPlan::Hllp, "Hybrid: a block with its size and check"),
        (
            LayerPlan::Http,
            "HTTP: one POST a message, the ACK in the answer",
        ),
    ];
    form.choice("Protocol", &mut frame.layer, &layers);
    if frame.layer == LayerPlan::Hllp {
        let sizes = [
            (
                BlockSizePlan::Block,
                "From the start of the frame to the end of the data",
            ),
            (BlockSizePlan::Data, "The data alone"),
            (BlockSizePlan::Ignored, "Anything: it is not looked at"),
        ];
        form.choice("Block size", &mut frame.block_size, &sizes);
        let checks = [
            (BlockCheckPlan::ExclusiveOr, "Exclusive-or of all bytes"),
            (BlockCheckPlan::Sum, "Sum of all bytes"),
            (BlockCheckPlan::None, "None"),
        ];
        form.choice("Block check", &mut frame.block_check, &checks);
    }
    if frame.layer == LayerPlan::Http {
        return http_ui(form, frame, side);
    }
    form.text("Start of frame", &mut frame.start, "0B", "Hexadecimal");
    form.text("End of frame", &mut frame.end, "1C0D", "Hexadecimal");
}

fn http_ui(form: &mut Form<'_>, frame: &mut FramePlan, side: Side) {
    if side != Side::SenderToUrl {
        let tip = "Where messages are taken, such as /hl7/adt";
        form.text("Path", &mut frame.path, "/", tip);
    }
    let tip =
        "A file that holds user:password for basic authentication; what is in it is not kept here";
    form.text("Credentials", &mut frame.credentials, "none", tip);
    if side == Side::Listener {
        form.switch(
            "Strict",
            &mut frame.is_strict,
            "Take only media types of HL7, and no text/plain",
        );
    }
}

/// A form in two columns, the names and the fields.
struct Form<'u> {
    ui: &'u mut Ui,
    /// The first thing that stands in the way.
    fault: Option<PlanError>,
}

impl Form<'_> {
    fn heading(&mut self, text: &str) {
        heading_ui(self.ui, text);
    }

    fn warn(&mut self, text: &str) {
        let theme = Theme::of(self.ui);
        self.ui
            .label(RichText::new(text).color(*theme.severity.warning));
    }

    fn tell(&mut self, text: &str) {
        let theme = Theme::of(self.ui);
        self.ui.label(RichText::new(text).color(*theme.text.weak));
    }

    fn row(&mut self, name: &str, add: impl FnOnce(&mut Ui)) {
        let theme = Theme::of(self.ui);
        self.ui.horizontal(|ui| {
            ui.set_min_height(theme.grid(7));
            let size = egui::vec2(theme.grid(36), theme.size.row);
            let layout = egui::Layout::left_to_right(egui::Align::Center);
            ui.allocate_ui_with_layout(size, layout, |ui| {
                ui.set_min_size(size);
                ui.label(RichText::new(name).color(*theme.text.weak));
            });
            add(ui);
        });
    }

    fn text(&mut self, name: &'static str, text: &mut String, hint: &str, tip: &str) {
        let theme = Theme::of(self.ui);
        self.row(name, |ui| {
            let width = theme.grid(64).min(ui.available_width() - theme.grid(2));
            let field = TextEdit::singleline(text)
                .hint_text(hint.to_owned())
                .desired_width(width);
            let field = ui.add(field).on_hover_text(tip);
            field
                .ctx
                .accesskit_node_builder(field.id, |node| node.set_label(name));
        });
        let fault = self.fault.as_ref().filter(|fault| {
            // Both marks of a frame are judged together.
            fault.field == name || fault.field == "Frame" && name == "End of frame"
        });
        if let Some(fault) = fault {
            let why = RichText::new(&fault.why).color(*theme.severity.error);
            self.ui.horizontal_wrapped(|ui| {
                ui.add_space(theme.grid(36) + ui.spacing().item_spacing.x);
                ui.label(why);
            });
        }
    }

    fn switch(&mut self, name: &str, is_on: &mut bool, words: &str) {
        self.row(name, |ui| {
            ui.add(Checkbox::new(is_on, words));
        });
    }

    fn choice<T: Copy + PartialEq + Debug>(
        &mut self,
        name: &str,
        chosen: &mut T,
        all: &[(T, &str)],
    ) {
        let theme = Theme::of(self.ui);
        self.row(name, |ui| {
            let words = |of: T| {
                let found = all.iter().find(|(each, _)| *each == of);
                found.map_or("", |(_, words)| *words)
            };
            let combo = ComboBox::from_id_salt(("choice", name))
                .selected_text(words(*chosen))
                .width(theme.grid(64).min(ui.available_width() - theme.grid(2)));
            let open = combo.show_ui(ui, |ui| {
                for (each, words) in all {
                    ui.selectable_value(chosen, *each, *words);
                }
            });
            let id = open.response.id;
            ui.ctx()
                .accesskit_node_builder(id, |node| node.set_label(name));
        });
    }
}
