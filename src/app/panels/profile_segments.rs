//! The segments of the site: a simple form for Z-segments and for what the site changes.

use std::sync::Arc;

use egui::{Button, ComboBox, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::part::Part;
use super::super::theme::Theme;
use super::fields::{anything, heading_ui, label_ui, text_ui};
use super::parts::weak;
use crate::hl7::SegmentId;
use crate::profile::{Edit, FieldOverlay, Repeat, Usage};

/// Shows the segments that the site describes.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>) {
    let theme = Theme::of(ui);
    heading_ui(ui, "Segments of the site");
    weak(ui, "What the standard does not know, or knows differently");
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme.grid(1);
        for &segment in cx.session.profile().segments.keys() {
            if ui.button(segment.to_string()).clicked() {
                cx.send(Action::ShowPart(Part::Segment(segment)));
            }
        }
        if ui.add(Button::new("Describe a Z-segment")).clicked() {
            cx.run(Command::AddSegment);
        }
    });
}

/// Shows the fields of a segment; the name that it got.
pub(super) fn segment_ui(ui: &mut Ui, cx: &Cx<'_>, segment: SegmentId) -> Option<SegmentId> {
    let overlay = cx.session.profile().segments.get(&segment)?;
    let mut renamed = None;
    let theme = Theme::of(ui);
    let edit = |edit| cx.send(Action::Edit(edit));
    ui.add_space(theme.grid(1));
    ui.horizontal(|ui| {
        label_ui(ui, "Segment");
        let name = |text: &str| match SegmentId::new(text) {
            None => Err("Three characters, the first a letter, all upper case".to_owned()),
            Some(id) if id != segment && cx.session.profile().segments.contains_key(&id) => {
                Err("This segment is described already".to_owned())
            }
            Some(_) => Ok(()),
        };
        let id = text_ui(
            ui,
            "Segment ID",
            segment.as_str(),
            theme.grid(14),
            "ZPI",
            name,
        );
        if let Some(to) = id
            .and_then(|text| SegmentId::new(&text))
            .filter(|to| *to != segment)
        {
            edit(Edit::RenameSegment { segment, to });
            renamed = Some(to);
        }
        let width = (ui.available_width() - theme.grid(22)).max(theme.grid(20));
        let text = text_ui(
            ui,
            "Segment description",
            &overlay.description,
            width,
            "What it holds",
            anything,
        );
        if let Some(text) = text {
            edit(Edit::DescribeSegment {
                segment,
                description: text.into(),
            });
        }
        let remove = ui
            .add(Button::new("Remove").small())
            .on_hover_text("Forget this segment; Ctrl+Z brings it back");
        if remove.clicked() {
            edit(Edit::RemoveSegment { segment });
        }
    });
    for (number, field) in overlay.numbered() {
        ui.push_id((segment, number), |ui| {
            field_ui(ui, cx, segment, number, field);
        });
    }
    ui.horizontal(|ui| {
        label_ui(ui, "");
        if ui.add(Button::new("Add a field")).clicked() {
            edit(Edit::AddField {
                segment,
                before: None,
                field: FieldOverlay::new(""),
            });
        }
    });
    renamed
}

/// A field in two lines: what it is, then its rules and what the message at hand has there.
fn field_ui(ui: &mut Ui, cx: &Cx<'_>, segment: SegmentId, number: u16, field: &FieldOverlay) {
    let theme = Theme::of(ui);
    let place = format!("{segment}-{number}");
    let change = |field: FieldOverlay| {
        cx.send(Action::Edit(Edit::ChangeField {
            segment,
            number,
            field,
        }));
    };
    ui.horizontal(|ui| {
        label_ui(ui, &place);
        let name = format!("Name of {place}");
        if let Some(name) = text_ui(ui, &name, &field.name, theme.grid(56), "Name", anything) {
            cx.send(Action::Edit(Edit::RenameField {
                segment,
                number,
                name: name.into(),
            }));
        }
        let name = format!("Type of {place}");
        let width = theme.grid(10);
        let shown = field.data_type.as_deref().unwrap_or_default();
        if let Some(text) = text_ui(ui, &name, shown, width, "ST", data_type) {
            let text = Some(text.trim()).filter(|text| !text.is_empty());
            change(FieldOverlay {
                data_type: text.map(Arc::from),
                ..field.clone()
            });
        }
        let tip = "Remove this field; those after it move up";
        let remove = ui.add(Button::new("×").small()).on_hover_text(tip);
        name_it(ui, remove.id, &format!("Remove {place}"));
        if remove.clicked() {
            cx.send(Action::Edit(Edit::RemoveField { segment, number }));
        }
        let value = cx
            .preview()
            .zip(place.parse().ok())
            .map(|(preview, location)| preview.message.text_at(&location).into_owned());
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            weak(ui, format!("here: {value}"));
        }
    });
    ui.horizontal(|ui| {
        label_ui(ui, "");
        rules_ui(ui, theme, &place, field, &change);
    });
    ui.add_space(theme.grid(1));
}

/// Usage, repetitions, length and codes of a field.
fn rules_ui(
    ui: &mut Ui,
    theme: &Theme,
    place: &str,
    field: &FieldOverlay,
    change: &dyn Fn(FieldOverlay),
) {
    let said = field.usage.unwrap_or_default();
    let mut usage = said;
    let combo = ComboBox::from_id_salt("usage").width(theme.grid(24));
    let shown = combo.selected_text(usage.name()).show_ui(ui, |ui| {
        for each in Usage::ALL {
            ui.selectable_value(&mut usage, each, each.name());
        }
    });
    name_it(ui, shown.response.id, &format!("Usage of {place}"));
    if usage != said {
        change(FieldOverlay {
            usage: Some(usage),
            ..field.clone()
        });
    }
    let mut repeats = field.repeat.is_some_and(|repeat| repeat != Repeat::Once);
    let shown = ui.checkbox(&mut repeats, "repeats");
    name_it(ui, shown.id, &format!("{place} repeats"));
    if shown.changed() {
        let repeat = if repeats { Repeat::Many } else { Repeat::Once };
        change(FieldOverlay {
            repeat: Some(repeat),
            ..field.clone()
        });
    }
    let length = field.length.map(|length| length.to_string());
    let length = length.unwrap_or_default();
    let name = format!("Length of {place}");
    if let Some(text) = text_ui(ui, &name, &length, theme.grid(12), "length", length_check) {
        change(FieldOverlay {
            length: text.trim().parse().ok(),
            ..field.clone()
        });
    }
    let codes = field.codes.as_deref().unwrap_or_default();
    let name = format!("Codes of {place}");
    if let Some(text) = text_ui(ui, &name, codes, theme.grid(16), "codes", anything) {
        let codes = Some(text.trim()).filter(|text| !text.is_empty());
        change(FieldOverlay {
            codes: codes.map(Arc::from),
            ..field.clone()
        });
    }
}

fn name_it(ui: &Ui, id: egui::Id, name: &str) {
    ui.ctx()
        .accesskit_node_builder(id, |node| node.set_label(name));
}

fn data_type(text: &str) -> Result<(), String> {
    let known = text
        .trim()
        .chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if known {
        Ok(())
    } else {
        Err("Such as ST, CX, TS".to_owned())
    }
}

fn length_check(text: &str) -> Result<(), String> {
    let fine = text.trim().is_empty() || text.trim().parse::<u32>().is_ok();
    if fine {
        Ok(())
    } else {
        Err("A number of characters".to_owned())
    }
}
