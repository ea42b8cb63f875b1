//! Where segments lie and fields are separated: built in one pass over the text.
//!
//! Segments take twelve bytes each. Field separators take one bit for each byte of text, so the
//! whole index is an eighth of the text and a few bytes a segment, however dense the separators.

use std::sync::OnceLock;

use super::segment_id::SegmentId;

/// The bytes of one segment, without its line end, and its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Nothing for a line that is no segment.
    pub(super) id: Option<SegmentId>,
}

/// Segments and field separators of one text.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) segments: Vec<Span>,
    /// Bit `i % 64` of word `i / 64` stands for byte `i`.
    separators: Box<[u64]>,
    /// Which one of its name each segment is, counted from 1; made when it is first asked for.
    pub(super) occurrences: OnceLock<Box<[u32]>>,
}

impl Index {
    pub(super) fn new(text: &str, separator: char, segments: Vec<Span>) -> Self {
        let mut first = [0; 4];
        let encoded = separator.encode_utf8(&mut first).as_bytes();
        let separators = if let [byte] = *encoded {
            mark_byte(text.as_bytes(), byte)
        } else {
            mark_char(text, separator)
        };
        Self {
            segments,
            separators,
            occurrences: OnceLock::new(),
        }
    }

    /// Bytes of memory that the index takes beside the text.
    pub(super) fn size(&self) -> usize {
        self.segments.capacity() * size_of::<Span>() + size_of_val::<[u64]>(&self.separators)
    }

    /// The separators in `from..to`, in order.
    pub(super) fn separators(&self, from: usize, to: usize) -> Separators<'_> {
        Separators {
            words: &self.separators,
            word: from / 64,
            bits: self
                .separators
                .get(from / 64)
                .map_or(0, |w| w & (!0 << (from % 64))),
            to,
        }
    }

    /// How many separators lie in `from..to`.
    pub(super) fn count(&self, from: usize, to: usize) -> usize {
        if from >= to {
            return 0;
        }
        let (first, last) = (from / 64, (to - 1) / 64);
        let Some(words) = self.separators.get(first..=last) else {
            return 0;
        };
        let mut total: usize = words.iter().map(|w| w.count_ones() as usize).sum();
        if let (Some(head), Some(tail)) = (words.first(), words.last()) {
            total -= (head & !(!0 << (from % 64))).count_ones() as usize;
            let kept = (to - 1) % 64;
            total -= (tail & !(!0 >> (63 - kept))).count_ones() as usize;
        }
        total
    }

    /// The `n`-th separator in `from..to`, counted from 1, and the one after it.
    pub(super) fn nth(&self, from: usize, to: usize, n: usize) -> (Option<usize>, Option<usize>) {
        let mut left = n.saturating_sub(1);
        let mut separators = self.separators(from, to);
        // Whole words are skipped by their population count: long values cost little.
        while left > 0 {
            let ones = separators.bits.count_ones() as usize;
            if ones > left {
                for _ in 0..left {
                    separators.bits &= separators.bits - 1;
                }
                break;
            }
            left -= ones;
            separators.word += 1;
            let Some(word) = self.separators.get(separators.word) else {
                return (None, None);
            };
            if separators.word * 64 >= to {
                return (None, None);
            }
            separators.bits = *word;
        }
        (separators.next(), separators.next())
    }
}

/// Walks the set bits of a range.
pub(super) struct Separators<'i> {
    words: &'i [u64],
    word: usize,
    bits: u64,
    to: usize,
}

impl Iterator for Separators<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            self.word += 1;
            if self.word * 64 >= self.to {
                return None;
            }
            self.bits = *self.words.get(self.word)?;
        }
        let at = self.word * 64 + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        (at < self.to).then_some(at)
    }
}

/// Gathers eight bytes of 0 or 1 into the eight bits of one byte.
const GATHER: u64 = 0x0102_0408_1020_4080;

/// Sixty-four bytes at a time, without a branch on what they are: separators are too dense to
/// search for one by one.
fn mark_byte(text: &[u8], separator: u8) -> Box<[u64]> {
    let (blocks, rest) = text.as_chunks::<64>();
    let mut words = Vec::with_capacity(text.len().div_ceil(64));
    words.extend(blocks.iter().map(|block| mark_block(block, separator)));
    if !rest.is_empty() {
        let mut block = [0; 64];
        block[..rest.len()].copy_from_slice(rest);
        words.push(mark_block(&block, separator) & (!0 >> (64 - rest.len())));
    }
    words.into_boxed_slice()
}

/// One bit for each byte that is the separator. The comparison is left to the compiler's vector
/// instructions.
#[inline]
fn mark_block(block: &[u8; 64], separator: u8) -> u64 {
    let mut equal = [0u8; 64];
    for (equal, byte) in equal.iter_mut().zip(block) {
        *equal = u8::from(*byte == separator);
    }
    let (eights, _) = equal.as_chunks::<8>();
    eights.iter().enumerate().fold(0, |word, (at, eight)| {
        word | ((u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56) << (at * 8))
    })
}

/// A separator outside ASCII: its first byte is marked.
fn mark_char(text: &str, separator: char) -> Box<[u64]> {
    let mut words = vec![0u64; text.len().div_ceil(64)];
    for (at, _) in text.match_indices(separator) {
        if let Some(word) = words.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }
    words.into_boxed_slice()
}

/// The identifier that opens a segment: the separator follows it, or nothing.
#[inline]
pub(super) fn opening_id(line: &str, separator: char) -> Option<SegmentId> {
    let id = SegmentId::at_start_of(line)?;
    let separated = match line.as_bytes().get(3) {
        None => true,
        Some(byte) if separator.is_ascii() => char::from(*byte) == separator,
        Some(_) => line
            .get(3..)
            .is_some_and(|rest| rest.starts_with(separator)),
    };
    separated.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::Index;

    #[test]
    fn separators_are_found_at_every_offset() {
        for length in 0..200usize {
            for step in [1usize, 2, 7, 63, 64, 65] {
                let text: String = (0..length)
                    .map(|i| if i % step == 0 { '|' } else { 'x' })
                    .collect();
                let index = Index::new(&text, '|', Vec::new());
                for from in [0, 1, 5, 63, 64, 70] {
                    let expect: Vec<usize> = (from..length).filter(|i| i % step == 0).collect();
                    let found: Vec<usize> = index.separators(from, length).collect();
                    assert_eq!(found, expect, "{length} {step} {from}");
                    assert_eq!(
                        index.count(from, length),
                        expect.len(),
                        "{length} {step} {from}"
                    );
                    for n in 1..=expect.len() + 1 {
                        let pair = (expect.get(n - 1).copied(), expect.get(n).copied());
                        assert_eq!(
                            index.nth(from, length, n),
                            pair,
                            "{length} {step} {from} {n}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_separator_outside_ascii_is_marked_at_its_first_byte() {
        let index = Index::new("PID¦1¦¦2", '¦', Vec::new());
        assert_eq!(index.separators(0, 11).collect::<Vec<_>>(), [3, 6, 8]);
    }
}
