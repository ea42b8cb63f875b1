//! What streams hold, told as text; and that no cut of a stream changes it.

use proptest::prelude::*;

use super::{Deframer, FrameEvent, Marks};

const LIMIT: usize = 64;

fn told(event: &FrameEvent) -> String {
    match event {
        FrameEvent::Frame(frame) => {
            format!("{} {:?}", frame.at, String::from_utf8_lossy(&frame.content))
        }
        FrameEvent::Note(note) => format!("{} {} ({})", note.at, note.kind, note.kind.code()),
    }
}

fn events(marks: &Marks, pieces: &[&[u8]]) -> Vec<FrameEvent> {
    let mut deframer = Deframer::new(marks.clone(), LIMIT);
    let mut found = Vec::new();
    for piece in pieces {
        deframer.push(piece);
        found.extend(std::iter::from_fn(|| deframer.next_event()));
    }
    deframer.finish();
    found.extend(std::iter::from_fn(|| deframer.next_event()));
    found
}

fn check(stream: &[u8], expect: &[&str]) {
    check_with(&Marks::mllp(), stream, expect);
}

fn check_with(marks: &Marks, stream: &[u8], expect: &[&str]) {
    let whole = events(marks, &[stream]);
    let lines: Vec<String> = whole.iter().map(told).collect();
    assert_eq!(lines, expect, "{}", stream.escape_ascii());
    let bytes: Vec<&[u8]> = stream.chunks(1).collect();
    assert_eq!(events(marks, &bytes), whole, "{}", stream.escape_ascii());
}

#[test]
fn frames_come_out_whole() {
    check(b"", &[]);
    check(b"\x0BMSH|1\r\x1C\r", &["0 \"MSH|1\\r\""]);
    check(
        b"\x0Ba\x1C\r\x0Bb\x1C\r\x0Bc\x1C\r",
        &["0 \"a\"", "4 \"b\"", "8 \"c\""],
    );
}

#[test]
fn a_peer_that_leaves_out_bytes_of_the_end_is_understood() {
    let missing = "the end of the frame lacks its 0x0D (frame-end-incomplete)";
    check(
        b"\x0Ba\x1C\x0Bb\x1C\r",
        &["0 \"a\"", &format!("2 {missing}"), "3 \"b\""],
    );
    check(b"\x0Ba\x1C", &["0 \"a\"", &format!("2 {missing}")]);
    let marks = Marks::new(&[0x0B], &[0x1C, 0x0D, 0x0A]).unwrap();
    check_with(
        &marks,
        b"\x0Ba\x1C\r\x0Bb\x1C\r\n",
        &[
            "0 \"a\"",
            "2 the end of the frame lacks its 0x0A (frame-end-incomplete)",
            "4 \"b\"",
        ],
    );
}

#[test]
fn blanks_between_frames_are_no_junk() {
    check(
        b"\0\0 \n\x0Ba\x1C\r\n\r\n\0\x0Bb\x1C\r ",
        &["4 \"a\"", "12 \"b\""],
    );
}

#[test]
fn junk_is_counted_and_told_once() {
    check(
        b"  ab \x1C\r c\r\x0Ba\x1C\rping\n",
        &[
            "2 7 bytes outside of any frame (frame-junk)",
            "10 \"a\"",
            "14 4 bytes outside of any frame (frame-junk)",
        ],
    );
    check(
        b"x\x0By\x0Ba\x1C\r",
        &[
            "0 1 byte outside of any frame (frame-junk)",
            "1 a frame starts within a frame; the 1 byte before it are discarded (frame-start-inside)",
            "3 \"a\"",
        ],
    );
}

#[test]
fn what_stands_outside_is_known_by_its_first_bytes() {
    check(
        b"MSH|^~\\&|A\rPID|1\r",
        &["0 a message without a start of a frame before it, 16 bytes (frame-junk)"],
    );
    check(
        b"GET / HTTP/1.1\r\n\r\n",
        &["0 14 bytes of HTTP; this port takes framed messages (frame-junk)"],
    );
    check(
        &[0x16, 0x03, 0x01, 0x02, 0x00, 0x01],
        &["0 6 bytes of TLS; this port is not encrypted (frame-junk)"],
    );
}

