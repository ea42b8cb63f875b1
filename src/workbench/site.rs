//! The profile being edited, with the scripts beside it: undo, redo, and what its files hold.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::script_steps::{FileChange, ScriptStep, ScriptSteps};
use super::site_file::{SiteFile, SiteStamps};
use super::site_templates::TemplateFiles;
use super::template_offer::TemplateOffer;
use crate::diagnostic::Diagnostic;
use crate::profile::{
    Edit, EditError, History, Moment, PartPath, Profile, Resolved, Script, ScriptPlace,
    ScriptTexts, Sources, Template, resolve,
};

/// Longer than edits join, so that a profile edit never joins one from before a script's edit.
const APART: Duration = Duration::from_secs(2);

/// A profile with its history and its place on disk.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) path: Option<PathBuf>,
    pub(super) stamps: SiteStamps,
    pub(super) problems: Vec<Diagnostic>,
    pub(super) has_comments: bool,
    history: History,
    templates: Arc<[Template]>,
    /// What the profile extended when its templates were read.
    read_for: Option<Arc<str>>,
    resolved: Resolved,
    /// What the file said when it was read, and its text.
    read: Option<(Arc<Profile>, Arc<str>)>,
    sources: Arc<Sources>,
    scripts: Arc<ScriptTexts>,
    saved_scripts: Arc<ScriptTexts>,
    steps: ScriptSteps,
    apart: Duration,
}

impl Site {
    /// A profile that stands in no file yet.
    pub(super) fn new(profile: Arc<Profile>) -> Self {
        Self {
            path: None,
            stamps: SiteStamps::default(),
            problems: Vec::new(),
            has_comments: false,
            resolved: resolve(&profile, &[]),
            read: None,
            sources: Arc::new(Sources::unsaved(&profile)),
            templates: Arc::default(),
            read_for: None,
            history: History::unsaved(profile),
            scripts: Arc::default(),
            saved_scripts: Arc::default(),
            steps: ScriptSteps::default(),
            apart: Duration::ZERO,
        }
    }

    /// A profile as it was read.
    pub(super) fn opened(file: SiteFile) -> Self {
        let mut site = Self {
            templates: file.templates,
            read_for: file.own.extends.clone(),
            read: Some((Arc::clone(&file.own), file.text)),
            history: History::opened(file.own),
            path: Some(file.path),
            stamps: file.stamps,
            problems: file.problems,
            has_comments: file.has_comments,
            saved_scripts: Arc::clone(&file.scripts),
            scripts: file.scripts,
            ..Self::new(Arc::new(Profile::new("")))
        };
        site.resolve();
        site
    }

    /// The profile with all that it inherits.
    pub(super) fn profile(&self) -> &Arc<Profile> {
        &self.resolved.profile
    }

    /// What the profile's own file says, or will say.
    pub(super) fn own(&self) -> &Arc<Profile> {
        self.history.profile()
    }

    pub(super) fn resolved(&self) -> &Resolved {
        &self.resolved
    }

    fn undo_edit(&mut self) -> Option<String> {
        let name = self.history.undo().map(str::to_owned);
        self.resolve();
        name
    }

    fn redo_edit(&mut self) -> Option<String> {
        let name = self.history.redo().map(str::to_owned);
        self.resolve();
        name
    }

    fn resolve(&mut self) {
        let own = self.history.profile();
        let templates = own.extends.as_ref().map(|_| Arc::clone(&self.templates));
        let templates = templates.unwrap_or_default();
        self.resolved = resolve(own, &templates);
        let read = self
            .read
            .as_ref()
            .filter(|(read, _)| Arc::ptr_eq(read, own));
        let text = read.map(|(_, text)| Arc::clone(text));
        let file = self.path.as_deref().map(Path::to_string_lossy);
        let sources = Sources::new(
            file.unwrap_or_default(),
            own,
            text,
            &templates,
            &self.resolved,
        );
        self.sources = Arc::new(sources);
    }

    /// Where the parts of the profile stand in its file and in its templates.
    pub(super) fn sources(&self) -> &Arc<Sources> {
        &self.sources
    }

