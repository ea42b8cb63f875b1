//! The page of the profile itself: its name, what it is for and the standard it builds on.

use egui::{ComboBox, Ui};

use super::super::action::Action;
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::fields::{anything, heading_ui, label_ui, some_name, text_ui};
use super::profile_charset;
use crate::profile::Edit;
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
