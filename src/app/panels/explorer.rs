//! The profile explorer: the parts of the profile as a tree that is searched and walked by keys.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Id, Key, Layout, Modifiers, RichText, Role, TextEdit, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::part::Part;
use super::super::theme::Theme;
use super::super::widgets::{ColumnSpec, Outline, RowSource, RowsView, Width, cell_text};
use super::explorer_entries::{Entry, Listed};
use super::fields::some_name;
use super::origin;
use super::problems::colour;
use super::profile_type::name_check;
use crate::grammar::describe_type;
use crate::hl7::SegmentId;
use crate::profile::Edit;

/// The accessible name of the tree.
const NAME: &str = "Profile parts";

/// The view of the explorer.
#[derive(Default)]
pub(super) struct State {
    pub(super) chosen: Part,
    filter: String,
    closed: BTreeSet<Part>,
    renaming: Option<Renaming>,
    reveal: bool,
    pub(super) take_focus: bool,
}

/// A name that is being written.
struct Renaming {
    part: Part,
    text: String,
    focused: bool,
}

impl State {
    /// Shows the page of a part.
    pub(super) fn choose(&mut self, part: Part) {
        if let Some(parent) = part.parent() {
            self.closed.remove(&parent);
        }
        self.filter.clear();
        self.chosen = part;
        self.reveal = true;
    }
}

/// Gives the keys to the tree.
fn take_focus(ui: &Ui) {
    ui.memory_mut(|memory| memory.request_focus(Id::unique(("rows", NAME))));
}

/// Shows the tree; `true` when a person went to a page by Enter or the mouse.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) -> bool {
    let theme = Theme::of(ui);
    search_ui(ui, state);
    let entries = Listed::entries(cx, &state.filter, &state.closed);
    let selected = entries.iter().position(|entry| entry.part == state.chosen);
    let columns = [ColumnSpec::new("", Width::Rest)];
    let view = RowsView {
        name: NAME,
        role: Role::Tree,
        columns: &columns,
        count: entries.len(),
        selected,
        reveal: std::mem::take(&mut state.reveal),
    };
    let chosen = selected.and_then(|row| entries.get(row));
    keys(ui, cx, state, chosen);
    let mut rows = Rows {
        cx,
        shown: &entries,
        renaming: &mut state.renaming,
        asked: None,
        renamed: None,
    };
    let height = ui.available_height() - theme.grid(7);
    let response = ui
        .allocate_ui(egui::vec2(ui.available_width(), height), |ui| {
            view.ui(ui, &mut rows)
        })
        .inner;
    let (asked, renamed) = (rows.asked.take(), rows.renamed.take());
    if let Some(part) = renamed {
        state.chosen = part;
        take_focus(ui);
    }
    if let Some((row, ask)) = asked
        && let Some(entry) = entries.get(row)
    {
        perform(cx, state, entry, ask);
    }
    legend_ui(ui, cx);
    if let Some(part) = response.toggled.and_then(|row| entries.get(row))
        && !state.closed.remove(&part.part)
    {
        state.closed.insert(part.part.clone());
    }
    if let Some(entry) = response.selected.and_then(|row| entries.get(row)) {
        go(cx, state, &entry.part);
        // The tree was drawn with what was chosen before.
        ui.ctx().request_repaint();
    }
    if std::mem::take(&mut state.take_focus) {
        // After the tree: a press elsewhere takes the focus from what is drawn after it.
        take_focus(ui);
    }
    response.activated.is_some() || response.clicked
}

fn go(cx: &Cx<'_>, state: &mut State, part: &Part) {
    state.chosen = part.clone();
    if let Part::Message(index) = part {
        cx.send(Action::SelectDefinition(*index));
    }
}

