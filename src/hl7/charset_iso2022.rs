//! ISO 2022 as HL7 uses it: escape sequences switch between ASCII, Japanese and Korean sets.
//!
//! Sources: HL7 v2 chapter 2 (MSH-18, MSH-20), RFC 1468 and 1554 (Japanese), RFC 1557 (Korean).
//! The tables are those of EUC-JP and EUC-KR, which hold the same sets with the high bit set.

use std::collections::HashMap;
use std::sync::LazyLock;

use encoding_rs::{DecoderResult, EUC_JP, EUC_KR, Encoding};

use super::charset::Family;
use super::charset_hangul::{syllable, written_out};

const ESCAPE: u8 = 0x1B;
const SHIFT_OUT: u8 = 0x0E;
const SHIFT_IN: u8 = 0x0F;
/// From a byte of JIS X 0201 katakana, seven bits, to its character: 0x21 is U+FF61.
const KANA_OFFSET: u32 = 0xFF40;

/// Which sets are in force at some point of the bytes; every line starts unshifted in ASCII.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct State {
    left: Left,
    right: Right,
    shifted: bool,
}

/// The set that bytes below 0x80 belong to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Left {
    // JIS X 0201 Roman counts as ASCII: HL7's escape character must stay a backslash.
    #[default]
    Ascii,
    Kana,
    Jis208,
    Jis212,
    Ks1001,
}

/// The set that bytes from 0x80 on, and bytes after shift-out, belong to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Right {
    #[default]
    Nothing,
    Kana,
    Latin1,
    Ks1001,
}

/// What the next bytes are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    Character(char),
    /// An escape sequence or a shift: bytes without text.
    Switch,
    /// A byte that the sets in force do not have.
    Undecodable,
}

impl State {
    /// Whether ASCII bytes stand for themselves here.
    pub(super) fn is_plain(self) -> bool {
        self.left == Left::Ascii && !self.shifted
    }

    /// The state in which they do, with the same set for the upper half.
    pub(super) fn plain(self) -> State {
        State {
            left: Left::Ascii,
            shifted: false,
            ..self
        }
    }

    /// The length and meaning of what `bytes` starts with; `bytes` is not empty.
    pub(super) fn step(&mut self, bytes: &[u8]) -> (usize, Step) {
        let Some(&first) = bytes.first() else {
            return (0, Step::Switch);
        };
        let itself = (1, Step::Character(char::from(first)));
        match first {
            ESCAPE => match self.designate(bytes) {
                Some(length) => (length, Step::Switch),
                None => itself,
            },
            SHIFT_OUT if self.right != Right::Nothing => {
                self.shifted = true;
                (1, Step::Switch)
            }
            SHIFT_IN if self.shifted => {
                self.shifted = false;
                (1, Step::Switch)
            }
            b'\r' | b'\n' => {
                self.left = Left::Ascii;
                self.shifted = false;
                itself
            }
            0..=0x20 | 0x7F => itself,
            0x21..
                if self.is_korean(first)
                    && let Some(c) = syllable(bytes) =>
            {
                (8, Step::Character(c))
            }
            0x21..=0x7E if self.shifted => {
                self.step_right(first | 0x80, bytes.get(1).map(|b| b | 0x80))
            }
            0x21..=0x7E => self.step_left(first, bytes.get(1).copied()),
            0x80.. => self.step_right(first, bytes.get(1).copied()),
        }
    }

    /// Whether KS X 1001 is the set that a byte belongs to.
    fn is_korean(self, byte: u8) -> bool {
        if self.shifted || byte >= 0x80 {
            self.right == Right::Ks1001
        } else {
            self.left == Left::Ks1001
        }
    }

    fn step_left(self, first: u8, second: Option<u8>) -> (usize, Step) {
        let pair = second
            .filter(|b| (0x21..=0x7E).contains(b))
            .map(|b| b | 0x80);
        let high = first | 0x80;
        match self.left {
            Left::Ascii => (1, Step::Character(char::from(first))),
            Left::Kana => kana(first),
            Left::Jis208 => two(pair.and_then(|second| look_up(EUC_JP, &[high, second]))),
            Left::Jis212 => two(pair.and_then(|second| look_up(EUC_JP, &[0x8F, high, second]))),
            Left::Ks1001 => two(pair.and_then(|second| look_up(EUC_KR, &[high, second]))),
        }
    }

