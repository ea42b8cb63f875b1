//! Files: the only place of this room that reads and writes them, and the words for what went wrong.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::hash::Hasher;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::NamedTempFile;

/// What the file system refused, in words that name the file and the way out.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// No such file.
    #[error("{}: there is no such file. Check the name, or whether it was moved or deleted.", .0.display())]
    Missing(PathBuf),
    /// A folder stands where a file is needed.
    #[error("{}: this is a folder; a file is needed here.", .0.display())]
    IsFolder(PathBuf),
    /// The file may not be read by this user.
    #[error("{}: you are not allowed to read it. Change its permissions, or copy it to a folder of your own.", .0.display())]
    Unreadable(PathBuf),
    /// The folder does not take a new file, or there is no such folder.
    #[error("{}: it cannot be written here ({why}); nothing was changed. Save it in another folder.", .path.display())]
    Unwritable {
        /// The file that was to be written.
        path: PathBuf,
        /// What the operating system says.
        why: Refusal,
    },
    /// The disk or the quota is full.
    #[error("{}: the disk is full; what was there before is untouched. Make room, or save to another disk.", .0.display())]
    DiskFull(PathBuf),
    /// Somebody else changed the file since it was read.
    #[error("{}: it was changed on disk since it was opened; nothing was written. Reload it, save under another name, or overwrite it on purpose.", .0.display())]
    ChangedOnDisk(PathBuf),
    /// A file of this name is there already.
    #[error("{}: it exists already; nothing was written. Choose another name, or overwrite it on purpose.", .0.display())]
    Exists(PathBuf),
    /// The file is no UTF-8 text, although profiles and scripts are.
    #[error("{}: it is no UTF-8 text (byte {offset}). Save it as UTF-8, or choose another file.", .path.display())]
    NotText {
        /// The file that was read.
        path: PathBuf,
        /// The first byte that is no UTF-8, counted from 0.
        offset: usize,
    },
    /// Anything else that the operating system reports.
    #[error("{}: {why}. Try again, or choose another file.", .path.display())]
    Other {
        /// The file it is about.
        path: PathBuf,
        /// What the operating system says.
        why: io::Error,
    },
}

impl FileError {
    /// What a failed write to `path` means.
    pub fn writing(path: &Path, error: io::Error) -> Self {
        let folder_exists = folder_of(path).is_dir();
        let path = path.to_owned();
        let why = match error.kind() {
            io::ErrorKind::NotFound if !folder_exists => Refusal::NoFolder,
            io::ErrorKind::NotADirectory => Refusal::NotAFolder,
            // A folder that is there and yet "not found" is one of the kernel's, such as /proc.
            io::ErrorKind::NotFound
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::ReadOnlyFilesystem => Refusal::ReadOnly,
            io::ErrorKind::IsADirectory => return FileError::IsFolder(path),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                return FileError::DiskFull(path);
            }
            _ => return FileError::Other { path, why: error },
        };
        FileError::Unwritable { path, why }
    }
}

/// Why a folder did not take a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The folder does not exist.
    NoFolder,
    /// A part of the path is a file.
    NotAFolder,
    /// The folder or the disk is read-only for this user.
    ReadOnly,
    /// The file that would be replaced is marked read-only.
    FileReadOnly,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoFolder => "there is no such folder",
            Self::NotAFolder => "a part of the path is a file",
            Self::ReadOnly => "the folder is read-only",
            Self::FileReadOnly => "the file is read-only",
        })
    }
}

/// What a file looked like when it was read or written, to notice later that somebody changed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    hash: u64,
}

impl Stamp {
    fn new(modified: Option<SystemTime>, bytes: &[u8]) -> Self {
        Self {
            modified,
            length: bytes.len() as u64,
            hash: hash(bytes),
        }
    }

    /// The same content, whenever it was written.
    fn same_content(&self, other: &Self) -> bool {
        self.length == other.length && self.hash == other.hash
    }
}

/// What may be replaced by a save.
#[derive(Debug, Clone, Copy)]
pub enum Guard<'a> {
    /// Nothing: the file must be new.
    New,
    /// The file as it was when this stamp was taken; a file that has gone meanwhile is written anew.
    Unchanged(&'a Stamp),
    /// Whatever is there: the person said so.
    Overwrite,
}

