//! The message definitions of the profile: their order, their identity, their structure.

use std::sync::Arc;

use egui::{Button, DragAndDrop, Id, Key, Modifiers, Rect, RichText, Sense, Ui};
use regex::Regex;

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::part::Part;
use super::super::status::plural;
use super::super::theme::Theme;
use super::super::widgets::{Entry, no_proposals};
use super::fields::{heading_ui, label_ui, some_name, text_ui};
use super::mapping_cells::places;
use super::parts::weak;
use super::{grammar_fit, profile_grammar, profile_out, rules_form};
use crate::hl7::Location;
use crate::profile::{Edit, Identity, MessageDefinition, PartPath, Profile, unreachable};

/// The view of one definition.
#[derive(Default)]
pub(crate) struct State {
    grammar: profile_grammar::State,
    out: profile_out::State,
}

/// Shows the definitions in matching order.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>) {
    let profile = cx.session.profile();
    heading_ui(ui, "Message definitions");
    weak(
        ui,
        "In matching order: a message falls under the first one whose identity it has",
    );
    let here = cx.preview().and_then(|preview| preview.definition);
    let unreached = unreached(ui, profile);
    for (index, definition) in profile.messages.iter().enumerate() {
        let shown = ui.push_id(&definition.name, |ui| {
            row_ui(ui, cx, index, definition, here == Some(index));
        });
        drop_ui(ui, cx, index, shown.response.rect);
        let earlier = unreached.get(index).copied().flatten();
        if let Some(earlier) = earlier.and_then(|at| profile.messages.get(at)) {
            let theme = Theme::of(ui);
            let text = format!(
                "It can never match: every message that fits it fits {} first",
                earlier.name
            );
            ui.label(RichText::new(text).small().color(*theme.severity.warning));
        }
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
    ui.horizontal_wrapped(|ui| {
        for (command, name) in [
            (Command::AddDefinition, "Add a message definition"),
            (Command::DefineFromSample, "New from the selected sample"),
        ] {
            let button = ui.add_enabled(cx.can(command), Button::new(name));
            if button.on_hover_text(command.words().tip).clicked() {
                cx.run(command);
            }
        }
    });
    weak(
        ui,
        "Drag a definition to its place, or move the one with the focus by Alt+Up and Alt+Down",
    );
}

/// The earlier definition that takes all messages of each, and the profile that it was found in.
type Unreached = (Arc<Profile>, Arc<[Option<usize>]>);

/// For each definition the earlier one that takes all its messages; kept as long as the profile is.
fn unreached(ui: &Ui, profile: &Arc<Profile>) -> Arc<[Option<usize>]> {
    let id = Id::unique("unreached definitions");
    let kept: Option<Unreached> = ui.data(|data| data.get_temp(id));
    if let Some((_, found)) = kept.filter(|(of, _)| Arc::ptr_eq(of, profile)) {
        return found;
    }
    let found: Arc<[Option<usize>]> = unreachable(profile).into();
    ui.data_mut(|data| data.insert_temp(id, (Arc::clone(profile), Arc::clone(&found))));
    found
}

/// A definition that is dragged to another place, by its index.
struct Moved(usize);

/// Lets a dragged definition be dropped on the row of another one.
fn drop_ui(ui: &Ui, cx: &Cx<'_>, index: usize, row: Rect) {
    let Some(moved) = DragAndDrop::payload::<Moved>(ui.ctx()) else {
        return;
    };
    let from = moved.0;
    if from == index || !ui.rect_contains_pointer(row) {
        return;
    }
    let theme = Theme::of(ui);
    let y = if from > index {
        row.top()
    } else {
        row.bottom()
    };
    let line = egui::Stroke::new(2.0, *theme.accent.line);
    ui.painter().hline(row.x_range(), y, line);
    if ui.input(|input| input.pointer.any_released()) {
        DragAndDrop::clear_payload(ui.ctx());
        move_to(cx, from, Some(index));
    }
}

fn move_to(cx: &Cx<'_>, from: usize, to: Option<usize>) {
    let messages = &cx.session.profile().messages;
    if let (Some(definition), Some(to)) = (messages.get(from), to.filter(|to| *to < messages.len()))
    {
        let message = Arc::clone(&definition.name);
        cx.send(Action::Edit(Edit::MoveMessage { message, to }));
    }
}

