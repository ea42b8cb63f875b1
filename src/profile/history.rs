//! Undo and redo: the states of a profile with the names of the edits between them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::document::Profile;
use super::edit::{Edit, EditError, EditKind};

/// A moment in time, as time passed since any fixed start: this room has no clock.
pub type Moment = Duration;

/// Edits of one kind with no more than this between them are one step.
const QUIET: Duration = Duration::from_secs(1);

/// How many steps are kept unless told otherwise.
const STEPS: usize = 500;

/// The states of a profile, where we stand among them and which one is saved.
#[derive(Clone, Debug)]
pub struct History {
    steps: VecDeque<Step>,
    /// The step where we stand; always that of a step that is there.
    current: usize,
    saved: Option<Arc<Profile>>,
    /// The edit that the next one may join, and when it was made.
    joining: Option<(EditKind, Moment)>,
    limit: usize,
}

/// A state and the name of the edit that led to it; the first has none.
#[derive(Clone, Debug)]
struct Step {
    name: String,
    profile: Arc<Profile>,
}

impl History {
    /// A history that begins with a profile as it was read from its file.
    pub fn opened(profile: Arc<Profile>) -> Self {
        let saved = Some(Arc::clone(&profile));
        Self {
            saved,
            ..Self::unsaved(profile)
        }
    }

    /// A history that begins with a profile that stands in no file yet.
    pub fn unsaved(profile: Arc<Profile>) -> Self {
        Self {
            steps: VecDeque::from([Step {
                name: String::new(),
                profile,
            }]),
            current: 0,
            saved: None,
            joining: None,
            limit: STEPS,
        }
    }

    /// The same history that keeps at most this many steps to undo.
    #[must_use]
    pub fn with_limit(mut self, steps: usize) -> Self {
        self.limit = steps.max(1);
        self.forget_oldest();
        self
    }

    /// The profile where we stand.
    pub fn profile(&self) -> &Arc<Profile> {
        &self.steps[self.current].profile
    }

    /// Applies an edit to the profile where we stand; what was undone before is forgotten.
    /// An edit that changes nothing is no step.
    ///
    /// # Errors
    /// When the edit does not fit; nothing is changed then.
    pub fn apply(&mut self, edit: &Edit, now: Moment) -> Result<(), EditError> {
        let profile = self.profile().apply(edit)?;
        self.record(edit.name(), edit.kind(), Arc::new(profile), now);
        Ok(())
    }

    /// Takes a profile that was changed elsewhere, such as in its text, as the next step.
    pub fn record(
        &mut self,
        name: String,
        kind: Option<EditKind>,
        profile: Arc<Profile>,
        now: Moment,
    ) {
        if profile == *self.profile() {
            return;
        }
        let joins = kind.is_some()
            && self.joining.as_ref().is_some_and(|(last, at)| {
                Some(last) == kind.as_ref() && now.saturating_sub(*at) <= QUIET
            });
        self.steps.truncate(self.current + 1);
        match self.steps.back_mut() {
            Some(step) if joins => step.profile = profile,
            _ => {
                self.steps.push_back(Step { name, profile });
                self.current += 1;
                self.forget_oldest();
            }
        }
        self.joining = kind.map(|kind| (kind, now));
    }

    /// Goes one step back; the name of the edit that is undone.
    pub fn undo(&mut self) -> Option<&str> {
        self.joining = None;
        let undone = self.current;
        self.current = undone.checked_sub(1)?;
        self.steps.get(undone).map(|step| step.name.as_str())
    }

    /// Goes one step forward again; the name of the edit that is redone.
    pub fn redo(&mut self) -> Option<&str> {
        self.joining = None;
        let step = self.steps.get(self.current + 1)?;
        self.current += 1;
        Some(&step.name)
    }

    /// The name of the edit that undo takes back: "Undo rename ZPI-3".
    pub fn undo_name(&self) -> Option<&str> {
        self.current.checked_sub(1)?;
        self.steps.get(self.current).map(|step| step.name.as_str())
    }

    /// The name of the edit that redo makes again.
    pub fn redo_name(&self) -> Option<&str> {
        self.steps
            .get(self.current + 1)
            .map(|step| step.name.as_str())
    }

    /// The profile where we stand is now what its file holds.
    pub fn mark_saved(&mut self) {
        self.saved = Some(Arc::clone(self.profile()));
        // What is typed next is not joined to what was saved: undo must lead back to it.
        self.joining = None;
    }