/// All bytes of a file.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, FileError> {
    fs::read(path).map_err(|error| reading(path, error))
}

/// A UTF-8 file (profile or script) with the stamp that a later save is checked against.
pub fn read_text(path: &Path) -> Result<(String, Stamp), FileError> {
    let bytes = read_bytes(path)?;
    let stamp = Stamp::new(modified(path), &bytes);
    // Some editors on Windows put a byte order mark before UTF-8.
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    match std::str::from_utf8(body) {
        Ok(text) => Ok((text.to_owned(), stamp)),
        Err(error) => Err(FileError::NotText {
            path: path.to_owned(),
            offset: error.valid_up_to() + (bytes.len() - body.len()),
        }),
    }
}

/// What a file looks like now; `None` where it cannot be read.
pub(super) fn stamp(path: &Path) -> Option<Stamp> {
    let bytes = fs::read(path).ok()?;
    let modified = fs::metadata(path).and_then(|data| data.modified());
    Some(Stamp::new(modified.ok(), &bytes))
}

/// Whether the file is no longer what the stamp says; a file that has gone counts as changed.
pub fn is_changed(path: &Path, stamp: &Stamp) -> bool {
    let Ok(metadata) = fs::metadata(path) else {
        return true;
    };
    if metadata.len() != stamp.length {
        return true;
    }
    if stamp.modified.is_some() && metadata.modified().ok() == stamp.modified {
        return false;
    }
    content_differs(path, stamp)
}

/// Writes a file so that at every moment either the old or the new content is there whole, and keeps
/// what it replaces beside it as `NAME.bak`.
pub fn save(path: &Path, bytes: &[u8], guard: Guard<'_>) -> Result<Stamp, FileError> {
    let target = real_path(path);
    let old = match fs::read(&target) {
        Ok(old) => Some(old),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => None,
        Err(error) => return Err(FileError::writing(path, error)),
    };
    match (&old, guard) {
        (Some(_), Guard::New) => return Err(FileError::Exists(path.to_owned())),
        (Some(old), Guard::Unchanged(stamp)) if !Stamp::new(None, old).same_content(stamp) => {
            return Err(FileError::ChangedOnDisk(path.to_owned()));
        }
        (Some(_), Guard::Unchanged(_) | Guard::Overwrite)
        | (None, Guard::New | Guard::Unchanged(_) | Guard::Overwrite) => {}
    }
    if let Some(old) = &old
        && old != bytes
    {
        let mut backup = Outgoing::create(&backup_path(&target))?;
        backup
            .write_all(old)
            .map_err(|error| FileError::writing(path, error))?;
        backup.commit()?;
    }
    let mut file = Outgoing::create(&target)?;
    file.write_all(bytes)
        .map_err(|error| FileError::writing(path, error))?;
    file.commit()?;
    Ok(Stamp::new(modified(&target), bytes))
}

/// Where `save` keeps what it replaced.
pub fn backup_path(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".bak");
    PathBuf::from(name)
}

/// A file being written: it takes its name only by `commit`; dropped before, it leaves no trace.
///
/// A target that is no regular file (a device, a pipe) is written directly.
pub struct Outgoing {
    path: PathBuf,
    body: Body,
}

enum Body {
    Temporary(NamedTempFile),
    Direct(fs::File),
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Outgoing {
    /// Begins a file that will replace `path`.
    pub fn create(path: &Path) -> Result<Self, FileError> {
        let path = real_path(path);
        let body = match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => return Err(FileError::IsFolder(path)),
            Ok(metadata) if !metadata.is_file() => {
                let file = fs::OpenOptions::new().write(true).open(&path);
                Body::Direct(file.map_err(|error| FileError::writing(&path, error))?)
            }
            // A rename would replace even a file that its owner protected.
            Ok(metadata) if metadata.permissions().readonly() => {
                return Err(FileError::Unwritable {
                    path,
                    why: Refusal::FileReadOnly,
                });
            }
            Ok(metadata) => Body::Temporary(temporary(&path, Some(metadata.permissions()))?),
            Err(_) => Body::Temporary(temporary(&path, None)?),
        };
        Ok(Self { path, body })
    }

