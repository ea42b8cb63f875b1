//! The message definitions of the profile: their order, their identity, their structure.

use std::sync::Arc;

use egui::{Button, RichText, Ui};
use regex::Regex;

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::part::Part;
use super::super::status::plural;
use super::super::theme::Theme;
use super::fields::{heading_ui, label_ui, some_name, text_ui};
use super::parts::weak;
use super::{grammar_fit, profile_grammar};
use crate::hl7::Location;
use crate::profile::{Edit, Identity, MessageDefinition};

/// Shows the definitions in matching order.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>) {
    let profile = cx.session.profile();
    heading_ui(ui, "Message definitions");
    weak(
        ui,
        "In matching order: a message falls under the first one whose identity it has",
    );
    let here = cx.preview().and_then(|preview| preview.definition);
    for (index, definition) in profile.messages.iter().enumerate() {
        row_ui(ui, cx, index, definition, here == Some(index));
    }
    if let Some(counts) = cx
        .session
        .match_counts()
        .filter(|counts| counts.unmatched > 0)
    {
        let samples = plural(counts.unmatched, "sample");
        let fall = if counts.unmatched == 1 {
            "falls"
        } else {
            "fall"
        };
        weak(ui, format!("{samples} {fall} under none of them"));
    }
    if ui.add(Button::new("Add a message definition")).clicked() {
        cx.run(Command::AddDefinition);
    }
}

fn row_ui(ui: &mut Ui, cx: &Cx<'_>, index: usize, definition: &MessageDefinition, here: bool) {
    let theme = Theme::of(ui);
    let size = egui::Vec2::new(ui.available_width(), theme.size.row);
    let from_right = egui::Layout::right_to_left(egui::Align::Center);
    ui.allocate_ui_with_layout(size, from_right, |ui| {
        ui.spacing_mut().item_spacing.x = theme.grid(1);
        order_ui(ui, cx, index, definition);
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            let mut text = RichText::new(format!("{}  {}", index + 1, definition.name));
            if here {
                text = text.font(theme.strong_font());
            }
            let button = ui.add(Button::selectable(false, text).truncate());
            button.widget_info(|| {
                let name = format!("Definition {}", definition.name);
                egui::WidgetInfo::labeled(egui::Role::Button, true, name)
            });
            if button.clicked() {
                cx.send(Action::ShowPart(Part::Message(index)));
            }
            if let Some(text) = count_text(cx, index) {
                let tip = "Samples, as they were read, that fall under this definition";
                weak(ui, text).on_hover_text(tip);
            }
            if here {
                weak(ui, "· this sample falls under it");
            }
        });
    });
}

/// How many samples fall under a definition, as far as they are counted.
fn count_text(cx: &Cx<'_>, index: usize) -> Option<String> {
    let counts = cx.session.match_counts()?;
    let count = counts.matched.get(index).filter(|_| counts.total > 0)?;
    let so_far = if counts.counted < counts.total {
        " so far"
    } else {
        ""
    };
    Some(format!("{}{so_far}", plural(*count, "sample")))
}

/// The buttons that move or remove a definition, from the right.
fn order_ui(ui: &mut Ui, cx: &Cx<'_>, index: usize, definition: &MessageDefinition) {
    let last = cx.session.profile().messages.len() - 1;
    let message = &definition.name;
    let tip = "Remove this definition; Ctrl+Z brings it back";
    let remove = ui.add(Button::new("×").small()).on_hover_text(tip);
    remove.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Remove {message}"))
    });
    if remove.clicked() {
        let message = Arc::clone(message);
        cx.send(Action::Edit(Edit::RemoveMessage { message }));
    }
    let steps = [
        ("↓", "Move down", (index < last).then_some(index + 1)),
        ("↑", "Move up", index.checked_sub(1)),
    ];
    for (sign, tip, to) in steps {
        let button = Button::new(sign).small();
        let button = ui.add_enabled(to.is_some(), button).on_hover_text(tip);
        button.widget_info(|| {
            let name = format!("{tip} {message}");
            egui::WidgetInfo::labeled(egui::Role::Button, to.is_some(), name)
        });
        if let Some(to) = to.filter(|_| button.clicked()) {
            let message = Arc::clone(message);
            cx.send(Action::Edit(Edit::MoveMessage { message, to }));
        }
    }
}

