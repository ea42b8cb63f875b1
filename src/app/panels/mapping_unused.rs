//! What the selected sample says and no column takes: from here it can be dragged to one.

use std::sync::Arc;

use egui::{Button, RichText, Role, Sense, Ui, Vec2, WidgetInfo};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::drag::Dragged;
use super::super::pane::Pane;
use super::super::status::plural;
use super::super::theme::Theme;
use super::super::widgets::{EDITABLE_BYTES, cell_text};
use super::mapping_edit::plain;
use super::parts::weak;
use crate::grammar::PlaceNames;
use crate::mapping::{ScriptUse, UnusedPlace, unused_places};
use crate::profile::MessageDefinition;
use crate::workbench::Preview;

/// So many places are listed.
const LISTED: usize = 400;

/// The view of the list.
#[derive(Default)]
pub(super) struct State {
    is_open: bool,
    found: Vec<UnusedPlace>,
    /// The preview and the definition that it was made from.
    made_from: Option<(usize, usize)>,
}

/// How it is known what the definition's script uses: what ran decides, if it ran to its end.
fn script_use<'a>(
    cx: &'a Cx<'_>,
    definition: &'a MessageDefinition,
    preview: &'a Preview,
) -> ScriptUse<'a> {
    let script = definition.script.as_ref();
    let Some(text) = script.and_then(|script| script.text(cx.session.scripts())) else {
        return ScriptUse::Nothing;
    };
    let messages = &cx.session.profile().messages;
    let chosen = preview.definition.and_then(|at| messages.get(at));
    let is_of_it =
        cx.session.is_preview_current() && chosen.is_some_and(|one| **one == *definition);
    let outcome = preview
        .outcome
        .as_ref()
        .filter(|outcome| is_of_it && !outcome.script_failed);
    match outcome.and_then(|outcome| outcome.reads.as_ref()) {
        Some(reads) => ScriptUse::Ran(reads),
        None => ScriptUse::Named(text),
    }
}

/// Shows the list.
pub(super) fn ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    definition: &Arc<MessageDefinition>,
    preview: &Arc<Preview>,
) {
    let theme = Theme::of(ui);
    if preview.message.text().len() > EDITABLE_BYTES {
        weak(ui, "The message is too long to list what no column takes");
        return;
    }
    let key = (
        Arc::as_ptr(preview) as usize,
        Arc::as_ptr(definition) as usize,
    );
    if state.made_from != Some(key) {
        let script = script_use(cx, definition, preview);
        state.found = unused_places(&preview.message, definition, script);
        state.made_from = Some(key);
    }
    let count = state.found.len();
    let sign = if state.is_open { "▾" } else { "▸" };
    let frame = egui::Frame::new().inner_margin(theme.margin(2, 1));
    frame.show(ui, |ui| {
        let words = format!("{sign} Not used by a column: {}", plural(count, "place"));
        let button = ui.add(Button::new(RichText::new(words).color(*theme.text.body)).frame(false));
        button.widget_info(|| {
            WidgetInfo::selected(Role::Button, true, state.is_open, "Not used by a column")
        });
        if button.clicked() {
            state.is_open = !state.is_open;
        }
    });
    if !state.is_open {
        return;
    }
    for place in state.found.iter().take(LISTED) {
        row_ui(ui, cx, theme, place, preview);
    }
    if count > LISTED {
        weak(ui, format!("and {} more", count - LISTED));
    }
}

fn row_ui(ui: &mut Ui, cx: &Cx<'_>, theme: &Theme, place: &UnusedPlace, preview: &Preview) {
    let size = Vec2::new(ui.available_width(), theme.size.row);
    let (rect, row) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let at = plain(&place.at);
    let names = PlaceNames::of(&preview.grammar, &at).words();
    row.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Not used {at} {names}")));
    if !ui.is_rect_visible(rect) {
        return;
    }
    if row.hovered() || row.has_focus() {
        ui.painter().rect_filled(rect, 0.0, *theme.surface.hovered);
    }
    if row.drag_started() {
        egui::DragAndDrop::set_payload(ui.ctx(), Dragged::Place(place.at.clone()));
    }
    if row.clicked() {
        cx.choose(Some(place.at.clone()), Pane::Mapping);
    }
    let value = preview.message.find(&place.at);
    let value = value.map(|element| element.display().chars().take(120).collect::<String>());
    let times = match (place.count, place.is_in_script) {
        (1, false) => String::new(),
        (1, true) => "in the script".to_owned(),
        (count, false) => format!("{count} times"),
        (count, true) => format!("{count} times, in the script"),
    };
    let cells = [
        (
            0.22,
            RichText::new(at.to_string())
                .font(theme.code_font())
                .color(*theme.level.field),
        ),
        (0.30, RichText::new(names).color(*theme.text.body)),
        (
            0.28,
            RichText::new(value.unwrap_or_default())
                .font(theme.code_font())
                .color(*theme.text.strong),
        ),
        (0.20, RichText::new(times).small().color(*theme.text.weak)),
    ];
    let mut left = rect.left() + theme.grid(3);
    let room = rect.width() - theme.grid(4);
    for (share, text) in cells {
        let width = room * share;
        let cell = egui::Rect::from_min_size(
            egui::Pos2::new(left, rect.top()),
            Vec2::new(width - theme.grid(1), rect.height()),
        );
        left += width;
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(cell).layout(layout));
        cell_text(&mut child, text);
    }
    row.context_menu(|ui| {
        if ui.button("Map to column…").clicked() {
            cx.send(Action::MapTo(Dragged::Place(place.at.clone())));
            ui.close();
        }
        if ui.button("Insert into script").clicked() {
            cx.send(Action::InsertIntoScript(Dragged::Place(place.at.clone())));
            ui.close();
        }
    });
}
