//! The waivers of a profile: where a rule need not hold, and why.

use std::sync::Arc;

use egui::{Button, ComboBox, Ui};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::fields::text_ui;
use super::parts::weak;
use crate::grammar::{RULES, own_rules};
use crate::hl7::Location;
use crate::profile::{Edit, Waiver};

/// A waiver that is being written.
#[derive(Default)]
pub(super) struct State {
    rule: Option<Arc<str>>,
    at: String,
    reason: String,
}

/// Shows the waivers and the line for a new one.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let waivers = &cx.session.profile().waivers;
    if waivers.is_empty() {
        weak(ui, "None yet: Waive… beside a problem makes one");
    }
    for (index, waiver) in waivers.iter().enumerate() {
        ui.horizontal_wrapped(|ui| waiver_ui(ui, cx, index, waiver));
    }
    ui.horizontal_wrapped(|ui| new_ui(ui, cx, state));
}

fn waiver_ui(ui: &mut Ui, cx: &Cx<'_>, index: usize, waiver: &Waiver) {
    let theme = Theme::of(ui);
    let number = index + 1;
    let change = |waiver: Waiver| cx.send(Action::Edit(Edit::ChangeWaiver { index, waiver }));
    let mut rule = Some(Arc::clone(&waiver.rule));
    rule_ui(ui, cx, &format!("Rule of waiver {number}"), &mut rule);
    if let Some(rule) = rule.filter(|rule| *rule != waiver.rule) {
        change(Waiver {
            rule,
            ..waiver.clone()
        });
    }
    let name = format!("Place of waiver {number}");
    let at = waiver.at.to_string();
    if let Some(text) = text_ui(ui, &name, &at, theme.grid(24), "PV1-2", a_place)
        && let Ok(at) = text.trim().parse()
    {
        change(Waiver {
            at,
            ..waiver.clone()
        });
    }
    let name = format!("Reason of waiver {number}");
    let width = reason_width(ui);
    if let Some(text) = text_ui(ui, &name, &waiver.reason, width, REASON, a_reason) {
        change(Waiver {
            reason: text.into(),
            ..waiver.clone()
        });
    }
    let remove = ui.add(Button::new("Remove"));
    remove.ctx.accesskit_node_builder(remove.id, |node| {
        node.set_label(format!("Remove waiver {number}"));
    });
    if remove.clicked() {
        cx.send(Action::Edit(Edit::RemoveWaiver { index }));
    }
}

/// What is left of the line for the reason and a button, or the next line where that is little.
fn reason_width(ui: &mut Ui) -> f32 {
    let theme = Theme::of(ui);
    let button = theme.grid(30);
    let rest = ui.max_rect().right() - ui.cursor().left() - button;
    if rest < theme.grid(50) {
        ui.end_row();
        (ui.max_rect().width() - button).max(theme.grid(30))
    } else {
        rest
    }
}

const REASON: &str = "Who agreed to it, and when";

fn new_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let theme = Theme::of(ui);
    rule_ui(ui, cx, "Rule of a new waiver", &mut state.rule);
    let field = |ui: &mut Ui, name: &str, text: &mut String, width: f32, hint: &str| {
        let field = egui::TextEdit::singleline(text)
            .hint_text(hint.to_owned())
            .desired_width(width);
        let field = ui.add(field);
        field
            .ctx
            .accesskit_node_builder(field.id, |node| node.set_label(name));
        cx.keeps_own_undo(field.has_focus());
    };
    let at = "Place of a new waiver";
    field(ui, at, &mut state.at, theme.grid(24), "PV1-2");
    let width = reason_width(ui);
    let reason = "Reason of a new waiver";
    field(ui, reason, &mut state.reason, width, REASON);
    let at: Result<Location, _> = state.at.trim().parse();
    let ready = match (&state.rule, at) {
        (None, _) => Err("Choose a rule".to_owned()),
        (_, Err(error)) => Err(error.to_string()),
        (Some(rule), Ok(at)) => a_reason(&state.reason).map(|()| Waiver {
            rule: Arc::clone(rule),
            at,
            reason: state.reason.trim().into(),
        }),
    };
    let button = ui.add_enabled(ready.is_ok(), Button::new("Add waiver"));
    match ready {
        Ok(waiver) if button.clicked() => {
            cx.send(Action::Edit(Edit::AddWaiver { waiver }));
            *state = State::default();
        }
        Ok(_) => {}
        Err(why) => drop(button.on_disabled_hover_text(why)),
    }
}

/// The choice of a rule; what the profile names and nobody knows stays to be seen.
fn rule_ui(ui: &mut Ui, cx: &Cx<'_>, name: &str, rule: &mut Option<Arc<str>>) {
    let text = rule.as_deref().unwrap_or("Choose a rule").to_owned();
    let combo = ComboBox::from_id_salt(name)
        .selected_text(text)
        .width(Theme::of(ui).grid(46))
        .height(Theme::of(ui).grid(100));
    let shown = combo.show_ui(ui, |ui| {
        let own = own_rules(cx.session.profile()).map(|own| Arc::clone(&own.name));
        for each in own.chain(RULES.iter().map(|known| known.code.into())) {
            let label = each.to_string();
            ui.selectable_value(rule, Some(each), label);
        }
    });
    let id = shown.response.id;
    ui.ctx()
        .accesskit_node_builder(id, |node| node.set_label(name.to_owned()));
}

fn a_place(text: &str) -> Result<(), String> {
    let at: Result<Location, _> = text.trim().parse();
    at.map(|_| ()).map_err(|error| error.to_string())
}

/// A reason is needed: nobody knows in a year why a rule did not count.
pub(super) fn a_reason(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        Err("Write who agreed to it, and when".to_owned())
    } else {
        Ok(())
    }
}
