//! Pipehat.

pub mod cancel;
pub mod diagnostic;
