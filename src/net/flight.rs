//! One of several messages that are under way at once.

use std::time::{Duration, Instant};

use tokio::time::Instant as Moment;

use super::going::{Going, Stage};
use super::running::Request;
use super::waiting::Waiting;

/// A message that goes, waits for its answer, or is to go.
pub(super) struct Flight {
    pub(super) request: Request,
    pub(super) going: Going,
    /// When it was given.
    pub(super) since: Instant,
    pub(super) stage: Stage,
    pub(super) waiting: Waiting,
    /// It goes again, and not before this.
    pub(super) not_before: Option<Moment>,
    /// Somebody can still call it back.
    pub(super) has_ticket: bool,
    /// A connection was gone before a byte of it went.
    pub(super) came_back: bool,
}

impl Flight {
    pub(super) fn new(request: Request, going: Going) -> Self {
        Self {
            request,
            going,
            since: Instant::now(),
            stage: Stage::NotSent,
            waiting: Waiting::for_at_most(Duration::ZERO),
            not_before: None,
            has_ticket: true,
            came_back: false,
        }
    }

    /// Waits until it is called back; who has dropped its ticket never does.
    pub(super) async fn called_back(&mut self) {
        if self.has_ticket {
            let used = (&mut self.request.cancel).await;
            self.has_ticket = false;
            if used.is_ok() {
                return;
            }
        }
        std::future::pending::<()>().await;
    }
}