    /// Where the profile stands and what it says, if it extends a template that was not read.
    pub(super) fn unread_templates(&self) -> Option<(PathBuf, Arc<Profile>)> {
        let own = self.own();
        let is_read = own.extends.is_none() || own.extends == self.read_for;
        let path = self.path.clone().filter(|_| !is_read)?;
        Some((path, Arc::clone(own)))
    }

    /// What changed templates would change; nothing while the profile extends another by now.
    pub(super) fn offer(
        &self,
        own: &Profile,
        changed: Vec<PathBuf>,
        read: TemplateFiles,
    ) -> Option<TemplateOffer> {
        (own.extends == self.own().extends).then(|| {
            let Resolved {
                profile, origins, ..
            } = &self.resolved;
            TemplateOffer::new(changed, self.own(), profile, origins, &self.templates, read)
        })
    }

    /// Takes changed templates; where the site says otherwise, theirs for the parts in `taken`. What
    /// that changes in the site's own profile is one step.
    pub(super) fn take_offer(&mut self, offer: TemplateOffer, taken: &BTreeSet<PartPath>) {
        let own = offer.own_after(self.own(), &self.resolved.profile, taken);
        let files = offer.files.iter().filter_map(|path| path.file_name());
        let files: Vec<_> = files.map(|name| name.to_string_lossy()).collect();
        let name = format!("take the changed {}", files.join(", "));
        self.take_templates(&offer.own, Some(offer.read));
        if let Some(own) = own {
            self.apart += APART;
            self.steps.forget_undone();
            self.history.record(name, None, Arc::new(own), self.apart);
            self.resolve();
        }
    }

    /// Lays the profile over templates that were read for it.
    pub(super) fn take_templates(&mut self, own: &Profile, files: Option<TemplateFiles>) {
        if own.extends != self.own().extends {
            // It extends yet another by now.
            return;
        }
        self.read_for.clone_from(&own.extends);
        self.templates = Arc::default();
        if let Some(files) = files {
            self.templates = files.templates;
            let mut stamps = Vec::new();
            for (name, text, stamp) in files.scripts {
                for texts in [&mut self.scripts, &mut self.saved_scripts] {
                    if !texts.contains_key(&name) {
                        Arc::make_mut(texts).insert(Arc::clone(&name), Arc::clone(&text));
                    }
                }
                stamps.push((name, stamp));
            }
            self.stamps.take_templates(files.stamps, stamps);
        }
        self.resolve();
    }

    pub(super) fn scripts(&self) -> &Arc<ScriptTexts> {
        &self.scripts
    }

    pub(super) fn saved_scripts(&self) -> &Arc<ScriptTexts> {
        &self.saved_scripts
    }

    pub(super) fn apply(&mut self, edit: &Edit, now: Moment) -> Result<(), EditError> {
        let own = self.own().apply_over(&self.templates, edit)?;
        let now = now + self.apart;
        self.history
            .record(edit.name(), edit.kind(), Arc::new(own), now);
        self.resolve();
        self.steps.forget_undone();
        Ok(())
    }

    /// Replaces the text of a script, wherever it stands; keystrokes join those right before them.
    pub(super) fn edit_script(
        &mut self,
        place: &ScriptPlace,
        text: &str,
        now: Moment,
    ) -> Result<(), EditError> {
        match self.own_file(place) {
            Some(file) => {
                let change = self.file_change(file, text);
                self.record_files(change.into_iter().collect(), None, false, now);
                Ok(())
            }
            None => self.apply(&set_script(place, text), now),
        }
    }

    /// Makes edits of the profile and new texts of scripts, wherever they stand, as one step of this
    /// name. Nothing is changed where an edit does not fit.
    pub(super) fn change_together(
        &mut self,
        name: &str,
        mut edits: Vec<Edit>,
        scripts: &[(ScriptPlace, String)],
        now: Moment,
    ) -> Result<(), EditError> {
        let mut changes: Vec<FileChange> = Vec::new();
        for (place, text) in scripts {
            match self.own_file(place) {
                // A file that several definitions take is changed once.
                Some(file) if changes.iter().any(|change| change.file == file) => {}
                Some(file) => changes.extend(self.file_change(file, text)),
                None => edits.push(set_script(place, text)),
            }
        }
        let before = Arc::clone(self.own());
        if !edits.is_empty() {
            let name = name.into();
            self.apply(&Edit::Named { name, edits }, now)?;
        }
        let is_with_edit = !Arc::ptr_eq(&before, self.own());
        self.record_files(changes, Some(name.into()), is_with_edit, now);
        Ok(())
    }

