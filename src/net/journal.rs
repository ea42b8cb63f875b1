//! A folder in which received messages are safe before they are acknowledged.
//!
//! Records are only ever added. One thread writes them: what comes while it waits for the disk is written
//! together and made durable by one fsync, and only then is anybody told that a message is stored. A crash
//! at any moment leaves at most a record that is not whole, at the end; nobody was told of it, and the next
//! start drops it and says so.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::SystemTime;

use bytes::Bytes;

use super::ack::{Ack, AckCode};
use super::decider::Decider;
use super::journal_record::{Read, Record};
use super::verdict::Verdict;

/// Where records go, and how large a file grows.
#[derive(Clone, Debug)]
pub struct JournalSettings {
    /// Is made where it is not there.
    pub folder: PathBuf,
    /// A file of so many bytes is followed by the next one.
    pub file_bytes: u64,
}

/// An open journal. When it is dropped, what was given to it is written first.
#[derive(Debug)]
pub struct Journal {
    requests: Option<mpsc::Sender<Request>>,
    thread: Option<JoinHandle<()>>,
    commits: Arc<AtomicU64>,
}

/// What was found when a journal was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Files with records.
    pub files: usize,
    /// Whole records in them.
    pub records: u64,
    /// Where bytes are no record.
    pub damage: Vec<Damage>,
}

/// Bytes in a journal that are no whole record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The name of the file.
    pub file: String,
    /// Where they begin.
    pub at: usize,
    /// How many.
    pub bytes: usize,
    /// What is wrong with the first of them.
    pub why: &'static str,
    /// They stood at the end, as a crash leaves them, and were dropped; others are kept as they are.
    pub is_dropped: bool,
}

/// Why a journal cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum JournalError {
    /// The system refuses.
    #[error("the journal {path} cannot be {what}: {error}")]
    File {
        /// `opened`, `read`, `written`
        what: &'static str,
        /// The file or folder.
        path: String,
        /// As the system says it.
        error: Arc<io::Error>,
    },
    /// Another program has it.
    #[error(
        "the journal {0} is in use by another program: end that program or choose another folder"
    )]
    InUse(String),
    /// Four bytes tell the length of a record.
    #[error("a message of {0} bytes is too long for the journal")]
    TooLong(usize),
    /// Its thread has ended.
    #[error("the journal is closed")]
    Closed,
}

struct Request {
    time: SystemTime,
    content: Bytes,
    then: Then,
}

/// What is called when a message is durable or cannot be.
type Then = Box<dyn FnOnce(Result<u64, JournalError>) + Send>;

/// Bytes that are written at once, at most; what is over waits for the next turn.
const COMMIT_BYTES: usize = 16 << 20;

const EXTENSION: &str = "journal";
const LOCK: &str = "lock";

impl JournalSettings {
    /// Files of 64 MiB in this folder.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            file_bytes: 64 << 20,
        }
    }
}

