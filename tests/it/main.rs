//! Integration tests.

mod cases;
mod corpus;
mod grammar;
mod profile;
mod roundtrip;
mod standard;
