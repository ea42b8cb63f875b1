//! One message on its way through all scripts and rules, recorded step by step.

use std::sync::Arc;

use super::inputs::{Records, Snapshot};
use super::memo::{MapInputs, Memo};
use super::received::Received;
use super::site_scripts::SiteScript;
use super::track::Track;
use crate::cancel::{Cancel, Stale};
use crate::mapping::{Lineage, Link, Outcome, Recording, StageKind, TableRows};
use crate::profile::Hook;

/// Values whose origin is listed; of a message that makes more, those of its first ones are.
const MOST_LINKS: usize = 5_000;

/// A recorded run, and what came from what in it.
#[derive(Debug)]
pub struct Recorded {
    /// The steps, of all stages.
    pub recording: Arc<Recording>,
    /// What came from what, if that was asked for.
    pub links: Option<Links>,
    /// The steps, to be walked through.
    pub track: Arc<Track>,
}

/// What came from what in a recorded run.
#[derive(Debug)]
pub struct Links {
    /// Where the values that came out come from.
    pub lineage: Lineage,
    /// The same, value by value, as far as they are listed.
    pub values: Vec<Link>,
    /// Whether more values came out than are listed.
    pub is_cut: bool,
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
        let links = (snapshot.records == Records::Links).then(|| Links::of(&recording, &rows));
        let recording = Arc::new(recording);
        let track = Track::new(Arc::clone(&recording), ending);
        Arc::new(Recorded {
            recording,
            links,
            track: Arc::new(track),
        })
    }))
}

impl Links {
    fn of(recording: &Recording, rows: &[TableRows]) -> Self {
        let lineage = Lineage::of(recording);
        let mut values = lineage.links(recording, rows, MOST_LINKS + 1);
        let is_cut = values.len() > MOST_LINKS;
        values.truncate(MOST_LINKS);
        Self {
            lineage,
            values,
            is_cut,
        }
    }
}
