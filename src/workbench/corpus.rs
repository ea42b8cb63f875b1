//! The loaded samples: sources in the order in which they came, their messages numbered throughout.

use std::fmt;
use std::sync::Arc;

use super::source::Source;
use crate::diagnostic::Diagnostic;
use crate::hl7::{Decoded, Location, Message, Timestamp, parse_shared};
use crate::profile::SiteCharset;

/// Names one message for as long as its source is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SampleId {
    source: u32,
    index: u32,
}

/// All loaded samples; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    stacks: Arc<Vec<Stack>>,
    /// The number that the next source gets; numbers are never used again.
    next: u32,
}

#[derive(Clone, Debug)]
struct Stack {
    number: u32,
    /// How many messages stand before it.
    before: usize,
    source: Arc<Source>,
}

impl Corpus {
    /// How many messages there are.
    pub fn len(&self) -> usize {
        self.stacks
            .last()
            .map_or(0, |stack| stack.before + stack.source.len())
    }

    /// Whether there is no message.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it is the same value, source by source and not by content.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.stacks, &other.stacks)
    }

    /// The sources in order.
    pub fn sources(&self) -> impl ExactSizeIterator<Item = &Arc<Source>> {
        self.stacks.iter().map(|stack| &stack.source)
    }

    /// The sample at a place in the list, counted from 0.
    pub fn sample(&self, position: usize) -> Option<Sample> {
        let place = self
            .stacks
            .partition_point(|stack| stack.before <= position)
            .checked_sub(1)?;
        let stack = self.stacks.get(place)?;
        let index = position - stack.before;
        (index < stack.source.len()).then(|| Sample {
            id: SampleId {
                source: stack.number,
                index: u32::try_from(index).unwrap_or(u32::MAX),
            },
            source: Arc::clone(&stack.source),
            edited: None,
        })
    }

    /// The place of a sample in the list, while its source is loaded.
    pub fn position(&self, id: SampleId) -> Option<usize> {
        let at = self
            .stacks
            .binary_search_by_key(&id.source, |stack| stack.number)
            .ok()?;
        let stack = self.stacks.get(at)?;
        let index = id.index as usize;
        (index < stack.source.len()).then_some(stack.before + index)
    }

    /// The sample of this name, while its source is loaded.
    pub fn get(&self, id: SampleId) -> Option<Sample> {
        self.sample(self.position(id)?)
    }

    /// The same samples and those of another source after them.
    #[must_use]
    pub fn with(mut self, source: Arc<Source>) -> Self {
        self.add(source);
        self
    }

    /// Puts the samples of a source after the others; a folder may bring ten thousand of them.
    pub fn add(&mut self, source: Arc<Source>) {
        let before = self.len();
        Arc::make_mut(&mut self.stacks).push(Stack {
            number: self.next,
            before,
            source,
        });
        self.next += 1;
    }

    /// The same samples without those of the source that holds `id`.
    #[must_use]
    pub fn without_source_of(&self, id: SampleId) -> Self {
        let mut before = 0;
        let kept = self.stacks.iter().filter(|stack| stack.number != id.source);
        let stacks = kept
            .map(|stack| {
                let stack = Stack {
                    before,
                    ..stack.clone()
                };
                before += stack.source.len();
                stack
            })
            .collect();
        Self {
            stacks: Arc::new(stacks),
            next: self.next,
        }
    }

    /// What is odd about the sources, in their order.
    pub fn problems(&self) -> impl Iterator<Item = &Diagnostic> {
        self.stacks.iter().flat_map(|stack| stack.source.problems())
    }
}

/// One message of a corpus; cheap to clone.
#[derive(Clone)]
pub struct Sample {
    id: SampleId,
    source: Arc<Source>,
    edited: Option<Arc<str>>,
}

/// What a list shows of a message, unescaped; empty where the message says nothing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// MSH-7 as it was sent.
    pub time: String,
    /// MSH-7 as a timestamp, where it is one.
    pub timestamp: Option<Timestamp>,
    /// MSH-9.1 and MSH-9.2: `ADT^A01`.
    pub kind: String,
    /// MSH-10.
    pub control_id: String,
    /// PID-3.1, of the first repetition.
    pub patient_id: String,
    /// PID-5.1 and PID-5.2: `Family, Given`.
    pub patient_name: String,
}

/// Shows the type only: the rest is patient data.
impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sample")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl PartialEq for Sample {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
            && Arc::ptr_eq(&self.source, &other.source)
            && self.edited == other.edited
    }
}

impl Sample {
    /// Its name in the corpus.
    pub fn id(&self) -> SampleId {
        self.id
    }

    /// The source that holds it.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Which message of its source it is, counted from 1.
    pub fn number(&self) -> usize {
        self.source.first_number() + self.id.index as usize + 1
    }

    /// The source, and the number where the source holds several: `morning.hl7 #3`.
    pub fn name(&self) -> String {
        if self.source.has_several() {
            format!("{} #{}", self.source.origin(), self.number())
        } else {
            self.source.origin().to_string()
        }
    }

    /// The bytes as they came.
    pub fn bytes(&self) -> &[u8] {
        self.source
            .message(self.id.index as usize)
            .unwrap_or_default()
    }

