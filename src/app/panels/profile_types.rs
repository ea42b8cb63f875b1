//! All data types: those of the site and those of the standard.

use std::sync::Arc;

use egui::{RichText, Role, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::part::Part;
use super::super::theme::Theme;
use super::super::widgets::{ColumnSpec, RowSource, RowsView, Width, cell_text};
use super::origin;
use super::parts::weak;
use crate::profile::{PartOrigin, PartPath};
use crate::standard;

/// The view of the page.
#[derive(Default)]
pub(super) struct State {
    filter: String,
    selected: Option<Arc<str>>,
}

/// A type in the list.
struct Row {
    id: Arc<str>,
    name: String,
    origin: PartOrigin,
    components: usize,
}

/// Shows the page.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State) {
    let theme = Theme::of(ui);
    egui::Frame::new().inner_margin(theme.margin(4, 2)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme.grid(1);
        weak(ui, "Composite types of the site's own, and what it has otherwise in those of the standard");
        ui.horizontal_wrapped(|ui| {
            let field = egui::TextEdit::singleline(&mut state.filter)
                .hint_text("Find a type")
                .desired_width(theme.grid(40));
            let field = ui.add(field);
            field.ctx.accesskit_node_builder(field.id, |node| node.set_label("Find a type"));
            let command = Command::AddType;
            let tip = command.words().tip;
            if ui.button(command.words().name).on_hover_text(tip).clicked() {
                cx.run(command);
            }
        });
    });
    let rows = rows(cx, &state.filter);
    let columns = [
        ColumnSpec::new("Type", Width::Points(128.0)),
        ColumnSpec::new("Components", Width::Points(88.0)),
        ColumnSpec::new("Name", Width::Rest),
    ];
    let view = RowsView {
        name: "Data types",
        role: Role::Grid,
        columns: &columns,
        count: rows.len(),
        selected: rows
            .iter()
            .position(|row| Some(&row.id) == state.selected.as_ref()),
        reveal: false,
    };
    let response = view.ui(ui, &mut Rows { shown: &rows });
    let row = |index: usize| rows.get(index);
    if let Some(row) = response.selected.and_then(row) {
        state.selected = Some(Arc::clone(&row.id));
    }
    if let Some(row) = response.activated.and_then(row) {
        cx.send(Action::ShowPart(Part::Type(Arc::clone(&row.id))));
    }
}

fn rows(cx: &Cx<'_>, filter: &str) -> Vec<Row> {
    let profile = cx.session.profile();
    let dictionary = standard::dictionary(profile.version());
    let sought = filter.trim().to_lowercase();
    let own = profile.types.iter().map(|(id, overlay)| {
        let found = dictionary.data_type(id);
        let said = Some(&*overlay.description).filter(|text| !text.is_empty());
        let count = overlay
            .numbered()
            .map(|(number, _)| usize::from(number))
            .max();
        Row {
            id: Arc::clone(id),
            name: said
                .or(found.map(|found| found.name))
                .unwrap_or_default()
                .to_owned(),
            origin: cx.session.origins().of(&PartPath::new(["types", &**id])),
            components: count
                .max(found.map(|found| found.components.len()))
                .unwrap_or(0),
        }
    });
    let others = dictionary.data_types();
    let others = others.filter(|found| !profile.types.contains_key(found.id));
    let others = others.map(|found| Row {
        id: found.id.into(),
        name: found.name.to_owned(),
        origin: PartOrigin::Standard(profile.version()),
        components: found.components.len(),
    });
    let fits = |row: &Row| {
        sought.is_empty()
            || row.id.to_lowercase().contains(&sought)
            || row.name.to_lowercase().contains(&sought)
    };
    own.chain(others).filter(fits).collect()
}

struct Rows<'a> {
    shown: &'a [Row],
}

impl RowSource for Rows<'_> {
    fn name(&self, row: usize) -> String {
        let row = self.shown.get(row);
        row.map(|row| format!("{} {}", row.id, row.name))
            .unwrap_or_default()
    }

    fn cell_ui(&mut self, ui: &mut Ui, row: usize, column: usize) {
        let Some(row) = self.shown.get(row) else {
            return;
        };
        let theme = Theme::of(ui);
        match column {
            0 => {
                origin::mark_ui(ui, &row.origin);
                let text = RichText::new(&*row.id).font(theme.code_font());
                cell_text(ui, text.color(*theme.text.strong));
            }
            1 if row.components == 0 => {}
            1 => drop(cell_text(
                ui,
                RichText::new(row.components.to_string()).color(*theme.text.weak),
            )),
            _ => drop(cell_text(ui, RichText::new(&row.name))),
        }
    }
}
