//! Scripts of a profile: those of its message definitions, and those of the whole site around them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

/// Where a script's text stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub enum Script {
    /// In the profile.
    Inline(Arc<str>),
    /// In a file of its own: its path, relative to the profile.
    File(Arc<str>),
}

/// The texts of the scripts that stand in files, by path as the profile writes it.
///
/// Whoever loads a profile supplies it: this room reads no files.
pub type ScriptTexts = BTreeMap<Arc<str>, Arc<str>>;

/// The scripts that every message of the site goes through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteScripts {
    /// Changes the text before it is parsed.
    #[serde(default)]
    pub prepare: Option<Script>,
    /// Changes the text of a message that was made before it goes out.
    #[serde(default)]
    pub finish: Option<Script>,
}

/// Where a script of the whole site works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hook {
    /// On the text that came, before it is parsed.
    Prepare,
    /// On the text that was made, before it goes out.
    Finish,
}

/// Which script of a profile is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScriptPlace {
    /// That of the message definition of this name.
    Message(Arc<str>),
    /// One of the whole site.
    Hook(Hook),
}

impl Hook {
    /// Both, in the order in which they run.
    pub const ALL: [Hook; 2] = [Hook::Prepare, Hook::Finish];

    /// The word that stands in the profile.
    pub fn name(self) -> &'static str {
        match self {
            Hook::Prepare => "prepare",
            Hook::Finish => "finish",
        }
    }

    /// What findings call its script where it stands in the profile.
    pub fn script_name(self) -> &'static str {
        match self {
            Hook::Prepare => "scripts.prepare",
            Hook::Finish => "scripts.finish",
        }
    }
}

impl SiteScripts {
    /// The script of a hook.
    pub fn get(&self, hook: Hook) -> Option<&Script> {
        match hook {
            Hook::Prepare => self.prepare.as_ref(),
            Hook::Finish => self.finish.as_ref(),
        }
    }

    /// The place of a hook's script.
    pub fn get_mut(&mut self, hook: Hook) -> &mut Option<Script> {
        match hook {
            Hook::Prepare => &mut self.prepare,
            Hook::Finish => &mut self.finish,
        }
    }

    /// Both that are there, with their hooks.
    pub fn iter(&self) -> impl Iterator<Item = (Hook, &Script)> {
        Hook::ALL
            .into_iter()
            .filter_map(|hook| Some((hook, self.get(hook)?)))
    }
}

impl Script {
    /// The script's text; `None` when it stands in a file that `texts` does not hold.
    pub fn text<'a>(&'a self, texts: &'a ScriptTexts) -> Option<&'a Arc<str>> {
        match self {
            Script::Inline(text) => Some(text),
            Script::File(path) => texts.get(path),
        }
    }
}
