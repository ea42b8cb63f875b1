//! Integration tests.

mod architecture;
mod cases;
mod cli;
mod corpus;
mod grammar;
mod profile;
mod readme;
mod roundtrip;
mod session;
mod standard;
