//! A record of the journal as bytes: what it begins with, how long it is, and whether it is whole.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;

/// A message as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Counted from 1 through all files of a folder; never used twice.
    pub id: u64,
    /// When it was received, to the microsecond.
    pub time: SystemTime,
    /// Its bytes, as they came.
    pub content: Bytes,
}

/// What stands at a place of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// A record, and where it ends.
    Record(Record, usize),
    /// The file ends here.
    End,
    /// Bytes that are no whole record.
    Torn(&'static str),
}

/// Begins every record, so that a reader never takes rubbish for a length.
const MARK: [u8; 4] = *b"PHJ1";
/// Mark, length of the content, id, microseconds, checksum.
pub(super) const HEAD_BYTES: usize = 4 + 4 + 8 + 8 + 4;

impl Record {
    /// The bytes of the record; none for a content whose length four bytes cannot tell.
    pub(super) fn write(&self, to: &mut Vec<u8>) -> Option<()> {
        let length = u32::try_from(self.content.len()).ok()?;
        let micros = self
            .time
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_micros();
        let micros = u64::try_from(micros).unwrap_or(u64::MAX);
        let start = to.len();
        to.extend_from_slice(&MARK);
        to.extend_from_slice(&length.to_le_bytes());
        to.extend_from_slice(&self.id.to_le_bytes());
        to.extend_from_slice(&micros.to_le_bytes());
        let sum = checksum(to.get(start..).unwrap_or_default(), &self.content);
        to.extend_from_slice(&sum.to_le_bytes());
        to.extend_from_slice(&self.content);
        Some(())
    }

    /// Where the next whole record stands, from `from` on.
    pub(super) fn find(bytes: &[u8], from: usize) -> Option<usize> {
        let starts = memchr::memmem::find_iter(bytes.get(from..)?, &MARK);
        let mut starts = starts.map(|at| from + at);
        starts.find(|at| matches!(Self::read(bytes, *at), Read::Record(..)))
    }

    /// Whether bytes begin as a record does.
    pub(super) fn begins(bytes: &[u8]) -> bool {
        bytes.starts_with(&MARK)
    }

    /// What stands at `at`.
    pub(super) fn read(bytes: &[u8], at: usize) -> Read {
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.is_empty() {
            return Read::End;
        }
        let Some((head, body)) = rest.split_at_checked(HEAD_BYTES) else {
            return Read::Torn("its head is cut off");
        };
        let (fixed, sum) = head.split_at(HEAD_BYTES - 4);
        if !fixed.starts_with(&MARK) {
            return Read::Torn("it does not begin as a record");
        }
        let number = |at: usize| {
            fixed
                .get(at..at + 8)
                .and_then(|part| part.try_into().ok())
                .map(u64::from_le_bytes)
        };
        let length = fixed
            .get(4..8)
            .and_then(|part| part.try_into().ok())
            .map(u32::from_le_bytes);
        let (Some(length), Some(id), Some(micros)) = (length, number(8), number(16)) else {
            return Read::Torn("its head is cut off");
        };
        let Some(content) = body.get(..length as usize) else {
            return Read::Torn("its content is cut off");
        };
        if sum != checksum(fixed, content).to_le_bytes() {
            return Read::Torn("its checksum does not fit");
        }
        let time = UNIX_EPOCH
            .checked_add(Duration::from_micros(micros))
            .unwrap_or(UNIX_EPOCH);
        let record = Record {
            id,
            time,
            content: Bytes::copy_from_slice(content),
        };
        Read::Record(record, at + HEAD_BYTES + content.len())
    }
}

/// Over the head before the checksum, and the content.
fn checksum(head: &[u8], content: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(head);
    hasher.update(content);
    hasher.finalize()
}

/// Number and size only.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {} of {} bytes", self.id, self.content.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{HEAD_BYTES, Read, Record};
    use std::time::{Duration, UNIX_EPOCH};

    fn record(id: u64, content: &[u8]) -> Record {
        let time = UNIX_EPOCH + Duration::from_micros(id * 1_000_001);
        Record {
            id,
            time,
            content: content.to_vec().into(),
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..6)) {
            let mut bytes = Vec::new();
            for (id, content) in (1..).zip(&contents) {
                record(id, content).write(&mut bytes).unwrap();
            }
            let mut at = 0;
            for (id, content) in (1..).zip(&contents) {
                let Read::Record(found, end) = Record::read(&bytes, at) else {
                    return Err(TestCaseError::fail("no record"));
                };
                prop_assert_eq!(found, record(id, content));
                at = end;
            }
            prop_assert_eq!(Record::read(&bytes, at), Read::End);
        }

        #[test]
        fn nothing_that_is_cut_or_changed_is_a_record(content in prop::collection::vec(any::<u8>(), 0..40), at in any::<prop::sample::Index>(), by in 1_u8..=255) {
            let mut bytes = Vec::new();
            record(7, &content).write(&mut bytes).unwrap();
            let cut = at.index(bytes.len());
            if cut > 0 {
                prop_assert!(matches!(Record::read(&bytes[..cut], 0), Read::Torn(_)));
            }
            bytes[cut] ^= by;
            prop_assert!(matches!(Record::read(&bytes, 0), Read::Torn(_)), "{}", cut < HEAD_BYTES);
        }
    }
}
