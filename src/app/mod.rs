//! The window: panels that read what the workbench derived, and send actions.
//!
//! A panel reads the context, keeps only its own view state and sends actions; it never parses, runs a
//! script or touches a file. One function performs the actions. Colours, sizes and faces come from
//! `assets/theme` and `assets/fonts`. Only this room names egui.

mod action;
mod adding;
mod command;
mod command_words;
mod cx;
mod dialogs;
mod drag;
mod finder;
mod fonts;
mod host;
mod kept_stops;
mod layout;
mod lesson_step;
mod lessons;
mod links_drawn;
mod menu;
mod moved_lines;
mod news;
mod open;
mod palette;
mod pane;
mod panels;
mod part;
mod passes;
mod path_dialog;
mod perform;
mod perform_wire;
mod question;
mod saving;
mod settings;
mod sheet_words;
mod startup;
mod state;
mod status;
mod stepping;
mod target_chooser;
mod template_dialog;
mod theme;
mod threads;
mod toasts;
mod walk;
mod watching;
mod widgets;
mod window;
mod wire_action;

pub use open::{AppError, Renderer, open};
pub use window::{Start, Window};
