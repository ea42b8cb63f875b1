//! Frames found in a stream of bytes, however it is cut.

use std::collections::VecDeque;

use super::frame::{Frame, FrameEvent, FrameNote, Looks, Marks, NoteKind};

/// Finds frames in what a peer sends, and tells what it did otherwise than agreed.
///
/// Any cut of the same bytes gives the same events. Time is the caller's: after a pause it may call
/// [`Deframer::pause`], at the end of the connection [`Deframer::finish`].
///
/// ```
/// use pipehat::net::{Deframer, FrameEvent, Marks};
///
/// let mut deframer = Deframer::new(Marks::mllp(), 1 << 20);
/// deframer.push(b"\x0BMSH|^~\\&|\x1C");
/// assert!(deframer.next_event().is_none());
/// deframer.push(b"\r");
/// let Some(FrameEvent::Frame(frame)) = deframer.next_event() else {
///     panic!("a frame");
/// };
/// assert_eq!(frame.content, b"MSH|^~\\&|");
/// ```
#[derive(Debug)]
pub struct Deframer {
    marks: Marks,
    limit: usize,
    state: State,
    /// Bytes that may be the beginning of a mark.
    held: Vec<u8>,
    /// Bytes of the stream that are no longer held.
    passed: u64,
    events: VecDeque<FrameEvent>,
}

#[derive(Debug)]
enum State {
    Outside(Outside),
    Inside(Inside),
    /// In a frame that is longer than the limit.
    Beyond,
}

#[derive(Debug, Default)]
struct Outside {
    /// A frame has just ended.
    after_frame: bool,
    /// The first byte that is no blank.
    at: u64,
    /// From there to the last byte that is no blank.
    bytes: u64,
    /// Blanks since then.
    blanks: u64,
    head: Vec<u8>,
}

#[derive(Debug, Default)]
struct Inside {
    /// Where the start stands.
    at: u64,
    content: Content,
    /// Where the first byte of an end stands within the content, and how often one does.
    false_ends: Option<(u64, u64)>,
}

/// Bytes of a message; their number is all that is ever printed.
#[derive(Default)]
struct Content(Vec<u8>);

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// Bytes of a frame over the limit that are kept for an answer.
const HEAD_BYTES: usize = 8 * 1024;

/// What held bytes are.
enum Seen {
    Start,
    End,
    /// The first bytes of an end, this many, and then a start.
    CutEnd(usize),
    /// The beginning of one of these.
    Perhaps,
    Neither,
}

impl Deframer {
    /// Reads frames with these marks; a content of more than `limit` bytes is cut.
    pub fn new(marks: Marks, limit: usize) -> Self {
        Self {
            marks,
            limit,
            state: State::Outside(Outside::default()),
            held: Vec::new(),
            passed: 0,
            events: VecDeque::new(),
        }
    }

