//! All scripts of a profile, and places in them.

use std::sync::Arc;

use crate::profile::{Hook, Profile, ScriptPlace, ScriptTexts};

/// A place in a script of the profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptSpot {
    /// Which script.
    pub place: ScriptPlace,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// How many characters are meant.
    pub length: u32,
    /// The line.
    pub text: String,
}

/// The scripts of a profile with their texts, in the order in which a message meets them.
pub fn profile_scripts(profile: &Profile, texts: &ScriptTexts) -> Vec<(ScriptPlace, Arc<str>)> {
    let hook = |hook: Hook| {
        let script = profile.scripts.get(hook)?;
        Some((ScriptPlace::Hook(hook), Arc::clone(script.text(texts)?)))
    };
    let messages = profile.messages.iter().filter_map(|definition| {
        let text = definition.script.as_ref()?.text(texts)?;
        let place = ScriptPlace::Message(Arc::clone(&definition.name));
        Some((place, Arc::clone(text)))
    });
    hook(Hook::Prepare)
        .into_iter()
        .chain(messages)
        .chain(hook(Hook::Finish))
        .collect()
}

impl ScriptSpot {
    /// A stretch of a script: bytes.
    pub fn of(place: &ScriptPlace, text: &str, span: std::ops::Range<usize>) -> Self {
        let before = text.get(..span.start).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let rest = text.get(start..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        let count = |text: Option<&str>| {
            let count = text.unwrap_or_default().chars().count();
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        let lines = before.matches('\n').count();
        Self {
            place: place.clone(),
            line: u32::try_from(lines).unwrap_or(u32::MAX).saturating_add(1),
            column: count(text.get(start..span.start)).saturating_add(1),
            length: count(text.get(span)),
            text: line.trim_end_matches('\r').to_owned(),
        }
    }

    /// What people call the script.
    pub fn script_name(&self) -> &str {
        match &self.place {
            ScriptPlace::Message(name) => name,
            ScriptPlace::Hook(hook) => hook.name(),
        }
    }
}
