//! The page of one data type: what a value of it is, its components and where it is used.

use std::sync::Arc;

use egui::{Frame, RichText, Ui};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::part::Part;
use super::super::theme::Theme;
use super::super::widgets::GridState;
use super::attribute::{Attr, OF_COMPONENT};
use super::attribute_grid::{Act, Row, Sheet};
use super::explorer_entries::problems_in;
use super::fields::{anything, label_ui, text_ui};
use super::origin;
use super::parts::weak;
use super::problems::colour;
use crate::grammar::{Origin, TypeView, describe_type};
use crate::hl7::DateMask;
use crate::profile::{ComponentOverlay, Edit, PartPath, Profile, TypeOverlay, type_cycles};
use crate::standard;

/// The view of a type's page.
#[derive(Default)]
pub(super) struct State {
    name: Arc<str>,
    grid: GridState,
    rows: Vec<Row>,
    made_from: usize,
}

impl State {
    /// Puts the caret where the first component is named.
    pub(super) fn name_first(&mut self, name: &Arc<str>) {
        *self = Self {
            name: Arc::clone(name),
            ..Self::default()
        };
        self.grid.go(0, 1);
    }
}

/// Shows the page; the name that the type got.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, name: &Arc<str>) -> Option<Arc<str>> {
    let theme = Theme::of(ui);
    if state.name != *name {
        *state = State {
            name: Arc::clone(name),
            ..State::default()
        };
    }
    let profile = Arc::clone(cx.session.profile());
    let overlay = profile.types.get(name);
    let Some(view) = describe_type(&profile, name) else {
        let frame = Frame::new().inner_margin(theme.margin(4, 3));
        frame.show(ui, |ui| {
            weak(ui, "This data type is gone: Ctrl+Z brings it back")
        });
        return None;
    };
    let mut renamed = None;
    Frame::new()
        .inner_margin(theme.margin(4, 1))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = theme.grid(1);
            head_ui(ui, cx, name, &view, overlay.is_some());
            renamed = form_ui(ui, cx, name, &view, overlay);
            used_ui(ui, cx, &profile, name);
            let path = PartPath::new(["types", &**name]);
            for found in problems_in(cx, &path).filter(|found| found.part == path) {
                let text = RichText::new(&found.diagnostic.message).small();
                let text = text.color(*colour(theme, found.diagnostic.severity));
                ui.add(egui::Label::new(text).wrap());
            }
        });
    make_rows(cx, state, &view);
    let title = format!("Components of {name}");
    let place = format!("{name}.");
    let sheet = Sheet {
        cx,
        name: &title,
        place: &place,
        list: PartPath::new(["types", &**name, "components"]),
        attrs: &OF_COMPONENT,
        rows: &state.rows,
        has_here: false,
        grows: standard::dictionary(profile.version())
            .data_type_or_later(name)
            .is_none(),
        check: &|number, attr, text| {
            let changed = set(overlay, number, attr, text)?;
            refuse_cycle(&profile, name, attr, changed)
        },
    };
    for act in sheet.with_foot_ui(ui, &mut state.grid) {
        if let Some(data_type) = changed(overlay, act) {
            send(cx, name, overlay, data_type);
        }
    }
    renamed
}

fn head_ui(ui: &mut Ui, cx: &Cx<'_>, name: &Arc<str>, view: &TypeView<'_>, is_said: bool) {
    let theme = Theme::of(ui);
    let path = PartPath::new(["types", &**name]);
    let size = egui::vec2(ui.available_width(), theme.size.header);
    let from_right = egui::Layout::right_to_left(egui::Align::Center);
    ui.allocate_ui_with_layout(size, from_right, |ui| {
        ui.spacing_mut().item_spacing.x = theme.grid(2);
        let is_own = is_said && cx.session.origins().is_own(&path);
        let is_inherited = cx.session.inherited().says(&path) || view.origin().is_standard();
        if is_own {
            let word = if is_inherited {
                "Revert to inherited"
            } else {
                "Remove"
            };
            let tip = "Forget what the site says of this type; Ctrl+Z brings it back";
            if ui.button(word).on_hover_text(tip).clicked() {
                cx.send(Action::Edit(Edit::Revert { part: path.clone() }));
            }
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            let title = RichText::new(&**name).heading();
            ui.label(title.color(*theme.text.strong));
            let words = RichText::new(view.name()).color(*theme.text.body);
            ui.add(egui::Label::new(words).truncate());
            origin::named_ui(ui, &cx.session.origins().of(&path));
        });
    });
}

