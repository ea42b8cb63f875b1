//! The panes of the window and how they stand at the start.

use egui_tiles::{TileId, Tiles, Tree};
use serde::{Deserialize, Serialize};

/// The panels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) enum Pane {
    Samples,
    Raw,
    Tree,
    Script,
    Mapping,
    Profile,
    Output,
    Problems,
    Coverage,
    Links,
    Stepper,
    Pipeline,
    Wire,
    Help,
    Lesson,
}

impl Pane {
    /// The title on its tab.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Samples => "Samples",
            Self::Raw => "Message",
            Self::Tree => "Tree",
            Self::Script => "Script",
            Self::Mapping => "Mapping",
            Self::Profile => "Profile",
            Self::Output => "Output",
            Self::Problems => "Problems",
            Self::Coverage => "Coverage",
            Self::Links => "Links",
            Self::Stepper => "Stepper",
            Self::Pipeline => "Pipeline",
            Self::Wire => "Wire",
            Self::Help => "Help",
            Self::Lesson => "Lesson",
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
    // Tree, script and output stay in sight of the stepper: they mark what its step is about.
    let raw = tabs(&[Pane::Raw, Pane::Stepper]);
    let tree = tabs(&[Pane::Tree]);
    let script = tabs(&[
        Pane::Script,
        Pane::Mapping,
        Pane::Profile,
        Pane::Help,
        Pane::Lesson,
    ]);
    let output = tabs(&[
        Pane::Output,
        Pane::Pipeline,
        Pane::Links,
        Pane::Problems,
        Pane::Coverage,
        Pane::Wire,
    ]);
    let message = column(&mut tiles, [raw, tree], [0.40, 0.60]);
    let mapping = column(&mut tiles, [script, output], [0.54, 0.46]);
    let shares = [(samples, 0.22), (message, 0.40), (mapping, 0.38)];
    let root = row(&mut tiles, &shares);
    Tree::new(egui::Id::unique("panels"), root, tiles)
}

/// Puts panels that an arrangement of an older program does not have beside those that they belong to.
pub(super) fn complete(tree: &mut Tree<Pane>) {
    for (pane, beside) in [
        (Pane::Mapping, Pane::Script),
        (Pane::Coverage, Pane::Problems),
        (Pane::Links, Pane::Output),
        (Pane::Stepper, Pane::Output),
        (Pane::Pipeline, Pane::Output),
        (Pane::Lesson, Pane::Help),
        (Pane::Wire, Pane::Output),
    ] {
        if tree.tiles.find_pane(&pane).is_some() {
            continue;
        }
        let Some(neighbour) = tree.tiles.find_pane(&beside) else {
            continue;
        };
        let Some(parent) = tree.tiles.parent_of(neighbour) else {
            continue;
        };
        let tile = tree.tiles.insert_pane(pane);
        let was_active = match tree.tiles.get_container(parent) {
            Some(egui_tiles::Container::Tabs(tabs)) => tabs.active,
            Some(_) | None => None,
        };
        tree.move_tile_to_container(tile, parent, usize::MAX, false);
        if let Some(egui_tiles::Tile::Container(egui_tiles::Container::Tabs(tabs))) =
            tree.tiles.get_mut(parent)
        {
            tabs.active = was_active;
        }
    }
}

/// The profile in the middle, with room for its grids; the message at the right.
pub(super) fn describe() -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let mut tabs = |panes: &[Pane]| {
        let children = panes.iter().map(|&pane| tiles.insert_pane(pane)).collect();
        tiles.insert_tab_tile(children)
    };
    let samples = tabs(&[Pane::Samples]);
    let profile = tabs(&[Pane::Profile, Pane::Script, Pane::Help, Pane::Lesson]);
    let tree = tabs(&[Pane::Tree, Pane::Raw]);
    let output = tabs(&[
        Pane::Problems,
        Pane::Coverage,
        Pane::Output,
        Pane::Pipeline,
        Pane::Links,
        Pane::Stepper,
        Pane::Wire,
    ]);
    let message = column(&mut tiles, [tree, output], [0.64, 0.36]);
    let shares = [(samples, 0.14), (profile, 0.58), (message, 0.28)];
    let root = row(&mut tiles, &shares);
    Tree::new(egui::Id::unique("panels"), root, tiles)
}

/// The message and the script large, the stepper below both.
pub(super) fn teach() -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let mut tabs = |panes: &[Pane]| {
        let children = panes.iter().map(|&pane| tiles.insert_pane(pane)).collect();
        tiles.insert_tab_tile(children)
    };
    let samples = tabs(&[Pane::Samples]);
    let tree = tabs(&[Pane::Tree, Pane::Raw]);
    let script = tabs(&[
        Pane::Script,
        Pane::Mapping,
        Pane::Profile,
        Pane::Help,
        Pane::Lesson,
    ]);
    let stepper = tabs(&[
        Pane::Stepper,
        Pane::Output,
        Pane::Pipeline,
        Pane::Links,
        Pane::Problems,
        Pane::Coverage,
        Pane::Wire,
    ]);
    let above = row(&mut tiles, &[(tree, 0.46), (script, 0.54)]);
    let large = column(&mut tiles, [above, stepper], [0.56, 0.44]);
    let root = row(&mut tiles, &[(samples, 0.14), (large, 0.86)]);
    Tree::new(egui::Id::unique("panels"), root, tiles)
}