/// Shows one definition in full.
pub(super) fn definition_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut profile_grammar::State,
    index: usize,
) {
    let theme = Theme::of(ui);
    let Some(definition) = cx.session.profile().messages.get(index) else {
        weak(ui, "This definition is gone: Ctrl+Z brings it back");
        return;
    };
    heading_ui(ui, &format!("Definition: {}", definition.name));
    let width = (ui.available_width() - theme.grid(26)).max(theme.grid(30));
    ui.horizontal(|ui| {
        label_ui(ui, "Name");
        let free = |text: &str| {
            some_name(text)?;
            let taken = cx.session.profile().message(text).is_some() && *text != *definition.name;
            if taken {
                Err("Another definition has this name".to_owned())
            } else {
                Ok(())
            }
        };
        if let Some(name) = text_ui(
            ui,
            "Definition name",
            &definition.name,
            width,
            "Admissions",
            free,
        ) {
            let message = Arc::clone(&definition.name);
            cx.send(Action::Edit(Edit::RenameMessage {
                message,
                to: name.into(),
            }));
        }
    });
    identity_ui(ui, cx, definition);
    grammar_fit::candidates_ui(ui, cx, index);
    profile_grammar::ui(ui, cx, state, definition);
    ui.add_space(theme.grid(1));
    ui.horizontal(|ui| {
        label_ui(ui, "Makes");
        let rows = definition.rows.iter().map(|rows| {
            format!(
                "rows of {} by {}",
                rows.table,
                rows.root
                    .as_ref()
                    .map_or_else(|| "the template's root".to_owned(), ToString::to_string)
            )
        });
        let script = definition
            .script
            .iter()
            .map(|_| "what its script says".to_owned());
        let made: Vec<_> = rows.chain(script).collect();
        let text = if made.is_empty() {
            "nothing yet".to_owned()
        } else {
            made.join(", ")
        };
        ui.add(egui::Label::new(RichText::new(text).color(*theme.text.body)).wrap());
    });
    if ui.add(Button::new("Show its script")).clicked() {
        cx.run(Command::ShowScript);
    }
}

/// The rows of the identity: a location and the expression that its value must match.
fn identity_ui(ui: &mut Ui, cx: &Cx<'_>, definition: &MessageDefinition) {
    let theme = Theme::of(ui);
    let message = cx
        .preview()
        .filter(|preview| preview.sample.is_some())
        .map(|preview| &preview.message);
    let set = |identity: Vec<Identity>| {
        cx.send(Action::Edit(Edit::SetIdentity {
            message: Arc::clone(&definition.name),
            identity,
        }));
    };
    for (index, row) in definition.identity.iter().enumerate() {
        ui.horizontal(|ui| {
            label_ui(ui, if index == 0 { "Identity" } else { "and" });
            let name = format!("Identity {} location", index + 1);
            let at = text_ui(
                ui,
                &name,
                &row.at.to_string(),
                theme.grid(24),
                "MSH-9.1",
                location,
            );
            if let Some(at) = at.and_then(|text| text.trim().parse().ok()) {
                let mut identity = definition.identity.clone();
                if let Some(row) = identity.get_mut(index) {
                    row.at = at;
                }
                set(identity);
            }
            ui.label(RichText::new("matches").color(*theme.text.weak));
            let name = format!("Identity {} expression", index + 1);
            if let Some(text) =
                text_ui(ui, &name, &row.matches, theme.grid(28), "^ADT$", expression)
            {
                let mut identity = definition.identity.clone();
                if let Some(row) = identity.get_mut(index) {
                    row.matches = text.into();
                }
                set(identity);
            }
            let remove = ui
                .add(Button::new("×").small())
                .on_hover_text("Remove this condition");
            remove.widget_info(|| {
                egui::WidgetInfo::labeled(
                    egui::Role::Button,
                    true,
                    format!("Remove condition {}", index + 1),
                )
            });
            if remove.clicked() {
                let mut identity = definition.identity.clone();
                identity.remove(index);
                set(identity);
            }
            if let Some(message) = message {
                let holds = Regex::new(&row.matches)
                    .is_ok_and(|regex| regex.is_match(&message.text_at(&row.at)));
                let (text, colour) = if holds {
                    ("holds here", theme.severity.good)
                } else {
                    ("not here", theme.text.weak)
                };
                ui.label(RichText::new(text).small().color(*colour));
            }
        });
    }
    ui.horizontal(|ui| {
        label_ui(
            ui,
            if definition.identity.is_empty() {
                "Identity"
            } else {
                ""
            },
        );
        if definition.identity.is_empty() {
            ui.label(RichText::new("every message").color(*theme.text.body));
        }
        if ui.add(Button::new("Add a condition")).clicked() {
            let mut identity = definition.identity.clone();
            identity.extend(first_condition(cx));
            set(identity);
        }
    });
}

/// A condition that the selected sample meets: its location, or what kind of message it is.
fn first_condition(cx: &Cx<'_>) -> Option<Identity> {
    let chosen = cx
        .session
        .location()
        .filter(|location| location.path.is_some())
        .cloned();
    let at: Location = chosen.or_else(|| "MSH-9.1".parse().ok())?;
    let value = cx
        .preview()
        .map(|preview| preview.message.text_at(&at).into_owned())
        .unwrap_or_default();
    Some(Identity {
        at,
        matches: format!("^{}$", regex::escape(&value)).into(),
    })
}

fn location(text: &str) -> Result<(), String> {
    text.trim()
        .parse::<Location>()
        .map(drop)
        .map_err(|error| error.to_string())
}

fn expression(text: &str) -> Result<(), String> {
    Regex::new(text)
        .map(drop)
        .map_err(|_| "Not a regular expression yet".to_owned())
}
