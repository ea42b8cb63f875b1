//! The tree of a segment grammar, with what the selected sample has of it, edited item by item.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Button, RichText, Role, Ui, Vec2};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::super::widgets::{ColumnSpec, Outline, RowSource, RowsView, Width, cell_text};
use super::fields::text_ui;
use super::grammar_steps::{Step, label};
use super::grammar_text::own_text;
use super::parts::weak;
use crate::hl7::SegmentId;
use crate::profile::{
    Edit, GrammarEdit, GrammarItem, GrammarKind, MessageDefinition, Repeat, SegmentGrammar,
};
use crate::workbench::GrammarSheet;

/// The view of the tree.
#[derive(Default)]
pub(super) struct State {
    selected: Vec<usize>,
    closed: BTreeSet<Vec<usize>>,
    insert: String,
}

/// An item that is shown.
struct Row<'a> {
    path: Vec<usize>,
    item: &'a GrammarItem,
    /// How often it stands in the sample; `None` without one.
    count: Option<u32>,
}

/// Shows the tree; without a grammar, what would make one.
pub(super) fn ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    definition: &MessageDefinition,
    sheet: Option<&GrammarSheet>,
    size: Vec2,
) {
    let Some(sheet) = sheet else { return };
    let Some(grammar) = sheet.grammar.segment_grammar() else {
        weak(
            ui,
            "No grammar is known: choose a structure, or a sample that names one",
        );
        return;
    };
    let is_own = own_text(definition).is_some();
    let has_draft = cx.session.grammar_draft(&definition.name).is_some() || !sheet.is_sound();
    let changer = Changer {
        cx,
        definition,
        grammar,
        can: is_own && !has_draft,
    };
    let rows = rows(grammar, &sheet.counts, &state.closed);
    let selected = rows.iter().position(|row| row.path == state.selected);
    keys(ui, &changer, state, selected.is_some());
    let columns = [
        ColumnSpec::new("Segment or group", Width::Points(size.x * 0.44)),
        ColumnSpec::new("Usage", Width::Points(size.x * 0.18)),
        ColumnSpec::new("Times", Width::Points(size.x * 0.14)),
        ColumnSpec::new("Here", Width::Rest),
    ];
    let view = RowsView {
        name: "Grammar tree",
        role: Role::Tree,
        columns: &columns,
        count: rows.len(),
        selected,
        reveal: false,
    };
    let mut source = Rows {
        shown: &rows,
        sheet,
        changer: &changer,
        moved: None,
        closed: &state.closed,
    };
    let down = egui::Layout::top_down(egui::Align::Min);
    let response = ui.allocate_ui_with_layout(size, down, |ui| {
        ui.set_min_size(size);
        ui.set_max_size(size);
        ui.spacing_mut().item_spacing.y = 0.0;
        view.ui(ui, &mut source)
    });
    let moved = source.moved.take();
    let path = |row: usize| rows.get(row).map(|row| row.path.clone());
    if let Some(path) = response.inner.selected.and_then(path) {
        state.selected = path;
    }
    if let Some(path) = response.inner.toggled.and_then(path)
        && !state.closed.remove(&path)
    {
        state.closed.insert(path);
    }
    if let Some(path) = moved {
        state.selected = path;
    }
    if has_draft {
        weak(ui, "Mend the text first: then the tree can be changed, too");
    } else if is_own {
        steps_ui(ui, &changer, state);
        item_ui(ui, &changer, state);
        insert_ui(ui, &changer, state);
    } else {
        weak(ui, "This is the standard's: import it as text to change it");
    }
}

/// Sends changes of one grammar.
struct Changer<'a> {
    cx: &'a Cx<'a>,
    definition: &'a MessageDefinition,
    grammar: &'a SegmentGrammar,
    can: bool,
}

