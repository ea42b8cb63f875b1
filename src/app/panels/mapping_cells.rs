//! The fields of one column of a mapping, each for a cell of the grid or a line of the form.

use std::sync::Arc;

use egui::{ComboBox, RichText, Ui};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::super::widgets::{self, Proposals, no_proposals};
use super::mapping_edit::{Entry, Written, read_source, source_text};
use super::proposals::{element_rows, fitting, location};
use crate::profile::{ColumnSource, ColumnType, PartPath, Reading};

/// What of a column the grid shows already: the form need not.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is one column of the grid"
)]
pub(super) struct Shown {
    pub(super) codes: bool,
    pub(super) then: bool,
    pub(super) read_as: bool,
    pub(super) default: bool,
}

/// Where a column of the mapping stands in the profile.
pub(super) fn path(entry: &Entry<'_>, column: &str) -> PartPath {
    let table = &entry.rows.table;
    let earlier = entry.definition.rows.iter().take(entry.index);
    let same = earlier.filter(|rows| rows.table == *table).count();
    let rows = if same == 0 {
        table.to_string()
    } else {
        format!("{table}#{}", same + 1)
    };
    PartPath::new([
        "messages",
        &entry.definition.name,
        "rows",
        &rows,
        "columns",
        column,
    ])
}

/// A fault at its place, in full.
pub(super) fn fault_ui(ui: &mut Ui, fault: &str) {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        ui.add_space(theme.grid(2));
        let text = RichText::new(fault).small().color(*theme.severity.error);
        ui.add(egui::Label::new(text).wrap());
    });
}

/// The field of the source; why its text cannot be taken.
pub(super) fn source_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    entry: &Entry<'_>,
    column: &Arc<str>,
    source: Option<&ColumnSource>,
) -> Option<String> {
    let profile = cx.session.profile();
    let owner = entry.owner();
    let owner_table = owner.map(|owner| (owner, profile.tables.get(owner).map(|table| &**table)));
    let value = source_text(source, owner);
    let check = |text: &str| read_source(text, owner_table).map(drop);
    let propose = |typed: &str| places(cx, typed);
    let name = format!("Source of {}.{column}", entry_name(entry));
    let field = widgets::Entry {
        name: &name,
        scope: &entry.definition.name,
        value: &value,
        hint: "drop a field",
        width: ui.available_width(),
        is_code: true,
        check: &check,
        propose: &propose,
    };
    let response = field.ui(ui);
    if let Some(text) = response.changed
        && let Ok(written) = read_source(&text, owner_table)
    {
        let source = match written {
            Written::Nothing => None,
            Written::Place(place) => Some(entry.read_from(column, place)),
            Written::Constant(text) => Some(ColumnSource::Constant(text)),
            Written::Owner(owner) => Some(ColumnSource::Parent(owner)),
        };
        cx.send(Action::Edit(entry.set_source(column, source)));
    }
    response.fault
}

/// The table, with the number of the entry where several make rows of it.
pub(super) fn entry_name(entry: &Entry<'_>) -> String {
    let table = &entry.rows.table;
    let all = entry.definition.rows.iter();
    if all.filter(|rows| rows.table == *table).count() > 1 {
        format!("{table} {}", entry.index + 1)
    } else {
        table.to_string()
    }
}

/// The places of the message at hand that fit what was typed.
pub(super) fn places(cx: &Cx<'_>, typed: &str) -> Proposals {
    let from = typed.rfind('/').map_or(0, |slash| slash + 1);
    let word = typed.get(from..).unwrap_or_default();
    if word.starts_with('"') {
        return Proposals::default();
    }
    let list = element_rows(cx).iter().map(location).collect();
    Proposals {
        typed: word.chars().count(),
        list: fitting(list, word),
        closing: "",
        eager: true,
    }
}

/// Changes what becomes of a value that is read.
pub(super) fn change_reading(
    cx: &Cx<'_>,
    entry: &Entry<'_>,
    column: &Arc<str>,
    what: &str,
    change: impl FnOnce(&mut Reading),
) {
    let name = format!("change {what} of {}.{column}", entry.rows.table);
    let edit = entry.change(name, |rows| {
        if let Some(ColumnSource::From(reading)) = rows.columns.get_mut(column) {
            change(reading);
        }
    });
    cx.send(Action::Edit(edit));
}

