//! What our own peers can do wrong on purpose: by name, at every n-th message or by chance, and again the
//! same from the same seed.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// One way to behave badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// Waits before the first byte.
    DelayBefore,
    /// Waits in the middle of the payload.
    DelayInside,
    /// Waits after the last byte, before anything else is done.
    DelayAfter,
    /// Sends byte by byte, with a pause before each.
    Trickle,
    /// Sends byte by byte, without pauses.
    Split,
    /// Leaves out the start of the frame.
    OmitStart,
    /// Leaves out the first byte of the end, 1C.
    OmitEnd,
    /// Leaves out the last byte of the end, 0D.
    OmitReturn,
    /// Writes the start of a frame into the payload.
    StartInside,
    /// Writes the first byte of an end into the payload.
    EndInside,
    /// Writes start and end twice.
    DoubleFrame,
    /// Writes bytes before the frame that belong to none.
    JunkBefore,
    /// Writes bytes behind the frame that belong to none.
    JunkAfter,
    /// Closes in the middle of the payload.
    CloseInside,
    /// Breaks the connection off in the middle of the payload.
    ResetInside,
    /// Closes instead of sending.
    CloseBefore,
    /// Breaks the connection off instead of sending.
    ResetBefore,
    /// Sends and closes.
    CloseAfter,
    /// Sends and breaks the connection off.
    ResetAfter,
    /// Sends all twice.
    Double,
    /// Reads nothing.
    NeverRead,
    /// Ends the connection as soon as it is there.
    Drop,
    /// Answers AE.
    AnswerError,
    /// Answers AR.
    AnswerReject,
    /// Answers with another MSA-2.
    WrongId,
    /// Answers when the next message has come, before that one's answer.
    Late,
    /// Answers with fixed bytes in a frame.
    FixedAnswer,
    /// Does not answer.
    NeverAnswer,
}

/// Who can have a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultSide {
    /// Senders and listeners.
    Both,
    /// Listeners only: it is about answers.
    Listener,
}

/// When a fault is had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At every n-th message, or connection; 1 is each.
    Every(u32),
    /// In so many of a hundred.
    Percent(u8),
}

/// A fault, how it is had, and when: `delay-before=2s@3`, `omit-return@10%`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultRule {
    /// Which.
    pub fault: Fault,
    /// When.
    pub when: When,
    /// What is written behind `=`: a time, bytes, or a text that the message must hold.
    pub value: Option<String>,
}

/// Why a text names no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No such name.
    #[error("there is no fault {0:?}; there are {names}", names = names())]
    Name(String),
    /// No such time.
    #[error("{0:?} is no time for a fault; @3 is every third message, @10% one in ten")]
    When(String),
    /// No such span.
    #[error("{0:?} is no time span; 250ms, 2s and 1m are")]
    Span(String),
    /// HTTP leaves no room for it.
    #[error("the fault {0} cannot be had over HTTP: {1}")]
    NotOverHttp(Fault, &'static str),
    /// Faults are had by one message at a time.
    #[error(
        "the fault {0} cannot be had while several messages may be under way on one connection"
    )]
    InWindow(Fault),
}

fn names() -> String {
    Fault::ALL.map(Fault::name).join(", ")
}

impl Fault {
    /// All of them, those of both sides first.
    pub const ALL: [Fault; 28] = [
        Fault::DelayBefore,
        Fault::DelayInside,
        Fault::DelayAfter,
        Fault::Trickle,
        Fault::Split,
        Fault::OmitStart,
        Fault::OmitEnd,
        Fault::OmitReturn,
        Fault::StartInside,
        Fault::EndInside,
        Fault::DoubleFrame,
        Fault::JunkBefore,
        Fault::JunkAfter,
        Fault::CloseInside,
        Fault::ResetInside,
        Fault::CloseBefore,
        Fault::ResetBefore,
        Fault::CloseAfter,
        Fault::ResetAfter,
        Fault::Double,
        Fault::NeverRead,
        Fault::Drop,
        Fault::AnswerError,
        Fault::AnswerReject,
        Fault::WrongId,
        Fault::Late,
        Fault::FixedAnswer,
        Fault::NeverAnswer,
    ];

