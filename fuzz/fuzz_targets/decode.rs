//! Bytes of every charset are written back as they were, also beside an edit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pipehat::hl7::{Charset, decode, encode};

fuzz_target!(|input: (u8, u16, &[u8])| {
    let (charset, place, bytes) = input;
    let choice = Charset::all().nth(usize::from(charset));
    let decoded = decode(bytes, choice);
    let original = Some((&decoded, bytes));
    let written = encode(&decoded.text, original, decoded.charset);
    assert_eq!(written.as_deref(), Ok(bytes));
    let place = usize::from(place).min(decoded.text.len());
    if let Some((before, after)) = decoded.text.split_at_checked(place) {
        let _ = encode(&format!("{before}x{after}"), original, decoded.charset);
        let _ = encode(before, original, decoded.charset);
        let _ = encode(after, original, decoded.charset);
    }
});