    /// The file of the site in which a script stands. A template's script file is the template's: what
    /// is written becomes the site's own script.
    pub(super) fn own_file(&self, place: &ScriptPlace) -> Option<Arc<str>> {
        match self.own().script(place)? {
            Script::File(name) => Some(Arc::clone(name)),
            Script::Inline(_) => None,
        }
    }

    fn file_change(&self, file: Arc<str>, text: &str) -> Option<FileChange> {
        let before = self.scripts.get(&file).cloned().unwrap_or_default();
        (*before != *text).then(|| FileChange {
            file,
            before,
            after: text.into(),
        })
    }

    fn record_files(
        &mut self,
        changes: Vec<FileChange>,
        called: Option<Arc<str>>,
        is_with_edit: bool,
        now: Moment,
    ) {
        if changes.is_empty() {
            return;
        }
        self.apart += APART;
        let step = ScriptStep {
            changes,
            called,
            is_with_edit,
            at: Arc::clone(self.history.profile()),
            when: now,
        };
        step.make(Arc::make_mut(&mut self.scripts));
        self.steps.record(step);
    }

    /// Takes the last step back; gives its name.
    pub(super) fn undo(&mut self) -> Option<String> {
        let Some(step) = self.steps.back(self.history.profile()) else {
            return self.undo_edit();
        };
        step.take_back(Arc::make_mut(&mut self.scripts));
        let name = step.name();
        if step.is_with_edit {
            self.undo_edit();
        }
        Some(name)
    }

    /// Makes the last undone step again; gives its name.
    pub(super) fn redo(&mut self) -> Option<String> {
        if let Some(step) = self.steps.forth(self.history.profile()) {
            step.make(Arc::make_mut(&mut self.scripts));
            return Some(step.name());
        }
        let name = self.redo_edit();
        if let Some(step) = self.steps.forth_with_edit(self.history.profile()) {
            step.make(Arc::make_mut(&mut self.scripts));
        }
        name
    }

    pub(super) fn undo_name(&self) -> Option<String> {
        self.steps
            .name_back(self.history.profile())
            .or_else(|| self.history.undo_name().map(str::to_owned))
    }

    pub(super) fn redo_name(&self) -> Option<String> {
        self.steps
            .name_forth(self.history.profile())
            .or_else(|| self.history.redo_name().map(str::to_owned))
    }

    pub(super) fn is_modified(&self) -> bool {
        self.history.is_modified() || self.scripts != self.saved_scripts
    }

    /// Takes the path of the template as the file in its new folder has it.
    fn follow_template(&mut self, saved: &Arc<Profile>) {
        let own = Profile {
            extends: saved.extends.clone(),
            ..Profile::clone(self.own())
        };
        let own = if own == **saved {
            Arc::clone(saved)
        } else {
            Arc::new(own)
        };
        let name = "save in another folder".to_owned();
        self.apart += APART;
        self.history.record(name, None, own, self.apart);
        self.resolve();
    }

    /// What was written is now what the files hold.
    pub(super) fn saved(
        &mut self,
        path: &Path,
        profile: &Arc<Profile>,
        scripts: &Arc<ScriptTexts>,
        stamps: SiteStamps,
    ) {
        if self.path.as_deref() != Some(path) {
            // Templates and their scripts are named as seen from the file.
            self.read_for = None;
            if self.own().extends != profile.extends {
                self.follow_template(profile);
            }
        }
        self.path = Some(path.to_owned());
        self.read = None;
        self.stamps = stamps;
        self.has_comments = false;
        self.saved_scripts = Arc::clone(scripts);
        // Typed on while the save ran: the state that was saved is a step of the past then, and the
        // present one counts as modified until the next save.
        if Arc::ptr_eq(profile, self.history.profile()) {
            self.history.mark_saved();
        } else {
            self.history.mark_unsaved();
        }
        self.resolve();
    }
}