impl Journal {
    /// Opens a folder, drops what a crash left unfinished, and goes on behind it.
    ///
    /// # Errors
    ///
    /// The folder cannot be used, or another program uses it.
    pub fn open(settings: JournalSettings) -> Result<(Self, Recovery), JournalError> {
        let folder = &settings.folder;
        fs::create_dir_all(folder).map_err(|error| failed("opened", folder, error))?;
        let lock_path = folder.join(LOCK);
        let lock = File::create(&lock_path).map_err(|error| failed("opened", &lock_path, error))?;
        lock.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => JournalError::InUse(folder.display().to_string()),
            fs::TryLockError::Error(error) => failed("opened", folder, error),
        })?;
        let (recovery, last) = recover(folder)?;
        let commits = Arc::new(AtomicU64::new(0));
        let writer = Writer {
            settings,
            next_id: last.id + 1,
            next_file: last.file + 1,
            current: None,
            commits: Arc::clone(&commits),
            _lock: lock,
        };
        let (requests, waiting) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name(String::from("journal"))
            .spawn(move || writer.serve(&waiting))
            .map_err(|error| failed("opened", Path::new("thread"), error))?;
        let journal = Self {
            requests: Some(requests),
            thread: Some(thread),
            commits,
        };
        Ok((journal, recovery))
    }

    /// Keeps a message; `then` is called with its number when it is durable, on the journal's thread, or with
    /// what went wrong.
    pub fn append(
        &self,
        time: SystemTime,
        content: Bytes,
        then: impl FnOnce(Result<u64, JournalError>) + Send + 'static,
    ) {
        let request = Request {
            time,
            content,
            then: Box::new(then),
        };
        let sent = match &self.requests {
            Some(requests) => requests.send(request).map_err(|error| error.0),
            None => Err(request),
        };
        if let Err(request) = sent {
            (request.then)(Err(JournalError::Closed));
        }
    }

    /// A decider that keeps each message first, and asks the next one when it is durable. One that cannot be
    /// kept is answered AE, and nobody is asked.
    pub fn before(self: &Arc<Self>, next: Decider) -> Decider {
        let journal = Arc::clone(self);
        Decider::new(move |received, reply| {
            let next = next.clone();
            let (time, content) = (received.time, received.content.clone());
            journal.append(time, content, move |stored| match stored {
                Ok(_) => next.decide(received, reply),
                Err(error) => {
                    let words = format!("the message could not be stored: {error}");
                    reply.give(Verdict::Ack(Ack::because(AckCode::CommitError, words)));
                }
            });
        })
    }

    /// How often the disk was waited for.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            // A thread that panicked has told so; what it had written stays.
            let _ = thread.join();
        }
    }
}

/// Every whole record of a folder, in order, each once; and where bytes are none. The folder is only read.
///
/// # Errors
///
/// A file that cannot be read.
pub fn replay(folder: &Path, mut each: impl FnMut(Record)) -> Result<Recovery, JournalError> {
    let mut recovery = Recovery::default();
    let mut last_id = 0;
    for (_, path) in files(folder)? {
        let found = scan(&path)?;
        for record in found.records {
            // Numbers only grow; a file that was copied back does not bring its records again.
            if record.id > last_id {
                last_id = record.id;
                recovery.records += 1;
                each(record);
            }
        }
        recovery.files += 1;
        recovery.damage.extend(found.damage);
    }
    Ok(recovery)
}

/// The last numbers in use.
#[derive(Default)]
struct Last {
    id: u64,
    file: u64,
}

fn recover(folder: &Path) -> Result<(Recovery, Last), JournalError> {
    let files = files(folder)?;
    let mut last = Last::default();
    let mut recovery = replay(folder, |record| last.id = record.id)?;
    if let Some((number, path)) = files.last() {
        last.file = *number;
        let name = file_name(path);
        let torn = recovery
            .damage
            .last_mut()
            .filter(|damage| damage.file == name);
        if let Some(damage) = torn {
            let length = fs::metadata(path)
                .map_err(|error| failed("read", path, error))?
                .len();
            if (damage.at + damage.bytes) as u64 == length {
                let file = OpenOptions::new().write(true).open(path);
                let cut = file.and_then(|file| {
                    file.set_len(damage.at as u64)?;
                    file.sync_all()
                });
                cut.map_err(|error| failed("written", path, error))?;
                damage.is_dropped = true;
            }
        }
    }
    Ok((recovery, last))
}

/// What a file of a journal holds.
#[derive(Debug)]
pub struct JournalFile {
    /// Its whole records, in order.
    pub records: Vec<Record>,
    /// Where bytes are none.
    pub damage: Vec<Damage>,
}

fn scan(path: &Path) -> Result<JournalFile, JournalError> {
    let bytes = fs::read(path).map_err(|error| failed("read", path, error))?;
    Ok(JournalFile::read(&file_name(path), &bytes))
}

impl JournalFile {
    /// Whether bytes begin as those of a journal, be its first record whole or not.
    pub fn is_one(bytes: &[u8]) -> bool {
        Record::begins(bytes)
    }