fn form_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    name: &Arc<str>,
    view: &TypeView<'_>,
    overlay: Option<&Arc<TypeOverlay>>,
) -> Option<Arc<str>> {
    let theme = Theme::of(ui);
    let own = overlay
        .map(|overlay| (**overlay).clone())
        .unwrap_or_default();
    let mut renamed = None;
    if overlay.is_some() && !view.origin().is_standard() {
        ui.horizontal(|ui| {
            label_ui(ui, "Name");
            let free = |text: &str| name_check(cx.session.profile(), name, text);
            let text = text_ui(ui, "Type name", name, theme.grid(24), "ZAD", free);
            let to = text.map(|text| Arc::from(text.trim()));
            renamed = to.filter(|to| to != name);
            if let Some(to) = renamed.clone() {
                let name = Arc::clone(name);
                cx.send(Action::Edit(Edit::RenameType { name, to }));
            }
        });
    }
    ui.horizontal(|ui| {
        label_ui(ui, "Description");
        let width = (ui.available_width() - theme.grid(2)).clamp(theme.grid(20), theme.grid(120));
        let hint = if view.name().is_empty() {
            "What a value of it is"
        } else {
            view.name()
        };
        let text = text_ui(
            ui,
            "Type description",
            &own.description,
            width,
            hint,
            anything,
        );
        if let Some(text) = text {
            let description = text.into();
            send(
                cx,
                name,
                overlay,
                TypeOverlay {
                    description,
                    ..own.clone()
                },
            );
        }
    });
    ui.horizontal(|ui| {
        label_ui(ui, "Date mask");
        let mask = own.mask.as_deref().unwrap_or_default();
        let width = theme.grid(46);
        if let Some(text) = text_ui(
            ui,
            "Date mask of the type",
            mask,
            width,
            "dd.MM.yyyy",
            mask_check,
        ) {
            let mask = Some(text.trim())
                .filter(|text| !text.is_empty())
                .map(Arc::from);
            send(
                cx,
                name,
                overlay,
                TypeOverlay {
                    mask,
                    ..own.clone()
                },
            );
        }
    });
    renamed
}

fn mask_check(text: &str) -> Result<(), String> {
    match text.trim() {
        "" => Ok(()),
        text => DateMask::new(text)
            .map(drop)
            .map_err(|error| error.to_string()),
    }
}

/// Whether a type can be called so.
pub(super) fn name_check(profile: &Profile, name: &str, text: &str) -> Result<(), String> {
    let text = text.trim();
    let is_plain = text
        .chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if text.is_empty() || !is_plain {
        Err("Capital letters and digits, such as ZAD".to_owned())
    } else if text != name && profile.types.contains_key(text) {
        Err("Another type has this name".to_owned())
    } else {
        Ok(())
    }
}

/// Where the profile uses the type; a press goes there.
fn used_ui(ui: &mut Ui, cx: &Cx<'_>, profile: &Profile, name: &Arc<str>) {
    let mut uses: Vec<(String, Part)> = Vec::new();
    for (&segment, overlay) in &profile.segments {
        let of_type = |data_type: &Option<Arc<str>>| data_type.as_ref() == Some(name);
        let fields = overlay
            .numbered()
            .filter(|(_, field)| of_type(&field.data_type));
        uses.extend(
            fields.map(|(number, _)| (format!("{segment}-{number}"), Part::Segment(segment))),
        );
    }
    for (other, overlay) in &profile.types {
        let parts = overlay.numbered();
        let parts = parts.filter(|(_, part)| part.data_type.as_ref() == Some(name));
        uses.extend(
            parts.map(|(number, _)| (format!("{other}.{number}"), Part::Type(Arc::clone(other)))),
        );
    }
    ui.horizontal_wrapped(|ui| {
        label_ui(ui, "Used by");
        if uses.is_empty() {
            weak(ui, "Nothing in the profile yet");
        }
        for (words, part) in uses {
            if ui.small_button(words).clicked() {
                cx.send(Action::ShowPart(part));
            }
        }
    });
}

