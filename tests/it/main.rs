//! Integration tests.

mod cases;
mod corpus;
mod grammar;
mod profile;
mod readme;
mod roundtrip;
mod standard;
