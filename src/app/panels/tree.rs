//! The message as a tree, with the names of the standard and the site; values are edited in place.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use egui::{Checkbox, Id, Key, Role, TextEdit, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::drag::Dragged;
use super::super::links_drawn::Knot;
use super::super::pane::Pane;
use super::super::part::Part;
use super::super::theme::Theme;
use super::super::widgets::{Outline, RowSource, RowsView};
use super::mapping_edit::plain;
use super::outline::{Source, keys_above, rows};
use super::parts::{bar_ui, describe_ui, weak, without_message_ui};
use super::tree_cell::tree_cell_ui;
use super::tree_columns::columns;
use super::tree_row::{RowKind, TreeRow, Value};
use crate::grammar::Standing;
use crate::hl7::Location;
use crate::workbench::Preview;

/// The view of a tree.
#[derive(Default)]
pub(crate) struct State {
    pub(super) rows: TreeView,
    seen: u64,
    /// The move of the stepper that was seen last.
    walked: u64,
    editing: Option<Editing>,
}

/// The rows of a tree and which of them are open.
#[derive(Default)]
pub(super) struct TreeView {
    /// Rows that are not as they start.
    toggled: BTreeSet<String>,
    pub(super) rows: Vec<TreeRow>,
    made_from: Option<(usize, bool, usize)>,
}

/// A value that is being edited.
struct Editing {
    key: String,
    location: Location,
    text: String,
    focused: bool,
}

impl TreeView {
    /// Brings the rows up to date; `made_from` tells whether the message is another one.
    pub(super) fn update(&mut self, source: &Source<'_>, made_from: usize) {
        let key = (made_from, source.ghosts, self.toggled.len());
        if self.made_from != Some(key) {
            let toggled = &self.toggled;
            self.rows = rows(source, &|key, starts| toggled.contains(key) != starts);
            self.made_from = Some(key);
        }
    }

    pub(super) fn toggle(&mut self, row: usize) {
        let Some(key) = self.rows.get(row).map(|row| row.key.clone()) else {
            return;
        };
        if !self.toggled.remove(&key) {
            self.toggled.insert(key);
        }
        self.made_from = None;
    }

    /// Opens what must be open for the location to be seen.
    pub(super) fn open_to(&mut self, source: &Source<'_>, made_from: usize, location: &Location) {
        for key in keys_above(source.message, location) {
            let closed = self
                .rows
                .iter()
                .position(|row| row.key == key && row.open == Some(false));
            if let Some(row) = closed {
                self.toggle(row);
                self.update(source, made_from);
            }
        }
    }

    /// The row of a location, else the nearest row above it.
    pub(super) fn row_of(&self, location: &Location) -> Option<usize> {
        let is = |wanted: &Location| {
            self.rows
                .iter()
                .position(|row| row.location.as_ref() == Some(wanted))
        };
        let mut wanted = location.clone();
        loop {
            if let Some(row) = is(&wanted) {
                return Some(row);
            }
            let path = wanted.path.as_mut()?;
            if path.subcomponent.take().is_none() && path.component.take().is_none() {
                if path.repetition == crate::hl7::Pick::First {
                    wanted.path = None;
                } else {
                    path.repetition = crate::hl7::Pick::First;
                }
            }
        }
    }
}

/// Shows the tree.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let Some(preview) = cx.preview().filter(|preview| preview.sample.is_some()) else {
        let text = "The selected sample stands here as a tree: each field with its name, value and meaning";
        return without_message_ui(
            ui,
            cx,
            "No message",
            text,
            &[Command::OpenSamples, Command::PasteMessage],
        );
    };
    bar_ui(ui, |ui| head_ui(ui, cx, preview));
    let source = Source {
        message: &preview.message,
        tree: Some(&preview.tree),
        grammar: &preview.grammar,
        profile: cx.session.profile(),
        ghosts: cx.settings.ghosts,
    };
    let made_from = Arc::as_ptr(preview) as usize;
    state.rows.update(&source, made_from);
    let reveal = cx.reveals(Pane::Tree, &mut state.seen);
    if let Some(location) = cx.session.location().filter(|_| reveal) {
        state.rows.open_to(&source, made_from, location);
    }
    let columns = columns(ui.available_width());
    let view = RowsView {
        name: "Message tree",
        role: Role::Tree,
        columns: &columns,
        count: state.rows.rows.len(),
        selected: cx
            .session
            .location()
            .and_then(|location| state.rows.row_of(location)),
        reveal,
    };
    let read = cx.read_now();
    let moved = state.walked != cx.stepping.serial;
    state.walked = cx.stepping.serial;
    let mut rows = Rows {
        cx,
        read: &read,
        moved,
        shown: &state.rows.rows,
        editing: &mut state.editing,
        seen: None,
    };
    let area = ui.available_rect_before_wrap();
    let response = view.ui(ui, &mut rows);
    let seen = rows.seen;
    for thread in cx.threads {
        let spans = std::slice::from_ref(&thread.source);
        let row = state
            .rows
            .rows
            .iter()
            .position(|row| is_at_work(row, spans));
        if let (Some(row), Some((first, last))) = (row, seen)
            && !(first..=last).contains(&row)
        {
            let knot = Knot::Source(thread.source.clone());
            cx.knots.put_beyond(knot, area, row < first);
        }
    }
    if let Some(row) = response.toggled {
        state.rows.toggle(row);
    }
    let row = |index: usize| state.rows.rows.get(index);
    if let Some(location) = response
        .selected
        .and_then(row)
        .and_then(|row| row.location.clone())
    {
        cx.choose(Some(location), Pane::Tree);
    }
    let begins = response.activated.and_then(row).filter(|row| can_edit(row));
    if let Some((row, location)) = begins.and_then(|row| Some((row, row.location.clone()?))) {
        let text = match &row.value {
            Value::Text(_) => preview.message.text_at(&location).into_owned(),
            Value::Null => "\"\"".to_owned(),
            Value::None | Value::Empty | Value::Absent => String::new(),
        };
        state.editing = Some(Editing {
            key: row.key.clone(),
            location,
            text,
            focused: false,
        });
    } else if let Some(row) = response
        .activated
        .filter(|&index| row(index).is_some_and(|row| row.open.is_some()))
    {
        state.rows.toggle(row);
    }
}

