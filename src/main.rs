//! The program: without a command the window, else the command line.

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    pipehat::cli::run(std::env::args_os(), &window)
}

#[cfg(feature = "gui")]
fn window(files: Vec<PathBuf>) -> Result<(), String> {
    use pipehat::{app, workbench};
    app::open(files, workbench::local_time(), app::Renderer::Automatic)
        .map_err(|error| error.to_string())
}

#[cfg(not(feature = "gui"))]
fn window(_: Vec<PathBuf>) -> Result<(), String> {
    Err("this build has no window. Give a command, such as `pipehat show FILE`, or see `pipehat --help`."
        .to_owned())
}
