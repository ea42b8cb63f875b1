//! Integration tests.

mod profile;
mod roundtrip;
mod standard;
