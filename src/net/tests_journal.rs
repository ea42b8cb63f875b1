//! The journal as it is used, and as crashes leave it.

use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::journal::{Journal, JournalError, JournalSettings, Recovery, replay};
use super::journal_record::Record;

const NOW: SystemTime = UNIX_EPOCH;

fn open(folder: &Path) -> (Journal, Recovery) {
    Journal::open(JournalSettings::in_folder(folder)).unwrap()
}

/// Keeps these one after the other and waits for all; the numbers that they got.
fn keep(journal: &Journal, contents: &[&str]) -> Vec<u64> {
    let (sender, stored) = mpsc::channel();
    for content in contents {
        let sender = sender.clone();
        let content = content.as_bytes().to_vec().into();
        journal.append(NOW, content, move |id| sender.send(id.unwrap()).unwrap());
    }
    contents
        .iter()
        .map(|_| stored.recv_timeout(Duration::from_secs(20)).unwrap())
        .collect()
}

fn kept(folder: &Path) -> (Vec<String>, Recovery) {
    let mut records = Vec::new();
    let told = |record: Record| {
        records.push(format!(
            "{} {}",
            record.id,
            String::from_utf8_lossy(&record.content)
        ));
    };
    let recovery = replay(folder, told).unwrap();
    (records, recovery)
}

#[test]
fn what_was_stored_is_there_after_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, recovery) = open(folder.path());
    assert_eq!(recovery, Recovery::default());
    assert_eq!(keep(&journal, &["a", "", "c"]), [1, 2, 3]);
    drop(journal);
    let (journal, recovery) = open(folder.path());
    assert_eq!(
        (recovery.files, recovery.records, recovery.damage.len()),
        (1, 3, 0)
    );
    assert_eq!(keep(&journal, &["d"]), [4]);
    drop(journal);
    assert_eq!(kept(folder.path()).0, ["1 a", "2 ", "3 c", "4 d"]);
}

#[test]
fn a_crash_at_any_byte_loses_no_record_that_is_whole() {
    let whole = tempfile::tempdir().unwrap();
    let (journal, _) = open(whole.path());
    keep(&journal, &["first"]);
    keep(&journal, &["second"]);
    drop(journal);
    let bytes = fs::read(whole.path().join("00000001.journal")).unwrap();
    let second_at = super::journal_record::HEAD_BYTES + "first".len();
    for cut in 0..=bytes.len() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("00000001.journal");
        fs::write(&path, &bytes[..cut]).unwrap();
        let (journal, recovery) = open(folder.path());
        let whole_records = u64::from(cut >= second_at) + u64::from(cut == bytes.len());
        assert_eq!(recovery.records, whole_records, "cut at {cut}");
        let torn: usize = recovery.damage.iter().map(|damage| damage.bytes).sum();
        let end = [0, second_at, bytes.len()][whole_records as usize];
        assert_eq!(torn, cut - end, "cut at {cut}");
        assert!(
            recovery
                .damage
                .iter()
                .all(|damage| damage.is_dropped && damage.at == end)
        );
        assert_eq!(fs::metadata(&path).unwrap().len(), end as u64);
        // It goes on behind, and no number comes twice.
        assert_eq!(keep(&journal, &["third"]), [whole_records + 1]);
        drop(journal);
        assert_eq!(kept(folder.path()).1.damage, []);
    }
}

#[test]
fn damage_in_the_middle_is_told_and_what_follows_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = open(folder.path());
    keep(&journal, &["first"]);
    keep(&journal, &["second"]);
    keep(&journal, &["third"]);
    drop(journal);
    let path = folder.path().join("00000001.journal");
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.windows(6).position(|six| six == b"second").unwrap();
    bytes[at] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let (journal, recovery) = open(folder.path());
    assert_eq!(recovery.records, 2);
    let damage = &recovery.damage[0];
    assert_eq!(
        (damage.why, damage.is_dropped, recovery.damage.len()),
        ("its checksum does not fit", false, 1)
    );
    assert_eq!(fs::read(&path).unwrap(), bytes, "nothing is thrown away");
    assert_eq!(keep(&journal, &["fourth"]), [4]);
    drop(journal);
    assert_eq!(kept(folder.path()).0, ["1 first", "3 third", "4 fourth"]);
}

#[test]
fn files_follow_each_other_and_a_copy_brings_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let settings = JournalSettings {
        file_bytes: 1,
        ..JournalSettings::in_folder(folder.path())
    };
    let (journal, _) = Journal::open(settings).unwrap();
    for content in ["a", "b", "c"] {
        keep(&journal, &[content]);
    }
    drop(journal);
    fs::copy(
        folder.path().join("00000001.journal"),
        folder.path().join("00000009.journal"),
    )
    .unwrap();
    let (records, recovery) = kept(folder.path());
    assert_eq!(
        (records.join(","), recovery.files),
        (String::from("1 a,2 b,3 c"), 4)
    );
    let (journal, _) = open(folder.path());
    assert_eq!(keep(&journal, &["d"]), [4]);
}

#[test]
fn a_folder_has_one_journal() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = open(folder.path());
    let error = Journal::open(JournalSettings::in_folder(folder.path())).unwrap_err();
    assert!(matches!(error, JournalError::InUse(_)), "{error}");
    drop(journal);
    open(folder.path());
    let file = folder.path().join("lock");
    let error = Journal::open(JournalSettings::in_folder(&file))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("the journal ") && error.contains(" cannot be opened: "),
        "{error}"
    );
}

#[test]
fn what_waits_for_the_disk_is_made_durable_together() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = open(folder.path());
    let (go, gone) = mpsc::channel::<()>();
    let (enter, entered) = mpsc::channel();
    // The journal's thread is kept in the first callback, while others come.
    journal.append(NOW, "first".into(), move |_| {
        enter.send(()).unwrap();
        gone.recv().unwrap();
    });
    entered.recv().unwrap();
    let (sender, stored) = mpsc::channel();
    for _ in 0..500 {
        let sender = sender.clone();
        journal.append(NOW, "x".into(), move |id| sender.send(id.unwrap()).unwrap());
    }
    go.send(()).unwrap();
    let ids: Vec<u64> = (0..500).map(|_| stored.recv().unwrap()).collect();
    assert_eq!(ids, (2..502).collect::<Vec<_>>());
    assert_eq!(journal.commits(), 2);
}

#[test]
fn a_disk_that_refuses_is_told_and_nothing_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    let (journal, _) = open(&inner);
    fs::remove_dir_all(&inner).unwrap();
    let (sender, stored) = mpsc::channel();
    journal.append(NOW, "a".into(), move |id| sender.send(id).unwrap());
    let error = stored.recv().unwrap().unwrap_err().to_string();
    assert!(
        error.contains("00000001.journal cannot be opened: "),
        "{error}"
    );
    // When the folder is back, it goes on.
    fs::create_dir_all(&inner).unwrap();
    assert_eq!(keep(&journal, &["b"]), [2]);
}