fn search_ui(ui: &mut Ui, state: &mut State) {
    let theme = Theme::of(ui);
    let frame = egui::Frame::new().inner_margin(theme.margin(2, 1));
    frame.show(ui, |ui| {
        let field = TextEdit::singleline(&mut state.filter)
            .hint_text("Find a part or a segment")
            .desired_width(f32::INFINITY);
        let field = ui.add(field);
        field
            .ctx
            .accesskit_node_builder(field.id, |node| node.set_label("Find a part"));
        if field.has_focus() && ui.input(|input| input.key_pressed(Key::ArrowDown)) {
            take_focus(ui);
        }
    });
}

fn legend_ui(ui: &mut Ui, cx: &Cx<'_>) {
    let theme = Theme::of(ui);
    let frame = egui::Frame::new().inner_margin(theme.margin(2, 1));
    frame.show(ui, |ui| origin::legend_ui(ui, cx));
}

/// What is asked of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    Rename,
    Revert,
    Remove,
}

/// The keys that change the chosen part, while the tree has the focus.
fn keys(ui: &Ui, cx: &Cx<'_>, state: &mut State, chosen: Option<&Entry>) {
    let id = Id::unique(("rows", NAME));
    let Some(entry) = chosen.filter(|_| ui.memory(|memory| memory.has_focus(id))) else {
        return;
    };
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    for (modifiers, key, ask) in [
        (Modifiers::NONE, Key::F2, Ask::Rename),
        (Modifiers::NONE, Key::Delete, Ask::Remove),
        (Modifiers::COMMAND, Key::Backspace, Ask::Revert),
    ] {
        if pressed(modifiers, key) && can(cx, entry, ask) {
            perform(cx, state, entry, ask);
        }
    }
    if let Part::Message(index) = entry.part {
        let last = cx.session.profile().messages.len().saturating_sub(1);
        for (key, to) in [
            (Key::ArrowUp, index.checked_sub(1)),
            (Key::ArrowDown, (index < last).then_some(index + 1)),
        ] {
            if let Some(to) = to.filter(|_| pressed(Modifiers::COMMAND, key)) {
                let message = cx.session.profile().messages.get(index);
                if let Some(message) = message.map(|definition| Arc::clone(&definition.name)) {
                    cx.send(Action::Edit(Edit::MoveMessage { message, to }));
                    go(cx, state, &Part::Message(to));
                }
            }
        }
    }
}

fn can(cx: &Cx<'_>, entry: &Entry, ask: Ask) -> bool {
    let profile = cx.session.profile();
    let is_there = match &entry.part {
        Part::Profile
        | Part::Rules
        | Part::Messages
        | Part::Segments
        | Part::Types
        | Part::CodeTables
        | Part::Tables => false,
        Part::Message(index) => *index < profile.messages.len(),
        Part::Segment(segment) => profile.segments.contains_key(segment),
        Part::Type(name) => profile.types.contains_key(name),
        Part::Codes(name) => profile.codes.contains_key(name),
        Part::Table(name) => profile.tables.contains_key(name),
    };
    let path = entry.part.path(cx.session.profile());
    is_there
        && match ask {
            Ask::Rename => match &entry.part {
                Part::Segment(segment) => segment.is_site_defined(),
                Part::Type(name) => {
                    describe_type(profile, name).is_some_and(|found| !found.origin().is_standard())
                }
                _ => true,
            },
            Ask::Remove => true,
            Ask::Revert => cx.session.origins().is_own(&path) && cx.session.inherited().says(&path),
        }
}

fn perform(cx: &Cx<'_>, state: &mut State, entry: &Entry, ask: Ask) {
    let edit = |edit| cx.send(Action::Edit(edit));
    match ask {
        Ask::Rename => {
            state.renaming = Some(Renaming {
                part: entry.part.clone(),
                text: entry.label.clone(),
                focused: false,
            });
        }
        Ask::Revert => edit(Edit::Revert {
            part: entry.part.path(cx.session.profile()),
        }),
        Ask::Remove => {
            if let Some(remove) = removal(&entry.part, &entry.label) {
                edit(remove);
                let above = entry.part.parent().unwrap_or_default();
                state.chosen = above;
            }
        }
    }
}

