//! Opening the window, and what to do where it cannot be opened.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use super::window::{Start, Window};
use crate::hl7::Timestamp;

/// What a bare Debian or Ubuntu lacks; also in the README.
const LIBRARIES: &str = "libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0 libegl1 libgl1-mesa-dri libwayland-egl1";

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
         (ssh -X does)"
    )]
    NoDisplay,
    /// A library that is loaded at run time is missing, or there is no OpenGL.
    #[error(
        "the window cannot be opened: {0}. On Debian and Ubuntu this installs what it \
         needs: sudo apt-get install {LIBRARIES}"
    )]
    Unopenable(String),
    /// The renderer was left out when the program was built.
    #[error(
        "this program was built without wgpu: build it with --features wgpu, or use --renderer glow"
    )]
    NoWgpu,
}

/// Opens the window on these files, and returns when it is closed.
pub fn open(paths: Vec<PathBuf>, now: Timestamp, renderer: Renderer) -> Result<(), AppError> {
    let start = Start {
        paths,
        now,
        use_system: true,
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
            if let Err(AppError::Unopenable(why)) = &first {
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
    // winit panics where libxkbcommon-x11 or libwayland-egl is missing.
    let opened = catch_unwind(AssertUnwindSafe(|| {
        eframe::run_native(
            "Pipehat",
            options,
            Box::new(move |cc| Ok(Box::new(Window::new(&cc.egui_ctx, cc.storage, start)))),
        )
    }));
    match opened {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(explain(&error.to_string())),
        Err(panic) => Err(explain(&panic_text(&*panic))),
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "the system's window library gave up".to_owned())
}

fn explain(why: &str) -> AppError {
    if why.contains("WAYLAND_DISPLAY") && why.contains("DISPLAY is set") {
        AppError::NoDisplay
    } else {
        AppError::Unopenable(why.trim_end_matches('.').to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_display_is_told_from_a_missing_library() {
        let none = "neither WAYLAND_DISPLAY nor WAYLAND_SOCKET nor DISPLAY is set.";
        assert!(matches!(explain(none), AppError::NoDisplay));
        let library = explain("Library libxkbcommon-x11.so could not be loaded.");
        assert!(library.to_string().contains("apt-get install"), "{library}");
        assert!(!library.to_string().contains(".. "), "{library}");
    }
}
