//! What is set at a location is read there, and the rest of the message still parses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pipehat::hl7::{Draft, Location, parse};

fuzz_target!(|input: (&str, Vec<(&str, &str)>)| {
    let (text, edits) = input;
    let (message, _) = parse(text);
    let mut draft = Draft::from_message(&message);
    assert_eq!(draft.print(), text);
    for (location, value) in edits {
        // Far fields and repetitions are written out one by one: memory, not a fault.
        let Ok(location) = location.parse::<Location>() else { continue };
        if location.to_string().split(|c: char| !c.is_ascii_digit()).any(|n| n.len() > 2) {
            continue;
        }
        if draft.set(&location, value).is_ok() {
            assert!(draft.read(&location).is_some());
        }
        let _ = (draft.insert(&location), draft.clear(&location), draft.remove(&location));
    }
    let printed = draft.print();
    assert_eq!(parse(&printed).0.text(), printed);
});
