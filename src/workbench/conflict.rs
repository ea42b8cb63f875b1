//! The profile's file was changed by somebody else: what is asked about it, once for each change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::files::Stamp;

/// The profile's file was changed by somebody else: nothing is written until the person chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The file; [`super::Session::reload_profile`], [`super::Session::overwrite_profile`] or
    /// [`super::Session::save_profile_as`] resolve it.
    pub path: PathBuf,
}

/// A file that is no longer as it was, and what it looks like now; nothing where it is gone.
pub(super) type ChangedFile = (PathBuf, Option<Stamp>);

/// The conflict that is asked about, and those that a person put off.
#[derive(Debug, Default)]
pub(super) struct Conflicts {
    current: Option<(Conflict, Seen)>,
    put_off: BTreeMap<PathBuf, Seen>,
}

/// What a file looked like when somebody was asked about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    /// A save was refused: nobody has looked yet.
    Unseen,
    As(Option<Stamp>),
}

impl Conflicts {
    /// What the person has not chosen yet.
    pub(super) fn current(&self) -> Option<&Conflict> {
        self.current.as_ref().map(|(conflict, _)| conflict)
    }

    /// A save was refused, which is told whatever was put off.
    pub(super) fn refused(&mut self, path: &Path) {
        self.ask(path, Seen::Unseen);
    }

    /// Files were found changed: the first is asked about that was not put off as it is now.
    pub(super) fn noticed(&mut self, changed: &[ChangedFile]) {
        for (path, now) in changed {
            match self.put_off.get_mut(path) {
                Some(seen) if *seen == Seen::Unseen => *seen = Seen::As(*now),
                Some(seen) if *seen == Seen::As(*now) => {}
                Some(_) | None => return self.ask(path, Seen::As(*now)),
            }
        }
    }

    /// Leaves it for the next save, or until the file is changed again.
    pub(super) fn put_off(&mut self) {
        if let Some((conflict, seen)) = self.current.take() {
            self.put_off.insert(conflict.path, seen);
        }
    }

    /// What is open is as its files are.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    fn ask(&mut self, path: &Path, seen: Seen) {
        let path = path.to_owned();
        self.current = Some((Conflict { path }, seen));
    }
}
