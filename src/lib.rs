//! Pipehat.

#[cfg(feature = "gui")]
pub mod app;
pub mod cancel;
pub mod cli;
pub mod diagnostic;
pub mod grammar;
pub mod hl7;
pub mod mapping;
pub mod profile;
pub mod standard;
pub mod workbench;
