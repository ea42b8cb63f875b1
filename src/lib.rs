//! Pipehat.
