//! Why a command could not go on, and the exit status that says so.

use std::io;
use std::process::ExitCode;

use crate::net::{JournalError, ListenError, TlsError};
use crate::workbench::FileError;

/// What ends a command before its time. Displayed as one sentence that names the way out.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// A file or folder refused.
    #[error("{0}")]
    File(#[from] FileError),
    /// The profile cannot be used; the text names its file and line.
    #[error("{0}")]
    Profile(String),
    /// An argument that clap cannot judge.
    #[error("{0}")]
    Argument(String),
    /// A port cannot be opened.
    #[error("{0}")]
    Listen(#[from] ListenError),
    /// Messages cannot be kept.
    #[error("{0}")]
    Journal(#[from] JournalError),
    /// TLS cannot be set up.
    #[error("{0}")]
    Tls(#[from] TlsError),
    /// The system refuses threads or descriptors.
    #[error(
        "the system gives no more threads or descriptors: {0}. End other programs and try again."
    )]
    Threads(io::Error),
    /// Standard input failed.
    #[error("standard input: {0}. Give the file by its name instead.")]
    StandardInput(io::Error),
    /// Standard output failed.
    #[error("standard output: {0}. Write to a file with --out, or to another place.")]
    StandardOutput(io::Error),
    /// The reader of the output has gone: no error, there is just nobody to write for.
    #[error("nobody reads the output any more")]
    BrokenPipe,
    /// Ctrl-C.
    #[error("stopped")]
    Stopped,
}

impl From<crate::cancel::Stale> for Failure {
    fn from(_: crate::cancel::Stale) -> Self {
        Self::Stopped
    }
}

impl Failure {
    /// What a failed write to standard output means.
    pub(super) fn of_output(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::BrokenPipe
        } else {
            Self::StandardOutput(error)
        }
    }
}

/// How a command ended that ran to its end; ordered, the gravest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Finish {
    /// Nothing to complain about.
    Clean,
    /// Differences, failures or errors were found.
    Found,
    /// Some of the input could not be read at all.
    Incomplete,
}

/// The exit status of profile.md: 0, 1, 2, and 130 as shells have it for Ctrl-C.
pub(super) fn exit_code(result: &Result<Finish, Failure>) -> ExitCode {
    ExitCode::from(match result {
        Ok(Finish::Clean) | Err(Failure::BrokenPipe) => 0,
        Ok(Finish::Found) => 1,
        Err(Failure::Stopped) => 130,
        Ok(Finish::Incomplete)
        | Err(
            Failure::File(_)
            | Failure::Profile(_)
            | Failure::Argument(_)
            | Failure::Listen(_)
            | Failure::Journal(_)
            | Failure::Tls(_)
            | Failure::Threads(_)
            | Failure::StandardInput(_)
            | Failure::StandardOutput(_),
        ) => 2,
    })
}