/// What a row is while it is dragged: its place, or its group.
fn dragged(row: &TreeRow) -> Option<Dragged> {
    match (&row.location, row.kind) {
        (Some(at), _) => Some(Dragged::Place(plain(at))),
        (None, RowKind::Group) => {
            let name = row.place.split('[').next().unwrap_or_default();
            Some(Dragged::Group(name.into()))
        }
        (None, RowKind::Ghost { .. }) => {
            let at = row.place.parse().ok()?;
            Some(Dragged::Place(at))
        }
        (None, RowKind::Segment(_) | RowKind::Element(_)) => None,
    }
}

/// Only a value without parts is edited in its row.
fn can_edit(row: &TreeRow) -> bool {
    matches!(row.kind, RowKind::Element(_)) && row.open.is_none()
}

fn head_ui(ui: &mut Ui, cx: &Cx<'_>, preview: &Preview) {
    let definition = preview
        .definition
        .and_then(|index| cx.session.profile().messages.get(index));
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        let mut ghosts = cx.settings.ghosts;
        let switch = Checkbox::new(&mut ghosts, "What could be there");
        if ui
            .add(switch)
            .on_hover_text(Command::ToggleGhosts.words().tip)
            .changed()
        {
            cx.run(Command::ToggleGhosts);
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            let structure = preview
                .grammar
                .structure_name()
                .map_or("no structure", |name| &**name);
            let text = match definition {
                Some(definition) if *definition.name == *structure => {
                    format!("{} · a grammar of its own", definition.name)
                }
                Some(definition) => format!("{} · {structure}", definition.name),
                None => format!("No definition matches · {structure}"),
            };
            weak(ui, text).on_hover_text(
                "The message definition of the profile, and the structure of the standard",
            );
        });
    });
}

struct Rows<'a> {
    cx: &'a Cx<'a>,
    /// What the current step of the stepper read.
    read: &'a [Range<usize>],
    /// The stepper went on.
    moved: bool,
    shown: &'a [TreeRow],
    editing: &'a mut Option<Editing>,
    /// The first and the last row that were painted.
    seen: Option<(usize, usize)>,
}

