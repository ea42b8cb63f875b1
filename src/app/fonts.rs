//! The shipped faces, and the system's faces for scripts they do not cover.
//!
//! A character that no installed face has is sent to a thread of its own, which looks through the
//! system's fonts and hands over the first that draws it; until then a box stands in its place. The
//! window itself never reads a font file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use egui::epaint::text::{
    FallbackRequest, FontInsert, FontPriority, FontProvider, InsertFontFamily,
};
use egui::{FontData, FontDefinitions, FontFamily};
use skrifa::MetadataProvider as _;

use super::theme::strong_family;

const TEXT: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.otf");
const STRONG: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");
const CODE: &[u8] = include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf");

/// Installs the faces that ship with the program.
pub(super) fn install(ctx: &egui::Context) {
    ctx.set_fonts(definitions());
}

fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    for (name, bytes) in [("text", TEXT), ("strong", STRONG), ("code", CODE)] {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let chain = |names: &[&str]| {
        names
            .iter()
            .map(|&name| name.to_owned())
            .collect::<Vec<_>>()
    };
    fonts.families = BTreeMap::from([
        (FontFamily::Proportional, chain(&["text", "code"])),
        (FontFamily::Monospace, chain(&["code", "text"])),
        (strong_family(), chain(&["strong", "code"])),
    ]);
    fonts
}

/// Lets the system's fonts stand in for characters the shipped faces lack.
pub(super) fn use_system_fonts(ctx: &egui::Context) {
    let (wanted, requests) = channel();
    let window = ctx.clone();
    let started = std::thread::Builder::new()
        .name("fonts".to_owned())
        .spawn(move || look_up(&requests, &window));
    match started {
        Ok(_) => ctx.add_font_provider(Arc::new(SystemFonts { wanted })),
        Err(error) => tracing::warn!(%error, "system fonts are not used"),
    }
}

/// Passes on what is missing; answers later, by adding a font.
struct SystemFonts {
    wanted: Sender<char>,
}

impl FontProvider for SystemFonts {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        if let Some(character) = request.cluster.chars().next() {
            // The thread ends only with the program: a refused character stays a box.
            let _ = self.wanted.send(character);
        }
        None
    }
}

fn look_up(requests: &Receiver<char>, window: &egui::Context) {
    let mut system = fontdb::Database::new();
    let mut seen = BTreeSet::new();
    for character in requests {
        if !seen.insert(character) {
            continue;
        }
        if system.is_empty() {
            system.load_system_fonts();
        }
        if let Some(font) = find(&system, character) {
            window.add_font(font);
            window.request_repaint();
        }
    }
}

/// The first upright face of normal weight that draws `character`.
fn find(system: &fontdb::Database, character: char) -> Option<FontInsert> {
    let regular = |face: &&fontdb::FaceInfo| {
        face.style == fontdb::Style::Normal && face.weight == fontdb::Weight::NORMAL
    };
    system.faces().filter(regular).find_map(|face| {
        system.with_face_data(face.id, |bytes, index| {
            skrifa::FontRef::from_index(bytes, index)
                .ok()?
                .charmap()
                .map(character)?;
            let mut data = FontData::from_owned(bytes.to_vec());
            data.index = index;
            let families = [
                FontFamily::Proportional,
                FontFamily::Monospace,
                strong_family(),
            ]
            .map(|family| InsertFontFamily {
                family,
                priority: FontPriority::Lowest,
            });
            Some(FontInsert::new(
                &face.post_script_name,
                data,
                families.to_vec(),
            ))
        })?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the window itself writes with: a box in a menu would be our own fault.
    const USED: &str = "…·→–—×✓●▸▾␍␊␀⟨⟩ÄÖÜäöüßéñłžΑωЖя";

    #[test]
    fn each_family_draws_what_the_window_writes() {
        let ctx = egui::Context::default();
        install(&ctx);
        let mut checked = false;
        let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
            for family in [
                FontFamily::Proportional,
                FontFamily::Monospace,
                strong_family(),
            ] {
                let font = egui::FontId::new(13.0, family);
                for character in USED.chars() {
                    assert!(
                        ui.fonts_mut(|fonts| fonts.has_glyph(&font, character)),
                        "{character}"
                    );
                }
            }
            checked = true;
        });
        // Nothing paints here: the glyphs' pictures are dropped on purpose.
        output.textures_delta.clear();
        assert!(checked);
    }
}