    /// Takes the next bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((&byte, after)) = rest.split_first() {
            if self.held.is_empty() {
                let plain = self.plain(rest);
                if let Some((passed, after)) = rest.split_at_checked(plain)
                    && plain > 0
                {
                    self.pass(passed);
                    rest = after;
                    continue;
                }
            }
            self.held.push(byte);
            self.settle();
            rest = after;
        }
    }

    /// What was found and not yet taken.
    pub fn next_event(&mut self) -> Option<FrameEvent> {
        self.events.pop_front()
    }

    /// Whether a frame has begun and not ended.
    pub fn is_inside(&self) -> bool {
        !matches!(self.state, State::Outside(_))
    }

    /// Nothing has come for as long as the caller waits: an end that has begun counts as one, and bytes
    /// outside of frames are told.
    ///
    /// A peer that leaves out the last byte of the end waits for its answer here.
    pub fn pause(&mut self) {
        match &self.state {
            State::Inside(_) | State::Beyond if self.is_in_end() => self.cut_end(self.held.len()),
            State::Outside(_) => self.let_go(),
            State::Inside(_) | State::Beyond => {}
        }
        self.tell_junk();
    }

    /// The connection has ended; a frame that had begun is told. Bytes that come after this are those of
    /// another connection.
    pub fn finish(&mut self) {
        self.pause();
        self.let_go();
        if let Some(inside) = self.leave(Outside::default()) {
            let bytes = inside.content.0.len() as u64;
            self.note(inside.at, NoteKind::Unfinished { bytes });
        }
        self.passed = 0;
    }

    /// How many of the next bytes can be neither start nor end, nothing being held.
    fn plain(&self, rest: &[u8]) -> usize {
        let (Some(&start), Some(&end)) = (self.marks.start().first(), self.marks.end().first())
        else {
            return 0;
        };
        memchr::memchr2(start, end, rest).unwrap_or(rest.len())
    }

    /// Looks at what is held until it is clear or may still become a mark.
    fn settle(&mut self) {
        while !self.held.is_empty() {
            match self.seen() {
                Seen::Perhaps => return,
                Seen::Start => self.start(),
                Seen::End => self.end(),
                Seen::CutEnd(bytes) => self.cut_end(bytes),
                Seen::Neither => self.release(),
            }
        }
    }

    fn seen(&self) -> Seen {
        let (start, end) = (self.marks.start(), self.marks.end());
        let held = &*self.held;
        if held == start {
            return Seen::Start;
        }
        if held == end {
            return Seen::End;
        }
        if start.starts_with(held) || end.starts_with(held) {
            return Seen::Perhaps;
        }
        // The first bytes of an end, and then a start or the beginning of one.
        let common = held.iter().zip(end).take_while(|(held, end)| held == end);
        let cut = common.count();
        match held.get(cut..) {
            Some(rest) if cut > 0 && rest == start => Seen::CutEnd(cut),
            Some(rest) if cut > 0 && start.starts_with(rest) => Seen::Perhaps,
            _ => Seen::Neither,
        }
    }

    fn is_in_end(&self) -> bool {
        !self.held.is_empty() && self.marks.end().starts_with(&self.held)
    }

    /// The first held byte is no mark.
    fn release(&mut self) {
        let is_end = self.held.first() == self.marks.end().first();
        if let (State::Inside(inside), true) = (&mut self.state, is_end) {
            inside.false_ends.get_or_insert((self.passed, 0)).1 += 1;
        }
        let byte = self.held.remove(0);
        self.pass(&[byte]);
    }

    /// Nothing that is held became a mark.
    fn let_go(&mut self) {
        while !self.held.is_empty() {
            self.release();
        }
    }

    /// Bytes that are no mark.
    fn pass(&mut self, bytes: &[u8]) {
        let at = self.passed;
        self.passed += bytes.len() as u64;
        match &mut self.state {
            State::Outside(outside) => outside.pass(at, bytes),
            State::Inside(Inside { at, content, .. }) => {
                let room = self.limit.saturating_sub(content.0.len());
                content
                    .0
                    .extend_from_slice(bytes.get(..room).unwrap_or(bytes));
                if bytes.len() > room {
                    let at = *at;
                    let mut head = std::mem::take(&mut content.0);
                    head.truncate(HEAD_BYTES);
                    head.shrink_to_fit();
                    let limit = self.limit;
                    self.note(at, NoteKind::TooLong { limit, head });
                    self.state = State::Beyond;
                }
            }
            State::Beyond => {}
        }
    }

    fn start(&mut self) {
        let at = self.take_held(self.held.len());
        self.tell_junk();
        if let Some(inside) = self.leave(Outside::default()) {
            match inside.content.0.len() as u64 {
                0 => self.note(at, NoteKind::StartTwice),
                bytes => self.note(inside.at, NoteKind::Discarded { bytes }),
            }
        }
        self.state = State::Inside(Inside {
            at,
            ..Inside::default()
        });
    }

    fn end(&mut self) {
        if let State::Outside(outside) = &mut self.state {
            if outside.after_frame && outside.bytes == 0 {
                outside.after_frame = false;
                let at = self.take_held(self.held.len());
                self.note(at, NoteKind::EndTwice);
            } else {
                self.let_go();
            }
            return;
        }
        self.take_held(self.held.len());
        self.end_frame();
    }

    /// The first bytes of an end stand where more cannot come.
    fn cut_end(&mut self, bytes: usize) {
        if let State::Outside(_) = self.state {
            for _ in 0..bytes {
                self.release();
            }
            return;
        }
        let at = self.take_held(bytes);
        self.end_frame();
        let missing = self.marks.end().get(bytes..).unwrap_or_default().into();
        self.note(at, NoteKind::EndIncomplete { missing });
    }

    fn end_frame(&mut self) {
        let outside = Outside {
            after_frame: true,
            ..Outside::default()
        };
        if let Some(Inside { at, content, .. }) = self.leave(outside) {
            if content.0.is_empty() {
                self.note(at, NoteKind::Empty);
            } else {
                let content = content.0;
                self.events
                    .push_back(FrameEvent::Frame(Frame { at, content }));
            }
        }
    }

    /// Leaves the frame, if it is in one that is whole so far; what stood within it is told first.
    fn leave(&mut self, outside: Outside) -> Option<Inside> {
        let State::Inside(inside) = std::mem::replace(&mut self.state, State::Outside(outside))
        else {
            return None;
        };
        if let Some((at, times)) = inside.false_ends {
            self.note(at, NoteKind::EndInside { times });
        }
        Some(inside)
    }

    /// Where the first `bytes` held stand; they are held no longer.
    fn take_held(&mut self, bytes: usize) -> u64 {
        let at = self.passed;
        self.held.drain(..bytes.min(self.held.len()));
        self.passed += bytes as u64;
        at
    }

    fn tell_junk(&mut self) {
        if let State::Outside(outside) = &mut self.state
            && outside.bytes > 0
        {
            let Outside {
                at, bytes, head, ..
            } = std::mem::take(outside);
            let looks = Looks::of(&head);
            self.note(at, NoteKind::Junk { bytes, looks });
        }
    }

    fn note(&mut self, at: u64, kind: NoteKind) {
        self.events
            .push_back(FrameEvent::Note(FrameNote { at, kind }));
    }
}

impl Outside {
    fn pass(&mut self, at: u64, bytes: &[u8]) {
        let is_blank = |byte: &u8| matches!(*byte, 0 | b' ' | b'\t' | b'\r' | b'\n');
        let first = match bytes.iter().position(|byte| !is_blank(byte)) {
            _ if self.bytes > 0 => 0,
            Some(first) => first,
            None => return,
        };
        let (Some(junk), true) = (bytes.get(first..), first < bytes.len()) else {
            return;
        };
        if self.bytes == 0 {
            self.at = at + first as u64;
        }
        let last = junk.iter().rposition(|byte| !is_blank(byte));
        match last {
            Some(last) => {
                self.bytes += self.blanks + last as u64 + 1;
                self.blanks = (junk.len() - last - 1) as u64;
            }
            None => self.blanks += junk.len() as u64,
        }
        let room = Looks::NEEDED.saturating_sub(self.head.len());
        self.head.extend(junk.iter().take(room));
    }
}