    /// Its name on the command line and in the window.
    pub fn name(self) -> &'static str {
        match self {
            Fault::DelayBefore => "delay-before",
            Fault::DelayInside => "delay-inside",
            Fault::DelayAfter => "delay-after",
            Fault::Trickle => "trickle",
            Fault::Split => "split",
            Fault::OmitStart => "omit-start",
            Fault::OmitEnd => "omit-end",
            Fault::OmitReturn => "omit-return",
            Fault::StartInside => "start-inside",
            Fault::EndInside => "end-inside",
            Fault::DoubleFrame => "double-frame",
            Fault::JunkBefore => "junk-before",
            Fault::JunkAfter => "junk-after",
            Fault::CloseInside => "close-inside",
            Fault::ResetInside => "reset-inside",
            Fault::CloseBefore => "close-before",
            Fault::ResetBefore => "reset-before",
            Fault::CloseAfter => "close-after",
            Fault::ResetAfter => "reset-after",
            Fault::Double => "double",
            Fault::NeverRead => "never-read",
            Fault::Drop => "drop",
            Fault::AnswerError => "answer-error",
            Fault::AnswerReject => "answer-reject",
            Fault::WrongId => "wrong-id",
            Fault::Late => "late",
            Fault::FixedAnswer => "fixed-answer",
            Fault::NeverAnswer => "never-answer",
        }
    }

    /// What it does, in a sentence without its end.
    pub fn help(self) -> &'static str {
        match self {
            Fault::DelayBefore => "waits before the first byte (=2s)",
            Fault::DelayInside => "waits in the middle of the payload (=2s)",
            Fault::DelayAfter => "waits after the last byte (=2s)",
            Fault::Trickle => "sends byte by byte, with a pause before each (=5ms)",
            Fault::Split => "sends byte by byte, without pauses",
            Fault::OmitStart => "leaves out the start of the frame, 0B",
            Fault::OmitEnd => "leaves out the first byte of the end, 1C",
            Fault::OmitReturn => "leaves out the last byte of the end, 0D",
            Fault::StartInside => "writes the start of a frame, 0B, into the payload",
            Fault::EndInside => "writes the first byte of an end, 1C, into the payload",
            Fault::DoubleFrame => "writes start and end of the frame twice",
            Fault::JunkBefore => "writes bytes before the frame that belong to none (=text)",
            Fault::JunkAfter => "writes bytes behind the frame that belong to none (=text)",
            Fault::CloseInside => "closes in the middle of the payload",
            Fault::ResetInside => "breaks the connection off in the middle of the payload",
            Fault::CloseBefore => "closes instead of sending",
            Fault::ResetBefore => "breaks the connection off instead of sending",
            Fault::CloseAfter => "sends and closes",
            Fault::ResetAfter => "sends and breaks the connection off",
            Fault::Double => "sends all twice",
            Fault::NeverRead => "reads nothing on a connection, and holds it open (=60s)",
            Fault::Drop => "ends a connection as soon as it is there",
            Fault::AnswerError => "answers AE (=text: only messages that hold it)",
            Fault::AnswerReject => "answers AR (=text: only messages that hold it)",
            Fault::WrongId => "answers with another MSA-2 (=id)",
            Fault::Late => "answers when the next message has come, before that one's answer",
            Fault::FixedAnswer => "answers with fixed bytes in a frame (=text)",
            Fault::NeverAnswer => "does not answer",
        }
    }

    /// Who can have it.
    pub fn side(self) -> FaultSide {
        match self {
            Fault::AnswerError
            | Fault::AnswerReject
            | Fault::WrongId
            | Fault::Late
            | Fault::FixedAnswer
            | Fault::NeverAnswer => FaultSide::Listener,
            Fault::DelayBefore
            | Fault::DelayInside
            | Fault::DelayAfter
            | Fault::Trickle
            | Fault::Split
            | Fault::OmitStart
            | Fault::OmitEnd
            | Fault::OmitReturn
            | Fault::StartInside
            | Fault::EndInside
            | Fault::DoubleFrame
            | Fault::JunkBefore
            | Fault::JunkAfter
            | Fault::CloseInside
            | Fault::ResetInside
            | Fault::CloseBefore
            | Fault::ResetBefore
            | Fault::CloseAfter
            | Fault::ResetAfter
            | Fault::Double
            | Fault::NeverRead
            | Fault::Drop => FaultSide::Both,
        }
    }

    /// How long it takes where nothing is said; none for a fault that takes no time.
    fn usual_span(self) -> Option<Duration> {
        const SPANS: [(Fault, Duration); 5] = [
            (Fault::DelayBefore, Duration::from_secs(2)),
            (Fault::DelayInside, Duration::from_secs(2)),
            (Fault::DelayAfter, Duration::from_secs(2)),
            (Fault::Trickle, Duration::from_millis(5)),
            (Fault::NeverRead, Duration::from_mins(1)),
        ];
        let found = SPANS.iter().find(|(fault, _)| *fault == self);
        found.map(|(_, span)| *span)
    }

    /// Why it cannot be had over HTTP, if it cannot.
    pub(super) fn reason_against_http(self) -> Option<&'static str> {
        match self {
            Fault::OmitStart | Fault::OmitEnd | Fault::OmitReturn | Fault::DoubleFrame => {
                Some("it has no frames")
            }
            Fault::JunkBefore | Fault::JunkAfter => {
                Some("it has no place for bytes that belong to no message")
            }
            Fault::Double => Some("it answers each request once"),
            Fault::Late => Some("an answer belongs to its request and cannot wait for the next"),
            Fault::DelayBefore
            | Fault::DelayInside
            | Fault::DelayAfter
            | Fault::Trickle
            | Fault::Split
            | Fault::StartInside
            | Fault::EndInside
            | Fault::CloseInside
            | Fault::ResetInside
            | Fault::CloseBefore
            | Fault::ResetBefore
            | Fault::CloseAfter
            | Fault::ResetAfter
            | Fault::NeverRead
            | Fault::Drop
            | Fault::AnswerError
            | Fault::AnswerReject
            | Fault::WrongId
            | Fault::FixedAnswer
            | Fault::NeverAnswer => None,
        }
    }

    /// Whether it is about a connection and not about a message.
    pub(super) fn is_of_connection(self) -> bool {
        matches!(self, Fault::NeverRead | Fault::Drop)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let named = Self::ALL
            .into_iter()
            .find(|fault| fault.name() == text.trim());
        named.ok_or_else(|| FaultError::Name(text.trim().to_owned()))
    }
}

