//! The page of one code table: the application's codes, and the site's codes that stand for them.

use std::sync::Arc;

use egui::{ComboBox, Frame, RichText, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::dialogs::Want;
use super::super::part::Part;
use super::super::theme::Theme;
use super::super::widgets::GridState;
use super::codes_seen;
use super::fields::{self, heading_ui, label_ui, some_name};
use super::origin;
use super::pairs_grid::{Pairs, PairsView};
use super::parts::weak;
use crate::profile::{CodeDefault, Codes, Edit, PartPath};

/// The view of a code table's page.
#[derive(Default)]
pub(super) struct State {
    name: Arc<str>,
    values: GridState,
    maps: GridState,
    back: GridState,
    seen: codes_seen::State,
    /// A code that was just added: its application's code is written next.
    added: Option<Arc<str>>,
}

/// Shows all code tables.
pub(super) fn list_ui(ui: &mut Ui, cx: &Cx<'_>) {
    heading_ui(ui, "Code tables");
    weak(
        ui,
        "What the site's codes mean, and what the application calls them",
    );
    ui.horizontal_wrapped(|ui| {
        for name in cx.session.profile().codes.keys() {
            if ui.button(name.to_string()).clicked() {
                cx.send(Action::ShowPart(Part::Codes(Arc::clone(name))));
            }
        }
        let command = Command::AddCodes;
        let tip = command.words().tip;
        if ui.button(command.words().name).on_hover_text(tip).clicked() {
            cx.run(command);
        }
    });
}

/// Shows the page; the name that the table got.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, name: &Arc<str>) -> Option<Arc<str>> {
    let theme = Theme::of(ui);
    let room = ui.available_height() - theme.grid(44);
    let height = (room / 3.0).max(theme.grid(38));
    egui::ScrollArea::vertical()
        .id_salt("codes")
        .auto_shrink(false)
        .show(ui, |ui| page_ui(ui, cx, state, name, height))
        .inner
}

fn page_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    state: &mut State,
    name: &Arc<str>,
    height: f32,
) -> Option<Arc<str>> {
    let theme = Theme::of(ui);
    if state.name != *name {
        *state = State {
            name: Arc::clone(name),
            ..State::default()
        };
    }
    let frame = Frame::new().inner_margin(theme.margin(4, 1));
    let Some(codes) = cx.session.profile().codes.get(name).cloned() else {
        frame.show(ui, |ui| {
            weak(ui, "This code table is gone: Ctrl+Z brings it back")
        });
        return None;
    };
    let mut renamed = None;
    frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = theme.grid(1);
        head_ui(ui, cx, name);
        renamed = name_ui(ui, cx, name);
        otherwise_ui(ui, cx, name, &codes);
    });
    if let Some(code) = codes_seen::ui(ui, cx, &mut state.seen, name, &codes) {
        state.added = Some(code);
    }
    if let Some(added) = &state.added
        && let Some(row) = codes.maps.keys().position(|code| code == added)
    {
        state.maps.go(row, 1);
        state.added = None;
    }
    let coverage = cx.coverage().complete.as_ref();
    let count = |code: &str| coverage.map(|coverage| coverage.listed.of(name, code));
    let change = |changed: Codes| {
        let (name, codes) = (Arc::clone(name), Arc::new(changed));
        cx.send(Action::Edit(Edit::ChangeCodes { name, codes }));
    };
    let nothing = Pairs::new();
    let grids = [
        (
            "Site codes",
            "maps",
            ["Site's code", "Application's code"],
            &codes.maps,
            &codes.values,
            &mut state.maps,
        ),
        (
            "Application codes",
            "values",
            ["Application's code", "Meaning"],
            &codes.values,
            &nothing,
            &mut state.values,
        ),
        (
            "Way back",
            "back",
            ["Application's code", "Site's code"],
            &codes.back,
            &codes.maps,
            &mut state.back,
        ),
    ];
    for (title, list, titles, pairs, offered, grid) in grids {
        let view = PairsView {
            cx,
            name: title,
            titles,
            list: PartPath::new(["codes", &**name, list]),
            pairs,
            offered,
            count: (list != "back").then_some(&count),
        };
        let size = egui::vec2(ui.available_width(), height);
        let down = egui::Layout::top_down(egui::Align::Min);
        let changed = ui.allocate_ui_with_layout(size, down, |ui| {
            ui.set_min_size(size);
            ui.set_max_size(size);
            Frame::new()
                .inner_margin(theme.margin(4, 1))
                .show(ui, |ui| {
                    let text = RichText::new(title).font(theme.strong_font());
                    ui.label(text.color(*theme.text.strong));
                });
            view.ui(ui, grid)
        });
        if let Some(pairs) = changed.inner {
            let mut next = (*codes).clone();
            match list {
                "maps" => next.maps = pairs,
                "values" => next.values = pairs,
                _ => next.back = pairs,
            }
            change(next);
        }
    }
    renamed
}

