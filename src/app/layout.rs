//! The arrangement of the panels: docked, split and tabbed as a person likes it.

use egui::{Color32, Stroke, Style, Ui, Visuals, WidgetText};
use egui_tiles::{
    Behavior, SimplificationOptions, TabState, Tile, TileId, Tiles, Tree, UiResponse,
};

use super::cx::Cx;
use super::pane::Pane;
use super::panels::{self, Views};
use super::theme::Theme;

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
    pub(super) views: &'a mut Views,
    /// The message definition that is chosen.
    pub(super) definition: usize,
}

impl Behavior<Pane> for Panels<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut Pane) -> UiResponse {
        panels::ui(ui, self.cx, self.views, *pane, self.definition);
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
