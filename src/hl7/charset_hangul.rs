//! Korean syllables written out as letters: KS X 1001, annex 3.
//!
//! Of the 11,172 modern syllables KS X 1001 has 2,350. Another is written as eight bytes: the
//! Hangul filler, its initial, its vowel, its final (the filler again where it has none).

use std::iter;

/// The row of the letters and the cell of the filler, high bits set.
const ROW: u8 = 0xA4;
const FILLER: u8 = 0xD4;
/// U+3131 is at cell 0xA1.
const LETTERS: u32 = 0x3131 - 0xA1;
const FIRST_SYLLABLE: u32 = 0xAC00;
const INITIALS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const VOWELS: &str = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ";
/// From the second on; the first is none.
const FINALS: &str = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";

/// The syllable that `bytes` starts with, where it is one written out; all have the high bit or none.
pub(super) fn syllable(bytes: &[u8]) -> Option<char> {
    let cells: &[u8; 8] = bytes.first_chunk()?;
    let high = cells[0] & 0x80;
    if cells.iter().any(|b| b & 0x80 != high) {
        return None;
    }
    let [r1, filler, r2, initial, r3, vowel, r4, last] = cells.map(|b| b | 0x80);
    if [r1, r2, r3, r4] != [ROW; 4] || filler != FILLER {
        return None;
    }
    let place = |letters: &str, cell: u8| {
        let letter = char::from_u32(LETTERS + u32::from(cell))?;
        letters
            .chars()
            .position(|c| c == letter)
            .map(|at| at as u32)
    };
    let initial = place(INITIALS, initial)?;
    let vowel = place(VOWELS, vowel)?;
    let last = if last == FILLER {
        0
    } else {
        place(FINALS, last)? + 1
    };
    char::from_u32(FIRST_SYLLABLE + (initial * 21 + vowel) * 28 + last)
}

/// A syllable written out, without the high bits.
pub(super) fn written_out(c: char) -> Option<[u8; 8]> {
    let index = u32::from(c)
        .checked_sub(FIRST_SYLLABLE)
        .filter(|index| *index < 11_172)?;
    let cell = |letters: &str, at: u32| {
        let letter = letters.chars().nth(at as usize)?;
        u8::try_from(u32::from(letter) - LETTERS).ok()
    };
    let initial = cell(INITIALS, index / 588)?;
    let vowel = cell(VOWELS, index / 28 % 21)?;
    let last = match index % 28 {
        0 => FILLER,
        last => cell(FINALS, last - 1)?,
    };
    let mut bytes = [0; 8];
    let cells = [FILLER, initial, vowel, last]
        .into_iter()
        .flat_map(|cell| [ROW, cell]);
    for (byte, cell) in iter::zip(&mut bytes, cells) {
        *byte = cell & 0x7F;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_syllable_reads_as_it_was_written() {
        for c in '가'..='힣' {
            assert_eq!(written_out(c).and_then(|bytes| syllable(&bytes)), Some(c));
        }
        assert_eq!(syllable(b"\xA4\xD4\xA4\xA8\xA4\xC7\xA4\xB1"), Some('똠'));
        assert_eq!(syllable(b"\xA4\xD4\xA4\xA8\xA4\xC7\xA4\x31"), None);
        assert_eq!(written_out('a'), None);
    }
}
