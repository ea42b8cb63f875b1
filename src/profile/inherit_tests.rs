//! Tests of inheritance: resolving, what stays the site's own, comparing and merging.

use std::sync::Arc;

use proptest::prelude::*;

use super::difference::difference;
use super::document::Profile;
use super::edit::Edit;
use super::inherit::{PartOrigin, Resolved, Template, beside, resolve};
use super::merge::merge;
use super::part_path::PartPath;
use super::print::print;
use super::read::read;
use super::samples::profile;
use super::script::{Hook, Script};
use super::tree::Tree;

const TEMPLATE: &str = r#"Profile(
    format: 1,
    name: "Index",
    standard: "2.3.1",
    messages: [
        Message(name: "ADT", identity: [(at: "MSH-9.1", matches: "^ADT$")], order: Any, rows: [
            Rows(table: "patient", root: "PID", columns: {
                "mrn": From("PID-3.1"), "sex": From("PID-8", codes: "sex"),
            }),
        ], script: File("adt.rhai")),
        Message(name: "ORU", identity: [(at: "MSH-9.1", matches: "^ORU$")]),
        Message(name: "Rest"),
    ],
    codes: {"sex": Codes(values: {"F": "", "M": ""}, maps: {"1": "M", "2": "F"}, otherwise: Error)},
    tables: {"patient": Table(columns: [
        Column(name: "mrn", key: true), Column(name: "born"), Column(name: "sex"),
    ])},
)"#;

fn templates() -> Vec<Template> {
    vec![Template {
        path: "templates/index.ron".into(),
        profile: Arc::new(read(TEMPLATE).expect("the template reads")),
        text: TEMPLATE.into(),
    }]
}

fn site(inner: &str) -> Arc<Profile> {
    let text =
        format!("Profile(format: 1, name: \"Site\", extends: \"templates/index.ron\",\n{inner})");
    Arc::new(read(&text).unwrap_or_else(|error| panic!("{error}")))
}

fn resolved(inner: &str) -> Resolved {
    resolve(&site(inner), &templates())
}

/// What the site says, in what the resolved profile differs from one of a site that says nothing.
fn check(inner: &str, expect: &[&str]) {
    let changes = difference(&resolved("").profile, &resolved(inner).profile);
    let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
    assert_eq!(changes, expect, "{inner}");
}

fn check_order(inner: &str, expect: &str) {
    let resolved = resolved(inner);
    let names: Vec<&str> = resolved.profile.messages.iter().map(|m| &*m.name).collect();
    assert_eq!(names.join(" "), expect, "{inner}");
}

#[test]
fn what_a_site_says_replaces_what_the_template_says() {
    check("", &[]);
    check(
        "messages: [Message(name: \"ADT\", rows: [Rows(table: \"patient\", columns: {\"mrn\": From(\"PID-2\")})])]",
        &["changed   messages/ADT/rows/patient/columns/mrn: From(\"PID-3.1\") -> From(\"PID-2\")"],
    );
    check(
        "standard: \"2.5.1\", messages: [Message(name: \"ADT\", order: Strict)], codes: {\"sex\": Codes(maps: {\"9\": \"F\"}, otherwise: Keep)}",
        &[
            "changed   standard: \"2.3.1\" -> \"2.5.1\"",
            "changed   messages/ADT/order: Any -> Strict",
            "added     codes/sex/maps/9: \"F\"",
            "changed   codes/sex/otherwise: Error -> Keep",
        ],
    );
}

#[test]
fn what_a_site_removes_is_gone() {
    check(
        "remove: [\"messages/ADT/script\", \"codes/sex/maps/2\", \"tables/patient/columns/born\"]",
        &[
            "removed   messages/ADT/script: File(\"templates/adt.rhai\")",
            "removed   codes/sex/maps/2: \"F\"",
            "removed   tables/patient/columns/born: Column(name: \"born\", type: Text)",
        ],
    );
    let findings = resolved("remove: [\"messages/ADX\"]").findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].1.code, "remove-unknown");
}

#[test]
fn message_definitions_keep_the_templates_order_and_own_ones_come_before_the_rest() {
    check_order("", "ADT ORU Rest");
    check_order(
        "messages: [Message(name: \"Own\"), Message(name: \"Two\")]",
        "ADT ORU Own Two Rest",
    );
    check_order(
        "messages: [Message(name: \"Own\", before: \"ADT\")]",
        "Own ADT ORU Rest",
    );
    check_order(
        "messages: [Message(name: \"A\", after: \"ADT\"), Message(name: \"B\", after: \"ADT\"), Message(name: \"C\", before: \"B\")]",
        "ADT A C B ORU Rest",
    );
    check_order(
        "messages: [Message(name: \"ADT\", after: \"Rest\")]",
        "ORU Rest ADT",
    );
    let findings = resolved("messages: [Message(name: \"A\", after: \"B\")]").findings;
    assert_eq!(
        findings.first().map(|(_, found)| found.code),
        Some("message-place")
    );
}

#[test]
fn a_template_may_extend_another_and_its_scripts_stand_beside_it() {
    let middle = read(
        "Profile(format: 1, name: \"Middle\", extends: \"x\", codes: {\"sex\": Codes(maps: {\"3\": \"M\"})})",
    );
    let mut chain = vec![Template {
        path: "templates/lab/middle.ron".into(),
        profile: Arc::new(middle.expect("it reads")),
        text: "".into(),
    }];
    chain.extend(templates());
    let site = site("codes: {\"sex\": Codes(maps: {\"1\": \"F\"})}");
    let resolved = resolve(&site, &chain);
    let origin = |path: &str| resolved.origins.of(&path.parse().expect("a path"));
    assert_eq!(origin("codes/sex/maps/1"), PartOrigin::Site);
    assert_eq!(
        origin("codes/sex/maps/2"),
        PartOrigin::Template("Index".into())
    );
    assert_eq!(
        origin("codes/sex/maps/3"),
        PartOrigin::Template("Middle".into())
    );
    assert_eq!(origin("codes/sex"), PartOrigin::Site);
    assert_eq!(origin("messages/ADT"), PartOrigin::Template("Index".into()));
    assert!(matches!(origin("segments/PID"), PartOrigin::Standard(_)));
    assert_eq!(
        resolved
            .profile
            .message("ADT")
            .and_then(|(_, m)| m.script.clone()),
        Some(Script::File("templates/adt.rhai".into()))
    );
}

