//! The scripts of the profile: one for each message definition, checked with every keystroke.

use std::sync::Arc;

use egui::{Button, RichText, Ui};

use super::super::action::{Action, Command};
use super::super::cx::Cx;
use super::super::drag::{self, Dragged};
use super::super::pane::Pane;
use super::super::theme::Theme;
use super::super::widgets::{
    Advice, Beside, BesideClick, CodeEditor, CodeFix, CodeView, Language, Mark,
};
use super::mapping_edit::plain;
use super::parts::{bar_ui, empty_ui, weak};
use super::script_advice::quoted;
use super::script_line::LineMenu;
use super::script_popup::Popup;
use super::script_tools::{ScriptTask, Shown, Spot, Tools, fix};
use super::script_values::Values;
use crate::diagnostic::{Place, Severity};
use crate::hl7::Location;
use crate::profile::{Edit, Hook, MessageDefinition, Profile, Script, ScriptPlace};
use crate::workbench::SampleId;

/// What a new script begins with.
const TEMPLATE: &str = "// msg is the message that came, out the one being made, rows the tables.\nout.copy(msg, [\"MSH\", \"PID\"]);\n";

/// What a new script of the whole site begins with.
const HOOK_TEMPLATE: &str = "// text is the message as text; what it holds at the end goes on.\n";

/// The view of the scripts.
#[derive(Default)]
pub(crate) struct State {
    editor: CodeEditor,
    buffer: String,
    shown: Option<ScriptPlace>,
    /// The script of the whole site that is shown in the place of a definition's.
    hook: Option<Hook>,
    goto: Option<(u32, u32)>,
    followed: Followed,
    /// Text to write at the caret in the next frame.
    insert: Option<String>,
    values: Values,
    popup: Option<Popup>,
    line_menu: Option<LineMenu>,
    tools: Tools,
    /// The move of the stepper that was scrolled to last.
    seen: u64,
}

/// The sample that was followed to its definition last, and that definition.
pub(super) type Followed = Option<(SampleId, usize)>;

impl State {
    /// Writes at the caret in the next frame.
    pub(crate) fn insert(&mut self, text: String) {
        self.insert = Some(text);
    }

    /// Does something at the caret in the next frame.
    pub(crate) fn ask(&mut self, task: ScriptTask) {
        self.tools.ask(task);
    }

    /// The place before the last jump to a definition.
    pub(crate) fn back(&mut self) -> Option<Spot> {
        self.tools.back()
    }

    /// Shows a script and leaves the caret where it is.
    pub(crate) fn show(&mut self, place: &ScriptPlace) {
        self.hook = match place {
            ScriptPlace::Hook(hook) => Some(*hook),
            ScriptPlace::Message(_) => None,
        };
    }

    /// The script and line of the caret, where the text has the focus.
    pub(crate) fn caret(&self, ctx: &egui::Context) -> Option<(ScriptPlace, u32)> {
        let line = self.editor.caret_line(ctx, &self.buffer)?;
        Some((self.shown.clone()?, line))
    }

    /// The script and line where the caret was last.
    pub(crate) fn last_caret(&self) -> Option<(ScriptPlace, u32)> {
        let line = self.editor.last_caret_line(&self.buffer)?;
        Some((self.shown.clone()?, line))
    }

    /// Puts the caret there in the next frame.
    pub(crate) fn goto(&mut self, place: &ScriptPlace, line: u32, column: u32) {
        self.show(place);
        self.goto = Some((line, column));
    }
}

/// Shows the script of the chosen definition.
pub(crate) fn ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, chosen: usize) {
    let profile = cx.session.profile();
    let chosen = chosen.min(profile.messages.len().saturating_sub(1));
    follow(cx, &mut state.followed, chosen);
    let has_site_scripts = profile.scripts.iter().next().is_some();
    if has_site_scripts || !profile.messages.is_empty() {
        bar_ui(ui, |ui| scripts_ui(ui, cx, &mut state.hook, chosen));
    }
    if let Some(hook) = state.hook {
        return match profile.scripts.get(hook) {
            Some(script) => editor_ui(ui, cx, state, ScriptPlace::Hook(hook), script),
            None => no_hook_ui(ui, cx, hook),
        };
    }
    if profile.messages.is_empty() {
        let text = "A message definition says which messages are meant and what becomes of them: rows by columns, anything else by a script";
        let steps = [
            Command::AddDefinition,
            Command::OpenProfile,
            Command::TryExample,
        ];
        return empty_ui(
            ui,
            cx,
            "The profile has no message definition",
            text,
            &steps,
        );
    }
    let Some(definition) = profile.messages.get(chosen) else {
        return;
    };
    let Some(script) = &definition.script else {
        let area = ui.available_rect_before_wrap();
        no_script_ui(ui, cx, definition);
        let plan =
            |dragged: &Dragged| Some((format!("A script: {}", script_words(dragged, false)), ()));
        let dropped = drag::held(ui.ctx()).map(|dragged| script_words(&dragged, false));
        if drag::target(ui, area, plan).is_some() {
            state.insert = dropped;
            begin_script(cx, definition, "");
        }
        return;
    };
    let place = ScriptPlace::Message(Arc::clone(&definition.name));
    editor_ui(ui, cx, state, place, script);
}

