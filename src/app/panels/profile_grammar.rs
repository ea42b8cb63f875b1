//! The segment grammar of a message definition: where it comes from, its text and its tree.

use std::sync::Arc;

use egui::{Button, ComboBox, PopupCloseBehavior, RichText, ScrollArea, TextEdit, Ui, Vec2};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::fields::{heading_ui, label_ui};
use super::grammar_text::own_text;
use super::parts::weak;
use super::{grammar_fit, grammar_text, grammar_tree};
use crate::profile::{Edit, GrammarSource, MessageDefinition, SegmentOrder, UnknownSegments};
use crate::workbench::GrammarSheet;

/// Narrower than this, text and tree stand below each other, in steps of the grid.
const SIDE_BY_SIDE: i16 = 160;

/// The view of the grammar.
#[derive(Default)]
pub(crate) struct State {
    filter: String,
    text: grammar_text::State,
    tree: grammar_tree::State,
}

/// Shows the grammar of the definition.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, definition: &MessageDefinition) {
    let theme = Theme::of(ui);
    let sheet = cx.sheet(&definition.name);
    heading_ui(ui, &format!("Segment grammar of {}", definition.name));
    source_ui(ui, cx, state, definition, sheet.as_deref());
    switches_ui(ui, cx, definition);
    for problem in sheet.iter().flat_map(|sheet| sheet.problems.iter()) {
        let help = problem.help.as_ref().map(|help| format!("; {help}"));
        let text = format!("{}{}", problem.message, help.unwrap_or_default());
        let text = RichText::new(text).small().color(*theme.severity.warning);
        ui.add(egui::Label::new(text).wrap());
    }
    let own = own_text(definition);
    let width = ui.available_width();
    let height = theme.grid(64);
    let is_wide = width >= theme.grid(SIDE_BY_SIDE);
    match own {
        Some(text) if is_wide => {
            let gap = theme.grid(3);
            let half = Vec2::new((width - gap) / 2.0, height + theme.grid(36));
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = gap;
                let down = egui::Layout::top_down(egui::Align::Min);
                ui.allocate_ui_with_layout(half, down, |ui| {
                    ui.set_width(half.x);
                    let size = Vec2::new(half.x, height);
                    grammar_text::ui(
                        ui,
                        cx,
                        &mut state.text,
                        definition,
                        sheet.as_deref(),
                        text,
                        size,
                    );
                });
                ui.allocate_ui_with_layout(half, down, |ui| {
                    ui.set_width(half.x);
                    let size = Vec2::new(half.x, height);
                    grammar_tree::ui(ui, cx, &mut state.tree, definition, sheet.as_deref(), size);
                });
            });
        }
        Some(text) => {
            let size = Vec2::new(width, theme.grid(40));
            grammar_text::ui(
                ui,
                cx,
                &mut state.text,
                definition,
                sheet.as_deref(),
                text,
                size,
            );
            let size = Vec2::new(width, height);
            grammar_tree::ui(ui, cx, &mut state.tree, definition, sheet.as_deref(), size);
        }
        None => {
            let size = Vec2::new(width, height);
            grammar_tree::ui(ui, cx, &mut state.tree, definition, sheet.as_deref(), size);
        }
    }
    if let Some(sheet) = &sheet {
        grammar_fit::ui(ui, cx, sheet);
    }
}

fn source_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    definition: &MessageDefinition,
    sheet: Option<&GrammarSheet>,
) {
    let theme = Theme::of(ui);
    let is_own = own_text(definition).is_some();
    let shown = match definition.grammar.as_deref().map(GrammarSource::of) {
        None => "What MSH-9 says".to_owned(),
        Some(GrammarSource::Structure(id)) => format!("Structure {id}"),
        Some(GrammarSource::Notation(_)) => "A grammar of the site's own".to_owned(),
    };
    let pretty = sheet.and_then(|sheet| sheet.pretty.clone());
    let import = pretty.clone().unwrap_or_else(|| "MSH".into());
    let room = ui.available_width() - theme.grid(26);
    ui.horizontal_wrapped(|ui| {
        label_ui(ui, "Grammar");
        let mut chosen = None;
        let combo = ComboBox::from_id_salt("grammar source")
            .width(room.clamp(theme.grid(24), theme.grid(58)))
            .truncate()
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .selected_text(shown);
        let shown = combo.show_ui(ui, |ui| {
            chosen = sources_ui(ui, cx, state, definition, &import);
            if chosen.is_some() {
                ui.close();
            }
        });
        let id = shown.response.id;
        ui.ctx()
            .accesskit_node_builder(id, |node| node.set_label("Source of the grammar"));
        let set = |grammar: Option<Arc<str>>| {
            cx.send(Action::Edit(Edit::SetGrammar {
                message: Arc::clone(&definition.name),
                grammar,
            }));
        };
        match chosen {
            Some(Source::Header) => set(None),
            Some(Source::Named(grammar)) => set(Some(grammar)),
            None => {}
        }
        let (name, tip) = if is_own {
            (
                "Lay out",
                "Write the grammar anew over several lines, as interface documents do",
            )
        } else {
            (
                "Import as text",
                "Make this structure the site's own grammar, to change it",
            )
        };
        let sound = cx.session.grammar_draft(&definition.name).is_none();
        let can = pretty.is_some() && (sound || !is_own);
        if ui
            .add_enabled(can, Button::new(name))
            .on_hover_text(tip)
            .clicked()
        {
            set(pretty);
        }
    });
}