impl Changer<'_> {
    fn step(&self, step: Step, at: &[usize]) -> Option<GrammarEdit> {
        step.edit(self.grammar, at).filter(|_| self.can)
    }

    /// Sends a change; where the item stands afterwards.
    fn send(&self, at: &[usize], change: GrammarEdit) -> Vec<usize> {
        let item = self.grammar.item(at).map(label).unwrap_or_default();
        let to = change.leads_to();
        self.cx.send(Action::Edit(Edit::ChangeGrammar {
            message: Arc::clone(&self.definition.name),
            item,
            change,
        }));
        to
    }
}

fn rows<'a>(
    grammar: &'a SegmentGrammar,
    counts: &[u32],
    closed: &BTreeSet<Vec<usize>>,
) -> Vec<Row<'a>> {
    fn walk<'a>(
        items: &'a [GrammarItem],
        (path, is_shown): (&mut Vec<usize>, bool),
        counts: &mut impl Iterator<Item = u32>,
        closed: &BTreeSet<Vec<usize>>,
        rows: &mut Vec<Row<'a>>,
    ) {
        for (index, item) in items.iter().enumerate() {
            path.push(index);
            let count = counts.next();
            if is_shown {
                rows.push(Row {
                    path: path.clone(),
                    item,
                    count,
                });
            }
            let opens = is_shown && !closed.contains(path);
            walk(item.items(), (path, opens), counts, closed, rows);
            path.pop();
        }
    }
    let mut rows = Vec::new();
    let mut counts = counts.iter().copied();
    let start = (&mut Vec::new(), true);
    walk(&grammar.items, start, &mut counts, closed, &mut rows);
    rows
}

/// The keys of the steps, while the tree has the focus.
fn keys(ui: &Ui, changer: &Changer<'_>, state: &mut State, is_selected: bool) {
    let id = egui::Id::unique(("rows", "Grammar tree"));
    if !is_selected || !ui.memory(|memory| memory.has_focus(id)) {
        return;
    }
    for step in Step::ALL {
        let (_, _, (modifiers, key)) = step.words();
        if ui.input_mut(|input| input.consume_key(modifiers, key))
            && let Some(change) = changer.step(step, &state.selected)
        {
            state.selected = changer.send(&state.selected, change);
        }
    }
}

fn steps_ui(ui: &mut Ui, changer: &Changer<'_>, state: &mut State) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = Theme::of(ui).grid(1);
        for step in Step::ALL {
            let (name, tip, _) = step.words();
            let change = changer.step(step, &state.selected);
            let can = change.is_some();
            let item = changer.grammar.item(&state.selected);
            let button = match (step, item) {
                (Step::Optional, Some(item)) => Button::selectable(item.optional, name),
                (Step::Repeat, Some(item)) => Button::selectable(item.repeat != Repeat::Once, name),
                _ => Button::new(name),
            };
            let button = ui.add_enabled(can, button).on_hover_text(tip);
            button.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::Button, can, accessible(step))
            });
            if let Some(change) = change.filter(|_| button.clicked()) {
                state.selected = changer.send(&state.selected, change);
            }
        }
    });
}

/// What a screen reader says of a step's button.
fn accessible(step: Step) -> String {
    format!("Grammar item: {}", step.words().0)
}