fn set_script(place: &ScriptPlace, text: &str) -> Edit {
    let script = Some(Script::Inline(text.into()));
    match place {
        ScriptPlace::Message(message) => Edit::SetScript {
            message: Arc::clone(message),
            script,
        },
        ScriptPlace::Hook(hook) => Edit::SetHook {
            hook: *hook,
            script,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::MessageDefinition;

    fn site() -> Site {
        let mut profile = Profile::new("p");
        let mut definition = MessageDefinition::new("ADT");
        definition.script = Some(Script::File("adt.rhai".into()));
        profile.messages.push(Arc::new(definition));
        let mut site = Site::new(Arc::new(profile));
        Arc::make_mut(&mut site.scripts).insert("adt.rhai".into(), "one".into());
        site.saved_scripts = Arc::clone(&site.scripts);
        site.history.mark_saved();
        site
    }

    fn state(site: &Site) -> String {
        let script = site.scripts.get("adt.rhai").cloned().unwrap_or_default();
        let modified = if site.is_modified() { "*" } else { "" };
        format!("{} {script}{modified}", site.profile().name)
    }

    fn rename(site: &mut Site, name: &str, at: u64) {
        let edit = Edit::RenameProfile { name: name.into() };
        site.apply(&edit, Duration::from_secs(at)).unwrap();
    }

    fn check(site: &mut Site, steps: &[(&str, &str)]) {
        for (step, expect) in steps {
            match *step {
                "undo" => drop(site.undo()),
                "redo" => drop(site.redo()),
                _ => unreachable!("a step is undo or redo"),
            }
            assert_eq!(state(site), *expect, "after {step}");
        }
    }

    #[test]
    fn steps_in_files_and_in_the_profile_are_undone_in_their_order() {
        let mut site = site();
        rename(&mut site, "q", 10);
        site.edit_script(
            &ScriptPlace::Message("ADT".into()),
            "two",
            Duration::from_secs(20),
        )
        .unwrap();
        rename(&mut site, "r", 20);
        site.edit_script(
            &ScriptPlace::Message("ADT".into()),
            "three",
            Duration::from_secs(40),
        )
        .unwrap();
        assert_eq!(state(&site), "r three*");
        assert_eq!(site.undo_name().as_deref(), Some("change adt.rhai"));
        check(
            &mut site,
            &[
                ("undo", "r two*"),
                ("undo", "q two*"),
                ("undo", "q one*"),
                ("undo", "p one"),
                ("undo", "p one"),
                ("redo", "q one*"),
                ("redo", "q two*"),
                ("redo", "r two*"),
                ("redo", "r three*"),
                ("redo", "r three*"),
            ],
        );
    }

    #[test]
    fn keystrokes_in_quick_succession_are_one_step() {
        let mut site = site();
        for (text, ms) in [("t", 0), ("tw", 400), ("two", 900), ("two!", 5000)] {
            site.edit_script(
                &ScriptPlace::Message("ADT".into()),
                text,
                Duration::from_millis(ms),
            )
            .unwrap();
        }
        check(&mut site, &[("undo", "p two*"), ("undo", "p one")]);
    }

    #[test]
    fn a_change_of_the_profile_and_of_files_is_one_step() {
        let mut site = site();
        rename(&mut site, "q", 10);
        let adt = ScriptPlace::Message("ADT".into());
        let edit = Edit::RenameProfile { name: "r".into() };
        let scripts = [(adt.clone(), "two".to_owned()), (adt, "two".to_owned())];
        site.change_together("both", vec![edit], &scripts, Duration::from_secs(20))
            .unwrap();
        assert_eq!(state(&site), "r two*");
        assert_eq!(site.undo_name().as_deref(), Some("both"));
        check(&mut site, &[("undo", "q one*")]);
        assert_eq!(site.redo_name().as_deref(), Some("both"));
        check(
            &mut site,
            &[
                ("undo", "p one"),
                ("redo", "q one*"),
                ("redo", "r two*"),
                ("redo", "r two*"),
                ("undo", "q one*"),
            ],
        );
    }

    #[test]
    fn an_edit_that_does_not_fit_changes_no_file() {
        let mut site = site();
        let edit = Edit::RemoveCodes {
            name: "none".into(),
        };
        let scripts = [(ScriptPlace::Message("ADT".into()), "two".to_owned())];
        let made = site.change_together("both", vec![edit], &scripts, Duration::ZERO);
        assert!(made.is_err());
        assert_eq!(state(&site), "p one");
    }
}
