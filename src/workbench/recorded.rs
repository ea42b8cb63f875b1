//! One message on its way through all scripts and rules, recorded step by step.

use std::sync::Arc;

use super::inputs::Snapshot;
use super::memo::{MapInputs, Memo};
use super::received::Received;
use super::site_scripts::SiteScript;
use super::track::Track;
use crate::cancel::{Cancel, Stale};
use crate::mapping::{Lineage, Link, Outcome, Recording, StageKind};
use crate::profile::Hook;

/// A recorded run, and what came from what in it.
#[derive(Debug)]
pub struct Recorded {
    /// The steps, of all stages.
    pub recording: Arc<Recording>,
    /// Where the values that came out come from.
    pub lineage: Lineage,
    /// The same, value by value.
    pub links: Vec<Link>,
    /// The steps, to be walked through.
    pub track: Arc<Track>,
}

/// Records the way of a message: the site's first script, the rows, the definition's script, the site's
/// last script, as far as it goes. `ending` is what came of it.
pub(super) fn record(
    snapshot: &Snapshot,
    read: &Received,
    inputs: Option<&MapInputs<'_>>,
    ending: Option<&Outcome>,
    memo: &mut Memo,
    cancel: &Cancel,
) -> Result<Option<Arc<Recorded>>, Stale> {
    let prepare = SiteScript::of(snapshot, Hook::Prepare, memo);
    let finish = SiteScript::of(snapshot, Hook::Finish, memo);
    let came: Arc<str> = read
        .unprepared
        .as_ref()
        .unwrap_or(&read.message)
        .text()
        .into();
    let mut rows = Vec::new();
    let mut recording: Option<Recording> = None;
    let mut add = |next: Recording| {
        recording = Some(match recording.take() {
            Some(before) => before.then(next),
            None => next,
        });
    };
    if let Some(prepare) = prepare {
        let made = prepare.record(snapshot, &came, StageKind::Prepare, memo, cancel)?;
        made.into_iter().for_each(&mut add);
    }
    if let Some(inputs) = inputs.filter(|_| read.ended().is_none()) {
        let (outcome, made) = memo.recorded(inputs, cancel)?;
        add(made);
        rows = outcome.rows;
        if let (Some(finish), Some(output)) = (finish, &outcome.output) {
            let text: Arc<str> = output.text().into();
            let made = finish.record(snapshot, &text, StageKind::Finish, memo, cancel)?;
            made.into_iter().for_each(&mut add);
        }
    }
    Ok(recording.map(|mut recording| {
        recording.message = read.message.clone();
        let lineage = Lineage::of(&recording);
        let links = lineage.links(&recording, &rows);
        let recording = Arc::new(recording);
        let track = Track::new(Arc::clone(&recording), ending);
        Arc::new(Recorded {
            recording,
            lineage,
            links,
            track: Arc::new(track),
        })
    }))
}