/// The text of a script, checked with every keystroke.
fn editor_ui(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, place: ScriptPlace, script: &Script) {
    let Some(text) = script.text(cx.session.scripts()) else {
        let title = "The script's file is not there";
        return empty_ui(
            ui,
            cx,
            title,
            "Save it beside the profile, then reload the profile",
            &[Command::ReloadProfile],
        );
    };
    if state.shown.as_ref() != Some(&place) || **text != *state.buffer {
        state.shown = Some(place.clone());
        text.as_ref().clone_into(&mut state.buffer);
    }
    if let Some((line, column)) = state.goto.take() {
        state.editor.goto(line, column);
    }
    if let Some(text) = state.insert.take() {
        state.editor.insert(text);
    }
    state.tools.reading.update(&state.buffer, &place);
    let mut shown = Shown {
        place: &place,
        text: &state.buffer,
        editor: &mut state.editor,
    };
    state.tools.around_ui(ui, cx, &mut shown);
    let marks = marks(cx, &place, &state.tools, &state.buffer);
    let emphasis = cx
        .session
        .location()
        .map(|location| quoted(location, &state.buffer));
    let (stops, current) = take_values(cx, state, &place);
    let moved = current.is_some() && state.seen != cx.stepping.serial;
    state.seen = cx.stepping.serial;
    let unreached = unreached(cx, &place);
    let reading = &state.tools.reading;
    let propose = |text: &str, caret: usize| reading.propose(cx, &place, text, caret);
    let explain = |text: &str, byte: usize| reading.explain(cx, &place, text, byte);
    let call = |text: &str, byte: usize| reading.call(cx, &place, text, byte);
    if is_at_hand(ui, state) {
        // Variables are told with what they held last.
        cx.walked();
    }
    let found = state.tools.found(&state.buffer);
    let beside = Beside {
        shows_values: shows_values(cx),
        is_old: cx.stepping.is_old,
        notes: &state.values.notes,
        idle: state.values.idle(cx.stepping.walked()),
        unreached: &unreached,
        stops: &stops,
        current: current.filter(|_| cx.stepping.is_open),
        reveal: current.filter(|_| moved && cx.stepping.is_open),
    };
    let view = CodeView {
        name: "Script editor",
        beside: Some(beside),
        language: Language::Script,
        propose: &propose,
        advice: Some(Advice {
            explain: &explain,
            call: &call,
        }),
        marks: &marks,
        found: (&found.0, found.1),
        emphasis: emphasis.as_deref(),
        editable: true,
    };
    let area = ui.available_rect_before_wrap();
    let mut response = state.editor.ui(ui, &view, &mut state.buffer);
    response.changed |= drop_ui(ui, state, area);
    cx.knots
        .put_lines(cx.threads, &place, |line| state.editor.line_rect(line));
    if let Some(click) = response.beside {
        beside_clicked(cx, state, &place, click);
    }
    popup_ui(ui, cx, state, &place);
    state.line_menu = state
        .line_menu
        .take()
        .filter(|menu| menu.ui(ui, cx, &place));
    cx.writes_script(state.editor.has_focus(ui.ctx()));
    if let Some(mends) = &response.fix {
        fix(cx, &place, &state.buffer, mends);
    }
    if response.follows {
        state.tools.ask(ScriptTask::Definition);
    }
    let fixes = marks
        .into_iter()
        .filter_map(|mark| Some((mark.line, mark.fix?)));
    let fixes: Vec<_> = fixes.collect();
    let mut shown = Shown {
        place: &place,
        text: &state.buffer,
        editor: &mut state.editor,
    };
    state.tools.work(ui, cx, &mut shown, &fixes);
    if response.changed {
        cx.send(Action::EditScript {
            place,
            text: state.buffer.clone(),
        });
    }
    let location = response
        .quoted
        .and_then(|words| words.trim_start_matches('/').parse::<Location>().ok());
    if let Some(location) = location.filter(|location| location.path.is_some()) {
        cx.choose(Some(location), Pane::Script);
    }
}