/// The code table that translates the value.
pub(super) fn codes_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    entry: &Entry<'_>,
    column: &Arc<str>,
    source: Option<&ColumnSource>,
) {
    let Some(reading) = source.and_then(ColumnSource::reading) else {
        return;
    };
    let text = reading.codes.as_deref().unwrap_or("none");
    let combo = ComboBox::from_id_salt(("codes", entry.index, Arc::clone(column)))
        .width(ui.available_width() - Theme::of(ui).grid(2))
        .truncate()
        .selected_text(text);
    let mut chosen = None;
    let shown = combo.show_ui(ui, |ui| {
        if ui
            .selectable_label(reading.codes.is_none(), "none")
            .clicked()
        {
            chosen = Some(None);
        }
        for name in cx.session.profile().codes.keys() {
            let is_on = reading.codes.as_ref() == Some(name);
            if ui.selectable_label(is_on, &**name).clicked() {
                chosen = Some(Some(Arc::clone(name)));
            }
        }
    });
    let name = format!("Code table of {}.{column}", entry_name(entry));
    let id = shown.response.id;
    ui.ctx()
        .accesskit_node_builder(id, |node| node.set_label(name));
    if let Some(codes) = chosen {
        change_reading(cx, entry, column, "code table", |reading| {
            reading.codes = codes;
        });
    }
}

/// What the value is read as.
pub(super) fn as_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    entry: &Entry<'_>,
    column: &Arc<str>,
    source: Option<&ColumnSource>,
) {
    let Some(reading) = source.and_then(ColumnSource::reading) else {
        return;
    };
    let known = entry.table().and_then(|table| table.column(column));
    let own = known.map(|column| column.column_type).unwrap_or_default();
    let as_column = format!("column: {own}");
    let text = reading
        .read_as
        .map_or(as_column.as_str(), |each| each.name());
    let combo = ComboBox::from_id_salt(("as", entry.index, Arc::clone(column)))
        .width(ui.available_width() - Theme::of(ui).grid(2))
        .truncate()
        .selected_text(text);
    let mut chosen = None;
    let shown = combo.show_ui(ui, |ui| {
        if ui
            .selectable_label(reading.read_as.is_none(), &as_column)
            .clicked()
        {
            chosen = Some(None);
        }
        for each in ColumnType::ALL {
            let is_on = reading.read_as == Some(each);
            if ui.selectable_label(is_on, each.name()).clicked() {
                chosen = Some(Some(each));
            }
        }
    });
    let name = format!("{}.{column} is read as", entry_name(entry));
    let id = shown.response.id;
    ui.ctx()
        .accesskit_node_builder(id, |node| node.set_label(name));
    if let Some(read_as) = chosen {
        change_reading(cx, entry, column, "type read", |reading| {
            reading.read_as = read_as;
        });
    }
}

/// A text that a reading has beside its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    Then,
    Default,
}

/// The field of the expression or of what stands for an absent value.
pub(super) fn text_of_reading_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    entry: &Entry<'_>,
    column: &Arc<str>,
    which: Attribute,
) -> Option<String> {
    let source = entry.rows.columns.get(column);
    let reading = source.and_then(ColumnSource::reading)?;
    let (value, words, hint) = match which {
        Attribute::Then => (&reading.then, "Expression", "value.to_upper()"),
        Attribute::Default => (&reading.default, "Where absent", "absent"),
    };
    let name = format!("{words} of {}.{column}", entry_name(entry));
    let field = widgets::Entry {
        name: &name,
        scope: &entry.definition.name,
        value: value.as_deref().unwrap_or_default(),
        hint,
        width: ui.available_width(),
        is_code: true,
        check: &|_: &str| Ok(()),
        propose: &no_proposals,
    };
    let response = field.ui(ui);
    if let Some(text) = response.changed {
        let text: Option<Arc<str>> = (!text.is_empty()).then(|| text.into());
        let what = words.to_lowercase();
        change_reading(cx, entry, column, &what, |reading| match which {
            Attribute::Then => reading.then = text,
            Attribute::Default => reading.default = text,
        });
    }
    response.fault
}
