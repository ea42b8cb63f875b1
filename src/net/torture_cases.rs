//! What a sender can do to somebody's listener, as programs: the rows L1 to L24.

use super::ack::AckCode;
use super::faults::FaultRule;
use super::frame::Marks;
use super::player::{Chosen, Step};

/// One case: what is done on one connection, and what has to be answered.
pub(super) struct Case {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) program: fn(&mut Script),
}

/// What is done on the connection of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Step(Step),
    /// Waits until that many answers are there.
    Await(usize),
    /// We send no more, and still read.
    EndSending,
    /// Pieces of so many bytes for as long as the peer takes them.
    Flood {
        bytes: usize,
        most: usize,
    },
    /// Other peers at the same time, each with one message.
    Crowd(usize),
    /// Peers that connect and go at once, by turns with an end and a reset.
    ComeAndGo(usize),
}

impl Act {
    /// How many peers come at the same time.
    pub(super) fn crowd(&self) -> Option<usize> {
        if let Act::Crowd(count) = self {
            Some(*count)
        } else {
            None
        }
    }
}

/// What has to become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// A positive answer.
    Accepted,
    /// An answer, whatever it says.
    Answered,
    /// An answer is well, none is allowed; a positive one is not.
    NotAccepted,
    /// A positive answer would be well.
    Wished,
    /// These acknowledgments, in this order; others are told.
    Codes(&'static [AckCode]),
    /// Whatever.
    Free,
    /// Nothing is read.
    Unread,
}

/// A case as it is written down.
#[derive(Clone)]
pub(super) struct Script {
    marks: Marks,
    message: Vec<u8>,
    /// Begins the control ids of this case.
    prefix: String,
    pub(super) acts: Vec<Act>,
    /// Control ids, and what has to become of them.
    pub(super) due: Vec<(String, Due)>,
    /// Bytes of a frame that never ends.
    most_bytes: usize,
}

impl Script {
    pub(super) fn new(marks: &Marks, message: &[u8], prefix: String, most_bytes: usize) -> Self {
        Self {
            marks: marks.clone(),
            message: message.to_vec(),
            prefix,
            acts: Vec::new(),
            due: Vec::new(),
            most_bytes,
        }
    }

    /// A message with the next control id, of which this has to come.
    pub(super) fn message(&mut self, due: Due) -> Vec<u8> {
        let id = format!("{}{}", self.prefix, self.due.len() + 1);
        let message = with_control_id(&self.message, &id);
        self.due.push((id, due));
        message
    }

    /// One message and nothing wrong about it.
    pub(super) fn plain(&mut self) {
        let message = self.framed(Due::Accepted);
        self.write(&message);
    }

    /// Control ids of its own for one peer of many.
    pub(super) fn name(&mut self, number: usize) {
        // MSH-10 has room for 20 characters in most versions.
        self.prefix = format!("{}{number:03}", self.prefix);
    }

    fn framed(&mut self, due: Due) -> Vec<u8> {
        let message = self.message(due);
        self.frame(&message)
    }

    fn frame(&self, content: &[u8]) -> Vec<u8> {
        [self.marks.start(), content, self.marks.end()].concat()
    }

    fn write(&mut self, bytes: &[u8]) {
        self.acts
            .push(Act::Step(Step::Write(bytes::Bytes::copy_from_slice(bytes))));
    }

    /// Pieces that arrive by themselves.
    fn pieces(&mut self, pieces: &[&[u8]]) {
        for piece in pieces {
            self.write(piece);
            self.pause(40);
        }
    }

    fn pause(&mut self, ms: u64) {
        self.acts
            .push(Act::Step(Step::Pause(std::time::Duration::from_millis(ms))));
    }

    /// A message sent with these faults.
    fn faulty(&mut self, rules: &[&str], due: Due) {
        let message = self.message(due);
        // The rules stand in this file and are read by a test.
        let rules = rules
            .iter()
            .filter_map(|rule| rule.parse::<FaultRule>().ok())
            .collect();
        let steps = Chosen::all(rules).steps(&message, &self.marks);
        self.acts.extend(
            steps
                .into_iter()
                .filter(|step| *step != Step::Done)
                .map(Act::Step),
        );
    }

    /// A message that asks for acknowledgments by MSH-15 and MSH-16, and those that it asks for.
    fn asking(&mut self, accept: &str, application: &str, codes: &'static [AckCode]) {
        let message = self.message(Due::Codes(codes));
        let message = with_field(&message, 15, accept);
        let framed = self.frame(&with_field(&message, 16, application));
        self.write(&framed);
    }

    /// Gives the message a control id, and sends its text in other bytes.
    fn written(&mut self, write: impl FnOnce(String) -> Vec<u8>) {
        let message = self.message(Due::Wished);
        let text = String::from_utf8_lossy(&message).into_owned();
        let framed = self.frame(&write(text));
        self.write(&framed);
    }

