//! Any cut of a stream holds the same frames, each of them stands where it says, and none is over the
//! limit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pipehat::net::{Deframer, FrameEvent, Marks};

const LIMIT: usize = 256;

fn events(marks: &Marks, pieces: &[&[u8]]) -> Vec<FrameEvent> {
    let mut deframer = Deframer::new(marks.clone(), LIMIT);
    for piece in pieces {
        deframer.push(piece);
    }
    deframer.finish();
    std::iter::from_fn(|| deframer.next_event()).collect()
}

fuzz_target!(|input: (&[u8], &[u8], u16, &[u8])| {
    let (start, end, cut, bytes) = input;
    let marks = Marks::new(start, end).unwrap_or_default();
    let whole = events(&marks, &[bytes]);
    let (before, after) = bytes.split_at(usize::from(cut).min(bytes.len()));
    assert_eq!(events(&marks, &[before, after]), whole);
    for event in whole {
        let FrameEvent::Frame(frame) = event else {
            continue;
        };
        assert!(!frame.content.is_empty() && frame.content.len() <= LIMIT);
        let rest = &bytes[frame.at as usize..];
        let framed = rest.strip_prefix(marks.start()).expect("its start");
        assert!(framed.starts_with(&frame.content));
        if let Ok(sent) = marks.frame(&frame.content) {
            let FrameEvent::Frame(again) = &events(&marks, &[&sent])[0] else {
                panic!("what is framed is a frame");
            };
            assert_eq!(again.content, frame.content);
        }
    }
});