    fn step_right(self, first: u8, second: Option<u8>) -> (usize, Step) {
        match self.right {
            Right::Nothing => (1, Step::Undecodable),
            Right::Kana => kana(first & 0x7F),
            Right::Latin1 => (1, Step::Character(char::from(first))),
            Right::Ks1001 => two(second
                .filter(|second| first >= 0xA1 && *second >= 0xA1)
                .and_then(|second| look_up(EUC_KR, &[first, second]))),
        }
    }

    fn designate(&mut self, bytes: &[u8]) -> Option<usize> {
        let (length, target) = designation(bytes)?;
        match target {
            Target::Left(left) => self.left = *left,
            Target::Right(right) => self.right = *right,
        }
        Some(length)
    }

    /// Writes the switches that lead from this state to `target`.
    pub(super) fn reach(&mut self, target: State, out: &mut Vec<u8>) {
        if self.shifted && !target.shifted {
            out.push(SHIFT_IN);
        }
        if self.right != target.right {
            out.extend_from_slice(match target.right {
                Right::Nothing => b"",
                Right::Kana => b"\x1B)I",
                Right::Latin1 => b"\x1B-A",
                Right::Ks1001 => b"\x1B$)C",
            });
        }
        if self.left != target.left {
            out.extend_from_slice(match target.left {
                Left::Ascii => b"\x1B(B",
                Left::Kana => b"\x1B(I",
                Left::Jis208 => b"\x1B$B",
                Left::Jis212 => b"\x1B$(D",
                Left::Ks1001 => b"\x1B$(C",
            });
        }
        if target.shifted && !self.shifted {
            out.push(SHIFT_OUT);
        }
        *self = target;
    }

    /// Writes one character, switching as needed; false where the family's sets do not have it.
    pub(super) fn write(&mut self, c: char, family: Family, out: &mut Vec<u8>) -> bool {
        let plain = self.plain();
        let (target, bytes) = if c.is_ascii() {
            (plain, Code::One(c as u8))
        } else {
            let found = match family {
                Family::Japanese => japanese(c).map(|(left, code)| (State { left, ..plain }, code)),
                Family::Korean => korean(c).map(|code| {
                    (
                        State {
                            right: Right::Ks1001,
                            shifted: true,
                            ..plain
                        },
                        code,
                    )
                }),
            };
            match found {
                Some(found) => found,
                None => return false,
            }
        };
        self.reach(target, out);
        match bytes {
            Code::One(byte) => out.push(byte),
            Code::Two(bytes) => out.extend_from_slice(&bytes),
            Code::Eight(bytes) => out.extend_from_slice(&bytes),
        }
        true
    }
}

/// Whether `bytes` holds an escape sequence that this file understands, and whose it is.
pub(super) fn family_of(bytes: &[u8]) -> Option<Family> {
    let mut family = None;
    for at in memchr::memchr_iter(ESCAPE, bytes) {
        match bytes.get(at..).and_then(designation) {
            Some((_, Target::Left(Left::Ks1001) | Target::Right(Right::Ks1001))) => {
                return Some(Family::Korean);
            }
            Some(_) => family = Some(Family::Japanese),
            None => {}
        }
    }
    family
}

enum Target {
    Left(Left),
    Right(Right),
}

/// The bytes of one character in a set of seven bits.
enum Code {
    One(u8),
    Two([u8; 2]),
    Eight([u8; 8]),
}

static DESIGNATIONS: &[(&[u8], Target)] = &[
    (b"\x1B$(D", Target::Left(Left::Jis212)),
    (b"\x1B$(B", Target::Left(Left::Jis208)),
    (b"\x1B$(@", Target::Left(Left::Jis208)),
    (b"\x1B$(C", Target::Left(Left::Ks1001)),
    (b"\x1B$)C", Target::Right(Right::Ks1001)),
    (b"\x1B$B", Target::Left(Left::Jis208)),
    (b"\x1B$@", Target::Left(Left::Jis208)),
    (b"\x1B(B", Target::Left(Left::Ascii)),
    (b"\x1B(J", Target::Left(Left::Ascii)),
    (b"\x1B(H", Target::Left(Left::Ascii)),
    (b"\x1B(I", Target::Left(Left::Kana)),
    (b"\x1B)I", Target::Right(Right::Kana)),
    (b"\x1B-A", Target::Right(Right::Latin1)),
];

