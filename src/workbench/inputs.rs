//! Everything a preview is made from, as one value: no clock, no file, no chance besides.

use std::sync::Arc;

use super::corpus::Sample;
use crate::hl7::Timestamp;
use crate::profile::{Profile, ScriptTexts, Sources};

/// What is kept of a run beside its outcome; each says more than the one before, and takes longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Records {
    /// Nothing.
    #[default]
    Nothing,
    /// Its steps.
    Steps,
    /// Its steps, and what came from what.
    Links,
}

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
    /// Where its parts stand in files; nothing for a profile that stands in none.
    pub sources: Option<Arc<Sources>>,
    /// The scripts that stand in files.
    pub scripts: Arc<ScriptTexts>,
    /// The message definition to use whatever the message is; `None` takes the first that matches.
    pub definition: Option<Arc<str>>,
    /// The definition whose grammar is looked at; `None` spares what only its editor shows.
    pub grammar: Option<GrammarFocus>,
    /// How much of the run is recorded.
    pub records: Records,
    /// The time that scripts get from `now()`.
    pub now: Timestamp,
    /// What the ids of the whole run start from.
    pub seed: u64,
    /// The place of the message in the run or list, counted from 0: each has ids of its own.
    pub position: u64,
}

/// The message definition whose grammar is looked at, and the text that a person is writing for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrammarFocus {
    /// The definition's name.
    pub message: Arc<str>,
    /// What is written so far, where it is not what the profile holds.
    pub draft: Option<Arc<str>>,
}

/// The seed of a session: a person sees the same ids again after each edit, and tomorrow.
pub const SESSION_SEED: u64 = 1;

/// What `next_id()` starts from in the message at `position` of a run: the one rule for all who map.
/// The run's seed is mixed (`SplitMix64`), so that runs of neighbouring seeds share no ids.
pub(super) fn message_seed(run_seed: u64, position: u64) -> u64 {
    let mut mixed = run_seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)).wrapping_add(position)
}

impl Snapshot {
    /// The inputs of a run outside a session: no sample yet, revision 0.
    pub fn new(profile: Arc<Profile>, scripts: Arc<ScriptTexts>, now: Timestamp) -> Self {
        Self {
            revision: 0,
            sample: None,
            expected: None,
            profile,
            sources: None,
            scripts,
            definition: None,
            grammar: None,
            records: Records::Nothing,
            now,
            seed: SESSION_SEED,
            position: 0,
        }
    }

    /// The same inputs, problems of the profile placed in its files.
    #[must_use]
    pub fn with_sources(mut self, sources: Arc<Sources>) -> Self {
        self.sources = Some(sources);
        self
    }

    /// The same inputs with a message at hand.
    #[must_use]
    pub fn with_sample(mut self, sample: Sample) -> Self {
        self.sample = Some(sample);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_of_each_run_has_a_seed_of_its_own() {
        let runs = [1, 2, 3, u64::MAX];
        let mut seeds: Vec<u64> = runs
            .into_iter()
            .flat_map(|run| (0..1000).map(move |position| message_seed(run, position)))
            .collect();
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 4000);
        assert_eq!(message_seed(7, 3), message_seed(7, 3));
    }
}
