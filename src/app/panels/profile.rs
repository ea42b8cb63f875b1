//! The profile's own page: its name, its message definitions and the segments of the site.

use egui::{ComboBox, ScrollArea, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::theme::Theme;
use super::fields::{anything, heading_ui, label_ui, some_name, text_ui};
use super::parts::{bar_ui, weak};
pub(crate) use super::profile_segments::State;
use super::{profile_messages, profile_segments};
use crate::profile::Edit;
use crate::standard::Version;

/// Shows the page.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, chosen: usize) {
    let theme = Theme::of(ui);
    bar_ui(ui, |ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let save = egui::Button::new("Save");
            let can = cx.session.is_modified() || cx.session.profile_path().is_none();
            if ui
                .add_enabled(can, save)
                .on_hover_text(Command::SaveProfile.words().tip)
                .clicked()
            {
                cx.run(Command::SaveProfile);
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let path = cx.session.profile_path();
                let text = path.map_or_else(
                    || "In no file yet".to_owned(),
                    |path| path.display().to_string(),
                );
                weak(ui, text);
            });
        });
    });
    ScrollArea::vertical()
        .id_salt("profile")
        .auto_shrink(false)
        .show(ui, |ui| {
            egui::Frame::new()
                .inner_margin(theme.margin(4, 1))
                .show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = theme.grid(1);
                    ui.set_width(ui.available_width().min(theme.grid(180)));
                    profile_ui(ui, cx);
                    profile_messages::ui(ui, cx, &mut state.grammar, chosen);
                    profile_segments::ui(ui, cx, state);
                    ui.add_space(theme.grid(8));
                });
        });
}

fn profile_ui(ui: &mut Ui, cx: &Cx<'_>) {
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
}
