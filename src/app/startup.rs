//! How long the window took to come up: lines in the log, nothing on the screen.

use std::time::Instant;

/// What has been told of the start.
#[derive(Debug)]
pub(super) struct Startup {
    began: Instant,
    frame: bool,
    work: bool,
}

impl Startup {
    /// A start that began then.
    pub(super) fn new(began: Instant) -> Self {
        Self {
            began,
            frame: false,
            work: false,
        }
    }

    /// Tells of the first frame, and of the first one that shows a preview with nothing to wait for.
    pub(super) fn frame(&mut self, is_whole: bool) {
        if !self.frame {
            self.frame = true;
            self.tell("first frame");
        }
        if is_whole && !self.work {
            self.work = true;
            self.tell("first preview");
        }
    }

    fn tell(&self, what: &str) {
        let ms = self.began.elapsed().as_secs_f64() * 1e3;
        tracing::debug!("{what} {ms:.0} ms after the start");
    }
}
