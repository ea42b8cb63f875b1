//! The program: without a command the window, else the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    pipehat::cli::run(std::env::args_os())
}