    /// Makes the content durable and gives the file its name.
    pub fn commit(self) -> Result<(), FileError> {
        let Self { path, body } = self;
        match body {
            Body::Direct(mut file) => file
                .flush()
                .map_err(|error| FileError::writing(&path, error)),
            Body::Temporary(file) => {
                file.as_file()
                    .sync_all()
                    .map_err(|error| FileError::writing(&path, error))?;
                file.persist(&path)
                    .map_err(|error| FileError::writing(&path, error.error))?;
                sync_folder(&path);
                Ok(())
            }
        }
    }
}

impl Write for Outgoing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.body {
            Body::Temporary(file) => file.write(bytes),
            Body::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.body {
            Body::Temporary(file) => file.flush(),
            Body::Direct(file) => file.flush(),
        }
    }
}

/// Makes a folder with its parents.
pub fn make_folder(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => FileError::Unwritable {
            path: path.to_owned(),
            why: Refusal::NotAFolder,
        },
        _ => FileError::writing(path, error),
    })
}

/// A path a person named, with what it turned out to be.
#[derive(Debug, Default)]
pub struct Listing {
    /// The files, in the order of the paths, folders sorted by name.
    pub files: Vec<ListedFile>,
    /// Folders and files that could not be looked at.
    pub refused: Vec<FileError>,
}

/// One file of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// The file.
    pub path: PathBuf,
    /// Whether the person named this very file; otherwise it was found in a folder.
    pub named: bool,
}

/// The files that the paths stand for: files themselves, folders with everything below them.
///
/// Hidden files and what is neither file nor folder is left out of folders.
pub fn list(paths: &[PathBuf]) -> Listing {
    let mut listing = Listing::default();
    let mut seen = BTreeSet::new();
    for path in paths {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => walk(path, &mut seen, &mut listing),
            Ok(_) => listing.files.push(ListedFile {
                path: path.clone(),
                named: true,
            }),
            Err(error) => listing.refused.push(reading(path, error)),
        }
    }
    listing
}

/// Whether the path is a folder.
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

fn walk(folder: &Path, seen: &mut BTreeSet<PathBuf>, listing: &mut Listing) {
    // A link can lead back to a folder that is being walked: each real folder is read once.
    let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    if !seen.insert(real) {
        return;
    }
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return listing.refused.push(reading(folder, error)),
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|e| e.path()).collect();
    paths.retain(|path| !is_hidden(path));
    paths.sort();
    for path in paths {
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => walk(&path, seen, listing),
            Ok(metadata) if metadata.is_file() => {
                listing.files.push(ListedFile { path, named: false });
            }
            Ok(_) => {}
            Err(error) => listing.refused.push(reading(&path, error)),
        }
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()
}

fn content_differs(path: &Path, stamp: &Stamp) -> bool {
    fs::read(path).map_or(true, |bytes| !Stamp::new(None, &bytes).same_content(stamp))
}

/// The file behind a link, so that a save replaces the file and not the link.
pub(super) fn real_path(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn temporary(path: &Path, old: Option<fs::Permissions>) -> Result<NamedTempFile, FileError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".pipehat-").suffix(".tmp");
    ordinary_permissions(&mut builder);
    let file = builder
        .tempfile_in(folder_of(path))
        .map_err(|error| FileError::writing(path, error))?;
    if let Some(old) = old {
        file.as_file()
            .set_permissions(old)
            .map_err(|error| FileError::writing(path, error))?;
    }
    Ok(file)
}

