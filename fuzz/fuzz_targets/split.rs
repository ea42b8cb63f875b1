//! The pieces of a file cover it; unpacking ends at its limit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pipehat::hl7::{batch_faults, decompress, split};

fuzz_target!(|bytes: &[u8]| {
    let limit = 1 << 20;
    let Ok(plain) = decompress(bytes, limit) else { return };
    let pieces = split(&plain);
    let mut end = 0;
    for piece in &pieces {
        assert_eq!(piece.range.start, end);
        assert!(piece.range.end > end);
        end = piece.range.end;
    }
    assert_eq!(end, plain.len());
    for fault in batch_faults(&plain, &pieces) {
        assert!(fault.piece < pieces.len());
    }
});
