//! What is set at a location is read there, and the rest of the message still parses.
//!
//! The input is text, so that messages serve as seeds: a message, then edits, each behind a group
//! separator (0x1D) as a location, `=` and a value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pipehat::hl7::{Draft, Location, parse};

fuzz_target!(|input: &str| {
    let mut parts = input.split('\u{1d}');
    let text = parts.next().unwrap_or_default();
    let (message, _) = parse(text);
    let mut draft = Draft::from_message(&message);
    assert_eq!(draft.print(), text);
    for (location, value) in parts.filter_map(|edit| edit.rsplit_once('=')) {
        // Far fields and repetitions are written out one by one: memory, not a fault.
        let Ok(location) = location.parse::<Location>() else { continue };
        if location.to_string().split(|c: char| !c.is_ascii_digit()).any(|n| n.len() > 2) {
            continue;
        }
        let before = draft.print();
        match draft.set(&location, value) {
            // A pick of every one may pick none, what is written may end a condition, and a line end
            // is read as the escape sequence that it was written as.
            Ok(()) if !location.to_string().contains(['*', '?']) && !value.contains(['\r', '\n']) => {
                assert_eq!(draft.read(&location).unwrap_or_default(), value, "{location}");
            }
            Ok(()) => {}
            Err(_) => assert_eq!(draft.print(), before, "a refused edit changes nothing"),
        }
        let mut other = draft.clone();
        let _ = (other.insert(&location), other.clear(&location), other.remove(&location));
        let printed = other.print();
        assert_eq!(parse(&printed).0.text(), printed);
    }
    let printed = draft.print();
    assert_eq!(parse(&printed).0.text(), printed);
});