/// The lines that no sample came to, where all samples are counted.
fn unreached(cx: &Cx<'_>, place: &ScriptPlace) -> Vec<u32> {
    let known = cx.session.coverage();
    let Some(coverage) = known.complete.as_ref().filter(|_| known.is_current) else {
        return Vec::new();
    };
    let name = script_name(cx.session.profile(), place);
    name.map_or_else(Vec::new, |name| coverage.lines.unreached_lines(name))
}

/// Whether somebody writes or points at the script.
fn is_at_hand(ui: &Ui, state: &State) -> bool {
    let is_written = state.editor.caret_line(ui.ctx(), &state.buffer).is_some();
    is_written || ui.rect_contains_pointer(ui.available_rect_before_wrap())
}

/// Whether values stand beside the script.
fn shows_values(cx: &Cx<'_>) -> bool {
    cx.settings.values || cx.stepping.is_open
}

/// Brings what the run says of a script up to date; where runs stop in it, and the current line.
fn take_values(
    cx: &Cx<'_>,
    state: &mut State,
    place: &ScriptPlace,
) -> (Vec<(u32, bool)>, Option<u32>) {
    let stops = cx.stepping.stops_of(place);
    let walked = shows_values(cx).then(|| cx.walked()).flatten();
    let profile = cx.session.profile();
    let name = walked.and_then(|walked| {
        let mut codes = walked.recording().codes.iter().map(|code| code.name());
        codes.find(|name| script_named(profile, name).as_ref() == Some(place))
    });
    let (Some(walked), Some(name)) = (walked, name) else {
        state.values = Values::default();
        return (stops, None);
    };
    state.values.update(walked, name, &cx.stepping.passes);
    let at = walked.step();
    let is_here = walked.recording().code_of(at).map(|code| code.name()) == Some(name);
    let step = walked.recording().steps.get(at).filter(|_| is_here);
    (stops, step.and_then(crate::mapping::Step::line))
}

fn beside_clicked(cx: &Cx<'_>, state: &mut State, place: &ScriptPlace, click: BesideClick) {
    let script = place.clone();
    let values = &state.values;
    match click {
        BesideClick::Stop(line) => cx.send(Action::ToggleStop { script, line }),
        BesideClick::Menu(line, at) => state.line_menu = Some(LineMenu { line, at }),
        BesideClick::Pass(line, pass) => show_pass(cx, place, line, pass),
        BesideClick::Value(line, at) => {
            state.popup = Some(Popup::values(line, values.shown(line), at));
        }
        BesideClick::Passes(line, at) => {
            let note = values.notes.iter().find(|note| note.line == line);
            let pass = note
                .and_then(|note| note.passes)
                .map_or(1, |(pass, _)| pass);
            state.popup = values.ran(line).map(|ran| Popup::passes(ran, pass, at));
        }
    }
}

/// Shows the values of another pass of a loop.
fn show_pass(cx: &Cx<'_>, place: &ScriptPlace, line: u32, pass: u32) {
    let walked = cx.stepping.walked();
    let codes = walked
        .into_iter()
        .flat_map(|walked| &walked.recording().codes);
    let mut names = codes.map(|code| code.name());
    let profile = cx.session.profile();
    let name = names.find(|name| script_named(profile, name).as_ref() == Some(place));
    if let Some(script) = name.cloned() {
        cx.send(Action::ShowPass { script, line, pass });
    }
}

fn popup_ui(ui: &Ui, cx: &Cx<'_>, state: &mut State, place: &ScriptPlace) {
    let Some(mut popup) = state.popup.take().filter(|_| shows_values(cx)) else {
        return;
    };
    let (chosen, is_open) = popup.ui(ui, cx);
    if let Some((line, pass)) = chosen {
        show_pass(cx, place, line, pass);
    }
    if is_open {
        state.popup = Some(popup);
    }
}

