//! Pipehat.

pub mod cancel;
pub mod diagnostic;
pub mod standard;
pub mod workbench;
