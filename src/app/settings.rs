//! What is remembered from one start to the next: never the content of a message.

use std::path::{Path, PathBuf};

use egui::ThemePreference;
use serde::{Deserialize, Serialize};

use super::kept_stops::KeptStops;
use super::pane::{self, Pane};
use crate::workbench::StationPlan;

/// The place of the settings in eframe's store.
const KEY: &str = "pipehat";
/// So many recent files are kept.
const RECENT: usize = 10;
/// The scale for a projector.
pub(super) const PRESENTER_ZOOM: f32 = 1.6;

/// Whether links are drawn as lines between the panels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum LinkLines {
    #[default]
    Drawn,
    Hidden,
}

/// The settings of the window.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Settings {
    pub(super) theme: ThemePreference,
    pub(super) zoom: f32,
    /// The newest first.
    pub(super) recent: Vec<PathBuf>,
    /// Show in the tree what could be there.
    pub(super) ghosts: bool,
    /// Fold long values in the text.
    pub(super) folding: bool,
    /// Show beside each line of a script what it made.
    pub(super) values: bool,
    /// Draw links between the panels.
    pub(super) link_lines: LinkLines,
    /// Where runs stop, by profile.
    pub(super) stops: Vec<KeptStops>,
    /// Listeners and senders as they were described.
    pub(super) wire: Vec<StationPlan>,
    pub(super) panels: egui_tiles::Tree<Pane>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemePreference::System,
            zoom: 1.0,
            recent: Vec::new(),
            ghosts: false,
            folding: true,
            values: false,
            link_lines: LinkLines::Drawn,
            stops: Vec::new(),
            wire: Vec::new(),
            panels: pane::map(),
        }
    }
}

impl Settings {
    /// The settings of the last time; those of a new start where there are none or others wrote them.
    pub(super) fn load(storage: Option<&dyn eframe::Storage>) -> Self {
        let mut settings: Self = storage
            .and_then(|storage| eframe::get_value(storage, KEY))
            .unwrap_or_default();
        pane::complete(&mut settings.panels);
        settings
    }

    /// Hands the settings to eframe's store.
    pub(super) fn save(&self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, KEY, self);
    }

    /// Puts a file at the head of the recent ones.
    pub(super) fn remember(&mut self, path: &Path) {
        self.recent.retain(|known| known != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(RECENT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_file_stands_first_and_once() {
        let mut settings = Settings::default();
        for number in 0..12 {
            settings.remember(Path::new(&format!("{number}.hl7")));
        }
        settings.remember(Path::new("5.hl7"));
        assert_eq!(settings.recent.len(), RECENT);
        assert_eq!(settings.recent[0], Path::new("5.hl7"));
        assert_eq!(
            settings
                .recent
                .iter()
                .filter(|path| **path == Path::new("5.hl7"))
                .count(),
            1
        );
    }

    #[test]
    fn settings_survive_being_written() {
        let settings = Settings {
            zoom: 1.5,
            ..Settings::default()
        };
        let text = ron::to_string(&settings).expect("written");
        let again: Settings = ron::from_str(&text).expect("read");
        assert!((again.zoom - 1.5).abs() < f32::EPSILON);
    }
}