fn head_ui(ui: &mut Ui, cx: &Cx<'_>, name: &Arc<str>) {
    let theme = Theme::of(ui);
    let path = PartPath::new(["codes", &**name]);
    let size = egui::vec2(ui.available_width(), theme.size.header);
    let from_right = egui::Layout::right_to_left(egui::Align::Center);
    ui.allocate_ui_with_layout(size, from_right, |ui| {
        ui.spacing_mut().item_spacing.x = theme.grid(2);
        sheets_ui(ui, cx, name);
        if cx.session.origins().is_own(&path) {
            let is_inherited = cx.session.inherited().says(&path);
            let word = if is_inherited {
                "Revert to inherited"
            } else {
                "Remove"
            };
            let tip = "Forget what the site says of this table; Ctrl+Z brings it back";
            if ui.button(word).on_hover_text(tip).clicked() {
                cx.send(Action::Edit(Edit::Revert { part: path.clone() }));
            }
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            let title = RichText::new(&**name).heading();
            ui.label(title.color(*theme.text.strong));
            origin::named_ui(ui, &cx.session.origins().of(&path));
        });
    });
}

/// The table as a sheet and from a sheet, from the right.
fn sheets_ui(ui: &mut Ui, cx: &Cx<'_>, name: &Arc<str>) {
    let ask = |want| {
        let table = Arc::clone(name);
        cx.send(Action::AskSheet { table, want });
    };
    let ways = [
        ("CSV…", Want::ExportCodes, "Commas, UTF-8"),
        (
            "CSV for Excel…",
            Want::ExportCodesForExcel,
            "Semicolons, and marked as UTF-8 so that Excel reads accents",
        ),
    ];
    ui.menu_button("Export", |ui| {
        for (way, want, tip) in ways {
            if ui.button(way).on_hover_text(tip).clicked() {
                ask(want);
                ui.close();
            }
        }
    });
    let tip = "Read codes from a sheet; you see what changes before anything does";
    if ui.button("Import…").on_hover_text(tip).clicked() {
        ask(Want::ImportCodes);
    }
}

fn name_ui(ui: &mut Ui, cx: &Cx<'_>, name: &Arc<str>) -> Option<Arc<str>> {
    let free = |text: &str| {
        some_name(text)?;
        let is_taken = text != &**name && cx.session.profile().codes.contains_key(text);
        if is_taken {
            Err("Another code table has this name".to_owned())
        } else {
            Ok(())
        }
    };
    let text = ui.horizontal(|ui| {
        label_ui(ui, "Name");
        fields::name_ui(
            ui,
            "Code table name",
            name,
            Theme::of(ui).grid(46),
            "sex",
            free,
        )
    });
    let to = text.inner.map(Arc::<str>::from).filter(|to| to != name)?;
    let name = Arc::clone(name);
    let edit = Edit::RenameCodes {
        name,
        to: Arc::clone(&to),
    };
    cx.send(Action::Edit(edit));
    Some(to)
}

/// What becomes of a code that is not listed.
fn otherwise_ui(ui: &mut Ui, cx: &Cx<'_>, name: &Arc<str>, codes: &Codes) {
    let said = codes.otherwise.clone();
    let mut chosen = said.clone();
    let words = |otherwise: &Option<CodeDefault>| match otherwise {
        None => "Keep it as it is (nothing said)".to_owned(),
        Some(CodeDefault::Keep) => "Keep it as it is".to_owned(),
        Some(CodeDefault::Error) => "Tell it as an error".to_owned(),
        Some(CodeDefault::Default(code)) => format!("Take {code}"),
    };
    ui.horizontal(|ui| {
        label_ui(ui, "Not listed");
        let combo = ComboBox::from_id_salt("codes otherwise").selected_text(words(&said));
        let shown = combo.width(Theme::of(ui).grid(46)).show_ui(ui, |ui| {
            let defaults = codes
                .values
                .keys()
                .map(|code| CodeDefault::Default(Arc::clone(code)));
            let all = [CodeDefault::Keep, CodeDefault::Error]
                .into_iter()
                .chain(defaults);
            for each in all.map(Some) {
                let text = words(&each);
                ui.selectable_value(&mut chosen, each, text);
            }
        });
        ui.ctx().accesskit_node_builder(shown.response.id, |node| {
            node.set_label("What becomes of a code that is not listed");
        });
    });
    if chosen != said {
        let codes = Codes {
            otherwise: chosen,
            ..codes.clone()
        };
        let (name, codes) = (Arc::clone(name), Arc::new(codes));
        cx.send(Action::Edit(Edit::ChangeCodes { name, codes }));
    }
}