/// The name or segment of the selected item, and how often it may stand there.
fn item_ui(ui: &mut Ui, changer: &Changer<'_>, state: &mut State) {
    let at = state.selected.clone();
    let Some(item) = changer.grammar.item(&at) else {
        return;
    };
    let theme = Theme::of(ui);
    ui.horizontal_wrapped(|ui| {
        match &item.kind {
            GrammarKind::Segment(id) => {
                ui.label(RichText::new("Segment").color(*theme.text.weak));
                let field = text_ui(
                    ui,
                    "Grammar segment",
                    id.as_str(),
                    theme.grid(14),
                    "PID",
                    segment,
                );
                let segment = field.and_then(|text| SegmentId::new(&text));
                if let Some(segment) = segment {
                    changer.send(
                        &at,
                        GrammarEdit::SetSegment {
                            at: at.clone(),
                            segment,
                        },
                    );
                }
            }
            GrammarKind::Any => {}
            GrammarKind::Group { .. } | GrammarKind::Choice { .. } => {
                ui.label(RichText::new("Name").color(*theme.text.weak));
                let name = item.name().map(|name| &**name).unwrap_or_default();
                let field = text_ui(ui, "Group name", name, theme.grid(40), "None", name_check);
                if let Some(text) = field {
                    let name = Some(text.trim())
                        .filter(|text| !text.is_empty())
                        .map(Arc::from);
                    changer.send(
                        &at,
                        GrammarEdit::Rename {
                            at: at.clone(),
                            name,
                        },
                    );
                }
            }
        }
        if item.repeat != Repeat::Once {
            ui.label(RichText::new("at most").color(*theme.text.weak));
            let most = item
                .repeat
                .max()
                .map(|most| most.to_string())
                .unwrap_or_default();
            let field = text_ui(
                ui,
                "Most repetitions",
                &most,
                theme.grid(14),
                "any",
                most_check,
            );
            if let Some(text) = field {
                let repeat = text.trim().parse().map_or(Repeat::Many, Repeat::Times);
                changer.send(
                    &at,
                    GrammarEdit::SetRepeat {
                        at: at.clone(),
                        repeat,
                    },
                );
            }
        }
    });
}

fn insert_ui(ui: &mut Ui, changer: &Changer<'_>, state: &mut State) {
    let theme = Theme::of(ui);
    ui.horizontal_wrapped(|ui| {
        let field = egui::TextEdit::singleline(&mut state.insert)
            .hint_text("NTE")
            .char_limit(3)
            .desired_width(theme.grid(14));
        let field = ui.add(field);
        field
            .ctx
            .accesskit_node_builder(field.id, |node| node.set_label("Segment to insert"));
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let segment = SegmentId::new(&state.insert.to_ascii_uppercase());
        let mut insert_at = None;
        let behind = behind(changer.grammar, &state.selected);
        let button = ui.add_enabled(segment.is_some(), Button::new("Insert behind"));
        if button
            .on_hover_text("Put this segment behind the selected item")
            .clicked()
            || entered
        {
            insert_at = Some(behind);
        }
        let holds = changer
            .grammar
            .item(&state.selected)
            .filter(|item| !item.items().is_empty());
        if let Some(group) = holds {
            let button = ui.add_enabled(segment.is_some(), Button::new("Insert into"));
            if button
                .on_hover_text("Put this segment into the selected group, as its last")
                .clicked()
            {
                let mut at = state.selected.clone();
                at.push(group.items().len());
                insert_at = Some(at);
            }
        }
        if let (Some(at), Some(segment)) = (insert_at, segment) {
            let item = GrammarItem::segment(segment);
            state.selected = changer.send(&at.clone(), GrammarEdit::Insert { at, item });
            state.insert.clear();
        }
    });
}

/// The place behind an item, else behind all of them.
fn behind(grammar: &SegmentGrammar, at: &[usize]) -> Vec<usize> {
    match (grammar.item(at), at.split_last()) {
        (Some(_), Some((last, around))) => {
            let mut path = around.to_vec();
            path.push(last + 1);
            path
        }
        _ => vec![grammar.items.len()],
    }
}

fn segment(text: &str) -> Result<(), String> {
    SegmentId::new(text)
        .map(drop)
        .ok_or_else(|| "Three characters, the first a letter, all upper case".to_owned())
}

fn name_check(text: &str) -> Result<(), String> {
    let mut letters = text.trim().chars();
    let begins = letters.next().is_none_or(|c| c.is_ascii_alphabetic());
    if begins && letters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        Ok(())
    } else {
        Err("A letter, then letters, digits and _".to_owned())
    }
}

fn most_check(text: &str) -> Result<(), String> {
    let text = text.trim();
    if text.is_empty() || text.parse::<u32>().is_ok_and(|most| most > 1) {
        Ok(())
    } else {
        Err("A number above 1, or nothing for any number".to_owned())
    }
}

