//! What holds for any input: bytes come back from decoding, text from parsing, pieces cover files.

use std::ops::Range;

use pipehat::hl7::{
    Charset, Decoded, Draft, Location, PartSplitter, Piece, Timestamp, compare, decode, encode,
    parse, split, undecodable_byte,
};
use proptest::prelude::*;

/// Bytes as files have them: text with delimiters and line ends, foreign characters, anything.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        4 => "[A-Z0-9|^~&\\\\ ]{0,12}".prop_map(String::into_bytes),
        2 => prop::sample::select(vec!["\r", "\n", "\r\n", "\rMSH|^~\\&|", "\rPID|", "\u{b}", "\u{1c}\r", "\0"])
            .prop_map(|text| text.as_bytes().to_vec()),
        2 => prop::sample::select(vec![
            &b"\x1B$B"[..], b"\x1B(B", b"\x1B(J", b"\x1B(I", b"\x1B$(D", b"\x1B$)C", b"\x0E", b"\x0F", b"\x1B",
            b"\xEF\x9C\x80", b"\xEF\xBB\xBF", b"\xFF\xFE", b"\xD8\x3C", b"\x3C\xD8", b"\x83\x36\xC7\x39", b"\x88\x62",
        ]).prop_map(<[u8]>::to_vec),
        2 => "\\PC{0,6}".prop_map(String::into_bytes),
        2 => prop::collection::vec(any::<u8>(), 0..12),
    ];
    prop::collection::vec(part, 0..10).prop_map(|parts| parts.concat())
}

fn charset() -> impl Strategy<Value = Option<Charset>> {
    prop::option::weighted(
        0.9,
        prop::sample::select(Charset::all().collect::<Vec<_>>()),
    )
}

/// The byte ranges that the marks of undecodable bytes stand for, and those bytes, must agree.
fn check_marks(decoded: &Decoded, bytes: &[u8]) {
    let marked: Vec<u8> = decoded.text.chars().filter_map(undecodable_byte).collect();
    let listed: Vec<u8> = decoded
        .undecodable
        .iter()
        .flat_map(|found| bytes[found.byte_offset..found.byte_offset + found.length].to_vec())
        .collect();
    assert_eq!(marked, listed);
    for found in &decoded.undecodable {
        let rest = &decoded.text[found.text_offset..];
        assert!(
            rest.chars()
                .take(found.length)
                .all(|c| undecodable_byte(c).is_some())
        );
    }
}

/// The pieces must cover the bytes, in order, none of them empty.
fn check_cover(pieces: &[Range<usize>], length: usize) {
    let mut end = 0;
    for piece in pieces {
        assert_eq!(piece.start, end);
        assert!(piece.end > piece.start);
        end = piece.end;
    }
    assert_eq!(end, length);
}

