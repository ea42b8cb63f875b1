//! From the arguments to the exit status.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use super::args::{Arguments, Command, Renderer};
use super::failure::{Failure, Finish, exit_code};
use super::report::note;
use super::{check, get, lesson, listen, profile, send, show, torture, trace, transform};

/// What opens the window on files, or says why it cannot; this room knows nothing of windows.
pub type OpenWindow<'a> = &'a dyn Fn(Vec<PathBuf>, Renderer) -> Result<(), String>;

/// Runs the program with its arguments, the program's own name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>, window: OpenWindow<'_>) -> ExitCode {
    log();
    // A panic's text can quote a message; where it happened is enough to mend it.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        note(format_args!(
            "a fault in Pipehat itself at {place}; please report it"
        ));
    }));
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let result = match arguments.command {
        Some(Command::Show(arguments)) => show::run(&arguments),
        Some(Command::Get(arguments)) => get::run(&arguments),
        Some(Command::Transform(arguments)) => transform::run(&arguments),
        Some(Command::Trace(arguments)) => trace::run(&arguments),
        Some(Command::Lesson(arguments)) => lesson::run(&arguments),
        Some(Command::Check(arguments)) => check::run(&arguments),
        Some(Command::Profile(arguments)) => profile::run(&arguments.command),
        Some(Command::Send(arguments)) => send::run(&arguments),
        Some(Command::Listen(arguments)) => listen::run(&arguments),
        Some(Command::Torture(arguments)) => torture::run(&arguments),
        None => window(arguments.files, arguments.renderer)
            .map(|()| Finish::Clean)
            .map_err(Failure::Argument),
    };
    match &result {
        Ok(_) | Err(Failure::BrokenPipe) => {}
        Err(failure) => note(failure),
    }
    exit_code(&result)
}

/// Help and version are results; all else that clap says is an error.
fn usage(error: &clap::Error) -> ExitCode {
    // When nobody reads the text there is nothing left to do.
    drop(error.print());
    if error.use_stderr() {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    }
}

fn log() {
    let filter = EnvFilter::try_from_env("PIPEHAT_LOG").unwrap_or_else(|_| EnvFilter::new("off"));
    // Somebody embedding the library may have set one; then theirs is used.
    drop(
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .try_init(),
    );
}