impl RowSource for Rows<'_> {
    fn name(&self, row: usize) -> String {
        let Some(row) = self.shown.get(row) else {
            return String::new();
        };
        let read = if is_at_work(row, self.read) {
            ", read at this step"
        } else {
            ""
        };
        format!("{} {}{read}", row.place, row.name)
    }

    fn outline(&self, row: usize) -> Outline {
        self.shown
            .get(row)
            .map_or(Outline::default(), |row| Outline {
                depth: row.depth,
                open: row.open,
            })
    }

    fn sight(&self) -> Option<usize> {
        let mut rows = self.shown.iter().filter(|_| self.moved);
        rows.position(|row| is_at_work(row, self.read))
    }

    fn has_drag(&self) -> bool {
        true
    }

    fn dragged(&self, row: usize) -> Option<Dragged> {
        dragged(self.shown.get(row)?)
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu_ui(&mut self, ui: &mut Ui, row: usize) {
        if let Some(row) = self.shown.get(row) {
            segment_menu_ui(ui, self.cx, row);
        }
        let Some(dragged) = self.dragged(row) else {
            return;
        };
        let key = |command: Command| {
            let key = command.words().key;
            key.map_or_else(String::new, |key| ui.ctx().format_shortcut(&key))
        };
        let (map, insert) = (key(Command::MapLocation), key(Command::InsertIntoScript));
        let map = egui::Button::new("Map to column…").shortcut_text(map);
        if ui.add(map).clicked() {
            self.cx.send(Action::MapTo(dragged.clone()));
            ui.close();
        }
        let insert = egui::Button::new("Insert into script").shortcut_text(insert);
        if ui.add(insert).clicked() {
            self.cx.send(Action::InsertIntoScript(dragged.clone()));
            ui.close();
        }
        ui.separator();
        if ui.button("Copy location").clicked() {
            ui.ctx().copy_text(dragged.words());
            ui.close();
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let (first, last) = self.seen.unwrap_or((row, row));
        self.seen = Some((first.min(row), last.max(row)));
        let Some(row) = self.shown.get(row) else {
            return;
        };
        if column == 0 {
            for thread in self.cx.threads {
                if is_at_work(row, std::slice::from_ref(&thread.source)) {
                    let knot = Knot::Source(thread.source.clone());
                    self.cx.knots.put(knot, ui.max_rect(), ui.clip_rect());
                }
            }
        }
        if is_at_work(row, self.read) {
            at_work_ui(ui, column);
        }
        let edited = self
            .editing
            .as_ref()
            .is_some_and(|editing| editing.key == row.key);
        if column == 2 && edited {
            self.edit_ui(ui);
        } else if column == 2 && is_unknown(row) {
            self.describe_ui(ui, row);
        } else {
            tree_cell_ui(ui, row, column);
        }
    }
}

/// Whether the row shows what a step read or wrote, or holds it while it is closed.
pub(super) fn is_at_work(row: &TreeRow, spans: &[Range<usize>]) -> bool {
    let Some(span) = &row.span else { return false };
    let holds = |inner: &Range<usize>| span.start <= inner.start && inner.end <= span.end;
    let mut spans = spans.iter();
    spans.any(|inner| inner == span || row.open == Some(false) && holds(inner))
}

/// A ground for what the step of the stepper read or wrote, with a bar before the first column.
pub(super) fn at_work_ui(ui: &Ui, column: usize) {
    let theme = Theme::of(ui);
    let rect = ui.max_rect();
    if column == 0 {
        // What opens the row stands under a ground.
        let bar = egui::Rect::from_min_size(rect.min, egui::Vec2::new(3.0, rect.height()));
        ui.painter().rect_filled(bar, 0.0, *theme.accent.line);
    } else {
        ui.painter().rect_filled(rect, 0.0, *theme.surface.mark);
    }
}

/// The way to the page of a row's segment.
fn segment_menu_ui(ui: &mut Ui, cx: &Cx<'_>, row: &TreeRow) {
    let Some(segment) = row.location.as_ref().map(|location| location.segment) else {
        return;
    };
    if is_unknown(row) {
        if describe_ui(ui, cx, segment) {
            ui.close();
        }
    } else if ui
        .button(format!("Open {segment} in the profile"))
        .clicked()
    {
        cx.send(Action::ShowPart(Part::Segment(segment)));
        ui.close();
    }
}

/// Whether it is a segment that nobody describes.
fn is_unknown(row: &TreeRow) -> bool {
    row.kind == RowKind::Segment(Standing::Unknown)
}

impl Rows<'_> {
    fn describe_ui(&mut self, ui: &mut Ui, row: &TreeRow) {
        let Some(location) = &row.location else {
            return;
        };
        let segment = location.segment;
        ui.scope(|ui| {
            // As low as its row.
            ui.spacing_mut().button_padding.y = 0.0;
            ui.spacing_mut().interact_size.y = 0.0;
            describe_ui(ui, self.cx, segment);
        });
    }

    fn edit_ui(&mut self, ui: &mut Ui) {
        let Some(editing) = self.editing.as_mut() else {
            return;
        };
        let id = Id::unique("value of the tree");
        let field = TextEdit::singleline(&mut editing.text)
            .id(id)
            .font(egui::TextStyle::Monospace)
            .desired_width(f32::INFINITY);
        let field = ui.add(field);
        let name = format!("Value of {}", editing.location);
        field
            .ctx
            .accesskit_node_builder(field.id, |node| node.set_label(name));
        self.cx.keeps_own_undo(true);
        if !editing.focused {
            field.request_focus();
            editing.focused = true;
        } else if field.lost_focus() || !field.has_focus() {
            let dropped = ui.input(|input| input.key_pressed(Key::Escape));
            let action = Action::EditValue {
                location: editing.location.clone(),
                text: editing.text.clone(),
            };
            *self.editing = None;
            if !dropped {
                self.cx.send(action);
            }
        }
    }
}
