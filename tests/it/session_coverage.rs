//! The coverage of all samples in a session: counted while somebody looks, anew after each change.

use std::sync::Arc;

use pipehat::profile::{Edit, read};
use pipehat::workbench::{CoverageProgress, Session};

const PROFILE: &str = r#"Profile(
    format: 1,
    name: "Test",
    standard: "2.5",
    tables: {"visit": Table(columns: [Column(name: "mrn"), Column(name: "ward")])},
    messages: [
        Message(
            name: "Admit",
            identity: [(at: "MSH-9.2", matches: "^A01$")],
            rows: [Rows(table: "visit", root: "PID", columns: {"mrn": From("PID-3.1")})],
        ),
    ],
)"#;

/// Admissions and one discharge, which falls under no definition.
fn messages(admissions: usize) -> String {
    let message = |number: usize, event: &str| {
        format!(
            "MSH|^~\\&|A|B|||20260301||ADT^{event}|{number}|P|2.5\rPID|1||47{number}^^^B||ROE^JANE\rPV1|1|I|W{number}\r"
        )
    };
    let mut text: String = (0..admissions).map(|at| message(at, "A01")).collect();
    text.push_str(&message(admissions, "A03"));
    text
}

fn session(admissions: usize) -> Session {
    let mut session = Session::new(Arc::new(|| ()), "20260102".parse().unwrap());
    session.new_profile(read(PROFILE).unwrap());
    session.paste(&messages(admissions));
    session.settle();
    session
}

/// What became of the messages, the places that are used nowhere, and whether that is of now.
fn counted(session: &Session) -> (u64, u64, String, bool) {
    let state = session.coverage();
    let coverage = state.complete.as_ref().expect("a count is complete");
    let nowhere = coverage
        .lost_places()
        .into_iter()
        .filter(|place| place.is_used_nowhere)
        .map(|place| place.location.to_string())
        .collect::<Vec<_>>();
    let counts = coverage.counts;
    (
        counts.messages,
        counts.mapped,
        nowhere.join(" "),
        state.is_current,
    )
}

fn map_ward(session: &mut Session) {
    let text = PROFILE.replace(
        "From(\"PID-3.1\")",
        "From(\"PID-3.1\"), \"ward\": From(\"/PV1-3\")",
    );
    let edit = Edit::SetRows {
        message: "Admit".into(),
        rows: read(&text).unwrap().messages[0].rows.clone(),
    };
    session.apply(&edit).unwrap();
}

#[test]
fn all_samples_are_counted_once_somebody_looks() {
    let mut session = session(3);
    assert!(session.coverage().complete.is_none(), "nobody looks");
    assert!(session.coverage().progress.is_none());
    session.look_at_coverage(true);
    let progress = CoverageProgress { done: 0, total: 4 };
    assert_eq!(session.coverage().progress, Some(progress));
    session.settle();
    let lost = "MSH-3 MSH-4 MSH-7 MSH-9.1 MSH-10 MSH-11 MSH-12 PID-1 PID-3.4 PID-5.1 PID-5.2 PV1-1 PV1-2 PV1-3";
    assert_eq!(counted(&session), (4, 3, lost.to_owned(), true));
    assert!(session.coverage().progress.is_none());
}

#[test]
fn an_unsaved_edit_is_counted_and_the_old_count_stays_until_then() {
    let mut session = session(3);
    session.look_at_coverage(true);
    session.settle();
    map_ward(&mut session);
    session.poll();
    let (.., nowhere, is_current) = counted(&session);
    assert!(nowhere.ends_with("PV1-3") && !is_current, "{nowhere}");
    assert!(session.coverage().progress.is_some());
    session.settle();
    let (.., nowhere, is_current) = counted(&session);
    assert!(nowhere.ends_with("PV1-2") && is_current, "{nowhere}");
    session.undo();
    session.settle();
    let (.., nowhere, is_current) = counted(&session);
    assert!(nowhere.ends_with("PV1-3") && is_current, "{nowhere}");
}

#[test]
fn what_is_chosen_or_saved_changes_no_count() {
    let mut session = session(3);
    session.look_at_coverage(true);
    session.settle();
    let before = session.coverage().complete.clone().unwrap();
    session.select(session.corpus().sample(2).map(|sample| sample.id()));
    session.settle();
    let after = session.coverage().complete.clone().unwrap();
    assert!(Arc::ptr_eq(&before, &after));
}

#[test]
fn samples_count_with_the_text_that_a_person_gave_them() {
    let mut session = session(2);
    session.look_at_coverage(true);
    session.settle();
    assert_eq!(counted(&session).1, 2);
    let text = messages(0).replace("A03", "A04");
    session.edit_message(Some(&text));
    session.settle();
    assert_eq!(counted(&session).1, 1);
    session.paste(&messages(5));
    session.settle();
    assert_eq!((counted(&session).0, counted(&session).1), (9, 6));
    session.close_samples();
    session.settle();
    assert_eq!(counted(&session), (0, 0, String::new(), true));
}

#[test]
fn a_count_is_given_up_when_nobody_looks_any_more() {
    let mut session = session(3);
    session.look_at_coverage(true);
    session.look_at_coverage(false);
    session.settle();
    assert!(session.coverage().complete.is_none());
    assert!(session.coverage().progress.is_none());
    session.look_at_coverage(true);
    session.settle();
    assert_eq!(counted(&session).0, 4);
    session.look_at_coverage(false);
    map_ward(&mut session);
    session.settle();
    session.look_at_coverage(true);
    assert!(!session.coverage().is_current, "it is of before the edit");
    session.settle();
    assert!(session.coverage().is_current);
}

#[test]
fn a_place_that_is_lost_names_the_first_message_that_has_it() {
    let mut session = session(3);
    let with_note = messages(0).replace("A03", "A01").replace("|I|", "|I|||E");
    session.paste(&with_note);
    session.look_at_coverage(true);
    session.settle();
    let coverage = session.coverage().complete.clone().unwrap();
    let first_of = |location: &str| {
        let lost = coverage.lost_places();
        let place = lost
            .iter()
            .find(|place| place.location.to_string() == location);
        place.and_then(|place| session.corpus().position(place.first?.0))
    };
    assert_eq!(first_of("PV1-2"), Some(0));
    assert_eq!(first_of("PV1-5"), Some(4));
}
