//! Finding what an edit names, and the errors where that is not there, or is there already.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::edit::EditError;

pub(super) fn require_name(what: &'static str, name: &str) -> Result<(), EditError> {
    if name.trim().is_empty() {
        return Err(EditError::Nameless { what });
    }
    Ok(())
}

pub(super) fn present<'m, K: Ord + Display, V>(
    what: &'static str,
    map: &'m mut BTreeMap<K, V>,
    key: &K,
) -> Result<&'m mut V, EditError> {
    map.get_mut(key).ok_or_else(|| missing(what, key))
}

pub(super) fn missing(what: &'static str, name: impl Display) -> EditError {
    EditError::Missing {
        what,
        name: name.to_string(),
    }
}

pub(super) fn taken(what: &'static str, name: impl Display) -> EditError {
    EditError::Taken {
        what,
        name: name.to_string(),
    }
}
