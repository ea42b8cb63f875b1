//! A source that comes in parts, such as standard input: messages as soon as they are whole.

use std::mem;

use memchr::memmem;

use super::source::{Origin, Part, Source, SourceError, UTF_8_MARK, problems};
use crate::hl7::{BatchCount, Compression, PartSplitter};

/// Cuts bytes into messages while they come. Together its sources hold what one source of all the
/// bytes holds; in memory is what came since the start of the last message.
///
/// A message is whole when the next one begins or the end has come. What is compressed, or in UTF-16
/// or UTF-32, is cut at the end only.
pub struct Stream {
    origin: Origin,
    splitter: PartSplitter,
    batches: BatchCount,
    /// Bytes of which no message was made yet.
    pending: Vec<u8>,
    /// What came before them.
    done: Part,
    stray_bytes: usize,
    is_marked: bool,
}

impl Stream {
    /// Nothing has come yet.
    pub fn new(origin: Origin) -> Self {
        Self {
            origin,
            splitter: PartSplitter::default(),
            batches: BatchCount::default(),
            pending: Vec::new(),
            done: Part::default(),
            stray_bytes: 0,
            is_marked: false,
        }
    }

    /// Takes the next bytes; gives the messages that are whole by now.
    pub fn push(&mut self, bytes: &[u8]) -> Option<Source> {
        // Only a header ends what came before: without one there is nothing to look for. It may have
        // begun in the bytes before, and its separator tells it from a word.
        let from = self.pending.len().saturating_sub(3);
        self.pending.extend_from_slice(bytes);
        memmem::find(self.pending.get(from..)?, b"MSH")?;
        if self.done.bytes == 0 {
            if Compression::of(&self.pending).is_some() {
                return None;
            }
            self.is_marked = self.pending.starts_with(UTF_8_MARK);
        }
        let pieces = self.splitter.settled(&self.pending);
        let end = pieces.last()?.range.end;
        let rest = self.pending.split_off(end);
        let whole = mem::replace(&mut self.pending, rest);
        self.batches.take(&whole, &pieces);
        let part = Part {
            goes_on: true,
            ..self.done
        };
        let (source, stray_bytes) =
            Source::of_pieces(self.origin.clone(), whole, &pieces, self.is_marked, part);
        self.stray_bytes += stray_bytes;
        self.done.bytes += end;
        self.done.messages += source.len();
        (!source.is_empty()).then_some(source)
    }

    /// The rest, with what is odd about the whole.
    pub fn finish(mut self) -> Result<Source, SourceError> {
        if self.done.bytes == 0 {
            return Source::from_bytes(self.origin, self.pending);
        }
        let pieces = self.splitter.rest(&self.pending);
        self.batches.take(&self.pending, &pieces);
        let (source, stray_bytes) = Source::of_pieces(
            self.origin.clone(),
            self.pending,
            &pieces,
            self.is_marked,
            self.done,
        );
        let stray_bytes = self.stray_bytes + stray_bytes;
        let problems = problems(&self.origin, stray_bytes, &self.batches.faults());
        Ok(source.with_problems(problems))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::SiteCharset;

    /// Feeds the bytes `step` at a time; compares with one source of all of them.
    fn check(bytes: &[u8], step: usize) {
        let whole = Source::from_bytes(Origin::StandardInput, bytes.to_vec()).unwrap();
        let mut stream = Stream::new(Origin::StandardInput);
        let mut parts: Vec<Source> = bytes
            .chunks(step)
            .filter_map(|part| stream.push(part))
            .collect();
        parts.push(stream.finish().unwrap());
        let mut number = 0;
        for part in &parts {
            assert_eq!(part.first_number(), number);
            assert_eq!(part.has_several(), whole.has_several());
            for index in 0..part.len() {
                let found = part.message(index).unwrap();
                assert_eq!(Some(found), whole.message(number), "{step}");
                assert_eq!(part.offset(index), whole.offset(number));
                let charset =
                    |source: &Source| source.decode(found, SiteCharset::default()).charset;
                assert_eq!(charset(part), charset(&whole));
                number += 1;
            }
        }
        assert_eq!(number, whole.len());
        let told: Vec<_> = parts.iter().flat_map(Source::problems).collect();
        assert_eq!(told, whole.problems().iter().collect::<Vec<_>>(), "{step}");
    }

    #[test]
    fn parts_hold_what_the_whole_holds() {
        let packed = [
            &b"\x1F\x8B\x08\0\0\0\0\0\0\x03"[..],
            b"\x03\0\0\0\0\0\0\0\0\0",
        ]
        .concat();
        let wide: Vec<u8> = "MSH|1\rMSH|2\r"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [
            &b""[..],
            b"hello",
            b"MSH|1\rPID|1\rMSH|2\rMSH|3\r",
            b"MSH|1\r\nPID|1\r\nMSH was here\r\nMSH|2\r\n",
            b"\xEF\xBB\xBFMSH|1\rMSH|\xFF\rMSH|3",
            b"log\n\x0BMSH|1\rPID|\x1C\rping\r\x0BMSH|2\rMSH|3\x1C\rMSH|4\x1C\rx\r",
            b"FHS|\rBHS|\rMSH|1\rMSH|2\rBTS|7\rBHS|\rMSH|3\rBTS|1\rFTS|2\rPID|1\r",
            b"got \x0BMSH|1|\x0BMSH|2\r\x1C\x0BMSH|3",
            &packed,
            &wide,
            &[0; 900],
        ] {
            for step in [1, 2, 3, 7, 64, 5000] {
                check(bytes, step);
            }
        }
    }

    #[test]
    fn a_message_comes_out_when_the_next_one_begins() {
        let mut stream = Stream::new(Origin::StandardInput);
        assert!(stream.push(b"MSH|^~\\&|1\rPID|1\rMSH").is_none());
        let first = stream.push(b"|").unwrap();
        assert_eq!(first.message(0), Some(&b"MSH|^~\\&|1\rPID|1\r"[..]));
        assert!(first.goes_on() && first.problems().is_empty());
        assert_eq!(stream.finish().unwrap().message(0), Some(&b"MSH|"[..]));
    }
}