#[test]
fn a_start_within_a_frame_gives_up_what_was_before_it() {
    check(
        b"\x0BMSH|1\x0BPID|2\x1C\r",
        &[
            "0 a frame starts within a frame; the 5 bytes before it are discarded (frame-start-inside)",
            "6 \"PID|2\"",
        ],
    );
}

#[test]
fn the_first_byte_of_an_end_is_kept_as_content() {
    check(
        b"\x0Ba\x1Cb\x1C\x1C\r",
        &[
            "2 the first byte of an end stands within a frame and is kept as content, 2 times (frame-end-inside)",
            "0 \"a\\u{1c}b\\u{1c}\"",
        ],
    );
}

#[test]
fn doubled_marks_are_one_frame() {
    check(
        b"\x0B\x0Ba\x1C\r\x1C\r",
        &[
            "1 the start of the frame came twice (frame-start-twice)",
            "1 \"a\"",
            "5 the end of the frame came twice (frame-end-twice)",
        ],
    );
}

#[test]
fn an_empty_frame_and_an_unfinished_one_are_told() {
    check(
        b"\x0B\x1C\r\x0Bab",
        &[
            "0 an empty frame, which cannot be answered (frame-empty)",
            "3 the connection ended within a frame, after 2 bytes of it (frame-unfinished)",
        ],
    );
}

#[test]
fn a_frame_over_the_limit_is_cut_and_the_next_one_read() {
    let mut stream = vec![0x0B];
    stream.extend([b'a'; LIMIT]);
    stream.extend(b"\x1C\r");
    check(&stream, &[&format!("0 {:?}", "a".repeat(LIMIT))]);
    stream.insert(1, b'a');
    stream.extend(b"\x0Bb\x1C\r");
    check(
        &stream,
        &[
            "0 the frame is longer than the limit of 64 bytes and was cut (frame-too-long)",
            "68 \"b\"",
        ],
    );
}

#[test]
fn a_pause_takes_an_end_that_has_begun_for_one() {
    let mut deframer = Deframer::new(Marks::mllp(), LIMIT);
    deframer.push(b"\x0Ba\x1C");
    assert!(deframer.next_event().is_none() && deframer.is_inside());
    deframer.pause();
    let found: Vec<String> = std::iter::from_fn(|| deframer.next_event())
        .map(|event| told(&event))
        .collect();
    let missing = "2 the end of the frame lacks its 0x0D (frame-end-incomplete)";
    assert_eq!(found, ["0 \"a\"", missing]);
    // The byte that was late after all is a blank.
    deframer.push(b"\r\x0Bb");
    deframer.pause();
    assert!(deframer.next_event().is_none() && deframer.is_inside());
    deframer.push(b"c\x1C\r");
    let found = deframer.next_event().map(|event| told(&event));
    assert_eq!(found.as_deref(), Some("4 \"bc\""));
}

#[test]
fn marks_of_several_bytes_are_found_where_they_seem_to_begin_too() {
    let marks = Marks::new(&[1, 1, 2], &[3, 3, 4]).unwrap();
    check_with(
        &marks,
        &[1, 1, 1, 2, b'a', 3, 3, 3, 4, 1, 3],
        &[
            "0 1 byte outside of any frame (frame-junk)",
            "5 the first byte of an end stands within a frame and is kept as content (frame-end-inside)",
            "1 \"a\\u{3}\"",
            "9 2 bytes outside of any frame (frame-junk)",
        ],
    );
}