    /// The text by which a person replaced the message in memory.
    pub fn edited(&self) -> Option<&Arc<str>> {
        self.edited.as_ref()
    }

    /// The same sample with another text; the source keeps its bytes.
    #[must_use]
    pub fn with_text(mut self, text: Option<Arc<str>>) -> Self {
        self.edited = text;
        self
    }

    /// The bytes as text, read by byte order mark, MSH-18 and the bytes themselves where the site has
    /// no charset of its own.
    pub fn decode(&self, charset: SiteCharset) -> Decoded {
        self.source.decode(self.bytes(), charset)
    }

    /// The bytes of its header line and its PID line.
    pub(super) fn head(&self) -> Option<Vec<u8>> {
        self.source.head(self.id.index as usize)
    }

    /// What a list shows of it, read from two lines only: a few microseconds.
    pub fn header(&self, charset: SiteCharset) -> Header {
        let message = if let Some(text) = &self.edited {
            parse_shared(Arc::clone(text)).0
        } else {
            let head = self.head().unwrap_or_default();
            parse_shared(self.source.decode(&head, charset).text).0
        };
        Header::of(&message)
    }
}

impl Header {
    /// The header fields of a message.
    pub fn of(message: &Message) -> Self {
        let text = |at: &str| {
            let location: Option<Location> = at.parse().ok();
            location.map_or_else(String::new, |l| message.text_at(&l).into_owned())
        };
        let pair = |first: &str, between: &str, second: &str| match (text(first), text(second)) {
            (first, second) if second.is_empty() => first,
            (first, second) if first.is_empty() => second,
            (first, second) => format!("{first}{between}{second}"),
        };
        let time = text("MSH-7.1");
        Self {
            timestamp: time.parse().ok(),
            time,
            kind: pair("MSH-9.1", "^", "MSH-9.2"),
            control_id: text("MSH-10"),
            patient_id: text("PID-3.1"),
            patient_name: pair("PID-5.1", ", ", "PID-5.2"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::Origin;
    use super::*;

    const TWO: &str = "MSH|^~\\&|A|B|C|D|20260301||ADT^A01|1|P|2.5\rPID|1||77^^^X||Muster^Eva\r\
                       MSH|^~\\&|A|B|C|D|||ACK|2|P|2.5\rMSA|AA|1\r";

    fn source(text: &str) -> Arc<Source> {
        Arc::new(Source::from_bytes(Origin::Paste(1), text.into()).unwrap())
    }

    fn check(text: &str, expect: &[(&str, &str, &str, &str, &str)]) {
        let corpus = Corpus::default().with(source(text));
        let headers: Vec<Header> = (0..corpus.len())
            .filter_map(|at| corpus.sample(at))
            .map(|s| s.header(SiteCharset::default()))
            .collect();
        let found: Vec<_> = headers
            .iter()
            .map(|h| {
                let Header {
                    time,
                    kind,
                    control_id,
                    patient_id,
                    patient_name,
                    ..
                } = h;
                (
                    &**time,
                    &**kind,
                    &**control_id,
                    &**patient_id,
                    &**patient_name,
                )
            })
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn a_list_reads_header_and_patient_only() {
        check(
            TWO,
            &[
                ("20260301", "ADT^A01", "1", "77", "Muster, Eva"),
                ("", "ACK", "2", "", ""),
            ],
        );
        check(
            "MSH|^~\\&|A||||||ADT|9\nEVN|PID|\nPID|1||8\n",
            &[("", "ADT", "9", "8", "")],
        );
        check("PID|1||7||Muster\r", &[("", "", "", "7", "Muster")]);
        check("no message\r", &[]);
    }

    #[test]
    fn samples_keep_their_names_when_others_are_closed() {
        let corpus = Corpus::default()
            .with(source(TWO))
            .with(source("hm"))
            .with(source(TWO));
        assert_eq!((corpus.len(), corpus.sources().len()), (4, 3));
        let third = corpus.sample(2).unwrap();
        let fewer = corpus.without_source_of(corpus.sample(0).unwrap().id());
        assert_eq!(fewer.position(third.id()), Some(0));
        assert_eq!(fewer.get(third.id()).unwrap().name(), "Pasted 1 #1");
        assert_eq!(fewer.position(corpus.sample(1).unwrap().id()), None);
        assert!(corpus.sample(4).is_none());
        let more = fewer.clone().with(source(TWO));
        assert_ne!(more.sample(2).unwrap().id(), corpus.sample(0).unwrap().id());
    }

    #[test]
    fn what_is_no_message_is_named() {
        for (bytes, words) in [
            (&b"\x89PNG\r\n\x1A\nxx"[..], "a PNG picture"),
            (&[0; 900], "nothing but zeros"),
            (b"", "it is empty"),
            (b"hello", "no HL7 message"),
            (
                b"hello\rMSH|^~\\&|\r",
                "6 bytes of text belong to no message",
            ),
        ] {
            let source = Source::from_bytes(Origin::StandardInput, bytes.to_vec()).unwrap();
            let told = source
                .problems()
                .iter()
                .map(ToString::to_string)
                .collect::<String>();
            assert!(told.contains(words), "{told}");
        }
    }
}
