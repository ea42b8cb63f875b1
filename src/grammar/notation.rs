//! A place of a grammar as the notation writes it.

use super::shape::{PlaceKind, Shape};

/// `PID`, `[{OBX}]`, `<OBR|RXO>`, `{ORDER: …}`: what a group holds is left out.
pub(super) fn place_text(shape: &Shape, at: usize) -> String {
    let place = shape.place(at);
    let inner = match &place.kind {
        PlaceKind::Segment(id) => id.to_string(),
        PlaceKind::Any => "Hxx".to_owned(),
        PlaceKind::Group(name) => format!("{name}: …"),
        PlaceKind::Message | PlaceKind::Sequence => "…".to_owned(),
        PlaceKind::Choice => {
            let options = shape.children(at).map(|option| place_text(shape, option));
            format!("<{}>", options.collect::<Vec<_>>().join("|"))
        }
    };
    let repeated = match place.most {
        Some(1) => inner,
        Some(most) => format!("{{{inner}}}..{most}"),
        None => format!("{{{inner}}}"),
    };
    if place.optional {
        format!("[{repeated}]")
    } else {
        repeated
    }
}