#[test]
fn marks_that_no_reader_could_tell_apart_are_refused() {
    for (start, end, expect) in [
        (
            &[][..],
            &[0x1C][..],
            "the start of a frame needs at least one byte",
        ),
        (&[0x0B], &[], "the end of a frame needs at least one byte"),
        (
            &[0x0B],
            &[0x0B, 0x0D],
            "start and end of a frame begin with the same byte, 0B",
        ),
        (&[0x0B], b"\r", "the end of a frame begins with 0D"),
        (b"<", &[0x1C], "the start of a frame begins with 3C"),
        (&[2; 9], &[3], "the start of a frame has 9 bytes"),
    ] {
        let error = Marks::new(start, end).unwrap_err().to_string();
        assert!(error.starts_with(expect), "{error}");
    }
}

#[test]
fn what_would_not_arrive_as_it_is_is_not_sent() {
    let marks = Marks::mllp();
    assert_eq!(marks.frame(b"a").unwrap(), b"\x0Ba\x1C\r");
    for (content, expect) in [
        (&b""[..], "an empty message cannot be sent"),
        (
            b"ab\x0B\x1C",
            "byte 2 of the message is 0B, which starts a frame",
        ),
        (b"a\x1C", "byte 1 of the message is 1C, which ends a frame"),
    ] {
        let error = marks.frame(content).unwrap_err().to_string();
        assert!(error.starts_with(expect), "{error}");
    }
}

fn marks() -> impl Strategy<Value = Marks> {
    prop::sample::select(vec![
        Marks::mllp(),
        Marks::new(&[0x0B], &[0x1C]).unwrap(),
        Marks::new(&[1, 1, 2], &[3, 1, 1]).unwrap(),
        Marks::new(&[2, 1], &[3, 2, 3, 1]).unwrap(),
    ])
}

fn pieces(marks: &Marks) -> impl Strategy<Value = Vec<Vec<u8>>> + use<> {
    let [start, end] = [marks.start(), marks.end()].map(<[u8]>::to_vec);
    let piece = prop_oneof![
        3 => Just(start.clone()),
        3 => Just(end.clone()),
        1 => (0..=end.len()).prop_map(move |bytes| end[..bytes].to_vec()),
        1 => (0..=start.len()).prop_map(move |bytes| start[..bytes].to_vec()),
        1 => Just(b"MSH|^~\\&|".to_vec()),
        1 => Just(vec![b'x'; LIMIT - 2]),
        2 => prop::collection::vec(prop::sample::select(b"\0 \r\na\x0B\x1C\x01\x02\x03".to_vec()), 0..5),
    ];
    prop::collection::vec(piece, 0..12)
}

proptest! {
    #[test]
    fn no_cut_of_a_stream_changes_what_it_holds(
        (marks, pieces) in marks().prop_flat_map(|marks| { let pieces = pieces(&marks); (Just(marks), pieces) }),
        cuts in prop::collection::vec(1_usize..9, 1..9),
    ) {
        let stream = pieces.concat();
        let mut cut = Vec::new();
        let mut rest = &*stream;
        for bytes in cuts.iter().cycle() {
            let (piece, after) = rest.split_at((*bytes).min(rest.len()));
            cut.push(piece);
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        let whole = events(&marks, &[&stream]);
        prop_assert_eq!(events(&marks, &cut), whole.clone());
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        prop_assert_eq!(events(&marks, &bytes), whole);
    }

    #[test]
    fn what_is_framed_comes_out_of_any_junk_that_holds_no_marks(
        contents in prop::collection::vec("[A-Z|^~&\r]{1,40}", 1..5),
        junk in "[a-z \r\n]{0,20}",
    ) {
        let marks = Marks::mllp();
        let mut stream = Vec::new();
        for content in &contents {
            stream.extend(junk.as_bytes());
            stream.extend(marks.frame(content.as_bytes()).unwrap());
        }
        let found: Vec<Vec<u8>> = events(&marks, &[&stream]).into_iter().filter_map(|event| match event {
            FrameEvent::Frame(frame) => Some(frame.content),
            FrameEvent::Note(_) => None,
        }).collect();
        let sent: Vec<Vec<u8>> = contents.into_iter().map(String::into_bytes).collect();
        prop_assert_eq!(found, sent);
    }
}
