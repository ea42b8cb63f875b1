//! Adding parts to the profile under names that are free.

use std::sync::Arc;

use super::host::Host;
use crate::grammar::propose;
use crate::hl7::SegmentId;
use crate::profile::{Edit, MessageDefinition};

/// Adds a message definition at the end; its index.
pub(super) fn add_definition(host: &mut Host) -> usize {
    let profile = Arc::clone(host.session.profile());
    let name = free_name("New message", |name| profile.message(name).is_some());
    let definition = Arc::new(MessageDefinition::new(name));
    let edit = Edit::AddMessage {
        before: None,
        definition,
    };
    if let Err(error) = host.session.apply(&edit) {
        host.toasts.complain(error.to_string());
    }
    profile.messages.len()
}

/// Proposes a definition for messages like the selected one; its index.
pub(super) fn define_from_sample(host: &mut Host) -> Option<usize> {
    let preview = host.session.preview()?;
    let (definition, index) = propose(host.session.profile(), &preview.message);
    let name = format!("add {} from a sample", definition.name).into();
    let edit = Edit::AddMessage {
        before: Some(index),
        definition: Arc::new(definition),
    };
    let edits = vec![edit];
    if let Err(error) = host.session.apply(&Edit::Named { name, edits }) {
        host.toasts.complain(error.to_string());
    }
    Some(index)
}

/// Asks for a description of the first segment at hand that nobody describes, else of a new one.
pub(super) fn add_segment(host: &mut Host) {
    let known = &host.session.profile().segments;
    let here = host.session.preview().and_then(|preview| {
        let named = preview
            .message
            .segments()
            .filter_map(|segment| segment.segment_id());
        named
            .into_iter()
            .find(|id| id.as_str().starts_with('Z') && !known.contains_key(id))
    });
    let free = || {
        (1..100)
            .filter_map(|n| SegmentId::new(&format!("Z{n:02}")))
            .find(|id| !known.contains_key(id))
    };
    if let Some(segment) = here.or_else(free) {
        host.session.describe_segment(segment);
    }
}

/// Adds a data type of the site; its name.
pub(super) fn add_type(host: &mut Host) -> Option<Arc<str>> {
    let known = Arc::clone(host.session.profile());
    let free = (1..100).map(|n| format!("Z{n:02}"));
    let name = free
        .map(Arc::<str>::from)
        .find(|name| !known.types.contains_key(name));
    let name = name?;
    let edit = Edit::AddType {
        name: Arc::clone(&name),
        data_type: Arc::default(),
    };
    if let Err(error) = host.session.apply(&edit) {
        host.toasts.complain(error.to_string());
    }
    Some(name)
}

/// Adds a code table; its name.
pub(super) fn add_codes(host: &mut Host) -> Arc<str> {
    let known = Arc::clone(host.session.profile());
    let name: Arc<str> = free_name("codes", |name| known.codes.contains_key(name)).into();
    let edit = Edit::AddCodes {
        name: Arc::clone(&name),
        codes: Arc::default(),
    };
    if let Err(error) = host.session.apply(&edit) {
        host.toasts.complain(error.to_string());
    }
    name
}

/// `base`, or `base 2`, `base 3` …, whichever is not taken.
pub(super) fn free_name(base: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{base} {number}"));
    std::iter::once(base.to_owned())
        .chain(numbered)
        .find(|name| !is_taken(name))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::free_name;

    #[test]
    fn a_free_name_counts_on() {
        assert_eq!(free_name("A", |_| false), "A");
        assert_eq!(free_name("A", |name| name == "A" || name == "A 2"), "A 3");
    }
}
