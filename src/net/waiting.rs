//! A message's wait for its answer, and what is known when nothing more comes.

use std::time::Duration;

use tokio::time::Instant;

use super::ack::AckCode;
use super::answer::Answer;
use super::asked::{Answers, Asked, Asks};
use super::delivery::{Delivery, Unknown};
use super::hllp::BlockError;

/// What a message's wait for its answer has come to.
pub(super) struct Waiting {
    pub(super) since: Instant,
    pub(super) deadline: Instant,
    /// The time-out that the deadline stands for.
    pub(super) within: Duration,
    /// A commit came, the application has yet to answer.
    pub(super) commit: Option<Answer>,
    /// The peer has confirmed that it stored the message.
    pub(super) is_stored: bool,
    /// The answer's block did not arrive as it was sent.
    pub(super) block: Option<BlockError>,
    /// Why the next frame is not to be trusted.
    pub(super) broken: Option<String>,
}

/// What came of an answer so far.
pub(super) struct Heard {
    /// A frame has begun and not ended.
    pub(super) is_inside: bool,
    /// Bytes within frames.
    pub(super) frame: u64,
    /// Bytes outside.
    pub(super) junk: u64,
}

impl Waiting {
    /// A wait that begins now.
    pub(super) fn for_at_most(within: Duration) -> Self {
        let since = Instant::now();
        Self {
            since,
            deadline: since + within,
            within,
            commit: None,
            is_stored: false,
            block: None,
            broken: None,
        }
    }

    /// What is known when the time is over.
    pub(super) fn time_out(&self, asked: Asked, heard: &Heard) -> Delivery {
        let after = self.within;
        if heard.is_inside {
            let bytes = heard.frame;
            return Delivery::Unknown(Unknown::HalfAnswer { bytes, after });
        }
        if heard.junk > 0 {
            let unframed = Unknown::Unframed {
                bytes: heard.junk,
                is_closed: false,
            };
            return Delivery::Unknown(unframed);
        }
        if let Some(error) = &self.block {
            return Delivery::Unknown(Unknown::Block(error.clone()));
        }
        if self.is_stored {
            return Delivery::Unknown(Unknown::NoApplicationAnswer(after));
        }
        match (&self.commit, asked) {
            (
                Some(answer),
                Asked {
                    application: Asks::OnError,
                    ..
                },
            ) => Delivery::Accepted {
                answer: answer.clone(),
                is_commit_only: true,
            },
            (Some(_), _) => Delivery::Unknown(Unknown::NoApplicationAnswer(after)),
            (None, asked) if asked.is_enhanced() && tells_errors_only(asked) => {
                Delivery::Unanswered {
                    waited: Some(after),
                }
            }
            (None, _) => Delivery::Unknown(Unknown::Silence(after)),
        }
    }

    /// What is known when the connection has ended.
    pub(super) fn ended(&self, end: Result<(), String>, heard: &Heard) -> Delivery {
        Delivery::Unknown(match end {
            Err(why) => Unknown::Reset(why),
            Ok(()) if heard.is_inside => {
                let bytes = heard.frame;
                Unknown::ClosedInAnswer { bytes }
            }
            Ok(()) if heard.junk > 0 => Unknown::Unframed {
                bytes: heard.junk,
                is_closed: true,
            },
            Ok(()) if self.commit.is_some() => Unknown::NoApplicationAnswer(self.since.elapsed()),
            Ok(()) => Unknown::Closed,
        })
    }
}

/// Whether an application acknowledgment is to be waited for behind a commit.
pub(super) fn expects_application(asked: Asked) -> bool {
    matches!(
        asked.application,
        Asks::Always | Asks::OnError | Asks::OnSuccess
    )
}

/// Whether a message that is taken would not be answered at all.
fn tells_errors_only(asked: Asked) -> bool {
    asked.answers(AckCode::Accept) == Answers::default()
}
