//! The window: panels that read what the workbench derived, and send actions.
//!
//! A panel reads the context, keeps only its own view state and sends actions; it never parses, runs a
//! script or touches a file. One function performs the actions. Colours, sizes and faces come from
//! `assets/theme` and `assets/fonts`. Only this room names egui.

#![allow(
    dead_code,
    unused_imports,
    reason = "the panels that use these parts come next"
)]

mod fonts;
mod theme;
mod widgets;
