//! How many samples of the corpus fall under each message definition, counted on a thread of its own.

use std::sync::Arc;

use rayon::prelude::*;

use super::corpus::{Corpus, Sample};
use super::inputs::Snapshot;
use super::memo::Memo;
use super::received::Received;
use crate::cancel::{Cancel, Stale};
use crate::grammar::Identities;
use crate::hl7::{SegmentId, Timestamp, parse_shared};
use crate::profile::{Hook, Identity, Profile, Script, ScriptTexts, SiteCharset};

/// So many samples are looked at before the counts are shown.
const AT_A_TIME: usize = 4096;

/// How the samples, as they were read, fall under the definitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MatchCounts {
    /// By definition, in matching order.
    pub matched: Vec<usize>,
    /// How many fall under none.
    pub unmatched: usize,
    /// How many were looked at so far.
    pub counted: usize,
    /// How many there are.
    pub total: usize,
}

/// The inputs of one count; cheap to clone.
#[derive(Clone)]
pub(super) struct CountJob {
    pub(super) profile: Arc<Profile>,
    pub(super) scripts: Arc<ScriptTexts>,
    /// What the site's `prepare` script gets from `now()`.
    pub(super) now: Timestamp,
    pub(super) corpus: Corpus,
}

impl CountJob {
    /// Whether it would give the same counts.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let identities = |job: &Self| -> Vec<Vec<Identity>> {
            let messages = job.profile.messages.iter();
            messages.map(|one| one.identity.clone()).collect()
        };
        self.prepare() == other.prepare()
            && self.corpus.is_same(&other.corpus)
            && (Arc::ptr_eq(&self.profile, &other.profile)
                || (self.profile.charset() == other.profile.charset()
                    && identities(self) == identities(other)))
    }

    /// The script that messages go through before they are told apart, and its text.
    fn prepare(&self) -> Option<(&Script, Option<&Arc<str>>)> {
        let script = self.profile.scripts.get(Hook::Prepare)?;
        Some((script, script.text(&self.scripts)))
    }

    /// Whether the header of a message decides.
    fn looks_at_header_only(&self) -> bool {
        let mut conditions = self.profile.messages.iter().flat_map(|one| &one.identity);
        conditions.all(|condition| condition.at.segment == SegmentId::MSH)
    }
}

/// Counts, and tells now and then how far it is.
pub(super) fn count(
    job: &CountJob,
    cancel: &Cancel,
    deliver: &dyn Fn(MatchCounts),
) -> Result<(), Stale> {
    let (identities, _) = Identities::new(&job.profile);
    let header_only = job.looks_at_header_only();
    let charset = job.profile.charset();
    let prepared = job.prepare().map(|_| {
        let (profile, scripts) = (Arc::clone(&job.profile), Arc::clone(&job.scripts));
        Snapshot::new(profile, scripts, job.now)
    });
    let definitions = job.profile.messages.len();
    let mut counts = MatchCounts {
        matched: vec![0; definitions],
        total: job.corpus.len(),
        ..MatchCounts::default()
    };
    while counts.counted < counts.total {
        cancel.check()?;
        let until = counts.total.min(counts.counted + AT_A_TIME);
        let found: Vec<Option<usize>> = (counts.counted..until)
            .into_par_iter()
            .filter_map(|position| job.corpus.sample(position))
            .map_init(Memo::default, |memo, sample| match &prepared {
                Some(snapshot) => {
                    let read = Received::of(snapshot, Some(&sample), 0, memo, cancel)?;
                    Ok(identities.find(&read.message))
                }
                None => Ok(find(&sample, &identities, header_only, charset)),
            })
            .collect::<Result<_, Stale>>()?;
        for definition in found {
            match definition.and_then(|index| counts.matched.get_mut(index)) {
                Some(count) => *count += 1,
                None => counts.unmatched += 1,
            }
        }
        counts.counted = until;
        deliver(counts.clone());
    }
    if counts.total == 0 {
        deliver(counts);
    }
    Ok(())
}

fn find(
    sample: &Sample,
    identities: &Identities,
    header_only: bool,
    charset: SiteCharset,
) -> Option<usize> {
    // A message behind stray lines has its header further down.
    let text = match sample.head().filter(|_| header_only) {
        Some(head) if head.starts_with(b"MSH") => sample.source().decode(&head, charset).text,
        Some(_) | None => sample.decode(charset).text,
    };
    identities.find(&parse_shared(text).0)
}
