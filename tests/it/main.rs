//! Integration tests.

mod corpus;
mod profile;
mod roundtrip;
mod standard;