    /// The profile no longer stands in its file: it was deleted or changed by someone else.
    pub fn mark_unsaved(&mut self) {
        self.saved = None;
    }

    /// Whether the profile differs from what its file holds.
    pub fn is_modified(&self) -> bool {
        // Parts are shared, so that most of the comparison is of pointers.
        self.saved.as_ref() != Some(self.profile())
    }

    fn forget_oldest(&mut self) {
        while self.current > self.limit {
            self.steps.pop_front();
            self.current -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays a script of moves on the profile's description and shows each state:
    /// `text@ms` describes, `=name@ms` renames, `u` undoes, `r` redoes, `s` saves.
    fn check(limit: usize, moves: &str, expect: &str) {
        let mut history = History::opened(Arc::new(Profile::new("n"))).with_limit(limit);
        let mut states = Vec::new();
        for step in moves.split_whitespace() {
            let said = match step.split_once('@') {
                Some((text, ms)) => {
                    let now = Moment::from_millis(ms.parse().expect("milliseconds"));
                    let edit = match text.strip_prefix('=') {
                        Some(name) => Edit::RenameProfile { name: name.into() },
                        None => Edit::DescribeProfile {
                            description: text.into(),
                        },
                    };
                    history.apply(&edit, now).expect("the edit fits");
                    String::new()
                }
                None => match step {
                    "u" => history.undo().unwrap_or("-").replace(' ', "_"),
                    "r" => history.redo().unwrap_or("-").replace(' ', "_"),
                    _ => {
                        history.mark_saved();
                        String::new()
                    }
                },
            };
            let modified = if history.is_modified() { "*" } else { "" };
            let profile = history.profile();
            states.push(format!(
                "{said}[{}:{}{modified}]",
                profile.name, profile.description
            ));
        }
        assert_eq!(states.join(" "), expect, "{moves}");
    }

    #[test]
    fn undo_and_redo_walk_the_edits_and_name_them() {
        check(
            9,
            "u =a@0 x@0 u u u r r r",
            "-[n:] [a:*] [a:x*] describe_profile[a:*] rename_profile[n:] -[n:] rename_profile[a:*] describe_profile[a:x*] -[a:x*]",
        );
        check(9, "=a@0 u x@0 r", "[a:*] rename_profile[n:] [n:x*] -[n:x*]");
    }

    #[test]
    fn edits_of_one_kind_join_until_a_second_of_quiet_or_another_kind() {
        check(
            9,
            "x@0 xy@900 xyz@1800 u",
            "[n:x*] [n:xy*] [n:xyz*] describe_profile[n:]",
        );
        check(9, "x@0 xy@1001 u", "[n:x*] [n:xy*] describe_profile[n:x*]");
        check(
            9,
            "x@0 =a@10 xy@20 u u",
            "[n:x*] [a:x*] [a:xy*] describe_profile[a:x*] rename_profile[n:x*]",
        );
        check(
            9,
            "x@0 u y@10 u",
            "[n:x*] describe_profile[n:] [n:y*] describe_profile[n:]",
        );
    }

    #[test]
    fn a_saved_state_is_a_step_and_is_known_again() {
        check(
            9,
            "x@0 s xy@10 u u",
            "[n:x*] [n:x] [n:xy*] describe_profile[n:x] describe_profile[n:*]",
        );
        check(9, "x@0 s xy@10 x@20", "[n:x*] [n:x] [n:xy*] [n:x]");
    }

    #[test]
    fn an_edit_that_changes_nothing_is_no_step() {
        check(9, "=n@0 u", "[n:] -[n:]");
    }

    #[test]
    fn the_oldest_steps_are_forgotten() {
        check(
            2,
            "=a@0 =b@2000 =c@4000 u u u",
            "[a:*] [b:*] [c:*] rename_profile[b:*] rename_profile[a:*] -[a:*]",
        );
    }

    #[test]
    fn the_menu_knows_what_undo_and_redo_would_do() {
        let mut history = History::unsaved(Arc::new(Profile::new("n")));
        assert!(history.is_modified(), "it stands in no file yet");
        assert_eq!((history.undo_name(), history.redo_name()), (None, None));
        let edit = Edit::RenameProfile { name: "a".into() };
        history.apply(&edit, Moment::ZERO).expect("the edit fits");
        assert_eq!(history.undo_name(), Some("rename profile"));
        history.undo();
        assert_eq!(history.redo_name(), Some("rename profile"));
        history.mark_saved();
        assert!(!history.is_modified());
        history.mark_unsaved();
        assert!(history.is_modified());
    }
}
