//! Opening the window, and what to do where it cannot be opened.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::PathBuf;
use std::time::Instant;

use super::window::{Start, Window};
use crate::hl7::Timestamp;

/// What a bare Debian or Ubuntu lacks; also in the README.
const LIBRARIES: &str = "libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0 libegl1 libgl1-mesa-dri libwayland-egl1";

/// What else draws the window.
const WAY_ROUND: &str = if cfg!(feature = "wgpu") {
    "--renderer wgpu may work."
} else {
    "A program built with --features wgpu may work with --renderer wgpu."
};

/// How the window is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Renderer {
    /// OpenGL, and where that fails and the program has it, wgpu.
    #[default]
    Automatic,
    /// OpenGL.
    Glow,
    /// Vulkan, Metal, Direct3D or OpenGL, by wgpu.
    Wgpu,
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Neither X11 nor Wayland is there.
    #[error(
        "there is no display to open a window on. Start it from a desktop, or set DISPLAY \
         (ssh -X does)."
    )]
    NoDisplay,
    /// DISPLAY or WAYLAND_DISPLAY names one that nobody serves.
    #[error(
        "the display that DISPLAY or WAYLAND_DISPLAY names does not answer. Start it from a \
         desktop, or set the variable anew (ssh -X does)."
    )]
    DeadDisplay,
    /// No OpenGL, or one that is too old.
    #[error(
        "there is no OpenGL here that can draw the window ({0}). {WAY_ROUND} On Debian and Ubuntu \
         this installs OpenGL without a graphics card:\n  sudo apt-get install {LIBRARIES}"
    )]
    NoOpenGl(String),
    /// A library that is loaded at run time is missing.
    #[error(
        "the window cannot be opened ({0}). On Debian and Ubuntu this installs what it needs:\n  \
         sudo apt-get install {LIBRARIES}"
    )]
    Unopenable(String),
    /// The renderer was left out when the program was built.
    #[error(
        "this program was built without wgpu. Use --renderer glow, or build it with \
         --features wgpu."
    )]
    NoWgpu,
    /// A panic while the window was open; the place of it was told already.
    #[error(
        "the window stopped by a fault in Pipehat itself. Saved files are whole; changes that were \
         not saved are lost."
    )]
    Stopped,
}

/// Opens the window on these files, and returns when it is closed.
pub fn open(paths: Vec<PathBuf>, now: Timestamp, renderer: Renderer) -> Result<(), AppError> {
    let start = Start {
        paths,
        now,
        use_system: true,
        began: Instant::now(),
    };
    match renderer {
        Renderer::Glow => run(start, eframe::Renderer::Glow),
        #[cfg(feature = "wgpu")]
        Renderer::Wgpu => run(start, eframe::Renderer::Wgpu),
        #[cfg(not(feature = "wgpu"))]
        Renderer::Wgpu => Err(AppError::NoWgpu),
        Renderer::Automatic => {
            let first = run(start.clone(), eframe::Renderer::Glow);
            #[cfg(feature = "wgpu")]
            if let Err(AppError::NoOpenGl(why)) = &first {
                tracing::warn!(%why, "OpenGL does not work here; trying wgpu");
                return run(start, eframe::Renderer::Wgpu);
            }
            first
        }
    }
}

fn run(start: Start, renderer: eframe::Renderer) -> Result<(), AppError> {
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Pipehat")
            .with_app_id("pipehat")
            .with_drag_and_drop(true)
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([640.0, 400.0]),
        renderer,
        // Our own look-up keeps file access off the window's thread.
        system_font_fallback: false,
        ..eframe::NativeOptions::default()
    };
    // winit panics where libxkbcommon-x11 or libwayland-egl is missing. That is no fault of Pipehat,
    // so until the window is there the program's own words about panics are put aside.
    let words = Cell::new(Some(take_hook()));
    set_hook(Box::new(|_| {}));
    let put_back = || {
        if let Some(hook) = words.take() {
            set_hook(hook);
        }
    };
    let opened = catch_unwind(AssertUnwindSafe(|| {
        eframe::run_native(
            "Pipehat",
            options,
            Box::new(|cc| {
                put_back();
                Ok(Box::new(Window::new(&cc.egui_ctx, cc.storage, start)))
            }),
        )
    }));
    let was_open = words.take().map(set_hook).is_none();
    match opened {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(explain(&error.to_string())),
        // Its text can quote a message.
        Err(_) if was_open => Err(AppError::Stopped),
        Err(panic) => Err(explain(&panic_text(&*panic))),
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "the system's window library gave up".to_owned())
}

/// The reason in a person's words, where it is one of those that are known.
fn explain(why: &str) -> AppError {
    let names = |words: &[&str]| words.iter().any(|word| why.contains(word));
    if why.contains("WAYLAND_DISPLAY") && why.contains("DISPLAY is set") {
        AppError::NoDisplay
    } else if names(&["open connection to X server", "Could not find wayland"]) {
        AppError::DeadDisplay
    } else if names(&["glutin", "OpenGL", "egui_glow", "EGL", "GLX"]) {
        AppError::NoOpenGl(brief(why))
    } else {
        AppError::Unopenable(brief(why))
    }
}

/// Without the place in the window library's source, and without a period.
fn brief(why: &str) -> String {
    let place = why.find(" at /").or_else(|| why.find(" at C:"));
    let told = place.and_then(|at| {
        let (before, rest) = why.split_at(at);
        rest.split_once(": ")
            .map(|(_, after)| format!("{before}: {after}"))
    });
    let told = told.as_deref().unwrap_or(why);
    told.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_says_what_to_do() {
        for (why, expect) in [
            (
                "neither WAYLAND_DISPLAY nor WAYLAND_SOCKET nor DISPLAY is set.",
                "no display to open a window on",
            ),
            (
                "winit EventLoopError: os error at /src/mod.rs:788: Failed to open connection to X server",
                "does not answer",
            ),
            ("glutin error: [a7] GLXBadFBConfig", "no OpenGL here"),
            ("egui_glow: OpenGL 2.1 is needed", "--renderer wgpu"),
            (
                "Library libxkbcommon-x11.so could not be loaded.",
                "(Library libxkbcommon-x11.so could not be loaded). On Debian",
            ),
            ("os error at /src/lib.rs:7: busy", "(os error: busy)"),
        ] {
            let told = explain(why).to_string();
            assert!(told.contains(expect), "{told}");
        }
    }
}