/// What remembers the definition that was moved by keys in the last frame.
fn moved_id() -> Id {
    Id::unique("definition moved by keys")
}

/// Moves the definition whose row has the focus by Alt or Ctrl with an arrow key.
fn move_by_keys(ui: &Ui, cx: &Cx<'_>, index: usize) {
    cx.keeps_own_moves();
    let pressed = |key| {
        ui.input_mut(|input| {
            input.consume_key(Modifiers::ALT, key) || input.consume_key(Modifiers::COMMAND, key)
        })
    };
    let to = if pressed(Key::ArrowUp) {
        index.checked_sub(1)
    } else if pressed(Key::ArrowDown) {
        Some(index + 1)
    } else {
        return;
    };
    move_to(cx, index, to);
    if let Some(definition) = cx.session.profile().messages.get(index) {
        // Its row is another one once it is moved: the focus goes with it.
        let name = Arc::clone(&definition.name);
        ui.data_mut(|data| data.insert_temp(moved_id(), name));
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
            let button = Button::selectable(false, text).truncate();
            let button = ui.add(button.sense(Sense::click_and_drag()));
            if button.drag_started() {
                DragAndDrop::set_payload(ui.ctx(), Moved(index));
            }
            let moved: Option<Arc<str>> = ui.data(|data| data.get_temp(moved_id()));
            if moved.is_some_and(|name| name == definition.name) {
                button.request_focus();
                ui.data_mut(|data| data.remove::<Arc<str>>(moved_id()));
            } else if button.has_focus() {
                move_by_keys(ui, cx, index);
            }
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
pub(super) fn definition_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, index: usize) {
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
    profile_grammar::ui(ui, cx, &mut state.grammar, definition);
    heading_ui(ui, "Rules");
    let path = PartPath::new(["messages", &*definition.name, "rules"]);
    if let Some(rules) = rules_form::ui(ui, cx, &path, &definition.rules) {
        let message = Arc::clone(&definition.name);
        cx.send(Action::Edit(Edit::SetRules { message, rules }));
    }
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
    profile_out::ui(ui, cx, &mut state.out, definition);
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
        let mut faults: Vec<String> = Vec::new();
        ui.horizontal_wrapped(|ui| {
            label_ui(ui, if index == 0 { "Identity" } else { "and" });
            let name = format!("Identity {} location", index + 1);
            let propose = |typed: &str| places(cx, typed);
            let field = Entry {
                name: &name,
                scope: &definition.name,
                value: &row.at.to_string(),
                hint: "MSH-9.1",
                width: theme.grid(24),
                is_code: true,
                check: &location,
                propose: &propose,
            };
            let shown = field.ui(ui);
            faults.extend(shown.fault);
            let at = shown.changed;
            if let Some(at) = at.and_then(|text| text.trim().parse().ok()) {
                let mut identity = definition.identity.clone();
                if let Some(row) = identity.get_mut(index) {
                    row.at = at;
                }
                set(identity);
            }
            ui.label(RichText::new("matches").color(*theme.text.weak));
            let name = format!("Identity {} expression", index + 1);
            let field = Entry {
                name: &name,
                scope: &definition.name,
                value: &row.matches,
                hint: "^ADT$",
                width: theme.grid(28),
                is_code: true,
                check: &expression,
                propose: &no_proposals,
            };
            let shown = field.ui(ui);
            faults.extend(shown.fault);
            if let Some(text) = shown.changed {
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
        for fault in faults {
            ui.horizontal(|ui| {
                label_ui(ui, "");
                let text = RichText::new(fault).small().color(*theme.severity.error);
                ui.add(egui::Label::new(text).wrap());
            });
        }
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
    Regex::new(text).map(drop).map_err(|error| {
        // The text draws the expression with a caret under it; its last line says what is wrong.
        let words = error.to_string();
        let why = words.lines().last().unwrap_or_default();
        let why = why.strip_prefix("error: ").unwrap_or(why);
        format!("Not a regular expression yet: {why}")
    })
}