/// Takes what is dropped into the script; whether anything was.
fn drop_ui(ui: &Ui, state: &mut State, area: egui::Rect) -> bool {
    let at = ui.ctx().pointer_latest_pos();
    let place = at
        .filter(|_| drag::held(ui.ctx()).is_some())
        .and_then(|at| state.editor.caret_at(ui, at));
    let buffer = &state.buffer;
    let plan = |dragged: &Dragged| {
        let words = script_words(dragged, place.is_some_and(|at| is_quoted(buffer, at)));
        Some((words.clone(), words))
    };
    let Some(words) = drag::target(ui, area, plan) else {
        return false;
    };
    state.editor.write(ui, &mut state.buffer, place, &words);
    true
}

/// What a place of the message is in a script: as it is read, or only its name inside quotes.
pub(crate) fn script_words(dragged: &Dragged, inside_quotes: bool) -> String {
    match dragged {
        Dragged::Place(at) if inside_quotes => plain(at).to_string(),
        Dragged::Place(at) => format!("msg[\"{}\"]", plain(at)),
        Dragged::Group(name) if inside_quotes => name.to_string(),
        Dragged::Group(name) => format!("msg.groups(\"{name}\")"),
    }
}

/// Whether a character of the script stands between quotes in its line.
fn is_quoted(script: &str, at: usize) -> bool {
    let before: String = script.chars().take(at).collect();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.matches('"').count() % 2 == 1
}

/// Shows the definition of a sample when another sample is chosen.
pub(super) fn follow(cx: &Cx<'_>, followed: &mut Followed, chosen: usize) {
    let now = cx
        .preview()
        .and_then(|preview| Some((preview.sample?, preview.definition?)));
    if let Some((sample, definition)) = now
        && *followed != now
    {
        let another = followed.is_none_or(|(seen, _)| seen != sample);
        *followed = now;
        if another && definition != chosen {
            cx.send(Action::SelectDefinition(definition));
        }
    }
}

/// The message definitions to choose from; whether one was clicked.
pub(super) fn definitions_ui(ui: &mut Ui, cx: &Cx<'_>, chosen: Option<usize>) -> bool {
    let mut clicked = false;
    let theme = Theme::of(ui);
    let here = cx.preview().and_then(|preview| preview.definition);
    egui::ScrollArea::horizontal()
        .id_salt("definitions")
        .auto_shrink([false, true])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.x = theme.grid(1);
            for (index, definition) in cx.session.profile().messages.iter().enumerate() {
                let mut text = RichText::new(&*definition.name);
                if here == Some(index) {
                    text = text.font(theme.strong_font());
                }
                let tip = if here == Some(index) {
                    "The selected sample falls under this definition"
                } else {
                    "A message definition"
                };
                let button = Button::selectable(chosen == Some(index), text);
                if ui.add(button).on_hover_text(tip).clicked() {
                    cx.send(Action::SelectDefinition(index));
                    clicked = true;
                }
            }
            if let Some(Script::File(path)) = cx
                .session
                .profile()
                .messages
                .get(chosen.unwrap_or(usize::MAX))
                .and_then(|d| d.script.as_ref())
            {
                weak(ui, format!("in {path}"));
            }
        });
    clicked
}

fn no_script_ui(ui: &mut Ui, cx: &Cx<'_>, definition: &MessageDefinition) {
    let theme = Theme::of(ui);
    let height = ui.available_height();
    ui.vertical_centered(|ui| {
        ui.add_space(height * 0.3);
        ui.spacing_mut().item_spacing.y = theme.grid(2);
        ui.label(RichText::new(format!("{} has no script", definition.name)).heading());
        let text = "Its rows are made by columns alone. A script makes a message, or rows that columns cannot make";
        ui.add(egui::Label::new(RichText::new(text).color(*theme.text.weak)).wrap());
        if ui.add(super::super::question::primary(theme, "Write a script")).clicked() {
            begin_script(cx, definition, TEMPLATE);
        }
    });
}

fn begin_script(cx: &Cx<'_>, definition: &MessageDefinition, text: &str) {
    let script = Some(Script::Inline(Arc::from(text)));
    cx.send(Action::Edit(Edit::SetScript {
        message: Arc::clone(&definition.name),
        script,
    }));
}

