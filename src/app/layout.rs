//! The arrangement of the panels: docked, split and tabbed as a person likes it.

use egui::{Color32, Stroke, Style, Ui, Visuals, WidgetText};
use egui_tiles::{
    Behavior, SimplificationOptions, TabState, Tile, TileId, Tiles, Tree, UiResponse,
};
use serde::{Deserialize, Serialize};

use super::cx::Cx;
use super::panels;
use super::state::State;
use super::theme::Theme;

/// The panels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) enum Pane {
    Samples,
    Raw,
    Tree,
    Script,
    Profile,
    Output,
    Problems,
    Help,
}

impl Pane {
    /// The title on its tab.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Samples => "Samples",
            Self::Raw => "Message",
            Self::Tree => "Tree",
            Self::Script => "Script",
            Self::Profile => "Profile",
            Self::Output => "Output",
            Self::Problems => "Problems",
            Self::Help => "Help",
        }
    }
}

/// Samples at the left, the message in the middle, script above output at the right.
pub(super) fn map() -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let mut tabs = |panes: &[Pane]| {
        let children = panes.iter().map(|&pane| tiles.insert_pane(pane)).collect();
        tiles.insert_tab_tile(children)
    };
    let samples = tabs(&[Pane::Samples]);
    let raw = tabs(&[Pane::Raw]);
    let tree = tabs(&[Pane::Tree]);
    let script = tabs(&[Pane::Script, Pane::Profile, Pane::Help]);
    let output = tabs(&[Pane::Output, Pane::Problems]);
    let message = column(&mut tiles, [raw, tree], [0.40, 0.60]);
    let mapping = column(&mut tiles, [script, output], [0.54, 0.46]);
    let shares = [(samples, 0.22), (message, 0.40), (mapping, 0.38)];
    let mut row = egui_tiles::Linear::new(
        egui_tiles::LinearDir::Horizontal,
        shares.map(|(tile, _)| tile).to_vec(),
    );
    for (tile, share) in shares {
        row.shares.set_share(tile, share);
    }
    let root = tiles.insert_container(row);
    Tree::new(egui::Id::unique("panels"), root, tiles)
}

fn column(tiles: &mut Tiles<Pane>, children: [TileId; 2], shares: [f32; 2]) -> TileId {
    let mut column = egui_tiles::Linear::new(egui_tiles::LinearDir::Vertical, children.to_vec());
    for (tile, share) in children.into_iter().zip(shares) {
        column.shares.set_share(tile, share);
    }
    tiles.insert_container(column)
}

/// Brings a panel to the front; puts it back where it was closed.
pub(super) fn show(tree: &mut Tree<Pane>, pane: Pane) {
    if tree.tiles.find_pane(&pane).is_none() {
        let tile = tree.tiles.insert_pane(pane);
        match tree.root {
            Some(root) => tree.move_tile_to_container(tile, root, usize::MAX, true),
            None => tree.root = Some(tile),
        }
    }
    tree.make_active(|_, tile| matches!(tile, Tile::Pane(found) if *found == pane));
}

/// Draws the panels inside the arrangement.
pub(super) struct Panels<'a> {
    pub(super) cx: &'a Cx<'a>,
    pub(super) state: &'a mut State,
}

impl Behavior<Pane> for Panels<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut Pane) -> UiResponse {
        panels::ui(ui, self.cx, self.state, *pane);
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        pane.title().into()
    }

    fn is_tab_closable(&self, _tiles: &Tiles<Pane>, _tile: TileId) -> bool {
        false
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions {
            all_panes_must_have_tabs: true,
            ..SimplificationOptions::default()
        }
    }

    fn tab_bar_height(&self, style: &Style) -> f32 {
        Theme::pick(style.visuals.dark_mode).size.header
    }

    fn gap_width(&self, _style: &Style) -> f32 {
        1.0
    }

    fn min_size(&self) -> f32 {
        96.0
    }

    fn tab_title_spacing(&self, visuals: &Visuals) -> f32 {
        Theme::pick(visuals.dark_mode).grid(3)
    }

    fn resize_stroke(&self, style: &Style, state: egui_tiles::ResizeState) -> Stroke {
        let theme = Theme::pick(style.visuals.dark_mode);
        match state {
            egui_tiles::ResizeState::Idle => Stroke::new(1.0, *theme.surface.border),
            egui_tiles::ResizeState::Hovering | egui_tiles::ResizeState::Dragging => {
                Stroke::new(2.0, *theme.accent.line)
            }
        }
    }

    fn tab_bar_color(&self, visuals: &Visuals) -> Color32 {
        *Theme::pick(visuals.dark_mode).surface.window
    }

    fn tab_bg_color(
        &self,
        visuals: &Visuals,
        _tiles: &Tiles<Pane>,
        _tile: TileId,
        tab: &TabState,
    ) -> Color32 {
        if tab.active {
            *Theme::pick(visuals.dark_mode).surface.panel
        } else {
            Color32::TRANSPARENT
        }
    }

    fn tab_outline_stroke(
        &self,
        _visuals: &Visuals,
        _tiles: &Tiles<Pane>,
        _tile: TileId,
        _tab: &TabState,
    ) -> Stroke {
        Stroke::NONE
    }

    fn tab_bar_hline_stroke(&self, visuals: &Visuals) -> Stroke {
        Stroke::new(1.0, *Theme::pick(visuals.dark_mode).surface.border)
    }

    fn tab_text_color(
        &self,
        visuals: &Visuals,
        _tiles: &Tiles<Pane>,
        _tile: TileId,
        tab: &TabState,
    ) -> Color32 {
        let text = &Theme::pick(visuals.dark_mode).text;
        if tab.active { *text.strong } else { *text.weak }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arrangement_holds_each_panel_and_can_be_kept() {
        let tree = map();
        let text = ron::to_string(&tree).expect("an arrangement can be written");
        let again: Tree<Pane> = ron::from_str(&text).expect("and read");
        for pane in [
            Pane::Samples,
            Pane::Raw,
            Pane::Tree,
            Pane::Script,
            Pane::Profile,
            Pane::Output,
            Pane::Problems,
            Pane::Help,
        ] {
            assert!(again.tiles.find_pane(&pane).is_some(), "{pane:?}");
        }
    }
}