    fn answers(&mut self, count: usize) {
        self.acts.push(Act::Await(count));
    }
}

/// A message with another MSH-10.
fn with_control_id(message: &[u8], id: &str) -> Vec<u8> {
    with_field(message, 10, id)
}

/// A message with another text in a field of its MSH, counted as HL7 does.
fn with_field(message: &[u8], number: usize, text: &str) -> Vec<u8> {
    let Some(separator) = message.get(3).copied() else {
        return message.to_vec();
    };
    let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let line = message.iter().position(is_end).unwrap_or(message.len());
    let (header, rest) = message.split_at(line);
    let mut fields: Vec<&[u8]> = header.split(|byte| *byte == separator).collect();
    fields.resize(fields.len().max(number.max(12)), b"");
    // The separator itself is MSH-1.
    if let Some(field) = fields.get_mut(number.saturating_sub(1)) {
        *field = text.as_bytes();
    }
    [&fields.join(&separator)[..], rest].concat()
}

/// The cases, in the order of their rows.
pub(super) const CASES: [Case; 30] = [
    Case {
        id: "L1",
        title: "sends one byte at a time",
        program: |s| s.faulty(&["trickle=1ms"], Due::Accepted),
    },
    Case {
        id: "L2",
        title: "splits the end of the frame over two packets",
        program: |s| {
            let frame = s.framed(Due::Accepted);
            let (start, end) = frame.split_at(frame.len().saturating_sub(1));
            s.pieces(&[start, end]);
        },
    },
    Case {
        id: "L3",
        title: "sends three messages in one write",
        program: |s| {
            let all = [
                s.framed(Due::Accepted),
                s.framed(Due::Accepted),
                s.framed(Due::Accepted),
            ]
            .concat();
            s.write(&all);
        },
    },
    Case {
        id: "L4",
        title: "leaves out the carriage return behind the end",
        program: |s| {
            s.faulty(&["omit-return"], Due::Wished);
            let next = s.framed(Due::Accepted);
            s.write(&next);
        },
    },
    Case {
        id: "L5",
        title: "sends a line feed behind the end, then half of the next message",
        program: |s| {
            let first = s.framed(Due::Accepted);
            let second = s.framed(Due::Accepted);
            let (half, rest) = second.split_at(second.len() / 2);
            s.pieces(&[&[&first[..], b"\n", half].concat(), rest]);
        },
    },
    Case {
        id: "L6",
        title: "sends bytes between frames that belong to none",
        program: |s| {
            s.faulty(&["junk-before=ping", "junk-after=pong"], Due::Accepted);
            s.faulty(&["junk-before=hello"], Due::Accepted);
        },
    },
    Case {
        id: "L7",
        title: "sends NULs and white space between frames",
        program: |s| {
            let (first, second) = (s.framed(Due::Accepted), s.framed(Due::Accepted));
            s.write(&[b"\0\0 ", &first[..], b"\r\n\0\t", &second, b"\n"].concat());
        },
    },
    Case {
        id: "L8",
        title: "starts a frame within a frame",
        program: |s| {
            let cut = s.framed(Due::NotAccepted);
            let next = s.framed(Due::Accepted);
            s.write(&[&cut[..cut.len() / 2], &next].concat());
        },
    },
    Case {
        id: "L9",
        title: "puts the first byte of an end into the payload",
        program: |s| {
            let mut message = s.message(Due::Answered);
            message.extend_from_slice(b"NTE|1||a\x1Cb\r");
            let framed = s.frame(&message);
            s.write(&framed);
        },
    },
    Case {
        id: "L10",
        title: "sends an empty frame",
        program: |s| {
            let empty = s.frame(b"");
            let next = s.framed(Due::Wished);
            s.pieces(&[&empty, &next]);
        },
    },
    Case {
        id: "L11",
        title: "sends a message without the start of a frame",
        program: |s| {
            s.faulty(&["omit-start"], Due::NotAccepted);
        },
    },
    Case {
        id: "L12",
        title: "writes start and end of a frame twice",
        program: |s| s.faulty(&["double-frame"], Due::Answered),
    },
    Case {
        id: "L13",
        title: "never ends the frame",
        program: |s| {
            let message = s.message(Due::NotAccepted);
            let framed = s.frame(&message);
            s.write(framed.get(..framed.len() / 2).unwrap_or_default());
            let most = s.most_bytes;
            s.acts.push(Act::Flood {
                bytes: 64 * 1024,
                most,
            });
        },
    },
    Case {
        id: "L14",
        title: "connects and stays silent",
        program: |s| s.pause(500),
    },
    Case {
        id: "L15",
        title: "connects and goes, 100 times",
        program: |s| {
            s.acts.push(Act::ComeAndGo(100));
            let next = s.framed(Due::Accepted);
            s.write(&next);
        },
    },
    Case {
        id: "L16",
        title: "ends its sending after the message",
        program: |s| {
            let message = s.framed(Due::Accepted);
            s.write(&message);
            s.acts.push(Act::EndSending);
        },
    },
    Case {
        id: "L17",
        title: "breaks off before the answer",
        program: |s| s.faulty(&["reset-after"], Due::Unread),
    },
    Case {
        id: "L18",
        title: "sends on and never reads an answer",
        program: |s| {
            let all: Vec<u8> = (0..2000).flat_map(|_| s.framed(Due::Unread)).collect();
            for chunk in all.chunks(64 * 1024) {
                s.write(chunk);
            }
        },
    },
    Case {
        id: "L19",
        title: "200 peers at once",
        program: |s| s.acts.push(Act::Crowd(200)),
    },
    Case {
        id: "L20a",
        title: "speaks HTTP",
        program: |s| {
            s.write(b"POST /hl7 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
            s.pause(300);
        },
    },
    Case {
        id: "L20b",
        title: "speaks TLS",
        program: |s| {
            let hello = [
                &[0x16, 3, 1, 0, 47, 1, 0, 0, 43, 3, 3][..],
                &[7; 32],
                &[0, 0, 4, 0xC0, 0x2F, 0xC0, 0x30, 1, 0],
            ]
            .concat();
            s.write(&hello);
            s.pause(300);
        },
    },
    Case {
        id: "L21",
        title: "sends a frame that begins with no MSH",
        program: |s| {
            let junk = s.frame(b"PID|1||0815\rPV1|1\r");
            s.write(&junk);
            s.pause(300);
        },
    },
    Case {
        id: "L21b",
        title: "separates with other characters",
        program: |s| {
            s.written(|text| {
                let other = |c: char| match c {
                    '|' => '#',
                    '^' => '$',
                    '~' => '*',
                    other => other,
                };
                text.chars().map(other).collect::<String>().into_bytes()
            });
        },
    },
    Case {
        id: "L21c",
        title: "begins with a byte order mark",
        program: |s| s.written(|text| format!("\u{FEFF}{text}").into_bytes()),
    },
    Case {
        id: "L21d",
        title: "writes in UTF-16",
        program: |s| {
            s.written(|text| {
                let units = format!("\u{FEFF}{text}").encode_utf16().collect::<Vec<_>>();
                units.into_iter().flat_map(u16::to_le_bytes).collect()
            });
        },
    },
    Case {
        id: "L22",
        title: "puts two messages into one frame",
        program: |s| {
            let both = [s.message(Due::Free), s.message(Due::NotAccepted)].concat();
            let framed = s.frame(&both);
            s.write(&framed);
        },
    },
    Case {
        id: "L23",
        title: "sends a message again",
        program: |s| {
            let message = s.framed(Due::Answered);
            s.write(&message);
            s.answers(1);
            s.write(&message);
            s.due.extend(s.due.first().cloned());
        },
    },
    Case {
        id: "L24a",
        title: "asks for an accept acknowledgment only",
        program: |s| s.asking("AL", "NE", &[AckCode::CommitAccept]),
    },
    Case {
        id: "L24b",
        title: "asks for both acknowledgments",
        program: |s| s.asking("AL", "AL", &[AckCode::CommitAccept, AckCode::Accept]),
    },
    Case {
        id: "L24c",
        title: "asks for no acknowledgment of a success",
        program: |s| s.asking("ER", "ER", &[]),
    },
];

#[cfg(test)]
mod tests {
    use super::{CASES, Script, with_control_id};
    use crate::net::Marks;

    const MESSAGE: &[u8] = b"MSH|^~\\&|LAB||||||ADT^A01|1|P|2.5\rPID|1\r";

    #[test]
    fn every_case_does_something_and_has_an_id_of_its_own() {
        let mut ids = std::collections::BTreeSet::new();
        for case in CASES {
            let mut script = Script::new(&Marks::mllp(), MESSAGE, String::from("T"), 1 << 20);
            (case.program)(&mut script);
            assert!(!script.acts.is_empty(), "{}", case.id);
            assert!(ids.insert(case.id) && !case.title.is_empty());
        }
    }

    #[test]
    fn a_control_id_is_put_in_its_place() {
        for (message, expect) in [
            (MESSAGE, "MSH|^~\\&|LAB||||||ADT^A01|X|P|2.5\rPID|1\r"),
            (b"MSH#^~\\&#LAB\rPID", "MSH#^~\\&#LAB#######X##\rPID"),
            (b"MS", "MS"),
        ] {
            assert_eq!(
                String::from_utf8(with_control_id(message, "X")).unwrap(),
                expect
            );
        }
    }
}
