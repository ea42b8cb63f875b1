//! What actions do: the only place that changes the session.

use std::sync::Arc;

use egui::{ThemePreference, ViewportCommand};

use super::action::{Action, Command};
use super::cx::has_unsaved_changes;
use super::dialogs::{self, Want};
use super::drag::Dragged;
use super::host::Host;
use super::lesson_step::LessonStep;
use super::palette::Palette;
use super::pane::Pane;
use super::panels::ScriptTask;
use super::part::Part;
use super::path_dialog::PathDialog;
use super::question::Question;
use super::saving::{ask, guard, save, save_output};
use super::settings::{LinkLines, PRESENTER_ZOOM};
use super::stepping::Go;
use super::target_chooser::TargetChooser;
use super::toasts::Toasts;
use super::walk::{
    run_to_caret, to_change, toggle_stop, walk, walk_by_key, walk_there, watch_chosen,
};
use super::{adding, layout, lessons, pane, panels, perform_wire};
use crate::hl7::{Draft, Location};
use crate::mapping::End;
use crate::profile::{self, Edit, Profile, Script, ScriptPlace};
use crate::workbench::{Direction, Move};

/// Does what a person asked for.
pub(super) fn perform(host: &mut Host, ctx: &egui::Context, action: Action) {
    if lessons::drops_lesson(&action) && lessons::is_unsaved(&host.session) {
        host.state.question = Some(Question::UnsavedLesson(Box::new(action)));
        return;
    }
    if drops_changes(&action) && has_unsaved_changes(&host.session) {
        host.state.question = Some(Question::Unsaved(Box::new(action)));
        return;
    }
    perform_anyway(host, ctx, action);
}

/// Whether the action takes another profile, or none.
fn drops_changes(action: &Action) -> bool {
    match action {
        Action::OpenProfile(_) | Action::Lesson(LessonStep::Open(_) | LessonStep::Play(_)) => true,
        Action::Open(paths) => paths.iter().any(|path| is_profile(path)),
        Action::Run(command) => matches!(
            command,
            Command::NewProfile | Command::ReloadProfile | Command::TryExample | Command::Quit
        ),
        _ => false,
    }
}

fn is_profile(path: &std::path::Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("ron"))
}