/// The wire in the middle, with what is sent at the left and the message at hand at the right.
pub(super) fn wire() -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let mut tabs = |panes: &[Pane]| {
        let children = panes.iter().map(|&pane| tiles.insert_pane(pane)).collect();
        tiles.insert_tab_tile(children)
    };
    let samples = tabs(&[Pane::Samples]);
    let wire = tabs(&[Pane::Wire, Pane::Script, Pane::Profile, Pane::Help]);
    let message = tabs(&[Pane::Tree, Pane::Raw]);
    let output = tabs(&[Pane::Output, Pane::Problems, Pane::Pipeline, Pane::Stepper]);
    let at_hand = column(&mut tiles, [message, output], [0.56, 0.44]);
    let shares = [(samples, 0.17), (wire, 0.56), (at_hand, 0.27)];
    let root = row(&mut tiles, &shares);
    Tree::new(egui::Id::unique("panels"), root, tiles)
}

/// The lesson at the left; the message as text above, as a tree below.
pub(super) fn lesson_of_message() -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let mut tabs = |panes: &[Pane]| {
        let children = panes.iter().map(|&pane| tiles.insert_pane(pane)).collect();
        tiles.insert_tab_tile(children)
    };
    let lesson = tabs(&[Pane::Lesson, Pane::Samples, Pane::Help]);
    let raw = tabs(&[Pane::Raw]);
    let tree = tabs(&[Pane::Tree, Pane::Profile, Pane::Problems]);
    let message = column(&mut tiles, [raw, tree], [0.36, 0.64]);
    let root = row(&mut tiles, &[(lesson, 0.32), (message, 0.68)]);
    Tree::new(egui::Id::unique("panels"), root, tiles)
}

/// The lesson at the left; the message above, what is made of it below.
pub(super) fn lesson_of_mapping() -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let mut tabs = |panes: &[Pane]| {
        let children = panes.iter().map(|&pane| tiles.insert_pane(pane)).collect();
        tiles.insert_tab_tile(children)
    };
    let lesson = tabs(&[Pane::Lesson, Pane::Samples, Pane::Help]);
    let message = tabs(&[Pane::Tree, Pane::Raw]);
    let script = tabs(&[Pane::Script, Pane::Mapping, Pane::Profile]);
    let output = tabs(&[
        Pane::Output,
        Pane::Stepper,
        Pane::Pipeline,
        Pane::Links,
        Pane::Problems,
        Pane::Coverage,
    ]);
    let below = row(&mut tiles, &[(script, 0.54), (output, 0.46)]);
    let large = column(&mut tiles, [message, below], [0.44, 0.56]);
    let root = row(&mut tiles, &[(lesson, 0.30), (large, 0.70)]);
    Tree::new(egui::Id::unique("panels"), root, tiles)
}

fn row(tiles: &mut Tiles<Pane>, shares: &[(TileId, f32)]) -> TileId {
    let children = shares.iter().map(|(tile, _)| *tile).collect();
    let mut row = egui_tiles::Linear::new(egui_tiles::LinearDir::Horizontal, children);
    for (tile, share) in shares {
        row.shares.set_share(*tile, *share);
    }
    tiles.insert_container(row)
}

fn column(tiles: &mut Tiles<Pane>, children: [TileId; 2], shares: [f32; 2]) -> TileId {
    let mut column = egui_tiles::Linear::new(egui_tiles::LinearDir::Vertical, children.to_vec());
    for (tile, share) in children.into_iter().zip(shares) {
        column.shares.set_share(tile, share);
    }
    tiles.insert_container(column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrangement_of_an_older_program_gets_the_newer_panels() {
        let mut tree = map();
        let mapping = tree.tiles.find_pane(&Pane::Mapping).expect("it is there");
        let script = tree.tiles.find_pane(&Pane::Script).expect("it is there");
        tree.remove_recursively(mapping);
        let text = ron::to_string(&tree).expect("an arrangement can be written");
        let mut old: Tree<Pane> = ron::from_str(&text).expect("and read");
        complete(&mut old);
        let tile = old.tiles.find_pane(&Pane::Mapping).expect("it is added");
        let parent = old.tiles.parent_of(tile);
        assert_eq!(parent, old.tiles.parent_of(script), "beside the script");
        let Some(egui_tiles::Container::Tabs(tabs)) =
            parent.and_then(|parent| old.tiles.get_container(parent))
        else {
            panic!("they are tabs");
        };
        assert_eq!(tabs.active, Some(script), "the script stays in front");
    }

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
            Pane::Mapping,
            Pane::Profile,
            Pane::Output,
            Pane::Problems,
            Pane::Coverage,
            Pane::Links,
            Pane::Stepper,
            Pane::Pipeline,
            Pane::Wire,
            Pane::Help,
        ] {
            assert!(again.tiles.find_pane(&pane).is_some(), "{pane:?}");
        }
    }
}
