//! The program: without a command the window, else the command line.

use std::path::PathBuf;
use std::process::ExitCode;

use pipehat::cli::Renderer;

fn main() -> ExitCode {
    pipehat::cli::run(std::env::args_os(), &window)
}

#[cfg(feature = "gui")]
fn window(files: Vec<PathBuf>, renderer: Renderer) -> Result<(), String> {
    use pipehat::{app, workbench};
    let instead = instead(&files);
    let renderer = match renderer {
        Renderer::Automatic => app::Renderer::Automatic,
        Renderer::Glow => app::Renderer::Glow,
        Renderer::Wgpu => app::Renderer::Wgpu,
    };
    app::open(files, workbench::local_time(), renderer)
        .map_err(|error| format!("{error}\n{instead}"))
}

#[cfg(not(feature = "gui"))]
#[expect(
    clippy::needless_pass_by_value,
    reason = "the same signature as with the window"
)]
fn window(files: Vec<PathBuf>, _: Renderer) -> Result<(), String> {
    Err(format!("this build has no window.\n{}", instead(&files)))
}

/// How the command line does without a window what was asked for.
fn instead(files: &[PathBuf]) -> String {
    let is_profile = |path: &&PathBuf| path.extension().is_some_and(|end| end == "ron");
    let mut words = vec![
        std::env::args()
            .next()
            .unwrap_or_else(|| "pipehat".to_owned()),
    ];
    match files.iter().find(is_profile) {
        Some(profile) => {
            words.extend([
                "transform --profile".to_owned(),
                profile.display().to_string(),
            ]);
        }
        None if files.is_empty() => words.push("--help".to_owned()),
        None => words.push("show".to_owned()),
    }
    words.extend(
        files
            .iter()
            .filter(|path| !is_profile(path))
            .map(|path| path.display().to_string()),
    );
    format!("The command line works without: {}", words.join(" "))
}