#[test]
fn a_path_is_seen_from_the_site() {
    for (file, path, expect) in [
        ("", "templates/a.ron", "templates/a.ron"),
        ("templates/a.ron", "b.ron", "templates/b.ron"),
        ("templates/lab/a.ron", "../b.ron", "templates/b.ron"),
        ("a.ron", "../b.ron", "../b.ron"),
        ("../t/a.ron", "../../b.ron", "../../b.ron"),
        ("templates/a.ron", "/etc/b.ron", "/etc/b.ron"),
    ] {
        assert_eq!(beside(file, path), expect, "{path} in {file}");
    }
}

/// The site's own text after an edit of what it resolves to, without its first lines.
fn check_edit(inner: &str, edit: &Edit, expect: &str) {
    let own = site(inner);
    let changed = own.apply_over(&templates(), edit).expect("the edit fits");
    let goal = match edit {
        Edit::Revert { .. } | Edit::SetExtends { .. } => None,
        edit => Some(
            resolve(&own, &templates())
                .profile
                .apply(edit)
                .expect("it fits"),
        ),
    };
    let expected = site(expect);
    assert_eq!(print(&changed), print(&expected));
    if let Some(goal) = goal {
        let again = resolve(&Arc::new(changed), &templates());
        assert_eq!(print(&again.profile), print(&goal));
    }
}

#[test]
fn an_edit_of_an_inherited_part_is_all_that_the_site_holds() {
    let script = |text: &str| Edit::SetScript {
        message: "ADT".into(),
        script: Some(Script::Inline(text.into())),
    };
    check_edit(
        "",
        &script("x"),
        "messages: [Message(name: \"ADT\", script: Inline(\"x\"))]",
    );
    check_edit(
        "",
        &Edit::SetScript {
            message: "ADT".into(),
            script: None,
        },
        "remove: [\"messages/ADT/script\"]",
    );
    check_edit(
        "",
        &Edit::RemoveMessage {
            message: "ORU".into(),
        },
        "remove: [\"messages/ORU\"]",
    );
    check_edit(
        "",
        &Edit::MoveMessage {
            message: "ORU".into(),
            to: 0,
        },
        "messages: [Message(name: \"ADT\", after: \"ORU\")]",
    );
    check_edit(
        "messages: [Message(name: \"ADT\", order: Strict)]",
        &Edit::Revert {
            part: PartPath::new(["messages", "ADT", "order"]),
        },
        "messages: [Message(name: \"ADT\")]",
    );
    check_edit(
        "remove: [\"codes/sex/maps/1\"]",
        &Edit::Revert {
            part: PartPath::new(["codes", "sex"]),
        },
        "",
    );
}

/// A template's script files are seen from the site.
fn seen_from_site(script: &mut Option<Script>) {
    if let Some(Script::File(path)) = script {
        *path = beside("t.ron", path).into();
    }
}

fn plain(profile: &Profile) -> Profile {
    let mut plain = Profile {
        extends: None,
        remove: Vec::new(),
        ..profile.clone()
    };
    for definition in &mut plain.messages {
        let definition = Arc::make_mut(definition);
        (definition.before, definition.after) = (None, None);
        seen_from_site(&mut definition.script);
    }
    for hook in Hook::ALL {
        seen_from_site(plain.scripts.get_mut(hook));
    }
    plain
}

proptest! {
    #[test]
    fn a_site_that_says_nothing_is_its_template(template in profile()) {
        let template = plain(&template);
        let site = Profile {
            extends: Some("t.ron".into()),
            standard: None,
            ..Profile::new(Arc::clone(&template.name))
        };
        let chain = [Template { path: "t.ron".into(), profile: Arc::new(template.clone()), text: "".into() }];
        prop_assert_eq!(Tree::of(&resolve(&Arc::new(site), &chain).profile), Tree::of(&template));
    }

    #[test]
    fn a_profile_does_not_differ_from_itself(profile in profile()) {
        prop_assert_eq!(difference(&profile, &profile), []);
    }

    #[test]
    fn a_merge_takes_what_one_side_changed(base in profile(), changed in profile()) {
        for (ours, theirs) in [(&changed, &base), (&base, &changed), (&changed, &changed)] {
            let (merged, conflicts) = merge(&base, ours, theirs).expect("it merges");
            prop_assert_eq!(Tree::of(&merged), Tree::of(&changed));
            prop_assert_eq!(conflicts, []);
        }
    }

    #[test]
    fn what_is_changed_over_a_template_comes_out(template in profile(), goal in profile()) {
        let template = plain(&template);
        let goal = plain(&goal);
        let chain = [Template { path: "t.ron".into(), profile: Arc::new(template), text: "".into() }];
        let site = Arc::new(Profile {
            extends: Some("t.ron".into()),
            standard: None,
            ..Profile::new("site")
        });
        let before = resolve(&site, &chain).profile;
        if let Some(own) = site.with_changes(&chain, &before, &goal) {
            let again = resolve(&Arc::new(own), &chain).profile;
            prop_assert_eq!(difference(&goal, &again), []);
        }
    }
}
