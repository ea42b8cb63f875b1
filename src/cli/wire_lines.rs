//! What happens on the wire as lines: for people, or one JSON object each.

use std::time::SystemTime;

use serde::Serialize;

use super::failure::Failure;
use super::output::{Output, json_line};
use crate::net::Header;

/// Something that happened; what does not apply is left out.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    time: String,
    /// What, in one word.
    pub(super) event: &'a str,
    /// The connection, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) connection: Option<u64>,
    /// The message's file and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<&'a str>,
    /// Which message of the connection or sender, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) number: Option<u64>,
    /// MSH-10 of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) control_id: Option<String>,
    /// MSA-1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<&'static str>,
    /// Its bytes, without those of the frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<usize>,
    /// How long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) milliseconds: Option<f64>,
    /// The same in words.
    pub(super) text: String,
}

impl<'a> Line<'a> {
    /// What happened, when, and in words.
    pub(super) fn new(time: SystemTime, event: &'a str, text: String) -> Self {
        Self {
            time: clock(time),
            event,
            connection: None,
            message: None,
            number: None,
            control_id: None,
            code: None,
            bytes: None,
            milliseconds: None,
            text,
        }
    }

    /// `2026-03-01T12:00:00.123Z #3 message 1 received, 220 bytes`
    fn words(&self) -> String {
        let mut line = self.time.clone();
        for part in [
            self.connection.map(|connection| format!("#{connection}")),
            self.message.map(|message| format!("{message}:")),
        ]
        .into_iter()
        .flatten()
        {
            line.push(' ');
            line.push_str(&part);
        }
        line.push(' ');
        // Words of a peer stay on their line, and no control of a terminal gets through.
        line.extend(
            self.text
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c }),
        );
        line.push('\n');
        line
    }

    /// Prints it.
    pub(super) fn print(&self, output: &mut Output, is_json: bool) -> Result<(), Failure> {
        if is_json {
            output.put(&json_line(self)?)
        } else {
            output.put(self.words().as_bytes())
        }
    }
}

/// MSH-10 of a message, where it has one.
pub(super) fn control_id(content: &[u8]) -> Option<String> {
    let header = Header::read(content)?;
    let id = header.control_id();
    (!id.is_empty()).then(|| id.to_owned())
}

/// In UTC, to the millisecond.
fn clock(time: SystemTime) -> String {
    match jiff::Timestamp::try_from(time) {
        Ok(time) => format!("{time:.3}"),
        // Before the year -9999 or after 9999.
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::Line;

    #[test]
    fn words_of_a_peer_stay_on_their_line() {
        let time = UNIX_EPOCH + Duration::from_millis(1_500);
        let mut line = Line::new(time, "finished", "refused, AE: a\nb\u{1b}[2J".to_owned());
        line.connection = Some(3);
        assert_eq!(
            line.words(),
            "1970-01-01T00:00:01.500Z #3 refused, AE: a b [2J\n"
        );
    }
}
