//! A listener before a journal: what is acknowledged is there after the next start, and once.

use std::sync::Arc;

use pipehat::net::{Decider, DuplicateRule, Journal, JournalSettings, ListenerSettings, replay};

use super::mllp::{Watched, accept, framed, message, settings};

fn journaled(folder: &std::path::Path) -> Watched {
    let mut accepted_before = Vec::new();
    let (journal, recovery) = Journal::open(JournalSettings::in_folder(folder)).unwrap();
    assert_eq!(recovery.damage, []);
    replay(folder, |record| accepted_before.push(record.content)).unwrap();
    let decider = Arc::new(journal).before(Decider::always(accept()));
    let settings = ListenerSettings {
        duplicates: DuplicateRule::AnswerAgain { remembered: 1000 },
        accepted_before,
        ..settings()
    };
    Watched::decided(settings, decider)
}

fn kept(folder: &std::path::Path) -> Vec<Vec<u8>> {
    let mut contents = Vec::new();
    replay(folder, |record| contents.push(record.content.to_vec())).unwrap();
    contents
}

#[test]
fn what_was_acknowledged_is_there_after_the_next_start_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let watched = journaled(folder.path());
    let mut peer = watched.connect();
    let all: Vec<u8> = (0..200)
        .flat_map(|number| framed(&message(&number.to_string())))
        .collect();
    peer.send(&all);
    for number in 0..200 {
        assert_eq!(peer.msa(), format!("AA|{number}"));
        // Acknowledged means kept.
        if number % 50 == 0 {
            assert!(kept(folder.path()).contains(&message(&number.to_string())));
        }
    }
    watched.finish();
    // The sender lost the last answers and sends again, to the next run of the program.
    let watched = journaled(folder.path());
    let mut peer = watched.connect();
    for number in 190..205 {
        peer.send(&framed(&message(&number.to_string())));
        assert_eq!(peer.msa(), format!("AA|{number}"));
    }
    watched.finish();
    let expect: Vec<Vec<u8>> = (0..205)
        .map(|number| message(&number.to_string()))
        .collect();
    assert_eq!(kept(folder.path()), expect);
}

#[test]
fn what_cannot_be_stored_is_never_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    let watched = journaled(&inner);
    std::fs::remove_dir_all(&inner).unwrap();
    let mut peer = watched.connect();
    peer.send(&framed(&message("1")));
    let answer = peer.msa();
    assert!(
        answer.starts_with("AE|1|the message could not be stored: the journal "),
        "{answer}"
    );
    // When the folder is back, the same message is taken.
    std::fs::create_dir_all(&inner).unwrap();
    peer.send(&framed(&message("1")));
    assert_eq!(peer.msa(), "AA|1");
    assert_eq!(kept(&inner), [message("1")]);
    watched.finish();
}
