//! Everything a preview is made from, as one value: no clock, no file, no chance besides.

use std::sync::Arc;

use super::corpus::Sample;
use crate::hl7::Timestamp;
use crate::profile::{Profile, ScriptTexts};

/// The inputs of one preview; cheap to clone.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Which state of the session this is; a preview carries it back.
    pub revision: u64,
    /// The message at hand.
    pub sample: Option<Sample>,
    /// What the output should be; without it the output is compared with the input.
    pub expected: Option<Arc<str>>,
    /// The profile.
    pub profile: Arc<Profile>,
    /// The scripts that stand in files.
    pub scripts: Arc<ScriptTexts>,
    /// The message definition to use whatever the message is; `None` takes the first that matches.
    pub definition: Option<Arc<str>>,
    /// The time that scripts get from `now()`.
    pub now: Timestamp,
    /// What `next_id()` starts from.
    pub seed: u64,
}

impl Snapshot {
    /// The inputs of a run outside a session: no sample yet, revision 0.
    pub fn new(profile: Arc<Profile>, scripts: Arc<ScriptTexts>, now: Timestamp) -> Self {
        Self {
            revision: 0,
            sample: None,
            expected: None,
            profile,
            scripts,
            definition: None,
            now,
            seed: 1,
        }
    }

    /// The same inputs with a message at hand.
    #[must_use]
    pub fn with_sample(mut self, sample: Sample) -> Self {
        self.sample = Some(sample);
        self
    }
}