impl FaultRule {
    /// A fault that is had each time.
    pub fn always(fault: Fault) -> Self {
        Self {
            fault,
            when: When::Every(1),
            value: None,
        }
    }

    /// How long it takes.
    pub(super) fn span(&self) -> Duration {
        let said = self.value.as_deref().and_then(|value| span(value).ok());
        said.or_else(|| self.fault.usual_span()).unwrap_or_default()
    }
}

impl FromStr for FaultRule {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        // A value may hold @; the time stands behind the last one that reads as a time.
        let (rest, when) = match text.rsplit_once('@') {
            Some((rest, when)) => match (when.parse(), rest.contains('=')) {
                (Ok(when), _) => (rest, when),
                (Err(_), true) => (text, When::Every(1)),
                (Err(error), false) => return Err(error),
            },
            None => (text, When::Every(1)),
        };
        let (name, value) = match rest.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (rest, None),
        };
        let fault: Fault = name.parse()?;
        if let (Some(value), Some(_)) = (&value, fault.usual_span()) {
            span(value)?;
        }
        Ok(Self { fault, when, value })
    }
}

impl fmt::Display for FaultRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.fault)?;
        if let Some(value) = &self.value {
            write!(f, "={value}")?;
        }
        match self.when {
            When::Every(1) => Ok(()),
            When::Every(n) => write!(f, "@{n}"),
            When::Percent(percent) => write!(f, "@{percent}%"),
        }
    }
}

impl FromStr for When {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let error = || FaultError::When(text.to_owned());
        match text.strip_suffix('%') {
            Some(percent) => {
                let percent = percent.parse().ok().filter(|percent| *percent <= 100);
                percent.map(When::Percent).ok_or_else(error)
            }
            None => text
                .parse()
                .ok()
                .filter(|n| *n > 0)
                .map(When::Every)
                .ok_or_else(error),
        }
    }
}

/// `250ms`, `2s`, `1m`
fn span(text: &str) -> Result<Duration, FaultError> {
    let error = || FaultError::Span(text.to_owned());
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
    let (number, unit) = text.split_at(digits);
    let number: u32 = number.parse().map_err(|_| error())?;
    let unit = match unit {
        "ms" => Duration::from_millis(1),
        "s" => Duration::from_secs(1),
        "m" => Duration::from_mins(1),
        _ => return Err(error()),
    };
    Ok(unit * number)
}

#[cfg(test)]
mod tests {
    use super::{Fault, FaultRule};

    #[test]
    fn every_fault_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> =
            Fault::ALL.iter().map(|fault| fault.name()).collect();
        assert_eq!(names.len(), Fault::ALL.len());
        for fault in Fault::ALL {
            assert_eq!(fault.name().parse(), Ok(fault));
            assert!(!fault.help().is_empty() && !fault.help().ends_with('.'));
        }
    }

    #[test]
    fn rules_are_read_and_written() {
        for text in [
            "omit-return",
            "omit-return@3",
            "double@10%",
            "delay-before=250ms",
            "delay-inside=1m@2",
            "junk-after=a@b",
            "fixed-answer=x=y@4",
        ] {
            let rule: FaultRule = text.parse().unwrap();
            assert_eq!(rule.to_string(), text);
        }
        for (text, expect) in [
            (
                "omit",
                "there is no fault \"omit\"; there are delay-before, delay-inside, ",
            ),
            (
                "double@0",
                "\"0\" is no time for a fault; @3 is every third message, @10% one in ten",
            ),
            ("double@101%", "\"101%\" is no time for a fault"),
            (
                "delay-before=soon",
                "\"soon\" is no time span; 250ms, 2s and 1m are",
            ),
            ("delay-before=5", "\"5\" is no time span"),
        ] {
            let error = text.parse::<FaultRule>().unwrap_err().to_string();
            assert!(error.starts_with(expect), "{error}");
        }
    }
}
