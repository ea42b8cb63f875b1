//! Profiles for messages without one: nothing but the version of the standard that MSH-12 names.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::hl7::{Location, parse_shared};
use crate::profile::{Profile, SiteCharset};
use crate::standard::Version;
use crate::workbench::{Sample, Snapshot};

/// The inputs for each message: the profile that was given, else one of the message's own version.
pub(super) struct Inputs {
    snapshot: Snapshot,
    bare: Option<BTreeMap<Version, Arc<Profile>>>,
}

impl Inputs {
    /// Every message under the profile of `snapshot`.
    pub(super) fn of_site(snapshot: Snapshot) -> Self {
        Self {
            snapshot,
            bare: None,
        }
    }

    /// Every message under its own version.
    pub(super) fn bare(snapshot: Snapshot) -> Self {
        Self {
            snapshot,
            bare: Some(BTreeMap::new()),
        }
    }

    /// The inputs without a message.
    pub(super) fn alone(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The inputs for a message.
    pub(super) fn of(&mut self, sample: &Sample) -> Snapshot {
        let mut snapshot = self.snapshot.clone().with_sample(sample.clone());
        if let Some(bare) = &mut self.bare {
            let version = stated_version(sample).unwrap_or(Version::DEFAULT);
            snapshot.profile = Arc::clone(bare.entry(version).or_insert_with(|| {
                Arc::new(Profile {
                    standard: Some(version),
                    ..Profile::new("")
                })
            }));
        }
        snapshot
    }
}

fn stated_version(sample: &Sample) -> Option<Version> {
    let at: Location = "MSH-12.1".parse().ok()?;
    let (message, _) = parse_shared(sample.decode(SiteCharset::default()).text);
    Version::parse(&message.text_at(&at))
}
