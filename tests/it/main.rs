//! Integration tests.

mod cases;
mod corpus;
mod profile;
mod roundtrip;
mod standard;