/// What a person chose a grammar to be.
enum Source {
    /// What MSH-9 says.
    Header,
    /// A structure's id or a text.
    Named(Arc<str>),
}

/// What a grammar can be taken from; what was chosen.
fn sources_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    definition: &MessageDefinition,
    import: &Arc<str>,
) -> Option<Source> {
    let theme = Theme::of(ui);
    let now = definition.grammar.as_deref();
    let is_own = own_text(definition).is_some();
    let mut chosen = None;
    ui.set_min_width(theme.grid(64));
    if ui
        .selectable_label(now.is_none(), "What MSH-9 says")
        .clicked()
    {
        chosen = Some(Source::Header);
    }
    if ui
        .selectable_label(is_own, "A grammar of the site's own")
        .clicked()
        && !is_own
    {
        chosen = Some(Source::Named(Arc::clone(import)));
    }
    ui.separator();
    let filter = TextEdit::singleline(&mut state.filter)
        .hint_text("Find a structure")
        .desired_width(f32::INFINITY);
    let filter = ui.add(filter);
    filter
        .ctx
        .accesskit_node_builder(filter.id, |node| node.set_label("Find a structure"));
    let wanted = state.filter.trim().to_ascii_uppercase();
    let standard = cx.preview().map(|preview| preview.grammar.standard());
    let found: Vec<&str> = standard
        .into_iter()
        .flat_map(crate::standard::Dictionary::structures)
        .map(|structure| structure.id)
        .filter(|id| id.contains(&wanted))
        .collect();
    if found.is_empty() {
        weak(
            ui,
            format!(
                "No structure of HL7 {} is called so",
                cx.session.profile().version()
            ),
        );
    }
    ScrollArea::vertical().max_height(theme.grid(60)).show_rows(
        ui,
        theme.size.row,
        found.len(),
        |ui, rows| {
            for id in found.get(rows).unwrap_or_default() {
                if ui.selectable_label(now == Some(id), *id).clicked() {
                    chosen = Some(Source::Named((*id).into()));
                }
            }
        },
    );
    chosen
}

fn switches_ui(ui: &mut Ui, cx: &Cx<'_>, definition: &MessageDefinition) {
    let has_room = ui.available_width() >= Theme::of(ui).grid(80);
    ui.horizontal_wrapped(|ui| {
        if has_room {
            label_ui(ui, "");
        }
        let mut told = definition.unknown_segments.unwrap_or_default() == UnknownSegments::Report;
        let tip = "Tell segments that the grammar does not have; else they are kept in silence";
        let switch = ui.checkbox(&mut told, "Report unknown segments");
        if switch.on_hover_text(tip).changed() {
            let unknown_segments = if told {
                UnknownSegments::Report
            } else {
                UnknownSegments::Ignore
            };
            cx.send(Action::Edit(Edit::SetUnknownSegments {
                message: Arc::clone(&definition.name),
                unknown_segments,
            }));
        }
        let mut free = definition.order.unwrap_or_default() == SegmentOrder::Any;
        let tip =
            "A segment belongs where the grammar has a place for it, whatever stands before it";
        let switch = ui.checkbox(&mut free, "Any order of segments");
        if switch.on_hover_text(tip).changed() {
            let order = if free {
                SegmentOrder::Any
            } else {
                SegmentOrder::Strict
            };
            cx.send(Action::Edit(Edit::SetOrder {
                message: Arc::clone(&definition.name),
                order,
            }));
        }
    });
}
