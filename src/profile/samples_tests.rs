//! Whether the profiles that tests draw use every part that there is.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::samples::profile;

/// The variants and fields that some profile must have, as `Debug` shows them.
const PARTS: &[&str] = &[
    // Roots, columns and where they look.
    "root: Some(Message)",
    "Segment(",
    "Field(",
    "Group(",
    "Constant(",
    "Parent(",
    "origin: Row",
    "origin: Message",
    "origin: Group(",
    "then: Some(",
    "default: Some(",
    "codes: Some(",
    "parent: Some(",
    "read_as: Some(Integer)",
    "read_as: Some(Decimal)",
    "read_as: Some(Date)",
    "read_as: Some(Time)",
    "read_as: Some(Timestamp)",
    "read_as: Some(Text)",
    // Locations.
    "Nth(",
    "Every",
    "Where {",
    "component: Some(",
    "subcomponent: Some(",
    // Messages.
    "before: Some(",
    "after: Some(",
    "identity: [Identity",
    "grammar: Some(",
    "unknown_segments: Some(Report)",
    "unknown_segments: Some(Ignore)",
    "order: Some(Strict)",
    "order: Some(Any)",
    "out: Some(",
    "Inline(",
    "File(",
    "rules: [Rule",
    "when: Some(",
    "at: Some(",
    // Segments, fields and types.
    "usage: Some(Required)",
    "usage: Some(RequiredOrEmpty)",
    "usage: Some(Conditional)",
    "usage: Some(Optional)",
    "usage: Some(Backward)",
    "usage: Some(NotSupported)",
    "repeat: Some(Once)",
    "repeat: Some(Times(",
    "repeat: Some(Many)",
    "least: Some(",
    "length: Some(",
    "mask: Some(",
    "data_type: Some(",
    "number: Some(",
    "components: [",
    // Codes and tables.
    "otherwise: Some(Keep)",
    "otherwise: Some(Error)",
    "otherwise: Some(Default(",
    "back: {\"",
    "key: true",
    "column_type: Integer",
    "column_type: Timestamp",
    // The profile itself.
    "extends: Some(",
    "remove: [PartPath",
    "standard: Some(",
    "standard: None",
    "severity: {\"",
    "Off",
    "Info",
    "Warning",
    "waivers: [Waiver",
    "prepare: Some(",
    "finish: Some(",
];

#[test]
fn profiles_that_are_drawn_use_every_part() {
    let mut runner = TestRunner::deterministic();
    let mut missing: Vec<&str> = PARTS.to_vec();
    for _ in 0..400 {
        let drawn = profile()
            .new_tree(&mut runner)
            .expect("a profile")
            .current();
        let shown = format!("{drawn:?}");
        missing.retain(|part| !shown.contains(part));
        if missing.is_empty() {
            return;
        }
    }
    assert_eq!(missing, Vec::<&str>::new(), "no profile drawn has these");
}
