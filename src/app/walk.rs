//! What the commands of the stepper do.

use super::host::Host;
use super::layout;
use super::pane::Pane;
use super::panels::script_named;
use super::stepping::Go;
use crate::profile::ScriptPlace;

/// Goes to another place of the run and shows its script.
pub(super) fn walk(host: &mut Host, to: Go) {
    let profile = host.session.profile();
    host.stepping.go(to, |name| script_named(profile, name));
    if let Some((script, _)) = host.here() {
        host.state.views.script.show(&script);
        if let ScriptPlace::Message(name) = &script
            && let Some((definition, _)) = host.session.profile().message(name)
        {
            host.state.definition = definition;
        }
    }
}

/// The same by key: the first time it only opens the stepper.
pub(super) fn walk_by_key(host: &mut Host, to: Go) {
    if host.stepping.is_open {
        walk(host, to);
    } else {
        host.state.start = false;
        layout::show(&mut host.settings.panels, Pane::Stepper);
    }
}

/// Lets runs stop at the line of the caret, or of the current step; or no longer.
pub(super) fn toggle_stop(host: &mut Host, ctx: &egui::Context) {
    let at = host.state.views.script.caret(ctx).or_else(|| host.here());
    if let Some((script, line)) = at {
        host.stepping.toggle(&script, line);
    }
}

impl Host {
    /// The script and line of the current step.
    fn here(&self) -> Option<(ScriptPlace, u32)> {
        let walked = self.stepping.walked()?;
        let recording = walked.recording();
        let line = recording.steps.get(walked.step())?.line()?;
        let code = recording.code_of(walked.step())?;
        Some((script_named(self.session.profile(), code.name())?, line))
    }
}
