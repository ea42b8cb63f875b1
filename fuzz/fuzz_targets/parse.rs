//! Parsing never fails, loses nothing, and every part can be reached and compared.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pipehat::hl7::{Element, compare, parse};

fn visit(element: Element<'_>, text: &str) {
    assert_eq!(&text[element.span()], element.raw());
    let _ = (element.text(), element.display());
    for child in element.children() {
        visit(child, text);
    }
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (message, faults) = parse(&text);
    assert_eq!(message.text(), text);
    let mut printed = message.prefix().to_owned();
    for segment in message.segments() {
        printed.push_str(segment.raw());
        printed.push_str(segment.line_end());
        segment.fields().for_each(|field| visit(field, &text));
    }
    assert_eq!(printed, text);
    for fault in faults {
        assert!(text.get(fault.span.clone()).is_some());
        let _ = fault.to_string();
    }
    for offset in 0..text.len().min(200) {
        if let Some(location) = message.location_at(offset) {
            let _ = message.find_all(&location);
        }
    }
    assert!(compare(&message, &message, &[]).is_empty());
});
