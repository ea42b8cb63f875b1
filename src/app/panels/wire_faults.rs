//! Faults as switches: what a listener or sender does wrong on purpose.

use egui::{Checkbox, Label, RichText, ScrollArea, TextEdit, Ui};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::super::wire_action::WireAction;
use super::parts::weak;
use crate::net::{Fault, FaultSide};
use crate::workbench::{FaultsPlan, Station, StationPlan};

/// The view of the faults.
#[derive(Default)]
pub(super) struct State {
    shows_on_only: bool,
}

/// Shows them.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, station: &Station) {
    let theme = Theme::of(ui);
    let mut plan = station.plan().clone();
    let (faults, is_listener) = match &mut plan {
        StationPlan::Listener(plan) => (&mut plan.faults, true),
        StationPlan::Sender(plan) => (&mut plan.faults, false),
    };
    let before = faults.clone();
    let frame = egui::Frame::new().inner_margin(theme.margin(3, 2));
    frame.show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.checkbox(&mut state.shows_on_only, "Only those that are on");
            ui.add_space(theme.grid(3));
            ui.label("Seed");
            let seed = TextEdit::singleline(&mut faults.seed).desired_width(theme.grid(14));
            let seed = ui.add(seed);
            seed.ctx
                .accesskit_node_builder(seed.id, |node| node.set_label("Seed of the faults"));
            seed.on_hover_text("The same seed gives the same chances again");
            if faults.count() > 0 && ui.button("All off").clicked() {
                for switch in &mut faults.switches {
                    switch.is_on = false;
                }
            }
            weak(ui, "They count at once, also while it runs");
        });
        if let Err(error) = faults.faults() {
            ui.label(RichText::new(error.to_string()).color(*theme.severity.error));
        }
        ui.add_space(theme.grid(1));
        ui.horizontal(|ui| {
            for (title, width) in [("Fault", 36), ("Every n-th, or %", 14), ("With", 26)] {
                let size = egui::vec2(theme.grid(width), theme.size.row);
                let layout = egui::Layout::left_to_right(egui::Align::Center);
                ui.allocate_ui_with_layout(size, layout, |ui| {
                    ui.set_min_size(size);
                    weak(ui, title);
                });
            }
            weak(ui, "What is done wrong");
        });
        ScrollArea::vertical()
            .id_salt("faults")
            .auto_shrink(false)
            .show(ui, |ui| {
                for fault in Fault::ALL {
                    let is_had = is_listener || fault.side() == FaultSide::Both;
                    if is_had && (!state.shows_on_only || faults.switch(fault).is_on) {
                        fault_ui(ui, faults, fault);
                    }
                }
            });
    });
    if *faults != before {
        cx.send(Action::Wire(WireAction::Change(
            station.id(),
            Box::new(plan),
        )));
    }
}

fn fault_ui(ui: &mut Ui, faults: &mut FaultsPlan, fault: Fault) {
    let theme = Theme::of(ui);
    let mut switch = faults.switch(fault);
    let before = switch.clone();
    let name = fault.name();
    ui.horizontal(|ui| {
        ui.set_min_height(theme.grid(7));
        let size = egui::vec2(theme.grid(36), theme.size.row);
        ui.allocate_ui_with_layout(
            size,
            egui::Layout::left_to_right(egui::Align::Center),
            |ui| {
                ui.set_min_size(size);
                ui.add(Checkbox::new(&mut switch.is_on, name));
            },
        );
        field(
            ui,
            &mut switch.when,
            &format!("When {name}"),
            "1",
            theme.grid(12),
        )
        .on_hover_text("3: at every third message or connection; 10%: at one of ten");
        // The help names what can be said: `waits (=2s)`.
        let (help, usual) = match fault.help().split_once(" (=") {
            Some((help, usual)) => (help, Some(usual.trim_end_matches(')'))),
            None => (fault.help(), None),
        };
        if let Some(usual) = usual {
            let value = format!("Value of {name}");
            field(ui, &mut switch.value, &value, usual, theme.grid(24))
                .on_hover_text(format!("{usual}; empty: as usual"));
        } else {
            let place = egui::vec2(theme.grid(26), theme.size.row);
            ui.allocate_exact_size(place, egui::Sense::hover());
        }
        let help = RichText::new(help).color(*theme.text.weak);
        ui.add(Label::new(help).truncate());
    });
    if switch != before {
        faults.set(switch);
    }
}

fn field(ui: &mut Ui, text: &mut String, name: &str, hint: &str, width: f32) -> egui::Response {
    let field = TextEdit::singleline(text)
        .hint_text(hint.to_owned())
        .desired_width(width);
    let field = ui.add(field);
    field
        .ctx
        .accesskit_node_builder(field.id, |node| node.set_label(name));
    field
}
