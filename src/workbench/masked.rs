//! What a vendor may see of an exchange: shapes, lengths, delimiters and headers, but nobody's data.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::clock::time_of_day;
use super::exchange::Exchange;
use crate::net::{Direction, HexDump};

/// The last field of a segment that is shown as it is; of other segments only the name is.
const SHOWN: [(&[u8], usize); 8] = [
    (b"MSH", 30),
    (b"FHS", 12),
    (b"BHS", 12),
    (b"MSA", 2),
    (b"ERR", 6),
    (b"SFT", 6),
    (b"FTS", 2),
    (b"BTS", 2),
];

/// The bytes of messages with letters and digits of data replaced, one for one: `x` for a letter or a byte beyond
/// ASCII, `0` for a digit. Frames, delimiters, names of segments and headers stay.
pub fn masked(bytes: &[u8]) -> Vec<u8> {
    let mut made = bytes.to_vec();
    let mut separator = b'|';
    let mut start = 0;
    while start < made.len() {
        let end = made
            .iter()
            .skip(start)
            .position(|byte| matches!(byte, b'\r' | b'\n' | 0x1C))
            .map_or(made.len(), |at| start + at);
        // What begins a frame stands before the name of the first segment.
        let lead = made
            .iter()
            .skip(start)
            .take_while(|byte| byte.is_ascii_control())
            .count();
        let first = (start + lead).min(end);
        let line = made.get_mut(first..end).unwrap_or_default();
        if line.starts_with(b"MSH") || line.starts_with(b"FHS") || line.starts_with(b"BHS") {
            separator = line.get(3).copied().unwrap_or(separator);
        }
        mask_line(line, separator);
        start = end + 1;
    }
    made
}

fn mask_line(line: &mut [u8], separator: u8) {
    let is_named = line.len() >= 3
        && line
            .iter()
            .take(3)
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && line.get(3).is_none_or(|byte| *byte == separator);
    let shown = SHOWN
        .iter()
        .find(|(name, _)| is_named && line.starts_with(name))
        .map_or(0, |(_, last)| *last);
    let from = if is_named { 3 } else { 0 };
    let mut field = 0;
    for byte in line.iter_mut().skip(from) {
        if *byte == separator {
            field += 1;
        } else if field > shown || field == 0 || shown == 0 {
            *byte = mask(*byte);
        }
    }
}

fn mask(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => b'0',
        b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => b'x',
        other => other,
    }
}

/// Words with everything replaced that the masked bytes do not show any more.
fn masked_words(words: &str, hidden: &BTreeSet<String>) -> String {
    let mut made = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(start) = rest.find(char::is_alphanumeric) {
        let (before, from) = rest.split_at(start);
        made.push_str(before);
        let end = from
            .find(|c: char| !c.is_alphanumeric())
            .unwrap_or(from.len());
        let (word, behind) = from.split_at(end);
        if hidden.contains(&word.to_lowercase()) {
            made.extend(word.chars().map(|c| if c.is_numeric() { '0' } else { 'x' }));
        } else {
            made.push_str(word);
        }
        rest = behind;
    }
    made.push_str(rest);
    made
}

/// The words of a text that masking hides.
fn hidden_words(bytes: &[u8], hidden: &mut BTreeSet<String>) {
    let (plain, masked) = (bytes, masked(bytes));
    let is_hidden = |at: usize| plain.get(at) != masked.get(at) || plain.get(at) == Some(&b'0');
    let mut start = None;
    for at in 0..=plain.len() {
        let is_word = plain
            .get(at)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
        match (start, is_word) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                if (from..at).any(is_hidden) {
                    let word = plain.get(from..at).unwrap_or_default();
                    hidden.insert(String::from_utf8_lossy(word).to_lowercase());
                }
                start = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
}

/// An exchange as a text for somebody else: what happened and the bytes, with data masked unless they may see it.
pub fn report(exchange: &Exchange, is_masked: bool) -> String {
    let mut hidden = BTreeSet::new();
    if is_masked && let Some(message) = &exchange.message {
        hidden_words(&message.content, &mut hidden);
        for answer in &message.answers {
            hidden_words(&answer.content, &mut hidden);
        }
    }
    let mut text = String::new();
    let peer = if exchange.peer.is_empty() {
        "no peer"
    } else {
        &*exchange.peer
    };
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "{} {peer}, connection {}: {}",
        time_of_day(exchange.began),
        exchange.link.connection,
        exchange.upshot.word
    );
    for step in &exchange.steps {
        let words = masked_words(&step.words, &hidden);
        let _ = writeln!(text, "{}  {words}", time_of_day(step.time));
    }
    let whole = |direction: Direction| {
        let pieces = exchange.pieces.iter();
        let pieces = pieces.filter(|piece| piece.bytes.direction == direction);
        let bytes: Vec<u8> = pieces
            .flat_map(|piece| piece.bytes.bytes.to_vec())
            .collect();
        if is_masked { masked(&bytes) } else { bytes }
    };
    // A value may stand in two pieces: they are masked together and cut again.
    let (came, went) = (whole(Direction::In), whole(Direction::Out));
    let (mut taken_in, mut taken_out) = (0, 0);
    for piece in &exchange.pieces {
        let (all, taken, words) = match piece.bytes.direction {
            Direction::In => (&came, &mut taken_in, "came"),
            Direction::Out => (&went, &mut taken_out, "went"),
        };
        let end = *taken + piece.bytes.bytes.len();
        let bytes = all.get(*taken..end).unwrap_or_default();
        *taken = end;
        let _ = writeln!(
            text,
            "\n{}  {} bytes {words}, from byte {} of the connection",
            time_of_day(piece.time),
            bytes.len(),
            piece.bytes.at
        );
        let _ = writeln!(text, "{}", HexDump(bytes));
    }
    if exchange.left_out > 0 {
        let _ = writeln!(text, "\n{} more bytes are not kept", exchange.left_out);
    }
    if is_masked {
        text.push_str(
            "\nLetters and digits of data are replaced by x and 0; lengths and delimiters are those of the message.\n",
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expect: &[u8]) {
        let found = masked(bytes);
        assert_eq!(
            found.escape_ascii().to_string(),
            expect.escape_ascii().to_string()
        );
    }

    #[test]
    fn data_is_hidden_and_shapes_stay() {
        check(
            b"\x0BMSH|^~\\&|LAB|N||H|2026||ADT^A01|M7|P|2.5\rPID|1||77^^^X||Amsel^Eva\xE4||1970\r\x1C\r",
            b"\x0BMSH|^~\\&|LAB|N||H|2026||ADT^A01|M7|P|2.5\rPID|0||00^^^x||xxxxx^xxxx||0000\r\x1C\r",
        );
        check(
            b"MSH#^~\\&#A\nMSA#AE#M7#Eva is unknown\nZPI#Eva",
            b"MSH#^~\\&#A\nMSA#AE#M7#xxx xx xxxxxxx\nZPI#xxx",
        );
        check(b"Eva Amsel called\rPIDX", b"xxx xxxxx xxxxxx\rxxxx");
        check(b"", b"");
    }

    #[test]
    fn words_lose_what_the_bytes_hide() {
        let mut hidden = BTreeSet::new();
        hidden_words(b"MSH|^~\\&|LAB\rPID|1||4711||Amsel^Eva\r", &mut hidden);
        assert_eq!(
            masked_words("LAB refused: AMSEL (4711) is not Evas", &hidden),
            "LAB refused: xxxxx (0000) is not Evas"
        );
    }
}
