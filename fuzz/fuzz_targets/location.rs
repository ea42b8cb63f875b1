//! A location, once read, prints in a form that reads as the same; so does a timestamp.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pipehat::hl7::{Location, Timestamp};

fuzz_target!(|text: &str| {
    match text.parse::<Location>() {
        Ok(location) => assert_eq!(location.to_string().parse(), Ok(location)),
        Err(error) => assert!(error.offset <= text.len()),
    }
    match Timestamp::parse(text) {
        Ok(timestamp) => assert_eq!(timestamp.to_string(), text),
        Err(error) => assert!(error.offset <= text.len()),
    }
});
