//! Where the script editor painted its text, line by line.

use egui::{Pos2, Rect};

/// Where the text was painted.
#[derive(Clone)]
pub(super) struct Painted {
    pub(super) galley: std::sync::Arc<egui::Galley>,
    pub(super) origin: Pos2,
    pub(super) clip: Rect,
}

/// Each line with its number and where it stands on the screen.
pub(super) fn lines(painted: &Painted) -> impl Iterator<Item = (u32, Rect)> + '_ {
    let mut next = 1;
    let mut begins = true;
    painted.galley.rows.iter().filter_map(move |row| {
        let line = begins.then_some(next);
        next += u32::from(begins);
        begins = row.ends_with_newline;
        line.map(|line| (line, row.rect().translate(painted.origin.to_vec2())))
    })
}
