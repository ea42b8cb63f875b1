//! A body of HTTP that is written step by step, with all that is wrong about it on purpose.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::meter::Meter;
use super::player::Step;

/// A body, and how it is written.
#[derive(Debug)]
pub(super) struct Paced {
    steps: VecDeque<Step>,
    /// None where its end is not where its last byte is.
    length: Option<u64>,
    sleep: Option<Pin<Box<Sleep>>>,
    /// What was given is to be written before anything else is done.
    is_given: bool,
    meter: Arc<Meter>,
}

/// What is done when a body was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// The connection goes on.
    Nothing,
    Close,
    Reset,
}

/// The connection ends within a body, or before it, on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fault that was asked for ends the connection")]
pub(super) struct Broken;

impl Paced {
    /// All at once.
    pub(super) fn whole(content: Bytes, meter: &Arc<Meter>) -> Self {
        let steps = [Step::Write(content), Step::Done];
        Self::of(steps.into(), meter).0
    }

    /// As these steps say, and what is done behind them.
    pub(super) fn of(mut steps: VecDeque<Step>, meter: &Arc<Meter>) -> (Self, After) {
        steps.retain(|step| !matches!(step, Step::Write(bytes) if bytes.is_empty()));
        let is_whole = steps.contains(&Step::Done);
        let after = match steps.back() {
            Some(Step::Close) if is_whole => After::Close,
            Some(Step::Reset) if is_whole => After::Reset,
            Some(_) | None => After::Nothing,
        };
        if after != After::Nothing {
            steps.pop_back();
        }
        let has_length = is_whole && steps.back() == Some(&Step::Done);
        let length = steps.iter().map(|step| match step {
            Step::Write(bytes) => bytes.len() as u64,
            Step::Pause(_) | Step::Done | Step::Close | Step::Reset => 0,
        });
        let mut paced = Self {
            length: has_length.then(|| length.sum()),
            steps,
            sleep: None,
            is_given: false,
            meter: Arc::clone(meter),
        };
        paced.pass_end();
        (paced, after)
    }

    /// Tells that all was given to be written, where nothing but that is left to do.
    fn pass_end(&mut self) {
        if self.steps.front() == Some(&Step::Done) {
            self.steps.pop_front();
            self.meter.given();
        }
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        loop {
            if std::mem::take(&mut self.is_given) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            match self.steps.pop_front() {
                None => return Poll::Ready(None),
                Some(Step::Done) => self.meter.given(),
                Some(Step::Write(bytes)) => {
                    self.pass_end();
                    self.is_given = !self.steps.is_empty();
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Some(Step::Pause(span)) => {
                    let mut waiting = self.sleep.take().unwrap_or_else(|| Box::pin(sleep(span)));
                    if waiting.as_mut().poll(cx).is_pending() {
                        self.sleep = Some(waiting);
                        self.steps.push_front(Step::Pause(span));
                        return Poll::Pending;
                    }
                }
                Some(Step::Close) => return Poll::Ready(Some(Err(Broken))),
                Some(Step::Reset) => {
                    self.meter.break_off();
                    return Poll::Ready(Some(Err(Broken)));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.length
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
