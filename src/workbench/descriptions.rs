//! Asking for descriptions of segments, and taking them into the profile when they are ready.

use std::sync::Arc;

use super::describe::{DescribeJob, Described};
use super::notice::Notice;
use super::session::Session;
use crate::hl7::SegmentId;
use crate::profile::Edit;

impl Session {
    /// Describes a segment that nobody describes from what the samples have in it; the description
    /// comes with a later poll, as one step that can be undone.
    pub fn describe_segment(&mut self, segment: SegmentId) {
        self.descriptions.submit(DescribeJob {
            segment,
            profile: Arc::clone(self.site.profile()),
            corpus: self.corpus.clone(),
        });
    }

    /// Takes a description that is ready; `true` when there is one.
    pub(super) fn poll_descriptions(&mut self) -> bool {
        let mut changed = false;
        while let Some(found) = self.descriptions.try_next() {
            changed = true;
            let Ok(Described { segment, overlay }) = found else {
                continue;
            };
            let edit = Edit::AddSegment { segment, overlay };
            // Somebody may have described it meanwhile: then that stands.
            if self.apply(&edit).is_ok() {
                self.notices.push(Notice::Described(segment));
            }
        }
        changed
    }
}
