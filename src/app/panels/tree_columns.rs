//! The columns of the tree of a message.

use super::super::widgets::{ColumnSpec, Width};

/// As many columns as the width has room for.
pub(super) fn columns(width: f32) -> Vec<ColumnSpec> {
    let mut columns = vec![
        ColumnSpec::new(
            "Location",
            // Room for the number of a group that is some groups deep.
            Width::Points(if width > 640.0 {
                (width * 0.3).min(232.0)
            } else {
                (width * 0.34).clamp(88.0, 152.0)
            }),
        ),
        ColumnSpec::new("Name", Width::Points((width * 0.3).clamp(72.0, 240.0))),
        ColumnSpec::new(
            "Value",
            if width > 640.0 {
                Width::Points((width * 0.26).clamp(130.0, 320.0))
            } else {
                Width::Rest
            },
        ),
    ];
    if width > 640.0 {
        columns.push(ColumnSpec::new(
            "Meaning",
            if width > 760.0 {
                Width::Points(130.0)
            } else {
                Width::Rest
            },
        ));
    }
    if width > 760.0 {
        for (title, points) in [("Type", 44.0), ("Use", 36.0), ("Repeats", 52.0)] {
            columns.push(ColumnSpec::new(title, Width::Points(points)));
        }
        columns.push(ColumnSpec::new("Described by", Width::Rest));
    }
    columns
}