fn designation(bytes: &[u8]) -> Option<(usize, &'static Target)> {
    DESIGNATIONS
        .iter()
        .find(|(sequence, _)| bytes.starts_with(sequence))
        .map(|(sequence, target)| (sequence.len(), target))
}

fn kana(seven_bits: u8) -> (usize, Step) {
    let character = (0x21..=0x5F)
        .contains(&seven_bits)
        .then(|| char::from_u32(KANA_OFFSET + u32::from(seven_bits)))
        .flatten();
    (1, character.map_or(Step::Undecodable, Step::Character))
}

fn two(character: Option<char>) -> (usize, Step) {
    character.map_or((1, Step::Undecodable), |c| (2, Step::Character(c)))
}

/// The one character that `bytes` are in `encoding`.
fn look_up(encoding: &'static Encoding, bytes: &[u8]) -> Option<char> {
    let mut buffer = [0_u8; 16];
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (result, _, written) = decoder.decode_to_utf8_without_replacement(bytes, &mut buffer, true);
    if result != DecoderResult::InputEmpty {
        return None;
    }
    let text = std::str::from_utf8(buffer.get(..written)?).ok()?;
    let mut characters = text.chars();
    characters.next().filter(|_| characters.next().is_none())
}

/// The two bytes of `c` in an EUC encoding's main set, high bits taken off.
fn seven_bits(encoding: &'static Encoding, c: char) -> Option<[u8; 2]> {
    let mut buffer = [0_u8; 4];
    let (bytes, _, failed) = encoding.encode(c.encode_utf8(&mut buffer));
    match *bytes {
        [first, second] if !failed && first >= 0xA1 && second >= 0xA1 => {
            Some([first & 0x7F, second & 0x7F])
        }
        _ => None,
    }
}

fn japanese(c: char) -> Option<(Left, Code)> {
    if let 0xFF61..=0xFF9F = u32::from(c) {
        return Some((Left::Kana, Code::One((u32::from(c) - KANA_OFFSET) as u8)));
    }
    seven_bits(EUC_JP, c)
        .map(|bytes| (Left::Jis208, Code::Two(bytes)))
        .or_else(|| {
            JIS_212
                .get(&c)
                .map(|bytes| (Left::Jis212, Code::Two(*bytes)))
        })
}

fn korean(c: char) -> Option<Code> {
    seven_bits(EUC_KR, c)
        .map(Code::Two)
        .or_else(|| written_out(c).map(Code::Eight))
}

/// JIS X 0212 from character to bytes: encoding_rs reads this set but, as the web, never writes it.
static JIS_212: LazyLock<HashMap<char, [u8; 2]>> = LazyLock::new(|| {
    let cells = (0x21..=0x7E_u8).flat_map(|row| (0x21..=0x7E_u8).map(move |cell| [row, cell]));
    cells
        .filter_map(|[row, cell]| {
            look_up(EUC_JP, &[0x8F, row | 0x80, cell | 0x80]).map(|c| (c, [row, cell]))
        })
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, family: Family, expect: &[u8]) {
        let (mut state, mut bytes) = (State::default(), Vec::new());
        for c in text.chars() {
            assert!(state.write(c, family, &mut bytes));
        }
        assert_eq!(bytes, expect);
        let (mut state, mut at, mut back) = (State::default(), 0, String::new());
        while at < bytes.len() {
            let (length, step) = state.step(&bytes[at..]);
            at += length;
            if let Step::Character(c) = step {
                back.push(c);
            }
        }
        assert_eq!(back, text);
    }

    #[test]
    fn japanese_switches_into_the_set_and_back() {
        check(
            "a表^ソ|",
            Family::Japanese,
            b"a\x1B$BI=\x1B(B^\x1B$B%=\x1B(B|",
        );
        check("ｱ", Family::Japanese, b"\x1B(I1");
        check("丂", Family::Japanese, b"\x1B$(D0!");
    }

    #[test]
    fn korean_designates_once_and_shifts() {
        check("김^철", Family::Korean, b"\x1B$)C\x0E1h\x0F^\x0EC6");
    }
}
