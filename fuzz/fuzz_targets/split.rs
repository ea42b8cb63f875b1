//! The pieces of a file cover it, also when it comes in parts; unpacking ends at its limit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pipehat::hl7::{PartSplitter, batch_faults, decompress, split};

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
    let mut splitter = PartSplitter::default();
    let (mut ends, mut start) = (Vec::new(), 0);
    // Parts of any length, the same for the same input; few, for each looks at all that is pending.
    let step = 1 + plain.len() / 8;
    for come in (0..plain.len()).step_by(step).skip(1) {
        let pieces = splitter.settled(&plain[start..come]);
        ends.extend(pieces.iter().map(|piece| (start + piece.range.end, piece.kind)));
        start += pieces.last().map_or(0, |piece| piece.range.end);
    }
    let rest = splitter.rest(&plain[start..]);
    ends.extend(rest.iter().map(|piece| (start + piece.range.end, piece.kind)));
    let whole: Vec<_> = pieces.iter().map(|piece| (piece.range.end, piece.kind)).collect();
    assert_eq!(ends, whole);
});
