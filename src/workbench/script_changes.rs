//! Changes of scripts: keystrokes, and what a person makes as one step under a name of its own.

use super::session::Session;
use crate::profile::{EditError, ScriptPlace};

impl Session {
    /// Replaces a script, in the profile or in its file.
    pub fn edit_script(&mut self, place: &ScriptPlace, text: &str) -> Result<(), EditError> {
        self.replace_script(place, text, None)
    }

    /// Replaces the text of a script, as a step that undo calls by this name.
    pub fn change_script(
        &mut self,
        place: &ScriptPlace,
        name: &str,
        text: &str,
    ) -> Result<(), EditError> {
        self.replace_script(place, text, Some(name))
    }

    fn replace_script(
        &mut self,
        place: &ScriptPlace,
        text: &str,
        name: Option<&str>,
    ) -> Result<(), EditError> {
        let now = self.moment();
        self.site.edit_script(place, text, name, now)?;
        self.messages.forget_undone();
        self.refresh();
        Ok(())
    }
}