/// One character more must leave all other bytes as they are.
fn check_edit(bytes: &[u8], choice: Option<Charset>, at: prop::sample::Index) {
    let decoded = decode(bytes, choice);
    let places: Vec<usize> = decoded
        .text
        .char_indices()
        .map(|(at, _)| at)
        .chain([decoded.text.len()])
        .collect();
    let at = *at.get(&places);
    let edited = format!("{}x{}", &decoded.text[..at], &decoded.text[at..]);
    let Ok(written) = encode(&edited, Some((&decoded, bytes)), decoded.charset) else {
        // Big5 writes four pairs of characters only as pairs: an x between them parts them.
        assert_eq!(decoded.charset.name(), "Big5");
        return;
    };
    let head = bytes
        .iter()
        .zip(&written)
        .take_while(|(a, b)| a == b)
        .count();
    let tail = bytes
        .iter()
        .rev()
        .zip(written.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    // ISO 2022 has sequences around the character and may do without some after it.
    let more = written.len().abs_diff(bytes.len());
    assert!(more <= 16, "{more} more bytes");
    let slack = if decoded.charset.name().starts_with("ISO-2022") {
        8
    } else {
        0
    };
    assert!(
        head + tail + slack >= bytes.len(),
        "{head} and {tail} of {} bytes are as before",
        bytes.len()
    );
}

proptest! {
    #[test]
    fn decoded_bytes_are_written_back_exactly(bytes in bytes(), choice in charset()) {
        let decoded = decode(&bytes, choice);
        check_marks(&decoded, &bytes);
        let written = encode(&decoded.text, Some((&decoded, &bytes)), decoded.charset);
        prop_assert_eq!(written.ok(), Some(bytes));
    }

    #[test]
    fn an_edit_leaves_all_other_bytes(bytes in bytes(), choice in charset(), at in any::<prop::sample::Index>()) {
        check_edit(&bytes, choice, at);
    }

    #[test]
    fn one_to_one_charsets_need_no_original(bytes in bytes()) {
        for name in ["ASCII", "ISO-8859-1", "UTF-8", "windows-1252", "8859/5", "KOI8-R", "8859/7"] {
            let decoded = decode(&bytes, Charset::from_name(name));
            let mut written = encode(&decoded.text, None, decoded.charset).expect("it was read so");
            written.splice(0..0, bytes[..decoded.bom_length].iter().copied());
            prop_assert_eq!(&written, &bytes, "{}", name);
        }
    }

    #[test]
    fn unicode_text_survives_every_unicode_charset(text in "\\PC*") {
        for charset in [Charset::UTF_8, Charset::UTF_16LE, Charset::UTF_16BE, Charset::UTF_32LE, Charset::UTF_32BE] {
            prop_assume!(text.chars().all(|c| undecodable_byte(c).is_none()));
            let bytes = encode(&text, None, charset).expect("all of Unicode can be written");
            let decoded = decode(&bytes, Some(charset));
            if !text.starts_with('\u{feff}') {
                prop_assert_eq!(&*decoded.text, text.as_str());
            }
        }
    }

    #[test]
    fn pieces_cover_the_file(bytes in bytes()) {
        let ranges: Vec<Range<usize>> = split(&bytes).into_iter().map(|piece| piece.range).collect();
        check_cover(&ranges, bytes.len());
    }

    #[test]
    fn a_file_in_parts_has_the_pieces_of_the_whole(bytes in bytes(), step in 1_usize..40) {
        let mut splitter = PartSplitter::default();
        let (mut found, mut pending, mut done) = (Vec::new(), Vec::new(), 0);
        let moved = |mut piece: Piece, by: usize| {
            piece.range = piece.range.start + by..piece.range.end + by;
            piece
        };
        for part in bytes.chunks(step) {
            pending.extend_from_slice(part);
            let pieces = splitter.settled(&pending);
            let end = pieces.last().map_or(0, |piece| piece.range.end);
            found.extend(pieces.into_iter().map(|piece| moved(piece, done)));
            pending.drain(..end);
            done += end;
        }
        found.extend(splitter.rest(&pending).into_iter().map(|piece| moved(piece, done)));
        prop_assert_eq!(found, split(&bytes));
    }

    #[test]
    fn a_parsed_message_is_its_text(bytes in bytes(), choice in charset()) {
        let decoded = decode(&bytes, choice);
        let (message, _) = parse(&decoded.text);
        prop_assert_eq!(message.text(), &*decoded.text);
        let mut printed = message.prefix().to_owned();
        for segment in message.segments() {
            printed.push_str(segment.raw());
            printed.push_str(segment.line_end());
        }
        prop_assert_eq!(printed.as_str(), &*decoded.text);
        prop_assert_eq!(Draft::from_message(&message).print(), &*decoded.text);
    }

    #[test]
    fn what_is_set_is_read(
        values in prop::collection::vec(("(PID|OBX|ZZ1)-[3-9](\\[[1-3]\\])?(\\.[1-4](\\.[1-3])?)?", "\\PC{0,8}"), 1..8),
    ) {
        let (message, _) = parse("MSH|^~\\&|LAB\rPID|1||4711^^^A&B~0815|||\rOBX|1|ST|x||a~b\r");
        for (location, value) in values {
            let location: Location = location.parse().expect("made to be one");
            let mut draft = Draft::from_message(&message);
            draft.set(&location, &value).expect("every field can be set");
            prop_assert_eq!(draft.read(&location).unwrap_or_default(), value, "{}", location);
        }
    }

    #[test]
    fn a_message_differs_from_another_only_where_it_was_edited(
        bytes in bytes(), field in 3_u16..6, value in "[a-z]{1,4}",
    ) {
        let text = format!("MSH|^~\\&|LAB\rPID|1\r{}", String::from_utf8_lossy(&bytes));
        let (message, _) = parse(&text);
        prop_assert_eq!(compare(&message, &message, &[]), vec![]);
        let location: Location = format!("PID-{field}").parse().expect("made to be one");
        let mut draft = Draft::from_message(&message);
        draft.set(&location, &value).expect("every field can be set");
        let edited = draft.finish();
        let places: Vec<_> = compare(&message, &edited, &[]).iter().map(|found| found.location().cloned()).collect();
        prop_assert_eq!(places, vec![Some(location.clone())]);
        prop_assert_eq!(compare(&message, &edited, &[location]), vec![]);
    }

    #[test]
    fn timestamps_print_as_they_were_read(text in "[0-9]{4,14}(\\.[0-9]{1,4})?([+-][01][0-9][0-5][0-9])?") {
        if let Ok(timestamp) = Timestamp::parse(&text) {
            prop_assert_eq!(timestamp.to_string(), text);
        }
    }
}
