//! The page of the profile itself: its name, what it is for and the standard it builds on.

use std::path::Path;
use std::sync::Arc;

use egui::{ComboBox, Ui};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::fields::{anything, heading_ui, label_ui, some_name, text_ui};
use super::origin;
use super::profile_charset;
use crate::profile::{Edit, PartOrigin};
use crate::standard::Version;

/// Shows the page.
pub(super) fn ui(ui: &mut Ui, cx: &Cx<'_>) {
    let profile = cx.session.profile();
    heading_ui(ui, "Profile");
    let width = (ui.available_width() - Theme::of(ui).grid(26)).max(Theme::of(ui).grid(30));
    ui.horizontal(|ui| {
        label_ui(ui, "Name");
        if let Some(name) = text_ui(
            ui,
            "Profile name",
            &profile.name,
            width,
            "The site",
            some_name,
        ) {
            cx.send(Action::Edit(Edit::RenameProfile { name: name.into() }));
        }
    });
    ui.horizontal(|ui| {
        label_ui(ui, "Description");
        let hint = "What the site sends, and what it is for";
        if let Some(text) = text_ui(
            ui,
            "Profile description",
            &profile.description,
            width,
            hint,
            anything,
        ) {
            cx.send(Action::Edit(Edit::DescribeProfile {
                description: text.into(),
            }));
        }
    });
    template_ui(ui, cx);
    ui.horizontal(|ui| {
        label_ui(ui, "Standard");
        let mut version = profile.version();
        let combo = ComboBox::from_id_salt("standard").selected_text(format!("HL7 {version}"));
        let shown = combo.show_ui(ui, |ui| {
            for each in Version::ALL {
                ui.selectable_value(&mut version, each, format!("HL7 {each}"));
            }
        });
        let id = shown.response.id;
        ui.ctx()
            .accesskit_node_builder(id, |node| node.set_label("Version of the standard"));
        if version != profile.version() {
            cx.send(Action::Edit(Edit::SetStandard { version }));
        }
    });
    profile_charset::ui(ui, cx);
}

/// What the profile extends, and the way to it.
fn template_ui(ui: &mut Ui, cx: &Cx<'_>) {
    let theme = Theme::of(ui);
    let own = cx.session.own_profile();
    ui.horizontal_wrapped(|ui| {
        label_ui(ui, "Extends");
        let path = |text: &str| match text.trim() {
            text if text.is_empty()
                || Path::new(text).extension().is_some_and(|end| end == "ron") =>
            {
                Ok(())
            }
            _ => Err("The path of a profile beside this one, ending in .ron".to_owned()),
        };
        let said = own.extends.as_deref().unwrap_or_default();
        let width = (ui.available_width() - theme.grid(20)).clamp(theme.grid(30), theme.grid(80));
        if let Some(text) = text_ui(ui, "Template", said, width, "No template", path) {
            let template = Some(text.trim()).filter(|text| !text.is_empty());
            cx.send(Action::Edit(Edit::SetExtends {
                template: template.map(Arc::from),
            }));
        }
        let Some(template) = &own.extends else {
            return;
        };
        let named = PartOrigin::Template(Arc::clone(template));
        origin::mark_ui(ui, &named);
        let folder = cx.session.profile_path().and_then(Path::parent);
        let tip = "Open the template in the place of this profile";
        let button = ui.add_enabled(folder.is_some(), egui::Button::new("Open it"));
        if let Some(folder) = folder
            && button.on_hover_text(tip).clicked()
        {
            cx.send(Action::OpenProfile(folder.join(&**template)));
        }
    });
    if !own.remove.is_empty() {
        ui.horizontal_wrapped(|ui| {
            label_ui(ui, "Without");
            for part in &own.remove {
                let tip = "The template has it and the site does not; press to have it again";
                let button = ui.small_button(part.to_string()).on_hover_text(tip);
                if button.clicked() {
                    let part = part.clone();
                    cx.send(Action::Edit(Edit::Revert { part }));
                }
            }
        });
    }
}
