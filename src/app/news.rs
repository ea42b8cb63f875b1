//! What the workers made and found: taken once a frame, and told to whoever sits there.

use super::host::Host;
use super::lessons;
use super::pane::Pane;
use super::perform::show;
use super::question::Question;
use super::settings::LinkLines;
use super::sheet_words::SheetWords;
use super::status::plural;
use super::walk::{keep_stops, walk};
use crate::diagnostic::{Place, Severity};
use crate::workbench::Notice;

/// So many failures are told one by one; the problems list more.
const TOLD_AT_ONCE: usize = 3;

/// Takes what the workers made; `true` when anything changed that a panel shows.
pub(super) fn poll(host: &mut Host) -> bool {
    let changed = host.session.poll();
    let selected = host.session.selected();
    host.stepping.follow(host.session.preview(), selected);
    host.find_watched();
    let awaited = host.stepping.awaited.clone();
    if let Some(to) = awaited.filter(|to| host.stepping.is_ready(to)) {
        host.stepping.awaited = None;
        walk(host, to);
    }
    let (failed, other): (Vec<_>, Vec<_>) = host
        .session
        .take_notices()
        .into_iter()
        .partition(|notice| matches!(notice, Notice::Failed(_)));
    let untold = failed.len().saturating_sub(TOLD_AT_ONCE);
    for notice in other
        .into_iter()
        .chain(failed.into_iter().take(TOLD_AT_ONCE))
    {
        tell(host, notice);
    }
    keep_stops(host);
    let state = &host.state;
    let chosen = (host.session.location(), state.chosen, state.end.as_ref());
    let preview = host.session.preview();
    let preview = preview.filter(|preview| preview.sample == selected);
    let draws = host.settings.link_lines == LinkLines::Drawn;
    let profile = host.session.profile();
    host.threads.update(preview, profile, chosen, draws);
    if untold > 0 {
        let more = plural(untold, "more failure");
        host.toasts
            .complain(format!("{more}: the problems list them all"));
    }
    if let Some(conflict) = host.session.conflict()
        && host.state.question.is_none()
    {
        host.state.question = Some(Question::Conflict(conflict.path.clone()));
    }
    if let Some(offer) = host.session.sheet_offer()
        && host.state.question.is_none()
    {
        host.state.question = Some(Question::Sheet(SheetWords::of(offer)));
    }
    if host.session.template_offer().is_some() {
        host.state.template_dialog.get_or_insert_default();
    }
    changed
}

fn tell(host: &mut Host, notice: Notice) {
    let toasts = &mut host.toasts;
    match notice {
        Notice::Described(segment) => {
            host.state.views.profile.name_fields(segment);
            show(host, Pane::Profile);
        }
        Notice::Loaded { messages, sources } => {
            toasts.tell(format!(
                "{} from {}",
                plural(messages, "message"),
                plural(sources, "source")
            ));
        }
        Notice::ProfileOpened(path) => {
            host.state.comments_may_go = false;
            host.state.definition = 0;
            toasts.tell(format!("Opened {}", path.display()));
            if host.stops_of.0.as_ref() != Some(&path) {
                host.stops_of = (None, host.stepping.stops_serial);
            }
        }
        Notice::Renamed(words) => toasts.tell(words),
        Notice::LessonOpened => lessons::opened(host),
        Notice::ProfileSaved(path) => {
            toasts.tell(format!("Saved {}", path.display()));
            // Under another name it is the same profile.
            host.stops_of = (Some(path), u64::MAX);
        }
        Notice::FileSaved(path) => {
            toasts.tell(format!("Saved {}", path.display()));
        }
        // The question that follows says it.
        Notice::ChangedOnDisk(_) => {}
        Notice::Failed(found) => {
            let place = match &found.place {
                Place::File(path) => format!("{path}: "),
                Place::Nowhere
                | Place::Message { .. }
                | Place::Location(_)
                | Place::Script { .. }
                | Place::Profile { .. } => String::new(),
            };
            let help = found
                .help
                .map(|help| format!("; {help}"))
                .unwrap_or_default();
            let text = format!("{place}{}{help}", found.message);
            match found.severity {
                Severity::Info => toasts.tell(text),
                Severity::Warning | Severity::Error => toasts.complain(text),
            }
        }
    }
}

/// Asks whether open files were changed by somebody else meanwhile.
pub(super) fn look_again(host: &mut Host) {
    host.session.look_again();
}