fn make_rows(cx: &Cx<'_>, state: &mut State, view: &TypeView<'_>) {
    let made_from = Arc::as_ptr(cx.session.profile()) as usize;
    if state.made_from == made_from {
        return;
    }
    state.made_from = made_from;
    let rows = view.components().map(|part| Row {
        number: part.number,
        texts: OF_COMPONENT
            .iter()
            .map(|attr| attr.of_component(&part))
            .collect(),
        standard: OF_COMPONENT
            .iter()
            .map(|attr| match part.origin_of(attr.attribute()) {
                Origin::Standard(version)
                | Origin::LaterVersion(version)
                | Origin::EarlierVersion(version) => Some(*version),
                Origin::Template(_) | Origin::Site => None,
            })
            .collect(),
        here: String::new(),
    });
    state.rows = rows.collect();
}

/// The type after an act.
fn changed(overlay: Option<&Arc<TypeOverlay>>, act: Act) -> Option<TypeOverlay> {
    let mut parts = numbered(overlay);
    match act {
        Act::Set(number, attr, text) => return set(overlay, number, attr, &text).ok(),
        Act::Insert(number) => {
            for (own, _) in parts.iter_mut().filter(|(own, _)| *own >= number) {
                *own += 1;
            }
            parts.push((number, ComponentOverlay::default()));
        }
        Act::Remove(number) => {
            parts.retain(|(own, _)| *own != number);
            for (own, _) in parts.iter_mut().filter(|(own, _)| *own > number) {
                *own -= 1;
            }
        }
        Act::Move(number, to) => {
            for (own, _) in &mut parts {
                *own = match *own {
                    own if own == number => to,
                    own if own > number && own <= to => own - 1,
                    own if own < number && own >= to => own + 1,
                    own => own,
                };
            }
        }
    }
    Some(with_parts(overlay, parts))
}

/// The type with one attribute of a component said anew.
fn set(
    overlay: Option<&Arc<TypeOverlay>>,
    number: u16,
    attr: Attr,
    text: &str,
) -> Result<TypeOverlay, String> {
    let mut parts = numbered(overlay);
    let at = parts.iter().position(|(own, _)| *own == number);
    let at = at.unwrap_or_else(|| {
        parts.push((number, ComponentOverlay::default()));
        parts.len() - 1
    });
    if let Some((_, part)) = parts.get_mut(at) {
        attr.set_component(part, text)?;
    }
    Ok(with_parts(overlay, parts))
}

fn numbered(overlay: Option<&Arc<TypeOverlay>>) -> Vec<(u16, ComponentOverlay)> {
    let parts = overlay.into_iter().flat_map(|overlay| overlay.numbered());
    parts.map(|(number, part)| (number, part.clone())).collect()
}

fn with_parts(
    overlay: Option<&Arc<TypeOverlay>>,
    mut parts: Vec<(u16, ComponentOverlay)>,
) -> TypeOverlay {
    parts.sort_by_key(|(number, _)| *number);
    let mut next = 1;
    let components = parts.into_iter().map(|(number, part)| {
        let stated = (number != next).then_some(number);
        next = number.saturating_add(1);
        ComponentOverlay {
            number: stated,
            ..part
        }
    });
    let components = components.collect();
    let own = overlay
        .map(|overlay| (**overlay).clone())
        .unwrap_or_default();
    TypeOverlay { components, ..own }
}

/// No type can contain itself.
fn refuse_cycle(
    profile: &Profile,
    name: &Arc<str>,
    attr: Attr,
    changed: TypeOverlay,
) -> Result<(), String> {
    if attr != Attr::Type {
        return Ok(());
    }
    let mut types = profile.types.clone();
    types.insert(Arc::clone(name), Arc::new(changed));
    let cycle = type_cycles(&types)
        .into_iter()
        .find(|way| way.contains(name));
    match cycle {
        None => Ok(()),
        Some(way) => Err(format!(
            "A data type cannot contain itself: {}; choose another type, such as ST",
            way.join(" → ")
        )),
    }
}

fn send(cx: &Cx<'_>, name: &Arc<str>, overlay: Option<&Arc<TypeOverlay>>, data_type: TypeOverlay) {
    let (name, data_type) = (Arc::clone(name), Arc::new(data_type));
    cx.send(Action::Edit(match overlay {
        Some(_) => Edit::ChangeType { name, data_type },
        None => Edit::AddType { name, data_type },
    }));
}