/// The scripts in the order in which a message meets them.
fn scripts_ui(ui: &mut Ui, cx: &Cx<'_>, hook: &mut Option<Hook>, chosen: usize) {
    let hook_ui = |ui: &mut Ui, shown: &mut Option<Hook>, each: Hook| {
        let is_shown = *shown == Some(each);
        let has_one = cx.session.profile().scripts.get(each).is_some();
        let theme = Theme::of(ui);
        let colour = if has_one {
            *theme.text.body
        } else {
            *theme.text.weak
        };
        let text = RichText::new(each.name()).italics().color(colour);
        let button = ui
            .add(Button::selectable(is_shown, text))
            .on_hover_text(hook_words(each));
        if button.clicked() {
            *shown = (!is_shown).then_some(each);
        }
    };
    hook_ui(ui, hook, Hook::Prepare);
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        let values = Button::selectable(shows_values(cx), "Values");
        let tip = Command::ToggleValues.words().tip;
        let values = ui
            .add_enabled(!cx.stepping.is_open, values)
            .on_disabled_hover_text("Values stand beside the script while the stepper is open");
        if values.on_hover_text(tip).clicked() {
            cx.run(Command::ToggleValues);
        }
        hook_ui(ui, hook, Hook::Finish);
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            let chosen = hook.is_none().then_some(chosen);
            if definitions_ui(ui, cx, chosen) {
                *hook = None;
            }
        });
    });
}

/// What a script of the whole site is for.
fn hook_words(hook: Hook) -> &'static str {
    match hook {
        Hook::Prepare => {
            "Changes the text of every message before it is parsed, such as line ends that the sender writes in words"
        }
        Hook::Finish => "Changes the text of every message that was made before it goes out",
    }
}

fn no_hook_ui(ui: &mut Ui, cx: &Cx<'_>, hook: Hook) {
    let theme = Theme::of(ui);
    let height = ui.available_height();
    ui.vertical_centered(|ui| {
        ui.add_space(height * 0.3);
        ui.spacing_mut().item_spacing.y = theme.grid(2);
        ui.label(RichText::new(format!("The site has no {} script", hook.name())).heading());
        let text = RichText::new(hook_words(hook)).color(*theme.text.weak);
        ui.add(egui::Label::new(text).wrap());
        let write = super::super::question::primary(theme, "Write a script");
        if ui.add(write).clicked() {
            let script = Some(Script::Inline(Arc::from(HOOK_TEMPLATE)));
            cx.send(Action::Edit(Edit::SetHook { hook, script }));
        }
    });
}

/// The findings about this script.
fn marks(cx: &Cx<'_>, place: &ScriptPlace, tools: &Tools, text: &str) -> Vec<Mark> {
    let Some(preview) = cx.preview() else {
        return Vec::new();
    };
    let names = tools.reading.names_of(text, place);
    let scene = tools.reading.scene(cx, &names, place);
    let mut marks: Vec<Mark> = preview
        .diagnostics
        .iter()
        .filter_map(|found| match &found.place {
            Place::Script {
                name, line, column, ..
            } if script_named(cx.session.profile(), name).as_ref() == Some(place) => Some(Mark {
                line: *line,
                column: *column,
                message: found.help.as_ref().map_or_else(
                    || found.message.clone(),
                    |help| format!("{}; {help}", found.message),
                ),
                error: found.severity == Severity::Error,
                fix: scene.fix(found).map(|fix| CodeFix {
                    title: fix.title,
                    span: fix.span,
                    text: fix.text,
                }),
            }),
            _ => None,
        })
        .collect();
    marks.sort_by_key(|mark| (mark.line, mark.column));
    marks.dedup();
    marks
}

/// The script of this name.
pub(crate) fn script_named(profile: &Profile, name: &str) -> Option<ScriptPlace> {
    let is_named = |(hook, script): &(Hook, &Script)| match script {
        Script::File(path) => **path == *name,
        Script::Inline(_) => hook.script_name() == name,
    };
    if let Some((hook, _)) = profile.scripts.iter().find(is_named) {
        return Some(ScriptPlace::Hook(hook));
    }
    let definition = profile.messages.iter().find(|one| is_of(name, one))?;
    Some(ScriptPlace::Message(Arc::clone(&definition.name)))
}

/// What findings and counts call the script.
fn script_name<'p>(profile: &'p Profile, place: &'p ScriptPlace) -> Option<&'p str> {
    Some(match (profile.script(place)?, place) {
        (Script::File(path), _) => path,
        (Script::Inline(_), ScriptPlace::Message(name)) => name,
        (Script::Inline(_), ScriptPlace::Hook(hook)) => hook.script_name(),
    })
}

/// Whether a script of this name belongs to the definition.
fn is_of(name: &str, definition: &MessageDefinition) -> bool {
    match &definition.script {
        Some(Script::File(path)) => **path == *name || *definition.name == *name,
        Some(Script::Inline(_)) | None => *definition.name == *name,
    }
}