fn removal(part: &Part, label: &str) -> Option<Edit> {
    match part {
        Part::Profile
        | Part::Rules
        | Part::Messages
        | Part::Segments
        | Part::Types
        | Part::CodeTables
        | Part::Tables => None,
        Part::Table(name) => Some(Edit::RemoveTable {
            name: Arc::clone(name),
        }),
        Part::Message(_) => Some(Edit::RemoveMessage {
            message: label.into(),
        }),
        Part::Segment(segment) => Some(Edit::RemoveSegment { segment: *segment }),
        Part::Codes(name) => Some(Edit::RemoveCodes {
            name: Arc::clone(name),
        }),
        Part::Type(name) => Some(Edit::RemoveType {
            name: Arc::clone(name),
        }),
    }
}

/// What a new name makes of a part; why it cannot be its name.
fn renamed(cx: &Cx<'_>, part: &Part, text: &str) -> Result<Option<Edit>, String> {
    let profile = cx.session.profile();
    let text = text.trim();
    some_name(text)?;
    match part {
        Part::Profile
        | Part::Rules
        | Part::Messages
        | Part::Segments
        | Part::Types
        | Part::CodeTables
        | Part::Tables => Ok(None),
        Part::Codes(name) => {
            let (name, to) = (Arc::clone(name), Arc::<str>::from(text));
            if name != to && profile.codes.contains_key(&to) {
                return Err("Another code table has this name".to_owned());
            }
            Ok((name != to).then_some(Edit::RenameCodes { name, to }))
        }
        Part::Type(name) => {
            name_check(profile, name, text)?;
            let (name, to) = (Arc::clone(name), Arc::from(text));
            Ok((name != to).then_some(Edit::RenameType { name, to }))
        }
        Part::Table(name) if **name == *text => Ok(None),
        Part::Table(_) if profile.tables.contains_key(text) => {
            Err("Another table has this name".to_owned())
        }
        Part::Table(name) => Ok(Some(Edit::RenameTable {
            name: Arc::clone(name),
            to: text.into(),
        })),
        Part::Message(index) => {
            let Some(definition) = profile.messages.get(*index) else {
                return Ok(None);
            };
            if *definition.name == *text {
                return Ok(None);
            }
            if profile.message(text).is_some() {
                return Err("Another definition has this name".to_owned());
            }
            Ok(Some(Edit::RenameMessage {
                message: Arc::clone(&definition.name),
                to: text.into(),
            }))
        }
        Part::Segment(segment) => match SegmentId::new(text) {
            None => Err("Three characters, the first a letter, all upper case".to_owned()),
            Some(to) if to == *segment => Ok(None),
            Some(to) if profile.segments.contains_key(&to) => {
                Err("This segment is described already".to_owned())
            }
            Some(to) => Ok(Some(Edit::RenameSegment {
                segment: *segment,
                to,
            })),
        },
    }
}

struct Rows<'a, 'c> {
    cx: &'a Cx<'c>,
    shown: &'a [Entry],
    renaming: &'a mut Option<Renaming>,
    asked: Option<(usize, Ask)>,
    /// What the chosen part is called now.
    renamed: Option<Part>,
}

impl RowSource for Rows<'_, '_> {
    fn name(&self, row: usize) -> String {
        self.shown.get(row).map(Entry::name).unwrap_or_default()
    }

    fn outline(&self, row: usize) -> Outline {
        let entry = self.shown.get(row);
        entry.map_or(Outline::default(), |entry| Outline {
            depth: entry.depth,
            open: entry.open,
        })
    }

    fn has_menu(&self) -> bool {
        true
    }