    /// The records in the bytes of a file; behind bytes that are none the next one is looked for.
    pub fn read(name: &str, bytes: &[u8]) -> Self {
        let mut found = Self {
            records: Vec::new(),
            damage: Vec::new(),
        };
        let mut at = 0;
        loop {
            match Record::read(bytes, at) {
                Read::End => return found,
                Read::Record(record, end) => {
                    found.records.push(record);
                    at = end;
                }
                Read::Torn(why) => {
                    let next = Record::find(bytes, at + 1).unwrap_or(bytes.len());
                    found.damage.push(Damage {
                        file: name.to_owned(),
                        at,
                        bytes: next - at,
                        why,
                        is_dropped: false,
                    });
                    at = next;
                }
            }
        }
    }
}

/// The files of a folder with their numbers, the oldest first.
fn files(folder: &Path) -> Result<Vec<(u64, PathBuf)>, JournalError> {
    let entries = fs::read_dir(folder).map_err(|error| failed("read", folder, error))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| failed("read", folder, error))?.path();
        let is_journal = path
            .extension()
            .is_some_and(|extension| extension == EXTENSION);
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        if let (true, Some(number)) = (is_journal, stem.and_then(|stem| stem.parse().ok())) {
            files.push((number, path));
        }
    }
    files.sort();
    Ok(files)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn failed(what: &'static str, path: &Path, error: io::Error) -> JournalError {
    JournalError::File {
        what,
        path: path.display().to_string(),
        error: Arc::new(error),
    }
}

struct Writer {
    settings: JournalSettings,
    next_id: u64,
    next_file: u64,
    current: Option<Current>,
    commits: Arc<AtomicU64>,
    /// Held as long as the journal is open.
    _lock: File,
}

struct Current {
    file: File,
    path: PathBuf,
    /// Bytes of whole, durable records.
    length: u64,
}

impl Writer {
    fn serve(mut self, requests: &mpsc::Receiver<Request>) {
        while let Ok(first) = requests.recv() {
            let mut bytes = Vec::new();
            let mut waiting = Vec::new();
            let mut next = Some(first);
            while let Some(request) = next {
                self.take(request, &mut bytes, &mut waiting);
                next = if bytes.len() < COMMIT_BYTES {
                    requests.try_recv().ok()
                } else {
                    None
                };
            }
            let written = if bytes.is_empty() {
                Ok(())
            } else {
                self.commit(&bytes)
            };
            for (id, then) in waiting {
                then(written.clone().map(|()| id));
            }
        }
    }

    fn take(&mut self, request: Request, bytes: &mut Vec<u8>, waiting: &mut Vec<(u64, Then)>) {
        let Request {
            time,
            content,
            then,
        } = request;
        let length = content.len();
        let record = Record {
            id: self.next_id,
            time,
            content,
        };
        if record.write(bytes).is_none() {
            return then(Err(JournalError::TooLong(length)));
        }
        waiting.push((self.next_id, then));
        self.next_id += 1;
    }

    /// Writes records and waits until they are durable.
    fn commit(&mut self, bytes: &[u8]) -> Result<(), JournalError> {
        if self
            .current
            .as_ref()
            .is_none_or(|current| current.length >= self.settings.file_bytes)
        {
            self.current = Some(self.next()?);
        }
        let Some(current) = &mut self.current else {
            return Err(JournalError::Closed);
        };
        let written = current
            .file
            .write_all(bytes)
            .and_then(|()| current.file.sync_data());
        if let Err(error) = written {
            let error = failed("written", &current.path, error);
            // What the disk holds of it is not known: the records are taken back, and what comes next goes
            // to another file, so that nothing can stand behind a record that is not whole.
            let taken_back = current
                .file
                .set_len(current.length)
                .and_then(|()| current.file.sync_all());
            // Where that fails, too, the start after this one drops it.
            let _ = taken_back;
            self.current = None;
            return Err(error);
        }
        current.length += bytes.len() as u64;
        self.commits.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// The next file. Its name is durable before anything in it is.
    fn next(&mut self) -> Result<Current, JournalError> {
        let folder = &self.settings.folder;
        let path = folder.join(format!("{:08}.{EXTENSION}", self.next_file));
        let file = OpenOptions::new().append(true).create_new(true).open(&path);
        let file = file.map_err(|error| failed("opened", &path, error))?;
        sync_folder(folder).map_err(|error| failed("written", folder, error))?;
        self.next_file += 1;
        Ok(Current {
            file,
            path,
            length: 0,
        })
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened as a file; the system writes its names by itself.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
