//! What the commands of the stepper do.

use std::path::Path;
use std::sync::Arc;

use super::host::Host;
use super::kept_stops::{keep, recall};
use super::layout;
use super::pane::Pane;
use super::panels::script_named;
use super::stepping::Go;
use super::watching::chosen_watch;
use crate::profile::ScriptPlace;
use crate::workbench::{Direction, Session, Watch};

/// Goes to another place of the run and shows its script.
pub(super) fn walk(host: &mut Host, to: Go) {
    let profile = host.session.profile();
    host.stepping.go(to, |name| script_named(profile, name));
    host.find_watched();
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

/// The same where somebody says where to: the stepper is opened for it.
pub(super) fn walk_there(host: &mut Host, to: Go) {
    host.state.start = false;
    layout::show(&mut host.settings.panels, Pane::Stepper);
    if host.stepping.walked().is_some() {
        walk(host, to);
    } else {
        host.stepping.awaited = Some(to);
    }
}

/// Lets runs stop at the line of the caret, or of the current step; or no longer.
pub(super) fn toggle_stop(host: &mut Host, ctx: &egui::Context) {
    let at = host.state.views.script.caret(ctx).or_else(|| host.here());
    if let Some((script, line)) = at {
        host.stepping.toggle(&script, line);
    }
}

/// Goes to where the line of the caret runs next, or ran last.
pub(super) fn run_to_caret(host: &mut Host, direction: Direction) {
    let Some((script, line)) = host.state.views.script.last_caret() else {
        let why = "Put the caret into the line of the script to run to";
        return host.toasts.complain(why);
    };
    let to = Go::ToLine {
        script,
        line,
        direction,
    };
    walk_there(host, to);
}

/// Goes to where the chosen value changes or is read next, or did so last.
pub(super) fn to_change(host: &mut Host, direction: Direction) {
    if let Some(watch) = chosen(host) {
        walk_there(host, Go::ToNext(watch, direction));
    }
}

/// Lets runs stop where the chosen value changes or is read, or no longer.
pub(super) fn watch_chosen(host: &mut Host) {
    if let Some(watch) = chosen(host) {
        host.stepping.toggle_watch(watch);
        layout::show(&mut host.settings.panels, Pane::Stepper);
    }
}

fn chosen(host: &mut Host) -> Option<Watch> {
    let state = &host.state;
    let watch = chosen_watch(host.session.location(), state.chosen, state.end.as_ref());
    if watch.is_none() {
        let why = "Choose a value first: a field of the message, or a field or cell of the output";
        host.toasts.complain(why);
    }
    watch
}

/// Keeps the stops with their profile and on their lines: another profile has its own, edits move them.
pub(super) fn keep_stops(host: &mut Host) {
    let Host {
        session,
        stepping,
        settings,
        stops_of: (known, serial),
        ..
    } = host;
    let path = session.profile_path();
    if path != known.as_deref() {
        let is_saved = known.is_none() && stepping.stops_serial != *serial;
        *known = path.map(Path::to_owned);
        match path {
            // What was set before the profile had a file is of that profile.
            Some(_) if is_saved => {}
            Some(path) => {
                stepping.take_stops(recall(&settings.stops, path));
                *serial = stepping.stops_serial;
            }
            None => stepping.take_stops(Default::default()),
        }
    }
    let profile = session.profile();
    stepping.follow_edits(
        |place| text_of(session, place),
        |text| {
            let named = profile.messages.iter().map(|one| one.name.clone());
            let mut places = named.map(ScriptPlace::Message);
            places.find(|place| text_of(session, place).is_some_and(|known| *known == *text))
        },
    );
    if let Some(path) = path
        && stepping.stops_serial != *serial
    {
        *serial = stepping.stops_serial;
        keep(&mut settings.stops, path, stepping);
    }
}

fn text_of(session: &Session, place: &ScriptPlace) -> Option<Arc<str>> {
    let profile = session.profile();
    let script = match place {
        ScriptPlace::Message(name) => profile.message(name)?.1.script.as_ref()?,
        ScriptPlace::Hook(hook) => profile.scripts.get(*hook)?,
    };
    script.text(session.scripts()).cloned()
}

impl Host {
    /// Has it found where the watch-points happen that are shown or gone to, and takes what was.
    pub(super) fn find_watched(&mut self) {
        if let Some((track, watches)) = self.stepping.sought() {
            self.session.find_watched(&track, watches);
        }
        self.stepping.take_hits(self.session.watched());
    }

    /// The script and line of the current step.
    fn here(&self) -> Option<(ScriptPlace, u32)> {
        let walked = self.stepping.walked()?;
        let recording = walked.recording();
        let line = recording.steps.get(walked.step())?.line()?;
        let code = recording.code_of(walked.step())?;
        Some((script_named(self.session.profile(), code.name())?, line))
    }
}