    fn menu_ui(&mut self, ui: &mut Ui, row: usize) {
        let Some(entry) = self.shown.get(row) else {
            return;
        };
        for (ask, name, key) in [
            (Ask::Rename, "Rename", "F2"),
            (Ask::Revert, "Revert to inherited", "Ctrl+Backspace"),
            (Ask::Remove, "Remove", "Del"),
        ] {
            let button = egui::Button::new(name).shortcut_text(key);
            if ui.add_enabled(can(self.cx, entry, ask), button).clicked() {
                self.asked = Some((row, ask));
                ui.close();
            }
        }
        let command = match entry.part {
            Part::Messages | Part::Message(_) => Some(Command::AddDefinition),
            Part::Segments | Part::Segment(_) => Some(Command::AddSegment),
            Part::Types | Part::Type(_) => Some(Command::AddType),
            Part::CodeTables | Part::Codes(_) => Some(Command::AddCodes),
            Part::Profile | Part::Rules | Part::Tables | Part::Table(_) => None,
        };
        if let Some(command) = command {
            ui.separator();
            if ui.button(command.words().name).clicked() {
                self.cx.run(command);
                ui.close();
            }
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, _column: usize) {
        let Some(entry) = self.shown.get(row) else {
            return;
        };
        if self
            .renaming
            .as_ref()
            .is_some_and(|one| one.part == entry.part)
        {
            return self.rename_ui(ui);
        }
        entry_ui(ui, entry);
    }
}

fn entry_ui(ui: &mut Ui, entry: &Entry) {
    let theme = Theme::of(ui);
    let from_right = Layout::right_to_left(egui::Align::Center);
    ui.with_layout(from_right, |ui| {
        ui.spacing_mut().item_spacing.x = theme.grid(1);
        ui.add_space(theme.grid(1));
        if let Some(found) = &entry.origin {
            origin::mark_ui(ui, found);
        } else {
            ui.add_space(theme.grid(3));
        }
        if let Some(count) = entry.count {
            let count = RichText::new(count.to_string()).small();
            ui.label(count.color(*theme.text.weak));
        }
        if entry.problems > 0 {
            let text = RichText::new(format!("! {}", entry.problems)).small();
            ui.label(text.color(*colour(theme, entry.severity)));
        }
        ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
            let mut text = RichText::new(&entry.label).color(*theme.text.body);
            if entry.depth == 0 {
                text = text.font(theme.strong_font());
            }
            let weak = RichText::new(&entry.detail).small().color(*theme.text.weak);
            if entry.detail.is_empty() {
                cell_text(ui, text);
            } else {
                ui.label(text);
                cell_text(ui, weak);
            }
        });
    });
}

impl Rows<'_, '_> {
    fn rename_ui(&mut self, ui: &mut Ui) {
        let Some(renaming) = self.renaming.as_mut() else {
            return;
        };
        let theme = Theme::of(ui);
        let verdict = renamed(self.cx, &renaming.part, &renaming.text);
        let id = Id::unique("name of a part");
        let colour = if verdict.is_ok() {
            theme.text.body
        } else {
            theme.severity.error
        };
        let field = TextEdit::singleline(&mut renaming.text)
            .id(id)
            .text_color(*colour)
            .desired_width(f32::INFINITY);
        let mut field = ui.add(field);
        field
            .ctx
            .accesskit_node_builder(field.id, |node| node.set_label("New name"));
        self.cx.keeps_own_undo(true);
        if let Err(why) = &verdict {
            field = field.on_hover_text(why);
            field.show_tooltip_text(why);
        }
        if !renaming.focused {
            field.request_focus();
            renaming.focused = true;
        } else if field.lost_focus() || !field.has_focus() {
            let dropped = ui.input(|input| input.key_pressed(Key::Escape));
            match verdict {
                Ok(edit) => {
                    self.renamed = match &edit {
                        Some(Edit::RenameType { to, .. }) => Some(Part::Type(Arc::clone(to))),
                        Some(Edit::RenameCodes { to, .. }) => Some(Part::Codes(Arc::clone(to))),
                        Some(Edit::RenameSegment { to, .. }) => Some(Part::Segment(*to)),
                        _ => None,
                    }
                    .filter(|_| !dropped);
                    if let Some(edit) = edit.filter(|_| !dropped) {
                        self.cx.send(Action::Edit(edit));
                    }
                    *self.renaming = None;
                }
                Err(_) if dropped => *self.renaming = None,
                // What was typed stays until it is mended or dropped.
                Err(_) => renaming.focused = false,
            }
        }
    }
}
