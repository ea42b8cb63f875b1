//! Changes of scripts: keystrokes, and what a person makes as one step under a name of its own.

use std::sync::Arc;

use super::find_text::Finder;
use super::profile_rename::Rename;
use super::script_texts::{ScriptSpot, profile_scripts};
use super::session::Session;
use crate::profile::{Edit, EditError, ScriptPlace};

/// So many places are listed.
const MOST_LISTED: usize = 500;

/// What is found in the scripts of the profile, and what would stand there instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundInScripts {
    /// The first places, in the order of the scripts.
    pub spots: Vec<ScriptSpot>,
    /// By listed place: what would stand there; empty where nothing is to be replaced.
    pub becomes: Vec<String>,
    /// How many places there are.
    pub count: usize,
    /// How many scripts have some.
    pub script_count: usize,
    /// The scripts that replacing changes, with their texts.
    pub scripts: Vec<(ScriptPlace, String)>,
}

impl Session {
    /// Replaces a script, in the profile or in its file.
    pub fn edit_script(&mut self, place: &ScriptPlace, text: &str) -> Result<(), EditError> {
        let now = self.moment();
        self.site.edit_script(place, text, now)?;
        self.messages.forget_undone();
        self.refresh();
        Ok(())
    }

    /// Replaces the text of a script, as a step that undo calls by this name.
    pub fn change_script(
        &mut self,
        place: &ScriptPlace,
        name: &str,
        text: &str,
    ) -> Result<(), EditError> {
        self.change_scripts(name, &[(place.clone(), text.to_owned())])
    }

    /// Replaces the texts of several scripts, wherever they stand, as one step of this name.
    pub fn change_scripts(
        &mut self,
        name: &str,
        scripts: &[(ScriptPlace, String)],
    ) -> Result<(), EditError> {
        self.change_together(name, &[], scripts)
    }

    /// Makes all that goes with a new name, as one step.
    pub fn rename(&mut self, rename: &Rename) -> Result<(), EditError> {
        self.change_together(&rename.name, &rename.edits, &rename.scripts)
    }

    fn change_together(
        &mut self,
        name: &str,
        edits: &[Edit],
        scripts: &[(ScriptPlace, String)],
    ) -> Result<(), EditError> {
        let now = self.moment();
        self.site
            .change_together(name, edits.to_vec(), scripts, now)?;
        for edit in edits {
            self.drafts.follow(edit);
        }
        self.messages.forget_undone();
        self.refresh();
        Ok(())
    }

    /// Looks through all scripts of the profile; `with` is what is to stand in place of what is found.
    pub fn find_in_scripts(&self, finder: &Finder, with: Option<&str>) -> FoundInScripts {
        let mut all = FoundInScripts::default();
        let mut files: Vec<Arc<str>> = Vec::new();
        for (place, text) in profile_scripts(self.profile(), self.scripts()) {
            if let Some(file) = self.site.own_file(&place) {
                // What several definitions take is found, and changed, once.
                if files.contains(&file) {
                    continue;
                }
                files.push(file);
            }
            let spans = finder.find_all(&text);
            if spans.is_empty() {
                continue;
            }
            all.count += spans.len();
            all.script_count += 1;
            let room = MOST_LISTED.saturating_sub(all.spots.len());
            for span in spans.iter().take(room) {
                all.spots.push(ScriptSpot::of(&place, &text, span.clone()));
                let becomes = with.map(|with| finder.replacement(&text, span, with));
                all.becomes.extend(becomes);
            }
            if let Some(with) = with {
                let (made, _) = finder.replace_all(&text, with);
                if *made != *text {
                    all.scripts.push((place, made));
                }
            }
        }
        all
    }
}
