//! Integration tests.

mod cases;
mod profile;
mod roundtrip;
mod standard;