struct Rows<'a> {
    shown: &'a [Row<'a>],
    sheet: &'a GrammarSheet,
    changer: &'a Changer<'a>,
    /// Where an item went that was changed by the context menu.
    moved: Option<Vec<usize>>,
    closed: &'a BTreeSet<Vec<usize>>,
}

impl RowSource for Rows<'_> {
    fn name(&self, row: usize) -> String {
        let Some(Row { item, count, .. }) = self.shown.get(row) else {
            return String::new();
        };
        let usage = if item.optional {
            "optional"
        } else {
            "required"
        };
        let times = times(item);
        let here = count.map(|count| format!(", {count} in this sample"));
        format!(
            "Grammar {} {usage}, times {times}{}",
            label(item),
            here.unwrap_or_default()
        )
    }

    fn outline(&self, row: usize) -> Outline {
        let Some(Row { path, item, .. }) = self.shown.get(row) else {
            return Outline::default();
        };
        Outline {
            depth: u16::try_from(path.len().saturating_sub(1)).unwrap_or(u16::MAX),
            open: (!item.items().is_empty()).then(|| !self.closed.contains(path)),
        }
    }

    fn has_menu(&self) -> bool {
        self.changer.can
    }

    fn menu_ui(&mut self, ui: &mut Ui, row: usize) {
        let Some(Row { path, .. }) = self.shown.get(row) else {
            return;
        };
        for step in Step::ALL {
            let (name, tip, _) = step.words();
            let change = self.changer.step(step, path);
            let button = ui.add_enabled(change.is_some(), Button::new(name));
            if let Some(change) = change.filter(|_| button.on_hover_text(tip).clicked()) {
                self.moved = Some(self.changer.send(path, change));
                ui.close();
            }
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let Some(Row { item, count, .. }) = self.shown.get(row) else {
            return;
        };
        let theme = Theme::of(ui);
        match column {
            0 => item_cell(ui, theme, item, self.sheet),
            1 => {
                let word = if item.optional {
                    "optional"
                } else {
                    "required"
                };
                cell_text(ui, RichText::new(word).color(*theme.text.weak));
            }
            2 => {
                cell_text(ui, RichText::new(times(item)).color(*theme.text.weak));
            }
            _ => count_cell(ui, theme, item, *count),
        }
    }
}

fn item_cell(ui: &mut Ui, theme: &Theme, item: &GrammarItem, sheet: &GrammarSheet) {
    let label = label(item);
    match &item.kind {
        GrammarKind::Segment(id) => {
            let text = RichText::new(&*label)
                .font(theme.code_font())
                .color(*theme.level.segment);
            ui.add(egui::Label::new(text));
            if let Some(name) = sheet.names.get(id) {
                cell_text(ui, RichText::new(&**name).small().color(*theme.text.weak));
            }
        }
        GrammarKind::Any => drop(cell_text(ui, RichText::new(&*label))),
        GrammarKind::Group { .. } => {
            cell_text(
                ui,
                RichText::new(&*label)
                    .font(theme.strong_font())
                    .color(*theme.text.strong),
            );
        }
        GrammarKind::Choice { .. } => {
            cell_text(
                ui,
                RichText::new(format!("one of: {label}")).font(theme.strong_font()),
            );
        }
    }
}

fn count_cell(ui: &mut Ui, theme: &Theme, item: &GrammarItem, count: Option<u32>) {
    let Some(count) = count else { return };
    let (text, colour) = match count {
        0 if item.optional => ("none".to_owned(), theme.text.weak),
        0 => ("none".to_owned(), theme.severity.warning),
        count => (count.to_string(), theme.text.body),
    };
    cell_text(ui, RichText::new(text).color(*colour));
}

/// `1`, `0..1`, `1..*`, `0..3`: cardinality as conformance profiles write it.
fn times(item: &GrammarItem) -> String {
    let least = if item.optional { "0" } else { "1" };
    match (item.optional, item.repeat.max()) {
        (false, Some(1)) => "1".to_owned(),
        (_, Some(most)) => format!("{least}..{most}"),
        (_, None) => format!("{least}..*"),
    }
}
