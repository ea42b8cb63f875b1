//! Where runs stop, remembered for each profile: lines of scripts and places, never what stands there.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::stepping::{Stepping, StopLine};
use crate::profile::{Hook, ScriptPlace};
use crate::workbench::{Condition, Watch};

/// So many profiles are remembered.
const MOST_PROFILES: usize = 20;

/// Where the runs of one profile stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptStops {
    profile: PathBuf,
    #[serde(default)]
    stops: Vec<(KeptScript, u32)>,
    /// The conditions of some of them, by their index; none that names a value, which may be a patient's.
    #[serde(default)]
    conditions: Vec<(usize, String)>,
    /// As they are written; none that picks its place by a value.
    #[serde(default)]
    watches: Vec<String>,
}

/// Which script it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum KeptScript {
    Message(String),
    Prepare,
    Finish,
}

impl KeptScript {
    fn of(place: &ScriptPlace) -> Self {
        match place {
            ScriptPlace::Message(name) => Self::Message(name.to_string()),
            ScriptPlace::Hook(Hook::Prepare) => Self::Prepare,
            ScriptPlace::Hook(Hook::Finish) => Self::Finish,
        }
    }

    fn place(&self) -> ScriptPlace {
        match self {
            Self::Message(name) => ScriptPlace::Message(name.as_str().into()),
            Self::Prepare => ScriptPlace::Hook(Hook::Prepare),
            Self::Finish => ScriptPlace::Hook(Hook::Finish),
        }
    }
}

/// Remembers where the runs of a profile stop now.
pub(super) fn keep(kept: &mut Vec<KeptStops>, profile: &Path, stepping: &Stepping) {
    let profile = std::path::absolute(profile).unwrap_or_else(|_| profile.to_owned());
    kept.retain(|known| known.profile != profile);
    let stops = stepping.stops.iter();
    let conditions = stops.clone().enumerate();
    let conditions = conditions.filter(|(_, stop)| is_kept(&stop.condition));
    let watches = stepping.watches.iter();
    let now = KeptStops {
        profile,
        stops: stops
            .map(|stop| (KeptScript::of(&stop.script), stop.line))
            .collect(),
        conditions: conditions
            .map(|(at, stop)| (at, stop.condition.trim().to_owned()))
            .collect(),
        watches: watches
            .filter(|watch| watch.names_no_value())
            .map(Watch::written)
            .collect(),
    };
    if !now.stops.is_empty() || !now.watches.is_empty() {
        kept.insert(0, now);
        kept.truncate(MOST_PROFILES);
    }
}

/// Whether a condition is remembered: it can be read, and names no value.
pub(super) fn is_kept(condition: &str) -> bool {
    let read = condition.parse::<Condition>();
    read.is_ok_and(|condition| condition.names_no_value())
}

/// Where the runs of a profile stopped when it was open last.
pub(super) fn recall(kept: &[KeptStops], profile: &Path) -> (Vec<StopLine>, Vec<Watch>) {
    let profile = std::path::absolute(profile).unwrap_or_else(|_| profile.to_owned());
    let Some(known) = kept.iter().find(|known| known.profile == profile) else {
        return (Vec::new(), Vec::new());
    };
    let stops = known.stops.iter().enumerate();
    let stops = stops.map(|(at, (script, line))| {
        let mut conditions = known.conditions.iter();
        let condition = conditions.find(|(of, _)| *of == at);
        StopLine {
            script: script.place(),
            line: *line,
            condition: condition.map_or_else(String::new, |(_, written)| written.clone()),
        }
    });
    let watches = known.watches.iter();
    let watches = watches.filter_map(|written| written.parse::<Watch>().ok());
    (stops.collect(), watches.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_places_are_remembered_and_no_values() {
        let mut stepping = Stepping::default();
        let stop = |line, condition: &str| StopLine {
            script: ScriptPlace::Hook(Hook::Prepare),
            line,
            condition: condition.to_owned(),
        };
        stepping.stops = vec![stop(3, "PID-3.1 == 4711"), stop(5, " pass == 3 ")];
        stepping.watches = ["out[\"PID-8\"]", "patient.sex", "PID-3[?1=4711].1"]
            .map(|written| written.parse().expect("a watch-point"))
            .to_vec();
        let (mut kept, path) = (Vec::new(), Path::new("/site/profile.ron"));
        keep(&mut kept, path, &stepping);
        let text = ron::to_string(&kept).expect("it can be written");
        assert!(!text.contains("4711"), "{text}");
        let again: Vec<KeptStops> = ron::from_str(&text).expect("and read");
        let (stops, watches) = recall(&again, path);
        let stops = stops.iter().map(|stop| (stop.line, &*stop.condition));
        assert_eq!(stops.collect::<Vec<_>>(), [(3, ""), (5, "pass == 3")]);
        assert_eq!(watches, stepping.watches[..2]);
        assert_eq!(recall(&again, Path::new("/other.ron")).0.len(), 0);
        keep(&mut kept, path, &Stepping::default());
        assert!(kept.is_empty(), "nothing is nothing to remember");
    }
}