fn perform_anyway(host: &mut Host, ctx: &egui::Context, action: Action) {
    let Host {
        session,
        state,
        stepping,
        settings,
        ..
    } = host;
    match action {
        Action::Run(command) => run(host, ctx, command),
        Action::Wire(action) => perform_wire::perform(host, action),
        Action::Discarding(action) => match *action {
            Action::Run(Command::SaveProfile) => {
                state.comments_may_go = true;
                run(host, ctx, Command::SaveProfile);
            }
            Action::Run(Command::Quit) => {
                state.may_close = true;
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
            other => perform_anyway(host, ctx, other),
        },
        Action::Open(paths) => {
            state.start = false;
            for path in &paths {
                settings.remember(path);
            }
            session.open(paths);
        }
        Action::OpenProfile(path) => {
            state.start = false;
            settings.remember(&path);
            session.open_profile(path);
        }
        Action::Paste(text) => {
            state.start = false;
            session.paste(&text);
        }
        Action::SelectSample(id) => {
            state.views.raw.forget();
            session.select(Some(id));
        }
        Action::SelectLocation { location, from } => {
            session.select_location(location);
            state.chosen.from = Some(from);
            state.chosen.serial += 1;
            state.end = None;
        }
        Action::ChooseEnd(End::Output(location)) => {
            session.select_location(Some(location));
            state.chosen.from = Some(Pane::Output);
            state.chosen.serial += 1;
            state.end = None;
        }
        Action::ChooseEnd(cell) => state.end = Some(cell),
        Action::SelectDefinition(index) => state.definition = index,
        Action::GotoScript {
            place,
            line,
            column,
        } => {
            if let ScriptPlace::Message(name) = &place
                && let Some((definition, _)) = session.profile().message(name)
            {
                state.definition = definition;
            }
            state.views.script.goto(&place, line, column);
            show(host, Pane::Script);
        }
        Action::ShowPart(part) => show_part(host, part),
        Action::ShowPlace(path) => {
            let part = Part::holding(&path, session.profile());
            show_part(host, part);
            host.state.views.profile.seek(&path);
        }
        Action::WriteCell { part, text } => session.write_cell(part, text),
        Action::DescribeSegment(segment) => session.describe_segment(segment),
        Action::Edit(edit) => complain_of(&mut host.toasts, session.apply(&edit)),
        Action::MapTo(dragged) => state.target_chooser = Some(TargetChooser::new(dragged)),
        Action::InsertIntoScript(dragged) => insert_into_script(host, &dragged),
        Action::LookAtGrammar(message) => session.look_at_grammar(message),
        Action::LookAtCoverage(is_looked_at) => session.look_at_coverage(is_looked_at),
        Action::Record(records) => session.record(records),
        Action::WatchSteps(is_open) => stepping.is_open = is_open,
        Action::Walk(to @ (Go::ToLine { .. } | Go::ToNext(..))) => walk_there(host, to),
        Action::Walk(to) => walk(host, to),
        Action::ToggleStop { script, line } => stepping.toggle(&script, line),
        Action::ToggleWatch(watch) => stepping.toggle_watch(watch),
        Action::SetStopCondition {
            script,
            line,
            condition,
        } => stepping.condition(&script, line, condition),
        Action::ShowPass { script, line, pass } => stepping.passes.choose(script, line, pass),
        Action::StopCoverage => session.stop_coverage(),
        Action::ResumeCoverage => session.resume_coverage(),
        Action::ShowColumn { table, column } => show_column(host, table, column),
        Action::Copy { text, what } => {
            ctx.copy_text(text);
            host.toasts.tell(format!("Copied {what}"));
        }
        Action::WriteGrammar { message, text } => session.write_grammar(&message, &text),
        Action::EditScript { place, text } => {
            complain_of(&mut host.toasts, session.edit_script(&place, &text));
        }
        Action::ChangeScript { place, name, text } => complain_of(
            &mut host.toasts,
            session.change_script(&place, &name, &text),
        ),
        Action::ChangeScripts { name, scripts } => {
            complain_of(&mut host.toasts, session.change_scripts(&name, &scripts));
        }
        Action::Rename(rename) => complain_of(&mut host.toasts, session.rename(&rename)),
        Action::ExplainFunction(name) => {
            state.views.help.find(name);
            show(host, Pane::Help);
        }
        Action::Tell(news) => host.toasts.tell(news),
        Action::Complain(why) => host.toasts.complain(why),
        Action::EditMessage(text) => session.edit_message(Some(&text)),
        Action::ChangeMessage { name, text } => session.change_message(&name, Some(&text)),
        Action::EditValue { location, text } => edit_value(host, &location, &text),
        Action::SaveProfileAs { path, overwrite } => {
            settings.remember(&path);
            session.save_profile_as(path, guard(overwrite));
        }
        Action::SaveOutputAs { path, overwrite } => save_output(host, path, overwrite),
        Action::AskSheet { table, want } => {
            state.sheet_of = Some(table);
            ask(host, ctx, want);
        }
        Action::ImportCodes(path) => {
            if let Some(table) = state.sheet_of.clone() {
                session.read_sheet(table, path);
            }
        }
        Action::ExportCodes {
            path,
            overwrite,
            is_for_excel,
        } => {
            let table = state.sheet_of.clone().unwrap_or_default();
            if !session.save_sheet(&table, is_for_excel, path, guard(overwrite)) {
                let why = format!("The code table {table} is gone: Ctrl+Z brings it back");
                host.toasts.complain(why);
            }
        }
        Action::TakeSheet(mode) => complain_of(&mut host.toasts, session.take_sheet(mode)),
        Action::DismissSheet => session.dismiss_sheet(),
        Action::OverwriteProfile => session.overwrite_profile(),
        Action::DismissConflict => session.dismiss_conflict(),
        Action::TakeTemplates(taken) => session.take_templates(&taken),
        Action::DismissTemplates => session.dismiss_templates(),
        Action::StopLoading => session.stop_loading(),
        Action::Lesson(step) => lessons::perform(host, step),
    }
}

fn complain_of<E: ToString>(toasts: &mut Toasts, made: Result<(), E>) {
    if let Err(error) = made {
        toasts.complain(error.to_string());
    }
}

fn run(host: &mut Host, ctx: &egui::Context, command: Command) {
    let Host {
        session,
        state,
        settings,
        ..
    } = host;
    match command {
        Command::OpenSamples => ask(host, ctx, Want::Samples),
        Command::OpenFolder => ask(host, ctx, Want::Folder),
        Command::OpenProfile => ask(host, ctx, Want::Profile),
        Command::SaveProfileAs => ask(host, ctx, Want::SaveProfile),
        Command::SaveOutput => ask(host, ctx, Want::SaveOutput),
        Command::OpenByPath => {
            state.path_dialog = Some(PathDialog::new(Want::Anything, String::new()));
        }
        Command::PasteMessage => ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
        Command::CloseSource => {
            if let Some(id) = session.selected() {
                session.close_source_of(id);
            }
        }
        Command::CloseSamples => session.close_samples(),
        Command::NewProfile => {
            session.new_profile(Profile::new("New site"));
            state.start = false;
            state.definition = 0;
            show(host, Pane::Profile);
        }
        Command::SaveProfile => save(host, ctx),
        Command::ReloadProfile => session.reload_profile(),
        Command::TryExample => try_example(host),
        Command::ShowStart => state.start = true,
        Command::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        Command::Undo => {
            session.undo();
            state.views.raw.forget();
        }
        Command::Redo => {
            session.redo();
            state.views.raw.forget();
        }
        Command::RestoreMessage => {
            state.views.raw.forget();
            session.change_message("restore the message", None);
        }
        Command::MapLocation => {
            if let Some(at) = session.location().cloned() {
                state.target_chooser = Some(TargetChooser::new(Dragged::Place(at)));
            }
        }
        Command::InsertIntoScript => {
            if let Some(at) = session.location().cloned() {
                insert_into_script(host, &Dragged::Place(at));
            }
        }
        Command::CopyMapping => copy_mapping(host, ctx),
        Command::DefineFromSample => {
            if let Some(index) = adding::define_from_sample(host) {
                show_part(host, Part::Message(index));
            }
        }
        Command::NextSample => step(host, 1),
        Command::PreviousSample => step(host, -1),
        Command::AddDefinition => {
            let index = adding::add_definition(host);
            show_part(host, Part::Message(index));
        }
        Command::AddSegment => {
            adding::add_segment(host);
            show(host, Pane::Profile);
        }
        Command::AddType => {
            if let Some(name) = adding::add_type(host) {
                host.state.views.profile.name_components(&name);
                show(host, Pane::Profile);
            }
        }
        Command::AddCodes => {
            let name = adding::add_codes(host);
            show_part(host, Part::Codes(name));
        }
        Command::FormatScript => work_on_script(host, ScriptTask::Format),
        Command::GoToDefinition => work_on_script(host, ScriptTask::Definition),
        Command::FindReferences => work_on_script(host, ScriptTask::References),
        Command::RenameInScript => work_on_script(host, ScriptTask::Rename),
        Command::FindInScript => work_on_script(host, ScriptTask::Find),
        Command::ReplaceInScript => work_on_script(host, ScriptTask::Replace),
        Command::FindInScripts => work_on_script(host, ScriptTask::FindEverywhere),
        Command::ReplaceInScripts => work_on_script(host, ScriptTask::ReplaceEverywhere),
        Command::MendScript => work_on_script(host, ScriptTask::Fix),
        Command::GoBack => {
            if let Some((place, line, column)) = host.state.views.script.back() {
                perform_anyway(
                    host,
                    ctx,
                    Action::GotoScript {
                        place,
                        line,
                        column,
                    },
                );
            }
        }
        Command::ToggleGhosts => settings.ghosts = !settings.ghosts,
        Command::ToggleFolding => settings.folding = !settings.folding,
        Command::ShowSamples => show(host, Pane::Samples),
        Command::ShowRaw => show(host, Pane::Raw),
        Command::ShowTree => show(host, Pane::Tree),
        Command::ShowScript => show(host, Pane::Script),
        Command::ShowMapping => show(host, Pane::Mapping),
        Command::ShowProfile => show(host, Pane::Profile),
        Command::ShowOutput => show(host, Pane::Output),
        Command::ShowProblems => show(host, Pane::Problems),
        Command::ShowCoverage => show(host, Pane::Coverage),
        Command::ShowLinks => show(host, Pane::Links),
        Command::ShowStepper => show(host, Pane::Stepper),
        Command::ShowPipeline => show(host, Pane::Pipeline),
        Command::ShowWire => show(host, Pane::Wire),
        Command::NewListener => {
            perform_wire::new_listener(host);
            show(host, Pane::Wire);
        }
        Command::NewSender => {
            perform_wire::new_sender(host);
            show(host, Pane::Wire);
        }
        Command::StopWire => perform_wire::stop_all(host),
        Command::ToggleLinks => {
            settings.link_lines = match settings.link_lines {
                LinkLines::Drawn => LinkLines::Hidden,
                LinkLines::Hidden => LinkLines::Drawn,
            };
        }
        Command::ToggleValues => settings.values = !settings.values,
        Command::StepInto => walk_by_key(host, Go::By(Move::Into)),
        Command::StepOver => walk_by_key(host, Go::By(Move::Over)),
        Command::StepOut => walk_by_key(host, Go::By(Move::Out)),
        Command::StepBack => walk_by_key(host, Go::By(Move::BackInto)),
        Command::StepBackOver => walk_by_key(host, Go::By(Move::BackOver)),
        Command::StepBackOut => walk_by_key(host, Go::By(Move::BackOut)),
        Command::RunOn => walk_by_key(host, Go::Run(Direction::Forwards)),
        Command::RunBack => walk_by_key(host, Go::Run(Direction::Backwards)),
        Command::StepToStart => walk_by_key(host, Go::By(Move::Start)),
        Command::StepToEnd => walk_by_key(host, Go::By(Move::End)),
        Command::ToggleStop => toggle_stop(host, ctx),
        Command::RunToLine => run_to_caret(host, Direction::Forwards),
        Command::RunBackToLine => run_to_caret(host, Direction::Backwards),
        Command::ToNextChange => to_change(host, Direction::Forwards),
        Command::ToPreviousChange => to_change(host, Direction::Backwards),
        Command::WatchChosen => watch_chosen(host),
        Command::ArrangeTeach => arrange(host, pane::teach()),
        Command::ShowHelp => show(host, Pane::Help),
        Command::ShowLesson => show(host, Pane::Lesson),
        Command::OpenLesson => ask(host, ctx, Want::Lesson),
        Command::BeginLesson => lessons::begin(host),
        Command::SaveLesson => {
            if !session.save_lesson() {
                ask(host, ctx, Want::SaveLesson);
            }
        }
        Command::NextPage => lessons::turn(host, 1),
        Command::PreviousPage => lessons::turn(host, -1),
        Command::EndLesson => lessons::end(host),
        Command::ArrangeDescribe => arrange(host, pane::describe()),
        Command::ArrangeMap => arrange(host, pane::map()),
        Command::ArrangeWire => arrange(host, pane::wire()),
        Command::FollowSystemTheme => set_theme(host, ctx, ThemePreference::System),
        Command::UseDarkTheme => set_theme(host, ctx, ThemePreference::Dark),
        Command::UseLightTheme => set_theme(host, ctx, ThemePreference::Light),
        Command::ZoomIn => set_zoom(host, ctx, |zoom| zoom + 0.1),
        Command::ZoomOut => set_zoom(host, ctx, |zoom| zoom - 0.1),
        Command::ZoomReset => set_zoom(host, ctx, |_| 1.0),
        Command::Presenter => set_zoom(host, ctx, |_| PRESENTER_ZOOM),
        Command::Palette => {
            state.palette = match state.palette {
                None => Some(Palette::default()),
                Some(_) => None,
            };
        }
    }
}

fn arrange(host: &mut Host, panels: egui_tiles::Tree<Pane>) {
    host.settings.panels = panels;
    host.state.start = false;
}

/// Brings a panel to the front.
pub(super) fn show(host: &mut Host, pane: Pane) {
    host.state.start = false;
    layout::show(&mut host.settings.panels, pane);
}

fn set_theme(host: &mut Host, ctx: &egui::Context, theme: ThemePreference) {
    host.settings.theme = theme;
    ctx.set_theme(theme);
}

fn set_zoom(host: &mut Host, ctx: &egui::Context, change: impl Fn(f32) -> f32) {
    let zoom = (change(host.settings.zoom) * 10.0).round() / 10.0;
    host.settings.zoom = zoom.clamp(0.8, 3.0);
    ctx.set_zoom_factor(host.settings.zoom);
}

fn try_example(host: &mut Host) {
    host.state.start = false;
    host.session.close_samples();
    if let Some(paths) = dialogs::example_paths() {
        host.session.open(paths);
    } else {
        match profile::read(dialogs::EXAMPLE_PROFILE) {
            Ok(profile) => host.session.new_profile(profile),
            Err(error) => host.toasts.complain(error.to_string()),
        }
        for text in dialogs::EXAMPLE_MESSAGES {
            host.session.paste(text);
        }
    }
    host.state.definition = 0;
}

fn step(host: &mut Host, by: isize) {
    let at = host
        .session
        .selected_position()
        .and_then(|at| at.checked_add_signed(by));
    let sample = at.and_then(|at| host.session.corpus().sample(at));
    if let Some(sample) = sample {
        host.state.views.raw.forget();
        host.session.select(Some(sample.id()));
        host.state.views.samples.reveal();
    }
}

/// Sets one value of the message at hand, in memory; the source keeps its bytes.
fn edit_value(host: &mut Host, location: &Location, text: &str) {
    let Some(preview) = host.session.preview() else {
        return;
    };
    if preview.received.is_some() {
        let why = "The prepare script makes another text of this message: edit it as text instead";
        return host.toasts.complain(why.to_owned());
    }
    let mut draft = Draft::from_message(&preview.message);
    let set = if text == "\"\"" {
        draft.set_raw(location, text)
    } else {
        draft.set(location, text)
    };
    match set {
        Ok(()) => {
            let name = format!("change {location}");
            let text = draft.finish();
            host.session.change_message(&name, Some(text.text()));
        }
        Err(error) => host.toasts.complain(error.to_string()),
    }
}

/// Writes a place of the message at the caret of the script, which is begun where there is none.
fn insert_into_script(host: &mut Host, dragged: &Dragged) {
    let profile = Arc::clone(host.session.profile());
    let Some(definition) = profile.messages.get(host.state.definition) else {
        return;
    };
    if definition.script.is_none() {
        let edit = Edit::SetScript {
            message: Arc::clone(&definition.name),
            script: Some(Script::Inline("".into())),
        };
        if let Err(error) = host.session.apply(&edit) {
            host.toasts.complain(error.to_string());
            return;
        }
    }
    let words = panels::script_words(dragged, false);
    host.state.views.script.insert(words);
    show(host, Pane::Script);
}

fn copy_mapping(host: &mut Host, ctx: &egui::Context) {
    let profile = host.session.profile();
    let definition = profile.messages.get(host.state.definition);
    if let (Some(definition), Some(preview)) = (definition, host.session.preview()) {
        ctx.copy_text(panels::sentences(profile, definition, &preview.grammar));
        let name = &definition.name;
        host.toasts.tell(format!("Copied the mapping of {name}"));
    }
}

/// Has the script panel do something at its caret.
fn work_on_script(host: &mut Host, task: ScriptTask) {
    host.state.views.script.ask(task);
    show(host, Pane::Script);
}

/// Shows a column in the mapping, or its table where no definition makes rows of that.
fn show_column(host: &mut Host, table: Arc<str>, column: Arc<str>) {
    let messages = &host.session.profile().messages;
    let maps = |index: &usize| {
        let definition = messages.get(*index);
        definition.is_some_and(|one| one.rows.iter().any(|rows| rows.table == table))
    };
    let chosen = Some(host.state.definition).filter(maps);
    let Some(index) = chosen.or_else(|| (0..messages.len()).find(maps)) else {
        return show_part(host, Part::Table(table));
    };
    host.state.definition = index;
    host.state.views.mapping.reveal(table, column);
    show(host, Pane::Mapping);
}

/// Shows the page of a part of the profile.
fn show_part(host: &mut Host, part: Part) {
    if let Part::Message(index) = part {
        host.state.definition = index;
    }
    host.state.views.profile.choose(part);
    show(host, Pane::Profile);
}