/// What the umask leaves of read and write for all, as any program's new file has; temporary files
/// are made for their owner alone.
#[cfg(unix)]
fn ordinary_permissions(builder: &mut tempfile::Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn ordinary_permissions(_: &mut tempfile::Builder<'_, '_>) {}

/// A rename is durable only when its folder is; where folders cannot be synced there is nothing to do.
fn sync_folder(path: &Path) {
    if let Ok(folder) = fs::File::open(folder_of(path)) {
        drop(folder.sync_all());
    }
}

fn reading(path: &Path, error: io::Error) -> FileError {
    let path = path.to_owned();
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileError::Missing(path),
        io::ErrorKind::PermissionDenied => FileError::Unreadable(path),
        io::ErrorKind::IsADirectory => FileError::IsFolder(path),
        _ => FileError::Other { path, why: error },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch() -> tempfile::TempDir {
        tempfile::tempdir().expect("a temporary folder")
    }

    fn check(save_again: &[u8], outside: Option<&[u8]>, expected: Result<&[u8], &str>) {
        let folder = scratch();
        let path = folder.path().join("site.ron");
        let stamp = save(&path, b"one", Guard::New).expect("a new file");
        if let Some(bytes) = outside {
            fs::write(&path, bytes).expect("another program writes");
        }
        let result = save(&path, save_again, Guard::Unchanged(&stamp));
        match expected {
            Ok(backup) => {
                result.expect("the save");
                assert_eq!(fs::read(&path).unwrap(), save_again);
                assert_eq!(fs::read(backup_path(&path)).unwrap_or_default(), backup);
            }
            Err(words) => {
                let error = result.expect_err("a refusal").to_string();
                assert!(error.contains(words), "{error}");
                assert_eq!(Some(fs::read(&path).unwrap().as_slice()), outside);
            }
        }
        let left = fs::read_dir(folder.path()).unwrap().filter_map(Result::ok);
        let strange = left
            .filter(|e| e.file_name().to_string_lossy().contains("tmp"))
            .count();
        assert_eq!(strange, 0, "no temporary file is left");
    }

    #[test]
    fn a_save_keeps_what_it_replaces() {
        check(b"two", None, Ok(b"one"));
        check(b"one", None, Ok(b""));
    }

    #[test]
    fn a_file_changed_meanwhile_is_not_overwritten() {
        check(b"two", Some(b"other"), Err("changed on disk"));
        check(b"two", Some(b"two!"), Err("Reload it"));
        check(b"two", Some(b"one"), Ok(b"one"));
    }

    #[test]
    fn a_folder_that_takes_no_file_is_named() {
        let folder = scratch();
        let file = folder.path().join("a-file");
        fs::write(&file, b"x").unwrap();
        for (path, words) in [
            (file.join("site.ron"), "a part of the path is a file"),
            (
                folder.path().join("none/site.ron"),
                "there is no such folder",
            ),
            (folder.path().to_owned(), "this is a folder"),
        ] {
            let error = save(&path, b"x", Guard::Overwrite)
                .expect_err("a refusal")
                .to_string();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn an_existing_file_is_kept_where_a_new_one_was_meant() {
        let folder = scratch();
        let path = folder.path().join("site.ron");
        fs::write(&path, b"old").unwrap();
        assert!(matches!(
            save(&path, b"new", Guard::New),
            Err(FileError::Exists(_))
        ));
        assert_eq!(fs::read(&path).unwrap(), b"old");
    }

    #[test]
    fn a_read_only_file_is_not_replaced() {
        let folder = scratch();
        let path = folder.path().join("site.ron");
        fs::write(&path, b"old").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        let error = save(&path, b"new", Guard::Overwrite)
            .expect_err("a refusal")
            .to_string();
        assert!(error.contains("the file is read-only"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
    }

    #[test]
    fn folders_are_listed_in_order_without_hidden_files() {
        let folder = scratch();
        let sub = folder.path().join("b");
        fs::create_dir(&sub).unwrap();
        for name in ["c.hl7", "a.hl7", ".hidden", "b/d.hl7"] {
            fs::write(folder.path().join(name), b"x").unwrap();
        }
        let listing = list(&[folder.path().to_owned(), folder.path().join("gone")]);
        let names: Vec<_> = listing
            .files
            .iter()
            .map(|f| {
                f.path
                    .strip_prefix(folder.path())
                    .unwrap()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        assert_eq!(names, ["a.hl7", "b/d.hl7", "c.hl7"]);
        assert_eq!(listing.refused.len(), 1);
    }
}
