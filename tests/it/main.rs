//! Integration tests.

mod profile;
