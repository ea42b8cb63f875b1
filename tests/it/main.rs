//! Integration tests.

mod profile;
mod roundtrip;
